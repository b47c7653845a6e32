"""Limits of 3,363 areas over 120 months, ours beside a loop of one-area regressions, in one run."""

from time import perf_counter

import numpy as np
import statsmodels.api as sm
from scipy import stats

from analysis.methods.early_warning import farrington

AREAS, MONTHS, YEARS, TRIED = 3363, 120, 5, 20
LAGS = np.array([-12 * year + step for year in range(YEARS, 0, -1) for step in range(-2, 3)])
FITS = 4


def fitted(past: np.ndarray, columns: np.ndarray):
    """A regression, then another in which months with a high residual weigh less."""
    family = sm.families.Poisson()
    first = sm.GLM(past, columns, family=family).fit()
    phi, mean = max(1.0, first.pearson_chi2 / first.df_resid), first.fittedvalues
    hat = mean * np.einsum("tk,kl,tl->t", columns, first.normalized_cov_params, columns)
    residual = 1.5 * (past ** (2 / 3) / mean ** (1 / 6) - mean**0.5) / np.sqrt(phi * (1 - hat))
    weights = np.where(residual > 2.58, np.maximum(residual, 1.0) ** -2, 1.0)
    weights *= len(past) / weights.sum()
    return sm.GLM(past, columns, family=family, var_weights=weights).fit()


def one_limit(past: np.ndarray) -> float:
    """The limit of one area and month: four regressions, with a trend and without."""
    flat = fitted(past, np.ones((len(LAGS), 1)))
    line = fitted(past, np.column_stack([np.ones(len(LAGS)), LAGS / 12]))
    error = np.sqrt(line.normalized_cov_params[1, 1] * line.pearson_chi2 / line.df_resid)
    p = 2 * stats.t.sf(abs(line.params[1]) / error, line.df_resid)
    found = line if p < 0.05 and np.exp(line.params[0]) <= past.max() else flat
    mean = np.exp(found.params[0])
    phi = max(1.0, found.pearson_chi2 / found.df_resid)
    spread = phi * (1 + found.normalized_cov_params[0, 0] * mean)
    reach = stats.norm.ppf(0.975) * 2 / 3 * np.sqrt(np.cbrt(mean) * spread)
    return float((np.cbrt(mean) ** 2 + reach) ** 1.5)


def early_warning() -> tuple[float, float, float]:
    """Seconds of all our limits, of one regression of the loop, and the ratio.

    The ratio is the loop's regressions for as many limits, taken from a few, over ours.
    """
    rng = np.random.default_rng(3363)
    level = 2 * rng.gamma(2, 0.5, (AREAS, 1)) + 0.2
    counts = rng.poisson(level, (AREAS, MONTHS)).astype(float)
    farrington(counts[:50])
    started = perf_counter()
    ours = farrington(counts)
    seconds = perf_counter() - started
    # where five events in four months decide, the two say the same of the bound only
    some = np.argwhere(counts[:, 90 + LAGS].sum(axis=1) > 40)[:TRIED, 0]
    started = perf_counter()
    loop = np.array([one_limit(counts[area, 90 + LAGS]) for area in some])
    each = (perf_counter() - started) / len(some) / FITS
    if np.abs(ours.limit[some, 90] - loop).max() > 1e-4:
        raise ValueError("the loop did not reach the same limits: its time says nothing.")
    return seconds, each, FITS * int(ours.watched.sum()) * each / seconds

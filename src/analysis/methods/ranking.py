"""Areas beside each other, without a league table that the noise wrote.

Rates are drawn towards the common mean as far as their noise demands, and a rank
comes with the ranks that it could as well have had.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from analysis.measurement.comparison import side_by_side
from analysis.words.estimates import Estimate

DRAWS = 4000
FEWEST_EVENTS = 5


@dataclass(frozen=True)
class _Prior:
    """Gamma prior of the rates by moments: mean and variance between areas."""

    mean: float
    variance: float


def prior(counts: np.ndarray, exposures: np.ndarray) -> _Prior:
    """The common distribution of the rates, by moments.

    Parameters
    ----------
    counts, exposures
        Events and exposure of each area, shape (areas,).

    References
    ----------
    Marshall (1991), Mapping disease and mortality rates using empirical Bayes
    estimators, Applied Statistics 40:283.
    """
    mean = counts.sum() / exposures.sum()
    spread = (exposures * (counts / exposures - mean) ** 2).sum() / exposures.sum()
    return _Prior(float(mean), float(max(0.0, spread - mean / exposures.mean())))


def shrunk(counts: np.ndarray, exposures: np.ndarray) -> np.ndarray:
    """Each area's rate drawn towards the common mean, shape (areas,)."""
    common = prior(counts, exposures)
    if common.variance == 0:
        return np.full(len(counts), common.mean)
    weight = common.variance / (common.variance + common.mean / exposures)
    return weight * counts / exposures + (1 - weight) * common.mean


def ranks(
    rates: list[Estimate], exposures: list[float], noise: list[Estimate], seed: int = 1
) -> list[Estimate]:
    """The rank of each area (1 is the highest rate) with the ranks it could as well have had.

    Parameters
    ----------
    rates
        One known rate an area, same item, period and division; ``n`` holds its events.
    exposures
        Inhabitants of each area.
    noise
        Variance over mean of each area's own series in the years before; counts are divided by
        it, so that a series that varies much weighs as few events.
    seed
        Of the posterior draws.

    Returns
    -------
    list of Estimate
        ``value`` the median rank, ``low`` and ``high`` the middle 95 % of the draws; in the
        order given; empty without rates, or where any noise is not known.
    """
    if not side_by_side(rates) or not all(one.known for one in noise):
        return []
    phi = np.array([max(1.0, one.value) for one in noise])
    counts = np.array([rate.n for rate in rates]) / phi
    people = np.array(exposures) / phi
    common = prior(counts, people)
    draws = _posterior(counts, people, common, np.random.default_rng(seed))
    places = (-draws).argsort(axis=1).argsort(axis=1) + 1
    low, high = np.percentile(places, [2.5, 97.5], axis=0, method="nearest")
    return [
        replace(
            rate, statistic="rank", value=float(np.median(places[:, i])), low=float(low[i]),
            high=float(high[i]), unit="rank", dispersion=float(phi[i]), method="ranks",
        )
        for i, rate in enumerate(rates)
    ]  # fmt: skip


def _posterior(counts, people, common: _Prior, rng) -> np.ndarray:
    if common.variance == 0:
        return rng.random((DRAWS, len(counts)))
    shape, scale = common.mean**2 / common.variance, common.mean / common.variance
    return rng.gamma(counts + shape, 1 / (people + scale), size=(DRAWS, len(counts)))


def funnel(
    rates: list[Estimate], exposures: list[float], noise: list[Estimate], level: float = 0.95
) -> list[Estimate]:
    """Where each area's rate would lie if areas differed no more than they commonly do.

    Parameters
    ----------
    rates, exposures, noise
        As for :func:`ranks`.
    level
        Coverage of the limits.

    Returns
    -------
    list of Estimate
        ``value`` the middle of the areas, ``low`` and ``high`` the funnel's limits at that
        area's size, ``dispersion`` the variance of log rates between areas; in the order given;
        empty where any noise is not known or an area would be expected to have fewer than
        five events, since the limits are of logarithms.

    References
    ----------
    Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in
    Medicine 24:1185 (additive random effect; standardised values winsorised at 10 %).
    """
    if not side_by_side(rates) or not all(one.known for one in noise):
        return []
    counts, people = np.array([rate.n for rate in rates]), np.array(exposures)
    expected = people * counts.sum() / people.sum()
    if expected.min() < FEWEST_EVENTS:
        return []
    per = (np.array([rate.value for rate in rates]) @ people) / counts.sum()
    log_rates = np.log(per * np.maximum(0.5, counts) / people)
    within = np.array([max(1.0, one.value) for one in noise]) / expected
    middle = float(np.average(log_rates, weights=1 / within))
    scores = (log_rates - middle) / np.sqrt(within)
    scores = np.clip(scores, *np.percentile(scores, [10, 90]))
    weights = 1 / within
    spare = weights.sum() - (weights**2).sum() / weights.sum()
    between = max(0.0, float((scores @ scores - (len(rates) - 1)) / spare))
    middle = float(np.average(log_rates, weights=1 / (within + between)))
    reach = stats.norm.ppf((1 + level) / 2) * np.sqrt(within + between)
    return [
        replace(
            rate, statistic="funnel", value=float(np.exp(middle)),
            low=float(np.exp(middle - reach[i])), high=float(np.exp(middle + reach[i])),
            level=level, dispersion=between, method="funnel",
        )
        for i, rate in enumerate(rates)
    ]  # fmt: skip

"""Randomisation draws of a Poisson panel, ours beside a loop of statsmodels fits, in one run."""

from time import perf_counter

import numpy as np
import statsmodels.api as sm

from analysis.methods.difference import Panel, Trial
from tests.recovery import worlds

AREAS, MONTHS, DRAWS, TRIED = 96, 120, 999, 2
STARTS = np.r_[np.repeat([60, 72, 84, 96], 5), np.full(AREAS - 20, MONTHS)]


def one_fit(counts: np.ndarray, starts: np.ndarray) -> float:
    """The same log ratio by a Poisson regression on a dummy for each area and month."""
    area, month = np.indices(counts.shape)
    treated = month >= starts[:, None]
    columns = np.hstack([np.eye(AREAS)[area.ravel()], np.eye(MONTHS)[month.ravel()][:, 1:]])
    untouched = ~treated.ravel()
    model = sm.GLM(counts.ravel()[untouched], columns[untouched], family=sm.families.Poisson())
    expected = np.exp(columns[~untouched] @ model.fit().params)
    return float(np.log(counts[treated].sum() / expected.sum()))


def panel() -> tuple[float, float, float]:
    """Seconds of 999 draws by ours, of one fit of the loop, and the ratio.

    The ratio is 999 of the loop's fits, taken from a few, over the whole of ours, which draws the
    assignments too.
    """
    counts = worlds.panel(np.random.default_rng(96), 1, STARTS, months=MONTHS)[0]
    checked, _ = Panel(counts=counts, starts=STARTS).sorted()
    started = perf_counter()
    trial = Trial.of(checked, DRAWS, seed=1)
    drawn = trial.log_ratios()
    ours = perf_counter() - started
    started = perf_counter()
    loop = [one_fit(checked.counts, starts) for starts in trial.draws[:TRIED, :, 0]]
    each = (perf_counter() - started) / TRIED
    if np.abs(drawn[:TRIED] - loop).max() > 1e-6:
        raise ValueError("the loop did not reach the same log ratios: its time says nothing.")
    return ours, each, DRAWS * each / ours

"""Placebo synthetic comparisons, ours beside a loop of a general optimiser, in one run."""

from time import perf_counter

import numpy as np
from scipy.optimize import minimize

from analysis.methods.synthetic import mixtures
from analysis.methods.synthetic import synthetic as compared
from tests.recovery import worlds

AREAS, MONTHS, START, TRIED = 96, 120, 96, 4


def one_fit(before: np.ndarray, area: int) -> np.ndarray:
    """Weights of one area by SLSQP with its slope given, on outcomes scaled to their own mean."""
    columns, target = np.delete(before, area, axis=0).T, before[area]
    donors = columns.shape[1]
    return minimize(
        lambda w: ((target - columns @ w) ** 2).sum(),
        np.full(donors, 1 / donors),
        jac=lambda w: -2 * columns.T @ (target - columns @ w),
        bounds=[(0, 1)] * donors,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        method="SLSQP",
        options={"maxiter": 1000},
    ).x


def synthetic() -> tuple[float, float, float]:
    """Seconds of the whole comparison with 96 placebos, of one fit of the loop, and the ratio.

    The ratio is 96 of the loop's fits, taken from a few, over the whole of ours.
    """
    starts = np.r_[START, np.full(AREAS - 1, MONTHS)]
    counts = worlds.panel(np.random.default_rng(96), 1, starts, months=MONTHS, mean=4.0)[0]
    before = counts[:, :START] / counts[:, :START].mean(axis=1, keepdims=True)
    compared(counts, 0, START)
    started = perf_counter()
    compared(counts, 0, START)
    ours = perf_counter() - started
    started = perf_counter()
    loop = [one_fit(before, area) for area in range(TRIED)]
    each = (perf_counter() - started) / TRIED
    same = np.delete(mixtures(before)[TRIED - 1], TRIED - 1)
    if np.abs(same - loop[-1]).max() > 1e-3:
        raise ValueError("the loop did not reach the same weights: its time says nothing.")
    return ours, each, AREAS * each / ours

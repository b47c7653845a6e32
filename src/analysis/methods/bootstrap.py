"""Worlds like the series' own: what its noise alone would bring, and how many events it hides.

A sum of events avoided cannot be told here without the counts that would have varied anyway,
and a p value by formula has a second one beside it that makes its own chance.
"""

from dataclasses import dataclass

import numpy as np

from analysis.methods import poisson
from analysis.methods.counterfactual import Contrast, Odds, contrast, odds
from analysis.methods.interrupted import Interrupted

DRAWS = 399


@dataclass(frozen=True)
class State:
    """The hidden state that gives a fit's dispersion and memory.

    Parameters
    ----------
    spread
        Its standard deviation on the log scale.
    memory
        How much of it is left a month later.
    """

    spread: float
    memory: float

    @classmethod
    def of(cls, found: Contrast) -> "State":
        """From the dispersion and memory of the first series' residuals, by their moments.

        The dispersion is 1 + variance · mean weight, and memory · dispersion the part of the
        excess that is left a month later.
        """
        fit, known = found.found, found.found.known[0]
        dispersion = float(fit.dispersion[0])
        if dispersion <= 1:
            return cls(0.0, 0.0)
        variance = (dispersion - 1) / found.weights[0, known].mean()
        memory = float(fit.memory[0]) * dispersion / (dispersion - 1)
        return cls(float(np.sqrt(np.log1p(variance))), min(memory, poisson.LARGEST_MEMORY))

    def drawn(self, rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        """Paths of shape (draws, months), whose exponential has mean 1."""
        shocks = rng.normal(0, self.spread, shape)
        path = shocks.copy()
        for month in range(1, shape[1]):
            fresh = np.sqrt(1 - self.memory**2) * shocks[:, month]
            path[:, month] = self.memory * path[:, month - 1] + fresh
        return path - self.spread**2 / 2


def bootstrap_p(found: Interrupted, *, seed: int, draws: int = DRAWS) -> float:
    """Two-sided p of no effect by worlds without one: the check of the default.

    Parameters
    ----------
    found
        An interrupted series whose effect is known.
    seed, draws
        Of the worlds.

    Returns
    -------
    float
        The part of worlds in which the effect is as many of its errors from none, or more. A world
        in which the fit has no end counts as one of them.

    Raises
    ------
    ValueError
        When the effect is refused.

    Notes
    -----
    The mean is fitted without the measure, dispersion and memory with it; each world has a hidden
    state with that memory (:class:`State`) and is judged by the plan as the series was.

    References
    ----------
    Davison & Hinkley (1997), Bootstrap Methods and their Application, ch. 4; Zeger (1988),
    Biometrika 75:621 (the state).
    """
    true, rng = _of(found), np.random.default_rng(seed)
    fit, columns = true.found, true.found.design[0, :, : -found.plan.steps]
    state = State.of(true).drawn(rng, (draws, len(found.counts)))
    lift = np.exp(state + true.drifting(rng, draws))
    if isinstance(fit, Odds):
        beside = fit.totals - fit.counts
        share = odds(fit.counts, beside, columns, true.offset).fitted / fit.totals
        share = np.where(fit.known, share * lift / (1 - share + share * lift), 0.0)
        counts = rng.binomial(np.where(fit.known, fit.totals, 0).astype(int), share)
        beside = np.where(fit.known, fit.totals - counts, np.nan)
    else:
        mean = poisson.fit(fit.counts, columns, true.offset).fitted
        counts, beside = rng.poisson(mean * lift), None
    counts = np.where(fit.known, counts, np.nan)
    worlds = contrast(counts, found.plan, beside, np.exp(true.offset))
    with np.errstate(invalid="ignore"):
        far = np.abs(worlds.log_ratio / worlds.error) >= abs(true.log_ratio / true.error) - 1e-9
    return float((1 + (far | ~worlds.found.settled).sum()) / (draws + 1))


@dataclass(frozen=True)
class Avoided:
    """Events avoided since the start, summed month by month.

    Parameters
    ----------
    months
        Index of each known month after, shape (m,).
    total, low, high
        Events avoided up to and with each month, with the interval, shape (m,); the last is the
        sum. Below nought there were more events than expected.
    """

    months: np.ndarray
    total: np.ndarray
    low: np.ndarray
    high: np.ndarray


def avoided(
    found: Interrupted, *, seed: int, draws: int = 5 * DRAWS, level: float = 0.95
) -> Avoided:
    """Events expected without the measure less those counted, summed month by month.

    Parameters
    ----------
    found
        An interrupted series whose effect is known.
    seed, draws
        Of the simulation.
    level
        Coverage of the interval.

    Raises
    ------
    ValueError
        When the effect is refused.

    Notes
    -----
    Each draw takes the expected path from the fit's own errors (dispersion, memory, t) and on it
    counts with a hidden state as the series has (:class:`State`): the interval is for the events
    that would have been counted, so it is wider than that of their expected number.

    References
    ----------
    Gelman & Hill (2007), Data Analysis Using Regression, ch. 7 (draws of parameters and counts);
    Zeger (1988), Biometrika 75:621 (the state).
    """
    true, rng = _of(found), np.random.default_rng(seed)
    after = true.counted[0]
    covariance = true.found.covariance[0] * true.found.stretch[0] ** 2
    wide = np.sqrt(true.found.df[0] / rng.chisquare(true.found.df[0], (draws, 1)))
    step = wide * rng.multivariate_normal(np.zeros(len(covariance)), covariance, draws)
    lift = State.of(true).drawn(rng, (draws, len(after))) + true.drifting(rng, draws)
    expected = true.counterfactual[0] * np.exp(step @ true.slopes[0].T + lift)
    counts = rng.poisson(expected[:, after]).cumsum(axis=1)
    seen = found.counts[after].cumsum()
    low, high = np.quantile(counts, [(1 - level) / 2, (1 + level) / 2], axis=0) - seen
    total = true.counterfactual[0, after].cumsum() - seen
    return Avoided(found.months[after], total, low, high)


def _of(found: Interrupted) -> Contrast:
    if found.contrast is None:
        raise ValueError(
            f"the effect is refused ({found.effect.refused}): ask effect.known before simulating."
        )
    return found.contrast

"""When a level changed, without an eye that has already chosen the date.

A date picked from the curve and then tested as if known finds a change in most series that have
none. Here every date is tried, the noise and the memory of the series say how far chance alone
would go, and the date leaves with an interval.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, log, log1p, sqrt

import numpy as np
from scipy import stats
from scipy.special import xlogy

from analysis.methods import poisson
from analysis.methods.effect import POWER, Effect

SHARE = 0.15
SHORTEST = 2
FEWEST_PER_BREAK = 8
PENALTY = 11.0
REMEMBERED = 0.8
LONGEST_MEMORY = 0.95
ABOUT_PIECES = 1 / 3
FOUND_ANYWAY = 4
SMALLEST_RATIO = 0.05


@dataclass(frozen=True)
class Segments:
    """The best cuts of each series into so many pieces.

    Parameters
    ----------
    cuts
        The first period of every piece but the first, shape (series, breaks).
    misfit
        Deviance or residual sum of squares about the pieces' levels, shape (series,).
    """

    cuts: np.ndarray
    misfit: np.ndarray


@dataclass(frozen=True)
class Break:
    """A change of level whose date was found in the data.

    Parameters
    ----------
    index, low, high
        The first period of the new level, counted from nought, and the interval of it.
    effect
        The level after over that before, design ``break``. Its interval holds for every date
        within ``low`` to ``high``; it has no p, for the date was chosen to make it small.
    date
        How the date came about.
    """

    index: int
    low: int
    high: int
    effect: Effect
    date: str = "chosen by the data"


@dataclass(frozen=True)
class Breaks:
    """The changes of level of one series; none is an answer too.

    Parameters
    ----------
    found
        In order of time.
    fitted
        The expected counts of the pieces, shape (periods,); not a number where the count is
        missing, None where refused.
    dispersion, memory
        About the pieces.
    refused
        The key of why nothing was looked for; empty where it was.
    """

    found: tuple[Break, ...] = ()
    fitted: np.ndarray | None = None
    dispersion: float | None = None
    memory: float | None = None
    refused: str = ""


@dataclass(frozen=True)
class AnyBreak:
    """Whether a steady series as noisy as this one would look as broken.

    Parameters
    ----------
    p, smallest_p
        Share of steady series with as large a step somewhere, and the least it could have been.
    where
        The likeliest single break, if there is one at all.
    dispersion, memory
        Of the steady series.
    refused
        The key of why there is no answer; empty where there is one.
    """

    p: float | None = None
    smallest_p: float = 0.0
    where: Break | None = None
    dispersion: float | None = None
    memory: float | None = None
    refused: str = ""


def poisson_misfit(total: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    """Deviance of a piece with one level, less what is the same for every way to cut."""
    return -2 * xlogy(total, total / exposure)


def gaussian_misfit(total: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    """Sum of squares about a piece's mean, less what is the same for every way to cut."""
    return -(total**2) / exposure


def segment(
    values: np.ndarray,
    exposure: np.ndarray | None = None,
    most: int = 1,
    share: float = SHARE,
    misfit: Callable[[np.ndarray, np.ndarray], np.ndarray] = poisson_misfit,
) -> list[Segments]:
    """The best way to cut each series into 1, 2, ... pieces, by an exact dynamic programme.

    Parameters
    ----------
    values
        Counts or measurements, shape (series, periods); none missing.
    exposure
        What a steady level would be in proportion to (days, season), shape (periods,); the
        same in every period where None.
    most
        The most breaks.
    share
        The least share of the periods in a piece; never fewer than two periods.
    misfit
        Of a piece, from its total and its exposure.

    Returns
    -------
    list of Segments
        For 0, 1, ... breaks. ``misfit`` is counted from the misfit of no break: nought and below.

    Raises
    ------
    ValueError
        When the periods are too few for so many pieces, or a value is missing.

    References
    ----------
    Auger & Lawrence (1989), Bull. Math. Biol. 51:39; Bai & Perron (2003), J. Appl. Econometrics
    18:1.

    Examples
    --------
    >>> segment(np.array([[4.0, 5, 4, 5, 12, 11, 13, 12]]))[1].cuts
    array([[4]])
    """
    series, periods = values.shape
    if np.isnan(values).any():
        raise ValueError("values must have no missing period: leave such periods out first.")
    shortest = _shortest(periods, share)
    if (most + 1) * shortest > periods:
        raise ValueError(
            f"{periods} periods cannot be cut {most} times into pieces of at least {shortest}: "
            "ask for fewer breaks or a smaller share."
        )
    exposure = np.ones(periods) if exposure is None else exposure
    total = np.c_[np.zeros(series), values.cumsum(axis=1)]
    watched = np.r_[0.0, exposure.cumsum()]

    def piece(starts, end):
        return misfit(total[:, [end]] - total[:, starts], watched[end] - watched[starts])

    best = np.full((series, periods + 1), np.inf)
    ends = np.arange(shortest, periods + 1)
    best[:, ends] = misfit(total[:, ends], watched[ends])
    whole, origins = best[:, -1], []
    found = [Segments(np.empty((series, 0), dtype=int), np.zeros(series))]
    for breaks in range(1, most + 1):
        longer, origin = np.full_like(best, np.inf), np.zeros(best.shape, dtype=int)
        first = (breaks + 1) * shortest
        for end in range(first if breaks < most else periods, periods + 1):
            starts = np.arange(breaks * shortest, end - shortest + 1)
            tried = best[:, starts] + piece(starts, end)
            at = tried.argmin(axis=1)
            origin[:, end] = starts[at]
            longer[:, end] = tried[np.arange(series), at]
        best = longer
        origins.append(origin)
        found.append(Segments(_traced(origins), best[:, -1] - whole))
    return found


def mean_shift(values: np.ndarray, share: float = SHARE) -> tuple[int, float]:
    """The best date of one change of mean, and the largest F over all dates.

    For measurements, not for counts; its published thresholds assume no memory.

    Parameters
    ----------
    values
        Shape (periods,); none missing.
    share
        The least share of the periods on either side.

    Returns
    -------
    tuple of int and float
        The first period of the new mean, and sup F.

    References
    ----------
    Andrews (1993), Econometrica 61:821; Zeileis et al. (2002), J. Stat. Software 7(2).

    Examples
    --------
    >>> mean_shift(np.array([1.0, 2, 1, 2, 6, 5, 6, 5]))[0]
    4
    """
    one = segment(values[None], None, 1, share, gaussian_misfit)[1]
    gained = -one.misfit[0]
    left = ((values - values.mean()) ** 2).sum() - gained
    return int(one.cuts[0, 0]), float(gained / (left / (len(values) - 2)))


def breaks(
    counts: np.ndarray,
    exposure: np.ndarray | None = None,
    spent: int = 0,
    most: int = 2,
    share: float = SHARE,
    level: float = 0.95,
) -> Breaks:
    """The changes of level of a series of counts, each with the interval of its date.

    Parameters
    ----------
    counts
        Events a period, shape (periods,); a missing period is not a number.
    exposure
        What a steady level would be in proportion to, shape (periods,), such as
        :func:`analysis.methods.seasonal.pattern`; the same in every period where None.
    spent
        Parameters of the exposure that were estimated from these very counts: two for each pair
        of a seasonal pattern. Forgotten, they make the noise look smaller than it is.
    most
        The most breaks to look for, at least one; never more than one for every eight known
        periods.
    share
        The least share of the periods between breaks.
    level
        Coverage of the intervals.

    Returns
    -------
    Breaks
        Refused with "too few periods" below eight, and with "no events".

    Notes
    -----
    As many breaks are told as gain 11 × noise of deviance each, beside every smaller number of
    them; the noise is φ (1 + ρ) / (1 - ρ) about the pieces, dates counted as parameters. In steady
    worlds with memory 0.5 it finds one in 2-6 % (10 % with memory 0.65), a Poisson criterion with
    the usual 2 log n in 35-76 % (tests/recovery). :func:`any_break` says how likely that is for
    the series at hand. A slope is told as a step too: look at the curve.

    The dates of an interval are those that lose little of the deviance, the other breaks held:
    at most -2 log(1 - √a) × noise. Breaks are told only when found, and those found by luck lie
    wrong more often, so 1 - a is a quarter of 1 - level. It then holds the date of a break that is
    found at least one time in three in 94-99 %, with a = level in 85-99 %. The ratio's interval
    joins the exact ones at every such date, of events made as few as dispersion, memory and length
    make them worth.

    References
    ----------
    Lavielle (2005), Signal Processing 85:1501 (penalties); Eo & Morley (2015), Quantitative
    Economics 6:463 (intervals of dates by the likelihood ratio).

    Examples
    --------
    >>> found = breaks(np.repeat([40.0, 20.0], 8)).found[0]
    >>> found.index, found.low, found.high, found.effect.ratio
    (8, 7, 9, 0.5)
    """
    known, seen, watched = _known(counts, exposure)
    if problem := _why_not(seen):
        return Breaks(refused=problem)
    tried, around = _tried(seen[None], watched, most, share, spent)
    chosen = _number(tried, around)
    fit, cuts = around[chosen], tried[chosen].cuts[0]
    found = tuple(_described(seen, watched, known, cuts, fit, share, level))
    fitted = np.full(len(counts), np.nan)
    fitted[known] = fit.fitted[0]
    return Breaks(found, fitted, float(fit.dispersion[0]), float(fit.memory[0]))


def any_break(
    counts: np.ndarray,
    exposure: np.ndarray | None = None,
    *,
    seed: int,
    draws: int = 999,
    spent: int = 0,
    most: int = 2,
    share: float = SHARE,
    level: float = 0.95,
) -> AnyBreak:
    """Whether the level changed at any date at all, against steady series as noisy as this one.

    Parameters
    ----------
    counts, exposure, spent, most, share
        As for :func:`breaks`.
    seed, draws
        Of the steady series.
    level
        Coverage of the intervals of ``where``.

    Returns
    -------
    AnyBreak
        Refused with "too few periods" below eight known ones, and with "no events".

    Notes
    -----
    The statistic is what the best number of breaks is worth by the criterion of :func:`breaks`.
    Steady series have the dispersion and the memory of the counts: two parts about one level,
    which a true step swells, and one part about the best pieces, which are too smooth. All about
    one level, a halving within 72 months of 4 independent events is found in 61 % instead of 83 %;
    all about the pieces, the size is 8-12 % where there is memory. As it is, it is 3-7 %, but 10 %
    with memory 0.65, and 8 % in nine years with memory 0.5 (tests/recovery).

    It asks more than :func:`breaks` does: where they disagree, the break is a prompt to look. A
    series with a slope is not steady either, and a small p does not tell a slope from a step. With
    999 draws a p of 0.05 is known to 0.014; a short series deserves more of them.

    References
    ----------
    Davison & Hinkley (1997), Bootstrap Methods and their Application, ch. 4; Andrews (1993),
    Econometrica 61:821.

    Examples
    --------
    >>> any_break(np.repeat([40.0, 20.0], 24), seed=1, draws=199).p
    0.005
    """
    known, seen, watched = _known(counts, exposure)
    if problem := _why_not(seen):
        return AnyBreak(refused=problem)
    tried, around = _tried(seen[None], watched, most, share, spent)
    worth = _worth(tried, around).max()
    dispersion, memory = (float(one) for one in _noise(tried, around)[:, 0])
    steady = steady_series(around[0].fitted[0], dispersion, memory, draws, seed)
    steadily = _worth(*_tried(steady, watched, most, share)).max(axis=0)
    return AnyBreak(
        p=float((np.count_nonzero(steadily >= worth) + 1) / (draws + 1)),
        smallest_p=1 / (draws + 1),
        where=next(_described(seen, watched, known, tried[1].cuts[0], around[1], share, level)),
        dispersion=dispersion,
        memory=memory,
    )


def detectable_step(
    counts: np.ndarray,
    exposure: np.ndarray | None = None,
    *,
    seed: int,
    draws: int = 199,
    spent: int = 0,
    most: int = 2,
    share: float = SHARE,
    level: float = 0.95,
) -> float | None:
    """The ratio below 1 of a step in the middle that :func:`any_break` would find 4 times of 5.

    To be told wherever no break is found.

    Parameters
    ----------
    counts, exposure, spent, most, share
        As for :func:`any_break`: the level, noise and memory are those of the counts.
    seed, draws
        Of the series with a planted step and of the steady ones.
    level
        1 less the p that counts as found.

    Returns
    -------
    float or None
        To the nearest hundredth; None where a fall to a twentieth would not be found, or where
        :func:`any_break` refuses.

    Notes
    -----
    A planted step adds to dispersion and memory about one level, as a true one does, and the
    threshold it must pass is that of steady series so noisy. The noise of one short series is not
    well known: steps of the size told were found in 72-92 % of simulated worlds.

    Examples
    --------
    >>> detectable_step(np.tile([40.0, 44, 36], 16), seed=1)
    0.73
    """
    _, seen, watched = _known(counts, exposure)
    if _why_not(seen):
        return None
    noise = [float(one) for one in _noise(*_tried(seen[None], watched, most, share, spent))[:, 0]]
    steady_level = watched * seen.sum() / watched.sum()
    late = np.arange(len(seen)) >= len(seen) // 2

    def found(ratio):
        expected = steady_level * np.where(late, ratio, 1.0)
        planted = _tried(steady_series(expected, *noise, draws, seed), watched, most, share)
        seeming = [float(one) for one in np.median(_noise(*planted), axis=1)]
        steady = steady_series(steady_level, *seeming, draws, seed + 1)
        steadily = _worth(*_tried(steady, watched, most, share)).max(axis=0)
        return np.mean(_worth(*planted).max(axis=0) > np.quantile(steadily, level)) >= POWER

    if not found(SMALLEST_RATIO):
        return None
    low, high = SMALLEST_RATIO, 1.0
    while high - low > 0.01:
        middle = (low + high) / 2
        low, high = (middle, high) if found(middle) else (low, middle)
    return round(low, 2)


def steady_series(
    expected: np.ndarray, dispersion: float, memory: float, draws: int, seed: int
) -> np.ndarray:
    """Counts about a steady level with this dispersion and memory, shape (draws, periods).

    Parameters
    ----------
    expected
        Their means, shape (periods,).
    dispersion, memory
        Of Pearson residuals: variance over mean (below 1 it is taken for 1) and lag-1
        autocorrelation.
    draws, seed
        How many series, and where they start.

    Notes
    -----
    Poisson about a lognormal AR(1) and gamma noise. Two numbers do not tell a long weak memory
    from a short strong one: four fifths of the dispersion (more where the memory needs it)
    is given to the part that is remembered. With all of it tests are too eager where
    memory is long, with half of it they lose half their power.

    Examples
    --------
    >>> steady_series(np.full(6, 4.0), 1.0, 0.0, draws=2, seed=1).shape
    (2, 6)
    """
    rng = np.random.default_rng(seed)
    mean = float(expected.mean())
    total = log1p((max(1.0, dispersion) - 1) / mean)
    needed = log1p(memory * max(1.0, dispersion) / mean)
    remembered = min(total, max(REMEMBERED * total, needed / LONGEST_MEMORY))
    carried = min(needed / remembered, LONGEST_MEMORY) if remembered else 0.0
    noise = np.expm1(total - remembered)
    state = rng.standard_normal((draws, len(expected)))
    for period in range(1, len(expected)):
        fresh = sqrt(1 - carried**2) * state[:, period]
        state[:, period] = carried * state[:, period - 1] + fresh
    means = expected * np.exp(sqrt(remembered) * state - remembered / 2)
    gamma = rng.gamma(1 / noise, noise, means.shape) if noise > 0 else 1.0
    return rng.poisson(means * gamma).astype(float)


def _traced(origins: list[np.ndarray]) -> np.ndarray:
    """The cuts of the whole series, from the table of where each last piece starts."""
    rows = np.arange(len(origins[0]))
    cuts = [np.full(len(rows), origins[0].shape[1] - 1)]
    for origin in reversed(origins):
        cuts.append(origin[rows, cuts[-1]])
    return np.column_stack(cuts[:0:-1])


def _known(counts, exposure) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which periods are known, their counts, and their exposure."""
    counts = np.asarray(counts, dtype=float)
    exposure = np.ones(counts.shape) if exposure is None else np.asarray(exposure, dtype=float)
    if counts.ndim != 1 or counts.shape != exposure.shape:
        raise ValueError(
            f"counts {counts.shape} and exposure {exposure.shape} must be one series of a length."
        )
    known = np.flatnonzero(~np.isnan(counts))
    if (counts[known] < 0).any() or not (exposure[known] > 0).all():
        raise ValueError("counts must be nought or more and the exposure of each over nought.")
    return known, counts[known], exposure[known]


def _why_not(seen: np.ndarray) -> str:
    if len(seen) < FEWEST_PER_BREAK:
        return "too few periods"
    return "" if seen.any() else "no events"


def _around(counts, exposure, cuts, spent=0) -> poisson.Fit:
    """The levels of the pieces as a fit; cuts and what is spent on the exposure are parameters."""
    piece = (np.arange(counts.shape[1]) >= cuts[..., None]).sum(axis=1)
    steps = (piece[..., None] == np.arange(cuts.shape[1] + 1)).astype(float)
    events, watched = (
        np.einsum("st,stp->sp", counts, steps),
        np.einsum("t,stp->sp", exposure, steps),
    )
    fitted = np.maximum(np.einsum("sp,stp->st", events / watched, steps) * exposure, 1e-12)
    with np.errstate(divide="ignore"):
        parameters = np.c_[np.log(events / watched), cuts, np.zeros((len(counts), spent))]
    return poisson.Fit(counts, steps, parameters, fitted, (events > 0).all(axis=1))


def _tried(counts, exposure, most, share, spent=0) -> tuple[list[Segments], list[poisson.Fit]]:
    """The best 0, 1, ... cuts and the fits about them."""
    if most < 1:
        raise ValueError(f"most must be at least 1, not {most}.")
    most = min(most, counts.shape[1] // FEWEST_PER_BREAK)
    tried = segment(counts, exposure, most, share)
    return tried, [_around(counts, exposure, one.cuts, spent) for one in tried]


def _worth(tried: list[Segments], around: list[poisson.Fit]) -> np.ndarray:
    """What 1, 2, ... breaks are worth beside none, shape (most, series)."""
    return np.array(
        [
            -one.misfit / fit.stretch**2 - PENALTY * one.cuts.shape[1]
            for one, fit in zip(tried[1:], around[1:], strict=True)
        ]
    )


def _noise(tried: list[Segments], around: list[poisson.Fit]) -> np.ndarray:
    """Dispersion and memory that a steady series would have, shape (2, series).

    About one level they hold a break too, if there is one; about the best pieces they are too
    small, for the pieces were fitted to them.
    """
    best = _worth(tried, around).argmax(axis=0) + 1
    kinds = np.array([[fit.dispersion, fit.memory] for fit in around])
    pieces = kinds[best, :, np.arange(len(best))].T
    return (1 - ABOUT_PIECES) * kinds[0] + ABOUT_PIECES * pieces


def _number(tried: list[Segments], around: list[poisson.Fit]) -> int:
    """The most breaks that are worth their price beside every smaller number of them."""
    misfit = np.array([one.misfit[0] for one in tried])
    chosen = 0
    for number in range(1, len(tried)):
        fewer = np.arange(number)
        gains = (misfit[fewer] - misfit[number]) / around[number].stretch[0] ** 2
        chosen = number if (gains > PENALTY * (number - fewer)).all() else chosen
    return chosen


def _described(seen, watched, known, cuts, fit, share, level):
    """Each break between its neighbours, with the intervals of its date and its ratio."""
    shortest = _shortest(len(seen), share)
    edges = np.r_[0, cuts, len(seen)]
    noise = float(fit.stretch[0]) ** 2
    loss = -2 * log(1 - sqrt(1 - (1 - level) / FOUND_ANYWAY)) * noise
    for start, cut, end in zip(edges, edges[1:], edges[2:], strict=False):
        dates = np.arange(start + shortest, end - shortest + 1)
        total, exposure = seen[start:end].cumsum(), watched[start:end].cumsum()
        before, passed = total[dates - start - 1], exposure[dates - start - 1]
        after, left = total[-1] - before, exposure[-1] - passed
        misfit = poisson_misfit(before, passed) + poisson_misfit(after, left)
        likely = misfit - misfit.min() <= loss
        low, high = _ratios(before, passed, after, left, noise, fit.df[0], level)
        with np.errstate(divide="ignore"):
            ratio = (after / left) / (before / passed)
        at = cut - dates[0]
        effect = Effect(
            design="break",
            ratio=float(ratio[at]),
            low=float(low[likely].min()),
            high=float(high[likely].max()),
            level=level,
            months=int(end - cut),
            expected=float((before / passed * left)[at]),
            observed=float(after[at]),
            dispersion=float(fit.dispersion[0]),
            memory=float(fit.memory[0]),
        )
        first, last = dates[likely][[0, -1]]
        yield Break(int(known[cut]), int(known[first - 1] + 1), int(known[last]), effect)


def _shortest(periods: int, share: float) -> int:
    return max(SHORTEST, ceil(round(share * periods, 9)))


def _ratios(before, passed, after, left, noise, df, level):
    """Exact intervals of the ratio of two levels, of events as few as the noise makes them."""
    tail = (1 - level) / 2
    wider = (stats.t.ppf(tail, df) / stats.norm.ppf(tail)) ** 2
    k, other = after / (noise * wider), before / (noise * wider)
    with np.errstate(divide="ignore"):
        low = np.where(k > 0, stats.beta.ppf(tail, np.maximum(k, 1e-9), other + 1), 0.0)
        high = np.where(other > 0, stats.beta.ppf(1 - tail, k + 1, np.maximum(other, 1e-9)), 1.0)
        return low / (1 - low) * passed / left, high / (1 - high) * passed / left

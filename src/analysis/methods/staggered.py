"""Measures that began at different times, without areas treated earlier posing as untreated.

One two-way estimate over staggered starts is a weighted mean of many comparisons, and some of them
hold the effect of one area against that of another. Here each comparison can be seen with its
weight, and the estimates beside it use only what was not yet treated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import stats

from analysis.methods import assignment
from analysis.methods.effect import POWER

LEFT = 1e-9
NEVER, LATER, EARLIER = "never treated", "treated later", "treated earlier"


@dataclass(frozen=True, eq=False)
class GroupTimes:
    """The effect of each period on the areas that started together.

    Parameters
    ----------
    starts, periods
        Index of the first period under the measure and of the period told, shape (n,). Periods
        before the start hold the change since the period before and should be near nought.
    effects
        Difference in the units of the outcome, shape (n,).
    areas
        Treated areas it is of, shape (n,).
    """

    starts: np.ndarray
    periods: np.ndarray
    effects: np.ndarray
    areas: np.ndarray

    @property
    def _after(self) -> np.ndarray:
        return self.periods >= self.starts

    def at(self, start: int, period: int) -> float:
        """The effect on those that started in ``start``, in ``period``."""
        return float(self.effects[(self.starts == start) & (self.periods == period)][0])

    def of_start(self) -> dict[int, float]:
        """The mean over the periods after, for each start."""
        chosen = {int(s): self._after & (self.starts == s) for s in np.unique(self.starts)}
        return {start: float(self.effects[which].mean()) for start, which in chosen.items()}

    def since(self) -> dict[int, float]:
        """The mean over areas by the periods since the start; below nought before it."""
        since = self.periods - self.starts
        return {
            int(s): float(np.average(self.effects[since == s], weights=self.areas[since == s]))
            for s in np.unique(since)
        }

    def average(self) -> float:
        """The mean over areas and the periods after."""
        return float(np.average(self.effects[self._after], weights=self.areas[self._after]))


def group_times(outcome: np.ndarray, starts: np.ndarray) -> GroupTimes:
    """Effects by start and period, against the areas that were never treated.

    Parameters
    ----------
    outcome
        Rates, shares or logarithms, shape (areas, periods); a missing one is not a number.
    starts
        Index of the first period under the measure, shape (areas,); the number of periods, or
        more, for never.

    Returns
    -------
    GroupTimes
        From the second period on. After the start against the last period before it, before the
        start against the period before. An area counts where both periods are known.

    Raises
    ------
    ValueError
        When no area is never treated, or one is treated from the first period.

    References
    ----------
    Callaway & Sant'Anna (2021), Difference-in-differences with multiple time periods, J.
    Econometrics 225:200 (no covariates, comparison never treated, varying base).

    Examples
    --------
    >>> shares = np.array([[5.0, 6, 9, 11], [4, 5, 6, 7], [7, 8, 9, 10]])
    >>> found = group_times(shares, np.array([2, 4, 4]))
    >>> found.at(2, 2), found.at(2, 3), found.average()
    (2.0, 3.0, 2.5)
    """
    outcome, starts = _checked(outcome, starts)
    count = outcome.shape[1]
    never = outcome[starts >= count]
    if not len(never):
        raise ValueError("no area is never treated: use imputed(), which compares with not yet.")
    rows = [
        (start, period, start - 1 if period >= start else period - 1)
        for start in np.unique(starts[starts < count])
        for period in range(1, count)
    ]
    effects = [
        np.nanmean(outcome[starts == start, period] - outcome[starts == start, base])
        - np.nanmean(never[:, period] - never[:, base])
        for start, period, base in rows
    ]
    sizes = [int((starts == start).sum()) for start, _, _ in rows]
    begun, periods, _ = np.array(rows).T
    return GroupTimes(begun, periods, np.array(effects), np.array(sizes))


@dataclass(frozen=True, eq=False)
class Imputed:
    """What was counted beside what the areas not yet treated say would have been.

    Parameters
    ----------
    without
        The outcome without the measure, shape (areas, periods), known everywhere.
    effects
        Outcome less ``without`` under the measure; not a number elsewhere.
    """

    without: np.ndarray
    effects: np.ndarray

    @cached_property
    def average(self) -> float:
        """The mean effect over known cells under the measure."""
        return float(np.nanmean(self.effects))


def imputed(
    outcome: np.ndarray, starts: np.ndarray, controls: Mapping[str, np.ndarray] | None = None
) -> Imputed:
    """The outcome that treated areas would have had, from all cells not yet treated.

    Parameters
    ----------
    outcome, starts
        As for :func:`group_times`.
    controls
        Other causes by name, shape (areas, periods), which the measure does not move.

    Raises
    ------
    ValueError
        When an area or a period has no known cell without the measure, so that nothing says what
        it would have been.

    Notes
    -----
    Area and period levels are fitted to untreated cells alone; the two-way regression fits them
    to all cells, treated ones too, and so takes a growing effect for a trend.

    References
    ----------
    Borusyak, Jaravel & Spiess (2024), Revisiting event-study designs, Rev. Econ. Stud. 91:3253.

    Examples
    --------
    >>> shares = np.array([[5.0, 6, 9, 11], [4, 5, 6, 7], [7, 8, 9, 10]])
    >>> imputed(shares, np.array([2, 3, 4])).effects[0].round(6).tolist()
    [nan, nan, 2.0, 3.0]
    """
    outcome, starts = _checked(outcome, starts)
    treated = np.arange(outcome.shape[1]) >= starts[:, None]
    use = ~treated & ~np.isnan(outcome)
    for axis, name in ((1, "area"), (0, "period")):
        if not use.any(axis=axis).all():
            where = int((~use.any(axis=axis)).argmax())
            raise ValueError(
                f"{name} {where} has no known outcome without the measure: leave it out, or end "
                "the series before all are treated."
            )
    without = _carried(_levels(outcome.shape, controls), outcome[..., None], use)[..., 0]
    return Imputed(without, np.where(treated, outcome - without, np.nan))


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A mean difference judged by what other areas would have shown, had they been chosen.

    Parameters
    ----------
    value, low, high, level
        In the units of the outcome; an end is infinite where no difference is rejected.
    p, smallest_p
        Two-sided p of no difference, and the smallest that so few areas could have given.
    detectable
        The difference, up or down, that would be found four times out of five; None where none
        would be, however large.
    """

    value: float
    low: float
    high: float
    level: float
    p: float
    smallest_p: float
    detectable: float | None

    @property
    def direction(self) -> str:
        """Either "higher" or "lower" when the interval leaves out 0; else "unclear"."""
        return "higher" if self.low > 0 else "lower" if self.high < 0 else "unclear"


def by_lot(
    outcome: np.ndarray,
    starts: np.ndarray,
    *,
    seed: int,
    number: int = 999,
    controls: Mapping[str, np.ndarray] | None = None,
    level: float = 0.95,
) -> Difference:
    """The mean imputed effect, with the interval and p of handing the same starts to other areas.

    What to tell of shares when the errors of a two-way estimate carry a caution.

    Parameters
    ----------
    outcome, starts, controls
        As for :func:`imputed`.
    seed, number
        Of the assignments drawn; all of them where there are no more.
    level
        Coverage of the interval.

    Raises
    ------
    ValueError
        As for :func:`imputed`, and when no area ever departs from the others.

    Notes
    -----
    The estimate is linear in the outcome, so a difference is taken out of the treated cells for
    all assignments at once. One treated area of ten has ten assignments: its p is 0.1 at the
    least, its interval has no ends, and no difference is detectable at 5 %. For ten districts
    over eight years with three treated, size is 4 % and coverage 96 %, where clustered errors
    reject 10 % of true nulls, and 49 % with one treated (tests/recovery).

    References
    ----------
    Rosenbaum (2002), Observational Studies, 2nd ed., sec. 2.6; see
    :mod:`analysis.methods.assignment`.

    Examples
    --------
    >>> shares = np.array([[5.0, 6, 9, 11], [4, 5, 6, 7], [7, 8, 10, 10]])
    >>> found = by_lot(shares, np.array([2, 4, 4]), seed=1)
    >>> round(found.value, 6), round(found.smallest_p, 2), found.direction, found.detectable
    (2.25, 0.33, 'unclear', None)
    """
    value = imputed(outcome, starts, controls).average
    outcome, starts = _checked(outcome, starts)
    periods, known = np.arange(outcome.shape[1]), ~np.isnan(outcome)
    levels = _levels(outcome.shape, controls)
    real = (periods >= starts[:, None]).astype(float)
    columns = np.dstack([np.where(known, outcome, 0.0), real])
    drawn = assignment.assignments(starts, number, seed)
    left = [_mean_left(levels, columns, known, periods >= other[:, None]) for other in drawn]
    told, taken = np.array(left).T
    error = assignment.spread(told - value * taken)
    if not error > LEFT * np.nanmax(np.abs(outcome)):
        raise ValueError("areas differ in nothing but the measure: no other choice of areas tells.")

    def standardised(difference: float) -> np.ndarray:
        return told / error - difference * taken

    low, high = assignment.interval(standardised, value / error, level)
    smallest = assignment.smallest_p(told / error)
    far = float(stats.norm.ppf((1 + level) / 2) + stats.norm.ppf(POWER)) * error
    return Difference(
        value=value,
        low=low * error,
        high=high * error,
        level=level,
        p=assignment.p_value(told / error),
        smallest_p=smallest,
        detectable=far if smallest <= 1 - level else None,
    )


@dataclass(frozen=True)
class Comparison:
    """One of the comparisons that a two-way estimate is made of.

    Parameters
    ----------
    start, other
        When the treated areas started, and those that they are compared with.
    kind
        What those are: "never treated", "treated later" or "treated earlier"; the last holds the
        effect on the one against the effect on the other.
    weight
        In the two-way estimate; all add up to 1.
    value
        The difference in differences.
    """

    start: int
    other: int
    kind: str
    weight: float
    value: float


def comparisons(outcome: np.ndarray, starts: np.ndarray) -> list[Comparison]:
    """Every two-by-two comparison within a two-way estimate, with its weight.

    Parameters
    ----------
    outcome
        As for :func:`group_times`, but with no cell missing.
    starts
        As for :func:`group_times`; nought or less where an area was treated all along.

    Returns
    -------
    list of Comparison
        By start and the start compared with; ``sum(one.weight * one.value)`` is the unweighted
        two-way estimate.

    Raises
    ------
    ValueError
        When a cell is missing.

    References
    ----------
    Goodman-Bacon (2021), Difference-in-differences with variation in treatment timing, J.
    Econometrics 225:254.

    Examples
    --------
    >>> shares = np.array([[5.0, 6, 9, 11], [4, 5, 6, 7], [7, 8, 9, 10]])
    >>> comparisons(shares, np.array([2, 4, 4]))
    [Comparison(start=2, other=4, kind='never treated', weight=1.0, value=2.5)]
    """
    outcome = np.asarray(outcome, dtype=float)
    if missing := int(np.isnan(outcome).sum()):
        raise ValueError(f"{missing} cells are missing: the weights hold for whole panels only.")
    count = outcome.shape[1]
    starts = np.clip(np.asarray(starts), 0, count).astype(int)
    found = [
        _compared(outcome, starts, start, other)
        for start in np.unique(starts[(starts > 0) & (starts < count)])
        for other in np.unique(starts)
        if other != start
    ]
    whole = sum(one.weight for one in found)
    return [
        Comparison(one.start, one.other, one.kind, one.weight / whole, one.value) for one in found
    ]


def by_kind(found: list[Comparison]) -> dict[str, tuple[float, float]]:
    """The weight of each kind of comparison and what it says on average.

    Examples
    --------
    >>> by_kind([Comparison(2, 4, NEVER, 0.75, -1.0), Comparison(2, 9, NEVER, 0.25, -3.0)])
    {'never treated': (1.0, -1.5)}
    """
    kinds = sorted({one.kind for one in found})
    weights = {kind: sum(one.weight for one in found if one.kind == kind) for kind in kinds}
    return {
        kind: (weight, sum(one.weight * one.value for one in found if one.kind == kind) / weight)
        for kind, weight in weights.items()
    }


def _compared(outcome: np.ndarray, starts: np.ndarray, start: int, other: int) -> Comparison:
    """Two groups over the periods in which the other's treatment does not change."""
    count = outcome.shape[1]
    periods = np.arange(count)
    still = periods < other if other > start else periods >= other
    groups = [outcome[starts == one].mean(axis=0) for one in (start, other)]
    gap, after = groups[0] - groups[1], periods >= start
    both = np.isin(starts, (start, other))
    part = (starts == start).sum() / both.sum()
    under = after[still].mean()
    return Comparison(
        start=int(start),
        other=int(other),
        kind=NEVER if other == count else LATER if other > start else EARLIER,
        weight=float((both.mean() * still.mean()) ** 2 * part * (1 - part) * under * (1 - under)),
        value=float(gap[still & after].mean() - gap[still & ~after].mean()),
    )


def _checked(outcome: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    outcome, starts = np.asarray(outcome, dtype=float), np.asarray(starts)
    if starts.shape != outcome.shape[:1]:
        raise ValueError(f"{starts.shape} starts do not go with {outcome.shape} outcomes.")
    if (starts < 1).any():
        raise ValueError(
            f"area {int((starts < 1).argmax())} is treated from the first period, so nothing is "
            "known of it without the measure: leave it out."
        )
    return outcome, starts


def _levels(shape: tuple[int, int], controls: Mapping[str, np.ndarray] | None) -> np.ndarray:
    """A column an area, a period and a control, shape (areas, periods, columns)."""
    area, period = np.indices(shape)
    others = [np.asarray(one, dtype=float)[..., None] for one in (controls or {}).values()]
    return np.concatenate([np.eye(shape[0])[area], np.eye(shape[1])[period], *others], axis=2)


def _carried(levels: np.ndarray, columns: np.ndarray, use: np.ndarray) -> np.ndarray:
    """What the cells in use say of every cell, for each of the columns."""
    return levels @ np.linalg.lstsq(levels[use], columns[use], rcond=None)[0]


def _mean_left(levels, columns, known, treated) -> np.ndarray:
    """What is left of the columns where treated; not a number where nothing says so."""
    use = known & ~treated
    if not (use.any(axis=0).all() and use.any(axis=1).all() and (known & treated).any()):
        return np.full(columns.shape[2], np.nan)
    return (columns - _carried(levels, columns, use))[known & treated].mean(axis=0)

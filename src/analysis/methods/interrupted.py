"""One series, one measure, one date: what changed, and what the months before allow to be seen.

The date, the shape and the months left out are declared (:class:`Plan`) before the series is
looked at. Dispersion and memory are in the error by default, a series too short or too empty is
refused, and the same design is run at dates when nothing happened.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from analysis.methods import poisson
from analysis.methods.counterfactual import (
    Contrast,
    Plan,
    away,
    checked,
    contrast,
    crossed,
    design,
    log_exposure,
    odds,
)
from analysis.methods.effect import POWER, Effect, of_log

FEWEST_BEFORE, FEWEST_LEVEL = 24, 6
FEWEST_AFTER = {"level": 6, "level and slope": 12}


@dataclass(frozen=True)
class Interrupted:
    """The effect by an interrupted series, and what a figure of it needs.

    Parameters
    ----------
    effect
        Over all months after, with its interval.
    plan
        As declared.
    months
        Index of each month, shape (months,); so are all below.
    counts
        As given.
    fitted
        With the measure; not a number in the transition.
    counterfactual, low, high
        Without it, from the start on, with the interval of the expected count (not of what a
        single month may bring); not a number before the start.
    contrast
        The fit itself; None where the effect is refused.
    """

    effect: Effect
    plan: Plan
    months: np.ndarray
    counts: np.ndarray
    fitted: np.ndarray
    counterfactual: np.ndarray
    low: np.ndarray
    high: np.ndarray
    contrast: Contrast | None


def interrupted(
    counts: np.ndarray,
    plan: Plan,
    comparison: np.ndarray | None = None,
    exposure: np.ndarray | None = None,
    level: float = 0.95,
) -> Interrupted:
    """The ratio of the events after a measure to those expected without it.

    Parameters
    ----------
    counts
        Events a month, shape (months,); a missing month is not a number.
    plan
        Declared before the series was looked at.
    comparison
        Events of the comparison areas together, shape (months,). The effect is then on the odds
        that an event falls in the treated area, given how many there were in both: what happens
        to all of them alike cancels.
    exposure
        Days or inhabitants, shape (months,); with a comparison, the ratio to its exposure.
    level
        Coverage of the intervals.

    Returns
    -------
    Interrupted
        Its effect is refused with "no events" (before, after or in the comparison), "too few
        months before" (known ones under 24, or under 6 since the last of ``plan.earlier``), "too
        few months after" (under 6; for a slope 12) or "no fit". With no event after, the ratio has
        no lower end; ``expected``, ``observed`` and ``detectable`` (from the months before) then
        say what there is to say.

    Notes
    -----
    Quasi-Poisson, or quasi-binomial with a comparison, with errors for dispersion and lag-1 memory
    (:mod:`analysis.methods.poisson`). Of 20,000 simulated series without an effect, with noise and
    memory .5, 6.1-7.5 % were called one at up to 4 events a month, 8 % at 12, and 10 % where the
    memory is .7 (tests/recovery). For "level and slope" the effect is observed over expected in
    all months after together, and p is of that ratio: a joint test of level and slope would also
    call it an effect when a rise followed a fall and nothing was gained.

    References
    ----------
    Lopez Bernal, Cummins & Gasparrini (2017), Int. J. Epidemiol. 46:348; (2018), 47:2082
    (comparison series).

    Examples
    --------
    >>> calm = interrupted(np.tile([2.0, 3, 4], 20), Plan(start=40)).effect
    >>> round(calm.ratio, 2), calm.direction
    (1.01, 'unclear')
    """
    counts = checked("counts", counts)
    if counts.ndim != 1:
        raise ValueError(f"counts of shape {counts.shape}: give one series; contrast takes many.")
    if comparison is not None:
        comparison = checked("comparison", comparison, counts.shape)
    name = "interrupted" if comparison is None else "interrupted_with_comparison"
    nothing = np.full(len(counts), np.nan)
    paths = dict.fromkeys(("fitted", "counterfactual", "low", "high"), nothing)
    about = {"plan": plan, "months": np.arange(len(counts)), "counts": counts}
    refused = why_not(counts, plan, comparison)
    found = None if refused else contrast(counts, plan, comparison, exposure)
    if found is not None and not found.found.settled[0]:
        refused = "no fit"
    if refused:
        effect = _refused(refused, name, counts, plan, comparison, exposure, level)
        return Interrupted(effect=effect, contrast=None, **about, **paths)
    started = np.where(~plan.before(len(counts)), 1.0, np.nan)
    path = found.counterfactual[0] * started
    reach = found.path_error[0] * stats.t.ppf((1 + level) / 2, found.found.df[0])
    return Interrupted(
        effect=_effect(found, name, comparison, level),
        fitted=plan.used(found.found.fitted[0]),
        counterfactual=path,
        low=path * np.exp(-reach),
        high=path * np.exp(reach),
        contrast=found,
        **about,
    )


def _effect(found: Contrast, name: str, comparison: np.ndarray | None, level: float) -> Effect:
    """The first series' effect; what it could have found is by the events a fall would leave."""
    fit, expected = found.found, found.counterfactual[0]
    effect = of_log(
        name,
        float(found.log_ratio[0]),
        float(found.error[0]),
        float(fit.df[0]),
        level,
        months=int(found.counted[0].sum()),
        expected=float(found.expected[0]),
        observed=float(found.observed[0]),
        dispersion=float(fit.dispersion[0]),
        memory=float(fit.memory[0]),
    )
    least = _found_from(expected, fit.known[0], found.plan, fit.stretch[0], comparison, level)
    return replace(effect, detectable=least)


def why_not(counts: np.ndarray, plan: Plan, comparison: np.ndarray | None = None) -> str:
    """The key of the reason why a plan gives no effect on a series; empty when it may."""
    beside = np.zeros(len(counts)) if comparison is None else comparison
    known = ~np.isnan(counts) & ~np.isnan(beside)
    before, after = plan.before(len(counts)) & known, plan.after(len(counts)) & known
    level = before & (np.arange(len(counts)) >= max(plan.earlier, default=0))
    if before.sum() < FEWEST_BEFORE or level.sum() < FEWEST_LEVEL:
        return "too few months before"
    if after.sum() < FEWEST_AFTER[plan.shape]:
        return "too few months after"
    if counts[before | after].sum() == 0:
        return "no events"
    for side, name in ((before, "before"), (after, "after")):
        if comparison is not None and beside[side].sum() == 0:
            return "no events in the comparison"
        if counts[side].sum() == 0:
            return f"no events {name}"
    return ""


def _refused(refused, name, counts, plan, comparison, exposure, level) -> Effect:
    effect = Effect(design=name, refused=refused, level=level)
    if refused != "no events after":
        return effect
    ahead = _ahead(counts, plan, comparison, log_exposure(exposure))
    known = ~np.isnan(plan.used(counts if comparison is None else counts + comparison))
    after = known & plan.after(len(counts))
    expected, stretch = ahead.fitted[0], ahead.stretch[0]
    return replace(
        effect,
        months=int(after.sum()),
        observed=0.0,
        expected=float(expected[after].sum()),
        detectable=_found_from(expected, known, plan, stretch, comparison, level),
        dispersion=float(ahead.dispersion[0]),
        memory=float(ahead.memory[0]),
    )


def _ahead(counts, plan, comparison, offset):
    """The months before, gone on with as if nothing had happened."""
    counts = np.where(plan.before(len(counts)), counts, np.nan)[None]
    columns = design(plan, counts.shape[1])[:, : -plan.steps]
    if comparison is None:
        return poisson.fit(counts, columns, offset)
    return odds(counts, comparison[None], columns, offset)


def _found_from(expected, known, plan, stretch, comparison, level) -> float | None:
    """The largest ratio, in hundredths, that would be found four times of five.

    ``expected`` is without the measure. The fewer events a ratio leaves after, the larger its
    error; and the less of a dispersion that grows with the mean.
    """
    columns, after = design(plan, len(known))[known], plan.after(len(known))[known]
    expected = expected[known]
    steps = columns * (np.arange(columns.shape[1]) >= columns.shape[1] - plan.steps)
    slope = np.average(steps[after], axis=0, weights=expected[after])
    ratios = np.arange(99, 0, -1) / 100
    left = np.where(after, ratios[:, None], 1.0)
    weights = expected * left
    if comparison is not None:
        weights = weights * comparison[known] / (weights + comparison[known])
    information = crossed(weights, np.broadcast_to(columns, (99, *columns.shape)))
    variance = slope @ np.linalg.pinv(information, hermitian=True) @ slope
    own = np.sqrt(variance * (1 + np.maximum(stretch**2 - 1, 0) * left.mean(axis=1)))
    apart = np.average(away(plan, known)[known][after], weights=expected[after])
    error = np.hypot(own, plan.drift * apart)
    df = len(columns) - columns.shape[1]
    needed = stats.t.ppf((1 + level) / 2, df) + stats.t.ppf(POWER, df)
    found = ratios[-np.log(ratios) >= needed * error]
    return float(found[0]) if len(found) else None


def foreseen(
    before: np.ndarray,
    plan: Plan,
    months_after: int,
    comparison: np.ndarray | None = None,
    level: float = 0.95,
) -> float | None:
    """The ratio that the plan would find four times of five, from the months before alone.

    Parameters
    ----------
    before
        Events in the months before the start, shape (plan.start,).
    plan
        The plan that is thought of.
    months_after
        How many months after the transition will be waited for.
    comparison
        Events of the comparison areas together in the same months; they are taken to go on at
        their mean.
    level
        Of the interval that has to leave out 1.

    Returns
    -------
    float or None
        In hundredths. None where even a fall by 99 % would not be found so often.

    Raises
    ------
    ValueError
        When there are not ``plan.start`` months, or fewer than 24 known ones.

    References
    ----------
    Bloom (1995), Minimum detectable effects, Evaluation Review 19:547. The error is that at the
    ratio in question: with that of no effect the ratio named would be found in 60-69 %.

    Examples
    --------
    >>> before = np.tile([1.0, 2, 0, 3, 1, 2], 8)
    >>> foreseen(before, Plan(start=48), months_after=24)
    0.27
    """
    before = checked("before", before)
    if len(before) != plan.start or (~np.isnan(before)).sum() < FEWEST_BEFORE:
        raise ValueError(
            f"{(~np.isnan(before)).sum()} known of {len(before)} months before a start at "
            f"{plan.start}: give every month before it, at least {FEWEST_BEFORE} of them known."
        )
    wait = np.full(plan.transition + months_after, np.nan)
    counts, after = np.r_[before, wait], plan.after(plan.first + months_after)
    if comparison is not None:
        comparison = checked("comparison", comparison, before.shape)
        comparison = np.r_[comparison, np.full(len(wait), np.nanmean(comparison))]
    ahead = _ahead(counts, plan, comparison, 0.0)
    known = ahead.known[0] | after
    return _found_from(ahead.fitted[0], known, plan, ahead.stretch[0], comparison, level)


@dataclass(frozen=True)
class PlaceboDates:
    """The same design at dates when the measure had not begun.

    Parameters
    ----------
    starts
        The dates tried, by their index.
    effects
        One a date.
    rank
        Of the true effect among them and itself by p, 1 the smallest; None where it is refused or
        there is no date to try.
    """

    starts: tuple[int, ...]
    effects: tuple[Effect, ...]
    rank: int | None

    @property
    def found(self) -> int:
        """How many dates show an effect though there was no measure."""
        return sum(effect.direction != "unclear" for effect in self.effects)


def placebo_dates(
    counts: np.ndarray,
    plan: Plan,
    comparison: np.ndarray | None = None,
    exposure: np.ndarray | None = None,
    level: float = 0.95,
) -> PlaceboDates:
    """The plan run at each earlier date it allows, on the months before the true start alone.

    Parameters
    ----------
    counts, plan, comparison, exposure, level
        As for :func:`interrupted`.

    Notes
    -----
    Neighbouring dates share most of their months: the rank is for information, no p value.

    References
    ----------
    Linden & Yarnold (2016), J. Eval. Clin. Pract. 22:871 (checking for other breaks before).

    Examples
    --------
    >>> tried = placebo_dates(np.tile([2.0, 3, 4], 20), Plan(start=40))
    >>> tried.starts[0], tried.starts[-1], tried.found
    (24, 34, 0)
    """
    true = interrupted(counts, plan, comparison, exposure, level).effect
    cut = [None if a is None else np.asarray(a)[: plan.start] for a in (comparison, exposure)]
    last = plan.start - plan.transition - FEWEST_AFTER[plan.shape]
    starts = tuple(range(FEWEST_BEFORE, last + 1))
    effects = tuple(
        interrupted(
            np.asarray(counts)[: plan.start], replace(plan, start=start), *cut, level
        ).effect
        for start in starts
    )
    known = [effect.p for effect in effects if effect.known]
    rank = 1 + sum(p < true.p for p in known) if true.known and known else None
    return PlaceboDates(starts, effects, rank)

"""Was it the measure: one design that was declared, others beside it, and what tried to refute it.

The design follows from the registers before any figure is looked at, the same checks try every
estimate, and nothing here decides what may be said of it: that is the verdict's rule.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.chain.drift import drift
from analysis.chain.evaluation_plan import EvaluationPlan, planned
from analysis.chain.follow_up import doses_until
from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement import crime
from analysis.measurement.monthly import monthly, neighbours
from analysis.methods import difference
from analysis.methods.bootstrap import Avoided, avoided, bootstrap_p
from analysis.methods.checks.dose import dose
from analysis.methods.checks.e_value import e_value
from analysis.methods.checks.leave_out import leave_out, without_each
from analysis.methods.checks.overlap import overlap
from analysis.methods.checks.placebo_outcome import placebo_outcome
from analysis.methods.checks.placebo_place import placebo_place
from analysis.methods.checks.placebo_time import at_earlier_dates, earlier_dates, placebo_time
from analysis.methods.checks.pre_trend import pre_trend, slope_before
from analysis.methods.checks.selection import selection
from analysis.methods.counterfactual import Plan
from analysis.methods.displacement import FEWEST_MONTHS, Moved, share_moved, spans
from analysis.methods.effect import Effect
from analysis.methods.interrupted import FEWEST_BEFORE, Interrupted, foreseen, interrupted
from analysis.methods.synthetic import shift_p, synthetic
from analysis.words.estimates import CheckResult
from analysis.words.periods import Period

SEED, WORLDS = 1, 1999
WAITS = (12, 24, 36, 48, 60)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What the designs found of one measure, and what the checks made of it.

    Parameters
    ----------
    plan
        As declared.
    found
        The declared design; None where the registers leave nothing to ask.
    beside
        The same question by other designs, by name; shown, and no part of the ruling but for
        their direction.
    checks
        Of the declared design.
    near
        The declared design on the neighbouring areas together; None where there are none.
    moved
        The share of avoided events that came back next door; None where there is no neighbour, or
        no year on both sides.
    saved
        Events avoided; None where there is no estimate.
    foreseen
        The ratio that the months before promised to show, had it been asked before the measure.
    settled_after
        Months with the measure after which the hoped ratio would probably be shown, in whole
        years; None where five years would not do.
    """

    plan: EvaluationPlan
    found: Interrupted | None
    beside: dict[str, Effect]
    checks: tuple[CheckResult, ...]
    near: Effect | None
    moved: Moved | None
    saved: Avoided | None
    foreseen: float | None
    settled_after: int | None = None

    @property
    def effect(self) -> Effect:
        """The estimate of the declared design, or its refusal."""
        if self.found is None:
            return Effect(design="interrupted", refused=self.plan.refused)
        return self.found.effect

    @property
    def failed(self) -> tuple[str, ...]:
        """The checks that the declared design failed, by key."""
        return tuple(one.check for one in self.checks if one.outcome == "failed")


@dataclass(frozen=True, kw_only=True)
class _Data:
    """One outcome as the declared design takes it: the area, and the areas compared with."""

    plan: EvaluationPlan
    rows: np.ndarray

    @classmethod
    def of(cls, plan: EvaluationPlan, counts: pd.DataFrame) -> "_Data":
        """Area first; months between the baseline and the start are missing in its row."""
        rows = counts.loc[[plan.area_id, *plan.comparison]].to_numpy()[:, : plan.end].copy()
        rows[0, plan.baseline_end : plan.start] = np.nan
        return cls(plan=plan, rows=rows)

    def judged(self, rows: np.ndarray, start: int | None = None) -> Interrupted:
        """The declared design on these rows: the first against the sum of the others."""
        asked = _asked(self.plan, self.plan.start if start is None else start, len(rows) > 1)
        return interrupted(rows[0], asked, rows[1:].sum(axis=0) if len(rows) > 1 else None)

    def effect(self, rows: np.ndarray, start: int | None = None) -> Effect:
        """What the declared design finds on these rows."""
        return self.judged(rows, start).effect


def _asked(plan: EvaluationPlan, start: int, compared: bool) -> Plan:
    """One level after, against the level before: the odds may drift, a lone series has a trend."""
    return Plan(
        start=start,
        transition=plan.transition,
        earlier=tuple(month for month in plan.earlier if month < start),
        trend=not compared,
        drift=drift(plan.item) if compared else 0.0,
    )


def evaluated(tables: Tables, city: Workspace, measure_id: str, until: Period) -> Evaluation:
    """One measure judged with what was known by the end of a period.

    Raises
    ------
    WrongQuestion
        For an unknown measure.
    """
    plan = planned(tables, city, measure_id, until)
    if plan.refused:
        nothing = dict.fromkeys(("found", "near", "moved", "saved", "foreseen"))
        return Evaluation(plan=plan, beside={}, checks=(), **nothing)
    data = _Data.of(plan, plan.series.counts)
    found = data.judged(data.rows)
    known = found.effect.known
    beside = _beside(plan, data) if known else {}
    return Evaluation(
        plan=plan,
        found=found,
        near=_on_neighbours(plan, data) if known else None,
        moved=_displaced(plan, data) if known else None,
        beside=beside,
        checks=tuple(_checks(tables, city, plan, data, found, until)) if known else (),
        saved=avoided(found, seed=SEED) if known else None,
        foreseen=_foreseen(plan, data, max(12, plan.end - plan.first)),
        settled_after=_settled_after(plan, data),
    )


def _foreseen(plan: EvaluationPlan, data: _Data, months: int) -> float | None:
    """The ratio that so many months with the measure would show, from the months before alone."""
    before = data.rows[:, : plan.start]
    if (~np.isnan(before[0])).sum() < FEWEST_BEFORE:
        return None
    asked = _asked(plan, plan.start, len(before) > 1)
    comparison = before[1:].sum(axis=0) if len(before) > 1 else None
    return foreseen(before[0], asked, months, comparison)


def _settled_after(plan: EvaluationPlan, data: _Data) -> int | None:
    for months in WAITS if plan.hoped and plan.hoped < 1 else ():
        seen = _foreseen(plan, data, months)
        if seen is not None and seen >= plan.hoped:
            return months
    return None


def _beside(plan: EvaluationPlan, data: _Data) -> dict[str, Effect]:
    """Before and after alone, the panel with and without the neighbours, a synthetic area."""
    if not plan.comparison:
        return {}
    used = data.rows.copy()
    used[:, plan.start : plan.first] = np.nan
    mixed = synthetic(used, 0, plan.start).effect
    found = {
        "before_and_after": data.effect(data.rows[:1]),
        **_panels(plan, used),
        "synthetic": mixed,
    }
    if mixed.known:
        whole = (~np.isnan(used).any(axis=0)).sum()
        p = shift_p(used, 0, plan.start)
        found["synthetic_shift"] = replace(
            mixed, design="synthetic_shift", p=p, smallest_p=1 / whole, detectable=None
        )
    return found


def _panels(plan: EvaluationPlan, rows: np.ndarray) -> dict[str, Effect]:
    """Areas against areas: the neighbours left out, kept, and modelled as reached by it."""
    close = plan.series.of(list(plan.near))[:, : plan.end].copy()
    close[:, plan.start : plan.first] = np.nan
    every = np.vstack([rows, close])
    never = np.full(len(every), plan.end)
    starts, spill = never.copy(), never.copy()
    starts[0], spill[len(rows) :] = plan.start, plan.start
    if not len(close):
        return {"difference": difference.randomised(every, starts, seed=SEED)}
    found = difference.neighbours(every, starts, spill, seed=SEED)
    return {
        "difference": found.left_out,
        "difference_with_near": found.kept,
        "difference_near_modelled": found.modelled,
    }


def _neighbours(plan: EvaluationPlan) -> np.ndarray | None:
    """The counts of the neighbouring areas together, shape (months,)."""
    if not (plan.near and plan.comparison):
        return None
    return plan.series.of(list(plan.near))[:, : plan.end].sum(axis=0)


def _on_neighbours(plan: EvaluationPlan, data: _Data) -> Effect | None:
    beside = _neighbours(plan)
    return None if beside is None else data.effect(np.vstack([beside, data.rows[1:]]))


def _displaced(plan: EvaluationPlan, data: _Data) -> Moved | None:
    """Which share of what was avoided came back; every other comparison area serves the neighbours.

    By ratios, so that areas of unlike size can stand beside each other; the weighted difference in
    events cannot (it called a tenth of useless measures effects where the city fell).
    """
    beside, compared = _neighbours(plan), data.rows[1:]
    if beside is None or len(compared) < 2:
        return None
    series = np.vstack([data.rows[0], compared[::2].sum(0), beside, compared[1::2].sum(0)])
    series[:, plan.start : plan.first] = np.nan
    known = ~np.isnan(series).any(axis=0)
    if min(known[: plan.first].sum(), known[plan.first :].sum()) < FEWEST_MONTHS:
        return None
    sums = spans(series, plan.first)
    return share_moved(*sums.counts, dispersion=sums.dispersion, df=sums.df)


def _checks(
    tables: Tables, city: Workspace, plan: EvaluationPlan, data: _Data, found: Interrupted,
    until: Period,
) -> list[CheckResult]:  # fmt: skip
    row = tables["measures"].set_index("measure_id").loc[plan.measure_id]
    effect, rows = found.effect, data.rows
    dates = [d for d in earlier_dates(plan.start) if d > max(plan.earlier, default=0)]
    made = [
        selection(row.chosen, _window(row), plan.before),
        _overlap(tables, city, plan, until),
        placebo_time(effect, at_earlier_dates(data.effect, rows, plan.start, dates)),
        _bootstrap(found),
        _by_year(data, effect),
        _dose(tables, plan, found, until),
        e_value(effect),
    ]
    if len(rows) > 2:
        made += [
            placebo_place(effect, [data.effect(_moved(rows, i)) for i in range(1, len(rows))]),
            _by_area(plan, data, effect),
        ]
        if plan.level_months >= FEWEST_MONTHS:
            made.append(_pre_trend(plan, rows, effect))
    if row.cannot_move:
        other = monthly(tables, city, row.cannot_move, until).counts
        other = other.reindex(columns=plan.series.months)
        made.append(placebo_outcome(effect, _effect_on(plan, other)))
    return made


def _pre_trend(plan: EvaluationPlan, rows: np.ndarray, effect: Effect) -> CheckResult:
    """Whether the area moved away before by more than the drift that the error already holds."""
    first = max(plan.earlier, default=0)
    before = slice(first, plan.baseline_end)
    slope = slope_before(rows[0, before], rows[1:, before])
    slope = replace(slope, error=float(np.hypot(slope.error, drift(plan.item) / 12)))
    return pre_trend(effect, slope, before=plan.baseline_end - first, after=plan.end - plan.first)


def _window(row) -> Period | None:
    if pd.isna(row.chosen_from):
        return None
    return Period(row.chosen_from.date(), row.chosen_until.date())


def _overlap(tables: Tables, city: Workspace, plan: EvaluationPlan, until: Period) -> CheckResult:
    """Measures there, in the areas compared with, and on the same crime beside it before.

    What a neighbour's earlier measure moved here cannot be told from what this one did. A measure
    of the whole city shares it with those of every district.
    """
    register, close = tables["measures"], set(neighbours(tables, plan.area_id))
    begun = register.starts <= register.starts[register.measure_id == plan.measure_id].iloc[0]
    goals = tables["indicators"]
    alike = goals.indicator_id[(goals.kind == "crime") & (goals.definition == plan.item)]
    beside = register.area_id.isin(close) & begun & register.indicator_id.isin(alike)
    same = list(close)
    if not plan.comparison:
        same = crime.districts(tables, city, until)
        beside = register.area_id.isin(same)
    kept = beside | register.area_id.isin([plan.area_id, *plan.comparison])
    return overlap(
        register[kept], plan.measure_id, _looked_at(plan), same=same, comparison=plan.comparison
    )


def _looked_at(plan: EvaluationPlan) -> Period:
    return Period(plan.before.start, plan.after.end)


def _moved(rows: np.ndarray, place: int) -> np.ndarray:
    """As if the measure had begun in another area, the true one left out."""
    return np.vstack([rows[place], np.delete(rows, [0, place], axis=0)])


def _effect_on(plan: EvaluationPlan, counts: pd.DataFrame) -> Effect:
    data = _Data.of(plan, counts)
    return data.effect(data.rows)


def _by_area(plan: EvaluationPlan, data: _Data, effect: Effect) -> CheckResult:
    def design(kept: np.ndarray) -> Effect:
        return data.effect(np.vstack([data.rows[:1], data.rows[1:][kept]]))

    return replace(
        leave_out(effect, without_each(design, np.array(plan.comparison))), check="leave out area"
    )


def _by_year(data: _Data, effect: Effect) -> CheckResult:
    """Each whole calendar year before the start left out in turn."""
    plan = data.plan
    years = np.array([month.year for month in plan.series.months[: plan.end]])
    last = plan.series.months[plan.start].year
    years = np.where(years < last, years, last)

    def design(kept: np.ndarray) -> Effect:
        return data.effect(np.where(kept, data.rows, np.nan))

    every = {y: e for y, e in without_each(design, years).items() if int(y) < last}
    return replace(leave_out(effect, every), check="leave out year")


def _bootstrap(found: Interrupted) -> CheckResult:
    """Whether worlds with the series' own dispersion and memory agree with the formula."""
    p, level = bootstrap_p(found, seed=SEED, draws=WORLDS), 1 - found.effect.level
    agree = (p <= level) == (found.effect.p <= level)
    outcome = "passed" if agree else "failed" if found.effect.p <= level else "for information"
    return CheckResult(
        check="bootstrap", outcome=outcome, looked_at=len(found.counts),
        found={"p": p, "formula": found.effect.p},
    )  # fmt: skip


def _dose(tables: Tables, plan: EvaluationPlan, found: Interrupted, until: Period) -> CheckResult:
    doses = doses_until(tables, until.end)
    doses = doses[doses.measure_id == plan.measure_id].set_index("month")
    months = [str(m) for m in plan.series.months[plan.first : plan.end]]
    planned_dose = doses.planned.reindex(months)
    done = doses.delivered.reindex(months)
    span = slice(plan.first, plan.end)
    kept = (planned_dose > 0).to_numpy() & ~np.isnan(found.counts[span])
    if not kept.any():
        return CheckResult(
            check="dose", outcome="for information", looked_at=0, found={"why": "same dose"}
        )
    return dose(
        found.effect,
        found.counts[span][kept],
        found.counterfactual[span][kept],
        planned_dose.to_numpy(float)[kept],
        done.to_numpy(float)[kept],
    )

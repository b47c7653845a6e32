"""What will be asked of a measure, declared before any figure of its outcome is looked at.

The outcome, the first month that counts, the areas compared with and the months left out all
follow from the registers, so none of them can be chosen for the answer that it gives.
"""

from dataclasses import dataclass, replace

import pandas as pd

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement import crime
from analysis.measurement.monthly import Monthly, monthly, neighbours, placed
from analysis.words.periods import Period
from analysis.words.questions import one_of

JOB_MONTHS = 6  # what lasts once it is done has its months of work on no side, if so few
LASTING = ("lighting", "arrests", "housing")
FEWEST_LEVEL = 12  # months that a level before must rest on


@dataclass(frozen=True, kw_only=True)
class EvaluationPlan:
    """One measure, its outcome and what it may be compared with.

    Parameters
    ----------
    measure_id, area_id
        The measure, and where it works; ``city`` when that is the whole city.
    item, wanted, hoped
        The kind of crime of its indicator, which way it should go, and the ratio of the
        indicator's target to its baseline; None where there is no target.
    series
        The outcome by month and area.
    start, transition
        Column of the first month, and how many months from it count on no side.
    baseline_end
        Column of the first month that is no baseline any more: the start, or the first of the
        months by whose figures the area was chosen for being worst.
    end
        Column after the last month: the start of a later measure on the same outcome there, the
        end of the measure unless what it did lasts, or the end of the figures.
    earlier
        Columns at which earlier measures on the same outcome began there.
    comparison, near
        Areas compared with, none of which has a measure of its own on the outcome; and those
        beside the area, kept apart since crime may move there, unless one had begun there before.
    refused
        The key of why there is nothing to ask; empty where there is.
    """

    measure_id: str
    area_id: str
    item: str = ""
    wanted: str = "less"
    hoped: float | None = None
    series: Monthly | None = None
    start: int = 0
    transition: int = 0
    baseline_end: int = 0
    end: int = 0
    earlier: tuple[int, ...] = ()
    comparison: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    refused: str = ""

    @property
    def level_months(self) -> int:
        """Months that the level before is taken from: since the last earlier measure."""
        return self.baseline_end - max(self.earlier, default=0)

    @property
    def first(self) -> int:
        """Column of the first month that counts as after."""
        return self.start + self.transition

    @property
    def after(self) -> Period:
        """The months after that are counted."""
        return self.series.span(self.first, self.end - 1)

    @property
    def before(self) -> Period:
        """The months before that are counted."""
        return self.series.span(0, self.baseline_end - 1)


def planned(tables: Tables, city: Workspace, measure_id: str, until: Period) -> EvaluationPlan:
    """How one measure will be judged by the end of a period.

    Raises
    ------
    WrongQuestion
        For an unknown measure.
    """
    measures = tables["measures"].set_index("measure_id", drop=False)
    row = measures.loc[one_of("measure", measure_id, measures.index)]
    about = {"measure_id": measure_id, "area_id": row.area_id}
    indicators = tables["indicators"].set_index("indicator_id")
    if row.indicator_id not in indicators.index:
        return EvaluationPlan(refused="no indicator", **about)
    goal = indicators.loc[row.indicator_id]
    about |= {"wanted": goal.wanted, "hoped": _hoped(goal)}
    if goal.kind != "crime":
        return EvaluationPlan(refused="not by month", item=goal.definition, **about)
    if not placed(tables, city, until):
        return EvaluationPlan(refused="no whole register", item=goal.definition, **about)
    series = monthly(tables, city, goal.definition, until)
    started = pd.Timestamp(row.starts)
    start = series.index(started.to_period("M"))
    others = _on_the_same(tables, goal.definition, measure_id, series.months[-1])
    here = others[others.area_id == row.area_id]
    months = [series.index(day.to_period("M")) for day in here.starts]
    later = [m for m in months if m > start]
    before = set(others.area_id[others.starts <= started])
    comparison, near = _beside(tables, city, row.area_id, set(others.area_id), before, until)
    plan = EvaluationPlan(
        item=goal.definition,
        series=series,
        start=start,
        transition=_transition(row, started),
        baseline_end=_baseline_end(series, row, start),
        end=min([_known_until(series, row.area_id), *later, *_ended(series, row)]),
        earlier=tuple(sorted(m for m in months if 0 < m < start)),
        comparison=comparison,
        near=near,
        refused="not begun" if start >= _known_until(series, row.area_id) else "",
        **about,
    )
    short = not plan.refused and (start < 1 or plan.level_months < FEWEST_LEVEL)
    return replace(plan, refused="too few months before") if short else plan


def _known_until(series: Monthly, area_id: str) -> int:
    """Column after the last month that is final."""
    known = series.counts.loc[area_id].notna().to_numpy().nonzero()[0]
    return int(known[-1]) + 1 if len(known) else 0


def _ended(series: Monthly, row) -> list[int]:
    """Column after the last month of a measure that leaves nothing behind; none for what lasts."""
    if pd.isna(row.ends) or row.type in LASTING:
        return []
    return [series.index(row.ends.to_period("M")) + 1]


def _hoped(goal) -> float | None:
    known = pd.notna(goal.baseline) and pd.notna(goal.target) and goal.baseline
    return float(goal.target / goal.baseline) if known else None


def _transition(row, started: pd.Timestamp) -> int:
    """Months until a job that lasts is done, or the first one where a measure begins within it."""
    if pd.notna(row.ends) and row.type in LASTING:
        months = (row.ends.to_period("M") - started.to_period("M")).n + 1
        if months <= JOB_MONTHS:
            return months
    return 0 if started.day == 1 else 1


def _baseline_end(series: Monthly, row, start: int) -> int:
    if row.chosen != "worst" or pd.isna(row.chosen_from):
        return start
    return min(start, series.index(row.chosen_from.to_period("M")))


def _on_the_same(tables: Tables, item: str, measure_id: str, last: pd.Period) -> pd.DataFrame:
    """Other measures with an indicator of the same item that had begun by the last month."""
    measures, indicators = tables["measures"], tables["indicators"]
    same = indicators.indicator_id[(indicators.kind == "crime") & (indicators.definition == item)]
    begun = measures.starts.dt.to_period("M") <= last
    return measures[measures.indicator_id.isin(same) & begun & (measures.measure_id != measure_id)]


def _beside(
    tables: Tables, city: Workspace, area_id: str, taken: set[str], before: set[str], until: Period
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if area_id == city.settings["municipality"]:
        return (), ()
    close = neighbours(tables, area_id)
    others = [a for a in crime.districts(tables, city, until) if a != area_id]
    return (
        tuple(a for a in others if a not in close and a not in taken),
        tuple(a for a in others if a in close and a not in before),
    )

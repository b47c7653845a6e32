"""Loose ends of the chain, each with the one who can tie it.

A measure without a cause, or a result nobody can trace to anything done, cannot hide in a long
register: the seven kinds are counted from the rows, and nothing else is called an orphan.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis.chain.follow_up import doses_until
from analysis.chain.links import Node, chain, rows_on
from analysis.data.tables import Tables

KINDS = {
    "problem_without_cause": "problem",
    "cause_without_evidence": "cause",
    "measure_without_cause": "measure",
    "measure_without_indicator": "measure",
    "indicator_without_baseline": "indicator",
    "measure_due_for_follow_up": "measure",
    "result_without_process": "measure",
}


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """One loose end: which of ``KINDS``, of what, who owns it and where."""

    kind: str
    id: str
    title_sv: str
    title_en: str
    owner: str
    area_id: str


def orphans(tables: Tables, on: date, area_id: str | None = None) -> list[Orphan]:
    """The loose ends of the chain on a day, in the order of ``KINDS`` and then by id.

    Parameters
    ----------
    tables
        The registers.
    on
        The day; what belongs to it is said in :func:`analysis.chain.links.rows_on`.
    area_id
        Only those that are at home in this area; None for all. Each orphan is at home in one
        area, so that the areas add up to the city; a cause without a problem in none.

    Notes
    -----
    A problem is an orphan whether prioritised or not. An id that leads nowhere is no link, so its
    row is an orphan too. An indicator counts when a measure of the chain uses it. A measure is
    due when its day has come and nobody has followed it up from that day on; one followed up on
    or after the day it ended is done and not due. A result lacks process data when no month that
    was over by the day has a known delivery; it is listed once, by its measure, whose owner keeps
    the doses.
    """
    nodes = {node.key: node for node in chain(tables, None, on).nodes}
    found = [
        _orphan(kind, nodes[KINDS[kind], one])
        for kind, ids in _loose(tables, on).items()
        for one in sorted(ids)
    ]
    return [orphan for orphan in found if area_id in (None, orphan.area_id)]


def _loose(tables: Tables, on: date) -> dict[str, pd.Series]:
    rows = rows_on(tables, on)
    problems, causes, measures = rows["problems"], rows["causes"], rows["measures"]
    indicators, results = rows["indicators"], rows["follow_ups"]
    delivered = doses_until(tables, on).dropna(subset="delivered")
    return {
        "problem_without_cause": problems.problem_id[~problems.problem_id.isin(causes.problem_id)],
        "cause_without_evidence": causes.cause_id[causes.basis == ""],
        "measure_without_cause": measures.measure_id[~measures.cause_id.isin(causes.cause_id)],
        "measure_without_indicator": measures.measure_id[
            ~measures.indicator_id.isin(indicators.indicator_id)
        ],
        "indicator_without_baseline": indicators.indicator_id[
            indicators.baseline.isna() | (indicators.baseline_period == "")
        ],
        "measure_due_for_follow_up": _due(measures, results, on),
        "result_without_process": results.measure_id[
            ~results.measure_id.isin(delivered.measure_id)
        ].drop_duplicates(),
    }


def _due(measures: pd.DataFrame, results: pd.DataFrame, on: date) -> pd.Series:
    latest = results.groupby("measure_id").followed_up.max().reindex(measures.measure_id)
    latest = latest.set_axis(measures.index)
    answered = (latest >= measures.follow_up) | (latest >= measures.ends)
    return measures.measure_id[(measures.follow_up <= pd.Timestamp(on)) & ~answered]


def _orphan(kind: str, node: Node) -> Orphan:
    return Orphan(
        kind=kind,
        id=node.id,
        title_sv=node.title_sv,
        title_en=node.title_en,
        owner=node.owner,
        area_id=node.area_id,
    )

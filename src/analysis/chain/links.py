"""The chain from problem to result, as a graph that shows only what the registers link.

A measure cannot pass for an answer to a problem unless a row says which cause it aims at; an id
that leads nowhere is shown to the analyst with the nearest one that does, never dropped.
"""

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import pandas as pd

from analysis.data.tables import Tables

KINDS = ("problem", "cause", "measure", "indicator", "result")
REFERENCES = (
    ("causes", "problem_id", "problems", "problem_id"),
    ("measures", "cause_id", "causes", "cause_id"),
    ("measures", "indicator_id", "indicators", "indicator_id"),
    ("measures", "evidence", "evidence", "measure"),
    ("doses", "measure_id", "measures", "measure_id"),
    ("follow_ups", "measure_id", "measures", "measure_id"),
)

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Node:
    """One link: a problem, cause, measure, indicator or result, and who answers for it.

    ``title_sv`` and ``title_en`` of an indicator are the key of its definition, of a result the
    key of its decision; ``area_id`` is empty where no area is known.
    """

    kind: str
    id: str
    title_sv: str
    title_en: str
    owner: str
    area_id: str

    @property
    def key(self) -> Key:
        """Kind and id, since two kinds may share an id."""
        return self.kind, self.id


@dataclass(frozen=True)
class Chain:
    """Nodes in the order of ``KINDS``, and edges from the key of one to the key of the next."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[Key, Key], ...]

    def after(self, node: Node) -> list[Node]:
        """The nodes that a node leads to."""
        keys = {end for start, end in self.edges if start == node.key}
        return [other for other in self.nodes if other.key in keys]


@dataclass(frozen=True, kw_only=True)
class Dangling:
    """A cell that names what does not exist; ``nearest`` is empty where nothing is near.

    Examples
    --------
    >>> print(Dangling(table="doses", resource="doses", raw_line=4, column="measure_id",
    ...     value="m_lihgt", allowed="measures.measure_id", nearest="m_light"))
    doses (doses, line 4): measure_id 'm_lihgt' is not in measures.measure_id; did you mean 'm_light'? Correct the cell, or enter the row that it names.
    """  # noqa: E501

    table: str
    resource: str
    raw_line: int
    column: str
    value: str
    allowed: str
    nearest: str

    def __str__(self) -> str:
        hint = f"did you mean {self.nearest!r}?" if self.nearest else "nothing there is near it."
        return (
            f"{self.table} ({self.resource}, line {self.raw_line}): {self.column} {self.value!r} "
            f"is not in {self.allowed}; {hint} Correct the cell, or enter the row that it names."
        )


def rows_on(tables: Tables, on: date, area_id: str | None = None) -> dict[str, pd.DataFrame]:
    """The rows of each register that belong to the chain on one day.

    Parameters
    ----------
    tables
        The registers; each row keeps what its table says.
    on
        The day.
    area_id
        Only the chain of this area; None for all.

    Returns
    -------
    dict of pandas.DataFrame
        By table: problems, causes, measures, indicators, follow_ups. ``causes`` and
        ``follow_ups`` have the ``area_id`` of their problem and measure.

    Notes
    -----
    A problem belongs from ``since`` to ``closed``, both days included. A cause has no dates: it
    belongs with its problem. A measure belongs from the day it starts for as long as the problem
    behind its cause does, also after its own end, since its results are still read. A follow-up
    belongs from its day. What names no problem or cause, or an unknown one, belongs: that it
    hangs loose is what the analyst must see. The chain of an area holds the measures taken
    there and those taken elsewhere, or in the whole city, against a cause there.
    """
    day = pd.Timestamp(on)
    problems, causes, measures = tables["problems"], tables["causes"], tables["measures"]
    follow_ups = tables["follow_ups"]
    past = problems[(problems.since > day) | (problems.closed < day)]
    causes = _placed(causes, problems, "problem_id")
    gone = causes[causes.problem_id.isin(past.problem_id)]
    measures = measures[(measures.starts <= day) & ~measures.cause_id.isin(gone.cause_id)]
    problems, causes = problems.drop(past.index), causes.drop(gone.index)
    if area_id is not None:
        problems, causes = (rows[rows.area_id == area_id] for rows in (problems, causes))
        aimed_here = measures.cause_id.isin(causes.cause_id)
        measures = measures[aimed_here | (measures.area_id == area_id)]
    follow_ups = _placed(follow_ups[follow_ups.followed_up <= day], measures, "measure_id")
    indicators = tables["indicators"]
    return {
        "problems": problems,
        "causes": causes,
        "measures": measures,
        "indicators": indicators[indicators.indicator_id.isin(measures.indicator_id)],
        "follow_ups": follow_ups[follow_ups.measure_id.isin(measures.measure_id)],
    }


def _placed(rows: pd.DataFrame, parents: pd.DataFrame, key: str) -> pd.DataFrame:
    areas = dict(zip(parents[key], parents.area_id, strict=True))
    found = [areas.get(parent, "") for parent in rows[key]]
    return rows.assign(area_id=pd.Series(found, index=rows.index, dtype=str))


def chain(tables: Tables, area_id: str | None, on: date) -> Chain:
    """The chain of an area, or of the whole city, as it stood on a day.

    Parameters
    ----------
    tables
        The registers.
    area_id
        The area; None for all of them.
    on
        The day; what belongs to it is said in :func:`rows_on`.

    Returns
    -------
    Chain
        A result comes after the indicator of its measure, or after the measure itself where it
        has no indicator. The order of the rows in the registers changes nothing.
    """
    rows = rows_on(tables, on, area_id)
    return Chain(tuple(_nodes(rows)), tuple(_edges(rows)))


def _nodes(rows: dict[str, pd.DataFrame]) -> list[Node]:
    columns = {
        "problem": ("problems", "problem_id", "title_sv", "title_en"),
        "cause": ("causes", "cause_id", "cause_sv", "cause_en"),
        "measure": ("measures", "measure_id", "title_sv", "title_en"),
        "indicator": ("indicators", "indicator_id", "definition", "definition"),
    }
    found = [
        Node(
            kind=kind,
            id=row[key],
            title_sv=row[title_sv],
            title_en=row[title_en],
            owner=row["owner"],
            area_id=row["area_id"],
        )
        for kind, (table, key, title_sv, title_en) in columns.items()
        for row in rows[table].to_dict("records")
    ] + [
        Node(
            kind="result",
            id=_result_id(row),
            title_sv=row.decision,
            title_en=row.decision,
            owner=row.owner,
            area_id=row.area_id,
        )
        for row in rows["follow_ups"].itertuples()
    ]
    return sorted(found, key=lambda node: (KINDS.index(node.kind), node.id))


def _result_id(row) -> str:
    return f"{row.measure_id} {row.followed_up:%Y-%m-%d}"


def _edges(rows: dict[str, pd.DataFrame]) -> list[tuple[Key, Key]]:
    measures, indicators = rows["measures"], rows["indicators"]
    measured = measures[measures.indicator_id.isin(indicators.indicator_id)]
    before = {
        row.measure_id: ("indicator", row.indicator_id) for row in measured.itertuples()
    }  # what a result comes after, when its measure has an indicator
    found = [
        *_pairs("problem", rows["problems"], "cause", rows["causes"]),
        *_pairs("cause", rows["causes"], "measure", measures),
        *((("measure", measure), indicator) for measure, indicator in before.items()),
    ]
    for row in rows["follow_ups"].itertuples():
        start = before.get(row.measure_id, ("measure", row.measure_id))
        found.append((start, ("result", _result_id(row))))
    return sorted(found, key=lambda edge: (KINDS.index(edge[0][0]), edge))


def _pairs(above: str, parents: pd.DataFrame, below: str, children: pd.DataFrame):
    linked = children[children[f"{above}_id"].isin(parents[f"{above}_id"])]
    for start, end in zip(linked[f"{above}_id"], linked[f"{below}_id"], strict=True):
        yield (above, start), (below, end)


def dangling(tables: Tables) -> list[Dangling]:
    """Every cell that names a problem, cause, measure, indicator or study that does not exist.

    A blank cell names nothing: it is an orphan, not an error
    (:func:`analysis.chain.orphans.orphans`).
    """
    found = []
    for table, column, other, key in REFERENCES:
        known = sorted(set(tables[other][key]))
        rows = tables[table].sort_values(["resource", "raw_line"])
        for row in rows[(rows[column] != "") & ~rows[column].isin(known)].to_dict("records"):
            near = get_close_matches(row[column], known, n=1, cutoff=0.5)
            found.append(
                Dangling(
                    table=table,
                    resource=row["resource"],
                    raw_line=row["raw_line"],
                    column=column,
                    value=row[column],
                    allowed=f"{other}.{key}",
                    nearest=near[0] if near else "",
                )
            )
    return found

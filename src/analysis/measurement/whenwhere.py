"""Times and places of an area's events as Estimates, to be protected before they are told."""

from dataclasses import replace

import pandas as pd

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement import crime, rhythm
from analysis.words.estimates import Estimate
from analysis.words.periods import Period


def hours(events: pd.DataFrame, like: Estimate, standing_out: set[str]) -> list[Estimate]:
    """Events by weekday and part of the day, the cell in ``definition``: "4 evening" is Friday.

    Parameters
    ----------
    events
        Rows of the register, of one area and span.
    like
        The count of the same events; its place, period and source are taken over.
    standing_out
        Cells that hold clearly more than an even week; they carry the note "stands out".
    """
    if events.empty:
        return []
    return [
        replace(
            like,
            statistic="hour count",
            definition=f"{cell.weekday} {cell.part}",
            value=float(cell.count),
            n=float(cell.count),
            unit="events",
            note="stands out" if f"{cell.weekday} {cell.part}" in standing_out else "",
            method="hours",
        )
        for cell in rhythm.week(events).itertuples(index=False, name="Cell")
    ]


FEWEST_PLACES = 3


def places(
    tables: Tables, city: Workspace, area_id: str, item: str, until: Period
) -> list[Estimate]:
    """Events of one item in each building block of an area, in the span of each year so far.

    None in an area of fewer than three: beside its total, two would give each other away.
    """
    inside = crime.blocks(tables, city, area_id) or []
    if len(inside) < FEWEST_PLACES:
        return []
    return [
        replace(e, statistic="place count", unit="events", method="places")
        for block in inside
        for e in crime.reported(tables, city, block, [item], until).get(item, ())
    ]


def months(tables: Tables, city: Workspace, area_id: str, until: Period) -> list[Estimate]:
    """The total of every month of the whole years before a period's end, for the year's wheel."""
    last = Period.parse(str(until.end.year - 1))
    found = []
    for month in range(1, 13):
        span = Period.of_months(last.start.year, month, 1)
        series = crime.reported(tables, city, area_id, ["total"], span)
        found += [e for one in series.values() for e in one]
    return found

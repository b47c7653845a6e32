"""What was told before and is otherwise now: no figure is revised in silence."""

from dataclasses import replace

import pandas as pd

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement import crime
from analysis.measurement.counts import unknown
from analysis.words.estimates import Estimate
from analysis.words.periods import Period


def revisions(
    tables: Tables, city: Workspace, area_id: str, items: list[str], period: Period
) -> list[Estimate]:
    """How the counts of a period have grown since first told; a city's are its districts'.

    Returns
    -------
    list of Estimate
        One an item: ``value`` the count now over the count as first known, ``n`` the latter,
        ``vintage`` the day on which the last of it was known. Not available where a month of the
        period has no first edition, that edition is of another source or was nought; empty when
        the city keeps none.
    """
    first = tables["first_counts"]
    if first.empty:
        return []
    months, parts = _months(period), crime.adding(tables)
    whole = area_id == city.settings["municipality"]
    areas = crime.districts(tables, city, period) if whole else [area_id]
    first = first[first.area_id.isin(areas) & first.month.isin(months)]
    if whole:
        by_area = crime.all_reported(tables, city, items, period)
        counted = crime.together(tables, city, by_area)
    else:
        counted = crime.reported(tables, city, area_id, items, period)
    found = []
    for item, series in counted.items():
        now, kinds = crime.at(series, period), parts.get(item, [item])
        then = first[first["item"].isin(kinds)]
        about = {"statistic": "revision", "unit": "ratio to first edition", "method": "revision"}
        edition_is_whole = len(then) == len(months) * len(kinds) * len(areas)
        if problem := _no_ratio(now, then, edition_is_whole):
            found.append(unknown(now, note=problem, **about))
            continue
        told = float(then["count"].sum())
        known_on = then.known_on.max().date().isoformat()
        found.append(replace(now, value=now.value / told, n=told, vintage=known_on, **about))
    return found


def _no_ratio(now: Estimate, first: pd.DataFrame, whole: bool) -> str:
    """The key of the reason why a count cannot be set over its first edition; empty when it can."""
    if not (now.known and whole) or first["count"].isna().any():
        return "no first edition"
    if not set(first.source_id) <= set(now.source.split("; ")):
        return "other source"
    return "" if first["count"].sum() else "first edition nought"


def _months(period: Period) -> list[str]:
    """The months of a span by their names; none when it is not made of whole months."""
    return [
        str(Period.of_months(period.start.year, period.start.month + step, 1))
        for step in range(period.months or 0)
    ]

"""Reported crime of a place, as series that may be compared: the same span of each year.

A quarter is set beside the same quarter of other years, never beside the quarter before, so the
season is not taken for a change; and no series runs on across a break in how something is counted.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement import breaks, lateness, register
from analysis.measurement.comparison import Series
from analysis.measurement.counts import unknown
from analysis.words.estimates import Estimate
from analysis.words.periods import Period
from analysis.words.places import Area
from analysis.words.questions import WrongQuestion, one_of

UNIT = "reported crimes"
EVENTS = "events"
SUM_OF_DISTRICTS = "sum of districts"


def reported(
    tables: Tables, city: Workspace, area_id: str, items: list[str], until: Period
) -> dict[str, Series]:
    """Reported crimes of one area, one series an item: the span of ``until`` in each year so far.

    They are counted from the city's own events or read from published yearly figures, as
    :func:`analysis.measurement.register.counts` says of the span; never one for another's lack.
    An item of which the register holds no event at all has no series: that is not nought.

    Raises
    ------
    WrongQuestion
        For an area or item that the tables do not hold.
    """
    area, known = tables.areas[area_id], list(tables["crime_items"]["item"])
    for item in items:
        one_of("item", item, known)
    if register.counts(tables, city, until):
        return _counted(tables, city, area, items, until)
    return _published(tables, city, area, items, until)


def of_district(
    tables: Tables, city: Workspace, area_id: str, items: list[str], until: Period
) -> dict[str, Series]:
    """Reported crimes of one district; without any figure, a total that is not available.

    A district in which no event was ever placed has no figure: that is not nought.
    """
    area, silent = tables.areas[area_id], False
    if register.counts(tables, city, until):
        silent = _held(tables)[0].isdisjoint(blocks(tables, city, area_id))
    found = {} if silent else reported(tables, city, area_id, items, until)
    if "total" in items and "total" not in found:
        about = {"area": area_id, "scheme": area.scheme, "period": until, "unit": UNIT}
        about |= {"status": "not available", "note": "no figure", "method": "count"}
        no_figure = Estimate(statistic="count", definition="total", value=None, **about)
        found["total"] = Series([no_figure])
    return found


def _published(
    tables: Tables, city: Workspace, area: Area, items: list[str], until: Period
) -> dict[str, Series]:
    found: dict[str, Series] = {}
    for item in items if until.kind == "year" else []:
        since = breaks.since(tables, city, item, area.id, pd.Timestamp(until.end))
        mine = [row for row in _figures(tables).get((area.id, item), []) if row.year <= until.year]
        if since is not None:  # the year of the change holds both ways of counting: it stands alone
            first = since.year + (since > pd.Timestamp(since.year, 1, 1))
            mine = [row for row in mine if row.year >= first or row.year == until.year]
        if mine:
            way = breaks.way(tables, city, item, area.id, pd.Timestamp(until.end))
            found[item] = Series(_figure(row, area, city, way) for row in mine)
    return found


@lru_cache(maxsize=4)
def _figures(tables: Tables) -> dict[tuple[str, str], list]:
    """The published figures of each area and item."""
    found: dict[tuple[str, str], list] = {}
    for row in tables["crime_counts"].itertuples():
        found.setdefault((row.area_id, row.item), []).append(row)
    return found


def _figure(row, area: Area, city: Workspace, way: str) -> Estimate:
    blank = pd.isna(row.count)
    return Estimate(
        statistic="count",
        definition=row.item,
        value=None if blank else float(row.count),
        unit=UNIT,
        n=None if blank else float(row.count),
        area=area.id,
        scheme=area.scheme,
        period=Period.parse(str(row.year)),
        status="not available" if blank else "final",
        series=way,
        vintage=city.sources[row.source_id].published,
        source=row.source_id,
        method="count",
        note="not published" if blank else "",
    )


def _counted(
    tables: Tables, city: Workspace, area: Area, items: list[str], until: Period
) -> dict[str, Series]:
    last, inside = pd.Timestamp(until.end), blocks(tables, city, area.id)
    (_, held, everywhere), parts = _held(tables), adding(tables)
    crimes = {"total", *parts["total"]}
    items = [item for item in items if not held.isdisjoint(parts.get(item, [item]))]
    began = {item: breaks.since(tables, city, item, area.id, last) for item in items}
    ways = {item: breaks.way(tables, city, item, area.id, last) for item in items}
    made: dict[str, list[Estimate]] = {item: [] for item in items}
    alike, days, status = _like_the_last(tables, city, until)
    for span in alike:
        tally = _tally(tables, span, days)
        mine = [tally[block] for block in (tally if inside is None else inside) if block in tally]
        counts = sum((events for events, _ in mine), Counter())
        sources = sorted({name for _, names in mine for name in names} or everywhere)
        for item in items:
            since = began[item]
            if since is not None and span.start < since.date() and span != until:
                continue
            value = float(sum(counts[part] for part in parts.get(item, [item])))
            made[item].append(
                Estimate(
                    statistic="count",
                    definition=item,
                    value=value,
                    unit=UNIT if item in crimes else EVENTS,
                    n=value,
                    area=area.id,
                    scheme=area.scheme,
                    period=span,
                    status=status,
                    series=ways[item],
                    vintage=max(city.sources[name].published for name in sources),
                    source="; ".join(sources),
                    method="count",
                )
            )
    return {item: Series(row) for item, row in made.items() if row}


@lru_cache(maxsize=16)
def _like_the_last(
    tables: Tables, city: Workspace, until: Period
) -> tuple[list[Period], int | None, str]:
    """The spans that are as known as the last one is, how many days late, and their status.

    While the last span is still being registered, those before are counted as they were known so
    many days after their end. Where more than one event in a hundred has no day of registration
    nobody knows that, and the last span stands alone.
    """
    if until.end <= lateness.final_until(tables, city):
        return spans(city, until), None, "final"
    if tables["incidents"].registered.notna().mean() < lateness.ENOUGH:
        return [until], None, "preliminary"
    return spans(city, until), (lateness.known_until(city) - until.end).days, "preliminary"


@lru_cache(maxsize=256)
def _tally(
    tables: Tables, span: Period, days: int | None
) -> dict[str, tuple[Counter[str], set[str]]]:
    """The events of a span in every building block, by item, and who registered them.

    With ``days``, only those that were known so many days after its last day.
    """
    events, kinds = _numbered(tables)
    during = events[_during(events.occurred, span)]
    if days is not None:
        during = lateness.known_as_late(during, span, days)
    found: dict[str, tuple[Counter[str], set[str]]] = {}
    for number, times in zip(*np.unique(during.kind, return_counts=True), strict=True):
        block, item, source = kinds[number]
        counts, sources = found.setdefault(block, (Counter(), set()))
        counts[item] += int(times)
        sources.add(source)
    return found


@lru_cache(maxsize=4)
def _numbered(tables: Tables) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """When each event occurred and was registered, and its kind's place in the list beside it.

    A kind is a building block, an item and a source.
    """
    events = tables["incidents"]
    kinds = events[["area_id", "item", "source_id"]]
    number = kinds.groupby(list(kinds), sort=False).ngroup()
    listed = kinds.drop_duplicates().itertuples(index=False, name=None)
    return events[["occurred", "registered"]].assign(kind=number), list(listed)


@lru_cache(maxsize=4)
def _held(tables: Tables) -> tuple[set[str], set[str], set[str]]:
    """The building blocks, items and sources that the register holds events of."""
    kinds = _numbered(tables)[1]
    return tuple({kind[part] for kind in kinds} for part in range(3))


def adding(tables: Tables) -> dict[str, list[str]]:
    """The items that the total of a city's own events is the sum of."""
    return {"total": register.crimes(tables)}


def _during(occurred: pd.Series, span: Period) -> pd.Series:
    after_last = pd.Timestamp(span.end) + pd.Timedelta(days=1)
    return (occurred >= pd.Timestamp(span.start)) & (occurred < after_last)


def events_during(tables: Tables, city: Workspace, area_id: str, span: Period) -> pd.DataFrame:
    """The events that make up the total of an area and span; rows never leave an analysis.

    None where the total is not counted from the city's own events.
    """
    events = tables["incidents"]
    if not register.counts(tables, city, span):
        return events.iloc[:0]
    inside = blocks(tables, city, area_id)
    here = _during(events.occurred, span) & events["item"].isin(adding(tables)["total"])
    return events[here if inside is None else here & events.area_id.isin(inside)]


def located(
    tables: Tables, city: Workspace, item: str, until: Period
) -> tuple[pd.DataFrame, Period | None, int]:
    """Every event of one item with a place, from the register's start to a period's end.

    Returns
    -------
    events : pandas.DataFrame
        Columns ``easting``, ``northing`` and ``day``; empty without a register.
    watched : Period or None
        The span that they cover.
    unplaced : int
        Events that had to be left out, since they have no coordinates.
    """
    covered, watched = register.watched(tables, city), None
    events = tables["incidents"].iloc[:0]
    if covered is not None and until in covered:
        watched = Period(covered.start, until.end)
        events = tables["incidents"]
        events = events[(events["item"] == item) & _during(events.occurred, watched)]
    placed = events.dropna(subset=["easting", "northing"])
    found = placed[["easting", "northing"]].assign(day=placed.occurred)
    return found, watched, len(events) - len(placed)


def blocks(tables: Tables, city: Workspace, area_id: str) -> list[str] | None:
    """The building blocks of an area; None for the whole city.

    Blocks do not change when districts do, so the past is counted in today's boundaries.
    """
    if area_id == city.settings["municipality"]:
        return None
    return _inside(tables).get(area_id, [area_id])


@lru_cache(maxsize=4)
def _inside(tables: Tables) -> dict[str, list[str]]:
    """The areas that lie whole in each area."""
    links = tables["area_links"]
    return links[links.weight == 1].groupby("to_id").from_id.agg(list).to_dict()


def spans(city: Workspace, until: Period) -> list[Period]:
    """The span of ``until`` in each year of the city's register, oldest first."""
    found, observed = [], city.observed
    for span in _backwards(until):
        if span not in observed:
            break
        found.append(span)
    return found[::-1]


def _backwards(span: Period) -> Iterator[Period]:
    """A span, and the same a year earlier, as long as there is one (week 53 soon has none)."""
    while True:
        yield span
        try:
            span = span.year_before
        except WrongQuestion:
            return


def headline(tables: Tables) -> list[str]:
    """The kinds of crime that are screened: clear types that do not overlap, by their keys."""
    items = tables["crime_items"]
    return list(items["item"][items.headline == "yes"])


def districts(tables: Tables, city: Workspace, period: Period) -> list[str]:
    """The ids of the districts that figures of a period are told for, in the register's order.

    Published figures are those of the districts in force then; the city's own events are
    counted in today's districts, whatever the period.
    """
    then = None if register.counts(tables, city, period) else period
    return [area.id for area in tables.areas.of_scheme(city.settings["districtScheme"], then)]


def all_reported(
    tables: Tables, city: Workspace, items: list[str], until: Period
) -> dict[tuple[str, str], Series]:
    """The series of every district and item, keyed (area id, item)."""
    return {
        (area_id, item): series
        for area_id in districts(tables, city, until)
        for item, series in of_district(tables, city, area_id, items, until).items()
    }


def together(
    tables: Tables, city: Workspace, series: dict[tuple[str, str], Series]
) -> dict[str, Series]:
    """The districts added up, one series an item; unknown in a year when any of them is.

    It is not the city's own figure, since not every crime could be placed in a district:
    its ``series`` says so, and the guard keeps the two apart.
    """
    if not series:
        return {}
    municipality = tables.areas[city.settings["municipality"]]
    last = max(one.estimates[-1].period for one in series.values())
    areas = districts(tables, city, last)
    found = {}
    for item in dict.fromkeys(item for _, item in series):
        mine = {area: one for (area, kind), one in series.items() if kind == item}
        periods = sorted({e.period for one in mine.values() for e in one})
        found[item] = Series(
            _sum([mine[a].at(p) if a in mine else None for a in areas], municipality)
            for p in periods
        )
    return found


def _sum(parts: list[Estimate | None], area: Area) -> Estimate:
    some = next(part for part in parts if part is not None)
    about = {"area": area.id, "series": SUM_OF_DISTRICTS}
    if not all(part is not None and part.known for part in parts):
        return unknown(some, "count", some.unit, note="not published", **about)
    value = sum(part.value for part in parts)
    return replace(some, value=value, n=value, **about)


def coverage_moved(added: Series, whole: Series | None, period: Period) -> Estimate:
    """How the districts' part of the city's count moved against the years before.

    Returns
    -------
    Estimate
        Percentage points against the mean of earlier years in which both are known; ``n`` those
        years. Not available where the city's own figure is not published.
    """
    now = at(added, period)
    shares = {
        e.period: 100 * e.value / mine.value
        for e in added
        if whole and (mine := whole.at(e.period)) and e.known and mine.known and mine.value
    }
    earlier = [share for when, share in shares.items() if when.start < period.start]
    if period not in shares or not earlier:
        note = "no figure for the city"
        return unknown(now, "coverage moved", "percentage points", note=note, method="share")
    moved = shares[period] - sum(earlier) / len(earlier)
    return replace(
        now, statistic="coverage moved", value=moved, unit="percentage points", n=len(earlier),
        method="share",
    )  # fmt: skip


def at(series: Series, period: Period) -> Estimate:
    """The value of a series in one period, not available where the series has none."""
    found = series.at(period)
    if found is not None:
        return found
    like = replace(series.estimates[-1], period=period)
    return unknown(like, like.statistic, like.unit, note="not published")


def by_area(series: dict[tuple[str, str], Series]) -> dict[str, dict[str, Series]]:
    """Series keyed (area id, item) as one dictionary of items an area."""
    areas: dict[str, dict[str, Series]] = {}
    for (area_id, item), one in series.items():
        areas.setdefault(area_id, {})[item] = one
    return areas


def city_count(tables: Tables, city: Workspace, item: str, period: Period) -> Estimate | None:
    """The whole city's count of one item in one period, None when there is no such row."""
    municipality = city.settings["municipality"]
    series = reported(tables, city, municipality, [item], period)
    return series[item].at(period) if item in series else None

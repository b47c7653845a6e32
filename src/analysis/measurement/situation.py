"""A place beside others, and what is published of it, taken from the tables as Estimates.

A figure that is not published comes out as "not available" with its reason; it
is never left out so quietly that a reader would take it for zero.
"""

from dataclasses import replace
from functools import lru_cache

import pandas as pd

from analysis.data.tables import Tables, period_of
from analysis.data.workspace import Workspace
from analysis.measurement import breaks, crime
from analysis.measurement.comparison import Series
from analysis.measurement.counts import rate, unknown, usual_range
from analysis.words.estimates import Estimate
from analysis.words.periods import UNDATED, Period
from analysis.words.questions import WrongQuestion, one_of

PER_1000 = "per 1000 inhabitants"


def per_inhabitant(tables: Tables, series: Series, period: Period) -> Estimate:
    """The count of a period per 1,000 inhabitants; not available where no population is published.

    It names both sources, and is derived unless the population is of the register.
    Its interval is as wide as the years before have varied. The result carries the note
    "visitors" where many more people move about than live.
    """
    count = crime.at(series, period)
    area = tables.areas[count.area]
    row = _people(tables).get((count.area, count.period.year))
    if row is None or not count.known:
        reason = "no population" if row is None else count.note
        return unknown(count, "rate", PER_1000, note=reason, method="rate")
    return rate(
        count,
        exposure=float(row.population),
        per=1000,
        unit=PER_1000,
        noise=usual_range(series, period).dispersion,
        status=count.status if row.method == "register" else "derived",
        source=f"{count.source}; {row.source_id}",
        note="visitors" if area.visitors else "",
    )


@lru_cache(maxsize=4)
def _people(tables: Tables) -> dict[tuple[str, int], tuple]:
    """The row of the table of population for each area and year."""
    return {(row.area_id, row.year): row for row in tables["population"].itertuples()}


def share_of_city(count: Estimate, whole: Estimate | None) -> Estimate:
    """The area's part of the city's count, in per cent."""
    if whole is None or not (whole.known and count.known and whole.value):
        return unknown(count, "share of city", "%", note="no figure for the city", method="share")
    return replace(
        count, statistic="share of city", value=100 * count.value / whole.value, unit="%",
        n=whole.value, method="share",
    )  # fmt: skip


def shootings(
    tables: Tables,
    city: Workspace,
    until: Period,
    *,
    item: str = "",
    measure: str = "",
    area_id: str = "",
    series: str = "",
    what: str = "confirmed shootings",
) -> Series:
    """Shootings, or persons injured or killed by them: the city's own item, or a series by name.

    Parameters
    ----------
    tables, city
        The workspace and its tables.
    until
        For the city's own events: the span that is counted in each year up to it.
    item
        The city's own item; counted from its events.
    measure, area_id, series
        Of a published series of whole years, later years than ``until`` included.
    what
        What is said to be missing where the city has chosen neither; one value, not available, as
        for an item that its register never holds.

    Raises
    ------
    WrongQuestion
        When several published series cover the area and none was chosen: they are rivals and
        are never averaged.
    """
    municipality = city.settings["municipality"]
    counted = crime.reported(tables, city, municipality, [item], until) if item else {}
    if counted:
        return counted[item]
    if not measure:
        scheme = tables.areas[municipality].scheme
        about = {"area": municipality, "scheme": scheme, "period": until, "unit": crime.EVENTS}
        about |= {"status": "not available", "note": "no figure", "method": "count"}
        return Series([Estimate(statistic="count", definition=item or what, value=None, **about)])
    rows = tables["shootings"]
    rows = rows[(rows.measure == measure) & (rows.area_id == area_id)]
    rows = rows[[period_of(row).kind == "year" for row in rows.itertuples()]]
    rivals = sorted(rows.series.unique())
    if not series and len(rivals) > 1:
        raise WrongQuestion(
            f"{measure} in {area_id} has {len(rivals)} rival series: choose one of "
            f"{', '.join(rivals)}. They cover different areas or counts and are never averaged."
        )
    chosen = one_of("series", series or (rivals[0] if rivals else ""), rivals)
    mine = rows[rows.series == chosen]
    return Series(_shooting(row, tables, city) for row in mine.itertuples())


def _shooting(row, tables: Tables, city: Workspace) -> Estimate:
    return Estimate(
        statistic="count",
        definition=row.measure,
        value=float(row.value),
        unit="events" if row.measure == "confirmed shootings" else "persons",
        n=float(row.value),
        area=row.area_id,
        scheme=tables.areas[row.area_id].scheme,
        period=period_of(row),
        status=row.status,
        series=row.series,
        vintage=city.sources[row.source_id].published,
        source=row.source_id,
        method="count",
        note="" if row.span_certain == "yes" else "span not certain",
    )


def surveys(tables: Tables, city: Workspace, area_id: str, until: Period) -> list[Estimate]:
    """What residents of an area have said in surveys, newest first; unknown years last.

    Number of answers and margins are None where the source does not publish them.
    """
    rows = tables["safety_surveys"]
    rows = rows[(rows.area_id == area_id) & ~(rows.year_from > until.year).fillna(False)]
    rows = rows.sort_values(["year_from", "indicator"], ascending=[False, True], kind="stable")
    return [
        Estimate(
            statistic="survey share",
            definition=f"{row.indicator} ({row.group})",
            value=float(row.value),
            unit="%",
            area=area_id,
            scheme=tables.areas[area_id].scheme,
            period=_survey_span(row),
            series=_asked_as(tables, city, row),
            vintage=city.sources[row.source_id].published,
            source=row.source_id,
            method="survey_share",
            note="no year" if pd.isna(row.year_from) else "no margin",
        )
        for row in rows.itertuples()
    ]


def _asked_as(tables: Tables, city: Workspace, row) -> str:
    """The method of a published survey figure, and since when it is asked so."""
    if pd.isna(row.year_to):
        return row.method
    last = pd.Timestamp(int(row.year_to), 12, 31)
    return breaks.marked(row.method, breaks.way(tables, city, row.indicator, row.area_id, last))


def _survey_span(row) -> Period:
    if pd.isna(row.year_from):
        return UNDATED
    return Period(Period.parse(str(row.year_from)).start, Period.parse(str(row.year_to)).end)


def rates(tables: Tables, city: Workspace, item: str, period: Period) -> list[Estimate]:
    """One item per 1,000 inhabitants in every district in one period, unknown ones included."""
    series = crime.all_reported(tables, city, [item], period)
    return [per_inhabitant(tables, one, period) for one in series.values()]


def complete(estimates: list[Estimate]) -> list[Estimate]:
    """The estimates when every one is known, else none: areas are compared all or not at all."""
    return list(estimates) if all(e.known for e in estimates) else []


def op_ed(tables: Tables, city: Workspace, until: Period) -> list[Estimate]:
    """The figures that the workspace's stated claim compares, the last one last; none before it."""
    series = city.settings.get("statedSeries")
    rows = tables["shootings"]
    rows = rows[rows.series == series] if series else rows.iloc[:0]
    found = [_shooting(row, tables, city) for row in rows.itertuples()]
    return found if found and found[-1].period.start <= until.end else []


def exposures(tables: Tables, rates: list[Estimate]) -> list[float]:
    """The inhabitants behind each known rate."""
    people = tables["population"].set_index(["area_id", "year"]).population
    return [float(people[rate.area, rate.period.year]) for rate in rates]


def similar(tables: Tables, usual: list[Estimate], area_id: str, how_many: int = 3) -> list[str]:
    """The districts whose usual total per inhabitant is nearest to that of an area.

    Parameters
    ----------
    tables
        The workspace's tables.
    usual
        The usual range of the total in every district, for the same years.
    area_id
        The area that is compared.
    how_many
        At most as many.

    Returns
    -------
    list of str
        Their ids, nearest first; empty where a district's population is not known. The judged
        period itself does not enter, so a district that has just changed keeps its peers.
    """
    people = tables["population"].set_index(["area_id", "year"]).population
    known = {e.area: e for e in usual if e.known}
    keys = {area: (area, e.period.end.year) for area, e in known.items()}
    if area_id not in known or not all(key in people.index for key in keys.values()):
        return []
    rate = {area: known[area].value / people[key] for area, key in keys.items()}
    others = sorted(set(rate) - {area_id}, key=lambda a: (abs(rate[a] - rate[area_id]), a))
    return others[:how_many]

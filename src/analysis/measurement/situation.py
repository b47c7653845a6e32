"""What each voice says of a place, taken from the tables as Estimates.

A figure that is not published comes out as "not available" with its reason; it
is never left out so quietly that a reader would take it for zero.
"""

from dataclasses import dataclass, replace

import pandas as pd

from analysis.data.tables import Tables, period_of
from analysis.data.workspace import Workspace
from analysis.measurement.comparison import Series
from analysis.measurement.counts import rate, unknown, usual_range
from analysis.words.estimates import Estimate
from analysis.words.periods import UNDATED, Period
from analysis.words.places import Area
from analysis.words.questions import WrongQuestion, one_of

PER_1000 = "per 1000 inhabitants"
SUM_OF_DISTRICTS = "sum of districts"


def reported(
    tables: Tables, city: Workspace, area_id: str, items: list[str], until: Period
) -> dict[str, Series]:
    """Reported crimes of one area, one yearly series an item, up to and including ``until``.

    Raises
    ------
    WrongQuestion
        For an area or item that the tables do not hold.
    """
    area = tables.areas[area_id]
    crime = tables["crime_counts"]
    rows = crime[(crime.area_id == area_id) & (crime.year <= until.year)]
    found = {}
    for item in items:
        one_of("item", item, tables["crime_items"]["item"])
        mine = rows[rows["item"] == item]
        if len(mine):
            found[item] = Series(_count(row, area.scheme, city) for row in mine.itertuples())
    return found


def _count(row, scheme: str, city: Workspace) -> Estimate:
    blank = pd.isna(row.count)
    return Estimate(
        statistic="count",
        definition=row.item,
        value=None if blank else float(row.count),
        unit="reported crimes",
        n=None if blank else float(row.count),
        area=row.area_id,
        scheme=scheme,
        period=Period.parse(str(row.year)),
        status="not available" if blank else "final",
        vintage=city.sources[row.source_id].published,
        source=row.source_id,
        method="count",
        note="not published" if blank else "",
    )


def per_inhabitant(tables: Tables, series: Series, period: Period) -> Estimate:
    """The count of a period per 1,000 inhabitants; not available where no population is published.

    It names both sources, and is derived unless the population is of the register.
    Its interval is as wide as the years before have varied. The result carries the note
    "visitors" where many more people move about than live.
    """
    count = at(series, period)
    area = tables.areas[count.area]
    people = tables["population"]
    mine = people[(people.area_id == count.area) & (people.year == count.period.year)]
    if mine.empty or not count.known:
        reason = "no population" if mine.empty else count.note
        return unknown(count, "rate", PER_1000, note=reason, method="rate")
    row = mine.iloc[0]
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


def share_of_city(count: Estimate, whole: Estimate | None) -> Estimate:
    """The area's part of the city's count, in per cent."""
    if whole is None or not (whole.known and count.known and whole.value):
        return unknown(count, "share of city", "%", note="no figure for the city", method="share")
    return replace(
        count, statistic="share of city", value=100 * count.value / whole.value, unit="%",
        n=whole.value, method="share",
    )  # fmt: skip


def shootings(
    tables: Tables, city: Workspace, measure: str, area_id: str, series: str | None = None
) -> Series:
    """One series of whole-year shootings, injured or killed, chosen by name.

    Raises
    ------
    WrongQuestion
        When several series cover the area and none was chosen: they are rivals and are
        never averaged.
    """
    rows = tables["shootings"]
    rows = rows[(rows.measure == measure) & (rows.area_id == area_id)]
    rows = rows[[period_of(row).kind == "year" for row in rows.itertuples()]]
    rivals = sorted(rows.series.unique())
    if series is None and len(rivals) > 1:
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
            series=row.method,
            vintage=city.sources[row.source_id].published,
            source=row.source_id,
            method="survey_share",
            note="no year" if pd.isna(row.year_from) else "no margin",
        )
        for row in rows.itertuples()
    ]


def _survey_span(row) -> Period:
    if pd.isna(row.year_from):
        return UNDATED
    return Period(Period.parse(str(row.year_from)).start, Period.parse(str(row.year_to)).end)


@dataclass(frozen=True)
class Voice:
    """One of the three voices of a lägesbild and how much it has said here."""

    name: str
    figures: int
    latest: str

    @property
    def missing(self) -> bool:
        """Whether the voice has said nothing that we hold."""
        return self.figures == 0


def silent(
    tables: Tables, city: Workspace, areas: list[str], period: Period
) -> dict[str, list[str]]:
    """The voices that are missing, each with the areas where nothing is heard of it."""
    missing: dict[str, list[str]] = {}
    for area_id in areas:
        for voice in voices(tables, city, area_id, period):
            if voice.missing:
                missing.setdefault(voice.name, []).append(area_id)
    return missing


def voices(tables: Tables, city: Workspace, area_id: str, period: Period) -> list[Voice]:
    """Residents, police and district administration, and what each has said by ``period``.

    The district administration's voice has no public table; it stays missing until a
    workspace brings one.
    """
    crime = tables["crime_counts"]
    police = crime[(crime.area_id == area_id) & (crime.year == period.year)]["count"].notna().sum()
    answers = surveys(tables, city, area_id, period)
    dated = [e.period for e in answers if e.note != "no year"]
    return [
        Voice("residents", len(answers), str(max(p.end.year for p in dated)) if dated else ""),
        Voice("police", int(police), str(period.year) if police else ""),
        Voice("district", 0, ""),
    ]


def headline(tables: Tables) -> list[str]:
    """The kinds of crime that are screened: clear types that do not overlap, by their keys."""
    items = tables["crime_items"]
    return list(items["item"][items.headline == "yes"])


def districts(tables: Tables, city: Workspace, period: Period) -> list[str]:
    """The ids of the districts in force in a period, in the order of the register."""
    scheme = city.settings["districtScheme"]
    return [area.id for area in tables.areas.of_scheme(scheme, period)]


def all_reported(
    tables: Tables, city: Workspace, items: list[str], until: Period
) -> dict[tuple[str, str], Series]:
    """The yearly series of every district and item, keyed (area id, item)."""
    return {
        (area_id, item): series
        for area_id in districts(tables, city, until)
        for item, series in reported(tables, city, area_id, items, until).items()
    }


def together(
    tables: Tables, city: Workspace, series: dict[tuple[str, str], Series]
) -> dict[str, Series]:
    """The districts added up, one series an item; unknown in a year when any of them is.

    It is not the city's own figure, since not every crime could be placed in a district:
    its ``series`` says so, and the guard keeps the two apart.
    """
    municipality = tables.areas[city.settings["municipality"]]
    found = {}
    for item in dict.fromkeys(item for _, item in series):
        mine = {area: one for (area, kind), one in series.items() if kind == item}
        periods = sorted({e.period for one in mine.values() for e in one})
        found[item] = Series(
            _sum([mine[a].at(p) if a in mine else None for a in places], municipality)
            for p in periods
            if (places := districts(tables, city, p))
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


def rates(tables: Tables, city: Workspace, item: str, period: Period) -> list[Estimate]:
    """One item per 1,000 inhabitants in every district in one period, unknown ones included."""
    series = all_reported(tables, city, [item], period)
    return [per_inhabitant(tables, one, period) for one in series.values()]


def city_count(tables: Tables, city: Workspace, item: str, period: Period) -> Estimate | None:
    """The whole city's count of one item in one period, None when there is no such row."""
    municipality = city.settings["municipality"]
    series = reported(tables, city, municipality, [item], period)
    return series[item].at(period) if item in series else None


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

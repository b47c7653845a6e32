"""What each source can carry: a good source for one question is a poor one for another.

The police's own news cover about one reported crime in a hundred, whatever the number of rows; a
yearly table says nothing of weekdays. Where an official total is at hand the verdict brings the
figure that it rests on.
"""

from dataclasses import dataclass, replace

import pandas as pd

from analysis.data import identities
from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement import register

USES = ("level", "change", "districts", "places", "now")
VERDICTS = ("fit", "care", "not fit")

# by table, what it can be used for and the key of why; the uses stand in the order of USES
_BY_KIND: dict[str, tuple[tuple[str, str], ...]] = {
    "incidents": (
        ("care", "reported alone"), ("fit", "breaks obeyed"), ("fit", "counted by block"),
        ("fit", "time and place"), ("care", "late reports"),
    ),
    "crime_counts": (
        ("care", "reported alone"), ("fit", "breaks obeyed"), ("care", "not all placed"),
        ("not fit", "years alone"), ("not fit", "published late"),
    ),
    "shootings": (
        ("care", "several series"), ("care", "few a year"), ("not fit", "city alone"),
        ("not fit", "years alone"), ("not fit", "published late"),
    ),
    "published_rates": (
        ("care", "population not stated"), ("not fit", "population not stated"),
        ("care", "population not stated"), ("not fit", "years alone"),
        ("not fit", "published late"),
    ),
    "safety_surveys": (
        ("care", "no interval published"), ("care", "methods differ"),
        ("care", "no interval published"), ("not fit", "about living there"),
        ("not fit", "published late"),
    ),
    "survey_answers": (
        ("care", "drawn by lot"), ("care", "methods differ"), ("care", "few answers"),
        ("not fit", "about living there"), ("not fit", "published late"),
    ),
    "key_figures": (
        ("care", "margin told"), ("care", "methods differ"), ("not fit", "city alone"),
        ("not fit", "years alone"), ("not fit", "published late"),
    ),
    "observations": (
        ("not fit", "who looked"), ("not fit", "who looked"), ("not fit", "who looked"),
        ("care", "who looked"), ("care", "seen at once"),
    ),
    "police_notices": (
        ("not fit", "chosen by editors"), ("not fit", "chosen by editors"),
        ("not fit", "place is the city"), ("not fit", "place is the city"),
        ("care", "seen at once"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Fitness:
    """Whether a table can be used for something.

    Parameters
    ----------
    table, use
        A table that counts or measures, and one of ``USES``: how much there is (level), whether it
        changed, how districts differ, where and when it happens (places), what goes on now.
    verdict
        "fit", "care" or "not fit".
    reason
        The key of why.
    share, year, counted, official
        The figure that it rests on, where there is one: ``counted`` of ``official`` in ``year``.
    """

    table: str
    use: str
    verdict: str
    reason: str
    share: float | None = None
    year: int | None = None
    counted: int | None = None
    official: int | None = None


def fitness(tables: Tables, city: Workspace) -> list[Fitness]:
    """What each filled table of a city can be used for, table by table in the order of USES."""
    found = []
    for table, verdicts in _BY_KIND.items():
        if not any(tables.ledger.rows_used[tables.ledger.table == table]):
            continue
        for use, (verdict, reason) in zip(USES, verdicts, strict=True):
            found.append(_by_data(tables, city, Fitness(table, use, verdict, reason)))
    return found


def _by_data(tables: Tables, city: Workspace, one: Fitness) -> Fitness:
    """The verdict on a kind of table, as far as the city's own rows bear it out."""
    if one.use == "level":
        return _with_coverage(tables, city, one)
    if one.reason == "breaks obeyed" and tables["breaks"].empty:
        one = replace(one, verdict="care", reason="no breaks entered")
    if one.table != "incidents":
        return one
    if register.watched(tables, city) is None:
        return replace(one, verdict="not fit", reason="register not whole")
    (unplaced,) = identities.unplaced(tables, city.settings["districtScheme"])
    placed = 1 - unplaced.found["off"] / unplaced.looked_at
    located = tables["incidents"][["easting", "northing"]].notna().all(axis=1).mean()
    if one.use == "districts" and placed < register.WHOLE:
        return replace(one, verdict="care", reason="not all placed")
    if one.use == "places" and not located:
        return replace(one, verdict="not fit", reason="none located")
    if one.use == "places" and located < register.WHOLE:
        return replace(one, verdict="care", reason="not all located")
    return one


def whole_years(days: pd.Series) -> list[int]:
    """The years of which every month has a day.

    Examples
    --------
    >>> whole_years(pd.Series(pd.date_range("2022-06-01", "2024-11-30", freq="MS")))
    [2023]
    """
    months = days.dt.month.groupby(days.dt.year).nunique()
    return [int(year) for year in months.index[months == 12]]


def coverages(tables: Tables, city: Workspace, table: str) -> pd.DataFrame:
    """Events of a table beside the city's officially reported crimes, by year.

    A year of notices is one in every month of which the feed, of whatever place, had some.
    """
    if table == "incidents":
        return register.beside_official(tables, city)
    rows = tables["police_notices"]
    ours = rows.published[rows.area_id == city.settings["municipality"]]
    counted = ours.dt.year.value_counts()
    return register.beside(counted, register.official(tables, city), whole_years(rows.published))


def _with_coverage(tables: Tables, city: Workspace, one: Fitness) -> Fitness:
    """The verdict on a level, by the year that is least like the official total, if there is one.

    Notices are no part of the crimes that were reported, whatever their number: theirs is told of
    the latest year.
    """
    if one.table not in ("incidents", "police_notices"):
        return one
    years = coverages(tables, city, one.table)
    if years.empty:
        return one
    worst = years.share.sub(1).abs().idxmax()
    year = years.loc[worst] if one.table == "incidents" else years.iloc[-1]
    verdict, reason = one.verdict, "notices beside crimes"
    if one.table == "incidents":
        reason = "reported alone beside crimes"
        if year.year in set(register.off(tables, city).year):
            verdict, reason = (
                "not fit",
                "covers too little" if year.share < 1 else "covers too much",
            )
    return Fitness(
        one.table, one.use, verdict, reason, year.share, int(year.year), int(year.counted),
        int(year.official),
    )  # fmt: skip

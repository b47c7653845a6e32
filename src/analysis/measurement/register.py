"""The city's own register of events: which span it covers, and whether it is whole.

A register that holds a small part of what is officially reported, or much more than that, is no
register of reported crime: a figure counted from it would show a change that never happened. It is
set beside the official figures, and where it is not like them nothing is counted from it.
"""

from collections.abc import Iterable
from functools import lru_cache

import pandas as pd

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.words.estimates import CheckResult
from analysis.words.periods import Period

WHOLE = 0.90  # the least share of the official total that a whole register holds
MOST = 1.10  # above it events are held twice, or other things than reported crimes


def watched(tables: Tables, city: Workspace) -> Period | None:
    """The days that the city's own events cover; None without events, or when some are lacking."""
    if city.observed is None or tables.events_by_year.empty:
        return None
    return city.observed if off(tables, city).empty else None


def counts(tables: Tables, city: Workspace, span: Period) -> bool:
    """Whether figures of a span are counted from the city's own events.

    A year for which figures of the districts are published is told by them: they are official, and
    reach as far back as they are published. All else is counted where the register covers it.
    """
    if span.kind == "year" and span.year in published_years(tables, city):
        return False
    covered = watched(tables, city)
    return covered is not None and span in covered


@lru_cache(maxsize=4)
def published_years(tables: Tables, city: Workspace) -> set[int]:
    """The years that are published for every district that there was."""
    return {int(year) for year in _of_every_district(tables, city, tables["crime_counts"]).year}


def _of_every_district(tables: Tables, city: Workspace, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of districts, in those years alone in which none of the districts lacks one."""
    areas = tables["areas"]
    areas = areas[areas.scheme == city.settings["districtScheme"]]
    rows = rows[rows.area_id.isin(areas.area_id)]
    first, last = (areas[day].dt.year for day in ("valid_from", "valid_to"))
    there = {
        year: int((~(first > year) & ~(last < year)).sum())  # a blank day is no limit
        for year in rows.year.unique()
    }
    have = rows.groupby("year").area_id.nunique()
    return rows[rows.year.isin([year for year, n in have.items() if n == there[year]])]


@lru_cache(maxsize=4)
def off(tables: Tables, city: Workspace) -> pd.DataFrame:
    """The years in which the register differs by more than a tenth from the official total.

    A sum of districts lacks the crimes that could not be placed: a register may hold more than it.
    """
    years = beside_official(tables, city)
    of_city = years.year.isin(_of_the_city(tables, city).index)
    return years[(years.share < WHOLE) | ((years.share > MOST) & of_city)]


def beside_official(tables: Tables, city: Workspace) -> pd.DataFrame:
    """Crimes of the city's own register beside the official total, by whole years of the register.

    Crimes are official in the year in which they were reported, and counted in it here as well.

    Returns
    -------
    pandas.DataFrame
        Columns ``year``, ``counted``, ``official``, ``share``; only years with both. Empty where
        no item of the register adds to the total.
    """
    totals, found = official(tables, city), tables.events_by_year
    adding = found["item"].isin(crimes(tables))
    if city.observed is None or not adding.any():
        totals = totals.iloc[:0]
    years = [year for year in totals.year if Period.parse(str(year)) in city.observed]
    return beside(found[adding].groupby("year")["count"].sum(), totals, years)


def official(tables: Tables, city: Workspace) -> pd.DataFrame:
    """The official total of each year: the city's own, else the sum of all of its districts.

    Returns
    -------
    pandas.DataFrame
        Columns ``year`` and ``count``; no year without a figure.
    """
    parts = _of_every_district(tables, city, _totals(tables)).groupby("year")["count"].sum()
    whole = _of_the_city(tables, city).combine_first(parts)
    return whole.rename("count").rename_axis("year").reset_index()


def _of_the_city(tables: Tables, city: Workspace) -> pd.Series:
    """The official total that is published for the whole city, by year."""
    rows = _totals(tables)
    return rows[rows.area_id == city.settings["municipality"]].set_index("year")["count"]


def _totals(tables: Tables) -> pd.DataFrame:
    crime = tables["crime_counts"]
    return crime[crime["item"] == "total"].dropna(subset=["count"])


def beside(counted: pd.Series, totals: pd.DataFrame, years: Iterable[int]) -> pd.DataFrame:
    """Events beside an official total, year by year.

    Parameters
    ----------
    counted
        Events by year; a year that is not there had none.
    totals
        Columns ``year`` and ``count``.
    years
        The years to set side by side; those without a total are left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``year``, ``counted``, ``official``, ``share``.

    Examples
    --------
    >>> totals = pd.DataFrame({"year": [2022, 2023, 2024], "count": [90, 100, 80]})
    >>> beside(pd.Series({2022: 1, 2023: 1}), totals, [2023])
       year  counted  official  share
    0  2023        1       100   0.01
    """
    known = totals.dropna().set_index("year")["count"].astype("int64").rename("official")
    found = counted.reindex(list(years), fill_value=0).rename("counted").to_frame()
    found = found.join(known[known > 0], how="inner")
    found["share"] = found.counted / found.official
    return found.rename_axis("year").reset_index()


def crimes(tables: Tables) -> list[str]:
    """The items that the total of a city's own events is the sum of."""
    tree = tables["crime_items"]
    return list(tree["item"][tree.adds_to_total == "yes"])


def checks(tables: Tables, city: Workspace) -> list[CheckResult]:
    """Whether the city's own events are as many as was officially reported; none without both."""
    years = beside_official(tables, city)
    if years.empty:
        return []
    worst = years.loc[years.share.sub(1).abs().idxmax()]
    return [
        CheckResult(
            check="register",
            outcome="passed" if off(tables, city).empty else "failed",
            looked_at=len(years),
            found={
                "low": float(years.share.min()),
                "high": float(years.share.max()),
                "off": len(off(tables, city)),
                "year": int(worst.year),
                "counted": int(worst.counted),
                "official": int(worst.official),
            },
        )
    ]

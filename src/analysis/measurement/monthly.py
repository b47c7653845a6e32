"""Counts of areas month by month, the raw material of every design that looks for an effect.

A month that is still being registered is missing, not low; and no row runs on across a break in
how something is counted, so that a new way of counting cannot pass for a measure's effect.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement import breaks, crime, lateness, register
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion, one_of


@dataclass(frozen=True)
class Monthly:
    """Counts of one item: one row an area (its id), one column a month, in the city's order.

    ``counts`` has a float a cell, not a number where the month is not final. ``since`` is the
    month in which the present way of counting began, None where nothing was changed.
    """

    item: str
    counts: pd.DataFrame
    since: pd.Period | None
    sources: tuple[str, ...]

    @property
    def first(self) -> str:
        """The first month, ``2011-01``."""
        return str(self.counts.columns[0])

    @property
    def months(self) -> pd.PeriodIndex:
        """The months, in their order."""
        return self.counts.columns

    def of(self, areas: list[str]) -> np.ndarray:
        """The counts of these areas, shape (areas, months)."""
        return self.counts.loc[areas].to_numpy()

    def index(self, month: pd.Period) -> int:
        """Which column a month is; the number of columns for one after the last."""
        return max(0, min(len(self.months), (month - self.months[0]).n))

    def span(self, first: int, last: int) -> Period:
        """The days from the month ``first`` to the month ``last``, by their columns."""
        return Period(self.months[first].start_time.date(), self.months[last].end_time.date())


def monthly(
    tables: Tables, city: Workspace, item: str, until: Period, *, so_far: bool = False
) -> Monthly:
    """One item in every district and the whole city, month by month to a period's end.

    Parameters
    ----------
    tables, city
        The workspace and its tables.
    item
        What is counted, by its key.
    until
        The period.
    so_far
        Whether months that are still being registered stand with what is known of them, which is
        too low, instead of missing. Only what asks whether a month is high may use them.

    Raises
    ------
    WrongQuestion
        For an unknown item, or a city without a whole register of events up to then: yearly
        figures have no months.
    """
    one_of("item", item, tables["crime_items"]["item"])
    covered = register.watched(tables, city)
    if covered is None or until not in covered:
        raise WrongQuestion(
            f"{city.name} has no whole register of events to {until.end}, and yearly figures have "
            "no months."
        )
    municipality = city.settings["municipality"]
    events = tables["incidents"][["item", "area_id", "occurred", "source_id"]]
    events = events[events["item"].isin(crime.adding(tables).get(item, [item]))]
    if events.empty:
        raise WrongQuestion(f"the register of {city.name} holds no event of item {item!r}.")
    months = pd.period_range(covered.start, until.end, freq="M")
    when = events.occurred.dt.to_period("M")
    events = events.assign(month=when)[when.isin(months)]
    homes = _homes(tables, city, _districts(tables, city))
    if not placed(tables, city, until):
        raise WrongQuestion(
            f"no event of {city.name} leads to a district: enter in area_links which district "
            "each area of incidents lies in."
        )
    counted = events.groupby([events.area_id.map(homes), "month"]).size().unstack(fill_value=0)
    counted = counted.reindex(index=list(dict.fromkeys(homes.values())), columns=months)
    counted = counted.fillna(0.0).astype(float)
    whole = events.groupby("month").size().reindex(months).fillna(0.0).to_frame(municipality).T
    counts = pd.concat([whole, counted])
    if not so_far:
        final = pd.Timestamp(lateness.final_until(tables, city))
        counts.loc[:, months.end_time.normalize() > final] = np.nan
    since = _since(tables, city, item, months)
    if since is not None:
        counts = counts.loc[:, months >= since]
    return Monthly(item, counts, since, tuple(sorted(set(events.source_id))))


def placed(tables: Tables, city: Workspace, until: Period) -> bool:
    """Whether a whole register of events reaches so far, and some of them lead to a district."""
    covered = register.watched(tables, city)
    homes = _homes(tables, city, _districts(tables, city))
    whole = covered is not None and until in covered
    return whole and bool(tables["incidents"].area_id.isin(homes).any())


def _districts(tables: Tables, city: Workspace) -> list[str]:
    """Today's districts, in which events are counted whatever their day."""
    return [area.id for area in tables.areas.of_scheme(city.settings["districtScheme"])]


def _homes(tables: Tables, city: Workspace, districts: list[str]) -> dict[str, str]:
    """The district of each building block."""
    return {
        block: district
        for district in districts
        for block in crime.blocks(tables, city, district) or []
    }


def _since(tables: Tables, city: Workspace, item: str, months: pd.PeriodIndex) -> pd.Period | None:
    """The first whole month that is counted as the last one is, in every area."""
    began = breaks.since(tables, city, item, None, months[-1].start_time)
    if began is None:
        return None
    month = began.to_period("M")
    return month + 1 if began > month.start_time else month


def neighbours(tables: Tables, area_id: str) -> list[str]:
    """The areas of the same division that share a border with an area, by id.

    Real borders where the city has them for the area, else tiles that lie side by side; two areas
    that meet in a point alone are none.
    """
    areas = tables["areas"].set_index("area_id")
    here = areas.loc[area_id]
    drawn = tables["outlines"]
    drawn = drawn[drawn.area_id.isin(areas.index[areas.scheme == here.scheme])]
    if area_id in set(drawn.area_id):
        corners = drawn[["area_id", "x", "y"]].drop_duplicates()
        mine = corners[corners.area_id == area_id][["x", "y"]]
        shared = corners[corners.area_id != area_id].merge(mine, on=["x", "y"])
        met = shared.area_id.value_counts()
        return sorted(met.index[met >= 2])
    same = areas[areas.scheme == here.scheme].dropna(subset=["tile_column", "tile_row"])
    if pd.isna(here.tile_column):
        return []
    steps = (same.tile_column - here.tile_column).abs() + (same.tile_row - here.tile_row).abs()
    return sorted(same.index[steps == 1])

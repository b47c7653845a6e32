"""When something came to be counted in another way: no comparison runs across such a day."""

from functools import lru_cache

import pandas as pd

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement.counts import SINCE


def since(
    tables: Tables, city: Workspace, item: str, area_id: str | None, day: pd.Timestamp
) -> pd.Timestamp | None:
    """The day on which the way of counting that was in force on a day began; None for always.

    Parameters
    ----------
    tables, city
        The workspace's tables and settings.
    item
        A crime, survey item or own figure. What is counted anew in a part of it changes it too.
    area_id
        An area; None for every area at once. A change in one area changes the whole city's figure
        as well, unless it was the area's border that moved.
    day
        The day.
    """
    municipality = city.settings["municipality"]
    changes = [change for change in _changes(tables, item) if change.from_date <= day]
    if area_id == municipality:
        changes = [one for one in changes if one.kind != "boundary" or one.area_id in ("", area_id)]
    elif area_id is not None:
        changes = [one for one in changes if one.area_id in ("", area_id)]
    return max((change.from_date for change in changes), default=None)


def way(tables: Tables, city: Workspace, item: str, area_id: str | None, day: pd.Timestamp) -> str:
    """The way of counting in force on a day, as an estimate's ``series`` tells it to the guard."""
    found = since(tables, city, item, area_id, day)
    return "" if found is None else f"{SINCE}{found.date()}"


def marked(method: str, way: str) -> str:
    """A method together with the way of counting in force.

    Examples
    --------
    >>> marked("post", "since 2016-01-01"), marked("post", "")
    ('post; since 2016-01-01', 'post')
    """
    return f"{method}; {way}" if way else method


@lru_cache(maxsize=256)
def _changes(tables: Tables, item: str) -> list:
    """The rows of the table of breaks that touch an item or a part of it."""
    rows = tables["breaks"]
    mine = rows[rows["item"].isin(_within(tables["crime_items"], item))]
    return list(mine.itertuples())


def _within(tree: pd.DataFrame, item: str) -> set[str]:
    """An item, the items below it in the tree, and for the total those that add up to it."""
    below = set(tree["item"][tree.adds_to_total == "yes"]) if item == "total" else set()
    found: set[str] = set()
    more = {item} | below
    while more:
        found |= more
        more = set(tree["item"][tree.parent.isin(more)]) - found
    return found

"""The police's own news counted by municipality, month and kind, and never taken for crime.

Editors choose what becomes news, so these counts say what was told, not what happened. A month
that was not watched from its first day to its last has no count at all, and a type that nobody
has sorted is a column of its own instead of being lost or guessed.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import pandas as pd

UNSORTED = "unsorted"


@cache
def shipped_categories() -> dict[str, str]:
    """The kind of event of each type of notice."""
    return tomllib.loads((files("analysis.data") / "notices.toml").read_text("utf-8"))


def panel(
    notices: pd.DataFrame, municipalities: Iterable[str], categories: dict[str, str]
) -> pd.DataFrame:
    """Notices by municipality, month of publication and kind, zero where there was none.

    Parameters
    ----------
    notices
        The table ``police_notices``. Bulletins, which hold several events, are not counted, nor
        are notices of a whole county, whose ``area_id`` is blank.
    municipalities
        The ids of the areas wanted.
    categories
        Type of notice: kind of event.

    Returns
    -------
    pandas.DataFrame
        Columns ``area_id``, ``month`` (``2026-08``), ``category`` and ``count``, in this order:
        a row for each area, month that was watched and kind, and one for ``UNSORTED`` when a type
        has no kind.
    """
    single = notices[notices.bulletin == "no"]
    rows = pd.DataFrame(
        {
            "area_id": single.area_id,
            "month": single.published.dt.strftime("%Y-%m"),
            "category": single.type.map(categories).fillna(UNSORTED),
        }
    )
    kinds = sorted(set(categories.values()) | set(rows.category))
    cells = [list(municipalities), watched(notices), kinds]
    every = pd.MultiIndex.from_product(cells, names=rows.columns)
    counts = rows.value_counts().reindex(every, fill_value=0)
    return counts.rename("count").reset_index()


def watched(notices: pd.DataFrame) -> list[str]:
    """The months through which the feed was followed without a gap, in their order.

    It was followed from one answer to the next when a notice stood in both; where none did, those
    between may have come and gone unseen.

    Parameters
    ----------
    notices
        With ``first_seen`` and ``last_seen``, of every place; rows without are not used.
    """
    seen = notices[["first_seen", "last_seen"]].dropna().sort_values("first_seen")
    so_far = seen.last_seen.cummax().shift()
    spell = (seen.first_seen > so_far).cumsum()
    spans = seen.groupby(spell).agg({"first_seen": "min", "last_seen": "max"})
    return [
        str(month)
        for span in spans.itertuples()
        for month in pd.period_range(span.first_seen, span.last_seen, freq="M")
        if month.start_time >= span.first_seen and month.end_time <= span.last_seen
    ]

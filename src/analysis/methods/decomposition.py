"""Which kind of crime drives a change of the total.

A total that rises says nothing of what rose; here its change is split over items
that do not overlap, and what the published items leave over is shown as such.
"""

from dataclasses import replace

import pandas as pd

from analysis.measurement.comparison import LikeForLike, Series
from analysis.words.estimates import Estimate
from analysis.words.periods import Period

REST = "rest"
NEARLY_ALL = 0.95


def contributions(
    series: dict[str, Series],
    items: pd.DataFrame,
    period: Period,
    since: Period | None = None,
    total: str = "total",
) -> list[Estimate]:
    """How much each item added to the change of the total since an earlier period.

    Parameters
    ----------
    series
        Counts of one area by item; the total among them.
    items
        Columns ``item``, ``parent``, ``adds_to_total``: the tree of items.
    period
        The period whose change is split.
    since
        The period that it is set against; the same span a year earlier when None.

    Returns
    -------
    list of Estimate
        ``value`` the item's part of the total's change in per cent, ``n`` its change in
        crimes; largest change first, what no published item covers last as "rest". Empty
        when the total is not known in both periods or did not change.
    """
    span = (since or period.year_before, period)
    whole = _pair(series, total, span)
    if whole is None or whole.after.value == whole.before.value:
        return []
    moved = whole.after.value - whole.before.value
    parts = {}
    for item in finest(series, items, span, total):
        pair = _pair(series, item, span)
        parts[item] = pair.after.value - pair.before.value
    about = {
        "statistic": "contribution", "unit": "% of change", "reference": whole.before.period,
        "method": "decomposition",
    }  # fmt: skip
    rows = sorted(parts.items(), key=lambda part: (-abs(part[1]), part[0]))
    rows.append((REST, moved - sum(parts.values())))
    return [
        replace(whole.after, definition=item, value=100 * change / moved, n=change, **about)
        for item, change in rows
    ]


def finest(
    series: dict[str, Series],
    items: pd.DataFrame,
    span: tuple[Period, Period],
    total: str = "total",
) -> list[str]:
    """Items that do not overlap and together hold as much of the total as is published.

    A group is split into its parts when those that are known hold nearly all of it, kept
    whole when they do not, and entered all the same when it is itself unknown.
    """
    tree = {parent: list(group["item"]) for parent, group in items.groupby("parent", sort=False)}
    whole_parts = set(items["item"][items.adds_to_total == "yes"])

    def held(parts: list[str]) -> float:
        pairs = [_pair(series, part, span) for part in parts]
        return sum(pair.before.value + pair.after.value for pair in pairs if pair)

    def cover(item: str) -> list[str]:
        pair = _pair(series, item, span)
        if pair and item in whole_parts:
            return [item]
        parts = [part for child in tree.get(item, []) for part in cover(child)]
        split = item == total or pair is None or held(parts) >= NEARLY_ALL * held([item])
        return parts if split else [item]

    return cover(total)


def _pair(series: dict[str, Series], item: str, span: tuple[Period, Period]) -> LikeForLike | None:
    if item not in series:
        return None
    before, after = (series[item].at(period) for period in span)
    if before is None or after is None or not (before.known and after.known):
        return None
    return LikeForLike(before, after)

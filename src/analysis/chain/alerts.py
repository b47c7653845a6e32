"""Months that were more than the months before would bring, and how many such chance brings.

An alert is a prompt to look. It never leaves here without the number of months that were watched
and of those that would have stood out with nothing going on.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement import crime, lateness
from analysis.measurement.monthly import Monthly, monthly, placed
from analysis.methods.early_warning import Limits, negative_binomial
from analysis.words.estimates import Estimate
from analysis.words.periods import Period


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """The months of a period that stood out.

    Parameters
    ----------
    found
        One an area, kind of crime and month: ``value`` the events, ``high`` the limit, ``n`` what
        was expected.
    watched
        How many months of areas and kinds were held against a limit.
    by_chance
        How many of them would lie above it with nothing going on.
    so_far
        Whether some month of the period is still being registered: one that lies above its limit
        does so already, one that does not may yet.
    """

    found: tuple[Estimate, ...]
    watched: int
    by_chance: float
    so_far: bool = False


def alerts(tables: Tables, city: Workspace, items: list[str], period: Period) -> Alerts:
    """The months of a period in which a district had more of something than was to be expected.

    Parameters
    ----------
    tables, city
        The workspace and its tables; a city without placed events of its own has no months.
    items
        Kinds of crime, by key.
    period
        Its whole months are watched.
    """
    found, watched, by_chance = [], 0, 0.0
    districts = crime.districts(tables, city, period)
    for item in items if placed(tables, city, period) else []:
        series = monthly(tables, city, item, period, so_far=True)
        now = (series.months.start_time >= pd.Timestamp(period.start)) & (
            series.months.end_time.normalize() <= pd.Timestamp(period.end)
        )
        earlier = int((series.months.start_time < pd.Timestamp(period.start)).sum())
        limits = negative_binomial(series.of(districts), since=earlier)
        seen = limits.watched & now
        watched += int(seen.sum())
        by_chance += float(np.where(seen, limits.measured, 0.0).sum())
        found += [
            _alert(tables, series, limits, districts[area], area, month)
            for area, month in zip(*np.nonzero(limits.exceeded & now), strict=True)
        ]
    so_far = watched > 0 and lateness.final_until(tables, city) < period.end
    return Alerts(found=tuple(found), watched=watched, by_chance=by_chance, so_far=so_far)


def _alert(
    tables: Tables, series: Monthly, limits: Limits, area_id: str, area: int, month: int
) -> Estimate:
    value = float(limits.observed[area, month])
    return Estimate(
        statistic="alert",
        definition=series.item,
        value=value,
        unit=crime.UNIT,
        n=float(limits.expected[area, month]),
        area=area_id,
        scheme=tables.areas[area_id].scheme,
        period=series.span(month, month),
        source="; ".join(series.sources),
        method="early_warning",
        series=f"limit {limits.limit[area, month]:g}",
    )

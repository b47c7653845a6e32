"""The newest value of an indicator, of the same part of the year as its baseline.

A quarter is never held against a year, nor this wave against itself; an indicator without a newer
value has none.
"""

from dataclasses import replace

import pandas as pd

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement import breaks, crime, survey
from analysis.measurement.comparison import LikeForLike
from analysis.measurement.counts import unknown
from analysis.methods.change import dispersed, noticed_from
from analysis.methods.trend import noise
from analysis.words.estimates import Estimate
from analysis.words.periods import Period

STATISTIC = "indicator now"


def newest(
    tables: Tables, city: Workspace, area_id: str, until: Period, released: list[Estimate]
) -> list[Estimate]:
    """The newest value of each indicator of an area by the end of a period.

    Parameters
    ----------
    tables, city
        The workspace and its tables.
    area_id, until
        Whose indicators, and the last day known.
    released
        Survey shares of the area as they may be told.

    Returns
    -------
    list of Estimate
        One an indicator, its id in ``series``: a count of the baseline's span in the latest year
        that was over, or the share of a later wave, with the interval that its change from the
        baseline has (so the noise of both is in it); or the administration's own figure, which
        has no interval. Not available with the note "no newer value" where there is none
        after the baseline, and "baseline differs" where the register's baseline is no longer
        what is counted. After a count stands, as "noticed from", the count at which a fall
        would have been told from no change.
    """
    rows = tables["indicators"]
    find = {"crime": _count, "survey": _share, "district": _figure}
    found = []
    for row in rows[rows.area_id == area_id].itertuples():
        now, *noticed = find[row.kind](tables, city, row, _span(row, until), released)
        found.append(replace(now, statistic=STATISTIC, series=row.indicator_id))
        found += [replace(e, series=row.indicator_id) for e in noticed]
    return found


def _span(row, until: Period) -> Period:
    """The baseline's part of the year in the latest year that was over; else the whole period."""
    if not row.baseline_period:
        return until
    span = Period.parse(row.baseline_period)
    if not span.months:
        return until
    while (later := _a_year_on(span)).end <= until.end:
        span = later
    return span


def _a_year_on(span: Period) -> Period:
    return Period.of_months(span.start.year + 1, span.start.month, span.months)


def _none(tables: Tables, row, span: Period, unit: str) -> Estimate:
    like = Estimate(
        statistic=STATISTIC, definition=row.definition, value=0.0, unit=unit, area=row.area_id,
        scheme=tables.areas[row.area_id].scheme, period=span,
    )  # fmt: skip
    return unknown(like, STATISTIC, unit, note="no newer value")


def _count(tables: Tables, city: Workspace, row, span: Period, _) -> list[Estimate]:
    series = crime.reported(tables, city, row.area_id, [row.definition], span)
    if str(span) == row.baseline_period or row.definition not in series:
        return [_none(tables, row, span, crime.UNIT)]
    mine = series[row.definition]
    now = crime.at(mine, span)
    if not row.baseline_period or not now.known:
        return [now]
    before = mine.at(Period.parse(row.baseline_period))
    if before is None or not before.known:
        return [unknown(now, now.statistic, now.unit, note="not comparable")]
    settled = crime.reported(tables, city, row.area_id, [row.definition], before.period)
    if settled[row.definition].at(before.period).value != row.baseline:
        return [unknown(now, now.statistic, now.unit, note="baseline differs")]
    pair, measured = LikeForLike(before, now), noise(mine, before=span)
    ratio, noticed = dispersed(pair, measured), noticed_from(pair, measured)
    if not ratio.known:
        return [now]
    low, high = (before.value * end for end in (ratio.low, ratio.high))
    return [replace(now, low=min(low, now.value), high=max(high, now.value), p=ratio.p), noticed]


def _share(tables: Tables, city: Workspace, row, span: Period, released) -> list[Estimate]:
    waves = [
        e
        for e in released
        if e.statistic == "survey share" and e.definition == row.definition
        if e.area == row.area_id and e.known
    ]
    if not row.baseline_period:
        return [max(waves, key=lambda e: e.period)] if waves else [_none(tables, row, span, "%")]
    then = Period.parse(row.baseline_period)
    newer = [e for e in waves if e.period.start > then.end]
    if not newer:
        return [_none(tables, row, span, "%")]
    now = max(newer, key=lambda e: e.period)
    before = [e for e in waves if e.period in then and e.series == now.series]
    if not before:
        return [unknown(now, now.statistic, now.unit, note="not comparable")]
    _, down, up = survey.change(before[0], now)
    low, high = row.baseline + down, row.baseline + up
    return [replace(now, low=min(low, now.value), high=max(high, now.value))]


def _figure(tables: Tables, city: Workspace, row, span: Period, _) -> list[Estimate]:
    rows = tables["district_indicators"]
    rows = rows[(rows.area_id == row.area_id) & (rows.indicator == row.definition)]
    mine = rows[rows.period == str(span)]
    if mine.empty or pd.isna(mine.value.iloc[0]) or str(span) == row.baseline_period:
        unit = rows.unit.iloc[0] if len(rows) else ""
        return [_none(tables, row, span, unit)]
    like = _none(tables, row, span, mine.unit.iloc[0])
    if row.baseline_period and _counted_anew(tables, city, row, span):
        return [unknown(like, like.statistic, like.unit, note="not comparable")]
    return [
        replace(
            like,
            value=float(mine.value.iloc[0]),
            status="final",
            note="",
            method="indicator",
            source=mine.source_id.iloc[0],
        )
    ]


def _counted_anew(tables: Tables, city: Workspace, row, span: Period) -> bool:
    """Whether an own figure came to be counted in another way after its baseline began."""
    began = Period.parse(row.baseline_period).start
    since = breaks.since(tables, city, row.definition, row.area_id, pd.Timestamp(span.end))
    return since is not None and since > pd.Timestamp(began)

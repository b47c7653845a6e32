"""Was it done, did it change, was it the measure: three answers that never stand for each other.

A full delivery is no result, and a result is no effect. What has not been evaluated says so in
its own row instead of being read out of the other two.
"""

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from analysis.data.tables import Tables
from analysis.measurement.comparison import Difference, differences
from analysis.words.estimates import Estimate
from analysis.words.periods import Period
from analysis.words.questions import one_of

NOTES = ("no newer value", "baseline differs", "not comparable")
WAYS = ("right way", "wrong way", "cannot be told apart", "not available")


@dataclass(frozen=True, kw_only=True)
class Result:
    """An indicator's newest value beside its baseline; says nothing of why.

    ``way`` is one of ``WAYS``. ``reason`` is the key of why it is not available: no baseline, no
    value, no interval, or not comparable, and then ``refused`` names the parts that differ.
    """

    indicator_id: str
    wanted: str
    baseline: Estimate | None
    now: Estimate
    way: str
    reason: str = ""
    refused: tuple[Difference, ...] = ()
    noticed: Estimate | None = None


def doses_until(tables: Tables, day: date, measure_id: str | None = None) -> pd.DataFrame:
    """The rows of ``doses`` whose month was over by the end of a day, of one measure or of all."""
    doses = tables["doses"]
    if measure_id is not None:
        doses = doses[doses.measure_id == measure_id]
    return doses[doses.month.map(lambda month: Period.parse(month).end <= day).astype(bool)]


def process(tables: Tables, measure_id: str, until: Period) -> Estimate:
    """Was it done: delivered of planned dose, in per cent, over the months with a known delivery.

    Parameters
    ----------
    tables
        With measures, doses and areas.
    measure_id
        The measure.
    until
        Months that were over by its end are counted, from the measure's first month.

    Returns
    -------
    Estimate
        ``n`` the months with a known delivery, ``period`` from the first to the last of them;
        ``note`` "months unknown" when planned months have no known delivery, which are then no
        part of the plan either. Not available with the note "no process data" when no month is
        known, "nothing planned" when the plan of those known is nought. There is no interval:
        nothing was sampled.

    Raises
    ------
    WrongQuestion
        For an unknown measure.
    """
    area = _area_of(tables, measure_id)
    about = {
        "statistic": "process", "definition": measure_id, "unit": "%", "area": area,
        "scheme": tables.areas[area].scheme, "method": "process",
    }  # fmt: skip
    doses = doses_until(tables, until.end, measure_id)
    known = doses.dropna(subset="delivered")
    if known.empty or not known.planned.sum():
        note = "no process data" if known.empty else "nothing planned"
        return Estimate(value=None, period=until, status="not available", note=note, **about)
    return Estimate(
        value=float(100 * known.delivered.sum() / known.planned.sum()),
        n=float(len(known)),
        period=Period(Period.parse(known.month.min()).start, Period.parse(known.month.max()).end),
        status="as stated",
        note="months unknown" if len(known) < len(doses) else "",
        **about,
    )


def result(indicator, now: Estimate, accept: tuple[str, ...] = ()) -> Result:
    """Did it change: an indicator's newest value beside its baseline, and which way it went.

    Parameters
    ----------
    indicator
        A row of the table ``indicators``.
    now
        The indicator's newest value, of the same definition and area.
    accept
        Parts in which the two may differ all the same, as in
        :class:`analysis.measurement.comparison.LikeForLike`.

    Returns
    -------
    Result
        "right way" or "wrong way" when the interval of ``now`` leaves out the baseline,
        "cannot be told apart" when it does not; without an interval there is no way to tell.

    Notes
    -----
    The interval of ``now`` must be that of its change from the baseline, as
    :func:`analysis.chain.indicators.newest` makes it: with a baseline taken as exact, "right
    way" came out in 5-22 % of simulated worlds without any change. A measure often starts
    after an unusually bad period, from which figures come back by themselves; nothing here
    takes that away.
    """
    about = {"indicator_id": indicator.indicator_id, "wanted": indicator.wanted, "now": now}
    if pd.isna(indicator.baseline) or not indicator.baseline_period:
        return Result(baseline=None, way="not available", reason="no baseline", **about)
    baseline = _baseline(indicator, now)
    if not now.known:
        why = now.note if now.note in NOTES else "no value"
        return Result(baseline=baseline, way="not available", reason=why, **about)
    refused = tuple(d for d in differences(baseline, now) if d.part not in accept)
    if refused:
        return Result(
            baseline=baseline,
            way="not available",
            reason="not comparable",
            refused=refused,
            **about,
        )
    if now.low is None:
        return Result(baseline=baseline, way="not available", reason="no interval", **about)
    return Result(baseline=baseline, way=_way(now, baseline.value, indicator.wanted), **about)


def _area_of(tables: Tables, measure_id: str) -> str:
    areas = tables["measures"].set_index("measure_id").area_id
    return areas[one_of("measure", measure_id, areas.index)]


def _baseline(indicator, now: Estimate) -> Estimate:
    return Estimate(
        statistic=now.statistic,
        definition=indicator.definition,
        value=float(indicator.baseline),
        unit=now.unit,
        area=indicator.area_id,
        scheme=now.scheme,
        period=Period.parse(indicator.baseline_period),
        status=now.status if now.known else "as stated",
        series=now.series,
        source=now.source,
        method=now.method,
        note="as entered in the register",
    )


def _way(now: Estimate, baseline: float, wanted: str) -> str:
    if not now.beyond(baseline):
        return "cannot be told apart"
    return "right way" if (now.value < baseline) == (wanted == "less") else "wrong way"


def begun(tables: Tables, area_id: str, until: Period) -> list[str]:
    """The ids of an area's own measures that had started by the end of a period."""
    measures = tables["measures"]
    mine = (measures.area_id == area_id) & (measures.starts <= pd.Timestamp(until.end))
    return sorted(measures.measure_id[mine])


def results(tables: Tables, newest: list[Estimate]) -> dict[str, Result]:
    """The result of every measure whose indicator's newest value is known or was looked for.

    Where a part of the newest span lies before the measure began there is none to tell.

    Parameters
    ----------
    tables
        With measures and indicators.
    newest
        :func:`analysis.chain.indicators.newest`, the indicator's id in ``series``.
    """
    now = {e.series: e for e in newest if e.statistic != "noticed from"}
    noticed = {e.series: e for e in newest if e.statistic == "noticed from"}
    rows = {row.indicator_id: row for row in tables["indicators"].itertuples()}
    found = {}
    for row in tables["measures"].itertuples():
        if row.indicator_id not in now:
            continue
        indicator, mine = rows[row.indicator_id], now[row.indicator_id]
        accept = ("span",) if indicator.kind == "survey" else ()
        one = result(indicator, mine, accept)
        if one.baseline and mine.known and mine.period.start < row.starts.date():
            one = replace(one, way="not available", reason="before the measure")
        found[row.measure_id] = replace(one, noticed=noticed.get(row.indicator_id))
    return found

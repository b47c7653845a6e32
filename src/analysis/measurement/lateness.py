"""How late events come into the city's register, and up to which day its counts are final.

The last months of any register are too low: much of what happened then has yet to be entered. What
is not final is missing to a design, and set beside what was known just as early in other years.
"""

from datetime import date, timedelta
from functools import lru_cache

import pandas as pd

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.words.periods import Period

DELAYS = range(13)
SETTLED = 12  # months after which a count hardly moves
ENOUGH = 0.99  # the share of a month's events that is known when its count is called final


def known_until(city: Workspace) -> date:
    """The last day on which a city's events could have been entered."""
    days = [one.retrieved[:10] for one in city.resources_of("incidents")]
    received = date.fromisoformat(max(days, default="1900-01-01"))
    return min(received, city.known_on) if city.known_on else received


def triangle(events: pd.DataFrame, known_until: date) -> pd.DataFrame:
    """How many events of each month were known so many months after its end.

    Parameters
    ----------
    events
        Columns ``occurred`` and ``registered`` (days); events without a day of registration are
        left out of the whole triangle.
    known_until
        The last day on which events could be registered.

    Returns
    -------
    pandas.DataFrame
        One row a month (its name), one column a delay in whole months after the month's end;
        missing where that day lies ahead.

    Examples
    --------
    >>> days = pd.to_datetime(["2017-01-03", "2017-01-09", "2017-02-01"])
    >>> known = pd.to_datetime(["2017-01-04", "2017-03-05", "2017-02-02"])
    >>> events = pd.DataFrame({"occurred": days, "registered": known})
    >>> triangle(events, date(2017, 4, 1)).loc["2017-02", [0, 1, 2]].tolist()
    [1.0, 1.0, nan]
    """
    dated = events[["occurred", "registered"]].dropna(subset="registered")
    if dated.empty:
        return pd.DataFrame(columns=DELAYS, dtype=float)
    month = dated.occurred.dt.to_period("M")
    late = dated.registered.dt.to_period("M").astype("int64") - month.astype("int64")
    delay = late.clip(lower=0)
    size = pd.crosstab(month, delay).reindex(columns=DELAYS, fill_value=0)
    whole = pd.period_range(month.min(), month.max(), freq="M")
    known = size.reindex(whole, fill_value=0).cumsum(axis=1).astype(float)
    last = pd.Timestamp(known_until) + pd.Timedelta(days=1)
    ended = pd.DataFrame({k: (known.index + k).end_time < last for k in DELAYS}, index=known.index)
    return (
        known.where(ended)
        .set_axis(known.index.astype(str))
        .rename_axis(index="month", columns="delay")
    )


def settling(known: pd.DataFrame, months: int = 24) -> pd.DataFrame:
    """The share of a month's events that is known after each delay.

    Parameters
    ----------
    known
        As :func:`triangle` gives it.
    months
        How many of the latest settled months are looked at.

    Returns
    -------
    pandas.DataFrame
        Columns ``delay``, ``share`` (of the events known after ``SETTLED`` months), ``low`` and
        ``high`` (the lowest and the highest month), ``months``; empty with fewer than
        twelve settled months.
    """
    settled = known[known[SETTLED].gt(0)].tail(months)
    if len(settled) < 12:
        return pd.DataFrame(columns=["delay", "share", "low", "high", "months"])
    shares = settled.div(settled[SETTLED], axis=0)
    return pd.DataFrame(
        {
            "delay": list(DELAYS),
            "share": (settled.sum() / settled[SETTLED].sum()).to_numpy(),
            "low": shares.min().to_numpy(),
            "high": shares.max().to_numpy(),
            "months": len(settled),
        }
    )


def final_until(tables: Tables, city: Workspace) -> date:
    """The last day up to which counts of the city's own events are final.

    It is the last day of the month before the first one that holds a preliminary event of any kind
    anywhere: a kind without a preliminary event has no final nought. Nor is a month final before
    so many months have passed as it takes until ``ENOUGH`` of a month's events are known, measured
    on the register itself. Where that cannot be measured, the register's own marks are believed;
    but in a view of an earlier day those marks are of today, and ``SETTLED`` months are taken.
    """
    return _final_until(tables, known_until(city), city.known_on is not None)


@lru_cache(maxsize=4)
def _final_until(tables: Tables, known: date, view: bool) -> date:
    events = tables["incidents"]
    curve = settling(triangle(events, known))
    months = SETTLED if view else None
    if len(curve):
        months = int(curve.delay[curve.share >= ENOUGH].min())
    last = [] if months is None else [_month_end_before(known, months)]
    waiting = events.occurred[events.status == "preliminary"]
    if len(waiting):
        last.append(waiting.min().date().replace(day=1) - timedelta(days=1))
    return min(last, default=date.max)


def _month_end_before(day: date, months: int) -> date:
    """The last day of the latest month that had ended so many whole months before a day's end."""
    month = pd.Period(pd.Timestamp(day) + pd.Timedelta(days=1), "M") - 1 - months
    return month.end_time.date()


def known_as_late(events: pd.DataFrame, span: Period, days: int) -> pd.DataFrame:
    """The events of a span that were known so many days after its end.

    Parameters
    ----------
    events
        With ``occurred`` and ``registered``; one without a day of registration was known at once.
    span
        The span in which they occurred.
    days
        Days after its last day.
    """
    by_then = pd.Timestamp(span.end) + pd.Timedelta(days=days + 1)
    return events[events.registered.fillna(events.occurred) < by_then]

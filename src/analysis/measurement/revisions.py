"""What was told before and is otherwise now: no figure is revised in silence."""

from dataclasses import replace
from datetime import date

import pandas as pd

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement import crime
from analysis.measurement.counts import unknown
from analysis.words.estimates import Estimate
from analysis.words.periods import Period


def revisions(
    tables: Tables, city: Workspace, area_id: str, items: list[str], period: Period
) -> list[Estimate]:
    """How the counts of a period have grown since first told; a city's are its districts'.

    Returns
    -------
    list of Estimate
        One an item: ``value`` the count now over the count as first known, ``n`` the latter,
        ``vintage`` the day on which the last of it was known. Not available where a month of the
        period has no first edition; empty when the city keeps none.
    """
    first = tables["first_counts"]
    if first.empty:
        return []
    months, parts = _months(period), crime.adding(tables)
    whole = area_id == city.settings["municipality"]
    areas = crime.districts(tables, city, period) if whole else [area_id]
    first = first[first.area_id.isin(areas) & first.month.isin(months)]
    found = []
    for item, series in crime.reported(tables, city, area_id, items, period).items():
        now, kinds = crime.at(series, period), parts.get(item, [item])
        then = first[first["item"].isin(kinds)]
        about = {"statistic": "revision", "unit": "ratio to first edition"}
        if (
            not now.known
            or len(then) < len(months) * len(kinds) * len(areas)
            or not then["count"].sum()
        ):
            found.append(unknown(now, **about, note="no first edition", method="revision"))
            continue
        told = float(then["count"].sum())
        found.append(
            replace(
                now,
                **about,
                value=now.value / told,
                n=told,
                method="revision",
                vintage=then.known_on.max().date().isoformat(),
            )
        )
    return found


def _months(period: Period) -> list[str]:
    """The months of a span by their names; none when it is not made of whole months."""
    return [
        str(Period.of_months(period.start.year, period.start.month + step, 1))
        for step in range(period.months or 0)
    ]


DELAYS = range(13)
SETTLED = 12  # months after which a count hardly moves


def known_until(city: Workspace) -> date:
    """The last day on which a city's events could have been entered."""
    if city.known_on:
        return city.known_on
    days = [one.retrieved[:10] for one in city.resources_of("incidents")]
    return date.fromisoformat(max(days, default="1900-01-01"))


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
    dated = events.dropna(subset=["registered"])
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

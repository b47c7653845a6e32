"""When the events of one area happen, without a habit read into one season or one hour.

A date without a time of day is not a night, and one year has no usual months.
"""

import numpy as np
import pandas as pd

from analysis.measurement.counts import FEWEST_YEARS, garwood
from analysis.words.estimates import Estimate

PARTS = ("night", "morning", "afternoon", "evening")
UNKNOWN = "unknown"
MONTHS = range(1, 13)
DAYS_OF_MONTH = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def part_of_day(occurred: pd.Series) -> pd.Series:
    """Night (00-06), morning (06-12), afternoon (12-18), evening (18-24) or unknown.

    Midnight to the second is how registers write a date without a time: it is unknown.

    Examples
    --------
    >>> times = pd.Series(pd.to_datetime(["2017-01-01 00:00", "2017-01-01 00:30"]))
    >>> list(part_of_day(times))
    ['unknown', 'night']
    """
    parts = pd.Series(PARTS, index=range(4)).reindex(occurred.dt.hour // 6).to_numpy()
    known = occurred != occurred.dt.normalize()
    return pd.Series(parts, index=occurred.index).where(known, UNKNOWN)


def week(incidents: pd.DataFrame) -> pd.DataFrame:
    """Events by weekday and part of the day.

    Parameters
    ----------
    incidents
        Rows of ``incidents`` for one area, period and question; ``occurred`` is a time.

    Returns
    -------
    pandas.DataFrame
        Columns ``weekday`` (0 is Monday), ``part`` and ``count``: all 35 cells, those without
        events as zero, unknown times of the day in cells of their own, so that every event counts.
    """
    cells = pd.MultiIndex.from_product([range(7), [*PARTS, UNKNOWN]], names=["weekday", "part"])
    found = incidents.groupby([incidents.occurred.dt.day_of_week, part_of_day(incidents.occurred)])
    return found.size().reindex(cells, fill_value=0).rename("count").reset_index()


def year(months: list[Estimate], level: float = 0.95) -> pd.DataFrame:
    """The wheel of the year: which months usually hold more or less than their days would.

    Parameters
    ----------
    months
        Monthly counts of one place and item over several years. Only years with all
        twelve months known and some event count.
    level
        Coverage of the twelve intervals together.

    Returns
    -------
    pandas.DataFrame
        One row a month: ``share`` of the year's events in per cent, the mean over the years;
        ``low`` and ``high``; ``even``, what its days would hold; ``usually`` high, low,
        ``as even``, or ``not known``, and then no share, with fewer than four years; ``years``.

    Raises
    ------
    ValueError
        When a count is not of one month, or a month is there twice: series are not mixed.

    Notes
    -----
    φ is Pearson's chi-square of months by years over its degrees of freedom, of all months or of
    the month itself, whichever is more, and at least 1: how much months differ from year to year
    beyond chance. One year's extreme so widens its own month. The intervals are the exact ones of
    independent events, of which there are years / mean(1 / total) / φ, each at level
    1 - 0.05 / 12 (Bonferroni). In simulated cities without a season, with noise that remembers the
    month before among them, some month was called high or low in 1-5 % of runs.

    References
    ----------
    McCullagh & Nelder (1989), Generalized Linear Models, section 4.5 (over-dispersion).
    """
    counts = _whole_years(months)
    even = 100 * DAYS_OF_MONTH / DAYS_OF_MONTH.sum()
    wheel = pd.DataFrame({"month": MONTHS, "even": even, "years": len(counts)})
    if len(counts) < FEWEST_YEARS:
        return wheel.assign(share=np.nan, low=np.nan, high=np.nan, usually="not known")
    totals = counts.sum(axis=1, keepdims=True)
    share = (counts / totals).mean(axis=0)
    expected = totals * share
    squares = np.divide((counts - expected) ** 2, expected, where=expected > 0, out=0 * expected)
    own = squares.sum(axis=0) / (len(counts) - 1)
    phi = np.maximum(own, max(1.0, own.sum() / (len(MONTHS) - 1)))
    effective = len(counts) / (1 / totals).mean() / phi
    each = 1 - (1 - level) / len(MONTHS)
    limits = [garwood(events, each) for events in share * effective]
    low, high = 100 * np.array(limits).T / effective
    wheel = wheel.assign(share=100 * share, low=low, high=high)
    above, below = wheel.low > wheel.even, wheel.high < wheel.even
    return wheel.assign(usually=np.select([above, below], ["high", "low"], "as even"))


def _whole_years(months: list[Estimate]) -> np.ndarray:
    """Counts by year and month of the years that are whole and not without events."""
    years: dict[int, dict[int, float | None]] = {}
    for e in months:
        mine = years.setdefault(e.period.year, {})
        if e.period.kind != "month" or e.period.start.month in mine:
            raise ValueError(
                f"{e.period} is not one month, or there twice: give the months of one series."
            )
        mine[e.period.start.month] = e.value
    whole = [[mine.get(month) for month in MONTHS] for _, mine in sorted(years.items())]
    kept = [row for row in whole if None not in row and sum(row) > 0]
    return np.array(kept, dtype=float).reshape(-1, len(MONTHS))

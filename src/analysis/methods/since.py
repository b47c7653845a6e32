"""What has changed since the last report, and not only its wording.

A row that was clear last time and is not now may have moved by a hair; what is told here as
changed has a change of its own that is larger than its noise, among all that were tried.
"""

from dataclasses import replace

from scipy import stats

from analysis.measurement.comparison import Series
from analysis.methods.screening import Row, judged, screen
from analysis.words.estimates import Estimate
from analysis.words.periods import Period


def since(now: list[Series], before: list[Series], period: Period) -> list[Estimate]:
    """How each departure from the usual has moved since the report before, judged together.

    Parameters
    ----------
    now, before
        Series of the period's own span and of the span before it, one a place and item.
    period
        The period that is reported; the last report was of the one before.

    Returns
    -------
    list of Estimate
        ``value`` how many times the usual the move amounts to: 1.3 is as if the count had gone
        from the usual to 30 per cent above it. The season falls away, since each period is
        held against its own usual. ``reference`` the earlier period, ``q`` over all rows that
        both reports could judge.

    Notes
    -----
    Both departures are measured on the scale of :mod:`analysis.methods.screening`, so a count of
    zero takes part; the error is that of two independent departures. Neighbouring periods that
    move together make it too large, which errs on the side of "may be chance".
    """
    rows = judged(now, period)
    if not rows:
        return []
    earlier = {_key(row): row for row in judged(before, period.previous, rows[0].scale)}
    return screen([_moved(row, earlier[_key(row)]) for row in rows if _key(row) in earlier])


def _key(row: Row) -> tuple[str, str]:
    return row.now.area, row.now.definition


def _moved(now: Row, before: Row) -> Estimate:
    scale = now.scale
    moved = now.gap - before.gap
    error = (now.error**2 + before.error**2) ** 0.5
    df = min(now.df, before.df)
    reach = stats.t.ppf((1 + now.now.level) / 2, df) * error
    usual = now.usual.value
    value, low, high = (
        scale.count(scale(usual) + way) / usual for way in (moved, moved - reach, moved + reach)
    )
    return replace(
        now.now,
        statistic="since last",
        value=value,
        low=low,
        high=high,
        unit="ratio to last report",
        n=now.usual.n,
        reference=before.now.period,
        p=float(2 * stats.t.sf(abs(moved) / error, df)),
        method="since",
    )

"""Counts of events, never without their noise.

How much a count jumps from year to year by itself is measured on its own
series; nothing here assumes that events come one by one and independently.
"""

from dataclasses import replace
from math import sqrt

import numpy as np
from scipy import stats

from analysis.measurement.comparison import Series
from analysis.words.estimates import Estimate
from analysis.words.periods import Period

FEWEST_YEARS = 4
SINCE = "since "


def garwood(events: float, level: float = 0.95) -> tuple[float, float]:
    """The exact Poisson interval of a number of events.

    References
    ----------
    Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28.

    Examples
    --------
    >>> [round(x / 0.75, 1) for x in garwood(15)]
    [11.2, 33.0]
    """
    tail = (1 - level) / 2
    low = stats.chi2.ppf(tail, 2 * events) / 2 if events > 0 else 0.0
    return float(low), float(stats.chi2.ppf(1 - tail, 2 * events + 2) / 2)


def rate(
    count: Estimate, exposure: float, per: float, unit: str, noise: float | None, **about
) -> Estimate:
    """Events per unit of exposure, with an interval as wide as the place's own noise.

    Parameters
    ----------
    count
        The events, a known count.
    exposure
        How much was watched: inhabitants, person-years. Above zero.
    per, unit
        The size and key of the unit: 1000 and "per 1000 inhabitants".
    noise
        Variance over mean of the count's own series, at least 1 is used; None where it is not
        known: then there is no interval, since that of independent events would be far too narrow.
    about
        Fields of the result that differ from the count's: status, note, source.

    Raises
    ------
    ValueError
        When the exposure is not above zero, or the count is unknown.

    Notes
    -----
    The exact Poisson interval of n / φ events, φ times as wide: what the rate could as well have
    been in a year like this one. The error of the exposure is not in it.
    """
    if not count.known or not exposure > 0:
        raise ValueError(f"a rate needs a known count and an exposure above zero, not {exposure}.")
    low = high = None
    if noise is not None:
        phi = max(1.0, noise)
        low, high = (phi * end * per / exposure for end in garwood(count.value / phi, count.level))
    return replace(
        count,
        statistic="rate",
        value=count.value * per / exposure,
        low=low,
        high=high,
        unit=unit,
        n=count.value,
        dispersion=noise,
        method="rate",
        **about,
    )


def unknown(like: Estimate, statistic: str, unit: str, *, note: str, **about) -> Estimate:
    """A place kept for a number that cannot be given, with the key of the reason."""
    return replace(
        like, statistic=statistic, value=None, low=None, high=None, unit=unit, n=None,
        status="not available", note=note, p=None, q=None, dispersion=None, **about,
    )  # fmt: skip


def dispersion(series: Series, before: Period | None = None) -> Estimate:
    """Variance over mean of equal spans, with the chi-square test of 1 (independent events).

    Parameters
    ----------
    series
        Counts of equal spans.
    before
        Only the spans before it are used, so that what is judged is no part of its yardstick.

    Returns
    -------
    Estimate
        ``value`` variance/mean; ``p`` of Pearson's chi-square ``(n - 1) * value`` on
        n - 1 degrees of freedom; ``n`` the number of spans. Not available with fewer than
        four spans, a gap or no event at all.

    References
    ----------
    Fisher (1950), The significance of deviations from expectation in a Poisson series.
    """
    series, last = yardstick(series, before)
    counts = series.values
    if problem := why_not(series, last):
        return unknown(last, "dispersion", "variance/mean", note=problem, method="dispersion")
    value = float(np.var(counts, ddof=1) / counts.mean())
    p = float(stats.chi2.sf(value * (len(counts) - 1), len(counts) - 1))
    return replace(
        last, statistic="dispersion", value=value, low=None, high=None, unit="variance/mean",
        n=len(counts), p=p, method="dispersion",
    )  # fmt: skip


def yardstick(series: Series, before: Period | None) -> tuple[Series, Estimate]:
    """The spans that a judgement may rest on, and an estimate to shape its result like."""
    used = series if before is None else series.before(before)
    if not len(used):
        return used, series.estimates[-1]
    return used, replace(used.estimates[-1], period=used.period)


def why_not(series: Series, last: Estimate) -> str:
    """The key of the reason why a series cannot carry a measure of noise; empty when it can.

    ``last`` is the value that it ends in, or is a yardstick for.
    """
    if len(series) < FEWEST_YEARS:
        if not len(series) and last.status == "preliminary":
            return "preliminary"
        return "break" if last.series.startswith(SINCE) else "too few years"
    if not series.complete:
        return "gap"
    return "" if series.values.sum() > 0 else "no events"


def usual_range(series: Series, period: Period, level: float = 0.95) -> Estimate:
    """Where the count of a period would fall if it went on as in the years before.

    Parameters
    ----------
    series
        Yearly counts; only those before ``period`` are used, and at least four are needed.
    period
        The period that is judged.
    level
        Coverage of the range.

    Returns
    -------
    Estimate
        ``value`` the mean of the years before, ``low`` and ``high`` the prediction range
        with the series' own dispersion (never below 1), ``n`` the years it rests on.

    Notes
    -----
    Mean ± t(n-1) · sqrt(φ · m · (1 + 1/n)). It has no trend in it: where the series
    drifts, φ is large and the range wide, which is said in the method card.
    """
    earlier, last = yardstick(series, period)
    if problem := why_not(earlier, last):
        return unknown(last, "usual range", last.unit, note=problem, method="usual_range")
    counts = earlier.values
    n, mean = len(counts), counts.mean()
    phi = max(1.0, float(np.var(counts, ddof=1) / mean))
    reach = stats.t.ppf((1 + level) / 2, n - 1) * sqrt(phi * mean * (1 + 1 / n))
    return replace(
        last,
        statistic="usual range",
        value=float(mean),
        low=max(0.0, float(mean - reach)),
        high=float(mean + reach),
        level=level,
        n=n,
        dispersion=phi,
        method="usual_range",
    )

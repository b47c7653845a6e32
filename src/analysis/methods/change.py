"""The change between two counts, against the noise that was measured.

The exact Poisson test is here as well, as the contrast: it takes every event for
independent of the others and finds changes in series that only jump.
"""

from dataclasses import replace

import numpy as np
from scipy import stats

from analysis.measurement.comparison import LikeForLike, Series
from analysis.measurement.counts import unknown
from analysis.methods import two_counts
from analysis.methods.effect import Effect
from analysis.methods.trend import noise as noise_of
from analysis.words.estimates import Estimate
from analysis.words.periods import Period


def exact(pair: LikeForLike, level: float = 0.95) -> Estimate:
    """The ratio after/before with the exact conditional interval, as if events were independent.

    Parameters
    ----------
    pair
        Two known counts that may be compared. Where the caller accepted unlike spans, counts
        are taken per month, and the season is not accounted for.
    level
        Coverage of the central interval.

    Returns
    -------
    Estimate
        ``value`` ratio of rates, Clopper-Pearson interval, ``p`` two-sided binomial.
        Not available when both counts are zero.

    References
    ----------
    Przyborowski & Wilenski (1940), Biometrika 31; Fay (2010), R Journal 2(1).

    Notes
    -----
    Two-sided p adds up outcomes at most as likely as the one seen, the interval is
    central: near 5 % the two can disagree.
    """
    _counts_in_time(pair)
    effect = two_counts.exact(*_counted(pair), level)
    return _told(pair, effect, _about(pair, "change_exact"))


def dispersed(pair: LikeForLike, noise: Estimate, level: float = 0.95) -> Estimate:
    """The ratio after/before with an interval that holds the series' own noise.

    Parameters
    ----------
    pair
        Two known counts that may be compared.
    noise
        What :func:`analysis.methods.trend.noise` measured on the series of that place, best
        on the years before ``after``, so that a change does not widen its own yardstick.
    level
        Coverage of the interval.

    Returns
    -------
    Estimate
        ``value`` ratio, t interval on ``noise.n - 2`` degrees of freedom, ``p`` of no change.
        Not available when the noise is not known or a count is zero.

    Notes
    -----
    log ratio ± t · sqrt(max(1, φ) · (1/before + 1/after)).
    """
    _counts_in_time(pair)
    if noise.definition != pair.after.definition:
        raise ValueError(f"noise of {noise.definition} says nothing of {pair.after.definition}.")
    about = _about(pair, "change")
    if not noise.known:
        return unknown(pair.after, "change", "ratio", **about | {"note": noise.note})
    effect = two_counts.dispersed(*_counted(pair), _measured(noise), level)
    return _told(pair, effect, about)


def _counted(pair: LikeForLike) -> tuple[float, float, float, float]:
    long_before, long_after = pair.exposure
    return pair.before.value, long_before, pair.after.value, long_after


def _measured(noise: Estimate) -> two_counts.Dispersion:
    return two_counts.Dispersion(phi=noise.value, df=noise.n - 2, around="trend")


def _told(pair: LikeForLike, effect: Effect, about: dict) -> Estimate:
    if not effect.known:
        return unknown(pair.after, "change", "ratio", **about | {"note": effect.refused})
    return replace(
        pair.after,
        statistic="change",
        value=effect.ratio,
        low=effect.low,
        high=effect.high,
        level=effect.level,
        unit="ratio",
        n=pair.before.value + pair.after.value,
        p=effect.p,
        dispersion=effect.dispersion,
        **about,
    )


def _counts_in_time(pair: LikeForLike) -> None:
    kinds = {pair.before.statistic, pair.after.statistic}
    if kinds != {"count"} or pair.along != "time":
        raise ValueError(
            f"a change is measured between counts of one place in two periods, not between "
            f"{' and '.join(sorted(kinds))} along {pair.along}."
        )


def noticed_from(pair: LikeForLike, noise: Estimate) -> Estimate:
    """The largest later count that :func:`dispersed` would have called a fall.

    Returns
    -------
    Estimate
        ``value`` that count; not available when the noise is not known or no count is low enough.
        It is said beside every "cannot be told from no change".
    """
    before, after = pair.before, pair.after
    about = {"reference": before.period, "method": "change"}
    lower = np.arange(1.0, before.value)
    if noise.known and len(lower):
        long_before, long_after = pair.exposure
        ratios = np.log(lower / long_after) - np.log(before.value / long_before)
        errors = two_counts.log_error(before.value, lower, _measured(noise))
        far = stats.t.ppf((1 + after.level) / 2, noise.n - 2)
        seen = lower[ratios + far * errors < 0]
        if len(seen):
            return replace(
                after, statistic="noticed from", value=float(seen.max()), n=float(seen.max()),
                dispersion=noise.value, note="", **about,
            )  # fmt: skip
    return unknown(after, "noticed from", after.unit, note=noise.note or "no fall", **about)


def _about(pair: LikeForLike, method: str) -> dict:
    accepted = ", ".join(d.part for d in pair.accepted)
    note = f"accepted: {accepted}" if accepted else ""
    return {"reference": pair.before.period, "method": method, "note": note}


def against_each_year(series: Series) -> list[Estimate]:
    """The last count against each earlier one, so that no base year is chosen to please."""
    *earlier, last = series
    if not earlier:
        return []
    measured = noise_of(series, before=last.period)
    return [dispersed(LikeForLike(before, last), measured) for before in earlier if before.known]


def contrast(series: Series, period: Period) -> list[Estimate]:
    """The change since the same span a year earlier, as if events were independent and as measured.

    Returns
    -------
    list of Estimate
        :func:`exact`, :func:`dispersed` and :func:`noticed_from`, the noise taken from the years
        before ``period``; all not available, with the reason, when the series lacks a figure.
    """
    pair = _since_a_year(series, period)
    if pair is None:
        return [
            _no_figure(series, period, statistic, method)
            for statistic, method in (
                ("change", "change_exact"), ("change", "change"), ("noticed from", "change"),
            )
        ]  # fmt: skip
    measured = noise_of(series, before=period)
    return [exact(pair), dispersed(pair, measured), noticed_from(pair, measured)]


def as_measured(series: Series, period: Period) -> Estimate:
    """The change since the same span a year earlier by the measured noise: one of ``contrast``."""
    pair = _since_a_year(series, period)
    if pair is None:
        return _no_figure(series, period, "change", "change")
    return dispersed(pair, noise_of(series, before=period))


def _since_a_year(series: Series, period: Period) -> LikeForLike | None:
    """A span beside the same span a year earlier; None when the series lacks either figure."""
    before, after = series.at(period.year_before), series.at(period)
    known = before is not None and after is not None and before.known and after.known
    return LikeForLike(before, after) if known else None


def _no_figure(series: Series, period: Period, statistic: str, method: str) -> Estimate:
    last = replace(series.estimates[-1], period=period, reference=period.year_before)
    return unknown(last, statistic, "ratio", note="no figure", method=method)


def readings(stated: list[Estimate], yearly: Series) -> list[Estimate]:
    """A change from a figure whose span its source leaves open, by each reading that is possible.

    Parameters
    ----------
    stated
        Counts as a source states them; of the last two, the earlier has no stated end and
        the later has. None at all gives no reading.
    yearly
        A series of whole years of the same thing; its noise before ``after`` is the yardstick.

    Returns
    -------
    list of Estimate
        Exact and by the measured noise, first with the open span as long as ``after``'s, then
        with the whole year; ``reference`` tells the reading.
    """
    if not stated:
        return []
    before, after = stated[-2:]
    same = Period(before.period.start, after.period.year_before.end)
    year = Period.parse(str(before.period.start.year))
    as_same, as_year = replace(before, period=same), replace(before, period=year)
    whole = LikeForLike(as_year, after, accept=("span",))
    equal, measured = LikeForLike(as_same, after), noise_of(yearly, before=after.period)
    return [judge for pair in (equal, whole) for judge in (exact(pair), dispersed(pair, measured))]

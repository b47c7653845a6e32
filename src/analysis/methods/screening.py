"""Many places and kinds of crime at once, with the share of false alarms kept in hand.

Ten districts times sixteen kinds of crime is 160 chances to be fooled; what is
named here has survived being one of them.
"""

from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

from analysis.measurement.comparison import Series
from analysis.measurement.counts import usual_range
from analysis.words.estimates import Estimate
from analysis.words.periods import Period

FALSE_DISCOVERY = 0.05
FEWEST_TO_LEND = 3


def screen(estimates: list[Estimate]) -> list[Estimate]:
    """The estimates with ``q``, their p value after Benjamini-Hochberg over all of them.

    Estimates without a p value keep none and do not count in the family; ``note`` tells
    the family's size.

    References
    ----------
    Benjamini & Hochberg (1995), J. R. Statist. Soc. B 57:289.
    """
    tested = [e for e in estimates if e.p is not None]
    if not tested:
        return list(estimates)
    adjusted = iter(multipletests(np.array([e.p for e in tested]), method="fdr_bh")[1])
    family = f"one of {len(tested)} tried together"
    return [
        e if e.p is None else replace(e, q=float(next(adjusted)), note=family) for e in estimates
    ]


def survivors(estimates: list[Estimate], level: float = FALSE_DISCOVERY) -> list[Estimate]:
    """Those whose ``q`` is at most ``level``, strongest first."""
    kept = [e for e in estimates if e.q is not None and e.q <= level]
    return sorted(kept, key=lambda e: (e.q, e.p))


def departures(series: list[Series], period: Period) -> list[Estimate]:
    """How far each count of a period lies from the years before, judged together.

    Parameters
    ----------
    series
        One yearly series a place and item; those without a count in ``period`` or without
        a usual range are left out of the family.
    period
        The period that is judged.

    Returns
    -------
    list of Estimate
        ``value`` the count over the mean of the years before, its interval and ``p`` by the
        pooled noise, ``q`` over the family, ``dispersion`` the series' own.

    Notes
    -----
    Counts of places differ by a share of themselves, so their noise grows faster than
    their mean and is skewed: they are judged on the :class:`Scale` where that is evened out.
    Six years tell little of one series' noise, so series of one kind of crime lend to each other
    (:func:`lending`). The year judged does not enter its own yardstick. On the plain scale
    the same test named a change in 16-46 % of simulated families of 160 without any; this one
    in 2-10 %, and 12 % where districts share half their noise and a year half of the next
    (tests/recovery, DECISIONS.md).

    References
    ----------
    Anscombe (1948), Biometrika 35:246 (the scale); Smyth (2004), Stat. Appl. Genet. Mol.
    Biol. 3(1):3 (moderation).
    """
    return screen([row.departure() for row in judged(series, period)])


def usual(series: list[Series], period: Period) -> list[Estimate]:
    """The usual range of each row by the same yardstick as its departure.

    A count lies outside its range exactly when its departure's interval leaves out 1; for rows
    that are screened it takes the place of :func:`analysis.measurement.counts.usual_range`.
    """
    return [row.range() for row in judged(series, period)]


def detectable(series: list[Series], period: Period, power: float = 0.8) -> list[Estimate]:
    """The rise that the screen would have found, so that "none found" is not read as "none".

    Parameters
    ----------
    series, period
        As for :func:`departures`.
    power
        How often it would be found.

    Returns
    -------
    list of Estimate
        One, of the row in the middle of the family: ``value`` the ratio to usual at which that
        row alone would survive, ``low`` and ``high`` of the most and the least sensitive row.
        Empty without a family.
    """
    rows = judged(series, period)
    if not rows:
        return []
    alpha = FALSE_DISCOVERY / len(rows)
    rows.sort(key=lambda row: row.found_from(alpha, power))
    middle = rows[len(rows) // 2]
    low, value, high = (row.found_from(alpha, power) for row in (rows[0], middle, rows[-1]))
    return [
        replace(
            middle.now, statistic="detectable", value=value, low=low, high=high,
            unit="ratio to usual", n=len(rows), reference=middle.usual.period, method="departure",
        )
    ]  # fmt: skip


@lru_cache(maxsize=1024)  # the rows of a kind of crime share their degrees of freedom
def _t_at(chance: float, df: float) -> float:
    return float(stats.t.ppf(chance, df))


@dataclass(frozen=True)
class Row:
    """A count, what is usual there, and the yardstick between them."""

    now: Estimate
    usual: Estimate
    scale: "Scale"
    error: float
    df: float

    @property
    def gap(self) -> float:
        """How far the count lies from the usual, on the scale."""
        return self.scale(self.now.value) - self.scale(self.usual.value)

    def departure(self) -> Estimate:
        """The count over the usual, with its interval and p value."""
        here = self.scale(self.now.value)
        reach = _t_at((1 + self.now.level) / 2, self.df) * self.error
        low, high = (self.scale.count(here + side) for side in (-reach, reach))
        return replace(
            self.now,
            statistic="departure",
            value=self.now.value / self.usual.value,
            low=low / self.usual.value,
            high=high / self.usual.value,
            unit="ratio to usual",
            n=self.usual.n,
            reference=self.usual.period,
            p=float(2 * stats.t.sf(abs(self.gap) / self.error, self.df)),
            dispersion=self.usual.dispersion,
            method="departure",
        )

    def range(self) -> Estimate:
        """The usual range of the count."""
        middle = self.scale(self.usual.value)
        reach = _t_at((1 + self.now.level) / 2, self.df) * self.error
        low, high = (self.scale.count(middle + side) for side in (-reach, reach))
        return replace(self.usual, low=low, high=high, level=self.now.level, method="departure")

    def found_from(self, alpha: float, power: float) -> float:
        """The ratio to usual from which a test at ``alpha`` would find it with ``power``."""
        far = (_t_at(1 - alpha / 2, self.df) + _t_at(power, self.df)) * self.error
        return self.scale.count(self.scale(self.usual.value) + far) / self.usual.value


def judged(series: list[Series], period: Period, scale: "Scale | None" = None) -> list[Row]:
    """The rows of a family that can be judged, with their yardstick.

    Parameters
    ----------
    series, period
        As for :func:`departures`.
    scale
        The scale to measure them on; that of the family itself when None.
    """
    found = [(s, s.at(period), usual_range(s, period)) for s in series]
    found = [(s, now, usual) for s, now, usual in found if now and now.known and usual.known]
    if not found:
        return []
    before = [s.before(period).values for s, _, _ in found]
    scale = scale or Scale.of(before)
    kinds = [now.definition for _, now, _ in found]
    least = np.array([scale.least(usual.value) for _, _, usual in found])
    noise, df = lending([scale(counts) for counts in before], kinds, least)
    return [
        Row(
            now=now,
            usual=usual,
            scale=scale,
            error=float(np.sqrt(max(variance, floor) * (1 + 1 / usual.n))),
            df=float(free),
        )
        for (_, now, usual), variance, floor, free in zip(found, noise, least, df, strict=True)
    ]


@dataclass(frozen=True)
class Scale:
    """Where counts with variance m + a m² jump about as much, many or few.

    2 asinh(sqrt(a (y + 3/8))) / sqrt(a): near a square root for few events, a logarithm for many.

    Examples
    --------
    >>> scale = Scale(0.04)
    >>> round(scale.count(scale(57.0)), 6)
    57.0
    """

    a: float

    @classmethod
    def of(cls, before: list[np.ndarray]) -> "Scale":
        """The scale of a family: ``a`` is the median of (variance - mean) / mean²."""
        means = np.array([counts.mean() for counts in before])
        spreads = np.array([counts.var(ddof=1) for counts in before])
        return cls(max(1e-4, float(np.median((spreads - means) / means**2))))

    def __call__(self, counts: np.ndarray | float) -> np.ndarray | float:
        """Counts as places on the scale."""
        return 2 / np.sqrt(self.a) * np.arcsinh(np.sqrt(self.a * (counts + 3 / 8)))

    def count(self, place: float) -> float:
        """The count at a place of the scale, zero below its end."""
        if place <= self(0.0):
            return 0.0
        return float(np.sinh(place * np.sqrt(self.a) / 2) ** 2 / self.a - 3 / 8)

    def least(self, mean: float) -> float:
        """The variance on the scale that independent events would have."""
        return 1 / (1 + self.a * mean)


def lending(
    groups: list[np.ndarray], kinds: list[str], least: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The noise of each series, with what the others of its kind lend it.

    Parameters
    ----------
    groups
        Earlier years of each series on the common scale.
    kinds
        Of each series. Kinds with fewer than three series lend across kinds.
    least
        The variance that independent events would have. A tenth of it is the least that a
        series is taken to have, so that one that happened to stand still does not undo the others.

    Returns
    -------
    variances, df : numpy.ndarray
        By series. Districts that move together know less than their number: degrees of
        freedom are at most (n - 1) G / (1 + (G - 1) r²) for G series of n years whose squared
        correlations have the mean r², since that is what the mean of their variances has.
    """
    many = {kind for kind, times in Counter(kinds).items() if times >= FEWEST_TO_LEND}
    family = [kind if kind in many else "" for kind in kinds]
    variances, df = np.empty(len(groups)), np.empty(len(groups))
    for kind in dict.fromkeys(family):
        mine = [i for i, other in enumerate(family) if other == kind]
        own = np.array([max(groups[i].var(ddof=1), 0.1 * least[i]) for i in mine])
        free = np.array([len(groups[i]) - 1 for i in mine])
        variances[mine], lent = moderated(own, free)
        most = free * len(mine) / (1 + (len(mine) - 1) * _together([groups[i] for i in mine]))
        df[mine] = np.minimum(free + lent, np.maximum(free, most))
    return variances, df


def _together(groups: list[np.ndarray]) -> float:
    """The mean squared correlation between series over the years that all of them have."""
    years = min(len(group) for group in groups)
    rows = np.array([group[-years:] - group[-years:].mean() for group in groups])
    rows = rows[(rows**2).sum(axis=1) > 0]
    if len(rows) < 2:
        return 1.0
    rows /= np.sqrt((rows**2).sum(axis=1, keepdims=True))
    return float(((rows @ rows.T)[np.triu_indices(len(rows), 1)] ** 2).mean())


def moderated(variances: np.ndarray, df: np.ndarray) -> tuple[np.ndarray, float]:
    """Variances drawn towards their common middle, and the degrees of freedom it lends.

    Parameters
    ----------
    variances
        Of each series, above zero, shape (series,).
    df
        Degrees of freedom of each, shape (series,).

    Returns
    -------
    moderated : numpy.ndarray
        Weighted means of own and common variance.
    lent : float
        Prior degrees of freedom; infinite (given as 1e6) when the variances differ no
        more than chance makes them.

    References
    ----------
    Smyth (2004), section 6.2: moments of log variances.
    """
    if len(variances) < FEWEST_TO_LEND:
        return variances, 0.0
    half = df / 2
    centred = np.log(variances) - special.digamma(half) + np.log(half)
    spare = float(centred.var(ddof=1) - special.polygamma(1, half).mean())
    if spare <= 0:
        return np.full(len(variances), float(np.exp(centred.mean()))), 1e6
    lent = 2 * _trigamma_inverse(spare)
    common = np.exp(centred.mean() + special.digamma(lent / 2) - np.log(lent / 2))
    return (lent * common + df * variances) / (lent + df), lent


def _trigamma_inverse(value: float) -> float:
    """The x with trigamma(x) = value, by Newton's steps on its reciprocal (convex, so safe)."""
    x = 0.5 + 1 / value
    for _ in range(60):
        step = float(
            special.polygamma(1, x) * (1 - special.polygamma(1, x) / value)
            / special.polygamma(2, x)
        )  # fmt: skip
        x += step
        if -step / x < 1e-10:
            break
    return x

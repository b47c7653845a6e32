"""Two counts are never compared without how long each was counted, nor by chance alone.

Fifteen against forty is one thing over equal spans and another over nine months and twelve; and
where months hang together the exact Poisson test finds a change three times as often as it says.
Exposure is an argument without a default, and beside the exact test stands one that carries the
noise of the series itself.
"""

from dataclasses import dataclass, replace
from math import inf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats
from statsmodels.stats.rates import etest_poisson_2indep

from analysis.methods import poisson
from analysis.methods.effect import POWER, Effect, of_log

AROUND = ("mean", "trend", "season")
FEWEST_DF = 2
YEAR = 12
SURE = 1e-13


@dataclass(frozen=True, kw_only=True)
class Dispersion:
    """How much more than chance a series jumps, and how well that is known.

    Parameters
    ----------
    phi
        Pearson's chi-square over its degrees of freedom; at least 1 is used. None where it is
        not known.
    df
        Degrees of freedom of ``phi``; infinite where it is taken as known, which three years
        do not make it (see :func:`dispersed`).
    memory
        Correlation of one sub-period with the next, where the spans compared are sums of them.
    around
        What the series was taken to jump around: mean, trend or season.
    refused
        The key of why it is not known: "too few spans" or "too few events"; else empty.
    """

    phi: float | None
    df: float
    memory: float = 0.0
    around: str = "mean"
    refused: str = ""

    def __post_init__(self):
        if (self.phi is None) != bool(self.refused):
            raise ValueError(f"phi {self.phi!r} does not go with refused {self.refused!r}.")
        if not (self.df > 0 and 0 <= self.memory < 1):
            raise ValueError(
                f"df must be above 0 and memory from 0 up to 1, not {self.df} and {self.memory}."
            )

    @property
    def stretch(self) -> float:
        """What the Poisson variance of a sum is multiplied by; at least 1."""
        if self.phi is None:
            raise ValueError(f"the dispersion is not known ({self.refused}): look at it first.")
        return max(1.0, self.phi) * (1 + self.memory) / (1 - self.memory)


INDEPENDENT = Dispersion(phi=1.0, df=inf)


@dataclass(frozen=True, kw_only=True)
class TwoCounts:
    """Two counts as if events came one by one: a contrast, never the verdict.

    Parameters
    ----------
    exact
        The ratio with the central exact interval; ``p`` adds up the outcomes that are no
        likelier than the one seen. Refused where nothing happened ("no events").
    p_central
        Twice the smaller tail: below 1 - level exactly when the interval leaves out 1.
    mid_p, mid_low, mid_high
        The same with half of the chance of the outcome seen: less cautious, and not exact.
    e_test_p
        Of the unconditional test on estimated rates.
    """

    exact: Effect
    p_central: float | None = None
    mid_p: float | None = None
    mid_low: float | None = None
    mid_high: float | None = None
    e_test_p: float | None = None


def compare(
    before: ArrayLike,
    exposure_before: ArrayLike,
    after: ArrayLike,
    exposure_after: ArrayLike,
    level: float = 0.95,
) -> TwoCounts:
    """The ratio of two rates, after over before, by every test that takes events for independent.

    Parameters
    ----------
    before, after
        Whole numbers of events, or one a sub-period; a missing one is not a number, and its
        exposure is not counted.
    exposure_before, exposure_after
        How much was watched, in the same unit: months, person-years. One a count.
    level
        Coverage of the intervals.

    Raises
    ------
    ValueError
        When an exposure is missing or not above zero, or a count is not a whole number.

    References
    ----------
    Przyborowski & Wilenski (1940), Biometrika 31:313; Fay (2010), R Journal 2(1):53 (which p goes
    with which interval); Krishnamoorthy & Thomson (2004), JSPI 119:23 (E-test).

    Examples
    --------
    >>> found = compare(2, 12, 6, 12)
    >>> round(found.exact.p, 4), round(found.e_test_p, 4)
    (0.2891, 0.1749)
    """
    effect = exact(before, exposure_before, after, exposure_after, level)
    if not effect.known:
        return TwoCounts(exact=effect)
    k, n, share, scale = _as_share(before, exposure_before, after, exposure_after)
    tail = (1 - level) / 2
    sides = stats.binom.cdf(k, n, share), stats.binom.sf(k - 1, n, share)
    middle = stats.binom.pmf(k, n, share) / 2
    low, high = _mid_share(k, n, tail)
    return TwoCounts(
        exact=effect,
        p_central=float(min(1.0, 2 * min(sides))),
        mid_p=float(min(1.0, 2 * (min(sides) - middle))),
        mid_low=_ratio(low, scale),
        mid_high=_ratio(high, scale),
        e_test_p=_e_test(k, share, n - k),
    )


def exact(
    before: ArrayLike,
    exposure_before: ArrayLike,
    after: ArrayLike,
    exposure_after: ArrayLike,
    level: float = 0.95,
) -> Effect:
    """The ratio of two rates with the exact conditional interval, as if events were independent.

    Parameters
    ----------
    before, exposure_before, after, exposure_after, level
        As for :func:`compare`.

    Returns
    -------
    Effect
        Clopper-Pearson interval, from 0 or without end where one count is zero; ``p`` of the
        outcomes no likelier than the one seen, ``smallest_p`` the least that so many events
        could give, ``detectable`` by the power of the exact test itself. Refused "no events".

    Notes
    -----
    On nine months against three years of the same nine, it finds a change in 8-48 % of worlds
    without any where months jump more than chance (tests/recovery).

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26:404; Przyborowski & Wilenski (1940), Biometrika 31:313.

    Examples
    --------
    >>> found = exact(40, 12, 15, 12)
    >>> round(found.ratio, 3), round(found.low, 2), round(found.high, 2), round(found.p, 4)
    (0.375, 0.19, 0.69, 0.001)
    >>> round(exact(40, 12, 15, 9).p, 3)
    0.02
    """
    k, n, share, scale = _as_share(before, exposure_before, after, exposure_after)
    if n == 0:
        return Effect(design="two_counts_exact", level=level, refused="no events")
    test = stats.binomtest(k, n, share)
    low, high = test.proportion_ci(level, method="exact")
    rarest = n if share <= 0.5 else 0
    return Effect(
        design="two_counts_exact",
        ratio=scale * k / (n - k) if k < n else inf,
        low=_ratio(low, scale),
        high=_ratio(high, scale),
        level=level,
        p=float(test.pvalue),
        smallest_p=float(stats.binomtest(rarest, n, share).pvalue),
        detectable=_found_exactly(n - k, share, level),
        expected=(n - k) / scale,
        observed=float(k),
    )


def dispersion(counts: ArrayLike, exposure: ArrayLike, around: str = "mean") -> Dispersion:
    """How much the sub-periods before a change jump, measured on themselves.

    Parameters
    ----------
    counts
        Events of each sub-period before the change, in order, shape (spans,); a missing one
        is not a number.
    exposure
        How much was watched in each, shape (spans,).
    around
        "mean" or "trend" (log-linear) for spans as long as those compared, years as a rule;
        "season" for months that are added up: one harmonic pair round the mean, and the
        memory from month to month.

    Returns
    -------
    Dispersion
        Refused "too few spans" with fewer than two degrees of freedom or, for a season, a year;
        "too few events" where no mean or season can be fitted.

    Raises
    ------
    ValueError
        When ``around`` is none of the three, or an exposure or a count is no such thing.

    References
    ----------
    McCullagh & Nelder (1989), Generalized Linear Models, ch. 6.

    Examples
    --------
    >>> round(dispersion([52, 32, 40], [12, 12, 12]).phi, 2)
    2.45
    """
    if around not in AROUND:
        raise ValueError(f"around must be one of {', '.join(AROUND)}, not {around!r}.")
    counts, exposure = _checked(counts, exposure, "counts")
    design = _design(len(counts), around)
    df = int((~np.isnan(counts)).sum()) - design.shape[1]
    if df < FEWEST_DF or (around == "season" and len(counts) < YEAR):
        return Dispersion(phi=None, df=inf, around=around, refused="too few spans")
    # a span without exposure has no count either, and weighs nothing
    fit = poisson.fit(counts, design, np.log(np.where(np.isnan(counts), 1.0, exposure)))
    if not (np.nansum(counts) > 0 and fit.settled[0]):
        return Dispersion(phi=None, df=inf, around=around, refused="too few events")
    memory = float(fit.memory[0]) if around == "season" else 0.0
    return Dispersion(phi=float(fit.dispersion[0]), df=df, memory=memory, around=around)


def dispersed(
    before: ArrayLike,
    exposure_before: ArrayLike,
    after: ArrayLike,
    exposure_after: ArrayLike,
    noise: Dispersion,
    level: float = 0.95,
) -> Effect:
    """The ratio of two rates with an interval that holds the series' own noise.

    Parameters
    ----------
    before, exposure_before, after, exposure_after, level
        As for :func:`compare`.
    noise
        From :func:`dispersion` on sub-periods before the change, or as given elsewhere.

    Returns
    -------
    Effect
        t interval of the log ratio, ``detectable`` by :func:`foreseen`. Refused where the
        dispersion is ("too few spans", "too few events") or a count is nought ("zero count").

    Notes
    -----
    log ratio ± t · sqrt(max(1, φ) · (1 + ρ) / (1 - ρ) · (1/before + 1/after)). With the season and
    memory of three years of months its size is 2-7 %, and 9 % at a memory of 0.8; with φ of three
    yearly sums taken as known (df infinite) 4-16 %, as a t with 2 degrees of freedom under 3 % and
    nearly blind (tests/recovery). Where a count is nought, :func:`exact` and
    :func:`prediction_interval` still answer.

    References
    ----------
    McCullagh & Nelder (1989), Generalized Linear Models, ch. 6.

    Examples
    --------
    >>> years, months = [52, 32, 40], [12, 12, 12]
    >>> noise = dispersion(years, months)
    >>> round(dispersed(years, months, 15, 9, noise).p, 2)
    0.23
    """
    before, exposure_before = total(before, exposure_before, "before")
    after, exposure_after = total(after, exposure_after, "after")
    if refused := noise.refused or ("zero count" if min(before, after) == 0 else ""):
        return Effect(design="two_counts", level=level, refused=refused)
    effect = of_log(
        "two_counts",
        log(after / exposure_after) - log(before / exposure_before),
        float(log_error(before, after, noise)),
        noise.df,
        level,
        expected=before * exposure_after / exposure_before,
        observed=float(after),
        dispersion=max(1.0, noise.phi),
        memory=noise.memory,
    )
    seen = foreseen(before, exposure_before, exposure_after, noise, level)
    return replace(effect, detectable=seen)


def log_error(before: ArrayLike, after: ArrayLike, noise: Dispersion) -> np.ndarray:
    """Standard error of the log ratio of two counts above nought.

    Examples
    --------
    >>> round(float(log_error(40, 15, INDEPENDENT)), 3)
    0.303
    """
    return np.sqrt(noise.stretch * (1 / np.asarray(before) + 1 / np.asarray(after)))


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Where a count would fall if nothing changed: the middle, and the range that holds it."""

    expected: float
    low: float
    high: float
    level: float


def prediction_interval(
    before: ArrayLike,
    exposure_before: ArrayLike,
    exposure_after: float,
    noise: Dispersion,
    level: float = 0.95,
) -> Prediction:
    """The range that a later count would fall in if things went on as before.

    Parameters
    ----------
    before, exposure_before, noise, level
        As for :func:`dispersed`.
    exposure_after
        How much will be, or was, watched.

    Notes
    -----
    m ± t · sqrt(φ · m · (1 + after / before)) with the exposures in the bracket, φ with the memory
    of months in it, cut at nought.

    Examples
    --------
    >>> known = Dispersion(phi=2.45, df=inf)
    >>> found = prediction_interval([52, 32, 40], [12, 12, 12], 9, known)
    >>> round(found.low, 1), round(found.high, 1)
    (11.9, 50.1)
    """
    before, exposure_before = total(before, exposure_before, "before")
    _, exposure_after = total(0, exposure_after, "after")
    part = exposure_after / exposure_before
    expected = before * part
    error = sqrt(noise.stretch * expected * (1 + part))
    reach = float(stats.t.ppf((1 + level) / 2, noise.df)) * error
    return Prediction(
        expected=expected, low=max(0.0, expected - reach), high=expected + reach, level=level
    )


def foreseen(
    before: ArrayLike,
    exposure_before: ArrayLike,
    exposure_after: float,
    noise: Dispersion = INDEPENDENT,
    level: float = 0.95,
    power: float = POWER,
) -> float | None:
    """The smallest fall, as a ratio, that :func:`dispersed` would find as often as ``power``.

    Parameters
    ----------
    before, exposure_before
        The baseline, as for :func:`compare`.
    exposure_after
        How much will be watched.
    noise
        Of the series; by default as if events were independent, which is the best case.

    Returns
    -------
    float or None
        None where the baseline is so small that no fall would be found so often: near nought
        the error of a log grows faster than the fall.

    Notes
    -----
    The r nearest below 1 with -log r = (t(1 - α/2) + t(power)) · sqrt(φ (1/b + 1/(b e r))), e the
    ratio of exposures: the error is taken at the effect, not at no effect. The power there is
    80-84 % from forty events on and 87 % at twenty; under some sixteen none reaches 80 %. A fall
    to almost nothing is found less often, since a count of nought is refused (tests/recovery).

    References
    ----------
    Bloom (1995), Minimum detectable effects, Evaluation Review 19:547.

    Examples
    --------
    >>> [round(foreseen(baseline, 12, 12), 2) for baseline in (40, 20)]
    [0.45, 0.24]
    """
    before, exposure_before = total(before, exposure_before, "before")
    _, exposure_after = total(0, exposure_after, "after")
    if before == 0:
        return None
    part = exposure_after / exposure_before
    wanted = float(stats.t.ppf((1 + level) / 2, noise.df) + stats.t.ppf(power, noise.df))

    def short(ratio: float) -> float:
        return log(ratio) + wanted * float(log_error(before, before * part * ratio, noise))

    # where the error begins to grow faster than the fall
    deepest = (sqrt(1 + wanted**2 * noise.stretch / before) - 1) / (2 * part)
    if deepest >= 1 or short(deepest) > 0:
        return None
    return float(optimize.brentq(short, deepest, 1.0))


def total(counts: ArrayLike, exposure: ArrayLike, name: str = "counts") -> tuple[int, float]:
    """Events and exposure of the sub-periods that are known.

    Raises
    ------
    ValueError
        When an exposure is missing or not above zero, a count is not a whole number from nought,
        or none is known.

    Examples
    --------
    >>> total([3, float("nan"), 4], [1, 1, 1])
    (7, 2.0)
    """
    counts, exposure = _checked(counts, exposure, name)
    known = ~np.isnan(counts)
    if not known.any():
        raise ValueError(f"no count of {name} is known: leave the comparison out and say so.")
    return int(counts[known].sum()), float(exposure[known].sum())


def _checked(counts, exposure, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Counts and exposures, one each, the counts whole or missing and the exposures above zero."""
    if exposure is None:
        raise ValueError(f"exposure of {name} is missing: say how many months were counted.")
    counts, exposure = (np.atleast_1d(np.asarray(part, dtype=float)) for part in (counts, exposure))
    if counts.shape != exposure.shape:
        raise ValueError(
            f"{name} holds {counts.size} counts but {exposure.size} exposures: give one each."
        )
    known = ~np.isnan(counts)
    if not (np.isfinite(exposure) & (exposure > 0))[known].all():
        raise ValueError(f"exposure of {name} must be above zero, not {exposure[known].tolist()}.")
    whole = counts[known]
    if not ((whole >= 0) & (whole == np.floor(whole)) & np.isfinite(whole)).all():
        raise ValueError(f"{name} must be whole numbers of events, not {whole.tolist()}.")
    return counts, exposure


def _design(spans: int, around: str) -> np.ndarray:
    time = np.arange(spans)
    columns = {
        "mean": [],
        "trend": [(time - (spans - 1) / 2) / spans],
        "season": [np.cos(2 * np.pi * time / YEAR), np.sin(2 * np.pi * time / YEAR)],
    }
    return np.column_stack([np.ones(spans), *columns[around]])


def _as_share(before, exposure_before, after, exposure_after) -> tuple[int, int, float, float]:
    """The later count of all events, its share if nothing changed, and what makes odds a ratio."""
    before, exposure_before = total(before, exposure_before, "before")
    after, exposure_after = total(after, exposure_after, "after")
    share = exposure_after / (exposure_before + exposure_after)
    return after, before + after, share, exposure_before / exposure_after


def _ratio(share: float, scale: float) -> float:
    return float(scale * share / (1 - share)) if share < 1 else inf


def _mid_share(k: int, n: int, tail: float) -> tuple[float, float]:
    """The shares at which a tail with half of the outcome seen is just so large."""

    def over(share: float) -> float:
        return stats.binom.sf(k, n, share) + stats.binom.pmf(k, n, share) / 2 - tail

    def under(share: float) -> float:
        return stats.binom.cdf(k, n, share) - stats.binom.pmf(k, n, share) / 2 - tail

    low = optimize.brentq(over, 0.0, 1.0, xtol=1e-12) if k else 0.0
    high = optimize.brentq(under, 0.0, 1.0, xtol=1e-12) if k < n else 1.0
    return float(low), float(high)


def _e_test(after: int, share: float, before: int) -> float:
    """The two-sided p of the E-test, on the counts that are possible at all."""
    means = (after + before) * np.array([share, 1 - share])
    possible = np.arange(
        stats.poisson.ppf(SURE, means.min()), stats.poisson.isf(SURE, means.max()) + 1
    )
    _, p = etest_poisson_2indep(
        after, share, before, 1 - share, method="wald", y_grid=np.maximum(possible, 0)
    )
    return float(p)


def _found_exactly(before: int, share: float, level: float) -> float | None:
    """The smallest fall from a mean of ``before`` that the exact test finds four times in five."""
    reach = 10 * sqrt(before) + 10
    seen = np.arange(max(1, int(before - reach)), int(before + reach))
    chance = stats.poisson.pmf(seen, before)
    # the largest later count whose lower tail, given both, is at most half of 1 - level
    most = stats.nbinom.ppf((1 - level) / 2, seen, 1 - share) - 1

    def spare(ratio: float) -> float:
        mean = before * share / (1 - share) * ratio
        return float((chance * stats.poisson.cdf(most, mean)).sum()) - POWER

    return float(optimize.brentq(spare, 0.0, 1.0)) if spare(0.0) >= 0 else None

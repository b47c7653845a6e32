"""Limits that a month's count should stay under, and how often a quiet month breaks them.

One quiet month in forty lies above a limit of 2.5 per cent: with 3,363 areas that is eighty alarms
a month about nothing. No limit leaves this module without the false alarms to be expected from it,
at the rate that was measured and not the one that was meant. An alarm is a prompt to look, not
evidence. :func:`negative_binomial` is the limit to use; the others are here to be compared with.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import stats

from analysis.methods.poisson import FARTHEST, Fit, fit

RATE = 0.025
YEAR = 12
FEWEST_YEARS, MOST_YEARS = 3, 5
FEWEST_MONTHS = 30
FEWEST_REFERENCES = 2 / 3
NOUFAILY = 2.58
FEWEST_EVENTS, RECENT = 5, 4
EARS_BASELINE = 7
TREND_LEVEL = 0.05

# quiet months above the limit, by events expected a month, at a rate of 2.5 % in 20,000 districts
# with dispersion and memory; tests/recovery hold them against other ones
MEASURED_AT = (0.1, 0.5, 1.5, 4.0, 12.0)
MEASURED = {
    "negative binomial": (0.008, 0.016, 0.023, 0.028, 0.033),
    "farrington": (0.0001, 0.017, 0.042, 0.050, 0.057),
    "ears": (0.084, 0.114, 0.105, 0.107, 0.110),
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What was expected of each month, what would be unusual, and what came.

    Parameters
    ----------
    method
        The key of the method and of its card.
    rate
        The share of quiet months that was meant to lie above the limit.
    observed
        Events, shape (areas, months); a missing month is not a number.
    expected
        Events by the months before; not a number where they are too few.
    limit
        A month with more events than this is an alarm; not a number where there is none.
    measured
        The share of quiet months that lie above the limit in simulated districts of this level,
        shape (areas, months); None where nobody has measured it at this rate.
    """

    method: str
    rate: float
    observed: np.ndarray
    expected: np.ndarray
    limit: np.ndarray
    measured: np.ndarray | None

    @cached_property
    def watched(self) -> np.ndarray:
        """Which months are known and have a limit, shape (areas, months)."""
        return ~np.isnan(self.limit) & ~np.isnan(self.observed)

    @cached_property
    def exceeded(self) -> np.ndarray:
        """Which months lie above their limit, shape (areas, months)."""
        return self.watched & (self.observed > self.limit)

    @property
    def alarms(self) -> int:
        """How many months of all areas lie above their limit."""
        return int(self.exceeded.sum())

    @property
    def false_alarms(self) -> float | None:
        """How many alarms to expect where nothing happens: areas x months x measured rate."""
        return None if self.measured is None else float(self.measured[self.watched].sum())


def negative_binomial(
    counts: np.ndarray, *, since: int = 0, most_years: int = MOST_YEARS, rate: float = RATE
) -> Limits:
    """The limit from the area's own level and jumps and the season and drift of all areas together.

    Parameters
    ----------
    counts
        Monthly events of one kind, shape (areas, months) or (months,); a missing month is not a
        number.
    since
        The first month that a limit is wanted for, by its column.
    most_years
        How far back a limit looks. It needs three years, and no later month enters it.
    rate
        The share of quiet months that may lie above the limit.

    Raises
    ------
    ValueError
        When a count is negative or infinite.

    Notes
    -----
    Season (one harmonic) and a log-linear drift are one quasi-Poisson fit to the sum of the areas,
    since a single district's few events cannot carry them. The level is (events + 1/2) over what
    season and drift alone would have brought, the dispersion is the area's own by moments, and the
    limit is a quantile of the predictive negative binomial, so it holds what is not known of the
    level and of the season too.

    Measured at a rate of 2.5 % (tests/recovery): 1.0-1.7 % of quiet months above it in Poisson
    worlds, where so few events can reach no more, and 1.6-3.3 % with dispersion and memory, also
    where all areas rise or fall together or each has its own peak; 4 % where each drifts its own
    way by 10 % a year. A month with 2.5 times the usual events is seen in 10-12 % at a mean of 0.5,
    in 21-26 % at 1.5, 29-60 % at 4 and 36-96 % at 12. An outbreak widens the limit for five years.

    References
    ----------
    Salmon, Schumacher & Höhle (2016), J. Statistical Software 70(10) (predictive limits).

    Examples
    --------
    >>> quiet = np.tile([1.0, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0], 4)
    >>> quiet[-1] = 6
    >>> limits = negative_binomial(quiet)
    >>> float(limits.limit[0, -1]), limits.alarms
    (5.0, 1)
    """
    counts = _valid(counts)
    expected, spare = _nowhere(counts), _nowhere(counts)
    for month in range(max(since, FEWEST_YEARS * YEAR), counts.shape[1]):
        past = counts[:, max(0, month - most_years * YEAR) : month]
        enough = (~np.isnan(past)).sum(axis=1) >= FEWEST_MONTHS
        if enough.any():
            expected[enough, month], spare[enough, month] = _predicted(past[enough])
    size = 1 / np.maximum(spare, 1e-9)
    limit = stats.nbinom.ppf(1 - rate, size, size / (size + expected))
    return _limits("negative binomial", counts, expected, limit, rate)


def farrington(
    counts: np.ndarray,
    *,
    years: int = 5,
    half_window: int = 2,
    year: int = YEAR,
    extreme: float = NOUFAILY,
    rate: float = RATE,
) -> Limits:
    """The quasi-Poisson limit from the same season of the years before.

    Parameters
    ----------
    counts
        As for :func:`negative_binomial`.
    years, half_window
        The limit rests on the months up to ``half_window`` from the same one in each of so many
        years before.
    year
        Periods a year: 12 for months, 52 for weeks.
    extreme
        An earlier month with a standardised residual above this weighs less: 1 in Farrington's
        paper, 2.58 in Noufaily's.
    rate
        The share of quiet months that may lie above the limit.

    Raises
    ------
    ValueError
        When a count is negative or infinite.

    Notes
    -----
    A linear trend is kept where there are three years, its p is under 0.05 and the events expected
    are none that were not seen before. An alarm also needs five events in four months. Each area is
    alone. Measured at a rate of 2.5 %: 1-2 % of quiet months in Poisson worlds; with dispersion and
    memory 2 % at a mean of 0.5, 4-5 % at 1.5-4 and 5.7 % at 12, 12 % where all rise by 20 % a year;
    with ``extreme=1`` 7-9 % from a mean of 1.5 on.

    References
    ----------
    Farrington, Andrews, Beale & Catchpole (1996), J. R. Statist. Soc. A 159:547; Noufaily et al.
    (2013), Statistics in Medicine 32:1206.

    Examples
    --------
    >>> quiet = np.tile([4.0, 6, 5, 3, 4, 5, 6, 4, 5, 3, 5, 4], 6)
    >>> round(float(farrington(quiet).limit[0, -1]), 1)
    9.2
    """
    counts = _valid(counts)
    expected, limit = _nowhere(counts), _nowhere(counts)
    window = np.arange(-half_window, half_window + 1)
    lags = np.add.outer(-year * np.arange(years, 0, -1), window).ravel()
    for month in range(-lags[0], counts.shape[1]):
        past = counts[:, month + lags]
        enough = (~np.isnan(past)).mean(axis=1) >= FEWEST_REFERENCES
        mean, bound = _bound(past[enough], lags / year, extreme, rate)
        lately = np.nansum(counts[enough, month - RECENT + 1 : month], axis=1)
        expected[enough, month] = mean
        limit[enough, month] = np.maximum(bound, FEWEST_EVENTS - 1 - lately)
    as_measured = (years, half_window, year, extreme) == (MOST_YEARS, 2, YEAR, NOUFAILY)
    return _limits("farrington", counts, expected, limit, rate, as_measured)


def ears(counts: np.ndarray, *, rate: float = RATE) -> Limits:
    """The limit from the seven months before: their mean and so many standard deviations.

    Parameters
    ----------
    counts
        As for :func:`negative_binomial`.
    rate
        The share that a normal distribution would have above the limit.

    Raises
    ------
    ValueError
        When a count is negative or infinite.

    Notes
    -----
    A contrast, never a result: without season, from seven counts, it has 8-11 % of quiet months
    above a limit meant for 2.5 %.

    References
    ----------
    Fricker, Hegler & Dunfee (2008), Statistics in Medicine 27:3407 (EARS C1).

    Examples
    --------
    >>> float(ears([3.0, 5, 3, 5, 3, 5, 4, 9], rate=0.001).limit[0, -1].round(2))
    7.09
    """
    counts = _valid(counts)
    expected, limit = _nowhere(counts), _nowhere(counts)
    before = np.lib.stride_tricks.sliding_window_view(counts, EARS_BASELINE, axis=1)[:, :-1]
    expected[:, EARS_BASELINE:] = before.mean(axis=2)
    reach = stats.norm.ppf(1 - rate) * before.std(axis=2, ddof=1)
    limit[:, EARS_BASELINE:] = before.mean(axis=2) + reach
    return _limits("ears", counts, expected, limit, rate)


def _valid(counts: np.ndarray) -> np.ndarray:
    counts = np.atleast_2d(np.asarray(counts, dtype=float))
    if (counts < 0).any() or np.isinf(counts).any():
        raise ValueError(
            f"counts run from {np.nanmin(counts)} to {np.nanmax(counts)}: an event count is zero "
            "or more, and a month that nobody counted is not a number."
        )
    return counts


def _nowhere(counts: np.ndarray) -> np.ndarray:
    return np.full(counts.shape, np.nan)


def _limits(method, counts, expected, limit, rate, as_measured=True) -> Limits:
    measured = None
    if as_measured and rate == RATE:
        level = np.log(np.maximum(expected, MEASURED_AT[0]))
        measured = np.interp(level, np.log(MEASURED_AT), MEASURED[method])
    return Limits(
        method=method, rate=rate, observed=counts, expected=expected, limit=limit, measured=measured
    )


def _predicted(past: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Events expected of the month after, and their variance beyond Poisson's over their square.

    Both are not a number where the events of all areas are too few to show a season.
    """
    time = np.arange(-past.shape[1], 1) / YEAR
    turn = 2 * np.pi * time
    design = np.column_stack([np.ones_like(time), time, np.cos(turn), np.sin(turn)])
    together = _together(past, design[:-1])
    if not together.settled[0]:
        return _nowhere(past[:, 0]), _nowhere(past[:, 0])
    known = ~np.isnan(past)
    pattern = np.exp(design @ together.parameters[0])
    events, months = np.nansum(past, axis=1), known.sum(axis=1)
    level = (events + 0.5) / (known @ pattern[:-1])
    fitted = np.where(known, np.outer(level, pattern[:-1]), 0.0)
    squares = np.nansum((past - fitted) ** 2, axis=1) * months / (months - 1)
    jumps = np.maximum(0.0, squares - fitted.sum(axis=1)) / (fitted**2).sum(axis=1)
    return level * pattern[-1], jumps + 1 / (events + 0.5) + _unsure(together, design[-1])


def _together(past: np.ndarray, design: np.ndarray) -> Fit:
    """Season and drift of the sum of all areas; a month that some areas miss is a smaller sum."""
    known = ~np.isnan(past)
    usual = np.nansum(past, axis=1) / known.sum(axis=1)
    covered = known.T @ usual
    total = np.where(known.any(axis=0), np.nansum(past, axis=0), np.nan)
    return fit(total, design, np.log(np.where(covered > 0, covered, 1.0)))


def _unsure(together: Fit, month: np.ndarray) -> float:
    """The variance of log season and drift in a month, without that of the level."""
    variance = month @ together.covariance[0] @ month - 1 / np.nansum(together.counts)
    return float(together.stretch[0] ** 2 * max(0.0, variance))


def _bound(past, years, extreme, rate) -> tuple[np.ndarray, np.ndarray]:
    """Events expected and the upper bound, from counts so many ``years`` (below zero) away."""
    mean, spread = np.zeros(len(past)), np.zeros(len(past))
    some = np.nansum(past, axis=1) > 0
    mean[some], spread[some] = _level(_reweighted(past[some], years[:, None] ** 0, extreme))
    # a slope has no end where all events are of one month
    sloped = (past > 0).sum(axis=1) > 1
    if years.min() <= -FEWEST_YEARS and sloped.any():
        line = _reweighted(past[sloped], years[:, None] ** [0, 1], extreme)
        level, loose = _level(line)
        kept = _sloping(line) & (level <= np.nanmax(past[sloped], axis=1))
        mean[sloped] = np.where(kept, level, mean[sloped])
        spread[sloped] = np.where(kept, loose, spread[sloped])
    reach = stats.norm.ppf(1 - rate) * 2 / 3 * np.sqrt(np.cbrt(mean) * spread)
    return mean, (np.cbrt(mean) ** 2 + reach) ** 1.5


def _reweighted(past: np.ndarray, design: np.ndarray, extreme: float) -> Fit:
    """The fit after months with a high Anscombe residual have been made to weigh less."""
    first = fit(past, design)
    hat = first.fitted * np.einsum("tk,bkl,tl->bt", design, first.covariance, design)
    anscombe = 1.5 * (np.cbrt(past) ** 2 / first.fitted ** (1 / 6) - np.sqrt(first.fitted))
    anscombe /= np.sqrt(np.maximum(1.0, first.dispersion)[:, None] * np.maximum(1e-9, 1 - hat))
    weights = np.maximum(anscombe, 1.0) ** -2.0
    weights = np.where(anscombe > extreme, weights, np.where(first.known, 1.0, np.nan))
    weights *= (first.known.sum(axis=1) / np.nansum(weights, axis=1))[:, None]
    # a weighted count is a count of that exposure
    return fit(past * weights, design, np.log(np.where(first.known, weights, 1.0)))


def _level(line: Fit) -> tuple[np.ndarray, np.ndarray]:
    """Events expected now, and their variance over their number, with the level's own."""
    mean = np.exp(np.clip(line.parameters[:, 0], -FARTHEST, FARTHEST))
    return mean, np.maximum(1.0, line.dispersion) * (1 + line.covariance[:, 0, 0] * mean)


def _sloping(line: Fit) -> np.ndarray:
    """Whether there is a trend, by the dispersion of these few months alone."""
    error = np.sqrt(line.covariance[:, 1, 1] * line.dispersion)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.t.sf(np.abs(line.parameters[:, 1] / error), line.df)
    return line.settled & (p < TREND_LEVEL)

"""Whether one event makes the next more likely nearby, and how sure that is.

Events gather in places and in seasons without any causing another: what is near in both is
set beside what those two alone would bring. What has not had time to be followed is not
counted as not followed.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import stats
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from analysis.measurement.counts import garwood
from analysis.methods.screening import screen
from analysis.words.estimates import Estimate
from analysis.words.periods import Period

FEWEST_CHAINS = 10


def expected_pairs(pairs: int, near_in_space: int, near_in_time: int) -> float:
    """Pairs near in both that chance alone would bring: the mean over all permutations of days.

    References
    ----------
    Knox (1964), The detection of space-time interactions, Applied Statistics 13:25.

    Examples
    --------
    >>> round(expected_pairs(4560, near_in_space=25, near_in_time=152), 4)
    0.8333
    """
    return near_in_space * near_in_time / pairs


def knox(
    events: pd.DataFrame, metres: float, days: int, *, seed: int, runs: int = 999, **facts
) -> Estimate:
    """How many times more pairs of events are near in both space and time than by chance.

    Parameters
    ----------
    events
        Columns ``easting`` and ``northing`` in metres, ``day`` a date or time; one row an event.
    metres, days
        What is near: at most so far apart, at most so many calendar days between.
    seed, runs
        Of the permutations of days over places behind ``p``.
    facts
        Fields of the result: definition, area, scheme, period, source, vintage.

    Returns
    -------
    Estimate
        ``value`` the observed pairs over those expected, with its interval; ``n`` the events,
        ``p`` the part of permutations with as many pairs or more, ``dispersion`` by how much
        the pairs vary more than if each came by itself, ``series`` the band. Not available
        where no two events are near in space or none in time ("no close pairs"); without an
        interval where events form fewer than ten chains, or all hang on one ("few chains").

    Raises
    ------
    ValueError
        When an event has no place or no day.

    Notes
    -----
    A chain is a set of events linked by pairs near in both. Pairs of one chain come together, so
    the variance of the ratio is by leaving out one chain at a time, and the interval the exact
    one of observed / dispersion events, as of any rate here. In simulated worlds with and
    without contagion, with hot spots and bursts, it held the truth in 96-99 % of runs; taking
    pairs as independent, in as few as 36 %. The test is exact and, for few pairs, cautious. A
    population that moves or grows unevenly in the span looks like contagion: keep spans short.

    References
    ----------
    Knox (1964), Applied Statistics 13:25; Kulldorff & Hjalmars (1999), Biometrics 55:544 (moving
    populations); Johnson et al. (2007), J. Quant. Criminol. 23:201 (near repeats by permutation).
    """
    return _bands(events, [0, metres], [0, days], seed, runs, facts)[0]


def bands(
    events: pd.DataFrame,
    metres: list[float],
    days: list[int],
    *,
    seed: int,
    runs: int = 999,
    **facts,
) -> list[Estimate]:
    """The same for every band of distance and time, tried together.

    Parameters
    ----------
    events, seed, runs, facts
        As for :func:`knox`.
    metres, days
        Upper edges of the bands, rising: [100, 300] is up to 100 and over 100 up to 300 metres.

    Returns
    -------
    list of Estimate
        One a band, by distance and then time, with ``q`` over all of them
        (:func:`analysis.methods.screening.screen`).
    """
    return screen(_bands(events, [0, *metres], [0, *days], seed, runs, facts))


def _bands(events, metres, days, seed, runs, facts) -> list[Estimate]:
    pairs = _Pairs.of(events)
    orders = _orders(len(events), seed, runs)
    return [
        _ratio(pairs, near, far, soon, late, orders, facts)
        for near, far in pairwise(metres)
        for soon, late in pairwise(days)
    ]


def _orders(events: int, seed: int, runs: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.permuted(np.tile(np.arange(events), (runs, 1)), axis=1)


@dataclass(frozen=True)
class _Pairs:
    """Every pair of events once: who they are, how far apart and how many days between."""

    day: np.ndarray
    one: np.ndarray
    other: np.ndarray
    metres: np.ndarray

    @classmethod
    def of(cls, events: pd.DataFrame) -> "_Pairs":
        """The pairs of a table of events."""
        day, place = _day(events), _place(events)
        one, other = np.triu_indices(len(day), 1)
        return cls(day, one, other, np.hypot(*(place[one] - place[other]).T))

    @property
    def days(self) -> np.ndarray:
        """Days between the events of each pair."""
        return np.abs(self.day[self.one] - self.day[self.other])

    def touched(self, which: np.ndarray, chain: np.ndarray) -> np.ndarray:
        """How many of these pairs would go with each chain."""
        one, other = chain[self.one[which]], chain[self.other[which]]
        size = chain.max() + 1
        both = np.bincount(one[one == other], minlength=size)
        return np.bincount(one, minlength=size) + np.bincount(other, minlength=size) - both


def _day(events: pd.DataFrame) -> np.ndarray:
    if without := int(events[["easting", "northing", "day"]].isna().any(axis=1).sum()):
        raise ValueError(
            f"{without} of {len(events)} events have no place or no day: leave them out first "
            "and say how many they were."
        )
    return events.day.to_numpy(dtype="datetime64[D]").astype(int)


def _place(events: pd.DataFrame) -> np.ndarray:
    return events[["easting", "northing"]].to_numpy(dtype=float)


def _within(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Over ``low`` up to ``high``; a band that starts at nought holds nought."""
    return (values <= high) & ((values > low) | (low == 0))


def _ratio(pairs, near, far, soon, late, orders, facts) -> Estimate:
    about = {
        "statistic": "near repeat", "unit": "ratio to chance", "method": "knox",
        "series": f"{near:g}-{far:g} m, {soon}-{late} days",
    } | facts  # fmt: skip
    in_space = _within(pairs.metres, near, far)
    in_time = _within(pairs.days, soon, late)
    if not (in_space.any() and in_time.any()):
        return Estimate(value=None, status="not available", note="no close pairs", **about)
    close = in_space & in_time
    observed = int(close.sum())
    expected = expected_pairs(len(close), int(in_space.sum()), int(in_time.sum()))
    one, other = pairs.one[in_space], pairs.other[in_space]
    drawn = np.array(
        [_within(np.abs(day[one] - day[other]), soon, late).sum() for day in pairs.day[orders]]
    )
    result = Estimate(
        value=observed / expected,
        n=len(pairs.day),
        p=float((np.count_nonzero(drawn >= observed) + 1) / (len(orders) + 1)),
        **about,
    )
    phi = _dispersion(pairs, in_space, in_time)
    if phi is None:
        return replace(result, note="few chains")
    low, high = (phi * end / expected for end in garwood(observed / phi, result.level))
    return replace(result, low=low, high=high, dispersion=phi)


def _chains(events: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The number of each event's chain, counted from nought."""
    links = coo_matrix((np.ones(len(one)), (one, other)), shape=(events, events))
    return connected_components(links, directed=False)[1]


def _dispersion(pairs: _Pairs, in_space: np.ndarray, in_time: np.ndarray) -> float | None:
    """Variance of the ratio against that of pairs one by one, at least 1; None in few chains."""
    close = in_space & in_time
    chain = _chains(len(pairs.day), pairs.one[close], pairs.other[close])
    chains, left = chain.max() + 1, len(chain) - np.bincount(chain)
    observed, space, time = (
        which.sum() - pairs.touched(which, chain) for which in (close, in_space, in_time)
    )
    if chains < FEWEST_CHAINS or (space * time == 0).any():
        return None
    ratios = observed / expected_pairs(left * (left - 1) / 2, space, time)
    variance = (chains - 1) / chains * ((ratios - ratios.mean()) ** 2).sum()
    single = close.sum() / expected_pairs(len(close), in_space.sum(), in_time.sum()) ** 2
    return max(1.0, float(variance / single)) if single else 1.0


def followed(events: pd.DataFrame, metres: float, days: int, **facts) -> Estimate:
    """The share of events that were followed by another nearby within so many days.

    Parameters
    ----------
    events, facts
        As for :func:`knox`; the period is the span watched.
    metres, days
        How near, and on how many of the days after the event's own; two events of one
        day do not follow each other.

    Returns
    -------
    Estimate
        ``value`` in per cent, ``n`` the events whose days after lie wholly in the period;
        ``note`` how many were left out as too recent; ``dispersion`` by how much the share varies
        more than if events were independent. Not available where every event is too recent
        ("too recent"), without an interval in fewer than ten chains ("few chains" in the note).

    Raises
    ------
    ValueError
        When an event has no place or no day, or lies outside the period.

    Notes
    -----
    Where much happens much is followed by chance: tell it beside :func:`knox`, never alone.
    Neighbours share their followers. Events linked within ``metres`` and ``days`` are a chain, and
    the exact interval is of n / dispersion events, the dispersion by the chains. In simulated
    worlds the interval of independent events held the truth in 93-98 % of runs, this one in
    95-99 %.

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26:404; Korn & Graubard (1998), Survey Methodology 24:193
    (with an effective number).
    """
    day, place, period = _day(events), _place(events), facts["period"]
    first, last = _span(period)
    if outside := int(((day < first) | (day > last)).sum()):
        raise ValueError(
            f"{outside} of {len(day)} events lie outside {period}: give the period that was "
            "watched, or only its events."
        )
    one, other = cKDTree(place).query_pairs(metres, output_type="ndarray").T
    gap = day[other] - day[one]
    linked = np.abs(gap) <= days
    earlier = np.where(gap > 0, one, other)[linked & (gap != 0)]
    again = np.isin(np.arange(len(day)), earlier)
    chain = _chains(len(day), one[linked], other[linked])
    over = day + days <= last
    about = {
        "statistic": "followed", "unit": "%", "method": "followed",
        "series": f"0-{metres:g} m, 1-{days} days",
    } | facts  # fmt: skip
    if not over.any():
        return Estimate(value=None, status="not available", note="too recent", **about)
    return _share(again[over], chain[over], int((~over).sum()), about)


def around(events: pd.DataFrame, *, metres: float, days: int, seed: int, **facts) -> list[Estimate]:
    """Both answers on one band: :func:`knox` and :func:`followed`; none without events."""
    if events.empty:
        return []
    return [
        knox(events, metres, days, seed=seed, **facts),
        followed(events, metres, days, **facts),
    ]


def _span(period: Period) -> tuple[int, int]:
    return tuple(int(np.datetime64(day, "D").astype(int)) for day in (period.start, period.end))


def _share(again: np.ndarray, chain: np.ndarray, recent: int, about: dict) -> Estimate:
    n, k = len(again), int(again.sum())
    note = f"{recent} too recent" if recent else ""
    result = Estimate(value=100 * k / n, n=n, note=note, **about)
    _, chain = np.unique(chain, return_inverse=True)
    size, hits = np.bincount(chain), np.bincount(chain, weights=again)
    if len(size) < FEWEST_CHAINS:
        return replace(result, note="; ".join(["few chains", *filter(None, [note])]))
    spread = len(size) / (len(size) - 1) * ((hits - size * k / n) ** 2).sum()
    phi = max(1.0, float(spread * n / (k * (n - k)))) if 0 < k < n else 1.0
    low, high = _clopper_pearson(k / phi, n / phi, result.level)
    return replace(result, low=100 * low, high=100 * high, dispersion=phi)


def _clopper_pearson(k: float, n: float, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, k, n - k + 1) if k > 0 else 0.0
    high = stats.beta.ppf(1 - tail, k + 1, n - k) if k < n else 1.0
    return float(low), float(high)

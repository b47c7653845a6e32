"""What a sample says of everybody, with the error that its design makes.

A share of answers is not a share of coin tosses: weights, strata and clusters
make it less sure, and a part of the sample is not a sample of its own. Nothing
here returns a value without the standard error of its design.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd
from scipy import stats

SWEEPS = 1000
MET = 1e-9
ROUNDING = 1e-12


class Interval(Protocol):
    """Anything that knows its value and how far off it may be."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Statistic:
    """A value of a survey and what its design says of it.

    Parameters
    ----------
    value, low, high, level
        The estimate and its interval.
    error
        Its standard error.
    df
        Degrees of freedom: clusters less strata among those asked about.
    design_effect
        Variance over that of a simple random sample of as many answers.
    n
        Answers it rests on.
    """

    value: float
    error: float
    low: float
    high: float
    level: float
    df: int
    design_effect: float
    n: int

    @property
    def effective_n(self) -> float:
        """The simple random sample that would be as sure."""
        return self.n / self.design_effect


@dataclass(frozen=True, eq=False)
class Design:
    """How a sample was drawn, one entry a respondent.

    Parameters
    ----------
    weights
        How many people each respondent stands for, zero or more, shape (respondents,).
    strata
        The part of the population each was drawn from; one stratum when left out.
    clusters
        The unit that was drawn first, such as a school; each respondent when left out.
    fpc
        How many clusters the population has in the respondent's stratum; sampling with
        replacement, which errs on the safe side, when left out.
    lonely
        What a stratum with one cluster is answered with, since its spread cannot be seen:
        "error", or "adjust": its distance from the mean of all clusters is taken for it, which
        holds the spread between strata as well and so errs on the safe side.

    Raises
    ------
    ValueError
        When a part has another length, a weight is negative or unknown, a cluster lies in
        two strata, or a stratum has fewer clusters than were drawn from it.
    """

    weights: np.ndarray
    strata: np.ndarray | None = None
    clusters: np.ndarray | None = None
    fpc: np.ndarray | None = None
    lonely: str = "error"

    def __post_init__(self):
        object.__setattr__(self, "weights", np.asarray(self.weights, dtype=float))
        if self.lonely not in ("error", "adjust"):
            raise ValueError(f"lonely {self.lonely!r} must be error or adjust.")
        for part in ("strata", "clusters", "fpc"):
            given = getattr(self, part)
            if given is not None and np.shape(given) != self.weights.shape:
                raise ValueError(
                    f"{part} has the shape {np.shape(given)} and the weights "
                    f"{self.weights.shape}: give one entry for each respondent."
                )
        if wrong := int((~(np.isfinite(self.weights) & (self.weights >= 0))).sum()):
            raise ValueError(
                f"{wrong} of {len(self.weights)} weights are missing or negative: give zero to "
                "respondents who stand for nobody."
            )
        if not self.weights.sum() > 0:
            raise ValueError("the weights add up to zero: nobody stands for anybody.")
        self._check_clusters()

    def _check_clusters(self) -> None:
        split = self._home[self.cluster] != self.stratum
        if split.any():
            name = np.asarray(self.clusters)[split][0]
            raise ValueError(
                f"cluster {str(name)!r} lies in more than one stratum: name clusters within strata."
            )
        if self.fpc is not None and (self._population < self._drawn).any():
            worst = int(np.argmax(self._drawn - self._population))
            raise ValueError(
                f"{self._drawn[worst]} clusters were drawn from a stratum that has "
                f"{self._population[worst]:g}: fpc must count its clusters in the population."
            )

    @cached_property
    def stratum(self) -> np.ndarray:
        """The number of each respondent's stratum, shape (respondents,)."""
        return _numbered(self.strata, default=np.zeros(len(self.weights), dtype=int))

    @cached_property
    def cluster(self) -> np.ndarray:
        """The number of each respondent's cluster, shape (respondents,)."""
        return _numbered(self.clusters, default=np.arange(len(self.weights)))

    @cached_property
    def _home(self) -> np.ndarray:
        """The stratum of each cluster."""
        return self.stratum[np.unique(self.cluster, return_index=True)[1]]

    @cached_property
    def _drawn(self) -> np.ndarray:
        """Clusters drawn in each stratum."""
        return np.bincount(self._home)

    @cached_property
    def _population(self) -> np.ndarray:
        """Clusters that the population has in each stratum; without an fpc, endless."""
        if self.fpc is None:
            return np.full(len(self._drawn), np.inf)
        return np.asarray(self.fpc, dtype=float)[np.unique(self.stratum, return_index=True)[1]]

    def variance(self, scores: np.ndarray) -> float:
        """The variance of a sum of scores over the sample, clusters within strata.

        Parameters
        ----------
        scores
            What each respondent adds to the (linearised) estimate, weight included, zero outside
            the part asked about, shape (respondents,).

        Raises
        ------
        ValueError
            For a stratum with a single cluster, unless ``lonely`` is "adjust" or the stratum
            was asked whole.
        """
        alone = (self._drawn == 1) & (self._population > 1)
        if alone.any() and self.lonely == "error":
            where = np.flatnonzero(alone[self.stratum])[0]
            name = "all" if self.strata is None else np.asarray(self.strata)[where]
            raise ValueError(
                f"stratum {str(name)!r} has a single cluster, whose spread cannot be seen: join it "
                'with a stratum like it, or ask for the wider answer with lonely="adjust".'
            )
        sums = np.bincount(self.cluster, scores)
        centre = np.bincount(self._home, sums) / self._drawn
        centre[alone] = sums.mean()
        spread = np.bincount(self._home, (sums - centre[self._home]) ** 2)
        unseen = 1 - self._drawn / self._population
        return float(unseen * self._drawn / np.maximum(self._drawn - 1, 1) @ spread)

    def df(self, domain: np.ndarray | None = None) -> int:
        """Clusters less strata that hold anybody of the domain, everybody when left out."""
        inside = self.inside(domain)
        return len(np.unique(self.cluster[inside])) - len(np.unique(self.stratum[inside]))

    def inside(self, domain: np.ndarray | None = None) -> np.ndarray:
        """Who of the domain stands for anybody, True or False, shape (respondents,)."""
        weighs = self.weights > 0
        return weighs if domain is None else weighs & np.asarray(domain, dtype=bool)


def ratio(
    design: Design,
    over: np.ndarray,
    under: np.ndarray,
    domain: np.ndarray | None = None,
    level: float = 0.95,
) -> Statistic:
    """The weighted sum of one thing over that of another, in a part of the population.

    Parameters
    ----------
    design
        How the sample was drawn.
    over, under
        The two quantities, shape (respondents,); what stands outside the domain is not used.
    domain
        Who is asked about, True or False, shape (respondents,); everybody when left out. The
        others stay in the sample with zero, as they would have been drawn again.
    level
        Coverage of the t interval.

    Raises
    ------
    ValueError
        When a value is missing in the domain, or the domain has no degree of freedom.

    References
    ----------
    Särndal, Swensson & Wretman (1992), Model assisted survey sampling, 5.6-5.8 (linearisation
    and domains); Lumley (2004), J. Stat. Softw. 9(8).

    Examples
    --------
    >>> found = ratio(Design([1, 1, 2, 2]), [1, 0, 1, 1], [1, 1, 1, 1])
    >>> round(found.value, 3), round(found.error, 3), found.df
    (0.833, 0.187, 3)
    """
    inside = design.inside(domain)
    over, under = (_filled(values, inside) for values in (over, under))
    whole = float(design.weights @ under)
    if whole == 0:
        raise ValueError("the sum under the ratio is zero: there is nothing to share.")
    value = float(design.weights @ over) / whole
    return _statistic(design, value, (over - value * under) / whole, inside, inside, level)


def mean(
    design: Design, values: np.ndarray, domain: np.ndarray | None = None, level: float = 0.95
) -> Statistic:
    """The weighted mean, in a part of the population; arguments and errors as :func:`ratio`.

    Examples
    --------
    >>> found = mean(Design([1, 1, 2, 2]), [4, 0, 3, 3])
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (2.667, 0.752, 4.582)
    """
    return ratio(design, values, np.ones(len(design.weights)), domain, level)


def total(
    design: Design, values: np.ndarray, domain: np.ndarray | None = None, level: float = 0.95
) -> Statistic:
    """The weighted sum, in a part of the population; arguments and errors as :func:`ratio`.

    Its design effect is against a simple random sample of everybody.

    Examples
    --------
    >>> total(Design([10, 10, 20, 20]), [1, 0, 1, 1]).value
    50.0
    """
    inside = design.inside(domain)
    values = _filled(values, inside)
    everybody = design.inside(None)
    return _statistic(design, float(design.weights @ values), values, inside, everybody, level)


def share(
    design: Design,
    holds: np.ndarray,
    domain: np.ndarray | None = None,
    level: float = 0.95,
    floor: bool = True,
) -> Statistic:
    """The weighted share of people of whom something holds, with an interval inside 0 to 1.

    Parameters
    ----------
    design, domain, level
        As for :func:`ratio`.
    holds
        True or False, shape (respondents,).
    floor
        Whether the design effect is taken to be at least the one that unequal weights alone make.
        Without it the interval is R's ``svyciprop(method="logit")``.

    Raises
    ------
    ValueError
        As :func:`ratio`, and when something else than True or False (1 or 0) is given.

    Notes
    -----
    The interval is symmetric on the log odds, t times the linearised error; the plain one
    promises shares below zero and misses rare answers.

    The floor: the few who give a rare answer show their own weights only. When by chance none
    of the heavy ones is among them, share and error are too small together, and where weights
    differ much an answer of 3 % was missed in 9 samples of 100 instead of 5
    (tests/recovery). The price is a somewhat wide interval where strata explain the answer.

    Where nothing varies, as when everybody or nobody answered so, there are no log odds and no
    error to see. Then the exact binomial interval is given for the effective number of answers, no
    more than the clusters that gave them. Its open end is kept at half of 1 - ``level``, as
    nobody knew beforehand at which end the share would lie.

    References
    ----------
    Kish (1992), J. Off. Stat. 8:183 (unequal weights); Korn & Graubard (1998), Survey
    Methodology 24:193; Clopper & Pearson (1934), Biometrika 26.

    Examples
    --------
    >>> found = share(Design(np.ones(40)), np.arange(40) < 10)
    >>> found.value, round(found.low, 3), round(found.high, 3), round(found.design_effect, 6)
    (0.25, 0.136, 0.413, 1.0)
    >>> nobody = share(Design(np.ones(40)), np.zeros(40))
    >>> nobody.value, nobody.low, round(nobody.high, 3)
    (0.0, 0.0, 0.088)
    """
    inside = design.inside(domain)
    if not np.isin(np.asarray(holds)[inside], (0, 1)).all():
        raise ValueError("a share is of what holds or not: give True or False for each respondent.")
    found = mean(design, holds, inside, level)
    p = min(max(found.value, 0.0), 1.0)
    if not (found.error > ROUNDING and 0 < p < 1):
        n = min(_kish(design, inside), len(np.unique(design.cluster[inside])))
        low, high = _exact(p, n, level)
        return replace(found, value=p, low=low, high=high, design_effect=found.n / n)
    effect = found.design_effect
    if floor:
        effect = max(effect, found.n / _kish(design, inside))
    error = found.error * float(np.sqrt(effect / found.design_effect))
    low, high = _on_log_odds(p, error, found.df, level)
    return replace(found, error=error, low=low, high=high, design_effect=effect)


def change(before: Interval, after: Interval) -> tuple[float, float, float]:
    """The difference of two independent shares and its interval, from their own intervals.

    Parameters
    ----------
    before, after
        Two values with intervals of one level, on one scale: of two waves, never of one sample.

    Returns
    -------
    value, low, high : float
        ``after`` less ``before``.

    Notes
    -----
    Each end adds in squares the two distances that matter there. The intervals of shares are
    lopsided near 0 and 1 and so is theirs, it never leaves -1 to 1, a share of zero brings
    its honest bound with it, and no microdata are needed.

    References
    ----------
    Newcombe (1998), Stat. Med. 17:873; Zou & Donner (2008), Stat. Med. 27:1693.

    Examples
    --------
    >>> sample = Design(np.ones(100))
    >>> before, after = (share(sample, np.arange(100) < n) for n in (30, 45))
    >>> [round(x, 3) for x in change(before, after)]
    [0.15, 0.013, 0.28]
    """
    value = after.value - before.value
    down = np.hypot(after.value - after.low, before.high - before.value)
    up = np.hypot(after.high - after.value, before.value - before.low)
    return value, float(value - down), float(value + up)


def pooled(designs: list[Design]) -> Design:
    """Independent waves as one sample, in which every wave weighs the same.

    A share in it is the mean over the waves, not the latest: it is for places where one wave alone
    has too few answers. Respondents follow each other in the order of the waves.

    Raises
    ------
    ValueError
        When only some waves have an fpc, or they answer a lonely stratum differently.

    Examples
    --------
    >>> both = pooled([Design(np.ones(10)), Design(np.full(20, 7.0))])
    >>> len(both.weights), both.df(), [float(both.weights[part].sum()) for part in (
    ...     slice(0, 10), slice(10, 30))]
    (30, 28, [75.0, 75.0])
    """
    if len({(one.fpc is None, one.lonely) for one in designs}) > 1:
        raise ValueError("waves are pooled when all or none have an fpc and one rule for lonely.")
    size = np.mean([one.weights.sum() for one in designs])
    fpc = None if designs[0].fpc is None else np.concatenate([one.fpc for one in designs])
    return Design(
        np.concatenate([one.weights * (size / one.weights.sum()) for one in designs]),
        strata=_apart([one.stratum for one in designs]),
        clusters=_apart([one.cluster for one in designs]),
        fpc=fpc,
        lonely=designs[0].lonely,
    )


def rake(
    rows: pd.DataFrame,
    weights: np.ndarray,
    margins: list[pd.Series],
    bounds: tuple[float, float] = (0.0, np.inf),
) -> np.ndarray:
    """Weights that meet several margins of the population at once.

    Parameters
    ----------
    rows
        Respondents, with the columns that the margins name.
    weights
        Their design weights, shape (respondents,).
    margins
        People in each group, one Series a margin, its index named after the columns of ``rows``
        (several for a crossed margin). All must add up to the same population.
    bounds
        Least and most that a weight may be, in mean weights; none by default. It trades a
        little bias for fewer respondents who speak for hundreds.

    Returns
    -------
    numpy.ndarray
        Weights in the order of ``rows``.

    Raises
    ------
    ValueError
        Naming the margin that cannot be met and the group in it: nobody answered, no population
        is known, the sums disagree, or margins and bounds contradict each other.

    References
    ----------
    Deming & Stephan (1940), Ann. Math. Stat. 11:427.

    Examples
    --------
    >>> rows = pd.DataFrame({"sex": ["women", "women", "men"]})
    >>> people = pd.Series({"women": 50, "men": 50}).rename_axis("sex")
    >>> rake(rows, np.ones(3), [people]).tolist()
    [25.0, 25.0, 50.0]
    """
    weights = np.asarray(weights, dtype=float)
    groups = [_groups(rows, weights, margin) for margin in margins]
    people = [margin.to_numpy(dtype=float) for margin in margins]
    _same_population(margins)
    mean_weight = people[0].sum() / len(rows)
    for _ in range(SWEEPS):
        for group, wanted in zip(groups, people, strict=True):
            weights = weights * (wanted / np.bincount(group, weights, len(wanted)))[group]
        weights = np.clip(weights, bounds[0] * mean_weight, bounds[1] * mean_weight)
        gaps = [
            np.abs(np.bincount(group, weights, len(wanted)) / wanted - 1)
            for group, wanted in zip(groups, people, strict=True)
        ]
        if max(gap.max() for gap in gaps) < MET:
            return weights
    worst = int(np.argmax([gap.max() for gap in gaps]))
    gap, group = gaps[worst].max(), margins[worst].index[gaps[worst].argmax()]
    raise ValueError(
        f"margin {_named(margins[worst])} cannot be met together with the others: {_words(group)} "
        f"is still {100 * gap:.3g} % off after {SWEEPS} sweeps. Join small groups, or widen the "
        f"bounds {bounds}."
    )


def _statistic(design, value, scores, inside, compared, level) -> Statistic:
    """A value with the error of its linearised scores, against a simple random sample."""
    df = design.df(inside)
    if df < 1:
        raise ValueError(
            f"{inside.sum()} answers in as many strata say nothing of their spread: ask about a "
            "larger part of the population."
        )
    variance = design.variance(design.weights * scores)
    error = float(np.sqrt(variance))
    reach = float(stats.t.ppf((1 + level) / 2, df)) * error
    simple = _simple(design, scores, compared)
    effect = variance / simple if simple > 0 else float("nan")
    return Statistic(
        value, error, value - reach, value + reach, level, df, effect, int(inside.sum())
    )


def _simple(design: Design, scores: np.ndarray, compared: np.ndarray) -> float:
    """The variance that a simple random sample of as many would have."""
    weights, scores = design.weights[compared], scores[compared]
    whole, n = weights.sum(), len(weights)
    centred = scores - weights @ scores / whole
    spread = weights @ centred**2 / whole * n / (n - 1)
    unseen = 1.0 if design.fpc is None else 1 - n / whole
    return float(whole**2 * spread / n * unseen)


def _on_log_odds(p: float, error: float, df: int, level: float) -> tuple[float, float]:
    odds, reach = np.log(p / (1 - p)), stats.t.ppf((1 + level) / 2, df) * error / (p * (1 - p))
    return tuple(float(1 / (1 + np.exp(-end))) for end in (odds - reach, odds + reach))


def _exact(p: float, n: float, level: float) -> tuple[float, float]:
    """Clopper-Pearson for a number of answers that need not be whole."""
    tail, hits = (1 - level) / 2, p * n
    low = stats.beta.ppf(tail, hits, n - hits + 1) if p > 0 else 0.0
    high = stats.beta.ppf(1 - tail, hits + 1, n - hits) if p < 1 else 1.0
    return float(low), float(high)


def _kish(design: Design, inside: np.ndarray) -> float:
    """Answers that count after unequal weights."""
    weights = design.weights[inside]
    return float(weights.sum() ** 2 / (weights**2).sum())


def _filled(values: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The values as numbers, zero outside the domain."""
    values = np.asarray(values, dtype=float)
    if missing := int(np.isnan(values[inside]).sum()):
        raise ValueError(
            f"{missing} of {inside.sum()} values are missing: say who answered by the domain, so "
            "that leaving them out is a choice."
        )
    return np.where(inside, values, 0.0)


def _numbered(labels: np.ndarray | None, default: np.ndarray) -> np.ndarray:
    if labels is None:
        return default
    codes = pd.factorize(np.asarray(labels))[0]
    if (codes < 0).any():
        raise ValueError(f"{(codes < 0).sum()} respondents have no stratum or cluster.")
    return codes


def _apart(numbers: list[np.ndarray]) -> np.ndarray:
    """Numbers of several waves, none of them shared."""
    first = np.cumsum([0, *(one.max() + 1 for one in numbers[:-1])])
    return np.concatenate([one + start for one, start in zip(numbers, first, strict=True)])


def _groups(rows: pd.DataFrame, weights: np.ndarray, margin: pd.Series) -> np.ndarray:
    """The place in the margin of each row."""
    columns = list(margin.index.names)
    labels = pd.MultiIndex.from_frame(rows[columns]) if len(columns) > 1 else rows[columns[0]]
    groups = margin.index.get_indexer(labels)
    if (groups < 0).any():
        strangers = sorted({_words(label) for label in labels[groups < 0].tolist()})
        raise ValueError(
            f"margin {_named(margin)} has no population for {'; '.join(strangers)}, where "
            f"{(groups < 0).sum()} answered: add it, or join it with another group."
        )
    if not (margin > 0).all():
        empty = margin.index[int((margin <= 0).argmax())]
        raise ValueError(f"margin {_named(margin)}: {_words(empty)} has no people; leave it out.")
    answered = np.bincount(groups, weights, len(margin))
    if (answered == 0).any():
        silent = margin.index[int((answered == 0).argmax())]
        raise ValueError(
            f"margin {_named(margin)} cannot be met: nobody of {_words(silent)} "
            f"({margin[silent]:,.0f} people) answered. Join it with a group that did."
        )
    return groups


def _same_population(margins: list[pd.Series]) -> None:
    sums = {_named(margin): float(margin.sum()) for margin in margins}
    if max(sums.values()) > min(sums.values()) * (1 + MET):
        told = ", ".join(f"{name} {people:,.0f}" for name, people in sums.items())
        raise ValueError(f"the margins add up to different populations: {told}.")


def _named(margin: pd.Series) -> str:
    return " x ".join(str(name) for name in margin.index.names)


def _words(group) -> str:
    return ", ".join(group) if isinstance(group, tuple) else str(group)

"""A comparison mixed from the other areas, and what their own false alarms say of it.

One area is set beside a weighted mean of others that went as it did before the start. The mistakes
made impossible: weights from an optimiser that stopped where it began; a p value without the
smallest that so few areas can give; a mixture that plainly never went as the area did; and a drop
that hides because fewer events also swing less.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import stats
from scipy.optimize import nnls

from analysis.methods.effect import POWER, Effect

FEWEST_AREAS, FEWEST_BEFORE = 5, 10
POOREST, STEADIEST = 2.0, 0.05
LARGEST_MEMORY = 0.9
FARTHEST, FINEST = 50.0, 1001


def weights(outcomes_before: np.ndarray, treated_before: np.ndarray) -> np.ndarray:
    """The weights of the mixture nearest to the treated area before the start.

    Parameters
    ----------
    outcomes_before
        Of the other areas, shape (months, donors).
    treated_before
        Shape (months,).

    Returns
    -------
    numpy.ndarray
        Zero or more, with the sum 1, shape (donors,).

    Notes
    -----
    With the sum 1, the gap is a mixture of the donors' own distances A from the treated area. The
    least ‖Aw‖² + (1 - Σw)² over w ≥ 0 points the same way as the least ‖Aw‖² on Σw = 1, whatever
    the scale of A; so non-negative least squares with a row of ones, then divided by its sum, is
    exact, without a penalty to choose. A is scaled only for its digits. General optimisers on
    outcomes in their own units can stop at equal weights without a word.

    References
    ----------
    Abadie, Diamond & Hainmueller (2010), JASA 105:493 (here on outcomes only); Lawson & Hanson
    (1974), Solving Least Squares Problems, ch. 23.

    Examples
    --------
    >>> others = np.array([[1.0, 4.0, 9.0], [2.0, 6.0, 1.0], [3.0, 5.0, 0.0]])
    >>> weights(others, others @ [0.25, 0.75, 0.0]).round(6).tolist()
    [0.25, 0.75, 0.0]
    """
    apart = outcomes_before - treated_before[:, None]
    size = np.sqrt((apart**2).sum(axis=0).mean())
    rows = np.vstack([apart / max(size, np.finfo(float).tiny), np.ones(apart.shape[1])])
    found, _ = nnls(rows, np.append(np.zeros(len(apart)), 1.0))
    return found / found.sum()


def mixtures(before: np.ndarray) -> np.ndarray:
    """The weights of every area's own mixture of the others: all placebos at once.

    Parameters
    ----------
    before
        Outcomes before the start, shape (areas, months).

    Returns
    -------
    numpy.ndarray
        Shape (areas, areas): a row an area, nought for itself. The treated area lends to the
        others too, so that under no effect all areas stand alike.

    Examples
    --------
    >>> mixtures(np.array([[1.0, 2.0], [1.0, 2.0], [5.0, 0.0]])).round(6)[0].tolist()
    [0.0, 1.0, 0.0]
    """
    found = np.zeros((len(before), len(before)))
    others = ~np.eye(len(before), dtype=bool)
    for area, donors in enumerate(others):
        found[area, donors] = weights(before[donors].T, before[area])
    return found


def gap(outcomes: np.ndarray, treated: int, weights: np.ndarray) -> np.ndarray:
    """The treated area less its mixture, month by month.

    Parameters
    ----------
    outcomes
        Shape (areas, months).
    treated
        Its row.
    weights
        Of every area, nought for the treated one, shape (areas,).

    Examples
    --------
    >>> gap(np.array([[3.0, 1.0], [2.0, 4.0], [4.0, 2.0]]), 0, np.array([0, 0.5, 0.5])).tolist()
    [0.0, -2.0]
    """
    return outcomes[treated] - weights @ outcomes


@dataclass(frozen=True)
class Panel:
    """Areas over months, made alike enough to be mixed; see :func:`panel`.

    Parameters
    ----------
    outcomes
        On the scale compared, shape (areas, months); a month that any area misses is missing.
    usual
        What one unit of that scale is in each area, shape (areas,).
    start
        First month of the measure.
    """

    outcomes: np.ndarray
    usual: np.ndarray
    start: int

    @cached_property
    def whole(self) -> np.ndarray:
        """Which months no area misses, shape (months,)."""
        return ~np.isnan(self.outcomes).any(axis=0)

    @cached_property
    def is_after(self) -> np.ndarray:
        """Which of the whole months come after the start."""
        return np.flatnonzero(self.whole) >= self.start

    @cached_property
    def known(self) -> np.ndarray:
        """Outcomes of the whole months, shape (areas, whole months)."""
        return self.outcomes[:, self.whole]

    @property
    def before(self) -> np.ndarray:
        """Whole months before the start."""
        return self.known[:, ~self.is_after]

    @property
    def after(self) -> np.ndarray:
        """Whole months from the start on."""
        return self.known[:, self.is_after]

    @property
    def problem(self) -> str:
        """The key of why nothing can be compared; empty where it can."""
        if len(self.outcomes) < FEWEST_AREAS:
            return "too few areas"
        if self.before.shape[1] < FEWEST_BEFORE or not self.after.shape[1]:
            return "too few months"
        return "" if (self.usual > 0).all() else "no events before"


def panel(outcomes: np.ndarray, start: int, *, scaled: bool) -> Panel:
    """Outcomes as they are compared.

    Parameters
    ----------
    outcomes
        Shape (areas, months), not a number where missing.
    start
        First month of the measure, counted from nought.
    scaled
        Whether each area is divided by its own mean before the start.

    Raises
    ------
    ValueError
        When the shape is not (areas, months), or ``start`` leaves nothing before or after.

    Examples
    --------
    >>> panel(np.array([[2.0, 2, 4], [1.0, 3, 1]]), 2, scaled=True).outcomes.tolist()
    [[1.0, 1.0, 2.0], [0.5, 1.5, 0.5]]
    """
    outcomes = np.array(outcomes, dtype=float)
    if outcomes.ndim != 2:
        raise ValueError(f"outcomes must have the shape (areas, months), not {outcomes.shape}.")
    if not 0 < start < outcomes.shape[1]:
        raise ValueError(
            f"start {start} must leave a month before it and one from it on among "
            f"{outcomes.shape[1]}: count months from nought."
        )
    outcomes[:, np.isnan(outcomes).any(axis=0)] = np.nan
    before = outcomes[:, :start]
    before = before[:, ~np.isnan(before).any(axis=0)]
    usual = np.ones(len(outcomes))
    if scaled and before.size:
        usual = before.mean(axis=1)
    outcomes = np.divide(outcomes, usual[:, None], out=outcomes, where=usual[:, None] > 0)
    return Panel(outcomes, usual, start)


@dataclass(frozen=True, kw_only=True)
class Synthetic:
    """A synthetic comparison: its effect and what a figure needs.

    Parameters
    ----------
    effect
        Ratio of the observed to the synthetic sum from the start on; p the rank of the treated
        area among all.
    observed, synthetic
        The treated area and its mixture on the scale of the outcomes, shape (months,).
    weights
        Of every area, nought for the treated one; on scaled outcomes they mix ratios to usual.
    misfit
        Root mean square of the gap before the start, on the scale of the outcomes.
    placebo_gaps
        Gap of every area to its own mixture, on the scale compared, shape (areas, months).
    placebo_scores
        Mean gap after the start, without its sign, over the root mean square before; (areas,).
    """

    effect: Effect
    observed: np.ndarray
    synthetic: np.ndarray
    weights: np.ndarray
    misfit: float
    placebo_gaps: np.ndarray
    placebo_scores: np.ndarray

    @property
    def gap(self) -> np.ndarray:
        """Observed less synthetic, on the scale of the outcomes, shape (months,)."""
        return self.observed - self.synthetic


def synthetic(
    outcomes: np.ndarray, treated: int, start: int, *, scaled: bool = True, level: float = 0.95
) -> Synthetic:
    """What happened in one area against a mixture of the others, with placebos in every area.

    Parameters
    ----------
    outcomes
        Counts, or other outcomes that can be averaged, shape (areas, months); a missing month is
        not a number, and is left out for all areas. Areas that the measure may have reached are
        left out by the caller.
    treated
        Row of the area with the measure.
    start
        First month of the measure, counted from nought.
    scaled
        Each area by its own mean before the start, so that areas of unlike size mix as ratios;
        False compares the outcomes themselves, as published studies do.
    level
        Coverage of the interval.

    Returns
    -------
    Synthetic
        Its effect is refused, and there is no mixture, for "too few areas", "too few months" and
        "no events before" (leave out an area without events). It is refused, and the mixture can
        be looked at, for "outside the others", when it fits worse than the middle area and its gap
        before has a level or slope (p < 0.05); "poor fit", when it fits twice as badly as the
        middle area; "nothing expected", when the mixture had no events after.

    Raises
    ------
    ValueError
        When ``treated`` is not a row of ``outcomes``; and as :func:`panel`.

    Notes
    -----
    p is the share of areas whose mean gap after the start, over the root mean square of their gap
    before, is as large as the treated one's. With ten areas it cannot be below 0.10, and there is
    no 95 % interval: ``effect.can_convince`` is False. From twenty areas the interval is the
    ratios that the same test does not reject, the treated area's outcomes divided by each; there
    is none when the area had no events after. ``detectable`` is the ratio that would have been
    found in four of five of the other areas.

    Published studies rank the root mean square of the gap after. On counts that is dishonest to a
    success: Poisson noise shrinks with the count, so a halved area has quieter gaps, and in
    simulated worlds it stood first among ten less often than an area without any effect
    (tests/recovery). On Proposition 99 both give 3 of 39. For the same reason misfits are compared
    after division by each area's own noise, that of its first differences.

    A slow trend that only the treated area has passes for an effect. At -2 % a month and four
    events a month it is refused in a quarter of worlds, a sound comparison in 3-4 %
    (tests/recovery): look at the trend before by itself.

    References
    ----------
    Abadie, Diamond & Hainmueller (2010), JASA 105:493; Firpo & Possebom (2018), J. Causal Inference
    6(2) (the interval); Abadie (2021), J. Econ. Lit. 59:391 (when not to).

    Examples
    --------
    >>> wave = np.sin(np.outer(np.arange(1, 7), np.arange(30))) + 5
    >>> wave[0, 20:] = wave[0, 20:] / 2
    >>> found = synthetic(wave, treated=0, start=20)
    >>> round(found.effect.ratio, 1), round(found.effect.p, 2), found.effect.can_convince
    (0.5, 0.17, False)
    """
    areas = panel(outcomes, start, scaled=scaled)
    _check_row(treated, len(areas.outcomes))
    if areas.problem:
        return _without(areas, treated, level)
    mixed = mixtures(areas.before)
    gaps = areas.outcomes - mixed @ areas.outcomes
    usual = areas.usual[treated]
    observed = areas.outcomes[treated] * usual
    return Synthetic(
        effect=_effect(areas, treated, mixed, level),
        observed=observed,
        synthetic=observed - gaps[treated] * usual,
        weights=mixed[treated],
        misfit=float(_rms(gaps[treated, areas.whole][~areas.is_after]) * usual),
        placebo_gaps=gaps,
        placebo_scores=_scores(areas, gaps[:, areas.whole]),
    )


def shift_p(
    outcomes: np.ndarray, treated: int, start: int, *, ratio: float = 1.0, scaled: bool = True
) -> float:
    """The p value of a ratio, from the treated area's own history shifted round.

    It asks nothing of the number of areas: with ten, where the rank of the placebos cannot
    convince, this can. Its smallest value is one over the whole months.

    Parameters
    ----------
    outcomes, treated, start, scaled
        As for :func:`synthetic`; here the own mean is that of all months.
    ratio
        The ratio tried; 1 is no effect. Those with p over 0.05 are a 95 % interval.

    Raises
    ------
    ValueError
        As :func:`synthetic`, and when there are no whole months on both sides of the start or an
        area has no events: leave it out.

    Notes
    -----
    The treated area's outcomes from the start on are divided by ``ratio``, the mixture is fitted
    to all months, and the last block's mean gap, without its sign, is ranked among those of every
    cyclic shift of it. The mean of gaps without their sign would lose a drop in Poisson noise
    (:func:`synthetic`). Exact when gaps are stationary; its size and power at our scale are in
    tests/recovery. An area with a trend of its own has no stationary gaps: first ask
    :func:`synthetic` whether it refuses.

    References
    ----------
    Chernozhukov, Wüthrich & Zhu (2021), JASA 116:1849.

    Examples
    --------
    >>> counts = np.random.default_rng(1).poisson(8, (6, 60)).astype(float)
    >>> counts[0, 50:] = 0
    >>> round(shift_p(counts, treated=0, start=50), 3)
    0.017
    """
    areas = panel(outcomes, start, scaled=False)
    _check_row(treated, len(areas.outcomes))
    known, after = areas.known, int(areas.is_after.sum())
    if not 0 < after < known.shape[1]:
        raise ValueError(
            f"{after} of {known.shape[1]} whole months come after the start: there must be some "
            "on both sides."
        )
    known[treated, areas.is_after] /= ratio
    if scaled:
        known = known / _means(known)
    others = np.delete(known, treated, axis=0)
    gaps = known[treated] - weights(others.T, known[treated]) @ others
    blocks = np.convolve(np.append(gaps, gaps[: after - 1]), np.ones(after), mode="valid")
    return float(np.mean(np.abs(blocks) >= abs(blocks[-after]) * (1 - 1e-12)))


def _check_row(treated: int, rows: int) -> None:
    if not 0 <= treated < rows:
        raise ValueError(f"treated {treated} must be a row of outcomes, 0 to {rows - 1}.")


def _means(known: np.ndarray) -> np.ndarray:
    means = known.mean(axis=1, keepdims=True)
    if (means <= 0).any():
        raise ValueError(f"row {int(means.argmin())} of outcomes has no events: leave it out.")
    return means


def _without(areas: Panel, treated: int, level: float) -> Synthetic:
    """Where no mixture can be made: the observed path alone."""
    nothing = np.full_like(areas.outcomes, np.nan)
    return Synthetic(
        effect=Effect(design="synthetic", level=level, refused=areas.problem),
        observed=areas.outcomes[treated] * np.where(areas.usual > 0, areas.usual, 1.0)[treated],
        synthetic=nothing[treated],
        weights=np.full(len(nothing), np.nan),
        misfit=np.nan,
        placebo_gaps=nothing,
        placebo_scores=np.full(len(nothing), np.nan),
    )


def _rms(values: np.ndarray) -> np.ndarray:
    """Root mean square over the last axis, never quite nought, since it is divided by."""
    return np.maximum(np.sqrt((values**2).mean(axis=-1)), np.finfo(float).tiny)


def _scores(areas: Panel, gaps: np.ndarray) -> np.ndarray:
    return np.abs(gaps[:, areas.is_after].mean(axis=1)) / _rms(gaps[:, ~areas.is_after])


def _effect(areas: Panel, treated: int, mixed: np.ndarray, level: float) -> Effect:
    gaps = areas.known - mixed @ areas.known
    scores = _scores(areas, gaps)
    observed = areas.after[treated].sum()
    expected = observed - gaps[treated, areas.is_after].sum()
    about = {
        "design": "synthetic",
        "level": level,
        "smallest_p": 1 / len(scores),
        "months": areas.after.shape[1],
        "observed": float(observed * areas.usual[treated]),
        "expected": float(expected * areas.usual[treated]),
    }
    problem = _no_comparison(areas, treated, gaps)
    if problem or expected <= 0:
        return Effect(refused=problem or "nothing expected", **about)
    low, high = _interval(areas, treated, mixed, gaps, observed / expected, level)
    return Effect(
        ratio=float(observed / expected),
        low=low,
        high=high,
        p=float(np.mean(scores >= scores[treated])),
        detectable=_detectable(areas, treated, gaps, scores, level),
        **about,
    )


def _no_comparison(areas: Panel, treated: int, gaps: np.ndarray) -> str:
    """The key of why the mixture is no comparison to the treated area; empty where it is one."""
    before = gaps[:, ~areas.is_after]
    misfit = _rms(before) / _rms(np.diff(areas.before))
    middle = np.median(np.delete(misfit, treated))
    if misfit[treated] > middle and _steady_p(before[treated]) < STEADIEST:
        return "outside the others"
    return "poor fit" if misfit[treated] > POOREST * middle else ""


def _steady_p(gaps: np.ndarray) -> float:
    """The smaller p of a level and of a slope in the gaps before, stretched for their memory."""
    months = len(gaps)
    line = np.vander(np.linspace(-1, 1, months), 2)
    steady = np.linalg.lstsq(line, gaps)[0]
    rest = gaps - line @ steady
    squares = max(rest @ rest, np.finfo(float).tiny)
    memory = np.clip(rest[1:] @ rest[:-1] / squares + 3 / months, 0.0, LARGEST_MEMORY)
    variance = squares / (months - 2) * (1 + memory) / (1 - memory)
    errors = np.sqrt(variance * np.diagonal(np.linalg.inv(line.T @ line)))
    return float(2 * stats.t.sf(np.abs(steady) / errors, months - 2).min())


def _interval(
    areas: Panel, treated, mixed, gaps, ratio, level
) -> tuple[float | None, float | None]:
    """The ratios around the estimate that the placebo test does not reject."""
    if 1 / len(gaps) > 1 - level or ratio == 0:
        return None, None
    tried = ratio * np.geomspace(1 / FARTHEST, FARTHEST, FINEST)
    kept = np.append(tried[_rank_p(areas, treated, mixed, gaps, tried) > 1 - level], ratio)
    low, high = kept.min(), kept.max()
    return (0.0 if low == tried[0] else float(low)), (np.inf if high == tried[-1] else float(high))


def _rank_p(areas: Panel, treated: int, mixed, gaps, tried: np.ndarray) -> np.ndarray:
    """The rank p of each ratio tried; the treated area lends the others its divided outcomes."""
    part = (np.arange(len(gaps)) == treated) - mixed[:, treated]
    more = (1 / tried[:, None] - 1) * areas.after[treated].mean()
    means = np.abs(gaps[:, areas.is_after].mean(axis=1) + more * part)
    scores = means / _rms(gaps[:, ~areas.is_after])
    return (scores >= scores[:, [treated]]).mean(axis=1)


def _detectable(areas: Panel, treated: int, gaps, scores, level: float) -> float | None:
    """The ratio, in hundredths, that would have been found in four of five other areas."""
    needed = int((1 - level) * len(gaps) + 1e-9)
    if not needed:
        return None
    others = np.arange(len(gaps)) != treated
    first = np.sort(scores[others])[::-1]
    bar = np.where(scores[others] >= first[needed - 1], first[needed], first[needed - 1])
    tried = np.arange(99, -1, -1) / 100
    lost = (1 - tried)[:, None] * areas.after[others].mean(axis=1)
    after = np.abs(gaps[others][:, areas.is_after].mean(axis=1) - lost)
    found = (after / _rms(gaps[others][:, ~areas.is_after]) > bar).mean(axis=1) >= POWER
    return float(tried[found.argmax()]) if found.any() else None

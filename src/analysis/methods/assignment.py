"""Who could have been given the measure instead, and when: the yardstick of few areas.

With ten areas no formula knows how far two groups of them drift apart by themselves; clustered
errors see an effect in half of the worlds without one. Here a difference is judged against what
the same data give for every other choice of areas, and a p value below what so few choices can
give is impossible.
"""

from collections.abc import Callable, Iterator, Sequence
from math import factorial, inf, prod

import numpy as np

from analysis.methods.effect import detectable

TIE = 1e-9
FIRST_STEP, FARTHEST, CLOSE_ENOUGH = 0.25, 16.0, 5e-4
WITHIN_ONE_ERROR = 0.6827


def distinct(starts: np.ndarray, eligible: Sequence[int] | None = None) -> int:
    """How many different ways there are to hand these starts to the areas.

    Examples
    --------
    >>> distinct(np.array([36, 60, 60, 60, 60, 60, 60, 60, 60, 60]))
    10
    >>> distinct(np.array([30, 36, 42, 60, 60, 60, 60, 60, 60, 60]))
    720
    """
    _, codes = _coded(starts, _rows(starts, eligible))
    return factorial(len(codes)) // prod(factorial(int(n)) for n in np.bincount(codes))


def assignments(
    starts: np.ndarray, number: int, seed: int, eligible: Sequence[int] | None = None
) -> np.ndarray:
    """Different ways to hand the same starts, with their dates, to the areas; the real one first.

    Parameters
    ----------
    starts
        Month in which each area starts, shape (areas,); or (areas, k) for k facts of an area that
        go together.
    number
        How many at most; all of them, in order, where there are no more.
    seed
        Of the draw.
    eligible
        Rows of the areas that could have been chosen; the others keep their start. All when None.

    Returns
    -------
    numpy.ndarray
        Shape (draws, areas) or (draws, areas, k), no two alike.

    Raises
    ------
    ValueError
        When fewer than one is asked for, or an area outside ``eligible`` does not have the last
        start, which is never: a treated area must have been eligible.

    References
    ----------
    Fisher (1935), The Design of Experiments; Young (2019), Q. J. Econ. 134:557.

    Examples
    --------
    >>> assignments(np.array([6, 12, 12]), number=99, seed=1).tolist()
    [[6, 12, 12], [12, 6, 12], [12, 12, 6]]
    """
    if number < 1:
        raise ValueError(f"number of assignments is {number}: ask for at least 1, say 999.")
    starts = np.asarray(starts)
    rows = _rows(starts, eligible)
    kinds, codes = _coded(starts, rows)
    if distinct(starts, eligible) <= number:
        others = np.array(list(_every(codes)))
    else:
        others = _some(codes, number, np.random.default_rng(seed))
    others = others[(others != codes).any(axis=1)][: number - 1]
    drawn = np.broadcast_to(starts, (1 + len(others), *starts.shape)).copy()
    drawn[1:, rows] = kinds[others]
    return drawn


def _rows(starts: np.ndarray, eligible: Sequence[int] | None) -> np.ndarray:
    rows = np.arange(len(starts)) if eligible is None else np.unique(np.asarray(eligible))
    outside = np.delete(np.asarray(starts), rows, axis=0)
    if (outside != np.max(starts, axis=0)).any():
        raise ValueError(
            f"An area outside eligible {rows.tolist()} has a start of its own: an area that was "
            "chosen could have been chosen; add it, or leave it out of the panel."
        )
    return rows


def _coded(starts: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different starts among these rows, and the number of each row's."""
    kinds, codes = np.unique(np.asarray(starts)[rows], axis=0, return_inverse=True)
    return kinds, codes.reshape(-1)


def _every(codes: np.ndarray) -> Iterator[list[int]]:
    """All different orders of a list, in lexical order."""
    order = sorted(int(code) for code in codes)
    while True:
        yield list(order)
        falls = [i for i in range(len(order) - 1) if order[i] < order[i + 1]]
        if not falls:
            return
        turn = falls[-1]
        swap = max(i for i in range(turn + 1, len(order)) if order[i] > order[turn])
        order[turn], order[swap] = order[swap], order[turn]
        order[turn + 1 :] = reversed(order[turn + 1 :])


def _some(codes: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    """So many different orders of a list, in the order in which they were first drawn."""
    drawn = np.empty((0, len(codes)), dtype=int)
    while len(drawn) < number:
        more = rng.permuted(np.tile(np.sort(codes), (2 * number, 1)), axis=1)
        drawn = np.concatenate([drawn, more])
        drawn = drawn[np.sort(np.unique(drawn, axis=0, return_index=True)[1])]
    return drawn[:number]


def p_value(log_ratios: np.ndarray) -> float:
    """The part of assignments whose log ratio is as far from nought as the real one's, the first.

    A total stop is as far as can be. An assignment for which the design has no ratio (not a
    number) is none that it could have judged, whoever had been chosen, and does not count.

    Examples
    --------
    >>> p_value(np.array([-0.8, 0.1, -0.2, 0.9]))
    0.5
    """
    far = np.abs(log_ratios[~np.isnan(log_ratios)])
    return float(np.mean(far >= far[0] - TIE))


def smallest_p(log_ratios: np.ndarray) -> float:
    """The smallest p that any of the assignments could have had.

    One over their number; two where each has a mirror image, as five areas against five have.

    Examples
    --------
    >>> smallest_p(np.array([-0.8, 0.1, -0.2, 0.9]))
    0.25
    """
    far = np.abs(log_ratios[~np.isnan(log_ratios)])
    return float(np.mean(far >= far.max() - TIE))


def spread(others: np.ndarray) -> float:
    """How far from nought the log ratios of other assignments lie: a standard error.

    The distance that holds 68 % of them, which a total stop in a small area does not move.

    Parameters
    ----------
    others
        Their log ratios, with the effect on the areas that were treated taken out.
    """
    far = np.abs(others[~np.isnan(others)])
    return float(np.quantile(far, WITHIN_ONE_ERROR, method="higher"))


def foreseeable(others: np.ndarray, areas: int, level: float = 0.95) -> float:
    """The ratio below 1 that would be found four times out of five.

    Parameters
    ----------
    others
        As for :func:`spread`.
    areas
        That could have been chosen: the spread is known no better than from so many, so that
        ``areas`` - 1 are its degrees of freedom.
    """
    return detectable(spread(others), areas - 1, level)


def interval(
    without: Callable[[float], np.ndarray], estimate: float, level: float = 0.95
) -> tuple[float, float]:
    """All log ratios that the assignments do not reject, by turning their test round.

    Parameters
    ----------
    without
        Gives the log ratios of all assignments, the real one first, when a log effect is taken
        out of what the real one treated.
    estimate
        The log ratio at which the search starts; it is never rejected itself.

    Returns
    -------
    low, high : float
        To the nearest 0.0005 outwards; infinite where no ratio is rejected on that side.

    References
    ----------
    Rosenbaum (2002), Observational Studies, 2nd ed., ch. 2.
    """

    def kept(log_effect: float) -> bool:
        return p_value(without(log_effect)) > 1 - level

    return tuple(estimate + side * _reach(kept, estimate, side) for side in (-1, 1))


def _reach(kept: Callable[[float], bool], estimate: float, side: int) -> float:
    near, far = 0.0, FIRST_STEP
    while kept(estimate + side * far):
        near, far = far, 2 * far
        if far > FARTHEST:
            return inf
    while far - near > CLOSE_ENOUGH:
        middle = (near + far) / 2
        near, far = (middle, far) if kept(estimate + side * middle) else (near, middle)
    return far

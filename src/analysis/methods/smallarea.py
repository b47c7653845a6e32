"""Survey shares of small districts, without thirty answers being read as the district itself.

The district that answered worst is often only the one that was asked fewest. Each share is drawn
towards what the others, or their known traits, say of it, as far as its own noise demands, and
leaves with an error that holds what was not known of that noise.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from analysis.words.questions import one_of

SCALES = ("plain", "log odds")
FEWEST_TO_SPARE = 3


@dataclass(frozen=True, eq=False)
class SmallAreas:
    """Shares of areas after each has borrowed from the others; arrays of shape (areas,).

    Parameters
    ----------
    values, low, high, level
        The shares and their intervals.
    errors
        The root of their mean squared error, for the noise of the variance between areas too.
    own
        How much of each value is the area's own answers, 0 to 1.
    between
        Variance between areas beyond what the traits tell, on the scale of the model; at 0 the
        areas cannot be told apart.
    coefficients
        Of the level and the traits, on that scale, shape (1 + traits,).
    """

    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    level: float
    errors: np.ndarray
    own: np.ndarray
    between: float
    coefficients: np.ndarray


def fay_herriot(
    direct: np.ndarray,
    errors: np.ndarray,
    traits: np.ndarray | None = None,
    scale: str = "plain",
    level: float = 0.95,
) -> SmallAreas:
    """Shares (or means) of areas, each weighed between its own answers and the common line.

    Parameters
    ----------
    direct
        What the survey says of each area by itself, shape (areas,).
    errors
        Its standard error, shape (areas,). Better from the share of all areas,
        sqrt(p (1 - p) / n · design effect), than from each area's own, which makes an area that
        happened to answer low seem sure of it.
    traits
        What is known of the areas beforehand, shape (areas, traits); a common level without.
    scale
        "plain", or "log odds" for shares near 0 or 1, where intervals must stay inside.
    level
        Coverage of the intervals.

    Returns
    -------
    SmallAreas
        In the order given.

    Raises
    ------
    ValueError
        For a missing or impossible value, or too few areas to see how they differ.

    Notes
    -----
    The variance between areas is by restricted likelihood; the mean squared error adds to the
    noise of the value that of the coefficients and, twice, that of the variance. In simulated
    surveys of 10 and 40 districts with 30-200 answers the squared error is 0.5-0.6 of the direct
    share's (0.85 where the districts lie far apart) and intervals hold 94-95 %: 90-92 % for the
    district that came out worst, where those of its direct share hold 78-92 % (tests/recovery).

    References
    ----------
    Fay & Herriot (1979), JASA 74:269; Datta & Lahiri (2000), Statistica Sinica 10:613 (the error);
    Rao & Molina (2015), Small Area Estimation, ch. 6.

    Examples
    --------
    >>> found = fay_herriot(np.array([0.2, 0.3, 0.4, 0.5]), np.array([0.02, 0.02, 0.02, 0.2]))
    >>> found.values.round(2).tolist(), found.own.round(2).tolist()
    ([0.2, 0.3, 0.4, 0.35], [0.96, 0.96, 0.96, 0.19])
    """
    one_of("scale", scale, SCALES)
    direct, errors = np.asarray(direct, dtype=float), np.asarray(errors, dtype=float)
    columns = np.ones((len(direct), 1)) if traits is None else np.c_[np.ones(len(direct)), traits]
    _check(direct, errors, columns)
    if scale == "plain":
        return _fitted(direct, errors, columns, level)
    if not ((direct > 0) & (direct < 1)).all():
        outside = direct[~((direct > 0) & (direct < 1))][0]
        raise ValueError(f"a share of {outside:g} has no log odds: join areas, or ask for plain.")
    odds = _fitted(special.logit(direct), errors / (direct * (1 - direct)), columns, level)
    values = special.expit(odds.values)
    return SmallAreas(
        values=values,
        low=special.expit(odds.low),
        high=special.expit(odds.high),
        level=level,
        errors=odds.errors * values * (1 - values),
        own=odds.own,
        between=odds.between,
        coefficients=odds.coefficients,
    )


def _fitted(direct, errors, columns, level) -> SmallAreas:
    noise = errors**2
    between = _between(direct, noise, columns)
    weights = 1 / (between + noise)
    spread, coefficients = _line(direct, weights, columns)
    own = between * weights
    values = own * direct + (1 - own) * (columns @ coefficients)
    of_line = (1 - own) ** 2 * np.einsum("ai,ij,aj->a", columns, spread, columns)
    of_variance = noise**2 * weights**3 * 2 / (weights**2).sum()
    error = np.sqrt(own * noise + of_line + 2 * of_variance)
    reach = stats.norm.ppf((1 + level) / 2) * error
    return SmallAreas(
        values, values - reach, values + reach, level, error, own, between, coefficients
    )


def _line(direct, weights, columns) -> tuple[np.ndarray, np.ndarray]:
    """Covariance of the coefficients, and the coefficients."""
    spread = np.linalg.inv(columns.T @ (columns * weights[:, None]))
    return spread, spread @ (columns.T @ (weights * direct))


def _between(direct, noise, columns) -> float:
    """The variance between areas where the restricted likelihood is level; 0 where it falls."""

    def slope(between):
        weights = 1 / (between + noise)
        spread, coefficients = _line(direct, weights, columns)
        pulls = weights * (direct - columns @ coefficients)
        spent = np.trace(spread @ (columns.T @ (columns * weights[:, None] ** 2)))
        return float(pulls @ pulls - weights.sum() + spent)

    if slope(0.0) <= 0:
        return 0.0
    most = np.var(direct) + noise.max()
    while slope(most) > 0:
        most *= 2
    return float(optimize.brentq(slope, 0.0, most, xtol=1e-14, rtol=1e-12))


def _check(direct, errors, columns) -> None:
    if errors.shape != direct.shape or len(columns) != len(direct):
        raise ValueError(
            f"{len(direct)} areas, {errors.shape} errors and {columns.shape} traits do not go "
            "together: give one of each an area."
        )
    if not (np.isfinite(direct) & np.isfinite(errors) & (errors > 0)).all():
        where = int((~(np.isfinite(direct) & np.isfinite(errors) & (errors > 0))).argmax())
        raise ValueError(
            f"area {where} has value {direct[where]:g} and error {errors[where]:g}: both must be "
            "known and the error above 0; an area that nobody answered in is left out."
        )
    if len(direct) < columns.shape[1] + FEWEST_TO_SPARE:
        raise ValueError(
            f"{len(direct)} areas do not show how areas differ beyond {columns.shape[1]} "
            f"coefficients: give at least {columns.shape[1] + FEWEST_TO_SPARE}, or fewer traits."
        )

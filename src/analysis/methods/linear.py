"""Shares and rates over areas and years, without the certainty that few areas cannot give.

Clustered errors need many areas: with one district treated of ten they reject half of all true
nulls. Here an error that rests on too few of them carries a caution, and while it does, nobody
further up can read a direction or an effect out of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from scipy import stats

from analysis.methods.effect import POWER, Effect, of_log

FEWEST_AREAS, FEWEST_TREATED, FEWEST_MONTHS = 40, 10, 150
TOO_FEW_AREAS = "too few areas for clustered errors"
TOO_SHORT = "too few months for Newey-West"
LEFT = 1e-9


@dataclass(frozen=True, kw_only=True)
class Slope:
    """What one more of a cause goes with, in the units of the outcome.

    Parameters
    ----------
    value, error, df
        The coefficient, its standard error and the degrees of freedom of its t interval.
    level
        Coverage of the interval.
    caution
        The key of why the error is not to be trusted; empty where it may be.
    """

    value: float
    error: float
    df: float
    level: float = 0.95
    caution: str = ""

    @property
    def reach(self) -> float:
        """Half the width of the interval."""
        return float(stats.t.ppf((1 + self.level) / 2, self.df)) * self.error

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.value - self.reach

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.value + self.reach

    @property
    def p(self) -> float:
        """Two-sided p of no slope."""
        return float(2 * stats.t.sf(abs(self.value) / self.error, self.df))

    @property
    def detectable(self) -> float:
        """The difference, up or down, that would have been found four times out of five."""
        return self.reach + float(stats.t.ppf(POWER, self.df)) * self.error

    @property
    def direction(self) -> str:
        """Either "higher" or "lower" when the interval leaves out 0 and may be trusted."""
        if self.caution or self.low <= 0 <= self.high:
            return "unclear"
        return "higher" if self.value > 0 else "lower"

    def effect(self, design: str = "linear panel") -> Effect:
        """The slope of a logarithm as a ratio; refused, by its caution, where there is one.

        Examples
        --------
        >>> Slope(value=-0.69, error=0.2, df=60).effect().direction
        'fewer'
        >>> Slope(value=-0.69, error=0.2, df=9, caution=TOO_FEW_AREAS).effect().refused
        'too few areas for clustered errors'
        """
        if self.caution:
            return Effect(design=design, level=self.level, refused=self.caution)
        return of_log(design, self.value, self.error, self.df, self.level)


def slopes(
    outcome: np.ndarray,
    causes: Mapping[str, np.ndarray],
    effects: Sequence[np.ndarray] = (),
    clusters: np.ndarray | None = None,
    weights: np.ndarray | float = 1.0,
    level: float = 0.95,
) -> dict[str, Slope]:
    """Least squares of an outcome on causes, within the groups of any number of effects.

    Parameters
    ----------
    outcome
        Of any shape, such as (areas, years); a missing one is not a number, and left out.
    causes
        By name, each of a shape that goes with ``outcome``.
    effects
        Labels of the groups that have a level of their own: areas, years, regions' years. Without
        any there is one level, told as "intercept".
    clusters
        Labels of the areas whose errors may hang together over time; without them errors are
        taken to be independent and alike.
    weights
        What each counts for, such as inhabitants.
    level
        Coverage of the intervals.

    Returns
    -------
    dict
        A :class:`Slope` a cause. Clustered ones have t(areas - 1) intervals, and a caution with
        fewer than 40 areas, fewer than 10 in which the cause is ever not nought, or when as much
        of the estimate lies in a few areas as if it rested on fewer than 10.

    Raises
    ------
    ValueError
        When a cause is missing where the outcome is not, or is told wholly by the rest.

    Notes
    -----
    Groups that lie within a cluster (an area's own level) count as one parameter in the
    small-sample factor, as published panels do. Labels are sorted before they are numbered, so
    that no digit depends on a hash seed.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73:13; Cameron & Miller (2015), A practitioner's guide to
    cluster-robust inference, J. Human Resources 50:317; Carter, Schnepel & Steigerwald (2017),
    Rev. Econ. Stat. 99:698 (the areas that an estimate rests on).

    Examples
    --------
    >>> shares = np.array([[50.0, 52, 40, 42], [60, 62, 60, 62]])
    >>> measure = np.array([[0, 0, 1, 1], [0, 0, 0, 0]])
    >>> areas, years = np.arange(2)[:, None], np.arange(4)[None, :]
    >>> round(slopes(shares, {"measure": measure}, [areas, years])["measure"].value, 6)
    -10.0
    """
    outcome = np.asarray(outcome, dtype=float)
    known = ~np.isnan(outcome)
    causes = causes if effects else {"intercept": 1.0, **causes}
    x = np.column_stack([_spread(cause, known) for cause in causes.values()]).astype(float)
    _check_known(causes, x)
    weight = np.sqrt(_spread(weights, known).astype(float))[:, None]
    groups = [_numbered(_spread(labels, known)) for labels in effects]
    left, absorbed = _within(np.column_stack([outcome[known], x]) * weight, groups, weight)
    y, inner = left[:, 0], left[:, 1:]
    _check_own(causes, inner, np.linalg.norm(x * weight, axis=0))
    df = len(y) - inner.shape[1] - absorbed
    if df < 1:
        raise ValueError(
            f"{len(y)} known outcomes cannot carry {len(y) - df} parameters: give more areas or "
            "periods, or fewer effects."
        )
    bread = np.linalg.inv(inner.T @ inner)
    values = bread @ (inner.T @ y)
    residuals = y - inner @ values
    cautions = [""] * len(values)
    if clusters is None:
        errors = np.sqrt(np.diag(bread) * (residuals @ residuals) / df)
    else:
        cluster = _numbered(_spread(clusters, known))
        parameters = inner.shape[1] + _counted(groups, cluster, absorbed)
        errors = _clustered(bread, inner, residuals, cluster, parameters)
        cautions = _cautions(x, (inner @ bread) ** 2, cluster)
        df = int(cluster.max())
    return {
        name: Slope(value=float(value), error=float(error), df=df, level=level, caution=caution)
        for name, value, error, caution in zip(causes, values, errors, cautions, strict=True)
    }


def two_way(
    outcome: np.ndarray,
    treated: np.ndarray,
    controls: Mapping[str, np.ndarray] | None = None,
    regions: np.ndarray | None = None,
    weights: np.ndarray | float = 1.0,
    level: float = 0.95,
) -> Slope:
    """What a measure goes with when every area has its level and every period its shock.

    Parameters
    ----------
    outcome
        Shares or rates, shape (areas, periods); a missing one is not a number.
    treated
        The part of each period under the measure, 0 to 1, shape (areas, periods).
    controls
        Other causes by name, shape (areas, periods).
    regions
        The region of each area, shape (areas,), when every region has its own shocks.
    weights
        What each cell counts for.
    level
        Coverage of the interval.

    Returns
    -------
    Slope
        With errors clustered by area, and its caution; where it has one, tell
        :func:`analysis.methods.staggered.by_lot` instead.

    Notes
    -----
    Where areas start at different times and the effect grows, this is biased, since areas treated
    earlier serve as comparison: see :mod:`analysis.methods.staggered`, and tell both.

    Examples
    --------
    >>> shares = np.array([[50.0, 52, 40, 42], [60, 62, 60, 62], [55, 57, 55, 57]])
    >>> measure = np.array([[0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]])
    >>> found = two_way(shares, measure)
    >>> round(found.value, 6), found.direction, found.caution
    (-10.0, 'unclear', 'too few areas for clustered errors')
    """
    areas, periods = np.indices(np.shape(outcome))
    shocks = periods
    if regions is not None:
        shocks = _numbered(np.asarray(regions))[:, None] * np.shape(outcome)[1] + periods
    causes = {"measure": treated, **(controls or {})}
    return slopes(outcome, causes, [areas, shocks], areas, weights, level)["measure"]


def segmented(outcome: np.ndarray, start: int, lags: int, level: float = 0.95) -> dict[str, Slope]:
    """A line through one series that may jump and turn when a measure starts.

    Parameters
    ----------
    outcome
        A rate or share a month, shape (months,), none missing.
    start
        The first month under the measure, counted from 0.
    lags
        Months over which errors may hang together (Newey-West).
    level
        Coverage of the intervals.

    Returns
    -------
    dict
        The :class:`Slope` of "trend" a month, of "jump" at the start and of "turn" a month after.
        With fewer than 150 months each has a caution: for 48-120 months of counts such errors
        reject 9-29 % of true nulls. Counts belong to the interrupted series of counts.

    Raises
    ------
    ValueError
        When a month is missing, or fewer than two lie on a side of the start.

    References
    ----------
    Linden (2015), Conducting interrupted time-series analysis, Stata Journal 15:480;
    Newey & West (1987), Econometrica 55:703.

    Examples
    --------
    >>> line = np.r_[10.0 - np.arange(6), 1.0 - 2 * np.arange(6)]
    >>> {name: round(one.value, 6) for name, one in segmented(line, 6, 1).items()}
    {'trend': -1.0, 'jump': -3.0, 'turn': -1.0}
    """
    outcome = np.asarray(outcome, dtype=float)
    months = np.arange(len(outcome))
    if missing := int(np.isnan(outcome).sum()):
        raise ValueError(f"{missing} of {len(outcome)} months are missing: give a whole series.")
    if not 2 <= start <= len(outcome) - 2:
        raise ValueError(f"start {start} must leave two of {len(outcome)} months on either side.")
    after = (months >= start).astype(float)
    design = np.column_stack([np.ones_like(outcome), months, after, after * (months - start)])
    fit = sm.OLS(outcome, design).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True
    )
    caution = TOO_SHORT if len(outcome) < FEWEST_MONTHS else ""
    return {
        name: Slope(
            value=float(fit.params[column]), error=float(fit.bse[column]),
            df=float(fit.df_resid), level=level, caution=caution,
        )
        for column, name in enumerate(("trend", "jump", "turn"), start=1)
    }  # fmt: skip


def _spread(values: np.ndarray | float, known: np.ndarray) -> np.ndarray:
    return np.broadcast_to(values, known.shape)[known]


def _numbered(labels: np.ndarray) -> np.ndarray:
    return np.unique(labels, return_inverse=True)[1].ravel()


def _dummies(groups: list[np.ndarray]) -> np.ndarray:
    return np.column_stack([np.eye(group.max() + 1)[group] for group in groups])


def _within(columns, groups, weight) -> tuple[np.ndarray, int]:
    """What the groups' levels leave of each column, and how many levels that took."""
    if not groups:
        return columns, 0
    levels = _dummies(groups) * weight
    told, _, rank, _ = np.linalg.lstsq(levels, columns, rcond=None)
    return columns - levels @ told, int(rank)


def _counted(groups: list[np.ndarray], cluster: np.ndarray, absorbed: int) -> int:
    """The levels that count as parameters: those within clusters together as one."""
    within = [g for g in groups if len(np.unique(np.c_[g, cluster], axis=0)) == g.max() + 1]
    return absorbed - np.linalg.matrix_rank(_dummies(within)) + 1 if within else absorbed


def _clustered(bread, x, residuals, cluster, parameters: int) -> np.ndarray:
    areas, n = int(cluster.max()) + 1, len(residuals)
    scores = np.zeros((areas, x.shape[1]))
    np.add.at(scores, cluster, x * residuals[:, None])
    factor = areas / (areas - 1) * (n - 1) / (n - parameters)
    return np.sqrt(factor * np.diag(bread @ scores.T @ scores @ bread))


def _cautions(causes: np.ndarray, influence: np.ndarray, cluster: np.ndarray) -> list[str]:
    """Why each cause's clustered error rests on too few areas, where it does."""
    if cluster.max() + 1 < FEWEST_AREAS:
        return [TOO_FEW_AREAS] * causes.shape[1]
    treated = [len(np.unique(cluster[cause != 0])) for cause in causes.T]
    parts = np.array([np.bincount(cluster, one) for one in influence.T])
    rests_on = parts.sum(axis=1) ** 2 / (parts**2).sum(axis=1)
    fewest = np.minimum(treated, rests_on)
    return [TOO_FEW_AREAS if few < FEWEST_TREATED else "" for few in fewest]


def _check_known(causes: Mapping, x: np.ndarray) -> None:
    for name, missing in zip(causes, np.isnan(x).sum(axis=0), strict=True):
        if missing:
            raise ValueError(
                f"cause {name!r} is missing in {missing} of {len(x)} places where the outcome is "
                "known: fill it, or make the outcome missing there, so that it is a choice."
            )


def _check_own(causes: Mapping, x: np.ndarray, sizes: np.ndarray) -> None:
    for column, (name, size) in enumerate(zip(causes, sizes, strict=True)):
        others = np.delete(x, column, axis=1)
        own = x[:, column] - others @ np.linalg.lstsq(others, x[:, column], rcond=None)[0]
        if np.linalg.norm(own) <= LEFT * size:
            raise ValueError(
                f"cause {name!r} does not vary beyond the other causes and effects: leave it out, "
                "or the one that swallows it."
            )

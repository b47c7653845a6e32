"""What a series would have done without the measure, by a plan declared before it was looked at.

The shape of an effect cannot be chosen here after seeing which one is significant: it is a field
of the plan, as are the months that count as neither before nor after. And a shock that the whole
city shares cannot pass as the effect of a measure in one district where there is a comparison
to take it out.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit, xlog1py, xlogy

from analysis.methods import poisson
from analysis.methods.poisson import FARTHEST, ROUNDS, TOLERANCE, Fit

SHAPES = {"level": 1, "level and slope": 2}
MOST_PAIRS = 6


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a measure's effect on a monthly series will be judged.

    Parameters
    ----------
    start
        Index of the measure's first month.
    shape
        "level", the same ratio in every month after, or "level and slope", one that may grow.
    transition
        Months from the start on that count neither as before nor as after.
    pairs
        Pairs of harmonics for the season; 6 is a level for each month of the year.
    trend
        Whether the series (with a comparison: its odds against it) has a trend of its own, which
        would have gone on.
    earlier
        Indices of months before the start in which something else began for good, such as an
        earlier measure: each has a level of its own, which goes on.
    drift
        Standard deviation of the slope that the series (or its odds) may have by itself, per year
        on the log scale: what it could have moved away since the middle of the months before is
        in the error. Nought where ``trend`` takes the slope away.

    Notes
    -----
    A break in how events are recorded is no effect and cannot be told from one: cut the series so
    that none lies within it. The month of the year in which a series begins does not matter, as
    the harmonics of any phase span the same seasons.

    References
    ----------
    Lopez Bernal, Cummins & Gasparrini (2017), Interrupted time series regression for the
    evaluation of public health interventions, Int. J. Epidemiol. 46:348.

    Examples
    --------
    >>> Plan(start=48, transition=2).first
    50
    """

    start: int
    shape: str = "level"
    transition: int = 0
    pairs: int = 1
    trend: bool = True
    earlier: tuple[int, ...] = ()
    drift: float = 0.0

    def __post_init__(self):
        if self.shape not in SHAPES:
            raise ValueError(f"shape {self.shape!r} must be one of {', '.join(SHAPES)}.")
        if self.start < 1:
            raise ValueError(f"start {self.start} must be 1 or later: give months before it too.")
        if self.transition < 0:
            raise ValueError(f"transition {self.transition} must be 0 or more months.")
        if wrong := [month for month in self.earlier if not 0 < month < self.start]:
            raise ValueError(f"earlier {wrong} must lie after 0 and before the start {self.start}.")
        if not 0 <= self.pairs <= MOST_PAIRS:
            raise ValueError(
                f"{self.pairs} pairs of harmonics: give 0 (no season) to {MOST_PAIRS} (a level "
                "for each month of the year)."
            )

        if self.drift < 0 or (self.drift and self.trend):
            raise ValueError(
                f"drift {self.drift} must be 0 or more, and 0 with a trend of its own."
            )

    @property
    def first(self) -> int:
        """Index of the first month that counts as after."""
        return self.start + self.transition

    @property
    def steps(self) -> int:
        """How many columns of the design, its last, are the measure's."""
        return SHAPES[self.shape]

    def after(self, months: int) -> np.ndarray:
        """Which of the months count as after."""
        return np.arange(months) >= self.first

    def before(self, months: int) -> np.ndarray:
        """Which of the months count as before."""
        return np.arange(months) < self.start

    def used(self, counts: np.ndarray) -> np.ndarray:
        """The counts without the transition's."""
        months = np.shape(counts)[-1]
        return np.where(self.before(months) | self.after(months), counts, np.nan)


def away(plan: Plan, known: np.ndarray) -> np.ndarray:
    """Years of each month from the middle of the months that the level is taken from.

    Parameters
    ----------
    known
        Which months are, shape (..., months).

    Examples
    --------
    >>> away(Plan(start=25, pairs=0), np.ones(50, dtype=bool))[24:26].round(2).tolist()
    [1.0, 1.08]
    """
    time = np.arange(known.shape[-1])
    level = known & plan.before(len(time)) & (time >= max(plan.earlier, default=0))
    middle = (level * time).sum(axis=-1) / level.sum(axis=-1)
    return (time - middle[..., None]) / 12


def design(plan: Plan, months: int) -> np.ndarray:
    """The columns of a plan: constant, trend a year, season, what began earlier, the measure.

    Examples
    --------
    >>> design(Plan(start=2, shape="level and slope", pairs=0, trend=False), 4)
    array([[1., 0., 0.],
           [1., 0., 0.],
           [1., 1., 0.],
           [1., 1., 1.]])
    """
    time, after = np.arange(months), plan.after(months)
    columns = [np.ones(months)]
    if plan.trend:
        columns.append((time - plan.start) / 12)
    for pair in range(1, plan.pairs + 1):
        columns.append(np.cos(np.pi * pair * time / 6))
        if pair < MOST_PAIRS:
            columns.append(np.sin(np.pi * pair * time / 6))
    columns += [time >= month for month in plan.earlier]
    columns += [after * (time - plan.first) ** step for step in range(plan.steps)]
    return np.column_stack(columns).astype(float)


@dataclass(frozen=True)
class Odds(Fit):
    """Regressions of the odds that an event of either series falls in the treated one.

    Given how many events a month had in both together, what the two share has no say. Fields as of
    :class:`analysis.methods.poisson.Fit`, with ``fitted`` the expected events of the treated
    series; where its own count is missing, given those of the comparison.

    Parameters
    ----------
    totals
        Events of both series, shape (series, months).
    """

    totals: np.ndarray

    @cached_property
    def weights(self) -> np.ndarray:
        """Binomial variance of each month, nought where it is missing; shape (series, months)."""
        share = np.divide(
            self.fitted, self.totals, out=np.zeros_like(self.fitted), where=self.known
        )
        return np.where(self.known, self.fitted * (1 - share), 0.0)

    @cached_property
    def residuals(self) -> np.ndarray:
        """Pearson residuals, nought where the month is missing, shape (series, months)."""
        raw = np.where(self.known, self.counts - self.fitted, 0.0)
        return np.divide(raw, np.sqrt(self.weights), out=np.zeros_like(raw), where=self.known)

    @cached_property
    def covariance(self) -> np.ndarray:
        """Of the parameters, as if events were independent; shape (series, k, k)."""
        return np.linalg.pinv(crossed(self.weights, self.design), hermitian=True)


def crossed(weights: np.ndarray, design: np.ndarray) -> np.ndarray:
    """The information of designs (series, months, k) with weights (series, months)."""
    return np.einsum("btk,bt,btl->bkl", design, weights, design, optimize=True)


def odds(
    counts: np.ndarray, comparison: np.ndarray, design: np.ndarray, offset: np.ndarray | float = 0.0
) -> Odds:
    """Binomial regressions of many treated series against their comparison, all at once.

    Parameters
    ----------
    counts, comparison
        Events, shape (series, months). A month that is missing in either, or has no event in
        both, is left out.
    design, offset
        Of the log odds; as for :func:`analysis.methods.poisson.fit`.

    References
    ----------
    McCullagh & Nelder (1989), Generalized Linear Models, ch. 4 (binomial by conditioning on
    Poisson totals).

    Examples
    --------
    >>> steps = np.c_[np.ones(6), [0, 0, 0, 1, 1, 1]]
    >>> found = odds([[4.0, 4, 4, 4, 4, 4]], [[8.0, 8, 8, 16, 16, 16]], steps)
    >>> float(np.exp(found.parameters[0, 1]).round(6))
    0.5
    """
    counts, comparison = (np.atleast_2d(np.asarray(c, dtype=float)) for c in (counts, comparison))
    design = np.broadcast_to(design, (len(counts), *np.shape(design)[-2:]))
    offset = np.broadcast_to(offset, counts.shape)
    totals = counts + comparison
    known = totals > 0
    seen, both = np.where(known, counts, 0.0), np.where(known, totals, 0.0)
    line = np.log((seen + 0.5) / (both - seen + 0.5))
    parameters = np.zeros((len(counts), design.shape[2]))
    settled, deviance = np.zeros(len(counts), dtype=bool), np.full(len(counts), np.inf)
    for _ in range(ROUNDS):
        share = expit(line)
        weights = both * share * (1 - share)
        pull = seen - both * share + weights * (line - offset)
        information = crossed(weights, design)
        ridge = 1e-13 * np.trace(information, axis1=1, axis2=2)[:, None, None]
        information = information + (ridge + 1e-30) * np.eye(design.shape[2])
        moments = np.einsum("btk,bt->bk", design, pull)
        parameters = np.linalg.solve(information, moments[..., None])[..., 0]
        line = np.einsum("btk,bk->bt", design, parameters) + offset
        line = np.clip(line, -FARTHEST, FARTHEST)
        share = expit(line)
        now = -2 * (xlogy(seen, share) + xlog1py(both - seen, -share)).sum(axis=1)
        settled = np.abs(now - deviance) <= TOLERANCE * (np.abs(now) + 0.1)
        if settled.all():
            break
        deviance = now
    finite = (np.abs(np.where(known, line - offset, 0.0)) < FARTHEST / 2).all(axis=1)
    return Odds(
        counts=np.where(known, counts, np.nan),
        design=design,
        parameters=parameters,
        fitted=np.where(known, both * share, comparison * np.exp(line)),
        settled=settled & finite,
        totals=totals,
    )


@dataclass(frozen=True)
class Contrast:
    """What was counted after the start, beside what the plan expects without the measure.

    Parameters
    ----------
    plan
        As declared.
    found
        The fit, of counts or of odds against a comparison; one or many series.
    offset
        Log exposure, shape (series, months).
    """

    plan: Plan
    found: Fit
    offset: np.ndarray

    @cached_property
    def weights(self) -> np.ndarray:
        """Variance of a month under the fit, without dispersion; shape (series, months)."""
        return self.found.weights if isinstance(self.found, Odds) else self.found.fitted

    @cached_property
    def _steps(self) -> np.ndarray:
        """The design with only the columns of the measure left, shape (series, months, k)."""
        kept = np.arange(self.found.design.shape[2]) >= self.found.design.shape[2] - self.plan.steps
        return self.found.design * kept

    @cached_property
    def counterfactual(self) -> np.ndarray:
        """Expected events without the measure, shape (series, months)."""
        lift = np.einsum("btk,bk->bt", self._steps, self.found.parameters)
        return self.found.fitted * np.exp(-lift)

    @cached_property
    def slopes(self) -> np.ndarray:
        """Of the log counterfactual in the parameters, shape (series, months, k)."""
        own = np.divide(
            self.weights, self.found.fitted, out=np.zeros_like(self.weights),
            where=self.found.fitted > 0,
        )  # fmt: skip
        return own[..., None] * self.found.design - self._steps

    @cached_property
    def counted(self) -> np.ndarray:
        """The known months after, shape (series, months)."""
        return self.found.known & self.plan.after(self.found.counts.shape[1])

    @cached_property
    def observed(self) -> np.ndarray:
        """Events in the months after, shape (series,)."""
        return np.where(self.counted, self.found.counts, 0.0).sum(axis=1)

    @cached_property
    def expected(self) -> np.ndarray:
        """Events expected in them without the measure, shape (series,)."""
        return np.where(self.counted, self.counterfactual, 0.0).sum(axis=1)

    @cached_property
    def log_ratio(self) -> np.ndarray:
        """Log of observed over expected; the level itself where that is the shape; (series,)."""
        with np.errstate(divide="ignore"):
            return np.log(self.observed / self.expected)

    @cached_property
    def error(self) -> np.ndarray:
        """Its standard error by the delta method, for dispersion, memory, drift; (series,)."""
        with_it = np.where(self.counted, self.weights, 0.0)
        without = np.where(self.counted, self.counterfactual, 0.0)
        slope = np.einsum("bt,btk->bk", with_it, self.found.design)
        slope /= np.where(self.counted, self.found.fitted, 0.0).sum(axis=1)[:, None]
        slope -= np.einsum("bt,btk->bk", without, self.slopes) / self.expected[:, None]
        own = self.found.stretch * _length(slope[:, None], self.found.covariance)[:, 0]
        return np.hypot(own, self.plan.drift * self._reach)

    @cached_property
    def _away(self) -> np.ndarray:
        """Years of each month from the middle of those before, shape (series, months)."""
        return away(self.plan, self.found.known)

    @cached_property
    def _reach(self) -> np.ndarray:
        """The same for the months after together, shape (series,)."""
        weights = np.where(self.counted, self.counterfactual, 0.0)
        return (weights * self._away).sum(axis=1) / self.expected

    @cached_property
    def path_error(self) -> np.ndarray:
        """Standard error of the log counterfactual in each month, shape (series, months)."""
        own = self.found.stretch[:, None] * _length(self.slopes, self.found.covariance)
        return np.hypot(own, self.plan.drift * self._away)

    def drifting(self, rng: np.random.Generator, draws: int) -> np.ndarray:
        """How far the first series may have moved away by itself, shape (draws, months)."""
        return rng.normal(0, 1, (draws, 1)) * self.plan.drift * self._away[0]


def _length(slopes: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    return np.sqrt(np.einsum("btk,bkl,btl->bt", slopes, covariance, slopes, optimize=True))


def contrast(
    counts: np.ndarray,
    plan: Plan,
    comparison: np.ndarray | None = None,
    exposure: np.ndarray | None = None,
) -> Contrast:
    """The plan fitted to one or many series at once.

    Parameters
    ----------
    counts
        Events a month, shape (months,) or (series, months); a missing month is not a number.
    comparison
        Events of the comparison areas together, of the same shape.
    exposure
        What was watched in each month: days, inhabitants. With a comparison, its ratio to that
        of the comparison; what both share cancels.

    Raises
    ------
    ValueError
        When counts are negative or infinite, exposure is not above nought, or shapes differ.
    """
    counts = plan.used(np.atleast_2d(checked("counts", counts)))
    offset = np.broadcast_to(log_exposure(exposure), counts.shape)
    columns = design(plan, counts.shape[1])
    if comparison is None:
        return Contrast(plan, poisson.fit(counts, columns, offset), offset)
    comparison = checked("comparison", np.atleast_2d(comparison), counts.shape)
    return Contrast(plan, odds(counts, comparison, columns, offset), offset)


def checked(name: str, counts: np.ndarray, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Counts as floats; negative or infinite ones are refused, missing ones are not."""
    counts = np.asarray(counts, dtype=float)
    if (wrong := (counts < 0) | np.isinf(counts)).any():
        raise ValueError(f"{name} holds {counts[wrong][0]}: events are 0 or more, missing is nan.")
    if shape is not None and counts.shape != shape:
        raise ValueError(f"{name} has shape {counts.shape}: give it the counts' own, {shape}.")
    return counts


def log_exposure(exposure: np.ndarray | None) -> np.ndarray | float:
    """The offset of an exposure; nought where none is given."""
    if exposure is None:
        return 0.0
    exposure = np.asarray(exposure, dtype=float)
    if (wrong := ~(exposure > 0)).any():
        raise ValueError(
            f"exposure holds {exposure[wrong][0]}: it must be above 0 in every month, also where "
            "the count is missing."
        )
    return np.log(exposure)

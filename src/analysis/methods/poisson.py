"""Many small Poisson regressions at once, with errors that a short series can bear.

A count model on three events a month gives errors that are too small three times over: for
dispersion, for memory from month to month, and for the few months. Here all three are in the
error, and a design that wants a naive one has to ask for it by name.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import stats

ROUNDS, TOLERANCE = 60, 1e-10
LARGEST_MEMORY = 0.9
FARTHEST = 30.0


@dataclass(frozen=True)
class Fit:
    """Poisson regressions with log link, one a series.

    Parameters
    ----------
    counts
        Shape (series, months); a missing month is not a number, and weighs nothing.
    design
        Shape (series, months, k).
    parameters
        Shape (series, k).
    fitted
        Expected counts, shape (series, months), also for missing months.
    settled
        Whether the iteration came to rest, shape (series,); where it did not (no event on one side
        of a step, say) a parameter has no finite value and nothing may be told of it.
    """

    counts: np.ndarray
    design: np.ndarray
    parameters: np.ndarray
    fitted: np.ndarray
    settled: np.ndarray

    @cached_property
    def known(self) -> np.ndarray:
        """Which months are known, shape (series, months)."""
        return ~np.isnan(self.counts)

    @cached_property
    def df(self) -> np.ndarray:
        """Known months less parameters, shape (series,)."""
        return self.known.sum(axis=1) - self.parameters.shape[1]

    @cached_property
    def residuals(self) -> np.ndarray:
        """Pearson residuals, nought where the month is missing, shape (series, months)."""
        raw = (self.counts - self.fitted) / np.sqrt(self.fitted)
        return np.where(self.known, raw, 0.0)

    @cached_property
    def dispersion(self) -> np.ndarray:
        """Pearson's chi-square over the degrees of freedom, shape (series,)."""
        return (self.residuals**2).sum(axis=1) / self.df

    @cached_property
    def memory(self) -> np.ndarray:
        """Lag-1 autocorrelation of the residuals, for its small-sample bias, between 0 and 0.9.

        The bias is taken to be (1 + k) / n.
        """
        squares = (self.residuals**2).sum(axis=1)
        pairs = (self.residuals[:, 1:] * self.residuals[:, :-1]).sum(axis=1)
        lag = np.divide(pairs, squares, out=np.zeros_like(pairs), where=squares > 1e-9)
        bias = (1 + self.parameters.shape[1]) / self.known.sum(axis=1)
        return np.clip(lag + bias, 0.0, LARGEST_MEMORY)

    @cached_property
    def covariance(self) -> np.ndarray:
        """Of the parameters, as if months were independent Poisson; shape (series, k, k)."""
        weights = np.where(self.known, self.fitted, 0.0)
        return np.linalg.pinv(_crossed(weights, self.design), hermitian=True)

    @cached_property
    def stretch(self) -> np.ndarray:
        """What the naive error is multiplied by, for dispersion and memory; shape (series,)."""
        memory = (1 + self.memory) / (1 - self.memory)
        return np.sqrt(np.maximum(1.0, self.dispersion) * memory)

    def naive_errors(self) -> np.ndarray:
        """Standard errors as if months were independent Poisson; a contrast, never a result."""
        return np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2))

    def errors(self) -> np.ndarray:
        """Standard errors for dispersion and memory, shape (series, k).

        sqrt(max(1, φ)) · sqrt((1 + ρ) / (1 - ρ)) times the naive ones, to be used with t(n - k).
        At 48-120 months their size is 4-7 % with 1.5 events a month and 7-9 % with 3-4 and memory
        0.5, 10 % with memory 0.7, where Newey-West's is 17-34 % (docs/recovery.md).
        """
        return self.naive_errors() * self.stretch[:, None]

    def reach(self, level: float = 0.95) -> np.ndarray:
        """Half the width of the interval on the log scale, shape (series, k)."""
        return stats.t.ppf((1 + level) / 2, self.df)[:, None] * self.errors()

    def p_values(self) -> np.ndarray:
        """Two-sided p of each parameter being nought, shape (series, k)."""
        return 2 * stats.t.sf(np.abs(self.parameters) / self.errors(), self.df[:, None])


def fit(counts: np.ndarray, design: np.ndarray, offset: np.ndarray | float = 0.0) -> Fit:
    """Poisson regressions of many series by iteratively reweighted least squares, all at once.

    Parameters
    ----------
    counts
        Events, shape (series, months) or (months,); a missing month is not a number.
    design
        Shape (months, k), the same for all, or (series, months, k).
    offset
        Log of exposure, of a shape that goes with ``counts``.

    Raises
    ------
    ValueError
        When a series has no more known months than the design has columns.

    References
    ----------
    McCullagh & Nelder (1989), Generalized Linear Models, ch. 2.

    Examples
    --------
    >>> found = fit(np.array([4.0, 4, 4, 2, 2, 2]), np.c_[np.ones(6), [0, 0, 0, 1, 1, 1]])
    >>> float(np.exp(found.parameters[0, 1]).round(6))
    0.5
    """
    counts = np.atleast_2d(np.asarray(counts, dtype=float))
    design = np.broadcast_to(design, (len(counts), *np.shape(design)[-2:]))
    offset = np.broadcast_to(offset, counts.shape)
    known = ~np.isnan(counts)
    if (known.sum(axis=1) <= design.shape[2]).any():
        raise ValueError(
            f"{int(known.sum(axis=1).min())} known months cannot carry {design.shape[2]} "
            "parameters: give a longer series or a smaller design."
        )
    seen = np.where(known, counts, 0.0)
    mean = seen.sum(axis=1) / np.where(known, np.exp(offset), 0.0).sum(axis=1)
    fitted = np.maximum((seen + mean[:, None] * np.exp(offset)) / 2, 1e-3)
    parameters = np.zeros((len(counts), design.shape[2]))
    settled = np.zeros(len(counts), dtype=bool)
    deviance = np.full(len(counts), np.inf)
    for _ in range(ROUNDS):
        weights = np.where(known, fitted, 0.0)
        working = np.log(fitted) - offset + np.where(known, (seen - fitted) / fitted, 0.0)
        moments = np.einsum("btk,bt->bk", design, weights * working)
        crossed = _crossed(weights, design)
        parameters = np.linalg.solve(crossed + _ridge(crossed), moments[..., None])[..., 0]
        line = np.einsum("btk,bk->bt", design, parameters) + offset
        fitted = np.exp(np.clip(line, -FARTHEST, FARTHEST))
        now = 2 * np.where(known, fitted - seen * np.log(fitted), 0.0).sum(axis=1)
        settled = np.abs(now - deviance) <= TOLERANCE * (np.abs(now) + 0.1)
        if settled.all():
            break
        deviance = now
    finite = (np.abs(np.where(known, np.log(fitted) - offset, 0.0)) < FARTHEST / 2).all(axis=1)
    return Fit(counts, design, parameters, fitted, settled & finite)


def _crossed(weights: np.ndarray, design: np.ndarray) -> np.ndarray:
    return np.einsum("btk,bt,btl->bkl", design, weights, design, optimize=True)


def _ridge(crossed: np.ndarray) -> np.ndarray:
    """So little that no digit that is told changes, but a parameter without end stays finite."""
    size = np.trace(crossed, axis1=1, axis2=2)[:, None, None]
    return 1e-13 * size * np.eye(crossed.shape[1])

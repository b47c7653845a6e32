"""Trend: the same numbers by weighted least squares done by hand."""

import numpy as np
import pytest
from scipy import stats

from analysis.methods.trend import autocorrelation, noise, trend
from tests.conftest import series


def by_hand(values):
    """Log-linear Poisson by Newton's steps: slope, its error, Pearson dispersion, residuals."""
    y = np.array(values, float)
    x = np.column_stack([np.ones(len(y)), np.arange(len(y)) - (len(y) - 1) / 2])
    beta = np.array([np.log(y.mean()), 0.0])
    for _ in range(50):
        mu = np.exp(x @ beta)
        information = x.T @ (x * mu[:, None])
        beta = beta + np.linalg.solve(information, x.T @ (y - mu))
    mu = np.exp(x @ beta)
    residuals = (y - mu) / np.sqrt(mu)
    return beta[1], np.linalg.inv(information)[1, 1] ** 0.5, residuals


@pytest.mark.parametrize(
    "values",
    [
        [48, 46, 56, 52, 31, 39, 21, 43, 20],
        [648, 700, 690, 720, 760, 755, 790, 700, 810, 820],
        [3, 0, 2, 5, 1, 0, 4],
    ],
)
def test_the_trend_by_hand(values):
    slope, error, residuals = by_hand(values)
    n = len(values)
    phi = max(1, residuals @ residuals / (n - 2))
    rho = residuals[1:] @ residuals[:-1] / (residuals @ residuals)
    rho = min(max(rho + 3 / n, 0), 0.9)
    wide = error * (phi * (1 + rho) / (1 - rho)) ** 0.5
    found = trend(series(values))
    assert found.value == pytest.approx(np.exp(slope), rel=1e-7)
    assert found.high == pytest.approx(np.exp(slope + stats.t.ppf(0.975, n - 2) * wide), rel=1e-6)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(slope) / wide, n - 2), rel=1e-6)


def test_an_exact_line_is_found():
    found = trend(series([1000 * 0.9**i for i in range(8)]))
    assert found.value == pytest.approx(0.9, rel=1e-6)
    assert found.dispersion == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([5, 6, 7], "too few years"),
        ([5, None, 7, 8, 9], "gap"),
        ([0] * 6, "no events"),
        ([0, 0, 0, 0, 3], "one end"),
        ([2, 0, 0, 0, 0], "one end"),
    ],
)
def test_a_series_that_carries_no_trend_says_why(values, why):
    assert trend(series(values)).note == why
    assert noise(series(values)).note == why
    assert autocorrelation(series(values)).found == {}


def test_a_constant_offset_leaves_the_trend():
    values = [40, 44, 39, 50, 47, 52]
    one, two = trend(series(values)), trend(series([10 * v for v in values]))
    assert one.value == pytest.approx(two.value)


def test_the_order_in_which_years_arrive_does_not_matter():
    one = series([40, 44, 39, 50, 47, 52])
    from analysis.measurement.comparison import Series

    shuffled = Series(tuple(one)[::-1])
    assert trend(shuffled) == trend(one)

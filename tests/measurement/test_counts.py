"""Counts and their noise, by the plainest road."""

from math import exp, factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.measurement.counts import dispersion, garwood, rate, usual_range
from analysis.words.periods import Period
from tests.conftest import count, series


def poisson_at_most(k: int, mean: float) -> float:
    return sum(exp(-mean) * mean**i / factorial(i) for i in range(k + 1))


@given(st.integers(0, 60))
def test_the_exact_interval_leaves_two_and_a_half_per_cent_on_each_side(k):
    low, high = garwood(k)
    assert poisson_at_most(k, high) == pytest.approx(0.025, abs=1e-9)
    assert low == 0 if k == 0 else 1 - poisson_at_most(k - 1, low) == pytest.approx(0.025, abs=1e-9)


def test_a_rate_is_a_count_over_its_exposure():
    found = rate(count(15), exposure=0.75, per=1, unit="per year", noise=1.0)
    assert (found.value, round(found.low, 1), round(found.high, 1)) == (20, 11.2, 33.0)
    assert (found.n, found.unit) == (15, "per year")


@pytest.mark.parametrize(
    ("value", "exposure"), [(None, 1.0), (5, 0.0), (5, -1.0), (5, float("nan"))]
)
def test_a_rate_without_exposure_is_refused(value, exposure):
    with pytest.raises(ValueError, match="exposure above zero"):
        rate(count(value), exposure=exposure, per=1, unit="per year", noise=1.0)


def test_a_rate_is_as_uncertain_as_its_place_varies():
    calm, wild = (rate(count(400), 1000, 1000, "x", noise=phi) for phi in (1.0, 16.0))
    assert (wild.high - wild.low) / (calm.high - calm.low) == pytest.approx(4, rel=0.05)
    unknown = rate(count(400), 1000, 1000, "x", noise=None)
    assert (unknown.value, unknown.low, unknown.high) == (400, None, None)


def test_doubling_counts_and_exposure_leaves_the_rate():
    one = rate(count(10), 5, 1000, "x", noise=1.0)
    two = rate(count(20), 10, 1000, "x", noise=1.0)
    assert one.value == two.value
    assert two.high - two.low < one.high - one.low


def test_dispersion_is_variance_over_mean():
    values = [48, 46, 56, 52, 31, 39, 21, 43, 20]
    mean = sum(values) / 9
    by_hand = sum((v - mean) ** 2 for v in values) / 8 / mean
    assert dispersion(series(values)).value == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("values", "why"),
    [([1, 2, 3], "too few years"), ([1, None, 3, 4, 5], "gap"), ([0, 0, 0, 0], "no events")],
)
def test_noise_that_cannot_be_measured_says_why(values, why):
    assert dispersion(series(values)).note == why
    assert not dispersion(series(values)).known


def test_the_usual_range_rests_on_the_years_before_alone():
    one = usual_range(series([10, 14, 9, 12, 11, 500]), Period.parse("2016"))
    other = usual_range(series([10, 14, 9, 12, 11, 3]), Period.parse("2016"))
    assert (one.low, one.high) == (other.low, other.high)
    assert (one.n, str(one.period)) == (5, "2011-01-01..2015-12-31")


def test_the_usual_range_by_hand():
    before = np.array([40.0, 55.0, 38.0, 61.0, 49.0])
    phi = before.var(ddof=1) / before.mean()
    reach = 2.7764451 * (phi * before.mean() * (1 + 1 / 5)) ** 0.5
    found = usual_range(series([*before, 50]), Period.parse("2016"))
    assert (found.low, found.high) == pytest.approx(
        (before.mean() - reach, before.mean() + reach), rel=1e-6
    )


def test_a_calm_series_is_not_trusted_beyond_independence():
    found = usual_range(series([20, 20, 20, 20, 20, 20]), Period.parse("2016"))
    assert found.dispersion == 1
    assert found.low < 12 < 28 < found.high


def test_too_few_years_before_give_no_usual_range():
    found = usual_range(series([1, 2, 3, 4]), Period.parse("2014"))
    assert (found.known, found.note) == (False, "too few years")
    assert not usual_range(series([5]), Period.parse("2011")).known
    assert not dispersion(series([5, 6]), before=Period.parse("2011")).known

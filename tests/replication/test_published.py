"""Numbers that others published, by our public functions (validation.json names the sources)."""

import pytest

from analysis.measurement.comparison import LikeForLike
from analysis.methods import change
from tests.conftest import count


def test_r_poisson_test_of_15_against_40():
    # cnt-06: R 4.2.2 poisson.test(c(15, 40))
    found = change.exact(LikeForLike(count(40, "2016"), count(15, "2017")))
    assert found.p == pytest.approx(0.001016, abs=2e-6)
    assert (found.value, found.low, found.high) == pytest.approx(
        (0.375, 0.1924347, 0.6938228), abs=2e-6
    )


def test_the_conditional_test_of_krishnamoorthy_and_thomson():
    # cnt-01: JSPI 119:23, example 2, C-test of 6 against 2
    found = change.exact(LikeForLike(count(2, "2016"), count(6, "2017")))
    assert found.p == pytest.approx(0.2891, abs=6e-5)


def test_unequal_exposures_against_r():
    # scipy's binomial test with R's interval on days: 11 in 100 days against 21 in 200
    before = count(21, "2017-01-01..2017-07-19")
    after = count(11, "2018-01-01..2018-04-10")
    found = change.exact(LikeForLike(before, after, accept=("span",)))
    assert (before.period.days, after.period.days) == (200, 100)
    from scipy.stats import binomtest

    share = binomtest(11, 32, 100 / 300)
    low, high = share.proportion_ci(0.95, method="exact")
    assert found.p == pytest.approx(share.pvalue)
    assert (found.low, found.high) == pytest.approx((2 * low / (1 - low), 2 * high / (1 - high)))

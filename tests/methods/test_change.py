"""Change: exact numbers in print, and an interval that holds the measured noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.measurement.comparison import LikeForLike
from analysis.methods import change
from analysis.methods.trend import noise
from analysis.words.periods import Period
from tests.conftest import count, series

COUNTS = st.integers(1, 400)


def pair(before, after, **how):
    return LikeForLike(count(before, "2016"), count(after, "2017"), **how)


@given(COUNTS, COUNTS)
def test_the_exact_p_adds_up_the_binomial(before, after):
    total = before + after
    chances = [stats.binom.pmf(k, total, 0.5) for k in range(total + 1)]
    seen = chances[after]
    by_hand = sum(c for c in chances if c <= seen * (1 + 1e-7))
    assert change.exact(pair(before, after)).p == pytest.approx(min(1, by_hand), rel=1e-6)


@given(COUNTS, COUNTS)
def test_turning_the_pair_turns_the_ratio(before, after):
    one, other = change.exact(pair(before, after)), change.exact(pair(after, before))
    assert one.value == pytest.approx(1 / other.value)
    assert one.low == pytest.approx(1 / other.high)
    assert one.p == pytest.approx(other.p)


def test_zero_counts_are_safe():
    assert change.exact(pair(0, 0)).note == "no events"
    assert change.exact(pair(5, 0)).value == 0
    assert change.exact(pair(0, 5)).high == float("inf")
    calm = noise(series([10, 12, 9, 11, 10]))
    assert change.dispersed(pair(5, 0), calm).note == "zero count"


def test_without_measured_noise_there_is_no_verdict():
    unknown = noise(series([10, 12]))
    assert change.dispersed(pair(40, 15), unknown).note == "too few years"


def test_the_dispersed_interval_by_hand():
    measured = noise(series([48, 46, 56, 52, 31, 39, 21]))
    found = change.dispersed(pair(39, 21), measured)
    error = (measured.value * (1 / 39 + 1 / 21)) ** 0.5
    reach = stats.t.ppf(0.975, 5) * error
    assert found.value == pytest.approx(21 / 39)
    assert found.high == pytest.approx(21 / 39 * 2.718281828459045**reach)


def test_noise_below_independence_does_not_narrow_the_interval():
    calm = noise(series([20, 20, 21, 20, 20]))
    assert calm.value < 1
    assert change.dispersed(pair(39, 21), calm).dispersion == 1


def test_a_contrast_takes_its_noise_from_the_years_before():
    wild = series([40, 41, 39, 40, 41, 400])
    exact, dispersed, _ = change.contrast(wild, Period.parse("2016"))
    assert exact.reference == Period.parse("2015")
    assert dispersed.dispersion == 1
    assert dispersed.low > 1


def test_a_contrast_without_a_figure_says_so():
    exact, dispersed, _ = change.contrast(series([1, 2, 3, 4]), Period.parse("2019"))
    assert (exact.note, dispersed.note) == ("no figure", "no figure")
    assert str(exact.period) == "2019"


def test_each_base_year_gets_its_own_answer():
    found = change.against_each_year(series([10, 20, 40, 20, 10]))
    assert [round(e.value, 3) for e in found] == [1, 0.5, 0.25, 0.5]
    assert [str(e.reference) for e in found] == ["2011", "2012", "2013", "2014"]
    assert change.against_each_year(series([10])) == []


def test_an_accepted_difference_is_told_with_the_result():
    short = count(15, "2017-01-01..2017-09-30")
    accepted = LikeForLike(count(40, "2016"), short, accept=("span",))
    assert change.exact(accepted).note == "accepted: span"
    assert change.exact(accepted).value == pytest.approx((15 / 9) / (40 / 12))


def test_only_counts_of_one_place_in_two_periods_are_a_change():
    rates = LikeForLike(
        count(121.0, "2016", statistic="rate"), count(104.0, "2017", statistic="rate")
    )
    places = LikeForLike(count(5), count(9, area="stadsdel:2"), along="area")
    for pair_ in (rates, places):
        with pytest.raises(ValueError, match="between counts of one place in two periods"):
            change.exact(pair_)


def test_the_noise_of_one_thing_does_not_judge_another():
    other = noise(series([48, 46, 56, 52, 31], definition="confirmed shootings"))
    with pytest.raises(ValueError, match="says nothing of assault"):
        change.dispersed(pair(40, 15), other)


def test_what_would_have_been_noticed_is_the_edge_of_the_interval():
    earlier = series([48, 46, 56, 52, 31, 39, 21])
    _, dispersed, noticed = change.contrast(earlier, Period.parse("2017"))
    assert not dispersed.beyond(1)
    assert noticed.value == 11
    measured = noise(earlier, before=Period.parse("2017"))
    assert change.dispersed(pair(39, 11), measured).beyond(1)
    assert not change.dispersed(pair(39, 12), measured).beyond(1)


def test_from_a_handful_no_fall_is_noticed():
    few = series([2, 3, 1, 2, 3, 2, 1])
    assert change.contrast(few, Period.parse("2017"))[2].note == "no fall"

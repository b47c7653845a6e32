"""A number keeps its company, and two numbers are not compared by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.words.estimates import CheckResult, Estimate, frame, from_frame
from analysis.words.periods import Period
from tests.conftest import count

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@given(value=NUMBERS, below=st.floats(0, 1e3), above=st.floats(0, 1e3), p=st.none() | NUMBERS)
def test_an_estimate_survives_a_table(value, below, above, p):
    estimate = count(value, low=value - below, high=value + above, p=p, note="visitors")
    assert from_frame(frame([estimate])) == [estimate]


def test_missing_is_not_zero():
    with pytest.raises(ValueError, match="does not go with status"):
        count(0).__class__(**{**count(0).__dict__, "status": "not available"})
    with pytest.raises(ValueError, match="does not go with status"):
        Estimate(**{**count(None).__dict__, "status": "final"})


def test_a_value_lies_in_its_interval():
    with pytest.raises(ValueError, match="outside its interval"):
        count(5.0, low=6.0, high=7.0)


@pytest.mark.parametrize("compare", ["__sub__", "__truediv__", "__lt__", "__ge__"])
def test_two_estimates_are_not_compared_by_hand(compare):
    with pytest.raises(TypeError, match="LikeForLike"):
        getattr(count(40), compare)(count(15))


def test_beyond_needs_an_interval():
    assert not count(5).beyond(1)
    assert count(5.0, low=2.0, high=9.0).beyond(1)
    assert not count(5.0, low=1.0, high=9.0).beyond(1)


def test_the_period_of_a_change_travels_with_it():
    change = count(0.5, unit="ratio", reference=Period.parse("2016"))
    assert frame([change]).loc[0, ["reference", "period"]].tolist() == ["2016", "2017"]


def test_an_outcome_is_one_of_three():
    with pytest.raises(ValueError, match="passed, failed or for information"):
        CheckResult(check="sum", outcome="fine", looked_at=1, found={})

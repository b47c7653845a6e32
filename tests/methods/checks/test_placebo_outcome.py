from math import exp

import pytest

from analysis.methods.checks.placebo_outcome import placebo_outcome
from analysis.methods.effect import Effect, of_log


def found(log_ratio, error=0.1, **about):
    return of_log("panel", log_ratio, error, 60, **about)


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_crime_that_moves_the_same_way_fails(sign):
    assert placebo_outcome(found(sign * 0.5), found(sign * 0.3)).outcome == "failed"


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_crime_that_stands_still_passes_where_it_would_have_been_seen(sign):
    # 80 % power on 60 df: (2.0003 + 0.8476) errors
    claim = found(sign * 0.5)
    check = placebo_outcome(claim, found(0.0, error=0.1, months=24))
    assert (check.outcome, check.looked_at) == ("passed", 24)
    assert check.found["seen"] == pytest.approx(exp(sign * 0.28479), abs=1e-4)
    blunt = placebo_outcome(claim, found(0.0, error=0.2))
    assert (blunt.outcome, blunt.found["why"]) == ("for information", "too blunt")


def test_a_design_that_cannot_convince_cannot_pass():
    other = Effect(design="panel", ratio=1.0, low=0.9, high=1.1, smallest_p=0.1, detectable=0.9)
    assert placebo_outcome(found(-0.5), other).found["why"] == "too blunt"
    never = Effect(design="panel", ratio=1.0, low=0.9, high=1.1)
    check = placebo_outcome(found(-0.5), never)
    assert check.found["why"] == "too blunt"
    assert "seen" not in check.found


def test_the_other_way_and_no_claim_are_told_apart():
    assert placebo_outcome(found(-0.5), found(0.5)).found["why"] == "other way"
    assert placebo_outcome(found(-0.1), found(-0.5)).found["why"] == "no claim"


def test_a_refused_estimate_is_not_a_pass():
    refused = Effect(design="panel", refused="no events after")
    for pair in ((found(-0.5), refused), (refused, found(0.0))):
        check = placebo_outcome(*pair)
        assert (check.outcome, check.found) == ("for information", {"why": "no estimate"})

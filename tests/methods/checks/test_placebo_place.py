import pytest

from analysis.methods.checks.placebo_place import placebo_place
from analysis.methods.effect import Effect, of_log


def found(log_ratio, error=0.2, level=0.95):
    return of_log("panel", log_ratio, error, 60, level)


CLAIM = found(-0.6)


def test_an_area_that_stands_out_among_nineteen_passes():
    check = placebo_place(CLAIM, [found(0.1)] * 19)
    assert check.outcome == "passed"
    assert (check.found["rank_p"], check.found["smallest_p"]) == (1 / 20, 1 / 20)


def test_one_as_clear_among_nineteen_is_one_too_many():
    check = placebo_place(CLAIM, [found(0.1)] * 18 + [found(0.7)])
    assert (check.outcome, check.found["as_clear"]) == ("failed", 1)
    assert check.found["rank_p"] == pytest.approx(2 / 20)
    assert placebo_place(CLAIM, [found(0.1)] * 38 + [found(0.7)]).outcome == "passed"


def test_a_small_area_that_swings_widely_does_not_hide_a_clear_effect():
    assert placebo_place(CLAIM, [found(-0.9, error=0.8)] * 19).outcome == "passed"


def test_nine_areas_cannot_reach_five_per_cent_and_the_check_says_so():
    for other in (found(0.0), found(-2.0)):
        check = placebo_place(CLAIM, [other] * 9)
        assert (check.outcome, check.found["why"]) == ("for information", "too few areas")
        assert (check.found["smallest_p"], check.found["needed"]) == (0.1, 19)


def test_nine_areas_reach_ten_per_cent():
    check = placebo_place(found(-0.6, level=0.9), [found(0.0, level=0.9)] * 9)
    assert (check.outcome, check.found["needed"]) == ("passed", 9)


def test_without_a_claim_there_is_nothing_to_refute():
    check = placebo_place(found(-0.1), [found(0.0)] * 19)
    assert (check.outcome, check.found["why"]) == ("for information", "no claim")


def test_refused_areas_are_counted_and_make_the_rest_fewer():
    refused = Effect(design="panel", refused="no events after")
    check = placebo_place(CLAIM, [found(0.0)] * 18 + [refused])
    assert (check.looked_at, check.found["refused"]) == (18, 1)
    assert check.found["why"] == "too few areas"
    assert placebo_place(refused, [found(0.0)]).found == {"why": "no estimate"}
    assert placebo_place(CLAIM, [refused]).found == {"why": "no placebo"}

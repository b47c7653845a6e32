import numpy as np
import pytest

from analysis.methods.checks.leave_out import leave_out, without_each
from analysis.methods.effect import Effect, of_log


def found(log_ratio, error=0.2):
    return of_log("panel", log_ratio, error, 60)


CLAIM = found(-0.6)
REFUSED = Effect(design="panel", refused="too few areas")


def test_each_label_is_left_out_once_and_whole():
    kept = without_each(lambda mask: mask.tolist(), np.array(["b", "a", "b"]))
    assert kept == {"b": [False, True, False], "a": [True, False, True]}


def test_a_verdict_that_every_area_can_leave_passes():
    check = leave_out(CLAIM, {"a": found(-0.5), "b": found(-0.7), "c": found(-0.6)})
    assert (check.outcome, check.looked_at, check.found["undone"]) == ("passed", 3, 0)
    assert (check.found["lowest_without"], check.found["highest_without"]) == ("b", "a")
    assert check.found["left"] == pytest.approx(5 / 6)
    assert check.found["lowest"] == pytest.approx(np.exp(-0.7))


def test_a_verdict_that_turns_without_one_area_fails():
    check = leave_out(CLAIM, {"a": found(0.1), "b": found(-0.7)})
    assert (check.outcome, check.found["left_without"]) == ("failed", "a")


def test_less_than_half_left_fails_only_when_the_verdict_goes_too():
    assert leave_out(CLAIM, {"a": found(-0.29)}).outcome == "failed"
    assert leave_out(CLAIM, {"a": found(-0.29, error=0.05)}).outcome == "passed"


def test_fewer_areas_that_only_say_less_are_for_information():
    check = leave_out(CLAIM, {"a": found(-0.5, error=0.3), "b": found(-0.6)})
    assert (check.outcome, check.found["why"], check.found["undone"]) == (
        "for information",
        "narrow",
        1,
    )


def test_a_rise_is_judged_like_a_fall():
    assert leave_out(found(0.6), {"a": found(0.2)}).outcome == "failed"
    assert leave_out(found(0.6), {"a": found(0.5)}).outcome == "passed"


def test_no_estimate_without_one_area_is_not_a_pass():
    check = leave_out(CLAIM, {"a": REFUSED, "b": found(-0.6)})
    assert (check.found["why"], check.found["refused"]) == ("cannot do without", 1)


def test_nothing_to_refute_and_nothing_to_go_by():
    assert leave_out(found(-0.1), {"a": found(0.3)}).found["why"] == "no claim"
    assert leave_out(CLAIM, {}).found == {"why": "nothing left out"}
    assert leave_out(REFUSED, {"a": found(0.0)}).found == {"why": "no estimate"}
    assert leave_out(CLAIM, {"a": REFUSED}).found == {"why": "no estimate"}


def test_the_order_of_areas_does_not_matter():
    some = {"a": found(-0.5), "b": found(-0.5), "c": found(-0.7)}
    assert leave_out(CLAIM, some) == leave_out(CLAIM, dict(reversed(some.items())))

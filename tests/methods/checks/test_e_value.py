from math import inf, sqrt

import pytest

from analysis.methods.checks.e_value import e_value, strength
from analysis.methods.effect import Effect, of_log


@pytest.mark.parametrize("hidden", [1.0, 1.5, 3.0])
def test_a_hidden_cause_of_that_strength_makes_exactly_this_ratio(hidden):
    # the bound of Ding & VanderWeele for a cause as strong on both sides
    made = hidden * hidden / (hidden + hidden - 1)
    assert strength(made) == pytest.approx(hidden)


def test_a_ratio_and_its_inverse_need_the_same():
    assert strength(0.5) == pytest.approx(2 + sqrt(2))
    assert strength(2.0) == pytest.approx(strength(0.5))
    assert strength(0.0) == inf


def test_the_interval_is_judged_by_its_end_nearer_to_one():
    fewer = e_value(Effect(design="panel", ratio=0.5, low=0.25, high=0.8)).found
    assert fewer["interval"] == pytest.approx(strength(1.25))
    more = e_value(Effect(design="panel", ratio=2.0, low=1.25, high=4.0)).found
    assert (more["estimate"], more["interval"]) == pytest.approx(
        (fewer["estimate"], fewer["interval"])
    )


def test_nothing_is_needed_where_nothing_is_clear():
    wide = Effect(design="panel", ratio=0.8, low=0.5, high=1.2)
    without_interval = Effect(design="panel", ratio=0.8)
    too_few = Effect(design="panel", ratio=0.5, low=0.3, high=0.8, smallest_p=0.1)
    for effect in (wide, without_interval, too_few):
        assert e_value(effect).found["interval"] == 1.0


def test_it_never_passes_and_never_fails():
    check = e_value(of_log("panel", -3.0, 0.1, 60, months=24))
    assert (check.outcome, check.looked_at) == ("for information", 24)
    refused = e_value(Effect(design="panel", refused="no events after"))
    assert (refused.outcome, refused.found) == ("for information", {"why": "no estimate"})

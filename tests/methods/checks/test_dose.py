import numpy as np
import pytest

from analysis.methods.checks.dose import dose
from analysis.methods.effect import Effect, of_log

CLAIM = of_log("interrupted", -0.5, 0.1, 60)
DONE = np.tile([2.0, 10.0, 6.0, 10.0], 6)
PLAN = np.full(24, 10.0)
USUAL = np.full(24, 40.0)


def test_more_effect_where_more_was_done_passes():
    counts = USUAL * np.exp(-0.1 * DONE)
    check = dose(CLAIM, counts, USUAL, PLAN, DONE)
    assert (check.outcome, check.looked_at) == ("passed", 24)
    assert check.found["ratio"] == pytest.approx(np.exp(-0.1 * 8))
    assert check.found["share"] == pytest.approx(0.7)


def test_most_effect_where_least_was_done_fails():
    assert dose(CLAIM, USUAL * np.exp(0.1 * DONE), USUAL, PLAN, DONE).outcome == "failed"
    rise = of_log("interrupted", 0.5, 0.1, 60)
    assert dose(rise, USUAL * np.exp(-0.1 * DONE), USUAL, PLAN, DONE).outcome == "failed"
    assert dose(rise, USUAL * np.exp(0.1 * DONE), USUAL, PLAN, DONE).outcome == "passed"


def test_little_delivered_does_not_pass():
    counts = USUAL * np.exp(-0.1 * DONE)
    check = dose(CLAIM, counts, USUAL, 2 * PLAN, DONE)
    assert check.found["share"] == pytest.approx(0.35)
    assert (check.outcome, check.found["why"]) == ("for information", "little delivered")


def test_a_level_of_its_own_in_each_area_is_no_gradient():
    # the area with more dose is always lower than expected; within the areas nothing moves
    rng = np.random.default_rng(1)
    done = np.array([DONE, DONE + 10])
    counts = rng.poisson(np.array([40.0, 10.0])[:, None] * np.ones((2, 24))).astype(float)
    found = dose(CLAIM, counts, np.full((2, 24), 40.0), np.full((2, 24), 10.0), done)
    assert found.found["why"] == "unclear"
    assert found.found["low"] < 1 < found.found["high"]


def test_the_order_of_areas_does_not_matter():
    rng = np.random.default_rng(2)
    counts = rng.poisson(5, (3, 24)).astype(float)
    done = rng.uniform(0, 10, (3, 24))
    same = np.full((3, 24), 5.0), np.full((3, 24), 10.0)
    one = dose(CLAIM, counts, *same, done).found
    other = dose(CLAIM, counts[::-1], *same, done[::-1]).found
    assert one == pytest.approx(other)


def test_doubling_what_is_expected_or_the_unit_of_dose_changes_nothing():
    counts = np.random.default_rng(3).poisson(5, 24).astype(float)
    once = dose(CLAIM, counts, USUAL, PLAN, DONE).found
    assert dose(CLAIM, counts, 2 * USUAL, PLAN, DONE).found == pytest.approx(once)
    assert dose(CLAIM, counts, USUAL, 60 * PLAN, 60 * DONE).found == pytest.approx(once)


def test_a_missing_month_tells_nothing():
    counts = USUAL * np.exp(-0.1 * DONE)
    counts[3], counts[5] = np.nan, 999.0
    unknown = DONE.copy()
    unknown[5] = np.nan
    check = dose(CLAIM, counts, USUAL, PLAN, unknown)
    assert check.looked_at == 22
    assert check.found["ratio"] == pytest.approx(np.exp(-0.8))
    assert check.found["share"] == pytest.approx((7 * 24 - 10) / (10 * 23))


def test_what_cannot_be_told_says_why():
    refused = Effect(design="interrupted", refused="no events after")
    unclear = of_log("interrupted", -0.1, 0.2, 60)
    nothing = np.full(24, np.nan)
    cases = {
        "no estimate": (refused, USUAL, DONE),
        "no claim": (unclear, USUAL, DONE),
        "same dose": (CLAIM, USUAL, PLAN),
        "dose not known": (CLAIM, USUAL, nothing),
        "too little": (CLAIM, np.r_[USUAL[:8], nothing[:16]], DONE),
    }
    for why, (effect, counts, done) in cases.items():
        check = dose(effect, counts, USUAL, PLAN, done)
        assert (check.outcome, check.found["why"]) == ("for information", why)
    assert dose(CLAIM, np.zeros(24), USUAL, PLAN, DONE).found["why"] == "too little"
    only_without = np.where(DONE == 2, 9.0, 0.0)
    assert dose(CLAIM, only_without, USUAL, PLAN, np.where(DONE == 2, 0, 10)).found["why"] == (
        "too little"
    )


def test_wrong_arguments_name_what_is_wrong():
    with pytest.raises(ValueError, match="shapes"):
        dose(CLAIM, USUAL, USUAL[:3], PLAN, DONE)
    with pytest.raises(ValueError, match="planned dose goes down to -10"):
        dose(CLAIM, USUAL, USUAL, -PLAN, DONE)
    with pytest.raises(ValueError, match="expected counts go down to 0"):
        dose(CLAIM, USUAL, 0 * USUAL, PLAN, DONE)

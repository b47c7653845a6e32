"""Who else could have been chosen: all different, the real one among them, no p below their floor."""

from collections import Counter
from itertools import permutations
from math import comb, exp, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.methods import assignment
from analysis.methods.assignment import (
    assignments,
    distinct,
    foreseeable,
    interval,
    p_value,
    smallest_p,
    spread,
)


def plainly(starts):
    return sorted(set(permutations(starts.tolist())))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_where_there_are_few_all_of_them_come_once(starts):
    starts = np.array(starts)
    drawn = assignments(starts, number=1000, seed=1)
    assert sorted(map(tuple, drawn.tolist())) == plainly(starts)
    assert len(drawn) == distinct(starts)
    assert (drawn[0] == starts).all(), "the real one comes first"


def test_where_there_are_many_a_part_is_drawn_without_any_twice():
    starts = np.array([24, 30, 36, 42, 48, 60, 60, 60, 60, 60])
    drawn = assignments(starts, number=199, seed=1)
    assert drawn.shape == (199, 10)
    assert len(np.unique(drawn, axis=0)) == 199
    assert (drawn[0] == starts).all()
    assert (np.sort(drawn, axis=1) == np.sort(starts)).all(), "with their dates"
    assert (drawn == assignments(starts, number=199, seed=1)).all()
    assert (drawn != assignments(starts, number=199, seed=2)).any()


def test_every_area_is_drawn_about_as_often():
    starts = np.array([30, 36, 42] + [60] * 7)
    drawn = assignments(starts, number=500, seed=3)[1:]
    times = (drawn < 60).sum(axis=0)
    sd = np.sqrt(499 * 0.3 * 0.7)
    assert np.abs(times - 0.3 * 499).max() < 4 * sd


def test_an_area_that_could_not_have_been_chosen_never_is():
    starts = np.array([6, 12, 12, 12, 12])
    drawn = assignments(starts, number=99, seed=1, eligible=[0, 2, 3])
    assert len(drawn) == 3 == distinct(starts, eligible=[0, 2, 3])
    assert (drawn[:, [1, 4]] == 12).all()


def test_what_belongs_to_an_area_goes_with_it():
    pairs = np.array([[6, 12], [12, 8], [12, 12]])
    drawn = assignments(pairs, number=99, seed=1)
    assert drawn.shape == (6, 3, 2)
    for one in drawn:
        assert Counter(map(tuple, one.tolist())) == Counter(map(tuple, pairs.tolist()))


def test_a_treated_area_must_have_been_eligible():
    with pytest.raises(ValueError, match="could have been chosen"):
        assignments(np.array([6, 12, 12]), number=99, seed=1, eligible=[1, 2])
    with pytest.raises(ValueError, match="at least 1"):
        assignments(np.array([6, 12, 12]), number=0, seed=1)


def test_p_is_the_share_that_is_as_far_from_nought():
    log_ratios = np.array([-0.5, 0.5, -0.6, 0.1, 0.0])
    assert p_value(log_ratios) == 3 / 5
    assert smallest_p(log_ratios) == 1 / 5
    assert p_value(-log_ratios) == 3 / 5


def test_a_total_stop_is_as_far_as_can_be_and_what_has_no_ratio_does_not_count():
    log_ratios = np.array([-inf, 0.3, np.nan, -0.2, 0.1])
    assert p_value(log_ratios) == 1 / 4
    assert p_value(np.array([0.3, -inf, np.nan, -0.2, 0.1])) == 2 / 4


def test_halves_have_mirror_images_and_twice_the_floor():
    """Five against five: who is treated and who compares can be exchanged."""
    level = np.random.default_rng(1).normal(size=10)
    drawn = assignments(np.array([6] * 5 + [12] * 5), number=999, seed=1)
    gaps = np.array([level[one == 6].mean() - level[one == 12].mean() for one in drawn])
    assert len(drawn) == comb(10, 5)
    assert smallest_p(gaps) == pytest.approx(2 / 252)


def test_the_spread_is_a_standard_deviation_of_normal_strays_and_no_stop_moves_it():
    strays = np.random.default_rng(2).normal(0, 0.2, 20_000)
    assert spread(strays) == pytest.approx(0.2, rel=0.02)
    assert spread(np.r_[strays[:-100], [-inf] * 100]) == pytest.approx(0.2, rel=0.02)
    # two-sided 5 % and 80 % of t on 9 degrees of freedom, from a table: 2.262 and 0.883
    assert foreseeable(strays, 10) == pytest.approx(
        exp(-spread(strays) * (2.262 + 0.883)), rel=1e-3
    )


def test_the_interval_ends_where_the_test_begins_to_reject():
    others = np.linspace(-0.4, 0.4, 99)

    def without(log_effect):
        return np.r_[-0.3 - log_effect, others]

    low, high = interval(without, -0.3, 0.95)
    # five of 100 may be as far: the real one and two on each side beyond the third largest
    end = np.sort(np.abs(others))[-4]
    assert low == pytest.approx(-0.3 - end, abs=0.02)
    assert high == pytest.approx(-0.3 + end, abs=0.02)
    assert p_value(without(low)) <= 0.05 < p_value(without(low + 0.002))
    assert p_value(without(high)) <= 0.05 < p_value(without(high - 0.002))


def test_what_is_never_rejected_has_no_end():
    low, high = interval(lambda log_effect: np.array([0.1, 5.0, -0.4]), 0.1)
    assert (low, high) == (-inf, inf)
    assert assignment.FARTHEST > 10, "e to the tenth is no ratio of crime"

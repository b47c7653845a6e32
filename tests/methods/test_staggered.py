"""Staggered starts: where a two-way estimate misleads, and what only the untreated say."""

import numpy as np
import pytest

from analysis.methods import staggered
from analysis.methods.linear import two_way

NEVER = 8
STARTS = np.array([2, 2, 5, 5, 5, NEVER, NEVER])


def world(starts=STARTS, noise=0.0, seed=1, effect=1.0):
    """Shares whose effect is ``effect`` in the first year treated and grows by as much a year."""
    rng = np.random.default_rng(seed)
    since = np.arange(8) - np.asarray(starts)[:, None]
    levels = rng.normal(50, 10, (len(starts), 1)) + rng.normal(0, 3, 8)
    grown = np.where(since >= 0, effect * (since + 1), 0.0)
    return levels + grown + noise * rng.normal(size=(len(starts), 8))


def treated(starts):
    return np.arange(8) >= np.asarray(starts)[:, None]


def test_a_growing_effect_is_given_back_whole():
    shares = world()
    found = staggered.group_times(shares, STARTS)
    assert [found.at(2, period) for period in range(1, 8)] == pytest.approx([0, 1, 2, 3, 4, 5, 6])
    assert found.of_start() == pytest.approx({2: 3.5, 5: 2.0})
    assert found.since() == pytest.approx(
        {-4: 0, -3: 0, -2: 0, -1: 0, 0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6}
    )
    by_hand = (2 * (1 + 2 + 3 + 4 + 5 + 6) + 3 * (1 + 2 + 3)) / (2 * 6 + 3 * 3)
    assert found.average() == pytest.approx(by_hand)
    assert staggered.imputed(shares, STARTS).average == pytest.approx(by_hand)


def test_the_two_way_estimate_is_off_and_its_parts_show_why():
    shares = world()
    truth = staggered.imputed(shares, STARTS).average
    assert two_way(shares, treated(STARTS)).value < 0.8 * truth
    kinds = staggered.by_kind(staggered.comparisons(shares, STARTS))
    assert kinds["never treated"][1] > 2
    assert kinds["treated earlier"][1] < 0, "a growing effect there passes for a trend"


@pytest.mark.parametrize("starts", [STARTS, np.array([1, 3, 3, 6, 7]), np.array([0, 0, 2, 4, 8])])
def test_the_comparisons_add_up_to_the_two_way_estimate(starts):
    shares = world(starts, noise=2.0)
    found = staggered.comparisons(shares, starts)
    assert sum(one.weight for one in found) == pytest.approx(1)
    assert min(one.weight for one in found) > 0
    whole = sum(one.weight * one.value for one in found)
    assert whole == pytest.approx(two_way(shares, treated(starts)).value)
    kinds = staggered.by_kind(found).values()
    assert sum(weight * value for weight, value in kinds) == pytest.approx(whole)


def test_a_difference_in_differences_by_hand():
    shares = world(noise=2.0)
    never = shares[5:].mean(axis=0)
    by_hand = (shares[:2, 6] - shares[:2, 1]).mean() - (never[6] - never[1])
    assert staggered.group_times(shares, STARTS).at(2, 6) == pytest.approx(by_hand)
    before = (shares[2:5, 3] - shares[2:5, 2]).mean() - (never[3] - never[2])
    assert staggered.group_times(shares, STARTS).at(5, 3) == pytest.approx(before)


def test_what_would_have_been_is_told_only_by_the_untreated():
    shares = world(noise=2.0)
    lifted = shares + 1000 * treated(STARTS)
    found, moved = (staggered.imputed(one, STARTS) for one in (shares, lifted))
    np.testing.assert_allclose(found.without, moved.without)
    assert moved.average == pytest.approx(found.average + 1000)
    assert np.isnan(found.effects[~treated(STARTS)]).all()


def test_a_control_is_told_by_the_untreated_too():
    income = np.random.default_rng(9).normal(size=(7, 8))
    found = staggered.imputed(world() + 5 * income, STARTS, {"income": income})
    assert found.average == pytest.approx(staggered.imputed(world(), STARTS).average)


def test_a_missing_share_is_left_out_and_not_nought():
    shares = world()
    whole = staggered.imputed(shares, STARTS).average
    shares[6, 3] = shares[0, 0] = np.nan
    assert staggered.imputed(shares, STARTS).average == pytest.approx(whole)
    assert staggered.group_times(shares, STARTS).of_start() == pytest.approx({2: 3.5, 5: 2.0})
    assert staggered.by_lot(shares, STARTS, seed=1, number=30).value == pytest.approx(whole)


def test_one_treated_of_seven_can_convince_nobody():
    starts = np.array([4, *[NEVER] * 6])
    found = staggered.by_lot(world(starts, noise=0.1, effect=50), starts, seed=1)
    assert found.p == found.smallest_p == pytest.approx(1 / 7)
    assert (found.low, found.high) == (-np.inf, np.inf)
    assert (found.direction, found.detectable) == ("unclear", None)


def test_a_large_effect_on_three_of_ten_is_found():
    starts = np.array([3, 4, 5, *[NEVER] * 7])
    found = staggered.by_lot(world(starts, noise=1.0, effect=-5), starts, seed=1)
    assert found.smallest_p == pytest.approx(1 / 720)
    assert found.p <= 0.05
    assert found.high < 0
    assert found.direction == "lower"
    assert 0 < found.detectable < 5


def test_an_effect_added_is_an_interval_moved():
    starts = np.array([3, 4, 5, *[NEVER] * 7])
    shares = world(starts, noise=1.0, effect=0)
    found = staggered.by_lot(shares, starts, seed=1, number=99)
    moved = staggered.by_lot(shares - 7 * treated(starts), starts, seed=1, number=99)
    ends = [(one.value, one.low, one.high) for one in (found, moved)]
    assert ends[1] == pytest.approx([end - 7 for end in ends[0]], abs=5e-3)
    assert moved.detectable == pytest.approx(found.detectable)


def test_points_and_parts_tell_the_same():
    starts = np.array([3, 4, 5, *[NEVER] * 7])
    shares = world(starts, noise=1.0)
    points, parts = (staggered.by_lot(shares * by, starts, seed=1, number=99) for by in (1, 0.01))
    assert (points.p, points.smallest_p) == (parts.p, parts.smallest_p)
    ends = (points.low, points.high, points.detectable)
    assert ends == pytest.approx(
        tuple(100 * one for one in (parts.low, parts.high, parts.detectable))
    )


def test_the_order_of_areas_changes_nothing_where_all_assignments_are_tried():
    starts = np.array([3, 5, *[NEVER] * 5])
    shares = world(starts, noise=1.0)
    order = np.array([4, 1, 6, 0, 2, 5, 3])
    found = staggered.by_lot(shares, starts, seed=1)
    shuffled = staggered.by_lot(shares[order], starts[order], seed=1)
    assert found.p == shuffled.p
    assert (found.low, found.high) == pytest.approx((shuffled.low, shuffled.high), abs=2e-3)


def test_what_cannot_be_told_is_refused_in_words():
    shares = world()
    with pytest.raises(ValueError, match="no area is never treated: use imputed"):
        staggered.group_times(shares, np.array([2, 2, 3, 3, 4, 4, 5]))
    with pytest.raises(ValueError, match="area 1 is treated from the first period"):
        staggered.imputed(shares, np.array([2, 0, 3, 3, 4, 8, 8]))
    with pytest.raises(ValueError, match="period 5 has no known outcome without the measure"):
        staggered.imputed(shares, np.array([2, 2, 3, 3, 4, 4, 5]))
    with pytest.raises(ValueError, match=r"\(6,\) starts do not go with \(7, 8\) outcomes"):
        staggered.imputed(shares, STARTS[:6])
    with pytest.raises(ValueError, match="areas differ in nothing but the measure"):
        staggered.by_lot(np.full((7, 8), 50.0), STARTS, seed=1)
    shares[0, 0] = np.nan
    with pytest.raises(ValueError, match="1 cells are missing"):
        staggered.comparisons(shares, STARTS)

"""Breaks: every way to cut tried by hand, intervals by the plain formula, refusals with a word."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from analysis.methods.breaks import (
    any_break,
    breaks,
    detectable_step,
    gaussian_misfit,
    mean_shift,
    segment,
    steady_series,
)

STEP = np.repeat([40.0, 20.0], 12) + np.tile([3.0, -3, 1, -1], 6)
SHOOTINGS = np.array([48.0, 46, 56, 52, 31, 39, 21, 43, 20])


def deviance(values, exposure, cuts):
    """Of Poisson pieces, straight from the definition."""
    total = 0.0
    for y, e in zip(np.split(values, cuts), np.split(exposure, cuts), strict=True):
        fitted = e * y.sum() / e.sum()
        total += sum(
            2 * ((a * np.log(a / m) if a else 0) - a + m) for a, m in zip(y, fitted, strict=True)
        )
    return total


def squares(values, exposure, cuts):
    return sum(((y - y.mean()) ** 2).sum() for y in np.split(values, cuts))


def by_trying_all(misfit, values, exposure, number, shortest):
    """The best cuts and their misfit, of every allowed way to cut."""
    n = len(values)
    allowed = [
        cuts
        for cuts in combinations(range(1, n), number)
        if min(np.diff([0, *cuts, n])) >= shortest
    ]
    return min((misfit(values, exposure, list(cuts)), cuts) for cuts in allowed)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_programme_finds_what_trying_every_cut_finds(seed, number):
    rng = np.random.default_rng(seed)
    values = rng.poisson(rng.choice([2.0, 6.0], 18)).astype(float)
    exposure = rng.uniform(0.5, 2, 18)
    found = segment(values[None], exposure, most=3, share=0.15)[number]
    least, cuts = by_trying_all(deviance, values, exposure, number, shortest=3)
    assert tuple(found.cuts[0]) == cuts
    assert found.misfit[0] == pytest.approx(least - deviance(values, exposure, []))


@pytest.mark.parametrize("number", [1, 2])
def test_means_are_cut_by_the_sum_of_squares(number):
    values = np.random.default_rng(4).normal(np.repeat([0, 2, 1], 6), 1)
    found = segment(values[None], None, 2, 0.15, gaussian_misfit)[number]
    least, cuts = by_trying_all(squares, values, np.ones(18), number, shortest=3)
    assert tuple(found.cuts[0]) == cuts
    assert found.misfit[0] == pytest.approx(least - squares(values, None, []))


def test_many_series_at_once_are_cut_as_one_by_one():
    values = np.random.default_rng(1).poisson(3, (6, 30)).astype(float)
    together = segment(values, None, 2)
    for i, one in enumerate(values):
        assert (segment(one[None], None, 2)[2].cuts[0] == together[2].cuts[i]).all()


def test_the_largest_f_is_that_of_the_best_two_means():
    values = np.array([1.0, 3, 2, 8, 7, 9, 8, 6])
    f, at = max(
        ((squares(values, None, []) - s) / (s / 6), cut)
        for cut in range(2, 7)
        for s in [squares(values, None, [cut])]
    )
    assert mean_shift(values) == (at, pytest.approx(f))


def test_a_clear_step_is_found_where_it_is_with_its_levels():
    (found,) = breaks(STEP).found
    assert found.index == 12
    assert found.low <= 12 <= found.high
    assert found.effect.ratio == pytest.approx(0.5)
    assert found.effect.expected == pytest.approx(480)
    assert found.effect.observed == pytest.approx(240)
    assert found.effect.p is None, "no p for a date that was chosen to make it small"
    assert found.date == "chosen by the data"


def test_a_rise_and_a_fall_are_both_found_and_the_earlier_is_told_first():
    counts = np.r_[np.tile([3.0, 5], 12), np.tile([11.0, 13], 12), np.tile([3.0, 5], 12)]
    found = breaks(counts)
    assert [one.index for one in found.found] == [24, 48]
    assert [one.effect.direction for one in found.found] == ["more", "fewer"]
    assert found.fitted == pytest.approx(np.repeat([4.0, 12, 4], 24))


def test_the_intervals_by_the_plain_formula():
    """Poisson noise and no memory left: the likelihood's drop, and the exact ratio, by hand."""
    counts = np.random.default_rng(8).poisson(np.repeat([9.0, 4.0], 30)).astype(float)
    found = breaks(counts, most=1)
    (one,) = found.found
    cuts = range(9, 52)
    worth = np.array([deviance(counts, np.ones(60), [cut]) for cut in cuts])
    noise = max(1, found.dispersion) * (1 + found.memory) / (1 - found.memory)
    allowed = [
        cut
        for cut, drop in zip(cuts, worth - worth.min(), strict=True)
        if drop <= -2 * np.log(1 - np.sqrt(0.9875)) * noise
    ]
    assert (one.low, one.high) == (min(allowed), max(allowed))
    wider = noise * (stats.t.ppf(0.975, 57) / stats.norm.ppf(0.975)) ** 2
    ends = []
    for cut in allowed:
        before, after = counts[:cut].sum() / wider, counts[cut:].sum() / wider
        low = stats.beta.ppf(0.025, after, before + 1)
        high = stats.beta.ppf(0.975, after + 1, before)
        ends += [low / (1 - low) * cut / (60 - cut), high / (1 - high) * cut / (60 - cut)]
    assert one.effect.low == pytest.approx(min(ends))
    assert one.effect.high == pytest.approx(max(ends))


def test_the_dispersion_and_memory_are_those_about_the_pieces():
    found = breaks(STEP)
    residuals = (STEP - found.fitted) / np.sqrt(found.fitted)
    lag = residuals[1:] @ residuals[:-1] / (residuals @ residuals)
    assert found.dispersion == pytest.approx(residuals @ residuals / (24 - 3))
    assert found.memory == pytest.approx(max(0, lag + 4 / 24))


def test_what_was_spent_on_the_exposure_is_not_forgotten_in_the_noise():
    free, paid = breaks(STEP), breaks(STEP, spent=2)
    assert paid.dispersion == pytest.approx(free.dispersion * (24 - 3) / (24 - 5))
    assert any_break(STEP, seed=1, spent=2).dispersion > any_break(STEP, seed=1).dispersion


def test_a_steady_level_has_no_break():
    assert breaks(np.tile([4.0, 2, 3, 5, 1], 12)).found == ()


def test_a_season_is_no_break_when_it_is_in_the_exposure():
    exposure = np.exp(0.8 * np.sin(2 * np.pi * np.arange(36) / 36))
    assert breaks(20 * exposure).found != ()
    assert breaks(20 * exposure, exposure).found == ()


def test_doubling_exposure_and_counts_leaves_the_date_and_the_ratio():
    exposure = np.random.default_rng(2).uniform(0.5, 1.5, 24)
    once = breaks(STEP * exposure, exposure).found[0]
    twice = breaks(2 * STEP * exposure, 2 * exposure).found[0]
    assert twice.index == once.index
    assert twice.effect.ratio == pytest.approx(once.effect.ratio)


def test_time_turned_round_turns_the_break_round():
    forwards, backwards = breaks(STEP).found[0], breaks(STEP[::-1]).found[0]
    assert backwards.index == 24 - forwards.index
    assert backwards.effect.ratio == pytest.approx(1 / forwards.effect.ratio)
    assert backwards.effect.low == pytest.approx(1 / forwards.effect.high)


def test_a_missing_period_is_not_nought():
    counts = STEP.copy()
    counts[[5, 6, 11]] = np.nan
    found = breaks(counts)
    (one,) = found.found
    assert one.index == 12
    assert one.low <= 11, "it may have changed in the month that nobody counted"
    assert np.isnan(found.fitted[[5, 6, 11]]).all()
    gap = np.delete(STEP, [5, 6, 11])
    assert one.effect.ratio == pytest.approx(breaks(gap).found[0].effect.ratio)
    nought = np.where(np.isnan(counts), 0.0, counts)
    assert breaks(nought).dispersion > 3 * found.dispersion


def test_events_that_stop_altogether_give_nought_with_an_upper_end():
    (one,) = breaks(np.repeat([8.0, 0.0], 15)).found
    assert (one.index, one.effect.ratio, one.effect.low) == (15, 0.0, 0.0)
    assert 0 < one.effect.high < 0.2


def test_events_that_begin_have_no_finite_ratio_and_a_lower_end():
    (one,) = breaks(np.repeat([0.0, 8.0], 15)).found
    assert one.effect.ratio == np.inf
    assert one.effect.high == np.inf
    assert one.effect.low > 5


@pytest.mark.parametrize(
    ("counts", "problem"),
    [(np.ones(7), "too few periods"), (np.zeros(40), "no events"),
     (np.r_[np.ones(7), [np.nan] * 9], "too few periods")],
)  # fmt: skip
def test_what_cannot_be_looked_for_is_refused_with_a_word(counts, problem):
    assert breaks(counts).refused == problem
    assert any_break(counts, seed=1).refused == problem
    assert any_break(counts, seed=1).p is None
    assert detectable_step(counts, seed=1) is None


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: segment(np.ones((1, 10)), None, 5), "cannot be cut 5 times"),
        (lambda: segment(np.array([[1.0, np.nan, 2, 3]])), "no missing period"),
        (lambda: breaks(STEP, np.ones(3)), "of a length"),
        (lambda: breaks(-STEP), "nought or more"),
        (lambda: breaks(STEP, np.zeros(24)), "over nought"),
        (lambda: breaks(STEP, most=0), "at least 1, not 0"),
    ],
)
def test_a_wrong_question_is_answered_with_the_right_one(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_the_p_of_any_break_is_small_for_a_step_and_not_for_a_steady_level():
    assert any_break(STEP, seed=1).p < 0.01
    assert any_break(np.tile([4.0, 2, 3, 5, 1], 12), seed=1).p > 0.2


def test_the_p_hangs_on_the_seed_alone():
    once, again = any_break(SHOOTINGS, seed=3), any_break(SHOOTINGS, seed=3)
    assert once == again
    assert any_break(SHOOTINGS, seed=4).p != once.p


def test_the_smallest_p_is_told():
    found = any_break(np.repeat([90.0, 10.0], 12), seed=1, draws=99)
    assert (found.p, found.smallest_p) == (0.01, 0.01)


def test_the_likeliest_date_is_told_also_when_no_break_is_found():
    assert breaks(SHOOTINGS).found == ()
    where = any_break(SHOOTINGS, seed=1).where
    assert where.index == by_trying_all(deviance, SHOOTINGS, np.ones(9), 1, 2)[1][0] == 4
    assert where.effect.ratio == pytest.approx((154 / 5) / (202 / 4))
    assert where.effect.direction == "unclear"


def test_the_smaller_the_noise_the_smaller_the_step_that_would_be_found():
    few = np.tile([4.0, 2, 3, 5, 1], 12)
    assert detectable_step(few, seed=1) < detectable_step(10 * few.mean() + few, seed=1) < 1


def test_steady_series_have_the_dispersion_and_memory_asked_for():
    made = steady_series(np.full(4000, 5.0), 2.5, 0.3, draws=20, seed=1)
    gap = made - 5
    assert made.mean() == pytest.approx(5, abs=0.1)
    assert made.var() / 5 == pytest.approx(2.5, rel=0.05)
    assert (gap[:, 1:] * gap[:, :-1]).mean() / made.var() == pytest.approx(0.3, abs=0.03)


def test_steady_series_without_noise_are_poisson():
    made = steady_series(np.full(4000, 5.0), 0.7, 0.0, draws=10, seed=1)
    assert made.var() / made.mean() == pytest.approx(1, abs=0.03)

"""Synthetic comparisons by plain roads: a grid of weights, placebos one by one, and refusals."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from analysis.methods.synthetic import gap, mixtures, panel, shift_p, synthetic, weights
from analysis.methods.synthetic_difference import (
    difference,
    regularisation,
    synthetic_difference,
    time_weights,
    unit_weights,
)
from tests.conftest import SHARED
from tests.recovery import worlds
from tests.replication import synthetic_entries

START, MONTHS = 40, 52


def counted(areas=10, effect=0.0, seed=3, mean=6.0):
    """Counts of areas of which the first is treated from month 40 on."""
    starts = np.r_[START, np.full(areas - 1, MONTHS)]
    rng = np.random.default_rng(seed)
    return worlds.panel(rng, 1, starts, months=MONTHS, mean=mean, effect=effect)[0]


def plain_scores(scaled_outcomes, start=START):
    """Mean gap after over the root mean square before, area by area by another optimiser."""
    scores = []
    for area in range(len(scaled_outcomes)):
        others = np.delete(scaled_outcomes, area, axis=0)
        own = scaled_outcomes[area]
        path = own - slsqp(others[:, :start].T, own[:start]) @ others
        scores.append(abs(path[start:].mean()) / np.sqrt((path[:start] ** 2).mean()))
    return np.array(scores)


def slsqp(columns, target):
    donors = columns.shape[1]
    found = minimize(
        lambda w: ((target - columns @ w) ** 2).sum(),
        np.full(donors, 1 / donors),
        jac=lambda w: -2 * columns.T @ (target - columns @ w),
        bounds=[(0, 1)] * donors,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        method="SLSQP",
        options={"maxiter": 1000, "ftol": 1e-14},
    )
    return found.x


def own_mean(counts, start=START):
    return counts / counts[:, :start].mean(axis=1, keepdims=True)


class TestWeights:
    def test_no_mixture_on_a_fine_grid_is_nearer(self):
        rng = np.random.default_rng(1)
        columns, target = rng.normal(size=(15, 3)), rng.normal(size=15)
        found = weights(columns, target)
        steps = np.linspace(0, 1, 201)
        grid = np.array([(a, b, 1 - a - b) for a in steps for b in steps if a + b <= 1])
        distances = ((target - grid @ columns.T) ** 2).sum(axis=1)
        nearest = ((target - columns @ found) ** 2).sum()
        assert nearest <= distances.min() + 1e-12
        assert np.abs(found - grid[distances.argmin()]).max() <= 0.005

    def test_they_are_a_mixture(self):
        rng = np.random.default_rng(2)
        found = weights(rng.poisson(4, (30, 9)).astype(float), rng.poisson(4, 30).astype(float))
        assert found.min() >= 0
        assert found.sum() == pytest.approx(1, abs=1e-12)

    @pytest.mark.parametrize("size", [1e-6, 1e6])
    def test_the_unit_of_the_outcomes_does_not_matter(self, size):
        counts = counted()
        columns, target = counts[1:, :START].T, counts[0, :START]
        found = weights(size * columns, size * target)
        assert found == pytest.approx(weights(columns, target), abs=1e-9)

    def test_a_general_optimiser_on_outcomes_of_that_size_stops_at_equal_weights(self):
        # the trap that least squares with a row of ones avoids
        columns, target = 1e-5 * counted()[1:, :START].T, 1e-5 * counted()[0, :START]
        donors = columns.shape[1]
        stopped = minimize(
            lambda w: ((target - columns @ w) ** 2).sum(),
            np.full(donors, 1 / donors),
            bounds=[(0, 1)] * donors,
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
            method="SLSQP",
        )
        assert stopped.success
        assert stopped.x == pytest.approx(np.full(donors, 1 / donors), abs=1e-6)
        assert np.ptp(weights(columns, target)) > 0.05

    def test_a_common_level_added_to_every_area_does_not_matter(self):
        counts = counted()
        columns, target = counts[1:, :START].T, counts[0, :START]
        season = 5 * np.sin(np.arange(START))
        moved = weights(columns + season[:, None], target + season)
        assert moved == pytest.approx(weights(columns, target), abs=1e-9)

    def test_all_placebos_at_once_are_those_one_by_one(self):
        before = counted()[:, :START]
        found = mixtures(before)
        assert np.diag(found).tolist() == [0.0] * 10
        for area in range(10):
            # no donor would bring it nearer than those that are in it
            others, alone = np.delete(before, area, axis=0), np.delete(found[area], area)
            pull = others @ (alone @ others - before[area])
            assert pull[alone > 0] == pytest.approx(pull.min(), rel=1e-9)
            assert np.abs(alone - slsqp(others.T, before[area])).max() < 2e-4


class TestSynthetic:
    def test_the_ratio_is_observed_over_synthetic_events(self):
        counts = counted(effect=-0.7)
        found = synthetic(counts, 0, START)
        mix = slsqp(own_mean(counts)[1:, :START].T, own_mean(counts)[0, :START])
        expected = (mix @ own_mean(counts)[1:, START:]).sum() * counts[0, :START].mean()
        assert found.effect.expected == pytest.approx(expected, rel=1e-4)
        assert found.effect.observed == counts[0, START:].sum()
        assert found.effect.ratio == pytest.approx(counts[0, START:].sum() / expected, rel=1e-4)
        assert found.effect.months == MONTHS - START

    def test_the_gap_is_on_the_scale_of_the_counts(self):
        found = synthetic(counted(), 0, START)
        assert found.observed == pytest.approx(counted()[0])
        assert found.gap == pytest.approx(found.placebo_gaps[0] * counted()[0, :START].mean())
        assert found.misfit == pytest.approx(np.sqrt((found.gap[:START] ** 2).mean()))

    def test_unscaled_it_is_the_gap_of_its_own_weights(self):
        found = synthetic(counted(), 0, START, scaled=False)
        assert found.gap == pytest.approx(gap(counted(), 0, found.weights))

    def test_p_is_the_rank_among_all_areas(self):
        counts = counted(effect=-0.7, seed=5)
        scores = plain_scores(own_mean(counts))
        found = synthetic(counts, 0, START)
        assert found.placebo_scores == pytest.approx(scores, rel=1e-3)
        assert found.effect.p == np.mean(scores >= scores[0])

    def test_ten_areas_cannot_convince_whatever_happened(self):
        counts = counted(mean=30)
        counts[0, START:] = 0
        effect = synthetic(counts, 0, START).effect
        assert (effect.ratio, effect.p, effect.smallest_p) == (0.0, 0.1, 0.1)
        assert not effect.can_convince
        assert (effect.low, effect.detectable, effect.direction) == (None, None, "unclear")

    def test_the_interval_is_the_ratios_that_placebos_do_not_reject(self):
        counts = counted(areas=40, effect=-1.2, mean=20)
        effect = synthetic(counts, 0, START).effect

        def p(ratio):
            undone = own_mean(counts)
            undone[0, START:] /= ratio
            return synthetic(undone, 0, START, scaled=False).effect.p

        assert effect.high < 1
        assert effect.direction == "fewer"
        assert p(effect.ratio) == 1.0
        assert p(1.001 * effect.low) > 0.05 >= p(0.98 * effect.low)
        assert p(0.999 * effect.high) > 0.05 >= p(1.02 * effect.high)

    def test_the_detectable_ratio_would_have_been_found_in_four_of_five_areas(self):
        counts = own_mean(counted(areas=40, mean=20))
        found = synthetic(counts, 0, START, scaled=False)
        scores = found.placebo_scores
        noise = np.sqrt((found.placebo_gaps[:, :START] ** 2).mean(axis=1))

        def share(ratio):
            hits = 0
            for area in range(1, 40):
                less = (1 - ratio) * counts[area, START:].mean()
                score = abs(found.placebo_gaps[area, START:].mean() - less) / noise[area]
                others = np.delete(scores, [0, area])
                hits += (1 + np.sum(others >= score)) / 40 <= 0.05
            return hits / 39

        detectable = found.effect.detectable
        assert share(detectable) >= 0.8 > share(detectable + 0.01)

    def test_scaled_outcomes_do_not_know_the_size_of_an_area(self):
        counts = counted(effect=-0.7)
        larger = counts * np.arange(1, 11)[:, None]
        found, same = synthetic(larger, 0, START), synthetic(counts, 0, START)
        assert found.effect.ratio == pytest.approx(same.effect.ratio)
        assert found.effect.p == same.effect.p
        assert synthetic(larger, 3, START).effect.observed == 4 * counts[3, START:].sum()

    def test_doubling_every_outcome_leaves_ratio_and_p(self):
        for scaled in (True, False):
            one = synthetic(counted(), 0, START, scaled=scaled).effect
            two = synthetic(2 * counted(), 0, START, scaled=scaled).effect
            assert two.ratio == pytest.approx(one.ratio)
            assert (two.p, two.observed) == (one.p, 2 * one.observed)

    def test_the_order_of_areas_does_not_matter(self):
        counts = counted(areas=24, effect=-0.7)
        order = np.random.default_rng(1).permutation(24)
        shuffled = synthetic(counts[order], int(np.flatnonzero(order == 0)[0]), START)
        straight = synthetic(counts, 0, START)
        assert shuffled.weights == pytest.approx(straight.weights[order], abs=1e-9)
        for what in ("ratio", "low", "high", "p", "detectable"):
            assert getattr(shuffled.effect, what) == pytest.approx(getattr(straight.effect, what))

    def test_a_missing_month_is_left_out_and_is_not_nought(self):
        holed, nought = counted(), counted()
        holed[4, 7], holed[0, 45] = np.nan, np.nan
        nought[4, 7], nought[0, 45] = 0, 0
        found = synthetic(holed, 0, START)
        cut = synthetic(np.delete(counted(), [7, 45], axis=1), 0, START - 1)
        assert found.effect == replace(cut.effect, months=11)
        assert found.effect.ratio != pytest.approx(synthetic(nought, 0, START).effect.ratio)
        assert np.flatnonzero(np.isnan(found.gap)).tolist() == [7, 45]
        assert shift_p(holed, 0, START) == shift_p(np.delete(counted(), [7, 45], axis=1), 0, 39)

    def test_the_counts_that_were_given_stay_as_they_were(self):
        counts = counted()
        synthetic(counts, 0, START), shift_p(counts, 0, START, ratio=0.5)
        assert (counts == counted()).all()


class TestRefusals:
    def test_an_area_far_above_all_others_is_outside_them(self):
        counts = counted(mean=20)
        counts[0] *= 5
        found = synthetic(counts, 0, START, scaled=False)
        assert found.effect.refused == "outside the others"
        assert found.effect.smallest_p == 0.1
        assert synthetic(counts, 0, START).effect.known, "its ratios to usual can be mixed"

    def test_an_area_with_a_steep_trend_of_its_own_is_outside_the_others(self):
        counts = counted(mean=20)
        counts[0] *= np.linspace(5, 0.1, MONTHS)
        assert synthetic(counts, 0, START).effect.refused == "outside the others"

    def test_an_area_with_waves_of_its_own_fits_poorly(self):
        rng = np.random.default_rng(8)
        outcomes = 10 + np.sin(np.arange(MONTHS) / 3) + 0.3 * rng.normal(size=(10, MONTHS))
        outcomes[0] += 4 * np.sin(np.arange(MONTHS) * 2 * np.pi / 10)
        assert synthetic(outcomes, 0, START).effect.refused == "poor fit"

    @pytest.mark.parametrize(
        ("cut", "start", "key"),
        [
            (slice(0, 4), START, "too few areas"),
            (slice(None), 9, "too few months"),
        ],
    )
    def test_too_little_to_mix(self, cut, start, key):
        found = synthetic(counted()[cut], 0, start)
        assert found.effect.refused == key
        assert np.isnan(found.synthetic).all()
        assert found.observed == pytest.approx(counted()[0])

    def test_no_whole_month_after_is_too_few(self):
        counts = counted()
        counts[3, START:] = np.nan
        assert synthetic(counts, 0, START).effect.refused == "too few months"
        with pytest.raises(ValueError, match="0 of 40 whole months come after"):
            shift_p(counts, 0, START)

    def test_an_area_without_events_before_has_no_usual(self):
        counts = counted()
        counts[2, :START] = 0
        found = synthetic(counts, 0, START)
        assert found.effect.refused == "no events before"
        assert found.observed == pytest.approx(counted()[0])

    def test_nothing_is_expected_where_the_others_have_no_events_after(self):
        counts = counted()
        counts[1:, START:] = 0
        assert synthetic(counts, 0, START).effect.refused == "nothing expected"

    @pytest.mark.parametrize(
        ("ask", "said"),
        [
            ({"treated": 10, "start": START}, "treated 10 must be a row of outcomes, 0 to 9"),
            ({"treated": 0, "start": 0}, "start 0 must leave a month"),
            ({"treated": 0, "start": MONTHS}, "start 52 must leave a month"),
        ],
    )
    def test_a_wrong_question_is_answered_with_the_right_one(self, ask, said):
        with pytest.raises(ValueError, match=said):
            synthetic(counted(), **ask)

    def test_one_series_is_no_panel(self):
        with pytest.raises(ValueError, match=r"shape \(areas, months\), not \(52,\)"):
            panel(counted()[0], START, scaled=True)

    def test_shifts_refuse_an_area_without_any_event(self):
        counts = counted()
        counts[5] = 0
        with pytest.raises(ValueError, match="row 5 of outcomes has no events"):
            shift_p(counts, 0, START)


class TestShifts:
    def test_p_is_the_share_of_shifts_with_as_large_a_mean_gap(self):
        counts = counted(effect=-0.7)
        outcomes = counts / counts.mean(axis=1, keepdims=True)
        gaps = outcomes[0] - slsqp(outcomes[1:].T, outcomes[0]) @ outcomes[1:]
        means = [abs(np.roll(gaps, shift)[START:].mean()) for shift in range(MONTHS)]
        expected = np.mean(np.array(means) >= means[0] - 1e-9)
        assert shift_p(counts, 0, START) == pytest.approx(expected)

    def test_its_smallest_value_is_one_over_the_months(self):
        counts = counted(mean=30)
        counts[0, START:] = 0
        assert shift_p(counts, 0, START) == pytest.approx(1 / MONTHS)

    def test_the_ratio_that_undoes_the_effect_is_not_rejected(self):
        counts = counted(mean=30, seed=4)
        reduced = counts.copy()
        reduced[0, START:] *= 0.3
        assert shift_p(reduced, 0, START) < 0.05
        assert shift_p(reduced, 0, START, ratio=0.3) == shift_p(counts, 0, START) > 0.05

    def test_the_order_of_the_others_does_not_matter(self):
        counts = counted()
        assert shift_p(counts[[0, *range(9, 0, -1)]], 0, START) == shift_p(counts, 0, START)


class TestSyntheticDifference:
    def test_unit_weights_are_the_optimum_with_a_free_level(self):
        counts = own_mean(counted())
        donors, target = counts[1:, :START], counts[0, :START]
        spread = regularisation(donors, 1, MONTHS - START)
        first = np.concatenate([np.diff(row) for row in donors])
        assert spread == pytest.approx(12**0.25 * first.std(ddof=1))
        columns = donors.T - donors.mean(axis=1)
        columns = np.vstack([columns, spread * np.sqrt(START) * np.eye(9)])
        expected = slsqp(columns, np.r_[target - target.mean(), np.zeros(9)])
        assert unit_weights(donors, target, spread) == pytest.approx(expected, abs=1e-5)

    def test_a_level_of_its_own_does_not_matter(self):
        counts = counted()
        higher = counts.copy()
        higher[0] += 100
        found = synthetic_difference(counts, [0], START, seed=1, scaled=False)
        moved = synthetic_difference(higher, [0], START, seed=1, scaled=False)
        assert moved.difference == pytest.approx(found.difference)
        assert moved.error == pytest.approx(found.error)

    def test_with_equal_weights_it_is_the_plain_difference_in_differences(self):
        counts = counted()
        found = difference(counts, [0], START, np.full(9, 1 / 9), np.full(START, 1 / START))
        change = counts[:, START:].mean(axis=1) - counts[:, :START].mean(axis=1)
        assert found == pytest.approx(change[0] - change[1:].mean())

    def test_each_other_area_is_the_placebo_of_one(self):
        found = synthetic_difference(counted(), [0], START, seed=1)
        outcomes = own_mean(counted())[1:]
        for area, placebo in enumerate(found.placebos):
            before = np.delete(outcomes, area, axis=0)[:, :START]
            after = np.delete(outcomes, area, axis=0)[:, START:].mean(axis=1)
            spread = regularisation(before, 1, MONTHS - START)
            unit = unit_weights(before, outcomes[area, :START], spread)
            time = time_weights(before, after)
            expected = difference(outcomes, [area], START, unit, time)
            assert placebo == pytest.approx(expected)
        assert found.error == pytest.approx(np.std(found.placebos, ddof=1))

    def test_one_treated_area_needs_no_draws(self):
        one, two = (synthetic_difference(counted(), [0], START, seed=seed) for seed in (1, 2))
        assert one.effect == two.effect

    def test_draws_of_several_treated_areas_go_by_the_seed(self):
        counts = counted(areas=20)
        asked = [synthetic_difference(counts, [0, 3, 7], START, seed=s, runs=20) for s in (1, 1, 2)]
        assert asked[0].effect == asked[1].effect
        assert asked[0].effect.ratio == asked[2].effect.ratio
        assert asked[0].effect.low != asked[2].effect.low
        assert asked[0].effect.months == 3 * (MONTHS - START)
        assert asked[0].effect.observed == pytest.approx(counts[[0, 3, 7], START:].sum())

    def test_doubling_every_count_leaves_the_ratio(self):
        one = synthetic_difference(counted(), [0], START, seed=1).effect
        two = synthetic_difference(2 * counted(), [0], START, seed=1).effect
        assert (two.ratio, two.low, two.p) == pytest.approx((one.ratio, one.low, one.p))

    def test_a_missing_month_is_left_out(self):
        holed = counted()
        holed[4, 7] = np.nan
        cut = synthetic_difference(np.delete(counted(), 7, axis=1), [0], START - 1, seed=1)
        assert synthetic_difference(holed, [0], START, seed=1).effect == cut.effect

    @pytest.mark.parametrize(
        ("change", "key"),
        [
            ((slice(0, 1), slice(START, None)), "no events after"),
            ((slice(5, 6), slice(START, None)), "no events after"),
            ((slice(5, 6), slice(0, START)), "no events before"),
        ],
    )
    def test_refusals(self, change, key):
        counts = counted()
        counts[change] = 0
        assert synthetic_difference(counts, [0], START, seed=1).effect.refused == key

    @pytest.mark.parametrize(
        ("treated", "said"),
        [
            ([], "must be different rows"),
            ([1, 1], "must be different rows"),
            ([10], "among 0 to 9"),
            ([0, 1, 2, 3], "fewer than three others"),
        ],
    )
    def test_impossible_choices_of_treated_areas_are_refused(self, treated, said):
        with pytest.raises(ValueError, match=said):
            synthetic_difference(counted(), treated, START, seed=1)


@pytest.mark.skipif(
    not (SHARED / "validation" / "data").exists(), reason="the shared validation data are not here"
)
class TestProposition99:
    @pytest.fixture
    def packs(self):
        return synthetic_entries.smoking(SHARED / "validation" / "data")

    def test_both_placebo_ranks_are_three_of_39(self, packs):
        outcomes, _, california = packs
        found = synthetic(outcomes, california, synthetic_entries.SMOKING_START, scaled=False)
        published = synthetic_entries.root_mean_square_rank(
            found.placebo_gaps, california, synthetic_entries.SMOKING_START
        )
        assert found.effect.p == published == 3 / 39

    def test_a_state_that_smokes_more_than_all_is_outside_the_others(self, packs):
        outcomes, states, _ = packs
        found = synthetic(outcomes, states.index("New Hampshire"), 19, scaled=False)
        assert found.effect.refused == "outside the others"

    def test_the_published_steps_stop_short_of_the_optimum(self, packs):
        outcomes, _, california = packs
        donors, own = np.delete(outcomes, california, axis=0)[:, :19], outcomes[california, :19]
        spread = regularisation(donors, 1, 12)
        columns, target = donors.T - donors.mean(axis=1), own - own.mean()

        def loss(w):
            return ((columns @ w - target) ** 2).sum() + 19 * spread**2 * (w**2).sum()

        optimum = loss(unit_weights(donors, own, spread))
        steps = [loss(unit_weights(donors, own, spread, n)) for n in (100, 1000, 10_000)]
        assert steps[0] > steps[1] > steps[2] > optimum
        whole = synthetic_difference(outcomes, [california], 19, seed=1, scaled=False)
        assert whole.difference == pytest.approx(-15.6054, abs=5e-5)

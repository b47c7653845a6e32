"""Treated against comparison areas: by the plainest road, and refused where there is none."""

from itertools import combinations
from math import log

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.methods.difference import (
    Panel,
    Table,
    Trial,
    counterfactual,
    disagreement,
    fit_two_way,
    foreseen,
    imputed,
    neighbours,
    randomised,
    two_way,
)

NEVER = 40
STAGGERED = np.array([20, 26, 32, *[NEVER] * 5])
AREAS = len(STAGGERED)


def noisy(seed=1, mean=3.0, areas=AREAS):
    rng = np.random.default_rng(seed)
    level = mean * np.exp(rng.normal(0, 0.4, (areas, 1)) + rng.normal(0, 0.2, NEVER))
    return rng.poisson(level).astype(float)


def exact(ratio=1.0, starts=STAGGERED):
    """Counts that are exactly area times month, times the ratio where treated."""
    area = np.arange(1, len(starts) + 1)[:, None]
    month = 2 + np.cos(np.arange(NEVER))
    return area * month * np.where(np.arange(NEVER) >= starts[:, None], ratio, 1.0)


def by_dummies(counts, starts, exposure=1.0):
    """Counted over expected by a regression on a dummy for every area and month."""
    area, month = np.indices(counts.shape)
    known = ~np.isnan(counts)
    treated = month >= starts[:, None]
    offset = np.broadcast_to(np.log(exposure), counts.shape)
    columns = np.concatenate(
        [np.eye(len(counts))[area], np.eye(counts.shape[1])[month][..., 1:]], axis=2
    )
    before, after = known & ~treated, known & treated
    fitted = sm.GLM(
        counts[before], columns[before], family=sm.families.Poisson(), offset=offset[before]
    ).fit(tol=1e-13)
    return counts[after].sum() / np.exp(columns[after] @ fitted.params + offset[after]).sum()


# ------------------------------------------------------------------ the ratio


def test_the_ratio_is_that_of_a_regression_on_dummies_of_untreated_months():
    counts = noisy()
    assert imputed(counts, STAGGERED).ratio == pytest.approx(
        by_dummies(counts, STAGGERED), rel=1e-7
    )


def test_a_missing_month_is_left_out_and_is_not_nought():
    counts = noisy()
    counts[0, 22:26] = counts[4, 3] = np.nan
    counts[:, 30] = np.nan
    found = imputed(counts, STAGGERED)
    shorter = np.where(STAGGERED > 30, STAGGERED - 1, STAGGERED)
    plainly = by_dummies(np.delete(counts, 30, axis=1), shorter)
    assert found.ratio == pytest.approx(plainly, rel=1e-7)
    assert found.months == (20 - 1 - 4) + (14 - 1) + 8
    assert found.ratio != pytest.approx(imputed(np.nan_to_num(counts), STAGGERED).ratio, rel=0.02)


def test_a_noiseless_ratio_comes_back_with_its_counterfactual():
    found = imputed(exact(0.6), STAGGERED)
    assert found.ratio == pytest.approx(0.6)
    assert found.dispersion == pytest.approx(0, abs=1e-9)
    assert counterfactual(exact(0.6), STAGGERED) == pytest.approx(exact())
    treated = np.arange(NEVER) >= STAGGERED[:, None]
    assert found.expected == pytest.approx(exact()[treated].sum())
    assert found.observed == pytest.approx(0.6 * exact()[treated].sum())
    assert found.months == treated.sum()


def test_an_early_area_is_no_comparison_for_a_late_one():
    """An effect that grows in early areas must not look like harm in late ones."""
    since = np.arange(NEVER) - STAGGERED[:, None]
    grown = exact() * np.where(since >= 0, np.exp(-0.05 * np.maximum(since, 0)), 1.0)
    truth = grown[since >= 0].sum() / exact()[since >= 0].sum()
    assert imputed(grown, STAGGERED).ratio == pytest.approx(truth)
    assert two_way(grown, (since >= 0).astype(float), "quasi").ratio > truth + 0.01


def test_draws_at_once_are_what_each_would_be_alone():
    counts = noisy()
    counts[1, 5:9] = np.nan
    panel = Panel(counts=counts, starts=STAGGERED).sorted()[0]
    trial = Trial.of(panel, number=60, seed=1)
    alone = [log(imputed(panel.counts, starts).ratio) for starts in trial.draws[:, :, 0]]
    assert len(alone) == 60
    assert trial.log_ratios() == pytest.approx(np.array(alone), abs=1e-9)


def test_draws_at_once_take_reached_months_and_exposure_along():
    reached = np.full(AREAS, NEVER)
    reached[5] = 23
    exposure = np.random.default_rng(4).uniform(0.5, 2, (AREAS, 4)).repeat(10, axis=1)
    about = {"exposure": exposure, "spill": reached}
    panel = Panel(counts=noisy(), starts=STAGGERED, **about).sorted()[0]
    trial = Trial.of(panel, number=40, seed=1)
    for (starts, spill), together in zip(
        trial.draws.transpose(0, 2, 1), trial.log_ratios(), strict=True
    ):
        alone = imputed(panel.counts, starts, exposure=panel.exposure, spill=spill)
        assert together == pytest.approx(log(alone.ratio), abs=1e-9)


def test_sixty_months_and_three_starts_are_four_columns():
    panel = Panel(counts=noisy(), starts=STAGGERED)
    assert Table.of(panel).counts.shape == (AREAS, 4)


def test_doubling_exposure_and_counts_leaves_the_ratio():
    counts, twice = noisy(), np.ones((AREAS, NEVER))
    everywhere = imputed(2 * counts, STAGGERED, exposure=2 * twice)
    assert everywhere.ratio == pytest.approx(imputed(counts, STAGGERED).ratio)
    twice[4, 25:] = 2.0
    grown = exact(0.6) * twice
    assert imputed(grown, STAGGERED, exposure=twice).ratio == pytest.approx(0.6)
    assert imputed(grown, STAGGERED).ratio < 0.57, "an area that grew passes for a measure"


def test_an_exposure_enters_as_the_offset_of_a_regression():
    counts = noisy()
    exposure = np.random.default_rng(4).uniform(0.5, 2, (AREAS, 4)).repeat(10, axis=1)
    found = imputed(counts, STAGGERED, exposure=exposure).ratio
    assert found == pytest.approx(by_dummies(counts, STAGGERED, exposure), rel=1e-7)


def test_an_area_left_out_might_as_well_not_be_there():
    counts = noisy()
    kept = np.delete(np.arange(AREAS), [4, 6])
    without = randomised(counts, STAGGERED, seed=1, number=199, excluded=[4, 6])
    assert without == randomised(counts[kept], STAGGERED[kept], seed=1, number=199)


@pytest.mark.parametrize(
    ("change", "starts", "reason"),
    [
        (None, [NEVER] * AREAS, "nobody treated"),
        ("after", [30, *[NEVER] * 7], "no months after"),
        (None, [0, *[NEVER] * 7], "no months before"),
        (None, [30] * AREAS, "no comparison"),
        ("before", [30, *[NEVER] * 7], "no events before"),
    ],
)
def test_where_there_is_nothing_to_compare_it_says_so(change, starts, reason):
    counts = noisy()
    if change == "after":
        counts[0, 30:] = np.nan
    if change == "before":
        counts[0, :30] = 0
    for found in (
        imputed(counts, np.array(starts)),
        randomised(counts, np.array(starts), seed=1),
    ):
        assert (found.known, found.refused) == (False, reason)


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"counts": np.ones(NEVER)}, "shape"),
        ({"counts": -np.ones((AREAS, NEVER))}, "0 or more"),
        ({"starts": STAGGERED[:3]}, "one for each of 8"),
        ({"starts": STAGGERED + 0.5}, "whole months"),
        ({"starts": STAGGERED + 1}, "0..40"),
        ({"exposure": np.zeros((AREAS, NEVER))}, "above 0"),
        ({"spill": np.full(AREAS, 30)}, "both treated and reached"),
    ],
)
def test_a_wrong_panel_is_answered_with_what_is_right(about, message):
    with pytest.raises(ValueError, match=message):
        Panel(**{"counts": noisy(), "starts": STAGGERED} | about)


# ------------------------------------------------------------------ the assignments


def test_one_of_ten_cannot_convince_and_gets_no_interval():
    starts = np.array([20, *[NEVER] * 9])
    found = randomised(noisy(areas=10) * [[0.1], *[[1.0]] * 9], starts, seed=1)
    assert found.smallest_p == pytest.approx(0.1)
    assert found.p >= found.smallest_p
    assert (found.low, found.high, found.detectable) == (None, None, None)
    assert not found.can_convince
    assert found.direction == "unclear"


def test_one_of_ten_can_convince_at_eighty_per_cent():
    starts = np.array([20, *[NEVER] * 9])
    found = randomised(noisy(areas=10), starts, seed=1, level=0.80)
    assert found.low < found.ratio < found.high
    assert found.can_convince


def test_p_is_the_share_of_assignments_by_the_plainest_road():
    """With one start, what is expected is what was before times how the others went."""
    counts, starts = noisy(areas=7), np.array([20, 20, *[NEVER] * 5])
    before, after = counts[:, :20].sum(axis=1), counts[:, 20:].sum(axis=1)

    def far(pair):
        others = np.delete(np.arange(7), pair)
        expected = before[list(pair)].sum() * after[others].sum() / before[others].sum()
        return abs(log(after[list(pair)].sum() / expected))

    every = np.array([far(pair) for pair in combinations(range(7), 2)])
    found = randomised(counts, starts, seed=1)
    assert found.p == pytest.approx(np.mean(every >= far((0, 1)) - 1e-9))
    assert found.smallest_p == pytest.approx(1 / 21)


def test_the_interval_ends_where_a_ratio_is_just_rejected():
    counts = noisy()
    found = randomised(counts, STAGGERED, seed=1, number=199)
    trial = Trial.of(Panel(counts=counts, starts=STAGGERED), 199, 1)
    assert found.p == pytest.approx(share_as_far(trial, 1.0))
    for end, inside in ((found.low, 1.003), (found.high, 1 / 1.003)):
        assert share_as_far(trial, end) <= 0.05
        assert share_as_far(trial, end * inside) > 0.05


def share_as_far(trial, ratio):
    """By hand: the treated counts divided by the ratio, everything fitted anew one by one."""
    starts = trial.draws[0, :, 0]
    counts = trial.table.counts / np.where(trial.table.first >= starts[:, None], ratio, 1.0)
    drawn = [abs(log(imputed(counts, moved(trial, one)).ratio)) for one in trial.draws]
    return np.mean(np.array(drawn) >= drawn[0] - 1e-9)


def moved(trial, one):
    """Starts in the columns of the table, which stand in their order of time."""
    return (trial.table.first[None] < one[:, :1]).sum(axis=1)


def test_the_order_of_areas_changes_nothing():
    counts, order = noisy(), np.random.default_rng(3).permutation(AREAS)
    found = randomised(counts, STAGGERED, seed=1, number=99)
    shuffled = randomised(counts[order], STAGGERED[order], seed=1, number=99)
    for name in ("ratio", "low", "high", "p", "detectable", "dispersion"):
        assert getattr(shuffled, name) == pytest.approx(getattr(found, name), rel=1e-9)


def test_a_total_stop_has_a_p_and_no_interval():
    counts = noisy(mean=8.0, areas=30)
    starts = np.array([20, *[NEVER] * 29])
    counts[0, 20:] = 0
    found = randomised(counts, starts, seed=1)
    assert (found.ratio, found.low) == (0.0, None)
    assert found.p == pytest.approx(1 / 30)


def test_who_could_not_have_been_chosen_is_still_a_comparison():
    counts = noisy()
    found = randomised(counts, STAGGERED, seed=1, eligible=[0, 1, 2, 3])
    assert found.ratio == imputed(counts, STAGGERED).ratio
    assert found.smallest_p == pytest.approx(1 / 24)


def test_a_rehearsal_tells_what_would_be_found():
    quiet, loud = noisy(mean=1.0, areas=12), noisy(mean=20.0, areas=12)
    few = foreseen(quiet, [0, 1, 2], 12, seed=1)
    many = foreseen(loud, [0, 1, 2], 12, seed=1)
    assert 0 < few < many < 1
    assert foreseen(loud, [0], 12, seed=1) is None, "one of twelve cannot convince"
    assert foreseen(loud, [0, 1, 2], 12, seed=1) == many


def test_a_rehearsal_needs_something_to_rehearse_on():
    with pytest.raises(ValueError, match=r"1\.\.39"):
        foreseen(noisy(), [0], 40, seed=1)
    with pytest.raises(ValueError, match="no comparison"):
        foreseen(noisy(), range(AREAS), 12, seed=1)


# ------------------------------------------------------------------ neighbours


def test_neighbours_are_kept_left_out_and_modelled():
    reached = np.full(AREAS, NEVER)
    reached[3:5] = 24
    counts = exact(0.6)
    counts[3:5, 24:] *= 1.5
    found = neighbours(counts, STAGGERED, reached, seed=1, number=99)
    assert found.kept.ratio < 0.55, "what moved next door passes for effect"
    assert found.left_out.ratio == pytest.approx(0.6)
    assert found.modelled.ratio == pytest.approx(0.6)
    assert found.reached.ratio == pytest.approx(1.5)
    assert found.left_out == randomised(counts, STAGGERED, seed=1, number=99, excluded=[3, 4])
    for effect in (found.modelled, found.reached):
        assert effect.low <= effect.ratio <= effect.high


def test_one_effect_is_tested_with_the_other_held_at_its_estimate():
    starts, reached = np.full((2, 6), NEVER)
    starts[0], reached[1] = 20, 20
    counts = noisy(areas=6)
    counts[1, 20:] *= 4
    found = neighbours(counts, starts, reached, seed=1)
    calmed = counts.copy()
    calmed[1, 20:] /= found.reached.ratio
    assert found.modelled.p == randomised(calmed, starts, seed=1, spill=reached).p
    assert found.modelled.p != randomised(counts, starts, seed=1, spill=reached).p


def test_a_reached_month_is_no_comparison_but_an_earlier_one_is():
    counts, reached = noisy(), np.full(AREAS, NEVER)
    reached[7] = 24
    hidden = counts.copy()
    hidden[7, 24:] = np.nan
    modelled = imputed(counts, STAGGERED, spill=reached)
    assert modelled.ratio == pytest.approx(imputed(hidden, STAGGERED).ratio)
    assert modelled.ratio != pytest.approx(imputed(counts, STAGGERED, excluded=[7]).ratio)


def test_with_one_start_modelling_neighbours_is_leaving_them_out():
    counts, starts = noisy(), np.array([20, 20, 20, *[NEVER] * 5])
    reached = np.where(np.arange(AREAS) == 7, 20, NEVER)
    modelled = imputed(counts, starts, spill=reached).ratio
    assert modelled == pytest.approx(imputed(counts, starts, excluded=[7]).ratio)


# ------------------------------------------------------------------ the contrast


def statsmodels_two_way(counts, treatment):
    """The same regression with explicit dummies; naive error, dispersion and cluster scores."""
    area, month = np.indices(counts.shape)
    known = ~np.isnan(counts)
    columns = np.concatenate(
        [treatment[..., None], np.eye(len(counts))[area], np.eye(counts.shape[1])[month][..., 1:]],
        axis=2,
    )[known]
    model = sm.GLM(counts[known], columns, family=sm.families.Poisson())
    plain = model.fit(tol=1e-13)
    clustered = model.fit(
        tol=1e-13, cov_type="cluster", cov_kwds={"groups": area[known], "use_correction": False}
    )
    return plain, clustered.bse[0]


def test_two_way_is_the_regression_with_every_dummy():
    counts, treatment = noisy(), (np.arange(NEVER) >= STAGGERED[:, None]).astype(float)
    counts[2, 7] = np.nan
    treatment[0, 20] = 0.4
    plain, clustered = statsmodels_two_way(counts, treatment)
    found = fit_two_way(counts[None], treatment)
    n, k = AREAS * NEVER - 1, 1 + NEVER
    assert found.coefficient[0] == pytest.approx(plain.params[0], abs=1e-8)
    assert found.naive_errors()[0] == pytest.approx(plain.bse[0], rel=1e-6)
    phi = max(1.0, plain.pearson_chi2 / plain.df_resid)
    assert found.quasi_errors()[0] == pytest.approx(plain.bse[0] * np.sqrt(phi), rel=1e-6)
    few = np.sqrt(AREAS / (AREAS - 1) * (n - 1) / (n - k))
    assert found.cluster_errors()[0] == pytest.approx(clustered * few, rel=1e-6)


def test_panels_at_once_are_what_each_would_be_alone():
    treatment = (np.arange(NEVER) >= STAGGERED[:, None]).astype(float)
    panels = np.stack([noisy(seed) for seed in (1, 2, 3)])
    panels[1, :, 5] = 0
    together = fit_two_way(panels, treatment)
    for i, counts in enumerate(panels):
        alone = fit_two_way(counts[None], treatment)
        assert together.coefficient[i] == pytest.approx(alone.coefficient[0], abs=1e-9)
        assert together.cluster_errors()[i] == pytest.approx(alone.cluster_errors()[0])


def test_a_month_and_an_area_without_events_say_nothing():
    counts, treatment = noisy(), (np.arange(NEVER) >= STAGGERED[:, None]).astype(float)
    counts[:, 9] = counts[6] = 0
    kept = np.delete(np.delete(counts, 9, axis=1), 6, axis=0)
    same = np.delete(np.delete(treatment, 9, axis=1), 6, axis=0)
    for error in ("naive", "quasi", "cluster"):
        whole, part = two_way(counts, treatment, error), two_way(kept, same, error)
        assert (whole.ratio, whole.low) == pytest.approx((part.ratio, part.low))


def test_two_way_refuses_what_it_cannot_tell():
    treatment = (np.arange(NEVER) >= STAGGERED[:, None]).astype(float)
    assert two_way(noisy(), 0 * treatment, "quasi").refused == "nobody treated"
    stopped = np.where(treatment > 0, 0, noisy())
    assert two_way(stopped, treatment, "quasi").refused == "no events after"
    with pytest.raises(ValueError, match="naive, quasi, cluster"):
        two_way(noisy(), treatment, "robust")


def test_the_two_designs_agree_on_a_constant_effect_and_part_on_a_growing_one():
    constant = disagreement(exact(0.6), STAGGERED)
    assert (constant.outcome, constant.looked_at) == ("passed", 20 + 14 + 8)
    assert constant.found["imputed"] == pytest.approx(constant.found["two_way"])
    starts = np.array([8, 14, 20, 26, 32, *[NEVER] * 3])
    since = np.arange(NEVER) - starts[:, None]
    grown = exact(starts=starts) * np.exp(-0.06 * np.maximum(since, 0))
    found = disagreement(grown, starts)
    theirs = fit_two_way(grown[None], (since >= 0).astype(float))
    gap = theirs.coefficient[0] - log(imputed(grown, starts).ratio)
    assert found.outcome == "failed"
    assert found.found["gap"] == pytest.approx(gap / theirs.quasi_errors()[0])


def test_where_one_design_refuses_the_disagreement_is_for_information():
    found = disagreement(noisy(), np.full(AREAS, NEVER))
    assert (found.outcome, found.found) == ("for information", {"refused": "nobody treated"})


def test_an_effect_is_told_in_the_direction_it_has():
    rise = np.where(np.arange(NEVER) >= STAGGERED[:, None], 3.0, 1.0)
    found = randomised(noisy(mean=10.0) * rise, STAGGERED, seed=1, number=199)
    assert found.direction == "more"
    assert found.low > 1
    assert found.low < 3 < found.high

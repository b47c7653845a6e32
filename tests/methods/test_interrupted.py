"""Interrupted series by plain roads: means, closed forms, statsmodels, and what is refused."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from analysis.methods import bootstrap
from analysis.methods.bootstrap import State, avoided, bootstrap_p
from analysis.methods.counterfactual import Plan, away, contrast, design, odds
from analysis.methods.interrupted import foreseen, interrupted, placebo_dates

BARE = {"pairs": 0, "trend": False}
rng = np.random.default_rng(2017)
NOISY = rng.poisson(4.0, 72).astype(float)
BESIDE = rng.poisson(30.0, 72).astype(float)


def glm(counts, columns, **more):
    """The same mean by statsmodels."""
    return sm.GLM(counts, columns, family=sm.families.Poisson(), **more).fit(tol=1e-12)


def columns_by_hand(months, start, slope=False, trend=True, season=True):
    t = np.arange(months)
    parts = [np.ones(months), *([t] if trend else [])]
    parts += [np.cos(2 * np.pi * t / 12), np.sin(2 * np.pi * t / 12)] if season else []
    parts += [(t >= start) * 1.0, *([np.maximum(t - start, 0)] if slope else [])]
    return np.column_stack(parts)


def test_a_level_alone_is_the_ratio_of_two_means():
    found = interrupted(NOISY, Plan(start=48, **BARE)).effect
    assert found.ratio == pytest.approx(NOISY[48:].mean() / NOISY[:48].mean(), rel=1e-9)
    assert found.expected == pytest.approx(24 * NOISY[:48].mean(), rel=1e-9)
    assert (found.observed, found.months) == (NOISY[48:].sum(), 24)


def test_its_error_is_that_of_two_counts_stretched():
    fit = contrast(NOISY, Plan(start=48, **BARE))
    mean = np.where(np.arange(72) < 48, NOISY[:48].mean(), NOISY[48:].mean())
    r = (NOISY - mean) / np.sqrt(mean)
    memory = np.clip((r[1:] * r[:-1]).sum() / (r**2).sum() + 3 / 72, 0, 0.9)
    two = 1 / NOISY[:48].sum() + 1 / NOISY[48:].sum()
    phi = max(1, (r**2).sum() / 70)
    assert fit.error[0] == pytest.approx(np.sqrt(two * phi * (1 + memory) / (1 - memory)), rel=1e-9)


def test_the_interval_is_the_one_of_student_on_months_less_parameters():
    found = interrupted(NOISY, Plan(start=48)).effect
    fit = contrast(NOISY, Plan(start=48))
    reach = stats.t.ppf(0.975, 72 - 5) * fit.error[0]
    assert np.log(found.high / found.ratio) == pytest.approx(reach, rel=1e-9)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(np.log(found.ratio)) / fit.error[0], 67))


def test_the_level_is_the_coefficient_of_statsmodels():
    exposure = np.resize([31.0, 28, 31], 72)
    theirs = glm(NOISY, columns_by_hand(72, 48), offset=np.log(exposure))
    ours = interrupted(NOISY, Plan(start=48), exposure=exposure)
    assert ours.effect.ratio == pytest.approx(np.exp(theirs.params[-1]), rel=1e-8)
    assert ours.fitted == pytest.approx(theirs.fittedvalues, rel=1e-7)


def test_level_and_slope_is_judged_over_all_months_after():
    columns = columns_by_hand(72, 48, slope=True)
    theirs = glm(NOISY, columns)
    without = np.exp(columns[:, :-2] @ theirs.params[:-2])[48:]
    ours = interrupted(NOISY, Plan(start=48, shape="level and slope"))
    assert ours.effect.ratio == pytest.approx(NOISY[48:].sum() / without.sum(), rel=1e-7)
    assert ours.counterfactual[48:] == pytest.approx(without, rel=1e-7)
    assert np.isnan(ours.counterfactual[:48]).all()


@pytest.mark.parametrize("comparison", [None, BESIDE], ids=["alone", "with comparison"])
def test_its_error_is_that_of_small_steps_in_every_parameter(comparison):
    plan = Plan(start=48, shape="level and slope")
    fit = contrast(NOISY, plan, comparison)
    b, columns = fit.found.parameters[0], fit.found.design[0]
    offset = 0 if comparison is None else np.log(NOISY + comparison)

    def log_ratio(b):
        line, lift = columns @ b, columns[:, -2:] @ b[-2:]
        mean = np.exp(line) if comparison is None else np.exp(offset + line) / (1 + np.exp(line))
        return np.log(mean[48:].sum() / (mean * np.exp(-lift))[48:].sum())

    step = 1e-6 * np.eye(len(b))
    slope = np.array([(log_ratio(b + h) - log_ratio(b - h)) / 2e-6 for h in step])
    honest = fit.found.covariance[0] * fit.found.stretch[0] ** 2
    assert fit.error[0] == pytest.approx(np.sqrt(slope @ honest @ slope), rel=1e-5)


def test_the_counterfactuals_interval_is_that_of_the_line_without_the_measure():
    ours = interrupted(NOISY, Plan(start=48))
    columns = columns_by_hand(72, 48)
    theirs = glm(NOISY, columns)
    without = columns.copy()
    without[:, -1] = 0
    error = np.sqrt(np.diag(without @ theirs.cov_params() @ without.T))
    reach = stats.t.ppf(0.975, 67) * error * ours.contrast.found.stretch[0]
    high = ours.counterfactual * np.exp(reach)
    assert ours.high[48:] == pytest.approx(high[48:], rel=1e-6)
    assert (ours.low[48:] * ours.high[48:]) == pytest.approx(ours.counterfactual[48:] ** 2)


def test_a_comparison_makes_it_the_odds_ratio():
    found = interrupted(NOISY, Plan(start=48, **BARE), BESIDE)
    ratio = NOISY[48:].sum() / BESIDE[48:].sum() / (NOISY[:48].sum() / BESIDE[:48].sum())
    assert found.effect.ratio == pytest.approx(ratio, rel=1e-9)
    assert found.effect.design == "interrupted_with_comparison"


def test_the_odds_are_those_of_statsmodels():
    columns = columns_by_hand(72, 48)
    theirs = sm.GLM(np.c_[NOISY, BESIDE], columns, family=sm.families.Binomial()).fit(tol=1e-12)
    found = odds(NOISY, BESIDE, columns)
    assert found.parameters[0] == pytest.approx(theirs.params, abs=1e-8)
    assert found.naive_errors()[0] == pytest.approx(theirs.bse, rel=1e-6)
    assert found.dispersion[0] == pytest.approx(theirs.pearson_chi2 / 67, rel=1e-6)


def test_what_all_areas_share_cancels_against_the_comparison():
    steady = np.tile([8.0, 16.0], 36)
    shared = np.where(np.arange(72) >= 48, 0.5, 1.0)
    plan = Plan(start=48, **BARE)
    alone = interrupted(steady * shared, plan).effect
    beside = interrupted(steady * shared, plan, 5 * steady * shared).effect
    assert alone.ratio == pytest.approx(0.5, abs=1e-9)
    assert alone.direction == "fewer"
    assert beside.ratio == pytest.approx(1, abs=1e-9)
    assert beside.direction == "unclear"


def test_six_pairs_are_a_level_for_each_month_of_the_year():
    columns = design(Plan(start=48, pairs=6), 72)
    months = np.eye(12)[np.arange(72) % 12]
    assert np.linalg.matrix_rank(columns) == columns.shape[1] == 1 + 1 + 11 + 1
    assert np.linalg.matrix_rank(np.c_[columns, months]) == columns.shape[1]


def test_a_missing_month_is_left_out_and_is_not_none():
    gap = NOISY.copy()
    gap[[5, 60]] = np.nan
    kept = ~np.isnan(gap)
    theirs = glm(gap[kept], columns_by_hand(72, 48)[kept])
    found = interrupted(gap, Plan(start=48)).effect
    assert found.ratio == pytest.approx(np.exp(theirs.params[-1]), rel=1e-8)
    assert found.months == 23
    assert found.ratio != pytest.approx(
        interrupted(np.nan_to_num(gap), Plan(start=48)).effect.ratio, rel=1e-3
    )


def test_a_month_missing_in_the_comparison_is_left_out_too():
    gap = BESIDE.copy()
    gap[60] = np.nan
    twice = NOISY.copy()
    twice[60] = 1000
    plan = Plan(start=48)
    assert interrupted(NOISY, plan, gap).effect == interrupted(twice, plan, gap).effect


def test_the_transition_has_no_say():
    wild = NOISY.copy()
    wild[48:51] = 500
    plan = Plan(start=48, transition=3)
    assert interrupted(wild, plan).effect == interrupted(NOISY, plan).effect
    assert interrupted(wild, plan).effect.months == 21
    assert np.isnan(interrupted(wild, plan).fitted[48:51]).all()


def test_doubling_counts_and_exposure_leaves_the_ratio():
    days, plan = np.resize([31.0, 28, 31], 72), Plan(start=48)
    once = interrupted(NOISY, plan, exposure=days).effect
    twice = interrupted(2 * NOISY, plan, exposure=2 * days).effect
    assert twice.ratio == pytest.approx(once.ratio, rel=1e-9)
    assert interrupted(NOISY, plan, exposure=9 * days).effect.p == pytest.approx(once.p, rel=1e-7)


def test_many_series_at_once_are_the_same_as_one_by_one_in_any_order():
    many = np.random.default_rng(3).poisson(3.0, (5, 72)).astype(float)
    order = [3, 0, 4, 1, 2]
    together = contrast(many[order], Plan(start=48))
    for place, which in enumerate(order):
        alone = contrast(many[which], Plan(start=48))
        assert together.log_ratio[place] == pytest.approx(alone.log_ratio[0], abs=1e-8)
        assert together.error[place] == pytest.approx(alone.error[0], rel=1e-7)


@pytest.mark.parametrize(
    ("about", "word"),
    [
        ({"shape": "slope"}, "slope.*level and slope"),
        ({"start": 0}, "start 0"),
        ({"transition": -1}, "transition -1"),
        ({"pairs": 7}, "7 pairs"),
        ({"earlier": (0,)}, r"earlier \[0\].*start 48"),
        ({"earlier": (12, 48, 60)}, r"earlier \[48, 60\]"),
        ({"trend": False, "drift": -0.03}, r"drift -0\.03"),
        ({"drift": 0.03}, r"drift 0\.03.*0 with a trend"),
    ],
)
def test_a_plan_answers_a_wrong_question_with_the_right_one(about, word):
    with pytest.raises(ValueError, match=word):
        Plan(**({"start": 48} | about))


def with_zeros(*spans):
    counts = NOISY.copy()
    for start, end in spans:
        counts[start:end] = 0
    return counts


@pytest.mark.parametrize(
    ("counts", "about", "refused"),
    [
        (NOISY, {"start": 23}, "too few months before"),
        (np.r_[np.full(30, np.nan), NOISY[30:]], {"start": 48}, "too few months before"),
        (NOISY, {"start": 67}, "too few months after"),
        (NOISY, {"start": 61, "shape": "level and slope"}, "too few months after"),
        (NOISY, {"start": 64, "transition": 3}, "too few months after"),
        (np.zeros(72), {"start": 48}, "no events"),
        (with_zeros((0, 48)), {"start": 48}, "no events before"),
        (with_zeros((48, 72)), {"start": 48}, "no events after"),
        (np.where(np.arange(72) % 12 == 3, 0, NOISY), {"start": 48, "pairs": 6}, "no fit"),
    ],
)
def test_what_cannot_be_estimated_is_refused_by_its_key(counts, about, refused):
    found = interrupted(counts, Plan(**about))
    assert (found.effect.refused, found.effect.ratio, found.contrast) == (refused, None, None)
    assert np.isnan(found.counterfactual).all()


def test_a_comparison_without_events_on_one_side_is_refused():
    found = interrupted(NOISY, Plan(start=48), np.where(np.arange(72) < 48, BESIDE, 0))
    assert found.effect.refused == "no events in the comparison"


@pytest.mark.parametrize("comparison", [None, BESIDE], ids=["alone", "with comparison"])
def test_no_event_after_still_tells_what_was_expected_and_what_could_be_seen(comparison):
    found = interrupted(with_zeros((48, 72)), Plan(start=48, **BARE), comparison).effect
    steady = 24 * NOISY[:48].mean()
    share = NOISY[:48].sum() / (1 if comparison is None else BESIDE[:48].sum())
    expected = steady if comparison is None else share * BESIDE[48:].sum()
    assert (found.observed, found.months) == (0, 24)
    assert found.expected == pytest.approx(expected, rel=1e-9)
    assert 0 < found.detectable < 1


def test_wrong_values_are_named():
    for wrong in (-1.0, np.inf):
        with pytest.raises(ValueError, match=f"counts holds {wrong}"):
            interrupted(np.r_[NOISY[:-1], wrong], Plan(start=48))
    with pytest.raises(ValueError, match=r"exposure holds 0\.0"):
        interrupted(NOISY, Plan(start=48), exposure=np.r_[np.ones(71), 0])
    with pytest.raises(ValueError, match=r"comparison has shape \(71,\)"):
        interrupted(NOISY, Plan(start=48), BESIDE[:-1])
    with pytest.raises(ValueError, match=r"shape \(2, 72\): give one series"):
        interrupted(np.array([NOISY, BESIDE]), Plan(start=48))


def test_what_is_foreseen_for_a_bare_level_solves_the_equation_of_two_counts():
    before = np.tile([1.0, 3, 0, 4], 12)
    plan = Plan(start=48, **BARE)
    ratio = foreseen(before, plan, 24)
    fit = contrast(np.r_[before, np.full(24, 2.0)], plan)
    r = (before - 2) / np.sqrt(2)
    memory = np.clip((r[1:] * r[:-1]).sum() / (r**2).sum() + 2 / 48, 0, 0.9)
    stretched = max(1, (r**2).sum() / 47) * (1 + memory) / (1 - memory)
    needed = stats.t.ppf(0.975, 70) + stats.t.ppf(0.8, 70)

    def seen(ratio):
        variance = 1 + (stretched - 1) * (48 + 24 * ratio) / 72
        return -np.log(ratio) >= needed * np.sqrt(variance * (1 / 96 + 1 / (48 * ratio)))

    assert seen(ratio)
    assert not seen(ratio + 0.01)
    assert fit.found.df[0] == 70


def test_what_could_be_found_is_told_beside_the_effect_as_it_is_foreseen():
    after = np.r_[NOISY[:48], NOISY[24:48]]
    found = interrupted(after, Plan(start=48, **BARE)).effect
    assert found.detectable == pytest.approx(
        foreseen(after[:48], Plan(start=48, **BARE), 24), abs=0.05
    )


def test_more_months_after_and_a_quieter_series_let_smaller_effects_be_seen():
    before = NOISY[:48]
    few, many = (foreseen(before, Plan(start=48, **BARE), months) for months in (6, 36))
    assert few < many < foreseen(10 * np.full(48, 4.0), Plan(start=48, **BARE), 36)
    assert foreseen(np.r_[np.zeros(47), 1.0], Plan(start=48), 6) is None


def test_against_a_boundless_comparison_as_much_is_foreseen_as_alone():
    plan, before = Plan(start=48), NOISY[:48]
    assert foreseen(before, plan, 24, np.full(48, 1e7)) == foreseen(before, plan, 24)
    assert foreseen(before, plan, 24, np.full(48, 4.0)) < foreseen(before, plan, 24)


def test_foreseeing_needs_every_month_before():
    with pytest.raises(ValueError, match="48 known of 48 months before a start at 50"):
        foreseen(NOISY[:48], Plan(start=50), 24)
    with pytest.raises(ValueError, match="at least 24"):
        foreseen(np.r_[np.full(30, np.nan), NOISY[30:48]], Plan(start=48), 24)


def test_placebo_dates_use_no_month_of_the_measure():
    wild = np.r_[NOISY[:48], np.full(24, 900.0)]
    tried, other = placebo_dates(wild, Plan(start=48)), placebo_dates(NOISY, Plan(start=48))
    assert tried.starts == tuple(range(24, 43))
    assert tried.effects == other.effects
    assert tried.rank == 1
    by_hand = interrupted(NOISY[:48], Plan(start=30)).effect
    assert tried.effects[6] == by_hand


def test_the_rank_counts_the_dates_with_a_smaller_p():
    tried = placebo_dates(NOISY, Plan(start=48), BESIDE)
    true = interrupted(NOISY, Plan(start=48), BESIDE).effect
    assert tried.rank == 1 + sum(effect.p < true.p for effect in tried.effects)
    assert placebo_dates(NOISY[:40], Plan(start=27)).rank is None


def test_the_hidden_state_has_mean_one_and_the_memory_it_is_given():
    path = State(spread=0.5, memory=0.6).drawn(np.random.default_rng(1), (4000, 60))
    assert np.exp(path).mean() == pytest.approx(1, abs=0.02)
    assert path.std() == pytest.approx(0.5, abs=0.01)
    assert np.corrcoef(path[:, 20], path[:, 21])[0, 1] == pytest.approx(0.6, abs=0.03)


def test_a_series_without_excess_noise_has_no_hidden_state():
    assert State.of(contrast(np.tile([2.0, 3, 4], 24), Plan(start=48))) == State(0.0, 0.0)


@pytest.mark.parametrize("comparison", [None, BESIDE], ids=["alone", "with comparison"])
def test_the_bootstrap_agrees_with_the_default_on_quiet_series(comparison):
    half = np.where(np.arange(72) >= 48, np.floor(NOISY / 3), NOISY)
    plan = Plan(start=48)
    clear = interrupted(half, plan, comparison)
    calm = interrupted(NOISY, plan, comparison)
    assert bootstrap_p(clear, seed=1, draws=199) <= 0.02
    assert bootstrap_p(calm, seed=1, draws=399) == pytest.approx(calm.effect.p, abs=0.12)
    assert bootstrap_p(calm, seed=1) == bootstrap_p(calm, seed=1)


def test_events_avoided_are_the_expected_less_the_counted_month_by_month():
    gap = NOISY.copy()
    gap[50] = np.nan
    found = interrupted(gap, Plan(start=48))
    sums = avoided(found, seed=1)
    assert list(sums.months) == [48, 49, *range(51, 72)]
    by_hand = np.nancumsum((found.counterfactual - gap)[sums.months])
    assert sums.total == pytest.approx(by_hand)
    assert sums.total[-1] == pytest.approx(found.effect.expected - found.effect.observed)
    assert (sums.low <= sums.total).all()
    assert (sums.total <= sums.high).all()


def test_with_a_line_that_is_certain_the_interval_is_that_of_poisson_counts():
    steady = np.tile([400.0, 400.0], 600)
    found = interrupted(steady, Plan(start=1188, **BARE))
    sums = avoided(found, seed=1, draws=8_000)
    low, high = stats.poisson.ppf([0.025, 0.975], 4800) - 4800
    # a line of 1188 months adds a hundredth to the variance
    assert sums.low[-1] == pytest.approx(low * np.sqrt(1 + 12 / 1188), abs=4)
    assert sums.high[-1] == pytest.approx(high * np.sqrt(1 + 12 / 1188), abs=4)


def test_nothing_is_simulated_of_a_refused_effect():
    refused = interrupted(np.zeros(72), Plan(start=48))
    for ask in (bootstrap.bootstrap_p, bootstrap.avoided):
        with pytest.raises(ValueError, match="no events"):
            ask(refused, seed=1)


DRIFTING = {**BARE, "drift": 0.03}


@pytest.mark.parametrize("comparison", [None, BESIDE], ids=["alone", "with comparison"])
def test_drift_widens_the_error_by_what_it_moves_between_the_middles(comparison):
    still = contrast(NOISY, Plan(start=48, transition=2, **BARE), comparison)
    drifting = contrast(NOISY, Plan(start=48, transition=2, **DRIFTING), comparison)
    expected_as = np.ones(22) if comparison is None else (NOISY + BESIDE)[50:]
    middle_after = np.average(np.arange(50, 72), weights=expected_as)
    years = (middle_after - np.arange(48).mean()) / 12
    assert drifting.error[0] == pytest.approx(
        np.sqrt(still.error[0] ** 2 + (0.03 * years) ** 2), rel=1e-6
    )
    assert drifting.error[0] > still.error[0]
    assert drifting.log_ratio[0] == still.log_ratio[0]


def test_the_interval_and_what_could_be_found_hold_the_drift():
    plans = Plan(start=48, **BARE), Plan(start=48, **DRIFTING)
    still, drifting = (interrupted(NOISY, plan).effect for plan in plans)
    error = contrast(NOISY, plans[1]).error[0]
    reach = stats.t.ppf(0.975, 72 - 2) * error
    assert np.log(drifting.high / drifting.ratio) == pytest.approx(reach, rel=1e-9)
    assert drifting.ratio == still.ratio
    assert drifting.detectable < still.detectable
    seen = [foreseen(NOISY[:48], plan, 24) for plan in plans]
    assert seen[1] < seen[0]


def test_the_counterfactual_of_a_month_is_wider_the_farther_it_is():
    still = interrupted(NOISY, Plan(start=48, **BARE))
    drifting = interrupted(NOISY, Plan(start=48, **DRIFTING))
    quantile = stats.t.ppf(0.975, 70)
    widths = [np.log(one.high / one.counterfactual)[48:] / quantile for one in (still, drifting)]
    years = (np.arange(48, 72) - 23.5) / 12
    assert widths[1] == pytest.approx(np.sqrt(widths[0] ** 2 + (0.03 * years) ** 2), rel=1e-9)


def test_distance_is_from_the_middle_of_the_known_months_that_give_the_level():
    known = np.ones(40, dtype=bool)
    assert away(Plan(start=25), known)[36] == pytest.approx((36 - 12) / 12)
    known[:5] = False
    assert away(Plan(start=25), known)[36] == pytest.approx((36 - np.mean(range(5, 25))) / 12)
    later = Plan(start=25, earlier=(3, 15))
    assert away(later, known)[36] == pytest.approx((36 - np.mean(range(15, 25))) / 12)


def test_an_earlier_measure_has_a_level_of_its_own_that_goes_on():
    steps = np.r_[np.full(30, 20.0), np.full(18, 10.0), np.full(24, 4.0)]
    plan = Plan(start=48, earlier=(30,), **BARE)
    found = interrupted(steps, plan)
    assert found.effect.ratio == pytest.approx(4 / 10, rel=1e-8)
    assert found.counterfactual[48:] == pytest.approx(np.full(24, 10.0), rel=1e-8)
    assert np.exp(found.contrast.found.parameters[0, 1]) == pytest.approx(10 / 20, rel=1e-8)
    beside = interrupted(steps, plan, np.tile([40.0, 80.0], 36))
    assert np.exp(beside.contrast.found.parameters[0, 1]) == pytest.approx(1 / 2, rel=1e-8)
    assert beside.effect.ratio == pytest.approx(4 / 10, rel=1e-8)


def test_without_its_level_an_earlier_measure_would_pass_for_this_one():
    steps = np.r_[np.full(30, 20.0), np.full(42, 10.0)]
    told = interrupted(steps, Plan(start=48, earlier=(30,), **BARE)).effect
    untold = interrupted(steps, Plan(start=48, **BARE)).effect
    assert told.ratio == pytest.approx(1, rel=1e-8)
    assert untold.ratio == pytest.approx(10 / (30 * 20 + 18 * 10) * 48, rel=1e-8)


@pytest.mark.parametrize("comparison", [None, BESIDE], ids=["alone", "with comparison"])
def test_the_bootstraps_worlds_drift_as_the_plan_says(comparison):
    """Both move: the error that each world is judged by, and the worlds themselves."""
    half = np.where(np.arange(72) >= 48, np.floor(NOISY / 2), NOISY)
    still = interrupted(half, Plan(start=48, **BARE), comparison)
    drifting = interrupted(half, Plan(start=48, **{**BARE, "drift": 0.2}), comparison)
    ps = [bootstrap_p(one, seed=1, draws=1999) for one in (still, drifting)]
    assert ps[0] < 0.01
    assert ps[1] == pytest.approx(drifting.effect.p, abs=0.04)
    assert ps[1] > 0.05


def test_the_worlds_drift_by_their_distance():
    found = contrast(NOISY, Plan(start=48, **{**BARE, "drift": 0.2}))
    paths = found.drifting(np.random.default_rng(1), 20_000)
    years = (np.arange(72) - 23.5) / 12
    assert paths.std(axis=0) == pytest.approx(0.2 * np.abs(years), rel=0.02, abs=1e-9)
    assert np.corrcoef(paths[:, 0], paths[:, 71])[0, 1] == pytest.approx(-1)
    assert (contrast(NOISY, Plan(start=48)).drifting(np.random.default_rng(1), 9) == 0).all()


def test_events_avoided_are_less_certain_where_the_series_may_drift():
    plan = Plan(start=288, pairs=0, trend=False, drift=0.002)
    sums = avoided(interrupted(np.full(300, 400.0), plan), seed=1, draws=20_000)
    years = (np.arange(288, 300) - 287 / 2) / 12
    moved = 0.002 * 400 * years.sum()
    wanted = 1.96 * np.sqrt(4800 * (1 + 12 / 288) + moved**2)
    assert (sums.high[-1] - sums.low[-1]) / 2 == pytest.approx(wanted, rel=0.03)
    assert wanted > 1.5 * 1.96 * np.sqrt(4800)

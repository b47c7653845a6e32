"""Early warning: limits by statsmodels and plain loops, what they may not see, and false alarms."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from analysis.methods.early_warning import (
    MEASURED,
    Limits,
    ears,
    farrington,
    negative_binomial,
)


def district(seed=1, areas=1, months=72, mean=3.0):
    """Counts with season, dispersion and unlike levels."""
    rng = np.random.default_rng(seed)
    level = mean * rng.gamma(4, 0.25, (areas, 1))
    season = np.exp(0.4 * np.cos(2 * np.pi * np.arange(months) / 12))
    return rng.poisson(level * season * rng.gamma(4, 0.25, (areas, months))).astype(float)


def glm(counts, columns, weights=None):
    model = sm.GLM(counts, columns, family=sm.families.Poisson(), var_weights=weights)
    return model.fit(tol=1e-12)


def season_and_drift(months):
    """Of so many months up to the one that is judged, which is the last row."""
    turn = 2 * np.pi * np.arange(months + 1) / 12
    return np.column_stack([np.ones(months + 1), np.arange(months + 1), np.cos(turn), np.sin(turn)])


def test_the_negative_binomial_limit_by_a_plain_glm():
    counts = district()[0]
    past, columns = counts[11:71], season_and_drift(60)
    found = glm(past, columns[:-1])
    fitted = found.fittedvalues * (past.sum() + 0.5) / past.sum()
    mean = np.exp(columns[-1] @ found.params) * (past.sum() + 0.5) / past.sum()
    jumps = (((past - fitted) ** 2).sum() * 60 / 59 - fitted.sum()) / (fitted**2).sum()
    residuals = (past - found.fittedvalues) / np.sqrt(found.fittedvalues)
    memory = max(0, residuals[1:] @ residuals[:-1] / (residuals @ residuals) + 5 / 60)
    stretch = max(1, residuals @ residuals / 56) * (1 + memory) / (1 - memory)
    unsure = columns[-1] @ found.cov_params() @ columns[-1] - 1 / past.sum()
    size = 1 / (jumps + 1 / (past.sum() + 0.5) + stretch * unsure)
    assert jumps > 0
    limits = negative_binomial(counts)
    assert limits.expected[0, 71] == pytest.approx(mean, rel=1e-6)
    assert limits.limit[0, 71] == stats.nbinom.ppf(0.975, size, size / (size + mean))


def reweighted(past, columns):
    """Fits by statsmodels, the second with weights for high Anscombe residuals."""
    first = glm(past, columns)
    phi, mean = max(1, first.pearson_chi2 / first.df_resid), first.fittedvalues
    hat = first.get_influence().hat_matrix_diag
    residuals = 1.5 * (past ** (2 / 3) * mean ** (-1 / 6) - mean**0.5) / np.sqrt(phi * (1 - hat))
    weights = np.array([r**-2 if r > 1 else 1.0 for r in residuals])
    return glm(past, columns, weights * len(past) / weights.sum())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_farringtons_bound_by_plain_glms(seed):
    counts = district(seed)[0]
    lags = np.array([-12 * year + step for year in (5, 4, 3, 2, 1) for step in (-2, -1, 0, 1, 2)])
    past = counts[70 + lags]
    line = reweighted(past, sm.add_constant(lags))
    phi = line.pearson_chi2 / line.df_resid
    error = np.sqrt(phi * line.normalized_cov_params[1, 1])
    p = 2 * stats.t.sf(abs(line.params[1] / error), line.df_resid)
    if p >= 0.05 or np.exp(line.params[0]) > past.max():
        line = reweighted(past, np.ones((25, 1)))
    mean, phi = np.exp(line.params[0]), max(1, line.pearson_chi2 / line.df_resid)
    spread = phi + phi * line.normalized_cov_params[0, 0] * mean
    bound = (mean ** (2 / 3) + 1.959964 * np.sqrt(4 / 9 * mean ** (1 / 3) * spread)) ** 1.5
    limits = farrington(counts, extreme=1)
    assert limits.expected[0, 70] == pytest.approx(mean, rel=1e-5)
    assert limits.limit[0, 70] == pytest.approx(bound, rel=1e-5)


def test_a_clear_trend_is_followed_and_two_years_have_none():
    rising = np.round(2 * np.exp(0.02 * np.arange(72)))[::-1]
    assert farrington(rising).expected[0, 71] < 4
    two = farrington(rising, years=2).expected[0, 71]
    months = [71 - 12 * year + step for year in (1, 2) for step in (-2, -1, 0, 1, 2)]
    assert two == pytest.approx(rising[months].mean(), rel=0.02)


def test_an_alarm_of_farringtons_needs_five_events_in_four_months():
    counts = np.zeros(72)
    counts[70:] = [2, 2]
    assert farrington(counts).alarms == 0
    counts[71] = 3
    assert np.argwhere(farrington(counts).exceeded).tolist() == [[0, 71]]


def test_ears_by_hand():
    counts = np.array([4.0, 0, 2, 6, 3, 3, 1, 9, 5])
    mean, deviation = 19 / 7, np.std([4, 0, 2, 6, 3, 3, 1], ddof=1)
    found = ears(counts)
    assert found.limit[0, 7] == pytest.approx(mean + 1.959964 * deviation, rel=1e-6)
    assert np.isnan(found.limit[0, :7]).all()
    assert found.exceeded[0].tolist() == [False] * 7 + [True, False]


METHODS = [negative_binomial, farrington, ears]


@pytest.mark.parametrize("method", METHODS)
def test_a_limit_sees_neither_its_own_month_nor_later_ones(method):
    counts = district(areas=4)
    before = method(counts).limit
    counts[:, 68:] += 50
    np.testing.assert_array_equal(method(counts).limit[:, :69], before[:, :69])


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_areas_does_not_matter(method):
    counts, order = district(areas=30), np.random.default_rng(4).permutation(30)
    straight, shuffled = method(counts), method(counts[order])
    np.testing.assert_allclose(shuffled.limit, straight.limit[order], rtol=1e-7)
    np.testing.assert_array_equal(shuffled.exceeded, straight.exceeded[order])


@pytest.mark.parametrize("method", [farrington, ears])
def test_each_area_is_alone_where_the_method_says_so(method):
    counts = district(areas=5)
    alone = np.concatenate([method(area).limit for area in counts])
    np.testing.assert_allclose(method(counts).limit, alone, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_a_missing_month_is_neither_zero_nor_an_alarm(method):
    counts = district(areas=3)
    missing, zero = counts.copy(), counts.copy()
    missing[1, [58, 70]], zero[1, [58, 70]] = np.nan, 0
    limits = method(missing)
    assert not limits.watched[1, 70] and not limits.exceeded[1, 70]
    if method is ears:
        assert np.isnan(limits.limit[1, 71])
    else:
        assert limits.expected[1, 71] > method(zero).expected[1, 71]


def test_the_months_that_are_asked_for_have_the_limits_that_they_would_have_among_all():
    counts = district(areas=3)
    every, asked = negative_binomial(counts), negative_binomial(counts, since=70)
    np.testing.assert_array_equal(asked.limit[:, 70:], every.limit[:, 70:])
    assert np.isnan(asked.limit[:, :70]).all() and not asked.watched[:, :70].any()


def test_a_month_that_one_area_misses_does_not_bend_the_season_of_the_others():
    month = np.arange(60)
    counts = np.outer([20.0, 20, 40], np.exp(0.3 * np.cos(2 * np.pi * month / 12)))
    missing = counts.copy()
    missing[2, 40:52] = np.nan
    whole, holed = negative_binomial(counts), negative_binomial(missing)
    np.testing.assert_allclose(holed.expected[:, 59], whole.expected[:, 59], rtol=0.02)


def test_an_area_too_short_to_judge_has_no_limit_and_the_others_have():
    counts = district(areas=3)
    counts[1, :45] = np.nan
    for method in (negative_binomial, farrington):
        assert np.isnan(method(counts).limit[1]).all()
        assert not np.isnan(method(counts).limit[[0, 2], 71]).any()
    assert np.isnan(negative_binomial(counts[:, :36]).limit).all()


def test_an_area_without_any_event_has_a_limit_and_a_city_without_one_has_no_season():
    counts = district(areas=3)
    counts[1] = 0
    assert 0 <= negative_binomial(counts).limit[1, 71] <= 1
    assert np.isnan(negative_binomial(np.zeros((3, 72))).limit).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_month_of_four_times_the_most_ever_seen_is_an_alarm(method):
    counts = district(areas=6)
    counts[2, 71] = 4 * counts.max()
    assert method(counts).exceeded[2, 71]


@pytest.mark.parametrize("method", METHODS)
def test_a_smaller_rate_is_a_higher_limit(method):
    counts = district(areas=6)
    often, rarely = method(counts), method(counts, rate=0.001)
    watched = often.watched
    assert (rarely.limit[watched] >= often.limit[watched]).all()
    assert (rarely.limit[watched] > often.limit[watched]).any()


def test_false_alarms_are_areas_times_months_times_the_measured_rate():
    observed = np.array([[2.0, np.nan, 7]])
    measured = np.array([[0.03, 0.03, 0.05]])
    about = {"method": "ears", "rate": 0.025, "expected": observed, "limit": np.full((1, 3), 5.0)}
    limits = Limits(observed=observed, measured=measured, **about)
    assert limits.false_alarms == pytest.approx(0.08)
    assert (limits.alarms, limits.watched.sum()) == (1, 2)


def test_the_measured_rate_goes_with_the_level_and_only_with_the_rate_it_was_measured_at():
    flat = np.full((1, 61), 4.0)
    limits = negative_binomial(flat)
    assert limits.measured[0, 60] == pytest.approx(MEASURED["negative binomial"][3], rel=0.01)
    assert limits.false_alarms == pytest.approx(25 * limits.measured[0, 60], rel=0.01)
    assert negative_binomial(flat, rate=0.01).false_alarms is None
    assert farrington(np.tile(flat, 2), years=3).false_alarms is None


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("wrong", [-1.0, np.inf])
def test_what_is_no_count_is_refused(method, wrong):
    counts = district()
    counts[0, 5] = wrong
    with pytest.raises(ValueError, match="not a number"):
        method(counts)

"""The monthly trend: the same numbers from the plain formulas and from statsmodels."""

from calendar import monthrange

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from analysis.methods import poisson
from analysis.methods.seasonal import (
    calendar,
    columns,
    forecast,
    harmonics,
    log_days,
    monthly_trend,
    newey_west_errors,
    overdispersion,
    pattern,
    seasons,
)

COUNTS = np.random.default_rng(5).poisson(3, 60).astype(float)


def by_statsmodels(counts, first_year=2011, pairs=1):
    t = np.arange(len(counts))
    design = [np.ones(len(t)), (t - t.mean()) / 12]
    for k in range(1, pairs + 1):
        design += [np.cos(2 * np.pi * k * t / 12), np.sin(2 * np.pi * k * t / 12)]
    days = [monthrange(first_year + i // 12, i % 12 + 1)[1] for i in t]
    return sm.GLM(
        counts, np.column_stack(design), family=sm.families.Poisson(),
        offset=np.log(np.array(days) / (365.25 / 12)),
    ).fit(tol=1e-12)  # fmt: skip


def test_days_are_those_of_the_calendar_with_leap_years():
    days = np.exp(log_days("2011-01", 24)) * 365.25 / 12
    assert days[1] == pytest.approx(28)
    assert days[13] == pytest.approx(29)
    assert days.sum() == pytest.approx(365 + 366)


def test_a_year_may_start_in_any_month():
    assert np.allclose(seasons("2011-10", 12, 2), np.roll(seasons("2011-01", 12, 2), 3, axis=0))
    assert str(calendar("2011-10", 4)[-1]) == "2012-01"


def test_harmonics_are_even_over_a_year_and_free_of_each_other():
    waves = harmonics(np.arange(1, 13), 3)
    assert np.allclose(waves.T @ waves, 6 * np.eye(6))
    assert np.allclose(waves.sum(axis=0), 0)
    assert waves[0, 0] == 1, "the first cosine has its top in January"


def test_a_year_of_time_is_one_and_the_middle_is_nought():
    years = columns("2011-03", 49, 1)[:, 0]
    assert years[24] == 0
    assert years[12] - years[0] == pytest.approx(1)
    assert columns("2011-03", 49, 2).shape == (49, 5)


@pytest.mark.parametrize("month", ["2011", "2011-13", "2011-01-01", "januari 2011"])
def test_a_month_that_is_none_is_named(month):
    with pytest.raises(ValueError, match="must look like 2011-01"):
        columns(month, 12, 1)


def test_twelve_months_cannot_carry_six_waves():
    with pytest.raises(ValueError, match="0 to 5, not 6"):
        harmonics(np.arange(1, 13), 6)


@pytest.mark.parametrize("pairs", [1, 2])
def test_the_trend_by_statsmodels_and_the_honest_error_by_hand(pairs):
    found = monthly_trend(COUNTS, "2011-01", pairs).effect
    plain = by_statsmodels(COUNTS, pairs=pairs)
    residuals, k = plain.resid_pearson, 2 + 2 * pairs
    phi = max(1, residuals @ residuals / (60 - k))
    rho = max(0, residuals[1:] @ residuals[:-1] / (residuals @ residuals) + (1 + k) / 60)
    error = plain.bse[1] * np.sqrt(phi * (1 + rho) / (1 - rho))
    assert found.ratio == pytest.approx(np.exp(plain.params[1]), rel=1e-6)
    reach = stats.t.ppf(0.975, 60 - k) * error
    assert found.high == pytest.approx(np.exp(plain.params[1] + reach), rel=1e-6)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(plain.params[1]) / error, 60 - k))
    assert found.months == 60


def test_a_steady_fall_of_a_tenth_a_year_is_found_through_season_and_days():
    t = np.arange(48)
    level = (
        300 * 0.9 ** (t / 12) * np.exp(0.3 * np.cos(2 * np.pi * t / 12) + log_days("2011-01", 48))
    )
    found = monthly_trend(level, "2011-01")
    assert found.effect.ratio == pytest.approx(0.9, rel=1e-6)
    assert found.fitted == pytest.approx(level, rel=1e-6)
    ahead = np.arange(48, 51)
    still = 300 * 0.9 ** (ahead / 12) * np.exp(0.3 * np.cos(2 * np.pi * ahead / 12))
    assert found.forecast.expected == pytest.approx(
        still * np.exp(log_days("2015-01", 3)), rel=1e-6
    )


def test_ten_times_the_counts_leave_the_ratio():
    once, more = (monthly_trend(k * COUNTS, "2011-01").effect for k in (1, 10))
    assert more.ratio == pytest.approx(once.ratio, rel=1e-7)


def test_a_missing_month_is_not_nought():
    gap, nought = COUNTS.copy(), COUNTS.copy()
    gap[[30, 31]], nought[[30, 31]] = np.nan, 0.0
    found = monthly_trend(gap, "2011-01")
    assert found.effect.months == 58
    assert found.fitted[30] > 1, "expected also where nobody counted"
    assert found.effect.ratio != pytest.approx(monthly_trend(nought, "2011-01").effect.ratio)
    known = ~np.isnan(gap)
    design = np.c_[np.ones(60), columns("2011-01", 60, 1)]
    plain = sm.GLM(
        gap[known], design[known], family=sm.families.Poisson(),
        offset=log_days("2011-01", 60)[known],
    ).fit(tol=1e-12)  # fmt: skip
    assert np.log(found.effect.ratio) == pytest.approx(plain.params[1], rel=1e-6)


@pytest.mark.parametrize(
    ("counts", "problem"),
    [
        (np.ones(23), "too few months"),
        (np.r_[np.ones(20), [np.nan] * 20], "too few months"),
        (np.zeros(48), "no events"),
        (np.r_[np.zeros(47), 3], "no finite trend"),
    ],
)
def test_what_has_no_trend_is_refused_with_a_word(counts, problem):
    found = monthly_trend(counts, "2011-01")
    assert found.effect.refused == problem
    assert (found.fitted, found.forecast) == (None, None)


def test_counts_are_one_series_and_not_negative():
    with pytest.raises(ValueError, match=r"shape \(months,\)"):
        monthly_trend(np.ones((2, 48)), "2011-01")
    with pytest.raises(ValueError, match="the least is -1"):
        monthly_trend(np.r_[np.ones(47), -1], "2011-01")


def test_the_prediction_of_a_known_mean_is_the_range_of_poisson_counts():
    """With events without end the mean is known, and what is left is Poisson."""
    even = np.full(400, 1e6)
    fit = poisson.fit(even, np.ones((400, 1)))
    low, high = stats.poisson.ppf([0.025, 0.975], 4.0)
    found = forecast(fit, np.ones((1, 1)), np.array([np.log(4e-6)]))
    assert (found.low[0], found.high[0]) == (low, high)
    assert found.expected[0] == pytest.approx(4)


def test_the_prediction_mixes_the_unsure_mean_with_the_noise_of_counts():
    counts = np.tile([0.0, 6, 1, 9, 2, 0], 8)
    fit = poisson.fit(counts, np.ones((48, 1)))
    found = forecast(fit, np.ones((1, 1)), np.zeros(1))
    rng, phi = np.random.default_rng(1), fit.dispersion[0]
    means = np.exp(np.log(3) + fit.errors()[0, 0] * rng.standard_t(47, 400_000))
    drawn = rng.poisson(rng.gamma(means / (phi - 1), phi - 1))
    assert abs(found.low[0] - np.quantile(drawn, 0.025)) <= 1
    assert abs(found.high[0] - np.quantile(drawn, 0.975)) <= 1
    reach = np.exp(np.log(3) + stats.t.ppf(0.975, 47) * fit.errors()[0, 0])
    assert found.high[0] > 2 * reach, "a count strays further than its mean"


def test_the_season_of_a_steady_level_has_a_mean_of_one_and_no_trend():
    t = np.arange(48)
    season = np.exp(0.4 * np.cos(2 * np.pi * t / 12) + log_days("2011-01", 48))
    falling = 100 * season * 0.7 ** (t / 12)
    assert pattern(falling, "2011-01") == pytest.approx(season / season.mean(), rel=1e-6)


def test_overdispersion_by_least_squares():
    rng = np.random.default_rng(6)
    fitted = rng.uniform(1, 9, 200)
    counts = rng.poisson(fitted * rng.gamma(2, 1 / 2, 200)).astype(float)
    excess = ((counts - fitted) ** 2 - counts) / fitted
    for power, growth in ((1, np.ones(200)), (2, fitted)):
        line = sm.OLS(excess, growth).fit()
        found = overdispersion(counts, fitted, power)
        assert found.amount == pytest.approx(line.params[0])
        assert found.z == pytest.approx(line.tvalues[0])
        assert found.p == pytest.approx(stats.norm.sf(line.tvalues[0]))
    with pytest.raises(ValueError, match="1 or 2, not 3"):
        overdispersion(counts, fitted, 3)


def test_newey_west_is_that_of_statsmodels():
    plain = sm.GLM(COUNTS, np.c_[np.ones(60), columns("2011-01", 60, 1)], sm.families.Poisson())
    theirs = plain.fit(
        tol=1e-12, cov_type="HAC", cov_kwds={"maxlags": 5, "use_correction": True}
    ).bse
    ours = newey_west_errors(poisson.fit(COUNTS, plain.exog), 5)
    assert ours[0] == pytest.approx(theirs, rel=1e-5)

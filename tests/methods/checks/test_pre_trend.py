import numpy as np
import pytest
from scipy import stats

from analysis.methods.checks.pre_trend import Slope, pre_trend, slope_before
from analysis.methods.effect import Effect, of_log

MONTHS = np.arange(48)
SPAN = {"before": 48, "after": 24}


def effect(log_ratio, error=0.1):
    return of_log("panel", log_ratio, error, 60)


def test_the_slope_is_that_of_the_treated_less_the_comparison():
    season = 1 + 0.3 * np.cos(2 * np.pi * MONTHS / 12)
    treated = 40 * season * np.exp(-0.03 * MONTHS)
    comparison = 90 * season * np.exp(-0.01 * MONTHS)
    assert slope_before(treated).value == pytest.approx(-0.03, abs=2e-3)
    assert slope_before(treated, comparison).value == pytest.approx(-0.02, abs=2e-3)
    assert slope_before(treated, treated).value == 0.0


def test_areas_are_added_and_a_missing_month_is_not_nought():
    rng = np.random.default_rng(3)
    areas = rng.poisson(4, (3, 48)).astype(float)
    assert slope_before(areas) == slope_before(areas.sum(axis=0))
    assert slope_before(areas) == slope_before(areas[::-1])
    gap, nought = areas.copy(), areas.copy()
    gap[0, 40], nought[:, 40] = np.nan, 0.0
    assert slope_before(gap).df == 48 - 1 - 4
    assert slope_before(areas, gap).df == slope_before(gap, areas).df == 48 - 1 - 4
    assert slope_before(gap).value != slope_before(nought).value


def test_the_error_against_a_comparison_is_larger_than_alone():
    rng = np.random.default_rng(4)
    one, other = rng.poisson(6, (2, 48)).astype(float)
    both = slope_before(one, other).error
    assert both == pytest.approx(np.hypot(slope_before(one).error, slope_before(other).error))


def test_no_events_give_no_slope():
    with pytest.raises(ValueError, match="0 events in 48 months"):
        slope_before(np.zeros(48))


def test_a_clear_slope_fails_whatever_the_effect():
    for claim in (effect(-0.6), effect(0.0)):
        assert pre_trend(claim, Slope(-0.02, 0.005, 44), **SPAN).outcome == "failed"


def test_a_sharp_test_that_finds_nothing_passes_and_a_blunt_one_does_not():
    # a slope of 0.6 / 36 a month would feign the effect; seen are 2.87 errors on 44 df
    seen = stats.t.ppf(0.975, 44) + stats.t.ppf(0.8, 44)
    edge = 0.6 / 36 / seen
    assert pre_trend(effect(-0.6), Slope(0.0, 0.99 * edge, 44), **SPAN).outcome == "passed"
    blunt = pre_trend(effect(-0.6), Slope(0.0, 1.01 * edge, 44), **SPAN)
    assert (blunt.outcome, blunt.found["why"]) == ("for information", "too blunt")
    assert blunt.found["feigned"] == pytest.approx(np.exp(-0.606))
    assert blunt.found["needed"] == pytest.approx(np.exp(-12 * 0.6 / 36))
    assert blunt.found["seen"] == pytest.approx(np.exp(-12 * 1.01 * 0.6 / 36))


def test_a_rise_is_judged_like_a_fall():
    slope = Slope(0.0, 0.004, 44)
    fewer, more = (pre_trend(effect(way * 0.6), slope, **SPAN) for way in (-1, 1))
    assert fewer.outcome == more.outcome == "passed"
    for name in ("seen", "feigned", "needed"):
        assert fewer.found[name] < 1
        assert more.found[name] == pytest.approx(1 / fewer.found[name])


def test_such_a_slope_is_seen_four_times_of_five():
    # simulated t statistics, not the formula again
    slope = Slope(0.0, 0.01, 44)
    rng = np.random.default_rng(5)
    error = slope.error * np.sqrt(rng.chisquare(44, 40_000) / 44)
    t = rng.normal(slope.seen(), slope.error, 40_000) / error
    assert np.mean(2 * stats.t.sf(abs(t), 44) <= 0.05) == pytest.approx(0.8, abs=0.01)


def test_no_claim_and_no_estimate_are_for_information():
    flat = Slope(0.0, 0.001, 44)
    assert pre_trend(effect(0.0), flat, **SPAN).found["why"] == "no claim"
    refused = Effect(design="panel", refused="no events after")
    assert pre_trend(refused, flat, **SPAN).found == {"why": "no estimate"}

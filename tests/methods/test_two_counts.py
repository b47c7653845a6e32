"""Two counts: exact by hand, honest about noise, and never without exposure."""

from math import exp, inf, isinf, log, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.methods import two_counts
from analysis.methods.effect import detectable
from analysis.methods.two_counts import INDEPENDENT, Dispersion, compare, dispersed, exact, foreseen

COUNTS = st.integers(0, 60)
MONTHS = st.sampled_from([3, 9, 12, 36])
EARLIER, YEARS = [52, 32, 40], [12, 12, 12]
KNOWN = Dispersion(phi=2.45, df=inf)
SHORT = Dispersion(phi=2.45, df=2)


def some(before, after):
    return before + after > 0


@given(COUNTS, MONTHS, COUNTS, MONTHS)
def test_every_exact_p_adds_up_the_binomial(before, long_before, after, long_after):
    if not some(before, after):
        return
    found = compare(before, long_before, after, long_after)
    total, share = before + after, long_after / (long_before + long_after)
    chances = [stats.binom.pmf(k, total, share) for k in range(total + 1)]
    no_likelier = sum(c for c in chances if c <= chances[after] * (1 + 1e-7))
    below, above = sum(chances[: after + 1]), sum(chances[after:])
    assert found.exact.p == pytest.approx(min(1, no_likelier), rel=1e-6)
    assert found.p_central == pytest.approx(min(1, 2 * min(below, above)), rel=1e-6)
    half = chances[after] / 2
    assert found.mid_p == pytest.approx(min(1, 2 * min(below - half, above - half)), abs=1e-9)


@given(COUNTS, MONTHS, COUNTS, MONTHS)
def test_an_end_of_an_interval_is_where_the_tail_is_just_two_and_a_half_per_cent(
    before, long_before, after, long_after
):
    if not some(before, after):
        return
    found = compare(before, long_before, after, long_after)

    def tail(ratio, side, weight):
        share = ratio * long_after / (long_before + ratio * long_after)
        chances = stats.binom.pmf(np.arange(before + after + 1), before + after, share)
        beyond = chances[after + 1 :] if side == "above" else chances[:after]
        return beyond.sum() + weight * chances[after]

    for low, high, weight in (
        (found.exact.low, found.exact.high, 1.0), (found.mid_low, found.mid_high, 0.5),
    ):  # fmt: skip
        assert low == 0 if after == 0 else tail(low, "above", weight) == pytest.approx(0.025)
        assert isinf(high) if before == 0 else tail(high, "below", weight) == pytest.approx(0.025)


@given(COUNTS, MONTHS, COUNTS, MONTHS)
def test_the_central_p_and_the_interval_never_disagree(before, long_before, after, long_after):
    if not some(before, after):
        return
    found = compare(before, long_before, after, long_after)
    assert (found.p_central < 0.05) == (not found.exact.low <= 1 <= found.exact.high)
    assert (found.mid_p < 0.05) == (not found.mid_low <= 1 <= found.mid_high)


@pytest.mark.parametrize(("before", "after", "months"), [(6, 2, 12), (2, 6, 12), (7, 1, 9)])
def test_the_e_test_adds_up_every_pair_that_lies_as_far_apart(before, after, months):
    mean = (before + after) / (12 + months)

    def apart(one, other):
        spread = one / 12**2 + other / months**2
        return abs(one / 12 - other / months) / sqrt(spread) if spread else 0.0

    seen = apart(before, after)
    by_hand = sum(
        stats.poisson.pmf(one, 12 * mean) * stats.poisson.pmf(other, months * mean)
        for one in range(50)
        for other in range(50)
        if apart(one, other) >= seen - 1e-12
    )
    assert compare(before, 12, after, months).e_test_p == pytest.approx(by_hand, abs=1e-9)


def test_the_e_test_of_large_counts_is_that_of_the_normal_distribution():
    apart = (5300 - 5000) / sqrt(5300 + 5000)
    found = compare(5000, 12, 5300, 12).e_test_p
    assert found == pytest.approx(2 * stats.norm.sf(apart), rel=0.02)


def test_no_event_at_all_is_refused_and_one_zero_is_not():
    nothing = compare(0, 12, 0, 9)
    assert nothing.exact.refused == "no events"
    assert (nothing.exact.known, nothing.mid_p, nothing.e_test_p) == (False, None, None)
    stopped, begun = exact(5, 12, 0, 12), exact(0, 12, 5, 12)
    assert (stopped.ratio, stopped.low) == (0, 0)
    assert 0 < stopped.high < inf
    assert (begun.ratio, begun.high) == (inf, inf)
    assert begun.low == pytest.approx(1 / stopped.high)


def test_five_events_in_all_cannot_convince_however_they_fall():
    assert exact(5, 12, 0, 12).smallest_p == pytest.approx(2 * 0.5**5)
    assert not exact(3, 12, 2, 12).can_convince
    assert exact(6, 12, 0, 12).can_convince
    # the longer span before makes five later ones the rarest outcome
    assert exact(0, 36, 5, 12).smallest_p == pytest.approx(0.25**5)


def test_the_exact_test_finds_its_detectable_fall_four_times_out_of_five():
    fall = exact(20, 12, 5, 12).detectable
    assert fall == pytest.approx(0.27, abs=0.005)
    found = sum(
        stats.poisson.pmf(b, 20) * stats.poisson.pmf(a, 20 * fall)
        for b in range(60)
        for a in range(60)
        if b + a and stats.binom.cdf(a, b + a, 0.5) <= 0.025
    )
    assert found == pytest.approx(0.80, abs=1e-6)
    assert exact(7, 12, 0, 12).detectable is None
    assert exact(8, 12, 0, 12).detectable is not None


def test_exposure_is_never_assumed():
    with pytest.raises(TypeError):
        compare(40, 12, 15)
    with pytest.raises(ValueError, match="exposure of after is missing"):
        compare(40, 12, 15, None)
    for wrong in (0, -9, nan, inf):
        with pytest.raises(ValueError, match="exposure of after must be above zero"):
            compare(40, 12, 15, wrong)
    with pytest.raises(ValueError, match="before holds 3 counts but 1 exposures"):
        dispersed(EARLIER, 36, 15, 9, KNOWN)


def test_what_is_no_count_is_refused():
    for wrong in (-1, 2.5, inf):
        with pytest.raises(ValueError, match="after must be whole numbers"):
            compare(40, 12, wrong, 12)
    with pytest.raises(ValueError, match="no count of after is known"):
        compare(40, 12, nan, 12)


@given(COUNTS, MONTHS, COUNTS, MONTHS)
def test_exposure_in_days_or_in_months_is_one_ratio(before, long_before, after, long_after):
    if not some(before, after):
        return
    months = compare(before, long_before, after, long_after)
    days = compare(before, 30 * long_before, after, 30 * long_after)
    assert months.exact.ratio == pytest.approx(days.exact.ratio)
    assert (months.exact.p, months.mid_p) == pytest.approx((days.exact.p, days.mid_p))
    assert months.e_test_p == pytest.approx(days.e_test_p)


def test_doubling_counts_and_exposures_leaves_the_ratio_and_narrows_its_interval():
    for method in (exact, lambda *counts: dispersed(*counts, KNOWN)):
        once, twice = method(40, 12, 15, 9), method(80, 24, 30, 18)
        assert twice.ratio == pytest.approx(once.ratio)
        assert once.low < twice.low < twice.high < once.high


def test_a_missing_month_is_not_zero():
    months = [3.0, 5.0, nan, 4.0]
    assert two_counts.total(months, [1, 1, 1, 1]) == (12, 3.0)
    assert two_counts.total(months, [1, 1, nan, 1]) == (12, 3.0)
    ones = np.ones(4)
    with_gap = dispersed(months, ones, 4, 1, KNOWN)
    assert with_gap.ratio == pytest.approx(1.0)
    assert dispersed(np.nan_to_num(months), ones, 4, 1, KNOWN).ratio == pytest.approx(4 / 3)


def test_the_order_of_the_years_is_nothing_to_the_mean():
    one, other = (two_counts.dispersion(years, YEARS) for years in (EARLIER, EARLIER[::-1]))
    assert one.phi == pytest.approx(other.phi)
    assert dispersed(EARLIER, YEARS, 15, 9, one).p == pytest.approx(
        dispersed(EARLIER[::-1], YEARS, 15, 9, other).p
    )


def test_the_dispersion_of_three_years_by_hand():
    mean = sum(EARLIER) / 3
    squares = sum((year - mean) ** 2 / mean for year in EARLIER)
    found = two_counts.dispersion(EARLIER, YEARS)
    assert squares == pytest.approx(4.90, abs=0.005)
    assert found.phi == pytest.approx(squares / 2)
    assert (found.df, found.memory) == (2, 0.0)


def test_the_dispersion_knows_how_long_each_span_was():
    longer = two_counts.dispersion([20, 10, 40, 20], [12, 6, 24, 12])
    assert longer.phi == pytest.approx(0, abs=1e-9)
    assert two_counts.dispersion([20, 10, 40, 20], [12, 12, 12, 12]).phi > 5


def test_a_steady_fall_is_noise_to_the_mean_and_none_to_the_trend():
    falling = [round(100 * 0.8**year) for year in range(6)]
    ones = np.ones(6)
    assert two_counts.dispersion(falling, ones, "mean").phi > 10
    assert two_counts.dispersion(falling, ones, "trend").phi < 0.1
    assert two_counts.dispersion(falling, ones, "trend").df == 4


def test_a_season_is_no_noise_and_months_that_hang_together_weigh_less():
    month = np.arange(48)
    seasonal = np.round(40 * np.exp(0.5 * np.cos(2 * np.pi * month / 12)))
    ones = np.ones(48)
    assert two_counts.dispersion(seasonal, ones, "mean").phi > 2
    assert two_counts.dispersion(seasonal, ones, "season").phi < 0.1
    waves = np.round(20 + 10 * np.sign(np.sin(2 * np.pi * (month + 0.5) / 32)))
    waves = two_counts.dispersion(waves, ones, "season")
    assert waves.memory > 0.5
    assert waves.stretch == pytest.approx(waves.phi * (1 + waves.memory) / (1 - waves.memory))


def test_noise_below_independence_is_not_used():
    calm = Dispersion(phi=0.3, df=5)
    found = dispersed(40, 12, 15, 12, calm)
    assert (calm.stretch, found.dispersion) == (1, 1)
    assert found == dispersed(40, 12, 15, 12, Dispersion(phi=1.0, df=5))


def test_a_dispersion_that_cannot_be_measured_is_refused_and_so_is_what_needs_it():
    short = two_counts.dispersion([40, 32], [12, 12])
    assert (short.phi, short.refused) == (None, "too few spans")
    assert two_counts.dispersion(np.ones(11), np.ones(11), "season").refused == "too few spans"
    empty = two_counts.dispersion(np.zeros(36), np.ones(36), "season")
    assert empty.refused == "too few events"
    rare = np.zeros(36)
    rare[[5, 17]] = 1
    assert two_counts.dispersion(rare, np.ones(36), "season").refused == "too few events"
    assert dispersed([40, 32], [12, 12], 15, 12, short).refused == "too few spans"
    for ask in (
        lambda: two_counts.prediction_interval(40, 12, 12, short),
        lambda: foreseen(40, 12, 12, short),
    ):
        with pytest.raises(ValueError, match=r"not known \(too few spans\)"):
            ask()


def test_a_dispersion_says_what_it_may_be():
    with pytest.raises(ValueError, match="around must be one of mean, trend, season"):
        two_counts.dispersion(EARLIER, YEARS, "line")
    with pytest.raises(ValueError, match="does not go with refused"):
        Dispersion(phi=None, df=2)
    with pytest.raises(ValueError, match="df must be above 0"):
        Dispersion(phi=2.0, df=0)
    with pytest.raises(ValueError, match="memory from 0 up to 1"):
        Dispersion(phi=2.0, df=2, memory=1.0)


@pytest.mark.parametrize("noise", [KNOWN, SHORT, Dispersion(phi=1.5, df=33, memory=0.3)])
def test_the_dispersed_ratio_by_hand(noise):
    found = dispersed(EARLIER, YEARS, 15, 9, noise)
    ratio = (15 / 9) / (124 / 36)
    error = sqrt(noise.phi * (1 + noise.memory) / (1 - noise.memory) * (1 / 124 + 1 / 15))
    reach = stats.t.ppf(0.975, noise.df) * error
    assert found.ratio == pytest.approx(ratio)
    assert found.low == pytest.approx(ratio * exp(-reach))
    assert found.high == pytest.approx(ratio * exp(reach))
    assert found.p == pytest.approx(2 * stats.t.sf(-log(ratio) / error, noise.df))
    assert (found.expected, found.observed) == (pytest.approx(31), 15)


def test_the_article_turns_on_what_three_years_can_tell_of_their_noise():
    # with the dispersion of three years taken as known
    assert dispersed(EARLIER, YEARS, 15, 12, KNOWN).p == pytest.approx(0.018, abs=5e-4)
    assert dispersed(EARLIER, YEARS, 15, 9, KNOWN).p == pytest.approx(0.090, abs=5e-4)
    # and with the two degrees of freedom that they give
    assert dispersed(EARLIER, YEARS, 15, 12, SHORT).p == pytest.approx(0.141, abs=5e-4)
    assert dispersed(EARLIER, YEARS, 15, 9, SHORT).p == pytest.approx(0.232, abs=5e-4)


def test_fifteen_lies_in_the_range_that_nine_months_would_have_had_anyway():
    found = two_counts.prediction_interval(EARLIER, YEARS, 9, KNOWN)
    error = sqrt(2.45 * 31 * (1 + 9 / 36))
    assert (found.low, found.high) == pytest.approx((31 - 1.959964 * error, 31 + 1.959964 * error))
    assert (found.low, found.high) == pytest.approx((11.9, 50.1), abs=0.05)
    assert two_counts.prediction_interval(EARLIER, YEARS, 12, KNOWN).low > 15
    wide = two_counts.prediction_interval(EARLIER, YEARS, 9, SHORT)
    assert (wide.low, wide.expected) == (0.0, pytest.approx(31))
    assert wide.high == pytest.approx(31 + 4.302653 * error)


def test_a_zero_count_is_refused_where_the_log_has_no_error():
    assert dispersed(5, 12, 0, 12, KNOWN).refused == "zero count"
    assert dispersed(0, 12, 5, 12, KNOWN).refused == "zero count"


@pytest.mark.parametrize(("baseline", "ratio"), [(40, 0.45), (20, 0.24)])
def test_the_smallest_fall_that_two_yearly_counts_can_show(baseline, ratio):
    found = foreseen(baseline, 12, 12)
    assert found == pytest.approx(ratio, abs=0.005)
    # the error is taken at the effect itself
    error = sqrt(1 / baseline + 1 / (baseline * found))
    assert found == pytest.approx(detectable(error, inf))


def test_what_can_be_foreseen_grows_with_the_baseline_and_shrinks_with_the_noise():
    assert foreseen(400, 12, 12) > foreseen(40, 12, 12)
    assert foreseen([200, 200], [6, 6], 12) == pytest.approx(foreseen(400, 12, 12))
    assert foreseen(400, 12, 9) < foreseen(400, 12, 12)
    assert foreseen(400, 12, 12, KNOWN) < foreseen(400, 12, 12)
    assert foreseen(400, 12, 12, SHORT) < foreseen(400, 12, 12, KNOWN)
    assert dispersed(400, 12, 300, 12, KNOWN).detectable == foreseen(400, 12, 12, KNOWN)


def test_from_a_handful_no_fall_can_be_foreseen():
    assert foreseen(0, 12, 12) is None
    assert foreseen(16, 12, 12) is None
    assert foreseen(17, 12, 12) is not None
    assert foreseen(1, 12, 1200, Dispersion(phi=50.0, df=1)) is None


def test_independent_events_are_the_best_case():
    assert INDEPENDENT.stretch == 1
    assert foreseen(40, 12, 12) == foreseen(40, 12, 12, Dispersion(phi=1.0, df=inf))

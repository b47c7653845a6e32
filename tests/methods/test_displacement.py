"""Displacement: the paper's numbers by hand, errors by plain sums, and what is not told."""

from math import inf, sqrt

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from analysis.methods.displacement import Change, share_moved, spans, weighted_difference

PAPER = (207, 110), (308, 318), (178, 157), (150, 140)
FELL = (200, 100), (200, 220), (100, 150), (120, 130)
PAIR = FELL[:2]


def test_the_published_difference_is_a_sum_and_its_variance_a_count():
    found = weighted_difference(*PAPER)
    assert found.direct.value == (110 - 207) - (318 - 308)
    assert found.nearby.value == (157 - 178) - (140 - 150)
    assert found.total.value == found.direct.value + found.nearby.value == -118
    events = 207 + 110 + 308 + 318 + 178 + 157 + 150 + 140
    assert found.poisson.error == pytest.approx(sqrt(events))
    assert found.poisson.low == pytest.approx(-118 - 1.959964 * sqrt(events))
    assert found.poisson.p == pytest.approx(2 * stats.norm.sf(118 / sqrt(events)))


def test_without_a_measured_dispersion_the_result_says_so():
    assert not weighted_difference(*PAPER).measured
    assert weighted_difference(*PAPER).total == weighted_difference(*PAPER).poisson
    assert weighted_difference(*PAPER, dispersion=1.0).measured


def test_measured_dispersion_widens_all_but_the_published_interval():
    plain, found = weighted_difference(*PAPER), weighted_difference(*PAPER, dispersion=4.0, df=44)
    assert found.total.error == pytest.approx(2 * plain.total.error)
    assert found.direct.error == pytest.approx(2 * plain.direct.error)
    assert found.poisson == plain.poisson
    assert found.total.high == pytest.approx(-118 + stats.t.ppf(0.975, 44) * found.total.error)
    assert found.total.high > 0 > plain.total.high, "the paper's effect does not bear it"


def test_each_area_has_a_noise_of_its_own():
    found = weighted_difference(*PAPER, dispersion=[1, 2, 3, 4])
    assert found.direct.error == pytest.approx(sqrt(1 * 317 + 2 * 626))
    assert found.total.error == pytest.approx(sqrt(317 + 2 * 626 + 3 * 335 + 4 * 290))


def test_spans_of_unlike_length_are_compared_per_unit_of_time():
    found = weighted_difference((80, 20), (100, 50), time=(2, 1))
    assert found.total.value == (20 - 40) - (50 - 50)
    assert found.total.error == pytest.approx(sqrt(80 / 4 + 20 + 100 / 4 + 50))
    assert found.nearby is None and found.direct == found.total


def test_twice_the_events_in_twice_the_time_is_the_same_change_better_known():
    once = weighted_difference(*PAPER).total
    twice = weighted_difference(*(2 * np.array(PAPER)), time=(2, 2)).total
    assert twice.value == once.value
    assert twice.error == pytest.approx(once.error / sqrt(2))


def test_harm_weighs_the_change_once_and_its_variance_twice():
    robbery, theft = (20, 10), (200, 240)
    nearby = (15, 15), (300, 270)
    found = weighted_difference([robbery, theft], nearby, harm=[10, 0.5])
    assert found.total.value == 10 * (10 - 20 - 0) + 0.5 * (40 - (-30))
    assert found.total.error == pytest.approx(sqrt(100 * (30 + 30) + 0.25 * (440 + 570)))
    noisy = weighted_difference(
        [robbery, theft], nearby, harm=[10, 0.5], dispersion=[[2, 3], [1, 4]]
    )
    assert noisy.total.error == pytest.approx(
        sqrt(100 * (2 * 30 + 30) + 0.25 * (3 * 440 + 4 * 570))
    )


def test_the_smallest_fall_to_be_found_is_beside_the_change():
    change = Change(value=-1.0, error=10.0)
    assert change.detectable == pytest.approx(-10 * (1.959964 + 0.8416212))
    rng = np.random.default_rng(3)
    seen = rng.normal(change.detectable, 10, 20_000) < -19.59964
    assert seen.mean() == pytest.approx(0.80, abs=0.01)


def test_there_is_no_difference_without_a_comparison_or_an_event():
    assert weighted_difference((9, 4), None).refused == "no comparison"
    assert weighted_difference(*PAIR, (9, 12)).refused == "no comparison"
    assert weighted_difference((0, 0), (0, 0), (3, 4), (5, 6)).refused == "no events"
    assert weighted_difference((0, 0), (0, 0)).total is None
    assert not weighted_difference((0, 0), (0, 1)).refused


@pytest.mark.parametrize("wrong", [(9, -1), (9, np.nan), (9, 4, 2), 9])
def test_what_is_no_pair_of_counts_is_an_error(wrong):
    for function in (weighted_difference, share_moved):
        with pytest.raises(ValueError, match=r"before and one after|inhomogeneous"):
            function(wrong, (9, 4), (8, 8), (8, 9))


@pytest.mark.parametrize("wrong", [0.8, np.nan, [1, 1, 0.5, 1]])
def test_a_dispersion_below_one_is_an_error(wrong):
    with pytest.raises(ValueError, match="spans"):
        weighted_difference(*PAPER, dispersion=wrong)


def test_the_share_is_what_came_nearby_of_what_was_avoided():
    found = share_moved(*FELL)
    assert found.avoided == pytest.approx(200 * 220 / 200 - 100)
    assert found.moved == pytest.approx(150 - 100 * 130 / 120)
    assert found.share == pytest.approx(found.moved / found.avoided)
    assert found.low < found.share < found.high


def test_with_one_comparison_the_quotient_is_the_published_one():
    (a, b), (c, d), (e, f), _ = FELL
    found = share_moved((a, b), (c, d), (e, f), (c, d))
    assert found.quotient == pytest.approx((f / d - e / c) / (b / d - a / c))


def test_at_the_ends_of_the_interval_the_difference_is_just_as_far_as_allowed():
    phi, t = np.array([1.5, 2.0, 1.2, 1.0]), stats.t.ppf(0.975, 40)
    found = share_moved(*FELL, dispersion=phi, df=40)
    direct = phi[0] * (100 + 200 * 1.1**2) + phi[1] * 220**2 * (1 / 200 + 1 / 220)
    ratio = 130 / 120
    near = phi[2] * (150 + 100 * ratio**2) + phi[3] * (100 * ratio) ** 2 * (1 / 120 + 1 / 130)
    for end in (found.low, found.high):
        off = found.moved - end * found.avoided
        assert off**2 == pytest.approx(t**2 * (near + end**2 * direct))


def test_nothing_is_said_to_have_moved_where_the_direct_effect_is_unclear():
    assert share_moved((20, 15), (20, 21), (10, 14), (10, 10)).refused == "direct effect unclear"
    risen = share_moved((200, 300), (200, 200), (100, 60), (100, 100))
    assert (risen.refused, risen.share, risen.quotient) == ("direct effect unclear", None, None)
    assert risen.avoided == -100
    assert not share_moved(*FELL).refused
    assert share_moved(*FELL, dispersion=9.0).refused == "direct effect unclear"


def test_the_share_is_refused_where_the_direct_effect_is_just_not_clear():
    error = sqrt(100 + 200 * 1.1**2 + 220**2 * (1 / 200 + 1 / 220))
    level = 1 - 2 * stats.norm.sf(120 / error)
    assert not share_moved(*FELL, level=level - 1e-5).refused
    assert share_moved(*FELL, level=level + (1 - level) / 2).refused


def test_displacement_and_diffusion_are_named_by_the_interval():
    assert share_moved((400, 200), (400, 400), (300, 440), (300, 300)).direction == "displacement"
    assert share_moved((400, 200), (400, 400), (300, 160), (300, 300)).direction == "diffusion"
    assert share_moved((400, 200), (400, 400), (300, 310), (300, 300)).direction == "unclear"
    assert share_moved((9, 9), (9, 9), (9, 9), (9, 9)).direction == "unclear"


@pytest.mark.parametrize(
    ("areas", "reason"),
    [
        ((*PAIR, None, None), "no displacement area"),
        ((*PAIR, (9, 9), None), "no comparison"),
        (((9, 1), None, (9, 9), (9, 9)), "no comparison"),
        (((9, 1), (0, 4), (9, 9), (9, 9)), "no events in the comparison"),
        ((*PAIR, (9, 9), (9, 0)), "no events in the comparison"),
    ],
)  # fmt: skip
def test_what_a_share_cannot_do_without(areas, reason):
    found = share_moved(*areas)
    assert (found.refused, found.share, found.low) == (reason, None, None)


def monthly(seed=5, places=4, months=60, mean=6.0):
    rng = np.random.default_rng(seed)
    return rng.poisson(mean * rng.gamma(3, 1 / 3, (places, months))).astype(float)


def test_the_noise_of_a_sum_by_a_plain_glm():
    counts = monthly()
    after = np.arange(60) >= 36
    turn = 2 * np.pi * np.arange(60) / 12
    columns = np.column_stack([~after, after, np.cos(turn), np.sin(turn)]).astype(float)
    found = spans(counts, 36)
    for place, noise in zip(counts, found.dispersion, strict=True):
        model = sm.GLM(place, columns, family=sm.families.Poisson()).fit(tol=1e-12)
        residuals = model.resid_pearson
        memory = residuals[1:] @ residuals[:-1] / (residuals @ residuals) + 5 / 60
        own = (model.resid_response**2).sum() / place.sum() * 60 / 56
        expected = max(1, own) * (1 + max(0, memory)) / (1 - max(0, memory))
        assert noise == pytest.approx(expected, rel=1e-6)
    assert (found.months, found.df) == ((36, 24), 56)
    np.testing.assert_array_equal(found.counts[:, 1], counts[:, 36:].sum(axis=1))


def test_a_month_that_one_area_does_not_know_is_left_out_of_all():
    counts = monthly()
    counts[2, 10] = counts[0, 50] = np.nan
    found = spans(counts, 36)
    kept = np.delete(counts, [10, 50], axis=1)
    assert found.months == (35, 23)
    np.testing.assert_array_equal(found.counts[:, 0], kept[:, :35].sum(axis=1))
    zero = np.nan_to_num(counts)
    assert (spans(zero, 36).dispersion != found.dispersion).all()


def test_the_order_and_shape_of_areas_do_not_matter():
    counts, order = monthly(places=8), [3, 1, 0, 7, 2, 6, 5, 4]
    straight = spans(counts, 30)
    np.testing.assert_allclose(spans(counts[order], 30).dispersion, straight.dispersion[order])
    cubed = spans(counts.reshape(4, 2, 60), 30)
    np.testing.assert_allclose(cubed.dispersion.ravel(), straight.dispersion)
    assert weighted_difference(*cubed.counts, dispersion=cubed.dispersion).measured


def test_steady_months_are_never_taken_for_quieter_than_poisson():
    assert (spans(np.full((2, 48), 5.0), 24).dispersion >= 1).all()
    assert (spans(np.zeros((2, 48)), 24).dispersion >= 1).all()


def test_under_a_year_on_one_side_there_is_no_noise_to_measure():
    with pytest.raises(ValueError, match="11 after"):
        spans(monthly(months=47), 36)


def test_an_infinite_number_of_degrees_of_freedom_is_the_normal_interval():
    assert Change(value=0.0, error=1.0, df=inf).high == pytest.approx(1.959964)

"""The curve by time since the start: what was planted comes back, with its band and its power."""

from math import log, sqrt

import numpy as np
import pytest

from analysis.methods.difference import randomised
from analysis.methods.effect import Effect
from analysis.methods.event_study import EventStudy, breakdown, event_study

MONTHS = 48
STARTS = np.array([27, 30, 33, *[MONTHS] * 6])
SINCE = np.arange(MONTHS) - STARTS[:, None]
TREATED = (STARTS < MONTHS)[:, None]


def exact(by_month=lambda since: np.ones_like(since, dtype=float)):
    """Area times month, times what the treated ones have so many months from their start."""
    level = np.arange(20, 20 + len(STARTS))[:, None] * (2 + np.cos(np.arange(MONTHS)))
    return level * np.where(TREATED, by_month(SINCE), 1.0)


def noisy(seed=1, mean=4.0):
    rng = np.random.default_rng(seed)
    return rng.poisson(mean * np.exp(rng.normal(0, 0.3, (len(STARTS), 1)) * np.ones(MONTHS)))


def study(counts, **about):
    return event_study(counts, STARTS, **{"seed": 1, "number": 99} | about)


def fading(since):
    return np.select([since < 0, since < 3, since < 6], [1.0, 0.5, 0.8], 1.0)


def test_the_planted_curve_comes_back_bin_by_bin():
    jitter = np.random.default_rng(1).uniform(0.999, 1.001, (len(STARTS), MONTHS))
    found = study(exact(fading) * jitter)
    assert found.since[:6] == (-12, -9, -6, -3, 0, 3)
    plain = exact()
    for first, effect in zip(found.since, found.effects, strict=True):
        cells = TREATED & (first <= SINCE) & (first + 3 > SINCE)
        counted, expected = exact(fading)[cells].sum(), plain[cells].sum()
        assert effect.ratio == pytest.approx((counted + 0.5) / (expected + 0.5), rel=5e-3)
        assert effect.months == cells.sum()
        assert effect.expected == pytest.approx(expected, rel=5e-3)
    assert len(found.before) == 4
    assert found.after[0].ratio == pytest.approx(0.5, abs=0.01)


def test_bins_add_up_to_the_whole_estimate():
    counts = noisy()
    found, whole = study(counts), randomised(counts, STARTS, seed=1, number=99)
    assert sum(e.observed for e in found.after) == whole.observed
    assert sum(e.expected for e in found.after) == pytest.approx(whole.expected)
    assert sum(e.months for e in found.after) == whole.months


def test_the_bins_before_are_not_used_to_say_what_is_expected_of_them():
    """What happens in them cannot hide itself: a planted jump comes back whole."""
    jump = exact(lambda since: np.where((since >= -3) & (since < 0), 2.0, 1.0))
    found = study(jump + noisy() / 100)
    assert found.before[-1].ratio == pytest.approx(2.0, rel=0.03)
    assert found.before[0].ratio == pytest.approx(1.0, rel=0.03)


def test_the_band_is_wider_than_each_bins_own_interval():
    found = study(noisy())
    for effect, (low, high) in zip(found.effects, found.together, strict=True):
        assert low < effect.low < effect.ratio < effect.high < high
        assert sqrt(low * high) == pytest.approx(effect.ratio)


def test_an_effect_does_not_widen_the_intervals_before_it():
    """It is taken out of the areas that serve as comparisons in other assignments."""
    counts = noisy()
    plain = study(counts, number=999)
    halved = study(counts * np.where(TREATED & (SINCE >= 0), 0.3, 1.0), number=999)
    for one, other in zip(plain.before, halved.before, strict=True):
        assert (one.low, one.high) == pytest.approx((other.low, other.high))
    assert halved.drift.detectable == pytest.approx(plain.drift.detectable)


def test_only_the_bins_asked_for_are_told():
    found = study(noisy(), before=3, after=2, width=4)
    assert found.since == (-12, -8, -4, 0, 4)
    assert len(found.effects) == len(found.together) == 5


def test_a_planted_drift_is_measured_per_year():
    def drifting(since):
        return np.where(since < 0, np.exp(log(1.3) / 12 * (since // 3) * 3), 1.0)

    jitter = np.random.default_rng(1).uniform(0.9999, 1.0001, (len(STARTS), MONTHS))
    found = study(exact(drifting) * jitter)
    assert found.drift.ratio == pytest.approx(1.3, rel=0.02)
    assert found.drift.direction == "more"


def test_no_drift_is_never_told_without_the_drift_that_would_be_seen():
    few, many = study(noisy(mean=2.0)), study(noisy(mean=60.0))
    assert 0 < few.drift.detectable < many.drift.detectable < 1
    assert few.drift.low < 1 < few.drift.high


def test_one_treated_area_of_nine_has_a_curve_without_intervals():
    starts = np.array([30, *[MONTHS] * 8])
    found = event_study(noisy(), starts, seed=1)
    assert all(e.low is None and e.smallest_p == pytest.approx(1 / 9) for e in found.effects)
    assert set(found.together) == {None}
    assert found.drift.detectable is None


def test_a_bin_without_events_has_a_ratio_and_one_without_expectation_none():
    counts = noisy().astype(float)
    counts[:3][(SINCE[:3] >= 0) & (SINCE[:3] < 3)] = 0
    found = study(counts)
    assert found.after[0].observed == 0
    assert found.after[0].ratio == pytest.approx(0.5 / (found.after[0].expected + 0.5))
    last = event_study(counts, np.where(TREATED[:, 0], 27, MONTHS), seed=1, number=99)
    counts[3:, 27:30] = np.nan
    nothing = event_study(counts, np.where(TREATED[:, 0], 27, MONTHS), seed=1, number=99)
    assert last.after[0].known
    assert nothing.after[0].refused == "nothing expected"
    assert nothing.together[4] is None


def test_the_order_of_areas_changes_nothing():
    counts, order = noisy(), np.random.default_rng(3).permutation(len(STARTS))
    one = event_study(counts, STARTS, seed=1, number=99)
    other = event_study(counts[order], STARTS[order], seed=1, number=99)
    for a, b in zip((*one.effects, one.drift), (*other.effects, other.drift), strict=True):
        assert (a.ratio, a.low, a.p) == pytest.approx((b.ratio, b.low, b.p))


@pytest.mark.parametrize(
    ("about", "starts", "message"),
    [
        ({"before": 2}, STARTS, "at least 3 bins"),
        ({"before": 6}, STARTS, "leave 9 months"),
        ({}, np.full(9, MONTHS), "nobody treated"),
    ],
)
def test_a_curve_that_cannot_be_drawn_says_why(about, starts, message):
    with pytest.raises(ValueError, match=message):
        event_study(noisy(), starts, seed=1, **about)


def told(ratio, low, high, smallest=0.01):
    return Effect(design="difference", ratio=ratio, low=low, high=high, p=0.01, smallest_p=smallest)


def before(*ratios):
    flat = Effect(design="drift", ratio=1.0)
    return EventStudy(
        width=3,
        since=tuple(range(-3 * len(ratios), 0, 3)),
        effects=tuple(Effect(design="event_study", ratio=ratio) for ratio in ratios),
        together=(None,) * len(ratios),
        drift=flat,
    )


def test_a_finding_breaks_down_at_its_near_end():
    assert breakdown(told(0.5, 0.4, 0.64), before(1.25, 0.8)) == pytest.approx(2.0)
    assert breakdown(told(2.0, 1.5625, 2.5), before(1.0, 0.8)) == pytest.approx(2.0)
    assert breakdown(told(0.5, 0.0, 0.64), before(0.64)) == pytest.approx(1.0)


def test_what_was_not_found_does_not_break():
    assert breakdown(told(0.9, 0.7, 1.1), before(0.8)) is None
    assert breakdown(told(0.5, 0.4, 0.6, smallest=0.1), before(0.8)) is None
    assert breakdown(told(0.5, 0.4, 0.6), before(1.0)) == np.inf

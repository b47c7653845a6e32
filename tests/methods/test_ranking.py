"""Ranks and funnels: shrinkage in print, and ranks that admit what they do not know."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from analysis.measurement.comparison import NotComparable
from analysis.measurement.counts import rate
from analysis.methods.ranking import funnel, prior, ranks, shrunk
from tests.conftest import SHARED, count


def test_marshalls_rates_for_auckland():
    # spdep 1.2-7 EBest: Marshall 1991; Bailey & Gatrell 1995 p. 303
    file = SHARED / "validation" / "data" / "auckland.csv"
    if not file.exists():
        pytest.skip("the shared validation data are not here")
    with open(file) as stream:
        rows = list(csv.DictReader(stream))
    deaths = np.array([float(row["M77_85"]) for row in rows])
    births = 9 * np.array([float(row["Und5_81"]) for row in rows])
    common = prior(deaths, births)
    assert common.mean == pytest.approx(0.002633436, rel=1e-5)
    assert common.variance == pytest.approx(7.284173e-7, rel=1e-5)
    assert shrunk(deaths, births)[:2] == pytest.approx([0.002978034, 0.002865623], rel=1e-5)


def rates(counts, people):
    found = [
        rate(count(k, area=f"stadsdel:{i}"), n, 1000, "per 1000", noise=1.0)
        for i, (k, n) in enumerate(zip(counts, people, strict=True))
    ]
    return found


def noises(*values):
    return [count(value, statistic="noise", unit="variance/mean") for value in values]


def test_clear_differences_have_clear_ranks():
    found = ranks(rates([9000, 5000, 1000], [50_000] * 3), [50_000] * 3, noises(1, 1, 1))
    assert [(e.value, e.low, e.high) for e in found] == [(1, 1, 1), (2, 2, 2), (3, 3, 3)]


def test_jumpy_series_blur_their_ranks():
    counts, people = [320, 300, 280, 150], [50_000] * 4
    calm = ranks(rates(counts, people), people, noises(*[1] * 4))
    wild = ranks(rates(counts, people), people, noises(*[30] * 4))
    width = [sum(e.high - e.low for e in found) for found in (calm, wild)]
    assert width[1] > width[0]


def test_areas_that_do_not_differ_have_no_ranks_to_tell():
    found = ranks(rates([100] * 5, [10_000] * 5), [10_000] * 5, noises(*[1] * 5))
    assert all(e.low == 1 and e.high == 5 for e in found)


def test_the_same_seed_gives_the_same_ranks():
    counts, people = [300, 290, 280], [50_000] * 3
    assert ranks(rates(counts, people), people, noises(2, 2, 2), seed=4) == ranks(
        rates(counts, people), people, noises(2, 2, 2), seed=4
    )


def test_ranks_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(3)
    people, held = np.full(10, 50_000.0), []
    for _ in range(200):
        true = rng.gamma(20, 0.008 / 20, 10)
        seen = rng.poisson(true * people)
        found = ranks(rates(seen, people), list(people), noises(*[1] * 10))
        place = (-true).argsort().argsort() + 1
        held += [e.low <= p <= e.high for e, p in zip(found, place, strict=True)]
    assert 0.93 <= np.mean(held) <= 0.99


def test_unlike_areas_are_not_ranked():
    two = rates([300, 290], [50_000] * 2)
    with pytest.raises(NotComparable):
        ranks([two[0], replace(two[1], scheme="stadsomrade")], [50_000] * 2, noises(1, 1))


def test_no_rates_no_ranks():
    assert ranks([], [], []) == funnel([], [], []) == []


def test_one_area_far_out_leaves_the_funnel():
    rng = np.random.default_rng(8)
    people = np.full(30, 50_000.0)
    counts = rng.poisson(rng.gamma(60, 0.008 / 60, 30) * people)
    counts[0] = 4000
    found = rates(counts, people)
    limits = funnel(found, list(people), noises(*[1] * 30))
    outside = [not l.low <= r.value <= l.high for l, r in zip(limits, found, strict=True)]  # noqa: E741
    assert outside[0]
    assert sum(outside) <= 4


def test_where_the_noise_is_not_known_nobody_is_ranked():
    two = rates([300, 290], [50_000] * 2)
    assert ranks(two, [50_000] * 2, noises(2, None)) == []
    assert funnel(two, [50_000] * 2, noises(2, None)) == []


def test_no_funnel_is_drawn_of_a_handful_of_events():
    few = rates([0, 1, 1, 2], [50_000] * 4)
    assert funnel(few, [50_000] * 4, noises(1, 1, 1, 1)) == []

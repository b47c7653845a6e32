"""Simulated truths: 160 cells without a change, and eight that did change.

Sixteen kinds of crime in ten districts. A kind has its own noise, a district's lies near it,
and districts share part of it, as ours do. The plain-scale test that one would write first is shown
naming changes in worlds where there is none.
"""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.measurement.counts import usual_range
from analysis.methods.screening import departures, detectable, moderated
from analysis.words.periods import Period
from tests.conftest import series

KINDS, PLACES, YEARS = 16, 10, 7
P2017 = Period.parse("2017")


def world(rng, size="large", shared=0.0, memory=0.0, changed=None, by=1.0):
    """Counts of every kind, place and year, shape (16, 10, 7), at a lognormal level."""
    middle, spread = {"large": (5.0, 1.0), "small": (1.8, 0.5)}[size]
    means = np.exp(rng.normal(middle, spread, KINDS))[:, None]
    means = means * np.exp(rng.normal(0, 0.5, (KINDS, PLACES)))
    noise = 0.17 * np.exp(rng.normal(0, 0.55, (KINDS, 1)) + rng.normal(0, 0.25, (KINDS, PLACES)))
    latent = np.sqrt(shared) * jumps(rng, (KINDS, 1, YEARS), memory)
    latent = latent + np.sqrt(1 - shared) * jumps(rng, (KINDS, PLACES, YEARS), memory)
    level = means[..., None] * np.exp(noise[..., None] * latent - noise[..., None] ** 2 / 2)
    if changed is not None:
        level.reshape(-1, YEARS)[changed, -1] *= by
    return rng.poisson(level)


def jumps(rng, shape, memory):
    made = rng.normal(size=shape)
    for t in range(1, shape[-1]):
        made[..., t] = memory * made[..., t - 1] + np.sqrt(1 - memory**2) * made[..., t]
    return made


def as_series(counts):
    return [
        series(counts[kind, place].astype(float), definition=f"kind {kind}", area=f"a:{place}")
        for kind in range(KINDS)
        for place in range(PLACES)
    ]


def plain(family):
    """The same screen on the plain scale: variance over mean lent across all kinds."""
    usual = [usual_range(one, P2017) for one in family]
    noise, lent = moderated(np.array([u.dispersion for u in usual]), np.full(len(usual), YEARS - 2))
    error = [np.sqrt(n * u.value * (1 + 1 / u.n)) for n, u in zip(noise, usual, strict=True)]
    gap = [one.values[-1] - u.value for one, u in zip(family, usual, strict=True)]
    p = 2 * stats.t.sf(np.abs(gap) / error, YEARS - 2 + lent)
    return multipletests(p, method="fdr_bh")[1]


@pytest.mark.parametrize(
    ("how", "most"),
    [
        ({}, 0.09),
        ({"shared": 0.5}, 0.12),
        ({"shared": 0.8}, 0.12),
        ({"memory": 0.3}, 0.12),
        ({"size": "small"}, 0.09),
    ],
    ids=str,
)
def test_where_nothing_changed_nothing_is_named(runs, how, most):
    rng = np.random.default_rng(2019)
    named, outside = [], []
    for _ in range(runs // 5):
        family = [s for s in as_series(world(rng, **how)) if s.values[:-1].sum() > 0]
        found = departures(family, P2017)
        named.append(any(e.q <= 0.05 for e in found))
        outside.append(np.mean([e.p < 0.05 for e in found]))
    error = np.sqrt(most * (1 - most) / len(named))
    assert np.mean(named) <= most + 2 * error
    assert 0.025 <= np.mean(outside) <= 0.065


@pytest.mark.parametrize("memory", [0.0, 0.5], ids=["memory 0", "memory 0.5"])
def test_where_nothing_changed_the_districts_added_up_name_little(runs, memory):
    """Sixteen kinds, one series each: they lend across kinds."""
    rng, named = np.random.default_rng(2023), []
    for _ in range(runs):
        counts = world(rng, shared=0.5, memory=memory).sum(axis=1)
        family = [series(row.astype(float), definition=f"kind {i}") for i, row in enumerate(counts)]
        named.append(any(e.q <= 0.05 for e in departures(family, P2017)))
    assert np.mean(named) <= 0.10 + 2 * np.sqrt(0.09 / runs)


def test_the_usual_range_holds_the_next_count(runs):
    rng, inside = np.random.default_rng(2024), []
    for _ in range(runs // 5):
        for one in as_series(world(rng))[::8]:
            usual = usual_range(one, P2017)
            inside.append(usual.low <= one.values[-1] <= usual.high)
    assert 0.93 <= np.mean(inside) <= 0.98


def test_the_plain_scale_names_changes_that_are_not_there(runs):
    rng = np.random.default_rng(2020)
    worlds = [as_series(world(rng, shared=0.5)) for _ in range(runs // 10)]
    assert np.mean([plain(family).min() <= 0.05 for family in worlds]) > 0.10


@pytest.mark.parametrize("by", [2.0, 0.5])
def test_of_what_is_named_at_most_one_in_twenty_is_false(runs, by):
    rng = np.random.default_rng(2021)
    false, found = [], []
    for _ in range(runs // 5):
        changed = rng.choice(KINDS * PLACES, 8, replace=False)
        screened = departures(as_series(world(rng, changed=changed, by=by)), P2017)
        named = {i for i, e in enumerate(screened) if e.q <= 0.05}
        false.append(len(named - set(changed)) / max(1, len(named)))
        found.append(len(named & set(changed)) / 8)
    assert np.mean(false) <= 0.05 + 2 * np.std(false) / np.sqrt(len(false))
    assert np.mean(found) > 0.15, "and doubled or halved places are not all missed"


def test_a_rise_that_is_called_detectable_is_found_as_often_as_promised(runs):
    rng = np.random.default_rng(2022)
    found = []
    for _ in range(runs // 5):
        counts = world(rng)
        (least,) = detectable(as_series(counts), P2017)
        middle = int(least.definition.split()[1]) * PLACES + int(least.area.split(":")[1])
        before = counts.reshape(-1, YEARS)[middle, :-1].mean()
        counts.reshape(-1, YEARS)[middle, -1] = rng.poisson(before * least.value)
        screened = departures(as_series(counts), P2017)
        found.append(screened[middle].q <= 0.05)
    assert 0.6 < np.mean(found) <= 1.0

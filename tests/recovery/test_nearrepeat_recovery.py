"""Simulated truths: contagion is found where it is, and hot spots alone are not taken for it.

Events of a year in a city with hot spots, where each may bring another within 300 metres and 14
days, or comes with a burst of others.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist

from analysis.measurement.counts import garwood
from analysis.methods.nearrepeat import followed, knox
from analysis.words.periods import Period

METRES, DAYS, SPAN = 300, 14, 365
SPOTS = np.array([[1000, 1000], [4000, 3500], [2500, 4500]])
FACTS = {
    "definition": "burglary", "area": "stadsdel:1", "scheme": "stadsdel",
    "period": Period.parse("2017"),
}  # fmt: skip


def background(rng, events):
    """Half of the events anywhere, half near three hot spots; from two months before the year."""
    spot = rng.integers(0, 6, events)
    place = np.where(
        (spot < 3)[:, None],
        SPOTS[spot % 3] + rng.normal(0, 400, (events, 2)),
        rng.uniform(0, 5000, (events, 2)),
    )
    return place, rng.uniform(-60, SPAN, events)


def another(rng, place, day):
    """One event for each, within 200 metres and 14 days."""
    away, angle = 200 * np.sqrt(rng.random(len(day))), rng.uniform(0, 2 * np.pi, len(day))
    step = np.column_stack([away * np.cos(angle), away * np.sin(angle)])
    return place + step, day + rng.uniform(1, DAYS, len(day))


def contagious(rng, events, chance):
    """Every event brings another with a chance, which may bring another."""
    generations = [background(rng, rng.poisson(events))]
    while len(generations[-1][1]):
        place, day = generations[-1]
        brings = rng.random(len(day)) < chance
        generations.append(another(rng, place[brings], day[brings]))
    return observed(generations)


def bursting(rng, events, more):
    """Events that come with a geometric number of others."""
    place, day = background(rng, rng.poisson(events))
    first = np.repeat(np.arange(len(day)), rng.geometric(1 / (1 + more), len(day)) - 1)
    return observed([(place, day), another(rng, place[first], day[first])])


def observed(parts):
    place, day = (np.concatenate(one) for one in zip(*parts, strict=True))
    table = pd.DataFrame(place, columns=["easting", "northing"]).assign(number=np.floor(day))
    table = table[(table.number >= 0) & (table.number < SPAN)]
    return table.assign(day=pd.Timestamp("2017-01-01") + pd.to_timedelta(table.number, unit="D"))


def test_hot_spots_alone_are_called_contagion_as_rarely_as_promised(runs):
    rng = np.random.default_rng(2017)
    p = [
        knox(contagious(rng, 260, 0), METRES, DAYS, seed=i, runs=99, **FACTS).p for i in range(runs)
    ]
    low, high = (0.03, 0.07) if runs >= 2000 else (0.02, 0.08)
    assert low <= np.mean(np.array(p) <= 0.05) <= high


def test_planted_contagion_is_found_in_most_runs(runs):
    rng = np.random.default_rng(2018)
    found = [
        knox(contagious(rng, 60, 0.3), METRES, DAYS, seed=i, runs=99, **FACTS)
        for i in range(runs // 3)
    ]
    assert np.mean([one.p <= 0.05 for one in found]) > 0.9


WORLDS = {
    "none": lambda rng: contagious(rng, 140, 0.0),
    "contagion": lambda rng: contagious(rng, 140, 0.3),
    "bursts": lambda rng: bursting(rng, 80, 3.0),
}


def near_in_both(table):
    """Pairs near in space and time, and how many are expected to be."""
    near = pdist(table[["easting", "northing"]]) <= METRES
    soon = pdist(table[["number"]]) <= DAYS
    return (near & soon).sum(), near.sum() * soon.mean()


@pytest.mark.parametrize("world", WORLDS)
def test_the_interval_of_the_ratio_holds_the_truth(runs, world):
    rng = np.random.default_rng(2019)
    tables = [WORLDS[world](rng) for _ in range(runs)]
    found = [knox(table, METRES, DAYS, seed=1, runs=1, **FACTS) for table in tables]
    pairs = np.array([near_in_both(table) for table in tables])
    truth = pairs[:, 0].mean() / pairs[:, 1].mean()
    assert all(one.low is not None for one in found)
    assert 0.94 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.998
    if world == "bursts":
        naive = [np.array(garwood(k)) / expected for k, expected in pairs]
        held = np.mean([low <= truth <= high for low, high in naive])
        assert held < 0.6, "pairs of one burst are not independent"


@pytest.mark.parametrize("world", WORLDS)
def test_the_interval_of_the_share_followed_holds_the_truth(runs, world):
    rng = np.random.default_rng(2020)
    found = [followed(WORLDS[world](rng), METRES, DAYS, **FACTS) for _ in range(runs)]
    n = np.array([one.n for one in found])
    truth = np.average([one.value for one in found], weights=n)
    held = np.mean([one.low <= truth <= one.high for one in found])
    assert 0.935 <= held <= 0.995

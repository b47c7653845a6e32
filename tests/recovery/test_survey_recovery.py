"""Simulated samples: the interval of a share holds the truth as often as it says.

Ten districts of unequal size with equally many drawn in each, answers that differ between
districts and groups, and groups that answer the letter unequally: design effects 2 to 5. What
a plain interval, and a share without raking, make of the same samples is shown failing.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.special import expit

from analysis.measurement import survey

DISTRICTS = 10
LEAN = np.linspace(0.5, -0.5, DISTRICTS)[:, None] + np.array([0.4, -0.4])
KINDS = {
    "unequal weights": {"growth": 1.5, "drawn": 300, "answer": (0.3, 0.7)},
    "very unequal weights": {"growth": 1.7, "drawn": 300, "answer": (0.25, 0.75)},
    "clusters": {"growth": 1.3, "drawn": 320, "answer": (0.4, 0.7), "of": 16, "alike": 0.1},
}


class World:
    """A city whose true share is known, from which samples are drawn."""

    def __init__(self, truth, growth, drawn, answer, of=1, alike=0.0):
        people = growth ** np.arange(DISTRICTS)
        self.people, self.answer = people / people.sum(), np.array(answer)
        self.drawn, self.of, self.alike = drawn, of, alike
        level = brentq(lambda x: self.share(expit(x + LEAN)) - truth, -9, 9)
        self.chance = expit(level + LEAN)

    def share(self, chance):
        """The city's share when half of each district are of each group."""
        return float(self.people @ chance.mean(axis=1))

    def sample(self, rng):
        """Answers with district, group and cluster, and weights that are right on average."""
        n = DISTRICTS * self.drawn
        district, cluster = np.arange(n) // self.drawn, np.arange(n) // self.of
        group = rng.integers(0, 2, n)
        shared = rng.random(n)[cluster]
        luck = np.where(rng.random(n) < np.sqrt(self.alike), shared, rng.random(n))
        rows = pd.DataFrame(
            {
                "district": district,
                "group": group,
                "cluster": cluster,
                "holds": luck < self.chance[district, group],
                "weight": self.people[district] / self.drawn,
            }
        )
        return rows[rng.random(n) < self.answer[group]].reset_index(drop=True)

    def weights(self, rows):
        """Design weights over the known chance of answering."""
        return (rows.weight / self.answer[rows.group]).to_numpy()


def held(found, truth):
    return found.low <= truth <= found.high


def band(runs):
    """What 93 to 97 % may look like in so many runs."""
    slack = 0.0 if runs >= 2000 else 0.025
    return 0.93 - slack, 0.97 + slack


@pytest.mark.parametrize("truth", [0.03, 0.1, 0.5])
@pytest.mark.parametrize("kind", KINDS)
def test_the_interval_of_a_share_holds_the_truth(runs, kind, truth):
    rng, world = np.random.default_rng(2017), World(truth, **KINDS[kind])
    kept, coin, effects = [], [], []
    for _ in range(runs):
        rows = world.sample(rng)
        design = survey.Design(
            world.weights(rows), strata=rows.district, clusters=rows.cluster, lonely="adjust"
        )
        found = survey.share(design, rows.holds)
        kept.append(held(found, truth))
        reach = 1.96 * np.sqrt(found.value * (1 - found.value) / found.n)
        coin.append(abs(found.value - truth) <= reach)
        effects.append(found.design_effect)
    low, high = band(runs)
    assert 2 <= np.mean(effects) <= 5
    assert low <= np.mean(kept) <= high
    assert np.mean(coin) < 0.85, "answers taken for tosses of a coin are too sure"


def test_without_the_floor_a_rare_answer_is_missed_too_often(runs):
    truth, kind = 0.03, KINDS["very unequal weights"] | {"drawn": 150}
    rng, world = np.random.default_rng(2018), World(truth, **kind)
    kept, missed = [], []
    for _ in range(runs):
        rows = world.sample(rng)
        design = survey.Design(world.weights(rows), strata=rows.district)
        kept.append(held(survey.share(design, rows.holds), truth))
        missed.append(not held(survey.share(design, rows.holds, floor=False), truth))
    assert np.mean(kept) >= band(runs)[0]
    assert np.mean(missed) > 0.075


def test_raking_takes_away_what_unequal_answering_did(runs):
    truth = 0.3
    rng, world = np.random.default_rng(2019), World(truth, 1.2, 300, answer=(0.25, 0.65))
    by_group = pd.Series([0.5, 0.5], index=pd.Index([0, 1], name="group"))
    by_district = pd.Series(world.people, index=pd.RangeIndex(DISTRICTS, name="district"))
    naive, raked, kept = [], [], []
    for _ in range(runs):
        rows = world.sample(rng)
        weights = survey.rake(rows, rows.weight, [by_group, by_district])
        one, other = (
            survey.share(survey.Design(w, strata=rows.district), rows.holds)
            for w in (rows.weight, weights)
        )
        naive.append(one.value)
        raked.append(other.value)
        kept.append(held(other, truth))
    low, high = band(runs)
    assert np.mean(naive) < truth - 0.03, "who answers less is heard less"
    assert abs(np.mean(raked) - truth) < 0.1 * np.std(raked) + 3 * np.std(raked) / np.sqrt(runs)
    assert low <= np.mean(kept) <= high


def test_the_change_between_two_waves_holds_the_truth(runs):
    rng = np.random.default_rng(2020)
    before, after = (World(p, **KINDS["unequal weights"]) for p in (0.05, 0.08))
    kept = []
    for _ in range(runs):
        shares = []
        for world in (before, after):
            rows = world.sample(rng)
            design = survey.Design(world.weights(rows), strata=rows.district)
            shares.append(survey.share(design, rows.holds))
        _, low, high = survey.change(*shares)
        kept.append(low <= 0.03 <= high)
    lowest, highest = band(runs)
    assert lowest <= np.mean(kept) <= highest

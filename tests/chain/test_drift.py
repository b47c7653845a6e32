"""The drift of each kind of crime is what Göteborg's districts did, reckoned by the plainest road."""

from math import ceil

import numpy as np
import pandas as pd
import pytest

from analysis.chain.drift import DRIFTS, OTHERS, drift
from tests.conftest import ROOT


def moved(counts: np.ndarray) -> float:
    """Spread of the log odds ratio of two years against the five before, less chance's part."""
    squares = []
    for first in range(counts.shape[1] - 6):
        before = counts[:, first : first + 5].sum(axis=1)
        after = counts[:, first + 5 : first + 7].sum(axis=1)
        others = before.sum() - before, after.sum() - after
        ratio = np.log(after / before) - np.log(others[1] / others[0])
        chance = 1 / before + 1 / after + 1 / others[0] + 1 / others[1]
        squares.append(ratio**2 - chance)
    return float(np.sqrt(max(0.0, np.mean(squares))))


@pytest.fixture(scope="module")
def slopes():
    counts = pd.read_csv(ROOT / "data/raw/goteborg/crime_counts_districts_2011_2020.csv")
    found = {}
    for item, kind in counts.groupby("item"):
        table = kind.pivot(index="area_id", columns="year", values="count").sort_index(axis=1)
        if not table.isna().any().any() and table.sum().min() >= 50:
            found[item] = moved(table.to_numpy(float)) / 3.5
    return found


def test_each_kind_has_the_drift_that_was_measured(slopes):
    assert {item: ceil(100 * slopes[item] - 1e-9) / 100 for item in DRIFTS} == DRIFTS


def test_a_kind_without_a_measurement_gets_more_than_most_have(slopes):
    assert drift("unheard of") == OTHERS
    assert np.mean([slope <= OTHERS for slope in slopes.values()]) > 0.75

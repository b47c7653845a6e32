"""Simulated truths of survey shares: small districts, the worst district, and few treated ones.

Ten and forty districts with 30-200 answers each, whose true shares lie round 0.30. The direct share
of the district that came out worst is shown failing, as are clustered errors on three treated
districts of ten and on one.
"""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from analysis.methods.linear import TOO_FEW_AREAS, two_way
from analysis.methods.ranking import shrunk
from analysis.methods.smallarea import fay_herriot
from analysis.methods.staggered import by_lot

SHARE, YEARS, DRAWS = 0.30, 8, 119
DIRECT, HERRIOT, BAYES = "direct share", "Fay-Herriot", "empirical Bayes"
CLUSTERED, LOTS = "two-way, clustered errors", "imputation by lot"
TOO_FAR = "; takes the noise of a share for that of a count and draws too far"
WORST = "the district that came out worst"


def survey(rng, areas: int, spread: float):
    """True shares, answers and how many said yes."""
    truth = np.clip(rng.normal(SHARE, spread, areas), 0.02, 0.98)
    answers = rng.integers(30, 201, areas)
    return truth, answers, rng.binomial(answers, truth).astype(float)


def told(truth, answers, yes):
    """Value, low and high of each method, shape (methods, 3, areas)."""
    direct, pooled = yes / answers, yes.sum() / answers.sum()
    reach = stats.norm.ppf(0.975) * np.sqrt(direct * (1 - direct) / answers)
    found = fay_herriot(direct, np.sqrt(pooled * (1 - pooled) / answers))
    bayes = shrunk(yes, answers.astype(float))
    return np.array([
        (direct, direct - reach, direct + reach),
        (found.values, found.low, found.high),
        (bayes, np.full_like(bayes, np.nan), np.full_like(bayes, np.nan)),
    ])  # fmt: skip


def small_areas(runs: int, areas: int, spread: float, seed: int) -> list[dict]:
    rng = np.random.default_rng(seed)
    drawn = [survey(rng, areas, spread) for _ in range(runs)]
    truth = np.array([one[0] for one in drawn])
    values, low, high = np.array([told(*one) for one in drawn]).transpose(2, 1, 0, 3)
    wrong = ((values - truth) ** 2).mean(axis=(1, 2))
    covers = (low <= truth) & (truth <= high)
    worst = values[0].argmax(axis=1)[:, None]
    scenario = f"{areas} districts, true shares {SHARE:.0%} with sd {spread:.0%}"
    rows = []
    for i, method in enumerate((DIRECT, HERRIOT, BAYES)):
        about = {"method": method, "truth": SHARE, "rejected": None, "mse": wrong[i] / wrong[0]}
        interval = method != BAYES
        rows.append(about | {
            "scenario": scenario,
            "covered": float(covers[i].mean()) if interval else None,
            "bias": float((values[i] - truth).mean()),
            "note": f"squared error {wrong[i] / wrong[0]:.2f} of the direct share's; "
            f"bias in shares{TOO_FAR if method == BAYES else ''}",
        })  # fmt: skip
        rows.append(about | {
            "scenario": f"{scenario}: {WORST}",
            "covered": float(np.take_along_axis(covers[i], worst, 1).mean()) if interval else None,
            "bias": float(np.take_along_axis(values[i] - truth, worst, 1).mean()),
            "note": "bias in shares, of the district with the highest direct share",
        })  # fmt: skip
    return rows


def yearly_shares(rng, starts, effect: float) -> np.ndarray:
    """Shares of districts by year with memory in each, shape (areas, years)."""
    areas = len(starts)
    state = rng.normal(0, 0.03, areas)
    states = []
    for _ in range(YEARS):
        states.append(state)
        state = 0.6 * state + 0.8 * rng.normal(0, 0.03, areas)
    level = rng.normal(SHARE, 0.05, (areas, 1)) + rng.normal(0, 0.02, YEARS)
    treated = np.arange(YEARS) >= np.asarray(starts)[:, None]
    mean = np.clip(level + np.array(states).T + effect * treated, 0.02, 0.98)
    return rng.binomial(150, mean) / 150


def few_treated(runs: int, starts, effect: float, seed: int) -> list[dict]:
    rng = np.random.default_rng(seed)
    starts = np.array(starts)
    treated = np.arange(YEARS) >= starts[:, None]
    found = {CLUSTERED: [], LOTS: []}
    cautions = set()
    for _ in range(runs):
        shares = yearly_shares(rng, starts, effect)
        found[CLUSTERED].append(two_way(shares, treated))
        cautions.add(found[CLUSTERED][-1].caution)
        found[LOTS].append(by_lot(shares, starts, seed=1, number=DRAWS))
    assert cautions == {TOO_FEW_AREAS}, "clustered errors never come without their caution here"
    count = int((starts < YEARS).sum())
    return [
        {
            "scenario": f"shares of 10 districts over {YEARS} years, {count} treated",
            "method": method,
            "truth": effect,
            "rejected": float(np.mean([one.p <= 0.05 for one in ones])),
            "covered": float(np.mean([one.low <= effect <= one.high for one in ones])),
            "bias": float(np.mean([one.value for one in ones]) - effect),
            "note": "refused: too few areas" if method == CLUSTERED else
            f"smallest possible p {ones[0].smallest_p:.3f}; bias in shares",
        }
        for method, ones in found.items()
    ]  # fmt: skip


@cache
def rows(runs: int) -> list[dict]:
    """The recovery table's rows of survey shares."""
    found = []
    for seed, (areas, spread) in enumerate(((10, 0.05), (40, 0.05), (10, 0.10)), start=2017):
        found += small_areas(runs, areas, spread, seed)
    three, one = [3, 4, 5, *[YEARS] * 7], [4, *[YEARS] * 9]
    for seed, (starts, effect) in enumerate(((three, 0.0), (three, -0.10), (one, 0.0)), start=2020):
        found += few_treated(runs, starts, effect, seed)
    return found


def picked(runs: int, **about) -> list[dict]:
    chosen = [row for row in rows(runs) if all(row[key] == value for key, value in about.items())]
    assert chosen
    return chosen


def worst(runs: int, method: str) -> list[dict]:
    return [row for row in picked(runs, method=method) if WORST in row["scenario"]]


def all_areas(runs: int, method: str) -> list[dict]:
    return [row for row in picked(runs, method=method) if WORST not in row["scenario"]]


def noise(runs: int, share: float = 0.05) -> float:
    """Three standard deviations of a share of so many runs."""
    return 3 * (share * (1 - share) / runs) ** 0.5


@pytest.mark.parametrize("method", [HERRIOT, BAYES])
def test_borrowing_leaves_less_than_three_quarters_of_the_error(runs, method):
    ten, forty, _ = all_areas(runs, method)
    assert ten["mse"] < 0.75
    assert forty["mse"] < 0.75


def test_districts_far_apart_have_less_to_borrow_and_lose_nothing_by_it(runs):
    near, _, apart = all_areas(runs, HERRIOT)
    assert near["mse"] < apart["mse"] < 0.90


def test_intervals_of_small_areas_hold_the_truth(runs):
    for row in all_areas(runs, HERRIOT):
        assert 0.93 - noise(10 * runs) <= row["covered"] <= 0.97 + noise(10 * runs), row


def test_the_worst_district_is_believed_too_much_by_itself_and_not_when_it_borrows(runs):
    for direct, borrowed in zip(worst(runs, DIRECT), worst(runs, HERRIOT), strict=True):
        assert direct["bias"] > 0.025
        assert abs(borrowed["bias"]) < 0.005
    (ten, forty, _), (ours_of_ten, ours_of_forty, _) = worst(runs, DIRECT), worst(runs, HERRIOT)
    assert ten["covered"] < ours_of_ten["covered"]
    assert forty["covered"] < 0.80 < 0.90 < ours_of_forty["covered"]


def test_clustered_errors_of_few_districts_fail_and_lots_do_not(runs):
    three, _, one = picked(runs, method=CLUSTERED)
    assert three["rejected"] > 0.07
    assert one["rejected"] > 0.30
    lots, found, alone = picked(runs, method=LOTS)
    assert 0.03 - noise(runs) <= lots["rejected"] <= 0.07 + noise(runs)
    assert 0.93 - noise(runs) <= lots["covered"] <= 0.97 + noise(runs)
    assert 0.93 - noise(runs) <= found["covered"] <= 0.97 + noise(runs)
    assert abs(found["bias"]) < 0.1 * 0.10
    assert alone["rejected"] == 0, "one of ten can give no p below 0.1"

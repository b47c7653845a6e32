"""Agreement: silence is no answer, and drawing lots is no consent."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from analysis.data.registers import THEMES, VOICES
from analysis.methods.agreement import between, by_chance, kendall, who_sees
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion

PLACE = {"area": "stadsdel:1", "scheme": "stadsdel", "period": Period.parse("2017Q3")}
NOT_SAID = np.nan


def rated(*columns, themes=THEMES):
    """Ratings by residents, police and district, as many of them as are given."""
    voices = VOICES[: len(columns)]
    return pd.DataFrame(dict(zip(voices, columns, strict=True)), index=list(themes), dtype=float)


def by_hand(ratings):
    """W as the variance of rank sums over the largest that these ties allow."""
    ranks = ratings.rank()
    sums = ranks.sum(axis=1)
    own = sum(((ranks[v] - ranks[v].mean()) ** 2).sum() for v in ranks)
    return ((sums - sums.mean()) ** 2).sum() / (len(ranks.columns) * own)


def shared(rng, part):
    """Eight ratings by three voices that share a part of what they see."""
    seen = np.sqrt(part) * rng.normal(size=(8, 1)) + np.sqrt(1 - part) * rng.normal(size=(8, 3))
    return pd.DataFrame(np.digitize(seen, [-0.8, 0, 0.8]) + 1.0, columns=VOICES)


def test_one_order_in_three_voices_is_full_agreement():
    order = [1, 2, 3, 4, 2, 3, 1, 4]
    found = kendall(rated(order, order, order), seed=1, **PLACE)
    assert (found.value, found.n, found.unit) == (1, 8, "W")
    assert found.p == pytest.approx(1 / 10_000)
    assert found.low is None, "eight themes carry no interval"


def test_opposite_orders_do_not_agree_at_all():
    found = kendall(rated([1, 2, 3, 4], [4, 3, 2, 1], themes="abcd"), seed=1, **PLACE)
    assert (found.value, found.p) == (0, 1)


def test_ties_are_corrected_for():
    ratings = rated([1, 1, 2, 3, 3, 3, 4, 4], [2, 1, 2, 2, 4, 3, 3, 4], [1, 2, 2, 3, 3, 4, 4, 1])
    assert kendall(ratings, seed=1, **PLACE).value == pytest.approx(by_hand(ratings), rel=1e-12)


def test_the_p_value_is_near_that_of_every_permutation():
    first, second = [1, 2, 3, 4, 4], [2, 1, 3, 3, 4]
    ratings = rated(first, second, themes="abcde")
    every = [by_hand(rated(first, list(o), themes="abcde")) for o in permutations(second)]
    exact = np.mean([w >= by_hand(ratings) - 1e-9 for w in every])
    assert kendall(ratings, seed=1, **PLACE).p == pytest.approx(exact, abs=0.012)
    chance = by_chance(ratings, seed=1, **PLACE)
    assert chance.value == pytest.approx(np.mean(every), abs=0.01)
    assert (chance.low, chance.high) == pytest.approx(np.percentile(every, [2.5, 97.5]), abs=0.05)


def test_voices_that_draw_lots_agree_by_one_over_their_number():
    ratings = rated([1, 2, 3, 4, 1, 2, 3, 4], [4, 4, 3, 3, 2, 2, 1, 1], [1, 3, 2, 4, 1, 3, 2, 4])
    chance = by_chance(ratings, seed=1, **PLACE)
    assert chance.value == pytest.approx(1 / 3, abs=0.005)
    assert chance.low < 0.1 and chance.high > 0.6


def test_a_theme_that_one_voice_left_out_is_not_ranked():
    whole = rated([1, 2, 3, 4], [2, 1, 3, 4], [1, 3, 2, 4], themes="abcd")
    wider = pd.concat([whole, pd.DataFrame({"residents": [4.0], "police": [1.0]}, index=["e"])])
    assert kendall(wider, seed=1, **PLACE) == kendall(whole, seed=1, **PLACE)


def test_a_silent_voice_is_left_out_and_said_to_be_missing():
    two = rated([1, 2, 3, 4], [2, 1, 3, 4], themes="abcd")
    found = kendall(two.assign(district=NOT_SAID), seed=1, **PLACE)
    assert found.note == "some voices missing"
    assert found.value == kendall(two, seed=1, **PLACE).value


@pytest.mark.parametrize(
    ("ratings", "why"),
    [
        (rated([1, 2, 3], [NOT_SAID] * 3, themes="abc"), "voices missing"),
        (rated([1, 2, NOT_SAID], [1, 2, 3], themes="abc"), "too few themes"),
        (rated([2, 2, 2], [1, 2, 3], themes="abc"), "no order"),
    ],
)
def test_what_cannot_be_told_says_why(ratings, why):
    for found in (kendall(ratings, seed=1, **PLACE), by_chance(ratings, seed=1, **PLACE)):
        assert (found.known, found.note, found.status) == (False, why, "not available")


def test_the_order_of_themes_and_voices_leaves_w():
    ratings = shared(np.random.default_rng(4), 0.5)
    shuffled = ratings.sample(frac=1, random_state=1)[["police", "district", "residents"]]
    one, other = kendall(ratings, seed=1, **PLACE), kendall(shuffled, seed=1, **PLACE)
    assert other.value == pytest.approx(one.value, rel=1e-12)
    assert other.p == pytest.approx(one.p, abs=0.02)


def test_planted_agreement_is_found_and_lots_are_not():
    rng = np.random.default_rng(2017)
    lots, alike = (
        [kendall(shared(rng, part), seed=i, runs=199, **PLACE).p <= 0.05 for i in range(400)]
        for part in (0.0, 0.8)
    )
    assert 0.02 <= np.mean(lots) <= 0.08
    assert np.mean(alike) > 0.85


def test_who_sees_a_problem_who_does_not_and_who_has_not_said():
    ratings = rated(
        [NOT_SAID, 4, 3, 2.5, 2],
        [NOT_SAID, 1, 3, 2, 2],
        [4, NOT_SAID, 4, 3, 2],
        themes=["alcohol", "lighting", "youth", "traffic", "violence"],
    )
    found = who_sees(ratings)
    assert [one.theme for one in found] == ["lighting", "traffic", "youth", "violence", "alcohol"]
    lighting, traffic, _, _, alcohol = found
    assert (lighting.sees, lighting.sees_not, lighting.silent) == (
        ("residents",), ("police",), ("district",),
    )  # fmt: skip
    assert (lighting.gap, traffic.gap, alcohol.gap) == (3, 1, None)
    assert (traffic.sees, traffic.sees_not, traffic.between) == (
        ("district",), ("police",), ("residents",),
    )  # fmt: skip
    assert alcohol.silent == ("residents", "police"), "missing is not 'does not see'"


def test_every_voice_is_somewhere_once():
    ratings = shared(np.random.default_rng(1), 0.3).mask(
        np.random.default_rng(2).random((8, 3)) < 0.3
    )
    for one in who_sees(ratings):
        assert sorted((*one.sees, *one.sees_not, *one.between, *one.silent)) == sorted(VOICES)


def test_two_voices_far_apart_both_ways():
    ratings = rated(
        [4, 1, 3, 2, NOT_SAID], [2, 4, 2, 2, 4], themes=["lighting", "youth", "a", "b", "c"]
    )
    found = between(ratings, "residents", "police")
    assert [(one.theme, one.higher, one.lower, one.gap) for one in found] == [
        ("youth", "police", "residents", 3),
        ("lighting", "residents", "police", 2),
    ]
    assert between(ratings, "police", "residents") == found


def test_a_voice_that_is_not_there_is_refused():
    with pytest.raises(WrongQuestion, match=r"voice 'polis'.*did you mean 'police'"):
        between(rated([1, 2, 3], [1, 2, 3], themes="abc"), "residents", "polis")

"""Designs small enough to be worked out by hand, and what must not change an answer."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.measurement import survey
from analysis.measurement.survey import Design


def by_hand(weights, strata, clusters, y, domain, fpc=None):
    """A domain mean and its error in plain sums over strata and clusters."""
    people = sum(w for w, d in zip(weights, domain, strict=True) if d)
    mean = sum(w * v for w, v, d in zip(weights, y, domain, strict=True) if d) / people
    variance = 0.0
    for stratum in set(strata):
        sums = {}
        for w, s, c, v, d in zip(weights, strata, clusters, y, domain, strict=True):
            if s == stratum:
                sums[c] = sums.get(c, 0.0) + (w * (v - mean) / people if d else 0.0)
        m, middle = len(sums), sum(sums.values()) / len(sums)
        unseen = 1 - m / fpc[stratum] if fpc else 1.0
        variance += unseen * m / (m - 1) * sum((one - middle) ** 2 for one in sums.values())
    return mean, sqrt(variance)


def sample(seed=0, strata=3, clusters=4, each=5):
    """Weights, strata, clusters and answers of a small clustered sample."""
    rng = np.random.default_rng(seed)
    n = strata * clusters * each
    cluster = np.arange(n) // each
    return rng.uniform(0.5, 4, n), cluster // clusters, cluster, rng.random(n) < 0.4


def same(one, other, but=()):
    fields = ("value", "error", "low", "high", "df", "design_effect", "n")
    for name in fields:
        if name not in but:
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9), name


def test_a_stratified_mean_by_hand():
    # strata of 3 and 2; within them sums of squares 2 and 0.5; weights 2 and 3, people 12
    design = Design([2, 2, 2, 3, 3], strata=["a", "a", "a", "b", "b"])
    found = survey.mean(design, [1, 2, 3, 4, 5])
    assert found.value == pytest.approx((2 * 6 + 3 * 9) / 12)
    variance = (3 / 2 * 2**2 * 2 + 2 / 1 * 3**2 * 0.5) / 12**2
    assert found.error == pytest.approx(sqrt(variance))
    assert found.df == 3
    assert found.high == pytest.approx(found.value + stats.t.ppf(0.975, 3) * sqrt(variance))


def test_the_finite_population_takes_its_part_off_the_error():
    values, strata = [1, 2, 3, 4, 5], ["a", "a", "a", "b", "b"]
    endless = survey.mean(Design([2, 2, 2, 3, 3], strata=strata), values)
    asked = survey.mean(Design([2, 2, 2, 3, 3], strata=strata, fpc=[6, 6, 6, 6, 6]), values)
    first, second = 3 / 2 * 2**2 * 2 / 144, 2 * 3**2 * 0.5 / 144
    assert endless.error**2 == pytest.approx(first + second)
    assert asked.error**2 == pytest.approx(first * 3 / 6 + second * 4 / 6)


@pytest.mark.parametrize("fpc", [None, {0: 9, 1: 40, 2: 7}])
def test_a_domain_of_a_clustered_sample_is_what_plain_sums_give(fpc):
    weights, strata, clusters, holds = sample()
    domain = np.random.default_rng(1).random(len(weights)) < 0.5
    sizes = None if fpc is None else np.array([fpc[s] for s in strata])
    design = Design(weights * 10, strata=strata, clusters=clusters, fpc=sizes)
    found = survey.mean(design, holds, domain)
    mean, error = by_hand(weights, strata, clusters, holds.astype(float), domain, fpc)
    assert (found.value, found.error) == pytest.approx((mean, error))


def test_a_domain_is_not_a_sample_of_its_own():
    # how many of the domain were drawn is chance as well: leaving the others out forgets it
    weights, strata, _, holds = sample()
    domain = np.random.default_rng(1).random(len(weights)) < 0.3
    kept = survey.total(Design(weights, strata=strata), holds, domain)
    cut = survey.total(Design(weights[domain], strata=strata[domain]), holds[domain])
    assert kept.value == pytest.approx(cut.value)
    assert kept.error > 1.05 * cut.error


def test_what_stands_outside_the_domain_is_not_used():
    weights, strata, _, holds = sample()
    domain = np.arange(len(weights)) % 3 == 0
    values = np.where(domain, holds, np.nan)
    design = Design(weights, strata=strata)
    same(survey.mean(design, values, domain), survey.mean(design, holds, domain))


def test_whoever_stands_for_nobody_is_not_counted():
    weights, strata, _, holds = sample()
    none = np.arange(len(weights)) % 5 == 0
    kept = survey.share(Design(np.where(none, 0, weights), strata=strata), holds)
    asked = survey.share(Design(weights, strata=strata), holds, ~none)
    same(kept, asked)
    assert kept.n == 48


def test_domain_totals_add_up_to_the_total():
    weights, strata, clusters, holds = sample()
    design = Design(weights, strata=strata, clusters=clusters)
    first = np.arange(len(weights)) % 4 == 0
    parts = [survey.total(design, holds, part).value for part in (first, ~first)]
    assert sum(parts) == pytest.approx(survey.total(design, holds).value)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_more_people_behind_every_answer_change_no_share(seed, factor):
    weights, strata, clusters, holds = sample(seed)
    one, other = (
        survey.share(Design(w, strata=strata, clusters=clusters), holds)
        for w in (weights, factor * weights)
    )
    same(one, other)
    assert 0 <= one.low <= one.value <= one.high <= 1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_respondents_changes_nothing(seed):
    weights, strata, clusters, holds = sample(seed)
    order = np.random.default_rng(seed).permutation(len(weights))
    design = Design(weights, strata=strata, clusters=clusters)
    shuffled = Design(weights[order], strata=strata[order], clusters=clusters[order])
    same(survey.share(design, holds), survey.share(shuffled, holds[order]))


def test_good_and_not_good_mirror_each_other():
    weights, strata, clusters, holds = sample()
    design = Design(weights, strata=strata, clusters=clusters)
    one, other = survey.share(design, holds), survey.share(design, ~holds)
    assert (one.value, one.low) == pytest.approx((1 - other.value, 1 - other.high))


def test_equal_weights_alone_have_no_design_effect():
    found = survey.share(Design(np.ones(50)), np.arange(50) < 20)
    assert found.error == pytest.approx(sqrt(0.4 * 0.6 / 49))
    assert (found.design_effect, found.effective_n) == pytest.approx((1, 50))


def test_unequal_weights_cost_what_kish_says():
    # as many light as heavy in every answer: the measured design effect is Kish's own
    weights = np.tile([1.0, 3.0], 200)
    holds = np.repeat([True, False], 200)
    found = survey.mean(Design(weights), holds)
    assert found.design_effect == pytest.approx((400 * 2000 / 800**2), rel=1e-9)


def test_the_floor_keeps_a_lucky_sample_from_looking_sure():
    # three light answers of 100: measured, they look surer than a coin; the weights say 1.64
    weights = np.where(np.arange(100) < 50, 1.0, 9.0)
    holds = np.arange(100) < 3
    plain = survey.share(Design(weights), holds, floor=False)
    kept = survey.share(Design(weights), holds)
    assert plain.design_effect < 0.5
    assert kept.design_effect == pytest.approx(100 * (50 * 82) / 500**2)
    assert kept.high > plain.high
    assert kept.value == plain.value == pytest.approx(3 / 500)


def test_nobody_and_everybody_have_an_honest_bound():
    # the Clopper-Pearson bound of none of n solves (1 - bound)^n = 0.025
    nobody = survey.share(Design(np.ones(30)), np.zeros(30))
    assert (nobody.value, nobody.low) == (0, 0)
    assert (1 - nobody.high) ** 30 == pytest.approx(0.025)
    everybody = survey.share(Design(np.ones(30)), np.ones(30))
    assert (everybody.value, everybody.high) == (1, 1)
    assert everybody.low == pytest.approx(1 - nobody.high)


def test_unequal_weights_and_clusters_widen_the_bound_of_nobody():
    equal = survey.share(Design(np.ones(30)), np.zeros(30))
    unequal = survey.share(Design(np.tile([1.0, 9.0], 15)), np.zeros(30))
    clustered = survey.share(Design(np.ones(30), clusters=np.arange(30) // 5), np.zeros(30))
    assert unequal.effective_n == pytest.approx(150**2 / (15 + 15 * 81))
    assert (1 - clustered.high) ** 6 == pytest.approx(0.025)
    assert equal.high < unequal.high < clustered.high


def test_strata_that_agree_within_do_not_make_a_share_certain():
    found = survey.share(Design(np.ones(4), strata=["a", "a", "b", "b"]), [1, 1, 0, 0])
    assert found.error == 0
    low, high = stats.binomtest(2, 4).proportion_ci(method="exact")
    assert (found.low, found.high) == pytest.approx((low, high))


def test_a_lonely_stratum_is_an_error_or_widens_the_answer():
    about = {"strata": ["a", "a", "a", "b"]}
    values = [1, 2, 3, 6]
    with pytest.raises(ValueError, match="stratum 'b' has a single cluster"):
        survey.mean(Design(np.ones(4), **about), values)
    found = survey.mean(Design(np.ones(4), lonely="adjust", **about), values)
    # mean 3, so the lonely one adds its distance (6 - 3)^2 / 4^2
    assert found.error**2 == pytest.approx((3 / 2 * 2 + 9) / 16)


def test_a_stratum_that_was_asked_whole_is_not_lonely():
    design = Design(np.ones(4), strata=["a", "a", "a", "b"], fpc=[9, 9, 9, 1])
    assert survey.mean(design, [1, 2, 3, 6]).error ** 2 == pytest.approx(6 / 9 * 3 / 2 * 2 / 16)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"weights": [1, -1]}, "1 of 2 weights are missing or negative"),
        ({"weights": [1, np.nan]}, "1 of 2 weights are missing"),
        ({"weights": [0, 0]}, "add up to zero"),
        ({"weights": [1, 1], "strata": ["a"]}, "one entry for each respondent"),
        ({"weights": [1, 1], "strata": ["a", None]}, "1 respondents have no stratum"),
        ({"weights": [1, 1], "strata": ["a", "b"], "clusters": ["x", "x"]}, "cluster 'x' lies in"),
        ({"weights": [1, 1, 1], "fpc": [2, 2, 2]}, "3 clusters were drawn from a stratum"),
        ({"weights": [1, 1], "lonely": "remove"}, "must be error or adjust"),
    ],
)
def test_a_wrong_design_is_answered(parts, words):
    with pytest.raises(ValueError, match=words):
        Design(**parts)


def test_a_missing_answer_is_not_dropped():
    with pytest.raises(ValueError, match="1 of 3 values are missing"):
        survey.mean(Design(np.ones(3)), [1, 2, np.nan])


def test_a_share_of_something_else_than_yes_and_no_is_refused():
    with pytest.raises(ValueError, match="holds or not"):
        survey.share(Design(np.ones(3)), [0, 50, 100])


def test_as_many_strata_as_answers_say_nothing():
    design = Design(np.ones(4), strata=["a", "a", "b", "b"])
    with pytest.raises(ValueError, match="2 answers in as many strata"):
        survey.share(design, [1, 0, 1, 0], [1, 0, 1, 0])


@dataclass
class Known:
    value: float
    low: float
    high: float


def test_a_change_by_newcombe():
    # Newcombe (1998), table II, method 10, example (a): 56 of 70 less 48 of 80, from Wilson's ends
    def wilson(hits, n):
        return Known(hits / n, *stats.binomtest(hits, n).proportion_ci(method="wilson"))

    value, low, high = survey.change(wilson(48, 80), wilson(56, 70))
    assert value == pytest.approx(0.2)
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_a_change_turned_round_changes_its_sign_only():
    before, after = Known(0.3, 0.25, 0.4), Known(0.1, 0.05, 0.2)
    value, low, high = survey.change(before, after)
    assert survey.change(after, before) == pytest.approx((-value, -high, -low))


def test_pooled_waves_weigh_the_same_and_stay_apart():
    weights, strata, clusters, holds = sample(1)
    first = Design(weights, strata=strata, clusters=clusters)
    second = Design(50 * weights[:40], strata=strata[:40], clusters=clusters[:40])
    other = sample(2)[3][:40]
    found = survey.mean(survey.pooled([first, second]), np.concatenate([holds, other]))
    one, two = survey.mean(first, holds), survey.mean(second, other)
    assert found.value == pytest.approx((one.value + two.value) / 2)
    assert (found.df, found.n) == (one.df + two.df, 100)
    # independent waves of a mean: the scores are taken from the common mean, not each from its own
    assert found.error == pytest.approx(sqrt(one.error**2 + two.error**2) / 2, rel=0.05)


def test_waves_of_unlike_designs_are_not_pooled():
    with pytest.raises(ValueError, match="all or none have an fpc"):
        survey.pooled([Design(np.ones(3)), Design(np.ones(3), fpc=[9, 9, 9])])


PEOPLE = pd.DataFrame(
    {
        "sex": ["women", "women", "women", "men", "men", "men"],
        "age": ["young", "old", "old", "young", "young", "old"],
    }
)


def margin(by, **people):
    return pd.Series(people).rename_axis(by)


def test_raked_weights_meet_every_margin_and_keep_the_odds():
    start = np.array([1.0, 2.0, 1.0, 3.0, 1.0, 1.0])
    sex, age = margin("sex", women=600, men=400), margin("age", young=300, old=700)
    raked = survey.rake(PEOPLE, start, [sex, age])
    for wanted in (sex, age):
        met = pd.Series(raked).groupby(PEOPLE[wanted.index.name].to_numpy()).sum()
        assert met[wanted.index].tolist() == pytest.approx(wanted.tolist())
    # raking multiplies rows and columns, so the odds ratio of the table of weights stays
    factor = raked / start
    assert factor[0] / factor[1] == pytest.approx(factor[3] / factor[5])
    assert factor[1] == pytest.approx(factor[2])


def test_a_crossed_margin_is_post_stratification():
    crossed = PEOPLE.assign(people=[10, 30, 30, 24, 24, 8]).groupby(["sex", "age"]).people.first()
    assert survey.rake(PEOPLE, np.ones(6), [crossed]).tolist() == [10, 15, 15, 12, 12, 8]


def test_trimmed_weights_stay_within_bounds_and_meet_the_margins():
    rng = np.random.default_rng(3)
    rows = PEOPLE.sample(600, replace=True, random_state=3, ignore_index=True)
    sex, age = margin("sex", women=500, men=500), margin("age", young=450, old=550)
    start = rng.lognormal(0, 1, 600)
    free = survey.rake(rows, start, [sex, age])
    trimmed = survey.rake(rows, start, [sex, age], bounds=(0.3, 3.0))
    mean = 1000 / 600
    assert free.max() > 5 * mean
    assert 0.3 * mean <= trimmed.min() < trimmed.max() <= 3 * mean
    assert pd.Series(trimmed).groupby(rows.age.to_numpy()).sum()["young"] == pytest.approx(450)


@pytest.mark.parametrize(
    ("margins", "bounds", "words"),
    [
        (
            [margin("sex", women=5, men=5), margin("age", young=5, old=4)],
            (0, np.inf),
            "different populations: sex 10, age 9",
        ),
        ([margin("sex", women=5)], (0, np.inf), "margin sex has no population for men, where 3"),
        (
            [margin("age", young=5, old=5, older=1200)],
            (0, np.inf),
            r"margin age cannot be met: nobody of older \(1,200 people\)",
        ),
        ([margin("age", young=0, old=5)], (0, np.inf), "margin age: young has no people"),
        (
            [margin("sex", women=50, men=50), margin("age", young=5, old=95)],
            (0.5, 2.0),
            "margin age cannot be met together with the others: young is still",
        ),
    ],
)
def test_a_margin_that_cannot_be_met_is_named(margins, bounds, words):
    with pytest.raises(ValueError, match=words):
        survey.rake(PEOPLE, np.ones(6), margins, bounds)

"""Simulated truths: two sums of months, where months jump more than chance and hang together.

Nine months are set beside the same nine of three years before. The exact test and a dispersion of
three years taken as known are shown finding changes that are not there.
"""

from dataclasses import replace
from functools import cache
from math import inf, log, nan

import numpy as np
import pytest
from scipy import stats

from analysis.methods import two_counts
from analysis.methods.two_counts import INDEPENDENT, Dispersion
from tests.recovery import worlds

SEED = 2017
YEARS, MONTHS = 3, 9
SPAN = 12 * YEARS
SUMS = np.full(YEARS, float(MONTHS))
ONES = np.ones(SPAN)

# mean a month, memory, its spread, gamma noise
WORLDS = {
    "independent, 1.5 a month": (1.5, None, 0.0, 0.0),
    "overdispersed, 1.5 a month": (1.5, None, 0.0, 0.25),
    "autocorrelated, 1.5 a month": (1.5, 0.5, 0.4, 0.25),
    "overdispersed, 4 a month": (4.0, None, 0.0, 0.25),
    "autocorrelated, 4 a month": (4.0, 0.5, 0.4, 0.25),
    "strong memory, 4 a month": (4.0, 0.8, 0.4, 0.25),
    "autocorrelated, 10 a month": (10.0, 0.5, 0.4, 0.25),
}
CHANGED = ("independent, 1.5 a month", "autocorrelated, 4 a month", "autocorrelated, 10 a month")
EXACT, RANGE = "exact Poisson", "Poisson range"
KNOWN = "three sums, dispersion taken as known"
SUMS_T = "three sums, t(2)"
PLAIN = "months round their mean, no memory"
OURS = "months round season, memory"


def world(rng, runs, name, effect=0.0):
    """The months before, shape (runs, 36), and the nine after."""
    mean, memory, spread, noise = WORLDS[name]
    counts = worlds.series(
        rng, runs, SPAN + MONTHS, mean, memory, spread, noise, start=SPAN, effect=effect
    )
    return counts[:, :SPAN], counts[:, SPAN:]


def same_months(before):
    """The sums of the same nine months of each year, shape (3,)."""
    return before.reshape(YEARS, 12)[:, :MONTHS].sum(axis=1)


def noises(before):
    """Every way to know the noise, by the method that uses it."""
    sums = two_counts.dispersion(same_months(before), SUMS)
    return {
        KNOWN: replace(sums, df=inf),
        SUMS_T: sums,
        PLAIN: two_counts.dispersion(before, ONES, "mean"),
        OURS: two_counts.dispersion(before, ONES, "season"),
    }


def judged(before, after, ways):
    """One world by the exact test and by each way to know the noise."""
    counts = same_months(before), SUMS, after.sum(), MONTHS
    effects = {way: two_counts.dispersed(*counts, noise) for way, noise in ways.items()}
    return {EXACT: two_counts.exact(*counts)} | effects


def row(scenario, method, truth, effects, note=""):
    """A refused run neither rejects nor has an interval; how many were is in the note."""
    told = [e for e in effects if e.known and 0 < e.ratio < inf]
    refused = (
        f"{len(effects) - len(told)} without a finite ratio" if len(told) < len(effects) else ""
    )
    rejected = float(np.mean([e.known and e.p <= 0.05 for e in effects]))
    covered = float(np.mean([e.low <= truth <= e.high for e in told]))
    return {
        "scenario": scenario,
        "method": method,
        "truth": truth,
        "rejected": rejected,
        "covered": covered,
        "bias": float(np.mean([log(e.ratio) for e in told]) - log(truth)),
        "note": "; ".join(filter(None, [note, refused, off(truth, rejected, covered)])),
    }


def off(truth, rejected, covered):
    """What misses its target, in words."""
    size = "size outside 3-7 %" if truth == 1 and not 0.03 <= rejected <= 0.07 else ""
    coverage = "" if 0.93 <= covered <= 0.97 else "coverage outside 93-97 %"
    return "; ".join(filter(None, [size, coverage]))


@cache
def rows(runs: int) -> list[dict]:
    """The table of recovery of two counts."""
    return [
        *[one for name in WORLDS for one in nothing_changed(runs, name)],
        *[one for name in CHANGED for one in halved(runs, name)],
        *foreseen(runs),
        *missing_months(runs),
        *unlike_spans(runs),
        *quiet_area(runs),
    ]


def nothing_changed(runs, name):
    """Size of the tests, and how often the count of nine months falls in its range."""
    effects, inside = [], []
    for before, after in zip(*world(np.random.default_rng(SEED), runs, name), strict=True):
        ways = noises(before)
        effects.append(judged(before, after, ways))
        ranges = {
            way: two_counts.prediction_interval(same_months(before), SUMS, MONTHS, noise)
            for way, noise in ({RANGE: INDEPENDENT} | ways).items()
        }
        inside.append({way: r.low <= after.sum() <= r.high for way, r in ranges.items()})
    return [
        *[row(name, way, 1.0, [one[way] for one in effects]) for way in effects[0]],
        *[
            {
                "scenario": f"prediction: {name}", "method": way, "truth": None, "rejected": None,
                "covered": held, "bias": None, "note": off(None, None, held),
            }
            for way in inside[0]
            for held in [float(np.mean([one[way] for one in inside]))]
        ],
    ]  # fmt: skip


def halved(runs, name):
    """Power and coverage where half of the events stay away."""
    pairs = zip(*world(np.random.default_rng(SEED), runs, name, log(0.5)), strict=True)
    effects = [judged(before, after, noises(before)) for before, after in pairs]
    return [row(name, way, 0.5, [one[way] for one in effects]) for way in effects[0]]


def foreseen(runs):
    """Power at the fall that was foreseen to be found four times out of five."""
    found = []
    for baseline in (20, 40, 100, 400):
        for phi in (1.0, 2.5):
            noise = Dispersion(phi=phi, df=inf)
            fall = two_counts.foreseen(baseline, 12, 12, noise)
            if fall is None:
                continue
            rng = np.random.default_rng(SEED)
            before, after = (
                phi_counts(rng, mean, phi, runs) for mean in (baseline, baseline * fall)
            )
            effects = [
                two_counts.dispersed(b, 12, a, 12, noise)
                for b, a in zip(before, after, strict=True)
            ]
            found.append(
                row(told(baseline, phi), "dispersion known", fall, effects, "wanted power 0.80")
            )
    return found


def told(baseline, phi):
    return f"foreseen fall, baseline {baseline}, dispersion {phi:g}"


def phi_counts(rng, mean, phi, runs):
    """Counts with variance phi times their mean."""
    if phi == 1:
        return rng.poisson(mean, runs).astype(float)
    return rng.poisson(rng.gamma(mean / (phi - 1), phi - 1, runs)).astype(float)


def missing_months(runs):
    """Three of the nine months after were never counted."""
    name = "autocorrelated, 4 a month"
    ways = {"the missing as nought": [], "the missing as missing": []}
    rng = np.random.default_rng(SEED)
    for before, after in zip(*world(rng, runs, name), strict=True):
        noise = two_counts.dispersion(before, ONES, "season")
        gaps = after.copy()
        gaps[rng.choice(MONTHS, 3, replace=False)] = nan
        for way, seen in zip(ways, (np.nan_to_num(gaps), gaps), strict=True):
            ways[way].append(
                two_counts.dispersed(same_months(before), SUMS, seen, np.ones(MONTHS), noise)
            )
    return [row("three months missing", way, 1.0, effects) for way, effects in ways.items()]


def unlike_spans(runs):
    """Nine months against whole years."""
    name = "autocorrelated, 4 a month"
    ways = {"as if spans were equal": [], "by exposure": [], "by exposure, same months": []}
    for before, after in zip(*world(np.random.default_rng(SEED), runs, name), strict=True):
        noise = two_counts.dispersion(before, ONES, "season")
        years = before.reshape(YEARS, 12).sum(axis=1)
        for way, counts in zip(
            ways,
            (
                (years, np.full(YEARS, 12), after.sum(), 12),
                (years, np.full(YEARS, 12), after.sum(), MONTHS),
                (same_months(before), SUMS, after.sum(), MONTHS),
            ),
            strict=True,
        ):
            ways[way].append(two_counts.dispersed(*counts, noise))
    return [row("nine months against years", way, 1.0, effects) for way, effects in ways.items()]


def quiet_area(runs):
    """Two events a year: what is refused, and what is not."""
    rng = np.random.default_rng(SEED)
    counts = worlds.series(rng, runs, SPAN + MONTHS, 2 / 12, 0.5, 0.4, 0.25, start=SPAN)
    effects = [
        two_counts.dispersed(
            same_months(one[:SPAN]), SUMS, one[SPAN:].sum(), MONTHS,
            two_counts.dispersion(one[:SPAN], ONES, "season"),
        )
        for one in counts
    ]  # fmt: skip
    return [row("quiet area, 2 a year", OURS, 1.0, effects)]


@pytest.fixture
def table(runs):
    return {(r["scenario"], r["method"], r["truth"]): r for r in rows(runs)}


@pytest.fixture
def stray(runs):
    """How far a share may lie from its promise in so many runs: three standard deviations."""
    return lambda share: 3 * (share * (1 - share) / runs) ** 0.5


JUMPING = [name for name in WORLDS if not name.startswith("independent")]


@pytest.mark.parametrize("name", JUMPING)
def test_the_exact_test_finds_changes_that_are_not_there(table, stray, name):
    naive, ours = table[name, EXACT, 1.0], table[name, OURS, 1.0]
    assert naive["rejected"] > 0.05 + stray(0.05) / 2
    assert naive["covered"] < 0.95 - stray(0.05) / 2
    assert ours["rejected"] < naive["rejected"] - 0.02


@pytest.mark.parametrize("name", ["autocorrelated, 4 a month", "strong memory, 4 a month"])
def test_where_months_hang_together_the_exact_test_is_wrong_a_quarter_of_the_time(table, name):
    assert table[name, EXACT, 1.0]["rejected"] > 0.20
    assert table[name, EXACT, 1.0]["covered"] < 0.80


@pytest.mark.parametrize("name", WORLDS)
def test_season_and_memory_keep_the_size(table, stray, name):
    # with memory 0.8 the size is 9-10 %, and is told so: nine months are one wave
    most = 0.10 if name.startswith("strong") else 0.07
    assert table[name, OURS, 1.0]["rejected"] <= most + stray(most)


@pytest.mark.parametrize("name", CHANGED)
def test_the_interval_holds_a_halving(table, stray, name):
    assert table[name, OURS, 0.5]["covered"] >= 0.93 - stray(0.93)


def test_a_dispersion_of_three_years_taken_as_known_is_not_known(table):
    wrong = [name for name in JUMPING if table[name, KNOWN, 1.0]["rejected"] > 0.07]
    assert len(wrong) >= 5
    assert all(table[name, SUMS_T, 1.0]["rejected"] < 0.04 for name in WORLDS)
    assert all(table[name, SUMS_T, 0.5]["rejected"] < 0.20 for name in CHANGED), "and t(2) is blind"


def test_a_range_without_dispersion_is_too_narrow_and_ours_is_not(table, stray):
    name = "prediction: autocorrelated, 4 a month"
    assert table[name, RANGE, None]["covered"] < 0.80
    assert table[name, OURS, None]["covered"] >= 0.93 - stray(0.93)


def power_by_hand(baseline, ratio):
    """Every pair of Poisson counts that the test would call a change, added up."""
    counts = np.arange(1, int(baseline + 10 * baseline**0.5))
    before, after = counts[:, None], counts[None, :]
    found = np.abs(np.log(after / before)) > stats.norm.ppf(0.975) * np.sqrt(1 / before + 1 / after)
    chance = np.outer(
        stats.poisson.pmf(counts, baseline), stats.poisson.pmf(counts, baseline * ratio)
    )
    return chance[found].sum()


@pytest.mark.parametrize(("baseline", "most"), [(20, 0.88), (40, 0.83), (100, 0.82), (400, 0.81)])
def test_the_foreseen_fall_is_found_four_times_out_of_five_or_a_little_more(
    table, stray, baseline, most
):
    fall = two_counts.foreseen(baseline, 12, 12)
    power = power_by_hand(baseline, fall)
    assert 0.80 <= power <= most
    simulated = table[told(baseline, 1), "dispersion known", fall]["rejected"]
    assert simulated == pytest.approx(power, abs=stray(power))


def test_counts_that_jump_more_keep_the_power_that_was_foreseen(table, stray):
    jumping = {s: r["rejected"] for (s, *_), r in table.items() if s.endswith("dispersion 2.5")}
    # forty events that jump 2.5 times as much are sixteen, from which no fall is foreseen
    assert sorted(jumping) == sorted(told(baseline, 2.5) for baseline in (100, 400))
    assert min(jumping.values()) >= 0.80 - stray(0.80)


def test_a_missing_month_is_not_a_month_without_events(table):
    nought, missing = (
        table["three months missing", f"the missing as {way}", 1.0] for way in ("nought", "missing")
    )
    assert nought["bias"] < log(6 / 9) / 2
    assert abs(missing["bias"]) < 0.15
    assert missing["covered"] > nought["covered"]


def test_nine_months_are_not_a_year(table, stray):
    name = "nine months against years"
    assert table[name, "as if spans were equal", 1.0]["bias"] < log(9 / 12)
    assert table[name, "by exposure, same months", 1.0]["rejected"] <= 0.07 + stray(0.07)


def test_a_quiet_area_is_refused_or_left_alone(table):
    quiet = table["quiet area, 2 a year", OURS, 1.0]
    assert quiet["rejected"] < 0.05
    assert "without a finite ratio" in quiet["note"]

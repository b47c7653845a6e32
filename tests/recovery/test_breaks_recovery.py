"""Simulated truths: breaks that are none, breaks that are there, and how well they are dated.

Monthly series as a district has them and yearly ones as a city has. A Poisson criterion, an eye
that tests the best date as if known, and a trend with errors of independent months are shown
finding change in worlds without any. Asserted with three standard deviations of the simulation.
"""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from analysis.methods import poisson
from analysis.methods.breaks import any_break, breaks, segment
from analysis.methods.seasonal import columns, log_days, monthly_trend, newey_west_errors, pattern
from tests.recovery import worlds

HALVED = np.log(0.5)
DRAWS = 79
YEARLY = {"mean": 40.0, "spread": 0.15, "noise": 0.02}
WORLDS = {
    "72 months of 4, independent": {"months": 72, "mean": 4.0, "memory": None, "noise": 0.0},
    "72 months of 1.5": {"months": 72, "mean": 1.5},
    "72 months of 4": {"months": 72, "mean": 4.0},
    "120 months of 3": {"months": 120, "mean": 3.0},
    "72 months of 4, memory .65": {"months": 72, "mean": 4.0, "memory": 0.65},
    "9 years of 40": {"months": 9, "memory": None} | YEARLY | {"noise": 0.04},
    "9 years of 40, memory .5": {"months": 9} | YEARLY,
    "20 years of 40, memory .5": {"months": 20} | YEARLY,
}
TRENDS = {"72 months of 1.5": (72, 1.5), "72 months of 4": (72, 4.0), "120 months of 3": (120, 3.0)}
OURS, TESTED, DATE = "breaks", "any break", "date"
POISSON, EYE = "Poisson, 2 log n", "best date as if known"
TREND, INDEPENDENT, NEWEY_WEST = "monthly trend", "Poisson trend", "Newey-West(12)"
AHEAD = "next month"
# sizes above 7 % at nominal 5 (of the trend: how often the truth is missed), in 5,000 and 20,000
# worlds of other seeds; asserted instead of the target, and told in the table
MISSED = {
    ("72 months of 4, memory .65", OURS): 0.096,
    ("72 months of 4, memory .65", TESTED): 0.105,
    ("9 years of 40, memory .5", TESTED): 0.085,
    ("72 months of 4", TREND): 0.076,
    ("120 months of 3", TREND): 0.081,
}


def counts_of(scenario, runs, effect, seed):
    """Counts with a step in the middle (nought for none), shape (runs, periods)."""
    about = {"memory": 0.5, "spread": 0.4, "noise": 0.2} | WORLDS[scenario]
    rng, months = np.random.default_rng(seed), about["months"]
    step = effect * (np.arange(months) >= months // 2)
    season = worlds.season(months) if months >= 48 else 0.0
    state = (
        0.0
        if about["memory"] is None
        else worlds.latent(rng, (runs, months), about["memory"], about["spread"])
    )
    level = np.broadcast_to(np.log(about["mean"]) + step + season, (runs, months))
    return worlds.drawn(rng, level + state, about["noise"])


def looked_at(counts, seed):
    """Breaks and the p of any, against the season found in the same counts where there are months."""
    about = {}
    if len(counts) >= 48:
        about = {"exposure": pattern(counts, "2011-01", pairs=1), "spent": 2}
    return breaks(counts, **about), any_break(counts, **about, seed=seed, draws=DRAWS).p


def season_of(counts):
    """The true season: the naive are not made to suffer for not knowing it."""
    months = counts.shape[1]
    return np.exp(worlds.season(months)) if months >= 48 else np.ones(months)


def told(scenario, method, truth, rejected, covered=None, bias=None, note=""):
    if size := MISSED.get((scenario, method)):
        note = "; ".join(filter(None, [note, f"misses the target: size {size:.1%}"]))
    return {
        "scenario": scenario, "method": method, "truth": float(truth), "rejected": rejected,
        "covered": covered, "bias": bias, "note": note,
    }  # fmt: skip


def poisson_breaks(counts):
    """A break or more by the usual criterion, as if counts were independent Poisson."""
    tried = np.array([one.misfit for one in segment(counts, season_of(counts), 2)])
    return (tried + 2 * np.log(counts.shape[1]) * np.arange(3)[:, None]).argmin(axis=0) > 0


def as_if_known(counts):
    """p of a quasi-Poisson step at the date that looks best."""
    season = season_of(counts)
    cuts = segment(counts, season, 1)[1].cuts
    after = np.arange(counts.shape[1]) >= cuts
    fit = poisson.fit(counts, np.stack([np.ones(after.shape), after], axis=2), np.log(season))
    error = fit.naive_errors()[:, 1] * np.sqrt(np.maximum(1, fit.dispersion))
    return 2 * stats.t.sf(np.abs(fit.parameters[:, 1]) / error, fit.df)


def steady_rows(scenario, runs):
    counts = counts_of(scenario, runs, 0.0, seed=41)
    found, p = zip(*(looked_at(one, i) for i, one in enumerate(counts)), strict=True)
    return [
        told(scenario, OURS, 1, np.mean([len(one.found) > 0 for one in found])),
        told(scenario, TESTED, 1, np.mean(np.array(p) <= 0.05)),
        told(scenario, POISSON, 1, np.mean(poisson_breaks(counts)), note="naive"),
        told(scenario, EYE, 1, np.mean(as_if_known(counts) <= 0.05), note="naive"),
    ]


def halved_rows(scenario, runs):
    """Power, and date and ratio of the single breaks found."""
    counts = counts_of(scenario, runs, HALVED, seed=43)
    found, p = zip(*(looked_at(one, i) for i, one in enumerate(counts)), strict=True)
    single = [one.found[0] for one in found if len(one.found) == 1]
    middle = counts.shape[1] // 2
    away = np.array([one.index - middle for one in single])
    dated = np.mean([one.low <= middle <= one.high for one in single])
    ratios = np.array([one.effect.ratio for one in single])
    sized = np.mean([one.effect.low <= 0.5 <= one.effect.high for one in single])
    bias = np.log(np.median(ratios)) - HALVED
    width = np.median([one.high - one.low + 1 for one in single])
    off = np.median(np.abs(away))
    several = np.mean([len(one.found) > 1 for one in found])
    return [
        told(
            scenario, OURS, 0.5, np.mean([len(one.found) > 0 for one in found]), sized, bias,
            note=f"ratio (median bias) where one was found; {several:.0%} found two",
        ),
        told(
            scenario, DATE, middle, len(single) / runs, dated, np.mean(away),
            note=f"off by {off:.0f} (median), interval of {width:.0f}",
        ),
        told(scenario, TESTED, 0.5, np.mean(np.array(p) <= 0.05)),
    ]  # fmt: skip


def trend_rows(scenario, runs, truth):
    """The monthly trend, two contrasts, and the prediction of the month after."""
    months, mean = TRENDS[scenario]
    rng = np.random.default_rng(47)
    years = (np.arange(months + 1) - (months - 1) / 2) / 12
    level = np.log(mean) + worlds.season(months + 1) + log_days("2011-01", months + 1)
    level = np.broadcast_to(level + np.log(truth) * years, (runs, months + 1))
    every = worlds.drawn(rng, level + worlds.latent(rng, level.shape), 0.2)
    counts, after = every[:, :-1], every[:, -1]
    found = [monthly_trend(one, "2011-01", ahead=1) for one in counts]
    effects = [one.effect for one in found]
    ours = worlds.rates(
        [one.p for one in effects], [one.low for one in effects], [one.high for one in effects],
        truth, [one.ratio for one in effects],
    )  # fmt: skip
    ours["bias"] = float(np.mean(np.log([one.ratio for one in effects])) - np.log(truth))
    ahead = [one.forecast for one in found]
    inside = np.mean([one.low[0] <= y <= one.high[0] for one, y in zip(ahead, after, strict=True)])
    design = np.c_[np.ones(months), columns("2011-01", months, 1)]
    fit = poisson.fit(counts, design, log_days("2011-01", months))
    slope, df = fit.parameters[:, 1], fit.df
    naive = {INDEPENDENT: fit.naive_errors(), NEWEY_WEST: newey_west_errors(fit, 12)}
    rows = [
        told(scenario, TREND, truth, **ours),
        told(scenario, AHEAD, truth, None, inside, note="prediction interval of a count"),
    ]
    for method, error in naive.items():
        reach = stats.t.ppf(0.975, df) * error[:, 1]
        rates = worlds.rates(
            2 * stats.t.sf(np.abs(slope) / error[:, 1], df), slope - reach, slope + reach,
            np.log(truth), slope,
        )  # fmt: skip
        rows.append(told(scenario, method, truth, **rates, note="naive"))
    return rows


@cache
def rows(runs: int) -> list[dict]:
    """Every scenario and method as a row of the recovery table."""
    table = []
    for scenario in WORLDS:
        table += steady_rows(scenario, runs) + halved_rows(scenario, runs)
    for scenario in TRENDS:
        table += trend_rows(scenario, runs, 1.0) + trend_rows(scenario, runs, 0.85)
    return table


def of(runs, method, truth=None):
    """The rows of a method by scenario, where there is (or is not) something to find."""
    return {
        row["scenario"]: row
        for row in rows(runs)
        if row["method"] == method and truth in (None, row["truth"])
    }


def three(share, runs):
    """Three standard deviations of a share in so many runs."""
    return 3 * np.sqrt(share * (1 - share) / runs)


@pytest.mark.parametrize("method", [OURS, TESTED])
@pytest.mark.parametrize("scenario", WORLDS)
def test_a_steady_series_has_a_break_no_more_often_than_promised(runs, scenario, method):
    most = MISSED.get((scenario, method), 0.07)
    assert of(runs, method, 1)[scenario]["rejected"] <= most + three(most, runs)


@pytest.mark.parametrize("scenario", [name for name in WORLDS if name[-11:] != "independent"])
def test_a_poisson_criterion_finds_breaks_where_there_are_none(runs, scenario):
    assert of(runs, POISSON, 1)[scenario]["rejected"] > 0.25


@pytest.mark.parametrize("scenario", WORLDS)
def test_the_best_date_tested_as_if_known_cries_wolf_even_without_noise(runs, scenario):
    assert of(runs, EYE, 1)[scenario]["rejected"] > 0.1


@pytest.mark.parametrize(
    ("scenario", "ours", "tested"),
    [
        ("72 months of 4, independent", 0.9, 0.75),
        ("72 months of 4", 0.5, 0.4),
        ("120 months of 3", 0.7, 0.6),
        ("9 years of 40", 0.3, 0.35),
        ("20 years of 40, memory .5", 0.75, 0.5),
    ],
)
def test_a_halving_is_found_as_often_as_told(runs, scenario, ours, tested):
    assert of(runs, OURS, 0.5)[scenario]["rejected"] > ours
    assert of(runs, TESTED, 0.5)[scenario]["rejected"] > tested


@pytest.mark.parametrize("scenario", WORLDS)
def test_the_interval_of_a_date_that_is_found_holds_the_true_one(runs, scenario):
    found = of(runs, DATE)[scenario]
    assert found["covered"] >= 0.93 - three(0.93, found["rejected"] * runs)


@pytest.mark.parametrize("scenario", WORLDS)
def test_the_interval_of_the_ratio_holds_it_though_the_estimate_is_lucky(runs, scenario):
    found = of(runs, OURS, 0.5)[scenario]
    assert found["covered"] >= 0.95 - three(0.95, found["rejected"] * runs)
    assert found["bias"] < 0.01, "breaks that are found are larger than those that are there"


@pytest.mark.parametrize("truth", [1.0, 0.85])
@pytest.mark.parametrize("scenario", TRENDS)
def test_the_interval_of_the_monthly_trend_holds_the_true_one(runs, scenario, truth):
    found, missed = of(runs, TREND, truth)[scenario], MISSED.get((scenario, TREND), 0.07)
    assert 1 - found["covered"] <= missed + three(missed, runs)
    assert abs(found["bias"]) < 0.01
    for naive in (INDEPENDENT, NEWEY_WEST):
        assert of(runs, naive, truth)[scenario]["covered"] < 0.9


@pytest.mark.parametrize("truth", [1.0, 0.85])
@pytest.mark.parametrize("scenario", TRENDS)
def test_the_month_after_lies_within_its_prediction_interval(runs, scenario, truth):
    assert of(runs, AHEAD, truth)[scenario]["covered"] >= 0.95 - three(0.95, runs)

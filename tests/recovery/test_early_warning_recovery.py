"""Simulated quiet months: how many lie above each limit, and how many of 2.5 times as many events.

Cities of ten districts, five years before and a year watched (season makes or hides alarms). A limit never sees the month it
is for, so the same limits are held against quiet months and against a second draw of 2.5 times
as many events. Bands allow three standard deviations of the simulation.
"""

from functools import cache

import numpy as np
import pytest

from analysis.methods.early_warning import (
    MEASURED,
    MEASURED_AT,
    RATE,
    ears,
    farrington,
    negative_binomial,
)
from tests.recovery import worlds

DISTRICTS, BEFORE, MONTHS = 10, 62, 74
MEANS = (0.1, 0.5, 1.5, 4.0, 12.0)
TIMES = 2.5
WORLDS = {
    "Poisson": {"memory": None, "noise": 0},
    "dispersion and memory": {"memory": 0.5, "spread": 0.4, "noise": 0.2},
}
MOVING = {
    "all fall 10 % a year": {"slope": -0.1},
    "all rise 20 % a year": {"slope": 0.2},
    "each drifts its own way, 10 % a year": {"apart": 0.1},
    "each has its own peak, 2 months apart": {"turned": 2.0},
}


def mean_and_two_deviations(counts):
    """The naive limit: mean and twice the standard deviation of the twelve months before."""
    before = np.lib.stride_tricks.sliding_window_view(counts, 12, axis=1)[:, :-1]
    limit = np.full(counts.shape, np.nan)
    limit[:, 12:] = before.mean(axis=2) + 2 * before.std(axis=2, ddof=1)
    return limit


def in_cities(counts):
    """The limit where ten districts are all there is to learn the season from."""
    cities = counts.reshape(-1, DISTRICTS, counts.shape[1])
    return np.concatenate([negative_binomial(city).limit for city in cities])


METHODS = {
    "negative binomial": in_cities,
    "farrington": lambda counts: farrington(counts).limit,
    "farrington 1996": lambda counts: farrington(counts, extreme=1).limit,
    "ears": lambda counts: ears(counts).limit,
    "mean + 2 SD": mean_and_two_deviations,
}


def quiet_and_loud(rng, runs, mean, **world):
    """Counts of districts, and what the watched months would be with 2.5 times the events."""
    quiet = worlds.series(rng, runs, months=MONTHS, mean=mean, **world)
    return quiet, worlds.series(rng, runs, months=MONTHS, mean=TIMES * mean, **world)


def moving(rng, runs, mean, slope=0.0, apart=0.0, turned=0.0):
    """The same where districts change and turn with the seasons each in its own way.

    Parameters
    ----------
    slope, apart
        Mean and standard deviation over districts of the change a year, in log units.
    turned
        Standard deviation over districts of the month of the peak.
    """
    years = (np.arange(MONTHS) - BEFORE) / 12
    peak = rng.normal(0, 1, (runs, 1)) * turned / 12
    drift = slope + apart * rng.normal(0, 1, (runs, 1))
    level = np.log(mean) + 0.3 * np.cos(2 * np.pi * (years - peak)) + drift * years
    states = (worlds.latent(rng, (runs, MONTHS), 0.5, 0.4) for _ in range(2))
    quiet, loud = (
        worlds.drawn(rng, level + np.log(times) + state, 0.2)
        for times, state in zip((1, TIMES), states, strict=True)
    )
    return quiet, loud


def judged(scenario, methods, quiet, loud):
    """Two rows a method: quiet months above the limit, and loud ones."""
    made = []
    for method in methods:
        limit = METHODS[method](quiet)[:, BEFORE:]
        for truth, counts in ((1.0, quiet), (TIMES, loud)):
            above = counts[:, BEFORE:] > limit
            spread = above.mean(axis=1).std() / np.sqrt(len(above))
            note = "quiet months" if truth == 1 else "months of 2.5 times the events"
            made.append(
                {
                    "scenario": scenario,
                    "method": method,
                    "truth": truth,
                    "rejected": float(above.mean()),
                    "covered": None,
                    "bias": None,
                    "note": f"{note}; simulation error {100 * spread:.2f} %",
                    "error": float(spread),
                }
            )
    return made


def rows(runs: int) -> list[dict]:
    """False alarms (truth 1) and power (truth 2.5) of every limit in every world."""
    return [{key: row[key] for key in row if key != "error"} for row in with_errors(runs)]


@cache
def with_errors(runs: int) -> list[dict]:
    """The rows with the simulation error of each."""
    made = []
    for name, world in WORLDS.items():
        for mean in MEANS:
            rng = np.random.default_rng(2017)
            both = quiet_and_loud(rng, runs, mean, **world)
            made += judged(f"{name}, mean {mean:g}", METHODS, *both)
    for name, change in MOVING.items():
        both = moving(np.random.default_rng(2018), runs, 4.0, **change)
        made += judged(f"{name}, mean 4", ("negative binomial", "farrington"), *both)
    return made


def found(runs, scenario, method, truth=1.0):
    """The share above the limit and its simulation error."""
    (row,) = (
        row
        for row in with_errors(runs)
        if (row["scenario"], row["method"], row["truth"]) == (scenario, method, truth)
    )
    return row["rejected"], row["error"]


@pytest.mark.parametrize("mean", MEANS)
def test_quiet_poisson_months_lie_above_the_limit_no_more_often_than_meant(runs, mean):
    for method in ("negative binomial", "farrington"):
        share, error = found(runs, f"Poisson, mean {mean:g}", method)
        assert share <= RATE + 0.015 + 3 * error


@pytest.mark.parametrize("mean", MEANS[1:])
def test_the_default_limit_is_not_above_what_it_was_meant_for_out_of_caution(runs, mean):
    share, error = found(runs, f"Poisson, mean {mean:g}", "negative binomial")
    assert share >= RATE - 0.015 - 3 * error


@pytest.mark.parametrize("mean", MEANS)
def test_dispersion_and_memory_at_most_double_the_false_alarms(runs, mean):
    scenario = f"dispersion and memory, mean {mean:g}"
    share, error = found(runs, scenario, "negative binomial")
    assert share <= 2 * RATE
    if mean < 10:  # at 12 Farrington's misses the target: 5.7 %
        share, error = found(runs, scenario, "farrington")
        assert share <= 2 * RATE + 3 * error


@pytest.mark.parametrize("mean", MEANS[1:])
def test_the_naive_limits_cry_wolf(runs, mean):
    for method in ("mean + 2 SD", "ears"):
        share, error = found(runs, f"Poisson, mean {mean:g}", method)
        assert share > RATE + 0.015
        share, error = found(runs, f"dispersion and memory, mean {mean:g}", method)
        assert share > 2 * RATE + 3 * error


def test_farringtons_own_weights_cry_wolf_under_dispersion(runs):
    for mean in (1.5, 4.0, 12.0):
        share, error = found(runs, f"dispersion and memory, mean {mean:g}", "farrington 1996")
        assert share > 2 * RATE + 2 * error


@pytest.mark.parametrize("scenario", MOVING)
def test_the_default_limit_bears_change_and_unlike_seasons(runs, scenario):
    share, error = found(runs, f"{scenario}, mean 4", "negative binomial")
    assert share <= 2 * RATE + 3 * error


def test_a_rise_of_the_whole_city_fools_a_limit_that_looks_at_one_area(runs):
    assert found(runs, "all rise 20 % a year, mean 4", "farrington")[0] > 3 * RATE


@pytest.mark.parametrize("method", MEASURED)
def test_the_rates_told_are_those_measured(runs, method):
    for mean, told in zip(MEASURED_AT, MEASURED[method], strict=True):
        share, error = found(runs, f"dispersion and memory, mean {mean:g}", method)
        assert abs(share - told) <= 3 * error + 0.001


def test_an_alarm_is_a_prompt_because_most_loud_months_pass_unseen(runs):
    scenario = "dispersion and memory, mean 1.5"
    assert 0.15 <= found(runs, scenario, "negative binomial", TIMES)[0] <= 0.30
    assert found(runs, "dispersion and memory, mean 0.5", "negative binomial", TIMES)[0] < 0.2

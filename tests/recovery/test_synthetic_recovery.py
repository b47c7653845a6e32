"""Simulated truths: one treated area of ten, or of forty, beside mixtures of the others.

Monthly counts with season, memory and shocks that all areas share, 48 months before the start and
12 after. Poisson before and after must fail on them. Months are not summed to quarters: once the
mean gap after the start is what is judged, summing gained nothing in size or power.
"""

from functools import cache

import numpy as np
import pytest

from analysis.methods.synthetic import shift_p, synthetic
from analysis.methods.synthetic_difference import synthetic_difference
from tests.recovery import worlds

MONTHS, START = 60, 48
FULL_FALL, COMMON_FALL, OWN_TREND = np.log(0.5), np.log(0.7), -0.02
NAIVE, RANK, LOUD = "before and after, Poisson", "placebo rank", "placebo rank, root mean square"
SHIFT, DIFFERENCE = "cyclic shifts", "synthetic difference"
COLUMNS = ("ratio", "p", "low", "high")


def treated_first(areas: int) -> np.ndarray:
    return np.r_[START, np.full(areas - 1, MONTHS)]


def scenarios(runs: int):
    """Name, counts (runs, areas, months), treated row of each run, true log effect."""
    first, rng = np.zeros(runs, dtype=int), np.random.default_rng(2099)
    for areas, mean, effect in (
        (10, 1.5, 0.0), (10, 1.5, FULL_FALL), (10, 4.0, 0.0), (10, 4.0, FULL_FALL),
        (40, 4.0, 0.0), (40, 4.0, FULL_FALL),
    ):  # fmt: skip
        name = f"{areas} areas, {mean} a month, {'halved' if effect else 'no effect'}"
        counts = worlds.panel(rng, runs, treated_first(areas), mean=mean, effect=effect)
        yield name, counts, first, effect
    falling = worlds.panel(rng, runs, np.full(10, START), mean=4.0, effect=COMMON_FALL)
    yield "all ten fall by 30 %, no effect", falling, first, 0.0
    alone = np.where(np.arange(10)[:, None] == 0, OWN_TREND * np.arange(MONTHS), 0.0)
    level = np.log(4.0) + worlds.season(MONTHS) + alone + rng.normal(0, 0.5, (runs, 10, 1))
    level = level + rng.normal(0, 0.2, (runs, 1, MONTHS))
    own = worlds.drawn(rng, level + worlds.latent(rng, level.shape))
    yield "a trend of its own, no effect", own, first, 0.0
    alike = worlds.panel(rng, runs, np.full(10, MONTHS), mean=1.5)
    events = alike[:, :, :START].sum(axis=2)
    yield "the smallest of ten, no effect", alike, events.argmin(axis=1), 0.0
    yield "the largest of ten, no effect", alike, events.argmax(axis=1), 0.0


def naive(counts: np.ndarray) -> tuple[float, float, float, float]:
    """Ratio, p and interval of a month after to a month before, as if events were independent."""
    before, after = counts[:START].sum(), counts[START:].sum()
    ratio = (after + 0.5) / (before + 0.5) * START / (MONTHS - START)
    error = np.sqrt(1 / (before + 0.5) + 1 / (after + 0.5))
    low, high = ratio * np.exp([-1.96 * error, 1.96 * error])
    return ratio, 0.0 if low > 1 or high < 1 else 1.0, low, high


def of(effect) -> tuple[float, ...]:
    """The columns of an effect; refused, it rejects nothing and has no interval."""
    found = (effect.ratio, effect.p, effect.low, effect.high)
    return tuple(np.nan if value is None else value for value in found)


def root_mean_square_p(found, treated: int) -> float:
    gaps = found.placebo_gaps
    scores = (gaps[:, START:] ** 2).mean(axis=1) / (gaps[:, :START] ** 2).mean(axis=1)
    return float((scores >= scores[treated]).mean())


def one(counts: np.ndarray, treated: int, effect: float) -> dict[str, tuple[float, ...]]:
    found, truth = synthetic(counts, treated, START), np.exp(effect)
    known = found.effect.known
    p = shift_p(counts, treated, START) if known else np.nan
    held = truth if shift_p(counts, treated, START, ratio=truth) > 0.05 else np.nan
    second = synthetic_difference(counts, [treated], START, seed=1).effect
    loud = root_mean_square_p(found, treated) if known else np.nan
    return {
        NAIVE: naive(counts[treated]),
        RANK: of(found.effect),
        LOUD: (of(found.effect)[0], loud, np.nan, np.nan),
        SHIFT: (of(found.effect)[0], p, held, held),
        DIFFERENCE: of(second),
    }


def row(scenario: str, method: str, found: np.ndarray, areas: int, effect: float) -> dict:
    ratio, p, low, high = found.T
    given = ~np.isnan(ratio)
    has_interval = not np.isnan(low).all()
    within = (low <= np.exp(effect)) & (np.exp(effect) <= high)
    about = {
        "scenario": scenario,
        "method": method,
        "truth": float(np.exp(effect)),
        "rejected": float(np.mean(p <= 0.05)),
        "covered": float(within[given].mean()) if has_interval else None,
        "bias": float(np.median(np.log(np.maximum(ratio[given], 1e-9))) - effect),
        "first": float(np.mean(p <= 0.1)),
        "refused": float(np.mean(~given)),
    }
    return about | {"note": note(about, areas)}


def note(found: dict, areas: int) -> str:
    said = []
    if found["method"] in (RANK, LOUD) and areas < 20:
        said.append(f"smallest p {1 / areas:.2f}; first of all in {100 * found['first']:.1f} %")
    if found["refused"]:
        said.append(f"refused in {100 * found['refused']:.1f} %")
    if found["method"] in (RANK, SHIFT, DIFFERENCE):
        if found["truth"] == 1 and found["rejected"] > 0.07:
            said.append("size above 7 %")
        if found["covered"] is not None and found["covered"] < 0.93:
            said.append("coverage below 93 %")
    return "; ".join(said)


@cache
def measured(runs: int) -> list[dict]:
    table = []
    for name, counts, treated, effect in scenarios(runs):
        found = [one(*world, effect) for world in zip(counts, treated, strict=True)]
        table += [
            row(name, method, np.array([world[method] for world in found]), counts.shape[1], effect)
            for method in (NAIVE, RANK, LOUD, SHIFT, DIFFERENCE)
        ]
    return table


def rows(runs: int) -> list[dict]:
    """The table: a row a scenario and method; ``bias`` is that of the median log ratio."""
    keys = ("scenario", "method", "truth", "rejected", "covered", "bias", "note")
    return [{key: found[key] for key in keys} for found in measured(runs)]


def at(runs: int, scenario: str, method: str) -> dict:
    return next(r for r in measured(runs) if (r["scenario"], r["method"]) == (scenario, method))


def chance(share: float, runs: int) -> float:
    """Three standard deviations of a simulated share."""
    return 3 * np.sqrt(share * (1 - share) / runs)


ALIKE = (
    "10 areas, 1.5 a month, no effect",
    "10 areas, 4.0 a month, no effect",
    "40 areas, 4.0 a month, no effect",
    "all ten fall by 30 %, no effect",
)
HALVED = (
    "10 areas, 1.5 a month, halved",
    "10 areas, 4.0 a month, halved",
    "40 areas, 4.0 a month, halved",
)


@pytest.mark.parametrize("scenario", ALIKE)
def test_before_and_after_finds_effects_where_there_are_none(runs, scenario):
    assert at(runs, scenario, NAIVE)["rejected"] > 0.12
    assert at(runs, scenario, NAIVE)["covered"] < 0.90


def test_before_and_after_takes_a_common_fall_for_an_effect(runs):
    found = at(runs, "all ten fall by 30 %, no effect", NAIVE)
    assert found["rejected"] > 0.4
    assert found["bias"] == pytest.approx(COMMON_FALL, abs=0.1)
    assert abs(at(runs, "all ten fall by 30 %, no effect", RANK)["bias"]) < 0.1


@pytest.mark.parametrize("scenario", ALIKE)
@pytest.mark.parametrize("method", [SHIFT, DIFFERENCE])
def test_no_effect_is_called_an_effect_as_often_as_promised(runs, scenario, method):
    slack = chance(0.05, runs)
    assert 0.03 - slack <= at(runs, scenario, method)["rejected"] <= 0.07 + slack
    assert 0.93 - slack <= at(runs, scenario, method)["covered"] <= 0.97 + slack


@pytest.mark.parametrize("scenario", [s for s in (*ALIKE, *HALVED) if "40" not in s])
def test_ten_areas_cannot_reject_and_give_no_interval(runs, scenario):
    assert at(runs, scenario, RANK)["rejected"] == 0
    assert at(runs, scenario, RANK)["covered"] is None
    assert "smallest p 0.10" in at(runs, scenario, RANK)["note"]


@pytest.mark.parametrize("scenario", [s for s in ALIKE if "40" not in s])
def test_without_effect_each_of_ten_is_first_as_often(runs, scenario):
    slack = chance(0.1, runs)
    assert 0.1 - slack <= at(runs, scenario, RANK)["first"] <= 0.1 + slack


def test_the_rank_of_forty_keeps_its_level_and_its_interval_the_truth(runs):
    slack = chance(0.05, runs)
    none, halved = (
        at(runs, f"40 areas, 4.0 a month, {what}", RANK) for what in ("no effect", "halved")
    )
    assert 0.03 - slack <= none["rejected"] <= 0.07 + slack
    for found in (none, halved):
        assert 0.93 - slack <= found["covered"] <= 0.97 + slack
    assert halved["rejected"] > 2 * none["rejected"]


@pytest.mark.parametrize("scenario", HALVED)
def test_the_root_mean_square_hides_a_halving_and_the_mean_gap_does_not(runs, scenario):
    assert at(runs, scenario, LOUD)["first"] < 0.06
    assert at(runs, scenario, RANK)["first"] > 0.14


@pytest.mark.parametrize("scenario", HALVED)
def test_a_halving_is_seldom_found(runs, scenario):
    assert 0.10 < at(runs, scenario, SHIFT)["rejected"] < 0.40
    assert 0.15 < at(runs, scenario, DIFFERENCE)["rejected"] < 0.55
    assert abs(at(runs, scenario, RANK)["bias"]) < 0.1


@pytest.mark.parametrize("scenario", HALVED)
def test_intervals_of_a_halving_hold_it_nearly_as_often_as_promised(runs, scenario):
    # 90-92 % for the synthetic difference, 92-94 % for shifts: below the target, and said in the notes
    slack = chance(0.09, runs)
    assert at(runs, scenario, SHIFT)["covered"] >= 0.92 - slack
    assert at(runs, scenario, DIFFERENCE)["covered"] >= 0.90 - slack


def test_a_placebo_error_is_too_small_for_the_smallest_area(runs):
    small, large = (
        at(runs, f"the {which} of ten, no effect", DIFFERENCE) for which in ("smallest", "largest")
    )
    assert small["rejected"] > 0.07
    assert small["rejected"] > large["rejected"]
    for which in ("smallest", "largest"):
        first = at(runs, f"the {which} of ten, no effect", RANK)["first"]
        assert 0.05 < first < 0.16


def test_a_trend_of_its_own_passes_for_an_effect_except_where_ten_areas_cannot_convince(runs):
    scenario = "a trend of its own, no effect"
    assert at(runs, scenario, NAIVE)["rejected"] > 0.5
    assert at(runs, scenario, DIFFERENCE)["rejected"] > 0.2
    assert at(runs, scenario, SHIFT)["rejected"] < 0.2
    assert at(runs, scenario, RANK)["rejected"] == 0

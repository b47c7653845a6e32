"""Simulated truths for the checks: how often each fails where nothing is wrong, and where a fault is.

``rejected`` is the share of worlds in which the check fails: its size where nothing is wrong, its
power where the fault is there. The naive rule stands beside it.
"""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from analysis.methods.checks.dose import dose
from analysis.methods.checks.leave_out import leave_out
from analysis.methods.checks.placebo_outcome import placebo_outcome
from analysis.methods.checks.placebo_place import placebo_place
from analysis.methods.checks.placebo_time import earlier_dates, placebo_time
from analysis.methods.checks.pre_trend import pre_trend, slope_before
from analysis.methods.checks.selection import clean_baseline, selection
from analysis.methods.effect import Effect, of_log
from analysis.methods.poisson import fit
from analysis.words.periods import Period
from tests.recovery import worlds

HALVED = float(np.log(0.5))


@cache
def rows(runs: int) -> list[dict]:
    """Every check in worlds with and without its fault."""
    return [
        *in_time(runs, start=48, drift=-0.02),
        *in_time(runs, start=96, drift=-0.01),
        *in_place(runs),
        *in_outcome(runs, mean=4),
        *in_outcome(runs, mean=20),
        *before(runs, mean=1.5),
        *before(runs, mean=10),
        *left_out(runs),
        *by_dose(runs),
        *chosen(runs, between=0.5),
        *chosen(runs, between=0.25),
    ]


def row(scenario, method, rejected, truth=0.0, bias=None, note=""):
    return {
        "scenario": scenario, "method": method, "truth": truth, "rejected": float(rejected),
        "covered": None, "bias": bias, "note": note,
    }  # fmt: skip


def stepped(counts, start, naive=False) -> list[Effect]:
    """A level before and after with a season, one effect a world."""
    months = np.arange(counts.shape[-1])
    year = 2 * np.pi * months / 12
    found = fit(counts, np.c_[np.ones(len(months)), np.cos(year), np.sin(year), months >= start])
    errors = found.naive_errors() if naive else found.errors()
    return [
        of_log("level", value, error, df, months=len(months) - start)
        if settled
        else Effect(design="level", refused="no events")
        for value, error, df, settled in zip(
            found.parameters[:, -1], errors[:, -1], found.df, found.settled, strict=True
        )
    ]


def against(treated, comparison, start) -> list[Effect]:
    """The step of the treated less that of their comparison, one effect a world."""
    pairs = zip(stepped(treated, start), stepped(comparison, start), strict=True)
    return [less(one, other) for one, other in pairs]


def less(one: Effect, other: Effect) -> Effect:
    if not (one.known and other.known):
        return Effect(design="against", refused="no events")
    reach = [np.log(e.high / e.low) / 2 / stats.t.ppf(0.975, 60) for e in (one, other)]
    return of_log("against", np.log(one.ratio / other.ratio), float(np.hypot(*reach)), 60)


def failed(checks) -> float:
    return float(np.mean([check.outcome == "failed" for check in checks]))


def passed(checks) -> float:
    return float(np.mean([check.outcome == "passed" for check in checks]))


def claims(effects) -> np.ndarray:
    return np.array([effect.direction != "unclear" for effect in effects])


def in_time(runs, start, drift):
    """A level-only design on months with and without an old trend; nothing begins at the start."""
    rng = np.random.default_rng(401)
    months, dates = start + 24, earlier_dates(start)
    for name, slope in (("nothing wrong", 0.0), ("an old trend", drift)):
        level = np.log(3) + worlds.season(months) + slope * (np.arange(months) - start)
        counts = worlds.drawn(rng, level + worlds.latent(rng, (runs, months)))
        effects = stepped(counts, start)
        tried = list(zip(*(stepped(counts[:, :start], date) for date in dates), strict=True))
        checks = [placebo_time(e, list(ps)) for e, ps in zip(effects, tried, strict=True)]
        clear = np.array([check.found["clear"] for check in checks])
        binomial = stats.binom.sf(clear - 1, len(dates), 0.05) <= 0.05
        scenario = f"placebo time, {start} months before: {name}"
        yield row(
            scenario, "smallest p for so many tries", failed(checks),
            note=f"{len(dates)} dates; the design claims an effect in {claims(effects).mean():.0%}",
        )  # fmt: skip
        yield row(scenario, "binomial number of clear ones (naive)", binomial.mean())


def in_place(runs, areas=24, months=60, start=36):
    """A design with errors as if months were independent, in one of 24 areas."""
    rng = np.random.default_rng(402)
    for name, effect in (("no effect", 0.0), ("70 % fewer", np.log(0.3))):
        starts = np.r_[start, np.full(areas - 1, months)]
        counts = worlds.panel(rng, runs, starts, months, mean=4, common=0.0, effect=effect)
        found = stepped(counts.reshape(-1, months), start, naive=True)
        found = [found[i : i + areas] for i in range(0, len(found), areas)]
        checks = [placebo_place(one[0], one[1:]) for one in found]
        claimed = claims([one[0] for one in found])
        scenario = f"placebo place, {areas} areas: {name}"
        truth = float(effect)
        yield row(scenario, "naive design alone, its claims", claimed.mean(), truth)
        yield row(
            scenario, "check, of the claims", failed([c for c, k in zip(checks, claimed, strict=True) if k]),
            truth, note=f"claimed and passed: {passed(checks):.1%} of all",
        )  # fmt: skip


def in_outcome(runs, mean, months=72, start=48, drop=HALVED):
    """The crime that is meant falls by half, and a crime that cannot be moved falls with it or not."""
    rng = np.random.default_rng(403)
    for name, own, other in (
        ("nothing wrong", drop, 0.0),
        ("no effect, a common drop", drop, drop),
    ):
        meant = stepped(worlds.series(rng, runs, months, mean, start=start, effect=own), start)
        cannot = stepped(worlds.series(rng, runs, months, mean, start=start, effect=other), start)
        checks = [placebo_outcome(*pair) for pair in zip(meant, cannot, strict=True)]
        yield row(
            f"placebo outcome, {mean} a month: {name}", "check", failed(checks),
            truth=float(own - other),
            note=f"claims {claims(meant).mean():.0%}; passes {passed(checks):.0%}",
        )  # fmt: skip


def drifting(rng, runs, drift, mean, areas=10, treated=3, months=72, start=48):
    """Areas of which the first few drift away from the others, and nothing begins."""
    away = drift * (np.arange(months) - start) * (np.arange(areas) < treated)[:, None]
    level = np.log(mean) + worlds.season(months) + rng.normal(0, 0.5, (runs, areas, 1))
    level = level + rng.normal(0, 0.2, (runs, 1, months)) + away
    counts = worlds.drawn(rng, level + worlds.latent(rng, (runs, areas, months)))
    return counts[:, :treated].sum(axis=1), counts[:, treated:].sum(axis=1)


def before(runs, mean, start=48, drift=-0.015):
    """Three of ten areas with and without a slope of their own before the start."""
    rng = np.random.default_rng(404)
    for name, slope in (("nothing wrong", 0.0), ("17 % a year of their own", drift)):
        treated, comparison = drifting(rng, runs, slope, mean)
        effects = against(treated, comparison, start)
        slopes = [
            slope_before(one[:start], other[:start])
            for one, other in zip(treated, comparison, strict=True)
        ]
        checks = [
            pre_trend(effect, one, before=start, after=24)
            for effect, one in zip(effects, slopes, strict=True)
        ]
        estimates = np.log([effect.ratio for effect in effects])
        kept = np.array([check.outcome != "failed" for check in checks])
        seen = np.median([check.found["seen"] for check in checks])
        scenario = f"pre trend, {mean} a month: {name}"
        yield row(
            scenario, "check", failed(checks), bias=float(estimates[kept].mean()),
            note=f"bias of what did not fail; of all {estimates.mean():.2f}. Passes "
            f"{passed(checks):.0%}; would see {seen - 1:.0%} a year",
        )  # fmt: skip
        yield row(scenario, "independent months (naive)", naive_slopes(treated, comparison, start))


def naive_slopes(treated, comparison, start) -> float:
    time = np.arange(start)
    year = 2 * np.pi * time / 12
    design = np.c_[np.ones(start), np.cos(year), np.sin(year), time - time.mean()]
    one, other = (fit(counts[:, :start], design) for counts in (treated, comparison))
    error = np.hypot(one.naive_errors()[:, -1], other.naive_errors()[:, -1])
    z = (one.parameters[:, -1] - other.parameters[:, -1]) / error
    return np.mean(2 * stats.norm.sf(abs(z)) <= 0.05)


def left_out(runs, areas=10, treated=5, months=72, start=36):
    """Five areas that all fall by 40 per cent, or one of them that stops and carries the rest."""
    rng = np.random.default_rng(405)
    for name, sizes in (
        ("all fall alike", np.full(treated, np.log(0.6))),
        ("one large area carries it", np.r_[np.log(0.05), np.zeros(treated - 1)]),
    ):
        level = np.full((areas, months), np.log(3.0)) + worlds.season(months)
        level[0] += np.log(3) if sizes[0] != sizes[1] else 0.0
        level[:treated] += sizes[:, None] * (np.arange(months) >= start)
        counts = worlds.drawn(rng, level + worlds.latent(rng, (runs, areas, months)))
        comparison = counts[:, treated:].sum(axis=1)
        whole = against(counts[:, :treated].sum(axis=1), comparison, start)
        without = [
            against(np.delete(counts[:, :treated], area, axis=1).sum(axis=1), comparison, start)
            for area in range(treated)
        ]
        checks = [
            leave_out(one, {str(area): rest for area, rest in enumerate(others)})
            for one, others in zip(whole, zip(*without, strict=True), strict=True)
        ]
        claimed = claims(whole)
        kept = [check for check, claim in zip(checks, claimed, strict=True) if claim]
        yield row(
            f"leave out, five areas: {name}", "check, of the claims", failed(kept),
            truth=float(np.log(np.exp(sizes).mean())),
            note=f"claims {claimed.mean():.0%}; of these {passed(kept):.0%} pass",
        )  # fmt: skip


def by_dose(runs, areas=3, months=36, mean=4.0):
    """A claimed effect whose dose does nothing more, halves the count, or follows the crime."""
    rng = np.random.default_rng(406)
    claim, plan = of_log("panel", -0.5, 0.1, 60), np.full((areas, months), 10.0)
    for name, full, follows in (
        ("dose at random, does nothing", 0.0, False),
        ("dose at random, full dose halves", np.log(0.5), False),
        ("dose follows crime, does nothing", 0.0, True),
    ):
        state = worlds.latent(rng, (runs, areas, months))
        part = stats.norm.cdf(state / 0.4) if follows else rng.uniform(size=state.shape)
        counts = worlds.drawn(rng, np.log(mean) + state + full * part)
        usual = np.full((areas, months), mean)
        checks = [
            dose(claim, one, usual, plan, 10 * done) for one, done in zip(counts, part, strict=True)
        ]
        yield row(
            f"dose, three areas: {name}", "check", failed(checks), truth=float(full),
            note=f"passes {passed(checks):.0%}; would see "
            f"{np.median([check.found['seen'] for check in checks]):.2f}",
        )  # fmt: skip


def chosen(runs, between, areas=10, worst=3, months=60, start=48):
    """The worst three of ten by the last twelve months, and nothing that works."""
    rng = np.random.default_rng(407)
    counts = worlds.panel(rng, runs, np.full(areas, months), months, common=0.0, between=between)
    window = counts[..., start - 12 : start].sum(axis=-1)
    order = np.argsort(-window, axis=1, kind="stable")
    ordered = np.take_along_axis(counts, order[..., None], axis=1)
    mine, others = ordered[:, :worst].sum(axis=1), ordered[:, worst:].sum(axis=1)
    ended = Period.parse("2015")
    for name, first, last, span in (
        ("the window itself (naive)", start - 12, start, ended),
        ("before the window", start - 24, start - 12, clean_baseline(
            Period.parse("2014-01-01..2015-12-31"), ended)),
    ):  # fmt: skip
        check = selection("worst", ended, span)
        for design, change in (
            ("before and after", ratio(mine, first, last, start)),
            ("against the rest", ratio(mine, first, last, start)
             / ratio(others, first, last, start)),
        ):  # fmt: skip
            yield row(
                f"selection, worst 3 of 10, spread {between}: baseline {name}", design, check.outcome == "failed",
                bias=float(np.log(change).mean()),
                note=f"mean ratio {np.exp(np.log(change).mean()):.2f}; "
                f"more than a fifth fewer in {np.mean(change < 0.8):.0%}",
            )  # fmt: skip


def ratio(counts, first, last, start) -> np.ndarray:
    return counts[:, start:].mean(axis=1) / counts[:, first:last].mean(axis=1)


@pytest.fixture
def table(runs) -> dict[tuple[str, str], dict]:
    """The rows by scenario and method, made once."""
    return {(one["scenario"], one["method"]): one for one in rows(runs)}


def at_most(share, runs):
    """A share that simulation may not exceed by more than three of its standard deviations."""
    return share + 3 * np.sqrt(share * (1 - share) / runs)


def at_least(share, runs):
    return share - 3 * np.sqrt(share * (1 - share) / runs)


@pytest.mark.parametrize(("months", "power"), [(48, 0.35), (96, 0.65)])
def test_placebo_dates_find_an_old_trend_and_seldom_a_fault_that_is_not_there(
    table, runs, months, power
):
    ours, scenario = "smallest p for so many tries", f"placebo time, {months} months before"
    assert table[f"{scenario}: nothing wrong", ours]["rejected"] <= at_most(0.07, runs)
    assert table[f"{scenario}: an old trend", ours]["rejected"] >= at_least(power, runs)


def test_counting_clear_placebo_dates_as_if_independent_fails_faultless_designs(table):
    naive = table[
        "placebo time, 96 months before: nothing wrong", "binomial number of clear ones (naive)"
    ]
    assert naive["rejected"] > 0.09


def test_placebo_areas_stop_the_claims_of_a_design_whose_errors_are_too_small(table, runs):
    alone, caught = (
        table["placebo place, 24 areas: no effect", method]["rejected"]
        for method in ("naive design alone, its claims", "check, of the claims")
    )
    assert alone > 0.25, "the naive design claims effects that are not there"
    assert alone * (1 - caught) <= at_most(0.05, runs)
    true = table["placebo place, 24 areas: 70 % fewer", "check, of the claims"]
    assert 1 - true["rejected"] >= at_least(0.65, runs)


@pytest.mark.parametrize(("mean", "power"), [(4, 0.55), (20, 0.7)])
def test_a_crime_that_cannot_be_moved_shows_a_common_drop(table, runs, mean, power):
    scenario = f"placebo outcome, {mean} a month"
    assert table[f"{scenario}: nothing wrong", "check"]["rejected"] <= at_most(0.035, runs)
    fault = table[f"{scenario}: no effect, a common drop", "check"]
    assert fault["rejected"] >= at_least(power, runs)


@pytest.mark.parametrize(("mean", "power"), [(1.5, 0.35), (10, 0.5)])
def test_a_pre_trend_is_found_seldom_and_what_did_not_fail_is_as_biased_as_before(
    table, runs, mean, power
):
    scenario = f"pre trend, {mean} a month"
    none, slope = (
        table[f"{scenario}: {name}", "check"]
        for name in ("nothing wrong", "17 % a year of their own")
    )
    naive = table[f"{scenario}: nothing wrong", "independent months (naive)"]
    assert at_least(0.03, runs) <= none["rejected"] <= at_most(0.07, runs)
    assert naive["rejected"] > 0.15
    assert slope["rejected"] >= at_least(power, runs)
    # a slope of -0.015 a month over the 36 months between the middles
    assert slope["bias"] == pytest.approx(-0.015 * 36, abs=0.05)


def test_a_verdict_that_hangs_on_one_area_is_seen_and_a_shared_one_left_alone(table, runs):
    shared, one = (
        table[f"leave out, five areas: {name}", "check, of the claims"]["rejected"]
        for name in ("all fall alike", "one large area carries it")
    )
    assert shared <= at_most(0.01, runs)
    assert one >= at_least(0.93, runs)


def test_dose_says_little_at_this_scale_and_is_fooled_where_it_follows_crime(table, runs):
    random, works, follows = (
        table[f"dose, three areas: {name}", "check"]["rejected"]
        for name in (
            "dose at random, does nothing",
            "dose at random, full dose halves",
            "dose follows crime, does nothing",
        )
    )
    assert random <= at_most(0.025, runs)
    assert works <= at_most(0.005, runs)
    assert follows > 0.9, "which is why a failed dose is no disproof"


@pytest.mark.parametrize("spread", [0.5, 0.25])
def test_a_baseline_of_the_months_that_chose_the_areas_feigns_an_effect(table, spread):
    window, clean = (
        [
            table[f"selection, worst 3 of 10, spread {spread}: baseline {name}", design]
            for design in ("before and after", "against the rest")
        ]
        for name in ("the window itself (naive)", "before the window")
    )
    assert all(one["rejected"] == 1 and one["bias"] < -0.09 for one in window)
    assert window[1]["bias"] < window[0]["bias"] - 0.07, "a comparison makes it worse"
    assert all(one["rejected"] == 0 and abs(one["bias"]) < 0.05 for one in clean)

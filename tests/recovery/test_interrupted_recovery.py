"""Simulated truths: an interrupted series that does not cry wolf, beside the usual ones that do.

Asserted are the targets, size 3-7 % and coverage 93-97 %, with three standard deviations of the
simulation itself. Where they are missed (three events a month or more, and a long memory) the rate
that 20,000 worlds gave stands in ``MISSED`` and in the table, and is asserted instead.
"""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from analysis.methods.bootstrap import avoided, bootstrap_p
from analysis.methods.counterfactual import Plan, contrast, design
from analysis.methods.effect import detectable
from analysis.methods.interrupted import foreseen, interrupted
from tests.recovery import worlds

FULL = 2000
DROP, HALF, FALL = np.log(0.7), np.log(0.5), np.log(0.75)
OURS, BOOTSTRAP = "interrupted", "bootstrap"
SERIES = {
    "72 months of 1.5, months independent": {"memory": None},
    "72 months of 1.5": {},
    "72 months of 4": {"mean": 4.0},
    "48 months of 1.5": {"months": 48, "start": 32},
    "120 months of 3": {"months": 120, "start": 80, "mean": 3.0},
    "72 months of 3, memory .7": {"mean": 3.0, "memory": 0.7},
}
QUICK = ("72 months of 1.5", "72 months of 4", "48 months of 1.5")
# size and coverage at -30 % in 20,000 worlds (seeds 11 to 13), where they are not on target
MISSED = {
    "72 months of 4": (0.074, 0.929),
    "120 months of 3": (0.075, 0.927),
    "72 months of 3, memory .7": (0.101, 0.903),
}
# the same, of one district of ten with 12 events a month: by months after, without and with trend
MISSED_BESIDE = {12: (0.079, 0.076), 20: (0.088, 0.085)}
FORESEEN = "foreseen"
PLAIN, OWN = "with comparison", "with comparison and own trend"


def on_logs(counts, plan):
    """Least squares on log(y + 1)."""
    columns, y = design(plan, counts.shape[1]), np.log(counts + 1)
    inverse = np.linalg.inv(columns.T @ columns)
    found = y @ columns @ inverse
    df = len(columns) - columns.shape[1]
    variance = ((y - found @ columns.T) ** 2).sum(axis=1) / df
    return found[:, -1], np.sqrt(variance * inverse[-1, -1]), df


def newey_west(found, lags=12):
    """Poisson with errors by Newey and West, scaled for the parameters as is usual."""
    scores = found.design * (found.counts - found.fitted)[..., None]
    meat = np.einsum("btk,btl->bkl", scores, scores)
    for lag in range(1, lags + 1):
        across = np.einsum("btk,btl->bkl", scores[:, lag:], scores[:, :-lag])
        meat += (1 - lag / (lags + 1)) * (across + across.transpose(0, 2, 1))
    return np.sqrt((found.covariance @ meat @ found.covariance)[:, -1, -1])


def readings(counts, plan):
    """Estimate, error and degrees of freedom of every method on the same worlds."""
    ours = contrast(counts, plan)
    fit, naive = ours.found, ours.found.naive_errors()[:, -1]
    quasi = naive * np.sqrt(np.maximum(1, fit.dispersion))
    return {
        "log(y + 1)": on_logs(counts, plan),
        "Poisson, naive": (ours.log_ratio, naive, 1e9),
        "Poisson, Newey-West 12": (ours.log_ratio, newey_west(fit), 1e9),
        "quasi-Poisson": (ours.log_ratio, quasi, fit.df),
        OURS: (ours.log_ratio, ours.error, fit.df),
    }


def row(scenario, method, truth, estimate, error, df, note=""):
    """A row of the table; worlds without an event on one side are refused and told of."""
    known = np.isfinite(estimate) & (np.abs(estimate) < 10)
    estimate, error = estimate[known], error[known]
    df = df[known] if np.ndim(df) else df
    reach = stats.t.ppf(0.975, df) * error
    p = 2 * stats.t.sf(np.abs(estimate) / error, df)
    refused = f"{1 - known.mean():.1%} refused" if not known.all() else ""
    return {
        "scenario": scenario, "method": method, "truth": float(truth),
        **worlds.rates(p, estimate - reach, estimate + reach, truth, estimate),
        "note": "; ".join(part for part in (note, refused) if part),
        "spread": float(np.std(estimate)),
    }  # fmt: skip


def of_contrast(scenario, method, truth, found, note=""):
    return row(scenario, method, truth, found.log_ratio, found.error, found.found.df, note)


def missed(size, coverage):
    return f"off target: size {size:.1%}, coverage {coverage:.1%} in 20,000 worlds"


def single(runs):
    """One series: every method at no effect and at a fall of 30 %, ours also at 50 %."""
    table = []
    for name in SERIES if runs >= FULL else QUICK:
        about = {"start": 48} | SERIES[name]
        plan = Plan(start=about["start"])
        for effect in (0.0, DROP, HALF):
            counts = worlds.series(np.random.default_rng(2017), runs, effect=effect, **about)
            for method, reading in readings(counts, plan).items():
                if effect != HALF or method == OURS:
                    note = missed(*MISSED[name]) if method == OURS and name in MISSED else ""
                    table.append(row(name, method, effect, *reading, note))
    return table


def by_bootstrap(runs):
    """The check of the default, in fewer worlds."""
    table, fewer = [], 400 if runs >= FULL else 100
    for name in SERIES if runs >= FULL else QUICK[:1]:
        about = {"start": 48} | SERIES[name]
        counts = worlds.series(np.random.default_rng(2018), fewer, **about)
        found = [interrupted(one, Plan(start=about["start"])) for one in counts]
        p = [bootstrap_p(one, seed=i, draws=99) for i, one in enumerate(found) if one.effect.known]
        table.append(
            {
                "scenario": name, "method": BOOTSTRAP, "truth": 0.0, "covered": None, "bias": None,
                "rejected": float(np.mean(np.array(p) <= 0.05)), "note": f"{len(p)} runs of 99",
                "spread": None,
            }
        )  # fmt: skip
    return table


def one_of_ten(rng, runs, months, mean, drift=0.0, fall=0.0, effect=0.0):
    """One treated district and the nine others together; each with a slope of its own a year.

    ``fall`` comes to all of them from month 60 on, ``effect`` to the treated one.
    """
    time = np.arange(months)
    level = np.log(mean) + worlds.season(months) + fall * (time >= 60)
    level = level + rng.normal(0, 0.5, (runs, 10, 1)) + rng.normal(0, 0.2, (runs, 1, months))
    level = level + rng.normal(0, drift, (runs, 10, 1)) * (time - 30) / 12
    level[:, 0] += effect * (time >= 60)
    counts = worlds.drawn(rng, level + worlds.latent(rng, (runs, 10, months)))
    return counts[:, 0], counts[:, 1:].sum(axis=1)


def crude(counts, start):
    """Events after over events before by their months, as independent Poisson counts."""
    before, after = counts[:, :start].sum(axis=1), counts[:, start:].sum(axis=1)
    with np.errstate(divide="ignore"):
        ratio = np.log(after / (counts.shape[1] - start)) - np.log(before / start)
        return ratio, np.sqrt(1 / after + 1 / before), 1e9


def compared(runs):
    """One district of ten: a fall that all of them share, and slopes of their own."""
    table, plain = [], Plan(start=60, trend=False, pairs=0)
    own = Plan(start=60, pairs=0)
    for mean in (1.5, 12.0):
        shared = f"one of ten, mean {mean:g}, all fall by 25 %"
        for effect in (0.0, HALF):
            rng = np.random.default_rng(2019)
            counts, beside = one_of_ten(rng, runs, 80, mean, fall=FALL, effect=effect)
            table += [
                row(shared, "before and after", effect, *crude(counts, 60)),
                of_contrast(
                    shared, "interrupted, no comparison", effect, contrast(counts, Plan(start=60))
                ),
                of_contrast(shared, PLAIN, effect, contrast(counts, plain, beside)),
                of_contrast(shared, OWN, effect, contrast(counts, own, beside)),
            ]
        for after in (12, 20):
            for drift in (0.0, 0.008, 0.05, 0.1):
                name = f"one of ten, mean {mean:g}, 60 + {after}, slopes of sd {drift:g} a year"
                rng = np.random.default_rng(2020)
                counts, beside = one_of_ten(rng, runs, 60 + after, mean, drift=drift)
                for place, (method, plan) in enumerate(((PLAIN, plain), (OWN, own))):
                    size = MISSED_BESIDE[after][place]
                    note = missed(size, 1 - size) if mean == 12 and drift == 0 else ""
                    found = contrast(counts, plan, beside)
                    table.append(of_contrast(name, method, 0.0, found, note))
    return table


def holes(runs):
    """A month that was not delivered, and an area where many months cannot have an event."""
    rng = np.random.default_rng(2021)
    plan = Plan(start=60, trend=False)
    counts = worlds.series(rng, runs, mean=12, start=60, spread=0.2, noise=0.02)
    gap = counts.copy()
    gap[:, 65] = np.nan
    table = [
        of_contrast("one month missing", OURS, 0.0, contrast(gap, plan)),
        of_contrast(
            "one month missing", "missing taken as none", 0.0,
            contrast(np.nan_to_num(gap), plan),
        ),
    ]  # fmt: skip
    counts = worlds.series(rng, runs, mean=4) * (rng.random((runs, 72)) < 0.6)
    for method, reading in readings(counts, Plan(start=48)).items():
        table.append(row("zero-inflated area", method, 0.0, *reading))
    return table


def growing(runs):
    """An effect that grows by the month, by the plan that says so."""
    plan = Plan(start=48, shape="level and slope")
    table = []
    for slope in (0.0, -0.03):
        rng, since = np.random.default_rng(2022), np.maximum(np.arange(72) - 48, 0)
        level = np.log(4.0) + worlds.season(72)
        truth = np.log(np.exp(level + slope * since)[48:].sum() / np.exp(level)[48:].sum())
        state = worlds.latent(rng, (runs, 72))
        found = contrast(worlds.drawn(rng, level + slope * since + state), plan)
        table.append(of_contrast("effect that grows, 72 months of 4", OURS, truth, found))
    return table


def summed(runs):
    """Whether the interval of events avoided holds those that would have been counted."""
    table, fewer = [], min(runs, 1000)
    for name, memory in (("72 months of 4, months independent", None), ("72 months of 4", 0.5)):
        rng = np.random.default_rng(2023)
        state = 0.0 if memory is None else worlds.latent(rng, (fewer, 72), memory)
        level = np.log(4.0) + worlds.season(72) + state + np.zeros((fewer, 72))
        without = worlds.drawn(rng, level)
        counts = worlds.drawn(rng, level + DROP * (np.arange(72) >= 48))
        truth = (without - counts)[:, 48:].sum(axis=1)
        found = [interrupted(one, Plan(start=48)) for one in counts]
        sums = [avoided(one, seed=i, draws=399) for i, one in enumerate(found)]
        low, high, total = np.array([(one.low[-1], one.high[-1], one.total[-1]) for one in sums]).T
        table.append(
            {
                "scenario": f"events avoided, {name}", "method": "avoided",
                "truth": float(truth.mean()), "rejected": None,
                "covered": float(np.mean((low <= truth) & (truth <= high))),
                "bias": float(np.mean(total - truth)), "spread": float(np.std(total - truth)),
                "note": "in events" if memory is None else "in events; off target: coverage 91 %",
            }
        )  # fmt: skip
    return table


def as_foreseen(runs):
    """How often an effect is found that was foreseen to be found four times of five."""
    table = []
    for mean, trend in ((1.5, True), (1.5, False), (4.0, True), (4.0, False)):
        plan = Plan(start=48, trend=trend)
        calm = worlds.series(np.random.default_rng(2024), 100, mean=mean)
        fit = contrast(calm, plan)
        sizes = {
            FORESEEN: np.median([foreseen(one[:48], plan, 24) or 0.01 for one in calm]),
            "by the error at no effect": np.exp(np.median(
                [np.log(detectable(e, df)) for e, df in zip(fit.error, fit.found.df, strict=True)]
            )),
        }  # fmt: skip
        for method, size in sizes.items():
            counts = worlds.series(
                np.random.default_rng(2025), runs, mean=mean, effect=np.log(size)
            )
            name = f"72 months of {mean:g}{', own trend' if trend else ''}, as foreseen: {size:.2f}"
            table.append(of_contrast(name, method, np.log(size), contrast(counts, plan)))
    return table


@cache
def rows(runs: int) -> list[dict]:
    """Every simulated scenario and method."""
    parts = (single, by_bootstrap, compared, holes, growing, summed, as_foreseen)
    return [line for part in parts for line in part(runs)]


def band(low, high, runs):
    """A band with three standard deviations of a share of ``runs`` on each side."""
    return tuple(end + side * 3 * np.sqrt(end * (1 - end) / runs)
                 for end, side in ((low, -1), (high, 1)))  # fmt: skip


def within(value, low, high, runs):
    low, high = band(low, high, runs)
    return low <= value <= high


@pytest.fixture
def table(runs):
    return {(line["scenario"], line["method"], line["truth"]): line for line in rows(runs)}


def lines(table, method, *truths, of=SERIES):
    return [
        line for (name, how, truth), line in table.items()
        if how == method and name in of and truth in truths
    ]  # fmt: skip


def test_size_and_coverage_are_on_target_or_as_the_table_says(table, runs):
    for line in lines(table, OURS, 0.0):
        size = MISSED.get(line["scenario"], (None,))[0]
        assert within(line["rejected"], *((size, size) if size else (0.03, 0.07)), runs), line
    for line in lines(table, OURS, DROP):
        held = MISSED.get(line["scenario"], (None, None))[1]
        assert within(line["covered"], *((held, held) if held else (0.93, 0.97)), runs), line


def test_what_is_off_target_is_said_in_the_table(table):
    for line in lines(table, OURS, 0.0, DROP, HALF):
        assert ("off target" in line["note"]) == (line["scenario"] in MISSED)


def test_the_estimate_is_hardly_biased(table, runs):
    for line in lines(table, OURS, 0.0, DROP, HALF):
        assert abs(line["bias"]) < (0.1 + 3 / np.sqrt(runs)) * line["spread"], line


def test_the_usual_ways_cry_wolf_or_halve_the_effect(table):
    remembering = [name for name in SERIES if "independent" not in name]
    for line in lines(table, "Poisson, naive", 0.0, of=remembering):
        assert line["rejected"] > 0.11, line
    for line in lines(table, "Poisson, Newey-West 12", 0.0):
        assert line["rejected"] > 0.13, line
    logs = lines(table, "log(y + 1)", DROP, of=[name for name in SERIES if "of 1.5" in name])
    assert all(line["bias"] > 0.3 * abs(DROP) for line in logs)


def test_ours_errs_less_often_than_every_poisson_error_on_the_same_worlds(table):
    for line in lines(table, OURS, 0.0):
        for other in ("Poisson, naive", "Poisson, Newey-West 12", "quasi-Poisson"):
            assert line["rejected"] < table[line["scenario"], other, 0.0]["rejected"]


def test_a_fall_by_30_percent_is_seldom_seen_at_this_scale(table):
    assert all(line["rejected"] < 0.3 for line in lines(table, OURS, DROP))
    for line in lines(table, OURS, HALF):
        assert table[line["scenario"], OURS, DROP]["rejected"] < line["rejected"] < 0.65


def test_the_bootstrap_keeps_its_promise(table, runs):
    fewer = 400 if runs >= FULL else 100
    for line in lines(table, BOOTSTRAP, 0.0):
        most = 0.085 if "memory" in line["scenario"] else 0.072
        assert within(line["rejected"], 0.03, most, fewer), line


def test_a_fall_that_all_share_is_no_effect_beside_a_comparison(table, runs):
    for mean in (1.5, 12):
        name = f"one of ten, mean {mean:g}, all fall by 25 %"
        crude = table[name, "before and after", 0.0]
        alone = table[name, "interrupted, no comparison", 0.0]
        assert crude["rejected"] > 0.25
        assert alone["bias"] < -0.2
        for method, place in ((PLAIN, 0), (OWN, 1)):
            most = MISSED_BESIDE[20][place] if mean == 12 else 0.07
            line = table[name, method, 0.0]
            assert within(line["rejected"], 0.03, most, runs), line
            assert abs(line["bias"]) < (0.1 + 3 / np.sqrt(runs)) * line["spread"]


def test_one_district_of_ten_errs_as_often_as_the_table_says(table, runs):
    for mean in (1.5, 12):
        for after in (12, 20):
            name = f"one of ten, mean {mean:g}, 60 + {after}, slopes of sd 0 a year"
            for method, place in ((PLAIN, 0), (OWN, 1)):
                size = MISSED_BESIDE[after][place]
                wanted = (size, size) if mean == 12 else (0.03, 0.07)
                assert within(table[name, method, 0.0]["rejected"], *wanted, runs), (name, method)


def test_a_district_with_a_slope_of_its_own_needs_a_trend_in_its_odds(table, runs):
    for mean in (1.5, 12):
        name = f"one of ten, mean {mean:g}, 60 + 20, slopes of sd 0.1 a year"
        assert table[name, PLAIN, 0.0]["rejected"] > 0.14
        most = MISSED_BESIDE[20][1] if mean == 12 else 0.07
        assert within(table[name, OWN, 0.0]["rejected"], 0.03, most, runs)


def test_a_missing_month_taken_as_none_is_told_as_a_success(table, runs):
    naive = table["one month missing", "missing taken as none", 0.0]
    ours = table["one month missing", OURS, 0.0]
    assert naive["bias"] < -0.3 * naive["spread"]
    assert abs(ours["bias"]) < (0.1 + 3 / np.sqrt(runs)) * ours["spread"]
    assert within(ours["rejected"], 0.03, 0.07, runs)


def test_months_that_cannot_have_an_event_fool_only_the_naive(table, runs):
    assert table["zero-inflated area", "Poisson, naive", 0.0]["rejected"] > 0.25
    assert within(table["zero-inflated area", OURS, 0.0]["rejected"], 0.03, 0.07, runs)


def test_an_effect_that_grows_is_held_as_often_as_one_that_does_not(table, runs):
    grown = [line for line in rows(runs) if line["scenario"].startswith("effect that grows")]
    assert len(grown) == 2
    for line in grown:
        held = MISSED["72 months of 4"][1]
        assert within(line["covered"], held, 0.97, runs), line


def test_the_interval_of_events_avoided_holds_them(runs):
    fewer = min(runs, 1000)
    steady, remembering = (line for line in rows(runs) if line["method"] == "avoided")
    assert within(steady["covered"], 0.93, 0.97, fewer)
    assert within(remembering["covered"], 0.91, 0.91, fewer)


def test_what_is_foreseen_is_found_at_least_four_times_of_five(runs):
    ours = [line for line in rows(runs) if line["method"] == FORESEEN]
    naive = [line for line in rows(runs) if line["method"] == "by the error at no effect"]
    assert len(ours) == len(naive) == 4
    for line in ours:
        assert within(line["rejected"], 0.8, 0.9, runs), line
    assert all(line["rejected"] < 0.75 for line in naive)

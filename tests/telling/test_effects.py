"""A verdict always has its reason, an estimate its interval, and "not found" what it missed."""

import ast
from dataclasses import replace
from inspect import getsource
from math import inf

import pytest
from bs4 import BeautifulSoup

from analysis.chain import claims, evaluation, evaluation_plan, rulings
from analysis.methods import difference, interrupted, synthetic
from analysis.methods.effect import Effect, of_log
from analysis.telling import effects
from analysis.telling.text import words
from analysis.words.estimates import CheckResult
from analysis.words.verdicts import RULINGS, Verdict
from tests.conftest import count

FOUND = Effect(
    design="interrupted", ratio=0.72, low=0.60, high=0.88, p=0.002, detectable=0.7, months=12
)
BLUNT = replace(FOUND, design="difference", low=None, high=None, p=0.1, smallest_p=0.1)
NOTHING = Effect(design="synthetic", refused="poor fit")
UNPROVEN = Verdict(
    kind="measure", subject="M1", ruling="not identifiable", reason="check failed",
    failed=("pre trend", "overlap"),
)  # fmt: skip
CLEAR = Verdict(kind="measure", subject="M1", ruling="supported", reason="clear")


@pytest.fixture(scope="module", params=["sv", "en"])
def say(request):
    return words(request.param)


@pytest.fixture(scope="module")
def sv():
    return words("sv")


def spoken(node):
    return {
        n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }


def given_as(module, name):
    """The texts that a module gives as an argument, or to a variable, of this name."""
    found = set()
    for node in ast.walk(ast.parse(getsource(module))):
        targets = [getattr(node, "target", None), *getattr(node, "targets", [])]
        if getattr(node, "arg", "") == name or name in {getattr(t, "id", "") for t in targets}:
            found |= spoken(getattr(node, "value", node))
    return found


def returned(module, annotation):
    """The texts that functions with this return annotation give back."""
    return {
        text
        for node in ast.walk(ast.parse(getsource(module)))
        if isinstance(node, ast.FunctionDef) and node.returns is not None
        if ast.unparse(node.returns) == annotation
        for given in ast.walk(node)
        if isinstance(given, ast.Return) and given.value is not None
        for text in spoken(given.value)
    }


def reasons():
    """Every reason that the rules on measures, causes and claims can give."""
    on_claims = returned(claims, "tuple[str, str]") | set(claims.WHY_NOT.values()) | {"no design"}
    return (given_as(rulings, "reason") | on_claims) - set(RULINGS)


def refusals(module):
    """Every key with which a design, or the plan for one, can refuse."""
    pieces = returned(module, "str") | given_as(module, "refused")
    ends = {f"no events {when}" for when in ("before", "after")}
    return {key for key in pieces if " " in key.strip()} - {"no events "} | (
        ends if "no events " in pieces else set()
    )


DESIGNS = (interrupted, difference, synthetic, claims, evaluation_plan)


def cells(sheet):
    page = BeautifulSoup(str(sheet.html), "html.parser")
    rows = [[c.get_text() for c in r.find_all(["th", "td"])] for r in page.tbody.find_all("tr")]
    return rows, [note.get_text() for note in page.find_all("p", class_="note")]


def test_every_reason_of_a_verdict_has_a_sentence(say):
    assert {"clear", "too blunt", "no effect shown", "within noise", "two methods"} <= reasons()
    missing = [r for r in reasons() if say.find(f"why.{effects.key(r)}") is None]
    assert missing == []


def test_every_refusal_of_a_design_has_a_sentence(say):
    found = set().union(*(refusals(one) for one in DESIGNS))
    assert {"no fit", "no events after", "poor fit", "not begun", "nobody treated"} <= found
    assert [r for r in found if say.find(f"why.{effects.key(r)}") is None] == []


def designs():
    """Every design that an evaluation or a claim can set beside another."""
    beside = spoken(ast.parse(getsource(evaluation._beside)))
    panels = spoken(ast.parse(getsource(evaluation._panels)))
    found = {k for k in beside | panels if k.isidentifier()}
    return found | {"interrupted", "interrupted_with_comparison", "yearly_step"}


def test_every_ruling_and_every_design_has_words(say):
    assert len({say(f"ruling.{effects.key(one)}") for one in RULINGS}) == 3
    assert {"before_and_after", "difference_near_modelled", "synthetic_shift"} <= designs()
    assert [one for one in designs() if say.find(f"designs.{one}") is None] == []


def test_a_reason_without_words_is_an_error_and_not_an_empty_place(say):
    with pytest.raises(KeyError, match=r"why\.the_moon"):
        effects.because(say, replace(CLEAR, reason="the moon"))


def test_the_checks_that_failed_are_named_in_the_reason(say):
    told = effects.because(say, UNPROVEN)
    for name in UNPROVEN.failed:
        assert effects.first_down(say(f"checks.{effects.key(name)}")) in told
    alone = effects.because(say, replace(UNPROVEN, failed=("overlap",)))
    assert effects.first_down(say("checks.pre_trend")) not in alone


def test_an_estimate_is_told_as_a_change_with_its_interval():
    sv, en = words("sv"), words("en")
    assert effects.change(sv, FOUND) == "−28\u00a0% (osäkerhet −40\u00a0% till −12\u00a0%)"
    assert effects.change(en, FOUND) == "−28% (uncertainty −40% to −12%)"


def test_an_interval_without_end_is_told_as_that(sv):
    told = effects.change(sv, replace(FOUND, high=inf))
    assert told.endswith("−40\u00a0% till utan gräns)") and "inf" not in told


def test_an_estimate_without_interval_says_that_the_areas_are_too_few(say):
    told = effects.change(say, BLUNT)
    assert told == say("effect.no_interval", change=say.change(0.72))


def test_a_refused_design_says_why_and_no_number(say):
    told = effects.change(say, NOTHING)
    assert told == say("why.poor_fit") and not any(sign.isdigit() for sign in told)


def test_what_would_have_been_seen_is_a_fall_and_a_total_stop_may_not_be(say):
    told = effects.could_see(say, replace(FOUND, detectable=0.54))
    assert say.percent(0.46) in told
    assert effects.could_see(say, replace(FOUND, detectable=None)) == say("effect.sees_nothing")


def estimate(**about):
    return count(0.72, low=0.6, high=0.88, statistic="effect", unit="ratio", **about)


@pytest.mark.parametrize("verdict", [CLEAR, UNPROVEN])
def test_the_leaders_cell_holds_verdict_estimate_and_reason(say, verdict):
    told = effects.told(say, verdict, estimate())
    assert told.startswith(effects.first_up(effects.ruling(say, verdict)))
    assert told.endswith(effects.because(say, verdict))
    assert effects.change(say, FOUND) in told


@pytest.mark.parametrize(
    "effect",
    [None, count(None, statistic="effect", note="no fit"), count(0.72, statistic="effect")],
)
def test_a_cell_without_interval_holds_verdict_and_reason_but_no_number(say, effect):
    told = effects.told(say, replace(UNPROVEN, reason="no fit", failed=()), effect)
    assert told.startswith(effects.first_up(say("ruling.not_identifiable")) + ". ")
    assert told.endswith(say("why.no_fit")) and "72" not in told and "28" not in told


def test_a_measure_that_nobody_tried_is_told_as_that(say):
    assert effects.told(say, None, estimate()) == say("follow.not_evaluated")


def test_how_many_were_tried_counts_only_what_was_estimated(say):
    tried = [CLEAR, UNPROVEN, replace(CLEAR, ruling="not identifiable", reason="too blunt")]
    refused = replace(CLEAR, ruling="not identifiable", reason="no indicator")
    (told,) = effects.family(say, [*tried, refused])
    assert told == say("evaluation.family", n="3")
    assert effects.family(say, [refused]) == [] == effects.family(say, [])


def test_every_reason_that_follows_an_estimate_is_counted_as_tried():
    on_measures = given_as(rulings, "reason") & set(effects.ESTIMATED)
    assert on_measures == set(effects.ESTIMATED)


def test_the_declared_design_is_marked_and_every_other_stands_beside_it(say):
    every = {"interrupted": FOUND, "difference": BLUNT, "synthetic": NOTHING}
    rows, notes = cells(effects.designs(say, every, "d", declared="interrupted"))
    assert [row[0] for row in rows] == [
        say("designs.interrupted") + say("effect.declared"),
        say("designs.difference"),
        say("designs.synthetic"),
    ]
    assert rows[0][1:] == [effects.change(say, FOUND), say.p_value(0.002), "..", say.change(0.7)]
    assert rows[2][1:] == [say("why.poor_fit"), "..", "..", ".."]
    assert say("effect.note") in notes


def test_a_smallest_possible_p_that_cannot_convince_stands_beside_the_p(say):
    (row,), _ = cells(effects.designs(say, {"difference": BLUNT}, "d"))
    assert row[2:4] == [say.p_value(0.1)] * 2
    convincing = replace(BLUNT, smallest_p=0.01)
    (row,), _ = cells(effects.designs(say, {"difference": convincing}, "d"))
    assert row[3] == say.p_value(0.01)


def test_a_design_that_cannot_see_a_total_stop_has_no_number_for_it(say):
    (row,), _ = cells(effects.designs(say, {"interrupted": replace(FOUND, detectable=None)}, "d"))
    assert row[4] == ".."


def test_where_nothing_was_declared_no_row_is_said_to_decide(say):
    _, notes = cells(effects.designs(say, {"interrupted": FOUND}, "d"))
    assert say("effect.note") not in notes


def check(name, outcome, found):
    return CheckResult(check=name, outcome=outcome, looked_at=7, found=found)


def test_what_refuted_comes_first_and_passing_is_no_proof(say):
    few = {"why": "too few areas", "as_clear": 1, "needed": 19}
    found = [
        check("placebo place", "for information", few),
        check("overlap", "passed", {}),
        check("bootstrap", "failed", {"p": 0.2, "formula": 0.02}),
    ]
    rows, notes = cells(effects.refutations(say, found))
    assert [row[:2] for row in rows] == [
        [say("checks.bootstrap"), say("effect.falls")],
        [say("checks.overlap"), say("effect.holds")],
    ]
    assert say("effect.not_proof") in notes


def test_no_check_is_lost_when_some_are_folded(say):
    few = {"why": "too few areas", "as_clear": 1, "needed": 19}
    passed = [check("bootstrap", "passed", {"p": 0.01, "formula": 0.02})]
    found = [check("placebo place", "for information", few), check("overlap", "passed", {})]
    page = BeautifulSoup(str(effects.refutations(say, found + passed).html), "html.parser")
    told = [th.get_text() for th in page.select("tbody th")]
    keys = ("overlap", "placebo_place", "bootstrap")
    assert told == [say(f"checks.{one}") for one in keys]
    folded = page.find("details")
    assert len(folded.select("tbody tr")) == 2 and "2" in folded.summary.get_text()


def test_a_check_that_failed_is_never_folded(say):
    failed = [
        check(one, "failed", {"p": 0.2, "formula": 0.02}) for one in ("bootstrap", "bootstrap")
    ]
    page = BeautifulSoup(str(effects.refutations(say, failed).html), "html.parser")
    assert page.find("details") is None and len(page.select("tbody tr")) == 2


def test_an_estimate_is_told_alike_on_its_page_and_in_the_table(say):
    effect = of_log("interrupted", -0.3, 0.1, 60, months=12)
    row = count(effect.ratio, low=effect.low, high=effect.high, statistic="effect", unit="ratio")
    assert effects.change(say, effect) in effects.told(say, CLEAR, row)

"""Checks in words: every outcome and every reason has its sentence, with its own numbers in it."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.methods import checks as floor
from analysis.methods.checks.dose import dose
from analysis.methods.checks.e_value import e_value
from analysis.methods.checks.leave_out import leave_out
from analysis.methods.checks.overlap import overlap
from analysis.methods.checks.placebo_outcome import placebo_outcome
from analysis.methods.checks.placebo_place import placebo_place
from analysis.methods.checks.placebo_time import placebo_time
from analysis.methods.checks.pre_trend import Slope, pre_trend
from analysis.methods.checks.selection import selection
from analysis.methods.effect import Effect, of_log
from analysis.telling import checks
from analysis.telling.text import texts, words
from analysis.words.estimates import CheckResult
from analysis.words.periods import Period


def effect(log_ratio, error=0.1, **about):
    return of_log("panel", log_ratio, error, 60, **about)


CLAIM, NONE, UNKNOWN = effect(-0.5), effect(-0.1), Effect(design="panel", refused="no fit")
BLUNT = effect(-0.5, smallest_p=0.1)
BEFORE = Period.parse("2014-01-01..2015-12-31")
DONE, PLAN, USUAL = np.tile([2.0, 10.0], 12), np.full(24, 10.0), np.full(24, 40.0)


def placebos(*log_ratios):
    return [effect(one) for one in log_ratios]


def dosed(claim, power, planned=PLAN, delivered=DONE, months=24):
    counts = USUAL[:months] * np.exp(power * delivered[:months])
    return dose(claim, counts, USUAL[:months], planned[:months], delivered[:months])


def without(kind, whole, **others):
    made = leave_out(whole, others)
    return replace(made, check=f"leave out {kind}")


def left_out(kind):
    return [
        without(kind, CLAIM, a=effect(-0.4), b=effect(-0.7)),
        without(kind, CLAIM, a=effect(-0.1), b=effect(-0.7)),
        without(kind, CLAIM, a=effect(-0.4, 0.3), b=effect(-0.7)),
        without(kind, CLAIM, a=UNKNOWN, b=effect(-0.7)),
        without(kind, NONE, a=effect(-0.4), b=effect(-0.7)),
        without(kind, CLAIM),
        without(kind, CLAIM, a=UNKNOWN),
    ]


def register(*others):
    rows = [("M1", "here", "2016-01-01", None), *others]
    measures = pd.DataFrame(rows, columns=["measure_id", "area_id", "starts", "ends"])
    for day in ("starts", "ends"):
        measures[day] = pd.to_datetime(measures[day])
    return overlap(measures, "M1", Period.parse("2014-01-01..2017-12-31"), comparison=["there"])


def counted_twice(outcome, p, formula):
    found = {"p": p, "formula": formula}
    return CheckResult(check="bootstrap", outcome=outcome, looked_at=48, found=found)


UNKNOWN_DOSE = np.full(24, np.nan)
FOUND = [
    placebo_time(CLAIM, placebos(0.0, 0.1)),
    placebo_time(NONE, placebos(0.0, 0.21, 0.0, 0.0)),
    placebo_time(CLAIM, placebos(0.0, -0.4, 0.4)),
    placebo_time(CLAIM, [*placebos(0.0, -0.4), UNKNOWN]),
    placebo_time(effect(-0.21), placebos(0.1, -0.22)),
    placebo_time(CLAIM, [BLUNT, BLUNT]),
    placebo_time(CLAIM, [UNKNOWN]),
    placebo_time(UNKNOWN, placebos(0.1)),
    placebo_place(CLAIM, [*placebos(*[0.0] * 19), UNKNOWN]),
    placebo_place(CLAIM, placebos(*[0.0] * 19, -0.6, 0.7)),
    placebo_place(CLAIM, placebos(*[0.0] * 6, 0.6)),
    placebo_place(NONE, placebos(*[0.0] * 19)),
    placebo_place(CLAIM, []),
    placebo_place(UNKNOWN, placebos(0.1)),
    placebo_outcome(CLAIM, effect(0.05)),
    placebo_outcome(CLAIM, effect(-0.4)),
    placebo_outcome(CLAIM, effect(0.4)),
    placebo_outcome(CLAIM, effect(0.05, 0.4)),
    placebo_outcome(CLAIM, replace(effect(0.05, 0.4), detectable=None)),
    placebo_outcome(NONE, effect(0.05)),
    placebo_outcome(CLAIM, UNKNOWN),
    *left_out("area"),
    *left_out("year"),
    pre_trend(CLAIM, Slope(0.0, 0.001, 44), before=48, after=24),
    pre_trend(CLAIM, Slope(-0.02, 0.001, 44), before=48, after=24),
    pre_trend(CLAIM, Slope(0.0, 0.01, 44), before=48, after=24),
    pre_trend(NONE, Slope(0.0, 0.001, 44), before=48, after=24),
    pre_trend(UNKNOWN, Slope(0.0, 0.001, 44), before=48, after=24),
    dosed(CLAIM, -0.1),
    dosed(CLAIM, 0.1),
    dosed(effect(0.5), -0.1),
    dosed(CLAIM, 0.0),
    dosed(CLAIM, -0.1, planned=2 * PLAN),
    dosed(CLAIM, -0.1, delivered=PLAN),
    dosed(CLAIM, -0.1, months=6),
    dosed(CLAIM, 0.0, delivered=PLAN, planned=2.5 * PLAN),
    dosed(NONE, -0.1),
    dosed(UNKNOWN, -0.1),
    dose(CLAIM, USUAL, USUAL, PLAN, UNKNOWN_DOSE),
    CheckResult(check="dose", outcome="for information", looked_at=0, found={"why": "same dose"}),
    *(selection(chosen, Period.parse("2016"), BEFORE) for chosen in ("all", "lot", "worst")),
    *(selection(chosen, Period.parse("2015"), BEFORE) for chosen in ("worst", "offered")),
    *(selection("need", Period.parse(year), BEFORE) for year in ("2015", "2016")),
    selection("worst", BEFORE, BEFORE),
    selection("need", None, BEFORE),
    selection("not known", None, BEFORE),
    e_value(CLAIM),
    e_value(NONE),
    e_value(UNKNOWN),
    register(),
    register(("M2", "here", "2016-04-01", None)),
    register(("M2", "here", "2015-09-01", None), ("M3", "here", "2013-01-01", "2016-02-01")),
    register(("M2", "here", "2012-04-01", None)),
    register(("M2", "there", "2017-04-01", None)),
    counted_twice("passed", 0.01, 0.012),
    counted_twice("failed", 0.08, 0.03),
    counted_twice("for information", 0.04, 0.06),
]

SOURCES = sorted(Path(floor.__file__).parent.glob("[a-z]*.py"))
OUTCOMES = ("passed", "failed", "for information")


@pytest.fixture(scope="module", params=["sv", "en"])
def say(request):
    return words(request.param)


@pytest.fixture(scope="module")
def sv():
    return words("sv")


def only(name, outcome, why=None):
    """The first of the results with this check, outcome and reason."""
    return next(
        one for one in FOUND
        if (one.check, one.outcome, one.found.get("why")) == (name, outcome, why)
    )  # fmt: skip


@pytest.mark.parametrize("result", FOUND, ids=lambda one: f"{one.check}-{one.outcome}")
def test_every_result_is_told_in_whole_sentences(say, result):
    told = checks.told(say, result)
    assert told.endswith(".")
    assert not re.search(r"[{}]|\bnan\b|\binf\b|  ", told)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_outcome_and_reason_in_the_source_of_a_check_is_among_the_results(source):
    """So a new one without a sentence fails here."""
    code = ast.parse(source.read_text("utf-8"))
    seen = [one for one in FOUND if one.check.startswith(source.stem.replace("_", " "))]
    assert {one.outcome for one in seen} == {*OUTCOMES} & strings(code)
    assert {one.found["why"] for one in seen if "why" in one.found} == reasons(code)


def strings(tree):
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}


def reasons(code):
    """Texts under "why", in what is called why, and beside what a helper returns."""
    found = set()
    for node in ast.walk(code):
        if isinstance(node, ast.Dict):
            found |= {
                text for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and key.value == "why" for text in strings(value)
            }  # fmt: skip
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "why":
            found |= strings(node.value)
        elif isinstance(node, ast.FunctionDef) and node.name == "_why_not":
            found |= strings(node)
        elif isinstance(node, ast.Return) and node.value:
            pairs = [one for one in ast.walk(node.value) if isinstance(one, ast.Tuple)]
            found |= {text for pair in pairs for text in strings(pair.elts[-1])}
    return {text for text in found if isinstance(text, str)} - {"", "why", *OUTCOMES}


def test_every_text_of_a_check_is_used_by_some_result(say):
    used = {f"{one.check.replace(' ', '_')}_{part}" for one in FOUND for part in checks._parts(one)}
    assert used == set(texts(say.language)["check"])


def test_every_check_has_a_name(say):
    for one in FOUND:
        assert say(f"checks.{one.check.replace(' ', '_')}")


def test_a_sentence_holds_the_numbers_of_its_check(sv):
    def say(name, outcome, why=None):
        return checks.told(sv, only(name, outcome, why)).replace("\u00a0", " ")

    # e^(-.4), e^(-.4 - .2), e^(-.4 + .2): two errors of .1 either way; e^(-.5)
    assert "−33 % (osäkerhet −45 % till −18 %), mot −39 %" in say("placebo outcome", "failed")
    assert "Vid 2 av 3 tidigare datum" in say("placebo time", "failed")
    few = say("placebo place", "for information", "too few areas")
    assert few.startswith(
        "1 av 7 andra stadsdelar, där åtgärden inte fanns, fick minst lika tydligt"
    )
    assert few.endswith("det behövs minst 19.")
    assert "(p = 0,050)" in say("placebo place", "passed")  # one of twenty
    assert say("dose", "passed").startswith("Av det planerade blev 60 % gjort.")
    assert ": −55 % (" in say("dose", "passed")  # e^(-.1 * 8)
    assert "−21 % om året" in say("pre trend", "failed")  # e^(-.02 * 12)
    assert "−15 % om året" in say("pre trend", "passed")  # e^(-.5 * 12 / 36)
    assert "2,7 gånger" in say("e value", "for information")  # 1.649 + sqrt(1.649 * .649)
    twice = say("bootstrap", "failed")
    assert "p = 0,080 med simulerade serier, p = 0,030 med formel" in twice
    assert say("overlap", "failed").startswith("Även M2 började eller slutade här inom 6 månader")
    assert "Tiden 2014 är fri från dem (hela månader: 12)." in say("selection", "failed")


def test_two_measures_near_the_start_are_both_named(sv):
    both = ("M2", "here", "2015-09-01", None), ("M3", "here", "2013-01-01", "2016-02-01")
    assert checks.told(sv, register(*both)).startswith("Även M2 och M3 började eller slutade här")


@pytest.mark.parametrize(("whole", "without_it"), [(-0.5, "−10"), (0.5, "+11")])
def test_what_is_left_without_one_is_the_weakest_of_either_direction(sv, whole, without_it):
    weak, strong = effect(whole / 5), effect(whole)
    told = checks.told(sv, without("year", effect(whole), **{"2014": weak, "2015": strong}))
    assert f"Utan 2014 blir skillnaden {without_it}" in told


def test_an_area_is_told_by_its_name(read):
    areas = {"stadsdel:131": effect(-0.1), "stadsdel:132": effect(-0.7)}
    found = replace(leave_out(CLAIM, areas), check="leave out area")
    say = words("sv", read)
    assert f"Utan {say.name('stadsdel:131')} blir" in checks.told(say, found)


def test_one_value_is_not_told_as_a_range(sv):
    told = checks.told(sv, only("leave out area", "for information", "cannot do without"))
    assert "blir skillnaden −50\u00a0%, mot" in told


def test_what_could_not_be_reckoned_is_told_and_never_dropped(sv):
    tried = placebo_time(CLAIM, [*placebos(0.0, 0.1), UNKNOWN, UNKNOWN])
    assert checks.told(sv, tried).endswith("Datum där det inte gick att räkna: 2.")


def test_a_reason_without_a_sentence_is_an_error(sv):
    new = CheckResult(
        check="dose", outcome="for information", looked_at=0, found={"why": "full moon"}
    )
    with pytest.raises(KeyError, match=r"check\.dose_full_moon"):
        checks.told(sv, new)

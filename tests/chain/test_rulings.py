"""One rule from estimate to verdict: clear, refuted, the other way, less than hoped, too blunt."""

import pytest

from analysis.chain import rulings
from analysis.chain.analysis import Aimed, Cause, CauseAnalysis
from analysis.chain.evaluation import Evaluation
from analysis.chain.evaluation_plan import EvaluationPlan
from analysis.methods.effect import Effect
from analysis.methods.interrupted import Interrupted
from analysis.words.estimates import CheckResult
from analysis.words.verdicts import Verdict


def evaluation(low, ratio, high, *, failed=(), hoped=0.75, beside=None, wanted="less", **effect):
    told = Effect(design="interrupted_with_comparison", ratio=ratio, low=low, high=high, **effect)
    return with_effect(told, failed, hoped, beside, wanted)


def with_effect(effect, failed=(), hoped=0.75, beside=None, wanted="less"):
    plan = EvaluationPlan(measure_id="M1", area_id="a", hoped=hoped, wanted=wanted)
    nothing = dict.fromkeys(("plan", "months", "counts", "fitted", "counterfactual", "low", "high"))
    return Evaluation(
        plan=plan,
        found=Interrupted(effect=effect, contrast=None, **nothing),
        beside=beside or {},
        checks=tuple(
            CheckResult(check=name, outcome="failed", looked_at=1, found={}) for name in failed
        ),
        near=None, moved=None, saved=None, foreseen=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "ruling", "reason"),
    [
        (evaluation(0.5, 0.6, 0.9), "supported", "clear"),
        (evaluation(0.5, 0.6, 0.9, failed=["overlap"]), "not identifiable", "check failed"),
        (evaluation(1.1, 1.3, 1.6), "not supported", "the other way"),
        (evaluation(1.1, 1.3, 1.6, failed=["dose"]), "not identifiable", "check failed"),
        (evaluation(0.85, 0.95, 1.1, failed=["dose"]), "not identifiable", "check failed"),
        (evaluation(0.70, 0.95, 1.1, failed=["dose"]), "not identifiable", "too blunt"),
        (evaluation(0.85, 0.95, 1.1), "not supported", "less than hoped"),
        (evaluation(0.70, 0.95, 1.1), "not identifiable", "too blunt"),
        (evaluation(0.70, 0.95, 1.1, hoped=None), "not identifiable", "too blunt"),
        (evaluation(1.1, 1.3, 1.6, wanted="more", hoped=1.2), "supported", "clear"),
        (evaluation(0.5, 0.6, 0.9, smallest_p=0.1), "not identifiable", "too blunt"),
    ],
)
def test_the_verdict_follows_interval_checks_and_what_was_hoped(found, ruling, reason):
    verdict = rulings.of_measure(found)
    assert (verdict.ruling, verdict.reason) == (ruling, reason)


def test_a_refusal_is_the_reason_and_never_a_no():
    verdict = rulings.of_measure(with_effect(Effect(design="interrupted", refused="no fit")))
    assert (verdict.ruling, verdict.reason) == ("not identifiable", "no fit")


def test_a_design_that_points_the_other_way_takes_the_support_back():
    up = Effect(design="difference", ratio=1.2)
    told = rulings.of_measure(evaluation(0.5, 0.6, 0.9, beside={"difference": up}))
    assert (told.ruling, told.reason) == ("not identifiable", "designs disagree")
    alone = rulings.of_measure(evaluation(0.5, 0.6, 0.9, beside={"before_and_after": up}))
    assert alone.ruling == "supported"


def test_the_failed_checks_travel_with_the_verdict():
    told = rulings.of_measure(evaluation(0.5, 0.6, 0.9, failed=["overlap", "placebo time"]))
    assert told.failed == ("overlap", "placebo time")


def cause(name, *measures, rival=False):
    aimed = tuple(Aimed(measure_id=m, title_sv="", title_en="", findings=()) for m in measures)
    return Cause(
        cause_id=name, side="situation", kind="triggering", cause_sv="", cause_en="", rival=rival,
        step=None, bases=(), owner="", measures=aimed,
    )  # fmt: skip


def test_a_clear_effect_without_a_comparison_is_not_supported():
    alone = with_effect(Effect(design="interrupted", ratio=0.5, low=0.3, high=0.8))
    told = rulings.of_measure(alone)
    assert (told.ruling, told.reason) == ("not identifiable", "nothing compared")


def test_a_cause_is_strengthened_only_by_a_measure_that_was_evaluated():
    causes = (cause("C1", "M1", "M2"), cause("C2", "M2"), cause("C3"), cause("C4", "M9"),
              cause("C5", "M1", rival=True))  # fmt: skip
    analysis = CauseAnalysis(
        problem_id="P", title_sv="", title_en="", area_id="a", owner="", causes=causes
    )
    ruled = {
        "M1": Verdict(kind="measure", subject="M1", ruling="supported", reason="clear"),
        "M2": Verdict(kind="measure", subject="M2", ruling="not identifiable", reason="too blunt"),
    }
    told = [(v.subject, v.ruling, v.reason) for v in rulings.of_causes(analysis, ruled)]
    assert told == [
        ("C1", "not identifiable", "measure worked"),
        ("C2", "not identifiable", "no effect shown"),
        ("C3", "not identifiable", "no measure"),
        ("C4", "not identifiable", "not evaluated"),
        ("C5", "not identifiable", "no design"),
    ]

"""From what was found to what may be said, by one rule that knows no measure and no claim.

A clear figure that a check refutes, or that other designs contradict, is not told as an effect; an
unclear one is "no" only where it leaves out what was hoped for, else it cannot be told.
"""

from math import log

from analysis.chain.analysis import CauseAnalysis
from analysis.chain.evaluation import Evaluation
from analysis.methods.effect import Effect
from analysis.words.verdicts import Verdict

ESTIMATED = (
    "clear", "the other way", "less than hoped", "check failed", "designs disagree", "too blunt",
    "nothing compared",
)  # fmt: skip
FOR_SIGN = ("difference", "difference_with_near", "difference_near_modelled", "synthetic")


def of_measure(found: Evaluation) -> Verdict:
    """The verdict on one measure.

    Returns
    -------
    Verdict
        "supported": the declared design compares areas, its interval leaves out no effect in the
        wanted direction, no check failed, and no other design points the other way.
        "not supported": the interval leaves out the hoped ratio, or no effect in the other
        direction, and no check failed. "not identifiable" with the reason otherwise: the key of
        the refusal, "check failed", "designs disagree", "nothing compared" for a clear effect of a
        lone series, or "too blunt" where neither no effect nor the hoped one is left out.
    """
    effect, wanted = found.effect, _wanted(found.plan.wanted)
    about = {"kind": "measure", "subject": found.plan.measure_id, "design": effect.design}
    if not effect.known:
        return Verdict(ruling="not identifiable", reason=effect.refused, **about)
    missed = found.plan.hoped and not reaches(effect, found.plan.hoped)
    if effect.direction == "unclear" and not missed:
        return Verdict(ruling="not identifiable", reason="too blunt", **about)
    if found.failed:
        about |= {"failed": found.failed}
        return Verdict(ruling="not identifiable", reason="check failed", **about)
    if effect.direction == wanted and effect.design == "interrupted":
        return Verdict(ruling="not identifiable", reason="nothing compared", **about)
    if effect.direction == wanted:
        if contradicted(effect, found.beside):
            return Verdict(ruling="not identifiable", reason="designs disagree", **about)
        return Verdict(ruling="supported", reason="clear", **about)
    if effect.direction != "unclear":
        return Verdict(ruling="not supported", reason="the other way", **about)
    return Verdict(ruling="not supported", reason="less than hoped", **about)


def _wanted(wanted: str) -> str:
    return "fewer" if wanted == "less" else "more"


def contradicted(effect: Effect, beside: dict[str, Effect]) -> bool:
    """Whether another design that compares areas points the other way."""
    others = [beside[name] for name in FOR_SIGN if name in beside and beside[name].known]
    return any(one.ratio and log(one.ratio) * log(effect.ratio) < 0 for one in others)


def reaches(effect: Effect, hoped: float) -> bool:
    """Whether the interval holds the hoped ratio, or goes beyond it.

    Examples
    --------
    >>> reaches(Effect(design="interrupted", ratio=0.95, low=0.85, high=1.06), 0.8)
    False
    """
    return effect.low <= hoped if hoped < 1 else effect.high >= hoped


def of_causes(analysis: CauseAnalysis, ruled: dict[str, Verdict]) -> list[Verdict]:
    """The verdict on each cause of a problem: what the evaluated measures that aim at it say.

    Parameters
    ----------
    analysis
        Of the problem.
    ruled
        Verdicts on measures, by their id.

    Returns
    -------
    list of Verdict
        All "not identifiable": with the reason "measure worked" when a measure against the cause
        had a supported effect, since something that it changed mattered, and nothing says that it
        was this cause; else "no measure", "not evaluated" or "no effect shown". A rival is "no
        design".
    """
    return [_of_cause(cause, ruled) for cause in analysis.causes]


def _of_cause(cause, ruled: dict[str, Verdict]) -> Verdict:
    about = {"kind": "cause", "subject": cause.cause_id}
    if cause.rival:
        return Verdict(ruling="not identifiable", reason="no design", **about)
    if not cause.measures:
        return Verdict(ruling="not identifiable", reason="no measure", **about)
    found = [ruled[m.measure_id] for m in cause.measures if m.measure_id in ruled]
    found = [one for one in found if one.reason in ESTIMATED]
    if not found:
        return Verdict(ruling="not identifiable", reason="not evaluated", **about)
    best = next((one for one in found if one.ruling == "supported"), None)
    if best is not None:
        reason, about["design"] = "measure worked", best.design
        return Verdict(ruling="not identifiable", reason=reason, **about)
    return Verdict(ruling="not identifiable", reason="no effect shown", **about)

"""An effect on something that the measure cannot move.

When new lamps seem to lower fraud as well, something else did: fewer reports, a new system, a
common wind. The check also knows when it could not have seen such a wind, and then never passes.
"""

from analysis.methods.effect import Effect
from analysis.words.estimates import CheckResult


def placebo_outcome(effect: Effect, other: Effect) -> CheckResult:
    """Whether a crime that the measure cannot move moved with the one it should.

    Failed means that it clearly moved in the same direction: some of the estimate, or all of it,
    belongs to what moved both. Passed means that it did not, and that a common movement as large
    as the claimed effect would have been seen four times out of five. Passed is not proof: a cause
    that moves only the one crime goes unseen, and so does a smaller common one. For information
    when it would not have been seen ("too blunt"), when the other crime clearly moved the other way
    ("other way"), when there is nothing to refute ("no claim") or nothing to go by
    ("no estimate").

    Parameters
    ----------
    effect
        On the crime that the measure is for.
    other
        Of the same design on a crime that it cannot move, named before looking. A crime that
        offenders could turn to instead is not such a one.

    Returns
    -------
    CheckResult
        ``looked_at`` the months after the start. ``found``: ``effect`` and ``other`` with
        ``low`` and ``high``, the ratios; ``seen`` the ratio of the other crime that would have
        been seen, on the side of the effect, where there is one.

    Notes
    -----
    With 4 and 20 events a month, a common drop by half failed in 59 and 76 % of worlds, and a
    crime that stood still in 2-3 % (tests/recovery).

    References
    ----------
    Lipsitch, Tchetgen Tchetgen & Cohen (2010), Negative controls, Epidemiology 21:383.

    Examples
    --------
    >>> from analysis.methods.effect import of_log
    >>> burglary, fraud = of_log("panel", -0.5, 0.1, 60), of_log("panel", -0.4, 0.1, 60)
    >>> placebo_outcome(burglary, fraud).outcome
    'failed'
    """
    if not effect.known or other.low is None:
        return CheckResult(
            check="placebo outcome", outcome="for information", looked_at=other.months,
            found={"why": "no estimate"},
        )  # fmt: skip
    found = {
        "effect": effect.ratio, "other": other.ratio, "low": other.low, "high": other.high,
    } | _seen(effect, other)  # fmt: skip
    outcome, why = _verdict(effect, other, found.get("seen"))
    return CheckResult(
        check="placebo outcome",
        outcome=outcome,
        looked_at=other.months,
        found=found | ({"why": why} if why else {}),
    )


def _seen(effect: Effect, other: Effect) -> dict[str, float]:
    if other.detectable is None:
        return {}
    return {"seen": other.detectable if effect.ratio <= 1 else 1 / other.detectable}


def _verdict(effect: Effect, other: Effect, seen: float | None) -> tuple[str, str]:
    if effect.direction == "unclear":
        return "for information", "no claim"
    if other.direction == effect.direction:
        return "failed", ""
    if other.direction != "unclear":
        return "for information", "other way"
    sharp = seen is not None and other.can_convince
    if sharp and (seen >= effect.ratio if effect.direction == "fewer" else seen <= effect.ratio):
        return "passed", ""
    return "for information", "too blunt"

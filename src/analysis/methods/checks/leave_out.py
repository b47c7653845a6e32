"""An effect that hangs on one area, or on one year.

One quiet summer on one square can carry the mean of five districts. Each is left out in turn,
and a verdict that goes with one of them is not told as the measure's.
"""

from collections.abc import Callable
from math import log

import numpy as np

from analysis.methods.effect import Effect
from analysis.words.estimates import CheckResult

LEAST_LEFT = 0.5


def without_each(design: Callable[[np.ndarray], Effect], labels: np.ndarray) -> dict[str, Effect]:
    """What the design finds with each area, or each year, left out.

    Parameters
    ----------
    design
        Takes which rows (or months) are kept, a mask of the shape of ``labels``. Months left out
        become missing, so that the months around them keep their distance.
    labels
        The area of each row, or the year of each month.

    Examples
    --------
    >>> whole = np.array([4.0, 6.0, 8.0])
    >>> found = without_each(lambda kept: whole[kept].mean(), np.array([2015, 2016, 2017]))
    >>> {left_out: float(mean) for left_out, mean in found.items()}
    {'2015': 7.0, '2016': 6.0, '2017': 5.0}
    """
    labels = np.asarray(labels)
    return {str(label): design(labels != label) for label in dict.fromkeys(labels.tolist())}


def leave_out(whole: Effect, without: dict[str, Effect]) -> CheckResult:
    """Whether a clear verdict goes when one area, or one year, is left out.

    Failed means that without one of them the verdict is gone and less than half of the effect
    (on the log scale) is left, or that it points the other way: it is that area's or that year's
    story. Passed means that every one can be left out and the verdict stays. Passed is not proof:
    what befell all of them alike is not seen. For information when the verdict goes but most
    of the effect stays ("narrow": fewer areas say less, and nothing worse), when leaving one
    out leaves no estimate ("cannot do without"), when there is nothing to refute ("no claim")
    or nothing to go by ("nothing left out", "no estimate").

    Parameters
    ----------
    whole
        The estimate with everything.
    without
        The same without each area or year, by what was left out (:func:`without_each`). One
        kind at a time; the only treated area is not left out of its own estimate.

    Returns
    -------
    CheckResult
        ``looked_at`` how many were left out in turn. ``found``: ``whole``, ``lowest`` and
        ``highest`` ratio and what had been left out (``lowest_without``, ``highest_without``);
        ``undone`` how many undo the verdict, ``left`` the least share of the effect that stays and
        ``left_without`` what was then left out, ``refused`` how many leave no estimate.

    References
    ----------
    Abadie, Diamond & Hainmueller (2015), Am. J. Polit. Sci. 59:495 (leave-one-out).

    Examples
    --------
    >>> from analysis.methods.effect import of_log
    >>> whole = of_log("panel", -0.5, 0.2, 60)
    >>> without = {"lundby": of_log("panel", -0.1, 0.2, 60), "askim": of_log("panel", -0.7, 0.2, 60)}
    >>> found = leave_out(whole, without)
    >>> found.outcome, found.found["left_without"]
    ('failed', 'lundby')
    """  # noqa: E501
    told = {label: one for label, one in without.items() if one.known and one.ratio > 0}
    if not whole.known or not whole.ratio or not told:
        why = "no estimate" if without else "nothing left out"
        return CheckResult(
            check="leave out", outcome="for information", looked_at=len(without),
            found={"why": why},
        )  # fmt: skip
    by_ratio = sorted(told, key=lambda label: (told[label].ratio, label))
    lowest, highest = by_ratio[0], by_ratio[-1]
    found = {
        "whole": whole.ratio,
        "lowest": told[lowest].ratio, "lowest_without": lowest,
        "highest": told[highest].ratio, "highest_without": highest,
        "refused": len(without) - len(told),
    }  # fmt: skip
    if whole.direction == "unclear":
        outcome, more = "for information", {"why": "no claim"}
    else:
        outcome, more = _verdict(whole, told, found["refused"])
    return CheckResult(
        check="leave out", outcome=outcome, looked_at=len(without), found=found | more
    )


def _verdict(whole: Effect, told: dict[str, Effect], refused: int) -> tuple[str, dict]:
    left = {label: log(one.ratio) / log(whole.ratio) for label, one in told.items()}
    undone = [label for label, one in told.items() if one.direction != whole.direction]
    least = min(left, key=lambda label: (left[label], label))
    found = {"undone": len(undone), "left": left[least], "left_without": least}
    if any(left[label] < LEAST_LEFT for label in undone):
        return "failed", found
    if refused:
        return "for information", found | {"why": "cannot do without"}
    return ("for information", found | {"why": "narrow"}) if undone else ("passed", found)

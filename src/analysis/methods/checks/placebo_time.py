"""An effect that the design also finds at dates when nothing began.

A design that takes an old trend, a season or its own noise for an effect does so at other dates
too. It is run there, on the months before the measure alone, so that what the measure did cannot
leak into its own test.
"""

from collections.abc import Callable

import numpy as np

from analysis.methods.effect import Effect
from analysis.words.estimates import CheckResult


def earlier_dates(start: int, *, before: int = 24, after: int = 12, apart: int = 6) -> list[int]:
    """Months before the start at which the design can be tried, earliest first.

    Parameters
    ----------
    start
        Month index of the measure's true start.
    before, after
        Months that must lie before a date, and between it and the true start.
    apart
        Months between two dates. More dates see little more: they share their months.

    Examples
    --------
    >>> earlier_dates(48)
    [24, 30, 36]
    """
    return sorted(range(start - after, before - 1, -apart))


def at_earlier_dates(
    design: Callable[[np.ndarray, int], Effect], counts: np.ndarray, start: int, dates: list[int]
) -> list[Effect]:
    """What the design finds at each earlier date, shown only the months before the true start.

    Parameters
    ----------
    design
        Takes counts and the month index of a start; gives an effect.
    counts
        Shape (months,) or (areas, months).
    start
        Month index of the true start.
    dates
        Month indices, each before the start.

    Raises
    ------
    ValueError
        When a date is not before the start.
    """
    if late := [date for date in dates if not 0 < date < start]:
        raise ValueError(f"placebo dates {late} must lie after month 0 and before {start}.")
    return [design(counts[..., :start], date) for date in dates]


def placebo_time(effect: Effect, placebos: list[Effect]) -> CheckResult:
    """Whether the design finds effects at dates when nothing began.

    Failed means that it did: the clearest of the placebos is too clear for the best of so many
    tries. The design mistakes something older for the measure, and its estimate must not be told.
    Passed means that it found none, and none as clear as the one it claims now. Passed is not
    proof: whatever else began with the measure is invisible here. For information when the
    claimed effect is no clearer than that of some date when nothing began ("as clear before"),
    when some date was clear but no more so than so many tries may be by chance ("some clear"), or
    when nothing could have failed ("no estimate", "no placebo", "too blunt").

    Parameters
    ----------
    effect
        At the true start.
    placebos
        Of the same design at earlier dates (:func:`at_earlier_dates`).

    Returns
    -------
    CheckResult
        ``looked_at`` the placebos with an estimate. ``found``: ``clear`` how many of them the
        design would have told as an effect, ``as_clear`` how many have a p as small as the
        effect's, ``smallest`` the smallest p and ``corrected`` the same for so many tries,
        ``refused`` the dates without an estimate.

    Notes
    -----
    Placebos share their months, so their number of clear ones is not binomial: with 11 dates in 96
    months that rule failed 12 % of faultless designs. Bonferroni's holds however they hang
    together: 6-8 %, where the design's own p rejects in 7 %. An old trend that made the design
    claim an effect in 61-74 % of worlds was found in 39 % (48 months, 3 dates) and 69 % (96
    months; tests/recovery).

    References
    ----------
    Dunn (1961), JASA 56:52 (the correction); Abadie, Diamond & Hainmueller (2015), Am. J. Polit.
    Sci. 59:495 (placebos in time).

    Examples
    --------
    >>> from analysis.methods.effect import of_log
    >>> earlier = [of_log("interrupted", old, 0.2, 40) for old in (-0.1, 0.05, -0.6)]
    >>> placebo_time(of_log("interrupted", -0.5, 0.2, 60), earlier).outcome
    'failed'
    """
    tried = [one for one in placebos if one.known and one.p is not None]
    if why := _why_not(effect, tried):
        return CheckResult(
            check="placebo time", outcome="for information", looked_at=len(tried),
            found={"why": why},
        )  # fmt: skip
    smallest = min(one.p for one in tried)
    found = {
        "clear": sum(one.direction != "unclear" for one in tried),
        "as_clear": sum(one.p <= effect.p for one in tried),
        "smallest": smallest,
        "corrected": min(1.0, smallest * len(tried)),
        "refused": len(placebos) - len(tried),
    }
    outcome = "failed" if found["corrected"] <= round(1 - effect.level, 9) else "passed"
    if outcome == "passed" and effect.direction != "unclear" and found["as_clear"]:
        outcome, found = "for information", found | {"why": "as clear before"}
    elif outcome == "passed" and found["clear"]:
        outcome, found = "for information", found | {"why": "some clear"}
    return CheckResult(check="placebo time", outcome=outcome, looked_at=len(tried), found=found)


def _why_not(effect: Effect, tried: list[Effect]) -> str:
    if effect.p is None:
        return "no estimate"
    if not tried:
        return "no placebo"
    reachable = min(one.smallest_p for one in tried) * len(tried)
    return "too blunt" if reachable > round(1 - effect.level, 9) else ""

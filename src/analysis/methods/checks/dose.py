"""An effect of a measure that was not delivered, or that was greatest where least was done.

A plan is not a measure. What was delivered stands beside what was planned, and months with more
of it are held against months with less, in the same area, by what the design expected of each.
"""

from math import exp

import numpy as np

from analysis.methods.effect import Effect, detectable
from analysis.methods.poisson import Fit, fit
from analysis.words.estimates import CheckResult

LEAST_DELIVERED = 0.5
FEWEST_MONTHS = 12


def dose(
    effect: Effect,
    observed: np.ndarray,
    expected: np.ndarray,
    planned: np.ndarray,
    delivered: np.ndarray,
) -> CheckResult:
    """Whether the effect was larger in the months when more of the measure was delivered.

    Failed means that the design claims an effect, but that it was clearly greatest when least was
    done. Passed means that more was clearly followed by more effect. Passed is not proof, nor
    failed disproof: where the measure goes when crime rises, more dose meets more crime without
    causing it. For information when less than half of the plan was delivered and an effect is
    claimed all the same ("little delivered"), when the dose hardly tells ("unclear"), does not
    vary within any area ("same dose"), rests on too few months or events ("too little") or is not
    known ("dose not known"), when there is nothing to refute ("no claim") or nothing to go by
    ("no estimate").

    Parameters
    ----------
    effect
        Of the design.
    observed, expected
        Events after the start and those that the design expects without the measure, shape
        (months,) or (areas, months). A missing month is not a number.
    planned, delivered
        Dose in the same months, in one unit; not a number where it is not known what was
        delivered, and such a month tells nothing.

    Returns
    -------
    CheckResult
        ``looked_at`` the months (of all areas together) with a count and a dose. ``found``:
        ``share`` of the plan that was delivered in months where that is known; ``ratio`` with
        ``low`` and ``high`` of the month with most delivered to the one with least;
        ``seen`` the ratio below 1 that would have been found four times out of five.

    Raises
    ------
    ValueError
        When the shapes differ, a planned dose is missing or below zero, or an expected count
        is not above it.

    Notes
    -----
    Poisson regression of the counts on dose with the expected count as offset and a level for each
    area, errors for dispersion and memory. Differences between areas are left out:
    what the design expects there is off by an error that all months of an area share. In three
    areas of 4 events a month over 36 months, a dose at random whose full strength halves the count
    was found in 28 % of worlds, and one that does nothing but follows crime failed in all
    (tests/recovery).

    References
    ----------
    Hill (1965), Proc. R. Soc. Med. 58:295 (biological gradient).

    Examples
    --------
    >>> from analysis.methods.effect import of_log
    >>> done = np.tile([0.0, 10.0], 12)
    >>> counts = np.where(done > 0, 20.0, 40.0)
    >>> claim = of_log("interrupted", -0.4, 0.1, 60)
    >>> found = dose(claim, counts, np.full(24, 40.0), np.full(24, 10.0), done)
    >>> found.outcome, round(found.found["ratio"], 2)
    ('passed', 0.5)
    """
    observed, expected, planned, delivered = (
        np.atleast_2d(np.asarray(one, dtype=float))
        for one in (observed, expected, planned, delivered)
    )
    _validated(observed, expected, planned, delivered)
    told = ~np.isnan(delivered)
    if not planned[told].any():
        return CheckResult(
            check="dose", outcome="for information", looked_at=0, found={"why": "dose not known"}
        )
    share = float(delivered[told].sum() / planned[told].sum())
    counts = np.where(told, observed, np.nan)
    gradient, why = _gradient(counts, expected, np.where(told, delivered, 0.0), effect.level)
    outcome, why = _verdict(effect, gradient, share, why)
    return CheckResult(
        check="dose",
        outcome=outcome,
        looked_at=int((~np.isnan(counts)).sum()),
        found={"share": share} | gradient | ({"why": why} if why else {}),
    )


def _validated(observed, expected, planned, delivered) -> None:
    shapes = {one.shape for one in (observed, expected, planned, delivered)}
    if len(shapes) > 1:
        raise ValueError(
            f"observed, expected, planned and delivered have shapes {sorted(shapes)}: give the "
            "same areas and months of each."
        )
    if not (planned >= 0).all():
        raise ValueError(
            f"planned dose goes down to {planned.min():g}: give what was planned in every month, "
            "0 where nothing was."
        )
    if not (expected > 0).all():
        raise ValueError(f"expected counts go down to {expected.min():g}: they must be above 0.")


def _gradient(counts, expected, delivered, level) -> tuple[dict[str, float], str]:
    """What the most delivered month does to the count, or why that cannot be told."""
    varies = [
        area for area, known in enumerate(~np.isnan(counts))
        if known.any() and np.ptp(delivered[area, known]) > 0
    ]  # fmt: skip
    if not varies:
        return {}, "same dose"
    counts, expected, delivered = counts[varies], expected[varies], delivered[varies]
    with_events = np.nansum(counts, axis=1) > 0
    if (~np.isnan(counts[with_events])).sum() < FEWEST_MONTHS:
        return {}, "too little"
    found = _fit(counts[with_events], expected[with_events], delivered[with_events])
    return (_told(found, level), "") if found.settled[0] else ({}, "too little")


def _fit(counts, expected, delivered) -> Fit:
    """One regression of all areas, laid end to end with a missing month between."""
    known = delivered[~np.isnan(counts)]
    part = (delivered - known.min()) / np.ptp(known)
    area = np.repeat(np.arange(len(counts)), counts.shape[1] + 1)
    counts, expected, part = (
        np.pad(one, ((0, 0), (0, 1)), constant_values=end).ravel()
        for one, end in ((counts, np.nan), (expected, 1.0), (part, 0.0))
    )
    levels = (area[:, None] == np.unique(area)).astype(float)
    return fit(counts, np.c_[levels, part], np.log(expected))


def _told(found: Fit, level: float) -> dict[str, float]:
    value, reach = found.parameters[0, -1], found.reach(level)[0, -1]
    return {
        "ratio": exp(value), "low": exp(value - reach), "high": exp(value + reach),
        "seen": detectable(found.errors()[0, -1], found.df[0], level),
    }  # fmt: skip


def _verdict(effect: Effect, gradient: dict, share: float, why: str) -> tuple[str, str]:
    if effect.direction == "unclear":
        return "for information", "no claim" if effect.known else "no estimate"
    fewer, more = gradient.get("high", 1) < 1, gradient.get("low", 1) > 1
    if more if effect.direction == "fewer" else fewer:
        return "failed", ""
    if share < LEAST_DELIVERED:
        return "for information", "little delivered"
    if fewer or more:
        return "passed", ""
    return "for information", why or "unclear"

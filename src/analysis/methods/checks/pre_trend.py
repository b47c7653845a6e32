"""An effect that was under way before the measure, and a test of that which could not have failed.

"The areas moved together before" is said whenever a test finds no difference in slope; with a few
events a month it finds none, whatever there is. Here the slope that would have been found is
told, with the effect that an unseen one would feign.
"""

from dataclasses import dataclass
from math import copysign, exp, log, pi

import numpy as np
from scipy import stats

from analysis.methods.effect import POWER, Effect
from analysis.methods.poisson import Fit, fit
from analysis.words.estimates import CheckResult


@dataclass(frozen=True)
class Slope:
    """The log slope a month before the start, of the treated against their comparison.

    Parameters
    ----------
    value, error
        The slope and its standard error.
    df
        Degrees of freedom of its t test.
    """

    value: float
    error: float
    df: float

    @property
    def p(self) -> float:
        """Two-sided p of no slope."""
        return float(2 * stats.t.sf(abs(self.value) / self.error, self.df))

    def seen(self, level: float = 0.95, power: float = POWER) -> float:
        """The slope that would have been found as often as ``power``, without its sign."""
        return self.error * float(
            stats.t.ppf((1 + level) / 2, self.df) + stats.t.ppf(power, self.df)
        )


def slope_before(treated: np.ndarray, comparison: np.ndarray | None = None) -> Slope:
    """The slope of the months before the start, less that of the comparison where there is one.

    Parameters
    ----------
    treated, comparison
        Counts before the start, shape (months,) or (areas, months), of one length. Areas are
        added up; a month that one of them misses is missing.

    Returns
    -------
    Slope
        By Poisson regression on time and a yearly season, with errors for dispersion and memory.
        A shock that both share is in both errors, so against a comparison they err on the large
        side.

    Raises
    ------
    ValueError
        When there are too few months, or no events to tell a slope from.

    Examples
    --------
    >>> months = np.arange(36)
    >>> round(slope_before(50 * np.exp(-0.02 * months)).value, 4)
    -0.02
    """
    own = _line(treated)
    value, error, df = own.parameters[0, 1], own.errors()[0, 1], own.df[0]
    if comparison is not None:
        other = _line(comparison)
        value = value - other.parameters[0, 1]
        error = np.hypot(error, other.errors()[0, 1])
        df = min(df, other.df[0])
    return Slope(float(value), float(error), float(df))


def _line(counts: np.ndarray) -> Fit:
    counts = np.atleast_2d(counts).sum(axis=0)
    time = np.arange(len(counts))
    year = 2 * pi * time / 12
    found = fit(counts, np.c_[np.ones(len(time)), time - time.mean(), np.cos(year), np.sin(year)])
    if not found.settled[0]:
        raise ValueError(
            f"{np.nansum(counts):g} events in {len(counts)} months before the start give no slope: "
            "take longer before, or more areas together."
        )
    return found


def pre_trend(effect: Effect, slope: Slope, *, before: int, after: int) -> CheckResult:
    """Whether the treated were already moving away from their comparison.

    Failed means that they clearly were: the estimate holds some of what was under way. Passed
    means that they were not, and that a slope steep enough to feign the whole estimate would have
    been found four times out of five. Passed is not proof: a gentler slope can hide and feign
    part of the estimate, and no slope before is no promise of none after. For information when
    such a slope would not have been found ("too blunt", the usual case at this scale), when
    there is nothing to refute ("no claim") or nothing to go by ("no estimate").

    Parameters
    ----------
    effect
        Of a design that compares levels before and after, with or without a comparison. A design
        that carries the slope on is not tested by it.
    slope
        Before the start (:func:`slope_before`, or of an event study).
    before, after
        Months of the baseline and after the start that the estimate rests on.

    Returns
    -------
    CheckResult
        ``looked_at`` the months before. ``found``: ``slope`` the ratio a year and its ``p``;
        ``seen`` the ratio a year, in the direction of the effect, that would have been found four
        times out of five; ``feigned`` the effect that this slope would feign, and ``needed`` the
        ratio a year that would feign the estimate.

    Notes
    -----
    A steady log slope moves the mean after from the mean before by the slope times the distance
    of their middles, (before + after) / 2 months. Keeping only estimates that passed does not
    cure them: the bias among them is nearly that among all (tests/recovery).

    References
    ----------
    Roth (2022), Pretest with caution, AER: Insights 4:305.

    Examples
    --------
    >>> from analysis.methods.effect import of_log
    >>> found = pre_trend(of_log("panel", -0.4, 0.15, 60), Slope(0.0, 0.01, 44), before=48, after=24)
    >>> found.outcome, round(found.found["feigned"], 2)
    ('for information', 0.36)
    """  # noqa: E501
    if not effect.known or not effect.ratio:
        return CheckResult(
            check="pre trend", outcome="for information", looked_at=before,
            found={"why": "no estimate"},
        )  # fmt: skip
    apart = (before + after) / 2
    needed = log(effect.ratio) / apart
    seen = copysign(slope.seen(effect.level), needed)
    found = {
        "slope": exp(12 * slope.value), "p": slope.p, "seen": exp(12 * seen),
        "feigned": exp(seen * apart), "needed": exp(12 * needed),
    }  # fmt: skip
    if slope.p <= round(1 - effect.level, 9):
        outcome = "failed"
    elif effect.direction == "unclear":
        outcome, found = "for information", found | {"why": "no claim"}
    elif abs(seen) > abs(needed):
        outcome, found = "for information", found | {"why": "too blunt"}
    else:
        outcome = "passed"
    return CheckResult(check="pre trend", outcome=outcome, looked_at=before, found=found)

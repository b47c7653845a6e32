"""A baseline taken from the months for which the areas were chosen.

The three worst of ten districts get better whatever is done: some of what made them worst was
chance. A baseline that holds those months calls that an effect, and a comparison with the
districts that were not chosen makes it worse. Such a baseline fails here, and the clean one is
given instead.
"""

from datetime import timedelta

from analysis.words.estimates import CheckResult
from analysis.words.periods import Period
from analysis.words.questions import one_of

RULES = ("worst", "need", "offered", "all", "lot", "not known")
BY_CHANCE_OR_NOT_AT_ALL = ("all", "lot")


def clean_baseline(baseline: Period, window: Period) -> Period | None:
    """The baseline up to where the figures used for choosing begin.

    Parameters
    ----------
    baseline, window
        Both with an end.

    Returns
    -------
    Period or None
        The baseline itself when it holds no such month; None when nothing of it is left.

    Examples
    --------
    >>> clean_baseline(Period.parse("2012-01-01..2015-12-31"), Period.parse("2015"))
    Period.parse('2012-01-01..2014-12-31')
    """
    if _apart(baseline, window):
        return baseline
    last = window.start - timedelta(days=1)
    return Period(baseline.start, last) if baseline.start <= last else None


def _apart(baseline: Period, window: Period) -> bool:
    return baseline.end < window.start or window.end < baseline.start


def selection(chosen: str, window: Period | None, baseline: Period) -> CheckResult:
    """Whether the baseline is free of the figures by which the areas were chosen.

    Failed means that areas were chosen for being worst, and that the baseline holds some of the
    months that made them so: they would have got better by themselves, by an amount that no
    design on these months can tell from an effect. Passed means that the baseline lies outside
    those months, or that the choice was by lot or took every area. Passed is not proof: areas in
    need may differ in what comes next, and the months just before the window are kin to it.
    For information when areas were chosen by need and the baseline holds the months that showed it
    ("need"), when they were offered it or asked for it ("offered"), when the months are not
    known ("window not known"), or the rule is not ("rule not known").

    Parameters
    ----------
    chosen
        How: ``worst`` (by figures), ``need`` (by judgement), ``offered``, ``all``, ``lot`` or
        ``not known``.
    window
        The span of the figures used for choosing; None when not known, or none were used.
    baseline
        The span that the design takes as before.

    Returns
    -------
    CheckResult
        ``looked_at`` the whole months of the baseline. ``found``: ``chosen``; where there is a
        window, ``usable_from`` and ``usable_until``, the first and last day of the clean baseline,
        empty where none is left, and ``usable_months``.

    Raises
    ------
    WrongQuestion
        When the rule is none of these.
    ValueError
        When a span has no end.

    References
    ----------
    Galton (1886), J. Anthropol. Inst. 15:246; Barnett, van der Pols & Dobson (2005), Regression to
    the mean, Int. J. Epidemiol. 34:215.

    Examples
    --------
    >>> found = selection("worst", Period.parse("2015"), Period.parse("2014-01-01..2015-12-31"))
    >>> found.outcome, found.found["usable_until"]
    ('failed', '2014-12-31')
    """
    one_of("the rule by which areas were chosen", chosen, RULES)
    for name, span in (("baseline", baseline), ("window", window)):
        if span is not None and span.end is None:
            raise ValueError(f"{name} {span} has no end: say until when its figures were used.")
    outcome, why = _verdict(chosen, window, baseline)
    usable = {} if window is None else _usable(clean_baseline(baseline, window))
    return CheckResult(
        check="selection",
        outcome=outcome,
        looked_at=_months(baseline),
        found={"chosen": chosen} | usable | ({"why": why} if why else {}),
    )


def _verdict(chosen: str, window: Period | None, baseline: Period) -> tuple[str, str]:
    if chosen in BY_CHANCE_OR_NOT_AT_ALL:
        return "passed", ""
    if chosen == "not known":
        return "for information", "rule not known"
    if chosen == "offered":
        return "for information", "offered"
    if window is None:
        return "for information", "window not known"
    if _apart(baseline, window):
        return "passed", ""
    return ("failed", "") if chosen == "worst" else ("for information", "need")


def _usable(clean: Period | None) -> dict[str, str | int]:
    if clean is None:
        return {"usable_from": "", "usable_until": "", "usable_months": 0}
    return {
        "usable_from": str(clean.start), "usable_until": str(clean.end),
        "usable_months": _months(clean),
    }  # fmt: skip


def _months(span: Period) -> int:
    """Whole calendar months in the span."""
    after = span.end + timedelta(days=1)
    first = span.start.year * 12 + span.start.month + (span.start.day > 1)
    return max(0, after.year * 12 + after.month - first)

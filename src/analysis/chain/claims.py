"""A claim is tried like any measure: what could have shown it, what the figures allow, the verdict.

That one thing came after another is no cause here, and a figure that only its own maker has is no
comparison: a claim of that kind is "not identifiable" until somebody has what would settle it.
"""

from math import ceil

import numpy as np
from scipy import stats

from analysis.data.results import Results, pick
from analysis.measurement.comparison import Series
from analysis.methods import poisson
from analysis.methods.effect import Effect, of_log
from analysis.methods.screening import survivors
from analysis.words.estimates import Estimate
from analysis.words.verdicts import Verdict

TURN = 2014  # the police dated the fall to September of this year: it counts on no side
FEWEST_YEARS = 6


def rulings(claims: list[str], rows: Results, departures: list[Estimate]) -> list[Verdict]:
    """The verdict on each claim, from a period's results.

    Parameters
    ----------
    claims
        Keys of the claims.
    rows
        The period's results.
    departures
        Of the screened kinds of crime.
    """
    known = {"shootings-down": _fell, "local-differences": _differ}
    found = []
    for claim in claims:
        ruling, reason = (
            known[claim](rows, departures)
            if claim in known
            else ("not identifiable", WHY_NOT.get(claim, "no design"))
        )
        found.append(Verdict(kind="claim", subject=claim, ruling=ruling, reason=reason))
    return found


WHY_NOT = {
    "arrests-cause": "one after the other",
    "less-safe": "two methods",
    "coordinated-effect": "before and after alone",
}


def _fell(rows: Results, _) -> tuple[str, str]:
    changes = pick(rows, statistic="change", definition="confirmed shootings", series="annual")
    measured = [e for e in changes if e.method == "change" and e.known]
    if not measured or not measured[0].beyond(1):
        return "not identifiable", "within noise"
    return ("supported", "fell") if measured[0].value < 1 else ("not supported", "rose")


def _differ(rows: Results, departures: list[Estimate]) -> tuple[str, str]:
    """In level when the probable ranks of two areas do not meet, and in change when one shows.

    The claim holds both, so that either alone does not support it.
    """
    ranks = pick(rows, statistic="rank")
    levels = bool(ranks) and max(e.low for e in ranks) > min(e.high for e in ranks)
    if survivors(departures):
        if levels:
            return "supported", "levels and changes differ"
        return "not identifiable", "changes differ"
    return "not identifiable", "levels differ" if levels else "within noise"


def designs(yearly: Series) -> dict[str, Effect]:
    """What could have shown that arrests brought shootings down, and what there is of it.

    Returns
    -------
    dict of Effect
        "yearly_step": the years after the police's own turn against those before it, whatever the
        cause. The two designs that could find a cause are refused, each with its reason.
    """
    return {
        "yearly_step": step(yearly),
        "interrupted": Effect(design="interrupted", refused="yearly figures"),
        "difference": Effect(design="difference", refused="no comparison"),
    }


def step(yearly: Series, turn: int = TURN) -> Effect:
    """The level of the years after a turn against those before, the year itself left out.

    Returns
    -------
    Effect
        Quasi-Poisson with errors for dispersion and memory. Refused "too few years" with fewer
        than six, or fewer than two on a side. The turn was named by somebody who had seen the
        figures; in simulated series with their dispersion a step was found in 1-5 %.

    References
    ----------
    McCullagh & Nelder (1989), Generalized Linear Models, ch. 6.
    """
    kept = [e for e in yearly if e.known and e.period.year != turn]
    after = np.array([e.period.year > turn for e in kept], dtype=float)
    counts = np.array([e.value for e in kept])
    if len(kept) < FEWEST_YEARS or min(after.sum(), (1 - after).sum()) < 2:
        return Effect(design="yearly_step", refused="too few years")
    fit = poisson.fit(counts, np.c_[np.ones(len(kept)), after])
    if not fit.settled[0]:
        return Effect(design="yearly_step", refused="no events")
    return of_log(
        "yearly_step",
        float(fit.parameters[0, 1]),
        float(fit.errors()[0, 1]),
        float(fit.df[0]),
        months=int(12 * after.sum()),
        expected=float(counts[after == 0].mean() * after.sum()),
        observed=float(counts[after == 1].sum()),
        dispersion=float(fit.dispersion[0]),
        memory=float(fit.memory[0]),
    )


def answers_needed(before: float, after: float, level: float = 0.95) -> int:
    """How many must have answered each time for two shares to differ by more than chance.

    Parameters
    ----------
    before, after
        Shares of one, unlike each other.

    Notes
    -----
    Simple random samples of equal size; a design effect multiplies it.

    Examples
    --------
    >>> answers_needed(0.73, 0.85)
    87
    """
    z = stats.norm.ppf((1 + level) / 2)
    spread = before * (1 - before) + after * (1 - after)
    return ceil(z**2 * spread / (after - before) ** 2)

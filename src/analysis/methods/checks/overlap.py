"""An effect of two measures, told as that of one.

Lamps and foot patrols that begin on the same square in the same spring cannot be told apart by
any count of what follows. The register knows what else began, and this asks it.
"""

from collections.abc import Collection

import pandas as pd

from analysis.words.estimates import CheckResult
from analysis.words.periods import Period

MONTHS = 6


def overlap(
    measures: pd.DataFrame,
    measure: str,
    window: Period,
    *,
    same: Collection[str] = (),
    comparison: Collection[str] = (),
    months: int = MONTHS,
) -> CheckResult:
    """Whether another measure could have done what is put down to this one.

    Failed means that another measure in the same area began or ended within so many months of
    this one's start: what followed followed both, and no design on these counts can part them.
    Passed means that the register knows of no other measure in the area or its comparison
    in the months that the design looks at. Passed is not proof: the register holds what its
    owners entered, and not what others did. For information when others ran in those months but
    did not change near the start ("others ran"), or changed in a comparison area, where they
    make the comparison worse ("comparison changed").

    Parameters
    ----------
    measures
        Columns ``measure_id``, ``area_id``, ``starts`` and ``ends`` (dates; missing when it still
        runs), one row a measure.
    measure
        The id of the one that is judged.
    window
        The months that the design looks at, before and after.
    same
        Ids of areas that hold this one's area or lie in it; its own is always among them.
    comparison
        Ids of areas that it is compared with.
    months
        How near its start another change is too near.

    Returns
    -------
    CheckResult
        ``looked_at`` the other measures of the register. ``found``: ``near`` how many in the
        area changed near the start, and ``which``; ``running`` how many in the area touch the
        window; ``in_comparison`` how many began or ended in a comparison area in the window.

    Raises
    ------
    ValueError
        When the register does not hold the measure once.

    Examples
    --------
    >>> register = pd.DataFrame({
    ...     "measure_id": ["M1", "M2"], "area_id": ["lundby", "lundby"],
    ...     "starts": pd.to_datetime(["2016-01-01", "2016-03-01"]), "ends": [pd.NaT, pd.NaT],
    ... })
    >>> found = overlap(register, "M1", Period.parse("2014-01-01..2017-12-31"))
    >>> found.outcome, found.found["which"]
    ('failed', 'M2')
    """
    own = measures[measures.measure_id == measure]
    if len(own) != 1:
        raise ValueError(f"measure {measure!r} stands {len(own)} times in the register, not once.")
    start, area = own.starts.iloc[0], own.area_id.iloc[0]
    others = measures[measures.measure_id != measure].sort_values("measure_id")
    here = others[others.area_id.isin({area, *same})]
    near = here[_near(here.starts, start, months) | _near(here.ends, start, months)]
    running = here[_touches(here, window)]
    there = others[others.area_id.isin(set(comparison) - {area, *same})]
    changed = there[_inside(there.starts, window) | _inside(there.ends, window)]
    outcome, why = _verdict(len(near), len(changed), len(running))
    return CheckResult(
        check="overlap",
        outcome=outcome,
        looked_at=len(others),
        found={
            "near": len(near), "which": "; ".join(near.measure_id), "running": len(running),
            "in_comparison": len(changed), "months": months,
        } | ({"why": why} if why else {}),
    )  # fmt: skip


def _near(dates: pd.Series, start: pd.Timestamp, months: int) -> pd.Series:
    dates = pd.to_datetime(dates)
    apart = (dates.dt.year - start.year) * 12 + dates.dt.month - start.month
    return apart.abs() <= months


def _inside(dates: pd.Series, window: Period) -> pd.Series:
    return pd.to_datetime(dates).between(*_ends(window))


def _touches(measures: pd.DataFrame, window: Period) -> pd.Series:
    first, last = _ends(window)
    ends = pd.to_datetime(measures.ends)
    return (measures.starts <= last) & (ends.isna() | (ends >= first))


def _ends(window: Period) -> tuple[pd.Timestamp, pd.Timestamp]:
    last = pd.Timestamp.max if window.end is None else pd.Timestamp(window.end)
    return pd.Timestamp(window.start), last


def _verdict(near: int, changed: int, running: int) -> tuple[str, str]:
    if near:
        return "failed", ""
    if changed:
        return "for information", "comparison changed"
    return ("for information", "others ran") if running else ("passed", "")

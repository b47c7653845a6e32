"""A number never travels alone.

What leaves a method is an Estimate: the value with its interval, what was
counted, where, when, by whose definition and from which source. Two of them
cannot be subtracted or ranked by hand; that is the like-for-like guard's work.
"""

from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from analysis.words.periods import Period

STATUSES = (
    "final", "as stated", "revised", "preliminary", "derived", "suppressed", "not available",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One number and everything a reader needs to judge it.

    Parameters
    ----------
    statistic
        What kind of number: count, rate, share, dispersion, usual range, change, trend, rank ...
    definition
        What was measured, by the key of its definition: ``assault``, ``confirmed shootings``.
    value, low, high
        The estimate and its interval; None where there is none to give.
    unit
        What one unit of ``value`` is, by its key: ``crimes``, ``per 1000 inhabitants``, ``ratio``.
    n
        How much it rests on: events, years or answers; None where the source does not say.
    area, scheme
        Where, and in which division of areas.
    period
        When; ``reference`` is the earlier period of a change.
    status
        final, as stated (the source does not say), revised, preliminary, derived, suppressed or
        not available.
    series
        Which of several rival series or survey methods the value belongs to.
    vintage
        As of when the figures are.
    source, method
        Keys of the source record (several parted by "; ") and of the method card.
    p, q, dispersion
        p value, the same after false discovery control, and variance over mean, where they apply.
    note
        The key of what the reader must be told with it.
    """

    statistic: str
    definition: str
    value: float | None
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    unit: str
    n: float | None = None
    area: str
    scheme: str
    period: Period
    reference: Period | None = None
    status: str = "final"
    series: str = ""
    vintage: str = ""
    source: str = ""
    method: str = ""
    p: float | None = None
    q: float | None = None
    dispersion: float | None = None
    note: str = ""

    def __post_init__(self):
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r} must be one of {', '.join(STATUSES)}.")
        if (self.value is None) != (self.status in ("not available", "suppressed")):
            raise ValueError(f"value {self.value!r} does not go with status {self.status!r}.")
        if self.low is not None and not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} lies outside its interval {self.low} to {self.high}.")

    @property
    def known(self) -> bool:
        """Whether there is a value at all; missing is not zero."""
        return self.value is not None

    def beyond(self, null: float) -> bool:
        """Whether the interval leaves out ``null``, the value of "no difference"."""
        return self.low is not None and not self.low <= null <= self.high

    def row(self) -> dict[str, Any]:
        """The estimate as one flat row, periods by their names."""
        row = {f.name: getattr(self, f.name) for f in fields(self)}
        row["period"] = str(self.period)
        row["reference"] = "" if self.reference is None else str(self.reference)
        return row

    def __repr__(self) -> str:
        if not self.known:
            return f"{self.status} ({self.definition}, {self.area}, {self.period})"
        interval = "" if self.low is None else f" ({self.low:.4g} to {self.high:.4g})"
        return f"{self.value:.4g}{interval} {self.unit}"

    def _refuse(self, other):
        raise TypeError(
            "Estimates are not compared by hand: ask LikeForLike(before, after), which checks "
            "that they measure the same thing, and give the pair to a method."
        )

    __sub__ = __truediv__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse


def frame(estimates: list[Estimate]) -> pd.DataFrame:
    """Estimates as a table, one row each, in the order given."""
    return pd.DataFrame([e.row() for e in estimates], columns=[f.name for f in fields(Estimate)])


def from_frame(rows: pd.DataFrame) -> list[Estimate]:
    """The estimates that a table holds; the inverse of :func:`frame`."""
    estimates = []
    for row in rows.to_dict("records"):
        row = {name: None if pd.isna(value) else value for name, value in row.items()}
        for text in ("series", "vintage", "source", "method", "note"):
            row[text] = row[text] or ""
        row["period"] = Period.parse(row["period"])
        row["reference"] = Period.parse(row["reference"]) if row["reference"] else None
        estimates.append(Estimate(**row))
    return estimates


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What a check found: ``passed``, ``failed`` or ``for information``, and how many it looked at.

    ``found`` holds the numbers that its sentence needs, by name.
    """

    check: str
    outcome: str
    looked_at: int
    found: dict[str, Any]

    def __post_init__(self):
        if self.outcome not in ("passed", "failed", "for information"):
            raise ValueError(f"outcome {self.outcome!r} is not passed, failed or for information.")

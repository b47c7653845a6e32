"""The like-for-like guard: the only way to set one value beside another.

Nine months against twelve, one police area against another, a first figure
against a revised one: such a pair cannot be formed here, and what is refused
says which part differs and what would make it comparable.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis.words.estimates import Estimate
from analysis.words.periods import Period

PARTS = (
    "statistic", "definition", "unit", "series", "scheme", "area", "period", "span", "status",
    "value",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One part in which two values are not alike."""

    part: str
    before: str
    after: str


class NotComparable(Exception):
    """Two values that must not be compared; ``differences`` says why, part by part."""

    def __init__(self, before: Estimate, after: Estimate, differences: list[Difference]):
        self.before, self.after, self.differences = before, after, differences
        parts = "; ".join(f"{d.part}: {d.before} against {d.after}" for d in differences)
        super().__init__(
            f"{before.value} and {after.value} are not like for like ({parts}). Choose two values "
            "with the same definition, series, area division, span of months and status."
        )


@dataclass(frozen=True)
class LikeForLike:
    """Two values that may be compared; methods take this and nothing else.

    Parameters
    ----------
    before, after
        The two values. ``along`` "time" compares one place in two periods; ``along``
        "area" two places of one division in one period.
    accept
        Parts in which they may differ all the same. It is the caller's word that the
        difference does not matter, and it travels with the result as a note.

    Raises
    ------
    NotComparable
        With every part that differs.

    Examples
    --------
    >>> whole = Estimate(statistic="count", definition="shootings", value=40, unit="shootings",
    ...     area="a", scheme="s", period=Period.parse("2016"))
    >>> part = Estimate(statistic="count", definition="shootings", value=15, unit="shootings",
    ...     area="a", scheme="s", period=Period.parse("2017-01-01..2017-09-30"))
    >>> LikeForLike(whole, part)
    Traceback (most recent call last):
    analysis.measurement.comparison.NotComparable: 40 and 15 are not like for like (span: 12 months against 9 months). Choose two values with the same definition, series, area division, span of months and status.
    """  # noqa: E501

    before: Estimate
    after: Estimate
    along: str = "time"
    accept: tuple[str, ...] = ()

    def __post_init__(self):
        found = [d for d in differences(self.before, self.after, self.along)]
        if refused := [d for d in found if d.part not in self.accept]:
            raise NotComparable(self.before, self.after, refused)

    @property
    def accepted(self) -> list[Difference]:
        """The differences that the caller has answered for."""
        return differences(self.before, self.after, self.along)

    @property
    def exposure(self) -> tuple[float, float]:
        """How long each value was collected, in months where both are whole months, else days."""
        spans = self.before.period, self.after.period
        if all(span.months for span in spans):
            return spans[0].months, spans[1].months
        return spans[0].days, spans[1].days


def differences(before: Estimate, after: Estimate, along: str = "time") -> list[Difference]:
    """Every part in which two values are not alike, in the order of ``PARTS``."""
    same = {"time": "area", "area": "period"}[along]
    parts = ["statistic", "definition", "unit", "series", "scheme", "status", same]
    found = [
        Difference(part, str(getattr(before, part)), str(getattr(after, part)))
        for part in parts
        if getattr(before, part) != getattr(after, part)
    ]
    if along == "time" and _length(before.period) != _length(after.period):
        found.append(Difference("span", span_words(before.period), span_words(after.period)))
    if not (before.known and after.known):
        found.append(Difference("value", str(before.value), str(after.value)))
    return sorted(found, key=lambda d: PARTS.index(d.part))


def side_by_side(estimates: list[Estimate]) -> list[Estimate]:
    """The estimates themselves, once each is known to be comparable with the first across areas.

    Raises
    ------
    NotComparable
        For the first one that is not.
    """
    for other in estimates[1:]:
        LikeForLike(estimates[0], other, along="area")
    return estimates


def _length(period: Period) -> tuple:
    if period.months:
        return ("months", period.months, period.start.month)
    if period.kind == "week":
        return ("week", period.start.isocalendar().week)
    return ("days", period.days, period.start.month, period.start.day)


def span_words(period: Period) -> str:
    """How long a span is, in words: "9 months", "220 days", "not stated"."""
    if period.end is None:
        return "not stated"
    return f"{period.months} months" if period.months else f"{period.days} days"


@dataclass(frozen=True)
class Series:
    """Values of one place and one definition over the same span of each year; like for like all.

    Unknown values stay in their place: ``complete`` tells whether there are any.

    Raises
    ------
    NotComparable
        When two neighbours in it are not like for like.
    ValueError
        When two values are given for one span.
    """

    estimates: tuple[Estimate, ...]

    def __init__(self, estimates: Iterable[Estimate]):
        ordered = tuple(sorted(estimates, key=lambda e: e.period.start))
        for before, after in pairwise(ordered):
            if after.period.start == before.period.start:
                raise ValueError(
                    f"two values of {after.definition} in {after.area} {after.period}."
                )
            unknown = {"value", "status"} if not (before.known and after.known) else set()
            if wrong := [d for d in differences(before, after) if d.part not in unknown]:
                raise NotComparable(before, after, wrong)
        object.__setattr__(self, "estimates", ordered)

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self.estimates)

    def __len__(self) -> int:
        return len(self.estimates)

    @property
    def values(self) -> np.ndarray:
        """The values as numbers, NaN where unknown."""
        return np.array([np.nan if e.value is None else e.value for e in self], dtype=float)

    @property
    def complete(self) -> bool:
        """Whether every span has a value and no year between the first and the last is left out."""
        steps = all(
            after.period.year_before == before.period for before, after in pairwise(self.estimates)
        )
        return steps and all(e.known for e in self)

    @property
    def period(self) -> Period:
        """From the first day of the first span to the last day of the last."""
        return Period(self.estimates[0].period.start, self.estimates[-1].period.end)

    def until(self, period: Period) -> "Series":
        """The spans up to and including ``period``."""
        return Series(e for e in self if e.period.start <= period.start)

    def before(self, period: Period) -> "Series":
        """The spans before ``period``."""
        return Series(e for e in self if e.period.start < period.start)

    def at(self, period: Period) -> Estimate | None:
        """The value of one span, None when the series does not hold it."""
        return next((e for e in self if e.period == period), None)

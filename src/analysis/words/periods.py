"""Spans of time that say how long they are.

Nine months are never set beside twelve by accident, and a span whose end the
source does not state stays open instead of being guessed.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from analysis.words.questions import WrongQuestion

_DAY = r"\d{4}-\d{2}-\d{2}"
_MONTHS_IN = {"year": 12, "half": 6, "tertial": 4, "quarter": 3, "month": 1}
_LETTER = {"half": "H", "tertial": "T", "quarter": "Q"}
_FORMS = "2017, 2017H1, 2017T2, 2017Q3, 2017-09, 2017-W36 or 2017-01-01..2017-09-30"


@dataclass(frozen=True, order=True)
class Period:
    """A span of whole days, both ends included; ``end`` is None when the source does not say.

    Examples
    --------
    >>> Period.parse("2017Q3").previous
    Period.parse('2017Q2')
    >>> Period.parse("2017-01-01..2017-09-30").months
    9
    """

    start: date
    end: date | None

    def __post_init__(self):
        if self.end is not None and self.end < self.start:
            raise WrongQuestion(f"a period cannot end {self.end} before it starts {self.start}.")

    @classmethod
    def parse(cls, text: str) -> "Period":
        """The period that a name stands for.

        Parameters
        ----------
        text
            A year, half, tertial, quarter, month, ISO week or ``start..end``; an
            empty end (``2017-01-01..``) is a span whose end is not stated.

        Raises
        ------
        WrongQuestion
            When the text is none of these, or names a part that does not exist.
        """
        text = str(text).strip()
        try:
            return cls._read(text)
        except (KeyError, ValueError):
            raise WrongQuestion(f"period must look like {_FORMS}, not {text!r}.") from None

    @classmethod
    def _read(cls, text: str) -> "Period":
        if text == "undated":
            return UNDATED
        if re.fullmatch(r"\d{4}", text):
            return cls.of_months(int(text), 1, 12)
        if part := re.fullmatch(r"(\d{4})([HTQ])([1-4])", text):
            kind = {letter: kind for kind, letter in _LETTER.items()}[part[2]]
            length = _MONTHS_IN[kind]
            return cls._part_of_year(int(part[1]), int(part[3]), length)
        if part := re.fullmatch(r"(\d{4})-(\d{2})", text):
            return cls._part_of_year(int(part[1]), int(part[2]), 1)
        if part := re.fullmatch(r"(\d{4})-W(\d{2})", text):
            monday = date.fromisocalendar(int(part[1]), int(part[2]), 1)
            return cls(monday, monday + timedelta(days=6))
        if part := re.fullmatch(rf"({_DAY})\.\.({_DAY})?", text):
            return cls(date.fromisoformat(part[1]), part[2] and date.fromisoformat(part[2]))
        raise ValueError(text)

    @classmethod
    def _part_of_year(cls, year: int, number: int, months: int) -> "Period":
        if not 1 <= number <= 12 // months:
            raise ValueError(number)
        return cls.of_months(year, (number - 1) * months + 1, months)

    @classmethod
    def of_months(cls, year: int, month: int, months: int) -> "Period":
        """Whole months from the first of ``month``; month 0 is December of the year before."""
        first = year * 12 + month - 1
        last = first + months - 1
        end_year, end_month = last // 12, last % 12 + 1
        return cls(
            date(first // 12, first % 12 + 1, 1),
            date(end_year, end_month, monthrange(end_year, end_month)[1]),
        )

    @property
    def days(self) -> int | None:
        """Days in the span, None while its end is not stated."""
        return None if self.end is None else (self.end - self.start).days + 1

    @cached_property
    def months(self) -> int | None:
        """Whole calendar months in the span, None when it is not made of whole months."""
        if self.end is None or self.start.day != 1:
            return None
        if self.end.day != monthrange(self.end.year, self.end.month)[1]:
            return None
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    @property
    def kind(self) -> str:
        """year, half, tertial, quarter, month, week, span, open (no end stated) or undated."""
        if self.start == date.min:
            return "undated"
        if self.end is None:
            return "open"
        for kind, length in _MONTHS_IN.items():
            if self.months == length and (self.start.month - 1) % length == 0:
                return kind
        return "week" if self.days == 7 and self.start.isoweekday() == 1 else "span"

    @property
    def year(self) -> int:
        """The year in which the span starts (of an ISO week: the year of that week)."""
        return self.start.isocalendar()[0] if self.kind == "week" else self.start.year

    @property
    def previous(self) -> "Period":
        """The span of the same kind and length that ends the day before this one starts."""
        self._needs_an_end("the period before")
        if self.months:
            return Period.of_months(self.start.year, self.start.month - self.months, self.months)
        return Period(self.start - timedelta(days=self.days), self.start - timedelta(days=1))

    @property
    def year_before(self) -> "Period":
        """The same span one year earlier; an ISO week keeps its number.

        Raises
        ------
        WrongQuestion
            For week 53 when the year before has none.
        """
        self._needs_an_end("the same span last year")
        if self.months:
            return Period.of_months(self.start.year - 1, self.start.month, self.months)
        if self.kind == "week":
            return Period.parse(f"{self.year - 1}-W{self.start.isocalendar()[1]:02d}")
        return Period(_a_year_back(self.start), _a_year_back(self.end))

    @property
    def twelve_months(self) -> "Period":
        """The year that ends with this span; the span itself when it is longer."""
        self._needs_an_end("the year that ends with")
        start = _a_year_back(self.end) + timedelta(days=1)
        return Period(min(start, self.start), self.end)

    def _needs_an_end(self, what: str) -> None:
        if self.end is None:
            raise WrongQuestion(f"{what} of {self} is not known: the source states no end.")

    def __contains__(self, other: "Period") -> bool:
        if self.end is None or other.end is None:
            return False
        return self.start <= other.start and other.end <= self.end

    def __str__(self) -> str:
        year, month = self.start.year, self.start.month
        match self.kind:
            case "undated":
                return "undated"
            case "year":
                return f"{year}"
            case "month":
                return f"{year}-{month:02d}"
            case "week":
                return f"{self.year}-W{self.start.isocalendar()[1]:02d}"
            case "half" | "tertial" | "quarter" as kind:
                return f"{year}{_LETTER[kind]}{(month - 1) // _MONTHS_IN[kind] + 1}"
        return f"{self.start}..{self.end or ''}"

    def __repr__(self) -> str:
        return f"Period.parse({str(self)!r})"


UNDATED = Period(date.min, None)


def _a_year_back(day: date) -> date:
    last = monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))

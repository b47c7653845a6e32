"""Every word a reader meets, in one file a language, and numbers as that language writes them.

A sentence is a template in ``sv.toml`` or ``en.toml``; a number reaches it only
through the formats here, so a decimal comma or a minus sign is never typed by hand.
"""

import tomllib
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files

from babel.dates import format_date, get_day_names, get_month_names
from babel.numbers import format_decimal

from analysis.data.tables import Tables
from analysis.words.estimates import Estimate
from analysis.words.periods import Period

LOCALES = {"sv": "sv_SE", "en": "en_GB"}
MINUS = "\u2212"
MISSING = ".."


def first_up(text: str) -> str:
    """A text as a sentence begins."""
    return text[0].upper() + text[1:]


def first_down(text: str) -> str:
    """A text in the middle of a sentence; only its first letter is changed."""
    return text[0].lower() + text[1:]


class Words:
    r"""The texts and formats of one language.

    Examples
    --------
    >>> words("sv").number(-1234.5, 1), words("sv").percent(0.256, 1)
    ('−1\xa0234,5', '25,6\xa0%')
    """

    def __init__(self, language: str, tables: Tables | None = None):
        self.language = language
        self.locale = LOCALES[language]
        self._texts = texts(language)
        self._names = {} if tables is None else _names(language, tables)

    def __call__(self, key: str, /, **values: str) -> str:
        """The text of a dotted key, its places filled.

        Raises
        ------
        KeyError
            When the language has no such text, or a place in it was not filled.
        """
        text = self.find(key)
        if text is None:
            raise KeyError(f"{self.language}.toml has no text {key!r}")
        return text.format(**values)

    def find(self, key: str) -> str | None:
        """The raw text of a dotted key, None when there is none."""
        found = self._texts
        for part in key.split("."):
            if not isinstance(found, dict) or part not in found:
                return None
            found = found[part]
        return found

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A number with this language's signs; ``..`` where there is none."""
        if value is None:
            return MISSING
        return _decimal(round(value, decimals) + 0.0, decimals, self.locale)

    def significant(self, value: float | None, figures: int = 3) -> str:
        """A number with about three significant figures, never in powers of ten."""
        if value is None or value == 0:
            return self.number(value)
        size = len(str(int(abs(value)))) if abs(value) >= 1 else 0
        return self.number(value, max(0, min(figures - size, 3)))

    def percent(self, share: float | None, decimals: int = 0, signed: bool = False) -> str:
        """A share of one as per cent; with a plus sign too where asked."""
        if share is None:
            return MISSING
        text = self.number(100 * share, decimals)
        space = "\u00a0" if self.language == "sv" else ""
        return ("+" if signed and round(100 * share, decimals) > 0 else "") + text + space + "%"

    def signed(self, value: float, decimals: int = 0) -> str:
        """A number with its sign, plus too."""
        return ("+" if round(value, decimals) > 0 else "") + self.number(value, decimals)

    def change(self, ratio: float | None, decimals: int = 0) -> str:
        """A ratio as a signed change: 0.96 is −4 %."""
        return MISSING if ratio is None else self.percent(ratio - 1, decimals, signed=True)

    def p_value(self, p: float | None) -> str:
        """A p value with the figures that matter."""
        if p is None:
            return MISSING
        return "< " + self.number(0.001, 3) if p < 0.001 else self.number(p, 3 if p < 0.1 else 2)

    def p_equals(self, p: float | None) -> str:
        """A p value after the letter p: "= 0,13" or "< 0,001"."""
        told = self.p_value(p)
        return told if told.startswith("<") else f"= {told}"

    def to(self, low: str, high: str) -> str:
        """From low to high, in words that survive a minus sign."""
        return self("format.to", low=low, high=high)

    def day(self, day: date | str) -> str:
        """A date as this language writes it."""
        day = date.fromisoformat(day) if isinstance(day, str) else day
        return format_date(day, "d MMMM y", locale=self.locale)

    def period(self, period: Period) -> str:
        """A span of time in words."""
        if period.kind == "undated":
            return self("format.undated")
        if period.end is None:
            return self("format.open", start=self.day(period.start))
        years = (period.start.year, period.end.year)
        if period.kind == "year":
            return str(years[0])
        if period.months and period.months % 12 == 0 and period.start.month == 1:
            return f"{years[0]}–{years[1]}"
        if period.kind == "week":
            return self("format.week", part=str(period)[-2:].lstrip("0"), year=str(period.year))
        if period.kind in ("half", "tertial", "quarter"):
            part = self(f"ordinals.{str(period)[-1]}")
            return self(f"format.{period.kind}", part=part, year=str(period.year))
        if period.months:
            return self._months(period, years)
        start = self.day(period.start)
        if years[0] == years[1]:
            start = format_date(period.start, "d MMMM", locale=self.locale)
        return f"{start}–{self.day(period.end)}"

    def _months(self, period: Period, years: tuple[int, int]) -> str:
        """Whole months; over several years the same months of each, unless they fill the years."""
        first, last = (
            format_date(day, "MMMM", locale=self.locale) for day in (period.start, period.end)
        )
        months = first if first == last else f"{first}–{last}"
        if years[0] == years[1]:
            return f"{months} {years[0]}"
        if period.months > 12 and period.months % 12:
            return f"{months} {years[0]}–{years[1]}"
        return f"{first} {years[0]}–{last} {years[1]}"

    def through(self, period: Period) -> str:
        """A span of whole months without a break: "mars 2016–september 2017"."""
        if period.kind in ("year", "month") or not period.months:
            return self.period(period)
        first, last = (
            format_date(day, "MMMM y", locale=self.locale) for day in (period.start, period.end)
        )
        return f"{first}–{last}"

    def rounded(self, value: float, figures: int = 2) -> str:
        """A number to so many figures, noughts after them: 43 000."""
        size = len(str(int(abs(value))))
        return self.number(round(value, figures - size) if size > figures else value)

    def weekday(self, day: int) -> str:
        """A weekday, short; 0 is Monday."""
        return get_day_names("abbreviated", locale=self.locale)[day].rstrip(".")

    def month(self, number: int) -> str:
        """A month, short; 1 is January."""
        return get_month_names("abbreviated", locale=self.locale)[number].rstrip(".")

    def listed(self, things: list[str]) -> str:
        """Things in a row with "and" before the last."""
        if len(things) < 2:
            return "".join(things)
        conjunction = self("format.and", first="", last="")
        key = "and_also" if any(conjunction in thing for thing in things) else "and"
        return self(f"format.{key}", first=", ".join(things[:-1]), last=things[-1])

    def either(self, things: list[str]) -> str:
        """Things in a row with "or" before the last."""
        if len(things) < 2:
            return "".join(things)
        return self("format.or", first=", ".join(things[:-1]), last=things[-1])

    def name(self, key: str) -> str:
        """The reader's word for an area id, a crime item or another definition.

        Raises
        ------
        KeyError
            When neither the workspace nor the language file names it.
        """
        if key in self._names:
            return self._names[key]
        if key not in self._texts["definitions"]:
            raise KeyError(f"{self.language}.toml has no definition {key!r}")
        return self._texts["definitions"][key]

    def counted(self, count: Estimate) -> str:
        """A count with what it counts: "28 reported crimes"."""
        unit = self(f"units.{count.unit.replace(' ', '_')}")
        return f"{self.number(count.value)} {unit}"

    def amount(self, estimate: Estimate) -> str:
        """A value as its unit is told: per cent, a whole number, or three figures."""
        if estimate.unit == "%":
            return self.percent(estimate.value / 100)
        if float(estimate.value).is_integer():
            return self.number(estimate.value)
        return self.significant(estimate.value)

    def inside(self, key: str) -> str:
        """A name in the middle of a sentence."""
        return first_down(self.name(key))

    def sorting(self, name: str) -> str:
        """What a name is sorted by: å, ä and ö come last, as Swedish has them."""
        return name.casefold().translate(str.maketrans("åäö", "{|}"))

    def called(self, key: str) -> str:
        """The reader's word for a key, or the key itself where a city has made it up on its own."""
        if key in self._names or key in self._texts["definitions"]:
            return self.name(key)
        return self.find(f"themes.{key}") or key

    def status(self, estimate: Estimate) -> str:
        """Final, preliminary ... in the reader's words."""
        return self(f"status.{estimate.status.replace(' ', '_')}")

    def reason(self, estimate: Estimate) -> str:
        """Why there is no value, in the reader's words."""
        return self(f"reasons.{estimate.note.replace(' ', '_')}")


@lru_cache(maxsize=4096)  # a figure asks for the same few, over and over, while it is laid out
def _decimal(value: float, decimals: int, locale: str) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=locale).replace("-", MINUS)


@cache
def texts(language: str) -> dict:
    """The whole text file of one language."""
    return tomllib.loads((files("analysis.telling") / f"{language}.toml").read_text("utf-8"))


def words(language: str, tables: Tables | None = None) -> Words:
    """The texts and formats of a language, with the names of a workspace's areas and items."""
    return Words(language, tables)


def _names(language: str, tables: Tables) -> dict[str, str]:
    items, areas = tables["crime_items"], tables["areas"]
    named = [
        zip(items["item"], items[f"label_{language}"], strict=True),
        zip(areas.area_id, areas.area, strict=True),
    ]
    questions, codes = tables["survey_items"], tables["survey_codes"]
    named.append(zip(questions["item"], questions[f"text_{language}"], strict=True))
    named.append(zip(codes["item"] + ":" + codes.code, codes[f"label_{language}"], strict=True))
    return {key: name for pairs in named for key, name in pairs}

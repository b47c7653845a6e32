"""Brå's tables with years beside each other, and which of them may not be compared.

A starred year (2016*) was asked in another way; here the star stays with the number, and an
interval belongs to the year in its heading alone.
"""

import re
from pathlib import Path

import pandas as pd

from analysis.data.formats.bra_sheets import Lines, sheets
from analysis.data.formats.received import Received, refusals
from analysis.words.questions import WrongQuestion, one_of

COLUMNS = ["section", "group", "year", "method", "value", "low", "high", "raw_line"]
_YEAR = re.compile(r"(\d{4}) ?(\*?)")
_LIMIT = re.compile(r".*\b(undre|övre|ovre)\b.*?(\d{4})\*?", re.IGNORECASE)


def read(files: list[Path], options: dict) -> Received:
    """One sheet: a row a group and year.

    Parameters
    ----------
    files
        Editions; the last one is read.
    options
        ``{"sheet": "4A.1"}``, which must be given.

    Returns
    -------
    Received
        ``section`` (what the first column says when there are two, else blank), ``group`` (with
        plain hyphens), ``year``, ``method`` (plain, or starred: not comparable with it),
        ``value``, and ``low`` and ``high`` for the year that has an interval. ``raw_line`` is the
        row of the sheet.

    Raises
    ------
    WrongQuestion
        When the sheet is not named, is not there, or has no row of years.
    """
    for option in options:
        one_of("option of bra-ntu", option, ("sheet",))
    book = sheets(files[-1])
    name = one_of(f"sheet of {files[-1].name}", options.get("sheet", ""), book)
    lines = book[name]
    top = next((n for n, line in enumerate(lines) if any(map(_YEAR.fullmatch, line))), None)
    if top is None:
        raise WrongQuestion(f"sheet {name!r} of {files[-1].name} has no row of years.")
    return _rows(name, lines, top)


def _rows(name: str, lines: Lines, top: int) -> Received:
    years = {
        column: found for column, text in enumerate(lines[top]) if (found := _YEAR.fullmatch(text))
    }
    limits = _limits(lines[top], years)
    labels = min(years)
    known = {*years, *(column for pair in limits.values() for column in pair.values())}
    rows, refused, section = [], [], ""
    for number, line in enumerate(lines[top + 1 :], start=top + 2):
        *above, group = (text.replace("–", "-") for text in line[:labels]) if labels else ("",)
        section = next(filter(None, above), section)
        if not any(line[labels:]):
            continue
        if why := _strange(line, group, labels, known):
            refused.append((number, f"sheet {name!r}: {why}"))
            continue
        rows += [
            [section, group, year[1], "starred" if year[2] else "plain", line[column],
             *(line[limits[column][end]] if end in limits.get(column, {}) else ""
               for end in ("low", "high")), number]
            for column, year in years.items()
        ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({name: "str" for name in COLUMNS[:-1]})
    return Received(frame.astype({"raw_line": "int64"}), refusals(refused))


def _limits(headings: list[str], years: dict[int, re.Match]) -> dict[int, dict[str, int]]:
    """The columns with the limits of the interval, by the column of their year."""
    places = {year[1]: column for column, year in years.items()}
    limits: dict[int, dict[str, int]] = {}
    for column, text in enumerate(headings):
        found = _LIMIT.fullmatch(text)
        if found and found[2] in places:
            end = "low" if found[1].casefold() == "undre" else "high"
            limits.setdefault(places[found[2]], {})[end] = column
    return limits


def _strange(line: list[str], group: str, labels: int, known: set[int]) -> str:
    """Why a line with numbers cannot be used; blank when it can."""
    if not group:
        return "numbers without a group"
    other = [text for column, text in enumerate(line) if column >= labels and column not in known]
    return "numbers in a column without a year" if any(other) else ""

"""Brå's workbook of indicators for a municipality, its two kinds of sheets read each in its way.

Reported crimes and the survey's shares stand side by side in it; here a count is never taken for
a rate, a limit of an interval never for a share, and a column that is not understood is told.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from analysis.data.formats.bra_sheets import Lines, filled_right, sheets, title
from analysis.data.formats.received import Received, refusals
from analysis.words.questions import WrongQuestion, one_of

REPORTED = ["sheet", "title", "place", "year", "measure", "value", "raw_line"]
SURVEY = ["sheet", "title", "place", "year", "value", "low", "high", "raw_line"]
MEASURES = {"antal": "count", "per 100 000 inv": "per_100000"}
_MEASURED = re.compile(r"(antal|per 100 000 inv)\.? (\d{4})", re.IGNORECASE)
_SURVEYED = re.compile(r"\bNTU \d{4} ?[-–] ?\d{4}|^Antal svarande")
_YEAR = re.compile(r"\d{4}")

Found = tuple[list[list], list[tuple[int, str]]]


def read_reported(files: list[Path], options: dict) -> Received:
    """Reported crimes: every number of the sheets with "(anmälda)" in their names.

    Parameters
    ----------
    files
        Editions; the last one is read.
    options
        None.

    Returns
    -------
    Received
        ``sheet``, ``title``, ``place``, ``year``, ``measure`` (count or per_100000) and
        ``value``. ``raw_line`` is the row of the sheet.

    Raises
    ------
    WrongQuestion
        When there is no such sheet, or one has no year in its second row.
    """
    return _read(files[-1], options, "reported", _is_reported, _reported, REPORTED)


def read_survey(files: list[Path], options: dict) -> Received:
    """The survey (NTU): every year and place of its sheets.

    Parameters
    ----------
    files
        Editions; the last one is read.
    options
        None.

    Returns
    -------
    Received
        ``sheet``, ``title``, ``place``, ``year``, ``value``, and ``low`` and ``high``, the limits
        of the interval. ``raw_line`` is the row of the sheet.

    Raises
    ------
    WrongQuestion
        When there is no such sheet, or one has no years with headings and places above.
    """
    return _read(files[-1], options, "ntu", _is_survey, _survey, SURVEY)


def _is_reported(name: str, lines: Lines) -> bool:
    return "(anmälda)" in name.casefold()


def _is_survey(name: str, lines: Lines) -> bool:
    return not _is_reported(name, lines) and bool(_SURVEYED.search(title(lines)))


def _read(
    file: Path,
    options: dict,
    kind: str,
    wanted: Callable[[str, Lines], bool],
    read: Callable[[str, Lines], Found],
    columns: list[str],
) -> Received:
    """The rows of every sheet that is wanted."""
    for option in options:
        one_of(f"option of bra-lagesbild-{kind}", option, ())
    book = sheets(file)
    found = [read(name, lines) for name, lines in book.items() if wanted(name, lines)]
    if not found:
        raise WrongQuestion(
            f"{file} has no sheet that bra-lagesbild-{kind} reads; its sheets are "
            f"{', '.join(book)}."
        )
    rows = pd.DataFrame([row for rows, _ in found for row in rows], columns=columns)
    rows = rows.astype({name: "str" for name in columns[:-1]} | {"raw_line": "int64"})
    return Received(rows, refusals([one for _, refused in found for one in refused]))


def _reported(name: str, lines: Lines) -> Found:
    """The numbers of a sheet with places below each other and years beside each other."""
    headings = lines[1] if len(lines) > 1 else []
    columns = {place: _MEASURED.fullmatch(text) for place, text in enumerate(headings)}
    if not any(columns.values()):
        raise WrongQuestion(
            f"sheet {name!r} has no column such as 'Antal 2015' or 'Per 100 000 inv 2015' in its "
            f"second row: it has {', '.join(filter(None, headings)) or 'nothing'}."
        )
    rows, refused = [], []
    for line, place, column, value in _cells(lines, first=2):
        measured = columns.get(column)
        if value == "" and measured is None:
            continue
        if measured is None or not place:
            about = f"column {headings[column]!r}" if place else "a line without a place"
            refused.append((line, f"sheet {name!r}: {value!r} stands in {about}"))
        else:
            measure = MEASURES[measured[1].casefold()]
            rows.append([name, title(lines), place, measured[2], measure, value, line])
    return rows, refused


def _cells(lines: Lines, first: int) -> Iterator[tuple[int, str, int, str]]:
    """Row, its place, column and text of each cell, save in lines that hold no number at all."""
    for number, line in enumerate(lines[first:], start=first + 1):
        if any(line[1:]):
            for column, value in enumerate(line[1:], start=1):
                yield number, line[0], column, value


def _survey(name: str, lines: Lines) -> Found:
    """The shares of a sheet with years below each other and places, in blocks, beside."""
    first = next((n for n, line in enumerate(lines) if _YEAR.fullmatch(line[0])), 0)
    blocks = _blocks(lines[first - 2], lines[first - 1]) if first >= 2 else {}
    if not blocks or any("value" not in block for block in blocks.values()):
        raise WrongQuestion(
            f"sheet {name!r} has no years in its first column with headings (Andel, KI undre, KI "
            "övre) and places above them."
        )
    rows, refused = [], []
    used = {column for block in blocks.values() for column in block.values()}
    for number, line in enumerate(lines[first:], start=first + 1):
        strange = [text for column, text in enumerate(line[1:], start=1) if column not in used]
        is_year = bool(_YEAR.fullmatch(line[0]))
        if any(line[1:]) and (not is_year or any(strange)):
            refused.append((number, f"sheet {name!r}: {line[0]!r} has numbers that have no place"))
        elif is_year:
            rows += [
                [name, title(lines), place, line[0], *_interval(block, line), number]
                for place, block in blocks.items()
            ]
    return rows, refused


def _blocks(places: list[str], headings: list[str]) -> dict[str, dict[str, int]]:
    """The columns of each place: its value, and the limits of its interval where it has them."""
    blocks: dict[str, dict[str, int]] = {}
    for column, place in enumerate(filled_right(["", *places[1:]])):
        part = _part(headings[column])
        if place and part:
            blocks.setdefault(place, {}).setdefault(part, column)
    return blocks


def _part(heading: str) -> str:
    """Which part of a block a column is; blank when it is none."""
    heading = heading.casefold()
    words = {"undre": "low", "övre": "high", "andel": "value", "antal": "value"}
    return next((part for word, part in words.items() if word in heading), "")


def _interval(block: dict[str, int], line: list[str]) -> list[str]:
    return [line[block[part]] if part in block else "" for part in ("value", "low", "high")]

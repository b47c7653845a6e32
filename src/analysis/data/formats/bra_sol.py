"""Brå's database of reported crimes, without the zeros that only say that an area was not there.

The database prints 0 for a city district in years before it was drawn and after it was abolished;
here such a zero is no value, and says why.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd
from bs4 import BeautifulSoup

from analysis.data.formats import delimited
from analysis.data.formats.bra_sheets import Lines, sheets
from analysis.data.formats.received import Received, refusals
from analysis.words.questions import WrongQuestion, one_of

COLUMNS = ["place", "item", "year", "period", "count", "per_100000", "note", "raw_line"]
VALID_FROM = {"Stadsområde * (Gbg)": 2021}
TEXT = (".txt", ".csv")
ZEROS, NO_VALUE = ("0", "-"), ("", "..", ".")
_HEADINGS = {
    "region": "place", "brott": "item", "år": "year", "period": "period", "antal": "count",
    "/100 000 inv": "per_100000",
}  # fmt: skip
_YEAR = re.compile(r"(\d{4})( ?prel\.?)?", re.IGNORECASE)
_ENDED = r"\(upphörde (\d{4})-\d{2}-\d{2}\)"
_WAY_OUT = 'Save the result as its "Databasfil" instead, which names the area in every line.'


def read(files: list[Path], options: dict) -> Received:
    """Every number of a saved result: its database file, its Excel file or its page.

    Parameters
    ----------
    files
        Editions; the last one is read: ``.txt``, or a workbook, or a table in HTML whatever its
        ending is.
    options
        ``{"valid_from": {"Stadsområde * (Gbg)": 2021}}``: since when areas have existed, by name;
        ``*`` stands for any signs. Those of Göteborg are known. That an area has ended stands in
        its own name: "(upphörde 2021-01-01)".

    Returns
    -------
    Received
        ``place``, ``item``, ``year``, ``period`` (a month or quarter, blank for a year),
        ``count``, ``per_100000`` and ``note``. A zero of a year in which the area did not exist is
        blank, and another number of such a year is refused. ``raw_line`` is the line of the file.

    Raises
    ------
    WrongQuestion
        When the file is none of the three, or does not tell which area a number is of.
    """
    file = files[-1]
    for option in options:
        one_of("option of bra-sol", option, ("valid_from",))
    valid_from = VALID_FROM | options.get("valid_from", {})
    if file.read_bytes().lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        found = _table(file, _page(file))
    elif file.suffix.lower() in TEXT:
        found = _database_file(file)
    else:
        found = _table(file, _only(file, sheets(file)))
    told = list(found)
    rows = pd.DataFrame([row for row, _ in told], columns=COLUMNS)
    rows = rows.astype({name: "str" for name in COLUMNS[:-1]} | {"raw_line": "int64"})
    reasons = pd.Series([why for _, why in told], index=rows.index, dtype="str")
    return _without_false_zeros(rows, reasons, valid_from)


def _page(file: Path) -> Lines:
    """The rows of every table in a page that holds no table itself."""
    soup = BeautifulSoup(file.read_text(delimited.encoding(file)), "html.parser")
    return [
        [" ".join(cell.get_text().split()) for cell in row.find_all(["td", "th"], recursive=False)]
        for row in soup.find_all("tr")
        if not row.find("table")
    ]


def _database_file(file: Path) -> Iterator[tuple[list, str]]:
    """The rows of the database file, whose lines may end with a semicolon."""
    lines = delimited.records(file, parted_by=";")
    headings = filter(None, _clean(next(lines, (0, [], ""))[1]))
    names = [_HEADINGS.get(text.casefold(), "") for text in headings]
    lacking = {"place", "item", "year", "period"} - {*names}
    if lacking or "" in names or names[-1] not in ("count", "per_100000"):
        raise WrongQuestion(
            f"{file} is not the database file of Brå's database: its headings should be "
            "Region;Brott;År;Period;Antal, and may have /100 000 inv."
        )
    for line, found, why in lines:
        cells = _clean(found)
        if not any(cells) and not why:
            continue
        if len(cells) == len(names) + 1 and not cells[-1]:
            cells = cells[:-1]
        if not why and len(cells) != len(names):
            why = f"has {len(cells)} cells, the heading has {len(names)}"
        told = dict.fromkeys(COLUMNS, "") | dict(zip(names, cells, strict=False))
        yield _timed(told | {"raw_line": line}, why)


def _clean(cells: list[str]) -> list[str]:
    """Cells with white space of every kind as single blanks."""
    return [" ".join(cell.replace("&nbsp;", " ").split()) for cell in cells]


def _timed(told: dict, why: str) -> tuple[list, str]:
    """A row with its year, which stands under Period when År says "År"."""
    if told["year"] == "År":
        told |= {"year": told["period"], "period": ""}
    year = _YEAR.fullmatch(told["year"])
    if year:
        told |= {"year": year[1], "note": "preliminary" if year[2] else ""}
    elif not why:
        why = f"{told['year']!r} is no year"
    return [told[name] for name in COLUMNS], why


def _table(file: Path, lines: Lines) -> Iterator[tuple[list, str]]:
    """The numbers of a table in which areas head the lines below and years stand side by side."""
    top = _top(lines)
    if top is None:
        raise WrongQuestion(f"{file} has no row of years. {_WAY_OUT}")
    years = {column: text for column, text in enumerate(lines[top]) if _YEAR.fullmatch(text)}
    if len({*years.values()}) < len(years) or any("100 000" in " ".join(line) for line in lines):
        raise WrongQuestion(
            f"{file} has numbers per 100 000 inhabitants, which cannot be told from counts there. "
            + _WAY_OUT
        )
    place, headings = "", []
    for number, line in enumerate(lines[top + 1 :], start=top + 2):
        if not any(line[1:]):
            headings += filter(None, line[:1])
            continue
        if len(headings) > 1:
            raise WrongQuestion(
                f"{file}, line {number}: which of {', '.join(headings)} is the area of the lines "
                f"below cannot be told. {_WAY_OUT}"
            )
        place, headings = (*headings, place)[0], []
        why = "" if place and line[0] else "has numbers without an area or a crime"
        if len(line) != len(lines[top]):
            why = f"has {len(line)} cells, the heading has {len(lines[top])}"
        for column, year in years.items():
            told = {
                "place": place,
                "item": line[0],
                "year": year,
                "count": "".join(line[column : column + 1]),
            }
            yield _timed(dict.fromkeys(COLUMNS, "") | told | {"raw_line": number}, why)


def _top(lines: Lines) -> int | None:
    """Where the row of years stands."""
    return next((n for n, line in enumerate(lines) if any(map(_YEAR.fullmatch, line[1:]))), None)


def _only(file: Path, book: dict[str, Lines]) -> Lines:
    """The sheet that has years."""
    found = [name for name, lines in book.items() if _top(lines) is not None]
    if len(found) > 1:
        raise WrongQuestion(f"{file} has years in more than one sheet: {', '.join(found)}.")
    return book[found[0]] if found else []


def _without_false_zeros(
    rows: pd.DataFrame, reasons: pd.Series, valid_from: dict[str, int]
) -> Received:
    """The rows that can be used, zeros of years without the area blank."""
    year = pd.to_numeric(rows.year.where(reasons == "", "")).astype("Int64")
    first = rows.place.map(lambda name: _since(name, valid_from)).astype("Int64")
    end = pd.to_numeric(rows.place.str.extract(_ENDED)[0]).astype("Int64")
    early, late = (year < first).fillna(False), (year >= end).fillna(False)
    told = pd.Series("", index=rows.index, dtype="str")
    told[early] = "the area has existed since " + first[early].astype("str")
    told[late] = "the area ended in " + end[late].astype("str")
    numbers = rows[["count", "per_100000"]]
    zero = numbers.isin(ZEROS)
    real = (early | late) & ~(zero | numbers.isin(NO_VALUE)).all(axis=1)
    reasons = reasons.mask(real & (reasons == ""), "has a number though " + told)
    false = zero[early | late].any(axis=1).reindex(rows.index, fill_value=False)
    notes = rows.note.mask(false, ("no value: " + told + "; " + rows.note).str.removesuffix("; "))
    rows = rows.assign(note=notes, **numbers.mask(zero.mul(false, axis=0), ""))
    bad = reasons != ""
    refused = refusals(list(zip(rows.raw_line[bad], reasons[bad], strict=True)))
    return Received(rows[~bad].reset_index(drop=True), refused)


def _since(place: str, valid_from: dict[str, int]) -> int | None:
    """The year since which an area has existed, where that is known; the latest that fits."""
    return max(
        (year for name, year in valid_from.items() if fnmatchcase(place, name)), default=None
    )

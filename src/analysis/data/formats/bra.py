"""Reported crimes of the municipalities, under the codes that every other source uses.

Brå's yearly file has names alone, in a new spelling now and then, and once the districts of the
three large cities between them; here a name is a municipality's or it is set aside, and a
district never passes for one.
"""

import csv
from functools import cache
from pathlib import Path

import pandas as pd

from analysis.data.formats import delimited
from analysis.data.formats.received import Received, refusals
from analysis.words.questions import WrongQuestion, one_of

HEADINGS = ("kommun", "antal", "per 100 000 inv.")
COUNTRY = ("Hela landet", "Riket")
_COLUMNS = ["municipality", "code", "kind", "count", "per_100000", "raw_line"]
_DASHES = str.maketrans("\u2013\u2011\u2212", "---")


def read(files: list[Path], options: dict) -> Received:
    """The municipalities of one year's file, with its headings (from 2023) or without (2021).

    Parameters
    ----------
    files
        Editions; the last one is read.
    options
        None; the year, which the file does not tell, is a constant of the record.

    Returns
    -------
    Received
        ``municipality`` by its plain name, its ``code``, ``kind``, ``count`` and ``per_100000``.
        In the file without headings, where municipalities are called "Ale kommun", another name
        is a ``district`` and has no code.

    Raises
    ------
    WrongQuestion
        When its headings are others, or an option is given.
    """
    file = files[-1]
    for option in options:
        one_of("option of bra-municipalities", option, ())
    lines = list(delimited.records(file, parted_by=";"))
    while lines and not any(map(str.strip, lines[-1][1])):
        lines.pop()
    has_headings = bool(lines) and not any(map(str.isdigit, "".join(lines[0][1][1:2])))
    if has_headings:
        _check_headings(file, lines.pop(0)[1])
    rows, refused = [], []
    for line, cells, why in lines:
        why = why or ("" if len(cells) == 3 else f"has {len(cells)} cells, not 3")
        row, why = ([], why) if why else _row(cells, districts=not has_headings)
        if why:
            refused.append((line, why))
        else:
            rows.append([*row, line])
    frame = pd.DataFrame(rows, columns=_COLUMNS).astype({name: "str" for name in _COLUMNS[:-1]})
    return Received(frame.astype({"raw_line": "int64"}), refusals(refused))


@cache
def municipalities() -> dict[str, str]:
    """The code of each municipality by its name, as Statistics Sweden lists them (CC0)."""
    file = Path(__file__).parents[1] / "municipalities.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["name"]: row["code"] for row in csv.DictReader(lines)}


def plain_name(name: str) -> str:
    """The municipality that a name stands for; blank when there is none.

    The genitive is taken off only where what is left is a municipality, as Borås has its own s.

    Examples
    --------
    >>> plain_name("Arjeplogs kommun"), plain_name("Borås kommun"), plain_name("Centrum")
    ('Arjeplog', 'Borås', '')
    """
    name = " ".join(name.translate(_DASHES).split())
    bare = name.removesuffix(" kommun")
    if bare in municipalities():
        return bare
    nominative = bare.removesuffix("s")
    return nominative if bare != name and nominative in municipalities() else ""


def _check_headings(file: Path, found: list[str]) -> None:
    names = tuple(" ".join(name.split()).casefold() for name in found)
    if names != HEADINGS:
        raise WrongQuestion(
            f"{file} is not Brå's file of municipalities: its headings are {'; '.join(found)}, "
            "not Kommun; Antal; Per 100 000 inv."
        )


def _row(cells: list[str], districts: bool) -> tuple[list[str], str]:
    """One line under our names, or why it is none."""
    name, count, rate = (" ".join(cell.split()) for cell in cells)
    if found := plain_name(name):
        return [found, municipalities()[found], "municipality", count, rate], ""
    if name in COUNTRY:
        return [], f"{name} is the whole country, no municipality"
    if districts and name and not name.endswith(" kommun"):
        return [name, "", "district", count, rate], ""
    return [], f"{name!r} is no municipality of Sweden"

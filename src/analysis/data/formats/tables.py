"""A table as an office saves it, every cell as text on the line where its reader finds it.

Excel hands over 2017.0, 2017-09-01 00:00:00 and a heading in two rows; a CSV file may be from
Windows. None of it may turn a row into another row, or drop one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, time
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from analysis.data.formats import delimited
from analysis.data.formats.delimited import Row
from analysis.data.formats.received import Received, refusals
from analysis.words.questions import WrongQuestion, one_of

OPTIONS = ("sheet", "heading_rows", "skip", "parted_by", "months")
TEXT, WORKBOOK, PARQUET = (".csv", ".tsv", ".txt"), (".xlsx", ".xls", ".ods"), ".parquet"
_MONTH = r"^(\d{4}-\d{2})-01$"


def read(files: list[Path], options: dict) -> Received:
    """Every cell of a text file, a workbook's sheet or a Parquet file, as text.

    Parameters
    ----------
    files
        The last is read: ``.csv``, ``.tsv``, ``.txt``, ``.xlsx``, ``.xls``, ``.ods`` or
        ``.parquet``.
    options
        ``skip``: lines above the headings. ``heading_rows``: how many rows the headings fill
        (1); a heading that is merged over several columns is meant for each of them.
        ``sheet``: its name, or its number from 1 (1). ``parted_by``: the sign between cells,
        where the headings do not tell it. ``months``: columns whose dates are months.

    Raises
    ------
    WrongQuestion
        When the file is not what its ending says, its headings are doubled or lacking, or an
        option is unknown.
    """
    file = files[-1]
    for name in options:
        one_of("option of a table", name, OPTIONS)
    ending = one_of(f"ending of {file.name}", file.suffix.lower(), (*TEXT, *WORKBOOK, PARQUET))
    if ending == PARQUET:
        received = _parquet(file)
    else:
        skip, sign = options.get("skip", 0), options.get("parted_by")
        text = ending in TEXT
        cells = delimited.records(file, skip, sign) if text else _sheet(file, options, skip)
        received = _parted(file, cells, options.get("heading_rows", 1))
    return replace(received, rows=_months(file, received.rows, options.get("months", [])))


def plain(value) -> str:
    """One value as plain text: whole numbers without decimals, a day without a time.

    Examples
    --------
    >>> plain(2017.0), plain(0.1), plain(datetime(2017, 9, 1)), plain(True)
    ('2017', '0.1', '2017-09-01', 'TRUE')
    """
    if isinstance(value, bool | np.bool_):
        return str(value).upper()
    if isinstance(value, float | np.floating):
        return np.format_float_positional(value, trim="-")
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    return str(value)


def as_text(column: pd.Series) -> pd.Series:
    """A typed column as plain text, blank where there is no value.

    Examples
    --------
    >>> as_text(pd.Series([2.0, None, 0.5])).tolist()
    ['2', '', '0.5']
    """
    places, values = pd.factorize(column)
    texts = np.array([*map(plain, values), ""], dtype=object)
    return pd.Series(texts[places], index=column.index, dtype=str)


def _parted(file: Path, cells: Iterable[Row], heading_rows: int) -> Received:
    """The rows below the headings; blank and uneven ones set aside, save blank ones at the end."""
    cells = iter(cells)
    names = _headings(file, [found for _, found, _ in islice(cells, heading_rows)])
    kept, lines, refused, blank = [], [], [], []
    for line, found, why in cells:
        if not why and not any(map(str.strip, found)):
            blank.append((line, "blank row"))
            continue
        refused += blank
        blank.clear()
        if len(found) > len(names):
            found = found[: max(len(names), _filled(found))]
        if len(found) == len(names):
            kept.append(found)
            lines.append(line)
        else:
            why = why or f"has {len(found)} cells, the heading has {len(names)}"
            refused.append((line, why))
    rows = pd.DataFrame(kept, columns=range(len(names)), dtype=str)
    rows = _named(file, rows, names).assign(raw_line=pd.Series(lines, dtype="int64"))
    return Received(rows, refusals(refused))


def _headings(file: Path, rows: list[list[str]]) -> list[str]:
    """One name a column: rows of headings joined, those above meant for the columns right of them.

    Every run of white space in a name becomes one blank, and columns without a name at the end
    are no columns.
    """
    if not any(any(map(str.strip, row)) for row in rows):
        raise WrongQuestion(
            f"{file} has no line of headings where it should: the first line, or the one after "
            'those that "options": {"skip": 3} tells.'
        )
    clean = [[" ".join(cell.split()) for cell in row] for row in rows]
    above = [_filled_right(row) for row in clean[:-1]]
    wide = max(_filled(row) for row in clean)
    padded = [row[:wide] + [""] * (wide - len(row)) for row in (*above, clean[-1])]
    names = [" ".join(filter(None, parts)) for parts in zip(*padded, strict=True)]
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    if doubled:
        raise WrongQuestion(
            f"{file} has more than one column called {', '.join(doubled)}: which is meant cannot "
            'be told. When the headings fill two rows, say so: "options": {"heading_rows": 2}.'
        )
    return names


def _filled_right(row: list[str]) -> list[str]:
    return pd.Series(row, dtype=str).replace("", None).ffill().fillna("").tolist()


def _filled(row: list[str]) -> int:
    """How many cells up to the last that is not blank."""
    return max((place for place, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _named(file: Path, rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The columns under their headings; one without a heading may hold nothing."""
    for place, name in enumerate(names):
        if not name and (rows[place].str.strip() != "").any():
            raise WrongQuestion(
                f"{file}: column {place + 1} has values but no heading, so nobody can say what "
                "they are."
            )
    named = [place for place, name in enumerate(names) if name]
    return rows[named].set_axis([names[place] for place in named], axis=1)


def _sheet(file: Path, options: dict, skip: int) -> Iterator[Row]:
    """The rows of a workbook's sheet, each with its number in Excel."""
    try:
        with file.open("rb") as content:
            book = CalamineWorkbook.from_filelike(content)
            cells = book.get_sheet_by_name(_sheet_name(file, book, options.get("sheet", 1)))
            rows = cells.to_python(skip_empty_area=False)
    except CalamineError as problem:
        raise WrongQuestion(
            f"{file} cannot be read as an Excel workbook ({problem}): save it again as "
            ".xlsx, or as CSV UTF-8."
        ) from None
    for number, row in enumerate(rows[skip:], start=skip + 1):
        yield number, [plain(value) for value in row], ""


def _sheet_name(file: Path, book: CalamineWorkbook, sheet: int | str) -> str:
    names = book.sheet_names
    if isinstance(sheet, int):
        number = one_of(f"sheet of {file.name}", str(sheet), map(str, range(1, len(names) + 1)))
        return names[int(number) - 1]
    return one_of(f"sheet of {file.name}", sheet, names)


def _parquet(file: Path) -> Received:
    try:
        table = pq.read_table(file)
    except pa.ArrowInvalid as problem:
        raise WrongQuestion(f"{file} cannot be read as Parquet: {problem}.") from None
    if nested := [field.name for field in table.schema if pa.types.is_nested(field.type)]:
        raise WrongQuestion(
            f"{file}: {', '.join(nested)} holds several values in a cell; a table has one."
        )
    typed = table.to_pandas(ignore_metadata=True, integer_object_nulls=True)
    rows = pd.DataFrame({name: as_text(typed[name]) for name in typed})
    return Received(rows.assign(raw_line=range(1, len(rows) + 1)))


def _months(file: Path, rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """The first of a month as the month, in the columns that the record names."""
    for column in columns:
        one_of(f"months: column of {file.name}", column, rows.columns)
        rows = rows.assign(**{column: rows[column].str.replace(_MONTH, r"\1", regex=True)})
    return rows

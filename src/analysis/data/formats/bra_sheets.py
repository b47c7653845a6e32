"""The sheets of Brå's workbooks as text, each line where Excel shows it.

A workbook that cannot be opened, or lacks the sheet that is asked for, says so.
"""

from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from analysis.data.formats.tables import plain
from analysis.words.questions import WrongQuestion

Lines = list[list[str]]


def sheets(file: Path) -> dict[str, Lines]:
    """Every sheet's cells by its name, with white space as single blanks.

    Raises
    ------
    WrongQuestion
        When the file is no Excel workbook.
    """
    try:
        with file.open("rb") as content:
            book = CalamineWorkbook.from_filelike(content)
            return {
                name: _text(book.get_sheet_by_name(name).to_python(skip_empty_area=False))
                for name in book.sheet_names
            }
    except CalamineError as problem:
        raise WrongQuestion(
            f"{file} cannot be read as an Excel workbook ({problem}): download it anew."
        ) from None


def _text(lines: list[list]) -> Lines:
    return [[" ".join(plain(cell).split()) for cell in line] for line in lines]


def title(lines: Lines) -> str:
    """What stands in a sheet's first cell; blank when nothing does."""
    return lines[0][0] if lines and lines[0] else ""


def filled_right(cells: list[str]) -> list[str]:
    """Each blank cell as the one left of it: a heading that is merged over several columns."""
    filled, last = [], ""
    for cell in cells:
        last = cell or last
        filled.append(last)
    return filled

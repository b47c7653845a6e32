"""Text parted by semicolons, tabs or commas, line by line as an editor shows it.

A quote that is never closed swallows the rest of a file in silence; here it stops the reading,
and neither the encoding nor the parting sign is decided from the first rows of data.
"""

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from analysis.words.questions import WrongQuestion, one_of

SIGNS = {";": "semicolon", "\t": "tab", ",": "comma"}
_BOM_8, _BOMS_16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_HEADING = re.compile(r'(?:[^"\r\n]|"[^"]*")*')
_QUOTED = re.compile(r'"[^"]*"')

Row = tuple[int, list[str], str]


def records(file: Path, skip: int = 0, parted_by: str | None = None) -> Iterator[Row]:
    """Every record of a file: the line on which it starts, its cells, and why it has none.

    Parameters
    ----------
    file
        The text file.
    skip
        How many lines stand above the headings.
    parted_by
        The parting sign; told by the headings when None.

    Raises
    ------
    WrongQuestion
        When the file is in no known encoding, its headings do not tell the parting sign, or a
        quote is not closed on the line where it was opened.
    """
    written = encoding(file)
    sign = parted_by and one_of("parted_by", parted_by, SIGNS)
    with file.open(encoding=written, newline="") as lines:
        heading = _HEADING.match("".join(islice(lines, skip, skip + 50)))[0]
    with file.open(encoding=written, newline="") as lines:
        below = islice(lines, skip, None)
        yield from _parted(file, below, skip, sign or parting_sign(file, heading))


def _parted(file: Path, lines: Iterator[str], skip: int, sign: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=sign, strict=True)
    headings = 0
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
            headings = headings or len(cells)
            long = reader.line_num > first
            if long and (swallowed := _rows_inside(cells, headings, sign)):
                yield (
                    skip + first,
                    [],
                    (
                        f"a quoted text runs to line {skip + reader.line_num} and holds what looks "
                        f"like {swallowed} more rows: close the quote where its cell ends"
                    ),
                )
            else:
                yield skip + first, cells, ""
        except StopIteration:
            return
        except csv.Error as problem:
            if reader.line_num > first or "end of data" in str(problem):
                raise WrongQuestion(
                    f"{file}, line {skip + first}: a quote that is opened there is not closed "
                    "where its cell ends, so the rows below cannot be told apart. A quote inside "
                    'a quoted text is written twice (""); ask for the file anew.'
                ) from None
            yield skip + first, [], f"cannot be parted into cells: {problem}"


def _rows_inside(cells: list[str], headings: int, sign: str) -> int:
    """How many lines inside quoted cells have as many cells as there are headings."""
    inner = [line for cell in cells if "\n" in cell for line in cell.splitlines()[1:]]
    return sum(line.count(sign) + 1 == headings > 2 for line in inner)


def encoding(file: Path) -> str:
    """How a file is encoded: by its byte order mark, else UTF-8, else Windows-1252.

    Raises
    ------
    WrongQuestion
        When its bytes are none of these.
    """
    content = file.read_bytes()
    if content.startswith(_BOMS_16):
        allowed = ("utf-16",)
    else:
        allowed = ("utf-8-sig",) if content.startswith(_BOM_8) else ("utf-8-sig", "cp1252")
    for name in allowed:
        if _is_in(content, name):
            return name
    raise WrongQuestion(
        f"{file} is not UTF-8, nor Windows-1252, nor UTF-16 with a byte order mark: save it as "
        "CSV UTF-8, or as an Excel workbook (.xlsx)."
    )


def _is_in(content: bytes, name: str) -> bool:
    try:
        content.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def parting_sign(file: Path, heading: str) -> str:
    """The sign that parts the headings into the most columns; signs inside quotes do not count.

    Parameters
    ----------
    file
        For the error.
    heading
        The line of headings.

    Raises
    ------
    WrongQuestion
        When no sign parts it, or two do so equally well.

    Examples
    --------
    >>> parting_sign(Path("x.csv"), 'Område;"Andel, procent";År')
    ';'
    """
    bare = _QUOTED.sub("", heading)
    counts = {sign: bare.count(sign) for sign in SIGNS}
    most = max(counts.values())
    if not most:
        raise WrongQuestion(
            f"{file} cannot be read as CSV: its line of headings has one column only, parted by "
            "neither semicolon, tab nor comma. When titles stand above the headings, say how "
            'many lines: "options": {"skip": 3}.'
        )
    best = [sign for sign, count in counts.items() if count == most]
    if len(best) > 1:
        raise WrongQuestion(
            f"{file} cannot be read as CSV: its headings are parted equally by "
            f"{' and '.join(SIGNS[sign] for sign in best)}. Say which it is: "
            '"options": {"parted_by": ";"}.'
        )
    return best[0]

"""Paragraphs, tables and figures as a reader's page holds them.

No figure leaves without a text that says what it shows, its description and its
numbers; every text from data is escaped here, once.
"""

import base64
import re
from dataclasses import dataclass
from functools import cache
from io import BytesIO, StringIO

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib import rcParams
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from analysis.telling.text import Words

# the fields of a method card in the order in which they are read
CARD = (
    "what", "estimand", "data", "testable", "untestable", "how", "checks", "read", "not",
    "validated", "reference",
)  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """A piece of a page; JupyterLab and the report show the same one."""

    html: Markup

    def _repr_html_(self) -> str:
        return str(self.html)

    def __add__(self, other: "Sheet") -> "Sheet":
        return Sheet(self.html + other.html)


@dataclass(frozen=True)
class Column:
    """One column of a table: its heading, and whether it holds numbers."""

    title: str
    number: bool = False


@cache
def _blocks():
    environment = Environment(
        loader=PackageLoader("analysis.telling", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("sheets.html.j2").module


def say(text: str, kind: str = "") -> Sheet:
    """One paragraph; ``kind`` is "lead", "note" or "warning"."""
    return Sheet(_blocks().paragraph(text, kind))


def bullets(texts: list[str]) -> Sheet:
    """A list of sentences."""
    return Sheet(_blocks().bullets(texts))


def callout(title: str, texts: list[str]) -> Sheet:
    """The few sentences that a reader with ten minutes must have."""
    return Sheet(_blocks().callout(title, texts))


def table(
    words: Words,
    caption: str,
    columns: list[Column],
    rows: list[tuple[str, ...]],
    notes: tuple[str, ...] = (),
    data: pd.DataFrame | None = None,
    name: str = "",
) -> Sheet:
    """A table with caption and scope; the first cell of a row is its heading.

    Parameters
    ----------
    words
        The reader's language.
    caption
        What the table shows.
    columns, rows
        Headings, and cells as text; each row as long as ``columns``.
    notes
        Sentences under the table. Signs that occur in it are explained by themselves.
    data, name
        The numbers behind it and the name of their file, offered as a download.

    Raises
    ------
    ValueError
        When a row is not as long as the headings.
    """
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"table {caption!r}: a row has {len(row)} cells, not {len(columns)}.")
    cells = {cell for row in rows for cell in row}
    signs = tuple(words("sheet.sign_missing") for _ in [1] if ".." in cells)
    html = _blocks().table(caption, columns, rows, [*notes, *signs], "")
    return Sheet(html + (download(words, data, name).html if data is not None else ""))


def download(words: Words, data: pd.DataFrame, name: str) -> Sheet:
    """A link that holds the numbers themselves, as a CSV file that opens without a network."""
    text = StringIO()
    safe = data.map(_harmless)
    safe.to_csv(text, index=False, lineterminator="\n")
    coded = base64.b64encode(text.getvalue().encode("utf-8-sig")).decode()
    label = words("sheet.download", name=f"{name}.csv")
    return Sheet(_blocks().download(label, f"{name}.csv", f"data:text/csv;base64,{coded}"))


def _harmless(cell):
    """The cell, on one line and marked as text where a spreadsheet would take it for a formula."""
    if not isinstance(cell, str):
        return cell
    line = cell.replace("\r", " ").replace("\n", " ")
    return f"'{line}" if line.lstrip().startswith(("=", "+", "-", "@")) else line


def figure(
    words: Words, drawing: Figure, alt: str, description: str, data: pd.DataFrame, name: str
) -> Sheet:
    """A drawing with its finding as alternative text, a description and its numbers.

    Parameters
    ----------
    words
        The reader's language.
    drawing
        A matplotlib figure; it becomes SVG with text as text.
    alt
        What the figure shows, the finding included: at least five words.
    description
        How to read it, under the figure for everyone.
    data, name
        The numbers that were drawn and the name of their file.

    Raises
    ------
    ValueError
        When the alternative text is too short to hold a finding.
    """
    if len(alt.split()) < 5:
        raise ValueError(f"figure {name!r}: the alt text must hold the finding, not {alt!r}.")
    picture, width, height = _svg(drawing)
    numbers = table(
        words,
        words("sheet.numbers_of", what=re.split(r"[.] (?=[A-ZÅÄÖ])", description)[0].rstrip(".")),
        [Column(str(column)) for column in data.columns],
        [tuple(cell(words, value) for value in row) for row in data.itertuples(index=False)],
        data=data,
        name=name,
    )
    inside = _blocks().details(words("sheet.numbers"), numbers.html)
    label, swipe = words("sheet.picture"), words("sheet.swipe")
    return Sheet(_blocks().figure(alt, picture, description, width, height, inside, label, swipe))


def cell(words: Words, value) -> str:
    """A value as a table shows it: numbers by the language, ``..`` where there is none."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ".."
    if isinstance(value, bool | str):
        return str(value)
    if not float(value).is_integer():
        return words.significant(float(value))
    return str(int(value)) if 1900 <= value <= 2100 else words.number(float(value))


def _svg(drawing: Figure) -> tuple[str, int, int]:
    canvas, buffer = FigureCanvasSVG(drawing), BytesIO()
    if layout := drawing.get_layout_engine():
        layout.execute(drawing)
        drawing.set_layout_engine(None)  # it is laid out; savefig would draw it once more for that
    room = drawing.get_tightbbox().padded(rcParams["savefig.pad_inches"])
    drawing.savefig(
        buffer, format="svg", dpi=canvas.fixed_dpi, bbox_inches=room, metadata={"Date": None}
    )
    svg = buffer.getvalue().decode()
    width, height = (
        round(float(re.search(rf'{side}="([\d.]+)pt"', svg)[1]) * 4 / 3)
        for side in ("width", "height")
    )
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r">\s+<", "><", svg[svg.index("<svg") :])
    svg = re.sub(r"(\d+\.\d\d)\d+", r"\1", svg)
    coded = base64.b64encode(svg.encode()).decode()
    return f"data:image/svg+xml;base64,{coded}", width, height


def details(summary: str, inside: list[Sheet]) -> Sheet:
    """Sheets that open when asked for."""
    return Sheet(_blocks().details(summary, Markup("").join(part.html for part in inside)))


def cards(words: Words, methods: list[str]) -> Sheet:
    """The cards of the methods that a report used, in the order of their names."""
    labels = [(key, words(f"card.{key}")) for key in CARD]
    found = sorted((words.find(f"methods.{m}") for m in set(methods)), key=lambda c: c["name"])
    return folded(found, labels)


def folded(records: list[dict[str, str]], labels: list[tuple[str, str]]) -> Sheet:
    """Records that open one by one: "name" on the outside, the labelled fields within."""
    return Sheet(Markup("").join(_blocks().card(record, labels) for record in records))


def facts(pairs: list[tuple[str, str]]) -> Sheet:
    """Terms and what they are."""
    return Sheet(_blocks().facts(pairs))


def heading(text: str, level: int = 2) -> Sheet:
    """A heading."""
    return Sheet(Markup("<h{0}>{1}</h{0}>").format(level, text))

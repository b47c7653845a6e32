"""Sheets: what data can fill is escaped, and no figure leaves without its text and numbers."""

import base64
import csv
import io
import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from analysis.telling import sheets
from analysis.telling.sheets import Column
from analysis.telling.text import words

SV = words("sv")
COLUMNS = [Column("Brott"), Column("Antal", number=True)]


def tree(sheet):
    return BeautifulSoup(str(sheet.html), "html.parser")


def rows_of(sheet):
    link = tree(sheet).find("a", download=True)
    kind, coded = link["href"].split(",", 1)
    assert kind == "data:text/csv;base64"
    return list(csv.reader(io.StringIO(base64.b64decode(coded).decode("utf-8-sig"))))


@given(st.text(max_size=60))
def test_whatever_stands_in_a_cell_stays_text(text):
    payload = f"<script>alert(1)</script>{text}<img src=x onerror=alert(1)>"
    html = tree(
        sheets.table(
            SV, payload, [Column(payload), Column("n")], [(payload, "1")], notes=(payload,)
        )
    )
    assert html.find("script") is None
    assert html.find("img") is None
    assert "<script>alert(1)</script>" in html.caption.text


def test_a_table_has_a_caption_and_scopes():
    html = tree(sheets.table(SV, "Anmälda brott", COLUMNS, [("Rån", "12")]))
    assert html.caption.text == "Anmälda brott"
    assert [th["scope"] for th in html.find_all("th")] == ["col", "col", "row"]
    region = html.find(role="region")
    assert (region["tabindex"], region["aria-label"]) == ("0", "Anmälda brott")


def test_the_sign_for_missing_is_explained_where_it_stands_and_only_there():
    missing = sheets.table(SV, "x", COLUMNS, [("Rån", "..")])
    assert SV("sheet.sign_missing") in tree(missing).text
    assert SV("sheet.sign_missing") not in tree(sheets.table(SV, "x", COLUMNS, [("Rån", "0")])).text


def test_a_row_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match="a row has 1 cells, not 2"):
        sheets.table(SV, "x", COLUMNS, [("Rån",)])


def test_the_numbers_come_back_from_the_download():
    data = pd.DataFrame({"område": ["Lundby", "Centrum"], "antal": [12, None]})
    sheet = sheets.download(SV, data, "items")
    assert rows_of(sheet) == [["område", "antal"], ["Lundby", "12.0"], ["Centrum", ""]]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "a\r=1", "a\n=1", "a\r\n@x"]
)
def test_a_spreadsheet_never_takes_a_text_for_a_formula(cell):
    (_, (found,)) = rows_of(sheets.download(SV, pd.DataFrame({"a": [cell]}), "x"))
    assert not found.lstrip().startswith(("=", "+", "-", "@"))


def drawing() -> Figure:
    figure = Figure(figsize=(4, 2))
    panel = figure.subplots()
    panel.plot([1, 2], [3, 4])
    panel.set_title("Rån")
    return figure


def test_a_figure_brings_its_finding_its_description_and_its_numbers():
    data = pd.DataFrame({"år": [2016, 2017], "antal": [3.0, None]})
    sheet = sheets.figure(SV, drawing(), "Rån ökade från 3 till 4.", "Rån per år.", data, "robbery")
    html = tree(sheet)
    assert html.img["alt"] == "Rån ökade från 3 till 4."
    assert html.figcaption.text == "Rån per år."
    cells = [td.text for td in html.details.find_all("td")]
    assert cells == ["3", ".."]
    assert rows_of(sheet)[1] == ["2016", "3.0"]


@pytest.mark.parametrize("alt", ["", "line chart", "Figur med linjer"])
def test_a_figure_without_a_finding_is_refused(alt):
    with pytest.raises(ValueError, match="alt text must hold the finding"):
        sheets.figure(SV, drawing(), alt, "Rån per år.", pd.DataFrame({"a": [1]}), "x")


def test_a_figure_is_the_same_twice_and_its_text_is_text():
    from analysis.telling import style

    style.use()

    def svg():
        data = pd.DataFrame({"a": [1]})
        alt = "Rån ökade från 3 till 4."
        source = tree(sheets.figure(SV, drawing(), alt, "Rån.", data, "x")).img["src"]
        return base64.b64decode(source.split(",")[1]).decode()

    first = svg()
    assert first == svg()
    assert "Rån</text>" in first
    assert not re.search(r"<metadata|<dc:date", first)


@pytest.mark.parametrize("layout", ["constrained", None])
def test_a_figure_is_laid_out_and_cut_as_matplotlib_does_it_by_itself(layout):
    from analysis.telling import style

    style.use()

    def wide():
        figure = Figure(figsize=(8.2, 6), layout=layout)
        for panel in figure.subplots(3, 2).ravel():
            panel.plot([1, 2, 3])
            panel.set_ylabel("Anmälda brott, hela staden", fontsize=11)
        return figure

    plain = io.BytesIO()
    wide().savefig(plain, format="svg", bbox_inches="tight")
    data = pd.DataFrame({"a": [1]})
    shown = sheets.figure(SV, wide(), "Rån ökade från 3 till 4.", "Rån.", data, "x")
    found = base64.b64decode(tree(shown).img["src"].split(",")[1]).decode()
    placed = r"(?:viewBox|transform|clip-path)=\"[^\"]+\""
    cut = re.sub(r"(\d+\.\d\d)\d+", r"\1", plain.getvalue().decode())
    assert re.findall(placed, found) == re.findall(placed, cut)


def test_method_cards_are_told_once_each_by_name():
    html = tree(sheets.cards(SV, ["trend", "count", "trend"]))
    assert [s.text for s in html.find_all("summary")] == ["Antal", "Riktning per år"]

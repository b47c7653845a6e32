"""The page: what data can fill stays text, and nothing is fetched, run or lost."""

import base64
import hashlib
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.exporters import get_exporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.running import render
from analysis.running.render import ReportExporter, clean, markdown_to_html

PARAMETERS = (
    'workspace: str = "goteborg"  # folder\nperiod: str = "2017"  # year\nlanguage: str = "{}"'
)


def notebook(*cells, kind="analyst", name="1_data", language="sv"):
    parameters = new_code_cell(PARAMETERS.format(language), id="parameters")
    parameters.metadata.tags = ["parameters"]
    made = new_notebook(cells=[new_markdown_cell("# Data", id="title"), parameters, *cells])
    made.metadata.lagesbild = {"kind": kind, "notebook": name}
    return made


def shown(html):
    cell = new_code_cell("x")
    cell.outputs = [new_output("display_data", {"text/html": html})]
    return cell


def export(*cells, **about):
    html, _ = ReportExporter().from_notebook_node(notebook(*cells, **about))
    return html, BeautifulSoup(html, "html.parser")


def test_a_page_knows_its_language_and_title():
    for language, title in (
        ("sv", "Underlaget för Göteborg 2017"),
        ("en", "The data on Göteborg 2017"),
    ):
        _, page = export(language=language)
        assert page.html["lang"] == language
        assert page.title.text == page.h1.text == title
        assert len(page.find_all("h1")) == 1


def test_prose_is_in_the_readers_language_by_cell_id():
    cell = new_markdown_cell("## Sources\n\nEach raw file ...", id="sources")
    assert export(cell)[1].h2.text == "Källor"
    assert export(cell, language="en")[1].h2.text == "Sources"


def test_headings_have_plain_ids_of_their_own_and_stand_in_the_contents():
    cells = [
        new_markdown_cell(f"## {text}", id=f"c{i}")
        for i, text in enumerate(["Åtgärder", "Åtgärder", "Läget"])
    ]
    _, page = export(*cells)
    ids = [h["id"] for h in page.find_all("h2")]
    assert ids == ["atgarder", "atgarder-2", "laget"]
    assert [a["href"] for a in page.nav.find_all("a")] == [f"#{name}" for name in ids]


def test_code_is_folded_for_analysts_and_absent_for_readers():
    cell = new_code_cell("secret = 1 < 2")
    _, analyst = export(cell)
    assert "secret = 1 < 2" in [c.text for c in analyst.select("details.code code")]
    assert "secret" not in export(cell, kind="reader", name="7_leadership_report")[0]


def test_the_policy_allows_the_pages_own_style_and_nothing_else():
    html, page = export()
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    style = re.search(r"<style>(.*?)</style>", html, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert page.find(["script", "link", "iframe", "object", "embed"]) is None
    assert page.find(style=True) is None


PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>", "<a href='data:text/html,<script>1</script>'>x</a>",
    "<iframe srcdoc='<script>1</script>'></iframe>", "<math><mtext><script>1</script></mtext></math>",
    "<img src='data:text/html;base64,PHNjcmlwdD4='>", "<style>@import url(//x)</style>",
    "<form action=//x><input name=a></form>", "<base href=//x>", "<p style='background:url(//x)'>x</p>",
    "<details open ontoggle=alert(1)>x</details>", "<link rel=stylesheet href=//x>",
    "<meta http-equiv=refresh content='0;url=//x'>", "<object data=//x></object>", "<b onclick=alert(1)>x</b>",
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("way", [shown, new_markdown_cell], ids=["output", "markdown"])
def test_nothing_that_data_can_hold_runs_or_fetches(payload, way):
    body = export(way(payload), language="en")[1].main
    assert (
        body.find(
            ["script", "iframe", "object", "embed", "form", "base", "link", "meta", "style", "svg"]
        )
        is None
    )
    for tag in body.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on") or name == "style"]
        for address in (tag.get("href", ""), tag.get("src", "")):
            assert not address.lower().startswith(("javascript:", "//", "data:text/html"))


@given(st.text(alphabet="<>\"'&=/ abonscriptlk:;()", max_size=80))
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


def test_formulas_become_mathml():
    html = markdown_to_html("mean $\\mu_t$ and\n\n$$s^2 = \\frac{1}{n}$$")
    assert html.count("<math") == 2
    assert 'display="block"' in html
    kept = clean(html)
    assert "<mfrac>" in kept
    assert "$" not in kept


def test_a_bare_picture_is_refused_with_the_way_out():
    cell = new_code_cell("x")
    cell.outputs = [new_output("display_data", {"image/png": "aaaa"})]
    with pytest.raises(ValueError, match=r"sheets.figure, with their alt text"):
        export(cell)


def test_a_notebook_that_failed_is_not_rendered():
    cell = new_code_cell("1/0")
    cell.outputs = [
        new_output("error", ename="ZeroDivisionError", evalue="division by zero", traceback=[])
    ]
    with pytest.raises(ValueError, match="a failed notebook is not rendered: ZeroDivisionError"):
        export(cell)


def test_made_up_data_say_so_on_the_page():
    say = render.words("sv")
    page = render.framed("<p>x</p>", "T", "k", say, notices=[say("page.made_up")])
    assert say("page.made_up") in BeautifulSoup(page, "html.parser").find(class_="notice").text
    assert BeautifulSoup(render.framed("", "T", "k", say), "html.parser").find("aside") is None


def test_the_exporter_is_offered_by_nbconvert_and_in_jupyterlabs_menu():
    exporter = get_exporter("lagesbild")
    assert exporter is ReportExporter
    assert exporter.export_from_notebook == "Lägesbild report (HTML)"


def test_a_notebook_of_another_kind_is_told_what_it_lacks():
    with pytest.raises(render.WrongQuestion, match="not one of the workspace's notebooks"):
        ReportExporter().from_notebook_node(new_notebook(cells=[nbformat.v4.new_code_cell("1")]))

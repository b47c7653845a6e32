"""Pages as people meet them: on a phone, in the dark, on paper, with a screen reader, offline."""

import re
import shutil
import subprocess

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import KINDS, MADE_UP, REAL

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", KINDS)
def test_axe_finds_nothing(visit, name, scheme):
    page = visit(name, color_scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page, options=RULES).response
    told = {v["id"]: [n["target"] for n in v["nodes"]][:3] for v in found["violations"]}
    assert told == {}
    assert len(found["passes"]) > 10


@pytest.mark.parametrize("name", KINDS)
def test_a_page_asks_for_nothing_but_itself_and_complains_of_nothing(visit, made, name):
    page = visit(name)
    own = (made / f"{name}.html").as_uri()
    assert [
        url for url in page.seen if url != own and not url.startswith("data:image/svg+xml")
    ] == []


@pytest.mark.parametrize("name", KINDS)
def test_on_a_phone_of_320_pixels_nothing_is_cut_off(visit, name):
    page = visit(name, viewport={"width": 320, "height": 700})
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    wide = page.evaluate("document.documentElement.scrollWidth")
    out = page.evaluate(
        """[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, pre, math')
        && e.getBoundingClientRect().right > 321).map(e => e.tagName + '.' + e.className)"""
    )
    assert (wide, out) == (320, [])


@pytest.mark.parametrize("name", KINDS)
def test_a_keyboard_reaches_the_content_first_and_sees_where_it_is(visit, name):
    page = visit(name)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**#content")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") in ("A", "SUMMARY"):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"


def test_the_text_of_a_figure_can_be_read_on_a_phone(visit):
    page = visit(REAL + "6_district_report-lundby.sv", viewport={"width": 390, "height": 800})
    drawn = page.evaluate(
        "[...document.querySelectorAll('figure img')].map(i => i.width / i.naturalWidth)"
    )
    assert len(drawn) == 3
    # letters are 9 to 12 pixels in the drawing itself
    assert min(drawn) > 0.65


def test_text_can_be_twice_as_large(visit):
    page = visit(REAL + "6_district_report-lundby.sv", viewport={"width": 500, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 500


def test_numbers_are_downloaded_without_script_or_network(visit, tmp_path):
    page = visit(
        REAL + "6_district_report-lundby.sv",
        java_script_enabled=False,
        offline=True,
        accept_downloads=True,
    )
    with page.expect_download() as download:
        page.locator("p.download a").first.click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "items.csv"
    header, first, *_ = file.read_text(encoding="utf-8-sig").splitlines()
    assert header.split(",")[:3] == ["statistic", "definition", "value"]
    assert first.startswith("count,total,8163.0")


def test_the_portals_filter_works_without_script(visit):
    page = visit(REAL + "index", java_script_enabled=False)
    shown = page.locator("ul.reports li:visible")
    everything = shown.count()
    page.get_by_label("Ledningsrapport").check()
    assert shown.count() == 1
    page.locator("#kind-all").check()
    assert shown.count() == everything == 10
    page.get_by_label("Lundby").check()
    assert shown.count() == 2
    shown.first.get_by_role("link").click()
    assert "Lundby" in page.title()


def test_the_portal_leads_to_the_other_language_and_the_numbers(visit, made):
    page = visit(REAL + "index")
    page.get_by_role("link", name="In English").click()
    assert page.title() == "Reports: Göteborg 2017"
    assert page.locator("a[href='results.csv']").count() == 1
    assert (made / REAL / "results.csv").exists()


@pytest.mark.parametrize("name", [REAL + "7_leadership_report.sv", REAL + "7_leadership_report.en"])
def test_the_leaders_report_is_three_pages_of_a4_before_its_sources(visit, tmp_path, name):
    page = visit(name)
    file = tmp_path / "report.pdf"
    page.pdf(path=file, prefer_css_page_size=True, tagged=True)
    tool = shutil.which("pdftotext")
    assert tool, "no pdftotext on this machine: apt-get install poppler-utils"
    text = subprocess.run([tool, "-layout", file, "-"], capture_output=True, text=True, check=True)
    sheets = text.stdout.split("\f")
    ending = re.compile("Vad rapporten inte kan säga|What the report cannot say")
    assert [bool(ending.search(sheet)) for sheet in sheets[:4]] == [False, False, False, True]


def test_the_acute_brief_is_one_page_of_a4_before_what_it_cannot_say(visit, tmp_path):
    page = visit(MADE_UP + "9_acute_brief-a2017-01.sv")
    file = tmp_path / "brief.pdf"
    page.pdf(path=file, prefer_css_page_size=True, tagged=True)
    told = subprocess.run(
        ["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True
    )
    first, second, *_ = told.stdout.split("\f")
    for needed in ("30 september 2017", "Polisen", "Svensk forskning", "gånger så många"):
        assert needed in first
    assert "Vad rapporten inte kan säga" in first + second


def test_a_phone_is_told_that_a_figure_goes_on(visit):
    name = MADE_UP + "6_district_report-angsvik.sv"
    narrow, wide = (visit(name, viewport={"width": w, "height": 800}) for w in (390, 1000))
    assert narrow.locator(".swipe").first.is_visible()
    assert not wide.locator(".swipe").first.is_visible()


@pytest.mark.parametrize("name", [k for k in KINDS if k.startswith(MADE_UP)])
def test_made_up_pages_say_so_over_the_whole_width(visit, name):
    banner = visit(name).locator(".notice")
    assert banner.is_visible() and "Påhittade" in banner.inner_text()
    assert banner.bounding_box()["width"] == 1000


def test_a_payload_in_a_page_does_not_run_even_if_it_got_there(visit, made):
    """The content policy alone, with the cleaning left out."""
    name = REAL + "7_leadership_report.sv"
    poisoned = made / "poisoned.html"
    html = (made / f"{name}.html").read_text("utf-8")
    sinks = "<script>console.log('ran')</script><img src=x onerror=\"console.log('ran')\">"
    sinks += '<svg onload="console.log(\'ran\')"></svg><iframe srcdoc="<script>parent.ran=1</script>"></iframe>'
    poisoned.write_text(html.replace("</main>", sinks + "</main>"), encoding="utf-8")
    try:
        page = visit("poisoned")
        page.wait_for_timeout(300)
        assert "console: ran" not in page.seen
        assert page.evaluate("window.ran") is None
    finally:
        poisoned.unlink()

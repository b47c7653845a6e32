"""The whole walk, from raw files to pages: run as a user runs it, and twice to the same byte."""

import base64
import json
import os
import re
import subprocess
import sys

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from tests.conftest import project

pytestmark = pytest.mark.walk


def walk(root, *words, city="goteborg", **env):
    made = subprocess.run(
        [sys.executable, "-m", "analysis", "run", city, *words, "--json"],
        cwd=root, capture_output=True, text=True, check=False, env=os.environ | env,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    return json.loads(made.stdout)


CLAIMS = (
    "arrests-cause", "coordinated-effect", "less-safe", "local-differences", "shootings-down",
)  # fmt: skip
LUNDBY = ("--report", "district", "--report", "leadership", "--area", "lundby")


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """One district and the leadership, 2017, both languages, in a project of its own."""
    root = project(tmp_path_factory.mktemp("here"))
    walk(root, "2017", *LUNDBY, LAGESBILD_ROOT=str(root), TZ="Europe/Stockholm")
    return root


@pytest.fixture(scope="module")
def pages(here):
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted((here / "reports/goteborg/2017").glob("*.html"))
    }


def reports(pages):
    return {name: html for name, html in pages.items() if not name.startswith("index")}


def test_the_plan_is_made_and_no_more(pages):
    kinds = [
        "1_data",
        "2_situation-lundby",
        "3_trend",
        *[f"4_causes-{claim}" for claim in CLAIMS],
        "6_district_report-lundby",
        "7_leadership_report",
    ]
    assert sorted(pages) == sorted(
        [f"{k}.{lang}" for k in kinds for lang in ("sv", "en")] + ["index", "index.en"]
    )


def test_same_inputs_same_bytes(here, pages, tmp_path):
    other = project(tmp_path / "a folder with another name, åäö")
    # another zone, hash seed, thread count, language and user's settings
    walk(
        other, "2017", *LUNDBY, "--jobs", "1", LAGESBILD_ROOT=str(other), TZ="Pacific/Auckland",
        PYTHONHASHSEED="42", OMP_NUM_THREADS="2", LANG="C", LC_ALL="C", MPLBACKEND="pdf",
    )  # fmt: skip
    for name, html in pages.items():
        again = (other / "reports/goteborg/2017" / f"{name}.html").read_text(encoding="utf-8")
        assert again == html, name
    for file in ("results.csv", "parts/2_situation-lundby.csv"):
        first, second = (r / "data/processed/goteborg/2017" / file for r in (here, other))
        assert first.read_bytes() == second.read_bytes()


def test_nothing_is_fetched_or_run(pages):
    for name, html in pages.items():
        page = BeautifulSoup(html, "html.parser")
        assert (
            page.find(["script", "link", "iframe", "object", "embed", "video", "audio"]) is None
        ), name
        assert all(
            img["src"].startswith("data:image/svg+xml;base64,") for img in page.find_all("img")
        )
        for svg in (
            base64.b64decode(img["src"].split(",")[1]).decode() for img in page.find_all("img")
        ):
            assert not re.search(r"(?:href|src)=\"(?!#)|url\((?!#)|<script|@import", svg), name


def test_a_page_is_small_enough_to_mail(pages):
    assert max(len(html.encode()) for html in pages.values()) < 300_000


def test_every_figure_has_its_finding_its_description_and_its_numbers(pages):
    for name, html in reports(pages).items():
        page = BeautifulSoup(html, "html.parser")
        assert page.find_all("figure"), name
        for figure in page.find_all("figure"):
            if not name.startswith("4_causes"):  # a graph has no numbers to find
                assert re.search(r"\d|ingen|no district", figure.img["alt"]), figure.img["alt"]
            assert len(figure.figcaption.text.split()) > 5
            assert figure.details.find("table") is not None
            assert figure.details.find("a", download=True) is not None


def test_every_report_ends_with_what_a_reader_needs_to_check_it(pages, here):
    endings = {
        "sv": ["Vad rapporten inte kan säga", "Data och årgångar", "Metoder", "Så gjordes rapporten", "Så citerar du"],
        "en": ["What the report cannot say", "Data and vintages", "Methods", "How the report was made", "How to cite"],
    }  # fmt: skip
    for name, html in reports(pages).items():
        page = BeautifulSoup(html, "html.parser")
        headings = [h.text for h in page.find_all("h2")]
        ending = endings[page.html["lang"]]
        wanted = [
            h for h in ending if not (name.startswith("1_data") and h in ("Metoder", "Methods"))
        ]
        assert headings[-len(wanted) :] == wanted, name


def test_no_swedish_page_speaks_english_and_no_english_page_swedish(pages):
    for name, html in reports(pages).items():
        page = BeautifulSoup(html, "html.parser")
        for code in page.select("details.code, section.closing, details.card, td, .download"):
            code.extract()
        text = f" {page.main.text} "
        foreign = {"sv": (" the ", " of ", " and "), "en": (" och ", " inte ", " är ")}[
            page.html["lang"]
        ]
        assert not [word for word in foreign if word in text], name


def test_a_number_in_two_reports_is_one_row_of_one_file(pages, here):
    rows = pd.read_csv(here / "data/processed/goteborg/2017/results.csv")
    lundby = rows.query(
        "area == 'stadsdel:139' and statistic == 'count' and definition == 'total' and period == '2017'"
    )
    assert len(lundby) == 1
    told = f"{int(lundby.value.iloc[0]):,}".replace(",", "\u00a0")
    assert told in pages["6_district_report-lundby.sv"]
    assert told in pages["2_situation-lundby.sv"]


def test_every_row_of_the_results_keeps_its_company(here):
    rows = pd.read_csv(
        here / "data/processed/goteborg/2017/results.csv", dtype=str, keep_default_na=False
    )
    said = rows[~rows.value.isin(["", "0.0"])]
    assert (said.source[said.statistic != "process"] != "").all()
    for column in (
        "statistic",
        "definition",
        "unit",
        "area",
        "scheme",
        "period",
        "status",
        "method",
    ):
        assert (rows[column] != "").all(), column
    assert ((rows.value == "") == rows.status.isin(["not available", "suppressed"])).all()
    assert (rows.loc[rows.value == "", "note"] != "").all()


def test_the_op_eds_comparison_is_refused_on_the_leaders_page(pages):
    assert "15 och 40 får inte ställas mot varandra" in pages["7_leadership_report.sv"]
    assert "p = 0,020 om det gäller hela året" in pages["7_leadership_report.sv"]
    assert "p = 0,066 och p = 0,15" in pages["7_leadership_report.sv"]
    for language, ruling in (
        ("sv", "går inte att avgöra med dessa uppgifter"),
        ("en", "not identifiable with these data"),
    ):
        assert pages[f"7_leadership_report.{language}"].count(ruling) == 5
        assert ruling in pages[f"4_causes-shootings-down.{language}"]


def test_every_claim_has_a_page_with_its_rivals_and_what_would_settle_it(pages):
    for claim in CLAIMS:
        told = BeautifulSoup(pages[f"4_causes-{claim}.sv"], "html.parser").main
        assert "Det här skulle avgöra frågan" in told.text
        assert len(told.find("figure").details.find("table").find_all("tr")) >= 3, claim
    assert "september 2014" in pages["4_causes-arrests-cause.sv"]
    assert "73" in pages["4_causes-coordinated-effect.sv"]


def test_the_identities_are_shown(pages):
    page = pages["1_data.sv"]
    assert page.count("0 av 100 områdesår går inte ihop") == 4
    assert "totalen är 0 till 8 brott större" in page
    assert re.search(r"89,\d\s%.* till 94,\d\s% 2013–2020", page)
    assert "impossible: a total from the same start falls when the span grows" in page


def test_the_time_of_day_stands_in_the_manifest_alone(pages, here):
    manifest = json.loads((here / "reports/goteborg/2017/manifest.json").read_text("utf-8"))
    hours = {entry["made_at"][11:16] for entry in manifest["reports"].values()}
    assert hours
    for html in pages.values():
        text = BeautifulSoup(html, "html.parser").text
        assert [hour for hour in hours if re.search(rf"\b{hour}\b", text)] == []


@pytest.mark.parametrize("year", ["2011", "2020"])
def test_the_first_and_the_last_year_can_be_reported(tmp_path, year):
    root = project(tmp_path)
    walk(root, year, *LUNDBY, "--lang", "sv", LAGESBILD_ROOT=str(root))
    page = (root / f"reports/goteborg/{year}/7_leadership_report.sv.html").read_text("utf-8")
    if year == "2011":
        assert "färre än fyra tidigare år går att jämföra med" in page
        assert "15 och 40" not in page


def test_a_notebook_opened_by_hand_runs_with_its_defaults(workspace):
    """As in JupyterLab: the plain kernel, the notebook's folder, nothing set beforehand."""
    for name in ("1_data", "2_situation"):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("LAGESBILD")}
        made = subprocess.run(
            [sys.executable, "-m", "nbconvert", "--to", "lagesbild", "--execute", f"{name}.ipynb"],
            cwd=workspace / "notebooks", capture_output=True, text=True, check=False, env=clean,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        page = (workspace / "notebooks" / f"{name}.html").read_text("utf-8")
        assert '<html lang="sv">' in page

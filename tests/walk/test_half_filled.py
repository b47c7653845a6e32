"""A city of three filled tables gets the reports that it can have, and each says what it lacks."""

import csv
import io
import json
import os
import random
import re
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup

from analysis.data.schemas import SCHEMAS
from tests.conftest import project
from tests.walk.test_walk import walk

pytestmark = pytest.mark.walk
DISTRICTS = ("Norr", "Söder", "Öster", "Väster")
KINDS = ("assault", "robbery", "vandalism", "burglary")
YEARS = range(2019, 2026)


def lagesbild(root, *words):
    asked = subprocess.run(
        [sys.executable, "-m", "analysis", *words, "--json"],
        cwd=root, capture_output=True, text=True, check=False,
        env=os.environ | {"LAGESBILD_ROOT": str(root)},
    )  # fmt: skip
    return asked.returncode, json.loads(asked.stdout)


def fill(folder, table, rows):
    """Put rows under a template's headings, as an office saves them: semicolons, cp1252."""
    columns = list(SCHEMAS[table].columns)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=";", restval="")
    writer.writeheader()
    writer.writerows(rows)
    (folder / f"{table}.csv").write_bytes(text.getvalue().encode("cp1252"))


def areas():
    yield {"area_id": "kommun:0581", "area": "Norrköping", "scheme": "kommun", "visitors": "no"}
    for number, name in enumerate(DISTRICTS, start=1):
        yield {
            "area_id": f"stadsdel:{number}", "area": name, "scheme": "stadsdel",
            "parent_id": "kommun:0581", "visitors": "no",
        }  # fmt: skip


def items():
    about = {"found_by": "victims", "adds_to_total": "yes", "headline": "yes", "parent": "total"}
    yield about | {
        "item": "total", "label_sv": "Alla brott", "label_en": "All crimes", "parent": "",
        "adds_to_total": "no", "headline": "no",
    }  # fmt: skip
    for kind in KINDS:
        yield about | {"item": kind, "label_sv": f"{kind} sv", "label_en": kind}


def counts():
    chance = random.Random(3)
    for year in YEARS:
        for number in range(1, len(DISTRICTS) + 1):
            drawn = {kind: chance.randint(20, 90) for kind in KINDS}
            for item, count in (drawn | {"total": sum(drawn.values())}).items():
                yield {
                    "area_id": f"stadsdel:{number}", "year": year, "item": item, "count": count,
                    "source_id": "own",
                }  # fmt: skip


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A city laid out, three tables filled and entered, and run: the commands of a new user."""
    root = project(tmp_path_factory.mktemp("half"))
    environment = os.environ | {"LAGESBILD_ROOT": str(root)}

    def typed(*words):
        subprocess.run([sys.executable, "-m", "analysis", *words], check=True, env=environment)

    typed("new", "norrkoping", "--kommun", "0581")
    folder = root / "data/raw/norrkoping"
    for table, rows in (("areas", areas()), ("crime_items", items()), ("crime_counts", counts())):
        fill(folder, table, rows)
    typed("record", "norrkoping")
    walk(root, "2025", "--area", "norr", LAGESBILD_ROOT=str(root), city="norrkoping")
    return root


@pytest.fixture(scope="module")
def pages(here):
    return {
        path.stem: BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for path in (here / "reports/norrkoping/2025").glob("*.sv.html")
    }


def test_what_can_be_made_is_made(pages):
    assert sorted(pages) == [
        "1_data.sv", "2_situation-norr.sv", "3_trend.sv", "6_district_report-norr.sv",
        "7_leadership_report.sv",
    ]  # fmt: skip


def test_what_cannot_be_made_yet_is_said_with_the_table_that_it_lacks(here):
    code, answer = lagesbild(here, "check", "norrkoping")
    assert code == 0
    assert answer["rejected"] == answer["dangling"] == []
    lacking = {report: why for report, why in answer["not_yet"].items()}
    assert set(lacking) == {"acute", "causes", "evaluation", "residents"}
    assert "ratings has no rows" in lacking["residents"]
    assert "measures" in answer["empty"]


def test_every_row_is_accounted_for(here):
    _, answer = lagesbild(here, "check", "norrkoping")
    account = {row["resource"]: row for row in answer["ledger"]}
    assert account["crime-counts"]["rows_used"] == len(YEARS) * len(DISTRICTS) * 5
    for row in account.values():
        assert row["rows_in"] == row["rows_used"] + row["rows_rejected"] + row["rows_not_chosen"]


def test_the_number_of_a_district_is_the_sum_of_its_rows(pages):
    total = sum(
        row["count"]
        for row in counts()
        if (row["area_id"], row["year"], row["item"]) == ("stadsdel:1", 2025, "total")
    )
    assert re.search(rf"\b{total}\b", pages["6_district_report-norr.sv"].main.text)


def test_a_page_says_what_it_does_not_have(pages):
    told = " ".join(pages["2_situation-norr.sv"].main.text.split())
    assert "kommunen har ingen egen enkät i underlaget" in told
    told = " ".join(pages["3_trend.sv"].main.text.split())
    assert "Bekräftade skjutningar: det finns ingen siffra för 2025" in told
    assert "Vi har inte folkmängden för alla stadsdelar för något år." in told


def test_nothing_of_a_template_is_told_as_a_fact(pages):
    for page in pages.values():
        assert "EXEMPEL" not in page.text

"""The page of sources: what is empty is told in one breath, and English is marked as English."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.data.parameters import question
from analysis.data.workspace import Source, Workspace
from analysis.telling import pages, records, sources
from analysis.telling.text import words


@pytest.fixture(params=["sv", "en"])
def say(request):
    return words(request.param)


@pytest.fixture
def sv():
    return words("sv")


def soup(sheet):
    return BeautifulSoup(str(sheet.html), "html.parser")


def years(**found):
    """Tables in which the files of ``found`` have figures for those years."""
    tables = {
        name: pd.DataFrame(columns=[*dated, "resource"]) for name, dated in records.DATED.items()
    }
    rows = [(year, 1, file) for file, known in found.items() for year in known]
    tables["crime_counts"] = pd.DataFrame(rows, columns=["year", "count", "resource"])
    return tables


def test_one_file_is_told_in_a_sentence_and_two_are_drawn(sv):
    page = soup(records.availability(sv, years(counts=[2019, 2020, 2022])))
    assert page.find("img") is None
    assert "counts, för 2019, 2020 och 2022." in page.get_text()
    assert soup(records.availability(sv, years(counts=[2019], other=[2020]))).find("img")


def test_reasons_in_english_are_marked_and_introduced(say):
    rows = [("problems", 4, "theme 'drugs': is not one of lighting, <b>")]
    rejected = pd.DataFrame(rows, columns=["resource", "raw_line", "reason"])
    page = soup(records.rejected(say, SimpleNamespace(rejected=rejected)))
    (marked,) = page.select("td span[lang=en]")
    assert marked.get_text() == rows[0][2]
    assert say("tables.as_checked") in page.get_text()


def lacking(name, title, path, retrieved="2026-11-20"):
    return {"name": name, "title": title, "path": path, "retrieved": retrieved}


EMPTY = [
    lacking("ratings", "Bedömningar", "ratings.csv"),
    lacking("police-notices", "Polisens notiser", ""),
    lacking("focus", "Inriktning", "focus.csv"),
]


def test_files_that_hold_nothing_are_one_sentence_for_each_reason(sv):
    city = SimpleNamespace(resources=[], not_yet=EMPTY, known_on=None)
    assert [li.get_text() for li in soup(sources.editions(sv, city)).find_all("li")] == [
        "Ännu inte ifyllda: Bedömningar och Inriktning.", "Ännu inte hämtade: Polisens notiser.",
    ]  # fmt: skip


def test_what_came_after_the_day_was_not_known_on_it(sv):
    late = lacking("duties", "Dokument", "duties.csv", retrieved="2026-11-25T10:00")
    city = SimpleNamespace(resources=[], not_yet=[EMPTY[0], late], known_on=date(2026, 11, 24))
    assert [li.get_text() for li in soup(sources.editions(sv, city)).find_all("li")] == [
        "Ännu inte ifyllda: Bedömningar.", "Inte kända den dagen: Dokument.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("published", "told"),
    [
        ("2017-08-09", "Uppgifter per 9 augusti 2017."),
        ("2026", "Uppgifter per 2026."),
        ("löpande", "Utgivning: löpande."),
        (pages.NO_DATE, "Källan saknar datum."),
    ],
)
def test_a_source_without_a_date_is_not_told_as_of_a_day(sv, read, monkeypatch, published, told):
    ask = question("1_data", workspace="goteborg", period="2017", language="sv")
    licence = ask.city.package["licenses"][0]["name"]
    source = Source("x", "Titel", "Utgivare", "adress", published, licence)
    monkeypatch.setattr(Workspace, "sources", {"x": source})
    page = soup(pages.closing(sv, ask, read, [], [], sources=["x"]))
    assert told in page.get_text()

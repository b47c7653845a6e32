"""The made-up city, run as a user runs it: what was planted is told, what is protected is not."""

import base64
import io
import json
import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.data.privacy import found
from analysis.data.workspace import sha256
from tests.conftest import project
from tests.walk.test_walk import walk

pytestmark = pytest.mark.walk
AREAS = ("angsvik", "granangen", "fagelkulla", "ostana")
PLANTED = ("19811218-9876", "811218-9876", "070-174 06 05", "eva.ek@example.org")


def words_of(areas):
    return [word for area in areas for word in ("--area", area)]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """Every kind of report for four districts, both languages, with persons planted in registers."""
    root = project(tmp_path_factory.mktemp("made-up"))
    folder = root / "data/raw/exempelstad"
    plant(folder, "problems.csv", "P09", "Inbrott i lägenheter på dagtid", f"Ring {PLANTED[0]}")
    plant(
        folder,
        "tasks.csv",
        "A2017-01,school",
        "Ha fler vuxna ute",
        f"Fråga {PLANTED[3]} och ha fler",
    )
    plant(folder, "measures.csv", "M09", "Säkerhetsdörrar i hyreshusen", f"Dörr {PLANTED[2]}")
    plant(folder, "observations.csv", "o-0001", "2014", PLANTED[1])
    walk(
        root, "2017Q3", *words_of(AREAS), LAGESBILD_ROOT=str(root), city="exempelstad"
    )  # fmt: skip
    return root


def plant(folder, name, line, what, instead):
    """Put a person into one line of a raw file, and enter the new hash as an analyst would."""
    file = folder / name
    lines = file.read_text("utf-8").splitlines(keepends=True)
    (place,) = [i for i, text in enumerate(lines) if text.startswith(line)]
    assert what in lines[place], lines[place]
    lines[place] = lines[place].replace(what, instead, 1)
    file.write_text("".join(lines), "utf-8")
    package = folder / "datapackage.json"
    record = json.loads(package.read_text("utf-8"))
    (mine,) = [r for r in record["resources"] if r["path"] == name]
    mine["hash"] = f"sha256:{sha256(file)}"
    package.write_text(json.dumps(record, ensure_ascii=False), "utf-8")


@pytest.fixture(scope="module")
def pages(here):
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted((here / "reports/exempelstad/2017Q3").glob("*.html"))
    }


@pytest.fixture(scope="module")
def results(here):
    return pd.read_csv(
        here / "data/processed/exempelstad/2017Q3/results.csv", dtype=str, keep_default_na=False
    )


def text(pages, name):
    page = BeautifulSoup(pages[name], "html.parser")
    for closed in page.select("details"):
        closed.extract()
    return re.sub(r"\s+", " ", page.main.get_text(" "))


def test_each_reader_has_a_report_in_both_languages(pages):
    kinds = ["1_data", "3_trend", "7_leadership_report", "9_acute_brief-a2017-01"]
    kinds += [
        f"{k}-{a}" for k in ("2_situation", "6_district_report", "8_resident_report") for a in AREAS
    ]
    kinds += [f"5_evaluation-m{n:02d}" for n in range(1, 15) if n != 9]  # a person was in M09
    kinds += [f"4_causes-p{n:02d}" for n in range(1, 14) if n not in (9, 10)]  # and in P09
    wanted = [f"{kind}.{language}" for kind in kinds for language in ("sv", "en")]
    assert sorted(pages) == sorted([*wanted, "index", "index.en"])


def test_every_page_says_that_it_is_made_up_and_is_small_enough_to_mail(pages):
    for name, html in pages.items():
        banner = BeautifulSoup(html, "html.parser").find(class_="notice")
        assert banner.text.startswith(("Påhittade uppgifter", "Made-up data")), name
        assert len(html.encode()) < 300_000, name


def test_the_planted_disagreement_is_named_with_what_it_is_about(pages, made_up):
    truth = json.loads((made_up.raw / "truth.json").read_text("utf-8"))["disagreeing_district"]
    assert (truth["area_id"], truth["themes"]) == ("stadsdel:1507", ["violence", "drug_dealing"])
    for name in ("6_district_report-granangen.sv", "8_resident_report-granangen.sv"):
        told = text(pages, name)
        assert "Våld och hot: invånarna ser ett stort problem, polisen" in told
        assert "Öppen narkotikahandel: invånarna ser ett stort problem, polisen" in told
    leaders = text(pages, "7_leadership_report.sv")
    assert "Ta upp Granängen mellan er" in leaders
    assert "ser ett stort problem" not in text(pages, "6_district_report-angsvik.sv")


def test_the_planted_agreement_comes_out(results):
    w = results[results.statistic == "agreement"].set_index("area")
    assert float(w.value["stadsdel:1502"]) > 0.9 > 0.7 > float(w.value["stadsdel:1507"])
    silent = w.loc["stadsdel:1506"]
    assert (silent.value, silent.note) == ("", "voices missing")


def test_a_silent_voice_is_missing_and_not_content(pages):
    told = text(pages, "6_district_report-fagelkulla.sv")
    assert "Rösten från stadsdelsförvaltningen saknas" in told
    assert "Rösten från invånarna har inte bedömt problemen" in told
    assert "Invånarna har inte bedömt hur stora problemen är" in text(
        pages, "8_resident_report-fagelkulla.sv"
    )
    assert "Få anmälningar betyder inte" in told


def test_a_district_with_few_answers_shows_none_and_says_why(pages, results):
    assert "för få svar härifrån" in text(pages, "8_resident_report-ostana.sv")
    newest = results.query(
        "area == 'stadsdel:1510' and statistic == 'survey share' and period == '2017-03-13..2017-05-14'"
    )
    assert len(newest) == 6
    assert set(newest.status) == {"suppressed"} and set(newest.value + newest.n) == {""}


def test_each_planted_orphan_is_listed_once_with_its_owner(pages, made_up):
    orphans = json.loads((made_up.raw / "truth.json").read_text("utf-8"))["orphans"]
    assert len(orphans) == 7
    page = BeautifulSoup(pages["7_leadership_report.sv"], "html.parser")
    (table,) = [t for t in page.find_all("table") if "Lösa ändar" in t.caption.text]
    rows = [[c.text for c in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")]
    assert [row[1] for row in rows] == ["1"] * 7
    assert all(row[2] != "ingen" for row in rows)


def test_the_law_shows_what_is_old_and_what_is_missing(pages):
    told = text(pages, "7_leadership_report.sv")
    assert "Åtgärdsplan äldre än två år Åtgärdsplan 2015–2017 15 juni 2015" in told
    assert "Uppföljning delvis inskrivna uppföljningar till och med 2017" in told
    assert "Bestäm vem som ansvarar för: uppföljning. Inget dokument är inskrivet." in told
    assert "Lagen trädde i kraft den 1 juli 2023" in told


def test_each_report_tells_what_has_changed_since_the_last(pages):
    for name, html in pages.items():
        if name.startswith(("6", "7", "8", "9")):
            headings = [h.text for h in BeautifulSoup(html, "html.parser").find_all("h2")]
            assert any(
                re.search("sedan förra|Vad som ändrats|since the last|What changed", h)
                for h in headings
            ), name


def test_the_acute_brief_has_an_end_date_and_who_does_what(pages):
    told = text(pages, "9_acute_brief-a2017-01.sv")
    assert "Förstärkt närvaro från 2 september 2017 till och med 30 september 2017" in told
    assert "Polisen Berätta på öppet möte vad som är känt" in told
    assert "följdes 22 % av en ny inom 300 meter och 14 dagar" in told.replace("\u00a0", " ")


def everything(here):
    """All that a run leaves behind: pages, downloads in them, results, tables, manifest."""
    for file in sorted((here / "reports").rglob("*")) + sorted(
        (here / "data/processed").rglob("*")
    ):
        if file.suffix == ".html":
            html = file.read_text("utf-8")
            yield file.name, html
            for coded in re.findall(r'href="data:text/csv;base64,([^"]+)"', html):
                yield f"{file.name}: a download", base64.b64decode(coded).decode("utf-8-sig")
            for coded in re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html):
                yield f"{file.name}: a figure", base64.b64decode(coded).decode()
        elif file.suffix == ".parquet":
            yield file.name, pd.read_parquet(file).to_csv()
        elif file.is_file():
            yield file.name, file.read_text("utf-8")


def test_persons_planted_in_registers_reach_nothing_that_a_run_leaves(here):
    looked_at = 0
    for name, content in everything(here):
        looked_at += 1
        for person in PLANTED:
            assert person not in content, name
            assert re.sub(r"\D", "", person)[-8:] not in content or not person[0].isdigit(), name
    assert looked_at > 200


def test_each_row_with_a_person_is_set_aside_by_line_and_column(here):
    rejected = pd.read_parquet(here / "data/processed/exempelstad/tables/rejected.parquet")
    why = dict(zip(rejected.resource, rejected.reason, strict=True))
    assert set(why) == {"problems", "tasks", "measures", "observations"} | set(why)
    assert "title_sv holds a personal identity number" in why["problems"]
    assert "task_sv holds a mail address" in why["tasks"]


def test_no_row_of_a_person_or_event_reaches_a_readers_page(here, pages):
    """Ids of respondents, incidents and observations stand in no page, figure or result."""
    for name, content in everything(here):
        if not name.endswith(".parquet"):
            assert not re.search(r"\b[ior]-\d{4,5}\b", content), name


def test_protected_numbers_are_the_same_in_page_and_file(pages, results):
    followed = results[results.statistic == "followed"]
    assert list(followed.n) == ["280.0"] and list(followed.dispersion) == [""]
    for name in ("3_trend.sv", "9_acute_brief-a2017-01.sv"):
        assert "Av 280 händelser" in text(pages, name)


def test_counts_below_the_district_are_rounded_or_held_back(results):
    places = results[results.statistic.isin(["hour count", "place count"])]
    told = places[places.value != ""]
    assert len(told) > 50
    assert set(told.value.astype(float) % 5) == {0}
    assert told.value.astype(float).min() >= 10
    assert set(places[places.value == ""].status) == {"suppressed"}


def test_downloads_hold_no_free_text_and_open_as_tables(pages):
    for name, html in pages.items():
        for coded in re.findall(r'href="data:text/csv;base64,([^"]+)"', html):
            rows = pd.read_csv(io.StringIO(base64.b64decode(coded).decode("utf-8-sig")))
            assert len(rows.columns) > 1, name
            assert not any(found(str(cell)) for cell in rows.to_numpy().ravel()), name

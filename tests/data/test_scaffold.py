"""A new city's folder: explained, in order, and with nothing in it that did not come from her."""

import json
import re
import subprocess
from datetime import date

import pytest

from analysis.data import explain, scaffold, tables
from analysis.data.formats import jsonstat, kolada, polisen
from analysis.data.formats.known import receive
from analysis.data.formats.mapping import Reading, mapped
from analysis.data.registers import DUTIES
from analysis.data.schemas import SCHEMAS
from analysis.data.workspace import Workspace, sha256
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion

ON = date(2026, 11, 25)


@pytest.fixture(scope="module")
def new_city(tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    (root / "data" / "raw").mkdir(parents=True)
    scaffold.new(root, "norrkoping", "0581", ON)
    return Workspace(root, "norrkoping")


@pytest.fixture(scope="module")
def guide(new_city):
    return (new_city.raw / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["Malmö", "malmo@2026-11-24", "../shared", "", "2malmo", "a b"])
def test_a_name_that_cannot_be_a_workspace_is_refused(tmp_path, name):
    with pytest.raises(WrongQuestion, match="must be lower-case letters"):
        scaffold.new(tmp_path, name, "1280", ON)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kommun", ["", "581", "Norrköping", "05810"])
def test_a_code_that_is_none_is_refused_with_the_way_out(tmp_path, kommun):
    with pytest.raises(WrongQuestion, match="--kommun 1480"):
        scaffold.new(tmp_path, "norrkoping", kommun, ON)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kommun", "near"), [("0599", "0580 Linköping, 0581 Norrköping"), ("1581", "05 Östergötlands län")]
)  # fmt: skip
def test_a_code_of_no_municipality_is_refused_with_those_near_it(tmp_path, kommun, near):
    with pytest.raises(WrongQuestion, match=f"no municipality. Near it: .*{near}"):
        scaffold.new(tmp_path, "norrkoping", kommun, ON)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(new_city):
    before = sha256(new_city.raw / "datapackage.json")
    with pytest.raises(WrongQuestion, match="is already there"):
        scaffold.new(new_city.root, "norrkoping", "0581", ON)
    assert sha256(new_city.raw / "datapackage.json") == before


def test_every_municipality_lies_in_a_county_that_the_police_name():
    codes = [line[:4] for line in scaffold.MUNICIPALITIES.read_text("utf-8").splitlines()[1:]]
    assert len(codes) == 290
    assert {code[:2] for code in codes} == set(scaffold.COUNTIES)


def test_the_city_has_the_name_of_its_municipality_whatever_its_folder_is_called(tmp_path):
    city = Workspace(scaffold.new(tmp_path, "peking", "0581", ON).parents[2], "peking")
    assert (city.name, city.settings["cityName"]) == ("peking", "Norrköping")
    (asked,) = [one for one in city.not_yet if one["name"] == "police-notices"]
    assert asked["fetch"]["ask"]["locationname"] == ["Östergötlands län", "Norrköping"]
    assert asked["reading"]["options"]["areas"] == {"Norrköping": "kommun:0581"}
    assert tables.read_raw(city.resources_of("areas")[0]).area[0] == "Norrköping"


def test_what_is_laid_out_is_as_its_record_says(new_city):
    assert new_city.problems() == []
    assert new_city.made_up is False
    assert new_city.settings["municipality"] == "kommun:0581"
    assert (new_city.settings["period"], new_city.settings["shown"]) == ("2025", ["total"])
    assert not {"shootings", "killed"} & set(new_city.settings)


def test_every_table_is_laid_out_but_those_that_are_received_or_rare(new_city):
    files = {file.stem for file in new_city.raw.glob("*.csv")}
    apart = {t for t, one in explain.TABLES.items() if one.needed in ("received", "rare")}
    assert files == set(SCHEMAS) - apart
    assert apart == {
        "police_notices", "key_figures", "outlines", "published_rates", "vulnerable_areas", "claims",
        "rivals", "evidence",
    }  # fmt: skip


def test_a_table_holds_its_example_and_what_is_known_by_the_code_alone(new_city):
    known = {"areas": ["kommun:0581"], "crime_items": ["total"]}
    for resource in new_city.package["resources"]:
        table = resource["table"]
        if not resource["path"]:
            continue
        raw = receive([new_city.raw / resource["path"]], Reading.of(resource)).rows
        shown = explain.example_rows(table, raw)
        assert list(raw.columns) == [*SCHEMAS[table].columns, "raw_line"]
        assert shown.sum() == 1 and shown.iloc[-1]
        assert list(raw[~shown].iloc[:, 0]) == known.get(table, [])


def test_rows_that_are_known_from_the_start_are_right(new_city):
    for table in ("areas", "crime_items"):
        (resource,) = new_city.resources_of(table)
        raw = tables.read_raw(resource)
        used, rejected = tables.accept(table, raw[~explain.example_rows(table, raw)])
        assert (len(used), len(rejected)) == (1, 0)


def test_a_swedish_excel_opens_a_table_by_itself(new_city):
    content = (new_city.raw / "problems.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.splitlines()[0].decode("utf-8-sig").split(";")[:2] == ["problem_id", "area_id"]
    assert "Misshandel bland unga på torget".encode() in content


def test_a_record_knows_its_file_as_laid_out_so_that_an_untouched_one_is_no_register(new_city):
    for record in new_city.package["resources"]:
        known_from_start = record["table"] in ("areas", "crime_items")
        if record["path"] and not known_from_start:
            assert record["template"] == f"sha256:{sha256(new_city.raw / record['path'])}"
        else:
            assert "template" not in record


def test_every_record_tells_in_both_languages_what_is_absent_and_cannot_be_said(new_city):
    for record in new_city.package["resources"]:
        for part in ("absent", "cannotSay"):
            assert {"sv", "en"} == set(record[part]) and all(record[part].values())
        assert record["title"] and record["kind"]


def test_the_span_of_the_events_can_be_read(new_city):
    (record,) = [r for r in new_city.package["resources"] if r["table"] == "incidents"]
    assert Period.parse(record["period"]).end == date(2025, 12, 31)


def test_sources_and_terms_are_told_and_name_whom_to_credit(new_city):
    assert set(new_city.sources) == {"own", "bra", "scb", "kolada", "polisen"}
    for language in ("sv", "en"):
        terms = new_city.terms(language)
        for name in ("bra", "scb", "kolada", "polisen"):
            assert "Källa: " in terms[new_city.sources[name].licence]
    examples = {
        one.columns["source_id"].example
        for one in explain.TABLES.values()
        if "source_id" in one.columns
    }
    assert examples <= set(new_city.sources)


def test_what_can_be_fetched_is_asked_for_the_municipality_and_has_no_file_yet(new_city):
    found = {one["name"]: one for one in new_city.not_yet if "fetch" in one}
    assert set(found) == {"police-notices", "population-scb", "key-figures"}
    for record in found.values():
        assert record["path"] == ""
        assert set(record["fetch"]) == {"connector", "ask"}
        asked = json.dumps([record["fetch"], record["reading"]])
        assert "0581" in asked
        Reading.of(record)
    ask = found["population-scb"]["fetch"]["ask"]
    assert (ask["table"], ask["selection"]["Region"]) == ("TAB638", ["0581"])
    ask = found["key-figures"]["fetch"]["ask"]
    assert set(ask["kpi"]) == {"N07540", "N07403", "N07609", "N07631", "N07657", "N07679"}
    assert (ask["municipality"], ask["year"][-1]) == (["0581"], "2025")


POPULATION = {
    "class": "dataset", "id": ["Region", "ContentsCode", "Tid"], "size": [1, 1, 2],
    "role": {"time": ["Tid"]}, "value": [101, 102],
    "dimension": {
        "Region": {"category": {"index": {"0581": 0}}},
        "ContentsCode": {"category": {"index": {"BE0101N1": 0}}},
        "Tid": {"category": {"index": {"2023": 0, "2024": 1}}},
    },
}  # fmt: skip
FIGURES = {
    "count": 2,
    "values": [
        {"kpi": kpi, "municipality": "0581", "period": 2024, "values": [
            {"gender": "T", "count": 1, "status": "", "value": value, "isdeleted": False}]}
        for kpi, value in (("N07609", 30), ("N07657", 2.5))
    ],
}  # fmt: skip
NOTICES = [
    {"id": number, "datetime": "2026-08-22 9:51:41 +02:00", "name": f"22 augusti 07.59, Brand, {place}",
     "summary": "Text som aldrig följer med.", "url": "/x/", "type": "Brand",
     "location": {"name": "Östergötlands län", "gps": "58.5,16.1"}}
    for number, place in ((1, "Norrköping"), (2, "Linköping"))
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "read", "answer", "row"),
    [
        ("population-scb", jsonstat.read, POPULATION, {"area_id": "kommun:0581", "year": 2023, "population": 101}),
        ("key-figures", kolada.read, FIGURES, {"indicator": "N07609", "value": 30.0, "low": 27.5, "high": 32.5}),
        ("police-notices", polisen.events, NOTICES, {"place": "Norrköping", "area_id": "kommun:0581", "type": "Brand"}),
    ],
)  # fmt: skip
def test_what_is_fetched_becomes_rows_of_its_table(new_city, tmp_path, name, read, answer, row):
    """Answers in the providers' shapes, with invented figures."""
    (record,) = [one for one in new_city.not_yet if one["name"] == name]
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer), "utf-8")
    reading = Reading.of(record)
    rows = mapped(read([file], reading.options), reading, file.name).rows
    columns = [column["name"] for column in record["schema"]["fields"]]
    assert [one for one in rows if one != "raw_line"] == columns
    used, rejected = tables.accept(record["table"], rows.assign(resource=name))
    assert rejected.empty
    assert used.iloc[0][list(row)].to_dict() == row
    assert set(used.get("area_id")) == {"kommun:0581"}
    assert "aldrig" not in used.to_csv()


def test_the_guide_explains_every_column_in_the_order_of_filling(guide):
    places = [guide.index(f"### `{table}.csv`") for table in scaffold.BY_HAND]
    assert places == sorted(places)
    for table in scaffold.BY_HAND:
        section = guide.split(f"### `{table}.csv`")[1].split("\n#")[0]
        for name, column in explain.TABLES[table].columns.items():
            assert f"| `{name}` | {column.sv} | " in section
    for choice in ("worst, need, offered, all, lot, not known", "continue, change, end"):
        assert choice in guide


def test_the_guide_lists_each_duty_of_the_act_and_what_answers_it(guide):
    law = guide.split("lagen (2023:196)")[1].split("## In English")[0]
    for duty in DUTIES:
        (line,) = [line for line in law.splitlines() if f"`{duty}`" in line]
        assert line.count("|") == 4 and len(line.split("|")[3]) > 20
    for file in re.findall(r"`(\w+)\.csv`", law):
        assert file in scaffold.BY_HAND


def test_the_guide_has_a_table_that_renders(guide):
    for block in guide.split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in rows}) <= 1, rows[:1]


def test_the_texts_of_the_police_are_kept_out_of_version_control(new_city):
    subprocess.run(["git", "init", "-q", new_city.raw], check=True)
    asked = subprocess.run(
        ["git", "check-ignore", "received/police-notices/x.zip", "received/key-figures/x.zip"],
        cwd=new_city.raw, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.stdout.split() == ["received/police-notices/x.zip"]


def test_the_same_question_gives_the_same_bytes(tmp_path, new_city):
    again = scaffold.new(tmp_path, "norrkoping", "0581", ON)
    for file in again.iterdir():
        assert file.read_bytes() == (new_city.raw / file.name).read_bytes(), file.name

"""A new city's folder: explained, in order, and with nothing in it that did not come from her."""

import json
import re
import shutil
import subprocess
from datetime import date

import pytest

from analysis.data import explain, scaffold, tables
from analysis.data.formats import jsonstat, kolada, polisen
from analysis.data.formats.known import receive
from analysis.data.formats.mapping import PARTS, Reading, mapped
from analysis.data.record import changed, renew
from analysis.data.registers import DUTIES
from analysis.data.schemas import SCHEMAS
from analysis.data.workspace import SOURCE_FIELDS, Workspace, sha256
from analysis.measurement import register
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


def test_the_span_of_the_events_is_left_to_the_city_and_the_guide_says_how_it_is_written(
    new_city, guide
):
    (record,) = [r for r in new_city.package["resources"] if r["table"] == "incidents"]
    assert record["period"] == ""
    section = guide.split("### Varför `period` är tom vid `incidents`")[1].split("\n#")[0]
    several, one = re.findall(r'`"period": "(.+?)"`', section)
    assert Period.parse(several) == Period(date(2021, 1, 1), date(2025, 12, 31))
    assert Period.parse(one) == Period(date(2025, 1, 1), date(2025, 12, 31))
    assert "räknas som noll brott" in section


def test_what_the_city_is_to_fill_in_stands_first_in_the_record_and_the_files_last(new_city):
    parts = list(new_city.package)
    assert parts[:2] == ["settings", "sources"]
    assert parts[-1] == "resources"
    assert new_city.package["sources"][0]["name"] == "own"


def test_the_example_of_an_area_lies_in_the_citys_own_municipality(new_city):
    file = new_city.raw / "areas.csv"
    rows = receive([file], Reading()).rows
    shown = rows[explain.example_rows("areas", rows)].iloc[0]
    assert shown.parent_id == "kommun:0581"
    assert shown.parent_id in set(rows.area_id)
    assert shown.valid_from == ""


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


def test_the_guide_says_of_every_column_whether_it_may_be_blank(guide):
    headed = re.findall(r"\| kolumn \|.*?\n\|[-|]+\n((?:\|.*\n)+)", guide)
    assert len(headed) == len(scaffold.BY_HAND)
    for line in "".join(headed).splitlines():
        rule = line.split(" | ")[2]
        assert rule.endswith(("; måste fyllas i", "; får vara tomt")), line


def test_the_guide_begins_with_the_order_of_work_on_one_page(guide):
    overview = guide.split("## Översikt")[1].split("\n## ")[0]
    assert guide.index("## Översikt") == guide.index("\n## ") + 1
    order = [overview.index(f"`lagesbild {one} norrkoping`") for one in ("record", "check", "run")]
    assert order == sorted(order) and overview.index("Fyll i") < order[0]
    assert len(overview.splitlines()) < 40


def test_the_guide_explains_every_setting_and_what_a_source_is(new_city, guide):
    section = guide.split("## Inställningar och källor")[1].split("\n## ")[0]
    settings, sources = section.split("| `resources` |")[0].split("| `sources` |")
    for name, value in new_city.settings.items():
        (line,) = [one for one in settings.splitlines() if one.startswith(f"| `{name}` |")]
        assert line.endswith(f"| `{json.dumps(value, ensure_ascii=False)}` |")
    for name in (*SOURCE_FIELDS, "note"):
        assert f"| `{name}` | " in sources
    assert '`"fyll i"`' in sources


def test_settings_that_may_be_added_are_written_so_that_they_can_be_copied(guide):
    (line,) = [one for one in guide.splitlines() if one.startswith("| `shootings` |")]
    events, published = (json.loads(one) for one in re.findall(r"`({.*?})`", line))
    assert set(events) == {"item"}
    assert published == {"measure": "confirmed shootings", "area_id": "kommun:0581"}


def test_the_guide_gives_the_limits_of_a_whole_register_that_are_used(guide):
    section = guide.split("## Årssiffror och egna händelser")[1].split("\n## ")[0]
    assert re.findall(r"(\d+)/10", section) == [
        f"{10 * n:.0f}" for n in (register.WHOLE, register.MOST)
    ]
    assert (
        "`total` för varje stadsdel" in section
        and "Hela kommunens rader (`kommun:0581`)" in section
    )


def test_nothing_is_left_to_put_into_the_guide(guide):
    assert re.findall(r"\{\w+\}", guide) == []


def _fill(folder, table, *rows):
    """Rows of her own under what was laid out."""
    file = folder / f"{table}.csv"
    file.write_text(file.read_text("utf-8-sig") + "".join(f"{row}\n" for row in rows), "utf-8")


def test_a_file_with_other_headings_is_read_as_the_guide_says(new_city, guide, tmp_path):
    shutil.copytree(new_city.root, tmp_path, dirs_exist_ok=True)
    folder = tmp_path / "data/raw/norrkoping"
    section = guide.split("## Filer med andra rubriker")[1].split("\n## ")[0]
    (export,) = re.findall(r"```csv\n(.*?)```", section, re.S)
    (record,) = (json.loads(one) for one in re.findall(r"```json\n(.*?)```", section, re.S))
    (folder / record["path"]).write_bytes(export.encode("cp1252"))
    (folder / "crime_counts.csv").unlink()
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    (counts,) = [one for one in package["resources"] if one["table"] == "crime_counts"]
    counts |= record
    (folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
    _fill(
        folder, "areas",
        *(f"stadsdel:{code};{name};stadsdel;kommun:0581;;;;;no;" for code, name in (("0101", "Norrby"), ("0102", "Söderby"))),
    )  # fmt: skip
    _fill(folder, "crime_items", "misshandel;Misshandel;Assault;total;victims;yes;yes")
    for file in changed(Workspace(tmp_path, "norrkoping")):
        renew(Workspace(tmp_path, "norrkoping"), file, ON)
    city = Workspace(tmp_path, "norrkoping")
    assert city.problems() == []
    read = tables.build(city)
    rows = read["crime_counts"].fillna({"count": -1})
    assert rows[["area_id", "year", "item", "count", "source_id"]].values.tolist() == [
        ["stadsdel:0101", 2025, "misshandel", 1031, "bra"],
        ["stadsdel:0102", 2025, "misshandel", -1, "bra"],
    ]
    assert list(read.rejected.reason) == ["item 'Snatteri' has no code in the record"]


def test_every_part_of_a_reading_is_in_the_guide_with_an_example_that_can_be_copied(guide):
    section = guide.split("| del av `reading` |")[1].split("\n\n")[0]
    shown = re.findall(r"^\| `(\w+)` \|.*\| `(.+)` \|$", section, re.M)
    assert {part for part, _ in shown} == set(PARTS)
    Reading.of({"reading": {part: json.loads(example) for part, example in shown}})


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


def test_a_column_that_an_export_lacks_is_left_blank_as_the_guide_shows(guide, tmp_path):
    (line,) = [one for one in guide.splitlines() if one.startswith("| `constants` |")]
    constants = json.loads(re.search(r"`({.+})`", line)[1])
    blank = [column for column, text in constants.items() if text == ""]
    assert blank and all(
        explain.allowed("incidents", one, "sv").endswith("får vara tomt") for one in blank
    )
    export = explain.example("incidents").replace(explain.MARK, "x", regex=True)
    export.drop(columns=list(constants)).to_csv(tmp_path / "export.csv", index=False)
    came = mapped(
        receive([tmp_path / "export.csv"], Reading()), Reading(constants=constants), "export.csv"
    )
    assert explain.lacking("incidents", came.rows.columns) == []
    used, rejected = tables.accept("incidents", came.rows.assign(resource="incidents"))
    assert (len(used), len(rejected)) == (1, 0)

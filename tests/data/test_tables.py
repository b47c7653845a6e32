"""At the border: what is text becomes numbers, and every row is accounted for."""

import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data import tables
from analysis.data.numbers import number
from analysis.data.registers import ROWS_OF_PERSONS
from analysis.data.schemas import KEYS, SCHEMAS
from analysis.data.workspace import Workspace, sha256
from analysis.words.questions import MissingWork, WrongQuestion


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234", 1234), ("1 234,5", 1234.5), ("1\u00a0234", 1234), ("1\u202f234", 1234),
        ("-", 0), ("- ", 0), ("..", None), ("..  ", None), (".", None), ("", None), ("-3", -3),
        ("\u22123,5", -3.5), ("0", 0),
    ],
)  # fmt: skip
def test_a_number_as_swedish_agencies_write_it(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    "text", ["abc", "1.2.3", "12 st", "--", "NaN", "inf", "1_0", "12 5", "2017 2018", "1 2345"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError):
        number(text)


def crime(rows) -> pd.DataFrame:
    columns = [*SCHEMAS["crime_counts"].columns]
    raw = pd.DataFrame(rows, columns=columns, dtype=str)
    return raw.assign(resource="x", raw_line=range(2, len(raw) + 2))


CELLS = st.sampled_from(["", "..", "-", "12", "1 000", "abc", "-4", "3,5", "2017", "total", "a:1"])


@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS), max_size=30))
def test_rows_in_are_rows_used_plus_rows_rejected(rows):
    raw = crime(rows)
    used, rejected = tables.accept("crime_counts", raw)
    assert sorted([*used.raw_line, *rejected.raw_line]) == list(raw.raw_line)
    assert (rejected.reason != "").all()
    assert not used.duplicated(KEYS["crime_counts"]).any()
    assert (used["count"].dropna() >= 0).all()


def test_each_rejected_row_has_its_own_reason():
    used, rejected = tables.accept(
        "crime_counts",
        crime(
            [
                ("stadsdel:131", "2017", "total", "12", "bra"),
                ("stadsdel:131", "2018", "total", "tolv", "bra"),
                ("stadsdel:131", "2019", "total", "-4", "bra"),
                ("Angered", "2019", "total", "4", "bra"),
                ("stadsdel:132", "2017", "total", "1", "bra"),
                ("stadsdel:132", "2017", "total", "2", "bra"),
                ("stadsdel:133", "2017", "total", "", "bra"),
            ]
        ),
    )
    assert list(used.raw_line) == [2, 8]
    assert used["count"].isna().tolist() == [False, True]
    reasons = rejected.set_index("raw_line").reason
    assert reasons[3] == "count 'tolv' is not a number"
    assert reasons[4] == "count '-4': is below 0"
    assert "does not look like scheme:code" in reasons[5]
    assert "stands on more than one row" in reasons[6]
    assert "stands on more than one row" in reasons[7]


@pytest.fixture
def copy(tmp_path, root):
    """The shipped workspace in a folder of its own, its files free to be changed."""
    raw = tmp_path / "data" / "raw" / "goteborg"
    shutil.copytree(root / "data" / "raw" / "goteborg", raw)
    return Workspace(tmp_path, "goteborg")


def rewrite(copy, path, text):
    """Change a raw file and its record, as an analyst who received a new file would."""
    file = copy.raw / path
    file.write_text(text, encoding="utf-8")
    record = copy.raw / "datapackage.json"
    package = json.loads(record.read_text("utf-8"))
    for resource in package["resources"]:
        if resource["path"] == path:
            resource["hash"] = f"sha256:{sha256(file)}"
    record.write_text(json.dumps(package), encoding="utf-8")
    return Workspace(copy.root, copy.name)


def test_a_zero_from_before_a_division_existed_is_not_a_value(copy):
    file = "crime_counts_city_and_stadsomraden.csv"
    old = (copy.raw / file).read_text("utf-8")
    built = tables.build(rewrite(copy, file, old + "stadsomrade:01,Nordost,2019,total,0,bra_sol\n"))
    crime = built["crime_counts"]
    assert crime.query("area_id == 'stadsomrade:01' and year == 2019").empty
    assert (
        "area_id 'stadsomrade:01' did not exist in 2019: in areas it is valid from 2021-01-01"
        in (built.rejected.reason.tolist())
    )
    account = built.ledger.set_index("resource").loc["crime-counts-city-and-stadsomraden"]
    assert account.rows_in == account.rows_used + account.rows_rejected == 294


def test_an_unknown_area_and_an_unknown_item_are_set_aside(copy):
    file = "crime_counts_city_and_stadsomraden.csv"
    more = "stadsdel:999,Nowhere,2017,total,5,bra_sol\nkommun:1480,Göteborg,2017,witchcraft,5,bra_sol\n"
    built = tables.build(rewrite(copy, file, (copy.raw / file).read_text("utf-8") + more))
    reasons = built.rejected[built.rejected.resource.str.contains("city")].reason.tolist()
    assert reasons == [
        "area_id 'stadsdel:999' is not in areas; did you mean 'stadsdel:139'?",
        "item 'witchcraft' is not in crime_items: enter it there, or correct item",
    ]


def test_what_leans_on_a_row_that_was_set_aside_points_to_that_row(copy):
    areas = (copy.raw / "areas.csv").read_text("utf-8")
    line = next(x for x in areas.splitlines() if x.startswith("stadsdel:139,"))
    wrong = line.replace(",stadsdel_2011_2020,", ",,")
    assert wrong != line
    built = tables.build(rewrite(copy, "areas.csv", areas.replace(line, wrong)))
    reasons = built.rejected[built.rejected.table != "shootings"]
    assert reasons.table.iloc[0] == "areas"
    (told,) = set(reasons.reason.iloc[1:])
    assert told == "area_id 'stadsdel:139': its own row of areas was set aside; correct that row"


def test_a_city_whose_areas_are_all_set_aside_says_so_of_every_row_of_theirs(copy):
    areas = (copy.raw / "areas.csv").read_text("utf-8").replace(",no,", ",nej,")
    areas = areas.replace(",yes,", ",ja,")
    built = tables.build(rewrite(copy, "areas.csv", areas))
    assert built["areas"].empty and built["population"].empty
    told = set(built.rejected.reason[built.rejected.table == "population"])
    assert "area_id 'stadsdel:139': its own row of areas was set aside; correct that row" in told


def test_an_event_of_an_unknown_kind_is_set_aside_and_not_lost_from_the_total(
    made_up, made_up_tables
):
    from analysis.data.between import between_tables

    named = made_up_tables["incidents"].copy()
    named.loc[named.index[0], "item"] = "asault"
    known, sources = dict(made_up_tables.by_name) | {"incidents": named}, set(made_up.sources)
    kept, rejected = between_tables(known, sources, {})
    assert len(kept["incidents"]) == len(named) - 1
    assert rejected.reason.tolist() == [
        "item 'asault' is not in crime_items; did you mean 'assault'?"
    ]


def test_a_raw_file_that_was_edited_stops_the_work(copy):
    file = copy.raw / "population.csv"
    file.write_text(file.read_text("utf-8").replace("564039", "564040"), encoding="utf-8")
    with pytest.raises(
        WrongQuestion, match=r"population.csv: the file has changed since it was entered"
    ):
        tables.build(copy)


def test_a_column_that_is_missing_is_named(copy):
    with pytest.raises(WrongQuestion, match="not recorded none; missing kind, source_id"):
        tables.build(rewrite(copy, "claims.csv", "claim_id,claim\na,b\n"))


def test_a_source_without_publisher_is_a_problem(copy):
    copy.package["sources"][0]["publisher"] = ""
    assert any("lacks 'publisher'" in problem for problem in copy.problems())


def test_the_shipped_record_has_no_problem(city):
    assert city.problems() == []


def test_every_source_named_in_a_row_has_a_record(read, city):
    for table in read.by_name.values():
        if "source_id" in table:
            assert set(table.source_id) <= set(city.sources)


def test_tables_survive_being_saved(read, copy):
    tables.save(tables.build(copy), copy)
    loaded = tables.load(copy)
    pd.testing.assert_frame_equal(loaded.events_by_year, read.events_by_year)
    for name in SCHEMAS.keys() - ROWS_OF_PERSONS:
        pd.testing.assert_frame_equal(loaded[name], read[name])


def test_tables_of_older_raw_data_are_refused(copy):
    tables.save(tables.build(copy), copy)
    changed = rewrite(
        copy, "claims.csv", (copy.raw / "claims.csv").read_text("utf-8") + "x,y,z,w\n"
    )
    with pytest.raises(MissingWork, match="have changed: run notebook 1_data"):
        tables.load(changed)


def test_tables_that_were_never_made_say_how_to_make_them(copy):
    with pytest.raises(MissingWork, match="lagesbild run goteborg"):
        tables.load(copy)


def test_every_clean_row_leads_back_to_its_raw_line(read, city):
    rows = read["crime_counts"].sample(50, random_state=1)
    lines = {r.name: r.file.read_text("utf-8").splitlines() for r in city.resources}
    for row in rows.itertuples():
        raw = lines[row.resource][row.raw_line - 1].split(",")
        count = "" if pd.isna(row.count) else str(row.count)
        assert (raw[0], raw[2], raw[3], raw[4]) == (row.area_id, str(row.year), row.item, count)


def add(copy, path, text, **about):
    """A further file and its record, as the README of the raw data asks."""
    file = copy.raw / path
    file.write_text(text, encoding="utf-8")
    record = copy.raw / "datapackage.json"
    package = json.loads(record.read_text("utf-8"))
    like = next(r for r in package["resources"] if r["table"] == "population")
    new = like | {"name": file.stem, "path": path, "hash": f"sha256:{sha256(file)}"} | about
    package["resources"].append(new)
    record.write_text(json.dumps(package), encoding="utf-8")
    return Workspace(copy.root, copy.name)


HEAD = "area_id,area,year,population,method,source_id\n"


def test_a_second_file_of_a_table_is_added_and_its_row_used(copy):
    built = tables.build(
        add(copy, "more.csv", HEAD + "stadsdel:139,Lundby,2016,49000,estimate,gbg_so_pop\n")
    )
    assert len(built["population"].query("area_id == 'stadsdel:139'")) == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("stadsdel:139,Lundby,2017,49000,estimate,gbg_so_pop", "stands in more than one file"),
        (
            "stadsdel:139,Lundby,2016,49000,estimate,nobody",
            "source_id 'nobody' is not in the sources of datapackage.json",
        ),
        (
            "stadsdel:999,Lundby,2016,49000,estimate,gbg_so_pop",
            "area_id 'stadsdel:999' is not in areas; did you mean",
        ),
        (
            "stadsdel:139,Lundby,2021,49000,estimate,gbg_so_pop",
            "did not exist in 2021: in areas it is valid from 2011-01-01 to 2020-12-31",
        ),
        ("stadsdel:139,Lundby,2016,0,estimate,gbg_so_pop", "population '0': is below 1"),
    ],
)
def test_what_is_wrong_between_files_is_rejected_with_its_reason(copy, row, reason):
    built = tables.build(add(copy, "more.csv", HEAD + row + "\n"))
    mine = built.rejected[built.rejected.resource == "more"]
    assert reason in mine.reason.iloc[0]
    account = built.ledger.set_index("resource")
    assert (account.rows_in == account.rows_used + account.rows_rejected).all()


def test_a_file_without_a_record_and_a_record_that_lacks_its_words_are_named(copy):
    (copy.raw / ".DS_Store").write_text("left by a file manager")
    assert copy.problems() == []
    (copy.raw / "~$extra.xlsx").write_text("left by Excel")
    (copy.raw / "extra.csv").write_text("a\n1\n", encoding="utf-8")
    assert copy.problems() == []
    assert copy.strays == ["extra.csv", "~$extra.xlsx"]
    wrong = add(copy, "more.csv", HEAD, absent="unknown")
    assert any("absent must be a text in each language" in problem for problem in wrong.problems())


def test_an_unknown_licence_is_named_and_a_field_of_the_standard_is_allowed(copy):
    record = copy.raw / "datapackage.json"
    package = json.loads(record.read_text("utf-8"))
    package["sources"][0] |= {"licence": "free beer", "path": "https://example.org"}
    record.write_text(json.dumps(package), encoding="utf-8")
    problems = Workspace(copy.root, copy.name).problems()
    assert len(problems) == 1
    assert "unknown licence 'free beer'" in problems[0]


def test_a_register_may_be_an_excel_file(tmp_path, made_up):
    """The same rows whether an analyst keeps them as CSV or as a workbook."""
    from openpyxl import Workbook

    root = shutil.copytree(made_up.raw, tmp_path / "data" / "raw" / "exempelstad").parents[2]
    folder = root / "data" / "raw" / "exempelstad"
    rows = pd.read_csv(folder / "problems.csv", dtype=str, keep_default_na=False)
    book = Workbook()
    for row in [rows.columns.tolist(), *rows.to_numpy().tolist()]:
        book.active.append(row)
    book.save(folder / "problems.xlsx")
    (folder / "problems.csv").unlink()
    record = json.loads((folder / "datapackage.json").read_text("utf-8"))
    (mine,) = [r for r in record["resources"] if r["table"] == "problems"]
    mine |= {"path": "problems.xlsx", "hash": f"sha256:{sha256(folder / 'problems.xlsx')}"}
    (folder / "datapackage.json").write_text(json.dumps(record))
    read = tables.build(Workspace(root, "exempelstad"))
    first = tables.build(made_up)["problems"].drop(columns="resource")
    pd.testing.assert_frame_equal(read["problems"].drop(columns="resource"), first)


PERSONS = {
    "title_sv": "Ring 19811218-9876 om torget",
    "title_en": "Call 070-174 06 05",
    "owner": "Skriv till a.person@example.org",
}


@pytest.mark.parametrize("column", PERSONS)
def test_a_row_with_a_person_in_it_is_set_aside_without_repeating_it(made_up, column):
    (resource,) = made_up.resources_of("problems")
    raw = tables.read_raw(resource)
    raw.loc[3, column] = PERSONS[column]
    used, rejected = tables.accept("problems", raw)
    assert (len(used), list(rejected.raw_line)) == (len(raw) - 1, [5])
    (reason,) = rejected.reason
    assert reason.startswith(f"{column} holds a ")
    assert not any(part in reason for part in ("1218", "174", "example"))


def test_a_person_in_a_column_of_numbers_is_not_repeated_either():
    raw = crime([("stadsdel:131", "2017", "total", "19811218-9876", "bra")])
    _, rejected = tables.accept("crime_counts", raw)
    assert "9876" not in rejected.reason[0]


def test_a_report_cannot_open_rows_of_persons(tmp_path, made_up, made_up_tables, monkeypatch):
    monkeypatch.setattr(Workspace, "processed", property(lambda self: tmp_path))
    tables.save(made_up_tables, made_up)
    closed = tables.load(made_up)
    for table in ("incidents", "observations", "survey_respondents", "survey_answers"):
        with pytest.raises(WrongQuestion, match=f"table {table} has a row a person or event"):
            closed[table]
    assert len(closed["measures"]) == 14
    assert len(tables.load(made_up, rows_of_persons=True)["survey_respondents"]) > 10_000


@pytest.mark.parametrize("line", [0, 6, 13])
@pytest.mark.parametrize(
    "written", ["01/11/2016", "2016-11", "20161101", "1 nov 2016", "2016-13-01"]
)
def test_an_odd_date_rejects_its_own_row_and_no_other(made_up, written, line):
    (resource,) = made_up.resources_of("measures")
    raw = tables.read_raw(resource)
    raw.loc[line, "starts"] = written
    used, rejected = tables.accept("measures", raw)
    assert list(rejected.raw_line) == [line + 2]
    assert rejected.reason[0] == f"starts is not a date, year-month-day: {written!r}"
    assert len(used) == len(raw) - 1


def test_a_file_that_is_no_workbook_says_what_to_do(workspace):
    mine = Workspace(workspace, "exempelstad")
    (mine.raw / "problems.xlsx").write_text("not a workbook")
    (resource,) = mine.resources_of("problems")
    with pytest.raises(WrongQuestion, match="cannot be read as an Excel workbook"):
        tables.read_raw(replace(resource, files=(mine.raw / "problems.xlsx",)))


@pytest.mark.parametrize(
    ("column", "written", "reason"),
    [
        ("owner", "", "owner '': is required"),
        ("level", "personal", "level 'personal': is not one of staff, leadership"),
        ("area_id", "Ängsvik", "area_id 'Ängsvik': does not look like scheme:code"),
        ("level", "ring 19811218-9876", "level 'ring [personal identity number]': is not one of staff, leadership"),
    ],
)  # fmt: skip
def test_a_reason_names_the_column_what_was_found_and_what_is_allowed(
    made_up, column, written, reason
):
    (resource,) = made_up.resources_of("measures")
    raw = tables.read_raw(resource)
    raw.loc[2, column] = written
    _, rejected = tables.accept("measures", raw)
    assert (rejected.raw_line[0], rejected.reason[0]) == (4, reason)

"""A register that was changed on purpose is entered in one step, and only when it can be read."""

import json
from datetime import date

import pytest
from openpyxl import Workbook

from analysis.data import scaffold, tables
from analysis.data.parameters import known, years
from analysis.data.record import changed, namesakes, recorded_as, renew
from analysis.data.workspace import Workspace
from analysis.words.questions import WrongQuestion

DAY = date(2017, 10, 1)


@pytest.fixture
def mine(workspace):
    return Workspace(workspace, "exempelstad")


def edit(city, name, change):
    file = city.raw / name
    file.write_text(change(file.read_text("utf-8")), "utf-8")


def test_a_missing_file_is_told_of_the_workbook_that_lies_in_its_place(workspace):
    folder = Workspace(workspace, "exempelstad").raw
    (folder / "duties.csv").rename(folder / "duties.xlsx")
    (problem,) = Workspace(workspace, "exempelstad").problems()
    assert problem.endswith(
        "To enter duties.xlsx in its place: lagesbild record exempelstad duties.xlsx"
    )


def test_a_changed_register_is_refused_with_the_way_out_and_then_entered(mine, workspace):
    edit(mine, "duties.csv", lambda text: text + "follow_up,Uppföljning,Follow-up,2017-09-01,\n")
    (problem,) = mine.problems()
    assert problem.endswith("lagesbild record exempelstad duties.csv")
    assert renew(mine, "duties.csv", DAY) == 7
    again = Workspace(workspace, "exempelstad")
    assert again.problems() == []
    (resource,) = again.resources_of("duties")
    assert resource.retrieved == "2017-10-01"
    assert len(tables.build(again)["duties"]) == 7


def test_what_cannot_be_read_is_not_entered(mine):
    before = (mine.raw / "datapackage.json").read_bytes()
    edit(mine, "duties.csv", lambda text: text.replace("duty,", "dutty,"))
    with pytest.raises(WrongQuestion, match="not recorded dutty; missing duty"):
        renew(mine, "duties.csv", DAY)
    with pytest.raises(WrongQuestion, match=r"did you mean 'duties\.csv'"):
        renew(mine, "dutys.csv", DAY)
    assert (mine.raw / "datapackage.json").read_bytes() == before


@pytest.mark.parametrize("missing", ["madeUp", "settings"])
def test_a_record_without_what_every_run_needs_is_named(mine, missing):
    del mine.package[missing]
    assert mine.problems() == [f"datapackage.json lacks {missing!r}."]


def test_a_setting_that_is_missing_is_named(mine):
    del mine.package["settings"]["period"]
    assert "datapackage.json: settings lack 'period'." in mine.problems()


LAID_OUT, FILLED = date(2026, 2, 1), date(2026, 2, 9)
EVENT = "1;total;2025-03-14 21:40;kommun:0581;;;final;;own\n"


@pytest.fixture
def new_city(tmp_path):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    scaffold.new(tmp_path, "norrkoping", "0581", LAID_OUT)
    return Workspace(tmp_path, "norrkoping")


def again(city, name="norrkoping"):
    return Workspace(city.root, name)


def entered(city, path):
    (record,) = [one for one in again(city).package["resources"] if one.get("path") == path]
    return record


def rewrite_record(city, path, **parts):
    """The record of a file with other parts; one that is None is taken out."""
    package = again(city).package
    (record,) = [one for one in package["resources"] if one.get("path") == path]
    record |= parts
    for name in [name for name, value in parts.items() if value is None]:
        del record[name]
    (city.raw / "datapackage.json").write_text(json.dumps(package), "utf-8")


def workbook(city, name, *rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(city.raw / name)


COUNTS = (
    ["area_id", "year", "item", "count", "source_id"],
    ["kommun:0581", 2024, "total", 12345, "own"],
)


def test_the_sources_of_a_file_are_those_that_its_rows_name(new_city):
    file = new_city.raw / "crime_counts.csv"
    heading = file.read_text("utf-8-sig").splitlines()[0]
    assert heading == "area_id;year;item;count;source_id"
    for sources in (["own"], ["bra"], ["own", "bra"]):
        rows = [f"kommun:0581;{2020 + n};total;5;{one}" for n, one in enumerate(sources)]
        file.write_text("\n".join([heading, *rows]) + "\n", "utf-8")
        renew(new_city, "crime_counts.csv", DAY)
        (resource,) = Workspace(new_city.root, new_city.name).resources_of("crime_counts")
        assert resource.sources == sources


def test_the_example_is_no_row_of_what_was_entered(new_city):
    edit(new_city, "incidents.csv", lambda text: text + EVENT)
    assert (
        renew(new_city, "incidents.csv", FILLED) == entered(new_city, "incidents.csv")["rows"] == 1
    )


@pytest.mark.parametrize("left", ["as laid out", "the example and a blank line", "headings alone"])
def test_a_register_in_which_nothing_was_entered_is_not_there(new_city, left):
    change = {
        "as laid out": lambda text: text,
        "the example and a blank line": lambda text: text + "\n",
        "headings alone": lambda text: text.splitlines()[0] + "\n",
    }
    if left != "as laid out":
        edit(new_city, "incidents.csv", change[left])
    assert renew(new_city, "incidents.csv", FILLED) == 0
    rewrite_record(new_city, "incidents.csv", period="2021-01-01..2025-12-31")
    city = again(new_city)
    assert (city.problems(), city.resources_of("incidents"), city.observed) == ([], [], None)
    assert years(city) == [city.settings["period"]]
    edit(city, "incidents.csv", lambda text: text.splitlines()[0] + "\n" + EVENT)
    (problem,) = again(city).problems()
    assert problem.endswith("lagesbild record norrkoping incidents.csv")
    assert renew(city, "incidents.csv", FILLED) == 1
    assert str(again(city).observed) == "2021-01-01..2025-12-31"


def test_a_register_is_not_there_on_a_day_on_which_it_was_still_empty(new_city):
    renew(new_city, "incidents.csv", FILLED)
    edit(new_city, "incidents.csv", lambda text: text + EVENT)
    renew(new_city, "incidents.csv", date(2026, 3, 1))
    rewrite_record(new_city, "incidents.csv", period="2021-01-01..2025-12-31")
    assert again(new_city).observed is not None
    assert again(new_city, "norrkoping@2026-02-20").resources_of("incidents") == []
    assert len(again(new_city, "norrkoping@2026-03-01").resources_of("incidents")) == 1


def test_what_is_known_of_a_city_begins_with_its_first_edition(new_city):
    package = new_city.package
    package["resources"] = [one for one in package["resources"] if one.get("path") == "duties.csv"]
    (new_city.raw / "datapackage.json").write_text(json.dumps(package), "utf-8")
    for day in (FILLED, date(2026, 3, 1)):
        edit(new_city, "duties.csv", lambda text: text + "overview;A;B;2025-01-01;\n")
        renew(new_city, "duties.csv", day)
    with pytest.raises(WrongQuestion, match=r"what is known begins on 2026-02-09\. Ask for that"):
        known(again(new_city, "norrkoping@2026-02-08"))
    assert known(again(new_city, "norrkoping@2026-02-09")).resources


@pytest.mark.parametrize(
    "span", ["", "2021-01-01/2025-12-31", "2021-01-01..", "undated", "sedan 2021"]
)
def test_a_register_of_events_must_say_which_span_it_covers(new_city, span):
    edit(new_city, "incidents.csv", lambda text: text + EVENT)
    renew(new_city, "incidents.csv", FILLED)
    rewrite_record(new_city, "incidents.csv", period=span)
    told = (
        f"datapackage.json: incidents.csv: period is {span!r}, but must be the span that the "
        "register covers whole, such as 2021-01-01..2025-12-31: a day in it without an event "
        "counts as nought."
    )
    assert again(new_city).problems() == [told]
    with pytest.raises(WrongQuestion) as wrong:
        _ = again(new_city).observed
    assert str(wrong.value) == told
    rewrite_record(new_city, "incidents.csv", period="2021-01-01..2025-12-31")
    assert again(new_city).problems() == []


@pytest.mark.parametrize("part", ["schema", "name", "hash"])
def test_a_record_that_lacks_a_part_is_named_and_nothing_is_entered(new_city, part):
    rewrite_record(new_city, "doses.csv", **{part: None})
    before = (new_city.raw / "datapackage.json").read_bytes()
    told = f"datapackage.json: doses.csv lacks {part}: copy a record of its kind"
    assert again(new_city).problems()[0].startswith(told)
    for ask in (changed, lambda city: renew(city, "doses.csv", FILLED)):
        with pytest.raises(WrongQuestion, match=told):
            ask(again(new_city))
    assert (new_city.raw / "datapackage.json").read_bytes() == before


def test_a_workbook_takes_the_place_of_an_untouched_template(new_city):
    workbook(new_city, "crime_counts.xlsx", *COUNTS)
    assert namesakes(new_city, "crime_counts.xlsx") == ["crime_counts.csv"]
    assert recorded_as(new_city, "crime_counts.xlsx") == "crime_counts.csv"
    assert renew(new_city, "crime_counts.xlsx", FILLED) == 1
    city = again(new_city)
    assert (city.problems(), city.strays) == ([], [])
    assert not (city.raw / "crime_counts.csv").exists()
    record = entered(city, "crime_counts.xlsx")
    assert (record["rows"], "template" in record) == (1, False)
    assert recorded_as(city, "crime_counts.xlsx") == "crime_counts.xlsx"
    assert tables.build(city)["crime_counts"]["count"].tolist() == [12345]


def test_a_workbook_takes_the_place_of_a_file_that_was_removed(new_city):
    (new_city.raw / "crime_counts.csv").unlink()
    workbook(new_city, "crime_counts.xlsx", *COUNTS)
    assert renew(new_city, "crime_counts.xlsx", FILLED) == 1
    assert again(new_city).problems() == []


def test_a_workbook_does_not_take_the_place_of_rows(new_city):
    workbook(new_city, "areas.xlsx", *COUNTS)
    before = (new_city.raw / "areas.csv").read_bytes()
    with pytest.raises(WrongQuestion, match=r"areas\.csv is more than an empty template: when"):
        renew(new_city, "areas.xlsx", FILLED)
    edit(new_city, "crime_counts.csv", lambda text: text + "kommun:0581;2024;total;5;own\n")
    workbook(new_city, "crime_counts.xlsx", *COUNTS)
    with pytest.raises(WrongQuestion, match=r"remove crime_counts\.csv; else write them in one"):
        renew(new_city, "crime_counts.xlsx", FILLED)
    assert (new_city.raw / "areas.csv").read_bytes() == before
    assert (new_city.raw / "crime_counts.csv").exists()


def test_a_workbook_that_cannot_be_read_takes_no_place(new_city):
    workbook(new_city, "crime_counts.xlsx", ["area_id", "year"], ["kommun:0581", 2024])
    with pytest.raises(WrongQuestion, match="missing item, count, source_id"):
        renew(new_city, "crime_counts.xlsx", FILLED)
    assert (new_city.raw / "crime_counts.csv").exists()
    assert entered(new_city, "crime_counts.csv")["template"]


def test_what_is_listed_as_recorded_are_files_that_are_there(new_city):
    with pytest.raises(WrongQuestion) as wrong:
        renew(new_city, "brev.docx", FILLED)
    assert "Allowed: areas.csv, " in str(wrong.value) and ", ," not in str(wrong.value)

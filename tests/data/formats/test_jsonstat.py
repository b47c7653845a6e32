"""A cell is a cell with its codes; what is left out is not available, and nothing is summed."""

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data.formats import jsonstat
from analysis.data.formats.answers import Answer, pack
from analysis.data.formats.mapping import Reading, mapped
from analysis.words.questions import WrongQuestion
from tests.conftest import SHARED

RECORDED = SHARED / "data" / "recorded_formats"
needs_data = pytest.mark.skipif(
    not RECORDED.exists(), reason="the shared recordings of real answers are not here"
)


def table(**parts) -> dict:
    """Two areas by three times, invented."""
    return {
        "version": "2.0",
        "class": "dataset",
        "id": ["Region", "Tid"],
        "size": [2, 3],
        "role": {"time": ["Tid"]},
        "dimension": {
            "Region": {"category": {"index": {"1480": 1, "14": 0}, "label": {"1480": "Göteborg"}}},
            "Tid": {"category": {"index": ["2026M01", "2024K1", "2024"]}},
        },
        "value": [10, 11.5, None, 0, 14, 15],
    } | parts


@pytest.fixture
def read(tmp_path):
    def of(*tables, **options):
        file = tmp_path / "batch.zip"
        bodies = [json.dumps(one).encode() for one in tables]
        answers = [Answer(f"http://a/{i}", body, "") for i, body in enumerate(bodies)]
        file.write_bytes(pack(answers, "cc0", 0))
        return jsonstat.read([file], options)

    return of


def test_each_cell_has_its_codes_and_labels_last_dimension_fastest(read):
    rows = read(table()).rows
    assert list(rows) == ["Region", "Region_text", "Tid", "Tid_text", "value", "status", "raw_line"]
    assert list(rows.Region) == ["14"] * 3 + ["1480"] * 3
    assert list(rows.Region_text) == ["14"] * 3 + ["Göteborg"] * 3
    assert list(rows.Tid) == ["2026M01", "2024K1", "2024"] * 2
    assert list(rows.value) == ["10", "11.5", "", "0", "14", "15"]
    assert list(rows.raw_line) == [1, 2, 3, 4, 5, 6]


def test_a_cell_left_out_is_blank_and_a_written_zero_is_a_zero(read):
    rows = read(table(value={"3": 0, "5": 15}, status={"0": "..", "5": "p"})).rows
    assert list(rows.value) == ["", "", "", "0", "", "15"]
    assert list(rows.status) == ["..", "", "", "", "", "p"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("e", ["e"] * 6),
        (["a", None, "", "b", "c", "d"], ["a", "", "", "b", "c", "d"]),
        (None, [""] * 6),
    ],
)
def test_a_status_may_be_one_or_one_a_cell_or_none(read, status, expected):
    assert list(read(table(status=status)).rows.status) == expected


@given(values=st.lists(st.none() | st.integers() | st.text(), min_size=6, max_size=6))
def test_the_list_and_the_sparse_form_of_one_table_say_the_same(values):
    given_all = jsonstat.Table.model_validate(table(value=values))
    sparse = {str(place): one for place, one in enumerate(values) if one is not None}
    given_some = jsonstat.Table.model_validate(table(value=sparse))
    assert given_all.cells().rows.equals(given_some.cells().rows)


def test_version_1_is_read_as_version_2(read):
    new = table()
    about = {part: new.pop(part) for part in ("id", "size", "role")}
    old = {"dataset": {"dimension": {**new["dimension"], **about}, "value": new["value"]}}
    assert read(old).rows.equals(read(table()).rows)


def test_times_get_our_names_when_the_record_says_which_dimension_is_time(read):
    assert list(read(table(), time="Tid").rows.Tid) == ["2026-01", "2024Q1", "2024"] * 2


def test_a_time_without_a_name_of_ours_is_set_aside(read):
    spans = {"Region": table()["dimension"]["Region"]}
    spans["Tid"] = {"category": {"index": ["2022-2024", "2024M13", "2024"]}}
    received = read(table(dimension=spans), time="Tid")
    assert list(received.rows.raw_line) == [3, 6]
    assert list(received.rejected.raw_line) == [1, 2, 4, 5]
    assert received.rejected.reason[0] == "Tid '2022-2024' is no year, quarter or month"
    assert received.rows_in == 6


def later(years, values):
    """The same areas at other times."""
    tid = {"category": {"index": years}}
    dimension = {**table()["dimension"], "Tid": tid}
    return table(dimension=dimension, size=[2, len(years)], value=values)


def test_a_table_in_parts_is_added_up_and_its_cells_counted_on(read):
    rows = read(table(), later(["2025"], [16, 17])).rows
    assert list(rows.raw_line) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert list(rows.value[6:]) == ["16", "17"]
    assert list(rows.Tid[6:]) == ["2025", "2025"]


def test_a_cell_on_which_two_answers_disagree_is_set_aside_twice_and_one_on_which_they_agree_once(
    read,
):
    received = read(table(), later(["2024"], [99, 15]))
    assert dict(zip(received.rejected.raw_line, received.rejected.reason, strict=True)) == {
        3: "the same cell stands twice, with different values",
        7: "the same cell stands twice, with different values",
        8: "the same cell stood before, with the same value",
    }
    assert received.rows_in == 8


def test_answers_with_other_dimensions_are_not_one_table(read):
    other = table(id=["Region", "Ar"], dimension={})
    other["dimension"] = {**table()["dimension"], "Ar": table()["dimension"]["Tid"]}
    with pytest.raises(WrongQuestion, match=r"different columns: .*Tid.* and .*Ar"):
        read(table(), other)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"class": "collection"}, "class: Input should be 'dataset'"),
        ({"value": [1, 2]}, "value has 2 entries for 6 cells"),
        ({"value": []}, "value has 0 entries for 6 cells"),
        ({"value": {"6": 1}}, "value names cells beyond the 6"),
        ({"value": {"-1": 1}}, "value names cells beyond the 6"),
        ({"status": ["a"]}, "status has 1 entries for 6 cells"),
        ({"size": [2, 4]}, r"size says \[2, 4\], the dimensions have \[2, 3\] codes"),
        ({"id": ["Region", "Ort"]}, "Ort is not described"),
        ({"id": []}, "id: "),
        ({"dimension": {"Region": {}, "Tid": {}}}, r"dimension\.Region\.category: Field required"),
    ],
)
def test_a_table_of_another_shape_is_refused_with_the_part_that_is_wrong(read, parts, told):
    with pytest.raises(WrongQuestion, match=r"^http://a/0 has another shape.*" + told):
        read(table(**parts))


@pytest.mark.parametrize("told", [[], "text", {}, {"title": "Forbidden", "status": 403}])
def test_what_is_no_table_is_refused(read, told):
    with pytest.raises(WrongQuestion, match="http://a/0 has another shape"):
        read(told)


def test_an_unknown_option_or_dimension_of_time_is_told_with_the_right_one(read):
    with pytest.raises(WrongQuestion, match="did you mean 'time'"):
        read(table(), tme="Tid")
    with pytest.raises(WrongQuestion, match="did you mean 'Tid'"):
        read(table(), time="tid")


def test_notes_of_the_table_its_dimensions_and_codes_are_found_once_each():
    told = table(note=["Cells carry noise.", "Cells carry noise."])
    told["dimension"]["Tid"]["note"] = "At the end of each."
    told["dimension"]["Region"]["category"]["note"] = {"1480": ["Border moved."]}
    answer = Answer("http://a", json.dumps(told).encode(), "")
    assert jsonstat.notes(answer) == ["Cells carry noise.", "Border moved.", "At the end of each."]


def test_the_record_of_a_population_reads_it(read):
    reading = Reading(
        format="json-stat",
        columns={"area_id": "Region", "year": "Tid", "population": "value"},
        prefixes={"area_id": "kommun:"},
        constants={"method": "register", "source_id": "scb"},
        where={"Region": ["1480"]},
    )
    received = mapped(read(table()), reading, "t")
    assert list(received.rows.area_id) == ["kommun:1480"] * 3
    assert received.not_chosen == 3


# the real recordings


@needs_data
def test_2772_real_cells_are_those_of_a_plain_reading():
    file = RECORDED / "pxwebapi2_scb" / "TAB6471_data.json"
    rows = jsonstat.read([file], {"time": "Tid"}).rows
    told = json.loads(file.read_text(encoding="utf-8"))
    names = [list(told["dimension"][name]["category"]["index"]) for name in told["id"]]
    expected = [
        (region, age, sex, contents, month.replace("M", "-"), str(told["value"][place]))
        for place, (region, age, sex, contents, month) in enumerate(product(*names))
    ]
    columns = ["Region", "Alder", "Kon", "ContentsCode", "Tid", "value"]
    assert list(rows[columns].itertuples(index=False, name=None)) == expected
    assert len(rows) == 2772


@needs_data
def test_the_real_answer_says_that_its_cells_carry_noise():
    file = RECORDED / "pxwebapi2_scb" / "TAB6471_data.json"
    told = jsonstat.notes(Answer(file.name, file.read_bytes(), ""))
    assert len(told) == 5
    assert "Cell Key Method" in told[0]


@needs_data
def test_in_the_real_answer_men_and_women_do_not_sum_to_all():
    rows = jsonstat.read([RECORDED / "pxwebapi2_scb" / "TAB6471_data.json"], {}).rows
    counts = rows.assign(value=rows.value.astype(int)).pivot(
        index=["Region", "Alder", "Tid"], columns="Kon", values="value"
    )
    assert (counts["1"] + counts["2"] != counts["TotSa"]).any()


@needs_data
def test_a_real_description_without_values_is_no_table():
    with pytest.raises(WrongQuestion, match="value has 0 entries for 2006784 cells"):
        jsonstat.read([RECORDED / "pxwebapi2_scb" / "TAB6471_metadata.json"], {})


def unboxed(told):
    """A recording without the lists of one that the program that saved it put round each value."""
    if isinstance(told, list) and len(told) == 1 and not isinstance(told[0], list | dict):
        return told[0]
    if isinstance(told, list):
        return [unboxed(one) for one in told]
    return {k: unboxed(v) for k, v in told.items()} if isinstance(told, dict) else told


@needs_data
def test_a_real_table_of_version_1_is_read(read):
    file = RECORDED / "pxweb_v1_jsonstat" / "scb_v1_jsonstat_via_R.json"
    rows = read(unboxed(json.loads(file.read_text(encoding="utf-8")))).rows
    assert len(rows) == 24
    widows = rows[(rows.Civilstand == "ÄNKL") & (rows.Kon == "2")]
    assert list(widows.value) == ["345008", "340709", "335961"]
    assert list(widows.Tid) == ["2015", "2016", "2017"]
    assert set(widows.Civilstand_text) == {"widowers/widows"}

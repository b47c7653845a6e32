"""A row of PxWeb's own JSON is whole, and its signs for "no value" are handed on."""

import json

import pytest

from analysis.data.formats import pxjson
from analysis.data.formats.answers import Answer, pack
from analysis.data.numbers import number
from analysis.words.questions import WrongQuestion

COLUMNS = [
    {"code": "Område", "text": "Område", "type": "d"},
    {"code": "År", "text": "År", "type": "t"},
    {"code": "Folkmängd", "text": "Folkmängd", "type": "c"},
]
DATA = [
    {"key": ["101 Påhittet", "2023"], "values": ["1200"]},
    {"key": ["101 Påhittet", "2024"], "values": [".."]},
    {"key": ["102 Fantasin", "2023"], "values": ["-"]},
]


@pytest.fixture
def read(tmp_path):
    def of(*tables, **options):
        file = tmp_path / "batch.zip"
        bodies = [json.dumps(one, ensure_ascii=False).encode("utf-8-sig") for one in tables]
        answers = [Answer(f"http://a/{i}", body, "") for i, body in enumerate(bodies)]
        file.write_bytes(pack(answers, "free", 0))
        return pxjson.read([file], options)

    return of


def test_a_row_has_its_codes_and_its_value_as_it_stands(read):
    rows = read({"columns": COLUMNS, "comments": [], "data": DATA}).rows
    assert rows.to_dict("list") == {
        "Område": ["101 Påhittet", "101 Påhittet", "102 Fantasin"],
        "År": ["2023", "2024", "2023"],
        "value": ["1200", "..", "-"],
        "raw_line": [1, 2, 3],
    }
    assert list(map(number, rows.value)) == [1200.0, None, 0.0]


def test_several_counted_things_keep_their_codes(read):
    counted = [*COLUMNS, {"code": "Täthet", "text": "Täthet", "type": "c"}]
    data = [{"key": ["101 Påhittet", "2023"], "values": ["1200", "3.5"]}]
    rows = read({"columns": counted, "data": data}).rows
    assert list(rows) == ["Område", "År", "Folkmängd", "Täthet", "raw_line"]
    assert list(rows.Täthet) == ["3.5"]


def test_a_table_in_parts_is_added_up_and_a_disagreement_set_aside(read):
    again = [{"key": ["101 Påhittet", "2023"], "values": ["1300"]}]
    parts = [{"columns": COLUMNS, "data": data} for data in (DATA, again)]
    received = read(*parts)
    assert list(received.rows.raw_line) == [2, 3]
    assert list(received.rejected.raw_line) == [1, 4]


def test_parts_that_count_different_things_are_not_one_table(read):
    other = [*COLUMNS[:2], {"code": "Täthet", "text": "Täthet", "type": "c"}]
    with pytest.raises(WrongQuestion, match=r"different columns: .*Folkmängd and .*Täthet"):
        read({"columns": COLUMNS, "data": DATA}, {"columns": other, "data": DATA})


def test_times_get_our_names(read):
    data = [{"key": ["101 Påhittet", "2026M01"], "values": ["3"]}]
    assert list(read({"columns": COLUMNS, "data": data}, time="År").rows.År) == ["2026-01"]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"columns": COLUMNS}, "data: Field required"),
        ({"columns": COLUMNS, "data": []}, "data: "),
        ({"columns": COLUMNS[:2], "data": DATA}, "need a dimension and something that is counted"),
        (
            {"columns": COLUMNS, "data": [DATA[0], {"key": ["101 Påhittet"], "values": ["1"]}]},
            "entry 2 has 1 codes and 1 values, not 2 and 1",
        ),
        ({"error": "Too many values selected"}, "columns: Field required"),
    ],
)
def test_a_table_of_another_shape_is_refused_with_the_part_that_is_wrong(read, told, why):
    with pytest.raises(WrongQuestion, match="^http://a/0 has another shape.*" + why):
        read(told)

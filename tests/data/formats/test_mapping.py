"""Somebody else's columns come under our names, and each row is a row, refused or not chosen."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.data.formats.mapping import Reading, mapped
from analysis.data.formats.received import Received, refusals
from analysis.words.questions import WrongQuestion


def file(*rows: dict, rejected=(), not_chosen=0) -> Received:
    """A file whose first row stands on line 2."""
    frame = pd.DataFrame(list(rows), dtype=str)
    frame["raw_line"] = range(2, len(frame) + 2)
    return Received(frame, refusals(list(rejected)), not_chosen)


EXPORT = file(
    {"Stadsdel": "Lundby", "År": "2024", "Brott": "Rån", "Antal": "1 234"},
    {"Stadsdel": " Angered ", "År": "2024", "Brott": "Stöld", "Antal": ".."},
    {"Stadsdel": "Ale", "År": "2024", "Brott": "Rån", "Antal": "-"},
    {"Stadsdel": "Lundby", "År": "2023", "Brott": "Rån", "Antal": ""},
)


def read(received=EXPORT, **reading) -> Received:
    return mapped(received, Reading(**reading), "export.csv")


def test_columns_come_under_our_names_in_our_order_and_the_rest_stays_behind():
    came = read(columns={"count": "Antal", "area": "Stadsdel"})
    assert list(came.rows.columns) == ["count", "area", "raw_line"]
    assert list(came.rows["count"]) == ["1 234", "..", "-", ""]
    assert list(came.rows.raw_line) == [2, 3, 4, 5]


def test_one_column_may_serve_as_two_of_ours():
    came = read(columns={"area": "Stadsdel", "note": "Stadsdel"})
    assert list(came.rows.area) == list(came.rows.note)


def test_a_file_with_our_columns_is_handed_on_as_it_is():
    pd.testing.assert_frame_equal(read().rows, EXPORT.rows)


def test_a_constant_is_put_on_every_row():
    came = read(columns={"area": "Stadsdel"}, constants={"source_id": "bra"})
    assert list(came.rows.source_id) == ["bra"] * 4


def test_a_prefix_is_put_before_a_value_and_not_before_a_blank():
    came = read(columns={"count": "Antal"}, prefixes={"count": "n:"})
    assert list(came.rows["count"]) == ["n:1 234", "n:..", "n:-", ""]


def test_a_code_becomes_our_text_and_one_that_is_not_known_sets_its_row_aside():
    codes = {"Lundby": "sdn:lundby", "Angered": "sdn:angered"}
    came = read(columns={"area_id": "Stadsdel"}, codes={"area_id": codes})
    assert list(came.rows.area_id) == ["sdn:lundby", "sdn:angered", "sdn:lundby"]
    assert came.rejected.to_dict("records") == [
        {"raw_line": 4, "reason": "area_id 'Ale' has no code in the record"}
    ]


def test_the_prefix_is_put_before_the_code_that_a_text_became():
    came = read(
        columns={"area_id": "Brott"},
        codes={"area_id": {"Rån": "1", "Stöld": "2"}},
        prefixes={"area_id": "k:"},
    )
    assert list(came.rows.area_id) == ["k:1", "k:2", "k:1", "k:1"]


def test_a_row_with_two_unknown_codes_is_set_aside_once_with_the_first_reason():
    came = read(codes={"Stadsdel": {}, "Brott": {}})
    assert came.rows.empty
    assert list(came.rejected.raw_line) == [2, 3, 4, 5]
    assert came.rejected.reason.str.startswith("Stadsdel ").all()


def test_only_rows_that_are_wanted_are_chosen_and_the_others_are_counted():
    came = read(where={"Stadsdel": ["Lundby", "Angered"], "År": ["2024"]})
    assert list(came.rows.raw_line) == [2, 3]
    assert came.not_chosen == 2
    assert came.rejected.empty


def test_a_row_that_is_not_wanted_is_not_refused_for_its_codes():
    came = read(where={"Stadsdel": ["Lundby"]}, codes={"Stadsdel": {"Lundby": "l"}})
    assert (len(came.rows), len(came.rejected), came.not_chosen) == (2, 0, 2)


def test_dates_are_read_as_the_record_says_they_are_written_and_never_guessed():
    days = file({"dag": "03/04/2024"}, {"dag": "2024-04-03"}, {"dag": ""}, {"dag": "31/04/2024"})
    came = read(days, dates={"dag": "%d/%m/%Y"})
    assert list(came.rows.dag) == ["2024-04-03", ""]
    assert list(came.rejected.raw_line) == [3, 5]
    assert came.rejected.reason[0] == "dag '2024-04-03' is not written %d/%m/%Y"


def test_what_the_format_refused_or_left_out_stays_in_the_account():
    before = file({"a": "x"}, {"a": "y"}, rejected=[(9, "five values")], not_chosen=4)
    came = read(before, where={"a": ["x"]})
    assert (len(came.rows), list(came.rejected.raw_line), came.not_chosen) == (1, [9], 5)
    assert came.rows_in == before.rows_in == 7


@pytest.mark.parametrize("reading", [{"where": {"Kön": ["1"]}}, {"columns": {"group": "Kön"}}])
def test_a_column_that_the_file_lacks_is_told_with_those_it_has(reading):
    with pytest.raises(WrongQuestion) as told:
        read(**reading)
    assert str(told.value) == (
        "export.csv lacks the columns Kön that its record names; it has Stadsdel, År, Brott, Antal."
    )


def test_a_part_that_no_reading_has_is_told_with_the_nearest():
    with pytest.raises(WrongQuestion, match=r"reading of a\.csv 'colums' .* mean 'columns'"):
        Reading.of({"path": "a.csv", "reading": {"colums": {}}})
    with pytest.raises(WrongQuestion, match="reading of rates "):
        Reading.of({"name": "rates", "path": "", "reading": {"sheets": 1}})


def test_a_record_without_a_reading_is_a_plain_table_of_ours():
    assert Reading.of({"path": "a.csv"}) == Reading()
    assert Reading().format == "table"


cells = st.sampled_from(["", " ", "a", " a ", "b", "1,5", "å", "2024-01-01"])
frames = st.lists(st.tuples(cells, cells), max_size=8)


@settings(max_examples=60)
@given(
    rows=frames,
    wanted=st.none() | st.lists(cells, max_size=3),
    codes=st.none() | st.dictionaries(cells, cells, max_size=3),
    dated=st.booleans(),
)
def test_rows_in_are_rows_and_refused_and_not_chosen_and_each_line_is_once(
    rows, wanted, codes, dated
):
    before = file(*({"x": x, "y": y} for x, y in rows), rejected=[(99, "why")], not_chosen=3)
    if not rows:
        before = Received(
            before.rows.reindex(columns=["x", "y", "raw_line"], fill_value=""),
            before.rejected,
            before.not_chosen,
        )
    reading = {
        "columns": {"one": "x", "two": "y"},
        "where": {} if wanted is None else {"x": wanted},
        "codes": {} if codes is None else {"one": codes},
        "dates": {"two": "%Y-%m-%d"} if dated else {},
    }
    met = {x.strip() for x, _ in rows} & {text.strip() for text in wanted or []}
    if rows and wanted is not None and not met:
        with pytest.raises(WrongQuestion, match="no row has x"):
            read(before, **reading)
        return
    came = read(before, **reading)
    assert came.rows_in == before.rows_in
    lines = [*came.rows.raw_line, *came.rejected.raw_line]
    assert len(set(lines)) == len(lines)
    assert set(lines) <= {99, *before.rows.raw_line}
    assert all(isinstance(text, str) for text in [*came.rows.one, *came.rows.two])
    assert (came.rejected.reason != "").all()


def named(**columns) -> Received:
    return file(
        *(dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True))
    )


def test_a_reason_tells_of_no_person():
    came = read(named(b=["Eva, eva.ek@example.org"]), codes={"b": {"x": "y"}})
    assert "eva.ek" not in came.rejected.reason[0]
    came = read(named(b=["031-12 34 56"]), dates={"b": "%Y-%m-%d"})
    assert "12 34 56" not in came.rejected.reason[0]


@pytest.mark.parametrize(
    "part", [{"codes": {"crime": {"a": "b"}}}, {"dates": {"dag": "%Y"}}, {"prefixes": {"dag": "k"}}]
)
def test_a_part_that_changes_what_is_not_read_is_refused(part):
    with pytest.raises(WrongQuestion, match=r"the reading of export\.csv lacks"):
        read(named(a=["1"]), columns={"area": "a"}, **part)


@pytest.mark.parametrize(
    "part",
    [
        {"where": {"a": [2024]}},
        {"where": {"a": "2024"}},
        {"constants": {"year": 2024}},
        {"codes": {"a": {"2024": 5}}},
    ],
)
def test_a_reading_holds_texts(part):
    with pytest.raises(WrongQuestion, match="the record of"):
        read(named(a=["2024"]), **part)


def test_a_choice_that_no_row_meets_is_a_mistyped_one():
    with pytest.raises(WrongQuestion, match="no row has a 'Goteborg'; it has 'Göteborg'"):
        read(named(a=["Göteborg"]), where={"a": ["Goteborg"]})


def test_a_choice_is_stripped_as_the_cell_is():
    dogs = "Lagen om hundar och katter "
    assert len(read(named(t=[dogs]), where={"t": [dogs]}).rows) == 1


def test_dates_keep_the_time_of_day_in_local_time():
    came = read(named(d=["2024-01-02 10:30"]), dates={"d": "%Y-%m-%d %H:%M"})
    assert came.rows.d[0] == "2024-01-02 10:30"
    came = read(named(d=["2024-01-02 10"]), dates={"d": "%Y-%m-%d %H"})
    assert came.rows.d[0] == "2024-01-02 10:00"
    mixed = named(d=["2024-01-02 10:00 +0100", "2024-07-02 10:00 +0200"])
    came = read(mixed, dates={"d": "%Y-%m-%d %H:%M %z"})
    assert list(came.rows.d) == ["2024-01-02 10:00", "2024-07-02 10:00"]


def test_a_prefix_is_put_before_the_text_without_its_blanks():
    came = read(named(a=[" 1480 ", "  "]), prefixes={"a": "kommun:"})
    assert list(came.rows.a) == ["kommun:1480", ""]


def test_a_constant_does_not_hide_a_column():
    with pytest.raises(WrongQuestion, match="gives area both as a column and as a constant"):
        read(named(a=["1"]), columns={"area": "a"}, constants={"area": "x"})

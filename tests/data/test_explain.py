"""What each table means: every column explained in both languages, and examples that fit together."""

import pandas as pd
import pytest

from analysis.chain.links import REFERENCES
from analysis.data import explain, tables
from analysis.data.registers import DUTIES
from analysis.data.rules import broken
from analysis.data.schemas import KEYS, SCHEMAS

BOTH = ("sv", "en")


def filled_in(table):
    """The example as a city would have it once it is her own row."""
    return explain.example(table).replace(explain.MARK, "vart", regex=True)


def accepted(table):
    used, rejected = tables.accept(table, filled_in(table).assign(resource=table, raw_line=2))
    assert list(rejected.reason) == []
    return used


def test_every_table_is_explained_and_no_other():
    assert set(explain.TABLES) == set(SCHEMAS)


def test_tables_stand_in_the_order_of_filling():
    order = [explain.NEEDED.index(one.needed) for one in explain.TABLES.values()]
    assert order == sorted(order)


@pytest.mark.parametrize("table", explain.TABLES)
def test_a_table_and_its_columns_are_told_in_both_languages(table):
    said = explain.TABLES[table]
    assert list(said.columns) == list(SCHEMAS[table].columns)
    for texts in (said.about, said.absent, said.cannotSay):
        assert set(texts) == set(BOTH)
        assert all(text.endswith(".") for text in texts.values())
    for name, column in said.columns.items():
        assert len(column.sv) > 5 and len(column.en) > 5, name
        assert column.sv.casefold() != name and column.en.casefold() != name


def test_nothing_is_explained_that_no_table_has():
    for name, said in explain.WORDS["tables"].items():
        assert set(said["columns"]) <= set(SCHEMAS[name].columns)
    used = {
        (name, column) for name, schema in SCHEMAS.items() for column in schema.columns
    } - {(name, column) for name, said in explain.WORDS["tables"].items() for column in said["columns"]}  # fmt: skip
    assert {column for _, column in used} == set(explain.WORDS["common"])
    keys = {
        key for said in explain.TABLES.values() for one in said.columns.values() for key in one.keys
    }
    assert set(explain.WORDS["keys"]) == keys


def test_each_duty_of_the_act_is_told_with_what_answers_it():
    assert tuple(explain.WORDS["duties"]) == DUTIES


@pytest.mark.parametrize("table", explain.TABLES)
def test_an_example_is_a_right_row_once_it_is_marked_no_more(table):
    assert len(accepted(table)) == 1
    assert broken(table, accepted(table)).empty


@pytest.mark.parametrize("table", explain.TABLES)
def test_an_example_holds_its_mark_and_a_row_with_the_mark_left_says_so(table):
    marked = explain.example(table)
    assert marked.map(lambda cell: explain.MARK in cell).any(axis=None)
    rows, _ = tables._typed(table, marked.assign(resource=table, raw_line=2))
    assert f"still says {explain.MARK}" in broken(table, rows)[0]


def test_the_examples_lead_to_each_other():
    rows = {table: filled_in(table) for table in explain.TABLES}
    for table, column, other, key in REFERENCES:
        cell = rows[table][column][0]
        assert cell in ("", rows[other][key][0]), (table, column)
    area = rows["areas"].area_id[0]
    for table, said in explain.TABLES.items():
        if "area_id" in said.columns:
            assert rows[table].area_id[0] in ("", area), table
    assert rows["area_links"].to_id[0] == area
    item = rows["crime_items"]["item"][0]
    assert {rows[t]["item"][0] for t in ("crime_counts", "incidents", "breaks", "acute_events")} == {item}  # fmt: skip
    assert rows["indicators"].definition[0] == item
    question = rows["survey_items"]["item"][0]
    assert rows["survey_answers"]["item"][0] == rows["survey_codes"]["item"][0] == question
    assert rows["survey_answers"].code[0] == rows["survey_codes"].code[0]
    for column in ("wave", "respondent_id"):
        assert rows["survey_answers"][column][0] == rows["survey_respondents"][column][0]
    assert rows["survey_respondents"].wave[0] == rows["survey_waves"].wave[0]
    assert rows["tasks"].event_id[0] == rows["acute_events"].event_id[0]
    assert rows["rivals"].claim_id[0] == rows["claims"].claim_id[0]


def test_only_the_untouched_example_is_the_templates():
    shown = explain.example("measures")
    mine = shown.replace({"EXEMPEL-M1": "M1"})
    rows = pd.concat([mine, shown, shown.assign(cost="7")], ignore_index=True)
    assert list(explain.example_rows("measures", rows)) == [False, True, False]


def test_the_example_is_known_in_every_municipality_and_a_row_of_hers_is_not_taken_for_it():
    shown = explain.example("areas")
    parents = [explain.CITY, "kommun:0581", "kommun:0580", "stadsdel:0101", ""]
    rows = pd.concat([shown.assign(parent_id=one) for one in parents], ignore_index=True)
    assert list(explain.example_rows("areas", rows)) == [True, True, True, False, False]
    mine = rows.assign(area_id="stadsdel:0101")
    assert not explain.example_rows("areas", mine).any()


def test_rows_that_are_kept_are_no_examples(made_up_tables, made_up):
    for resource in made_up.resources:
        if resource.table in ("measures", "duties", "areas"):
            raw = tables.read_raw(resource)
            assert not explain.example_rows(resource.table, raw).any()


def test_a_column_that_is_lacking_is_named_with_what_belongs_there():
    (told,) = explain.lacking("doses", ["measure_id", "planned", "delivered", "remark"])
    assert told == (
        "doses lacks the column month: the month (month, `2025-03`; must be filled in), "
        "such as '2025-03'. Add it."
    )
    assert explain.lacking("doses", SCHEMAS["doses"].columns) == []
    assert len(explain.lacking("measures", [])) == len(SCHEMAS["measures"].columns)


@pytest.mark.parametrize(
    ("table", "column", "sv"),
    [
        ("areas", "visitors", "ett av: `yes` = ja, `no` = nej; måste fyllas i"),
        ("areas", "area_id", "slag:kod, som `stadsdel:0101`; måste fyllas i"),
        ("areas", "parent_id", "text; får vara tomt"),
        ("areas", "area", "text; måste fyllas i"),
        ("crime_counts", "year", "heltal, 1900 till 2100; måste fyllas i"),
        ("crime_counts", "count", "heltal, minst 0; får vara tomt"),
        ("ratings", "rating", "tal, 1 till 4; måste fyllas i"),
        ("ratings", "voice", "ett av: `residents` = invånarna, `police` = polisen, `district` = stadsdelsförvaltningen; måste fyllas i"),
        ("indicators", "kind", "ett av: `crime` = anmälda brott, `survey` = enkäten, `district` = förvaltningens egna siffror; måste fyllas i"),
        ("doses", "planned", "tal, minst 0; måste fyllas i"),
        ("key_figures", "value", "tal; får vara tomt"),
        ("doses", "month", "månad, `2025-03`; måste fyllas i"),
        ("police_notices", "area_id", "slag:kod, som `stadsdel:0101`; får vara tomt"),
    ],
)  # fmt: skip
def test_what_is_allowed_is_what_the_schema_checks(table, column, sv):
    assert explain.allowed(table, column, "sv") == sv


@pytest.mark.parametrize("table", explain.TABLES)
def test_where_only_yes_or_no_will_do_the_words_themselves_are_shown(table):
    for name, column in explain.TABLES[table].columns.items():
        assert not column.sv.startswith("Ja "), name
        if list(column.keys) == ["yes", "no"]:
            assert column.sv.startswith("`yes` om ") and column.sv.endswith("nnars `no`"), name


@pytest.mark.parametrize("table", explain.TABLES)
def test_what_may_be_blank_is_accepted_blank_and_nothing_else_is(table):
    for column in SCHEMAS[table].columns:
        may = explain.allowed(table, column, "en").endswith("; may be blank")
        assert may is explain.allowed(table, column, "sv").endswith("; får vara tomt")
        assert may is not explain.allowed(table, column, "sv").endswith("; måste fyllas i")
        blank = filled_in(table).assign(resource=table, raw_line=2, **{column: ""})
        used, rejected = tables.accept(table, blank)
        assert len(used) + len(rejected) == 1
        alone = [r for r in rejected.reason if "stands without" not in r]
        assert bool(alone) is not may, column


def test_keys_of_examples_are_filled():
    for table, key in KEYS.items():
        filled = [column for column in key if explain.TABLES[table].columns[column].example]
        assert filled, table

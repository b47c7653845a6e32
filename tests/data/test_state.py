"""How far a city has come: each table's state, what can be made, and what to do next."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from analysis.data import explain, scaffold, state, tables
from analysis.data.schemas import SCHEMAS
from analysis.data.workspace import Workspace
from analysis.running.jobs import REPORTS
from analysis.words.periods import Period

PICTURE = {"areas": 3, "crime_items": 2, "crime_counts": 40}


@pytest.fixture
def new_city(tmp_path):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    scaffold.new(tmp_path, "norrkoping", "0581", date(2026, 11, 25))
    return Workspace(tmp_path, "norrkoping")


def built(used, rejected=(), scheme="stadsdel"):
    """Tables with so many used rows; the areas are the municipality and districts of a scheme."""
    rejected = dict(rejected)
    rows = {name: tables.empty(name) for name in SCHEMAS}
    number = used.get("areas", 0)
    rows["areas"] = pd.DataFrame(
        {
            "area_id": ["kommun:0581", *(f"stadsdel:{i}" for i in range(1, number))][:number],
            "scheme": ["kommun", *[scheme] * number][:number],
        }
    )
    rows["crime_items"] = pd.DataFrame({"item": ["total", "assault"][: used.get("crime_items", 0)]})
    names = [name for name in SCHEMAS if name in used or name in rejected]
    ledger = pd.DataFrame(
        [(n, n, 9, 0, used.get(n, 0), rejected.get(n, 0)) for n in names], columns=tables.LEDGER
    )
    return tables.Tables(rows, ledger, pd.DataFrame())


def of(states):
    return {one.table: one for one in states}


def test_a_city_just_laid_out_has_templates_and_what_can_be_fetched(new_city):
    found = of(state.state(new_city, built({"areas": 1, "crime_items": 1})))
    assert found["areas"].status == found["crime_items"].status == "filled"
    assert found["measures"].status == found["incidents"].status == "template"
    assert found["police_notices"].status == found["key_figures"].status == "fetchable"
    assert found["population"].status == "fetchable"
    assert found["population"].fetch == ("population-scb",)
    assert found["population"].files == ("population.csv",)
    assert "claims" not in found and "evidence" not in found


def test_states_stand_in_the_order_of_filling(new_city):
    found = [one.table for one in state.state(new_city, built({}))]
    assert found == [table for table in explain.TABLES if table in found]


def test_a_table_without_any_file_is_missing_and_one_with_rows_is_filled(new_city):
    new_city.package["resources"] = [
        one for one in new_city.package["resources"] if one["table"] != "focus"
    ]
    found = of(state.state(new_city, built({"measures": 3}, {"measures": 2, "doses": 1})))
    assert found["focus"].status == "missing"
    assert (found["measures"].used, found["measures"].rejected) == (3, 2)
    assert found["measures"].status == found["doses"].status == "filled"
    assert found["doses"].used == 0


def test_every_status_is_one_of_those_named(new_city):
    found = state.state(new_city, built(PICTURE))
    assert {one.status for one in found} <= set(state.STATES)


def test_the_reports_are_those_that_there_are():
    assert list(state.NEEDS) == list(REPORTS)
    for needs in state.NEEDS.values():
        assert {table for one in needs for table in one} <= set(SCHEMAS)


@pytest.mark.parametrize(
    ("more", "made"),
    [
        ({}, {"data", "situation", "trend", "district", "leadership"}),
        ({"problems": 1}, {"causes"}),
        ({"claims": 1}, {"causes"}),
        ({"ratings": 8, "measures": 1}, {"residents"}),
        ({"acute_events": 1}, {"acute"}),
        ({"incidents": 900, "measures": 1, "indicators": 1}, {"evaluation"}),
    ],
)
def test_a_report_can_be_made_once_its_tables_have_rows(new_city, more, made):
    fewer = state.can_make(new_city, built(PICTURE))
    now = state.can_make(new_city, built(PICTURE | more))
    assert made <= {report for report, why in now.items() if not why}
    if more:
        assert all(fewer[report] for report in made)


def test_yearly_counts_are_not_enough_for_an_evaluation(new_city):
    why = state.can_make(new_city, built(PICTURE | {"measures": 1, "indicators": 1}))
    assert why["evaluation"] == "incidents has no rows"


def test_what_is_missing_is_told_by_its_table_and_what_would_do(new_city):
    why = state.can_make(new_city, built({"areas": 3}))
    assert why["data"] == ""
    assert why["trend"] == "crime_items has no rows; crime_counts or incidents has no rows"
    assert "problems or claims has no rows" in why["causes"]


def test_rows_that_are_all_rejected_make_no_report(new_city):
    why = state.can_make(new_city, built({"areas": 3, "crime_items": 2}, {"crime_counts": 7}))
    assert why["situation"] == "crime_counts or incidents has no rows"


def test_a_city_without_districts_gets_no_report_of_them(new_city):
    why = state.can_make(new_city, built(PICTURE, scheme="stadsomrade"))
    assert (why["data"], why["district"]) == ("", "areas has no stadsdel")


def test_rows_set_aside_are_told_together_by_their_file_and_reason():
    rejected = pd.DataFrame(
        [
            ("areas", "areas", 4, "name '': is required"),
            *(("incidents", "incidents", line, "item 'x' is not in crime_items") for line in range(2, 9)),
            ("incidents", "incidents", 11, "its own row of areas was set aside"),
            ("incidents", "incidents-2", 3, "item 'x' is not in crime_items"),
        ],
        columns=["table", "resource", "raw_line", "reason"],
    )  # fmt: skip
    assert state.rejections(tables.Tables({}, pd.DataFrame(), rejected)) == [
        "not used: areas, line 4: name '': is required",
        "not used: incidents, 7 rows (lines 2, 3, 4, 5, 6 ...): item 'x' is not in crime_items",
        "not used: incidents, line 11: its own row of areas was set aside",
        "not used: incidents-2, line 3: item 'x' is not in crime_items",
    ]


def test_the_spans_offered_are_those_of_rows_that_are_used(new_city):
    found = built({"areas": 3})
    assert state.spans(new_city, found, None) == "none yet"
    years = [("stadsdel:1", 2024), ("stadsdel:2", 2023), ("kommun:0581", 2020)]
    found.by_name["crime_counts"] = pd.DataFrame(years, columns=["area_id", "year"])
    assert state.spans(new_city, found, None) == "the years 2023, 2024"
    covered = Period.parse("2021-01-01..2025-06-30")
    assert state.spans(new_city, found, covered) == (
        "any within 2021-01-01..2025-06-30 (2025, 2025Q1, 2025-03); the years 2023, 2024"
    )


def test_a_setting_that_does_not_fit_the_tables_is_told(new_city):
    said = " ".join(state.unset(new_city, built(PICTURE, scheme="stadsomrade")))
    assert "'stadsdel' is the scheme of no area, which are kommun, stadsomrade" in said
    assert "settings.contact is blank" in said
    assert "source 'own' still says 'fyll i'" in said
    new_city.settings["municipality"] = "kommun:0580"
    new_city.settings["shown"] = ["total", "murder"]
    said = " ".join(state.unset(new_city, built(PICTURE)))
    assert "'kommun:0580' is no area_id of areas" in said
    assert "settings.shown names murder, which crime_items lacks" in said


def test_a_city_that_is_in_order_has_nothing_unset(city, read, made_up, made_up_tables):
    assert state.unset(city, read) == []
    assert state.unset(made_up, made_up_tables) == []


def test_the_shipped_cities_can_make_what_they_make(city, read, made_up, made_up_tables):
    mine = state.can_make(made_up, made_up_tables)
    assert [report for report, why in mine.items() if why] == []
    theirs = state.can_make(city, read)
    assert {report for report, why in theirs.items() if why} == {"evaluation", "residents", "acute"}


def test_the_next_step_is_what_is_always_needed_then_settings_then_rows_to_mend(new_city):
    found = built({"areas": 1, "crime_items": 1}, {"population": 2})
    told = state.steps(new_city, found, state.state(new_city, found))
    starts = [" ".join(one.split()[:2]) for one in told]
    assert starts[0] == "Fill crime_counts.csv"
    assert "or incidents.csv: " in told[0]
    assert starts[1:4] == ["datapackage.json: settings.districtScheme", "datapackage.json: settings.contact", "datapackage.json: source"]  # fmt: skip
    assert told[4].startswith("Correct 2 rows of population (population.csv)")
    assert told[5].startswith("Fetch what others publish: lagesbild fetch norrkoping ")
    assert told[6] == "Make what can be made (data): lagesbild run norrkoping"
    assert told[7].startswith("Fill duties.csv: ")
    assert len(told) == state.STEPS


def test_rows_are_corrected_before_figures_are_brought_in_line(new_city):
    found = built({"areas": 3, "crime_items": 2, "crime_counts": 5}, {"population": 2})
    told = state.steps(new_city, found, state.state(new_city, found), ["Bring incidents in line."])
    assert told.index("Bring incidents in line.") == 1 + next(
        n for n, one in enumerate(told) if one.startswith("Correct 2 rows")
    )


def test_of_yearly_counts_and_events_one_is_enough(new_city):
    for counts in ("crime_counts", "incidents"):
        found = built({"areas": 3, "crime_items": 2, counts: 5})
        told = state.steps(new_city, found, state.state(new_city, found))
        assert not [one for one in told if "crime_counts.csv" in one or "incidents.csv" in one]


def test_a_city_with_everything_has_only_to_run(made_up, made_up_tables):
    states = state.state(made_up, made_up_tables)
    kept = [replace(one, used=1) for one in states]
    (told,) = state.steps(made_up, made_up_tables, kept)
    assert told.startswith("Make what can be made (data, situation, trend, causes, evaluation")

"""A wrong question stops before a kernel starts, with the nearest right one."""

import pandas as pd
import pytest

from analysis.data.parameters import ASKS, districts, measures, question, subjects, years
from analysis.data.workspace import Workspace
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion

MADE_UP = {"workspace": "exempelstad", "period": "2017Q3"}


@pytest.mark.parametrize(
    ("notebook", "parameters", "answer"),
    [
        ("2_situation", {"area": "lundbi"}, "did you mean 'lundby'"),
        ("2_situation", {"area": "Lundby"}, "did you mean 'lundby'"),
        ("2_situation", {"aera": "lundby"}, "did you mean 'area'"),
        ("2_situation", {"period": "2027"}, "Allowed: 2011, 2012"),
        ("2_situation", {"period": "2017Q3"}, "Allowed: 2011, 2012"),
        ("2_situation", {"period": "kvartal 3"}, "must look like"),
        ("2_situation", {"language": "se"}, "Allowed: sv, en"),
        ("2_situation", {"workspace": "goteburg"}, "did you mean 'goteborg'"),
        ("2_situation", {"workspace": "../../etc"}, "Allowed: "),
        ("3_trend", {"item": "assualt"}, "did you mean 'assault'"),
        ("3_trend", {"period": 2017}, "must be text"),
        ("3_trnd", {}, "did you mean '3_trend'"),
        ("3_trend", MADE_UP | {"period": "2019"}, "has events from 2011-01-01 to 2018-12-31"),
        ("3_trend", MADE_UP | {"period": "2017q3"}, "must look like"),
        ("3_trend", MADE_UP | {"period": "2017-07-01..2017-09-30"}, "is written '2017Q3'"),
        ("6_district_report", MADE_UP | {"area": "ängsvik"}, "did you mean 'angsvik'"),
        ("9_acute_brief", MADE_UP | {"event": "A2017-02"}, "did you mean 'A2017-01'"),
        ("9_acute_brief", MADE_UP | {"period": "2017Q2"}, "Allowed: nothing yet"),
        ("4_causes", {"subject": "arrest-cause"}, "did you mean 'arrests-cause'"),
        ("4_causes", {"subject": "P01"}, "Allowed: shootings-down, arrests-cause"),
        ("4_causes", {"period": "2016"}, "Allowed: nothing yet"),
        ("4_causes", MADE_UP | {"subject": "p03"}, "did you mean 'P03'"),
        ("4_causes", MADE_UP | {"subject": "arrests-cause"}, "Allowed: P01, P02"),
        ("5_evaluation", {"measure": "m03"}, "did you mean 'M03'"),
        ("5_evaluation", {"measures": "M03"}, "did you mean 'measure'"),
        ("5_evaluation", {"period": "2015Q3", "measure": "M03"}, "Allowed: M06"),
        ("5_evaluation", {"period": "2014Q2"}, "Allowed: nothing yet"),
        ("5_evaluation", {"workspace": "goteborg", "period": "2017"}, "Allowed: nothing yet"),
    ],
)
def test_a_wrong_question_is_answered(notebook, parameters, answer):
    with pytest.raises(WrongQuestion, match=answer):
        question(notebook, **parameters)


def test_every_year_from_2011_to_2020_can_be_asked(city):
    assert years(city) == [str(year) for year in range(2011, 2021)]


def test_ten_districts_can_be_asked(city):
    assert len(districts(city)) == 10
    assert districts(city)["orgryte-harlanda"] == "stadsdel:133"


def test_a_question_cannot_be_changed_after_it_was_asked():
    ask = question("2_situation")
    with pytest.raises(Exception, match="frozen"):
        ask.area = "centrum"


def test_defaults_are_a_valid_question():
    for notebook in ASKS:
        assert question(notebook).notebook == notebook


@pytest.mark.parametrize(
    "period",
    ["2017", "2017H1", "2017T2", "2017Q3", "2017-09", "2017-W36", "2016-10-01..2017-09-30"],
)
def test_every_kind_of_span_that_the_events_cover_can_be_asked(period):
    ask = question("3_trend", workspace="exempelstad", period=period)
    assert str(ask.span) == period


def test_an_event_brings_its_day_and_place():
    ask = question("9_acute_brief", **MADE_UP)
    assert (str(ask.occurred), ask.area_name) == ("2017-09-02", "Ängsvik")


@pytest.mark.parametrize("period", ["2017", "2018", "2020"])
def test_a_claim_can_be_tried_from_the_year_in_which_it_was_made(period):
    ask = question("4_causes", period=period)
    assert ask.of_claim and ask.name == "4_causes-arrests-cause"


def test_a_problem_is_asked_about_by_its_id_and_told_by_its_title():
    ask = question("4_causes", **MADE_UP, subject="P03")
    assert not ask.of_claim and ask.name == "4_causes-p03"
    assert ask.title("sv") != ask.title("en")


def test_problems_can_be_asked_about_while_they_are_open_and_prioritised(made_up, made_up_tables):
    rows = made_up_tables["problems"]
    for text in ("2014Q4", "2017Q3"):
        period = Period.parse(text)
        end = pd.Timestamp(period.end)
        still = rows.closed.isna() | (rows.closed > end)
        wanted = rows[(rows.priority == "yes") & (rows.since <= end) & still]
        assert subjects(made_up, period) == list(wanted.problem_id)


def test_a_measure_can_be_asked_about_from_the_span_in_which_it_began(made_up, made_up_tables):
    rows = made_up_tables["measures"]
    for text in ("2014Q2", "2015Q4", "2017Q3"):
        begun = rows[rows.starts <= pd.Timestamp(Period.parse(text).end)]
        assert measures(made_up, Period.parse(text)) == list(begun.measure_id)


def test_a_measure_is_told_by_its_title_in_either_language():
    ask = question("5_evaluation")
    assert (ask.name, ask.title("sv"), ask.title("en")) == (
        "5_evaluation-m03", "Ny belysning längs gångvägarna", "New lighting along the paths",
    )  # fmt: skip


def test_two_districts_of_almost_one_name_have_a_key_each(workspace, monkeypatch):
    file = workspace / "data/raw/goteborg/areas.csv"
    rows = file.read_text("utf-8")
    assert rows.count("Lundby") == 1 and rows.count("Angered") == 1
    file.write_text(rows.replace("Lundby", "Håbo").replace("Angered", "Habo"), "utf-8")
    found = districts(Workspace(workspace, "goteborg"))
    assert len(found) == 10
    assert {key: area for key, area in found.items() if "habo" in key} == {
        f"habo-{area.rpartition(':')[2]}": area for key, area in found.items() if "habo" in key
    }


def test_a_question_of_a_city_that_is_open_already_is_the_same_question(city):
    asked = {"workspace": "goteborg", "period": "2017", "area": "lundby", "language": "sv"}
    ask = question("2_situation", city, **asked)
    assert ask == question("2_situation", **asked) and ask.city is city
    with pytest.raises(WrongQuestion, match="did you mean 'lundby'"):
        question("2_situation", city, **(asked | {"area": "lundbi"}))

"""A wrong question stops before a kernel starts, with the nearest right one."""

import pytest

from analysis.data.parameters import ASKS, districts, question, years
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

"""The act's duties: fulfilled by a document of the day, never by figures alone."""

from datetime import date
from types import SimpleNamespace

import pytest

from analysis.chain.law import checklist
from analysis.data.registers import DUTIES
from analysis.words.periods import Period
from tests.chain.small import AREA, CITY, area, registers, whole

DAY = date(2017, 9, 30)
SWEDEN, MALMO = "land:00", "kommun:1280"


def document(duty: str, decided: str, **about) -> dict:
    return {
        "duty": duty, "document_sv": f"{duty} sv", "document_en": f"{duty} en",
        "decided": decided,
    } | about  # fmt: skip


def by_duty(tables, city, on=DAY):
    return {one.duty: one for one in checklist(tables, city, on)}


def test_a_document_fulfils_its_duty_and_says_its_age(city):
    tables = registers({"duties": [document("action_plan", "2017-09-01", note="council")]})
    plan = by_duty(tables, city)["action_plan"]
    assert (plan.state, plan.decided, plan.age_days) == ("fulfilled", date(2017, 9, 1), 29)
    assert (plan.document_sv, plan.document_en, plan.note, plan.reason) == (
        "action_plan sv", "action_plan en", "council", "",
    )  # fmt: skip


def test_the_duties_come_in_the_order_of_the_act(city):
    assert tuple(by_duty(registers({}), city)) == DUTIES


@pytest.mark.parametrize(
    ("decided", "state"),
    [("2015-09-30", "fulfilled"), ("2015-09-29", "old"), ("2017-09-30", "fulfilled")],
)
def test_two_years_to_the_day(city, decided, state):
    tables = registers({"duties": [document("mapping", decided)]})
    mapping = by_duty(tables, city)["mapping"]
    assert (mapping.state, mapping.reason) == (state, "too old" if state == "old" else "")


@pytest.mark.parametrize("duty", ["council", "coordinator"])
def test_what_is_standing_does_not_grow_old(city, duty):
    tables = registers({"duties": [document(duty, "2009-01-01")]})
    assert by_duty(tables, city)[duty].state == "fulfilled"


def test_a_document_decided_later_does_not_count(city):
    tables = registers({"duties": [document("analysis", "2017-10-01")]})
    analysis = by_duty(tables, city)["analysis"]
    assert (analysis.state, analysis.reason, analysis.decided) == ("missing", "no document", None)


def test_the_newest_document_of_the_day_counts_whatever_the_order(city):
    decided = ["2014-01-01", "2018-01-01", "2016-05-01"]
    tables = registers({"duties": [document("follow_up", day) for day in decided]})
    assert by_duty(tables, city)["follow_up"].decided == date(2016, 5, 1)


def test_the_act_binds_from_the_first_of_july_2023(city):
    def bound(day):
        return {one.in_force for one in checklist(registers({}), city, day)}

    assert (bound(date(2023, 6, 30)), bound(date(2023, 7, 1))) == ({False}, {True})


def test_public_figures_fill_a_part_of_two_duties_and_no_more(read, city):
    found = by_duty(read, city, date(2017, 12, 31))
    mapping, other = found.pop("mapping"), found.pop("other_information")
    assert (mapping.state, mapping.figures, mapping.figures_until) == (
        "partly",
        "crime_counts",
        2017,
    )
    assert (other.state, other.figures, other.figures_until) == ("partly", "safety_surveys", 2017)
    assert {(one.state, one.reason) for one in found.values()} == {("unknown", "no document")}
    assert not mapping.in_force


def test_a_year_that_is_not_over_has_no_figures_yet(read, city):
    assert by_duty(read, city, date(2017, 12, 30))["mapping"].figures_until == 2016


def test_the_surveys_of_other_places_fill_nothing(city):
    asked = {
        "year_from": "2016", "year_to": "2016", "indicator": "unsafe", "group": "all",
        "value": "20", "method": "NTU", "source_id": "s",
    }  # fmt: skip
    places = [area(SWEDEN, ""), area(CITY, SWEDEN), area(MALMO, SWEDEN), area(AREA)]
    elsewhere = {
        "areas": places,
        "safety_surveys": [asked | {"area_id": a} for a in (SWEDEN, MALMO)],
    }
    here = {"areas": places, "safety_surveys": [asked | {"area_id": AREA}]}
    assert by_duty(registers(elsewhere), city)["other_information"].state == "unknown"
    assert by_duty(registers(here), city)["other_information"].figures_until == 2016


def test_a_count_that_was_not_published_is_no_figure(city):
    row = {"area_id": CITY, "year": "2016", "item": "total", "count": "", "source_id": "s"}
    tables = registers({"areas": [area(CITY, SWEDEN)], "crime_counts": [row]})
    assert by_duty(tables, city)["mapping"].state == "unknown"


def test_a_register_of_events_and_own_surveys_are_figures_up_to_the_day():
    own = SimpleNamespace(
        settings={"municipality": CITY}, observed=Period.parse("2011-01-01..2018-12-31")
    )
    wave = {
        "period_start": "2017-09-01", "mode": "post", "frame": "register", "sampled": "3000",
        "method": "a", "source_id": "s",
    }  # fmt: skip
    waves = [
        wave | {"wave": "1", "period_end": "2015-10-31", "period_start": "2015-09-01"},
        wave | {"wave": "2", "period_end": "2017-10-31"},
    ]
    event = {
        "incident_id": "1", "item": "theft", "occurred": "2016-01-05", "area_id": CITY,
        "status": "final", "registered": "2016-01-06", "source_id": "s",
    }  # fmt: skip
    found = by_duty(registers({"survey_waves": waves, "incidents": [event]}), own)
    assert by_duty(registers({"survey_waves": waves}), own)["mapping"].state == "unknown"
    assert (found["mapping"].figures, found["mapping"].figures_until) == ("incidents", 2017)
    asked = found["other_information"]
    assert (asked.figures, asked.figures_until) == ("survey_waves", 2015)
    assert by_duty(registers({}), own, date(2010, 12, 31))["mapping"].state == "unknown"


def test_what_is_entered_in_the_registers_is_a_part_and_no_document(city):
    found = by_duty(registers(whole()), city)
    told = {duty: (one.state, one.figures, one.figures_until) for duty, one in found.items()}
    assert told["analysis"] == ("partly", "causes", 2016)
    assert told["action_plan"] == ("partly", "measures", 2017)
    assert told["follow_up"] == ("partly", "follow_ups", 2017)
    assert told["council"] == told["coordinator"] == ("unknown", "", None)


def test_what_had_not_begun_by_the_day_is_no_part(city):
    found = by_duty(registers(whole()), city, date(2016, 12, 31))
    assert found["analysis"].state == "partly"
    assert found["action_plan"].state == found["follow_up"].state == "unknown"


def test_a_city_that_has_entered_one_document_misses_the_others(city):
    tables = registers({"duties": [document("council", "2017-01-01")]})
    states = {duty: one.state for duty, one in by_duty(tables, city).items()}
    assert states.pop("council") == "fulfilled"
    assert set(states.values()) == {"missing"}

"""Times and places as figures that can be protected, each beside itself in other years."""

import pandas as pd
import pytest

from analysis.measurement import crime, whenwhere
from analysis.words.periods import Period
from tests.conftest import count

Q3 = Period.parse("2017Q3")
ANGSVIK, EKMARKEN = "stadsdel:1502", "stadsdel:1505"


def test_every_event_stands_in_one_cell_of_the_week(made_up, made_up_tables):
    events = crime.events_during(made_up_tables, made_up, ANGSVIK, Q3)
    found = whenwhere.hours(events, count(len(events), "2017Q3"), {"4 evening"})
    assert sum(e.value for e in found) == len(events) > 200
    cell = next(e for e in found if e.definition == "4 evening")
    plain = (events.occurred.dt.day_of_week == 4) & (events.occurred.dt.hour >= 18)
    assert cell.value == plain.sum()
    assert [e.definition for e in found if e.note == "stands out"] == ["4 evening"]
    assert whenwhere.hours(events.iloc[:0], count(0, "2017Q3"), set()) == []


def test_places_of_an_area_add_up_to_it(made_up, made_up_tables):
    found = whenwhere.places(made_up_tables, made_up, ANGSVIK, "total", Q3)
    total = crime.reported(made_up_tables, made_up, ANGSVIK, ["total"], Q3)["total"]
    for span in (Q3, Q3.year_before):
        mine = [e for e in found if e.period == span]
        assert len(mine) == 3
        assert sum(e.value for e in mine) == total.at(span).value


def test_two_places_beside_their_total_are_not_told(made_up, made_up_tables):
    assert len(crime.blocks(made_up_tables, made_up, EKMARKEN)) == 2
    assert whenwhere.places(made_up_tables, made_up, EKMARKEN, "total", Q3) == []


def test_the_wheel_is_made_of_whole_years_before_the_span(made_up, made_up_tables):
    found = whenwhere.months(made_up_tables, made_up, ANGSVIK, Q3)
    years = pd.Series([e.period.year for e in found]).value_counts()
    assert years.to_dict() == dict.fromkeys(range(2013, 2017), 12)
    assert {e.period.kind for e in found} == {"month"}


@pytest.mark.parametrize("area", ["kommun:1480", "stadsdel:139"])
def test_a_city_without_events_of_its_own_has_no_times(read, city, area):
    assert whenwhere.months(read, city, area, Period.parse("2017")) == []

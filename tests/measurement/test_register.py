"""Own events and published figures: neither takes the other's place unseen."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from analysis.measurement import crime, register
from analysis.measurement.monthly import monthly, placed
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion
from tests.chain.small import AREA, CITY, OTHER, Town, area, registers

YEARS = range(2019, 2026)
ITEMS = [
    {"item": "total", "found_by": "both", "adds_to_total": "no", "headline": "no"},
    {"item": "theft", "parent": "total", "found_by": "victims", "adds_to_total": "yes"},
    {"item": "fraud", "parent": "total", "found_by": "victims", "adds_to_total": "yes"},
]
THEFTS = 40  # a year in each district


def items():
    return [{"label_sv": i["item"], "label_en": i["item"], "headline": "yes"} | i for i in ITEMS]


def published(area_id, years=YEARS, item="total", count=THEFTS):
    row = {"item": item, "area_id": area_id, "count": str(count), "source_id": "bra"}
    return [row | {"year": str(year)} for year in years]


def events(a_year, years=YEARS, item="theft", areas=(AREA, OTHER)):
    """So many events a year in each area, one a week from the first of January."""
    return [
        {
            "incident_id": f"{item}-{year}-{place}-{n}", "item": item, "status": "final",
            "occurred": f"{year}-{1 + n // 4:02d}-{1 + 7 * (n % 4):02d}", "area_id": place,
            "registered": f"{year}-12-31", "source_id": "own",
        }
        for year in years for place in areas for n in range(a_year)
    ]  # fmt: skip


def tables(counts=(), incidents=()):
    places = [area(CITY, ""), area(AREA), area(OTHER)]
    given = {"crime_counts": [*counts], "incidents": [*incidents]}
    return registers({"areas": places, "crime_items": items(), **given})


def city(observed="2019-01-01..2025-12-31"):
    sources = {name: SimpleNamespace(published="2026") for name in ("own", "bra")}
    return Town(
        name="small", settings={"municipality": CITY, "districtScheme": "stadsdel"},
        observed=observed and Period.parse(observed), sources=sources, known_on=None,
        resources_of=lambda table: [SimpleNamespace(retrieved="2026-06-01")],
    )  # fmt: skip


def counted(data, where, span, item="total"):
    series = crime.reported(data, city(), where, [item], Period.parse(span))
    return {str(e.period): (e.value, e.source) for e in series.get(item, ())}


BOTH = [*published(AREA), *published(OTHER)]


def test_a_few_events_do_not_take_the_place_of_published_figures():
    data = tables(BOTH, events(3, [2025]))
    one_year = replace_observed("2025")
    series = crime.reported(data, one_year, AREA, ["total"], Period.parse("2025"))["total"]
    assert [e.value for e in series] == [THEFTS] * len(YEARS)
    assert {e.source for e in series} == {"bra"}
    assert register.watched(data, one_year) is None


def replace_observed(span):
    return Town(**{**vars(city()), "observed": Period.parse(span)})


def test_a_published_year_is_told_as_published_and_a_quarter_by_events():
    data = tables(BOTH, events(THEFTS))
    assert set(counted(data, AREA, "2025").values()) == {(THEFTS, "bra")}
    assert counted(data, AREA, "2025Q1")["2025Q1"] == (12, "own")


def test_where_only_the_city_is_published_a_whole_register_counts_the_districts():
    data = tables(published(CITY, count=2 * THEFTS), events(THEFTS))
    assert set(counted(data, AREA, "2025").values()) == {(THEFTS, "own")}
    assert set(counted(data, CITY, "2025").values()) == {(2 * THEFTS, "own")}


def test_one_published_district_does_not_take_the_place_of_a_whole_register():
    data = tables(published(AREA, count=7), events(THEFTS))
    assert counted(data, AREA, "2025")["2025"] == (THEFTS, "own")


def test_nothing_is_counted_from_a_register_that_lacks_more_than_a_tenth():
    data = tables(published(CITY, [2024], count=100), events(44))
    assert counted(data, AREA, "2025Q1") == {}
    assert not placed(data, city(), Period.parse("2025Q1"))
    with pytest.raises(WrongQuestion, match="no whole register"):
        monthly(data, city(), "theft", Period.parse("2025Q1"))
    (found,) = register.checks(data, city())
    assert (found.outcome, found.found["counted"], found.found["official"]) == ("failed", 88, 100)


def test_a_register_that_holds_nine_tenths_is_whole():
    data = tables(published(CITY, [2024], count=100), events(45))
    assert counted(data, AREA, "2025Q1")["2025Q1"] == (12, "own")
    (found,) = register.checks(data, city())
    assert (found.outcome, found.found["low"]) == ("passed", 0.9)


def test_a_year_that_the_register_covers_in_part_does_not_judge_it():
    data = tables(published(CITY, [2024], count=100), events(10, [2025]))
    assert register.watched(data, replace_observed("2024-06-01..2025-12-31")) is not None


def test_the_districts_are_an_official_total_only_when_all_are_published():
    data = tables([*published(AREA, [2023, 2024]), *published(OTHER, [2024])])
    assert register.official(data, city()).to_dict("records") == [
        {"year": 2024, "count": 2 * THEFTS}
    ]


def test_a_count_names_those_who_registered_its_own_events_and_all_where_it_has_none():
    own = [*events(4, [2025], areas=[AREA]), *events(2, [2024], areas=[OTHER])]
    theirs = [
        one | {"source_id": "bra", "incident_id": f"theirs-{n}"}
        for n, one in enumerate(events(3, [2024, 2025], areas=[OTHER]))
    ]
    data = tables((), [*own, *theirs])
    assert counted(data, AREA, "2025", "theft")["2025"] == (4, "own")
    told = counted(data, OTHER, "2025", "theft")
    assert told == {str(year): (0, "bra; own") for year in YEARS} | {
        "2024": (5, "bra; own"), "2025": (3, "bra"),
    }  # fmt: skip
    assert counted(data, CITY, "2025", "theft")["2025"] == (7, "bra; own")


def test_what_was_worked_out_for_one_span_of_a_register_is_not_told_of_another():
    data = tables(published(CITY, [2024], count=100), events(44, [2025]))
    assert register.watched(data, replace_observed("2025")) is not None
    assert register.watched(data, city()) is None


def test_what_a_register_never_held_is_no_nought():
    data = tables((), events(THEFTS))
    assert counted(data, AREA, "2025", "fraud") == {}
    assert counted(data, AREA, "2025", "theft")["2025"] == (THEFTS, "own")


def test_without_an_item_that_adds_there_is_no_total_and_no_nought():
    data = tables((), events(THEFTS))
    tree = data["crime_items"].assign(adds_to_total="no")
    data = replace(data, by_name=data.by_name | {"crime_items": tree})
    assert counted(data, AREA, "2025") == {}
    (total,) = crime.of_district(data, city(), AREA, ["total"], Period.parse("2025"))["total"]
    assert (total.status, total.value) == ("not available", None)


def test_a_report_without_rows_of_events_knows_whether_they_are_whole():
    data = tables(published(CITY, [2024], count=100), events(44))
    opened = {name: rows for name, rows in data.by_name.items() if name != "incidents"}
    told = replace(data, by_name=opened | {"events_by_year": data.events_by_year})
    assert register.off(told, city()).to_dict("records") == [
        {"year": 2024, "counted": 88, "official": 100, "share": 0.88}
    ]

"""A day on which something came to be counted anew is obeyed for what it touches, and no more."""

from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.measurement.breaks import since, way
from tests.chain.small import AREA, CITY, OTHER, area, registers

TREE = [
    {"item": "total", "adds_to_total": "no"},
    {"item": "k8", "parent": "total", "adds_to_total": "yes"},
    {"item": "theft", "parent": "k8", "adds_to_total": "no"},
    {"item": "fraud", "adds_to_total": "yes"},  # its parent was never entered
    {"item": "shootings", "adds_to_total": "no"},
]
DAY = pd.Timestamp("2024-12-31")
TOWN = SimpleNamespace(settings={"municipality": CITY})


def broken(*breaks):
    items = [{"label_sv": i["item"], "label_en": i["item"], "headline": "yes",
              "found_by": "both", **i} for i in TREE]  # fmt: skip
    rows = [
        {"item": item, "area_id": where, "from_date": day, "kind": kind, "what_sv": "x",
         "what_en": "x"} for item, where, day, kind in breaks
    ]  # fmt: skip
    places = [area(CITY, ""), area(AREA), area(OTHER)]
    return registers({"areas": places, "crime_items": items, "breaks": rows})


def began(tables, item, where=CITY, day=DAY):
    found = since(tables, TOWN, item, where, day)
    return found and str(found.date())


@pytest.mark.parametrize("item", ["theft", "k8", "total"])
def test_what_holds_a_part_that_is_counted_anew_is_counted_anew(item):
    assert began(broken(("theft", "", "2020-03-01", "definition")), item) == "2020-03-01"


@pytest.mark.parametrize("item", ["fraud", "shootings"])
def test_what_does_not_hold_it_is_not(item):
    assert began(broken(("theft", "", "2020-03-01", "definition")), item) is None


def test_what_adds_to_the_total_is_a_part_of_it_whatever_its_parent():
    assert began(broken(("fraud", "", "2020-03-01", "definition")), "total") == "2020-03-01"


def test_the_latest_change_by_the_day_is_in_force():
    tables = broken(("k8", "", "2019-01-01", "method"), ("k8", "", "2023-01-01", "method"))
    assert began(tables, "k8") == "2023-01-01"
    assert began(tables, "k8", day=pd.Timestamp("2022-12-31")) == "2019-01-01"
    assert way(tables, TOWN, "k8", CITY, pd.Timestamp("2018-12-31")) == ""
    assert way(tables, TOWN, "k8", CITY, DAY) == "since 2023-01-01"


def test_a_change_in_one_area_is_not_one_in_another_but_in_the_whole_city():
    tables = broken(("k8", AREA, "2020-01-01", "method"))
    assert began(tables, "k8", AREA) == began(tables, "k8", CITY) == "2020-01-01"
    assert began(tables, "k8", OTHER) is None
    assert began(tables, "k8", None) == "2020-01-01"


def test_a_border_that_moved_inside_the_city_changes_no_figure_of_the_city():
    tables = broken(("k8", AREA, "2020-01-01", "boundary"))
    assert began(tables, "k8", CITY) is None
    assert began(tables, "k8", AREA) == "2020-01-01"

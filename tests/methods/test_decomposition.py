"""Decomposition: parts that do not overlap and leave nothing unsaid."""

import pandas as pd
import pytest

from analysis.measurement.crime import reported
from analysis.methods.decomposition import REST, contributions
from analysis.words.periods import Period
from tests.conftest import series

Y2017 = Period.parse("2017")
ITEMS = pd.DataFrame(
    [
        ("total", "", "no"), ("a", "total", "no"), ("a1", "a", "yes"), ("a2", "a", "yes"),
        ("b", "total", "yes"), ("b1", "b", "no"),
    ],
    columns=["item", "parent", "adds_to_total"],
)  # fmt: skip


def made(**values):
    return {item: series(pair, first=2016, definition=item) for item, pair in values.items()}


def shares(parts):
    return {e.definition: (round(e.value, 1), e.n) for e in parts}


def test_a_change_is_split_over_its_parts_and_a_rest():
    found = contributions(
        made(total=[100, 150], a=[60, 90], a1=[40, 75], a2=[20, 15], b=[38, 57]), ITEMS, Y2017
    )
    assert shares(found) == {"a1": (70, 35), "b": (38, 19), "a2": (-10, -5), REST: (2, 1)}
    assert sum(e.value for e in found) == pytest.approx(100)


def test_a_group_whose_parts_are_little_known_is_kept_whole():
    found = contributions(made(total=[100, 150], a=[60, 90], a2=[20, 15], b=[40, 60]), ITEMS, Y2017)
    assert set(shares(found)) == {"a", "b", REST}


def test_an_unknown_group_is_entered_and_what_is_missing_is_rest():
    found = contributions(made(total=[100, 150], a1=[40, 75], b1=[5, 6]), ITEMS, Y2017)
    assert shares(found) == {"a1": (70, 35), "b1": (2, 1), REST: (28, 14)}


def test_a_total_that_is_not_known_is_not_split():
    assert contributions(made(a=[1, 2]), ITEMS, Y2017) == []
    assert contributions(made(total=[None, 150], a=[60, 90]), ITEMS, Y2017) == []


def test_the_districts_parts_add_up_every_year(read, city):
    items = list(read["crime_items"]["item"])
    for area in read.areas.of_scheme("stadsdel_2011_2020"):
        for year in range(2012, 2021):
            period = Period.parse(str(year))
            counts = reported(read, city, area.id, items, period)
            parts = contributions(counts, read["crime_items"], period)
            moved = counts["total"].at(period).value - counts["total"].at(period.previous).value
            assert sum(e.n for e in parts) == moved
            (rest,) = [e.n for e in parts if e.definition == REST]
            assert abs(rest) <= 40, "nearly all of a district's change is in published items"

"""A figure that was told before is never otherwise now without a word."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.measurement import crime
from analysis.measurement.revisions import revisions
from analysis.words.periods import Period

ANGSVIK, CITY = "stadsdel:1502", "kommun:9999"
Q2 = Period.parse("2017Q2")


@pytest.fixture(scope="module")
def first(made_up):
    rows = pd.read_csv(made_up.raw / "first_counts.csv")
    return rows[rows.month.isin(["2017-04", "2017-05", "2017-06"])]


@pytest.mark.parametrize("area_id", [ANGSVIK, CITY])
def test_now_over_then_by_the_plainest_road(made_up, made_up_tables, first, area_id):
    (found,) = revisions(made_up_tables, made_up, area_id, ["total"], Q2)
    mine = first if area_id == CITY else first[first.area_id == area_id]
    now = crime.reported(made_up_tables, made_up, area_id, ["total"], Q2)["total"].at(Q2)
    assert found.n == mine["count"].sum()
    assert found.value == pytest.approx(now.value / mine["count"].sum())
    assert found.vintage == "2017-07-15"


def test_where_no_first_edition_is_kept_nothing_is_said_of_it(read, city, made_up, made_up_tables):
    assert revisions(read, city, "stadsdel:139", ["total"], Period.parse("2017")) == []
    (found,) = revisions(made_up_tables, made_up, ANGSVIK, ["total"], Period.parse("2016Q4"))
    assert (found.known, found.note) == (False, "no first edition")


def changed(tables, **by_name):
    return replace(tables, by_name=tables.by_name | by_name)


def test_events_that_no_district_holds_do_not_revise_the_districts(made_up, made_up_tables):
    events = made_up_tables["incidents"].copy()
    events.loc[::10, "area_id"] = "delomrade:none"
    (found,) = revisions(changed(made_up_tables, incidents=events), made_up, CITY, ["total"], Q2)
    (whole,) = revisions(made_up_tables, made_up, CITY, ["total"], Q2)
    assert found.n == whole.n
    assert found.value == pytest.approx(0.9 * whole.value, rel=0.02)


@pytest.mark.parametrize(
    ("about", "note"),
    [({"count": 0}, "first edition nought"), ({"source_id": "another"}, "other source")],
)
def test_an_edition_of_another_source_or_of_nought_is_no_yardstick(
    made_up, made_up_tables, about, note
):
    first = made_up_tables["first_counts"].assign(**about)
    (found,) = revisions(
        changed(made_up_tables, first_counts=first), made_up, ANGSVIK, ["total"], Q2
    )
    assert (found.known, found.note) == (False, note)

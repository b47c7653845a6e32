"""A figure that was told before is never otherwise now without a word."""

from datetime import date

import pandas as pd
import pytest

from analysis.measurement import crime
from analysis.measurement.revisions import revisions, settling, triangle
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


DAYS = pd.to_datetime


def test_a_triangle_by_the_plainest_road(made_up, made_up_tables):
    events = made_up_tables["incidents"]
    known = triangle(events, date(2018, 12, 31))
    mine = events[events.occurred.dt.strftime("%Y-%m") == "2018-09"]
    assert known.loc["2018-09", 0] == (mine.registered <= "2018-09-30").sum()
    assert known.loc["2018-09", 2] == (mine.registered <= "2018-11-30").sum()
    assert known.loc["2018-09"].isna().tolist() == [False] * 4 + [True] * 9


def test_a_triangle_only_grows_and_ends_at_all_events(made_up_tables):
    events = made_up_tables["incidents"]
    known = triangle(events, date(2026, 1, 1))
    assert (known.diff(axis=1).drop(columns=0) >= 0).all().all()
    soon = (events.registered - events.occurred).dt.days < 300
    months = events.occurred.dt.strftime("%Y-%m")
    assert (known[12] >= events[soon].groupby(months).size()).all()


def test_an_event_without_a_day_of_registration_is_in_no_triangle():
    events = pd.DataFrame(
        {"occurred": DAYS(["2017-01-03", "2017-01-09"]), "registered": DAYS(["2017-01-04", None])}
    )
    assert triangle(events, date(2018, 6, 1)).loc["2017-01", 12] == 1
    assert triangle(events.iloc[[1]], date(2018, 6, 1)).empty


def test_a_month_without_events_is_a_row_of_noughts():
    events = pd.DataFrame({"occurred": DAYS(["2017-01-03", "2017-03-09"])})
    known = triangle(events.assign(registered=events.occurred), date(2018, 6, 1))
    assert known.loc["2017-02"].tolist() == [0] * 13


def test_what_is_known_when_by_the_plainest_road(made_up, made_up_tables):
    found = settling(triangle(made_up_tables["incidents"], date(2026, 1, 1)))
    events = made_up_tables["incidents"]
    last = events[events.occurred >= "2017-01-01"]
    ends = last.occurred + pd.offsets.MonthEnd(0)
    at_once = (last.registered <= ends.dt.normalize()).sum()
    late = (last.registered.dt.to_period("M") - last.occurred.dt.to_period("M")).map(lambda d: d.n)
    assert found.share.iloc[0] == pytest.approx(at_once / (late <= 12).sum())
    assert (found.months == 24).all()
    assert ((found.low <= found.share) & (found.share <= found.high)).all()
    assert found.share.is_monotonic_increasing
    assert found.share.iloc[-1] == 1


def test_fewer_than_twelve_settled_months_say_nothing():
    months = pd.date_range("2017-01-15", periods=11, freq="MS")
    events = pd.DataFrame({"occurred": months, "registered": months})
    assert settling(triangle(events, date(2026, 1, 1))).empty

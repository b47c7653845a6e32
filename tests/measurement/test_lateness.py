"""The last months of a register are too low, and how low is measured on the register itself."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.data.tables import Tables
from analysis.measurement.lateness import (
    final_until,
    known_as_late,
    known_until,
    settling,
    triangle,
)
from analysis.words.periods import Period

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


def monthly_events(months, late=0, status="final", start="2014-01"):
    """Ten events a month on the first, of which one is registered ``late`` months later."""
    first = pd.period_range(start, periods=months, freq="M").to_timestamp()
    rows = pd.DataFrame({"occurred": first.repeat(10)})
    rows["registered"] = rows.occurred
    last = rows.index % 10 == 9
    rows.loc[last, "registered"] += pd.DateOffset(months=late)
    return rows.assign(status=status, item="theft")


def at(retrieved=None, view=None):
    files = [SimpleNamespace(retrieved=retrieved)]
    return SimpleNamespace(
        known_on=view and date.fromisoformat(view), resources_of=lambda table: files
    )


def final(rows, city):
    return final_until(Tables({"incidents": rows}, None, None), city)


def test_a_month_is_final_when_the_register_has_been_seen_to_hold_nearly_all_of_it():
    rows = monthly_events(48, late=2)
    assert final(rows, at("2018-01-01")) == date(2017, 10, 31)
    assert final(rows, at("2018-01-30")) == date(2017, 10, 31)
    assert final(rows, at("2018-01-31")) == date(2017, 11, 30)


def test_a_first_preliminary_event_of_any_kind_ends_what_is_final_of_every_kind():
    rows = monthly_events(48)
    rows.loc[rows.index[-35:], "status"] = "preliminary"  # the first of them in September
    assert final(rows, at("2026-01-01")) == date(2017, 8, 31)


def test_without_days_of_registration_the_marks_are_believed_but_not_in_a_view():
    rows = monthly_events(48).assign(registered=pd.NaT)
    assert final(rows, at("2018-01-01")) == date.max
    assert final(rows, at("2018-01-01", view="2017-10-15")) == date(2016, 9, 30)


def test_what_was_received_before_the_day_of_a_view_was_known_by_then_alone():
    rows = monthly_events(48, late=2)
    early, late = at("2018-01-01", view="2018-06-01"), at("2018-01-01")
    assert known_until(early) == known_until(late) == date(2018, 1, 1)
    assert final(rows, early) == final(rows, late)


def test_what_was_known_so_late_is_what_was_registered_by_that_day():
    rows = monthly_events(12, late=2)
    january = rows[rows.occurred < "2014-02-01"]
    for days, known in ((0, 9), (28, 9), (29, 10)):
        assert len(known_as_late(january, Period.parse("2014-01"), days)) == known

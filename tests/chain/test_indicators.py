"""The newest value of an indicator: of the baseline's part of the year, with the noise of both."""

from dataclasses import replace

import pytest

from analysis.chain import follow_up
from analysis.chain.indicators import newest
from analysis.data.tables import Tables
from analysis.measurement import crime, residents
from analysis.measurement.comparison import LikeForLike
from analysis.methods.change import dispersed
from analysis.methods.trend import noise
from analysis.words.periods import Period

Q3 = Period.parse("2017Q3")
ANGSVIK, GRANANGEN, CITY = "stadsdel:1502", "stadsdel:1507", "kommun:9999"


def found(tables, city, area_id, until=Q3, released=()):
    return {
        (e.series, e.statistic): e for e in newest(tables, city, area_id, until, list(released))
    }


def with_indicator(tables, row, **about):
    """The tables with one indicator's cells changed."""
    rows = tables["indicators"].copy()
    for column, value in about.items():
        rows.loc[rows.indicator_id == row, column] = value
    return Tables(tables.by_name | {"indicators": rows}, tables.ledger, tables.rejected)


def test_a_count_is_of_the_latest_whole_span_like_the_baseline(made_up, made_up_tables):
    shot = found(made_up_tables, made_up, CITY)["I01", "indicator now"]
    assert (str(shot.period), shot.value) == ("2017H1", 7)
    assault = found(made_up_tables, made_up, ANGSVIK)["I02", "indicator now"]
    assert str(assault.period) == "2016"


def test_its_interval_holds_the_baseline_as_the_changes_interval_holds_one(made_up, made_up_tables):
    now = found(made_up_tables, made_up, ANGSVIK)["I02", "indicator now"]
    series = crime.reported(made_up_tables, made_up, ANGSVIK, ["assault"], now.period)["assault"]
    before = series.at(Period.parse("2015"))
    pair = LikeForLike(before, series.at(now.period))
    change = dispersed(pair, noise(series, before=now.period))
    assert now.low == pytest.approx(before.value * change.low)
    assert now.high == pytest.approx(before.value * change.high)


def test_beside_it_stands_what_fall_would_have_been_seen(made_up, made_up_tables):
    noticed = found(made_up_tables, made_up, ANGSVIK)["I02", "noticed from"]
    span = noticed.period
    series = crime.reported(made_up_tables, made_up, ANGSVIK, ["assault"], span)["assault"]
    before, measured = series.at(Period.parse("2015")), noise(series, before=span)

    def clear_at(value):
        pair = LikeForLike(before, replace(series.at(span), value=value))
        return dispersed(pair, measured).high < 1

    assert clear_at(noticed.value) and not clear_at(noticed.value + 1)


def test_a_baseline_that_is_no_longer_counted_is_refused(made_up, made_up_tables):
    moved = with_indicator(made_up_tables, "I02", baseline=999.0)
    now = found(moved, made_up, ANGSVIK)["I02", "indicator now"]
    assert (now.known, now.note) == (False, "baseline differs")


def test_a_wave_is_never_held_against_itself(made_up, made_up_tables):
    shares = residents.shares(made_up_tables, made_up, ANGSVIK, Q3)
    now = found(made_up_tables, made_up, ANGSVIK, released=shares)["I09", "indicator now"]
    assert (now.known, now.note) == (False, "no newer value")


def test_a_later_wave_has_the_interval_of_its_change(made_up, made_up_tables):
    shares = residents.shares(made_up_tables, made_up, ANGSVIK, Q3)
    safe = [e for e in shares if e.definition == "safe_evening"]
    after, before = safe[:2]
    older = with_indicator(
        made_up_tables, "I09", baseline=before.value, baseline_period=str(before.period)
    )
    now = found(older, made_up, ANGSVIK, released=shares)["I09", "indicator now"]
    (change,), _ = residents.changes([after, before])
    assert now.value == after.value
    assert (now.low, now.high) == pytest.approx(
        (before.value + change.low, before.value + change.high)
    )
    alone = found(older, made_up, ANGSVIK, released=[after])["I09", "indicator now"]
    assert alone.low is None


def test_a_result_waits_until_the_whole_span_lies_after_the_measure_began(made_up, made_up_tables):
    rows = newest(made_up_tables, made_up, "stadsdel:1505", Q3, [])
    doors = follow_up.results(made_up_tables, rows)["M09"]
    assert (doors.way, doors.reason) == ("not available", "before the measure")
    later = newest(made_up_tables, made_up, "stadsdel:1505", Period.parse("2018Q4"), [])
    assert follow_up.results(made_up_tables, later)["M09"].reason != "before the measure"


def test_an_own_figure_has_no_interval_and_so_no_way(made_up, made_up_tables):
    rows = newest(made_up_tables, made_up, "stadsdel:1506", Q3, [])
    one = follow_up.results(made_up_tables, rows)["M11"]
    assert (one.way, one.reason) == ("not available", "no interval")


def test_without_a_baseline_there_is_no_result(made_up, made_up_tables):
    shares = residents.shares(made_up_tables, made_up, GRANANGEN, Q3)
    rows = newest(made_up_tables, made_up, GRANANGEN, Q3, shares)
    one = follow_up.results(made_up_tables, rows)["M08"]
    assert (one.baseline, one.reason) == (None, "no baseline")


def test_no_change_is_seldom_called_one(made_up):
    """The worst of six years as a baseline: a fall by itself, called "right way" in few worlds."""
    import numpy as np

    from tests.conftest import series

    rng = np.random.default_rng(7)
    called = 0
    for _ in range(300):
        counts = rng.negative_binomial(40, 40 / (40 + 100), 7).astype(float)
        worst = int(np.argmax(counts[:6]))
        mine = series(counts.tolist())
        before, now = mine.estimates[worst], mine.estimates[-1]
        ratio = dispersed(LikeForLike(before, now), noise(mine, before=now.period))
        called += ratio.known and ratio.high < 1
    assert called / 300 < 0.08

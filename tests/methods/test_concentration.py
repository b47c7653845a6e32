"""Hours that stand out: measured by week-to-week noise, 28 tried together."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.methods.concentration import hours
from analysis.methods.screening import survivors
from analysis.words.periods import Period

QUARTER = Period.parse("2017Q3")
FACTS = {"definition": "assault", "area": "stadsdel:1", "scheme": "stadsdel"}


def at(times) -> pd.DataFrame:
    return pd.DataFrame({"occurred": pd.DatetimeIndex(times)})


def spread(rng, events, burst=0.0):
    """Events at any time of the quarter, each with a geometric number of others the same hours."""
    first = rng.uniform(0, 92, rng.poisson(events / (1 + burst)))
    more = np.repeat(first, rng.geometric(1 / (1 + burst), len(first)) - 1)
    day = np.concatenate([first, more + rng.uniform(0, 0.1, len(more))])
    seconds = np.ceil(86_400 * day[day < 92])
    return at(pd.Timestamp("2017-07-01") + pd.to_timedelta(seconds, unit="s"))


def test_one_event_in_every_cell_of_every_week_is_even():
    every = pd.date_range("2017-07-03 03:00", periods=12 * 28, freq="6h")
    found = hours(at(every), Period.parse("2017-07-03..2017-09-24"), **FACTS)
    assert len(found) == 28
    assert {(one.value, one.p, one.n, one.dispersion) for one in found} == {(1, 1, 336, 1)}
    assert found[0].series == "0 night"


def test_a_cell_by_hand():
    rows = spread(np.random.default_rng(1), 300)
    found = {one.series: one for one in hours(rows, QUARTER, **FACTS)}["4 evening"]
    when = rows.occurred
    k = ((when.dt.day_of_week == 4) & (when.dt.hour >= 18)).sum()
    even = len(rows) * 13 / 92 / 4  # thirteen Fridays in the quarter
    assert found.value == pytest.approx(k / even)
    phi = found.dispersion
    low = phi * stats.chi2.ppf(0.025, 2 * k / phi) / 2 / even
    high = phi * stats.chi2.ppf(0.975, 2 * k / phi + 2) / 2 / even
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.p < 0.05) == found.beyond(1)


def test_a_planted_friday_evening_survives_and_nothing_else():
    rng = np.random.default_rng(2)
    fridays = pd.date_range("2017-07-07 19:30", periods=12, freq="7D").repeat(3)
    found = survivors(hours(pd.concat([spread(rng, 150), at(fridays)]), QUARTER, **FACTS))
    assert [one.series for one in found] == ["4 evening"]
    assert found[0].value > 3


def test_one_evening_of_many_events_is_no_friday_habit():
    rng = np.random.default_rng(2)
    riot = pd.date_range("2017-07-07 19:00", periods=36, freq="1min")
    found = hours(pd.concat([spread(rng, 150), at(riot)]), QUARTER, **FACTS)
    assert survivors(found) == []


def test_unknown_times_take_no_part():
    rows = spread(np.random.default_rng(3), 200)
    dates = at(pd.date_range("2017-07-01", periods=60))
    assert hours(pd.concat([rows, dates]), QUARTER, **FACTS) == hours(rows, QUARTER, **FACTS)


@pytest.mark.parametrize("period", ["2017-07", "2017Q3"])
def test_too_short_a_span_or_no_known_time_gives_nothing(period):
    dates = at(pd.date_range("2017-07-01", periods=20))
    assert hours(dates, Period.parse(period), **FACTS) == []
    rows = spread(np.random.default_rng(3), 200)
    short = rows[rows.occurred < "2017-08-01"]
    assert hours(short, Period.parse("2017-07"), **FACTS) == []


def test_events_in_bursts_without_a_rhythm_are_seldom_given_one(runs):
    rng = np.random.default_rng(2017)
    found, naive = [], []
    for _ in range(runs // 3):
        cells = hours(spread(rng, 150, burst=2.0), QUARTER, **FACTS)
        found.append(bool(survivors(cells)))
        most = max(one.value * one.n / 28 for one in cells)
        naive.append(28 * stats.poisson.sf(most - 1, cells[0].n / 28) < 0.05)
    assert np.mean(found) <= 0.07
    assert np.mean(naive) > 0.5, "independent events would be seen everywhere"

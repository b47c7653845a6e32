"""Hours, months and places: every event is somewhere, and nothing is a habit after one year."""

import numpy as np
import pandas as pd
import pytest

from analysis.measurement.rhythm import PARTS, part_of_day, week, year
from tests.conftest import count

# 2017-07-03 is a Monday
TIMES = [
    "2017-07-03 00:00:00", "2017-07-03 00:00:01", "2017-07-03 05:59", "2017-07-03 06:00",
    "2017-07-07 18:00", "2017-07-07 23:59", "2017-07-14 22:00", "2017-07-09 12:00",
]  # fmt: skip


def incidents(times, blocks="blk:1"):
    return pd.DataFrame({"occurred": pd.to_datetime(times, format="ISO8601"), "area_id": blocks})


def months(years, first=2011):
    """Monthly counts from a list of years of twelve."""
    return [
        count(value, f"{first + i}-{month:02d}")
        for i, values in enumerate(years)
        for month, value in enumerate(values, start=1)
    ]


def test_each_time_has_its_part_of_the_day():
    parts = part_of_day(incidents(TIMES).occurred)
    assert list(parts) == [
        "unknown", "night", "night", "morning", "evening", "evening", "evening", "afternoon",
    ]  # fmt: skip


def test_the_week_counts_every_event_once():
    found = week(incidents(TIMES))
    assert len(found) == 35 and found["count"].sum() == len(TIMES)
    cells = found.set_index(["weekday", "part"])["count"]
    assert (cells[4, "evening"], cells[0, "night"], cells[6, "afternoon"]) == (3, 2, 1)
    assert cells[2, "morning"] == 0


def test_dates_without_times_are_no_nights():
    found = week(incidents(["2017-07-03", "2017-07-04", "2017-07-05"]))
    assert found["count"][found.part == "unknown"].sum() == 3
    assert found["count"][found.part.isin(PARTS)].sum() == 0


def test_a_week_without_events_is_all_zeros():
    found = week(incidents([]))
    assert len(found) == 35 and found["count"].sum() == 0


def test_three_years_have_no_usual_months():
    wheel = year(months([[10] * 11 + [90]] * 3))
    assert set(wheel.usually) == {"not known"} and wheel.share.isna().all()
    assert set(wheel.years) == {3}


def test_a_month_that_is_high_every_year_is_usually_high():
    wheel = year(months([[20] * 7 + [60] + [20] * 4] * 5)).set_index("month")
    assert wheel.usually[8] == "high"
    assert wheel.share[8] == pytest.approx(100 * 60 / 280)
    assert wheel.low[8] > wheel.even[8] == pytest.approx(100 * 31 / 365.25)


def test_one_extreme_year_does_not_make_a_month_usually_high():
    even = [20] * 12
    wheel = year(months([even, even, [20] * 7 + [200] + [20] * 4, even, even])).set_index("month")
    assert wheel.share[8] > 1.5 * wheel.even[8]
    assert wheel.usually[8] == "as even"


def test_each_year_has_one_vote():
    many, few = [100] * 11 + [0], [1] * 11 + [11]
    wheel = year(months([many, few, many, few]))
    assert wheel.share[11] == pytest.approx(100 * (0 + 11 / 22) / 2)
    assert wheel.share.sum() == pytest.approx(100)


def test_years_that_are_not_whole_are_left_out_and_counted():
    whole = [[10] * 12] * 4
    wheel = year(months([*whole, [10] * 11 + [None], [10] * 5, [0] * 12]))
    assert set(wheel.years) == {4}
    pd.testing.assert_frame_equal(wheel, year(months(whole)))


def test_a_quarter_or_a_month_given_twice_is_refused():
    with pytest.raises(ValueError, match="2017Q3 is not one month"):
        year([count(3, "2017Q3")])
    with pytest.raises(ValueError, match="2017-03 is not one month, or there twice"):
        year([count(3, "2017-03"), count(4, "2017-03")])


def test_a_city_without_seasons_has_no_usual_months(runs):
    # four to eight years; noise of variance/mean about 3 with half of it kept to the next month
    rng = np.random.default_rng(2017)
    found = []
    for i in range(runs):
        years, mean = 4 + i % 5, (4, 40)[i % 2]
        spread, noise = np.log1p(2 / 40), rng.normal(size=12 * years)
        for t in range(1, len(noise)):
            noise[t] = 0.5 * noise[t - 1] + np.sqrt(0.75) * noise[t]
        counts = rng.poisson(mean * np.exp(np.sqrt(spread) * noise - spread / 2))
        found.append(
            (year(months(counts.reshape(-1, 12).astype(float))).usually != "as even").any()
        )
    assert np.mean(found) <= 0.08

"""Months above their limit, counted beside those that chance alone would put there."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.chain.alerts import alerts
from analysis.measurement import crime
from analysis.measurement.monthly import monthly
from analysis.methods.early_warning import negative_binomial
from analysis.words.periods import Period

Q3 = Period.parse("2017Q3")
ITEM = "robbery"
ANGSVIK = "stadsdel:1502"


@pytest.fixture(scope="module")
def found(made_up_tables, made_up):
    return alerts(made_up_tables, made_up, crime.headline(made_up_tables), Q3)


def test_every_district_kind_and_month_of_the_period_is_watched(found, made_up_tables):
    assert found.watched == 10 * len(crime.headline(made_up_tables)) * 3


def test_what_chance_brings_is_the_sum_of_the_measured_false_alarms(made_up_tables, made_up):
    made = alerts(made_up_tables, made_up, [ITEM], Q3)
    series = monthly(made_up_tables, made_up, ITEM, Q3)
    limits = negative_binomial(series.of(crime.districts(made_up_tables, made_up, Q3)))
    assert [str(m) for m in series.months[-3:]] == ["2017-07", "2017-08", "2017-09"]
    assert made.by_chance == pytest.approx(limits.measured[:, -3:].sum())
    assert made.watched == limits.watched[:, -3:].sum() == 30
    assert len(made.found) == (limits.observed > limits.limit)[:, -3:].sum()


def test_the_false_alarms_of_three_months_are_those_of_each(found, made_up_tables, made_up):
    items = crime.headline(made_up_tables)
    each = [
        alerts(made_up_tables, made_up, items, Period.parse(f"2017-{m}")) for m in ("07", "08", "09")
    ]  # fmt: skip
    assert sum(one.watched for one in each) == found.watched
    assert sum(one.by_chance for one in each) == pytest.approx(found.by_chance)
    assert {e for one in each for e in one.found} == set(found.found)


def test_every_alert_lies_above_its_limit_and_says_what_was_expected(found):
    assert found.found
    for e in found.found:
        limit = float(e.series.removeprefix("limit "))
        assert e.value > limit > e.n > 0
        assert (e.statistic, e.method) == ("alert", "early_warning")
        assert e.period in Q3 and e.period.months == 1 and e.source


def with_more(read, blocks, month, times):
    """The same city with one kind's events of these blocks and month so many times over."""
    events = read["incidents"]
    here = events.area_id.isin(blocks) & (events["item"] == ITEM)
    mine = events[here & (events.occurred.dt.to_period("M") == pd.Period(month))]
    more = pd.concat([events, *[mine] * (times - 1)], ignore_index=True)
    return replace(read, by_name=read.by_name | {"incidents": more}), len(mine)


def test_a_planted_burst_is_found_where_and_when_it_was(made_up_tables, made_up):
    before = alerts(made_up_tables, made_up, [ITEM], Q3)
    assert (ANGSVIK, "2017-08") not in {(e.area, str(e.period)) for e in before.found}
    blocks = crime.blocks(made_up_tables, made_up, ANGSVIK)
    more, events = with_more(made_up_tables, blocks, "2017-08", 8)
    after = alerts(more, made_up, [ITEM], Q3)
    (burst,) = [e for e in after.found if (e.area, str(e.period)) == (ANGSVIK, "2017-08")]
    assert burst.value == 8 * events
    assert after.watched == before.watched


def test_years_without_three_before_them_are_not_watched(made_up_tables, made_up):
    assert alerts(made_up_tables, made_up, [ITEM], Period.parse("2012")).watched == 0


def test_a_week_within_a_month_holds_no_whole_month(made_up_tables, made_up):
    assert alerts(made_up_tables, made_up, [ITEM], Period.parse("2017-W36")).watched == 0


def test_a_city_with_yearly_figures_alone_has_nothing_to_watch(read, city):
    found = alerts(read, city, crime.headline(read), Period.parse("2017"))
    assert (found.found, found.watched, found.by_chance) == ((), 0, 0.0)


def test_the_order_of_the_events_does_not_matter(made_up_tables, made_up):
    events = made_up_tables["incidents"].sample(frac=1, random_state=3)
    shuffled = replace(made_up_tables, by_name=made_up_tables.by_name | {"incidents": events})
    assert alerts(shuffled, made_up, [ITEM], Q3) == alerts(made_up_tables, made_up, [ITEM], Q3)


def test_a_month_still_being_registered_is_watched_for_what_is_too_much(made_up_tables, made_up):
    late = alerts(made_up_tables, made_up, [ITEM], Period.parse("2018Q1"))
    assert (late.watched, late.so_far) == (30, True)
    settled = made_up_tables["incidents"].assign(status="final")
    same = replace(made_up_tables, by_name=made_up_tables.by_name | {"incidents": settled})
    now = alerts(same, made_up, [ITEM], Period.parse("2018Q1"))
    assert (now.found, now.so_far) == (late.found, False)

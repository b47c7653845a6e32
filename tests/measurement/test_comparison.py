"""The guard: what is not like for like cannot become a pair."""

import pytest

from analysis.measurement.comparison import LikeForLike, NotComparable, Series, side_by_side
from analysis.measurement.situation import op_ed, shootings
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion
from tests.conftest import count, series


def refused(before, after, **how) -> list[str]:
    with pytest.raises(NotComparable) as problem:
        LikeForLike(before, after, **how)
    return [d.part for d in problem.value.differences]


def test_two_like_counts_are_a_pair():
    pair = LikeForLike(count(40, "2016"), count(15, "2017"))
    assert (pair.exposure, pair.accepted) == ((12, 12), [])


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("definition", {"definition": "robbery"}),
        ("unit", {"unit": "persons"}),
        ("series", {"series": "rival"}),
        ("scheme", {"scheme": "stadsomrade"}),
        ("area", {"area": "stadsdel:2"}),
        ("status", {"status": "preliminary"}),
    ],
)
def test_each_part_that_differs_is_named(part, other):
    assert refused(count(40, "2016"), count(15, "2017", **other)) == [part]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2016", "2017-01-01..2017-09-30"),
        ("2016Q1", "2017Q2"),
        ("2016-01", "2017-02"),
        ("2016-01-01..", "2017"),
        ("2016-01-01..2016-08-11", "2017-01-01..2017-08-08"),
    ],
)
def test_unlike_spans_are_refused_the_season_included(before, after):
    assert refused(count(40, before), count(15, after)) == ["span"]


def test_the_same_quarter_of_two_years_is_like_for_like():
    assert LikeForLike(count(4, "2016Q1"), count(5, "2017Q1")).exposure == (3, 3)


def test_february_of_a_leap_year_is_like_february():
    assert LikeForLike(count(4, "2016-02"), count(5, "2017-02")).exposure == (1, 1)


def test_an_unknown_value_is_not_compared():
    assert "value" in refused(count(None, "2016"), count(5, "2017"))


def test_areas_are_compared_within_one_period_and_division():
    here, there = count(5), count(6, area="stadsdel:2")
    assert LikeForLike(here, there, along="area").after == there
    assert refused(here, count(6, "2016", area="stadsdel:2"), along="area") == ["period"]
    with pytest.raises(NotComparable):
        side_by_side([here, there, count(6, scheme="stadsomrade")])


def test_what_was_accepted_travels_with_the_pair():
    pair = LikeForLike(count(40, "2016"), count(15, "2017-01-01..2017-09-30"), accept=("span",))
    assert [d.part for d in pair.accepted] == ["span"]
    assert pair.exposure == (12, 9)


def test_accepting_one_part_does_not_accept_another():
    part = count(15, "2017-01-01..2017-09-30", series="rival")
    assert refused(count(40, "2016"), part, accept=("span",)) == ["series"]


def test_the_op_eds_15_against_40_is_refused(read, city):
    *_, before, after = op_ed(read, city, Period.parse("2017"))
    assert (before.value, after.value) == (40, 15)
    with pytest.raises(NotComparable, match="span: not stated against 9 months"):
        LikeForLike(before, after)


def test_rival_series_make_the_reader_choose(read, city):
    with pytest.raises(WrongQuestion, match="rival series: choose one of annual, press_2015"):
        shootings(
            read, city, Period.parse("2017"), measure="confirmed shootings", area_id="kommun:1480"
        )
    chosen = shootings(
        read,
        city,
        Period.parse("2017"),
        measure="confirmed shootings",
        area_id="kommun:1480",
        series="annual",
    )
    assert chosen.values.tolist() == [48, 46, 56, 52, 31, 39, 21, 43, 20]


def test_two_series_do_not_become_one():
    with pytest.raises(NotComparable):
        Series([count(1, "2016"), count(2, "2017", series="rival")])


def test_a_series_knows_its_gaps():
    assert series([1, 2, 3]).complete
    assert not series([1, None, 3]).complete
    assert not Series([count(1, "2015"), count(3, "2017")]).complete


def test_a_series_is_cut_by_period_and_never_by_place():
    one = series([1, 2, 3, 4])
    assert one.until(Period.parse("2012")).values.tolist() == [1, 2]
    assert one.before(Period.parse("2012")).values.tolist() == [1]
    assert one.at(Period.parse("2013")).value == 3
    assert one.at(Period.parse("2019")) is None


def test_a_preliminary_figure_does_not_slip_into_a_final_series():
    with pytest.raises(NotComparable, match="status"):
        Series([count(1, "2016"), count(2, "2017", status="preliminary")])


def test_a_count_is_not_compared_with_a_range_or_a_rate():
    assert refused(count(10.0, "2016", statistic="usual range"), count(20)) == ["statistic"]


def test_a_year_stands_in_a_series_once():
    with pytest.raises(ValueError, match="two values of assault"):
        Series([count(1, "2017"), count(2, "2017")])


def test_a_week_is_set_beside_the_same_week_of_another_year_alone():
    LikeForLike(count(4, "2016-W36"), count(5, "2017-W36"))
    assert refused(count(4, "2016-W35"), count(5, "2017-W36")) == ["span"]

"""Periods: a name stands for one span, and neighbours touch."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion

NAMES = st.one_of(
    st.integers(1950, 2090).map(str),
    st.tuples(st.integers(1950, 2090), st.sampled_from(["H1", "H2", "T1", "T3", "Q1", "Q4"])).map(
        lambda t: f"{t[0]}{t[1]}"
    ),
    st.tuples(st.integers(1950, 2090), st.integers(1, 12)).map(lambda t: f"{t[0]}-{t[1]:02d}"),
    st.tuples(st.integers(1950, 2090), st.integers(1, 52)).map(lambda t: f"{t[0]}-W{t[1]:02d}"),
    st.tuples(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.integers(0, 900)).map(
        lambda t: f"{t[0]}..{t[0] + timedelta(days=t[1])}"
    ),
)


@given(NAMES)
def test_a_period_survives_its_name(name):
    assert Period.parse(str(Period.parse(name))) == Period.parse(name)


@given(NAMES)
def test_the_period_before_ends_the_day_before_and_is_as_long(name):
    period = Period.parse(name)
    before = period.previous
    assert before.end + timedelta(days=1) == period.start
    assert before.months == period.months if period.months else before.days == period.days


@given(NAMES)
def test_the_year_before_is_a_year_before(name):
    period = Period.parse(name)
    assert period.year - period.year_before.year == 1
    # a week keeps its number, 52 or 53 weeks back; every other span its date
    assert (period.start - period.year_before.start).days in (364, 365, 366, 371)


@pytest.mark.parametrize(
    ("name", "start", "end", "months"),
    [
        ("2017", "2017-01-01", "2017-12-31", 12),
        ("2017T2", "2017-05-01", "2017-08-31", 4),
        ("2017H2", "2017-07-01", "2017-12-31", 6),
        ("2017Q3", "2017-07-01", "2017-09-30", 3),
        ("2016-02", "2016-02-01", "2016-02-29", 1),
        ("2017-W36", "2017-09-04", "2017-09-10", None),
        ("2015-W53", "2015-12-28", "2016-01-03", None),
        ("2017-01-01..2017-09-30", "2017-01-01", "2017-09-30", 9),
        ("2017-01-01..2017-08-08", "2017-01-01", "2017-08-08", None),
    ],
)
def test_what_a_name_stands_for(name, start, end, months):
    period = Period.parse(name)
    assert (str(period.start), str(period.end), period.months) == (start, end, months)
    assert str(period) == name


@pytest.mark.parametrize(
    "name",
    [
        "2017Q5",
        "2017T4",
        "2017H3",
        "2017-13",
        "2017-W60",
        "kvartal 3",
        "",
        "2017-02-30..2017-03-01",
    ],
)
def test_a_name_of_nothing_is_answered_with_what_would_do(name):
    with pytest.raises(WrongQuestion, match="must look like 2017"):
        Period.parse(name)


def test_a_span_cannot_end_before_it_starts():
    with pytest.raises(WrongQuestion, match="cannot end"):
        Period.parse("2017-09-30..2017-01-01")


def test_an_open_span_has_no_length_and_no_neighbour():
    period = Period.parse("2016-01-01..")
    assert (period.months, period.days, period.kind) == (None, None, "open")
    with pytest.raises(WrongQuestion, match="states no end"):
        _ = period.previous


def test_week_53_has_no_same_week_in_a_year_of_52():
    with pytest.raises(WrongQuestion):
        _ = Period.parse("2015-W53").year_before


def test_a_quarter_lies_in_its_year_and_nothing_lies_in_an_open_span():
    assert Period.parse("2017Q3") in Period.parse("2017")
    assert Period.parse("2017-W01") in Period.parse("2017")
    assert Period.parse("2017-12-31..2018-01-01") not in Period.parse("2017")
    assert Period.parse("2017Q3") not in Period.parse("2017-01-01..")

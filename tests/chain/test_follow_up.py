"""Process, result and effect: each answered by itself, or said not to be answered."""

import pytest

from analysis.chain.follow_up import WAYS, process, result
from analysis.measurement.counts import unknown
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion
from tests.chain.small import AREA, dose, indicator, registers, whole
from tests.conftest import count

H1, YEAR = Period.parse("2017H1"), Period.parse("2017")


def delivered(*doses, until=H1):
    rows = whole()
    rows["doses"] = [dose("field", "2017-01", "10", "10"), *doses]
    return process(registers(rows), "lamps", until)


def test_eighty_of_a_hundred_with_one_month_unknown():
    found = delivered(
        dose("lamps", "2017-01", "50", "30"),
        dose("lamps", "2017-02", "50", "50"),
        dose("lamps", "2017-03", "50", ""),
    )
    assert (found.value, found.unit, found.n, found.note) == (80.0, "%", 2, "months unknown")
    assert str(found.period) == "2017-01-01..2017-02-28"
    assert (found.statistic, found.definition, found.method) == ("process", "lamps", "process")
    assert (found.area, found.scheme, found.low) == (AREA, "stadsdel", None)


def test_a_month_that_was_all_delivered_leaves_no_note():
    assert delivered(dose("lamps", "2017-01", "50", "60")).value == 120
    assert delivered(dose("lamps", "2017-01", "50", "60")).note == ""


def test_nothing_delivered_is_nought_and_nothing_known_is_not():
    assert delivered(dose("lamps", "2017-01", "50", "0")).value == 0
    nothing = delivered(dose("lamps", "2017-01", "50", ""))
    assert (nothing.known, nothing.status, nothing.note) == (
        False, "not available", "no process data",
    )  # fmt: skip
    assert delivered().note == "no process data"


def test_a_delivery_that_nobody_planned_has_no_share():
    found = delivered(dose("lamps", "2017-01", "0", "5"))
    assert (found.known, found.note) == (False, "nothing planned")


def test_later_months_are_not_seen():
    later = dose("lamps", "2017-07", "50", "0")
    found = delivered(dose("lamps", "2017-06", "50", "50"), later)
    assert (found.value, found.n, found.note) == (100, 1, "")


def test_an_unknown_measure_is_answered():
    with pytest.raises(WrongQuestion, match="did you mean 'lamps'"):
        process(registers(whole()), "lamp", H1)


def row(**about):
    tables = registers({"indicators": [indicator("sales", **about)]})
    return next(tables["indicators"].itertuples())


def now(value, low=None, high=None, **about):
    facts = {"definition": "narcotics", "area": AREA, "scheme": "stadsdel"} | about
    return count(value, low=low, high=high, **facts)


@pytest.mark.parametrize(
    ("wanted", "value", "low", "high", "way"),
    [
        ("less", 20, 12, 31, "right way"),
        ("less", 60, 46, 77, "wrong way"),
        ("less", 30, 20, 43, "cannot be told apart"),
        ("less", 30, 20, 40, "cannot be told apart"),  # the border itself is no change
        ("more", 60, 46, 77, "right way"),
        ("more", 20, 12, 31, "wrong way"),
    ],
)
def test_which_way_an_indicator_went(wanted, value, low, high, way):
    found = result(row(wanted=wanted), now(value, low, high))
    assert (found.way, found.reason) == (way, "")
    assert (found.baseline.value, str(found.baseline.period)) == (40, "2016")
    assert found.way in WAYS


def test_half_a_year_is_not_set_beside_a_whole_one():
    half = now(18, 10, 29, period="2017H1")
    found = result(row(), half)
    assert (found.way, found.reason) == ("not available", "not comparable")
    assert [(d.part, d.before, d.after) for d in found.refused] == [
        ("span", "12 months", "6 months")
    ]
    assert result(row(), half, accept=("span",)).way == "right way"


def test_a_value_of_something_else_is_refused():
    found = result(row(), now(20, 12, 31, definition="assault", area="stadsdel:2"))
    assert [d.part for d in found.refused] == ["definition", "area"]


def test_what_is_missing_is_named():
    assert result(row(baseline=""), now(20, 12, 31)).reason == "no baseline"
    assert result(row(baseline_period=""), now(20, 12, 31)).reason == "no baseline"
    gap = unknown(now(20, 12, 31), "count", "reported crimes", note="not published")
    assert result(row(), gap).reason == "no value"
    assert result(row(), now(20)).reason == "no interval"
    assert result(row(), now(20)).way == "not available"

import pandas as pd
import pytest

from analysis.methods.checks.overlap import overlap
from analysis.words.periods import Period

WINDOW = Period.parse("2014-01-01..2017-12-31")


def register(*others):
    rows = [("M1", "lundby", "2016-01-01", None), *others]
    table = pd.DataFrame(rows, columns=["measure_id", "area_id", "starts", "ends"])
    return table.assign(starts=pd.to_datetime(table.starts), ends=pd.to_datetime(table.ends))


def asked(*others, **how):
    return overlap(register(*others), "M1", WINDOW, **how)


def test_alone_in_its_area_passes():
    check = asked(("M2", "askim", "2016-01-01", None))
    assert (check.outcome, check.looked_at) == ("passed", 1)
    assert asked().outcome == "passed"


@pytest.mark.parametrize("starts", ["2015-07-01", "2016-01-20", "2016-07-31"])
def test_another_that_begins_within_six_months_fails(starts):
    check = asked(("M2", "lundby", starts, None))
    assert (check.outcome, check.found["which"], check.found["near"]) == ("failed", "M2", 1)


@pytest.mark.parametrize("starts", ["2015-06-30", "2016-08-01"])
def test_seven_months_apart_is_for_information(starts):
    check = asked(("M2", "lundby", starts, None))
    assert (check.outcome, check.found["why"]) == ("for information", "others ran")
    assert asked(("M2", "lundby", starts, None), months=7).outcome == "failed"


def test_one_that_ends_when_this_begins_fails_as_well():
    assert asked(("M2", "lundby", "2012-01-01", "2015-12-31")).outcome == "failed"


def test_what_ran_outside_the_window_is_nothing():
    assert asked(("M2", "lundby", "2012-01-01", "2013-12-31")).outcome == "passed"
    assert asked(("M2", "lundby", "2018-01-01", None)).outcome == "passed"
    assert asked(("M2", "lundby", "2012-01-01", "2014-01-01")).found["why"] == "others ran"


def test_a_measure_of_the_whole_city_counts_when_it_is_said_to_hold_the_area():
    city = ("M2", "kommun", "2016-02-01", None)
    assert asked(city).outcome == "passed"
    assert asked(city, same=["kommun"]).outcome == "failed"


def test_a_change_in_a_comparison_area_is_for_information():
    change = ("M2", "askim", "2017-03-01", None)
    check = asked(change, comparison=["askim"])
    assert (check.found["why"], check.found["in_comparison"]) == ("comparison changed", 1)
    steady = ("M2", "askim", "2012-03-01", None)
    assert asked(steady, comparison=["askim"]).outcome == "passed"


def test_the_order_of_rows_does_not_matter():
    rows = register(("M3", "lundby", "2016-02-01", None), ("M2", "lundby", "2016-03-01", None))
    once = overlap(rows, "M1", WINDOW)
    assert once.found["which"] == "M2; M3"
    assert overlap(rows.iloc[::-1], "M1", WINDOW) == once


def test_a_measure_that_the_register_does_not_hold_is_an_error():
    with pytest.raises(ValueError, match="'M9' stands 0 times"):
        overlap(register(), "M9", WINDOW)

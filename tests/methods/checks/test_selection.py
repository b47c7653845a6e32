import pytest

from analysis.methods.checks.selection import clean_baseline, selection
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion

YEAR = Period.parse("2015")
BASELINE = Period.parse("2012-01-01..2015-12-31")


def test_the_worst_on_a_baseline_with_the_months_that_made_them_so_fails():
    check = selection("worst", YEAR, BASELINE)
    assert (check.outcome, check.looked_at) == ("failed", 48)
    assert (check.found["usable_from"], check.found["usable_until"]) == ("2012-01-01", "2014-12-31")
    assert check.found["usable_months"] == 36


def test_one_month_in_common_is_enough():
    window = Period.parse("2015-12-01..2016-06-30")
    assert selection("worst", window, BASELINE).outcome == "failed"
    assert selection("worst", Period.parse("2016"), BASELINE).outcome == "passed"
    assert selection("worst", Period.parse("2011"), BASELINE).outcome == "passed"


def test_the_clean_baseline_passes():
    clean = clean_baseline(BASELINE, YEAR)
    check = selection("worst", YEAR, clean)
    assert (check.outcome, check.found["usable_months"]) == ("passed", clean.months)


def test_a_window_as_old_as_the_baseline_leaves_nothing():
    assert clean_baseline(YEAR, BASELINE) is None
    check = selection("worst", BASELINE, YEAR)
    assert (check.outcome, check.found["usable_months"]) == ("failed", 0)
    assert check.found["usable_from"] == ""


@pytest.mark.parametrize("before", ["2012", "2016"])
def test_a_baseline_without_such_months_is_clean_as_it_is(before):
    baseline = Period.parse(before)
    assert clean_baseline(baseline, YEAR) == baseline


@pytest.mark.parametrize(
    ("chosen", "window", "outcome", "why"),
    [
        ("worst", None, "for information", "window not known"),
        ("need", YEAR, "for information", "need"),
        ("need", Period.parse("2016"), "passed", None),
        ("need", None, "for information", "window not known"),
        ("offered", None, "for information", "offered"),
        ("all", None, "passed", None),
        ("lot", YEAR, "passed", None),
        ("not known", YEAR, "for information", "rule not known"),
    ],
)
def test_each_rule_has_its_outcome(chosen, window, outcome, why):
    check = selection(chosen, window, BASELINE)
    assert (check.outcome, check.found.get("why")) == (outcome, why)
    assert check.found["chosen"] == chosen


def test_whole_months_are_counted_in_a_span_that_is_not_made_of_them():
    baseline = Period.parse("2014-01-15..2014-04-14")
    assert selection("all", None, baseline).looked_at == 2
    assert selection("all", None, Period.parse("2014-01-15..2014-01-31")).looked_at == 0


def test_wrong_questions_are_answered():
    with pytest.raises(WrongQuestion, match="worst"):
        selection("worts", YEAR, BASELINE)
    with pytest.raises(ValueError, match="has no end"):
        selection("worst", Period.parse("2015-01-01.."), BASELINE)

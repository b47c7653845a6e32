import numpy as np
import pytest

from analysis.methods.checks.placebo_time import at_earlier_dates, earlier_dates, placebo_time
from analysis.methods.effect import Effect, of_log


def found(log_ratio, error=0.2):
    return of_log("interrupted", log_ratio, error, 60)


CLAIM = found(-0.6)


def test_dates_leave_months_on_both_sides():
    assert earlier_dates(48) == [24, 30, 36]
    assert earlier_dates(48, before=12, after=12, apart=12) == [12, 24, 36]
    assert earlier_dates(30) == []


def test_the_design_never_sees_a_month_of_the_measure():
    counts = np.r_[np.full(30, 4.0), np.full(12, 999.0)]
    seen = []

    def design(before, start):
        seen.append((before.max(), len(before), start))
        return found(0.0)

    assert len(at_earlier_dates(design, counts, 30, [12, 18])) == 2
    assert seen == [(4.0, 30, 12), (4.0, 30, 18)]
    shapes = []
    at_earlier_dates(lambda c, s: shapes.append(c.shape), np.ones((3, 42)), 30, [12])
    assert shapes == [(3, 30)]


@pytest.mark.parametrize("date", [0, 30, 31])
def test_a_date_that_is_not_before_the_start_is_refused(date):
    with pytest.raises(ValueError, match="before 30"):
        at_earlier_dates(lambda counts, start: found(0.0), np.ones(40), 30, [12, date])


def test_quiet_dates_before_a_clear_effect_pass():
    check = placebo_time(CLAIM, [found(-0.1), found(0.1), found(0.0)])
    assert (check.outcome, check.looked_at) == ("passed", 3)
    assert (check.found["clear"], check.found["as_clear"], check.found["refused"]) == (0, 0, 0)


def test_one_clear_placebo_of_three_fails_only_when_it_is_clear_for_three_tries():
    # p .0275 at t = 2.26 on 60 df: clear by itself, .083 as the best of three
    once = placebo_time(CLAIM, [found(-0.452), found(0.0), found(0.0)])
    assert once.found["clear"] == 1
    assert once.found["corrected"] == pytest.approx(3 * once.found["smallest"])
    assert (once.outcome, once.found["why"]) == ("for information", "some clear")
    # p .0108 at t = 2.63: .032 as the best of three
    assert placebo_time(CLAIM, [found(-0.526), found(0.0), found(0.0)]).outcome == "failed"


def test_a_placebo_that_rises_refutes_the_design_as_well_as_one_that_falls():
    assert placebo_time(CLAIM, [found(0.8), found(0.0)]).outcome == "failed"


def test_a_design_that_claims_nothing_can_still_fail():
    assert placebo_time(found(0.0), [found(-0.8), found(0.0)]).outcome == "failed"
    assert placebo_time(found(0.0), [found(0.0)]).outcome == "passed"


def test_an_effect_no_clearer_than_an_older_one_is_for_information():
    check = placebo_time(found(-0.42), [found(-0.44), found(0.0), found(0.0)])
    assert (check.outcome, check.found["why"]) == ("for information", "as clear before")


def test_what_could_not_have_failed_does_not_pass():
    refused = Effect(design="interrupted", refused="too few months")
    blunt = Effect(design="panel", ratio=0.5, low=0.4, high=0.7, p=0.1, smallest_p=0.1)
    cases = {
        "no estimate": (refused, [found(0.0)]),
        "no placebo": (CLAIM, [refused]),
        "too blunt": (CLAIM, [blunt]),
    }
    for why, (effect, placebos) in cases.items():
        check = placebo_time(effect, placebos)
        assert (check.outcome, check.found["why"]) == ("for information", why)


def test_refused_dates_are_counted_and_do_not_count_as_tries():
    refused = Effect(design="interrupted", refused="too few months")
    check = placebo_time(CLAIM, [found(-0.44), refused, refused])
    assert (check.looked_at, check.found["refused"]) == (1, 2)
    assert check.outcome == "failed"


def test_the_order_of_dates_does_not_matter():
    some = [found(-0.1), found(0.3), found(-0.44)]
    assert placebo_time(CLAIM, some) == placebo_time(CLAIM, some[::-1])

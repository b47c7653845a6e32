"""What has changed since the last report has a change of its own, larger than its noise."""

import numpy as np
import pytest

from analysis.measurement.comparison import Series
from analysis.methods.screening import Scale, survivors
from analysis.methods.since import since
from analysis.words.periods import Period
from tests.conftest import count

Q3, Q2 = Period.parse("2017Q3"), Period.parse("2017Q2")


def quarter(values, number, area):
    return Series(
        count(value, f"{2017 - len(values) + 1 + i}Q{number}", area=f"stadsdel:{area}")
        for i, value in enumerate(values)
    )


def family(last, before, n=12, seed=1):
    """Districts that jump by themselves; the first has the given counts last and before."""
    rng = np.random.default_rng(seed)
    drawn = rng.poisson(60, (n, 2, 7)).tolist()
    drawn[0][0][-1], drawn[0][1][-1] = last, before
    return (
        [quarter(now, 3, i) for i, (now, _) in enumerate(drawn)],
        [quarter(then, 2, i) for i, (_, then) in enumerate(drawn)],
    )


def test_a_rise_since_last_time_is_found_and_the_season_is_not():
    found = since(*family(140, 60), Q3)
    (kept,) = survivors(found)
    assert kept.area == "stadsdel:0"
    assert kept.low > 1 and kept.value == pytest.approx(140 / 60, rel=0.25)
    assert (kept.reference, len(found)) == (Q2, 12)


def test_what_was_as_far_off_last_time_has_not_changed():
    found = {e.area: e for e in since(*family(140, 140), Q3)}
    assert not found["stadsdel:0"].beyond(1)


def test_none_at_all_takes_part_and_can_be_clear():
    now, before = family(0, 60)
    (kept,) = survivors(since(now, before, Q3))
    assert (kept.area, kept.value) == ("stadsdel:0", 0)


def test_a_season_shared_by_all_years_is_no_change():
    rng = np.random.default_rng(5)
    now = [quarter(rng.poisson(90, 7).tolist(), 3, i) for i in range(12)]
    before = [quarter(rng.poisson(40, 7).tolist(), 2, i) for i in range(12)]
    assert survivors(since(now, before, Q3)) == []


def test_only_rows_that_both_reports_judged_are_compared():
    now, before = family(60, 60)
    assert len(since(now, before[:5], Q3)) == 5
    assert since(now, [], Q3) == []
    assert since([], before, Q3) == []


def test_both_reports_are_measured_on_one_scale():
    """By hand: the scale is the one of this period's family, for the last one's counts too."""
    rng = np.random.default_rng(3)
    now = [quarter(rng.poisson(60, 7).tolist(), 3, i) for i in range(5)]
    before = [quarter(rng.negative_binomial(4, 4 / 64, 7).tolist(), 2, i) for i in range(5)]
    scale = Scale.of([one.values[:-1] for one in now])
    found = {e.area: e for e in since(now, before, Q3)}
    for this, last in zip(now, before, strict=True):
        usual_now, usual_last = this.values[:-1].mean(), last.values[:-1].mean()
        moved = (
            scale(this.values[-1]) - scale(usual_now) - scale(last.values[-1]) + scale(usual_last)
        )
        expected = scale.count(scale(usual_now) + moved) / usual_now
        assert found[this.estimates[-1].area].value == pytest.approx(expected)

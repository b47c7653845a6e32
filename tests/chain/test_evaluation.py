"""An evaluation declares before it looks, on the made-up city whose truth is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.chain import evaluation, evaluation_rows, rulings
from analysis.chain.evaluation import evaluated
from analysis.chain.evaluation_plan import planned
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion

Q3 = Period.parse("2017Q3")
TRUTH = {"M01": 0.5, "M02": 0.8, "M03": 0.7, "M04": 0.6, "M05": 1.0, "M06": 0.9, "M07": 0.62 / 0.9}


@pytest.fixture(scope="module")
def found(made_up_tables, made_up):
    ids = made_up_tables["measures"].measure_id
    return {one: evaluated(made_up_tables, made_up, one, Q3) for one in ids}


def plan(tables, city, measure, until="2017Q3"):
    return planned(tables, city, measure, Period.parse(until))


def named(tables, areas):
    return {tables.areas[area].name for area in areas}


def test_the_interval_of_every_planted_effect_holds_the_truth(found):
    told = {one: found[one].effect for one in TRUTH}
    assert {one: e.low <= TRUTH[one] <= e.high for one, e in told.items()} == dict.fromkeys(
        TRUTH, True
    )


def test_no_measure_without_effect_is_supported(found):
    ruled = {one: rulings.of_measure(e).ruling for one, e in found.items()}
    without = ("M05", "M08", "M09", "M10", "M11", "M12", "M13", "M14")
    assert [one for one in without if ruled[one] == "supported"] == []


def test_arrests_in_the_whole_city_are_never_supported_alone(made_up_tables, made_up):
    later = evaluated(made_up_tables, made_up, "M01", Period.parse("2018"))
    assert later.effect.low <= 0.5 <= later.effect.high
    assert rulings.of_measure(later).ruling == "not identifiable"


def test_months_that_are_not_final_add_nothing_to_an_evaluation(made_up_tables, made_up):
    until = {year: evaluated(made_up_tables, made_up, "M01", Period.parse(year)).effect
             for year in ("2017", "2018")}  # fmt: skip
    assert until["2018"] == until["2017"]


def test_what_a_neighbours_earlier_measure_moved_here_cannot_be_told_from_this(found):
    """M04 began in Dalhöjd four months before M14 next door, against the same crime."""
    (overlap,) = (c for c in found["M14"].checks if c.check == "overlap")
    assert overlap.outcome == "failed" and "M04" in overlap.found["which"]
    (before,) = (c for c in found["M04"].checks if c.check == "overlap")
    assert before.outcome != "failed"


def changed_registers(tables, measure, **about):
    rows = tables["measures"].copy()
    for name, value in about.items():
        rows.loc[rows.measure_id == measure, name] = value
    return replace(tables, by_name=tables.by_name | {"measures": rows})


def test_what_leaves_nothing_behind_is_judged_while_it_lasts(made_up_tables, made_up):
    short = changed_registers(made_up_tables, "M02", ends=pd.Timestamp("2016-09-30"))
    square = plan(short, made_up, "M02")
    assert (square.transition, str(square.after)) == (0, "2016-01-01..2016-09-30")
    lamps = plan(made_up_tables, made_up, "M03")
    assert str(lamps.after.end) == "2017-09-30"


@pytest.mark.parametrize("began", ["2015-03-01", "2015-10-01", "2011-01-01"])
def test_an_earlier_measure_at_any_time_gives_an_answer_and_no_error(
    made_up_tables, made_up, began
):
    near = changed_registers(made_up_tables, "M06", starts=pd.Timestamp(began))
    found = evaluated(near, made_up, "M07", Q3)
    assert found.effect.known or found.effect.refused == "too few months before"


def test_a_measure_from_the_first_month_has_no_months_before(made_up_tables, made_up):
    first = changed_registers(made_up_tables, "M02", starts=pd.Timestamp("2011-01-01"))
    assert evaluated(first, made_up, "M02", Q3).effect.refused == "too few months before"


@pytest.mark.parametrize(
    ("measure", "why"),
    [("M08", "not by month"), ("M10", "not by month"), ("M12", "no indicator")],
)
def test_a_measure_without_monthly_crime_is_refused_by_name(found, measure, why):
    verdict = rulings.of_measure(found[measure])
    assert (verdict.ruling, verdict.reason) == ("not identifiable", why)


def test_a_measure_that_has_just_begun_says_what_could_be_seen(made_up_tables, made_up):
    early = evaluated(made_up_tables, made_up, "M03", Period.parse("2016Q2"))
    assert early.effect.refused == "too few months after"
    assert 0 < early.foreseen < 1


def test_an_unknown_measure_is_answered_with_the_nearest(made_up_tables, made_up):
    with pytest.raises(WrongQuestion, match="M01"):
        evaluated(made_up_tables, made_up, "M0I", Q3)


def test_a_job_that_is_done_counts_from_the_month_after(made_up_tables, made_up):
    lamps = plan(made_up_tables, made_up, "M03")
    assert (str(lamps.series.months[lamps.start]), lamps.transition) == ("2015-12", 3)
    assert str(lamps.after) == "2016-03-01..2017-09-30"


def test_months_by_which_the_worst_was_chosen_are_no_baseline(made_up_tables, made_up):
    walks = plan(made_up_tables, made_up, "M05")
    assert (str(walks.before.end), str(walks.after.start)) == ("2015-09-30", "2016-04-01")
    rows = evaluation._Data.of(walks, walks.series.counts).rows
    assert np.isnan(rows[0, walks.baseline_end : walks.start]).all()
    assert not np.isnan(rows[1:]).any()


def test_areas_with_a_measure_of_their_own_are_not_compared_with(made_up_tables, made_up):
    square = plan(made_up_tables, made_up, "M02")
    assert named(made_up_tables, square.near) == {"Dalhöjd"}
    assert "Innerstaden" not in named(made_up_tables, square.comparison)
    assert len(square.comparison) == 7


def test_crime_may_move_to_a_neighbour_that_gets_a_measure_later(made_up_tables, made_up):
    assert "Hamnholmen" in named(made_up_tables, plan(made_up_tables, made_up, "M04").near)


def test_the_first_of_two_measures_ends_where_the_second_begins(made_up_tables, made_up):
    first, second = (plan(made_up_tables, made_up, one) for one in ("M06", "M07"))
    assert str(first.after.end) == "2015-12-31"
    assert [str(second.series.months[m]) for m in second.earlier] == ["2014-09"]


def test_months_still_being_registered_are_no_months_after(made_up_tables, made_up):
    later = plan(made_up_tables, made_up, "M03", "2018Q3")
    assert str(later.after.end) == "2017-12-31"


def test_a_measure_of_the_whole_city_has_no_comparison_and_says_so(found):
    assert found["M01"].plan.comparison == ()
    assert found["M01"].effect.design == "interrupted"
    assert found["M01"].beside == {} and found["M01"].near is None


def test_ten_districts_cannot_convince_by_changing_places(found):
    assert not found["M03"].beside["difference"].can_convince
    assert found["M03"].beside["difference"].low is None


def test_every_estimate_has_its_checks_and_every_refusal_has_none(found):
    with_checks = {one for one, e in found.items() if e.checks}
    assert with_checks == {one for one, e in found.items() if e.effect.known}
    assert {c.check for c in found["M03"].checks} == {
        "selection", "overlap", "placebo time", "bootstrap", "leave out year", "dose", "e value",
        "placebo place", "leave out area", "pre trend", "placebo outcome",
    }  # fmt: skip


def test_rows_name_design_and_measure_and_hold_the_refusals(found, made_up_tables, made_up):
    rows = evaluation_rows.rows(made_up_tables, made_up, found["M03"], Q3)
    first = rows[0]
    assert (first.statistic, first.series, first.definition) == ("effect", "M03", "k12")
    assert (first.value, first.low, first.high) == (
        found["M03"].effect.ratio, found["M03"].effect.low, found["M03"].effect.high,
    )  # fmt: skip
    (refused,) = evaluation_rows.rows(made_up_tables, made_up, found["M12"], Q3)
    assert (refused.status, refused.note) == ("not available", "no indicator")


def test_the_order_of_the_registers_does_not_matter(made_up_tables, made_up, found):
    rng = np.random.default_rng(3)
    mixed = {
        name: rows.iloc[rng.permutation(len(rows))]
        for name, rows in made_up_tables.by_name.items()
        if name in ("incidents", "measures", "indicators", "areas", "area_links")
    }
    tables = replace(made_up_tables, by_name=made_up_tables.by_name | mixed)
    again = evaluated(tables, made_up, "M03", Q3)
    assert again.effect.ratio == pytest.approx(found["M03"].effect.ratio, abs=1e-9)
    assert rulings.of_measure(again) == rulings.of_measure(found["M03"])

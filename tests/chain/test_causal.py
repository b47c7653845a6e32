"""Why: a cause rests on a design or on nothing, and no figure is added that could be chosen."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.chain import causal
from analysis.data.parameters import Causes
from analysis.data.results import Results
from analysis.measurement import crime, situation
from analysis.measurement.monthly import monthly
from analysis.methods import change, screening
from analysis.words.estimates import frame
from analysis.words.periods import Period
from analysis.words.verdicts import Verdict
from tests.conftest import count

P2017 = Period.parse("2017")
YES = Verdict(kind="measure", subject="M03", ruling="supported", reason="clear", design="panel")


@pytest.fixture(scope="module")
def rows(read, city):
    shots = situation.shootings(read, city, P2017, **city.settings["shootings"])
    main = crime.headline(read)
    series = crime.all_reported(read, city, main, P2017)
    departures = screening.departures(list(series.values()), P2017)
    stated = situation.op_ed(read, city, P2017)
    return Results(
        frame([*shots, *change.contrast(shots.until(P2017), P2017), *departures, *stated])
    )


def claim(read, subject, rows, period="2017"):
    return causal.tried(read, Causes(subject=subject, period=period), rows, [])


def problem(tables, subject, known=(), period="2017Q3"):
    ask = Causes(workspace="exempelstad", period=period, subject=subject)
    return causal.tried(tables, ask, Results(frame([])), list(known))


@pytest.fixture(scope="module")
def arrests(read, rows):
    return claim(read, "arrests-cause", rows)


def test_that_one_thing_came_after_another_is_no_cause(arrests):
    (verdict,) = arrests.verdicts
    told = (verdict.kind, verdict.subject, verdict.ruling, verdict.reason)
    assert told == ("claim", "arrests-cause", "not identifiable", "one after the other")
    assert arrests.analysis is None and arrests.level is None


def test_the_polices_own_four_reasons_are_among_the_rivals(arrests, read):
    named = {"detained", "leaders", "split", "moved"}
    assert named <= set(arrests.rivals.rival_id)
    assert not set(arrests.rivals.adjusted[arrests.rivals.rival_id.isin(named)]) - {"no"}
    assert len(arrests.rivals) == (read["rivals"].claim_id == "arrests-cause").sum()


def test_no_year_after_the_period_reaches_a_design(read, rows, arrests):
    (first, *_, last) = arrests.yearly.estimates
    assert first.period.year < 2017 < last.period.year
    counted = {e.period.year: e.value for e in arrests.yearly}
    after = [counted[year] for year in (2015, 2016, 2017)]
    before = [value for year, value in counted.items() if year < 2014]
    assert arrests.designs["yearly_step"].observed == sum(after)
    expected = sum(after) / 3 / (sum(before) / len(before))
    assert arrests.designs["yearly_step"].ratio == pytest.approx(expected)
    assert claim(read, "arrests-cause", rows, "2018").designs["yearly_step"].months == 48


def test_each_design_leaves_a_row_and_the_refused_ones_their_reason(arrests):
    effects = {e.series: e for e in arrests.rows if e.statistic == "effect"}
    assert {name: e.note for name, e in effects.items()} == {
        "arrests-cause yearly_step": "",
        "arrests-cause interrupted": "yearly figures",
        "arrests-cause difference": "no comparison",
    }
    assert effects["arrests-cause yearly_step"].known
    assert any(e.statistic == "effect seen" for e in arrests.rows)
    assert all(e.source and e.period == P2017 for e in arrests.rows)


@pytest.mark.parametrize(
    ("subject", "ruling", "reason"),
    [
        ("shootings-down", "not identifiable", "within noise"),
        ("less-safe", "not identifiable", "two methods"),
        ("coordinated-effect", "not identifiable", "before and after alone"),
    ],
)
def test_the_claims_of_the_article_are_ruled_by_one_rule(read, rows, subject, ruling, reason):
    found = claim(read, subject, rows)
    assert [(v.ruling, v.reason) for v in found.verdicts] == [(ruling, reason)]
    assert found.designs == {} and found.rows == ()
    assert set(found.rivals.claim_id) == {subject}


def rank(low, high, area):
    return count((low + high) / 2, low=low, high=high, statistic="rank", unit="rank", area=area)


def departure(q, area, **about):
    apart = {"statistic": "departure", "unit": "ratio to usual", "definition": "robbery"} | about
    return count(1.5, low=1.2, high=1.9, p=q / 2, q=q, area=area, **apart)


APART = [rank(1.0, 2.0, "stadsdel:131"), rank(4.0, 10.0, "stadsdel:132")]
MEETING = [rank(1.0, 6.0, "stadsdel:131"), rank(4.0, 10.0, "stadsdel:132")]
SHOWN, HIDDEN = departure(0.01, "stadsdel:131"), departure(0.2, "stadsdel:132")


@pytest.mark.parametrize(
    ("found", "ruling", "reason"),
    [
        ([*APART, SHOWN], "supported", "levels and changes differ"),
        ([*APART, HIDDEN], "not identifiable", "levels differ"),
        ([*MEETING, SHOWN], "not identifiable", "changes differ"),
        ([*MEETING, HIDDEN], "not identifiable", "within noise"),
        ([SHOWN], "not identifiable", "changes differ"),
        ([replace(SHOWN, series=crime.SUM_OF_DISTRICTS)], "not identifiable", "within noise"),
        ([replace(SHOWN, definition="fraud")], "not identifiable", "within noise"),
        ([], "not identifiable", "within noise"),
    ],
)
def test_districts_differ_when_ranks_do_not_meet_and_a_change_shows(read, found, ruling, reason):
    assert "robbery" in crime.headline(read) and "fraud" not in crime.headline(read)
    (verdict,) = claim(read, "local-differences", Results(frame(found))).verdicts
    assert (verdict.ruling, verdict.reason) == (ruling, reason)


@pytest.mark.parametrize(
    ("interval", "ruling", "reason"),
    [
        ((0.4, 0.6, 0.9), "supported", "fell"),
        ((1.1, 1.5, 2.0), "not supported", "rose"),
        ((0.4, 0.6, 1.0), "not identifiable", "within noise"),
    ],
)
def test_shootings_are_down_only_when_the_measured_noise_says_so(read, interval, ruling, reason):
    low, ratio, high = interval
    about = {"definition": "confirmed shootings", "series": "annual", "unit": "ratio"}
    exact = count(0.5, low=0.3, high=0.8, statistic="change", method="change_exact", **about)
    noisy = count(ratio, low=low, high=high, statistic="change", method="change", **about)
    (verdict,) = claim(read, "shootings-down", Results(frame([exact, noisy]))).verdicts
    assert (verdict.ruling, verdict.reason) == (ruling, reason)


def test_without_a_count_of_shootings_no_design_is_tried(read):
    found = claim(read, "arrests-cause", Results(frame([count(1.0)])))
    assert (found.designs, found.rows, found.yearly) == ({}, (), None)
    assert found.verdicts[0].ruling == "not identifiable"


def test_the_order_of_the_results_does_not_matter(read, rows, arrests):
    shuffled = claim(read, "arrests-cause", Results(rows.rows.sample(frac=1, random_state=5)))
    assert (shuffled.designs, shuffled.rows) == (arrests.designs, arrests.rows)


def test_a_cause_rests_on_a_measure_against_it_or_on_nothing(made_up_tables):
    alone = {v.subject: v for v in problem(made_up_tables, "P03").verdicts}
    assert {v.ruling for v in alone.values()} == {"not identifiable"}
    ruled = {v.subject: v for v in problem(made_up_tables, "P03", [YES]).verdicts}
    assert (ruled["C07"].ruling, ruled["C07"].reason) == ("not identifiable", "measure worked")
    assert {name: v for name, v in ruled.items() if name != "C07"} == {
        name: v for name, v in alone.items() if name != "C07"
    }


def test_a_verdict_on_something_else_by_the_same_name_does_not_count(made_up_tables):
    other = replace(YES, kind="claim")
    assert problem(made_up_tables, "P03", [other]).verdicts[0].ruling == "not identifiable"


def test_every_cause_of_the_problem_has_a_verdict_in_its_order(made_up_tables):
    found = problem(made_up_tables, "P03")
    ids = [cause.cause_id for cause in found.analysis.causes]
    assert [v.subject for v in found.verdicts] == ids
    assert {v.kind for v in found.verdicts} == {"cause"}
    assert found.rivals.empty and found.designs == {}


def test_the_level_that_is_looked_at_is_that_of_the_measures_indicator(made_up_tables, made_up):
    level = problem(made_up_tables, "P03").level
    assert (level.area_id, level.series.item) == ("stadsdel:1503", "k12")
    plain = monthly(made_up_tables, made_up, "k12", Period.parse("2017Q3"))
    pd.testing.assert_frame_equal(level.series.counts, plain.counts)


def test_a_level_beside_every_none_could_have_shown_something(made_up_tables):
    level = problem(made_up_tables, "P02").level
    assert level.found.p > 0.05 and 0 < level.seen < 1


def test_a_change_of_level_is_one_row_with_the_span_of_its_date(made_up_tables):
    found = problem(made_up_tables, "P03")
    (row,) = found.rows
    where = found.level.found.where
    assert (row.statistic, row.p) == ("break", found.level.found.p)
    months = found.level.series.months
    assert row.period.start == months[where.low].start_time.date()
    assert row.low <= row.value <= row.high
    assert row.value == where.effect.ratio


@pytest.mark.parametrize("subject", ["P08", "P11"])
def test_a_problem_without_monthly_crime_has_no_level_and_no_row(made_up_tables, subject):
    found = problem(made_up_tables, subject)
    assert (found.level, found.rows) == (None, ())
    assert len(found.verdicts) == len(found.analysis.causes) > 0


def test_the_same_question_twice_has_the_same_answer(made_up_tables):
    first, second = (problem(made_up_tables, "P02") for _ in range(2))
    assert (first.level.found, first.level.seen) == (second.level.found, second.level.seen)

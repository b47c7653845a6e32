"""A plan: what there is to make, in an order in which every job finds what it builds on."""

import pytest

from analysis.data.parameters import ASKS
from analysis.running.jobs import NEEDS, REPORTS, STAGES, plan
from analysis.words.questions import WrongQuestion


def names(jobs):
    return [job.name for job in jobs]


def test_a_year_is_forty_six_reports():
    jobs = plan("goteborg", "2017")
    assert len(jobs) == len(set(names(jobs))) == 2 * (1 + 10 + 1 + 10 + 1)


def test_every_job_comes_after_what_it_needs():
    jobs = plan("goteborg", "2017")
    stages = [job.stage for job in jobs]
    assert stages == sorted(stages)
    stage_of = {notebook: i for i, stage in enumerate(STAGES) for notebook in stage}
    for notebook, needed in NEEDS.items():
        assert all(stage_of[other] < stage_of[notebook] for other in needed)


def test_every_notebook_has_a_model_a_stage_and_a_name_on_the_command_line():
    assert set(ASKS) == set(NEEDS) == set(REPORTS.values()) == {n for s in STAGES for n in s}


def test_one_report_brings_what_it_builds_on_and_no_more():
    jobs = plan("goteborg", "2017", ["district"], ["lundby"], ["sv"])
    assert names(jobs) == [
        "1_data.sv", "2_situation-lundby.sv", "3_trend.sv", "6_district_report-lundby.sv",
    ]  # fmt: skip
    assert names(plan("goteborg", "2017", ["data"])) == ["1_data.sv", "1_data.en"]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({"reports": ["distrikt"]}, "did you mean 'district'"),
        ({"areas": ["lundbi"]}, "did you mean 'lundby'"),
        ({"languages": ["svenska"]}, "Allowed: sv, en"),
        ({"period": "2021"}, "2019, 2020"),
        ({"workspace": "malmo"}, "Allowed: exempelstad, goteborg"),
    ],
)
def test_a_wrong_plan_is_answered_before_anything_starts(asked, answer):
    with pytest.raises(WrongQuestion, match=answer):
        plan(**({"workspace": "goteborg", "period": "2017"} | asked))


def test_a_city_is_offered_the_reports_that_its_registers_can_fill():
    notebooks = {job.ask.notebook for job in plan("goteborg", "2017")}
    assert {"8_resident_report", "9_acute_brief"}.isdisjoint(notebooks)
    made_up = plan("exempelstad", "2017Q3")
    assert {job.ask.notebook for job in made_up} > notebooks
    assert len(made_up) == 68
    with pytest.raises(WrongQuestion, match="report 'residents' is not known here"):
        plan("goteborg", "2017", ["residents"])


def test_an_acute_brief_is_planned_for_the_span_of_its_event_alone():
    briefs = [job.name for job in plan("exempelstad", "2017-09", ["acute"], ["angsvik"], ["sv"])]
    assert briefs[-1] == "9_acute_brief-a2017-01.sv"
    assert (
        plan("exempelstad", "2017-08", ["acute"], ["angsvik"], ["sv"])[-1].ask.notebook == "3_trend"
    )

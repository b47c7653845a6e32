"""A plan: what there is to make, in an order in which every job finds what it builds on."""

import json

import pytest

from analysis.data.parameters import ASKS
from analysis.running.jobs import NEEDS, REPORTS, STAGES, plan
from analysis.words.questions import WrongQuestion

CLAIMS = (
    "shootings-down", "arrests-cause", "local-differences", "less-safe", "coordinated-effect",
)  # fmt: skip


def names(jobs):
    return [job.name for job in jobs]


def test_a_year_is_fifty_six_reports():
    jobs = plan("goteborg", "2017")
    assert len(jobs) == len(set(names(jobs))) == 2 * (1 + 10 + 1 + 5 + 10 + 1)


def test_claims_are_tried_only_once_they_were_made():
    assert len(plan("goteborg", "2016")) == 2 * (1 + 10 + 1 + 10 + 1)
    tried = names(plan("goteborg", "2018", ["causes"], None, ["sv"]))
    assert tried[-5:] == [f"4_causes-{claim}.sv" for claim in CLAIMS]


def test_every_job_comes_after_what_it_needs():
    jobs = plan("goteborg", "2017")
    stages = [job.stage for job in jobs]
    assert stages == sorted(stages)
    stage_of = {notebook: i for i, stage in enumerate(STAGES) for notebook in stage}
    for notebook, needed in NEEDS.items():
        assert all(stage_of[other] < stage_of[notebook] for other in needed)


def test_what_is_ruled_on_comes_between_what_is_found_and_what_is_told():
    assert len(STAGES) == 4 and STAGES[2] == ("4_causes",)
    assert "5_evaluation" in STAGES[1] and set(NEEDS["4_causes"]) >= {"3_trend", "5_evaluation"}
    assert {"4_causes", "5_evaluation"} <= set(NEEDS["7_leadership_report"])
    assert "5_evaluation" in NEEDS["6_district_report"]


def test_every_notebook_has_a_model_a_stage_and_a_name_on_the_command_line():
    assert set(ASKS) == set(NEEDS) == set(REPORTS.values()) == {n for s in STAGES for n in s}


def test_one_report_brings_what_it_builds_on_and_no_more():
    jobs = plan("goteborg", "2017", ["district"], ["lundby"], ["sv"])
    assert names(jobs) == [
        "1_data.sv", "2_situation-lundby.sv", "3_trend.sv", "6_district_report-lundby.sv",
    ]  # fmt: skip
    leaders = names(plan("goteborg", "2017", ["leadership"], ["lundby"], ["sv"]))
    assert leaders == [
        "1_data.sv", "2_situation-lundby.sv", "3_trend.sv",
        *(f"4_causes-{claim}.sv" for claim in CLAIMS), "7_leadership_report.sv",
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


def test_before_anything_was_known_there_is_nothing_to_plan_and_it_is_said():
    for day, first in (
        ("goteborg@1999-01-01", "20"),
        ("exempelstad@1999-01-01", "2011-01-01. Ask"),
    ):
        told = f"nothing of {day} was known then: what is known begins on {first}"
        with pytest.raises(WrongQuestion, match=told):
            plan(day, "2017Q3")
    assert plan("exempelstad@2017-10-15", "2017Q3", ["data"])


def test_a_city_without_one_filled_file_is_led_to_its_check(workspace, monkeypatch):
    monkeypatch.setenv("LAGESBILD_ROOT", str(workspace))
    folder = workspace / "data/raw/exempelstad"
    record = json.loads((folder / "datapackage.json").read_text("utf-8"))
    (folder / "datapackage.json").write_text(json.dumps(record | {"resources": []}), "utf-8")
    with pytest.raises(WrongQuestion, match="lagesbild check exempelstad says what is next"):
        plan("exempelstad", "2017Q3")


def test_a_plan_of_no_report_is_answered_and_not_made(workspace, monkeypatch):
    monkeypatch.setenv("LAGESBILD_ROOT", str(workspace))
    folder = workspace / "data/raw/exempelstad"
    record = json.loads((folder / "datapackage.json").read_text("utf-8"))
    record["resources"] = [one for one in record["resources"] if one["table"] == "crime_items"]
    (folder / "datapackage.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(WrongQuestion, match="no report of exempelstad can be made yet: lagesbild"):
        plan("exempelstad", "2017Q3")


def test_a_city_is_offered_the_reports_that_its_registers_can_fill():
    notebooks = {job.ask.notebook for job in plan("goteborg", "2017")}
    assert {"8_resident_report", "9_acute_brief"}.isdisjoint(notebooks)
    made_up = plan("exempelstad", "2017Q3")
    assert {job.ask.notebook for job in made_up} > notebooks
    assert len(made_up) == 2 * (1 + 10 + 1 + 14 + 12 + 10 + 1 + 10 + 1)
    with pytest.raises(WrongQuestion, match="report 'residents' is not known here"):
        plan("goteborg", "2017", ["residents"])


def test_an_acute_brief_is_planned_for_the_span_of_its_event_alone():
    briefs = names(plan("exempelstad", "2017-09", ["acute"], ["angsvik"], ["sv"]))
    assert briefs[-1] == "9_acute_brief-a2017-01.sv"
    before = plan("exempelstad", "2017-08", ["acute"], ["angsvik"], ["sv"])
    assert "9_acute_brief" not in {job.ask.notebook for job in before}


def test_a_measure_is_evaluated_from_the_span_in_which_it_began():
    def evaluated(period):
        jobs = plan("exempelstad", period, ["evaluation"], None, ["sv"])
        return [job.ask.measure for job in jobs if job.ask.notebook == "5_evaluation"]

    assert evaluated("2014Q2") == []
    assert evaluated("2014Q3") == ["M06"]
    assert len(evaluated("2017Q3")) == 14 and "M10" not in evaluated("2017Q2")
    planned = names(plan("exempelstad", "2014Q3", ["evaluation"], None, ["sv"]))
    assert planned == ["1_data.sv", "5_evaluation-m06.sv"]


def test_a_problem_is_tried_for_as_long_as_it_is_open_and_prioritised():
    jobs = plan("exempelstad", "2017Q3", ["causes"], None, ["sv"])
    tried = [job.ask.subject for job in jobs if job.ask.notebook == "4_causes"]
    assert len(tried) == 12 and "P01" in tried
    assert names(jobs)[-1] == "4_causes-p13.sv"

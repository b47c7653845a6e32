"""Whatever a city has not entered, its reports are made and say what they lack."""

import json
import shutil

import pytest

from analysis.data import trace
from analysis.data.current import join_parts
from analysis.data.workspace import Workspace
from analysis.running.jobs import plan
from tests.conftest import ROOT

pytestmark = pytest.mark.walk
GROUPS = {  # what a city may well not have, together
    "figures": ["area_links", "breaks", "first_counts", "enforcement", "population",
                "population_groups"],
    "voices": ["survey_waves", "survey_items", "survey_codes", "survey_respondents",
               "survey_answers", "ratings", "focus", "observations", "district_indicators"],
    "chain": ["problems", "causes", "evidence", "rivals", "measures", "doses", "indicators",
              "follow_ups", "duties", "tasks", "acute_events"],
}  # fmt: skip
ONE_OF_EACH = ("5_evaluation", "4_causes")


@pytest.fixture
def without(tmp_path, made_up, monkeypatch):
    """Lay out the made-up city without some tables; the first questions that a run would ask."""

    def laid_out(tables):
        folder = tmp_path / "data" / "raw" / "half"
        folder.mkdir(parents=True)
        shutil.copy(ROOT / "data" / "disclosure.toml", tmp_path / "data")
        package = json.loads((made_up.raw / "datapackage.json").read_text("utf-8"))
        kept = [one for one in package["resources"] if one["table"] not in tables]
        for record in kept:
            (folder / record["path"]).symlink_to(made_up.raw / record["path"])
        text = json.dumps(package | {"resources": kept}, ensure_ascii=False)
        (folder / "datapackage.json").write_text(text, "utf-8")
        monkeypatch.setenv("LAGESBILD_ROOT", str(tmp_path))
        jobs = plan("half", "2017Q3", areas=["angsvik"], languages=["sv"])
        first = {job.ask.notebook: job for job in reversed(jobs)}
        return [job for job in jobs if job.ask.notebook not in ONE_OF_EACH or job in first.values()]

    return laid_out


def run(ask):
    """Every cell of a notebook with a question, in this process."""
    trace.forget()
    book = json.loads((ROOT / "notebooks" / f"{ask.notebook}.ipynb").read_text("utf-8"))
    names = {}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names |= ask.model_dump()


@pytest.mark.parametrize("tables", GROUPS.values(), ids=GROUPS)
def test_every_report_of_a_city_without_some_tables_is_made(without, tables):
    jobs, stage = without(tables), 0
    assert {"1_data", "2_situation", "3_trend"} <= {job.ask.notebook for job in jobs}
    for job in jobs:
        if job.stage > max(stage, 1):
            join_parts(Workspace.find("half"), "2017Q3")
        stage = job.stage
        run(job.ask)

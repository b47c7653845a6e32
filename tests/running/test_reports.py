"""A run: one at a time, nothing half-made, and what failed is named."""

import json
from concurrent.futures import Future

import pytest

from analysis.data.held import Busy, held
from analysis.data.parameters import question
from analysis.data.workspace import Workspace
from analysis.running import reports
from analysis.running.jobs import Job, plan
from analysis.running.kernel import PrivateKernelManager, without_traces
from analysis.running.reports import Outcome


@pytest.fixture
def jobs():
    return plan("goteborg", "2017", ["leadership"], ["lundby"], ["sv"])


@pytest.fixture
def elsewhere(city, tmp_path, monkeypatch):
    """The shipped raw data, with reports and tables written to a folder of the test's own."""
    monkeypatch.setattr(Workspace, "reports", property(lambda self: tmp_path / "reports"))
    monkeypatch.setattr(Workspace, "processed", property(lambda self: tmp_path / "processed"))
    return tmp_path / "reports" / "2017"


def test_two_runs_at_once_are_refused(tmp_path):
    with held(tmp_path / "a"):
        with pytest.raises(Busy, match="another run holds"), held(tmp_path / "a"):
            pass
        with held(tmp_path / "b"):
            pass
    with held(tmp_path / "a"):
        pass


class Instead:
    """An executor that answers at once with an outcome by the job's notebook."""

    def __init__(self, failing):
        self.failing = failing

    def submit(self, _, root, notebook, parameters):
        done = Future()
        name = Job(question(notebook, **parameters)).name
        error = "ValueError: broken (cell 4)" if notebook in self.failing else ""
        done.set_result(Outcome(name, 0.1, 0 if error else 10, error))
        return done


def run_with(jobs, failing, monkeypatch, folder):
    from contextlib import nullcontext

    monkeypatch.setattr(reports, "pool", lambda *_: nullcontext(Instead(failing)))
    monkeypatch.setattr(reports.results, "join_parts", lambda *_: None)
    numbers = reports.results.folder_of(jobs[0].ask.city, "2017")
    numbers.mkdir(parents=True)
    (numbers / "results.csv").write_text("statistic\n")
    folder.mkdir(parents=True)
    for job in jobs:
        (folder / f"{job.name}.html").write_text("<p>old</p>")
    return reports.run(jobs)


def test_what_failed_is_named_and_the_others_are_made(jobs, elsewhere, monkeypatch):
    outcomes = run_with(jobs, {"3_trend"}, monkeypatch, elsewhere)
    assert {o.name for o in outcomes if not o.made} == {"3_trend.sv"}
    manifest = json.loads((elsewhere / "manifest.json").read_text())
    assert manifest["reports"]["3_trend.sv"]["error"] == "ValueError: broken (cell 4)"
    assert manifest["reports"]["7_leadership_report.sv"]["made"]
    page = (elsewhere / "index.html").read_text()
    assert "Kunde inte göras: Utvecklingen i Göteborg 2017 (ValueError: broken (cell 4))" in page


def test_the_manifest_says_what_was_made_of_what(jobs, elsewhere, monkeypatch):
    run_with(jobs, set(), monkeypatch, elsewhere)
    manifest = json.loads((elsewhere / "manifest.json").read_text())
    entry = manifest["reports"]["7_leadership_report.sv"]
    assert entry["parameters"] == {"workspace": "goteborg", "language": "sv", "period": "2017"}
    assert entry["raw_data"] == jobs[0].ask.city.fingerprint()
    assert len(entry["html_sha256"]) == len(entry["notebook_sha256"]) == 64
    assert {"papermill", "nbconvert", "statsmodels"} <= set(manifest["libraries"])
    assert "T" in entry["made_at"]


def test_an_earlier_report_keeps_its_entry(jobs, elsewhere, monkeypatch):
    run_with(jobs, set(), monkeypatch, elsewhere)
    (elsewhere / "1_data.en.html").write_text("<p>new</p>")
    reports.run(plan("goteborg", "2017", ["data"], languages=["en"]))
    manifest = json.loads((elsewhere / "manifest.json").read_text())
    assert {"7_leadership_report.sv", "1_data.en"} <= set(manifest["reports"])


def test_a_kernel_talks_over_sockets_that_only_its_user_can_open():
    manager = PrivateKernelManager()
    folder = __import__("pathlib").Path(manager.connection_file).parent
    try:
        assert manager.transport == "ipc"
        assert folder.stat().st_mode & 0o077 == 0
    finally:
        folder.rmdir()


def test_what_differs_between_two_runs_is_taken_out():
    import nbformat

    cell = nbformat.v4.new_code_cell("x = 1", id="abc123")
    cell.metadata = {"tags": ["injected-parameters"], "papermill": {"duration": 1}, "execution": {}}
    nb = nbformat.v4.new_notebook(cells=[cell], metadata={"papermill": {"start_time": "now"}})
    clean = without_traces(nb)
    assert clean.cells[0].id == "injected-parameters"
    assert clean.cells[0].metadata == {"tags": ["injected-parameters"]}
    assert "papermill" not in clean.metadata


def test_what_builds_on_a_failed_first_report_is_not_tried_and_says_so(
    jobs, elsewhere, monkeypatch
):
    outcomes = {o.name: o for o in run_with(jobs, {"1_data"}, monkeypatch, elsewhere)}
    assert outcomes["1_data.sv"].error == "ValueError: broken (cell 4)"
    others = [o for name, o in outcomes.items() if name != "1_data.sv"]
    assert len(others) == len(jobs) - 1
    assert {o.error for o in others} == {"not tried, since 1_data.sv failed"}

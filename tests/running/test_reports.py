"""A run: one at a time, nothing half-made, and what failed is named."""

import json
from concurrent.futures import Future
from hashlib import sha256

import pytest

from analysis.data import trace
from analysis.data.held import Busy, held
from analysis.data.parameters import question
from analysis.data.workspace import Workspace
from analysis.running import made, reports
from analysis.running.jobs import Job, Outcome, plan
from analysis.running.kernel import PrivateKernelManager, without_traces


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
    """An executor that answers at once, as a worker that makes a page would."""

    def __init__(self, failing=()):
        self.failing, self.asked = failing, []

    def submit(self, _, root, notebook, parameters):
        done, job = Future(), Job(question(notebook, **parameters))
        self.asked.append(job.name)
        if notebook in self.failing:
            done.set_result(Outcome(job.name, 0.1, error="ValueError: broken (cell 4)"))
            return done
        for file in job.leaves:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("{}" if file.suffix == ".json" else f"<p>{job.name}</p>")
        outcome = Outcome(job.name, 0.1, size=10)
        made.enter(job, outcome, {"question": made.question(job), "code": trace.code()})
        done.set_result(outcome)
        return done


def run_with(jobs, failing=(), monkeypatch=None, **options):
    monkeypatch.setattr(reports, "join_parts", lambda *_: None)
    workers = Instead(failing)
    return reports.run(jobs, executor=workers, **options), workers.asked


def test_what_failed_is_named_and_the_others_are_made(jobs, elsewhere, monkeypatch):
    outcomes, _ = run_with(jobs, {"3_trend"}, monkeypatch)
    assert {o.name for o in outcomes if not o.made} == {"3_trend.sv"}
    manifest = json.loads((elsewhere / "manifest.json").read_text())
    assert manifest["reports"]["3_trend.sv"]["error"] == "ValueError: broken (cell 4)"
    assert manifest["reports"]["7_leadership_report.sv"]["made"]
    page = (elsewhere / "index.html").read_text()
    assert "Kunde inte göras: Utvecklingen i Göteborg 2017 (ValueError: broken (cell 4))" in page


def test_the_manifest_says_what_was_made_of_what(jobs, elsewhere, monkeypatch):
    run_with(jobs, monkeypatch=monkeypatch)
    manifest = json.loads((elsewhere / "manifest.json").read_text())
    entry = manifest["reports"]["7_leadership_report.sv"]
    assert entry["parameters"] == {"workspace": "goteborg", "language": "sv", "period": "2017"}
    assert set(entry["read"]) == {"question", "code"}
    page = elsewhere / "7_leadership_report.sv.html"
    assert entry["html_sha256"] == sha256(page.read_bytes()).hexdigest()
    assert {"python", "papermill", "nbconvert", "statsmodels"} <= set(manifest["libraries"])
    assert "T" in entry["made_at"]


def test_an_earlier_report_keeps_its_entry(jobs, elsewhere, monkeypatch):
    run_with(jobs, monkeypatch=monkeypatch)
    run_with(plan("goteborg", "2017", ["data"], languages=["en"]), monkeypatch=monkeypatch)
    manifest = json.loads((elsewhere / "manifest.json").read_text())
    assert {"7_leadership_report.sv", "1_data.en"} <= set(manifest["reports"])


def test_what_stands_is_not_made_twice_unless_it_is_forced(jobs, elsewhere, monkeypatch):
    _, first = run_with(jobs, monkeypatch=monkeypatch)
    before = (elsewhere / "manifest.json").read_bytes()
    outcomes, again = run_with(jobs, monkeypatch=monkeypatch)
    assert sorted(first) == sorted(job.name for job in jobs) and again == []
    assert all(outcome.made and outcome.kept for outcome in outcomes)
    assert (elsewhere / "manifest.json").read_bytes() == before
    _, forced = run_with(jobs, monkeypatch=monkeypatch, force=True)
    assert sorted(forced) == sorted(first)


def test_what_failed_is_tried_again_and_the_rest_is_not(jobs, elsewhere, monkeypatch):
    run_with(jobs, {"3_trend"}, monkeypatch)
    assert reports.due(jobs) == {"3_trend.sv": ["it failed: ValueError: broken (cell 4)"]}
    outcomes, again = run_with(jobs, monkeypatch=monkeypatch)
    assert again == ["3_trend.sv"] and all(outcome.made for outcome in outcomes)


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (lambda folder: (folder / "3_trend.sv.html").unlink(), "3_trend.sv.html is gone"),
        (
            lambda folder: (folder / "3_trend.sv.html").write_text("mine"),
            "3_trend.sv.html was changed by hand",
        ),
        (
            lambda folder: (folder.parents[1] / "processed/2017/parts/3_trend.csv").unlink(),
            "3_trend.csv is gone",
        ),
    ],
)
def test_a_report_whose_files_are_not_as_they_were_left_is_due(
    jobs, elsewhere, monkeypatch, harm, why
):
    run_with(jobs, monkeypatch=monkeypatch)
    assert reports.due(jobs) == {}
    harm(elsewhere)
    assert reports.due(jobs) == {"3_trend.sv": [why]}


def test_a_report_that_was_never_made_and_one_of_another_code_are_due(jobs, elsewhere, monkeypatch):
    assert {*map(tuple, reports.due(jobs).values())} == {("it has not been made",)}
    run_with(jobs, monkeypatch=monkeypatch)
    monkeypatch.setattr(trace, "code", lambda: "newer")
    assert set(reports.due(jobs)) == {job.name for job in jobs}
    assert {*map(tuple, reports.due(jobs).values())} == {("code has changed",)}


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
    told, asked = run_with(jobs, {"1_data"}, monkeypatch)
    outcomes = {o.name: o for o in told}
    assert asked == ["1_data.sv"]
    assert outcomes["1_data.sv"].error == "ValueError: broken (cell 4)"
    others = [o for name, o in outcomes.items() if name != "1_data.sv"]
    assert len(others) == len(jobs) - 1
    assert {o.error for o in others} == {"not tried, since 1_data.sv failed"}

"""A run: every job made or named as failed, and nothing under a final name that is not whole.

One run at a time holds a period's folder. What one report could not do, the
others are not told: they are made, and the portal says which is missing.
"""

import json
import os
import platform
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from analysis import __version__
from analysis.data import results
from analysis.data.held import held
from analysis.data.parameters import question
from analysis.data.workspace import Workspace, project_root
from analysis.data.write import write_atomically
from analysis.running import forks, kernel, portal
from analysis.running.jobs import STAGES, Job

WRITING = (1, 2)  # the stages whose notebooks write results
LIBRARIES = ("papermill", "nbconvert", "pandas", "statsmodels", "scipy", "matplotlib", "seaborn")


@dataclass(frozen=True)
class Outcome:
    """What became of a job: its file and size, or why it failed."""

    name: str
    seconds: float
    size: int = 0
    error: str = ""

    @property
    def made(self) -> bool:
        """Whether the report was made."""
        return not self.error


def make(root: str, notebook: str, parameters: dict[str, str]) -> Outcome:
    """Make one report: run the notebook, render it, put it in place. Runs in a worker process.

    An error of the notebook becomes part of the outcome; no file is touched then.
    """
    started = perf_counter()
    kernel.prepare(root)
    job = Job(question(notebook, **parameters))
    city, folder = job.ask.city, job.ask.city.reports / job.ask.period
    from papermill import PapermillExecutionError

    from analysis.running.render import ReportExporter

    try:
        executed = kernel.execute(city.root / "notebooks" / f"{notebook}.ipynb", parameters)
        html, _ = ReportExporter().from_notebook_node(executed)
    except PapermillExecutionError as problem:
        why = f"{problem.ename}: {problem.evalue} (cell {problem.cell_index})"
        return Outcome(job.name, perf_counter() - started, error=why)
    except Exception as problem:  # noqa: BLE001 - a report's failure must not end the others
        return Outcome(
            job.name, perf_counter() - started, error=f"{type(problem).__name__}: {problem}"
        )
    content = html.encode()
    write_atomically(folder / f"{job.name}.html", content)
    return Outcome(job.name, perf_counter() - started, size=len(content))


def run(
    jobs: list[Job],
    workers: int | None = None,
    tell: Callable[[str, Job, Outcome | None], None] = lambda *_: None,
) -> list[Outcome]:
    """Run the jobs stage by stage, and leave manifest and portal up to date.

    Parameters
    ----------
    jobs
        A plan, all of one workspace and period.
    workers
        Processes at once; as many as cores when None.
    tell
        Called with ("start", job, None) and ("end", job, outcome).

    Raises
    ------
    Busy
        When another run holds the folder.
    """
    city, period = jobs[0].ask.city, jobs[0].ask.period
    folder = city.reports / period
    with held(folder), pool(city.root, workers) as executor:
        outcomes = []
        first = {job.name for job in jobs if job.stage == 0}
        for stage in range(len(STAGES)):
            now = [job for job in jobs if job.stage == stage]
            if stage and (broken := [o.name for o in outcomes if not o.made and o.name in first]):
                outcomes += [Outcome(job.name, 0.0, error=_not_tried(broken)) for job in now]
                continue
            done = list(_in_parallel(executor, city.root, now, tell, workers))
            outcomes += done
            if stage in WRITING and any(outcome.made for outcome in done):
                results.join_parts(city, period)
                numbers = results.folder_of(city, period) / "results.csv"
                write_atomically(folder / "results.csv", numbers.read_bytes())
        write_manifest(folder, city, jobs, outcomes)
        portal.write(folder, city, period)
    return outcomes


def _not_tried(broken: list[str]) -> str:
    return f"not tried, since {' and '.join(broken)} failed"


def _in_parallel(
    executor: Executor, root: Path, jobs: list[Job], tell, workers: int | None
) -> Iterator[Outcome]:
    waiting, running = list(jobs), {}
    while waiting or running:
        while waiting and len(running) < (workers or cores()):
            job = waiting.pop(0)
            tell("start", job, None)
            future = executor.submit(make, str(root), job.ask.notebook, job.ask.model_dump())
            running[future] = job
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            job = running.pop(future)
            outcome = future.result()
            tell("end", job, outcome)
            yield outcome


@contextmanager
def pool(root: Path, workers: int | None = None) -> Iterator[Executor]:
    """Worker processes, each ready to make one report after another."""
    with (
        forks.server() as forks_at,
        ProcessPoolExecutor(
            workers or cores(), get_context("spawn"), kernel.prepare_worker, (str(root), forks_at)
        ) as executor,
    ):
        yield executor


def cores() -> int:
    """How many reports to make at once."""
    return max(1, len(os.sched_getaffinity(0)))


def write_manifest(folder: Path, city: Workspace, jobs: list[Job], outcomes: list[Outcome]) -> Path:
    """What was made of what, when and by which versions; the only place for the time of day.

    Reports of earlier runs that still stand in the folder keep their entry.
    """
    entries = read_manifest(folder).get("reports", {})
    commit, made_at = _commit(city.root), datetime.now(UTC).isoformat(timespec="seconds")
    for job, outcome in zip(_in_order(jobs, outcomes), outcomes, strict=True):
        notebook = city.root / "notebooks" / f"{job.ask.notebook}.ipynb"
        file = folder / f"{job.name}.html"
        entries[job.name] = {
            "notebook": job.ask.notebook,
            "parameters": job.ask.model_dump(),
            "made": outcome.made,
            "error": outcome.error,
            "made_at": made_at,
            "seconds": round(outcome.seconds, 2),
            "commit": commit,
            "raw_data": city.fingerprint(),
            "notebook_sha256": sha256(notebook.read_bytes()).hexdigest(),
            "html_sha256": sha256(file.read_bytes()).hexdigest() if outcome.made else "",
            "bytes": outcome.size,
        }
    manifest = {
        "lagesbild": __version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "reports": dict(sorted(entries.items())),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    return write_atomically(folder / "manifest.json", text.encode())


def _in_order(jobs: list[Job], outcomes: list[Outcome]) -> list[Job]:
    by_name = {job.name: job for job in jobs}
    return [by_name[outcome.name] for outcome in outcomes]


def read_manifest(folder: Path) -> dict:
    """The manifest of a period's folder; empty when nothing has been made."""
    file = folder / "manifest.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def _commit(root: Path) -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "not a git checkout"


def made(workspace: str) -> list[dict]:
    """Every report that stands in a workspace's folders, with its entry in the manifest."""
    folder = project_root() / "reports" / workspace
    found = []
    for period in sorted(folder.glob("*/manifest.json")):
        for name, entry in read_manifest(period.parent)["reports"].items():
            if entry["made"]:
                found.append({"file": str(period.parent / f"{name}.html"), **entry})
    return found

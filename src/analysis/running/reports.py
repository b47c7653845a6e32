"""A run: every job made or named as failed, and nothing under a final name that is not whole.

One run at a time holds a period's folder. What one report could not do, the others are not told:
they are made, and the portal says which is missing. What stands already is not made twice.
"""

import json
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from time import perf_counter

from analysis import __version__
from analysis.data import results, trace
from analysis.data.current import Now, join_parts
from analysis.data.held import held
from analysis.data.parameters import question
from analysis.data.workspace import Workspace, project_root
from analysis.data.write import write_atomically
from analysis.running import kernel, made, portal
from analysis.running.crew import Crew
from analysis.running.jobs import STAGES, WRITING, Job, Outcome

MANIFEST = "manifest.json"


def make(root: str, notebook: str, parameters: dict[str, str]) -> Outcome:
    """Make one report: run the notebook, render it, put it in place. Runs in a worker process.

    An error of the notebook becomes part of the outcome; no file is touched then.
    """
    started = perf_counter()
    kernel.prepare(root)
    job = Job(question(notebook, **parameters))
    file = job.ask.city.notebook(notebook)
    from papermill import PapermillExecutionError

    from analysis.running.render import ReportExporter

    try:
        read = {"question": made.question(job), f"notebook {notebook}": trace.of_notebook(file)}
        executed = kernel.execute(file, parameters)
        html, _ = ReportExporter().from_notebook_node(executed)
    except PapermillExecutionError as problem:
        why = f"{problem.ename}: {problem.evalue} (cell {problem.cell_index})"
        return Outcome(job.name, perf_counter() - started, error=why)
    except Exception as problem:  # noqa: BLE001 - a report's failure must not end the others
        return Outcome(
            job.name, perf_counter() - started, error=f"{type(problem).__name__}: {problem}"
        )
    content = html.encode()
    write_atomically(job.page, content)
    outcome = Outcome(job.name, perf_counter() - started, size=len(content))
    noted = kernel.noted(executed)
    made.enter(job, outcome, read | noted if noted else None)
    return outcome


def run(
    jobs: list[Job],
    workers: int | None = None,
    tell: Callable[[str, Job, Outcome | None], None] = lambda *_: None,
    force: bool = False,
    executor: Executor | None = None,
) -> list[Outcome]:
    """Run the jobs stage by stage, and leave manifest and portal up to date.

    Parameters
    ----------
    jobs
        A plan, all of one workspace and period.
    workers
        Jobs at once; as many as cores and memory allow when None.
    tell
        Called with ("start", job, None) and ("end", job, outcome).
    force
        Whether to make anew what stands and rests on the data as they are.
    executor
        Workers elsewhere, that reach the project's folder under the same path; processes of this
        machine when None.

    Raises
    ------
    Busy
        When another run holds the folder.
    """
    city, period = jobs[0].ask.city, jobs[0].ask.period
    folder = city.reports / period
    with held(folder), Crew(city.root, make, workers, executor) as crew:
        outcomes = []
        first = {job.name for job in jobs if job.stage == 0}
        by_name = {job.name: job for job in jobs}
        for stage in range(len(STAGES)):
            now = [job for job in jobs if job.stage == stage]
            if stage and (broken := [o.name for o in outcomes if not o.made and o.name in first]):
                done = [Outcome(job.name, 0.0, error=_not_tried(broken)) for job in now]
            else:
                done = _stage(crew, now, tell, force)
            if stage in WRITING and _to_join(city, period, done):
                join_parts(city, period)
            for outcome in done:
                if not outcome.made:
                    made.enter(by_name[outcome.name], outcome)
            outcomes += done
        if not (all(outcome.kept for outcome in outcomes) and (folder / "index.html").exists()):
            _publish(city, period)
    return outcomes


def _stage(crew: Crew, jobs: list[Job], tell, force: bool) -> list[Outcome]:
    """The jobs of a stage: those that are due are made, the others stand."""
    wanted = {job.name for job in jobs} if force else due(jobs)
    kept = {job: Outcome(job.name, 0.0, kept=True) for job in jobs if job.name not in wanted}
    for job, outcome in kept.items():
        tell("end", job, outcome)
    return [*kept.values(), *crew.outcomes([job for job in jobs if job not in kept], tell)]


def due(jobs: list[Job]) -> dict[str, list[str]]:
    """The jobs that have to be run, by name with why: those that rest on what is as it was are not.

    Parameters
    ----------
    jobs
        All of one city and period. One whose sources are made again may be due once they are.
    """
    if not jobs:
        return {}
    city, period = jobs[0].ask.city, jobs[0].ask.period
    entries, now = made.entries(city, period), Now(city, period)
    found = {job.name: made.why(job, entries.get(job.name), now) for job in jobs}
    return {name: why for name, why in found.items() if why}


def _not_tried(broken: list[str]) -> str:
    return f"not tried, since {' and '.join(broken)} failed"


def _to_join(city: Workspace, period: str, done: list[Outcome]) -> bool:
    """Whether results have to be joined: a part was made, or they are not there."""
    made_now = any(outcome.made and not outcome.kept for outcome in done)
    there = (results.folder_of(city, period) / results.RESULTS).exists()
    return made_now or (not there and any(outcome.made for outcome in done))


def _publish(city: Workspace, period: str) -> None:
    """Put the numbers, the manifest and the portal beside the reports."""
    folder = city.reports / period
    numbers = results.folder_of(city, period) / results.RESULTS
    if numbers.exists():
        write_atomically(folder / results.RESULTS, numbers.read_bytes())
    entries = made.entries(city, period)
    manifest = {"lagesbild": __version__, "libraries": trace.versions(), "reports": entries}
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    write_atomically(folder / MANIFEST, text.encode())
    older = made.older(city, period, entries, Now(city, period))
    portal.write(folder, city, period, entries, older)


def of_workspace(workspace: str) -> list[dict]:
    """Every report that stands in a workspace's folders, with its entry in the manifest."""
    folder: Path = project_root() / "reports" / workspace
    found = []
    for file in sorted(folder.glob(f"*/{MANIFEST}")):
        manifest = json.loads(file.read_text(encoding="utf-8"))
        for name, entry in manifest["reports"].items():
            if entry["made"]:
                found.append({"file": str(file.parent / f"{name}.html"), **entry})
    return found

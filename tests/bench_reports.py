"""The report factory against its yardsticks, side by side in one run: `make bench`.

The same district reports, whose sources stand already: by papermill and nbconvert from the
command line, one after the other and two at a time; by `lagesbild run`; and their cells alone,
in one process that has imported everything, which is as fast as these cells can be. In
rounds, the ways after each other in each, medians over rounds. A ratio holds on a busy machine;
seconds do not.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter

from analysis.data.workspace import Workspace
from analysis.running.crew import cores
from analysis.running.jobs import Job, plan
from analysis.running.warm import QUIET

ROOT = Path(__file__).parents[1]
CITY, PERIOD, KIND = "exempelstad", "2017Q3", "district"
ROUNDS = 3
PLAIN = 4  # reports a round by the slow ways; all by ours
DISTRICTS = "6_district_report"


def lagesbild(*words: str) -> float:
    """Seconds that the command takes."""
    started = perf_counter()
    command = [sys.executable, "-m", "analysis", *words, "--json"]
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - started


def reports() -> list[Job]:
    """Every district report of the made-up city, in both languages."""
    return [job for job in plan(CITY, PERIOD, [KIND]) if job.ask.notebook == DISTRICTS]


def plainly(job: Job, out: Path) -> None:
    """Papermill, then nbconvert, a process each, as their documentation shows it."""
    book, made = job.ask.city.notebook(DISTRICTS), out / f"{job.name}.ipynb"
    asked = [word for k, v in job.ask.model_dump().items() for word in ("-r", k, v)]
    papermill = [sys.executable, "-m", "papermill", str(book), str(made), *asked]
    subprocess.run(papermill, check=True, cwd=book.parent, capture_output=True)
    convert = [sys.executable, "-m", "nbconvert", "--to", "lagesbild", str(made)]
    subprocess.run(convert, check=True, capture_output=True)


def one_by_one(jobs: list[Job]) -> float:
    """Seconds a report, plainly."""
    with tempfile.TemporaryDirectory() as out:
        started = perf_counter()
        for job in jobs[:PLAIN]:
            plainly(job, Path(out))
        return (perf_counter() - started) / PLAIN


def two_at_a_time(jobs: list[Job]) -> float:
    """Seconds a report, plainly, two at a time."""
    with tempfile.TemporaryDirectory() as out, ThreadPoolExecutor(2) as pool:
        started = perf_counter()
        list(pool.map(lambda job: plainly(job, Path(out)), jobs[:PLAIN]))
        return (perf_counter() - started) / PLAIN


def ours(jobs: list[Job]) -> float:
    """Seconds a report by the command that users run, start and finish of the run included."""
    for job in jobs:
        job.page.unlink(missing_ok=True)
    return lagesbild("run", CITY, PERIOD, "-r", KIND) / len(jobs)


def cells_alone(jobs: list[Job]) -> float:
    """Seconds a report of its cells alone, as many processes as cores, everything imported."""
    shares = [jobs[i :: cores()] for i in range(cores())]
    asked = [json.dumps([job.ask.model_dump() for job in share]) for share in shares]
    command = [sys.executable, "-m", "tests.bench_reports", "cells"]
    with ThreadPoolExecutor(cores()) as pool:
        told = pool.map(
            lambda one: subprocess.run(
                [*command, one], check=True, capture_output=True, text=True, cwd=ROOT,
                env=os.environ | QUIET,
            ).stdout,
            asked,
        )  # fmt: skip
        return max(float(one.split()[-1]) for one in told) / len(jobs)  # after what cells showed


def cells(asked: list[dict[str, str]]) -> float:
    """Seconds that the cells of reports take in this process, the first report not counted."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    book = Workspace.find(CITY).notebook(DISTRICTS)
    source = [c for c in json.loads(book.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    os.chdir(book.parent)
    seconds = []
    for parameters in (asked[0], *asked):
        shell.reset(new_session=False)
        started = perf_counter()
        for cell in source:
            shell.run_cell("".join(cell["source"])).raise_error()
            if "parameters" in cell["metadata"].get("tags", []):
                shell.push(parameters)
        seconds.append(perf_counter() - started)
    return sum(seconds[1:])


def ploomber(jobs: list[Job]) -> float:
    """Seconds a report by ploomber-engine in a pool of two, cells in the worker itself."""
    asked = json.dumps([job.ask.model_dump() for job in jobs])
    command = [sys.executable, "-m", "tests.bench_reports", "ploomber", asked]
    started = perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=os.environ | QUIET)
    return (perf_counter() - started) / len(jobs)


def in_ploombers_pool(asked: list[dict[str, str]]) -> None:
    """Every report by ploomber-engine and our exporter, in a pool of two processes."""
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(2) as pool:
        list(pool.map(by_ploomber, asked))


def by_ploomber(parameters: dict[str, str]) -> int:
    """One report by ploomber-engine."""
    from ploomber_engine import execute_notebook

    from analysis.running.render import ReportExporter

    book = Workspace.find(CITY).notebook(DISTRICTS)
    os.chdir(book.parent)
    executed = execute_notebook(book, None, parameters=parameters, progress_bar=False)
    return len(ReportExporter().from_notebook_node(executed)[0])


def first_report(jobs: list[Job]) -> float:
    """Seconds from nothing running to one report made."""
    jobs[0].page.unlink(missing_ok=True)
    return lagesbild(
        "run", CITY, PERIOD, "-r", KIND, "-a", jobs[0].ask.area, "-l", jobs[0].ask.language
    )


def nothing_changed() -> float:
    """Seconds for all that `make reports` makes, when all of it stands."""
    return lagesbild("run", "goteborg", "2017") + lagesbild("run", CITY, PERIOD)


def laid_out(root: Path) -> None:
    """A project of its own with everything made, so that only district reports are timed."""
    for part in ("data/raw/goteborg", "data/raw/exempelstad", "notebooks"):
        shutil.copytree(ROOT / part, root / part)
    shutil.copy(ROOT / "data" / "disclosure.toml", root / "data")
    os.environ["LAGESBILD_ROOT"] = str(root)
    for city, period in (("goteborg", "2017"), (CITY, PERIOD)):
        seconds = lagesbild("run", city, period)
        print(f"{city} {period}: {len(plan(city, period))} reports made in {seconds:.0f} s")


def main() -> None:
    """Time the ways in rounds and print them, then the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        laid_out(Path(folder))
        jobs = reports()
        ways = [one_by_one, two_at_a_time, ours, cells_alone]
        ways += [ploomber] * bool(find_spec("ploomber_engine"))
        taken = {way.__name__: [] for way in ways}
        for _ in range(ROUNDS):
            for way in ways:
                taken[way.__name__].append(way(jobs))
        seconds = {name: median(found) for name, found in taken.items()}
        for name, each in taken.items():
            told = " ".join(f"{one:.2f}" for one in each)
            print(f"{name:14} {seconds[name]:6.2f} s a report, rounds {told}")
        print(f"from nothing to the first report {first_report(jobs):.1f} s")
        print(f"second run with nothing changed  {nothing_changed():.1f} s")
    for name in set(seconds) - {"ours", "cells_alone"}:
        print(f"{name} / ours: {seconds[name] / seconds['ours']:.1f}")
    print(f"ours / cells alone: {seconds['ours'] / seconds['cells_alone']:.2f}")
    if "ploomber" not in seconds:
        print("ploomber-engine is not here: pip install --no-deps ploomber-engine, then again")
    print(f"ratio: {seconds['one_by_one'] / seconds['ours']:.1f}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["cells", asked]:
            print(cells(json.loads(asked)))
        case ["ploomber", asked]:
            in_ploombers_pool(json.loads(asked))
        case _:
            main()

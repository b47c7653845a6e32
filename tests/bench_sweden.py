"""Whether a country fits: 290 municipalities really made, 3,363 areas made in part and reckoned out.

`python -m tests.bench_sweden` takes an hour; with `kommuner` or `sverige` behind it one of the two.
Seconds are those of the processors, which hold on a busy machine; the wall time of other machines is
reckoned from them. With a number behind it so many areas are made, of either.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter, process_time

import psutil
from playwright.sync_api import sync_playwright

from analysis.data.parameters import LANGUAGES, districts
from analysis.data.workspace import Workspace
from analysis.running import portal
from analysis.running.jobs import plan
from tests import country

ROOT = Path(__file__).parents[1]
CORES, SAMPLE, ONCE = (2, 16, 128), 8, ("-j", "1", "--json")
OPENED = "performance.getEntriesByType('navigation')[0].loadEventEnd"


@dataclass(frozen=True)
class Used:
    """What a command took: seconds of processors and of the clock, and memory of its workers."""

    cpu: float
    wall: float
    peak: int
    answer: dict


def run(city: Workspace, *words: str) -> Used:
    """Make reports as a user does, one at a time, in a process of its own.

    ``peak`` is the most that a worker and its kernel held at once, in bytes of their own and their
    part of what they share.
    """
    command = [sys.executable, "-m", "analysis", "run", city.name, *words, "-l", "sv", *ONCE]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out)
        ended, held = Event(), [0]
        watch = Thread(target=_watch, args=(psutil.Process(process.pid), ended, held))
        watch.start()
        process.wait()
        ended.set()
        watch.join()
        out.seek(0)
        answer = json.load(out)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Used(cpu, perf_counter() - started, max(held), answer)


def _watch(main: psutil.Process, ended: Event, held: list[int]) -> None:
    """Note every second what a worker and its kernel hold: all but the command and its server."""
    while not ended.wait(1):
        try:
            others = [
                one for one in main.children(recursive=True) if "forkserver" not in _told(one)
            ]
            kernels = [
                one for one in main.children(recursive=True) if "forkserver" in _told(one.parent())
            ]
            held.append(sum(one.memory_full_info().pss for one in {*others, *kernels}))
        except psutil.NoSuchProcess:
            continue


def _told(process: psutil.Process) -> str:
    return " ".join(process.cmdline())


def opening(file: Path) -> float:
    """Seconds until a page is open in Chromium, in the middle of five times."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page, taken = browser.new_page(viewport={"width": 1000, "height": 900}), []
        for _ in range(5):
            page.goto(file.as_uri())
            taken.append(page.evaluate(OPENED) / 1000)
        browser.close()
    return median(taken)


def steps(city: Workspace, period: str, areas: list[str]) -> dict[str, Used]:
    """What each step of the district reports took; "again" when nothing was left to do."""
    chosen = [word for area in areas for word in ("-a", area)]
    asked = {kind: (period, "-r", kind) for kind in ("data", "trend", "situation", "district")}
    asked["again"] = asked["district"]
    found = {}
    for step, words in asked.items():
        used = run(city, *words, *(chosen if step not in ("data", "trend") else ()))
        failed = used.answer["failed"]
        made = len(used.answer["made"]) - len(used.answer["up_to_date"])
        print(
            f"  {step:10} {made:4} made, {len(failed)} lost  {used.cpu:8.1f} s CPU"
            f"  {used.wall:8.1f} s wall  {used.peak / 1e6:5.0f} MB", *list(failed.items())[:3],
            flush=True,
        )  # fmt: skip
        found[step] = used
    return found


def reckoned(found: dict[str, Used], areas: int, of_all: int, more: float) -> None:
    """Print what all areas take, and how long with 2, 16 and 128 cores.

    What is done once is not shared out over cores: the analysis of the whole, a command without
    work, and ``more`` seconds for the plan and the index of all areas.
    """
    fixed = found["again"].cpu
    once = more + fixed + sum(found[step].cpu - fixed for step in ("data", "trend"))
    each = {step: (found[step].cpu - fixed) / areas for step in ("situation", "district")}
    told = ", ".join(f"{seconds:.2f} s CPU a {step}" for step, seconds in each.items())
    print(f"  {told}; once for all {once:.0f} s")
    spread = sum(each.values()) * of_all
    for cores in CORES:
        print(f"  {of_all} areas with {cores:3} cores: {(once + spread / cores) / 60:7.1f} minutes")


def planning(city: Workspace, period: str) -> float:
    """Print how long the plan of every area's report takes; the seconds come back."""
    started = process_time()
    jobs = plan(city.name, period, ["district"], None, ["sv"])
    taken = process_time() - started
    print(f"  plan of {len(jobs)} reports: {taken:.1f} s CPU")
    return taken


def page(city: Workspace, period: str) -> float:
    """Print how large the index of all reports is, and how soon it is open; seconds to make it."""
    reports = {}
    for language in LANGUAGES:
        for notebook in ("2_situation", "6_district_report"):
            for area in districts(city):
                asked = {"workspace": city.name, "period": period, "language": language}
                entry = {"notebook": notebook, "parameters": asked | {"area": area}}
                reports[f"{notebook}-{area}.{language}"] = entry | {"made": True, "error": ""}
    started = process_time()
    text = portal.portal(reports, city, period, "sv")
    taken = process_time() - started
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "index.html"
        file.write_text(text, encoding="utf-8")
        told = f"{text.count('<a data-kind')} reports: {len(text) / 1e6:.2f} MB"
        print(f"  index of {told}, made in {taken:.1f} s CPU, open in {opening(file):.2f} s")
    return taken


def main(words: list[str]) -> None:
    """Print the figures of one country or both."""
    if not country.PANEL.exists():
        print(f"skipped: {country.ABSENT}")
        return
    cells, numbers = country.panel(), [int(word) for word in words if word.isdigit()]
    os.environ |= {"OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(ROOT / "notebooks", root / "notebooks")
        (root / "data" / "raw").mkdir(parents=True)
        shutil.copy(ROOT / "data" / "disclosure.toml", root / "data")
        os.environ["LAGESBILD_ROOT"] = folder
        for name, period in (("kommuner", "2025"), ("sverige", "2025Q4")):
            if name in words or not {"kommuner", "sverige"} & set(words):
                city = getattr(country, name)(root, cells)
                known = list(districts(city))
                many = numbers[0] if numbers else {"kommuner": len(known), "sverige": SAMPLE}[name]
                areas = known[:: len(known) // many][:many]
                print(f"{city.settings['cityName']}: {many} of {len(known)} areas made", flush=True)
                found = steps(city, period, areas)
                more = planning(city, period) + page(city, period)
                reckoned(found, many, len(known), more)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Speed as a ratio, both ways in one run: `make bench`.

The same six reports made by papermill and nbconvert from the command line, one after the
other, and by `lagesbild run`; and three methods batched against a loop of one fit at a time, which is timed on a
few fits and multiplied. A ratio holds on a busy machine; seconds do not.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from analysis.data.current import join_parts
from analysis.running.jobs import plan
from tests.bench_early_warning import early_warning
from tests.bench_methods import panel
from tests.bench_synthetic import synthetic

ROOT = Path(__file__).parents[1]
ASKED = ("goteborg", "2017", ["district"], ["lundby", "centrum"], ["sv"])


def plainly(root: Path) -> None:
    """Papermill, then nbconvert, a process each, as their documentation shows it."""
    out = root / "plain"
    out.mkdir()
    for job in plan(*ASKED):
        if job.stage == 2:
            join_parts(job.ask.city, "2017")
        book, made = root / "notebooks" / f"{job.ask.notebook}.ipynb", out / f"{job.name}.ipynb"
        asked = [word for k, v in job.ask.model_dump().items() for word in ("-r", k, v)]
        papermill = [sys.executable, "-m", "papermill", str(book), str(made), *asked]
        subprocess.run(papermill, check=True, cwd=book.parent, capture_output=True)
        convert = [sys.executable, "-m", "nbconvert", "--to", "lagesbild", str(made)]
        subprocess.run(convert, check=True, capture_output=True)


def ours(_: Path) -> None:
    """The same reports by the command that users run."""
    words = ["run", *ASKED[:2], "-r", "district", "-a", "lundby", "-a", "centrum", "-l", "sv"]
    subprocess.run([sys.executable, "-m", "analysis", *words], check=True, capture_output=True)


def measured(way) -> float:
    """Seconds that one way takes, in a project of its own."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for part in ("data/raw/goteborg", "notebooks"):
            shutil.copytree(ROOT / part, root / part)
        os.environ["LAGESBILD_ROOT"] = folder
        started = perf_counter()
        way(root)
        return perf_counter() - started


if __name__ == "__main__":
    reports = len(plan(*ASKED))
    seconds = {way.__name__: measured(way) for way in (plainly, ours)}
    for name, taken in seconds.items():
        print(f"{name:8} {taken:6.1f} s  {60 * reports / taken:5.1f} reports a minute")
    print(
        f"ratio    {seconds['plainly'] / seconds['ours']:6.2f}  (plainly / ours, {reports} reports)"
    )
    for what, fits, bench in (
        ("999 draws of a Poisson panel, 96 areas x 120 months", 999, panel),
        ("placebo synthetic comparison, 96 units", 96, synthetic),
        ("early warning, 3,363 areas x 120 months", 0, early_warning),
    ):
        taken, each, ratio = bench()
        loop = f"{fits} fits of" if fits else "a loop of fits of"
        print(f"{what}: {taken:.2f} s, {loop} {each:.4f} s; ratio {ratio:,.0f}")

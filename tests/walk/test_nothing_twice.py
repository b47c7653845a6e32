"""What stands is not made again, what rests on a change is, and a killed run goes on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import project

pytestmark = pytest.mark.walk
ASKED = (
    "exempelstad", "2017Q3", "-r", "district", "-r", "residents", "-a", "angsvik",
    "-a", "bjorkasen", "-l", "sv",
)  # fmt: skip


def command(*words):
    return [sys.executable, "-m", "analysis", *words]


def run(root, *words, asked=ASKED) -> tuple[list[str], dict]:
    """The reports that a run made and did not find standing; its answer."""
    made = subprocess.run(
        command("run", *asked, *words, "--json"), cwd=root, capture_output=True, text=True,
        check=False, env=os.environ | {"LAGESBILD_ROOT": str(root)},
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    answer = json.loads(made.stdout)
    return sorted(set(answer["made"]) - set(answer["up_to_date"])), answer


def pages(root) -> dict[str, bytes]:
    folder = root / "reports/exempelstad/2017Q3"
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.html"))}


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """A project in which all has been made, once."""
    root = project(tmp_path_factory.mktemp("once"))
    made, answer = run(root)
    assert len(made) == len(answer["made"]) == 22
    return root


@pytest.fixture
def here(made_once, tmp_path):
    """A copy of it under another name, free to be changed."""
    return Path(shutil.copytree(made_once, tmp_path / "moved"))


def test_a_second_run_makes_nothing_and_changes_no_byte(here):
    before = {file: file.read_bytes() for file in here.rglob("*") if file.is_file()}
    assert run(here)[0] == []
    assert {file: file.read_bytes() for file in here.rglob("*") if file.is_file()} == before


def test_a_claim_does_not_rest_on_what_it_adds_to_the_results_itself(tmp_path):
    root, asked = project(tmp_path), ("goteborg", "2017", "-r", "causes", "-l", "sv")
    assert len(run(root, asked=asked)[0]) == 7
    assert run(root, asked=asked)[0] == []


def test_one_rating_of_one_district_is_told_where_it_is_read_and_nowhere_else(here):
    file = here / "data/raw/exempelstad/ratings.csv"
    row = "stadsdel:1502,2017Q3,residents,lighting,2.0"
    text = file.read_text("utf-8")
    assert text.count(row) == 1
    file.write_text(text.replace(row, row.replace("2.0", "4.5")), "utf-8")
    record = command("record", "exempelstad")
    subprocess.run(
        record, cwd=here, check=True, capture_output=True,
        env=os.environ | {"LAGESBILD_ROOT": str(here)},
    )  # fmt: skip
    before = pages(here)
    made, _ = run(here)
    assert made == [
        "1_data.sv", "2_situation-angsvik.sv", "2_situation-bjorkasen.sv",
        "6_district_report-angsvik.sv", "8_resident_report-angsvik.sv",
    ]  # fmt: skip
    changed = {name for name, page in pages(here).items() if before[name] != page}
    assert "6_district_report-angsvik.sv.html" in changed
    kept = pages(here)
    assert len(run(here, "--force")[0]) == 22
    assert pages(here) == kept


def test_a_page_that_is_gone_is_made_again_alone(here):
    before = pages(here)
    (here / "reports/exempelstad/2017Q3/6_district_report-angsvik.sv.html").unlink()
    assert run(here)[0] == ["6_district_report-angsvik.sv"]
    assert pages(here) == before


def of_session(session) -> list[int]:
    """The processes that a run has started and that live."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, its = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if state != "Z" and int(its) == session:
            found.append(int(folder.name))
    return found


@pytest.mark.parametrize("made_by_then", [1, 7])
def test_a_run_that_is_killed_leaves_no_process_and_no_half_page_and_goes_on(
    made_once, tmp_path, made_by_then
):
    root = project(tmp_path)
    one = subprocess.Popen(
        command("run", *ASKED, "--json"), cwd=root, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
        env=os.environ | {"LAGESBILD_ROOT": str(root)},
    )  # fmt: skip
    while one.poll() is None and len(pages(root)) < made_by_then:
        time.sleep(0.05)
    one.send_signal(signal.SIGKILL)
    assert one.wait() == -signal.SIGKILL
    until = time.monotonic() + 15  # a process that still imports ends once it has
    while of_session(one.pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert of_session(one.pid) == []
    whole = pages(made_once)
    assert all(whole[name] == page for name, page in pages(root).items())
    before = set(pages(root))
    made, _ = run(root)
    assert {f"{name}.html" for name in made}.isdisjoint(before)
    assert pages(root) == whole

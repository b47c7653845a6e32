"""The command line as an analyst meets it: a real process, its words and its exit code."""

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis import __main__ as command_line
from analysis.data.workspace import sha256
from analysis.running.jobs import plan


def lagesbild(*words, root=None, **env):
    return subprocess.run(
        [sys.executable, "-m", "analysis", *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | ({"LAGESBILD_ROOT": str(root)} if root else {}) | env,
    )


def test_check_accounts_for_every_row():
    asked = lagesbild("check", "goteborg", "--json")
    answer = json.loads(asked.stdout)
    assert (asked.returncode, answer["problems"]) == (0, [])
    for row in answer["ledger"]:
        assert row["rows_in"] == row["rows_used"] + row["rows_rejected"]
    assert len(answer["rejected"]) == sum(row["rows_rejected"] for row in answer["ledger"]) == 2


def test_plan_shows_without_making(tmp_path):
    asked = lagesbild(
        "plan", "goteborg", "2017", "--report", "district", "--area", "lundby", "--lang", "sv"
    )
    assert asked.returncode == 0
    assert asked.stdout.splitlines() == [
        "1  1_data.sv.html", "2  2_situation-lundby.sv.html", "2  3_trend.sv.html",
        "4  6_district_report-lundby.sv.html", "4 reports",
    ]  # fmt: skip
    answer = json.loads(lagesbild("plan", "--json").stdout)
    assert len(answer) == 56


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("run", "goteborg", "2017", "--area", "lundbi"), "did you mean 'lundby'"),
        (("run", "goteborg", "2017", "--report", "leader"), "did you mean 'leadership'"),
        (("run", "goteborg", "2031"), "Allowed: 2011, 2012"),
        (("run", "göteborg"), "did you mean 'goteborg'"),
        (("run", "goteborg", "2017", "--lang", "fi"), "Allowed: sv, en"),
        (("check", "../shared"), "workspace '../shared' is not known here"),
        (("open", "goteborg", "2013"), "lagesbild run goteborg 2013"),
        (("run", "--jobs", "0"), "greater than or equal to"),
        (("rnu",), "No such command"),
        (("plan", "goteborg@1999-01-01"), "nothing of goteborg@1999-01-01 was known then"),
        (("run", "goteborg@1999-01-01"), "what is known begins on 20"),
        (("check", "goteborg@1999-01-01"), "Ask for that day or later."),
        (("fetch", "goteborg", "bra"), "file to fetch 'bra' is not known here"),
        (("record", "goteborg", "bra.csv"), "Allowed: areas.csv, "),
        (("new", "Malmö", "--kommun", "1280"), "must be lower-case letters"),
        (("new", "goteborg", "--kommun", "1480"), "is already there"),
    ],
)
def test_a_wrong_question_ends_with_64_and_the_right_one(words, answer):
    asked = lagesbild(*words)
    assert asked.returncode == 64
    assert answer in " ".join(asked.stderr.split())
    assert "Traceback" not in asked.stderr


def test_a_held_folder_ends_with_75(workspace):
    folder = workspace / "reports" / "goteborg" / "2017"
    folder.mkdir(parents=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asked = lagesbild("run", "goteborg", "2017", "--report", "data", root=workspace)
    assert asked.returncode == 75
    assert "another run holds" in asked.stderr
    assert not list(folder.glob("*.html"))


def test_a_changed_raw_file_stops_the_check_and_names_it(workspace):
    file = workspace / "data" / "raw" / "goteborg" / "population.csv"
    file.write_text(file.read_text("utf-8").replace("51931", "51932"), encoding="utf-8")
    asked = lagesbild("check", "goteborg", root=workspace)
    assert asked.returncode == 3
    assert "population.csv: the file has changed since it was entered" in asked.stdout
    assert "lagesbild record goteborg population.csv" in asked.stdout


def test_a_report_that_fails_ends_with_3_and_its_name(workspace):
    book = workspace / "notebooks" / "1_data.ipynb"
    source = json.loads(book.read_text("utf-8"))
    source["cells"][-1]["source"] = ["raise ValueError('a broken cell')"]
    book.write_text(json.dumps(source), encoding="utf-8")
    asked = lagesbild(
        "run", "goteborg", "2017", "--report", "data", "--lang", "sv", "--json", root=workspace
    )
    assert asked.returncode == 3
    failed = json.loads(asked.stdout)["failed"]
    assert "ValueError: a broken cell" in failed["1_data.sv"]
    assert not (workspace / "reports/goteborg/2017/1_data.sv.html").exists()


def test_a_new_city_is_laid_out_and_checks(workspace):
    assert lagesbild("new", "norrkoping", "--kommun", "0581", root=workspace).returncode == 0
    asked = lagesbild("check", "norrkoping", root=workspace)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert "0581" in (workspace / "data/raw/norrkoping/datapackage.json").read_text("utf-8")


def test_help_is_in_plain_words_and_names_the_exit_codes():
    told = " ".join(lagesbild("--help", COLUMNS="200").stdout.split())
    for command in ("check", "plan", "run", "list", "open", "new", "--install-completion"):
        assert command in told
    assert "0 all made; 3 some reports failed, and which; 64 a wrong question" in told


def test_list_says_what_to_do_when_nothing_is_made(workspace):
    asked = lagesbild("list", "goteborg", root=workspace)
    assert asked.stdout == "nothing made yet: lagesbild run goteborg\n"


def test_list_without_a_city_lists_what_every_city_has(workspace):
    for city in ("goteborg", "exempelstad"):
        folder = workspace / "reports" / city / "2017"
        folder.mkdir(parents=True)
        (folder / "1_data.sv.html").write_text(city)
        entry = {
            "notebook": "1_data", "parameters": {"workspace": city, "period": "2017"},
            "made": True, "error": "", "bytes": 9, "made_at": "2026-11-25T04:55:18+00:00",
        }  # fmt: skip
        manifest = {"reports": {"1_data.sv": entry}}
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    told = lagesbild("list", root=workspace).stdout
    assert [line.split()[0].split("reports/")[1] for line in told.splitlines()] == [
        "exempelstad/2017/1_data.sv.html", "goteborg/2017/1_data.sv.html",
    ]  # fmt: skip


def test_a_file_that_is_in_no_record_stops_nothing_and_is_told(workspace):
    folder = workspace / "data/raw/goteborg"
    for name in ("~$areas.xlsx", "brev.docx", "areas.xlsx"):
        (folder / name).write_bytes(b"x")
    asked = lagesbild("check", "goteborg", root=workspace)
    assert asked.returncode == 0
    for name in ("~$areas.xlsx", "brev.docx"):
        assert f"not read: {name}; it is in no record of datapackage.json.\n" in asked.stdout
    assert "To enter it: lagesbild record goteborg areas.xlsx\n" in asked.stdout


def test_a_wait_for_a_provider_is_told_beside_the_answer(monkeypatch, capsys):
    waited = []
    monkeypatch.setattr(command_line.time, "sleep", waited.append)
    for seconds in (0.2, 30.0):
        command_line._wait("population-scb", seconds)
    assert waited == [0.2, 30.0]
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "population-scb: waiting 30 s before the next call\n")


def test_a_run_tells_what_was_set_aside_and_what_was_left_out_and_why(read, monkeypatch):
    jobs = plan("goteborg", "2017")
    monkeypatch.setattr(command_line.tables, "load", lambda city: read)
    assert command_line._left_out(jobs) == [
        "2 rows were not used: lagesbild check goteborg says which and why.",
        "Not made, for lack of data: evaluation (incidents has no rows; measures has no rows; "
        "indicators has no rows), residents (ratings has no rows; measures has no rows), "
        "acute (acute_events has no rows).",
    ]
    jobs += [SimpleNamespace(ask=SimpleNamespace(notebook="5_evaluation"))]
    assert "Not made, for lack of data: residents (" in command_line._left_out(jobs)[1]


def test_check_says_in_which_years_a_register_is_not_as_large_as_the_official_totals(
    made_up, made_up_tables
):
    crimes = made_up_tables["crime_items"].query("adds_to_total == 'yes'")["item"]
    events = made_up_tables["incidents"]
    held = events[events["item"].isin(crimes)].registered.dt.year.value_counts()
    official = pd.DataFrame(
        {"area_id": "kommun:9999", "year": [2015, 2016], "item": "total",
         "count": [held[2015], 2 * held[2016]]}
    )  # fmt: skip
    beside = replace(made_up_tables, by_name=made_up_tables.by_name | {"crime_counts": official})
    (told,) = command_line._off(beside, made_up)
    assert told == (
        "Bring incidents in line with the official totals, or state a shorter period in its record "
        "of datapackage.json; until then nothing is counted from it: "
        f"2016: {held[2016]} of {2 * held[2016]}."
    )
    assert command_line._off(made_up_tables, made_up) == []


def test_check_names_a_reference_that_leads_nowhere_with_the_nearest(workspace):
    folder = workspace / "data/raw/exempelstad"
    file = folder / "measures.csv"
    file.write_text(file.read_text("utf-8").replace("M03,C07,", "M03,C07x,"), "utf-8")
    record = json.loads((folder / "datapackage.json").read_text("utf-8"))
    (mine,) = [r for r in record["resources"] if r["path"] == "measures.csv"]
    mine["hash"] = f"sha256:{sha256(file)}"
    (folder / "datapackage.json").write_text(json.dumps(record), "utf-8")
    asked = lagesbild("check", "exempelstad", "--json", LAGESBILD_ROOT=str(workspace))
    (told,) = json.loads(asked.stdout)["dangling"]
    assert told.startswith("measures (measures, line 4): cause_id 'C07x' is not in causes.cause_id")
    assert "did you mean 'C07'?" in told
    assert json.loads(lagesbild("check", "exempelstad", "--json").stdout)["dangling"] == []


def test_a_run_on_raw_data_that_changed_stops_before_it_starts_and_record_enters_them(workspace):
    file = workspace / "data/raw/exempelstad/duties.csv"
    file.write_text(
        file.read_text("utf-8") + "follow_up,Uppföljning,Follow-up,2017-09-01,\n", "utf-8"
    )
    words = ("run", "exempelstad", "-r", "data", "-l", "sv")
    asked = lagesbild(*words, LAGESBILD_ROOT=str(workspace))
    assert asked.returncode == 3
    assert "lagesbild record exempelstad duties.csv" in asked.stderr
    assert "failed: " not in asked.stderr
    entered = lagesbild("record", "exempelstad", "duties.csv", LAGESBILD_ROOT=str(workspace))
    assert (entered.returncode, entered.stdout[:11]) == (0, "duties.csv:")
    again = lagesbild("check", "exempelstad", LAGESBILD_ROOT=str(workspace))
    assert again.returncode == 0

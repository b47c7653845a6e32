"""Workers die: what was in their hands is made again, and only a report that kills is blamed."""

import os
import signal
from pathlib import Path

import pytest

from analysis.running import crew
from analysis.running.crew import DIED, Crew
from analysis.running.jobs import Outcome, plan


@pytest.fixture(scope="module")
def jobs():
    return plan("goteborg", "2017", ["situation"], languages=["sv"])[1:]


def name_of(notebook, parameters):
    return f"{notebook}-{parameters['area']}.{parameters['language']}"


def killed_by_lundby(root, notebook, parameters):
    if parameters["area"] == "lundby":
        os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(name_of(notebook, parameters), 0.1, size=1)


def killed_once(root, notebook, parameters):
    name = name_of(notebook, parameters)
    seen = Path(root) / name
    if parameters["area"] in ("lundby", "centrum") and not seen.exists():
        seen.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(name, 0.1, size=1)


def made(root, jobs, make):
    told = []
    with Crew(root, make, at_once=2) as workers:
        outcomes = list(workers.outcomes(jobs, lambda what, job, _: told.append((what, job.name))))
    names = [job.name for job in jobs]
    assert sorted(told) == sorted([(w, n) for n in names for w in ("start", "end")])
    return {outcome.name: outcome for outcome in outcomes}


def test_a_report_that_kills_its_worker_is_named_and_no_other_is_lost(jobs, tmp_path):
    outcomes = made(tmp_path, jobs, killed_by_lundby)
    assert len(outcomes) == len(jobs) == 10
    assert {name: o.error for name, o in outcomes.items() if not o.made} == {
        "2_situation-lundby.sv": DIED
    }


def test_a_worker_that_was_killed_loses_no_report(jobs, tmp_path):
    outcomes = made(tmp_path, jobs, killed_once)
    assert len(outcomes) == 10 and all(outcome.made for outcome in outcomes.values())


def test_nobody_is_called_when_there_is_nothing_to_make(tmp_path, monkeypatch):
    monkeypatch.setattr(crew, "ProcessPoolExecutor", None)
    with Crew(tmp_path, killed_once) as workers:
        assert list(workers.outcomes([], None)) == []


def test_memory_limits_how_many_reports_are_made_at_once(monkeypatch):
    class Memory:
        available = 2.5 * crew.A_REPORT

    monkeypatch.setattr(crew, "cores", lambda: 16)
    assert crew.room() <= 17
    monkeypatch.setattr(crew.psutil, "virtual_memory", lambda: Memory)
    assert crew.room() == 2
    Memory.available = 0
    assert crew.room() == 1

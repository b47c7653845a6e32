"""A run on a real Dask cluster of this machine: the same pages, also when a worker is killed."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import Future
from contextlib import suppress
from hashlib import sha256

import psutil
import pytest

from analysis.running import cluster
from analysis.running.cluster import GONE, Cluster
from analysis.running.crew import Crew
from analysis.running.jobs import Outcome, plan
from analysis.words.questions import WrongQuestion
from tests.conftest import project
from tests.running.test_forks import is_over

WANTED = ["goteborg", "2017", "-r", "district", "-l", "sv"] + [
    word for area in ("lundby", "centrum", "angered") for word in ("-a", area)
]
FORK_SERVER = "analysis.running.forkserver"
slow = pytest.mark.walk


def dask(*words, log):
    """A command of Dask's as a user starts it, with all that it says in a file."""
    with open(log, "wb") as stream:
        command = [sys.executable, "-m", "dask", *words, "--host", "127.0.0.1", "--no-dashboard"]
        return subprocess.Popen(command, stdout=stream, stderr=stream)


def ended(process):
    process.terminate()
    process.wait()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """A scheduler without workers: its address."""
    log = tmp_path_factory.mktemp("scheduler") / "log"
    process = dask("scheduler", "--port", "0", log=log)
    while not (found := re.search(r"Scheduler at:\s+(\S+)", log.read_text())):
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    yield found[1]
    ended(process)


@pytest.fixture
def nanny(scheduler, tmp_path):
    """Two workers and the process that starts them again."""
    process = dask(
        "worker", scheduler, "--nworkers", "2", "--nthreads", "1",
        "--local-directory", str(tmp_path / "scratch"), log=tmp_path / "workers.log",
    )  # fmt: skip
    yield psutil.Process(process.pid)
    ended(process)


def run(root, *words, **env):
    return subprocess.Popen(
        [sys.executable, "-m", "analysis", "run", *WANTED, "--json", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"LAGESBILD_ROOT": str(root)} | env,
    )  # fmt: skip


def at_work(nanny) -> tuple[psutil.Process, list[psutil.Process]] | None:
    """A worker whose kernel runs, with its fork server and kernel."""
    with suppress(psutil.NoSuchProcess):
        for worker in nanny.children():
            below = worker.children(recursive=True)
            if len(below) == 2 and all(FORK_SERVER in one.cmdline() for one in below):
                return worker, below
    return None


def pages(root) -> dict[str, str]:
    folder = root / "reports" / "goteborg" / "2017"
    files = [*folder.glob("[1-9]*.html"), folder / "results.csv"]
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in files}


def until(answer, process):
    """What is asked for, once there is an answer, as long as a process runs."""
    while not (found := answer()):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    return found


@slow
def test_a_killed_worker_loses_no_report_and_the_pages_are_those_of_a_local_run(
    scheduler, nanny, tmp_path
):
    here, there = project(tmp_path / "here"), project(tmp_path / "there")
    on_cluster = run(there, "--scheduler", scheduler)
    until((there / "reports/goteborg/2017/1_data.sv.html").exists, on_cluster)
    worker, below = until(lambda: at_work(nanny), on_cluster)
    worker.kill()
    assert all(is_over(one.pid) for one in below)
    told, noise = on_cluster.communicate()
    assert (on_cluster.returncode, noise) == (0, "")
    assert len(json.loads(told)["made"]) == 8
    assert "Restarting worker" in (tmp_path / "workers.log").read_text()

    locally = run(here)
    assert locally.communicate()[1] == "" and locally.returncode == 0
    assert len(pages(here)) == 9 and pages(there) == pages(here)

    left = nanny.children(recursive=True)
    assert any(FORK_SERVER in one.cmdline() for one in left)
    nanny.kill()
    assert all(is_over(one.pid) for one in left)


@slow
def test_a_port_where_nobody_answers_is_a_wrong_question_without_noise(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    asked = run(project(tmp_path / "own"), "--scheduler", address)
    told, said = asked.communicate()
    assert (asked.returncode, told) == (64, "")
    assert said.splitlines() == [
        f"--scheduler '{address}' reaches no Dask scheduler: no answer within 5 s. Give the "
        "address that dask scheduler prints, such as tcp://10.0.0.7:8786."
    ]
    assert not (tmp_path / "own" / "reports").exists()


def test_something_else_that_listens_is_no_scheduler(monkeypatch):
    monkeypatch.setattr(cluster, "_PATIENCE", 0.3)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        with pytest.raises(WrongQuestion, match="reaches no Dask scheduler: no answer within"):
            cluster.workers(f"tcp://127.0.0.1:{mute.getsockname()[1]}")


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("10.0.0.7", "missing port number"),
        ("http://10.0.0.7:8787", "unknown address scheme 'http'"),
        ("tls://10.0.0.7:8786", "check your TLS configuration"),
    ],
)
def test_what_is_no_address_of_a_scheduler_is_refused_with_why(address, why):
    with pytest.raises(WrongQuestion, match=f"--scheduler '{address}' .*{why}"):
        cluster.workers(address)


def test_without_dask_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WrongQuestion, match=r"pip install 'lagesbild\[cluster\]', here and on"):
        cluster.workers("tcp://127.0.0.1:8786")


class Client:
    """Dask's as a crew sees it: one job is made at once, the others when its scheduler likes."""

    status = "running"

    def __init__(self):
        self.in_hand = []

    def get_executor(self, pure):
        assert not pure  # or a job that is tried again would get its first answer
        return self

    def submit(self, make, root, notebook, parameters):
        assert self.status == "running"  # or nobody would ever answer
        self.in_hand.append(Future())
        if len(self.in_hand) == 1:
            self.in_hand[0].set_result(Outcome("the first", 0.1, size=1))
        return self.in_hand[-1]

    def lose(self):
        self.status = "connecting"
        for future in self.in_hand[1:]:
            future.cancel()
            future.set_running_or_notify_cancel()


def test_all_of_a_stage_is_handed_over_and_none_waits_for_a_scheduler_that_is_gone(tmp_path):
    jobs = plan("goteborg", "2017", ["situation"], languages=["sv"])[1:]
    client = Client()
    with Crew(tmp_path, None, executor=Cluster(client)) as crew:
        ending = crew.outcomes(jobs, lambda *_: None)
        assert next(ending).made and len(client.in_hand) == len(jobs) == 10
        client.lose()
        lost = list(ending)
    assert sorted(o.name for o in lost) == sorted(job.name for job in jobs[1:])
    assert {o.error for o in lost} == {f"ConnectionError: {GONE}"}

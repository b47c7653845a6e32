"""Who makes the jobs: processes of this machine, or whatever executor is given.

A worker that dies takes no report with it: what was in its hands is made again, alone, so that
the one report that kills its worker is found and the others are not blamed.
"""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

import psutil

from analysis.running import forks, kernel
from analysis.running.jobs import Job, Outcome

DIED = "its worker process ended before the report was made, twice: killed, or out of memory"
A_REPORT = 900e6  # bytes of memory that a worker and its kernel take at most


class Crew:
    """Workers that are called when the first job comes, and leave when the block ends.

    Parameters
    ----------
    root
        The project's folder.
    make
        What makes one job from root, notebook and parameters; it runs in a worker.
    at_once
        Jobs in hand at the same time. When None, as many as cores and memory allow; of workers
        elsewhere all, since their scheduler keeps the queue and knows who comes and goes.
    executor
        Workers elsewhere; processes of this machine when None.
    """

    def __init__(
        self,
        root: Path,
        make: Callable[[str, str, dict[str, str]], Outcome],
        at_once: int | None = None,
        executor: Executor | None = None,
    ):
        self._root, self._make, self._given = str(root), make, executor
        self._at_once = at_once or (room() if executor is None else sys.maxsize)
        self._here: Executor | None = None
        self._stack = ExitStack()

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *problem) -> None:
        self._stack.close()

    def outcomes(
        self, jobs: list[Job], tell: Callable[[str, Job, Outcome | None], None]
    ) -> Iterator[Outcome]:
        """What became of each job, in the order in which they end.

        Parameters
        ----------
        jobs
            Jobs that do not build on each other.
        tell
            Called with ("start", job, None) and ("end", job, outcome).
        """
        waiting, suspects = deque(jobs), deque()
        tried: set[str] = set()
        running: dict[Future, Job] = {}
        while waiting or suspects or running:
            while (suspects and not running) or (
                waiting and not suspects and len(running) < self._at_once
            ):
                job = (suspects or waiting).popleft()
                if job.name not in tried:
                    tell("start", job, None)
                running[self._submit(job)] = job
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                try:
                    outcome = future.result()
                except Exception as problem:  # noqa: BLE001 - its worker died, or gave it up
                    self._dismiss()
                    if job.name not in tried:
                        tried.add(job.name)
                        suspects.append(job)
                        continue
                    outcome = Outcome(job.name, 0.0, error=_why(problem))
                tell("end", job, outcome)
                yield outcome

    def _submit(self, job: Job) -> Future:
        """A job in the hands of the workers; a failed one when nobody takes it."""
        try:
            return self._workers().submit(
                self._make, self._root, job.ask.notebook, job.ask.model_dump()
            )
        except Exception as problem:  # noqa: BLE001 - they died with nothing in hand, or are gone
            refused = Future()
            refused.set_exception(problem)
            return refused

    def _workers(self) -> Executor:
        if self._given is not None:
            return self._given
        if self._here is None:
            at = self._stack.enter_context(forks.server())
            self._here = self._stack.enter_context(
                ProcessPoolExecutor(
                    self._at_once,
                    get_context("spawn"),
                    kernel.prepare_worker,
                    (self._root, at),
                )
            )
        return self._here

    def _dismiss(self) -> None:
        """Let go of workers of whom one has died; others are called when a job comes."""
        self._stack.close()
        self._here = None


def _why(problem: Exception) -> str:
    """Why a job was given up for good."""
    return DIED if isinstance(problem, BrokenExecutor) else f"{type(problem).__name__}: {problem}"


def cores() -> int:
    """How many processors this process may use."""
    return max(1, len(os.sched_getaffinity(0)))


def room() -> int:
    """How many reports to make at once: one more than there are cores, as memory allows.

    A report waits now and then, for its kernel or the disk; another fills the gap.
    """
    return max(1, min(cores() + 1, int(psutil.virtual_memory().available // A_REPORT)))

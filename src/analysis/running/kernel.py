"""A notebook is run by a real kernel, alone, quietly, and saved once it is whole.

Kernels talk over private sockets, use one thread of arithmetic each, and forget
everything with the report that they made.
"""

import os
import shutil
import sys
import tempfile
from multiprocessing import parent_process
from pathlib import Path
from threading import Lock, Thread

from analysis.data.trace import MIME
from analysis.running import forks
from analysis.running.provisioner import FORKS
from analysis.running.warm import QUIET, without

with without():
    from jupyter_client.manager import AsyncKernelManager
    from nbformat import NotebookNode

_ONE_AT_A_TIME = Lock()  # papermill changes the folder of the whole process while it runs


class PrivateKernelManager(AsyncKernelManager):
    """A kernel manager that talks over sockets in a folder only the user can open.

    The sockets' names follow from the connection file, so that is named first; two kernels
    with unnamed files would share their sockets. What a kernel prints beside its cells (it
    logs every shutdown as an error) goes to a log in the same folder, and with it.
    """

    def __init__(self, **traits):
        super().__init__(**traits)
        if sys.platform != "win32":
            folder = Path(tempfile.mkdtemp(prefix="lb-"))
            self.connection_file = str(folder / "kernel.json")
            self.transport = "ipc"

    async def _async_start_kernel(self, **options) -> None:
        log = Path(self.connection_file).with_suffix(".log") if self.transport == "ipc" else None
        with open(log or os.devnull, "ab") as stream:
            await super()._async_start_kernel(stdout=stream, stderr=stream, **options)

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart and self.transport == "ipc":
            shutil.rmtree(Path(self.connection_file).parent, ignore_errors=True)

    start_kernel = _async_start_kernel
    cleanup_resources = _async_cleanup_resources


def prepare_worker(root: str, forks_at: str) -> None:
    """Set up a worker process of a run here: its kernels are forks of the run's one server.

    It ends with the run, also when the run is killed, and its kernels end with it.
    """
    os.environ[FORKS] = forks_at
    Thread(target=_end_with_parent, daemon=True).start()
    prepare(root)


def _end_with_parent() -> None:
    parent_process().join()
    os._exit(1)


def prepare(root: str) -> None:
    """Set up a process that makes reports: which project, and one thread of arithmetic each."""
    os.environ.update(QUIET | {"LAGESBILD_ROOT": root})
    if FORKS not in os.environ:
        os.environ[FORKS] = forks.own()


def execute(notebook: Path, parameters: dict[str, str]) -> NotebookNode:
    """The notebook with its outputs, run from top to end by papermill in a kernel of its own.

    Parameters
    ----------
    notebook
        The notebook as it is kept, without outputs.
    parameters
        Values for its parameters cell.

    Raises
    ------
    papermill.PapermillExecutionError
        When a cell fails; nothing is written.
    """
    with without():
        import papermill

    with _ONE_AT_A_TIME:
        executed = papermill.execute_notebook(
            notebook,
            None,
            parameters=parameters,
            kernel_name="python3",
            kernel_manager_class=PrivateKernelManager,
            progress_bar=False,
            request_save_on_cell_execute=False,
            shutdown_kernel="immediate",
            cwd=str(notebook.parent),
        )
    return without_traces(executed)


def noted(executed: NotebookNode) -> dict[str, str]:
    """What a notebook noted as read, which goes with its last output; empty when nothing."""
    for cell in reversed(executed.cells):
        for output in cell.get("outputs", []):
            if MIME in output.get("data", {}):
                return output["data"][MIME]
    return {}


def without_traces(executed: NotebookNode) -> NotebookNode:
    """The notebook without clock times, random ids and paths: same inputs, same bytes."""
    executed.metadata.pop("papermill", None)
    executed.metadata.pop("widgets", None)
    executed.metadata["language_info"] = {"name": "python"}
    for cell in executed.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
    return executed

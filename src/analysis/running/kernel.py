"""A notebook is run by a real kernel, alone, quietly, and saved once it is whole.

Kernels talk over private sockets, use one thread of arithmetic each, and forget
everything with the report that they made.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode

QUIET = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


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


def prepare_worker(root: str) -> None:
    """Set up a worker process: which project, and one thread of arithmetic each."""
    os.environ.update(QUIET)
    os.environ["LAGESBILD_ROOT"] = root
    # jsonschema's format checks for web addresses cost seconds to import and are never used here
    sys.modules.setdefault("rfc3987_syntax", None)


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
    import papermill

    executed = papermill.execute_notebook(
        notebook,
        None,
        parameters=parameters,
        kernel_name="python3",
        kernel_manager_class=PrivateKernelManager,
        progress_bar=False,
        request_save_on_cell_execute=False,
        cwd=str(notebook.parent),
    )
    return without_traces(executed)


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

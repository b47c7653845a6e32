"""What a warm process has at hand, and how a fork of it is made like a process that just started.

Nothing of one report reaches another: a fork begins before any report was made, with randomness,
environment, folder, warnings and display of its own.
"""

import builtins
import gc
import os
import random
import sys
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace

MODULES = (
    "pandas", "pyarrow.parquet", "scipy.stats", "statsmodels.api", "matplotlib.pyplot", "seaborn",
    "ipykernel.kernelapp", "ipykernel.debugger", "IPython.core.completer",
    "matplotlib.backends.backend_svg", "analysis.chain.evaluation", "analysis.data.tables",
    "analysis.telling.brief", "analysis.telling.causes", "analysis.telling.claims",
    "analysis.telling.evaluations", "analysis.telling.joint", "analysis.telling.links",
    "analysis.telling.maps", "analysis.telling.panels", "analysis.telling.plain",
    "analysis.telling.records", "analysis.telling.sentences",
)  # fmt: skip
QUIET = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "JUPYTER_DEFAULT_PROVISIONER_NAME": "lagesbild-warm",
}
LEFT_OUT = {
    "polars": "statsmodels imports it where it is, and it starts threads",
    "rfc3987_syntax": "jsonschema imports it for checks that nothing here asks for: seconds",
}


@contextmanager
def without(names=tuple(LEFT_OUT)):
    """Hide modules that others would import for nothing; who asks for them later gets them."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def up() -> dict[str, str]:
    """Import what reports use and rehearse what is slow the first time, so that no fork has to.

    Returns
    -------
    dict
        What the imports put into the environment, as they do in a kernel.
    """
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    before = set(os.environ)
    with without(), _as_in_a_kernel():
        for name in MODULES:
            import_module(name)
    _rehearse()
    gc.collect()
    gc.freeze()
    return {name: os.environ[name] for name in set(os.environ) - before}


@contextmanager
def _as_in_a_kernel():
    """Pandas chooses how wide a table it shows by whether a kernel imports it."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)
    try:
        yield
    finally:
        del builtins.get_ipython


def _rehearse() -> None:
    """Once what each report does: rules on a table, texts, a block of a page, a figure.

    And the hash of the code, which is that of what was imported here.
    """
    import io

    import matplotlib
    from matplotlib.figure import Figure

    from analysis.data import trace
    from analysis.data.parameters import LANGUAGES
    from analysis.data.schemas import broken_rules
    from analysis.data.tables import empty
    from analysis.telling import sheets, text

    trace.code()
    broken_rules("areas", empty("areas"))
    for language in LANGUAGES:
        sheets.say(text.words(language).number(1.5))
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        figure = Figure()
        figure.subplots().set_title("warm")
        figure.savefig(io.BytesIO(), format="svg")


def threads() -> int:
    """How many threads this process has, those of libraries included."""
    return len(os.listdir("/proc/self/task"))


def fresh(environment: dict[str, str], folder: str, arguments: list[str]) -> None:
    """Make a fork like a process that was just started with an environment, folder and arguments.

    Parameters
    ----------
    environment
        The whole environment; nothing of the present one is kept.
    folder
        Where it works.
    arguments
        The command line, as ``sys.argv`` has it.
    """
    import numpy as np

    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(Path(folder))
    sys.argv = arguments
    random.seed()
    np.random.seed()
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType):
            vars(module).pop("__warningregistry__", None)

"""What a notebook has read, each by a name and a hash of the answer: the reasons to run it again.

Data are read through few doors, and each door notes here what was asked of it. A kernel runs one
notebook, so what is noted in its process is that notebook's.
"""

import hashlib
import json
import platform
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from analysis.data.workspace import sha256

MIME = "application/vnd.lagesbild.read+json"  # as which it goes with a notebook's last output
LIBRARIES = ("papermill", "nbconvert", "pandas", "statsmodels", "scipy", "matplotlib", "seaborn")
_read: dict[str, str] = {}


def note(what: str, answer: str) -> None:
    """Note that something was read, with the hash of what came out."""
    _read[what] = answer


def read() -> dict[str, str]:
    """What was read so far and by which code, by its name with its hash."""
    return {"code": code()} | _read


def forget() -> None:
    """Begin anew, where one process runs notebook after notebook."""
    _read.clear()


def digest(content: bytes) -> str:
    """The hash by which two answers are told apart."""
    return hashlib.sha256(content).hexdigest()


def of_file(file: Path) -> str:
    """The hash of a file; blank when there is none."""
    return sha256(file) if file.exists() else ""


def of_notebook(file: Path) -> str:
    """The hash of what a notebook says and does; saved with its outputs it is the same notebook.

    Blank when there is none.
    """
    if not file.exists():
        return ""
    book = json.loads(file.read_text(encoding="utf-8"))
    cells = [
        [cell["cell_type"], cell["id"], "".join(cell["source"]), cell["metadata"].get("tags", [])]
        for cell in book["cells"]
    ]
    return digest(repr((book["metadata"].get("lagesbild"), cells)).encode())


@cache
def code() -> str:
    """The hash of this library, its texts and templates, and the versions of what it stands on."""
    found = {
        str(file.relative_to(files("analysis"))): digest(file.read_bytes())
        for file in sorted(files("analysis").rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }
    return digest(repr((found, versions())).encode())


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that a report's bytes hang on."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}

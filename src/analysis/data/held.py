"""One run at a time in a folder, so that two never write over each other's work."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Busy(Exception):
    """Another run holds the folder."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder for one run; the hold ends with the run, however it ends.

    Raises
    ------
    Busy
        When another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(
                f"another run holds {folder}: wait until it has ended, then try again."
            ) from None
        yield

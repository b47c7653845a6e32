"""A file under its final name is whole: old or new, never half of either."""

import os
import tempfile
from pathlib import Path


def write_atomically(file: Path, content: bytes) -> Path:
    """Write ``content`` beside ``file``, flush it to disk, then put it in place in one step.

    Raises
    ------
    OSError
        When the disk is full or the folder may not be written; the old file is untouched.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, staged = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(staged, 0o644)
        os.replace(staged, file)
    except BaseException:
        Path(staged).unlink(missing_ok=True)
        raise
    return file

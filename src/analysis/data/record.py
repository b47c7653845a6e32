"""A file that was changed on purpose is entered anew in the record, in one step and with its date.

Received files are not edited; registers are, every week. Neither changes without a trace: each
version that is entered is kept, so that what was told by it can be told again.
"""

import json
from datetime import date
from pathlib import Path

from analysis.data.tables import read_raw
from analysis.data.workspace import EDITION, Workspace, sha256
from analysis.data.write import write_atomically
from analysis.words.questions import one_of


def changed(city: Workspace) -> list[str]:
    """The files that no longer have the bytes of their record, by their names."""
    return [one.path for one in city.resources if one.file.exists() and not one.unchanged]


def renew(city: Workspace, path: str, on: date) -> int:
    """Enter a raw file's hash, size and day in ``datapackage.json``; its rows, once it is readable.

    Parameters
    ----------
    city
        The workspace.
    path
        The file's name as recorded.
    on
        The day that it was changed.

    Raises
    ------
    WrongQuestion
        When no such file is recorded, or it cannot be read; then nothing is entered.
    """
    one_of("file", path, [record["path"] for record in city.package["resources"]])
    (resource,) = [one for one in city.resources if one.path == path]
    rows = len(read_raw(resource))
    package = json.loads(json.dumps(city.package))
    (record,) = [one for one in package["resources"] if one["path"] == path]
    before = {part: record[part] for part in EDITION} | {"path": _kept(record)}
    kept_before = city.raw / before["path"]
    intact = kept_before.exists() and f"sha256:{sha256(kept_before)}" == before["hash"]
    if intact and before["retrieved"] != on.isoformat():
        record.setdefault("earlier", []).append(before)
    record |= {
        "hash": f"sha256:{sha256(resource.file)}",
        "bytes": resource.file.stat().st_size,
        "retrieved": on.isoformat(),
    }
    write_atomically(city.raw / _kept(record), resource.file.read_bytes())
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    write_atomically(city.raw / "datapackage.json", text.encode())
    return rows


def _kept(record: dict) -> str:
    """Where the version of a register that its record describes is kept."""
    file = Path(record["path"])
    return f"editions/{file.stem}/{record['retrieved'][:10]}{file.suffix}"

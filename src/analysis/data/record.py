"""A file that was changed on purpose is entered anew in the record, in one step and with its date.

Received files are not edited; registers are, every week. Neither changes without a trace.
"""

import json
from datetime import date

from analysis.data.tables import read_raw
from analysis.data.workspace import Workspace, sha256
from analysis.data.write import write_atomically
from analysis.words.questions import one_of


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
    record |= {
        "hash": f"sha256:{sha256(resource.file)}",
        "bytes": resource.file.stat().st_size,
        "retrieved": on.isoformat(),
    }
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    write_atomically(city.raw / "datapackage.json", text.encode())
    return rows

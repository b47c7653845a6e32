"""A file that was changed on purpose is entered anew in the record, in one step and with its date.

Received files are not edited; registers are, every week. Neither changes without a trace: each
version that is entered is kept, so that what was told by it can be told again.
"""

import json
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.data.explain import example_rows
from analysis.data.held import held
from analysis.data.tables import read_raw
from analysis.data.workspace import Resource, Workspace, edition, sha256
from analysis.data.write import write_atomically
from analysis.words.questions import WrongQuestion, one_of


def changed(city: Workspace) -> list[str]:
    """The files that no longer have the bytes of their record, by their names."""
    return [one.path for one in city.resources if one.file.exists() and not one.unchanged]


def namesakes(city: Workspace, path: str) -> list[str]:
    """The recorded files that are called as a file is but for their ending."""
    paths = [one["path"] for one in city.records if one.get("path")]
    return [one for one in paths if one != path and Path(one).stem == Path(path).stem]


def recorded_as(city: Workspace, path: str) -> str:
    """The name under which a raw file is recorded: its own, or that of the one it stands in for.

    A workbook takes the place of the template of its table, as long as nothing was written there.

    Parameters
    ----------
    city
        The workspace.
    path
        The file's name.

    Raises
    ------
    WrongQuestion
        When no record is of that file, or of a template that it can stand in for.
    """
    records = {one["path"]: one for one in city.records if one.get("path")}
    others = namesakes(city, path)
    if path in records or not others or not (city.raw / path).is_file():
        return one_of("file", path, records)
    for other in others:
        if city.untouched(records[other]) or not (city.raw / other).exists():
            return other
    raise WrongQuestion(
        f"{path} is in no record of datapackage.json, and {others[0]} is more than an empty "
        f"template: when {path} holds all of its rows too, remove {others[0]}; else write them in "
        "one of the two."
    )


def renew(city: Workspace, path: str, on: date) -> int:
    """Enter a raw file's hash, size, rows and day in ``datapackage.json``; its rows come back.

    The row that shows how one may look is no row. The sources of the record become those that the
    rows name, so that nobody is credited for what is not theirs. A template whose place the file
    takes is removed.

    Parameters
    ----------
    city
        The workspace.
    path
        The file's name, as recorded or as :func:`recorded_as` knows it.
    on
        The day that it was changed.

    Raises
    ------
    WrongQuestion
        When no such file is recorded, or it cannot be read; then nothing is entered.
    Busy
        When another run changes the record.
    """
    with held(city.processed / "fetching"):
        city = Workspace(city.root, city.name)  # as it is now, not as it was read
        before = recorded_as(city, path)
        (record,) = [one for one in city.records if one.get("path") == before]
        resource = Resource((city.raw / path,), {**record, "path": path})
        read = read_raw(resource)
        rows = read[~example_rows(resource.table, read)]
        _enter(city, before, resource, rows, on)
        if before != path:
            (city.raw / before).unlink(missing_ok=True)
    return len(rows)


def _enter(city: Workspace, before: str, resource: Resource, rows: pd.DataFrame, on: date) -> None:
    """Write the record of a file that was recorded as ``before``, and keep a copy of the file."""
    package = json.loads(json.dumps(city.package))
    (record,) = [one for one in package["resources"] if one.get("path") == before]
    earlier = edition(record) | {"path": _kept(record)}
    kept_before = city.raw / earlier["path"]
    intact = kept_before.exists() and f"sha256:{sha256(kept_before)}" == earlier["hash"]
    if intact and earlier["retrieved"] != on.isoformat():
        record.setdefault("earlier", []).append(earlier)
    if before != resource.path:
        record.pop("template", None)
    record |= {
        "path": resource.path,
        "hash": f"sha256:{sha256(resource.file)}",
        "bytes": resource.file.stat().st_size,
        "retrieved": on.isoformat(),
        "rows": len(rows),
    }
    named = dict.fromkeys(rows.get("source_id", []))
    record["sources"] = [name for name in named if name in city.sources] or record["sources"]
    write_atomically(city.raw / _kept(record), resource.file.read_bytes())
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    write_atomically(city.raw / "datapackage.json", text.encode())


def _kept(record: dict) -> str:
    """Where the version of a register that its record describes is kept."""
    ending = Path(record["path"]).suffix
    return f"editions/{record['name']}/{record['retrieved'][:10]}{ending}"

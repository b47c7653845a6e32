"""The police's own news of events, as the API answers and as others have archived it.

Only what a notice is about is taken: when it was put out, when it happened, its type and its
place. Its free text can tell who was hurt on which street, and never leaves this module.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import duckdb
import pandas as pd

from analysis.data.formats import feed
from analysis.data.formats.answers import Answer, unpack
from analysis.data.formats.received import Received
from analysis.words.questions import WrongQuestion, one_of

OPTIONS = ("areas",)
ARCHIVED = (
    "snapshot_ts", "id", "datetime", "name", "summary", "type", "location_name", "gps",
)  # fmt: skip
_TOLD = ("id", "datetime", "name", "type")


def events(files: list[Path], options: dict) -> Received:
    """One row a notice, out of every edition of the API's answers.

    Parameters
    ----------
    files
        Editions, oldest first; an answer saved by hand does not say when it was seen.
    options
        ``areas``: {name of a municipality: its area's id}.

    Returns
    -------
    Received
        As :func:`analysis.data.formats.feed.notices`; ``raw_line`` counts on from edition to
        edition.

    Raises
    ------
    WrongQuestion
        When an answer is not a list.
    """
    areas = _areas(options)
    seen = [sighting for file in files for answer in unpack(file) for sighting in _rows(answer)]
    sightings = pd.DataFrame(seen, columns=[*_TOLD, "content", "seen"]).astype({"seen": "Int64"})
    sightings["raw_line"] = range(1, len(sightings) + 1)
    with feed.connection() as database:
        database.register("sightings", sightings)
        return feed.notices(database, areas)


def snapshots(files: list[Path], options: dict) -> Received:
    """One row a notice, out of an archive of answers: a Parquet file with a row a sighting.

    Parameters
    ----------
    files
        The last is read; it has the columns ``ARCHIVED``, ``snapshot_ts`` in seconds since 1970.
    options
        ``areas``: {name of a municipality: its area's id}.

    Raises
    ------
    WrongQuestion
        When the file is not Parquet or lacks a column.
    """
    areas, file = _areas(options), files[-1]
    with feed.connection() as database:
        try:
            archive = database.read_parquet(str(file), file_row_number=True)
        except duckdb.Error as problem:
            raise WrongQuestion(f"{file.name} cannot be read as Parquet: {problem}.") from None
        if lacking := [column for column in ARCHIVED if column not in archive.columns]:
            raise WrongQuestion(
                f"{file.name} lacks {', '.join(lacking)}; a row of the archive has "
                f"{', '.join(ARCHIVED)}."
            )
        said = ", ".join(column for column in ARCHIVED if column not in ("snapshot_ts", "id"))
        archive.project(
            f"id, datetime, name, type, hash({said}) AS content, snapshot_ts AS seen, "
            "file_row_number + 1 AS raw_line"
        ).create_view("sightings")
        return feed.notices(database, areas)


def _areas(options: dict) -> dict[str, str]:
    for name in options:
        one_of("option of police notices", name, OPTIONS)
    return options.get("areas", {})


def _rows(answer: Answer) -> Iterable[tuple]:
    """What is taken of each row of an answer; the rest of it is known by its hash alone."""
    rows = answer.json()
    if not isinstance(rows, list):
        kind = type(rows).__name__
        raise WrongQuestion(f"{answer.address} is not a list of events but a {kind}.")
    seen = int(datetime.fromisoformat(answer.retrieved).timestamp()) if answer.retrieved else None
    for row in rows:
        told = row if isinstance(row, dict) else {}
        content = sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
        yield (*(str(told.get(name) or "") for name in _TOLD), content, seen)

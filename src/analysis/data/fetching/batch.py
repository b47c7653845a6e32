"""A batch comes in whole, is read once before it is kept, and becomes an edition with its record.

Half a batch would look like a city where half of it did not happen. Older editions stay, so that
what was told then can be told again.
"""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from analysis.data.fetching.client import Client, NoAnswer
from analysis.data.fetching.connectors import CONNECTORS, Connector
from analysis.data.formats.answers import Answer, pack, unpack
from analysis.data.formats.known import FORMATS
from analysis.data.formats.mapping import Reading
from analysis.data.formats.received import no_rejections
from analysis.data.held import held
from analysis.data.schemas import SCHEMAS
from analysis.data.tables import accept, received
from analysis.data.workspace import Resource, Workspace, edition, sha256
from analysis.data.write import write_atomically
from analysis.words.questions import NotFetched, WrongQuestion, one_of

_OURS = re.compile(r"\.?\d{4}-\d{2}-\d{2}T\d{6}(-\d+)?\.zip.*")


@dataclass(frozen=True)
class Fetched:
    """What became of one source: its edition, how many answers and rows, and whether it is new."""

    name: str
    path: str
    answers: int
    rows: int
    rejected: int
    new: bool


def sources(city: Workspace) -> list[str]:
    """The names of the files that can be fetched.

    Raises
    ------
    WrongQuestion
        When a record lacks something.
    """
    return [record["name"] for record in city.records if "fetch" in record]


def fetch(
    city: Workspace,
    name: str,
    now: datetime,
    offline: bool = False,
    again: bool = False,
    client: Callable[..., Client] = Client,
) -> Fetched:
    """Ask a provider for one file of a city, and enter what came as its newest edition.

    The record is read anew from disk, before and after, so ``city`` itself still shows it as it
    was: make another ``Workspace`` to see the new edition.

    Parameters
    ----------
    city
        The workspace.
    name
        Of the file in its record; the record's ``fetch`` says which connector, and for what.
    now
        The moment, which names the edition.
    offline
        Whether only answers that are kept from a batch of the same day may be used.
    again
        Whether to ask anew for what was already answered today.
    client
        How to call; tests give one that does not wait.

    Raises
    ------
    NotFetched
        When an answer is missing or is not what it should be; nothing is changed then.
    WrongQuestion
        When the record asks for something that there is not.
    Busy
        When another run fetches for this city.
    """
    if city.known_on:
        raise WrongQuestion(f"{city.name} is the city as it was: fetch for {city.raw.name}.")
    if offline and again:
        raise WrongQuestion("--again asks anew and --offline forbids to ask: choose one of them.")
    with held(city.processed / "fetching"):
        city = Workspace(city.root, city.name)
        record = _ready(city, name)
        kept = city.processed / "fetching" / name / now.date().isoformat()
        if again:
            shutil.rmtree(kept, ignore_errors=True)
        batch = _asked(city, record, kept, offline, client)
        done = _kept_as_edition(city, record, batch, now)
        for old in kept.parent.iterdir():
            if old != kept:
                shutil.rmtree(old)
    return done


def _ready(city: Workspace, name: str) -> dict:
    """The record of a file, once it is sure that an answer could be read and entered."""
    one_of("file to fetch", name, sources(city))
    record = _record(city.package, name)
    connector = CONNECTORS[one_of("connector", record["fetch"].get("connector", ""), CONNECTORS)]
    record["reading"] = {"format": connector.format, **record.get("reading", {})}
    one_of("reading format", Reading.of(record).format, FORMATS)
    one_of("table", record["table"], SCHEMAS)
    columns = [column["name"] for column in record["schema"]["fields"]]
    if lacking := [name for name in SCHEMAS[record["table"]].columns if name not in columns]:
        raise WrongQuestion(
            f"{name}: its schema lacks {', '.join(lacking)}, which the table {record['table']} "
            "needs: add them to the schema, and to columns or constants of the reading."
        )
    for one in _editions(record):
        file = city.raw / one["path"]
        if not file.exists() or one["hash"] != f"sha256:{sha256(file)}":
            raise WrongQuestion(
                f"{one['path']} is missing or not the file recorded: restore it, or take it "
                f"out of datapackage.json, before a newer edition of {name} is put after it."
            )
    return record


def _record(package: dict, name: str) -> dict:
    (record,) = [one for one in package["resources"] if one["name"] == name]
    return record


def _editions(record: dict) -> list[dict]:
    """Every edition of a file, oldest first; none before the first fetch."""
    return [*record.get("earlier", []), record] if record.get("path") else []


@dataclass(frozen=True)
class _Batch:
    """A whole batch that has been read: its answers, its file's bytes, and its count of rows."""

    answers: list[Answer]
    content: bytes
    rows: int
    rejected: int


def _asked(
    city: Workspace, record: dict, kept: Path, offline: bool, client: Callable[..., Client]
) -> _Batch:
    """The whole batch; answers that are refused for their shape are not kept for the next try."""
    asked = record["fetch"]
    connector = CONNECTORS[asked["connector"]]
    caller = client(
        connector.provider,
        asked.get("base", connector.base),
        city.settings.get("contact", ""),
        cache=kept / "answers",
        offline=offline,
    )
    try:
        answers = connector.answers(caller, asked.get("ask", {}))
        return _read(connector, record, answers, kept / "batch.zip")
    except NoAnswer:
        raise
    except (NotFetched, WrongQuestion):
        if not offline:
            shutil.rmtree(kept / "answers", ignore_errors=True)
        raise


def _read(connector: Connector, record: dict, answers: list[Answer], staged: Path) -> _Batch:
    """A batch with its count of rows; one that the table cannot use is refused."""
    name, provider = record["name"], connector.provider
    if not answers:
        raise NotFetched(f"{provider.name} was not asked for anything by {name}: see fetch.ask.")
    write_atomically(staged, pack(answers, provider.licence, rows=0))
    try:
        came = received(Resource((staged,), record))
    except WrongQuestion as problem:
        raise NotFetched(
            f"{provider.name} answered {name} in a shape that its record does not fit: {problem} "
            f"Nothing was changed; the answers lie in {staged}."
        ) from None
    rows = came.rows.assign(resource=name)
    used, refused = accept(record["table"], rows) if len(rows) else (rows, no_rejections())
    if used.empty:
        reasons = [*came.rejected.reason, *refused.reason]
        raise NotFetched(
            f"{provider.name} answered, but with no row for {name} ({came.not_chosen} not chosen, "
            f"{len(reasons)} refused{': ' + reasons[0] if reasons else ''}): an empty answer is "
            f"no answer. Nothing was changed; the answers lie in {staged}."
        )
    content = pack(answers, provider.licence, len(came.rows))
    return _Batch(answers, content, len(used), len(came.rejected) + len(refused))


def _kept_as_edition(city: Workspace, record: dict, batch: _Batch, now: datetime) -> Fetched:
    """The batch as the newest edition, unless the one in force holds the same answers."""
    name = record["name"]
    _clear(city, record)
    path = record.get("path")
    new = not path or _told(unpack(city.raw / path)) != _told(batch.answers)
    if new:
        path = _free(city, f"received/{name}/{now:%Y-%m-%dT%H%M%S}")
        write_atomically(city.raw / path, batch.content)
        _enter(city, record, path, now)
    return Fetched(name, path, len(batch.answers), batch.rows, batch.rejected, new)


def _told(answers: list[Answer]) -> list[tuple[str, str, str]]:
    return [answer.told for answer in answers]


def _clear(city: Workspace, record: dict) -> None:
    """Remove editions that a fetch wrote and did not live to enter."""
    entered = {city.raw / one["path"] for one in _editions(record)}
    for file in (city.raw / "received" / record["name"]).glob("*"):
        if _OURS.fullmatch(file.name) and file not in entered:
            file.unlink()


def _free(city: Workspace, stem: str) -> str:
    """A name that no edition has: two may come within a second."""
    names = chain([f"{stem}.zip"], (f"{stem}-{number}.zip" for number in count(2)))
    return next(name for name in names if not (city.raw / name).exists())


def _enter(city: Workspace, record: dict, path: str, now: datetime) -> None:
    """Enter an edition in the record as it stands by now, the one before it among the earlier."""
    package = Workspace(city.root, city.name).package
    entered = _record(package, record["name"])
    if entered.get("path"):
        entered.setdefault("earlier", []).append(edition(entered))
    entered |= {
        "path": path,
        "retrieved": now.isoformat(timespec="seconds"),
        "hash": f"sha256:{sha256(city.raw / path)}",
        "bytes": (city.raw / path).stat().st_size,
        "reading": record["reading"],
    }
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    write_atomically(city.raw / "datapackage.json", text.encode())

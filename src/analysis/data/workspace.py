"""One city's folder: where its raw data lie, what they are, and whether they are unchanged.

Every figure can be traced to a record that says who published it, under what
terms, how final it is and what an absent row means; a raw file that no longer
has the bytes of its record stops the work. Editions are kept: ``goteborg@2026-11-24`` is
the city as it was known on that day, with tables and reports of its own.
"""

import hashlib
import json
import os
import shlex
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from pathlib import Path

from analysis.data.formats.mapping import Reading
from analysis.words.periods import Period
from analysis.words.questions import MissingWork, WrongQuestion, one_of

RECORD_FIELDS = (
    "name", "path", "table", "title", "kind", "sources", "retrieved", "period", "areaScheme",
    "status", "absent", "cannotSay", "hash", "bytes", "schema",
)  # fmt: skip
EDITION = ("path", "retrieved", "hash", "bytes", "rows")  # rows: of what is entered by hand
NOT_DATA = {"datapackage.json", "README.md", "truth.json", "editions"}
PACKAGE_FIELDS = ("madeUp", "settings", "licenses", "sources", "resources")
SETTINGS = ("municipality", "districtScheme", "cityName", "period", "shown")
SOURCE_FIELDS = ("name", "title", "publisher", "where", "published", "licence")


@dataclass(frozen=True)
class Source:
    """Who published a figure, where and under what terms."""

    name: str
    title: str
    publisher: str
    where: str
    published: str
    licence: str
    note: str = ""

    @property
    def citation(self) -> str:
        """The source as a reference list prints it."""
        return f"{self.publisher}: {self.title}. {self.where}, {self.published}."


@dataclass(frozen=True)
class Resource:
    """One raw file and its record.

    ``files`` are its editions, oldest first, up to the one in force; the record's path, hash and
    day are that one's.
    """

    files: tuple[Path, ...]
    record: dict = field(repr=False)

    def __getattr__(self, name: str):
        if name in RECORD_FIELDS:
            return self.record[name]
        raise AttributeError(name)

    @property
    def file(self) -> Path:
        """The edition in force."""
        return self.files[-1]

    @property
    def reading(self) -> Reading:
        """How the file is read."""
        return Reading.of(self.record)

    @property
    def columns(self) -> list[str]:
        """The columns that the record declares, in order."""
        return [column["name"] for column in self.record["schema"]["fields"]]

    @property
    def missing(self) -> list[str]:
        """The texts that mean "no value" in this file."""
        return self.record["schema"]["missingValues"]

    @property
    def unchanged(self) -> bool:
        """Whether the file has the bytes that its record states."""
        return self.hash == f"sha256:{sha256(self.file)}"


@dataclass(frozen=True)
class Workspace:
    """One city: its raw data, and where what is made of them goes.

    Parameters
    ----------
    root
        The project's folder.
    name
        Folder in ``data/raw``; with ``@`` and a day, the city as it was known at that day's end.
    """

    root: Path
    name: str

    @classmethod
    def find(cls, name: str, start: Path | None = None) -> "Workspace":
        """The workspace of that name, from ``LAGESBILD_ROOT`` or the folder above that holds it.

        Raises
        ------
        WrongQuestion
            When no such workspace exists, with the nearest that does, or the day is not one.
        """
        root = project_root(start)
        folder, at, day = name.partition("@")
        one_of("workspace", folder, names(root))
        if at:
            _day(name, day)
        return cls(root, name)

    @property
    def known_on(self) -> date | None:
        """The day whose knowledge is used; None for all that is known."""
        day = self.name.partition("@")[2]
        return date.fromisoformat(day) if day else None

    @property
    def raw(self) -> Path:
        """Raw data as received."""
        return self.root / "data" / "raw" / self.name.partition("@")[0]

    @property
    def processed(self) -> Path:
        """Where tables and results are written."""
        return self.root / "data" / "processed" / self.name

    @property
    def reports(self) -> Path:
        """Where HTML reports are written."""
        return self.root / "reports" / self.name

    def notebook(self, name: str) -> Path:
        """The notebook of that name."""
        return self.root / "notebooks" / f"{name}.ipynb"

    @cached_property
    def package(self) -> dict:
        """The record of sources (Frictionless Data Package)."""
        file = self.raw / "datapackage.json"
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise MissingWork(
                f"{file} is missing: it is the record of this workspace's sources."
            ) from None
        except json.JSONDecodeError as problem:
            raise WrongQuestion(f"{file} is not valid JSON: {problem}.") from None

    @property
    def settings(self) -> dict:
        """What the workspace has chosen: municipality, district scheme, series of shootings."""
        return self.package["settings"]

    @property
    def observed(self) -> Period | None:
        """The span of the city's own register of events; None where figures are published ones.

        No register covers days after the one on which it was received.
        """
        registers = self.resources_of("incidents")
        if not registers:
            return None
        if problems := [told for one in registers for told in _span_problem(one)]:
            raise WrongQuestion("\n".join(problems))
        spans = [Period.parse(resource.period) for resource in registers]
        received = max(date.fromisoformat(one.retrieved[:10]) for one in registers)
        first, last = min(s.start for s in spans), max(s.end for s in spans)
        last = min(last, received, self.known_on or last)
        return Period(first, last) if first <= last else None

    def terms(self, language: str) -> dict[str, str]:
        """The terms of every licence by its name, in the reader's language."""
        title = {"sv": "title", "en": "titleEn"}[language]
        return {record["name"]: record[title] for record in self.package["licenses"]}

    @property
    def made_up(self) -> bool:
        """Whether the data are invented, which every page must then say."""
        return self.package["madeUp"]

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every source by its name."""
        known = [one.name for one in fields(Source)]
        records = (
            {name: record.get(name, "") for name in known} for record in self.package["sources"]
        )
        return {record["name"]: Source(**record) for record in records}

    @property
    def incomplete(self) -> list[str]:
        """The records of files that lack something, in words; empty when none does."""
        lacking = {
            record.get("path") or record.get("name") or f"resource {number}": [
                name
                for name in RECORD_FIELDS
                if name not in record and not ("fetch" in record and name in EDITION)
            ]
            for number, record in enumerate(self.package["resources"], 1)
        }
        return [
            f"datapackage.json: {label} lacks {', '.join(names)}: copy a record of its kind and "
            "change what differs."
            for label, names in lacking.items()
            if names
        ]

    @property
    def records(self) -> list[dict]:
        """The record of every file, fetched or not.

        Raises
        ------
        WrongQuestion
            When one lacks something.
        """
        if problems := self.incomplete:
            raise WrongQuestion("\n".join(problems))
        return self.package["resources"]

    @cached_property
    def resources(self) -> list[Resource]:
        """Every raw file in force with its record."""
        found = [self._in_force(record) for record in self.records]
        return [resource for resource in found if resource is not None]

    def untouched(self, record: dict) -> bool:
        """Whether a file is still the template that it was laid out as, byte for byte."""
        return self._is(record.get("path"), record.get("template"))

    def _empty(self, one: dict) -> bool:
        """Whether an edition was entered without a row, and nothing was written in it since."""
        return one.get("rows") == 0 and self._is(one["path"], one["hash"])

    def _is(self, path: str | None, digest: str | None) -> bool:
        """Whether a file is there and has the bytes of a hash."""
        file = self.raw / (path or "")
        return bool(digest) and file.is_file() and digest == f"sha256:{sha256(file)}"

    @property
    def not_yet(self) -> list[dict]:
        """Records of files that are empty templates, not fetched, or not known on the day."""
        here = {resource.record["name"] for resource in self.resources}
        return [record for record in self.package["resources"] if record["name"] not in here]

    def _in_force(self, record: dict) -> Resource | None:
        """The editions of a file up to the last that was known; None when there is none yet.

        A template, and a file that was entered without a row, is none: a register in which nothing
        was entered yet would else pass for a city in which nothing happened.
        """
        editions = [*record.get("earlier", []), edition(record)]
        editions = [one for one in editions if one.get("path") or "fetch" not in record]
        if self.known_on:
            day = self.known_on.isoformat()
            by_then = [one for one in editions if one["retrieved"][:10] <= day]
            rows_say = record.get("knownBy") == "rows"
            editions = by_then or (editions[:1] if rows_say else [])
        if not editions or self.untouched(record) or self._empty(editions[-1]):
            return None
        files = tuple(self.raw / one["path"] for one in editions)
        return Resource(files, {**record, **editions[-1]})

    def resources_of(self, table: str) -> list[Resource]:
        """The raw files that fill one table."""
        return [resource for resource in self.resources if resource.table == table]

    def problems(self) -> list[str]:
        """What is wrong with the record or the files, in words; empty when nothing is."""
        found = [
            f"datapackage.json lacks {name!r}."
            for name in PACKAGE_FIELDS
            if name not in self.package
        ]
        if found:
            return found
        found = [
            f"datapackage.json: settings lack {name!r}."
            for name in SETTINGS
            if not self.package["settings"].get(name)
        ]
        found += [
            f"datapackage.json: source {record.get('name', '?')!r} lacks {name!r}."
            for record in self.package["sources"]
            for name in SOURCE_FIELDS
            if not record.get(name)
        ]
        licences = [record["name"] for record in self.package["licenses"]]
        found += [
            f"datapackage.json: source {source.name!r} has the unknown licence {source.licence!r}; "
            f"known: {', '.join(licences)}."
            for source in self.sources.values()
            if source.licence not in licences
        ]
        if incomplete := self.incomplete:
            return found + incomplete
        for resource in self.resources:
            found += self._problems_of(resource)
        return found

    @property
    def strays(self) -> list[str]:
        """The files that lie among the raw data and are in no record: nothing is read from them."""
        recorded = {
            one.get("path")
            for record in self.package["resources"]
            for one in (record, *record.get("earlier", []))
        }
        paths = [file.relative_to(self.raw) for file in self.raw.rglob("*") if file.is_file()]
        return sorted(
            str(path)
            for path in paths
            if not {str(path), path.parts[0]} & (recorded | NOT_DATA)
            and not path.name.startswith(".")
        )

    def _problems_of(self, resource: Resource) -> list[str]:
        label = resource.path
        spoken = [
            f"datapackage.json: {label}: {name} must be a text in each language, sv and en."
            for name in ("absent", "cannotSay")
            if not isinstance(resource.record[name], dict)
            or {"sv", "en"} - set(resource.record[name])
        ]
        unknown = [name for name in resource.sources if name not in self.sources]
        found = spoken + [
            f"datapackage.json: {label} names the unknown source {name!r}." for name in unknown
        ]
        if resource.table == "incidents":
            found += _span_problem(resource)
        if not resource.file.exists():
            return [*found, f"{label}: the file is missing from {self.raw}.{self._instead(label)}"]
        found += [
            f"{label}: the edition {file.name} is not the one recorded: restore it."
            for file, one in zip(resource.files, resource.record.get("earlier", []), strict=False)
            if not file.exists() or f"sha256:{sha256(file)}" != one["hash"]
        ]
        if not resource.unchanged:
            found.append(
                f"{label}: the file has changed since it was entered ({resource.retrieved[:10]}). "
                f"Restore it, or when the change is meant: lagesbild record {self.name} "
                f"{shlex.quote(label)}"
            )
        return found

    def _instead(self, path: str) -> str:
        """What to do when a file of the same name but another ending lies where one is missing."""
        alike = [name for name in self.strays if Path(name).stem == Path(path).stem]
        commands = [f"lagesbild record {self.name} {shlex.quote(name)}" for name in alike]
        return f" To enter {alike[0]} in its place: {commands[0]}" if alike else ""

    @property
    def essence(self) -> str:
        """A hash of what the record says beside which editions of its files are in force.

        Of registers of events the day of receipt is kept, since it ends what they cover.
        """
        files = [
            {k: v for k, v in record.items() if k not in {*EDITION, "earlier"}}
            for record in self.package["resources"]
        ]
        received = [one.retrieved for one in self.resources_of("incidents")]
        told = json.dumps(self.package | {"resources": [files, received]}, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def fingerprint(self) -> str:
        """One hash over every raw file and the record: what a table was made from."""
        files = [self.raw / "datapackage.json", *(f for r in self.resources for f in r.files)]
        parts = "".join(f"{file.name}:{sha256(file)}\n" for file in sorted(files))
        return hashlib.sha256(parts.encode()).hexdigest()


def edition(record: dict) -> dict:
    """What of a file's record tells one version of it from another."""
    return {part: record[part] for part in EDITION if part in record}


def _span_problem(resource: Resource) -> list[str]:
    """What is wrong with the span that a register of events covers, in words."""
    try:
        ended = Period.parse(resource.period).end is not None
    except WrongQuestion:
        ended = False
    return [] if ended else [
        f"datapackage.json: {resource.path}: period is {resource.period!r}, but must be the span "
        "that the register covers whole, such as 2021-01-01..2025-12-31: a day in it without an "
        "event counts as nought."
    ]  # fmt: skip


def project_root(start: Path | None = None) -> Path:
    """The folder that holds ``data/raw``: ``LAGESBILD_ROOT``, or the nearest above ``start``."""
    if chosen := os.environ.get("LAGESBILD_ROOT"):
        return Path(chosen).resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "data" / "raw").is_dir():
            return folder
    raise WrongQuestion(
        f"no folder data/raw above {here}. Go to the project's folder, or set LAGESBILD_ROOT to it."
    )


def _day(asked: str, day: str) -> None:
    try:
        date.fromisoformat(day)
    except ValueError:
        raise WrongQuestion(
            f"workspace {asked!r}: after @ comes the day whose knowledge is wanted, "
            f"year-month-day, not {day!r}: {asked.partition('@')[0]}@2026-11-24."
        ) from None


def names(root: Path) -> list[str]:
    """The workspaces that exist: folders of data/raw."""
    return sorted(f.name for f in (root / "data" / "raw").iterdir() if f.is_dir())


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()

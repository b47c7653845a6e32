"""Raw text becomes typed tables, and every row is accounted for.

Rows in = rows used + rows rejected, each rejected row with its file, line and
reason. Missing stays missing: a blank and ``..`` are "not available", only a
written dash or zero is none.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis.data import trace
from analysis.data.between import between_tables
from analysis.data.explain import example_rows, lacking
from analysis.data.formats.known import receive
from analysis.data.formats.mapping import Reading
from analysis.data.formats.received import Received
from analysis.data.numbers import number
from analysis.data.privacy import found, masked
from analysis.data.registers import KNOWN, ROWS_OF_PERSONS
from analysis.data.rules import broken
from analysis.data.schemas import KEYS, SCHEMAS, broken_rules
from analysis.data.workspace import Resource, Workspace
from analysis.data.write import write_atomically
from analysis.words.periods import Period
from analysis.words.places import Area, Areas
from analysis.words.questions import MissingWork, WrongQuestion

MADE_FROM = "made_from.json"
DATE = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?"
LEDGER = ["table", "resource", "rows_in", "rows_not_chosen", "rows_used", "rows_rejected"]
_NAMED = {"areas": "area_id", "crime_items": "item"}  # the tables that all others lean on
_STATUS = {
    "preliminary": "preliminary",
    "revised (2026-06)": "revised",
    "as stated": "as stated",
    "final as published": "final",
    "first publication": "final",
}


@dataclass(frozen=True, eq=False)
class Tables:
    """Every typed table of a workspace, with the account of its rows.

    ``ledger`` has one row a raw file (rows in, not chosen, used, rejected); ``rejected`` one
    row a rejected line with its reason. ``digests`` are the hashes of tables that were saved;
    which of them a notebook reads is noted.
    """

    by_name: Mapping[str, pd.DataFrame]
    ledger: pd.DataFrame
    rejected: pd.DataFrame
    digests: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, table: str) -> pd.DataFrame:
        if table in ROWS_OF_PERSONS and table not in self.by_name:
            raise WrongQuestion(
                f"table {table} has a row a person or event: a report tells from results alone."
            )
        if table in self.digests:
            trace.note(f"table {table}", self.digests[table])
        return self.by_name[table]

    @cached_property
    def events_by_year(self) -> pd.DataFrame:
        """How many of the city's own events there are by ``year`` and ``item``: no rows a person.

        The year is that of registration, as in official figures, where the event has it. It tells
        whether a register is whole, also to a report that may not open its rows.
        """
        if "incidents" not in self.by_name:
            return self["events_by_year"]
        events = self["incidents"]
        year = events.registered.fillna(events.occurred).dt.year.rename("year")
        return events.groupby([year, "item"]).size().rename("count").reset_index()

    @cached_property
    def areas(self) -> Areas:
        """The areas of the workspace."""
        return Areas(
            Area(
                id=row.area_id,
                name=row.area,
                scheme=row.scheme,
                parent=row.parent_id or None,
                valid_from=None if pd.isna(row.valid_from) else row.valid_from.date(),
                valid_to=None if pd.isna(row.valid_to) else row.valid_to.date(),
                visitors=row.visitors == "yes",
                tile=None
                if pd.isna(row.tile_column)
                else (int(row.tile_column), int(row.tile_row)),
            )
            for row in self["areas"].itertuples()
        )


def read_raw(resource: Resource) -> pd.DataFrame:
    """A raw file as text, with the resource's name and the line number of each row."""
    return received(resource).rows.assign(resource=resource.name)


def received(resource: Resource) -> Received:
    """A raw file as text under our names, with what was refused or not chosen on the way.

    Raises
    ------
    WrongQuestion
        When the file is missing, not of its format, or has other columns than its record.
    """
    try:
        found = receive(list(resource.files), resource.reading)
    except FileNotFoundError:
        raise MissingWork(
            f"{resource.file} is missing, though datapackage.json lists it."
        ) from None
    columns = [name for name in found.rows.columns if name != "raw_line"]
    plain = resource.reading == Reading()
    if columns != resource.columns and (plain or set(columns) != set(resource.columns)):
        raise WrongQuestion(f"{resource.file} {_unlike(columns, resource.columns)}")
    return found


def _unlike(found: list[str], recorded: list[str]) -> str:
    """In what the columns of a file differ from its record, and the way out."""
    if len(found) == 1 and ";" in found[0]:
        return "is parted by semicolons: save it with commas, or as an Excel workbook (.xlsx)."
    more = ", ".join(name for name in found if name not in recorded) or "none"
    fewer = ", ".join(name for name in recorded if name not in found) or "none"
    return (
        f"does not have the columns of its record, in their order: not recorded {more}; "
        f"missing {fewer}. When titles stand above the headings, say how many lines in the record: "
        '"reading": {"options": {"skip": 2}}; a column that the file lacks and that may be blank '
        'is given as "constants": {"note": ""}.'
    )


def _typed(table: str, raw: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Raw text in the schema's types, and why a row could not be read."""
    rows, unreadable = raw.copy(), pd.Series("", index=raw.index)
    if table == "shootings":
        rows["status"] = rows.status.map(_STATUS).fillna(rows.status)
    for name, column in SCHEMAS[table].columns.items():
        if name not in rows:
            continue
        kind = str(column.dtype)
        if kind in ("Int64", "float64"):
            values, strange = _numbers(rows[name].unique())
            typed = rows[name].map(values).astype(float)
            if strange:
                lost = rows[name].isin(strange)
                shown = rows[name][lost].map(strange)
                unreadable[lost] += f"{name} " + shown + " is not a number; "
            if kind == "Int64":
                broken = typed.notna() & (typed % 1 != 0)
                unreadable[broken] += f"{name} is not a whole number; "
                typed = typed.mask(broken).astype("Int64")
            rows[name] = typed
        elif kind.startswith("datetime"):
            written = rows[name].where(rows[name].str.fullmatch(DATE))
            typed = pd.to_datetime(written, format="ISO8601", errors="coerce")
            lost = typed.isna() & (rows[name] != "")
            shown = rows[name][lost].map(lambda text: repr(masked(text)))
            unreadable[lost] += f"{name} is not a date, year-month-day: " + shown + "; "
            rows[name] = typed.astype("datetime64[ns]")
    return rows, unreadable.str.removesuffix("; ")


def _numbers(texts: Iterable[str]) -> tuple[dict[str, float | None], dict[str, str]]:
    """What each text is as a number, and how those that are none are told."""
    values, strange = {}, {}
    for text in texts:
        try:
            values[text] = number(text)
        except ValueError:
            strange[text] = repr(masked(text))
    return values, strange


def accept(table: str, raw: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that may be used, typed, and the rows that may not, with the reason.

    Parameters
    ----------
    table
        Name of the table that the rows belong to.
    raw
        Text as :func:`read_raw` gives it.

    Returns
    -------
    used, rejected : pandas.DataFrame
        Together as many rows as ``raw``. ``rejected`` has ``table``, ``resource``,
        ``raw_line`` and ``reason``.
    """
    raw = raw.reset_index(drop=True)
    rows, reasons = _typed(table, raw)
    for why in (broken_rules(table, rows), broken(table, rows), _of_persons(table, rows)):
        reasons = reasons.where(reasons != "", why.reindex(rows.index).fillna(""))
    key = KEYS[table]
    open_rows = reasons == ""
    repeated = open_rows & rows[open_rows].duplicated(key, keep=False).reindex(
        rows.index, fill_value=False
    )
    reasons[repeated] = "the key " + "+".join(key) + " stands on more than one row"
    reasons = _set_aside(table, rows, reasons)
    good = reasons == ""
    columns = [*SCHEMAS[table].columns, "resource", "raw_line"]
    rejected = rows.loc[~good, ["resource", "raw_line"]].assign(reason=reasons[~good])
    rejected.insert(0, "table", table)
    return rows.loc[good, columns].reset_index(drop=True), rejected.reset_index(drop=True)


def _of_persons(table: str, rows: pd.DataFrame) -> pd.Series:
    """Rows with a personal identifier in a text, and in which column; never the text itself."""
    reasons = pd.Series("", index=rows.index)
    for name, column in SCHEMAS[table].columns.items():
        if name in rows and str(column.dtype).startswith("str"):
            texts = rows[name].unique()
            kinds = {text: ", ".join(found(text)) for text in texts if found(text)}
            if not kinds:
                continue
            hit = rows[name].isin(kinds) & (reasons == "")
            way_out = "number the rows in another way" if name in KEYS[table] else "remove it"
            reasons[hit] = f"{name} holds a " + rows[name][hit].map(kinds) + f": {way_out}"
    return reasons


def _set_aside(table: str, rows: pd.DataFrame, reasons: pd.Series) -> pd.Series:
    """Reasons that one row alone does not show."""
    if table == "shootings":
        impossible = falling_totals(rows[reasons == ""])
        reasons[impossible] = "impossible: a total from the same start falls when the span grows"
    return reasons


def falling_totals(shootings: pd.DataFrame) -> pd.Index:
    """Rows of totals from the same start that fall when the span grows: one must be wrong.

    Both rows of such a pair are named, since nothing tells which is the wrong one.
    """
    ended = shootings.dropna(subset=["period_end"])
    found = []
    for _, group in ended.groupby(["series", "measure", "area_id", "period_start"]):
        group = group.sort_values("period_end")
        falls = group.value.diff() < 0
        found += [*group.index[falls], *group.index[falls.shift(-1, fill_value=False)]]
    return pd.Index(sorted(set(found)))


def build(workspace: Workspace) -> Tables:
    """Every table of the workspace, typed and checked, with the account of its rows.

    Raises
    ------
    WrongQuestion
        When the record or a file is wrong; every problem is listed.
    """
    if problems := workspace.problems():
        raise WrongQuestion("The raw data are not as recorded:\n- " + "\n- ".join(problems))
    trace.note("raw", workspace.fingerprint())
    used: dict[str, list[pd.DataFrame]] = {table: [] for table in SCHEMAS}
    ledger, rejected = [], []
    entered: dict[str, set[str]] = {table: set() for table in _NAMED}
    for resource in workspace.resources:
        came = received(resource)
        if wrong := lacking(resource.table, came.rows.columns):
            raise WrongQuestion(f"{resource.file}: " + " ".join(wrong))
        shown = example_rows(resource.table, came.rows)
        rows = came.rows[~shown].assign(resource=resource.name)
        if resource.table in _NAMED:
            entered[resource.table] |= set(rows[_NAMED[resource.table]])
        good, bad = accept(resource.table, rows)
        good, outside = _watched(resource, good)
        bad = pd.concat([_refused(resource, came), bad, outside], ignore_index=True)
        good, later = _known(resource, good, workspace.known_on)
        used[resource.table].append(good)
        rejected.append(bad)
        left = came.not_chosen + later + int(shown.sum())
        ledger.append((resource.table, resource.name, came.rows_in, left, len(good), len(bad)))
    tables = {
        table: pd.concat(parts, ignore_index=True) if parts else empty(table)
        for table, parts in used.items()
    }
    tables, more = between_tables(tables, set(workspace.sources), entered)
    account = pd.DataFrame(ledger, columns=LEDGER)
    late = more.resource.value_counts().reindex(account.resource).fillna(0).astype(int).to_numpy()
    account["rows_used"] -= late
    account["rows_rejected"] += late
    everything = pd.concat([*rejected, more], ignore_index=True)
    order = everything.table.map(list(SCHEMAS).index)
    everything = everything.assign(order=order).sort_values(["order", "resource", "raw_line"])
    return Tables(tables, account, everything.drop(columns="order"))


def _refused(resource: Resource, came: Received) -> pd.DataFrame:
    """What its format could not read, as ``accept`` tells it."""
    about = {"table": resource.table, "resource": resource.name}
    return came.rejected.assign(**about)[["table", "resource", "raw_line", "reason"]]


def _watched(resource: Resource, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events inside the span that their record says is covered, and those outside it.

    One event of a year that was never covered would make that year one of hardly any crime.
    """
    if resource.table != "incidents" or rows.empty:
        return rows, rows.iloc[:0, :0]
    span = Period.parse(resource.period)
    after_last = pd.Timestamp(span.end) + pd.Timedelta(days=1)
    inside = (rows.occurred >= pd.Timestamp(span.start)) & (rows.occurred < after_last)
    told = f"occurred is outside {span}, the period of its record in datapackage.json"
    bad = rows.loc[~inside, ["resource", "raw_line"]].assign(table=resource.table, reason=told)
    return rows[inside].reset_index(drop=True), bad


def _known(resource: Resource, rows: pd.DataFrame, on: date | None) -> tuple[pd.DataFrame, int]:
    """The rows that were known on a day, and how many were not.

    Of an edition that was at hand that day all were; of a later one, as far as the rows say.
    """
    if on is None or resource.retrieved[:10] <= on.isoformat() or resource.table not in KNOWN:
        return rows, 0
    said, else_ = KNOWN[resource.table]
    known = rows[said].fillna(rows[else_]) < pd.Timestamp(on) + pd.Timedelta(days=1)
    return rows[known].reset_index(drop=True), int((~known).sum())


def empty(table: str) -> pd.DataFrame:
    """A table without a row, with its columns in their types."""
    columns = SCHEMAS[table].columns
    typed = {name: pd.Series(dtype=str(column.dtype)) for name, column in columns.items()}
    return pd.DataFrame(typed).assign(
        resource=pd.Series(dtype=str), raw_line=pd.Series(dtype="int64")
    )


def save(tables: Tables, workspace: Workspace) -> Path:
    """The tables as Parquet, with the fingerprint of the raw data they were made from."""
    folder = workspace.processed / "tables"
    everything = {
        **tables.by_name, "events_by_year": tables.events_by_year, "ledger": tables.ledger,
        "rejected": tables.rejected,
    }  # fmt: skip
    made = {}
    for name, rows in everything.items():
        content = rows.to_parquet(index=False)
        made[name] = trace.digest(content)
        write_atomically(folder / f"{name}.parquet", content)
    made_from = {"raw": workspace.fingerprint(), "tables": made}
    write_atomically(folder / MADE_FROM, (json.dumps(made_from, indent=1) + "\n").encode())
    return folder


def load(workspace: Workspace, rows_of_persons: bool = False) -> Tables:
    """The tables as notebook 1 saved them.

    Parameters
    ----------
    workspace
        The city.
    rows_of_persons
        Whether tables with a row a person or event are opened too; for analysis alone.

    Raises
    ------
    MissingWork
        When they have not been made, or the raw data have changed since.
    """
    folder = workspace.processed / "tables"
    way_out = f"run notebook 1_data, or: lagesbild run {workspace.name} --report data"
    if not (folder / MADE_FROM).exists():
        raise MissingWork(f"the tables of {workspace.name!r} have not been made: {way_out}")
    if not (kept := digests(workspace)):
        raise MissingWork(f"the raw data of {workspace.name!r} have changed: {way_out}")
    trace.note("record", workspace.essence)
    opened = [name for name in SCHEMAS if rows_of_persons or name not in ROWS_OF_PERSONS]
    if not rows_of_persons:
        opened.append("events_by_year")
    account = (pd.read_parquet(folder / f"{name}.parquet") for name in ("ledger", "rejected"))
    return Tables(Saved(folder, opened), *account, kept)


class Saved(Mapping):
    """Tables of a folder, each read when it is first asked for."""

    def __init__(self, folder: Path, names: list[str]):
        self._folder, self._names = folder, names
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = pd.read_parquet(self._folder / f"{name}.parquet")
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def files(workspace: Workspace) -> list[Path]:
    """The files that hold the tables, and what they were made from."""
    folder = workspace.processed / "tables"
    names = [*SCHEMAS, "events_by_year", "ledger", "rejected"]
    return [folder / MADE_FROM, *(folder / f"{name}.parquet" for name in names)]


def digests(workspace: Workspace) -> dict[str, str]:
    """The hash of each table that was saved from the raw data as they are; empty when none was."""
    file = workspace.processed / "tables" / MADE_FROM
    made_from = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return made_from["tables"] if made_from.get("raw") == workspace.fingerprint() else {}


def period_of(row) -> Period:
    """The span of a row with ``period_start`` and ``period_end``; open when no end is stated."""
    end = None if pd.isna(row.period_end) else row.period_end.date()
    return Period(row.period_start.date(), end)

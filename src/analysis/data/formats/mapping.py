"""The columns of somebody else's file under our names, as its record says, nothing guessed.

An export calls the district "Stadsdel" and the count "Antal"; the record says so once, and a
column or code that the record does not know stops or sets aside instead of being taken for
another.
"""

from dataclasses import dataclass, field, fields

import pandas as pd

from analysis.data.formats.received import Received, refusals
from analysis.data.privacy import masked
from analysis.words.questions import WrongQuestion, one_of


@dataclass(frozen=True)
class Reading:
    """How one raw file is read: the ``reading`` of its record.

    Parameters
    ----------
    format
        Which reader: a key of ``formats.known.FORMATS``.
    columns
        Our column: the file's. When empty the file has our own columns already.
    constants
        Our column: one text for every row.
    prefixes
        Our column: text put before each value, ``{"area_id": "kommun:"}``.
    codes
        Our column: {text found: our text}. A text that is not listed sets its row aside.
    where
        The file's column: texts that are wanted; rows with others are not chosen, and counted.
    dates
        Our column: how its dates are written, ``"%d/%m/%Y"``; never guessed.
    located
        Where points become areas: ``boundaries`` (a file beside this one), and its
        ``id_column``, ``prefix``, ``crs`` and ``layer`` as for boundaries; the points are our
        columns ``easting`` and ``northing``.
    options
        What the reader may be told, by name: ``{"sheet": "Blad1", "heading_rows": 2}``.
    """

    format: str = "table"
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    where: dict[str, list[str]] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    located: dict[str, str] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, record: dict) -> "Reading":
        """The reading that a resource's record asks for.

        Raises
        ------
        WrongQuestion
            For a part that no reading has.
        """
        asked = record.get("reading", {})
        for name in asked:
            one_of(f"reading of {record.get('path') or record.get('name')}", name, PARTS)
        return cls(**asked)


PARTS = tuple(part.name for part in fields(Reading))


def mapped(received: Received, reading: Reading, name: str) -> Received:
    """The rows under our names, those with unknown codes set aside, those not wanted counted.

    Parameters
    ----------
    received
        As a format read it.
    reading
        What its record says.
    name
        Of the file, for errors.

    Raises
    ------
    WrongQuestion
        When the record names a column that the file lacks, or wants what no row has.
    """
    _sound(received.rows, reading, name)
    chosen = _chosen(received.rows, reading.where, name)
    rows = received.rows[chosen]
    if reading.columns:
        ours = {ours: rows[theirs] for ours, theirs in reading.columns.items()}
        rows = pd.DataFrame({**ours, "raw_line": rows.raw_line})
    reasons = pd.Series("", index=rows.index)
    for column, codes in reading.codes.items():
        rows[column], why = _coded(rows[column].str.strip(), codes, column)
        reasons = reasons.where(reasons != "", why)
    for column, written in reading.dates.items():
        rows[column], why = _dated(rows[column].str.strip(), written, column)
        reasons = reasons.where(reasons != "", why)
    for column, before in reading.prefixes.items():
        value = rows[column].str.strip()
        rows[column] = value.where(value == "", before + value)
    rows = rows.assign(**reading.constants)
    good = reasons == ""
    bad = refusals(list(zip(rows.raw_line[~good], reasons[~good], strict=True)))
    return Received(
        rows[good].reset_index(drop=True),
        pd.concat([received.rejected, bad], ignore_index=True),
        received.not_chosen + int((~chosen).sum()),
    )


def _sound(rows: pd.DataFrame, reading: Reading, name: str) -> None:
    """Refuse a reading that names what is not there, or holds what is no text."""
    _there([*reading.where, *reading.columns.values()], rows, f"{name} lacks")
    ours = pd.DataFrame(columns=list(reading.columns)) if reading.columns else rows
    changed = [*reading.codes, *reading.dates, *reading.prefixes]
    _there(changed, ours, f"the reading of {name} lacks")
    if double := sorted(set(reading.constants) & set(reading.columns)):
        raise WrongQuestion(
            f"the record of {name} gives {', '.join(double)} both as a column and as a constant; "
            "keep one."
        )
    lists = [text for texts in reading.where.values() for text in _listed(texts, name)]
    coded = [text for codes in reading.codes.values() for text in codes.values()]
    for text in (*lists, *coded, *reading.constants.values(), *reading.dates.values()):
        if not isinstance(text, str):
            raise WrongQuestion(f"the record of {name}: {text!r} must be text: put it in quotes.")


def _listed(texts, name: str) -> list:
    if isinstance(texts, list):
        return texts
    raise WrongQuestion(f"the record of {name}: where needs a list of texts, not {texts!r}.")


def _there(columns: list[str], rows: pd.DataFrame, told: str) -> None:
    if lacking := [column for column in dict.fromkeys(columns) if column not in rows]:
        found = ", ".join(column for column in rows.columns if column != "raw_line")
        raise WrongQuestion(
            f"{told} the columns {', '.join(lacking)} that its record names; it has {found}."
        )


def _chosen(rows: pd.DataFrame, where: dict[str, list[str]], name: str) -> pd.Series:
    """Which rows the record wants; a choice that no row meets is a mistyped one."""
    chosen = pd.Series(True, index=rows.index)
    for column, texts in where.items():
        here = rows[column].str.strip()
        wanted = here.isin([text.strip() for text in texts])
        if len(rows) and not wanted.any():
            some = ", ".join(repr(masked(text)) for text in sorted(set(here))[:5])
            raise WrongQuestion(
                f"{name}: no row has {column} {' or '.join(map(repr, texts))}; it has {some} ..."
            )
        chosen &= wanted
    return chosen


def _coded(found: pd.Series, codes: dict[str, str], column: str) -> tuple[pd.Series, pd.Series]:
    """Our texts for the file's, and why a row has none."""
    lost = ~found.isin(codes)
    told = f"{column} " + found.map(lambda text: repr(masked(text))) + " has no code in the record"
    return found.map(codes), told.where(lost, "")


def _dated(found: pd.Series, written: str, column: str) -> tuple[pd.Series, pd.Series]:
    """Days, with the time of day where it is written, in local time; and why a row has none."""
    day = pd.to_datetime(found, format=written, errors="coerce", utc="%z" in written)
    if "%z" in written:
        day = day.dt.tz_convert("Europe/Stockholm").dt.tz_localize(None)
    lost = day.isna() & (found != "")
    shown = {"%S": "%Y-%m-%d %H:%M:%S", "%M": "%Y-%m-%d %H:%M", "%H": "%Y-%m-%d %H:%M"}
    form = next((form for sign, form in shown.items() if sign in written), "%Y-%m-%d")
    told = f"{column} " + found.map(lambda text: repr(masked(text))) + f" is not written {written}"
    return day.dt.strftime(form).fillna(""), told.where(lost, "")

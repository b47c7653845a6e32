"""What each table and column means, in plain words, with one example that is never a figure.

Whoever fills in a table must not guess what a column is for; and the row that shows how it is done
cannot be counted as something that happened in the city.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.data.columns import AREA_ID, MONTH, PERIOD
from analysis.data.schemas import SCHEMAS

NEEDED = ("always", "often", "later", "received", "rare")
MARK = "EXEMPEL"
CITY = f"kommun:{MARK}"  # in an example; as laid out, the id of the city's own municipality
WORDS = tomllib.loads(Path(__file__).with_name("explained.toml").read_text(encoding="utf-8"))

_FORMS = {AREA_ID: "area", MONTH: "month", PERIOD: "period"}
_OR_BLANK = "^$|"
_MUNICIPALITY = r"^kommun:\d{4}$"


@dataclass(frozen=True, kw_only=True)
class Column:
    """What a column means in both languages, and the cell of the example row.

    ``keys`` are the only texts that may stand in it, each with what it means in Swedish; empty
    where any will do.
    """

    sv: str
    en: str
    example: str
    keys: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One table, explained.

    Parameters
    ----------
    title
        What it is called in Swedish.
    kind
        What kind of figures it holds, as in a source record.
    needed
        One of ``NEEDED``: how soon a city needs it; "received" comes whole from somebody else and
        is never kept by hand, "rare" is of published history; neither is laid out as a file.
    about, absent, cannotSay
        In "sv" and "en": what it holds; what a missing row or cell means; what it cannot show.
    columns
        By name, in the order of the schema.
    """

    title: str
    kind: str
    needed: str
    about: dict[str, str]
    absent: dict[str, str]
    cannotSay: dict[str, str]
    columns: dict[str, Column]


def _table(name: str, said: dict) -> Explained:
    told = WORDS["common"] | said["columns"]
    columns = {
        column: Column(**{**told[column], "keys": _keys(checked, told[column])})
        for column, checked in SCHEMAS[name].columns.items()
    }
    return Explained(**{**said, "columns": columns})


def _keys(checked, said: dict) -> dict[str, str]:
    meanings = WORDS["keys"] | said.get("keys", {})
    return {key: meanings[key] for key in _limits(checked).get("allowed_values", ())}


def _limits(checked) -> dict:
    """What the rules of a schema's column hold it to."""
    return {name: value for check in checked.checks for name, value in check.statistics.items()}


TABLES: dict[str, Explained] = {name: _table(name, said) for name, said in WORDS["tables"].items()}


def example(table: str) -> pd.DataFrame:
    """The example row of a table, as text; some cell of it holds ``EXEMPEL``."""
    return pd.DataFrame([{name: one.example for name, one in TABLES[table].columns.items()}])


def example_rows(table: str, rows: pd.DataFrame) -> pd.Series:
    """Which rows are the template's example, untouched.

    Parameters
    ----------
    table
        The table's name.
    rows
        Text, with at least the table's columns.

    Notes
    -----
    The template names the city's own municipality where the example has ``CITY``. An example row
    that was changed in part, but still holds the mark, is not among them:
    :func:`analysis.data.rules.broken` gives it as broken, so that it is neither counted nor lost.
    """
    shown = example(table).iloc[0]
    found = rows[list(shown.index)].copy()
    for column in shown.index[shown == CITY]:
        found[column] = found[column].replace(_MUNICIPALITY, CITY, regex=True)
    return (found == shown).all(axis=1)


def lacking(table: str, columns: Iterable[str]) -> list[str]:
    """The columns of a table that a file does not have, each with what belongs there.

    Parameters
    ----------
    table
        The table's name.
    columns
        Those that the file has.

    Examples
    --------
    >>> lacking("doses", ["measure_id", "month", "planned"])
    ["doses lacks the column delivered: as much as was done; 0 means nothing, blank means unknown (number, at least 0; may be blank), such as '96'. A column without any value may be all blank, but its heading must be there."]
    """  # noqa: E501
    here = set(columns)
    missing = {name: one for name, one in TABLES[table].columns.items() if name not in here}
    return [_lacks(table, name, one) for name, one in missing.items()]


def _lacks(table: str, name: str, column: Column) -> str:
    shown = f", such as {column.example!r}" if column.example else ""
    rule = allowed(table, name, "en")
    way_out = (
        " A column without any value may be all blank, but its heading must be there."
        if rule.endswith(WORDS["allowed"]["en"]["blank"])
        else " Add it."
    )
    meaning = column.en[0].lower() + column.en[1:]
    return f"{table} lacks the column {name}: {meaning} ({rule}){shown}.{way_out}"


def allowed(table: str, column: str, language: str) -> str:
    """What may stand in a column and whether it may be blank, in the reader's language.

    Examples
    --------
    >>> allowed("indicators", "wanted", "en"), allowed("measures", "partners", "en")
    ('one of: less, more; must be filled in', 'text; may be blank')
    >>> allowed("indicators", "wanted", "sv")
    'ett av: `less` = mindre, `more` = mer; måste fyllas i'
    """
    words, keys = WORDS["allowed"][language], TABLES[table].columns[column].keys
    form, facts, blank = _rule(SCHEMAS[table].columns[column])
    meanings = ", ".join(f"`{key}` = {meaning}" for key, meaning in keys.items())
    told = words[form].format(**facts, choices=", ".join(keys), meanings=meanings)
    return f"{told}; {words['blank' if blank else 'filled']}"


def _rule(column) -> tuple[str, dict, bool]:
    """The form of a column's values, the facts that its words need, and whether it may be blank."""
    kind, limits = str(column.dtype), _limits(column)
    if kind.startswith("datetime"):
        return "day", {}, column.nullable
    if kind in ("Int64", "float64"):
        return *_numbers(kind, limits), column.nullable
    if "allowed_values" in limits:
        return "choice", {}, False
    if "pattern" in limits:
        pattern = limits["pattern"]
        return _FORMS[pattern.removeprefix(_OR_BLANK)], {}, re.match(pattern, "") is not None
    return "text", {}, not limits


def _numbers(kind: str, limits: dict) -> tuple[str, dict]:
    low, high = limits["min_value"], limits.get("max_value", float("inf"))
    facts = {"low": f"{low:g}", "high": f"{high:g}"}
    if low == float("-inf"):
        return "number", facts
    upwards = high == float("inf")
    if kind == "Int64":
        return ("whole" if upwards else "whole_between"), facts
    return ("number_from" if upwards else "number_between"), facts

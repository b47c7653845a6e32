"""Statistics Sweden's database (PxWebApi 2), asked only for what it has, and got whole.

What is asked is checked against the table's own description before any data are asked for, a
table that is larger than one answer may be is asked for in parts, and an answer that lacks a code
that was asked for is no answer: a city is never taken for empty because a code was mistyped.
"""

import re
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from math import prod
from urllib.parse import quote

from pydantic import BaseModel, PositiveFloat, PositiveInt

from analysis.data.fetching.client import Client, Provider
from analysis.data.formats.answers import Answer
from analysis.data.formats.jsonstat import Cells, Description, Shape, Table, shaped
from analysis.words.questions import NotFetched, WrongQuestion, one_of

PROVIDER = Provider("SCB", pause=0.34, licence="cc0")
BASE = "https://statistikdatabasen.scb.se/api/v2"
_TIMES = re.compile(r"(top|from)\((.+)\)", re.IGNORECASE)


class Config(BaseModel):
    """How much may be asked at once, and how often."""

    maxDataCells: PositiveInt
    maxCallsPerTimeWindow: PositiveInt
    timeWindow: PositiveFloat


class Code(BaseModel):
    """One code of a code list."""

    code: str


class Codelist(BaseModel):
    """A set of codes by which a variable can be asked."""

    values: list[Code]


@dataclass(frozen=True)
class Variable:
    """What a table can be asked by.

    Parameters
    ----------
    code
        Its name in the table.
    values
        The codes it has, in the table's order; None when the provider does not list them.
    time
        Whether its codes are times.
    optional
        Whether it may be left out, and the table then is about all of it.
    """

    code: str
    values: list[str] | None
    time: bool
    optional: bool


def answers(client: Client, ask: dict) -> list[Answer]:
    """A table, in as few answers as its size allows.

    Parameters
    ----------
    client
        To call with.
    ask
        ``table`` (its id), ``selection`` ({variable: codes}) and ``codelists`` ({variable: id}).
        Among the codes may stand ``*`` and ``?`` for any signs or one, and for time ``top(5)``,
        the five newest, and ``from(2015)``.

    Raises
    ------
    WrongQuestion
        When the table has no such variable or code, or one that it needs is not chosen.
    NotFetched
        When an answer is missing, or is not the table that was asked for.
    """
    table, selection = needed(ask, ("table", "selection"), ("codelists",))
    codelists = ask.get("codelists", {})
    config = understood(client.get("config"), Config)
    pace(client, config.maxCallsPerTimeWindow, config.timeWindow)
    path = f"tables/{quote(table, safe='')}"
    variables = _variables(client, path, codelists)
    return [
        _data(client, path, part, codelists)
        for part in split(chosen(variables, selection, table), config.maxDataCells)
    ]


def needed(ask: dict, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> list:
    """What a record asks for, part by part.

    Raises
    ------
    WrongQuestion
        When a part is missing or is not one of these.
    """
    for part in ask:
        one_of("part of ask", part, (*required, *optional))
    if lacking := [part for part in required if not ask.get(part)]:
        raise WrongQuestion(
            f"ask lacks {', '.join(lacking)}; it says {', '.join(ask) or 'nothing'}."
        )
    return [ask[part] for part in required]


def understood(answer: Answer, shape: type[Shape]) -> Shape:
    """What an answer says.

    Raises
    ------
    NotFetched
        When it has another shape than it should, which is the provider's doing, not the asker's.
    """
    try:
        return shaped(answer, shape)
    except WrongQuestion as problem:
        raise NotFetched(f"An answer cannot be used: {problem} Nothing was changed.") from None


def pace(client: Client, calls: int, seconds: float) -> None:
    """Call no oftener than so many times in so many seconds, should that be slower than now."""
    pause = max(client.provider.pause, seconds / calls)
    client.provider = replace(client.provider, pause=pause)


def _variables(client: Client, path: str, codelists: dict[str, str]) -> list[Variable]:
    """The variables of a table, those with a code list with its codes."""
    table = understood(client.get(f"{path}/metadata", {"lang": "sv"}), Description)
    for name, codelist in codelists.items():
        one_of("variable with a code list", name, table.id)
        known = [one.id for one in table.dimension[name].extension.codelists]
        one_of(f"code list of {name}", codelist, known)
    return [
        Variable(
            name,
            _listed(client, codelists[name])
            if name in codelists
            else table.dimension[name].category.codes,
            time=name in table.role.time,
            optional=table.dimension[name].extension.elimination,
        )
        for name in table.id
    ]


def _listed(client: Client, codelist: str) -> list[str]:
    answer = client.get(f"codelists/{quote(codelist, safe='')}", {"lang": "sv"})
    found = understood(answer, Codelist)
    return [value.code for value in found.values]


def chosen(
    variables: list[Variable], selection: dict[str, list[str]], table: str
) -> dict[str, list[str]]:
    """The codes that are asked for, each by its name.

    Parameters
    ----------
    variables
        What the table can be asked by.
    selection
        What the record asks for: codes, and expressions that stand for several.
    table
        Its name, for errors.

    Raises
    ------
    WrongQuestion
        When the table has no such variable or code, or one that it needs is not chosen.
    """
    known = {variable.code: variable for variable in variables}
    for name, asked in selection.items():
        one_of(f"variable of {table}", name, known)
        if not (isinstance(asked, list) and asked and all(isinstance(one, str) for one in asked)):
            raise WrongQuestion(f"{name} of {table} must be a list of texts, not {asked!r}.")
    needs = [one.code for one in variables if not one.optional and one.code not in selection]
    if needs:
        raise WrongQuestion(
            f'{table} needs a choice of {", ".join(needs)}: name codes, or ["*"] for all.'
        )
    return {
        name: list(dict.fromkeys(code for one in asked for code in _meant(known[name], one)))
        for name, asked in selection.items()
    }


def _meant(variable: Variable, asked: str) -> list[str]:
    """The codes that one text stands for."""
    if variable.values is None:
        if _TIMES.fullmatch(asked) or asked == "*":
            raise WrongQuestion(
                f"the codes of {variable.code} are not listed, so {asked} cannot be counted: "
                "name them."
            )
        return [asked]
    if asked in variable.values:
        return [asked]
    if expression := _TIMES.fullmatch(asked):
        return _times(variable, asked, expression[1].lower(), expression[2].strip())
    found = [code for code in variable.values if fnmatchcase(code, asked)]
    return found or [one_of(f"code of {variable.code}", asked, variable.values)]


def _times(variable: Variable, asked: str, kind: str, argument: str) -> list[str]:
    """The codes of time that ``top`` or ``from`` stands for, oldest first."""
    if not variable.time:
        raise WrongQuestion(
            f"{asked} counts along time, which {variable.code} is not: name its codes, or '*'."
        )
    times = sorted(variable.values)
    if kind == "from":
        return times[times.index(one_of(f"code of {variable.code}", argument, times)) :]
    if not argument.isdecimal() or int(argument) == 0:
        raise WrongQuestion(f"{asked} of {variable.code} must name how many times: top(5).")
    return times[-int(argument) :]


def split(choice: dict[str, list[str]], cells: int) -> list[dict[str, list[str]]]:
    """A choice in the fewest parts along its longest variable that have so many cells at most.

    Examples
    --------
    >>> split({"Region": ["1480"], "Tid": ["2022", "2023", "2024"]}, cells=2)
    [{'Region': ['1480'], 'Tid': ['2022', '2023']}, {'Region': ['1480'], 'Tid': ['2024']}]
    """
    whole = prod(len(codes) for codes in choice.values())
    if whole <= cells:
        return [choice]
    longest = max(choice, key=lambda name: len(choice[name]))
    codes = choice[longest]
    at_once = max(1, cells * len(codes) // whole)
    return [
        part
        for first in range(0, len(codes), at_once)
        for part in split({**choice, longest: codes[first : first + at_once]}, cells)
    ]


def _data(
    client: Client, path: str, choice: dict[str, list[str]], codelists: dict[str, str]
) -> Answer:
    """The answer with one part of a table."""
    selection = [
        {"variableCode": name, "valueCodes": codes}
        | ({"codelist": codelists[name]} if name in codelists else {})
        for name, codes in choice.items()
    ]
    answer = client.post(f"{path}/data?outputFormat=json-stat2&lang=sv", {"selection": selection})
    complete(answer, understood(answer, Table).cells(), choice)
    return answer


def complete(answer: Answer, cells: Cells, choice: dict[str, list[str]]) -> None:
    """Nothing, when an answer has each cell that was asked for and no other.

    Raises
    ------
    NotFetched
        When a code is missing, or the number of cells is another.
    """
    rows = cells.rows
    for name, codes in choice.items():
        found = set(rows[name]) if name in cells.keys else set(rows.columns)
        if lacking := [code for code in codes if code not in found]:
            raise NotFetched(
                f"{answer.address} answered without {name} {', '.join(lacking)}, which was asked "
                "for: half an answer is no answer. Nothing was changed."
            )
    expected = prod(len(choice.get(name, rows[name].unique())) for name in cells.keys)
    if len(rows) != expected:
        raise NotFetched(
            f"{answer.address} answered with {len(rows)} cells where {expected} were asked for. "
            "Nothing was changed."
        )

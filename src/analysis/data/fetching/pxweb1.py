"""A city's own PxWeb database (version 1), asked in its own words, and got whole.

Its variables and codes are words, its tables lie at paths with blanks and å, ä and ö, and more
cells than it allows are refused: what is asked is checked against the table's own description,
and a larger table is asked for in parts.
"""

from urllib.parse import quote

from pydantic import BaseModel, PositiveFloat, PositiveInt

from analysis.data.fetching.client import Client, Provider
from analysis.data.fetching.pxweb import (
    Variable,
    chosen,
    complete,
    needed,
    pace,
    split,
    understood,
)
from analysis.data.formats.answers import Answer
from analysis.data.formats.pxjson import Table
from analysis.words.questions import WrongQuestion

PROVIDER = Provider("PxWeb", pause=1.0, licence="goteborg")
BASE = "https://statistikdatabas.goteborg.se/api/v1/sv"


class Config(BaseModel):
    """How much may be asked at once, and how often."""

    maxCells: PositiveInt
    maxCalls: PositiveInt
    timeWindow: PositiveFloat


class MetadataVariable(BaseModel):
    """One variable as a table describes it; only what is so is said of it."""

    code: str
    values: list[str] | None = None
    time: bool = False
    elimination: bool = False


class Metadata(BaseModel):
    """What a table says of itself."""

    variables: list[MetadataVariable]


def answers(client: Client, ask: dict) -> list[Answer]:
    """A table, in as few answers as its size allows.

    Parameters
    ----------
    client
        To call with.
    ask
        ``path`` (the folders and the table, as the database shows them) and ``query``
        ({variable: codes}), with the expressions of :func:`pxweb.answers`. Instead of codes a
        grouping may be asked for, its groups by name:
        ``{"filter": "agg:Ettårs_13.agg", "values": ["20-64 år"]}``.

    Raises
    ------
    WrongQuestion
        When the table has no such variable or code, or one that it needs is not chosen.
    NotFetched
        When an answer is missing, or is not the table that was asked for.
    """
    parts, query = needed(ask, ("path", "query"))
    path = "/".join(quote(part, safe="") for part in parts)
    about = understood(client.get(path), Metadata)
    limits = understood(client.get(f"{path}?config"), Config)
    pace(client, limits.maxCalls, limits.timeWindow)
    groupings = {name: asked["filter"] for name, asked in query.items() if _grouped(name, asked)}
    selection = {n: asked["values"] if n in groupings else asked for n, asked in query.items()}
    variables = [
        Variable(
            one.code,
            None if one.code in groupings else one.values,
            time=one.time,
            optional=one.elimination,
        )
        for one in about.variables
    ]
    choice = chosen(variables, selection, parts[-1])
    return [_data(client, path, part, groupings) for part in split(choice, limits.maxCells)]


def _grouped(name: str, asked) -> bool:
    """Whether a variable is asked by a grouping or another set of values."""
    if not isinstance(asked, dict):
        return False
    if set(asked) != {"filter", "values"} or not asked["filter"].startswith(("agg:", "vs:")):
        raise WrongQuestion(
            f"{name} must be a list of codes, or have a filter that starts with agg: or vs: and "
            f"values, not {asked!r}."
        )
    return True


def _data(
    client: Client, path: str, choice: dict[str, list[str]], groupings: dict[str, str]
) -> Answer:
    """The answer with one part of a table."""
    query = [
        {"code": name, "selection": {"filter": groupings.get(name, "item"), "values": codes}}
        for name, codes in choice.items()
    ]
    answer = client.post(path, {"query": query, "response": {"format": "json"}})
    complete(answer, understood(answer, Table).cells(), choice)
    return answer

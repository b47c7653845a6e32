"""Kolada (version 3), asked in parts it allows and read to the last page, or not at all.

One part that is left out would look like municipalities without figures; here a part that fails,
a page that is missing and an answer about something else stop the whole batch.
"""

from itertools import product
from urllib.parse import urlsplit

from pydantic import BaseModel

from analysis.data.fetching.client import Client, NoAnswer, Provider
from analysis.data.fetching.pxweb import needed, understood
from analysis.data.formats.answers import Answer
from analysis.data.formats.jsonstat import Shape
from analysis.data.formats.kolada import Page
from analysis.words.questions import NotFetched, WrongQuestion

PROVIDER = Provider("Kolada", pause=0.2, licence="kolada")
BASE = "https://api.kolada.se/v3"
AT_ONCE, PER_PAGE = 25, 5000
PARTS = ("kpi", "municipality", "year")
WAYS_OUT = {
    "kpi": "look for its id on kolada.se",
    "municipality": "1480 is a municipality, 0014 a region, 0000 the country",
}


class Entry(BaseModel):
    """What Kolada knows by an id."""

    id: str


class Known(BaseModel):
    """One answer about key figures or areas."""

    count: int
    values: list[Entry]
    next_url: str | None = None


def answers(client: Client, ask: dict) -> list[Answer]:
    """Figures of areas and years, in as few answers as Kolada allows.

    Parameters
    ----------
    client
        To call with.
    ask
        ``{"kpi": ["N07609", "N07657"], "municipality": ["1480"], "year": [2023, 2024]}``; the
        margin of a key figure is asked for by its own id.

    Raises
    ------
    WrongQuestion
        When Kolada has no such key figure or area.
    NotFetched
        When an answer is missing, is not whole, or is about something else.
    """
    asked = {part: _texts(part, ids) for part, ids in zip(PARTS, needed(ask, PARTS), strict=True)}
    for ids in _parted(asked["kpi"]):
        _known(client, "kpi", f"kpi/{','.join(ids)}", ids)
    _known(client, "municipality", "municipality", asked["municipality"])
    return [
        answer
        for part in product(*(_parted(ids) for ids in asked.values()))
        for answer in _part(client, dict(zip(PARTS, part, strict=True)))
    ]


def _texts(part: str, ids: list) -> list[str]:
    """The ids of one part, each once."""
    texts = [str(one) for one in ids] if isinstance(ids, list) else []
    if not texts or not all(text.isalnum() and text.isascii() for text in texts):
        raise WrongQuestion(f'{part} of ask must be a list, ["..."] or [2024], not {ids!r}.')
    return list(dict.fromkeys(texts))


def _parted(ids: list[str]) -> list[list[str]]:
    return [ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE)]


def _known(client: Client, part: str, path: str, ids: list[str]) -> None:
    """Ask whether there are such ids before any figure is asked for."""
    found = {entry.id for _, page in _pages(client, path, Known) for entry in page.values}
    if lacking := [one for one in ids if one not in found]:
        raise WrongQuestion(f"Kolada has no {part} {', '.join(lacking)}: {WAYS_OUT[part]}.")


def _part(client: Client, part: dict[str, list[str]]) -> list[Answer]:
    """The answers about one part of what is asked, every one of them about it."""
    path = "data/" + "/".join(f"{name}/{','.join(ids)}" for name, ids in part.items())
    pages = _pages(client, path, Page)
    for answer, page in pages:
        for figure in page.values:
            about = (figure.kpi, figure.municipality, str(figure.period))
            if any(one not in ids for one, ids in zip(about, part.values(), strict=True)):
                raise NotFetched(
                    f"{answer.address} was answered with {', '.join(about)}, which was not asked "
                    "for. Nothing was changed."
                )
    return [answer for answer, _ in pages]


def _pages(client: Client, path: str, shape: type[Shape]) -> list[tuple[Answer, Shape]]:
    """Every page of an answer; together they hold as much as Kolada says."""
    pages, following = [], f"{path}?per_page={PER_PAGE}"
    while following:
        answer = _get(client, following)
        if answer.address in [asked.address for asked, _ in pages]:
            raise NotFetched(f"{answer.address} names itself as its next page: it has no end.")
        pages.append((answer, understood(answer, shape)))
        following = _following(path, pages[-1][1].next_url)
    counts, lengths = zip(*((page.count, len(page.values)) for _, page in pages), strict=True)
    if set(counts) != {sum(lengths)} and counts != lengths:
        raise NotFetched(
            f"{pages[0][0].address} was answered with {sum(lengths)} values where Kolada says "
            f"{', '.join(map(str, counts))}: a part is missing. Nothing was changed."
        )
    return pages


def _get(client: Client, path: str) -> Answer:
    try:
        return client.get(path)
    except NoAnswer as problem:
        if "status 410" not in str(problem):
            raise
        raise NoAnswer(
            f"{problem} Version 2 of Kolada is closed (410 Gone): write {BASE} in fetch.base."
        ) from None


def _following(path: str, next_url: str | None) -> str:
    """The next page on the provider's own address, whichever host it names; blank at the end.

    Examples
    --------
    >>> _following("data/kpi/N07609", "http://elsewhere/v3/data/kpi/N07609?page=2")
    'data/kpi/N07609?page=2'
    """
    if not next_url:
        return ""
    named = urlsplit(next_url)
    kind = path.split("/")[0]
    _, found, rest = named.path.partition(f"/{kind}")
    if not found or not named.query:
        raise NotFetched(
            f"Kolada's next page of {path} is {next_url!r}, which is no page of it. Nothing was "
            "changed."
        )
    return f"{kind}{rest}?{named.query}"

"""Every provider that can be asked, how it wishes to be asked, and what its answers are."""

from collections.abc import Callable
from dataclasses import dataclass

from analysis.data.fetching import kolada, polisen, pxweb, pxweb1
from analysis.data.fetching.client import Client, Provider
from analysis.data.formats.answers import Answer


@dataclass(frozen=True)
class Connector:
    """How one provider is asked.

    Parameters
    ----------
    provider
        Its rules.
    base
        Its address, unless the record has another.
    answers
        From a client and what the record asks for: the whole batch, in order. It raises
        ``NotFetched`` or ``WrongQuestion`` rather than leave out a part.
    format
        In which format its answers are read, a key of ``formats.known.FORMATS``.
    """

    provider: Provider
    base: str
    answers: Callable[[Client, dict], list[Answer]]
    format: str


CONNECTORS: dict[str, Connector] = {
    "polisen": Connector(polisen.PROVIDER, polisen.BASE, polisen.answers, "polisen-events"),
    "kolada": Connector(kolada.PROVIDER, kolada.BASE, kolada.answers, "kolada"),
    "scb": Connector(pxweb.PROVIDER, pxweb.BASE, pxweb.answers, "json-stat"),
    "pxweb1": Connector(pxweb1.PROVIDER, pxweb1.BASE, pxweb1.answers, "px-json"),
}

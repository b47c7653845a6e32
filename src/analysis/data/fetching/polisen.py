"""The police's news of events, asked so seldom as they wish, and never taken for whole when cut.

An answer holds the 500 newest events and says nothing of older ones. Without a day that is what
was asked for; of a day, a month or a year it would be a part that looks like the whole.
"""

from analysis.data.fetching.client import Client, Provider
from analysis.data.formats.answers import Answer
from analysis.words.questions import NotFetched, WrongQuestion, one_of

PROVIDER = Provider("Polisen", pause=10.0, licence="polisen")
BASE = "https://polisen.se/api"
ASKS = ("locationname", "type", "DateTime")
KEYS = {"id", "datetime", "name", "summary", "url", "type", "location"}
MOST = 500


def answers(client: Client, ask: dict) -> list[Answer]:
    """The newest events, in one answer.

    Parameters
    ----------
    client
        To call with.
    ask
        ``locationname`` and ``type``: a text or a list of them; ``DateTime``: a day, month or
        year, ``2026-08-22``, ``2026-08`` or ``2026``. Without any: the newest of the country.

    Raises
    ------
    WrongQuestion
        When something else is asked for.
    NotFetched
        When the answer is not a list of events, is empty, or may lack a part of the time asked
        for.
    """
    query = {one_of("part of ask", name, ASKS): _joined(value) for name, value in ask.items()}
    answer = client.get("events", query)
    rows = _events(answer)
    if "DateTime" in query and len(rows) >= MOST:
        raise NotFetched(
            f"{answer.address} answered with {len(rows)} events, as many as it gives at once, so "
            f"older ones of {query['DateTime']} may be missing: ask for a shorter time, fewer "
            "places or fewer types. Nothing was changed."
        )
    return [answer]


def _joined(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ";".join(value)


def _events(answer: Answer) -> list[dict]:
    """The events of an answer that has the shape it always had."""
    try:
        rows = answer.json()
    except WrongQuestion as problem:
        raise NotFetched(f"{problem} Nothing was changed.") from None
    if not isinstance(rows, list) or not rows:
        found = f"a {type(rows).__name__}" if rows else "nothing in it"
        raise NotFetched(
            f"{answer.address} answered with {found} instead of a list of events, which is no "
            "answer. Nothing was changed."
        )
    for place, row in enumerate(rows, start=1):
        found = set(row) if isinstance(row, dict) else set()
        if found != KEYS:
            raise NotFetched(
                f"{answer.address} answered in another shape than before: event {place} has "
                f"{', '.join(sorted(found)) or 'no keys'} instead of {', '.join(sorted(KEYS))}. "
                "Nothing was changed."
            )
    return rows

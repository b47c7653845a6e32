"""Write docs/sources.md: every format and provider, and how each provider's bad days are met.

``python -m tests.docs_sources``. The figures are those of the suite that runs with the tests.
"""

from collections.abc import Iterable

from analysis.data.fetching.connectors import CONNECTORS
from analysis.data.formats.known import FORMATS
from tests.conftest import ROOT
from tests.data.fetching.test_bad_days import DAYS, NOTHING, WHOLE, Met, matrix

FILE = ROOT / "docs" / "sources.md"
HEAD = """# Sources: formats, providers and their bad days

Written by `python -m tests.docs_sources`; a test holds it alike. How a record asks for a format or a provider stands in
[bring_your_own_city.md](bring_your_own_city.md).
"""


def page(met: Iterable[Met]) -> str:
    """The page as Markdown, from what became of every batch on every bad day."""
    met = list(met)
    return HEAD + formats() + providers() + bad_days(met)


def formats() -> str:
    """What each reader reads, by the first sentence of its own words."""
    rows = [f"| `{name}` | {_first(read)} |" for name, read in sorted(FORMATS.items())]
    return "\n## Formats\n| `format` | reads |\n|---|---|\n" + "\n".join(rows) + "\n"


def providers() -> str:
    """Who can be asked, where, and how seldom."""
    rows = [
        f"| `{name}` | {one.provider.name} | {one.base} | {one.provider.pause:g} | `{one.format}` |"
        for name, one in sorted(CONNECTORS.items())
    ]
    head = "| `connector` | provider | base address | seconds between calls | read as |\n|---|---|---|---|---|\n"
    return "\n## Providers\n" + head + "\n".join(rows) + "\n"


def bad_days(met: list[Met]) -> str:
    """How often a batch came whole or not at all, by provider and bad day."""
    names = sorted(CONNECTORS)
    rows = [
        f"| {day} | " + " | ".join(_cell(met, name, day) for name in names) + " |" for day in DAYS
    ]
    calls = " | ".join(f"{name} ({_calls(met, name)} calls)" for name in names)
    head = f"| bad day | {calls} |\n|---|{'---|' * len(names)}\n"
    whole = sum(one.outcome == WHOLE for one in met)
    lost = sum(one.outcome == NOTHING and one.changed for one in met)
    told = (
        f"\nEach provider is played on loopback, and each of its calls goes wrong in {len(DAYS)} ways: {len(met)} batches. "
        f"{whole} came whole, {len(met) - whole} not at all and were told; partly kept: {lost}. After each refusal "
        "the same command on a good day brought the whole batch.\n\n"
    )
    return "\n## Bad days\n" + told + head + "\n".join(rows) + "\n"


def _cell(met: list[Met], name: str, day: str) -> str:
    mine = [one for one in met if (one.connector, one.day) == (name, day)]
    whole = sum(one.outcome == WHOLE for one in mine)
    return f"{whole} whole, {len(mine) - whole} refused"


def _calls(met: list[Met], name: str) -> int:
    return next(one.of for one in met if one.connector == name)


def _first(read) -> str:
    return " ".join((read.__doc__ or "").split("\n\n")[0].split())


if __name__ == "__main__":
    FILE.write_text(page(matrix()), encoding="utf-8")

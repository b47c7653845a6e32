"""Write docs/replications.md: what others published beside what our functions give.

``python -m tests.replication``, where the shared validation data are.
"""

from collections import Counter
from math import ceil, log10
from pathlib import Path

from tests.replication.registry import (
    NOT_COVERED,
    REPLICATIONS,
    computed,
    entries,
    load,
    misses,
    tolerance,
)

HEAD = """# Numbers that others published, and ours

Written by `python -m tests.replication`; a test holds it to what that would write. Ours come from the
public functions of `src/analysis`; passed means that every number lies within the tolerance of the
expected one. *Print checked* means that the expected number was seen in the publication or in the
file named; *print not checked* that it was quoted from memory and came out when computed anew, so
look it up before citing a table; *reference software* that another implementation was run on the
same data.
"""
COVERED = """
| entry | what | expected | ours | tolerance | passed | expected from | source |
|---|---|---|---|---|---|---|---|
"""
NOT = """
## Not covered

| entry | what | why not |
|---|---|---|
"""


def page(validation: Path) -> str:
    """The page as Markdown, from the folder with ``validation.json`` and its data."""
    load()
    known = [entry for entry in entries(validation) if entry["id"] in REPLICATIONS]
    rest = [entry for entry in entries(validation) if entry["id"] not in REPLICATIONS]
    passed = [not misses(one, computed(one["id"], validation)) for one in known]
    kinds = Counter(checked(one) for one in known)
    told = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    totals = (
        f"\n**{len(known) + len(rest)} entries: {len(known)} covered, {sum(passed)} of them passed, "
        f"{len(rest)} not covered.** Of those covered: {told}.\n"
    )
    rows = [covered(one, computed(one["id"], validation)) for one in known]
    missing = [
        row(one["id"], one["spec"], NOT_COVERED.get(one["id"], "not yet told")) for one in rest
    ]
    return HEAD + totals + COVERED + "".join(rows) + NOT + "".join(missing)


def covered(entry: dict, ours: dict[str, float]) -> str:
    """The row of an entry that we compute."""
    places = {number: decimals(tolerance(entry, number)) for number in entry["expected"]}
    expected = (
        f"{number} {round(value, places[number])}" for number, value in entry["expected"].items()
    )
    found = (
        f"{ours[number]:.{places[number]}f}" if number in ours else "none" for number in places
    )
    allowed = dict.fromkeys(f"{tolerance(entry, number):g}" for number in places)
    return row(
        entry["id"],
        entry["spec"],
        "<br>".join(expected),
        "<br>".join(found),
        ", ".join(allowed),
        "no" if misses(entry, ours) else "yes",
        checked(entry),
        entry["source"],
    )


def decimals(allowed: float) -> int:
    """One decimal more than a tolerance speaks of."""
    return max(0, ceil(-log10(allowed))) + 1 if allowed else 0


def checked(entry: dict) -> str:
    """Whether the expected number was seen in print."""
    origin = entry["expected_from"]
    if origin.startswith("reference software"):
        return "reference software"
    return "print not checked" if "from memory" in origin else "print checked"


def row(*cells: str) -> str:
    """One line of a Markdown table."""
    return "| " + " | ".join(cell.strip().replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    from tests.conftest import ROOT, SHARED

    (ROOT / "docs" / "replications.md").write_text(page(SHARED / "validation"), encoding="utf-8")

"""Which published numbers our own public functions give back, and which they do not, and why.

An entry is an entry of ``validation.json`` in the shared folder. A function registered here
computes its numbers; ``NOT_COVERED`` says why the rest has none; an entry in neither fails.
"""

import json
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

import pandas as pd

REPLICATIONS: dict[str, Callable[[Path], dict[str, float]]] = {}
NOT_COVERED: dict[str, str] = {
    "cnt-16-quine-nb": "No design rests on a negative binomial regression, whose errors reject "
    "5-12 % of true nulls at our scale; counts are quasi-Poisson.",
    "cnt-18-ingarch-vans": "Memory from month to month stretches the error here; no design models "
    "counts on past counts.",
    "did-03-castle-negbin": "As cnt-16: no design rests on a negative binomial regression.",
    "brk-02-nile-locallevel": "No design has a drifting level; breaks are sought by segmentation.",
    "its-04-ukdrivers-ucm": "No design has a drifting level; interrupted series are of counts.",
    "agr-02-fleiss": "Our parties rate on an ordered scale and are compared by Kendall's W; "
    "nothing of ours is a matter of unordered categories.",
    "spa-01-moran-columbus": "The data come only with another library, and no design of ours "
    "measures how alike neighbouring areas are.",
}
# where an entry's own words would not be understood by whoever has only this repository
REWORDED: dict[str, dict[str, str]] = {
    "cnt-06-seed-15-vs-40": {
        "spec": "15 against 40 events in equal periods: exact conditional p and interval, E-test p"
    },
    "did-05-castle-bacon": {
        "source": "Output of R's bacondecomp for castle; Goodman-Bacon 2021, J. Econometrics 225:254"
    },
    "did-11-cornwell-trumbull": {
        "spec": "County panel 1981-87, within + year effects: probability of arrest, conviction and "
        "prison, sentence, police per capita"
    },
}


def replicates(entry: str):
    """Register the function that computes the numbers of an entry from the folder of its data."""

    def register(compute):
        if entry in REPLICATIONS:
            raise ValueError(f"{entry} is computed twice: by {REPLICATIONS[entry]} and {compute}.")
        REPLICATIONS[entry] = compute
        return compute

    return register


def table(data: Path, name: str) -> pd.DataFrame:
    """One file of the shared folder's data."""
    return pd.read_csv(data / name)


def load() -> None:
    """Register what every ``*_entries.py`` beside this file replicates."""
    for file in sorted(Path(__file__).parent.glob("*_entries.py")):
        import_module(f"tests.replication.{file.stem}")


@cache
def entries(validation: Path) -> tuple[dict, ...]:
    """The entries of ``validation.json``, in its order."""
    read = json.loads((validation / "validation.json").read_text("utf-8"))["entries"]
    return tuple(entry | REWORDED.get(entry["id"], {}) for entry in read)


@cache
def computed(entry: str, validation: Path) -> dict[str, float]:
    """Our numbers of an entry."""
    return REPLICATIONS[entry](validation / "data")


def tolerance(entry: dict, number: str) -> float:
    """How far ours may be from the expected one."""
    allowed = entry["tolerance"]
    return allowed[number] if isinstance(allowed, dict) else allowed


def misses(entry: dict, ours: dict[str, float]) -> dict[str, tuple[float, float | None]]:
    """The expected numbers that ours do not give back, with ours."""
    return {
        number: (expected, ours.get(number))
        for number, expected in entry["expected"].items()
        if number not in ours or not abs(ours[number] - expected) <= tolerance(entry, number)
    }

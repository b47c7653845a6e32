"""Synthetic comparisons in print: Proposition 99 and the Basque Country, from our functions."""

from pathlib import Path

import numpy as np

from analysis.methods.synthetic import gap, synthetic
from analysis.methods.synthetic_difference import (
    difference,
    regularisation,
    synthetic_difference,
    time_weights,
    unit_weights,
)
from tests.replication.registry import replicates, table

SMOKING_START = 1989 - 1970
PUBLISHED_STEPS = 10_000
PUBLISHED_SMOKING = {
    "Colorado": 0.164, "Connecticut": 0.069, "Montana": 0.199, "Nevada": 0.234, "Utah": 0.334,
}  # fmt: skip
PUBLISHED_BASQUE = {"Cataluna": 0.851, "Madrid (Comunidad De)": 0.149}


def smoking(data: Path):
    """Packs a head, shape (states, years 1970-2000), the states' names and California's row."""
    packs = table(data, "smoking_prop99.csv").pivot(index="state", columns="year", values="cigsale")
    return packs.to_numpy(), list(packs.index), list(packs.index).index("California")


def given(names: list[str], published: dict[str, float]) -> np.ndarray:
    assert set(published) <= set(names)
    return np.array([published.get(name, 0.0) for name in names])


def root_mean_square_rank(gaps: np.ndarray, treated: int, start: int) -> float:
    """The published p: root mean square gap after over before, ranked."""
    ratios = np.sqrt((gaps[:, start:] ** 2).mean(axis=1) / (gaps[:, :start] ** 2).mean(axis=1))
    return float((ratios >= ratios[treated]).mean())


@replicates("sc-01-prop99-outcome-only")
def outcome_only(data: Path) -> dict[str, float]:
    packs, states, california = smoking(data)
    found = synthetic(packs, california, SMOKING_START, scaled=False)
    named = {state: found.weights[states.index(state)] for state in ("Utah", "Montana", "Nevada")}
    return named | {
        "att": found.gap[SMOKING_START:].mean(),
        "gap2000": found.gap[-1],
        "rmspe": found.misfit,
        "p": root_mean_square_rank(found.placebo_gaps, california, SMOKING_START),
    }


@replicates("sc-02-prop99-adh-weights")
def given_weights(data: Path) -> dict[str, float]:
    packs, states, california = smoking(data)
    path = gap(packs, california, given(states, PUBLISHED_SMOKING))
    return {
        "mean_gap": path[SMOKING_START:].mean(),
        "gap2000": path[-1],
        "rmspe": np.sqrt((path[:SMOKING_START] ** 2).mean()),
    }


@replicates("sc-03-sdid-prop99")
def synthetic_difference_as_published(data: Path) -> dict[str, float]:
    """The estimate with the steps of the published software, the error with every placebo."""
    packs, _, california = smoking(data)
    donors = np.delete(packs, california, axis=0)
    before, after = donors[:, :SMOKING_START], donors[:, SMOKING_START:]
    spread = regularisation(before, 1, after.shape[1])
    unit = unit_weights(before, packs[california, :SMOKING_START], spread, PUBLISHED_STEPS)
    time = time_weights(before, after.mean(axis=1), PUBLISHED_STEPS)
    whole = synthetic_difference(packs, [california], SMOKING_START, seed=1, scaled=False)
    return {
        "att": difference(packs, [california], SMOKING_START, unit, time),
        "se": whole.error,
    }


@replicates("sc-06-basque-published-weights")
def basque(data: Path) -> dict[str, float]:
    income = table(data, "basque.csv").pivot(index="regionname", columns="year", values="gdpcap")
    names, years = list(income.index), np.array(income.columns)
    treated = next(row for row, name in enumerate(names) if name.startswith("Basque"))
    path = gap(income.to_numpy(), treated, given(names, PUBLISHED_BASQUE))
    sixties = (years >= 1960) & (years <= 1969)
    return {"mspe60_69": (path[sixties] ** 2).mean(), "gap1985": path[years == 1985][0]}

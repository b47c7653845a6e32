"""Panels of counts in print: the castle doctrine laws by Poisson two-way regression."""

from math import log
from pathlib import Path

from analysis.methods.difference import fit_two_way, two_way
from tests.replication.registry import replicates, table


@replicates("did-04-castle-poisson")
def castle_by_two_way_poisson(data: Path) -> dict[str, float]:
    """Homicides on the law, offset log population, states and years, clustered by state."""
    rows = table(data, "castle_bacon.csv")
    homicides, law, population = (
        rows.pivot(index="sid", columns="year", values=column).to_numpy(float)
        for column in ("homicide_c", "cdl", "population")
    )
    found = two_way(homicides, law, "cluster", population)
    error = fit_two_way(homicides[None], law, population).cluster_errors()[0]
    return {"b": log(found.ratio), "se": float(error)}

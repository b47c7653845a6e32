"""Published monthly trends and breaks, by our public functions.

No function of ours estimates a negative binomial with free theta, a local level or an INGARCH
model; nothing here stands in for them.
"""

from pathlib import Path

import numpy as np

from analysis.methods import poisson
from analysis.methods.breaks import mean_shift
from analysis.methods.seasonal import columns, newey_west_errors, overdispersion
from tests.replication.registry import replicates, table


def polio(data: Path) -> poisson.Fit:
    """Polio 1970-83 with time in thousands of months since the 73rd, as in print."""
    counts = table(data, "polio.csv").Cases.to_numpy(float)
    years, waves = np.split(columns("1970-01", len(counts), pairs=2), [1], axis=1)
    months = 12 * years + (len(counts) - 1) / 2 - 72
    return poisson.fit(counts, np.c_[np.ones(len(counts)), months / 1000, waves])


@replicates("cnt-11-polio-glm")
def trend_and_seasons_of_polio(data: Path) -> dict[str, float]:
    fit = polio(data)
    names = ("Intcpt", "Trend", "CosAnnual", "SinAnnual", "CosSemiAnnual", "SinSemiAnnual")
    found = dict(zip(names, fit.parameters[0], strict=True))
    return found | {"se_trend": fit.naive_errors()[0, 1]}


@replicates("cnt-12-polio-nw")
def newey_west_of_polio(data: Path) -> dict[str, float]:
    errors = newey_west_errors(polio(data), lags=12)[0]
    return dict(zip(("se_Intcpt", "se_Trend", "se_Cos"), errors[:3], strict=True))


@replicates("cnt-15-overdispersion-test")
def overdispersion_of_boat_trips(data: Path) -> dict[str, float]:
    trips = table(data, "recreation.csv")
    about = trips.drop(columns="trips").replace({"yes": 1, "no": 0}).astype(float)
    counts = trips.trips.to_numpy(float)
    fitted = poisson.fit(counts, np.c_[np.ones(len(about)), about]).fitted[0]
    linear, quadratic = overdispersion(counts, fitted, 1), overdispersion(counts, fitted, 2)
    return {
        "nb1_z": linear.z,
        "nb1_disp": 1 + linear.amount,
        "nb2_z": quadratic.z,
        "nb2_alpha": quadratic.amount,
    }


@replicates("brk-01-nile")
def the_nile(data: Path) -> dict[str, float]:
    first_of_new, largest = mean_shift(table(data, "nile.csv").flow.to_numpy(float))
    return {"break_obs": first_of_new, "supF": largest}

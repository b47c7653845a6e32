"""Interrupted counts: Swedish speed limits and the British seat belt law, by our own fits."""

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.methods import poisson
from analysis.methods.counterfactual import Plan, contrast
from tests.replication.registry import replicates, table


@replicates("cnt-17-sweden-speedlimit")
def speed_limit(data: Path) -> dict[str, float]:
    rows = table(data, "traffic_sweden.csv")
    limit = (rows.limit == "yes").to_numpy(float)
    days = pd.get_dummies(rows.day, drop_first=True).to_numpy(float)
    columns = np.column_stack([np.ones(len(rows)), limit, rows.year - 1961, days])
    found = poisson.fit(rows.y.to_numpy(float), columns)
    error = found.naive_errors()[0, 1] * np.sqrt(found.dispersion[0])
    return {"b": found.parameters[0, 1], "se": error, "disp": found.dispersion[0]}


@replicates("its-03-vans-seatbelt-law")
def seat_belts(data: Path) -> dict[str, float]:
    rows = table(data, "seatbelts.csv")
    plan = Plan(start=int(rows.law.to_numpy().argmax()), pairs=6)
    found = contrast(rows.VanKilled.to_numpy(float), plan)
    return {"law": found.log_ratio[0], "se": found.found.naive_errors()[0, -1]}

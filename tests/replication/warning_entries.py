"""Weighted displacement differences and early-warning limits, as their authors printed them."""

from pathlib import Path

from analysis.methods.displacement import weighted_difference
from analysis.methods.early_warning import ears, farrington
from tests.replication.registry import replicates, table


def agona(data: Path):
    """Weekly reports, 1990-1995."""
    return table(data, "salmonella_agona.csv").observed.to_numpy(float)


@replicates("cnt-07-wdd-paper")
def four_areas(data: Path) -> dict[str, float]:
    found = weighted_difference((207, 110), (308, 318), (178, 157), (150, 140)).poisson
    return {
        "wdd": found.value, "se": found.error, "z": found.z, "lo": found.low, "hi": found.high,
    }  # fmt: skip


@replicates("cnt-08-wdd-time")
def spans_of_unlike_length(data: Path) -> dict[str, float]:
    found = weighted_difference((80, 20), (100, 50), time=(2, 1)).poisson
    return {"wdd": found.value, "se": found.error}


@replicates("ew-01-farrington-agona")
def three_years_by_three_weeks(data: Path) -> dict[str, float]:
    """An alpha of 0.01 on both sides is a rate of 0.005 above."""
    found = farrington(agona(data), years=3, half_window=3, year=52, extreme=1, rate=0.005)
    return {f"w{week}": float(found.limit[0, week - 1]) for week in (261, 262, 263, 282, 293)}


@replicates("ew-03-ears-c1")
def seven_weeks_before(data: Path) -> dict[str, float]:
    found = ears(agona(data), rate=0.001)
    return {f"w{week}": float(found.limit[0, week - 1]) for week in (261, 262, 263, 264)}

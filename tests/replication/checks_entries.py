"""The checks in print: the E-value of its own paper."""

from pathlib import Path

from analysis.methods.checks.e_value import e_value
from analysis.methods.effect import Effect
from tests.replication.registry import replicates


@replicates("sens-01-evalue")
def strength_of_a_hidden_cause(data: Path) -> dict[str, float]:
    """Risk ratio 3.9 with lower limit 1.8; the upper limit plays no part."""
    printed = Effect(design="printed", ratio=3.9, low=1.8, high=8.7)
    found = e_value(printed).found
    return {"e": found["estimate"], "e_ci": found["interval"]}

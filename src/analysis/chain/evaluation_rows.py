"""An evaluation as Estimates, so that every report reads the same effect from the same row.

A refused design has a row as well, with its reason: a measure that nobody could judge is not one
that nobody tried.
"""

from math import isfinite

from analysis.chain.evaluation import Evaluation
from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.methods.effect import Effect
from analysis.words.estimates import Estimate
from analysis.words.periods import Period


def rows(tables: Tables, city: Workspace, found: Evaluation, until: Period) -> list[Estimate]:
    """The effect by every design, what each could see, and the events avoided.

    Returns
    -------
    list of Estimate
        Statistics "effect" and "effect seen" (ratios; ``series`` is the measure and the name of
        the design, ``n`` the months after) and "events avoided". The declared design comes first,
        with the measure's id alone as its ``series``.
    """
    plan = found.plan
    about = {
        "definition": plan.item or plan.measure_id,
        "area": plan.area_id,
        "scheme": tables.areas[plan.area_id].scheme,
        "period": until,
        "source": "; ".join(sorted({n for r in city.resources_of("measures") for n in r.sources})),
    }
    if found.found is not None:
        about |= {"period": plan.after, "reference": plan.before}
        about |= {"source": "; ".join(plan.series.sources)}
    made = of_effect(found.effect, plan.measure_id, **about)
    for name, effect in found.beside.items():
        made += of_effect(effect, f"{plan.measure_id} {name}", **about)
    if found.near is not None:
        made += of_effect(found.near, f"{plan.measure_id} near", **about)
    if found.saved is not None:
        value, low, high = (
            float(x[-1]) for x in (found.saved.total, found.saved.low, found.saved.high)
        )
        made.append(
            Estimate(
                statistic="events avoided", value=value, low=min(low, value), high=max(high, value),
                unit="events", n=float(found.effect.observed), method="avoided",
                series=plan.measure_id, status="derived", **about,
            )
        )  # fmt: skip
    return made


def of_effect(effect: Effect, series: str, **about) -> list[Estimate]:
    """One design's effect and the fall that it could have seen, as rows."""
    about |= {"unit": "ratio", "series": series, "method": effect.design, "level": effect.level}
    if not effect.known:
        note = effect.refused
        return [
            Estimate(statistic="effect", value=None, status="not available", note=note, **about)
        ]
    ends = {"low": effect.low, "high": effect.high}
    if effect.high is not None and not isfinite(effect.high):
        ends = {"low": None, "high": None}
    made = [
        Estimate(
            statistic="effect", value=effect.ratio, n=float(effect.months), p=effect.p,
            dispersion=effect.dispersion, status="derived", **ends, **about,
        )
    ]  # fmt: skip
    if effect.detectable is not None:
        made.append(
            Estimate(statistic="effect seen", value=effect.detectable, status="derived", **about)
        )
    return made

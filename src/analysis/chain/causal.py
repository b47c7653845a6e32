"""Why: one claim or one problem, its rivals, what could tell them apart, and the verdict.

It reads what the other analyses found and adds no figure that could be chosen to fit: the rivals
are the register's, the designs follow from the kind of claim, and a cause rests on the evaluation
of a measure against it or on nothing.
"""

from dataclasses import dataclass

import pandas as pd

from analysis.chain import claims
from analysis.chain.analysis import CauseAnalysis, cause_analysis
from analysis.chain.evaluation_rows import of_effect
from analysis.chain.rulings import of_causes
from analysis.data.parameters import Causes
from analysis.data.results import Results, pick
from analysis.data.tables import Tables
from analysis.measurement import crime
from analysis.measurement.comparison import Series
from analysis.measurement.monthly import Monthly, monthly, placed
from analysis.methods.breaks import AnyBreak, any_break, detectable_step
from analysis.methods.effect import Effect
from analysis.methods.seasonal import pattern
from analysis.words.estimates import Estimate
from analysis.words.periods import Period
from analysis.words.verdicts import Verdict

SEED = 1
SEASON = 2  # parameters that the season has taken from the same counts


@dataclass(frozen=True, kw_only=True)
class Level:
    """Whether the level of a problem's crime changed at any date; the fall that would be seen."""

    area_id: str
    series: Monthly
    found: AnyBreak
    seen: float | None


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One claim or problem with everything that its page tells.

    Parameters
    ----------
    subject, period
        The claim's key or the problem's id, and by when it is judged.
    rivals
        Rows of the register ``rivals``; none for a problem.
    analysis
        The causes of the problem; None for a claim.
    yearly
        The yearly series that a claim on shootings is tried on.
    designs
        Estimates and refusals, by name.
    level
        Of the problem's crime; None where it has none by month.
    verdicts
        On the claim, or on each cause.
    rows
        The designs as Estimates.
    """

    subject: str
    period: Period
    rivals: pd.DataFrame
    analysis: CauseAnalysis | None = None
    yearly: Series | None = None
    designs: dict[str, Effect]
    level: Level | None = None
    verdicts: tuple[Verdict, ...]
    rows: tuple[Estimate, ...] = ()


def tried(tables: Tables, ask: Causes, rows: Results, known: list[Verdict]) -> Tried:
    """What can be said of why.

    Parameters
    ----------
    tables
        Of the workspace, events included.
    ask
        What was asked.
    rows
        The period's results so far.
    known
        Verdicts on measures.
    """
    find = _claim if ask.of_claim else _problem
    return find(tables, ask, rows, known)


def _claim(tables: Tables, ask: Causes, rows: Results, _) -> Tried:
    rivals, register = tables["rivals"], tables["claims"].set_index("claim_id")
    found = pick(rows, statistic="departure", definition=crime.headline(tables))
    apart = [e for e in found if e.series != crime.SUM_OF_DISTRICTS]
    counted = pick(rows, statistic="count", definition="confirmed shootings", series="annual")
    yearly = Series(counted) if counted else None
    about_cause = register.kind[ask.subject] == "cause" and yearly is not None
    designs = claims.designs(yearly.until(ask.span)) if about_cause else {}
    made = []
    if yearly is not None:
        last = yearly.estimates[-1]
        about = {"definition": last.definition, "area": last.area, "scheme": last.scheme}
        about |= {"period": ask.span, "source": last.source}
        for name, effect in designs.items():
            made += of_effect(effect, f"{ask.subject} {name}", **about)
    return Tried(
        subject=ask.subject,
        period=ask.span,
        rivals=rivals[rivals.claim_id == ask.subject],
        yearly=yearly,
        designs=designs,
        verdicts=tuple(claims.rulings([ask.subject], rows, apart)),
        rows=tuple(made),
    )


def _problem(tables: Tables, ask: Causes, _, known: list[Verdict]) -> Tried:
    analysis = cause_analysis(tables, ask.subject, ask.span.end)
    ruled = {one.subject: one for one in known if one.kind == "measure"}
    level = _level(tables, ask, analysis)
    return Tried(
        subject=ask.subject,
        period=ask.span,
        rivals=tables["rivals"].iloc[:0],
        analysis=analysis,
        designs={},
        level=level,
        verdicts=tuple(of_causes(analysis, ruled)),
        rows=() if level is None else _break(tables, level),
    )


def _level(tables: Tables, ask: Causes, analysis: CauseAnalysis) -> Level | None:
    """The kind of crime that the problem's first measure with such an indicator is to change."""
    ids = [m.measure_id for cause in analysis.causes for m in cause.measures]
    measures = tables["measures"]
    wanted = measures.indicator_id[measures.measure_id.isin(ids)]
    goals = tables["indicators"]
    goals = goals[goals.indicator_id.isin(wanted) & (goals.kind == "crime")]
    if goals.empty or not placed(tables, ask.city, ask.span):
        return None
    series = monthly(tables, ask.city, goals.definition.iloc[0], ask.span)
    counts = series.of([analysis.area_id])[0]
    about = {"exposure": pattern(counts, series.first), "spent": SEASON, "seed": SEED}
    found = any_break(counts, **about)
    seen = None if found.refused else detectable_step(counts, **about)
    return Level(area_id=analysis.area_id, series=series, found=found, seen=seen)


def _break(tables: Tables, level: Level) -> tuple[Estimate, ...]:
    found, months = level.found, len(level.series.months)
    about = {
        "statistic": "break", "definition": level.series.item, "unit": "ratio",
        "area": level.area_id, "scheme": tables.areas[level.area_id].scheme, "method": "break",
        "source": "; ".join(level.series.sources),
    }  # fmt: skip
    if found.refused or found.where is None:
        whole = level.series.span(0, months - 1)
        note = found.refused or "no break"
        return (Estimate(value=None, status="not available", period=whole, note=note, **about),)
    where = found.where
    span = level.series.span(where.low, min(where.high, months - 1))
    ends = {"low": where.effect.low, "high": where.effect.high}
    return (
        Estimate(
            value=where.effect.ratio, period=span, p=found.p, n=float(months), status="derived",
            **ends, **about,
        ),
    )  # fmt: skip

"""The residents' page: what you said, what we saw, what we did, what happened.

Plain words, no statistics to learn, and never a claim that a measure worked: what was done and
what changed stand apart, and what is not known is said as plainly as the rest.
"""

import pandas as pd

from analysis.chain.follow_up import Result
from analysis.data.registers import VOICES
from analysis.data.tables import Tables
from analysis.methods.agreement import SEES, Sight
from analysis.methods.screening import survivors
from analysis.telling import joint, links
from analysis.telling.text import Words, first_up
from analysis.words.estimates import Estimate
from analysis.words.periods import Period


def said(words: Words, tables: Tables, answers: list[Estimate]) -> list[str]:
    """What residents answered, in so many of a hundred."""
    own = joint.asked(tables, answers)
    if not own:
        return [words("resident.no_survey")]
    known = [e for e in own if e.known]
    if not known:
        return [words("resident.few_answers")]
    told = [
        words(
            "resident.asked",
            period=words.period(known[0].period),
            low=words.number(min(e.n for e in known)),
            high=words.number(max(e.n for e in known)),
        )
    ]
    return told + [
        words(
            "resident.of_hundred",
            what=words.name(e.definition),
            share=words.number(e.value),
            good=joint.good_answers(words, tables, e.definition),
            low=words.number(e.low),
            high=words.number(e.high),
        )
        for e in known
    ]


def saw(words: Words, sights: list[Sight], ratings: list[Estimate]) -> list[str]:
    """What each voice holds to be a large problem, and where the voices part."""
    told = []
    for voice in VOICES:
        mine = [e for e in ratings if e.series == voice and e.known]
        large = [joint.inside(words, e.definition) for e in mine if e.value >= SEES]
        named = {"voice": words(f"voices.{voice}").capitalize(), "what": words.listed(large)}
        key = "voice" if large else "voice_none" if mine else "voice_silent"
        told.append(words(f"resident.{key}", **named))
    return told + joint.apart(words, sights)


def reported(words: Words, departures: list[Estimate]) -> list[str]:
    """What reported crime says, and that much is never reported."""
    if not departures:
        return [words("resident.crime_short"), words("resident.hidden")]
    kept = survivors(departures)
    first = words("resident.crime_none", n=words.number(len(departures)))
    if kept:
        named = [f"{words.inside(e.definition)} ({words.change(e.value)})" for e in kept]
        first = words("resident.crime_some", what=words.listed(named))
    late = [words("tables.preliminary")] if departures[0].status == "preliminary" else []
    return [first, *late, words("resident.hidden")]


def focus(words: Words, rows: pd.DataFrame) -> str:
    """What the parties agreed to deal with first."""
    if rows.empty:
        return words("resident.no_focus")
    themes = [joint.inside(words, key) for key in rows.theme]
    return words("resident.focus", what=words.listed(themes))


def did(words: Words, measures: pd.DataFrame, processes: list[Estimate]) -> list[str]:
    """What was done, by whom, and how much of what was planned."""
    done = {e.definition: e for e in processes}
    return [
        words(
            "resident.did",
            title=links.titled(words, row),
            owner=row.owner,
            process=first_up(_process(words, done.get(row.measure_id))),
        )
        for row in measures.itertuples()
    ] or [words("resident.did_nothing")]


def _process(words: Words, done: Estimate | None) -> str:
    if done is None or not done.known:
        return words("follow.not_reported")
    return links.process(words, done)


def events(words: Words, tables: Tables, area_id: str, period: Period) -> list[str]:
    """What is known of the acute events of an area in a period."""
    rows = tables["acute_events"]
    during = [Period(day.date(), day.date()) in period for day in rows.occurred]
    mine = rows[pd.Series(during, index=rows.index, dtype=bool) & (rows.area_id == area_id)]
    return [
        words(
            "resident.event",
            day=words.day(row.occurred.date()),
            text=getattr(row, f"known_{words.language}"),
        )
        for row in mine.itertuples()
    ]


def happened(words: Words, measures: pd.DataFrame, results: dict[str, Result]) -> list[str]:
    """What changed since, without a word of why; and that why is not known."""
    told = [
        words(
            "resident.happened",
            title=links.titled(words, row),
            result=first_up(links.result(words, results[row.measure_id])),
        )
        for row in measures.itertuples()
        if row.measure_id in results
    ]
    return [*(told or [words("resident.nothing_followed")]), words("resident.not_known")]

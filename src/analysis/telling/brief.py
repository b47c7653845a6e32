"""One event, one page: what is known, what is not, who does what, and when it ends.

A raised presence without an end date is said to lack one, in its own line; what has happened
after other events is never told as what will happen now.
"""

from datetime import timedelta

import pandas as pd

from analysis.data.tables import Tables
from analysis.telling import panels
from analysis.telling.sheets import Column, Sheet, table
from analysis.telling.text import Words
from analysis.words.estimates import Estimate


def event(tables: Tables, event_id: str):
    """The row of an acute event."""
    rows = tables["acute_events"]
    return next(rows[rows.event_id == event_id].itertuples())


def occurrence(words: Words, item: str) -> str:
    """One event of an item: "a confirmed shooting"; the item's own name where it has no word."""
    return words.find(f"occurrences.{item}") or words.name(item)


def before(words: Words, counts: list[Estimate], usual: list[Estimate]) -> list[str]:
    """How many such events there have been here, and how many there usually are."""
    told = []
    for e in counts:
        about = {"what": words.name(e.definition), "area": words.name(e.area)}
        about |= {"period": words.period(e.period), "n": words.number(e.value)}
        if usual and usual[0].known:
            low, high = words.number(usual[0].low), words.number(usual[0].high)
            told.append(words("acute.before", **about, range=words.to(low, high)))
        else:
            told.append(words("acute.before_alone", **about))
    return told


def window(words: Words, row, days: int) -> str:
    """The last day of the span in which another event has been commoner."""
    return words(
        "acute.window",
        days=words.number(days),
        date=words.day(row.occurred.date() + timedelta(days=days)),
    )


def what(words: Words, row) -> list[str]:
    """What happened, when and where; what is known of it and what is not."""
    language = words.language
    return [
        words(
            "acute.what",
            what=occurrence(words, row.item),
            area=words.name(row.area_id),
            day=words.day(row.occurred.date()),
            time=f"{row.occurred:%H.%M}" if language == "sv" else f"{row.occurred:%H:%M}",
        ),
        words("acute.known", text=getattr(row, f"known_{language}")),
        words("acute.unknown", text=getattr(row, f"unknown_{language}")),
    ]


def presence(words: Words, row) -> str:
    """From when to when there is a raised presence, or that its end is not decided."""
    if pd.isna(row.presence_from):
        return words("acute.no_presence")
    if pd.isna(row.presence_until):
        return words("acute.no_end")
    start, end = (words.day(day.date()) for day in (row.presence_from, row.presence_until))
    return words("acute.presence", start=start, end=end)


def tasks(words: Words, tables: Tables, event_id: str, name: str) -> Sheet:
    """Who does what, and by when."""
    rows = tables["tasks"]
    rows = rows[rows.event_id == event_id].sort_values("due", kind="stable")
    if rows.empty:
        return panels.nothing(words, words("acute.no_tasks"))
    columns = [Column(words(f"columns.{key}")) for key in ("due", "who", "task")]
    cells = [
        (
            words.day(row.due.date()),
            words(f"parties.{row.party}"),
            getattr(row, f"task_{words.language}"),
        )
        for row in rows.itertuples()
    ]
    return table(words, words("acute.tasks"), columns, cells, name=name)


def studies(words: Words, tables: Tables) -> list[str]:
    """What research found of presence after a shooting, as the evidence has it."""
    rows = tables["evidence"]
    mine = rows[rows.measure == "presence after a shooting (acute)"]
    return [
        words(
            "acute.study",
            finding=getattr(row, f"finding_{words.language}"),
            base=getattr(row, f"base_{words.language}"),
            reference=row.reference,
        )
        for row in mine.itertuples()
    ]

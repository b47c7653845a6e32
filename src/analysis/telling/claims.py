"""A claim is tried like any other: what was said, what the figures show, the verdict.

The verdict on a change follows its interval; a claim about a cause or an effect gets
"cannot be settled" for as long as no design for it exists.
"""

import pandas as pd
from markupsafe import Markup

from analysis.data.results import pick
from analysis.measurement.comparison import LikeForLike, NotComparable, Series
from analysis.methods.screening import survivors
from analysis.telling import sentences
from analysis.telling.sheets import Column, Sheet, heading, say, table
from analysis.telling.text import Words
from analysis.words.estimates import Estimate
from analysis.words.periods import Period

_CHANGE = {
    "rose": "not_supported", "fell": "supported", "uncertain": "undecided", "alone": "undecided",
}  # fmt: skip


def shootings(
    words: Words,
    stated: list[Estimate],
    readings: list[Estimate],
    yearly: Series,
    change: Estimate,
    noticed: Estimate,
) -> tuple[str, str]:
    """What the figures show of "shootings have decreased", and the verdict's key.

    Parameters
    ----------
    words
        The reader's language.
    stated
        The figures that the claim sets against each other, the last one last.
    readings
        :func:`analysis.methods.change.readings` of the last two.
    yearly
        A series of whole years, later ones included.
    change
        Its change in the claim's year, by the measured noise.
    noticed
        The count from which a fall would have been told from no change.
    """
    *_, before, after = stated
    parts = []
    try:
        LikeForLike(before, after)
    except NotComparable as problem:
        exact, measured = (
            {e.reference.kind == "year": e for e in readings if e.method == method}
            for method in ("change_exact", "change")
        )
        parts += [
            sentences.refused(words, problem),
            words(
                "claims.depends",
                before=words.number(before.value),
                span1=sentences.span(words, after.period),
                p_equal=words.p_equals(exact[False].p),
                p_whole=words.p_equals(exact[True].p),
                m_equal=words.p_equals(measured[False].p),
                m_whole=words.p_equals(measured[True].p),
            ),
            words(
                "claims.yardstick",
                series=words(f"series.{change.series}"),
                area=words.name(change.area),
                stated=words.name(after.area),
            ),
        ]
    then = yearly.at(change.reference), yearly.at(change.period)
    parts.append(sentences.change(words, *then, change))
    if not change.beyond(1):
        parts += sentences.noticed_from(words, noticed)
    if after_that := [e for e in yearly if e.period.start > change.period.start]:
        parts.append(words("claims.later", values=_years(words, after_that)))
    return " ".join(parts), _CHANGE.get(sentences.direction(change), "not_identifiable")


def local_differences(
    words: Words,
    departures: list[Estimate],
    totals: list[Estimate],
    ranks: list[Estimate],
    rates: list[Estimate],
    period: Period,
) -> tuple[str, str]:
    """What the figures show of "there are local differences", and the verdict's key.

    Areas differ in level when the probable ranks of two of them do not meet, and in change when
    a departure survives the screen.
    """
    told, ruling = [], "not_identifiable"
    if ranks and max(e.low for e in ranks) > min(e.high for e in ranks):
        low, high = (pick(rates, key=lambda e: e.value) for pick in (min, max))
        told, ruling = (
            [
                words(
                    "claims.local-differences_level",
                    what=words.name(low.definition),
                    low=words.significant(low.value),
                    low_area=words.name(low.area),
                    high=words.significant(high.value),
                    high_area=words.name(high.area),
                )
            ],
            "partly",
        )
    if not departures or not totals:
        return " ".join([*told, words("claims.local-differences_short")]), ruling
    kept = survivors(departures)
    low, high = (pick(totals, key=lambda e: e.value) for pick in (min, max))
    changes = words(
        "claims.local-differences_tried",
        period=words.period(period),
        low_change=words.change(low.value),
        low_area=words.name(low.area),
        high_change=words.change(high.value),
        high_area=words.name(high.area),
        k=words.number(len(kept)),
        n=words.number(len(departures)),
    )
    if kept:
        ruling = "supported" if told else "partly"
    return " ".join([*told, changes]), ruling if told or kept else "undecided"


def less_safe(words: Words, surveys: list[Estimate]) -> tuple[str, str]:
    """What the surveys show of "more people feel unsafe", and the verdict's key."""
    old = sorted((e for e in surveys if e.series == "NTU old"), key=lambda e: e.period.start)
    told = [f"{words.percent(e.value / 100)} ({words.period(e.period)})" for e in old]
    return words("claims.less-safe_tried", old=words.listed(told) or ".."), "not_identifiable"


def without_design(words: Words, claim: str) -> tuple[str, str]:
    """What is missing for a claim about a cause or an effect."""
    return words(f"claims.{claim}_tried"), "not_identifiable"


def table_of(words: Words, tried: dict[str, tuple[str, str]]) -> Sheet:
    """The claims with what was found and the verdict, one row each; nothing where none is made."""
    if not tried:
        return Sheet(Markup(""))
    columns = [Column(words(f"columns.{key}")) for key in ("claim", "ruling", "tried")]
    rows = [
        (words(f"claims.{claim}"), words(f"claims.ruling_{ruling}"), told)
        for claim, (told, ruling) in tried.items()
    ]
    opened = heading(words("headings.claims")) + say(words("claims.op_ed"))
    return opened + table(words, words("tables.claims"), columns, rows)


def _years(words: Words, counts: list[Estimate]) -> str:
    return words.listed([f"{words.number(e.value)} ({words.period(e.period)})" for e in counts])


def tried(
    words: Words,
    claims: list[str],
    rows: pd.DataFrame,
    departures: list[Estimate],
    period: Period,
) -> dict[str, tuple[str, str]]:
    """What the results say of each claim, by its key; empty before the claims were made.

    Parameters
    ----------
    words
        The reader's language.
    claims
        Keys of the claims, in their order.
    rows
        The period's results.
    departures
        Departures of the screened kinds of crime.
    period
        The period reported.
    """
    stated = pick(rows, statistic="count", series="oped")
    if not stated:
        return {}
    yearly = Series(
        pick(rows, statistic="count", definition="confirmed shootings", series="annual")
    )
    changes = pick(rows, statistic="change", definition="confirmed shootings")
    readings = [e for e in changes if e.series == "oped"]
    change = next(e for e in changes if e.series == "annual" and e.method == "change")
    (noticed,) = pick(rows, statistic="noticed from", series="annual")
    ranks = pick(rows, statistic="rank")
    rates = pick(rows, statistic="rate", definition=[e.definition for e in ranks])
    totals = pick(rows, statistic="departure", definition="total")
    known = {
        "shootings-down": lambda: shootings(words, stated, readings, yearly, change, noticed),
        "local-differences": lambda: local_differences(
            words, departures, totals, ranks, rates, period
        ),
        "less-safe": lambda: less_safe(words, pick(rows, statistic="survey share")),
    }
    return {
        claim: known[claim]() if claim in known else without_design(words, claim)
        for claim in claims
    }

"""A claim is tried like any other: what was said, what the figures show, the verdict.

The words for what the figures show stand here; the verdict comes from the rule and is read, so
that no page can be kinder to a claim than another.
"""

from markupsafe import Markup

from analysis.chain.claims import answers_needed
from analysis.data.results import Results, pick
from analysis.data.tables import Tables
from analysis.measurement import crime
from analysis.measurement.comparison import LikeForLike, NotComparable, Series
from analysis.methods.screening import survivors
from analysis.telling import effects, sentences
from analysis.telling.sheets import Column, Sheet, heading, say, table
from analysis.telling.text import Words
from analysis.words.estimates import Estimate
from analysis.words.periods import Period
from analysis.words.verdicts import Verdict


def shootings(
    words: Words,
    stated: list[Estimate],
    readings: list[Estimate],
    yearly: Series,
    change: Estimate,
    noticed: Estimate,
) -> list[str]:
    """What the figures show of "shootings have decreased".

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
    return parts


def local_differences(
    words: Words,
    departures: list[Estimate],
    totals: list[Estimate],
    ranks: list[Estimate],
    rates: list[Estimate],
    period: Period,
) -> list[str]:
    """What the figures show of "there are local differences": levels by rank, and changes."""
    told = []
    if ranks and max(e.low for e in ranks) > min(e.high for e in ranks):
        low, high = (pick(rates, key=lambda e: e.value) for pick in (min, max))
        told.append(
            words(
                "claims.local-differences_level",
                what=words.name(low.definition),
                low=words.significant(low.value),
                low_area=words.name(low.area),
                high=words.significant(high.value),
                high_area=words.name(high.area),
            )
        )
    if not departures or not totals:
        return [*told, words("claims.local-differences_short")]
    low, high = (pick(totals, key=lambda e: e.value) for pick in (min, max))
    changes = words(
        "claims.local-differences_tried",
        period=words.period(period),
        low_change=words.change(low.value),
        low_area=words.name(low.area),
        high_change=words.change(high.value),
        high_area=words.name(high.area),
        k=words.number(len(survivors(departures))),
        n=words.number(len(departures)),
    )
    return [*told, changes]


def less_safe(words: Words, surveys: list[Estimate]) -> list[str]:
    """What the surveys show of "more people feel unsafe"."""
    old = sorted((e for e in surveys if e.series == "NTU old"), key=lambda e: e.period.start)
    told = [f"{words.percent(e.value / 100)} ({words.period(e.period)})" for e in old]
    return [words("claims.less-safe_tried", old=words.listed(told) or "..")]


def coordinated(words: Words, tables: Tables) -> list[str]:
    """What the two published examples of coordinated measures show, and do not."""
    rows = tables["safety_surveys"]
    mine = rows[(rows.source_id == "gbg_angered") & rows.year_from.isna()]
    told = []
    if len(mine) == 2:
        before, after = sorted(mine.value / 100)
        told.append(
            words(
                "claims.coordinated-effect_angered",
                before=words.percent(before),
                after=words.percent(after),
                n=words.number(answers_needed(before, after)),
            )
        )
    studies = tables["evidence"]
    for row in studies[studies.measure.str.startswith("Sluta skjut")].itertuples():
        finding = getattr(row, f"finding_{words.language}")
        about = {"finding": finding, "reference": row.reference}
        told.append(words("claims.coordinated-effect_malmo", **about))
    return told


def table_of(
    words: Words, ruled: list[Verdict], tables: Tables, rows: Results, period: Period
) -> Sheet:
    """The claims with what was found and the verdict, one row each; nothing where none is made."""
    ruled = [one for one in ruled if one.kind == "claim"]
    if not ruled:
        return Sheet(Markup(""))
    columns = [Column(words(f"columns.{key}")) for key in ("claim", "ruling", "tried")]
    lines = [
        (
            words(f"claims.{one.subject}"),
            effects.ruling(words, one),
            " ".join(
                [effects.because(words, one), *shown(words, one.subject, tables, rows, period)]
            ),
        )
        for one in ruled
    ]
    opened = heading(words("headings.claims")) + say(words("claims.op_ed"))
    return opened + table(words, words("tables.claims"), columns, lines)


def _years(words: Words, counts: list[Estimate]) -> str:
    return words.listed([f"{words.number(e.value)} ({words.period(e.period)})" for e in counts])


def shown(words: Words, claim: str, tables: Tables, rows: Results, period: Period) -> list[str]:
    """What the figures show of one claim, in sentences.

    Parameters
    ----------
    words
        The reader's language.
    claim
        Its key.
    tables
        With surveys and evidence.
    rows
        The period's results.
    period
        The period reported.
    """
    known = {
        "shootings-down": lambda: _shootings(words, rows),
        "local-differences": lambda: _local(words, tables, rows, period),
        "less-safe": lambda: less_safe(words, pick(rows, statistic="survey share")),
        "coordinated-effect": lambda: coordinated(words, tables),
    }
    return known[claim]() if claim in known else []


def _local(words: Words, tables: Tables, rows: Results, period: Period) -> list[str]:
    ranks = pick(rows, statistic="rank")
    rates = pick(rows, statistic="rate", definition=[e.definition for e in ranks])
    departures = pick(rows, statistic="departure", definition=crime.headline(tables))
    apart = [e for e in departures if not sentences.summed(e)]
    totals = pick(rows, statistic="departure", definition="total")
    return local_differences(words, apart, totals, ranks, rates, period)


def _shootings(words: Words, rows: Results) -> list[str]:
    stated = pick(rows, statistic="count", series="oped")
    yearly = Series(
        pick(rows, statistic="count", definition="confirmed shootings", series="annual")
    )
    changes = pick(rows, statistic="change", definition="confirmed shootings")
    readings = [e for e in changes if e.series == "oped"]
    change = next(e for e in changes if e.series == "annual" and e.method == "change")
    (noticed,) = pick(rows, statistic="noticed from", series="annual")
    return shootings(words, stated, readings, yearly, change, noticed)

"""The chain from problem to result on a page, loose ends first, and what the law asks for.

Done, changed and caused are three columns that never stand for each other; whoever owns a loose
end is named by function.
"""

from datetime import date
from functools import reduce
from operator import add
from textwrap import wrap

import pandas as pd

from analysis.chain.analysis import Basis, CauseAnalysis, cause_analysis, prioritised
from analysis.chain.follow_up import Result
from analysis.chain.law import Duty
from analysis.chain.links import KINDS, Chain, Node, rows_on
from analysis.chain.orphans import KINDS as LOOSE
from analysis.chain.orphans import Orphan
from analysis.data.tables import Tables
from analysis.telling import effects, figures, panels
from analysis.telling.sheets import Column, Sheet, figure, say, table
from analysis.telling.text import Words, first_down
from analysis.words.estimates import Estimate
from analysis.words.periods import Period
from analysis.words.verdicts import Verdict


def titled(words: Words, row) -> str:
    """The title of a register's row in the reader's language."""
    return getattr(row, f"title_{words.language}")


def _name(words: Words, node: Node) -> str:
    """A node's title; indicators and results carry keys, which have words of their own."""
    text = titled(words, node)
    if node.kind == "indicator":
        return words.called(text)
    if node.kind != "result":
        return text
    day = words.day(node.id.split()[-1])
    return words("chain.followed_up", day=day, decision=words(f"decisions.{text}"))


def picture(words: Words, whole: Chain, loose: list[Orphan], name: str) -> Sheet:
    """The chain of one place, drawn; the same links stand in the table under it."""
    if not whole.nodes:
        return panels.nothing(words, words("reasons.no_chain"))
    broken = {(LOOSE[one.kind], one.id) for one in loose}
    columns = [
        (
            words(f"chain.{kind}"),
            [
                (node.key, "\n".join(wrap(_name(words, node), 22)[:3]))
                for node in whole.nodes
                if node.kind == kind
            ],
        )
        for kind in KINDS
    ]
    return figure(
        words,
        figures.chain(words, columns, list(whole.edges), broken),
        words("chain.alt", findings=" ".join(loose_ends(words, loose))),
        words("chain.caption"),
        _links(words, whole),
        name,
    )


def _links(words: Words, whole: Chain) -> pd.DataFrame:
    nodes = {node.key: node for node in whole.nodes}
    rows = [
        (
            words(f"chain.{nodes[start].kind}"), _name(words, nodes[start]),
            words(f"chain.{nodes[end].kind}"), _name(words, nodes[end]),
        )
        for start, end in whole.edges
    ]  # fmt: skip
    linked = {key for edge in whole.edges for key in edge}
    rows += [
        (words(f"chain.{node.kind}"), _name(words, node), "..", "..")
        for node in whole.nodes
        if node.key not in linked
    ]
    keys = ("link", "from", "next_link", "to")
    return pd.DataFrame(rows, columns=[words(f"columns.{key}") for key in keys])


def loose_ends(words: Words, loose: list[Orphan]) -> list[str]:
    """What is missing in the chain, and who can mend it."""
    if not loose:
        return [words("chain.whole")]
    return [
        words(
            f"chain.{one.kind}",
            title=words.called(titled(words, one))
            if LOOSE[one.kind] == "indicator"
            else titled(words, one),
            owner=one.owner,
        )
        for one in loose
    ]


def loose_by_kind(words: Words, whole: Chain, loose: list[Orphan], name: str) -> Sheet:
    """How many loose ends of each kind there are, and in whose hands."""
    if not whole.nodes:
        return panels.nothing(words, words("reasons.no_chain"))
    columns = [Column(words("columns.loose")), Column(words("columns.number"), number=True)]
    columns.append(Column(words("columns.owner")))
    rows = []
    for kind in LOOSE:
        mine = [one for one in loose if one.kind == kind]
        owners = "; ".join(dict.fromkeys(one.owner for one in mine)) or words("joint.nobody")
        rows.append((words(f"loose.{kind}"), words.number(len(mine)), owners))
    return table(words, words("chain.loose"), columns, rows, name=name)


def causes(words: Words, analysis: CauseAnalysis) -> Sheet:
    """The causes of one problem: side, kind, what each rests on, what research says."""
    keys = ("cause", "side", "kind", "basis", "measures", "research")
    columns = [Column(words(f"columns.{key}")) for key in keys]
    language = words.language
    rows = [
        (
            getattr(cause, f"cause_{language}"),
            words(f"sides.{cause.side}"),
            words("cause.rival" if cause.rival else f"cause.{cause.kind}"),
            "; ".join(_basis(words, basis) for basis in cause.bases) or words("cause.no_basis"),
            "; ".join(titled(words, aimed) for aimed in cause.measures) or words("cause.nothing"),
            "; ".join(dict.fromkeys(_research(words, aimed) for aimed in cause.measures))
            or words("joint.not_noted"),
        )
        for cause in (*(c for side in analysis.by_side.values() for c in side), *analysis.rivals)
    ]
    if not rows:
        return panels.nothing(words, words("reasons.no_cause"))
    caption = words("cause.caption", problem=titled(words, analysis))
    events = " → ".join(getattr(c, f"cause_{language}") for c in analysis.event_chain)
    empty = [words(f"sides.{side}") for side, found in analysis.by_side.items() if not found]
    told = [words("cause.events", events=events)] if len(analysis.event_chain) > 1 else []
    told += [words("cause.side_missing", sides=words.either(empty))] if empty else []
    return table(words, caption, columns, rows, notes=tuple(told))


def all_causes(words: Words, tables: Tables, area_id: str, on: date) -> Sheet:
    """The causes of every prioritised problem of an area, a table a problem."""
    found = [
        causes(words, cause_analysis(tables, problem, on))
        for problem in prioritised(tables, on, area_id)
    ]
    if not found:
        return panels.nothing(words, words("reasons.no_problem"))
    return reduce(add, found) + say(words("cause.note"), "note")


def _basis(words: Words, basis) -> str:
    return words("cause.basis", kind=words(f"basis.{basis.kind}"), what=words.called(basis.key))


def _research(words: Words, aimed) -> str:
    state = words(f"evidence.{aimed.evidence.replace(' ', '_')}")
    found = [f for f in aimed.findings if f.studied]
    told = [(getattr(f, f"finding_{words.language}"), f.reference) for f in found]
    return "; ".join(f"{finding} ({reference})" for finding, reference in told) or state


def how_many_loose(words: Words, whole: Chain, loose: list[Orphan]) -> list[str]:
    """How many loose ends the chain has, in one sentence; nothing where there is no chain."""
    if not whole.nodes:
        return []
    if not loose:
        return [words("chain.whole")]
    if len(loose) == 1:
        return [words("chain.count_one")]
    return [words("chain.count", n=words.number(len(loose)))]


def followed(
    words: Words,
    measures: pd.DataFrame,
    processes: list[Estimate],
    results: dict[str, Result],
    ruled: list[Verdict],
    caused: list[Estimate],
    name: str,
    elsewhere: int = 0,
) -> Sheet:
    """Was it done, did it change, was it the measure: one row a measure, three answers.

    Parameters
    ----------
    words
        The reader's language.
    measures
        Of the chain, one row each.
    processes, results
        How much of each was done, and which way its indicator went.
    ruled, caused
        Verdicts; and the effects by the declared designs and what each could see, with the
        measure's id as ``series``.
    name
        Of the table.
    elsewhere
        How many measures are entered that another report follows.
    """
    if measures.empty:
        key = "no_measure_here" if elsewhere else "no_measure"
        return panels.nothing(words, words(f"reasons.{key}", n=words.number(elsewhere)))
    done = {e.definition: e for e in processes}
    verdicts = {one.subject: one for one in ruled if one.kind == "measure"}
    effect = {e.series: e for e in caused if e.statistic == "effect"}
    seen = {e.series: e for e in caused if e.statistic == "effect seen"}
    keys = ("measure", "process", "result", "effect", "owner")
    columns = [Column(words(f"columns.{key}")) for key in keys]
    rows = [
        (
            titled(words, row),
            process(words, done.get(row.measure_id)),
            result(words, results.get(row.measure_id)),
            effects.told(words, *(kept.get(row.measure_id) for kept in (verdicts, effect, seen))),
            row.owner,
        )
        for row in measures.itertuples()
    ]
    notes = [words("follow.note"), *effects.family(words, list(verdicts.values()))]
    return table(words, words("follow.caption"), columns, rows, notes=tuple(notes), name=name)


def process(words: Words, e: Estimate | None) -> str:
    """How much of what was planned was done; None where nobody has counted it."""
    if e is None or not e.known:
        return words("reasons.no_process_data") if e is None else words.reason(e)
    key = "follow.done_partly_known" if e.note == "months unknown" else "follow.done"
    return words(key, share=words.percent(e.value / 100), n=words.number(e.n))


def result(words: Words, found: Result | None) -> str:
    """Which way an indicator went, without a word of why."""
    if found is None:
        return words("follow.no_indicator")
    what = words.called(found.now.definition)
    what = words("format.quote", text=what) if what.endswith("?") else what
    key = _key(found.reason or found.way)
    if not (found.baseline and found.now.known):
        return words("follow.no_result", what=what, why=words(f"follow.{key}"))
    about = {
        "before": words.amount(found.baseline),
        "p0": words.period(found.baseline.period),
        "now": words.amount(found.now),
        "p1": words.period(found.now.period),
    }
    told = words(f"follow.{key}", what=what, **about)
    if found.now.status == "preliminary":
        told += ". " + words("follow.preliminary")
    if found.way != "cannot be told apart" or found.wanted != "less":
        return told
    return ". ".join([told, *(_noticed(words, found.noticed) if found.noticed else [])])


def _noticed(words: Words, e: Estimate) -> list[str]:
    """From which count a fall would have been seen, or that none would."""
    if e.note == "no fall":
        return [words("follow.noticed_none")]
    return [words("follow.noticed", count=words.number(e.value))] if e.known else []


def _key(text: str) -> str:
    return text.replace(" ", "_")


def news(words: Words, tables: Tables, area_ids: list[str], period: Period) -> list[str]:
    """What the registers gained in a period: problems, measures, follow-ups, a new focus."""
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)

    def during(days: pd.Series) -> pd.Series:
        return (days >= start) & (days <= end)

    told = []
    problems, measures = tables["problems"], tables["measures"]
    problems = problems[problems.area_id.isin(area_ids)]
    measures = measures[measures.area_id.isin(area_ids)]
    begun, ended = during(measures.starts), during(measures.ends)
    for row in measures[begun & ended].itertuples():
        days = {"start": words.day(row.starts.date()), "end": words.day(row.ends.date())}
        about = {"title": titled(words, row), "owner": row.owner}
        told.append(words("news.measure_brief", **about, **days))
    for key, rows in (
        ("problem_new", problems[during(problems.since)]),
        ("problem_closed", problems[during(problems.closed)]),
        ("measure_begun", measures[begun & ~ended]),
        ("measure_ended", measures[ended & ~begun]),
    ):
        told += [
            words(f"news.{key}", title=titled(words, row), owner=row.owner)
            for row in rows.itertuples()
        ]
    follow_ups = tables["follow_ups"]
    titles = {row.measure_id: titled(words, row) for row in measures.itertuples()}
    seen = follow_ups[during(follow_ups.followed_up) & follow_ups.measure_id.isin(titles)]
    told += [
        words(
            "news.followed_up",
            title=titles[row.measure_id],
            decision=words(f"decisions.{row.decision}"),
        )
        for row in seen.itertuples()
    ]
    return told or [words("news.none")]


BEHIND = 50  # per cent of what was planned


def to_decide(
    words: Words,
    duties: list[Duty],
    loose: list[Orphan],
    measures: pd.DataFrame,
    done: list[Estimate],
    apart: dict[str, list[str]],
) -> list[str]:
    """What the leadership can decide, from registers and law rather than from counts of crime.

    Parameters
    ----------
    words
        The reader's language.
    duties
        The law's checklist.
    loose
        Loose ends of the chain; those that are due for follow-up are told.
    measures, done
        Measures of the chain, and how much of each was done.
    apart
        By area the themes that residents and police see differently.
    """
    told = []
    entered = any(one.decided for one in duties)
    for one in duties:
        what = first_down(words(f"duties.{one.duty}"))
        if one.state == "old":
            told.append(words("decide.law_old", what=what, day=words.day(one.decided)))
        elif entered and not one.decided:
            told.append(words("decide.law_missing", what=what))
    share = {e.definition: e for e in done if e.known and e.value < BEHIND}
    told += [
        words(
            "decide.behind",
            title=titled(words, row),
            share=words.percent(share[row.measure_id].value / 100),
            owner=row.owner,
        )
        for row in measures.itertuples()
        if row.measure_id in share
    ]
    told += [
        words("decide.differ", area=words.name(area), what=words.listed(themes))
        for area, themes in apart.items()
        if themes
    ]
    return told + [
        words("decide.overdue", title=titled(words, one), owner=one.owner)
        for one in loose
        if one.kind == "measure_due_for_follow_up"
    ]


def analysed(words: Words, tables: Tables, on: date) -> dict[tuple[str, str], list[str]]:
    """The open problems with a cause that rests on reported crime, by area and kind of crime."""
    rows, found = rows_on(tables, on), {}
    causes = rows["causes"].sort_values("cause_id")
    for problem in rows["problems"].itertuples():
        cells = causes.basis[causes.problem_id == problem.problem_id]
        bases = (basis for cell in cells for basis in Basis.parse(cell))
        for item in dict.fromkeys(basis.key for basis in bases if basis.kind == "police"):
            found.setdefault((problem.area_id, item), []).append(titled(words, problem))
    return found


def answers_the_city(words: Words, tables: Tables, whole: Chain) -> list[str]:
    """Measures of a place that answer a problem of the whole city, which its own chain lacks."""
    here = {node.key for node in whole.nodes}
    causes = tables["causes"].set_index("cause_id")
    problems = tables["problems"].set_index("problem_id")
    told = []
    for row in tables["measures"].itertuples():
        if ("measure", row.measure_id) not in here or ("cause", row.cause_id) in here:
            continue
        if row.cause_id in causes.index and causes.problem_id[row.cause_id] in problems.index:
            problem = problems.loc[causes.problem_id[row.cause_id]]
            about = {"title": titled(words, row), "problem": titled(words, problem)}
            told.append(words("chain.city_problem", **about))
    return told


def law(words: Words, duties: list[Duty], name: str) -> Sheet:
    """What the law asks of the municipality, by what it is fulfilled, how old that is."""
    columns = [Column(words(f"columns.{key}")) for key in ("duty", "state", "by", "decided")]
    rows = [
        (
            words(f"duties.{one.duty}"),
            words(f"law.{one.state}"),
            _by(words, one),
            words.day(one.decided) if one.decided else "..",
        )
        for one in duties
    ]
    key = "law.in_force" if duties[0].in_force else "law.not_yet"
    return table(words, words("law.caption"), columns, rows, notes=(words(key),), name=name)


def _by(words: Words, one: Duty) -> str:
    if one.state == "partly":
        return words(f"law.of_{one.figures}", until=str(one.figures_until))
    return getattr(one, f"document_{words.language}") or words(f"law.{_key(one.reason)}")

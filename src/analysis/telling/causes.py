"""A claim or a problem on a page: what is asked, what else could explain it, what would settle it.

The rivals are drawn and listed before any figure, so that a reader meets the other explanations
before the one that was claimed.
"""

from functools import reduce
from operator import add
from textwrap import wrap

import pandas as pd

from analysis.chain.causal import Level, Tried
from analysis.data.results import Results, pick
from analysis.data.tables import Tables
from analysis.telling import claims, effect_figures, effects, figures, panels
from analysis.telling.sheets import Column, Sheet, bullets, callout, figure, heading, say, table
from analysis.telling.text import Words
from analysis.words.estimates import Estimate

FALSE = 0.05


def in_short(words: Words, found: Tried) -> Sheet:
    """The verdict on the claim; of a problem, how many of its causes anything can be said of."""
    if found.analysis is None:
        (verdict,) = found.verdicts
        title = words("effect.verdict", ruling=effects.ruling(words, verdict))
        return callout(title, [effects.because(words, verdict)])
    told = [
        words(
            "causes.verdict_of",
            cause=getattr(cause, f"cause_{words.language}"),
            ruling=effects.ruling(words, verdict),
            why=effects.because(words, verdict),
        )
        for cause, verdict in zip(found.analysis.causes, found.verdicts, strict=True)
    ]
    return callout(words("summary.title"), told or [words("causes.no_cause")])


def estimand(words: Words, found: Tried) -> Sheet:
    """What exactly is asked."""
    if found.analysis is None:
        return say(words(f"claims.{found.subject}_estimand"))
    title = getattr(found.analysis, f"title_{words.language}")
    return say(words("causes.problem", problem=title)) + say(words("causes.asked"))


def graph(words: Words, found: Tried, name: str) -> Sheet:
    """What is claimed to cause what, and the rivals; for a problem its causes and measures."""
    if found.analysis is not None:
        return _chain(words, found, name)
    rivals = found.rivals
    cause, outcome = (words(f"claims.{found.subject}_{end}") for end in ("cause", "outcome"))
    told = getattr(rivals, f"rival_{words.language}")
    drawn = list(zip(told, rivals.kind, rivals.adjusted == "yes", strict=True))
    data = _rivals(words, rivals)
    return figure(
        words,
        effect_figures.causal_graph(cause, outcome, drawn),
        words("causes.graph_alt", cause=cause, outcome=outcome, rivals="; ".join(told)),
        words("causes.graph_caption"),
        data,
        name,
    )


def rivals_table(words: Words, found: Tried) -> Sheet:
    """Each rival: whether it was taken away, why, and what would settle it."""
    if found.analysis is not None:
        return say(words("causes.reported"), "note")
    data = _rivals(words, found.rivals)
    columns = [Column(name) for name in data.columns]
    return table(words, words("tables.rivals"), columns, list(data.itertuples(index=False)))


def _rivals(words: Words, rivals: pd.DataFrame) -> pd.DataFrame:
    texts = {k: rivals[f"{k}_{words.language}"] for k in ("rival", "why", "settles")}
    texts["adjusted"] = rivals.adjusted.map(lambda yes: words(f"causes.{yes}"))
    order = ("rival", "adjusted", "why", "settles")
    return pd.DataFrame({words(f"columns.{k}"): texts[k] for k in order})


def seen(words: Words, found: Tried, tables: Tables, rows: Results) -> Sheet:
    """What the figures show, and which design could have told the rivals apart."""
    if found.analysis is not None:
        told = [words("causes.no_series")] if found.level is None else [level(words, found.level)]
        return bullets(told)
    told = claims.shown(words, found.subject, tables, rows, found.period)
    if not found.designs:
        return bullets(told)
    return bullets([*told, *_arrests(words, found)]) + effects.designs(
        words, found.designs, "designs"
    )


def conclusion(words: Words, found: Tried) -> Sheet:
    """The verdict again with its reason, and the data that would settle what cannot be told."""
    if found.analysis is not None:
        return _verdicts(words, found)
    (verdict,) = found.verdicts
    ruled = f"{words('effect.verdict', ruling=effects.ruling(words, verdict))}."
    parts = [say(ruled, "lead"), say(effects.because(words, verdict))]
    wanted = found.rivals[found.rivals.adjusted == "no"][f"settles_{words.language}"]
    parts += [heading(words("causes.settles"), 3), bullets(list(dict.fromkeys(wanted)))]
    return reduce(add, parts)


def _arrests(words: Words, found: Tried) -> list[str]:
    """What the figures can and cannot say of arrests and shootings."""
    step = found.designs["yearly_step"]
    told = []
    if step.known:
        told.append(words("causes.step", change=effects.change(words, step)))
        told.append(effects.could_see(words, step))
    told += [words("claims.arrests-cause_turn"), words("claims.arrests-cause_panel")]
    later = [e for e in found.yearly if e.known and e.period.start > found.period.end]
    if later:
        values = [f"{words.number(e.value)} ({words.period(e.period)})" for e in later]
        told.append(words("causes.later", values=words.listed(values)))
    return told


def _chain(words: Words, found: Tried, name: str) -> Sheet:
    """Measures, the causes that they aim at, and the problem; rivals have a broken edge."""
    analysis, language = found.analysis, words.language
    if not analysis.causes:
        return panels.nothing(words, words("causes.no_cause"))
    title = getattr(analysis, f"title_{language}")
    causes = {c.cause_id: getattr(c, f"cause_{language}") for c in analysis.causes}
    aimed = {
        m.measure_id: getattr(m, f"title_{language}") for c in analysis.causes for m in c.measures
    }
    columns = [
        (words(f"chain.{kind}"), [(key, _wrapped(text)) for key, text in nodes.items()])
        for kind, nodes in (
            ("measure", aimed), ("cause", causes), ("problem", {analysis.problem_id: title}),
        )
    ]  # fmt: skip
    edges = [(m.measure_id, c.cause_id) for c in analysis.causes for m in c.measures]
    edges += [(cause, analysis.problem_id) for cause in causes]
    kinds = [words("cause.rival" if c.rival else f"cause.{c.kind}") for c in analysis.causes]
    data = pd.DataFrame(
        list(zip(causes.values(), kinds, strict=True)),
        columns=[words("columns.cause"), words("columns.kind")],
    )
    return figure(
        words,
        figures.chain(words, columns, edges, {c.cause_id for c in analysis.rivals}),
        words("causes.chain_alt", problem=title, causes="; ".join(causes.values())),
        words("causes.chain_caption"),
        data,
        name,
    )


def _wrapped(text: str) -> str:
    return "\n".join(wrap(text, 22)[:3])


def _verdicts(words: Words, found: Tried) -> Sheet:
    """What can be said of each cause, and why."""
    columns = [Column(words(f"columns.{k}")) for k in ("cause", "ruling", "why")]
    rows = [
        (
            getattr(cause, f"cause_{words.language}"),
            effects.ruling(words, verdict),
            effects.because(words, verdict),
        )
        for cause, verdict in zip(found.analysis.causes, found.verdicts, strict=True)
    ]
    if not rows:
        return panels.nothing(words, words("causes.no_cause"))
    return table(words, words("tables.cause_verdicts"), columns, rows)


def level(words: Words, found: Level) -> str:
    """Whether the level changed at any date, with the span of dates that are as good."""
    about = {"what": words.name(found.series.item), "area": words.name(found.area_id)}
    tried, where = found.found, found.found.where
    if tried.refused:
        return words("causes.breaks_refused", **about)
    p = words.p_value(tried.p)
    if tried.p > FALSE or where is None:
        least = words("effect.sees_nothing")
        if found.seen is not None:
            least = words("effect.sees", fall=words.percent(1 - found.seen))
        return " ".join([words("causes.breaks_none", p=p, **about), least])
    last = len(found.series.months) - 1
    span = words.through(found.series.span(where.low, min(where.high, last)))
    return words(
        "causes.breaks_found", span=span, change=effects.change(words, where.effect), p=p, **about
    )


def rests_on(found: Tried, rows: Results) -> list[Estimate]:
    """The results that the page tells of, for its sources and methods."""
    if found.analysis is not None:
        return []
    used = {
        "shootings-down": {
            "definition": "confirmed shootings",
            "statistic": ["count", "change", "dispersion", "noticed from", "trend"],
        },
        "arrests-cause": {"definition": "confirmed shootings", "statistic": "count"},
        "local-differences": {"statistic": ["departure", "rank", "rate"]},
        "less-safe": {"statistic": "survey share"},
        "coordinated-effect": {"statistic": "survey share"},
    }
    return pick(rows, **used[found.subject])

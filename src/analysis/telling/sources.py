"""What each kind of source gives and cannot carry, how counting has changed, and what was known.

The table has the shape of Brå's own guide to sources, so that whoever holds a file sees what it
is good for before its figures are read.
"""

import pandas as pd

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement.fitness import USES, Fitness
from analysis.measurement.notices import UNSORTED, panel, shipped_categories
from analysis.telling.panels import nothing
from analysis.telling.sheets import Column, Sheet, bullets, folded, say, table
from analysis.telling.text import Words
from analysis.words.periods import Period

KINDS = {
    "crime_counts": "reported", "incidents": "events", "police_notices": "notices",
    "shootings": "shootings", "published_rates": "rates", "safety_surveys": "surveys",
    "survey_answers": "own_survey", "key_figures": "key_figures",
    "observations": "observations", "ratings": "ratings",
    "district_indicators": "indicators", "enforcement": "enforcement",
    "population": "people", "measures": "chain",
}  # fmt: skip
PARTS = ("gives", "strengths", "weaknesses")


def kinds(words: Words, tables: Tables) -> Sheet:
    """Each kind of source that the city has: what it gives, its strengths, its weaknesses."""
    used = tables.ledger.set_index("table").rows_used
    here = [kind for name, kind in KINDS.items() if name in used.index and used[[name]].sum() > 0]
    columns = [Column(words(f"columns.{key}")) for key in ("kind_of_source", *PARTS)]
    rows = [
        tuple(words(f"source_kinds.{kind}.{part}") for part in ("name", *PARTS)) for kind in here
    ]
    return table(words, words("tables.source_kinds"), columns, rows)


def fitness(words: Words, verdicts: list[Fitness]) -> Sheet:
    """What each source can be used for, and under it why, with the figure that it rests on."""
    if not verdicts:
        return nothing(words, words("reasons.no_figure"))
    columns = [
        Column(words("columns.kind_of_source")),
        *(Column(words(f"uses.{use}")) for use in USES),
    ]
    by_table: dict[str, dict[str, Fitness]] = {}
    for one in verdicts:
        by_table.setdefault(one.table, {})[one.use] = one
    named = {name: words(f"source_kinds.{KINDS[name]}.name") for name in by_table}
    rows = [
        (named[name], *(_verdict(words, uses[use]) for use in USES))
        for name, uses in by_table.items()
    ]
    numbers = pd.DataFrame(
        [(one.table, one.use, one.verdict, one.reason, one.counted, one.official, one.year)
         for one in verdicts],
        columns=["table", "use", "verdict", "reason", "counted", "official", "year"],
    )  # fmt: skip
    sheet = table(words, words("tables.fitness"), columns, rows, data=numbers, name="fitness")
    labels = [(use, words(f"uses.{use}")) for use in USES]
    reasons = [
        {"name": words("fitness.of", what=named[name])}
        | {use: _why(words, one) for use, one in uses.items()}
        for name, uses in by_table.items()
    ]
    return sheet + folded(reasons, labels)


def _why(words: Words, one: Fitness) -> str:
    figure = {}
    if one.share is not None:
        figure = {
            "share": words.percent(one.share, 1 if one.share < 0.1 else 0),
            "counted": words.number(one.counted),
            "official": words.number(one.official),
            "year": str(one.year),
        }
    key = one.reason.replace(" ", "_")
    return f"{_verdict(words, one)}: " + words(f"fitness_why.{key}", **figure)


def _verdict(words: Words, one: Fitness) -> str:
    key = one.verdict.replace(" ", "_")
    return words(f"fitness.{key}")


def notices(words: Words, tables: Tables, city: Workspace) -> Sheet:
    """What the police's notices were about in the last months that were watched; no crime count."""
    rows = tables["police_notices"]
    if rows.empty:
        return nothing(words, words("notices.none"))
    counts = panel(rows, [city.settings["municipality"]], shipped_categories())
    months = sorted(counts.month.unique())[-12:]
    if not months:
        return nothing(words, words("notices.not_watched"))
    kinds = counts[counts.month.isin(months)].groupby("category")["count"].sum()
    columns = [Column(words("columns.kind")), Column(words("columns.notices"), number=True)]
    told = [
        (words(f"notices.{kind}"), words.number(n))
        for kind, n in kinds.sort_values(ascending=False, kind="stable").items()
        if kind != UNSORTED or n
    ]
    about = {"first": months[0], "last": months[-1]}
    caption = words(
        "tables.notices",
        n=words.number(len(months)),
        **{k: words.period(Period.parse(m)) for k, m in about.items()},
    )
    return table(words, caption, columns, told, (words("notices.note"),), counts, "notices")


def breaks(words: Words, tables: Tables) -> Sheet:
    """When something came to be counted in another way; no series runs on across it."""
    rows = tables["breaks"].sort_values(["from_date", "item"])
    if rows.empty:
        return say(words("breaks.none"))
    keys = ("from", "item", "area", "kind", "what")
    columns = [Column(words(f"columns.{key}")) for key in keys]
    told = [
        (
            words.day(row.from_date.date()),
            words.called(row.item),
            words.name(row.area_id) if row.area_id else words("breaks.everywhere"),
            words(f"breaks.{row.kind}"),
            getattr(row, f"what_{words.language}"),
        )
        for row in rows.itertuples()
    ]
    return table(words, words("tables.breaks"), columns, told)


def editions(words: Words, city: Workspace) -> Sheet:
    """Files with several editions, and those not there yet."""
    told = []
    for resource in city.resources:
        if len(resource.files) > 1:
            days = [one["retrieved"][:10] for one in resource.record["earlier"]]
            told.append(
                words(
                    "editions.several",
                    file=resource.name,
                    n=words.number(len(resource.files)),
                    first=words.day(days[0]),
                    last=words.day(resource.retrieved[:10]),
                )
            )
    told += _not_yet(words, city)
    return bullets(told) if told else say(words("editions.single"))


def _not_yet(words: Words, city: Workspace) -> list[str]:
    """The files that hold nothing, in one sentence for each reason why."""
    name = {"sv": "title", "en": "name"}[words.language]
    found: dict[str, list[str]] = {}
    for record in city.not_yet:
        found.setdefault(_why_not(record, city), []).append(record[name])
    return [words(f"editions.{why}", files=words.listed(files)) for why, files in found.items()]


def _why_not(record: dict, city: Workspace) -> str:
    """The key of why a file holds nothing: not fetched, not known on the day, or not filled in."""
    if not record.get("path"):
        return "not_fetched"
    late = city.known_on and record["retrieved"][:10] > city.known_on.isoformat()
    return "not_known" if late else "not_filled"


def late(words: Words, settled: pd.DataFrame) -> Sheet:
    """How much of a month's events is known so long after its end."""
    if settled.empty:
        return nothing(words, words("late.unknown"))
    keys = ("delay", "share_known", "extreme_months")
    columns = [Column(words(f"columns.{key}"), number=key != "delay") for key in keys]
    shown = settled[settled.delay.isin([0, 1, 2, 3, 6])]
    rows = [
        (
            words(f"late.after_{row.delay}"),
            words.percent(row.share, 1),
            words.to(words.percent(row.low, 1), words.percent(row.high, 1)),
        )
        for row in shown.itertuples()
    ]
    caption = words("tables.late", n=words.number(settled.months.iloc[0]))
    return table(words, caption, columns, rows, data=settled, name="late")

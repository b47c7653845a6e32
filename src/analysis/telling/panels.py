"""Tables and figures of a report: Estimates in, a sheet out, or the reason why there is none.

Each panel brings its own alternative text with the finding in it, and an area or a
year with nothing to show says so and why.
"""

import pandas as pd

from analysis.data.tables import Tables
from analysis.measurement.comparison import Series
from analysis.methods.screening import survivors
from analysis.telling import figures, maps, sentences
from analysis.telling.sheets import Column, Sheet, figure, say, table
from analysis.telling.text import Words
from analysis.words.estimates import Estimate, frame
from analysis.words.periods import Period


def nothing(words: Words, why: str) -> Sheet:
    """A place where something would have stood, and why it does not."""
    return say(words("sheet.nothing", why=why.rstrip(".")), "note")


def _by_item(estimates: list[Estimate]) -> dict[str, Estimate]:
    return {e.definition: e for e in estimates}


def numbers(estimates: list[Estimate]) -> pd.DataFrame:
    """What a reader may download: the estimates without the columns that are empty in all."""
    rows = frame(estimates)
    filled = [name for name in rows if rows[name].notna().any() and (rows[name] != "").any()]
    return rows[filled]


def items(
    words: Words,
    caption: str,
    counts: list[Estimate],
    usual: list[Estimate],
    departures: list[Estimate],
    found_by: dict[str, str],
    name: str,
) -> Sheet:
    """One row a kind of crime: this year, the usual, and the verdict.

    ``counts``, ``usual`` and ``departures`` are of one area and period; items without a
    usual range or departure keep their row.
    """
    if not counts:
        return nothing(words, words("reasons.no_figure"))
    expected, screened = _by_item(usual), _by_item(departures)
    period = words.period(counts[0].period)
    spans = [words.period(e.period) for e in usual if e.known]
    years = max(spans, key=spans.count, default="")
    heading = words("columns.usual", years=years) if years else words("columns.usual_unknown")
    columns = [
        Column(words("columns.item")),
        Column(words("columns.verdict")),
        Column(words("columns.count", period=period), number=True),
        Column(heading, number=True),
        Column(words("columns.found_by")),
    ]
    rows = [
        (
            words.name(e.definition),
            sentences.verdict(words, e, expected.get(e.definition), screened.get(e.definition)),
            words.number(e.value),
            sentences.range_of(words, expected.get(e.definition)),
            words(f"found_by.{found_by[e.definition]}"),
        )
        for e in counts
    ]
    data = numbers([*counts, *usual, *departures])
    notes = [*_usual_missing(words, counts, expected), *sentences.counted_anew(words, counts)]
    if any(e.status == "preliminary" for e in counts):
        notes.append(words("tables.preliminary"))
    return table(words, caption, columns, rows, tuple(notes), data, name)


def _usual_missing(
    words: Words, counts: list[Estimate], expected: dict[str, Estimate]
) -> list[str]:
    """Why there is no usual range for what has been counted, one sentence a reason."""
    lacking: dict[str, list[str]] = {}
    for e in counts:
        usual = expected.get(e.definition)
        if e.known and not (usual and usual.known):
            why = words.reason(usual) if usual else words("reasons.too_few_years")
            lacking.setdefault(why, []).append(words.inside(e.definition))
    return [
        words("tables.usual_missing", what=words.listed(what), why=why)
        for why, what in lacking.items()
    ]


def development(
    words: Words,
    series: dict[str, Series],
    chosen: list[str],
    headline: list[str],
    usual: list[Estimate],
    name: str,
) -> Sheet:
    """Counts year by year, a panel a kind of crime, each with its usual range.

    ``chosen`` are the items that the city wants shown; one without a single figure is named
    instead of drawn empty, and where that leaves none the ``headline`` items are drawn.
    """
    counted = [item for item, one in series.items() if any(e.known for e in one)]
    wanted = [item for item in chosen if item in counted]
    drawn = wanted or [item for item in headline if item in counted]
    if not drawn:
        return nothing(words, words("reasons.no_figure"))
    lacking = words.listed([words.inside(item) for item in chosen if item not in counted])
    note = [words("figure.not_entered", what=lacking)] if lacking else []
    expected, shown = _by_item(usual), [series[item] for item in drawn]
    ranges = [expected[item] for item in drawn]
    findings = " ".join(
        sentences.level(words, one.estimates[-1], usual)
        for one, usual in zip(shown, ranges, strict=True)
    )
    return figure(
        words,
        figures.development(words, shown, ranges),
        words("figure.development_alt", findings=findings),
        " ".join([words("figure.development"), *note]),
        _wide(words, shown),
        name,
    )


def _wide(words: Words, series: list[Series]) -> pd.DataFrame:
    columns = {words.name(s.estimates[-1].definition): pd.Series(
        s.values, index=[e.period.year for e in s]
    ) for s in series}  # fmt: skip
    return pd.DataFrame(columns).rename_axis(words("columns.years")).reset_index()


def against_usual(words: Words, departures: list[Estimate], period: Period, name: str) -> Sheet:
    """How far each kind of crime lies from its usual, with intervals."""
    if not departures:
        return nothing(words, words("departure.too_short", period=words.period(period)))
    ordered = sorted(departures, key=lambda e: -e.value)
    labels = [words.name(e.definition) for e in ordered]
    findings = sentences.departures_here(words, departures, period)
    return figure(
        words,
        figures.intervals(words, labels, ordered, 1.0, words("figure.against_usual")),
        words("figure.intervals_alt", findings=findings),
        words("figure.intervals"),
        _intervals(words, labels, ordered),
        name,
    )


def _intervals(
    words: Words, labels: list[str], estimates: list[Estimate], heading: str = "item"
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            words(f"columns.{heading}"): labels,
            words("columns.rank" if estimates[0].unit == "rank" else "columns.ratio"): [
                e.value for e in estimates
            ],
            "95 % −": [e.low for e in estimates],
            "95 % +": [e.high for e in estimates],
            "p": [e.p for e in estimates],
            "q": [e.q for e in estimates],
        }
    ).dropna(axis=1, how="all")


def grid(
    words: Words,
    together: list[Estimate],
    departures: list[Estimate],
    period: Period,
    name: str,
) -> Sheet:
    """Every kind of crime by district, the districts added up first; survivors framed.

    ``together`` and ``departures`` have each been through a screen of their own.
    """
    if not departures:
        return nothing(words, words("departure.too_short", period=words.period(period)))
    cells = [*together, *departures]
    places = [sentences.place(words, e) for e in cells]
    by_place = {(where, e.definition): e for where, e in zip(places, cells, strict=True)}
    screened = [*survivors(together), *survivors(departures)]
    kept = {where for where, e in by_place.items() if e in screened}
    findings = " ".join(
        [
            *sentences.together(words, together, [], period),
            *sentences.departures(words, departures, period),
        ]
    )
    data = pd.DataFrame(
        {
            words("columns.area"): places,
            words("columns.item"): [words.name(e.definition) for e in cells],
            words("columns.ratio"): [e.value for e in cells],
            "95 % −": [e.low for e in cells],
            "95 % +": [e.high for e in cells],
            "q": [e.q for e in cells],
        }
    )
    return figure(
        words,
        figures.departures(words, by_place, kept),
        words("figure.grid_alt", findings=findings),
        " ".join(
            [
                *([] if kept else [words("figure.grid_none")]),
                words(
                    "figure.grid",
                    together=words.number(len(together)),
                    alone=words.number(len(departures)),
                ),
            ]
        ),
        data,
        name,
    )


def _why_not(words: Words, results: list[Estimate]) -> str:
    return words.reason(results[0]) if results else words("reasons.no_figure")


def trends(words: Words, results: list[Estimate], name: str) -> Sheet:
    """The direction of one kind of crime in every area."""
    known = [e for e in results if e.known]
    if not known:
        return nothing(words, _why_not(words, results))
    ordered = sorted(known, key=lambda e: e.value)
    labels = [words.name(e.area) for e in ordered]
    return figure(
        words,
        figures.intervals(words, labels, ordered, 1.0, words("figure.per_year")),
        words("figure.trend_alt", findings=sentences.trend_family(words, results)),
        words(
            "figure.trend",
            period=words.period(ordered[0].period),
            what=words.name(ordered[0].definition),
        ),
        _intervals(words, labels, ordered, "area"),
        name,
    )


def survivors_table(words: Words, caption: str, results: list[Estimate], name: str) -> Sheet:
    """The estimates that survive being tried together, or the word that none does."""
    kept = survivors(results)
    columns = [
        Column(words("columns.area")),
        Column(words("columns.item")),
        Column(words("columns.value"), number=True),
        Column(words("columns.interval"), number=True),
        Column(words("columns.q"), number=True),
    ]
    rows = [
        (
            words.name(e.area),
            words.name(e.definition),
            words.change(e.value, 1),
            sentences.change_range(words, e, 1),
            words.p_value(e.q),
        )
        for e in kept
    ]
    if not rows:
        return say(sentences.trend_family(words, results))
    return table(words, caption, columns, rows, data=numbers(kept), name=name)


def area_map(
    words: Words,
    tables: Tables,
    estimates: list[Estimate],
    texts: list[str],
    what: str,
    name: str,
    here: str | None = None,
) -> Sheet:
    """A map of one number an area; the highest and the lowest are named.

    Real borders where the city has them for every area, else one square an area; a city that
    has neither gets a table.
    """
    known = [e for e in estimates if e.known]
    if not known:
        return nothing(words, _why_not(words, estimates))
    told = dict(zip((e.area for e in estimates), texts, strict=True))
    names = {e.area: words.name(e.area) for e in estimates}
    outlines, squares = tables["outlines"], {e.area: tables.areas[e.area].tile for e in estimates}
    if not set(names) <= set(outlines.area_id) and None in squares.values():
        columns = [Column(words("columns.area")), Column(words("columns.value"), number=True)]
        rows = list(zip(names.values(), texts, strict=True))
        return table(words, what, columns, rows, data=numbers(estimates), name=name)
    low, high = min(e.value for e in known), max(e.value for e in known)
    spread = (high - low) or 1
    shades = [None if not e.known else (e.value - low) / spread for e in estimates]
    if set(names) <= set(outlines.area_id):
        kind, drawn = "map", maps.outline_map(words, outlines, names, texts, shades, here)
    else:
        places = [(names[one], square) for one, square in squares.items()]
        kind, drawn = "tiles", figures.tiles(words, places, texts, shades, names.get(here))
    top, bottom = (pick(known, key=lambda e: e.value) for pick in (max, min))
    findings = words(
        "figure.tiles_findings",
        high=f"{names[top.area]} {told[top.area]}",
        low=f"{names[bottom.area]} {told[bottom.area]}",
    )
    data = pd.DataFrame(
        {
            words("columns.area"): list(names.values()),
            words("columns.value"): [e.value for e in estimates],
            "95 % −": [e.low for e in estimates],
            "95 % +": [e.high for e in estimates],
        }
    ).dropna(axis=1, how="all")
    return figure(
        words,
        drawn,
        words(f"figure.{kind}_alt", findings=findings),
        words(f"figure.{kind}", what=what),
        data,
        name,
    )


def ranks(words: Words, results: list[Estimate], period: Period, name: str) -> Sheet:
    """The rank of each area with the ranks that it could as well have had."""
    if not results:
        return say(words("rank.none", period=words.period(period)), "note")
    ordered = sorted(results, key=lambda e: (e.value, e.low, e.high))
    labels = [words.name(e.area) for e in ordered]
    findings = " ".join(sentences.rank(words, e, len(ordered)) for e in ordered[:3])
    return figure(
        words,
        figures.intervals(words, labels, ordered, None, words("figure.rank_axis"), as_change=False),
        words("figure.rank_alt", findings=findings),
        words("figure.rank", what=words.name(ordered[0].definition)),
        _intervals(words, labels, ordered, "area"),
        name,
    )


def funnel(
    words: Words,
    rates: list[Estimate],
    limits: list[Estimate],
    people: list[float],
    period: Period,
    name: str,
) -> Sheet:
    """Rates by size of area with the limits within which areas commonly differ."""
    if not limits:
        key = "rank.too_few" if rates else "rank.none"
        return say(words(key, period=words.period(period)), "note")
    labels = [words.name(rate.area) for rate in rates]
    outside = [
        f"{label} ({words.number(rate.value)})"
        for label, rate, limit in zip(labels, rates, limits, strict=True)
        if not limit.low <= rate.value <= limit.high
    ]
    named = words.listed(outside) if outside else words("figure.funnel_none")
    data = pd.DataFrame(
        {
            words("columns.area"): labels,
            words("figure.inhabitants"): people,
            words("columns.per_1000"): [rate.value for rate in rates],
            "95 % −": [limit.low for limit in limits],
            "95 % +": [limit.high for limit in limits],
        }
    )
    return figure(
        words,
        figures.funnel(words, labels, rates, limits, people),
        words("figure.funnel_alt", findings=words("figure.funnel_findings", names=named)),
        words("figure.funnel"),
        data,
        name,
    )


def contributions(words: Words, parts: list[Estimate], name: str) -> Sheet:
    """Which kinds of crime a change of the total consisted of."""
    if not parts:
        return nothing(words, sentences.contribution(words, parts).rstrip("."))
    shown = [part for part in parts if round(part.n)]
    labels = [words.name(part.definition) for part in shown]
    data = pd.DataFrame(
        {
            words("columns.item"): labels,
            words("columns.more"): [part.n for part in shown],
            words("columns.part"): [part.value for part in shown],
        }
    )
    return figure(
        words,
        figures.contributions(words, labels, shown),
        words("figure.contribution_alt", findings=sentences.contribution(words, parts)),
        words(
            "figure.contribution",
            p0=words.period(parts[0].reference),
            p1=words.period(parts[0].period),
        ),
        data,
        name,
    )


def base_years(words: Words, results: list[Estimate], lacking: str, name: str) -> Sheet:
    """One year against each of the years before; ``lacking`` is why there is none to compare."""
    known = [e for e in results if e.known]
    if not known:
        return nothing(words, words.reason(results[0]) if results else words(f"reasons.{lacking}"))
    labels = [words.period(e.reference) for e in known]
    low, high = (pick(known, key=lambda e: e.value) for pick in (min, max))
    findings = words(
        "figure.base_findings",
        low=words.change(low.value),
        low_year=words.period(low.reference),
        high=words.change(high.value),
        high_year=words.period(high.reference),
    )
    return figure(
        words,
        figures.intervals(words, labels, known, 1.0, words("figure.against_base")),
        words("figure.base_alt", findings=findings),
        words(
            "figure.base",
            what=words.name(known[0].definition),
            period=words.period(known[0].period),
        ),
        _intervals(words, labels, known, "base"),
        name,
    )


def noise(words: Words, results: list[Estimate], name: str) -> Sheet:
    """How much each series jumps by itself, least first."""
    if not results:
        return nothing(words, words("reasons.no_shootings"))
    columns = [
        Column(words("columns.item")),
        Column(words("columns.area")),
        Column(words("columns.years")),
        Column(words("columns.spread"), number=True),
        Column(words("columns.p"), number=True),
    ]
    rows = [
        (
            words.name(e.definition),
            words.name(e.area),
            words.period(e.period),
            words.number(e.value, 2),
            words.p_value(e.p),
        )
        for e in sorted(results, key=lambda e: (e.value is None, e.value))
    ]
    return table(words, words("tables.noise"), columns, rows, data=numbers(results), name=name)


def voices(words: Words, heard: list[Estimate], said: list[Estimate], area_id: str) -> Sheet:
    """The three voices side by side: from how much each speaks and what it cannot see.

    ``said`` is what stands behind them: survey shares, counts, ratings, observations, indicators.
    """
    columns = [Column(words(f"columns.{key}")) for key in ("voice", "says", "latest", "cannot")]
    rows = [
        (
            words(f"voices.{voice.definition}").capitalize(),
            _rests_on(words, voice.definition, said) if voice.value else words("voice.nothing"),
            words.period(voice.period) if voice.value else "..",
            words(f"voice.{voice.definition}_cannot"),
        )
        for voice in heard
    ]
    return table(words, words("tables.voices", area=words.name(area_id)), columns, rows)


def _rests_on(words: Words, voice: str, said: list[Estimate]) -> str:
    """What a voice has given, in its own kinds: answers of persons, crimes, ratings, notes."""
    known = [e for e in said if e.known]
    shares = [e for e in known if e.statistic == "survey share"]
    told = [e for e in said if e.statistic == "survey share"]
    last = max((e.period for e in told), default=None)
    asked = [e.n for e in shares if e.period == last and e.n is not None]
    crimes = {e.definition for e in known if e.statistic == "count"}
    own = [e for e in known if e.series == voice]
    counts = {
        "answers": max(asked, default=0) if voice == "residents" else 0,
        "shares": sum(e.n is None for e in shares) if voice == "residents" else 0,
        "crimes": len(crimes) if voice == "police" else 0,
        "ratings": sum(e.statistic == "rating" for e in own),
        "notes": sum(e.value for e in own if e.statistic == "observations"),
        "indicators": sum(e.statistic == "indicator" for e in own),
    }
    parts = [words(f"voice.{key}", n=words.number(n)) for key, n in counts.items() if n]
    if voice == "residents" and any(e.status == "suppressed" for e in told if e.period == last):
        parts.insert(0, words("voice.few_answers"))
    return words.listed(parts)


def surveys(words: Words, results: list[Estimate], area_id: str, name: str) -> Sheet:
    """What residents answered, or the word that nothing is known."""
    if not results:
        return say(words("survey.none", area=words.name(area_id)), "note")
    columns = [
        Column(words("columns.question")),
        Column(words("columns.value"), number=True),
        Column(words("columns.survey")),
        Column(words("columns.period")),
    ]
    rows = [
        (
            words.name(e.definition),
            words.percent(e.value / 100, 0 if e.value % 1 == 0 else 1),
            words(f"series.{e.series}"),
            ".." if e.note == "no year" else words.period(e.period),
        )
        for e in results
    ]
    return table(
        words,
        words("tables.surveys", area=words.name(area_id)),
        columns,
        rows,
        notes=(words("survey.no_margin"),),
        data=numbers(results),
        name=name,
    )

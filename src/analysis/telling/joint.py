"""Three voices on a page: each by itself, then where they meet and where they do not.

A voice that said nothing is shown as silent, never as content; what the parties agreed on stands
with who agreed, and nobody is counted in who was not there.
"""

import pandas as pd

from analysis.data.tables import Tables
from analysis.measurement import voices as measured
from analysis.measurement.comparison import NotComparable
from analysis.measurement.rhythm import PARTS
from analysis.methods.agreement import Sight, between, who_sees
from analysis.methods.screening import survivors
from analysis.telling import figures, panels, sentences
from analysis.telling.sheets import Column, Sheet, bullets, cell, figure, say, table
from analysis.telling.text import Words
from analysis.words.estimates import Estimate
from analysis.words.periods import Period


def theme(words: Words, key: str) -> str:
    """The reader's word for a theme."""
    return words(f"themes.{key}")


def inside(words: Words, key: str) -> str:
    """A theme in the middle of a sentence."""
    return theme(words, key).lower()


def _who(words: Words, voices: tuple[str, ...] | list[str]) -> str:
    return words.listed([words(f"voices.{voice}") for voice in voices])


def sights(given: list[Estimate]) -> list[Sight]:
    """Who sees each problem and who does not, from the ratings of one place."""
    return who_sees(measured.side_by_side(given))


def ratings(words: Words, given: list[Estimate], sights: list[Sight], name: str) -> Sheet:
    """How serious each voice holds each problem to be, side by side."""
    if not any(e.known for e in given):
        return panels.nothing(words, words("reasons.nobody_rated"))
    wide = measured.side_by_side(given)
    wide = wide.reindex([sight.theme for sight in sights])
    labels = [theme(words, key) for key in wide.index]
    data = wide.rename(columns=lambda voice: words(f"voices.{voice}"))
    data = data.set_axis(labels).rename_axis(words("columns.theme")).reset_index()
    findings = " ".join(apart(words, sights)) or words("joint.none_apart")
    when = words.period(given[0].period)
    return figure(
        words,
        figures.voices(words, labels, wide),
        words("joint.ratings_alt", findings=findings),
        words("joint.ratings", period=when),
        data,
        name,
    )


def agreement(
    words: Words, w: list[Estimate], chance: list[Estimate], sights: list[Sight]
) -> list[str]:
    """Whether the voices order the problems alike, and the problems that only some of them see.

    ``chance`` holds how alike they would be if they drew lots.
    """
    told = parted = apart(words, sights)
    for e in w:
        if not e.known:
            told = [*told, words("joint.w_unknown", why=words.reason(e))]
            continue
        alike = "partly" if parted else "alike"
        key = f"joint.{alike}" if e.p < 0.05 else "joint.not_alike"
        numbers = {"w": words.number(e.value, 2), "p": words.p_equals(e.p)}
        numbers["chance"] = words.number(chance[0].value, 2)
        told = [*told, words(key, **numbers, n=words.number(e.n))]
        if not parted:
            told.append(words("joint.none_apart"))
    quiet = [voice for voice in measured.VOICES if _silent(voice, sights)]
    return told + [words("joint.silent", voice=words(f"voices.{voice}")) for voice in quiet]


def _silent(voice: str, sights: list[Sight]) -> bool:
    return all(voice in one.silent for one in sights)


def apart(words: Words, sights: list[Sight]) -> list[str]:
    """The problems that one voice sees and another does not, a sentence each."""
    return [
        words(
            "joint.apart",
            theme=theme(words, one.theme),
            sees=_who(words, one.sees),
            sees_not=_who(words, one.sees_not),
        )
        for one in sights
        if one.sees and one.sees_not
    ]


def focus(words: Words, rows: pd.DataFrame, period: Period) -> Sheet:
    """What the parties agreed to work with first, who agreed, and whether it has been renewed."""
    if rows.empty:
        return panels.nothing(words, words("reasons.no_focus"))
    columns = [
        Column(words(f"columns.{key}")) for key in ("order", "theme", "agreed", "not_agreed")
    ]
    cells = [
        (
            words.number(row.rank),
            theme(words, row.theme),
            _who(words, agreed := row.agreed_by.split()),
            _who(words, [v for v in measured.VOICES if v not in agreed]) or words("joint.nobody"),
        )
        for row in rows.itertuples()
    ]
    day = rows.decided.iloc[0].date()
    old = (words("joint.focus_old"),) if day < period.start else ()
    return table(words, words("joint.focus", day=words.day(day)), columns, cells, old)


def observations(words: Words, noted: list[Estimate], name: str) -> Sheet:
    """What was noted by theme and party; an empty cell is not looked at, or not noted."""
    if not noted:
        return panels.nothing(words, words("reasons.nothing_noted"))
    parties = list(dict.fromkeys(e.series for e in noted))
    themes = list(dict.fromkeys(e.definition for e in noted))
    found = {(e.definition, e.series): e for e in noted}
    columns = [Column(words("columns.theme"))]
    columns += [Column(words(f"parties.{party}"), number=True) for party in parties]
    rows = [
        (theme(words, key), *(_count(words, found.get((key, party))) for party in parties))
        for key in sorted(themes, key=measured.THEMES.index)
    ]
    return table(
        words, words("joint.observations", period=words.period(noted[0].period)), columns, rows,
        notes=(words("joint.observations_note"),), name=name,
    )  # fmt: skip


def _count(words: Words, estimate: Estimate | None) -> str:
    if estimate is None:
        return words("joint.not_noted")
    return words.number(estimate.value) if estimate.known else words("joint.few")


def indicators(words: Words, values: list[Estimate], name: str) -> Sheet:
    """The district administration's own figures."""
    if not values:
        return panels.nothing(words, words("reasons.no_figure"))
    columns = [Column(words("columns.indicator")), Column(words("columns.value"), number=True)]
    columns.append(Column(words("columns.period")))
    rows = [
        (words.called(e.definition), words.amount(e) if e.known else "..", words.period(e.period))
        for e in values
    ]
    return table(words, words("joint.indicators"), columns, rows, name=name)


def good_answers(words: Words, tables: Tables, item: str) -> str:
    """The answers that count as good, as a reader ticked them, each in quotes."""
    codes = tables["survey_codes"]
    good = codes[(codes["item"] == item) & (codes.role == "good")]
    labels = good[f"label_{words.language}"]
    return words.either([words("format.quote", text=label.lower()) for label in labels])


def residents(
    words: Words,
    tables: Tables,
    answers: list[Estimate],
    changed: list[Estimate],
    whole: list[Estimate],
    area_id: str,
    name: str,
) -> Sheet:
    """What residents answered in the newest wave, beside the city and the wave before.

    Parameters
    ----------
    words, tables
        The reader's language, and the questions with their answers.
    answers
        Survey shares of the area: the city's own, or those that others published.
    changed
        Their change since the wave before, where it may be told.
    whole
        The same shares for the whole city.
    area_id, name
        The area, and the name of the download.
    """
    own = asked(tables, answers)
    if not own:
        return panels.surveys(words, answers, area_id, name)
    since = {e.definition: e for e in changed}
    city = {e.definition: e for e in newest(whole)}
    keys = ("question", "value", "interval", "answers", "city", "since_wave")
    columns = [Column(words(f"columns.{key}"), number=key != "question") for key in keys]
    columns[0] = Column(words("columns.question"))
    rows = [
        (
            f"{words.name(e.definition)} ({good_answers(words, tables, e.definition)})",
            share(words, e),
            _interval(words, e),
            words.number(e.n) if e.known else "..",
            share(words, city.get(e.definition)),
            _points(words, since.get(e.definition)),
        )
        for e in own
    ]
    when = words.period(own[0].period)
    notes = [words("joint.survey_note")]
    if any(e.status == "suppressed" for e in own):
        notes.append(words("joint.survey_few"))
    return table(
        words,
        words("joint.survey", area=words.name(area_id), period=when),
        columns,
        rows,
        notes=tuple(notes),
        data=panels.numbers(own),
        name=name,
    )


def asked(tables: Tables, answers: list[Estimate]) -> list[Estimate]:
    """The shares of the city's own newest wave, in the order in which questions were asked."""
    own = newest([e for e in answers if e.method == "survey_design"])
    order = list(tables["survey_items"]["item"])
    return sorted(own, key=lambda e: order.index(e.definition))


def newest(shares: list[Estimate]) -> list[Estimate]:
    """The shares of the newest wave."""
    if not shares:
        return []
    last = max(e.period for e in shares)
    return [e for e in shares if e.period == last]


def share(words: Words, e: Estimate | None) -> str:
    """A share in per cent, or why there is none."""
    if e is None:
        return ".."
    return words.percent(e.value / 100) if e.known else words.reason(e)


def _interval(words: Words, e: Estimate) -> str:
    if not e.known or e.low is None:
        return ".."
    return words.to(words.percent(e.low / 100), words.percent(e.high / 100))


def _points(words: Words, e: Estimate | None) -> str:
    if e is None or not e.known:
        return ".."
    verdict = words("joint.clear" if sentences.clear(e, 0) else "joint.maybe_chance")
    key = "point" if abs(round(e.value)) == 1 else "points"
    interval = words.to(words.signed(e.low), words.signed(e.high))
    about = {"points": words.signed(e.value), "range": interval, "verdict": verdict}
    return words(f"joint.{key}", **about)


def pooled(words: Words, tables: Tables, answers: list[Estimate], area_id: str, name: str) -> Sheet:
    """Two waves of one method together, for places where one wave has few answers."""
    if not answers:
        return panels.nothing(words, words("reasons.no_own_survey"))
    own = asked(tables, answers)
    columns = [Column(words("columns.question"))]
    columns += [
        Column(words(f"columns.{k}"), number=True) for k in ("value", "interval", "answers")
    ]
    rows = [
        (
            words.name(e.definition),
            share(words, e),
            _interval(words, e),
            words.number(e.n) if e.known else "..",
        )
        for e in own
    ]
    about = {"area": words.name(area_id), "period": words.period(own[0].period)}
    notes = (words("joint.pooled_note"),)
    data = panels.numbers(own)
    return table(words, words("joint.pooled", **about), columns, rows, notes, data, name)


def refusals(words: Words, refused: list[NotComparable]) -> list[str]:
    """Why waves are not set beside each other, once for each reason."""
    told = []
    for one in refused:
        parts = {d.part for d in one.differences}
        key = next((k for k in ("series", "scheme", "area", "value") if k in parts), "span")
        told.append(words(f"joint.refused_{key}", p0=words.period(one.before.period)))
    return list(dict.fromkeys(told))


def reasons(words: Words, why: list[Estimate]) -> list[str]:
    """Why a place has become safer, by those who think so; the commonest answers first."""
    known = [e for e in newest(why) if e.known]
    if not known:
        return [words("joint.reasons_few")] if why else []
    top = sorted(known, key=lambda e: -e.value)[:3]
    named = [f"{words.inside(e.definition)} ({share(words, e)})" for e in top]
    return [words("joint.reasons", what=words.listed(named), n=words.number(top[0].n))]


def nonresponse(words: Words, silent: pd.DataFrame, name: str) -> Sheet:
    """How many left each question of the newest wave without an answer."""
    if silent.empty:
        return panels.nothing(words, words("reasons.no_own_survey"))
    newest_wave = silent[silent.wave == silent.wave.iloc[0]]
    keys = ("asked", "answered", "dont_know", "refused", "no_answer")
    columns = [Column(words("columns.question"))]
    columns += [Column(words(f"columns.{key}"), number=True) for key in keys]
    rows = [
        (words.name(row.item), *(_told(words, getattr(row, key)) for key in keys))
        for row in newest_wave.itertuples()
    ]
    when = words.period(Period.parse(newest_wave.wave.iloc[0]))
    return table(words, words("joint.nonresponse", period=when), columns, rows, name=name)


def _told(words: Words, count) -> str:
    """A count of persons as it may be told."""
    return words("joint.few") if pd.isna(count) else cell(words, count)


def since(
    words: Words,
    moved: list[Estimate],
    revised: list[Estimate] | None = None,
    area_id: str | None = None,
    departures: list[Estimate] | None = None,
) -> list[str]:
    """What is not as it was in the last report: beyond noise, and by revision.

    ``moved`` holds every row of :func:`analysis.methods.since.since`; those of ``area_id`` are
    told, all of them when it is None. Revisions are passed over when ``revised`` is None.
    ``departures`` are those that the page tells of: where one is clear and nothing has moved, it
    is said that both can be so.
    """
    if not moved:
        told = [words("since.first")]
    else:
        about = {"period": words.period(moved[0].reference), "n": words.number(len(moved))}
        about["area"] = words("since.nowhere") if area_id is None else words.name(area_id)
        kept = [e for e in survivors(moved) if area_id in (None, e.area)]
        told = [_moved(words, e) for e in kept] or [words("since.none", **about)]
        if not kept and survivors(departures or []):
            told.append(words("since.both", **about))
        if any(e.status == "preliminary" for e in moved):
            told.append(words("tables.preliminary"))
    if revised is None:
        return told
    known = [e for e in revised if e.known and e.definition == "total"]
    told += [_revised(words, e) for e in known]
    if not known:
        told.append(words("since.no_edition"))
    return told


def _moved(words: Words, e: Estimate) -> str:
    return words(
        "since.more" if e.value > 1 else "since.less",
        area=sentences.place(words, e),
        what=words.name(e.definition),
        period=words.period(e.reference),
        size=words.percent(abs(e.value - 1)),
        range=sentences.change_range(words, e),
    )


def _revised(words: Words, e: Estimate) -> str:
    key = "since.revised" if round(e.value * e.n) != round(e.n) else "since.not_revised"
    return words(
        key,
        period=words.period(e.period),
        first=words.number(e.n),
        now=words.number(e.value * e.n),
        change=words.change(e.value, 1),
        day=words.day(e.vintage),
    )


def similar(
    words: Words,
    counts: list[Estimate],
    usual: list[Estimate],
    area_id: str,
    peers: list[str],
    name: str,
) -> Sheet:
    """Each kind of crime with its usual range, here and in the districts most like this one.

    ``counts`` and ``usual`` are of every district.
    """
    now = {(e.area, e.definition): e for e in counts if e.known}
    ranges = {(e.area, e.definition): e for e in usual if e.known}
    items = [item for area, item in ranges if area == area_id]
    if not peers or not items:
        return panels.nothing(words, words("reasons.no_similar"))
    columns = [Column(words("columns.item"))]
    columns += [Column(words.name(area), number=True) for area in (area_id, *peers)]
    rows = [
        (
            words.name(item),
            *(_beside(words, now, ranges, (area, item)) for area in (area_id, *peers)),
        )
        for item in items
    ]
    named = words.listed([words.name(peer) for peer in peers])
    notes = (words("joint.similar_note", peers=named),)
    return table(words, words("joint.similar"), columns, rows, notes, name=name)


def _beside(words: Words, now: dict, ranges: dict, key: tuple[str, str]) -> str:
    if key not in now or key not in ranges:
        return ".."
    span = sentences.range_of(words, ranges[key])
    return words("joint.beside", count=words.number(now[key].value), range=span)


def differing(words: Words, rated: list[Estimate]) -> dict[str, list[str]]:
    """By area the themes that residents and police rate far apart, and for whom they are larger."""
    found = {}
    for area in dict.fromkeys(e.area for e in rated):
        wide = measured.side_by_side([e for e in rated if e.area == area])
        found[area] = [
            words(
                "joint.differ",
                theme=inside(words, one.theme),
                voice=words(f"voices.{one.higher}"),
            )
            for one in between(wide, "residents", "police")
        ]
    return found


def by_district(
    words: Words, agreed: list[Estimate], chance: list[Estimate], rated: list[Estimate], name: str
) -> Sheet:
    """How alike the voices are in each district, and on what police and residents differ."""
    if not any(e.known for e in agreed) and not rated:
        return panels.nothing(words, words("reasons.nobody_rated"))
    columns = [Column(words("columns.area")), Column(words("columns.agreement"))]
    columns.append(Column(words("columns.differ")))
    lots = sorted({words.number(e.value, 2) for e in chance if e.known})
    notes = tuple(words("joint.lots", chance=words.either(lots)) for _ in lots[:1])
    apart, rows = differing(words, rated), []
    for e in sorted(agreed, key=lambda e: (e.value is None, e.value)):
        if e.known:
            level = words("joint.w", w=words.number(e.value, 2), p=words.p_equals(e.p))
        else:
            level = words.reason(e)
        none = words("joint.nothing" if e.known else "joint.cannot_compare")
        rows.append((words.name(e.area), level, words.listed(apart.get(e.area, [])) or none))
    return table(words, words("joint.by_district"), columns, rows, notes, name=name)


def told(texts: list[str]) -> Sheet:
    """Sentences as a list, or as one paragraph when there is one."""
    return bullets(texts) if len(texts) != 1 else say(texts[0])


def week(words: Words, hours: list[Estimate], name: str) -> Sheet:
    """When events happen: weekday by part of the day, what stands out framed."""
    known = [e for e in hours if not e.definition.endswith("unknown")]
    if not any(e.known for e in known):
        key = "too_few_events" if known else "no_register"
        return panels.nothing(words, words(f"reasons.{key}"))
    days = {str(day): words.weekday(day) for day in range(7)}
    parts = {part: words(f"rhythm.{part}") for part in PARTS}
    cells = {tuple(e.definition.split()): e for e in known}
    few = words("joint.few")
    grid = pd.DataFrame(
        {
            days[day]: [cells[day, part].value for part in parts]
            for day in days
        },
        index=list(parts.values()),
    )  # fmt: skip
    strong = [key for key, e in cells.items() if e.note == "stands out"]
    named = words.listed([f"{days[day]} {parts[part]}" for day, part in strong])
    findings = words("rhythm.week_some", what=named) if strong else words("rhythm.week_none")
    rows, columns = list(parts), list(days)
    place = {(rows.index(part), columns.index(day)) for day, part in strong}
    about = {"area": words.name(known[0].area), "period": words.period(known[0].period)}
    return figure(
        words,
        figures.week(words, grid, place),
        words("rhythm.week_alt", findings=findings),
        words("rhythm.week", **about),
        grid.astype(object).fillna(few).rename_axis(words("columns.part_of_day")).reset_index(),
        name,
    ) + say(findings)


def wheel(words: Words, shares: pd.DataFrame, period: Period, name: str) -> Sheet:
    """The wheel of the year: which months usually hold more than their days would."""
    if shares.share.isna().any():
        key = "too_few_years" if shares.years.any() else "no_register"
        return panels.nothing(words, words(f"reasons.{key}"))
    labels = [words.month(number) for number in shares.month]
    high = [label for label, usual in zip(labels, shares.usually, strict=True) if usual == "high"]
    key = "rhythm.year_some" if high else "rhythm.year_none"
    findings = words(key, what=words.listed(high)) if high else words(key)
    here = set(range(period.start.month - 1, period.end.month))
    data = pd.DataFrame(
        {
            words("columns.month"): labels,
            words("columns.share_of_year"): shares.share.round(1),
            "95 % −": shares.low.round(1),
            "95 % +": shares.high.round(1),
        }
    )
    return figure(
        words,
        figures.year_wheel(words, labels, shares, here),
        words("rhythm.year_alt", findings=findings),
        words("rhythm.year"),
        data,
        name,
    ) + say(findings)


def places(words: Words, counts: list[Estimate], period: Period, name: str) -> Sheet:
    """Where in the area, this period beside the same span of the years before."""
    if not counts:
        return panels.nothing(words, words("reasons.no_register"))
    spans = sorted({e.period for e in counts})
    earlier = spans[-4:-1]
    found = {(e.area, e.period): e for e in counts}
    columns = [Column(words("columns.place"))]
    columns += [Column(words.period(span), number=True) for span in (*earlier, period)]
    rows = [
        (
            words.name(area),
            *(_count(words, found.get((area, span))) for span in (*earlier, period)),
        )
        for area in dict.fromkeys(e.area for e in counts)
    ]
    caption = words("rhythm.places", period=words.period(period))
    return table(words, caption, columns, rows, (words("rhythm.places_note"),), name=name)

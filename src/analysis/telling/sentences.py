"""Sentences built from Estimates; the verb follows the interval, never the writer.

"Increased" and "fell" are chosen in one place, from whether the interval leaves out
no change; when it does not, the sentence says that nothing can be told apart.
"""

import re
from math import sqrt

from analysis.measurement.comparison import NotComparable, Series
from analysis.measurement.counts import SINCE
from analysis.measurement.crime import SUM_OF_DISTRICTS
from analysis.methods.screening import FALSE_DISCOVERY, survivors
from analysis.telling.text import Words, first_up
from analysis.words.estimates import CheckResult, Estimate
from analysis.words.periods import Period

WORTH_NAMING = 10.0  # per cent of the total's change
DRIFT = 3.0  # percentage points of the districts' coverage


def direction(estimate: Estimate, null: float = 1.0) -> str:
    """The one place that chooses the verb: "rose", "fell", "alone", "uncertain" or "unknown".

    "alone" is told apart by itself, but not when all that were tried are counted in.
    """
    if not estimate.known:
        return "unknown"
    if not clear(estimate, null):
        return "alone" if estimate.beyond(null) else "uncertain"
    return "rose" if estimate.value > null else "fell"


def clear(estimate: Estimate, null: float = 1.0) -> bool:
    """Whether a value is told apart from "no difference": after the screen, where there was one."""
    if estimate.q is not None:
        return estimate.q <= FALSE_DISCOVERY
    return estimate.beyond(null)


def position(count: Estimate, usual: Estimate | None) -> str:
    """Where a count lies in its usual range: "inside", "above", "below" or "unknown"."""
    if usual is None or not (count.known and usual.known):
        return "unknown"
    if usual.low <= count.value <= usual.high:
        return "inside"
    return "above" if count.value > usual.high else "below"


def verdict(
    words: Words, count: Estimate, usual: Estimate | None, screened: Estimate | None
) -> str:
    """The reading of a count in two or three words; "clearly" only after the screen.

    What survived the screen in the other direction says nothing of this count.
    """
    place = position(count, usual)
    plain = words(f"verdict.{place}")
    if place not in ("above", "below"):
        return plain
    judged = screened is not None and screened.known
    same_way = judged and (screened.value > 1) == (place == "above")
    key = "survives" if same_way and clear(screened) else "chance"
    return words(f"verdict.{key}", verdict=plain)


def range_of(words: Words, estimate: Estimate | None) -> str:
    """A range of counts: "480 to 560"."""
    if estimate is None or not estimate.known:
        return ".."
    return words.to(words.number(estimate.low), words.number(estimate.high))


def change_range(words: Words, estimate: Estimate, decimals: int = 0) -> str:
    """The interval of a ratio as signed changes: "−7 % to +2 %"."""
    if estimate.low is None:
        return ".."
    return words.to(words.change(estimate.low, decimals), words.change(estimate.high, decimals))


def level(words: Words, count: Estimate, usual: Estimate | None) -> str:
    """A count and whether it is what the place is used to."""
    what, period = words.name(count.definition), words.period(count.period)
    if not count.known:
        return words("level.no_value", what=what, period=period)
    place = position(count, usual)
    value = words.counted(count)
    if place == "unknown":
        why = words("reasons.too_few_years") if usual is None else words.reason(usual)
        return words("level.unknown", what=what, value=value, period=period, why=why)
    return words(
        f"level.{place}",
        what=what,
        value=value,
        period=period,
        range=range_of(words, usual),
        years=words.period(usual.period),
    )


def counted_anew(words: Words, counts: list[Estimate]) -> list[str]:
    """Which of the counts have been counted in a new way, and since when."""
    anew: dict[str, list[str]] = {}
    for e in counts:
        if e.series.startswith(SINCE):
            anew.setdefault(e.series.removeprefix(SINCE), []).append(words.inside(e.definition))
    return [
        words("tables.since", what=first_up(words.listed(what)), day=words.day(day))
        for day, what in anew.items()
    ]


def change(words: Words, before: Estimate | None, after: Estimate | None, result: Estimate) -> str:
    """The change between two counts, told as far as its interval allows."""
    if before is None or after is None or result.note == "no figure":
        what, period = words.name(result.definition), words.period(result.period)
        return words("change.missing", what=what, period=period)
    about = {
        "what": words.name(result.definition),
        "before": words.number(before.value),
        "after": words.number(after.value),
        "p0": words.period(before.period),
        "p1": words.period(after.period),
    }
    if not result.known:
        return words("change.unknown", **about, why=words.reason(result))
    return words(
        f"change.{direction(result)}",
        **about,
        change=words.change(result.value),
        range=change_range(words, result),
    )


def contrast(
    words: Words, series: Series, exact: Estimate, dispersed: Estimate, noticed: Estimate
) -> list[str]:
    """What independence would say of a change, what the measured noise says and could say."""
    if not exact.known:
        period = words.period(exact.period)
        return [words("change.missing", what=words.name(exact.definition), period=period)]
    before, after = series.at(exact.reference), series.at(exact.period)
    numbers = {"before": words.number(before.value), "after": words.number(after.value)}
    key = "change.exact" if exact.p < 0.05 else "change.exact_not"
    first = words(key, **numbers, p=words.p_equals(exact.p))
    if not dispersed.known:
        return [first, change(words, before, after, dispersed)]
    ruling = words("change.is_change" if dispersed.beyond(1) else "change.is_not_change")
    jumps = "dispersed" if dispersed.dispersion > 1 else "dispersed_calm"
    second = words(
        f"change.{jumps}",
        phi=words.number(sqrt(dispersed.dispersion), 1),
        p=words.p_equals(dispersed.p),
        verdict=ruling,
    )
    if after.value > before.value or dispersed.beyond(1):
        return [first, second]
    return [first, second, *noticed_from(words, noticed)]


def trend(words: Words, result: Estimate) -> str:
    """The direction of a series, or why none can be given."""
    about = {
        "what": words.name(result.definition),
        "area": words.name(result.area),
        "period": words.period(result.period),
    }
    if not result.known:
        return words("trend.unknown", **about, why=words.reason(result))
    return words(
        f"trend.{direction(result)}",
        **about,
        change=words.change(result.value, 1),
        size=words.percent(abs(result.value - 1), 1),
        range=change_range(words, result, 1),
    )


def trend_family(words: Words, results: list[Estimate]) -> str:
    """How many of a family of trends survive being tried together, and which."""
    kept = survivors(results)
    named = [
        words(
            "trend.survivor",
            what=words.name(e.definition),
            area=words.name(e.area),
            change=words.change(e.value, 1),
        )
        for e in kept
    ]
    return words(
        "trend.family",
        k=words.number(len(kept)),
        n=words.number(sum(e.known for e in results)),
        names=": " + words.listed(named) if named else "",
    )


def memory(words: Words, check: CheckResult) -> list[str]:
    """What one year says of the next, and what the interval was stretched by, if anything."""
    if not check.found:
        return []
    told = {name: words.number(value, 2) for name, value in check.found.items()}
    key = "memory" if abs(check.found["lag1"]) < check.found["needed"] else "memory_seen"
    return [words(f"trend.{key}", **told, n=str(check.looked_at))]


def noise(words: Words, result: Estimate) -> str:
    """How much a series jumps by itself."""
    about = {"what": words.name(result.definition), "period": words.period(result.period)}
    if not result.known:
        return words("noise.unknown", **about, why=words.reason(result))
    key = "noise.jumpy" if result.p < 0.05 else "noise.calm"
    return words(key, **about, value=words.number(result.value, 2), p=words.p_equals(result.p))


def departures(words: Words, results: list[Estimate], period: Period) -> list[str]:
    """How many comparisons depart from the usual, how many chance alone would give, and which."""
    when = words.period(period)
    if not results:
        return [words("departure.too_short", period=when)]
    kept, n = survivors(results), words.number(len(results))
    outside = sum(e.beyond(1) for e in results)
    first = "departure.some" if kept else "departure.none"
    return [
        words(first, k=words.number(len(kept)), n=n, period=when),
        *(departure(words, e) for e in kept),
        words(
            "departure.chance",
            outside=words.number(outside),
            n=n,
            expected=words.number(0.05 * len(results)),
        ),
    ]


def noticed_from(words: Words, result: Estimate) -> list[str]:
    """From which count a fall would have been noticed; said beside "cannot be told apart"."""
    if result.note == "no fall":
        return [words("change.noticed_none")]
    return [words("change.noticed", count=words.number(result.value))] if result.known else []


def detectable(words: Words, results: list[Estimate], found: list[Estimate]) -> list[str]:
    """How large a rise would have been found; said beside every "none".

    Where something was ``found`` no size is told, since what was found may be smaller than the
    one that commonly is: only that the others are not known to be unchanged.
    """
    if survivors(found):
        return [words("departure.others")]
    return [
        words(
            "departure.detectable",
            size=words.percent(e.value - 1),
            low=words.percent(e.low - 1),
            high=words.percent(e.high - 1),
            n=words.number(e.n),
        )
        for e in results
    ]


def departure(words: Words, result: Estimate) -> str:
    """One departure from the usual, with its interval."""
    return words(
        "departure.more" if result.value > 1 else "departure.less",
        area=place(words, result),
        what=words.name(result.definition),
        size=words.percent(abs(result.value - 1)),
        range=change_range(words, result),
    )


def place(words: Words, estimate: Estimate) -> str:
    """Where an estimate is from: an area, or all districts added up."""
    return words("figure.together") if summed(estimate) else words.name(estimate.area)


def summed(estimate: Estimate) -> bool:
    """Whether an estimate is of all districts added up."""
    return estimate.series == SUM_OF_DISTRICTS


def together(
    words: Words, results: list[Estimate], moved: list[Estimate], period: Period
) -> list[str]:
    """What departs clearly with the districts added up, each with how their coverage moved.

    Nothing when that was not judged. ``moved`` holds
    :func:`analysis.measurement.crime.coverage_moved` by item.
    """
    if not results:
        return []
    kept, about = survivors(results), {"period": words.period(period)}
    about["n"] = words.number(len(results))
    if not kept:
        return [words("departure.together_none", **about)]
    about |= {"k": words.number(len(kept)), "what": _changes(words, kept)}
    by_item = {e.definition: e for e in moved}
    told = [coverage(words, e, by_item[e.definition]) for e in kept if e.definition in by_item]
    return [words("departure.together_some", **about), *told]


def coverage(words: Words, result: Estimate, moved: Estimate) -> str:
    """Whether a departure of the districts may be one of how many crimes were placed in them."""
    about = {"what": words.name(result.definition)}
    if not moved.known:
        return words("coverage.unknown", **about)
    same_way = (moved.value > 0) == (result.value > 1)
    key = "with" if same_way and abs(moved.value) > DRIFT else "without"
    return words(f"coverage.{key}", **about, moved=words.signed(moved.value, 1))


def _changes(words: Words, kept: list[Estimate]) -> str:
    return words.listed([f"{words.name(e.definition)} ({words.change(e.value)})" for e in kept])


def departures_here(words: Words, results: list[Estimate], period: Period) -> str:
    """What departs clearly in one area, after the screen over all areas."""
    if not results:
        return words("departure.too_short", period=words.period(period))
    kept = survivors(results)
    if not kept:
        return words("departure.here_none", n=words.number(len(results)))
    return words("departure.here_some", what=_changes(words, kept))


def contribution(
    words: Words,
    parts: list[Estimate],
    found_by: dict[str, str] | None = None,
    within: bool = False,
) -> str:
    """Which kind of crime a change of the total consisted of, and whether the police find it.

    A share of the whole is told only where everything went the same way, and not where the total
    lies ``within`` its usual range, which is then said first.
    """
    if not parts:
        return words("contribution.none")
    moved = sum(part.n for part in parts)
    way = "rise" if moved > 0 else "fall"
    with_it = [part for part in parts if part.value > 0]
    against = [part for part in parts if part.value < 0]
    main = max(with_it, key=lambda part: part.value)
    other = min(against, key=lambda part: part.value, default=None)
    mixed = other is not None and other.value <= -WORTH_NAMING
    told = words(
        f"contribution.{way}_net" if mixed or within or main.value > 100 else f"contribution.{way}",
        p0=words.period(main.reference),
        p1=words.period(main.period),
        total=words.number(abs(moved)),
        change=words.number(abs(main.n)),
        share=words.percent(main.value / 100),
        what=words.inside(main.definition),
    )
    if within:
        told = words("contribution.within") + " " + told
    if (found_by or {}).get(main.definition) == "police":
        told += " " + words("contribution.police")
    if not mixed:
        return told
    return told + " " + words(
        f"contribution.{way}_against",
        what=words.inside(other.definition),
        change=words.number(abs(other.n)),
    )  # fmt: skip


def near_repeat(words: Words, results: list[Estimate], unplaced: int = 0) -> list[str]:
    """Whether one event is followed by another nearby, and how often it has been."""
    by_kind = {e.statistic: e for e in results}
    told = []
    if (again := by_kind.get("followed")) is None:
        return [words("near.unknown", why=words("reasons.no_register"))]
    metres, days = re.findall(r"[-–](\d+)", again.series)
    band = {"metres": metres, "days": days}
    if again.known and again.low is not None:
        interval = words.to(words.percent(again.low / 100), words.percent(again.high / 100))
        share = words.percent(again.value / 100)
        about = {"n": words.number(again.n), "share": share, "range": interval}
        told.append(words("near.followed", **about, **band))
    else:
        told.append(words("near.unknown", why=words.reason(again)))
    ratio = by_kind["near repeat"]
    if ratio.known and ratio.p is not None:
        key = "near.nearer" if ratio.p < 0.05 else "near.not_nearer"
        about = {"ratio": words.number(ratio.value, 1), "p": words.p_equals(ratio.p)}
        told.append(words(key, **about, **band))
    if unplaced:
        told.append(words("near.unplaced", n=words.number(unplaced)))
    return [*told, words("near.city")]


def rank(words: Words, result: Estimate, areas: int) -> str:
    """The rank of an area with the ranks that it could as well have had."""
    about = {
        "area": words.name(result.area),
        "what": words.name(result.definition),
        "rank": words.number(result.value),
        "n": str(areas),
    }
    if result.low == result.high:
        return words("rank.certain", **about)
    return words("rank.one", **about, low=words.number(result.low), high=words.number(result.high))


def beside(words: Words, rate: Estimate, share: Estimate) -> list[str]:
    """A rate and a share of the city, with what a reader must know of them."""
    area = words.name(rate.area)
    if rate.known:
        about = {"area": area, "rate": words.significant(rate.value)}
        if rate.low is None:
            told = [words("beside.rate_alone", **about)]
        else:
            low, high = words.significant(rate.low), words.significant(rate.high)
            told = [words("beside.rate", **about, range=words.to(low, high))]
    else:
        told = [words("beside.no_rate", area=area, why=words.reason(rate))]
    if share.known:
        told.append(words("beside.share", area=area, share=words.percent(share.value / 100)))
    else:
        told.append(words("beside.no_share", why=words.reason(share)))
    if rate.note == "visitors":
        told.append(words("rank.visitors", area=area))
    if rate.status == "derived":
        told.append(words("rank.derived"))
    return told


def city(
    words: Words, counts: dict[str, Estimate], usual: dict[str, Estimate], period: Period
) -> str:
    """What the whole city's total says, or that it, or every figure of the city, is missing."""
    if "total" in counts:
        return level(words, counts["total"], usual.get("total"))
    return words("city.no_total" if counts else "city.none", period=words.period(period))


def survey(words: Words, result: Estimate) -> str:
    """What a survey found, with the survey's name and year where they are known."""
    about = {
        "what": words.name(result.definition),
        "value": words.percent(result.value / 100, 0 if result.value % 1 == 0 else 1),
        "series": words(f"series.{result.series}"),
    }
    if result.note == "no year":
        return words("survey.no_year", **about)
    return words("survey.one", **about, period=words.period(result.period))


def voice_missing(words: Words, voice: str) -> str:
    """That a voice has not been heard."""
    return words("voice.missing", voice=words(f"voices.{voice}"))


def refused(words: Words, problem: NotComparable) -> str:
    """Why two values may not be set against each other, in the reader's words."""
    before, after = problem.before, problem.after
    return words(
        "claims.refused",
        after=words.number(after.value),
        before=words.number(before.value),
        p1=_as_read(words, after),
        p0=words.period(before.period),
        span1=span(words, after.period),
        span0=span(words, before.period),
    )


def _as_read(words: Words, count: Estimate) -> str:
    told = words.period(count.period)
    return words("claims.read_as", period=told) if count.note == "span not certain" else told


def span(words: Words, period: Period) -> str:
    """How long a span is, or that the source does not say."""
    if period.end is None:
        return words("claims.span_not_stated")
    if period.months:
        return words("claims.span_months", n=str(period.months))
    return words("claims.span_days", n=str(period.days))


def next_steps(
    words: Words,
    results: list[Estimate],
    found_by: dict[str, str],
    silent: dict[str, list[str]],
    analysed: dict[tuple[str, str], list[str]],
    places: int = 1,
) -> list[str]:
    """What the figures ask the parties to do next; a cause is never among them.

    Where the police find the crime themselves, the first question is how much they looked. What
    is clear in a district is asked for there, and not in all districts together as well.
    ``silent`` names the voices that are missing, with their areas out of ``places``;
    ``analysed`` the problems that have causes entered, by area and kind of crime.
    """
    kept = survivors(results)
    here = {(e.definition, e.value > 1) for e in kept if not summed(e)}
    kept = [e for e in kept if not summed(e) or (e.definition, e.value > 1) not in here]
    steps = [_step(words, e, found_by, analysed) for e in kept]
    steps = steps or [words("next.none")]
    for voice, areas in silent.items():
        named = {"voice": words(f"voices.{voice}")}
        if len(areas) == places:
            steps.append(words("next.voice", **named))
        else:
            where = words.listed([words.name(area) for area in areas])
            steps.append(words("next.voice_in", **named, areas=where))
    return steps


def _step(
    words: Words,
    e: Estimate,
    found_by: dict[str, str],
    analysed: dict[tuple[str, str], list[str]],
) -> str:
    problems = analysed.get((e.area, e.definition), [])
    way = "less" if e.value < 1 else "again" if problems else "more"
    return words(
        f"next.{way}_{found_by[e.definition]}",
        what=words.name(e.definition),
        area=words("next.everywhere") if summed(e) else words.name(e.area),
        size=words.percent(abs(e.value - 1)),
        problems=words.listed([words("format.quote", text=title) for title in problems]),
    )

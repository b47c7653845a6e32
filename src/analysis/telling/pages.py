"""How every page begins and ends: what was asked, and what a reader needs to check it.

The end is the same everywhere: data and vintages, methods, what the report cannot
say, parameters, and how to cite and to object.
"""

import re

from markupsafe import Markup

from analysis import __version__
from analysis.data import trace
from analysis.data.parameters import Ask
from analysis.data.tables import Tables
from analysis.measurement import register
from analysis.telling import titles
from analysis.telling.sheets import Sheet, bullets, cards, details, facts, heading, say
from analysis.telling.text import Words
from analysis.words.estimates import Estimate

NO_DATE = "not seen"
OF_PUBLISHED_FIGURES = {"months", "places", "coverage", "shootings", "population"}
OF_OWN_REGISTERS = {"rows", "ratings"}


class Closing(Sheet):
    """The end of a page; what the notebook has read goes with it, for whoever runs the notebook."""

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/html": self._repr_html_(), trace.MIME: trace.read()}


def closing(
    say_it: Words,
    ask: Ask,
    tables: Tables,
    estimates: list[Estimate],
    cannot: list[str],
    sources: list[str] | None = None,
    folded: bool = False,
) -> Closing:
    """The end of a report.

    Parameters
    ----------
    say_it
        The reader's language.
    ask
        What was asked.
    tables
        The workspace's tables.
    estimates
        Everything that the report shows; its sources and methods are listed.
    cannot
        Keys under "unknown" of what the report cannot say.
    sources
        Names of the sources used; those of the estimates when None.
    folded
        Whether all but what the report cannot say opens only when asked for.
    """
    used = sources or sorted({name for e in estimates for name in e.source.split("; ") if name})
    methods = sorted({e.method for e in estimates if e.method})
    records = [ask.city.sources[name] for name in used]
    terms = ask.city.terms(ask.language)
    vintages = [
        say_it(
            _vintage(source.published),
            title=source.title,
            publisher=source.publisher,
            published=_dated(say_it, source.published),
            terms=terms[source.licence],
        )
        for source in records
    ]
    asked = ask.model_dump() | {"language": say_it("language.name")}
    parameters = [(say_it(f"parameters.{name}"), value) for name, value in asked.items()]
    cite = say_it(
        "closing.cite",
        version=__version__,
        title=titles.title(ask),
        sources=say_it.listed(sorted({source.publisher for source in records})),
        parameters=", ".join(f"{name}: {value}" for name, value in parameters),
    )
    counted = register.counts(tables, ask.city, ask.span)
    apart = OF_PUBLISHED_FIGURES if counted else OF_OWN_REGISTERS
    limits = [_limit(say_it, ask, tables, key) for key in cannot if key not in apart]
    if register.watched(tables, ask.city) and register.published_years(tables, ask.city):
        limits.append(say_it("unknown.two_days"))
    limits += [_off(say_it, year) for year in register.off(tables, ask.city).itertuples()]
    level = 3 if folded else 2
    about = [
        heading(say_it("headings.data"), level), bullets(vintages),
        *([heading(say_it("headings.methods"), level), cards(say_it, methods)] if methods else []),
        *([say(say_it("closing.interval"), "note")] if methods else []),
        heading(say_it("headings.parameters"), level), facts(parameters),
        say(say_it("closing.manifest")),
        heading(say_it("headings.cite"), level), say(cite), say(say_it("closing.object")),
    ]  # fmt: skip
    parts = [heading(say_it("headings.cannot")), bullets(limits)]
    parts += [details(say_it("closing.details"), about)] if folded else about
    inside = Markup("").join(part.html for part in parts)
    return Closing(Markup('<section class="closing">{}</section>').format(inside))


def _vintage(published: str) -> str:
    """The key of how a source's date is told; what is no date is how it comes out."""
    if published == NO_DATE:
        return "closing.undated"
    return "closing.vintage" if published[:4].isdigit() else "closing.comes_out"


def _off(say_it: Words, year) -> str:
    """That the city's own events of a year are too few, or too many, with both figures."""
    return say_it(
        "unknown.register_" + ("short" if year.share < 1 else "over"),
        year=str(year.year),
        counted=say_it.number(year.counted),
        official=say_it.number(year.official),
    )


def _dated(say_it: Words, published: str) -> str:
    """A date as the language writes it; a source may state less than a day."""
    return say_it.day(published) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", published) else published


def _limit(say_it: Words, ask: Ask, tables: Tables, key: str) -> str:
    """What the report cannot say, with what it holds of it."""
    if key == "later":
        return say_it("unknown.later", period=say_it.period(ask.span))
    if key == "population":
        people, areas = tables["population"], tables["areas"]
        scheme = ask.city.settings["districtScheme"]
        inside = set(areas.area_id[areas.scheme == scheme])
        found = people[people.area_id.isin(inside)].groupby("year").area_id.nunique()
        years = sorted(found.index[found == len(inside)])
        if not years:
            return say_it("unknown.no_population")
        return say_it("unknown.population", years=", ".join(str(year) for year in years))
    return say_it(f"unknown.{key}")

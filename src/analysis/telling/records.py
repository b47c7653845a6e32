"""What the data are and where they end: the sheets of notebook 1."""

import pandas as pd
from markupsafe import Markup

from analysis.chain.links import Dangling
from analysis.data.identities import rivals
from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.telling import figures
from analysis.telling.panels import nothing
from analysis.telling.sheets import Column, Sheet, figure, folded, say, table
from analysis.telling.text import Words
from analysis.words.estimates import CheckResult
from analysis.words.periods import Period


def sources(words: Words, city: Workspace) -> Sheet:
    """Every raw file with its record: publisher, terms, what is absent, what it cannot say."""
    terms = city.terms(words.language)
    keys = ("source", "covers", "published", "terms", "absent", "cannot")
    labels = [(key, words(f"columns.{key}")) for key in keys]
    records = []
    for resource in city.resources:
        named = [city.sources[name] for name in resource.sources]
        publishers = list(dict.fromkeys(source.publisher for source in named))
        records.append(
            {
                "name": f"{resource.path}: {words.listed(publishers)}",
                "source": "; ".join(source.citation for source in named),
                "covers": " ".join(p for p in (resource.areaScheme, resource.period) if p) or "..",
                "published": resource.retrieved,
                "terms": "; ".join(dict.fromkeys(terms[source.licence] for source in named)),
                "absent": resource.absent[words.language],
                "cannot": resource.cannotSay[words.language],
            }
        )
    return folded(records, labels)


def used(city: Workspace) -> list[str]:
    """The names of the sources behind the raw files, sorted."""
    return sorted({name for resource in city.resources for name in resource.sources})


DATED = {
    "crime_counts": ("year", "count"),
    "population": ("year", "population"),
    "published_rates": ("year", "rate_per_100000"),
    "safety_surveys": ("year_from", "value"),
    "shootings": ("period_start", "value"),
    "vulnerable_areas": ("year", "area"),
    "incidents": ("occurred", "item"),
    "first_counts": ("month", "count"),
    "enforcement": ("month", "persons"),
    "survey_waves": ("period_start", "wave"),
    "observations": ("date", "theme"),
    "ratings": ("period", "rating"),
    "district_indicators": ("period", "value"),
    "doses": ("month", "delivered"),
}


def _year(when: pd.Series) -> pd.Series:
    """The year of a column of years, days or names of periods."""
    if pd.api.types.is_datetime64_any_dtype(when):
        return when.dt.year
    return when.astype(str).str[:4].astype(int)


def availability(words: Words, tables: Tables) -> Sheet:
    """Which years each file has figures for."""
    found = {}
    for name, (when, value) in DATED.items():
        rows = tables[name].dropna(subset=[when, value])
        for resource, part in rows.groupby("resource"):
            found[resource] = _year(part[when]).value_counts()
    if not found:
        return nothing(words, words("reasons.no_figure"))
    grid = pd.DataFrame(found).T.fillna(0).astype(int).sort_index()
    grid = grid.reindex(columns=range(int(grid.columns.min()), int(grid.columns.max()) + 1)).fillna(
        0
    )
    if len(grid) == 1:
        years = words.listed([str(year) for year in grid.columns[grid.iloc[0] > 0]])
        return say(words("figure.availability_one", file=grid.index[0], years=years))
    return figure(
        words,
        figures.availability(words, grid),
        words(
            "figure.availability_alt",
            n=str(len(grid)),
            first=str(grid.columns.min()),
            last=str(grid.columns.max()),
        ),
        words("figure.availability"),
        grid.astype(int).rename_axis(words("columns.file")).reset_index(),
        "availability",
    )


def coverage(words: Words, shares: pd.DataFrame) -> Sheet:
    """The districts' share of the city's reported crimes, year by year."""
    if shares.empty:
        return nothing(words, words("reasons.no_published"))
    keys = ("years", "districts", "city", "share")
    low, high = (words.percent(share, 1) for share in (shares.share.min(), shares.share.max()))
    return figure(
        words,
        figures.coverage(words, list(shares.year), list(shares.share)),
        words("figure.coverage_alt", low=low, high=high),
        words("figure.coverage"),
        shares.set_axis([words(f"columns.{key}") for key in keys], axis=1),
        "coverage",
    )


def checks(words: Words, results: list[CheckResult]) -> Sheet:
    """What each identity of the figures came to."""
    if not results:
        return nothing(words, words("reasons.no_published"))
    columns = [Column(words(f"columns.{key}")) for key in ("check", "outcome", "found")]
    rows = []
    for result in results:
        key = f"checks.{result.check.replace(' ', '_')}"
        found = {name: _found(words, value) for name, value in result.found.items()}
        rows.append(
            (
                words(key, **found),
                words(f"outcomes.{result.outcome.replace(' ', '_')}"),
                words(f"{key}_found", **found, n=words.number(result.looked_at)),
            )
        )
    return table(words, words("tables.checks"), columns, rows)


def _found(words: Words, value) -> str:
    if isinstance(value, str):
        return words.name(value)
    if isinstance(value, float):
        return words.percent(value, 1)
    return str(value) if 1900 < value < 2100 else words.number(value)


def rival_series(words: Words, tables: Tables) -> Sheet:
    """Quantities with several published figures, one row each."""
    columns = [Column(words(f"columns.{key}")) for key in ("quantity", "period", "values")]
    rows = [
        (
            words.name(row.measure),
            words.period(Period.parse(row.period)),
            "; ".join(f"{words(f'series.{key}')}: {n}" for key, n in row.found.items()),
        )
        for row in rivals(tables["shootings"]).itertuples()
    ]
    if not rows:
        return nothing(words, words("reasons.no_figure"))
    return table(words, words("tables.rival_series"), columns, rows)


def ledger(words: Words, tables: Tables) -> Sheet:
    """The account of every row."""
    keys = ("file", "rows_in", "rows_not_chosen", "rows_used", "rows_rejected")
    columns = [Column(words(f"columns.{key}"), number=key != "file") for key in keys]
    rows = [
        (
            row.resource,
            words.number(row.rows_in),
            words.number(row.rows_not_chosen),
            words.number(row.rows_used),
            words.number(row.rows_rejected),
        )
        for row in tables.ledger.itertuples()
    ]
    return table(words, words("tables.ledger"), columns, rows, data=tables.ledger, name="ledger")


def dangling(words: Words, loose: list[Dangling]) -> Sheet:
    """Cells of the registers that name what does not exist, each with the way out."""
    if not loose:
        return say(words("records.whole"))
    columns = [Column(words(f"columns.{key}")) for key in ("file", "line", "column", "reason")]
    rows = [(one.resource, str(one.raw_line), one.column, _english(one)) for one in loose]
    return table(words, words("tables.dangling"), columns, rows, (words("tables.as_checked"),))


def rejected(words: Words, tables: Tables) -> Sheet:
    """Every rejected row with its reason."""
    columns = [Column(words(f"columns.{key}")) for key in ("file", "line", "reason")]
    rows = [
        (row.resource, str(row.raw_line), _english(row.reason))
        for row in tables.rejected.itertuples()
    ]
    if not rows:
        return nothing(words, words("outcomes.passed"))
    return table(words, words("tables.rejected"), columns, rows, (words("tables.as_checked"),))


def _english(reason) -> Markup:
    """A reason as the command line gives it, marked for those who hear the page read."""
    return Markup('<span lang="en">{}</span>').format(str(reason))

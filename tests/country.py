"""Two countries as workspaces: the real one by municipality, and a made-up one in 3,363 areas.

What does not hold at the size of a country would else be found by the first who tries it. Of the real
one there are notices that the police chose to publish, not crimes: every title and term says so.
"""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.data import scaffold
from analysis.data.record import renew
from analysis.data.schemas import SCHEMAS
from analysis.data.workspace import Workspace
from analysis.words.places import slug

PANEL = (
    Path(__file__).parents[2] / "shared/data/polisen/panel_kommun_month_category.parquet"
)  # from April 2023 to July 2026
ABSENT = f"{PANEL} is not here"
LAND, LAID_OUT, CAPITAL = "land:00", date(2026, 8, 22), "0180"
AREAS, GOTEBORG = 3_363, 147  # statistical areas (RegSO) of the country, and of one municipality
QUARTERS = pd.period_range("2016Q1", "2025Q4", freq="Q")
SEASON = (0.93, 1.05, 1.04, 0.98)
CLUSTERED = 4.0  # of the negative binomial: its variance is m + m² / 4
ITEMS = (  # key, Swedish, English, found by
    ("violence", "våld", "violence", "victims"),
    ("weapons", "vapen", "weapons", "police"),
    ("narcotics", "narkotika", "narcotics", "police"),
    ("property", "stöld och skadegörelse", "theft and damage", "victims"),
    ("public_order", "ordningsstörning", "public order", "both"),
    ("fraud", "bedrägeri", "fraud", "victims"),
    ("traffic", "trafik", "traffic", "police"),
    ("other", "annat", "other matters", "both"),
)
SHOWN = ["total", "violence", "narcotics", "property"]


def panel() -> pd.DataFrame:
    """The police's notices by municipality, month and category, as :data:`PANEL` holds them."""
    return pd.read_parquet(PANEL)


def kommuner(root: Path, cells: pd.DataFrame) -> Workspace:
    """Lay out the real country: notices of the whole years that a panel covers, by municipality.

    Parameters
    ----------
    root
        The project's folder.
    cells
        As :func:`panel` gives them.
    """
    title = "Polisens egna notiser på polisen.se, räknade per kommun (inte anmälda brott)"
    source = {
        "name": "notiser", "title": title, "publisher": "Polismyndigheten",
        "where": "polisen.se/api/events, samlat av github.com/dnouri/polisen-se-events-history",
        "published": LAID_OUT.isoformat(), "licence": "polisen",
        "note": "Ett redaktionellt urval: säger inget om hur många brott som anmäls.",
    }  # fmt: skip
    licence = {
        "name": "polisen",
        "title": "Offentlig information, ange Källa: Polisen (notiser, inte anmälda brott)",
        "titleEn": "Public-sector information, state Källa: Polisen (notices, not reported crimes)",
    }
    areas = _municipalities(cells)
    areas["area"] += " (polisens notiser)"  # so that the title of every page says so
    tables = {
        "areas": _areas(areas),
        "crime_items": _items("Notiser om {}", "Notices on {}", "Notiser i allt", "All notices"),
        "crime_counts": yearly(cells),
    }
    about = {"cityName": "Sveriges kommuner (polisens notiser)", "period": "2025"}
    about |= {"districtScheme": "kommun"}
    return _laid_out(root, "notiser-kommuner", about, source, licence, tables)


def sverige(root: Path, cells: pd.DataFrame, areas: int = AREAS, seed: int = 1) -> Workspace:
    """Lay out the made-up country: events of 40 quarters in areas that are nowhere.

    Parameters
    ----------
    root
        The project's folder.
    cells
        As :func:`panel` gives them: totals of the quarters that they cover are kept.
    areas
        How many there are.
    seed
        Of every draw.
    """
    places = places_of(cells, areas)
    source = {
        "name": "sverige", "title": "Påhittade händelser i ett påhittat land", "note": "",
        "publisher": "Lägesbilds tester", "where": "tests/country.py",
        "published": LAID_OUT.isoformat(), "licence": "made-up",
    }  # fmt: skip
    licence = {"name": "made-up", "title": "Påhittade uppgifter", "titleEn": "Made-up data"}
    inside = places.assign(scheme="omrade", parent_id="kommun:" + places.kommun_kod)
    people = pd.concat([inside.assign(year=year) for year in range(2016, 2026)])
    tables = {
        "areas": _areas(pd.concat([_municipalities(cells), inside])),
        "crime_items": _items("{}", "{}", "Totalt antal händelser", "All events"),
        "population": _table("population", people.assign(method="estimate", source_id="sverige")),
        "incidents": events(places, cells, seed),
    }
    about = {"cityName": "Påhittade Sverige", "period": "2025Q4", "districtScheme": "omrade"}
    return _laid_out(root, "sverige", about, source, licence, tables, made_up=True)


def yearly(cells: pd.DataFrame) -> pd.DataFrame:
    """The table ``crime_counts``: cells added up over the years of which all months are there."""
    months = cells.assign(year=cells.month.dt.year)
    whole = months.groupby("year").month.transform("nunique") == 12
    kinds = months[whole].rename(columns={"category": "item", "n": "count"})
    kinds["area_id"] = "kommun:" + kinds.kommun_kod
    both = pd.concat([kinds, kinds.assign(item="total")])
    both = pd.concat([both, both.assign(area_id=LAND)])
    rows = both.groupby(["area_id", "year", "item"])["count"].sum().reset_index()
    return _table("crime_counts", rows.assign(source_id="notiser"))


def places_of(cells: pd.DataFrame, areas: int) -> pd.DataFrame:
    """The made-up areas: each municipality's share of them by its inhabitants, one at least.

    Göteborg has as many as it really has, when the country has.

    Returns
    -------
    pandas.DataFrame
        Columns ``area_id``, ``area``, ``kommun_kod``, ``population``.
    """
    people = cells.groupby("kommun_kod").population.first()
    fixed = pd.Series({"1480": GOTEBORG} if areas == AREAS else {}, dtype=int)
    free = people.drop(fixed.index)
    spare = areas - fixed.sum() - len(free)
    exact = free / free.sum() * spare
    many = exact.astype(int)
    many[(exact - many).nlargest(int(spare - many.sum())).index] += 1
    many = pd.concat([many + 1, fixed]).sort_index()
    names = _municipalities(cells).set_index("kommun_kod").area
    rows = [
        (f"omrade:{code}{number:03d}", f"{names[code]} {number}", code, people[code] // parts)
        for code, parts in many.items()
        for number in range(1, parts + 1)
    ]
    return pd.DataFrame(rows, columns=["area_id", "area", "kommun_kod", "population"])


def events(places: pd.DataFrame, cells: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The table ``incidents``: negative binomial by area, quarter and kind, with a season.

    In a quarter that the cells cover a municipality has as many as they say, dealt out over its
    areas as the negative binomial would, given their sum.
    """
    draw = np.random.default_rng(seed)
    kinds = [key for key, *_ in ITEMS]
    given = cells.assign(quarter=cells.month.dt.to_period("Q"))
    given = given[given.groupby("quarter").month.transform("nunique") == 3]
    told = (
        given.groupby(["kommun_kod", "quarter", "category"])
        .n.sum()
        .unstack(["quarter", "category"])
    )
    usual = told.T.groupby(level="category").mean().T[kinds]
    share = draw.gamma(CLUSTERED, size=len(places))
    share /= pd.Series(share).groupby(places.kommun_kod).transform("sum").to_numpy()
    season = np.array(SEASON)[QUARTERS.quarter - 1]
    mean = usual.loc[places.kommun_kod].to_numpy()[:, None, :] * share[:, None, None]
    rate = draw.gamma(CLUSTERED, mean * season[None, :, None] / CLUSTERED)
    counts = draw.poisson(rate)
    covered = [at for at, quarter in enumerate(QUARTERS) if quarter in set(given.quarter)]
    for code, rows in places.groupby("kommun_kod").indices.items():
        for at in covered:
            for kind, name in enumerate(kinds):
                chances = rate[rows, at, kind] + 1e-12  # a rate may be too small for its square
                total = told.loc[code, (QUARTERS[at], name)]
                counts[rows, at, kind] = draw.multinomial(total, chances / chances.sum())
    return _one_a_row(places, kinds, counts, draw)


def _one_a_row(places: pd.DataFrame, kinds: list[str], counts: np.ndarray, draw) -> pd.DataFrame:
    """Counts by area, quarter and kind as events, each at some time of its quarter."""
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    area, quarter, kind = np.unravel_index(cell, counts.shape)
    starts = QUARTERS.start_time.to_numpy()[quarter]
    minutes = (QUARTERS.end_time - QUARTERS.start_time).total_seconds().to_numpy()[quarter] / 60
    occurred = pd.Series(starts + (draw.random(len(cell)) * minutes).astype("timedelta64[m]"))
    registered = occurred.dt.normalize() + pd.to_timedelta(draw.geometric(0.2, len(cell)), "D")
    rows = pd.DataFrame(
        {
            "item": np.array(kinds)[kind],
            "occurred": occurred.dt.strftime("%Y-%m-%d %H:%M"),
            "area_id": places.area_id.to_numpy()[area],
            "status": "final",
            "registered": registered.dt.strftime("%Y-%m-%d"),
            "source_id": "sverige",
        }
    ).sort_values(["occurred", "area_id", "item"], ignore_index=True)
    return _table("incidents", rows.assign(incident_id=[f"S{at:06d}" for at in range(len(rows))]))


def _municipalities(cells: pd.DataFrame) -> pd.DataFrame:
    """The municipalities as areas; of two that are typed alike, the county is told as well."""
    rows = cells[["kommun_kod", "kommun_namn"]].drop_duplicates().reset_index(drop=True)
    counties = rows.kommun_kod.str[:2].map(scaffold.COUNTIES)
    alike = rows.kommun_namn.map(slug).duplicated(keep=False)
    rows["area"] = rows.kommun_namn.where(~alike, rows.kommun_namn + ", " + counties)
    return rows.assign(area_id="kommun:" + rows.kommun_kod, scheme="kommun", parent_id=LAND)


def _areas(inside: pd.DataFrame) -> pd.DataFrame:
    whole = pd.DataFrame({"area_id": [LAND], "area": "Sverige", "scheme": "land"})
    return _table("areas", pd.concat([whole, inside]).assign(visitors="no"))


def _items(swedish: str, english: str, total: str, all_of_them: str) -> pd.DataFrame:
    """The table ``crime_items``: a total, and the kinds that add up to it."""
    whole = ("total", total, all_of_them, "both")
    kinds = [(key, swedish.format(sv), english.format(en), by) for key, sv, en, by in ITEMS]
    rows = pd.DataFrame([whole, *kinds], columns=["item", "label_sv", "label_en", "found_by"])
    for label in ("label_sv", "label_en"):
        rows[label] = rows[label].str[:1].str.upper() + rows[label].str[1:]
    yes = np.where(rows["item"] == "total", "no", "yes")
    return _table("crime_items", rows.assign(adds_to_total=yes, headline=yes))


def _table(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the columns of a table, in its order; those that they lack are blank."""
    return rows.reindex(columns=list(SCHEMAS[name].columns))


def _laid_out(
    root: Path,
    name: str,
    about: dict[str, str],
    source: dict[str, str],
    licence: dict[str, str],
    tables: dict[str, pd.DataFrame],
    made_up: bool = False,
) -> Workspace:
    """A workspace as a user would make it: laid out new, settings changed, tables entered."""
    folder = scaffold.new(root, name, CAPITAL, LAID_OUT)
    file = folder / "datapackage.json"
    package = json.loads(file.read_text(encoding="utf-8"))
    package["settings"] |= about | {"municipality": LAND, "shown": SHOWN}
    kept = [record for record in package["resources"] if "fetch" not in record]
    for record in kept:
        record |= {"sources": [source["name"]], "period": ""}
        if record["table"] == "incidents":
            record["period"] = (
                f"{QUARTERS[0].start_time:%Y-%m-%d}..{QUARTERS[-1].end_time:%Y-%m-%d}"
            )
    package |= {
        "title": about["cityName"], "madeUp": made_up, "sources": [source],
        "licenses": [licence], "resources": kept,
    }  # fmt: skip
    file.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for table, rows in tables.items():
        rows.to_csv(folder / f"{table}.csv", index=False)
        renew(Workspace(root, name), f"{table}.csv", LAID_OUT)
    return Workspace(root, name)

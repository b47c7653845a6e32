"""Ten districts that are nowhere, so that nobody is pointed out.

Everything happens in a building block, and blocks never change: which district a block belongs to
is asked for one division at a time, so the move of a block cannot pass for a change in crime.
"""

from dataclasses import dataclass

import pandas as pd

CITY, CITY_NAME = "kommun:9999", "Exempelstad"
DIVISIONS = {2011: ("2011-01-01", "2014-12-31"), 2015: ("2015-01-01", "")}
YEARS = range(2011, 2019)
MONTHS = pd.period_range("2011-01", "2018-12", freq="M")
WEST, SOUTH, TILE, ROWS = 500_000, 6_400_000, 2_000, 3
PARTS = (("Norr", 0.36), ("Mitt", 0.40), ("Söder", 0.24))


@dataclass(frozen=True)
class District:
    """One district: where it lies, how many live there and which real one its crime is like.

    ``twin`` is a district of Göteborg, whose rates of reported crime are borrowed; ``people``
    live in the blocks that bear its name in 2014 and grow by the share ``growth`` a year.
    """

    number: int
    name: str
    twin: str
    people: int
    growth: float
    tile: tuple[int, int]

    def id(self, division: int = 2015) -> str:
        """The id that it has in one division."""
        return f"stadsdel:{division % 100}{self.number:02d}"


DISTRICTS = (
    District(1, "Innerstaden", "stadsdel:134", 5_200, 0.012, (1, 1)),
    District(2, "Ängsvik", "stadsdel:131", 12_400, 0.008, (1, 2)),
    District(3, "Björkåsen", "stadsdel:132", 11_200, 0.006, (1, 0)),
    District(4, "Dalhöjd", "stadsdel:139", 10_100, 0.015, (2, 2)),
    District(5, "Ekmarken", "stadsdel:136", 11_600, 0.004, (2, 1)),
    District(6, "Fågelkulla", "stadsdel:140", 9_300, 0.005, (0, 0)),
    District(7, "Granängen", "stadsdel:133", 10_700, 0.007, (2, 0)),
    District(8, "Hamnholmen", "stadsdel:135", 8_200, 0.018, (3, 2)),
    District(9, "Klövervallen", "stadsdel:138", 9_700, 0.003, (0, 1)),
    District(10, "Östanå", "stadsdel:137", 5_600, -0.002, (3, 1)),
)
ID = {district.name: district.id() for district in DISTRICTS}
VISITED = "Innerstaden"
MOVED, MOVED_TO = "Ekmarken Norr", "Granängen"


def blocks() -> pd.DataFrame:
    """The thirty building blocks, one row each.

    Returns
    -------
    pandas.DataFrame
        ``area_id``, ``area``; ``district_2011`` and ``district_2015`` (ids); ``easting`` and
        ``northing`` of its centre in metres; ``people`` in 2014 and their yearly ``growth``.

    Examples
    --------
    >>> moved = blocks().set_index("area").loc["Ekmarken Norr"]
    >>> moved.district_2011, moved.district_2015
    ('stadsdel:1105', 'stadsdel:1507')
    """
    rows = []
    for district in DISTRICTS:
        column, row = district.tile
        for place, (part, share) in enumerate(PARTS):
            name = f"{district.name} {part}"
            rows.append(
                {
                    "area_id": f"delomrade:{district.number:02d}{place + 1}",
                    "area": name,
                    "district_2011": district.id(2011),
                    "district_2015": ID[MOVED_TO] if name == MOVED else district.id(),
                    "easting": WEST + TILE * column + TILE // 2,
                    "northing": SOUTH + TILE * (ROWS - row) - TILE // 2 + 660 * (1 - place),
                    "people": district.people * share,
                    "growth": district.growth,
                }
            )
    return pd.DataFrame(rows)


def areas() -> pd.DataFrame:
    """The table ``areas``: the city, its districts in two divisions, the blocks."""
    rows = [(CITY, CITY_NAME, "kommun", "", "", "", "", "", "no", "")]
    for division, (start, end) in DIVISIONS.items():
        for district in DISTRICTS:
            visitors = "yes" if district.name == VISITED else "no"
            rows.append(
                (
                    district.id(division), district.name, f"stadsdel_{division}", CITY, start, end,
                    *district.tile, visitors, "",
                )
            )  # fmt: skip
    for block in blocks().itertuples():
        rows.append((block.area_id, block.area, "delomrade", CITY, "", "", "", "", "no", ""))
    columns = (
        "area_id", "area", "scheme", "parent_id", "valid_from", "valid_to", "tile_column",
        "tile_row", "visitors", "note",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def area_links() -> pd.DataFrame:
    """The table ``area_links``: each block's district in each division."""
    built = blocks()
    parts = [
        pd.DataFrame({"from_id": built.area_id, "to_id": built[f"district_{division}"]})
        for division in DIVISIONS
    ]
    note = f"{MOVED}: Ekmarken -2014, {MOVED_TO} 2015-"
    moved = built.area_id[built.area == MOVED].item()
    links = pd.concat(parts, ignore_index=True).assign(weight=1, note="exact")
    links.loc[links.from_id == moved, "note"] = note
    return links


def people(year: int) -> pd.Series:
    """Inhabitants of each block in one year, in the order of :func:`blocks`."""
    built = blocks()
    grown = built.people * (1 + built.growth) ** (year - 2014)
    return grown.round().astype(int).set_axis(built.area_id)


def division(year: int) -> int:
    """The division of districts that is in force in a year.

    Examples
    --------
    >>> division(2014), division(2015)
    (2011, 2015)
    """
    return max(start for start in DIVISIONS if start <= year)


def district_people(year: int, scheme: int) -> pd.Series:
    """Inhabitants of each district of one division in one year."""
    homes = blocks()[f"district_{scheme}"].to_numpy()
    return people(year).groupby(homes).sum().rename_axis("area_id")


def population() -> pd.DataFrame:
    """The table ``population``: the city and the districts in force, year by year."""
    parts = []
    for year in YEARS:
        districts = district_people(year, division(year))
        whole = pd.concat([pd.Series({CITY: districts.sum()}), districts])
        parts.append(pd.DataFrame({"area_id": whole.index, "year": year, "population": whole}))
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(method="register", source_id="exempelstad")

"""The folder of a new city: every table explained and laid out, nothing filled in for her.

What is known of a municipality by its code alone is there from the start; all else is an example
row that is never counted. A table that stays empty is allowed; what it would have shown is then
said to be missing.
"""

import csv
import io
import json
import re
from datetime import date
from pathlib import Path

from analysis.data.explain import CITY, TABLES, WORDS, allowed, example
from analysis.data.registers import DUTIES
from analysis.data.schemas import SCHEMAS
from analysis.data.state import FILL_IN
from analysis.data.workspace import sha256
from analysis.data.write import write_atomically
from analysis.words.questions import WrongQuestion

MUNICIPALITIES = Path(__file__).with_name("municipalities.csv")
BY_HAND = tuple(name for name, one in TABLES.items() if one.needed in ("always", "often", "later"))
PRIVATE = "received/police-notices/\n"  # the police's free texts are kept, and not spread
YEARS = 10  # of figures that others publish
KEY_FIGURES = {  # and the key figure that is its margin
    "N07540": "", "N07403": "", "N07609": "N07657", "N07631": "N07679",
}  # fmt: skip
COUNTIES = {  # by the first two digits of a municipality, as the police name them
    "01": "Stockholms län", "03": "Uppsala län", "04": "Södermanlands län",
    "05": "Östergötlands län", "06": "Jönköpings län", "07": "Kronobergs län", "08": "Kalmar län",
    "09": "Gotlands län", "10": "Blekinge län", "12": "Skåne län", "13": "Hallands län",
    "14": "Västra Götalands län", "17": "Värmlands län", "18": "Örebro län",
    "19": "Västmanlands län", "20": "Dalarnas län", "21": "Gävleborgs län",
    "22": "Västernorrlands län", "23": "Jämtlands län", "24": "Västerbottens län",
    "25": "Norrbottens län",
}  # fmt: skip
TERMS = (
    ("own", "Egna uppgifter", "Own data"),
    ("bra", "Får vidareutnyttjas fritt, ange Källa: Brå", "Free re-use, state Källa: Brå"),
    ("cc0", "CC0, ange gärna Källa: SCB", "CC0, preferably state Källa: SCB"),
    ("kolada", "Öppna uppgifter, ange Källa: Kolada", "Open data, state Källa: Kolada"),
    (
        "polisen", "Offentlig information, ange Källa: Polisen",
        "Public-sector information, state Källa: Polisen",
    ),
)  # fmt: skip
PUBLISHERS = (
    ("bra", "Statistik över anmälda brott", "Brå", "bra.se/statistik", "bra"),
    ("scb", "Folkmängd", "SCB", "statistikdatabasen.scb.se", "cc0"),
    ("kolada", "Nyckeltal om brott och trygghet", "RKA, Kolada", "kolada.se", "kolada"),
    ("polisen", "Händelser", "Polismyndigheten", "polisen.se/api/events", "polisen"),
)


def new(root: Path, name: str, kommun: str, on: date) -> Path:
    """Lay out ``data/raw/<name>``: explained tables, a record of sources and a guide.

    Parameters
    ----------
    root
        The project's folder.
    name
        Of the workspace: lower-case letters, digits and hyphens.
    kommun
        Code of the municipality, four digits.
    on
        The day; the span to report is the last whole year before it.

    Raises
    ------
    WrongQuestion
        When the name or code is malformed, the code is no municipality's, or the folder is
        already there.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", name):
        raise WrongQuestion(
            f"workspace {name!r} must be lower-case letters a-z, digits and hyphens: norrkoping."
        )
    folder = root / "data" / "raw" / name
    if folder.exists():
        raise WrongQuestion(f"{folder} is already there; choose another name.")
    city = municipality(kommun)
    given = _given(kommun, city)
    for table in BY_HAND:
        rows = [*given.get(table, []), _example(table, f"kommun:{kommun}")]
        write_atomically(folder / f"{table}.csv", _csv(table, rows))
    records = [
        *(_by_hand(table, folder / f"{table}.csv", given, on) for table in BY_HAND),
        *_fetched(kommun, city, on),
    ]
    package = _package(name, kommun, city, on, records)
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    write_atomically(folder / "datapackage.json", text.encode())
    write_atomically(folder / "README.md", guide(package).encode())
    write_atomically(folder / ".gitignore", PRIVATE.encode())
    return folder


def municipality(kommun: str) -> str:
    """The name of a municipality by its code.

    Raises
    ------
    WrongQuestion
        When the code is malformed, or no municipality has it.

    Examples
    --------
    >>> municipality("0581")
    'Norrköping'
    """
    if not re.fullmatch(r"\d{4}", kommun):
        raise WrongQuestion(
            f"kommun {kommun!r} must be the four digits of the municipality: --kommun 1480."
        )
    with open(MUNICIPALITIES, encoding="utf-8", newline="") as lines:
        names = {row["code"]: row["name"] for row in csv.DictReader(lines)}
    if kommun not in names:
        near = {code: name for code, name in names.items() if code[:2] == kommun[:2]} or COUNTIES
        raise WrongQuestion(
            f"kommun {kommun!r} is the code of no municipality. Near it: "
            f"{', '.join(f'{code} {name}' for code, name in near.items())}."
        )
    return names[kommun]


def _given(kommun: str, city: str) -> dict[str, list[dict[str, str]]]:
    """Rows that are known of every city from the start, by table."""
    return {
        "areas": [
            {"area_id": f"kommun:{kommun}", "area": city, "scheme": "kommun", "visitors": "no"}
        ],
        "crime_items": [
            {
                "item": "total", "label_sv": "Totalt antal brott",
                "label_en": "All reported crimes", "found_by": "both", "adds_to_total": "no",
                "headline": "no",
            }
        ],
    }  # fmt: skip


def _example(table: str, municipality: str) -> dict[str, str]:
    """The example row of a table, in the city's own municipality."""
    return example(table).replace(CITY, municipality).iloc[0].to_dict()


def _csv(table: str, rows: list[dict[str, str]]) -> bytes:
    """Headings and rows, as a Swedish Excel opens them."""
    text = io.StringIO()
    columns = list(SCHEMAS[table].columns)
    writer = csv.DictWriter(text, columns, restval="", delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _by_hand(table: str, file: Path, given: dict, on: date) -> dict:
    """The record of a table that is kept by hand; ``template`` is its hash as laid out.

    Which span a register covers is known to the city alone: ``period`` is left blank, so that no
    day is taken for one without crime.
    """
    source = TABLES[table].columns.get("source_id")
    digest = f"sha256:{sha256(file)}"
    months = [c for c in SCHEMAS[table].columns if c == "month"]
    return {
        **_about(table, list(SCHEMAS[table].columns)),
        "name": table.replace("_", "-"),
        "path": file.name,
        "sources": list(dict.fromkeys(["own", *([source.example] if source else [])])),
        "retrieved": on.isoformat(),
        "bytes": file.stat().st_size,
        "hash": digest,
        **({} if table in given else {"template": digest}),
        **({"reading": {"options": {"months": months}}} if months else {}),
    }


def _about(table: str, columns: list[str]) -> dict:
    """What every record of a table says of it."""
    said = TABLES[table]
    return {
        "name": "", "path": "", "table": table, "title": said.title, "kind": said.kind,
        "sources": [], "retrieved": "", "period": "", "areaScheme": "", "status": "final",
        "absent": said.absent, "cannotSay": said.cannotSay, "bytes": 0, "hash": "",
        "schema": {"fields": [{"name": name} for name in columns], "missingValues": [""]},
    }  # fmt: skip


def _fetched(kommun: str, city: str, on: date) -> list[dict]:
    """The records of what can be fetched for a municipality; without a file until it has been.

    The police have told the county alone as an event's location since 2026, so notices are asked
    for by county, and those of the municipality are chosen by their titles.
    """
    years = [str(year) for year in range(on.year - YEARS, on.year)]
    area_id = f"kommun:{kommun}"
    notices = {
        "options": {"areas": {city: area_id}},
        "where": {"area_id": [area_id]},
        "constants": {"source_id": "polisen"},
    }
    population = {
        "options": {"time": "Tid"},
        "columns": {"area_id": "Region", "year": "Tid", "population": "value"},
        "prefixes": {"area_id": "kommun:"},
        "constants": {"method": "register", "source_id": "scb"},
    }
    figures = {
        "options": {"margins": {figure: one for figure, one in KEY_FIGURES.items() if one}},
        "constants": {"source_id": "kolada"},
    }
    kpis = [one for pair in KEY_FIGURES.items() for one in pair if one]
    people = {"Region": [kommun], "ContentsCode": ["BE0101N1"], "Tid": [f"from({years[0]})"]}
    asks = {
        "polisen": {"locationname": [COUNTIES[kommun[:2]], city]},
        "scb": {"table": "TAB638", "selection": people},
        "kolada": {"kpi": kpis, "municipality": [kommun], "year": years},
    }
    found = (
        ("police-notices", "police_notices", "polisen", notices),
        ("population-scb", "population", "scb", population),
        ("key-figures", "key_figures", "kolada", figures),
    )
    return [
        {
            **_about(table, list(SCHEMAS[table].columns)),
            "name": name, "sources": [source], "areaScheme": "kommun", "reading": reading,
            "fetch": {"connector": source, "ask": asks[source]},
        }
        for name, table, source, reading in found
    ]  # fmt: skip


def _package(name: str, kommun: str, city: str, on: date, records: list[dict]) -> dict:
    own = {
        "name": "own", "title": "Egna uppgifter", "publisher": city, "where": FILL_IN,
        "published": str(on.year), "licence": "own", "note": "",
    }  # fmt: skip
    keys = ("name", "title", "publisher", "where", "licence")
    others = [dict(zip(keys, one, strict=True)) for one in PUBLISHERS]
    return {
        "settings": {
            "municipality": f"kommun:{kommun}", "districtScheme": "stadsdel", "cityName": city,
            "period": str(on.year - 1), "shown": ["total"], "contact": "",
        },
        "sources": [own, *({**one, "published": "löpande", "note": ""} for one in others)],
        "licenses": [{"name": one, "title": sv, "titleEn": en} for one, sv, en in TERMS],
        "profile": "data-package", "name": name, "title": city, "version": "1",
        "created": on.isoformat(), "madeUp": False,
        "resources": records,
    }  # fmt: skip


def guide(package: dict) -> str:
    """The README of a city: what to do in which order, what each word means, what the law asks.

    Parameters
    ----------
    package
        The record of the city as laid out, with every file, those that can be fetched included.
    """
    settings, records = package["settings"], package["resources"]
    municipality = settings["municipality"]
    groups = WORDS["groups"]["sv"].items()
    held = "".join(f"| `{table}.csv` | {TABLES[table].about['en']} |\n" for table in BY_HAND)
    parts = {
        "opening": "",
        "settings": _held("settings", settings),
        "sources": _held("sources", package["sources"][0]),
        "resources": "".join(
            f"| `{name}` | {said} |\n" for name, said in WORDS["package"]["resources"].items()
        ),
        "counts": "".join(_group(group, heading, municipality) for group, heading in groups),
        "other_headings": "",
        "fetching": "".join(_to_fetch(one) for one in records if "fetch" in one),
        "law": "".join(_duty(duty) for duty in DUTIES),
        "english": held,
    }
    text = "".join(WORDS["readme"][part] + more for part, more in parts.items()).lstrip()
    names = {"name": package["name"], "city": package["title"], "municipality": municipality}
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _held(part: str, now: dict) -> str:
    """A line for each thing of a part of the record: what it is, and what stands there now."""
    told = {name: json.dumps(value, ensure_ascii=False) for name, value in now.items()}
    return "".join(
        f"| `{name}` | {said} | {_code(told.get(name, ''))} |\n"
        for name, said in WORDS["package"][part].items()
    )


def _group(group: str, heading: str, municipality: str) -> str:
    """The tables that are needed equally soon, explained under one heading."""
    tables = [table for table in BY_HAND if TABLES[table].needed == group]
    return f"\n## {heading}\n" + "".join(_explained(table, municipality) for table in tables)


def _explained(table: str, municipality: str) -> str:
    """One table: what it is for, and a line a column."""
    said, shown = TABLES[table], _example(table, municipality)
    lines = [
        f"| `{column}` | {one.sv} | {allowed(table, column, 'sv')} | {_code(shown[column])} |\n"
        for column, one in said.columns.items()
    ]
    heading = f"\n### `{table}.csv`: {said.title}\n{said.about['sv']} {said.absent['sv']}\n\n"
    return (
        heading + "| kolumn | betyder | får stå | exempel |\n|---|---|---|---|\n" + "".join(lines)
    )


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _to_fetch(record: dict) -> str:
    said = TABLES[record["table"]]
    return f"| `{record['name']}` | {said.about['sv']} | {said.cannotSay['sv']} |\n"


def _duty(duty: str) -> str:
    said = WORDS["duties"][duty]
    return f"| {said['sv']} | `{duty}` | {said['by']} |\n"

"""The made-up city on disk: the same seed gives the same bytes, with a record that says made up.

It cannot be taken for a real place: its record carries ``madeUp``, which every page must then say.
"""

import hashlib
import json
import tomllib
from pathlib import Path

import pandas as pd

from analysis.data.schemas import SCHEMAS
from analysis.data.write import write_atomically
from analysis.example import (
    by_hand,
    chain,
    crime,
    incidents,
    opinions,
    parties,
    places,
    residents,
    shootings,
    truth,
)

NAME, MADE_ON, PUBLISHED = "exempelstad", "2026-11-24", "2019-01-15"
SETTINGS = {
    "municipality": places.CITY,
    "districtScheme": "stadsdel_2015",
    "cityName": places.CITY_NAME,
    "period": "2017Q3",
    "shootings": {"item": "shootings"},
    "killed": {"item": "killed"},
    "shown": ["total", "assault", "robbery", "k12", "burglary_flat", "drugs"],
}
LICENCE = {
    "name": "made_up",
    "title": "Påhittad, får användas fritt",
    "titleEn": "Made up, free to use",
    "path": "https://creativecommons.org/publicdomain/zero/1.0/",
}
SOURCE = {
    "name": NAME,
    "title": "Påhittade exempeldata",
    "publisher": "Exempelstad (påhittad)",
    "where": "analysis.example",
    "published": PUBLISHED,
    "licence": "made_up",
    "note": "no figure of it has happened",
}
COPIED = ("evidence",)


def make(root: Path, seed: int = 2017) -> Path:
    """Write the made-up city as raw data.

    Parameters
    ----------
    root
        The project's folder; the real figures in its ``data/raw/goteborg`` are what the city's
        crime is calibrated to.
    seed
        Another seed is another city with the same planted truth.

    Returns
    -------
    pathlib.Path
        ``root/data/raw/exempelstad``: one CSV a table, ``datapackage.json``, ``README.md``, and
        ``truth.json``, which is for tests.

    Raises
    ------
    FileNotFoundError
        When ``root`` has no real figures to calibrate to.
    """
    goteborg = root / "data" / "raw" / "goteborg"
    folder = root / "data" / "raw" / NAME
    tables, answers = built(goteborg, seed)
    files = {name: _csv(name, rows) for name, rows in tables.items()}
    files |= {name: (goteborg / f"{name}.csv").read_bytes() for name in COPIED}
    for name, content in files.items():
        write_atomically(folder / f"{name}.csv", content)
    write_atomically(folder / "README.md", by_hand.text("README.md").encode())
    write_atomically(folder / "truth.json", _json(answers))
    write_atomically(folder / "datapackage.json", _json(_record(goteborg, files)))
    return folder


def built(goteborg: Path, seed: int) -> tuple[dict[str, pd.DataFrame], dict]:
    """Every table of the city by its name, and the planted truth.

    Parameters
    ----------
    goteborg
        The folder of real figures.
    seed
        Of the city.
    """
    rates, items = crime.calibration(goteborg), crime.items(goteborg)
    means = crime.expected(seed, rates, items.set_index("item").found_by)
    happened = incidents.incidents(seed, crime.counts(seed, means))
    first = incidents.first_counts(seed, happened)
    asked = residents.respondents(seed)
    serious = parties.seriousness(seed, rates)
    rated = parties.ratings(seed, serious)
    tables = {
        "areas": places.areas(),
        "area_links": places.area_links(),
        "crime_items": items,
        "incidents": incidents.registered(seed, happened, first),
        "first_counts": first,
        "breaks": crime.breaks(),
        "enforcement": incidents.enforcement(seed),
        "population": places.population(),
        "population_groups": residents.population_groups(),
        "survey_waves": residents.waves(asked),
        "survey_items": by_hand.table("survey_items"),
        "survey_codes": by_hand.table("survey_codes"),
        "survey_respondents": asked.drop(columns="sampled"),
        "survey_answers": opinions.answers(seed, asked),
        "observations": parties.observations(seed, serious),
        "ratings": rated,
        "focus": parties.focus(rated),
        "district_indicators": parties.district_indicators(seed),
    }
    tables |= chain.registers(seed, tables)
    return tables, truth.told(
        {
            "seed": seed,
            "rates_per_1000": _nested(rates.round(4)),
            "reported_shares": _nested(crime.reported_shares(seed)),
            "months": list(means.columns),
            "expected_counts": {
                area: {item: row.round(3).tolist() for (_, item), row in rows.iterrows()}
                for area, rows in means.groupby(level=0, sort=False)
            },
            "expected_shootings": {
                str(year): round(value, 3) for year, value in shootings.expected().items()
            },
            "survey_shares_good": opinions.true_shares(seed).to_dict("records"),
            "survey_reasons": opinions.true_reasons(),
            "survey_method_b_log_odds": opinions.METHOD_B,
            "survey_changes_log_odds": [
                {"area_id": places.ID[name], "item": item, "wave": wave, "change": change}
                for (name, item, wave), change in opinions.CHANGED.items()
            ],
            "acute_event_block": shootings.ACUTE["area"],
        }
    )


def _nested(table: pd.DataFrame) -> dict:
    return {row: {str(k): float(v) for k, v in values.items()} for row, values in table.iterrows()}


def _csv(name: str, rows: pd.DataFrame) -> bytes:
    """The table's columns as its schema has them, UTF-8, lines ended by a line feed."""
    return rows[list(SCHEMAS[name].columns)].to_csv(index=False, lineterminator="\n").encode()


def _json(content: dict) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _record(goteborg: Path, files: dict[str, bytes]) -> dict:
    real = json.loads((goteborg / "datapackage.json").read_text(encoding="utf-8"))
    words = tomllib.loads(by_hand.text("records.toml"))
    copied = [one for one in real["resources"] if one["table"] in COPIED]
    sources = [s for s in real["sources"] if any(s["name"] in one["sources"] for one in copied)]
    licences = {s["licence"] for s in sources}
    return {
        "profile": "data-package",
        "name": NAME,
        "title": "Exempelstad: en påhittad stad",
        "description": "A made-up city with a known truth. Nothing here has happened.",
        "version": "1",
        "created": MADE_ON,
        "madeUp": True,
        "settings": SETTINGS,
        "licenses": [LICENCE, *(one for one in real["licenses"] if one["name"] in licences)],
        "sources": [SOURCE, *sources],
        "resources": [
            *(_resource(name, files[name], about) for name, about in words.items()),
            *copied,
        ],
    }


def _resource(name: str, content: bytes, about: dict) -> dict:
    return {
        "name": name.replace("_", "-"),
        "path": f"{name}.csv",
        "table": name,
        "title": about["title"],
        "kind": about["kind"],
        "sources": [NAME],
        "retrieved": MADE_ON,
        "knownBy": "rows",
        "period": about["period"],
        "areaScheme": about["areaScheme"],
        "status": about.get("status", "final"),
        "absent": about["absent"],
        "cannotSay": about["cannotSay"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": [{"name": column} for column in SCHEMAS[name].columns],
            "missingValues": [""],
        },
    }

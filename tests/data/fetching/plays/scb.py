"""An invented population table of two municipalities, larger than one answer may be."""

import json
from math import prod
from urllib.parse import urlsplit

from tests.data.fetching.loopback import Play

REGIONS = {"1480": "Göteborg", "1481": "Mölndal"}
AGES = {"tot": "totalt ålder", "0-4": "0–4 år"}
YEARS = {year: year for year in ("2020", "2021", "2022", "2023", "2024")}
CONTENTS = {"INV1": "Folkmängd"}
SEXES = {"1": "män", "2": "kvinnor"}
NOISE = "Osäkerhet är införd i uppgifterna: delar blir inte summan."
LISTS = {"agg_Alla": {"tot": "totalt ålder"}}
CELLS = 4
TABLE = {
    "Region": REGIONS, "Alder": AGES, "Kon": SEXES, "ContentsCode": CONTENTS, "Tid": YEARS,
}  # fmt: skip


def value(region: str, year: str) -> int:
    """An invented number of inhabitants."""
    return {"1480": 500_000, "1481": 60_000}[region] + int(year)


def described(choice: dict[str, list[str]]) -> dict:
    """A table with the chosen codes, without its values."""
    dimension = {
        name: {
            "label": name.casefold(),
            "category": {
                "index": {code: place for place, code in enumerate(codes)},
                "label": {code: TABLE[name][code] for code in codes},
            },
            "extension": {"elimination": name == "Kon"},
        }
        for name, codes in choice.items()
    }
    if "Alder" in dimension:
        dimension["Alder"]["extension"]["codelists"] = [{"id": name} for name in LISTS]
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "Folkmängd efter region, ålder, kön och år",
        "note": [NOISE],
        "role": {"time": ["Tid"], "metric": ["ContentsCode"]},
        "id": list(choice),
        "size": [len(codes) for codes in choice.values()],
        "dimension": dimension,
    }


def metadata() -> dict:
    return described({name: list(codes) for name, codes in TABLE.items()}) | {"value": []}


def data(body: bytes) -> dict | None:
    """The cells that were asked for; None for more than may be, as the provider refuses them."""
    asked = {one["variableCode"]: one["valueCodes"] for one in json.loads(body)["selection"]}
    choice = {name: asked[name] for name in TABLE if name in asked}
    if prod(len(codes) for codes in choice.values()) > CELLS:
        return None
    values = [
        value(region, year)
        for region in choice["Region"]
        for _ in choice["Alder"]
        for year in choice["Tid"]
    ]
    return described(choice) | {"value": values}


def answer(method: str, path: str, body: bytes) -> bytes | None:
    config = {
        "apiVersion": "2.2.0",
        "maxDataCells": CELLS,
        "maxCallsPerTimeWindow": 3,
        "timeWindow": 1,
        "sourceReferences": [{"language": "sv", "text": "Källa: SCB"}],
    }
    codelist = {"id": "agg_Alla", "label": "alla åldrar", "values": [{"code": "tot"}]}
    told = {
        ("GET", "/config"): lambda: config,
        ("GET", "/tables/TAB1/metadata"): metadata,
        ("GET", "/codelists/agg_Alla"): lambda: codelist,
        ("POST", "/tables/TAB1/data"): lambda: data(body),
    }.get((method, urlsplit(path).path), lambda: None)()
    return None if told is None else json.dumps(told, ensure_ascii=False).encode()


def change(body: bytes) -> bytes:
    """The same under other names, as after a new version."""
    for name in (b'"maxDataCells"', b'"dimension"', b'"values"'):
        body = body.replace(name, name[:-1] + b'_v3"')
    return body


RECORD = {
    "name": "folkmangd_scb",
    "table": "population",
    "title": "Folkmängd (påhittad)",
    "sources": ["scb"],
    "fetch": {
        "connector": "scb",
        "ask": {
            "table": "TAB1",
            "selection": {
                "Region": ["1480", "1481"],
                "Alder": ["tot"],
                "ContentsCode": ["*"],
                "Tid": ["top(5)"],
            },
            "codelists": {"Alder": "agg_Alla"},
        },
    },
    "reading": {
        "format": "json-stat",
        "columns": {"area_id": "Region", "year": "Tid", "population": "value"},
        "prefixes": {"area_id": "kommun:"},
        "constants": {"method": "register", "source_id": "scb"},
        "options": {"time": "Tid"},
    },
    "schema": {
        "missingValues": [""],
        "fields": [
            {"name": "area_id", "type": "string"},
            {"name": "year", "type": "integer"},
            {"name": "population", "type": "integer"},
            {"name": "method", "type": "string"},
            {"name": "source_id", "type": "string"},
        ],
    },
}
PLAY = Play(connector="scb", record=RECORD, answer=answer, rows=10, rejected=0, change=change)

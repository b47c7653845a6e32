"""An invented table of a city's own database: Swedish words, a path with blanks, a BOM."""

import json
from itertools import product
from math import prod
from urllib.parse import unquote

from tests.data.fetching.loopback import Play

PATH = ["1. Göteborg och dess delområden", "Kommun", "Folkmängd #1 helår", "10_Påhittad.px"]
TABLE = {
    "Område": ["00 Göteborg"],
    "Ålder": ["0 år", "1 år", "2 år"],
    "Kön": ["Man", "Kvinna"],
    "År": ["2022", "2023", "2024"],
}
CELLS = 4


def metadata() -> dict:
    variables = [{"code": code, "text": code, "values": values} for code, values in TABLE.items()]
    variables[2]["elimination"] = True
    variables[3]["time"] = True
    return {"title": "Folkmängd efter område, ålder, kön och år", "variables": variables}


def data(body: bytes) -> dict | None:
    """The rows that were asked for; None for more than may be, as the provider refuses them."""
    query = {one["code"]: one["selection"] for one in json.loads(body)["query"]}
    keys = [name for name in TABLE if name in query]
    choice = [query[name]["values"] for name in keys]
    if prod(map(len, choice)) > CELLS:
        return None
    columns = [{"code": name, "text": name, "type": "t" if name == "År" else "d"} for name in keys]
    rows = [
        {"key": list(key), "values": [str(590_000 + int(key[keys.index("År")]))]}
        for key in product(*choice)
    ]
    counted = {"code": "Folkmängd", "text": "Folkmängd", "type": "c"}
    return {"columns": [*columns, counted], "comments": [], "data": rows}


def answer(method: str, path: str, body: bytes) -> bytes | None:
    table, _, query = path.partition("?")
    if unquote(table) != "/" + "/".join(PATH) or not table.isascii() or " " in table:
        return None
    limits = {"maxValues": 1000, "maxCells": CELLS, "maxCalls": 10, "timeWindow": 10, "CORS": True}
    told = data(body) if method == "POST" else limits if query == "config" else metadata()
    return None if told is None else json.dumps(told, ensure_ascii=False).encode("utf-8-sig")


def change(body: bytes) -> bytes:
    """The same under other names, as after a new version."""
    for name in (b'"maxCells"', b'"variables"', b'"data"'):
        body = body.replace(name, name[:-1] + b'_v2"')
    return body


RECORD = {
    "name": "folkmangd_goteborg",
    "table": "population",
    "title": "Folkmängd (påhittad)",
    "sources": ["goteborg_pxweb"],
    "fetch": {
        "connector": "pxweb1",
        "ask": {
            "path": PATH,
            "query": {
                "Område": ["00 Göteborg"],
                "Ålder": {"filter": "agg:Alla.agg", "values": ["0-2 år"]},
                "År": ["from(2023)"],
            },
        },
    },
    "reading": {
        "format": "px-json",
        "columns": {"area_id": "Område", "year": "År", "population": "value"},
        "codes": {"area_id": {"00 Göteborg": "kommun:1480"}},
        "constants": {"method": "register", "source_id": "goteborg_pxweb"},
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
PLAY = Play(connector="pxweb1", record=RECORD, answer=answer, rows=2, rejected=0, change=change)

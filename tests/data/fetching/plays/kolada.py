"""Invented key figures of two municipalities: two pages, a gender triple, a null and a margin."""

import json
from urllib.parse import parse_qs, urlsplit

from tests.data.fetching.loopback import Play

KPIS = {"N1": "Påhittad oro, andel (%)", "N2": "Osäkerhetstal - Påhittad oro", "N3": "Påhitt"}
AREAS = {"0000": "Riket", "1480": "Göteborg", "1481": "Mölndal"}
PAGE = 3


def number(gender: str, value: float | None, isdeleted: bool = False) -> dict:
    return {
        "gender": gender, "count": 1, "status": "", "value": value, "isdeleted": isdeleted,
    }  # fmt: skip


def figure(kpi: str, municipality: str, period: int, *values: dict) -> dict:
    return {
        "kpi": kpi, "municipality": municipality, "period": period, "values": list(values),
    }  # fmt: skip


FIGURES = [
    figure("N1", "1480", 2023, number("T", 31.5)),
    figure("N1", "1481", 2023, number("T", None)),
    figure("N2", "1480", 2023, number("T", 2.25)),
    figure("N3", "1480", 2024, number("T", 60), number("K", 55.5), number("M", 64.5)),
    figure("N3", "1481", 2024, number("T", 70, isdeleted=True)),
]


def listed(entries: dict[str, str]) -> dict:
    values = [{"id": code, "title": title} for code, title in entries.items()]
    return {"values": values, "next_url": None, "previous_url": None, "count": len(values)}


def data(path: str, page: int) -> dict:
    """One page of the figures that were asked for; the next is named on the provider's own host."""
    _, _, kpis, _, areas, _, years = path.strip("/").split("/")
    found = [
        one
        for one in FIGURES
        if one["kpi"] in kpis.split(",")
        and one["municipality"] in areas.split(",")
        and str(one["period"]) in years.split(",")
    ]
    after = f"https://api.kolada.se/v3{path}?per_page={PAGE}&page={page + 1}"
    return {
        "values": found[(page - 1) * PAGE : page * PAGE],
        "next_url": after if page * PAGE < len(found) else None,
        "count": len(found),
    }


def answer(method: str, path: str, body: bytes) -> bytes | None:
    asked = urlsplit(path)
    kind, *ids = asked.path.strip("/").split("/")
    if kind == "kpi":
        told = listed({code: KPIS[code] for code in ids[0].split(",") if code in KPIS})
    elif kind == "municipality":
        told = listed(AREAS)
    elif kind == "data":
        told = data(asked.path, int(parse_qs(asked.query).get("page", ["1"])[0]))
    else:
        return None
    return json.dumps(told, ensure_ascii=False).encode()


def change(body: bytes) -> bytes:
    """The same under other names, as after a new version."""
    return body.replace(b'"values"', b'"figures"')


RECORD = {
    "name": "nyckeltal_kolada",
    "table": "key_figures",
    "title": "Nyckeltal (påhittade)",
    "sources": ["kolada"],
    "fetch": {
        "connector": "kolada",
        "ask": {
            "kpi": ["N1", "N2", "N3"],
            "municipality": ["1480", "1481"],
            "year": [2023, 2024],
        },
    },
    "reading": {
        "format": "kolada",
        "constants": {"source_id": "kolada"},
        "options": {"margins": {"N1": "N2"}},
    },
    "schema": {
        "missingValues": [""],
        "fields": [
            {"name": "area_id", "type": "string"},
            {"name": "year", "type": "integer"},
            {"name": "indicator", "type": "string"},
            {"name": "group", "type": "string"},
            {"name": "value", "type": "number"},
            {"name": "low", "type": "number"},
            {"name": "high", "type": "number"},
            {"name": "status", "type": "string"},
            {"name": "source_id", "type": "string"},
        ],
    },
}
PLAY = Play(connector="kolada", record=RECORD, answer=answer, rows=5, rejected=1, change=change)

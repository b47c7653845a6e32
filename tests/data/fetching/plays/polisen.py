"""Invented events of the police's own news, one of them without its time."""

import json
from urllib.parse import parse_qsl, urlsplit

from tests.data.fetching.loopback import Play

ASKED = {"locationname": "Göteborg;Mölndal", "type": "Brand;Rån, försök"}


def event(number: int, published: str, title: str, kind: str) -> dict:
    return {
        "id": number,
        "datetime": published,
        "name": title,
        "summary": "En påhittad händelse.",
        "url": f"/aktuellt/handelser/pahittad-{number}/",
        "type": kind,
        "location": {"name": "Västra Götalands län", "gps": "58.252793,13.059643"},
    }


EVENTS = [
    event(904, "2026-11-24 21:05:10 +01:00", "24 november 20.40, Brand, Göteborg", "Brand"),
    event(903, "2026-11-24 7:05:10 +01:00", "24 november 06.55, Brand, Mölndal", "Brand"),
    event(902, "2026-11-23 8:15:00 +01:00", "23 november 1:30, Rån, försök, Göteborg", "Rån, försök"),
    event(901, "", "22 november 23.10, Brand, Göteborg", "Brand"),
]  # fmt: skip


def answer(method: str, path: str, body: bytes) -> bytes | None:
    asked = urlsplit(path)
    if (method, asked.path, dict(parse_qsl(asked.query))) != ("GET", "/events", ASKED):
        return None
    return json.dumps(EVENTS, ensure_ascii=False).encode()


def change(body: bytes) -> bytes:
    """The same events with their time under another name."""
    return body.replace(b'"datetime"', b'"published"')


RECORD = {
    "name": "polisens_handelser",
    "table": "police_notices",
    "title": "Polisens händelsenotiser (påhittade)",
    "sources": ["polisen"],
    "fetch": {
        "connector": "polisen",
        "ask": {"locationname": ["Göteborg", "Mölndal"], "type": ["Brand", "Rån, försök"]},
    },
    "reading": {
        "format": "polisen-events",
        "constants": {"source_id": "polisen"},
        "options": {"areas": {"Göteborg": "kommun:1480"}},
    },
    "schema": {
        "missingValues": [""],
        "fields": [
            {"name": "notice_id", "type": "string"},
            {"name": "published", "type": "datetime"},
            {"name": "occurred", "type": "datetime"},
            {"name": "type", "type": "string"},
            {"name": "place", "type": "string"},
            {"name": "area_id", "type": "string"},
            {"name": "bulletin", "type": "string"},
            {"name": "first_seen", "type": "datetime"},
            {"name": "last_seen", "type": "datetime"},
            {"name": "versions", "type": "integer"},
            {"name": "source_id", "type": "string"},
        ],
    },
}
PLAY = Play(connector="polisen", record=RECORD, answer=answer, rows=3, rejected=1, change=change)

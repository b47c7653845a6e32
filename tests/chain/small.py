"""A city of two districts whose chain has no loose end, to plant them in."""

from types import SimpleNamespace

import pandas as pd

from analysis.data import tables
from analysis.data.schemas import SCHEMAS
from analysis.data.tables import Tables

AREA, OTHER, CITY = "stadsdel:1", "stadsdel:2", "kommun:1480"


class Town(SimpleNamespace):
    """As much of a workspace as a test needs, told from every other as a workspace is."""

    __hash__ = object.__hash__


def registers(rows: dict[str, list[dict]]) -> Tables:
    """Registers typed and checked by their schema; a table or cell that is not given is blank."""
    found = {name: tables.empty(name) for name in SCHEMAS}
    for name, given in ((name, given) for name, given in rows.items() if given):
        blank = dict.fromkeys(SCHEMAS[name].columns, "")
        raw = pd.DataFrame([blank | row for row in given], columns=list(blank))
        raw = raw.assign(resource=f"{name}.csv", raw_line=range(2, len(raw) + 2))
        found[name], rejected = tables.accept(name, raw)
        assert rejected.empty, rejected.reason.tolist()
    return Tables(found, pd.DataFrame(), pd.DataFrame())


def titled(word: str) -> dict:
    return {"title_sv": word, "title_en": word}


def area(area_id: str, parent: str = CITY) -> dict:
    scheme = area_id.split(":")[0]
    return {
        "area_id": area_id, "area": area_id, "scheme": scheme, "parent_id": parent,
        "visitors": "no",
    }  # fmt: skip


def problem(problem_id: str, area_id: str = AREA, **about) -> dict:
    return {
        "problem_id": problem_id, "area_id": area_id, "theme": "drug_dealing",
        "since": "2016-01-01", "owner": "police", "priority": "yes",
    } | titled(problem_id) | about  # fmt: skip


def cause(cause_id: str, problem_id: str, **about) -> dict:
    return {
        "cause_id": cause_id, "problem_id": problem_id, "side": "situation", "kind": "underlying",
        "cause_sv": cause_id, "cause_en": cause_id, "rival": "no", "basis": "survey:lighting",
        "owner": "analyst",
    } | about  # fmt: skip


def measure(measure_id: str, cause_id: str, indicator_id: str, area_id: str = AREA, **about):
    return {
        "measure_id": measure_id, "cause_id": cause_id, "indicator_id": indicator_id,
        "area_id": area_id, "type": "lighting", "owner": "parks", "level": "staff",
        "horizon": "long", "starts": "2017-01-01", "dose_unit": "lamps",
        "follow_up": "2017-06-30", "chosen": "need",
    } | titled(measure_id) | about  # fmt: skip


def dose(measure_id: str, month: str, planned: str, delivered: str) -> dict:
    return {
        "measure_id": measure_id, "month": month, "planned": planned, "delivered": delivered,
    }  # fmt: skip


def indicator(indicator_id: str, area_id: str = AREA, **about) -> dict:
    return {
        "indicator_id": indicator_id, "kind": "crime", "definition": "narcotics",
        "area_id": area_id, "wanted": "less", "baseline": "40", "baseline_period": "2016",
        "owner": "analyst",
    } | about  # fmt: skip


def followed(measure_id: str, day: str = "2017-06-30", **about) -> dict:
    return {
        "measure_id": measure_id, "followed_up": day, "period": "2017H1", "value": "30",
        "decision": "continue", "owner": "parks",
    } | about  # fmt: skip


def whole() -> dict[str, list[dict]]:
    """Rows without a loose end: lamps against darkness, field workers against idleness."""
    return {
        "areas": [area(CITY, "land:00"), area(AREA), area(OTHER)],
        "problems": [problem("drugs"), problem("threats", OTHER)],
        "causes": [cause("dark", "drugs"), cause("idle", "threats")],
        "measures": [
            measure("lamps", "dark", "sales"),
            measure("field", "idle", "reports", OTHER),
        ],
        "doses": [dose("lamps", "2017-01", "50", "50"), dose("field", "2017-01", "10", "0")],
        "indicators": [indicator("sales"), indicator("reports", OTHER)],
        "follow_ups": [followed("lamps"), followed("field")],
    }

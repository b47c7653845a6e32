"""How far a new city has come: what is there, what is missing, what can be made and what is next.

A folder of templates cannot pass for a city with data, and nobody needs to know the whole system to
know the next thing to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.data.explain import TABLES
from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.words.periods import Period

STATES = ("missing", "template", "fetchable", "filled")
FILL_IN = "fyll i"
STEPS = 8
LINES = 5

_COUNTS = ("crime_counts", "incidents")
_PICTURE = (("areas",), ("crime_items",), _COUNTS)
NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {  # by report, the tables: one of each
    "data": (("areas",),),
    "situation": _PICTURE,
    "trend": _PICTURE,
    "causes": (*_PICTURE, ("problems", "claims")),
    "evaluation": (
        ("areas",), ("crime_items",), ("incidents",), ("measures",), ("indicators",),
    ),
    "district": _PICTURE,
    "leadership": _PICTURE,
    "residents": (*_PICTURE, ("ratings",), ("measures",)),
    "acute": (*_PICTURE, ("acute_events",)),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TableState:
    """One table of a city: how soon it is needed, its state, and the account of its rows.

    ``status`` is missing (no file of it in the record), template (nothing in it but headings and
    the example), fetchable (can be fetched and has not been) or filled (``used`` rows that count,
    ``rejected`` rows that do not). ``files`` are its files, ``fetch`` the names by which more of
    it can be fetched.
    """

    table: str
    needed: str
    status: str
    used: int = 0
    rejected: int = 0
    files: tuple[str, ...] = ()
    fetch: tuple[str, ...] = ()


def state(city: Workspace, tables: Tables) -> list[TableState]:
    """Every table, in the order of filling; those of published history only where they are kept.

    Parameters
    ----------
    city, tables
        The workspace, and its tables as built.
    """
    account = tables.ledger.groupby("table")[["rows_used", "rows_rejected"]].sum()
    found = [_state(city, table, account) for table in TABLES]
    return [one for one in found if one.needed != "rare" or one.status != "missing"]


def _state(city: Workspace, table: str, account: pd.DataFrame) -> TableState:
    records = [record for record in city.package["resources"] if record["table"] == table]
    fetch = [one["name"] for one in city.not_yet if one["table"] == table and "fetch" in one]
    used, rejected = (int(n) for n in account.loc[table]) if table in account.index else (0, 0)
    filled = {
        "filled": used or rejected,
        "fetchable": fetch,
        "template": any(record["path"] for record in records),
        "missing": True,
    }
    return TableState(
        table=table,
        needed=TABLES[table].needed,
        status=next(status for status, holds in filled.items() if holds),
        used=used,
        rejected=rejected,
        files=tuple(record["path"] for record in records if record["path"]),
        fetch=tuple(fetch),
    )


def can_make(city: Workspace, tables: Tables) -> dict[str, str]:
    """For each report why it cannot be made yet, in words; blank where it can.

    Parameters
    ----------
    city, tables
        The workspace, and its tables as built.
    """
    account = tables.ledger
    used = set(account.table[account.rows_used > 0])
    scheme = city.settings["districtScheme"]
    districts = (tables["areas"].scheme == scheme).any()
    found = {
        report: [f"{' or '.join(needed)} has no rows" for needed in needs if not used & {*needed}]
        for report, needs in NEEDS.items()
    }
    return {
        report: "; ".join(why or [f"areas has no {scheme}"] * (not districts and report != "data"))
        for report, why in found.items()
    }


def rejections(tables: Tables) -> list[str]:
    """The rows that were set aside, by file and reason, causes before consequences.

    Examples
    --------
    >>> rows = {"table": "doses", "resource": "doses", "raw_line": [2, 9], "reason": "no month"}
    >>> rejections(Tables({}, pd.DataFrame(), pd.DataFrame(rows)))
    ['not used: doses, 2 rows (lines 2, 9): no month']
    """
    told = []
    groups = tables.rejected.groupby(["resource", "reason"], sort=False).raw_line
    for (resource, reason), lines in groups:
        shown = ", ".join(map(str, lines.head(LINES))) + " ..." * (len(lines) > LINES)
        many = f"{len(lines)} rows (lines {shown})" if len(lines) > 1 else f"line {shown}"
        told.append(f"not used: {resource}, {many}: {reason}")
    return told


def spans(city: Workspace, tables: Tables, covered: Period | None) -> str:
    """The spans that can be reported, in words, by the rows that are used.

    Parameters
    ----------
    city, tables
        The workspace, and its tables as built.
    covered
        The days that are counted from the city's own events; None when none are.
    """
    areas, crime = tables["areas"], tables["crime_counts"]
    districts = areas.area_id[areas.scheme == city.settings["districtScheme"]]
    years = sorted({str(year) for year in crime.year[crime.area_id.isin(districts)]})
    told = [f"any within {covered} (2025, 2025Q1, 2025-03)"] * (covered is not None)
    told += [f"the years {', '.join(years)}"] * bool(years)
    return "; ".join(told) or "none yet"


def unset(city: Workspace, tables: Tables) -> list[str]:
    """What in ``datapackage.json`` is not filled in, or does not fit what the tables hold.

    Parameters
    ----------
    city, tables
        The workspace, and its tables as built.
    """
    settings, areas = city.settings, tables["areas"]
    scheme, schemes = settings["districtScheme"], sorted(set(areas.scheme))
    items = set(tables["crime_items"]["item"])
    unknown = [item for item in settings["shown"] if item not in items]
    found = {
        f"settings.municipality {settings['municipality']!r} is no area_id of areas": len(areas)
        and settings["municipality"] not in set(areas.area_id),
        f"settings.districtScheme {scheme!r} is the scheme of no area, which are "
        f"{', '.join(schemes)}; enter the districts in areas, or change the setting": len(areas)
        and scheme not in schemes,
        f"settings.shown names {', '.join(unknown)}, which crime_items lacks": items and unknown,
        "settings.contact is blank: whoever is asked for data wants a mail address or a page of "
        "those who ask": any("fetch" in one for one in city.not_yet)
        and not settings.get("contact"),
    }
    found |= {
        f"source {source.name!r} still says {FILL_IN!r}": FILL_IN in (source.where, source.title)
        for source in city.sources.values()
    }
    return [f"datapackage.json: {told}." for told, holds in found.items() if holds]


def steps(
    city: Workspace, tables: Tables, states: list[TableState], off: Sequence[str] = ()
) -> list[str]:
    """What to do next, the most needed first; not more than can be taken in.

    Parameters
    ----------
    city, tables
        The workspace, and its tables as built.
    states
        As :func:`state` gives them.
    off
        What to do about figures that differ from official ones, once the rows are right.
    """
    made = [report for report, why in can_make(city, tables).items() if not why]
    found = [
        *_fill(states, "always"),
        *unset(city, tables),
        *_mend(city, states),
        *off,
        *_fetch(city, states),
        *(
            [f"Make what can be made ({', '.join(made)}): lagesbild run {city.name}"]
            if made
            else []
        ),
        *_fill(states, "often"),
        *_fill(states, "later"),
    ]
    return found[:STEPS]


def _fill(states: list[TableState], needed: str) -> list[str]:
    """The empty tables that are needed so soon; of yearly counts and events one is enough."""
    counted = any(one.used for one in states if one.table in _COUNTS)
    empty = [one for one in states if one.needed == needed and not one.used + one.rejected]
    counts = [one for one in empty if one.table in _COUNTS]
    groups = [[one] for one in empty if one not in counts]
    return [_told(group) for group in groups + [counts] * bool(counts and not counted)]


def _told(one_of_these: list[TableState]) -> str:
    files = " or ".join(", ".join(one.files) or f"a file for {one.table}" for one in one_of_these)
    return f"Fill {files}: {' Or: '.join(TABLES[one.table].about['en'] for one in one_of_these)}"


def _mend(city: Workspace, states: list[TableState]) -> list[str]:
    return [
        f"Correct {one.rejected} {'row' if one.rejected == 1 else 'rows'} of {one.table} "
        f"({', '.join(one.files)}); lagesbild check {city.name} says which and why."
        for one in states
        if one.rejected
    ]


def _fetch(city: Workspace, states: list[TableState]) -> list[str]:
    names = [name for one in states for name in one.fetch]
    return [f"Fetch what others publish: lagesbild fetch {city.name} {' '.join(names)}"] * bool(
        names
    )

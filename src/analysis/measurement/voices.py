"""Three voices of one place: residents, police and district administration, kept apart.

Nothing here is merged. A voice that has not been heard is missing, not content; a theme that
nobody noted is not a theme without problems.
"""

from dataclasses import replace

import pandas as pd

from analysis.data.registers import THEMES, VOICES
from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement.counts import unknown
from analysis.words.estimates import Estimate
from analysis.words.periods import Period

FIGURES = "figures"


def heard(
    tables: Tables, city: Workspace, area_id: str, period: Period, said: list[Estimate]
) -> list[Estimate]:
    """How many figures each voice has given of an area by a period; zero where it is silent.

    Parameters
    ----------
    tables, city
        The workspace and its tables.
    area_id, period
        What is told of.
    said
        Everything known of the area: counts are the police's; survey shares the residents';
        ratings, observations and indicators are of the voice in their ``series``.

    Returns
    -------
    list of Estimate
        One a voice, its key in ``definition``; ``period`` is the latest span that it speaks of.
    """
    area = tables.areas[area_id]
    found = []
    for voice in VOICES:
        mine = [e for e in said if e.known and e.area == area_id and _speaker(e) == voice]
        dated = [e.period for e in mine if e.period.end is not None]
        found.append(
            Estimate(
                statistic="heard",
                definition=voice,
                value=float(len(mine)),
                n=float(len(mine)),
                unit=FIGURES,
                area=area_id,
                scheme=area.scheme,
                period=max(dated, key=lambda p: (p.end, p.start)) if dated else period,
                source="; ".join(
                    sorted({name for e in mine for name in e.source.split("; ") if name})
                ),
                method="heard",
            )
        )
    return found


def _speaker(estimate: Estimate) -> str:
    match estimate.statistic:
        case "count":
            return "police"
        case "survey share":
            return "residents"
        case "rating" | "observations" | "indicator":
            return estimate.series
    return ""


def missing(voices: list[Estimate]) -> list[str]:
    """The voices that have not been heard."""
    return [e.definition for e in voices if not e.value]


def silent(voices: list[Estimate]) -> dict[str, list[str]]:
    """The voices that are missing somewhere, each with the areas where nothing is heard of it."""
    found: dict[str, list[str]] = {}
    for e in voices:
        if not e.value:
            found.setdefault(e.definition, []).append(e.area)
    return found


def ratings(tables: Tables, city: Workspace, area_id: str, period: Period) -> list[Estimate]:
    """How serious each voice holds each theme to be, 1 (no problem) to 4 (serious).

    They are those of the latest span rated by the end of ``period``; a voice that rated
    nothing then is not available, never mild.
    """
    rows = tables["ratings"]
    rows = rows[rows.area_id == area_id]
    spans = {name: Period.parse(name) for name in rows.period.unique()}
    by_then = {name: span for name, span in spans.items() if span.end <= period.end}
    if not by_then:
        return []
    latest = max(by_then, key=lambda name: by_then[name].end)
    given = rows[rows.period == latest].set_index(["voice", "theme"])
    like = Estimate(
        statistic="rating",
        definition="",
        value=1.0,
        unit="rating",
        area=area_id,
        scheme=tables.areas[area_id].scheme,
        period=by_then[latest],
        vintage=latest,
        source="; ".join(sorted(set(given.source_id))),
        method="rating",
    )
    found = []
    for voice in VOICES:
        for theme in THEMES:
            about = {"definition": theme, "series": voice}
            if (voice, theme) in given.index:
                found.append(replace(like, value=float(given.rating[voice, theme]), **about))
            else:
                found.append(unknown(like, "rating", "rating", note="voice missing", **about))
    return found


def side_by_side(ratings: list[Estimate]) -> pd.DataFrame:
    """Ratings as themes by voices; missing where a voice said nothing."""
    rows = [(e.definition, e.series, e.value) for e in ratings]
    table = pd.DataFrame(rows, columns=["theme", "voice", "rating"])
    wide = table.pivot(index="theme", columns="voice", values="rating").astype(float)
    return wide.reindex(index=list(THEMES), columns=list(VOICES))


def observations(tables: Tables, city: Workspace, area_id: str, period: Period) -> list[Estimate]:
    """What each party noted of each theme in a period; only what was noted is listed.

    Absence is not listed as zero: whoever did not look has seen nothing.
    """
    rows = tables["observations"]
    after_last = pd.Timestamp(period.end) + pd.Timedelta(days=1)
    during = (rows.date >= pd.Timestamp(period.start)) & (rows.date < after_last)
    rows = rows[(rows.area_id == area_id) & during]
    return [
        Estimate(
            statistic="observations",
            definition=theme,
            value=float(len(group)),
            n=float(len(group)),
            unit="observations",
            area=area_id,
            scheme=tables.areas[area_id].scheme,
            period=period,
            series=party,
            source="; ".join(sorted(set(group.source_id))),
            method="observations",
        )
        for (party, theme), group in rows.groupby(["party", "theme"])
    ]


def indicators(tables: Tables, city: Workspace, area_id: str, period: Period) -> list[Estimate]:
    """The district administration's own figures, the latest span of each by the period's end."""
    rows = tables["district_indicators"]
    rows = rows[rows.area_id == area_id]
    rows = rows.assign(span=rows.period.map(Period.parse))
    rows = rows[rows.span.map(lambda span: span.end <= period.end).astype(bool)]
    found = []
    for indicator, group in rows.groupby("indicator"):
        row = max(group.itertuples(), key=lambda r: r.span.end)
        blank = pd.isna(row.value)
        found.append(
            Estimate(
                statistic="indicator",
                definition=indicator,
                value=None if blank else float(row.value),
                unit=row.unit,
                area=area_id,
                scheme=tables.areas[area_id].scheme,
                period=row.span,
                status="not available" if blank else "final",
                series="district",
                vintage=row.span.end.isoformat(),
                source=row.source_id,
                method="indicator",
                note="not published" if blank else "",
            )
        )
    return found


def focus(tables: Tables, area_id: str, period: Period) -> pd.DataFrame:
    """The joint focus agreed last by the period's end: ``rank``, ``theme``, ``agreed_by``."""
    rows = tables["focus"]
    rows = rows[(rows.area_id == area_id) & (rows.decided <= pd.Timestamp(period.end))]
    latest = rows[rows.decided == rows.decided.max()]
    return latest.sort_values("rank").reset_index(drop=True)

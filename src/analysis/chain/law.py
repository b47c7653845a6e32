"""The act of 2023 on a municipality's crime prevention, duty by duty, by what document.

A heap of public figures cannot pass for a decided lägesbild, nor a plan of four years ago for one
in force: each duty names the document and its age, or the reason why there is none.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from analysis.data.registers import DUTIES
from analysis.data.tables import Tables
from analysis.data.workspace import Workspace

IN_FORCE_FROM = date(2023, 7, 1)
RENEWED = ("mapping", "other_information", "analysis", "action_plan", "follow_up")
YEARS = 2
STATES = ("fulfilled", "old", "partly", "missing", "unknown")


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One duty of the act on one day: its state, by what document and how old it is.

    ``state`` is fulfilled, old (its newest document is more than two years old), partly, missing,
    or unknown where nobody has entered any document of any duty. ``reason`` is the key of why it is
    not fulfilled: "too old", "figures alone" (then ``figures`` and ``figures_until`` name the table
    and its newest year) or "no document". ``in_force`` is False where the act did not yet bind on
    the day.
    """

    duty: str
    state: str
    in_force: bool
    document_sv: str = ""
    document_en: str = ""
    decided: date | None = None
    age_days: int | None = None
    note: str = ""
    reason: str = ""
    figures: str = ""
    figures_until: int | None = None


def checklist(tables: Tables, city: Workspace, on: date) -> list[Duty]:
    """What the act asks of the municipality, and what there was of it on a day.

    Parameters
    ----------
    tables, city
        The workspace and its tables; ``duties`` holds the municipality's own documents.
    on
        The day; a document decided later does not count.

    Returns
    -------
    list of Duty
        One a duty, in the order of ``registers.DUTIES``.

    Notes
    -----
    The lägesbild (mapping, other information, analysis), the action plan and its follow-up are to
    be renewed within two years and grow old. A council and a coordinator are standing: they do
    not. Where there is no document, what is entered fills a part: reported crimes of the mapping,
    surveys of the other information, causes of the analysis, measures of the action plan and
    follow-ups of the follow-up, when they are of this municipality and of a span that was over or
    a day that had come. Rows in a register are not a decided document.

    References
    ----------
    Lag (2023:196) om kommuners ansvar för brottsförebyggande arbete; prop. 2022/23:43.
    """
    figures = {
        "mapping": _newest(_reported(tables, city, on)),
        "other_information": _newest(_asked(tables, city, on)),
        "analysis": _newest(_analysed(tables, on)),
        "action_plan": _newest({"measures": _by(tables["measures"].starts, on)}),
        "follow_up": _newest({"follow_ups": _by(tables["follow_ups"].followed_up, on)}),
    }
    return [_duty(tables["duties"], duty, on, figures.get(duty)) for duty in DUTIES]


def _duty(duties: pd.DataFrame, duty: str, on: date, figures: tuple[str, int] | None) -> Duty:
    about = {"duty": duty, "in_force": on >= IN_FORCE_FROM}
    documents = duties[(duties.duty == duty) & (duties.decided <= pd.Timestamp(on))]
    if documents.empty and figures:
        table, year = figures
        return Duty(
            state="partly", reason="figures alone", figures=table, figures_until=year, **about
        )
    if documents.empty:
        state = "unknown" if duties.empty else "missing"
        return Duty(state=state, reason="no document", **about)
    newest = documents.loc[documents.decided.idxmax()]
    old = duty in RENEWED and newest.decided + pd.DateOffset(years=YEARS) < pd.Timestamp(on)
    decided = newest.decided.date()
    return Duty(
        state="old" if old else "fulfilled",
        reason="too old" if old else "",
        document_sv=newest.document_sv,
        document_en=newest.document_en,
        decided=decided,
        age_days=(on - decided).days,
        note=newest.note,
        **about,
    )


def _reported(tables: Tables, city: Workspace, on: date) -> dict[str, pd.Series]:
    """Years of reported crimes of the municipality that were over, by table."""
    counts = _of_the_city(tables, city, "crime_counts").dropna(subset="count")
    found = {"crime_counts": counts.year[counts.year <= _last_whole_year(on)]}
    if city.observed and city.observed.start <= on and len(tables.events_by_year):
        found["incidents"] = pd.Series([min(city.observed.end, on).year])
    return found


def _asked(tables: Tables, city: Workspace, on: date) -> dict[str, pd.Series]:
    """Years of surveys of the municipality that were over, by table."""
    surveys = _of_the_city(tables, city, "safety_surveys")
    years = surveys.year_to.fillna(surveys.year_from).dropna()
    ended = tables["survey_waves"].period_end
    return {
        "safety_surveys": years[years <= _last_whole_year(on)],
        "survey_waves": ended[ended <= pd.Timestamp(on)].dt.year,
    }


def _analysed(tables: Tables, on: date) -> dict[str, pd.Series]:
    """Years of problems known by a day that a cause is written down for."""
    problems, causes = tables["problems"], tables["causes"]
    return {"causes": _by(problems.since[problems.problem_id.isin(causes.problem_id)], on)}


def _by(days: pd.Series, on: date) -> pd.Series:
    """The years of the days that had come."""
    return days[days <= pd.Timestamp(on)].dt.year


def _newest(years: dict[str, pd.Series]) -> tuple[str, int] | None:
    """The table that reaches furthest, and its newest year; None where all are empty."""
    reach = [(int(found.max()), table) for table, found in years.items() if len(found)]
    if not reach:
        return None
    year, table = max(reach)
    return table, year


def _of_the_city(tables: Tables, city: Workspace, table: str) -> pd.DataFrame:
    """Rows of the municipality or of an area in it, at whatever depth."""
    parents = tables["areas"].set_index("area_id").parent_id.to_dict()
    inside = {city.settings["municipality"]}
    while more := {area for area, parent in parents.items() if parent in inside} - inside:
        inside |= more
    rows = tables[table]
    return rows[rows.area_id.isin(inside)]


def _last_whole_year(on: date) -> int:
    return (on + timedelta(days=1)).year - 1

"""What there is to make, in which order, known before anything starts.

A mistyped report, area or language is answered here; a plan that exists can be
run, shown or counted, and running it asks nothing new.
"""

from dataclasses import dataclass
from pathlib import Path

from analysis.data import results, state, tables
from analysis.data.parameters import (
    ASKS,
    LANGUAGES,
    Ask,
    districts,
    events,
    focus,
    known,
    measures,
    question,
    subjects,
)
from analysis.data.workspace import Workspace
from analysis.words.periods import Period
from analysis.words.places import slug
from analysis.words.questions import WrongQuestion, one_of

REPORTS = {
    "data": "1_data",
    "situation": "2_situation",
    "trend": "3_trend",
    "causes": "4_causes",
    "evaluation": "5_evaluation",
    "district": "6_district_report",
    "leadership": "7_leadership_report",
    "residents": "8_resident_report",
    "acute": "9_acute_brief",
}
_ANALYSES = ("1_data", "2_situation", "3_trend")
STAGES = (
    ("1_data",),
    ("2_situation", "3_trend", "5_evaluation"),
    ("4_causes",),
    ("6_district_report", "7_leadership_report", "8_resident_report", "9_acute_brief"),
)
WRITING = (1, 2)  # the stages whose notebooks write results
NEEDS = {
    "1_data": (),
    "2_situation": ("1_data",),
    "3_trend": ("1_data",),
    "4_causes": ("1_data", "3_trend", "5_evaluation"),
    "5_evaluation": ("1_data",),
    "6_district_report": (*_ANALYSES, "5_evaluation"),
    "7_leadership_report": (*_ANALYSES, "4_causes", "5_evaluation"),
    "8_resident_report": _ANALYSES,
    "9_acute_brief": _ANALYSES,
}


@dataclass(frozen=True)
class Job:
    """One notebook with one validated question; it becomes one HTML file."""

    ask: Ask

    @property
    def name(self) -> str:
        """The file's name without ending: ``6_district_report-lundby.sv``."""
        return f"{self.ask.name}.{self.ask.language}"

    @property
    def stage(self) -> int:
        """When it may run: every job of an earlier stage comes first."""
        return next(i for i, stage in enumerate(STAGES) if self.ask.notebook in stage)

    @property
    def page(self) -> Path:
        """The HTML file that it becomes."""
        return self.ask.city.reports / self.ask.period / f"{self.name}.html"

    @property
    def leaves(self) -> list[Path]:
        """Every file that it leaves: its page, and what later jobs read."""
        if self.stage == 0:
            return [self.page, *tables.files(self.ask.city)]
        if self.stage in WRITING:
            parts = results.part_files(self.ask.city, self.ask.period, self.ask.name)
            return [self.page, *parts]
        return [self.page]


@dataclass(frozen=True)
class Outcome:
    """What became of a job: its file's size, or why it failed.

    ``kept`` says that it was not run, since all that it rests on is as it was.
    """

    name: str
    seconds: float
    size: int = 0
    error: str = ""
    kept: bool = False

    @property
    def made(self) -> bool:
        """Whether the report stands."""
        return not self.error


def plan(
    workspace: str,
    period: str,
    reports: list[str] | None = None,
    areas: list[str] | None = None,
    languages: list[str] | None = None,
) -> list[Job]:
    """Every job that the wanted reports take, those they build on included, in running order.

    Parameters
    ----------
    workspace, period
        Which city and span.
    reports
        Keys of ``REPORTS``; all that the city has registers for when None.
    areas
        Districts by key or name; all when None. They limit only the readers' reports about one
        district and what they build on.
    languages
        "sv", "en"; both when None.

    Raises
    ------
    WrongQuestion
        For anything that the workspace does not have, with the nearest that it has.
    """
    city = known(Workspace.find(workspace))
    offered = [name for name in REPORTS if _has_tables(city, name)]
    wanted = {REPORTS[one_of("report", name, offered)] for name in reports or offered}
    wanted |= {needed for notebook in wanted for needed in NEEDS[notebook]}
    jobs = []
    for notebook in (name for stage in STAGES for name in stage if name in wanted):
        for subject in _subjects(city, notebook, Period.parse(period), areas):
            for language in languages or LANGUAGES:
                ask = question(
                    notebook, city, workspace=workspace, period=period, language=language, **subject
                )
                jobs.append(Job(ask))
    if not jobs:
        raise WrongQuestion(
            f"no report of {workspace} can be made yet: lagesbild check {workspace} says what is "
            "missing and what is next."
        )
    return jobs


def _subjects(
    city: Workspace, notebook: str, period: Period, areas: list[str] | None
) -> list[dict[str, str]]:
    """What a notebook is asked about beside city and span: each district, event, claim ..."""
    fields = ASKS[notebook].model_fields
    if "area" in fields:
        return [{"area": slug(area)} for area in areas or sorted(districts(city))]
    find = {"event": events, "subject": subjects, "measure": measures, "item": focus}
    for name, listed in find.items():
        if name in fields:
            return [{name: one} for one in listed(city, period)]
    return [{}]


def _has_tables(city: Workspace, report: str) -> bool:
    """Whether a city keeps the tables that a report cannot be without, events of some span."""
    kept = {table for needed in state.NEEDS[report] for table in needed if city.resources_of(table)}
    if city.observed is None:
        kept -= {"incidents"}
    return all(kept & {*any_of} for any_of in state.NEEDS[report])

"""What each notebook may be asked: one small frozen model each.

A misspelt name, an area of another city or a year without figures stops here,
before a kernel is started, with the nearest right answer.
"""

import json
from collections import Counter
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import ClassVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator

from analysis.data.tables import accept, read_raw
from analysis.data.workspace import Resource, Workspace, sha256
from analysis.words.periods import Period
from analysis.words.places import slug
from analysis.words.questions import WrongQuestion, one_of

LANGUAGES = ("sv", "en")


def known(city: Workspace) -> Workspace:
    """The city itself, when anything of it was known on its day.

    Raises
    ------
    WrongQuestion
        When nothing was, with the day on which it begins.
    """
    registers, counts = city.resources_of("incidents"), city.resources_of("crime_counts")
    before_the_first = city.known_on and registers and not counts and not city.observed
    if city.resources and not before_the_first:
        return city
    if not city.known_on:
        way_out = f"lagesbild check {city.name} says what is next"
        raise WrongQuestion(f"{city.name} has no file with rows yet: {way_out}.")
    begun = [str(Period.parse(one.period).start) for one in registers]
    editions = [one for record in city.records for one in (record, *record.get("earlier", []))]
    days = begun or [str(one.get("retrieved") or "")[:10] for one in editions]
    raise WrongQuestion(
        f"nothing of {city.name} was known then: what is known begins on "
        f"{min(filter(None, days), default='no day yet')}. Ask for that day or later."
    )


class Ask(BaseModel):
    """What every notebook may be asked: which city, in which language."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    notebook: ClassVar[str]

    workspace: str = "goteborg"
    language: str = "sv"

    @model_validator(mode="after")
    def _known(self, info: ValidationInfo):
        if info.context:
            self.__dict__["city"] = info.context
        one_of("language", self.language, LANGUAGES)
        known(self.city)
        return self

    @cached_property
    def city(self) -> Workspace:
        """The workspace that is asked about."""
        return Workspace.find(self.workspace)

    @property
    def name(self) -> str:
        """The name that the result is kept under, without language."""
        return self.notebook


class AskPeriod(Ask):
    """... and about which span: any that the city's own events cover, or a year with figures."""

    period: str = "2017"

    @model_validator(mode="after")
    def _with_figures(self):
        span = Period.parse(self.period)
        covered, published = self.city.observed, years(self.city)
        if covered is None:
            one_of("period", str(span), published)
        elif span not in covered and str(span) not in published:
            also = f" Published figures exist for {', '.join(published)}." if published else ""
            raise WrongQuestion(
                f"period {self.period!r} is not covered: {self.workspace} has events from "
                f"{covered.start} to {covered.end}. Ask for a year, half, tertial, quarter, month, "
                "week or span within them, written 2017, 2017H1, 2017T2, 2017Q3, 2017-09, "
                f"2017-W36 or 2016-10-01..2017-09-30.{also}"
            )
        if str(span) != self.period:
            raise WrongQuestion(f"period {self.period!r} is written {str(span)!r}.")
        return self

    @property
    def span(self) -> Period:
        """The period as a span of days."""
        return Period.parse(self.period)


class AskArea(AskPeriod):
    """... and about which district."""

    area: str = "lundby"

    @model_validator(mode="after")
    def _a_district(self):
        one_of("area", self.area, districts(self.city))
        return self

    @property
    def name(self) -> str:
        """The name that the result is kept under, without language."""
        return f"{self.notebook}-{self.area}"

    @cached_property
    def area_id(self) -> str:
        """The id of the area that is asked about."""
        return districts(self.city)[self.area]

    @property
    def area_name(self) -> str:
        """The name of the area as it is written."""
        return names(self.city)[self.area_id]


class Data(AskPeriod):
    """What notebook 1_data may be asked."""

    notebook: ClassVar[str] = "1_data"


class Situation(AskArea):
    """What notebook 2_situation may be asked."""

    notebook: ClassVar[str] = "2_situation"


class Trend(AskPeriod):
    """What notebook 3_trend may be asked."""

    notebook: ClassVar[str] = "3_trend"

    item: str = "assault"

    @model_validator(mode="after")
    def _an_item(self):
        one_of("item", self.item, _column(self.city, "crime_items", "item"))
        return self


class Causes(AskPeriod):
    """What notebook 4_causes may be asked: one claim, or one prioritised problem."""

    notebook: ClassVar[str] = "4_causes"

    subject: str = "arrests-cause"

    @model_validator(mode="after")
    def _a_subject(self):
        one_of("subject", self.subject, subjects(self.city, self.span))
        return self

    @property
    def name(self) -> str:
        """The name that the result is kept under, without language."""
        return f"{self.notebook}-{slug(self.subject)}"

    @property
    def of_claim(self) -> bool:
        """Whether it is a claim that is asked about, not a problem."""
        claims = self.city.resources_of("claims")
        return bool(claims) and self.subject in _column(self.city, "claims", "claim_id")

    def title(self, language: str) -> str:
        """The title of the problem that is asked about."""
        rows = _raw(self.city, "problems").set_index("problem_id")
        return rows.loc[self.subject, f"title_{language}"]


class Evaluation(AskPeriod):
    """What notebook 5_evaluation may be asked: one measure that had begun."""

    notebook: ClassVar[str] = "5_evaluation"

    workspace: str = "exempelstad"
    period: str = "2017Q3"
    measure: str = "M03"

    @model_validator(mode="after")
    def _a_measure(self):
        one_of("measure", self.measure, measures(self.city, self.span))
        return self

    @property
    def name(self) -> str:
        """The name that the result is kept under, without language."""
        return f"{self.notebook}-{slug(self.measure)}"

    def title(self, language: str) -> str:
        """The title of the measure."""
        rows = _raw(self.city, "measures").set_index("measure_id")
        return rows.loc[self.measure, f"title_{language}"]


class DistrictReport(AskArea):
    """What notebook 6_district_report may be asked."""

    notebook: ClassVar[str] = "6_district_report"


class ResidentReport(AskArea):
    """What notebook 8_resident_report may be asked."""

    notebook: ClassVar[str] = "8_resident_report"

    workspace: str = "exempelstad"
    period: str = "2017Q3"
    area: str = "angsvik"


class AcuteBrief(AskPeriod):
    """What notebook 9_acute_brief may be asked: one event of the register."""

    notebook: ClassVar[str] = "9_acute_brief"

    workspace: str = "exempelstad"
    period: str = "2017Q3"
    event: str = "A2017-01"

    @model_validator(mode="after")
    def _an_event(self):
        one_of("event", self.event, events(self.city, self.span))
        return self

    @property
    def occurred(self) -> date:
        """The day of the event."""
        return date.fromisoformat(self._row.occurred[:10])

    @property
    def area_id(self) -> str:
        """The id of the area where it happened."""
        return self._row.area_id

    @property
    def area_name(self) -> str:
        """The name of that area."""
        return _raw(self.city, "areas").set_index("area_id").area[self.area_id]

    @property
    def _row(self) -> pd.Series:
        return _raw(self.city, "acute_events").set_index("event_id").loc[self.event]

    @property
    def name(self) -> str:
        """The name that the result is kept under, without language."""
        return f"{self.notebook}-{slug(self.event)}"


class LeadershipReport(AskPeriod):
    """What notebook 7_leadership_report may be asked."""

    notebook: ClassVar[str] = "7_leadership_report"


ASKS: dict[str, type[Ask]] = {
    ask.notebook: ask
    for ask in (
        Data,
        Situation,
        Trend,
        Causes,
        Evaluation,
        DistrictReport,
        LeadershipReport,
        ResidentReport,
        AcuteBrief,
    )
}


def question(notebook: str, city: Workspace | None = None, **parameters) -> Ask:
    """The validated question for a notebook, its errors in words.

    Parameters
    ----------
    notebook
        Its name: 6_district_report.
    city
        The workspace that ``parameters`` name, when it has been opened already: whoever asks
        thousands of questions of one city need not read its record for each.
    parameters
        Values by name, all of them texts.

    Raises
    ------
    WrongQuestion
        For an unknown notebook, parameter or value.
    """
    model = ASKS[one_of("notebook", notebook, ASKS)]
    for name, value in parameters.items():
        one_of(f"parameter of {notebook}", name, model.model_fields)
        if not isinstance(value, str):
            raise WrongQuestion(
                f"{name} must be text, not {value!r} ({type(value).__name__}): quote it."
            )
    return model.model_validate(parameters, context=city)


def _raw(city: Workspace, table: str) -> pd.DataFrame:
    if not (files := _files(city, table)):
        raise WrongQuestion(f"workspace {city.name!r} has no table {table} yet.")
    return pd.concat([_text(*one) for one in files])


def _used(city: Workspace, table: str) -> pd.DataFrame:
    """The rows of a table that are not set aside, so that nothing is planned for one that is."""
    return pd.concat([_accepted(table, *one) for one in _files(city, table)])


def _files(city: Workspace, table: str) -> tuple[tuple, ...]:
    """The files of a table as they are now; a plan asks the same of them thousands of times."""
    return tuple(
        (one.files, tuple(map(sha256, one.files)), json.dumps(one.record))
        for one in city.resources_of(table)
        if one.file.exists()
    )


@lru_cache(maxsize=32)
def _text(files: tuple[Path, ...], digests: tuple[str, ...], record: str) -> pd.DataFrame:
    return read_raw(Resource(files, json.loads(record)))


@lru_cache(maxsize=32)
def _accepted(
    table: str, files: tuple[Path, ...], digests: tuple[str, ...], record: str
) -> pd.DataFrame:
    return accept(table, _text(files, digests, record))[0]


def _column(city: Workspace, table: str, column: str) -> list[str]:
    return list(dict.fromkeys(_raw(city, table)[column]))


def events(city: Workspace, period: Period) -> list[str]:
    """The acute events that happened in a period, by their ids; none without a register of them."""
    if not city.resources_of("acute_events"):
        return []
    rows = _used(city, "acute_events")
    days = [occurred.date() for occurred in rows.occurred]
    return [
        event for event, day in zip(rows.event_id, days, strict=True) if Period(day, day) in period
    ]


def subjects(city: Workspace, period: Period) -> list[str]:
    """The claims made by a period's end, then the prioritised problems then open, by key or id."""
    made = [one for one in city.resources_of("claims") if str(one.period) <= str(period.end)]
    found = _column(city, "claims", "claim_id") if made else []
    if city.resources_of("problems"):
        rows, end = _used(city, "problems"), pd.Timestamp(period.end)
        still = rows.closed.isna() | (rows.closed > end)
        mine = (rows.priority == "yes") & (rows.since <= end) & still
        found += list(rows.problem_id[mine])
    return found


def measures(city: Workspace, period: Period) -> list[str]:
    """The measures that had begun by a period's end, by id; none without a register of them."""
    if not city.resources_of("measures"):
        return []
    rows = _used(city, "measures")
    return list(rows.measure_id[rows.starts <= pd.Timestamp(period.end)])


def focus(city: Workspace, period: Period) -> list[str]:
    """The kind of crime whose trends are drawn: the one usual for it, else the city's first."""
    usual, items = Trend.model_fields["item"].default, _raw(city, "crime_items")
    headline = [*items["item"][items.headline == "yes"], *items["item"]]
    return [usual] if usual in headline else headline[:1]


def districts(city: Workspace) -> dict[str, str]:
    """The city's districts by key, with their ids."""
    return _keys(city.settings["districtScheme"], _files(city, "areas"))


@lru_cache(maxsize=8)
def _keys(scheme: str, files: tuple[tuple, ...]) -> dict[str, str]:
    areas = pd.concat([_accepted("areas", *one) for one in files])
    inside = areas[areas.scheme == scheme]
    keys = list(map(slug, inside.area))
    shared = {key for key, many in Counter(keys).items() if many > 1}  # Håbo and Habo
    return {
        f"{key}-{slug(area_id.rpartition(':')[2])}" if key in shared else key: area_id
        for key, area_id in zip(keys, inside.area_id, strict=True)
    }


def names(city: Workspace) -> dict[str, str]:
    """The name of every area by its id."""
    return _names(_files(city, "areas"))


@lru_cache(maxsize=8)
def _names(files: tuple[tuple, ...]) -> dict[str, str]:
    areas = pd.concat([_accepted("areas", *one) for one in files])
    return dict(zip(areas.area_id, areas.area, strict=True))


def years(city: Workspace) -> list[str]:
    """The years that some district has published figures for; the city's usual span without any."""
    if not city.resources_of("crime_counts"):
        return [] if city.observed else [city.settings["period"]]
    crime = _raw(city, "crime_counts")
    return sorted(crime.year[crime.area_id.isin(districts(city).values())].unique())

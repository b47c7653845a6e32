"""Orsaksanalys: the causes of one problem on every side, rivals kept in sight.

No cause can stand without showing what it rests on, and no measure without what studies have
found of its kind: a study that nobody looked for is not one that found nothing.
"""

from dataclasses import dataclass, fields
from datetime import date

import pandas as pd

from analysis.chain.links import rows_on
from analysis.data.tables import Tables
from analysis.words.questions import WrongQuestion, one_of

SIDES = ("situation", "victim", "offender")


@dataclass(frozen=True)
class Basis:
    """What a cause rests on: ``kind`` of source (survey, observation ...) and its ``key``."""

    kind: str
    key: str

    @classmethod
    def parse(cls, text: str) -> tuple["Basis", ...]:
        """Every basis that a cell of the register names; none for a blank one.

        Raises
        ------
        WrongQuestion
            When a part is not ``kind:key``.

        Examples
        --------
        >>> Basis.parse("survey:lighting; observation:drug_dealing")
        (Basis(kind='survey', key='lighting'), Basis(kind='observation', key='drug_dealing'))
        """
        return tuple(cls._one(part.strip()) for part in text.split(";") if part.strip())

    @classmethod
    def _one(cls, text: str) -> "Basis":
        kind, _, key = text.partition(":")
        if not (kind and key):
            raise WrongQuestion(
                f"basis must look like survey:lighting, several parted by ';', not {text!r}."
            )
        return cls(kind, key)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What research has found of one kind of measure on one outcome, as ``evidence`` has it.

    ``studied`` is False where a search found no study.
    """

    outcome: str
    finding_sv: str
    finding_en: str
    base_sv: str
    base_en: str
    reference: str
    how_read: str

    @property
    def studied(self) -> bool:
        """Whether there is a study behind the finding."""
        return self.base_en != "none"


@dataclass(frozen=True, kw_only=True)
class Aimed:
    """A measure that aims at a cause, and what research says of its kind."""

    measure_id: str
    title_sv: str
    title_en: str
    findings: tuple[Finding, ...]

    @property
    def evidence(self) -> str:
        """Whether its kind is "studied", "no study found", or "not looked up" in the evidence."""
        if not self.findings:
            return "not looked up"
        return "studied" if any(f.studied for f in self.findings) else "no study found"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One cause, what it rests on and what is done about it."""

    cause_id: str
    side: str
    kind: str
    cause_sv: str
    cause_en: str
    rival: bool
    step: int | None
    bases: tuple[Basis, ...]
    owner: str
    measures: tuple[Aimed, ...]


@dataclass(frozen=True, kw_only=True)
class CauseAnalysis:
    """The causes of one problem, by id; a rival is an explanation that the parties do not hold."""

    problem_id: str
    title_sv: str
    title_en: str
    area_id: str
    owner: str
    causes: tuple[Cause, ...]

    @property
    def held(self) -> tuple[Cause, ...]:
        """The causes that the parties hold to be at work."""
        return tuple(cause for cause in self.causes if not cause.rival)

    @property
    def rivals(self) -> tuple[Cause, ...]:
        """Other explanations of the same problem."""
        return tuple(cause for cause in self.causes if cause.rival)

    @property
    def by_side(self) -> dict[str, tuple[Cause, ...]]:
        """Held causes on each side of the crime triangle; a side that nobody analysed is empty.

        References
        ----------
        Cohen & Felson (1979), Am. Sociol. Rev. 44:588; Clarke & Eck (2005), Crime Analysis for
        Problem Solvers in 60 Small Steps, step 8.
        """
        return {side: tuple(c for c in self.held if c.side == side) for side in SIDES}

    @property
    def by_kind(self) -> dict[str, tuple[Cause, ...]]:
        """Held causes that trigger the problem and those that underlie it."""
        return {
            kind: tuple(c for c in self.held if c.kind == kind)
            for kind in ("triggering", "underlying")
        }

    @property
    def event_chain(self) -> tuple[Cause, ...]:
        """Held causes that are a step of the events, first step first."""
        steps = (cause for cause in self.held if cause.step is not None)
        return tuple(sorted(steps, key=lambda cause: (cause.step, cause.cause_id)))


def prioritised(tables: Tables, on: date, area_id: str | None = None) -> list[str]:
    """The ids of the prioritised problems that were open on a day, of one area or of all."""
    problems = rows_on(tables, on, area_id)["problems"]
    return sorted(problems.problem_id[problems.priority == "yes"])


def cause_analysis(tables: Tables, problem_id: str, on: date) -> CauseAnalysis:
    """The causes of one problem with what each rests on, and the measures begun by a day.

    Parameters
    ----------
    tables
        With problems, causes, measures and evidence.
    problem_id
        The problem, open or closed.
    on
        Measures that start after this day are not in it.

    Raises
    ------
    WrongQuestion
        For an unknown problem, or a basis that cannot be read.
    """
    problems = tables["problems"].set_index("problem_id")
    row = problems.loc[one_of("problem", problem_id, problems.index)]
    causes, measures = tables["causes"], tables["measures"]
    causes = causes[causes.problem_id == problem_id].sort_values("cause_id")
    begun = measures[measures.starts <= pd.Timestamp(on)].sort_values("measure_id")
    return CauseAnalysis(
        problem_id=problem_id,
        title_sv=row.title_sv,
        title_en=row.title_en,
        area_id=row.area_id,
        owner=row.owner,
        causes=tuple(_cause(cause, begun, tables["evidence"]) for cause in causes.itertuples()),
    )


def _cause(row, begun: pd.DataFrame, evidence: pd.DataFrame) -> Cause:
    aimed = begun[begun.cause_id == row.cause_id]
    return Cause(
        cause_id=row.cause_id,
        side=row.side,
        kind=row.kind,
        cause_sv=row.cause_sv,
        cause_en=row.cause_en,
        rival=row.rival == "yes",
        step=None if pd.isna(row.step) else int(row.step),
        bases=Basis.parse(row.basis),
        owner=row.owner,
        measures=tuple(
            Aimed(
                measure_id=measure.measure_id,
                title_sv=measure.title_sv,
                title_en=measure.title_en,
                findings=_findings(measure.evidence, evidence),
            )
            for measure in aimed.itertuples()
        ),
    )


def _findings(key: str, evidence: pd.DataFrame) -> tuple[Finding, ...]:
    rows = evidence[evidence.measure == key].sort_values("outcome")
    columns = [field.name for field in fields(Finding)]
    return tuple(Finding(**row) for row in rows[columns].to_dict("records"))

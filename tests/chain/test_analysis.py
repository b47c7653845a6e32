"""The causes of one problem on every side, with what each rests on."""

from datetime import date

import pytest

from analysis.chain.analysis import Basis, cause_analysis, prioritised
from analysis.words.questions import WrongQuestion
from tests.chain.small import AREA, OTHER, cause, measure, problem, registers, whole

DAY = date(2017, 9, 30)


def analysed(on=DAY):
    rows = whole()
    rows["causes"] = [
        cause("shortcut", "drugs", kind="triggering", step="2", basis=""),
        cause("dark", "drugs", step="10", basis="survey:lighting; observation:lighting"),
        cause("debt", "drugs", side="offender", kind="underlying", step="1"),
        cause("moved_in", "drugs", side="offender", rival="yes", step="3"),
        cause("idle", "threats"),
    ]
    rows["measures"] = [
        measure("lamps", "dark", "sales", evidence="street lighting"),
        measure("field", "debt", "sales", evidence="field workers"),
        measure("cameras", "dark", "sales"),
        measure("later", "dark", "sales", starts="2018-01-01", follow_up="2018-12-31"),
    ]
    study = {
        "base_sv": "21 studier",
        "base_en": "21 studies",
        "reference": "Welsh 2022",
        "how_read": "abstract read",
    }
    nothing = {
        "base_sv": "ingen",
        "base_en": "none",
        "reference": "-",
        "how_read": "searched, none found",
    }
    rows["evidence"] = [
        {
            "measure": "street lighting",
            "outcome": "violence",
            "finding_sv": "no",
            "finding_en": "no",
            **study,
        },
        {
            "measure": "street lighting",
            "outcome": "total crime",
            "finding_sv": "-14 %",
            "finding_en": "-14 %",
            **study,
        },
        {
            "measure": "field workers",
            "outcome": "safety",
            "finding_sv": "no effect study found",
            "finding_en": "no effect study found",
        }
        | nothing,
    ]
    return cause_analysis(registers(rows), "drugs", on)


def ids(causes):
    return [c.cause_id for c in causes]


def test_every_side_of_the_triangle_is_shown_also_the_one_nobody_analysed():
    found = analysed()
    assert {side: ids(causes) for side, causes in found.by_side.items()} == {
        "situation": ["dark", "shortcut"],
        "victim": [],
        "offender": ["debt"],
    }


def test_what_triggers_is_kept_from_what_underlies():
    assert {kind: ids(causes) for kind, causes in analysed().by_kind.items()} == {
        "triggering": ["shortcut"],
        "underlying": ["dark", "debt"],
    }


def test_the_chain_of_events_goes_by_number_and_not_by_text():
    assert ids(analysed().event_chain) == ["debt", "shortcut", "dark"]


def test_a_rival_is_in_sight_and_stands_apart():
    found = analysed()
    assert ids(found.rivals) == ["moved_in"]
    assert sorted(ids(found.held + found.rivals)) == ids(found.causes)


def test_a_cause_says_what_it_rests_on():
    found = {c.cause_id: c.bases for c in analysed().causes}
    assert found["dark"] == (Basis("survey", "lighting"), Basis("observation", "lighting"))
    assert found["shortcut"] == ()


@pytest.mark.parametrize("text", ["lighting", "survey:", ":lighting"])
def test_a_basis_that_cannot_be_read_is_answered(text):
    with pytest.raises(WrongQuestion, match="must look like survey:lighting"):
        Basis.parse(text)


def test_no_study_found_is_not_the_same_as_not_looked_up():
    aimed = {m.measure_id: m for c in analysed().causes for m in c.measures}
    assert {name: m.evidence for name, m in aimed.items()} == {
        "lamps": "studied",
        "cameras": "not looked up",
        "field": "no study found",
    }
    assert [f.outcome for f in aimed["lamps"].findings] == ["total crime", "violence"]
    assert aimed["field"].findings[0].finding_en == "no effect study found"


def test_a_measure_is_not_seen_before_it_starts():
    measures = {
        c.cause_id: [m.measure_id for m in c.measures] for c in analysed(date(2018, 1, 1)).causes
    }
    assert measures["dark"] == ["cameras", "lamps", "later"]


def test_the_shipped_evidence_admits_where_no_study_was_found(read):
    searched = {
        row.measure: row.base_en == "none" for row in read["evidence"].itertuples()
    }  # the file's own word for a search without a find
    rows = whole()
    rows["measures"] = [
        measure(f"m{i:02d}", "dark", "sales", evidence=key) for i, key in enumerate(searched)
    ]
    tables = registers(rows)
    tables.by_name["evidence"] = read["evidence"]
    (dark,) = cause_analysis(tables, "drugs", DAY).causes
    states = [m.evidence == "no study found" for m in dark.measures]
    assert states == list(searched.values())
    assert sum(states) == 3


def test_prioritised_problems_are_those_open_on_the_day():
    rows = whole()
    rows["problems"] += [
        problem("noise", priority="no"),
        problem("old", closed="2017-06-30"),
        problem("new", since="2017-10-01"),
        problem("bikes"),
    ]
    tables = registers(rows)
    assert prioritised(tables, DAY) == ["bikes", "drugs", "threats"]
    assert prioritised(tables, DAY, OTHER) == ["threats"]
    assert prioritised(tables, date(2017, 6, 30), AREA) == ["bikes", "drugs", "old"]


def test_an_unknown_problem_is_answered():
    with pytest.raises(WrongQuestion, match="did you mean 'drugs'"):
        cause_analysis(registers(whole()), "drug", DAY)

"""Seven kinds of loose end: each planted and found, none invented."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.chain.orphans import KINDS, orphans
from tests.chain.small import (
    AREA,
    CITY,
    OTHER,
    cause,
    dose,
    followed,
    measure,
    problem,
    registers,
    whole,
)
from tests.chain.test_links import shuffled

DAY = date(2017, 9, 30)
PLANTED = {
    "problem_without_cause": ("causes", 0, {"problem_id": ""}, "drugs", "police", AREA),
    "cause_without_evidence": ("causes", 1, {"basis": ""}, "idle", "analyst", OTHER),
    "measure_without_cause": ("measures", 1, {"cause_id": ""}, "field", "parks", OTHER),
    "measure_without_indicator": ("measures", 1, {"indicator_id": ""}, "field", "parks", OTHER),
    "indicator_without_baseline": ("indicators", 0, {"baseline": ""}, "sales", "analyst", AREA),
    "measure_due_for_follow_up": (
        "measures", 0, {"follow_up": "2017-09-30"}, "lamps", "parks", AREA,
    ),
    "result_without_process": ("doses", 1, {"delivered": ""}, "field", "parks", OTHER),
}  # fmt: skip


def planted(*kinds) -> dict:
    rows = whole()
    for kind in kinds:
        table, line, change, *_ = PLANTED[kind]
        rows[table][line] |= change
    return rows


def found(rows, on=DAY, area_id=None) -> list[tuple]:
    return [(o.kind, o.id, o.owner, o.area_id) for o in orphans(registers(rows), on, area_id)]


def test_a_whole_chain_has_no_orphan():
    assert found(whole()) == []
    assert orphans(registers({}), DAY) == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_found_alone(kind):
    assert found(planted(kind)) == [(kind, *PLANTED[kind][3:])]


def test_all_seven_are_found_together_and_no_eighth():
    assert found(planted(*KINDS)) == [(kind, *PLANTED[kind][3:]) for kind in KINDS]


def test_the_orphans_of_the_districts_add_up_to_the_city():
    rows = planted(*KINDS)
    rows["measures"].append(measure("arrests", "dark", "", CITY, follow_up="2018-06-30"))
    parts = [one for area in (AREA, OTHER, CITY) for one in found(rows, area_id=area)]
    assert sorted(parts) == sorted(found(rows))
    assert ("measure_without_indicator", "arrests", "parks", CITY) in parts


def test_the_order_of_the_rows_makes_no_orphan():
    tables = registers(planted(*KINDS))
    for seed in range(5):
        assert orphans(shuffled(tables, seed), DAY) == orphans(tables, DAY)


@settings(max_examples=25, deadline=None)
@given(
    aims=st.lists(st.sampled_from(["", "p0", "p1", "p2", "gone"]), max_size=6), at=st.integers(0)
)
def test_adding_a_cause_removes_exactly_its_orphan(aims, at):
    problems = [problem(f"p{i}", closed="2016-12-31" if i == 3 else "") for i in range(4)]
    causes = [cause(f"c{i}", aim) for i, aim in enumerate(aims)]
    before = set(found({"problems": problems, "causes": causes}))
    lonely = sorted({"p0", "p1", "p2"} - set(aims))
    assert {id for _, id, *_ in before} == set(lonely)
    if lonely:
        helped = lonely[at % len(lonely)]
        more = [*causes, cause("new", helped)]
        after = set(found({"problems": problems, "causes": more}))
        assert before - after == {("problem_without_cause", helped, "police", AREA)}
        assert after <= before


def test_a_link_to_nothing_is_no_link():
    rows = whole()
    rows["measures"][0] |= {"cause_id": "drak", "indicator_id": "sale"}
    assert [kind for kind, *_ in found(rows)] == [
        "measure_without_cause",
        "measure_without_indicator",
    ]


def test_an_indicator_nobody_uses_needs_no_baseline():
    rows = planted("indicator_without_baseline", "measure_without_indicator")
    rows["measures"][0]["indicator_id"] = "reports"
    assert [kind for kind, *_ in found(rows)] == ["measure_without_indicator"]


def test_a_baseline_without_its_period_is_no_baseline():
    rows = whole()
    rows["indicators"][0]["baseline_period"] = ""
    assert found(rows) == [("indicator_without_baseline", "sales", "analyst", AREA)]


@pytest.mark.parametrize(
    ("due", "ends", "days", "listed"),
    [
        ("2017-10-01", "", [], False),  # its day has not come
        ("2017-09-30", "", [], True),
        ("2017-06-30", "", ["2017-06-29"], True),  # too early does not count
        ("2017-06-30", "", ["2017-06-30"], False),
        ("2017-06-30", "", ["2017-10-01"], True),  # not yet known on the day
        ("2017-06-30", "2017-03-31", ["2017-04-15"], False),  # ended and followed up: done
        ("2017-06-30", "2017-03-31", ["2017-02-28"], True),
    ],
)
def test_who_is_due_for_follow_up(due, ends, days, listed):
    rows = whole()
    rows["measures"][0] |= {"follow_up": due, "ends": ends}
    rows["follow_ups"] = [followed("field")] + [followed("lamps", day) for day in days]
    kinds = [kind for kind, *_ in found(rows)]
    assert kinds == ["measure_due_for_follow_up"] * listed


def test_a_delivery_of_a_month_that_is_not_over_is_no_process_data():
    rows = whole()
    rows["doses"][0] = dose("lamps", "2017-09", "50", "50")
    assert found(rows, date(2017, 9, 29)) == [("result_without_process", "lamps", "parks", AREA)]
    assert found(rows, date(2017, 9, 30)) == []


def test_two_results_without_process_data_are_one_orphan():
    rows = planted("result_without_process")
    rows["follow_ups"].append(followed("field", "2017-08-31"))
    assert len(found(rows)) == 1

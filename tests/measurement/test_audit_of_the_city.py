"""Everything that a year, its halves, quarters and months tell of places and hours, attacked."""

import pandas as pd
import pytest

from analysis.measurement import crime, disclosure, whenwhere
from analysis.measurement.auditor import PublishedTable, recovered
from analysis.measurement.disclosure import EXACT, Protection
from analysis.words.periods import Period

YEAR = Period.parse("2017")
MONTHS = [Period.parse(f"2017-{month:02d}") for month in range(1, 13)]
PARTS = [Period.parse(f"2017{part}") for part in ("H1", "H2", "Q1", "Q2", "Q3", "Q4")]
AREAS = ("stadsdel:1502", "stadsdel:1508", "stadsdel:1510")
NAIVE = Protection(threshold=5, base=1, zeros_told=True)


@pytest.fixture(scope="module")
def counted(made_up, made_up_tables):
    """Hours and places of three districts and every span, and the district's own exact total."""
    found = {}
    for area in AREAS:
        for span in (YEAR, *PARTS, *MONTHS):
            total = crime.reported(made_up_tables, made_up, area, ["total"], span)["total"]
            events = crime.events_during(made_up_tables, made_up, area, span)
            places = whenwhere.places(made_up_tables, made_up, area, "total", span)
            found[area, span] = {
                "hours": whenwhere.hours(events, total.at(span), set()),
                "places": [e for e in places if e.period == span],
                "total": total.at(span).value,
            }
    return found


def published(counted, area, rule):
    """One row a table, its exact total beside it, as the reports and their downloads have them."""
    tables = []
    for span in (YEAR, *PARTS, *MONTHS):
        mine = counted[area, span]
        for kind, key in (("hours", "definition"), ("places", "area")):
            row = {getattr(e, key): rule.told(e.value) for e in mine[kind]}
            printed = pd.DataFrame([row | {"total": mine["total"]}], index=["all"])
            covers = [str(month) for month in MONTHS if month in span]
            tables.append(
                PublishedTable(
                    name=f"{kind} {span}", printed=printed.astype("Int64"), protection=rule,
                    margins=EXACT, covers=frozenset(covers),
                )
            )  # fmt: skip
    return tables


def found(counted, rule):
    areas = sorted({area for area, _ in counted})
    return sum(len(recovered(published(counted, area, rule))) for area in areas)


def test_the_spans_attacked_are_all_that_the_policy_tells(made_up):
    kinds = {span.kind for span in (YEAR, *PARTS, *MONTHS)}
    assert disclosure.policy(made_up.root).spans == kinds


def test_hours_add_up_to_the_total_that_stands_beside_them(counted):
    for mine in counted.values():
        assert sum(e.value for e in mine["hours"]) == mine["total"]


def test_nothing_small_is_recovered_of_a_district(counted, made_up):
    assert found(counted, disclosure.policy(made_up.root).events) == 0


def test_the_same_attack_succeeds_on_cells_that_are_only_left_out(counted):
    assert found(counted, NAIVE) > 500

"""Everything that a quarter and its months tell of places and hours, attacked together."""

import pandas as pd
import pytest

from analysis.measurement import crime, disclosure, whenwhere
from analysis.measurement.auditor import PublishedTable, recovered
from analysis.measurement.disclosure import EXACT, Protection
from analysis.words.periods import Period

QUARTER = Period.parse("2017Q3")
MONTHS = [Period.parse(f"2017-0{month}") for month in (7, 8, 9)]
NAIVE = Protection(threshold=5, base=1, zeros_told=True)


@pytest.fixture(scope="module")
def counted(made_up, made_up_tables):
    """Hours and places of every district and span, and the district's own exact total."""
    found = {}
    for area in crime.districts(made_up_tables, made_up, QUARTER):
        for span in (QUARTER, *MONTHS):
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
    for span in (QUARTER, *MONTHS):
        mine = counted[area, span]
        for kind, key in (("hours", "definition"), ("places", "area")):
            row = {getattr(e, key): rule.told(e.value) for e in mine[kind]}
            printed = pd.DataFrame([row | {"total": mine["total"]}], index=["all"])
            covers = [str(m) for m in MONTHS] if span == QUARTER else [str(span)]
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


def test_nothing_small_is_recovered_of_any_district(counted, made_up):
    assert found(counted, disclosure.policy(made_up.root).events) == 0


def test_the_same_attack_succeeds_on_cells_that_are_only_left_out(counted):
    assert found(counted, NAIVE) > 500

"""Rules across the cells of one row: each breaks on its own row, and on no row that is kept."""

import pandas as pd
import pytest

from analysis.data import explain, rules, tables
from analysis.data.schemas import SCHEMAS


def typed(table, **cells):
    """The example row of a table with some cells changed, typed."""
    row = explain.example(table).replace(explain.MARK, "vart", regex=True).assign(**cells)
    return tables._typed(table, row.assign(resource=table, raw_line=2))[0]


def reason(table, **cells):
    found = rules.broken(table, typed(table, **cells))
    return found.iloc[0] if len(found) else ""


@pytest.mark.parametrize(
    ("table", "cells", "told"),
    [
        ("areas", {"valid_from": "2020-01-01", "valid_to": "2019-12-31"}, "valid_to 2019-12-31 is before valid_from 2020-01-01"),
        ("areas", {"tile_row": ""}, "tile_column 1 stands without tile_row"),
        ("areas", {"tile_column": ""}, "tile_row 0 stands without tile_column"),
        ("areas", {"parent_id": "stadsdel:vart"}, "parent_id 'stadsdel:vart' is area_id itself"),
        ("area_links", {"to_id": "delomrade:vart"}, "to_id 'delomrade:vart' is from_id itself"),
        ("crime_items", {"parent": "vart_misshandel"}, "parent 'vart_misshandel' is item itself"),
        ("shootings", {"period_end": "2024-12-31"}, "period_end 2024-12-31 is before period_start 2025-01-01"),
        ("safety_surveys", {"year_to": "2023"}, "year_to 2023 is before year_from 2024"),
        ("key_figures", {"low": "28"}, "low 28 is above value 27"),
        ("key_figures", {"high": "26.5"}, "value 27 is above high 26.5"),
        ("key_figures", {"value": "", "low": "31"}, "low 31 is above high 30"),
        ("key_figures", {"high": ""}, "low 24 stands without high"),
        ("incidents", {"registered": "2025-03-13"}, "registered 2025-03-13 is before occurred 2025-03-14"),
        ("incidents", {"northing": ""}, "easting 503000 stands without northing"),
        ("incidents", {"easting": ""}, "northing 6401000 stands without easting"),
        ("incidents", {"easting": "147000"}, "easting 147000 is not in Sweden: in SWEREF 99 TM it is 180000 to 1090000 metres"),
        ("incidents", {"northing": "58"}, "northing 58 is not in Sweden: in SWEREF 99 TM it is 6090000 to 7700000 metres"),
        ("first_counts", {"known_on": "2025-03-31"}, "known_on 2025-03-31 is before the month '2025-03' was over"),
        ("police_notices", {"last_seen": "2025-09-04"}, "last_seen 2025-09-04 is before first_seen 2025-09-05"),
        ("population_groups", {"age_group": "29-16"}, "age_group '29-16' ends before it begins"),
        ("survey_waves", {"period_end": "2025-03-09"}, "period_end 2025-03-09 is before period_start 2025-03-10"),
        ("survey_respondents", {"weight": "0"}, "weight 0 is not above 0"),
        ("observations", {"severity": "6"}, "severity 6 is above 5"),
        ("ratings", {"period": "2025T4"}, "period '2025T4' is no span"),
        ("focus", {"agreed_by": "polisen residents"}, "agreed_by 'polisen residents' is not residents, police, district, parted by blanks"),
        ("district_indicators", {"period": "2025-W60"}, "period '2025-W60' is no span"),
        ("follow_ups", {"period": "2025H3"}, "period '2025H3' is no span"),
        ("problems", {"closed": "2024-09-14"}, "closed 2024-09-14 is before since 2024-09-15"),
        ("causes", {"basis": "enkäten"}, "basis 'enkäten' does not look like survey:lighting"),
        ("causes", {"basis": "survey:"}, "basis 'survey:' does not look like"),
        ("measures", {"ends": "2025-01-31"}, "ends 2025-01-31 is before starts 2025-02-01"),
        ("measures", {"follow_up": "2025-01-01"}, "follow_up 2025-01-01 is before starts 2025-02-01"),
        ("measures", {"chosen_from": "2024-01-01"}, "chosen_from 2024-01-01 stands without chosen_until"),
        ("measures", {"chosen_from": "2024-06-01", "chosen_until": "2024-01-01"}, "chosen_until 2024-01-01 is before chosen_from 2024-06-01"),
        ("indicators", {"target": "120"}, "target 120 is on the wrong side of baseline 110: wanted is 'less'"),
        ("indicators", {"wanted": "more"}, "target 88 is on the wrong side of baseline 110: wanted is 'more'"),
        ("indicators", {"baseline_period": "våren"}, "baseline_period 'våren' is no span"),
        ("acute_events", {"presence_from": "2025-09-04"}, "presence_from 2025-09-04 is before occurred 2025-09-05"),
        ("acute_events", {"presence_until": "2025-09-01"}, "presence_until 2025-09-01 is before presence_from 2025-09-05"),
        ("acute_events", {"presence_from": ""}, "presence_until 2025-10-03 stands without presence_from"),
    ],
)  # fmt: skip
def test_a_row_that_contradicts_itself_says_how(table, cells, told):
    assert reason(table) == ""
    assert reason(table, **cells).startswith(told)


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("incidents", {"registered": "2025-03-14"}),  # the same day, though without a time of day
        ("incidents", {"registered": "", "easting": "", "northing": ""}),
        ("first_counts", {"known_on": "2025-04-01"}),
        ("areas", {"valid_to": "2020-01-01"}),
        ("doses", {"delivered": "400"}),
        ("ratings", {"rating": "2.5", "period": "2025-W01"}),
        ("population_groups", {"age_group": "85+"}),
        ("causes", {"basis": ""}),
        ("causes", {"basis": "survey:lighting; observations:youth;"}),
        ("indicators", {"baseline": "", "baseline_period": "", "target": ""}),
        ("indicators", {"target": "110"}),
        ("acute_events", {"presence_until": ""}),
        ("acute_events", {"presence_from": "", "presence_until": ""}),
    ],
)
def test_a_row_at_the_limit_breaks_nothing(table, cells):
    assert reason(table, **cells) == ""


def test_two_broken_rules_are_both_told():
    assert reason("measures", ends="2025-01-31", follow_up="2025-01-01") == (
        "ends 2025-01-31 is before starts 2025-02-01; "
        "follow_up 2025-01-01 is before starts 2025-02-01"
    )


def test_swapped_coordinates_are_asked_about():
    told = reason("incidents", easting="6401000", northing="503000")
    assert "easting 6401000 is not in Sweden" in told
    assert "are easting and northing swapped?" in told


def test_only_broken_rows_are_given_under_their_own_index():
    rows = pd.concat([typed("problems"), typed("problems", closed="2001-01-01")])
    rows.index = [40, 7]
    assert list(rules.broken("problems", rows).index) == [7]


def test_a_reason_hides_what_points_out_a_person():
    told = reason("focus", agreed_by="ring 19811218-9876")
    assert "[personal identity number]" in told and "9876" not in told


def test_a_row_that_still_holds_the_mark_names_its_column():
    rows = typed("measures", owner="EXEMPEL")
    assert list(rules.broken("measures", rows)) == [
        "owner still says EXEMPEL: write your own, or remove the row"
    ]


def test_every_rule_is_of_a_table_and_of_columns_that_it_has():
    for table in rules.RULES:
        assert rules.broken(table, tables.empty(table)).empty
    assert set(rules.RULES) <= set(SCHEMAS)


@pytest.mark.parametrize("name", ["read", "made_up_tables"])
def test_no_row_of_the_shipped_cities_breaks_a_rule(name, request):
    found = request.getfixturevalue(name)
    rows = 0
    for table, frame in found.by_name.items():
        assert list(rules.broken(table, frame)) == []
        rows += len(frame)
    assert rows > 4000

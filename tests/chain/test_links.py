"""The chain shows what the registers link on a day, and an id that leads nowhere is named."""

from datetime import date

import numpy as np

from analysis.chain.links import chain, dangling
from analysis.data.tables import Tables
from tests.chain.small import AREA, CITY, OTHER, followed, measure, registers, whole

DAY = date(2017, 9, 30)


def shuffled(tables: Tables, seed: int) -> Tables:
    rng = np.random.default_rng(seed)
    mixed = {
        name: rows.iloc[rng.permutation(len(rows))].reset_index(drop=True)
        for name, rows in tables.by_name.items()
    }
    return Tables(mixed, tables.ledger, tables.rejected)


def ids(found, kind=None) -> list[str]:
    return [node.id for node in found.nodes if kind in (None, node.kind)]


def test_a_problem_leads_to_its_result():
    found = chain(registers(whole()), AREA, DAY)
    assert found.edges == (
        (("problem", "drugs"), ("cause", "dark")),
        (("cause", "dark"), ("measure", "lamps")),
        (("measure", "lamps"), ("indicator", "sales")),
        (("indicator", "sales"), ("result", "lamps 2017-06-30")),
    )
    assert [(n.kind, n.owner, n.area_id) for n in found.nodes] == [
        ("problem", "police", AREA),
        ("cause", "analyst", AREA),
        ("measure", "parks", AREA),
        ("indicator", "analyst", AREA),
        ("result", "parks", AREA),
    ]
    assert [node.id for node in found.after(found.nodes[0])] == ["dark"]


def test_a_result_without_an_indicator_hangs_on_its_measure():
    rows = whole()
    rows["measures"][0]["indicator_id"] = ""
    found = chain(registers(rows), AREA, DAY)
    assert (("measure", "lamps"), ("result", "lamps 2017-06-30")) in found.edges
    assert ids(found, "indicator") == []


def test_the_city_is_the_sum_of_its_districts():
    tables = registers(whole())
    here, there, city = (chain(tables, area, DAY) for area in (AREA, OTHER, None))
    assert set(here.nodes) | set(there.nodes) == set(city.nodes)
    assert set(here.edges) | set(there.edges) == set(city.edges)
    assert len(city.nodes) == 10


def test_only_what_existed_on_the_day_is_shown():
    tables = registers(whole())
    assert ids(chain(tables, None, date(2015, 12, 31))) == []
    assert ids(chain(tables, AREA, date(2016, 1, 1))) == ["drugs", "dark"]
    assert ids(chain(tables, AREA, date(2017, 1, 1))) == ["drugs", "dark", "lamps", "sales"]
    assert ids(chain(tables, AREA, date(2017, 6, 29)), "result") == []
    assert ids(chain(tables, AREA, date(2017, 6, 30)), "result") == ["lamps 2017-06-30"]


def test_a_closed_problem_takes_its_causes_and_measures_with_it():
    rows = whole()
    rows["problems"][0]["closed"] = "2017-08-31"
    tables = registers(rows)
    assert "lamps" in ids(chain(tables, None, date(2017, 8, 31)))
    assert ids(chain(tables, AREA, date(2017, 9, 1))) == []
    assert ids(chain(tables, None, date(2017, 9, 1)), "problem") == ["threats"]


def test_an_ended_measure_stays_while_its_problem_is_open():
    rows = whole()
    rows["measures"][0]["ends"] = "2017-03-31"
    assert "lamps" in ids(chain(registers(rows), AREA, DAY))


def test_a_measure_of_the_whole_city_is_in_the_chain_of_the_district_it_helps():
    rows = whole()
    rows["measures"].append(measure("arrests", "dark", "sales", CITY))
    tables = registers(rows)
    assert ids(chain(tables, AREA, DAY), "measure") == ["arrests", "lamps"]
    assert ids(chain(tables, OTHER, DAY), "measure") == ["field"]


def test_a_measure_without_a_cause_is_shown_where_it_is_taken():
    rows = whole()
    rows["measures"].append(measure("cameras", "", "sales"))
    found = chain(registers(rows), AREA, DAY)
    assert "cameras" in ids(found, "measure")
    assert [start for start, end in found.edges if end == ("measure", "cameras")] == []


def test_the_order_of_the_rows_changes_nothing():
    rows = whole()
    rows["measures"].append(measure("arrests", "drak", "sales", CITY))
    rows["follow_ups"].append(followed("lamps", "2017-08-31"))
    tables = registers(rows)
    for seed in range(5):
        mixed = shuffled(tables, seed)
        assert chain(mixed, None, DAY) == chain(tables, None, DAY)
        assert dangling(mixed) == dangling(tables)


def test_an_id_that_leads_nowhere_is_named_with_the_nearest():
    rows = whole()
    rows["causes"][1]["problem_id"] = "threts"
    rows["measures"][0] |= {"cause_id": "drak", "indicator_id": "xyz", "evidence": "street light"}
    rows["doses"][1]["measure_id"] = "feild"
    rows["follow_ups"][0]["measure_id"] = "lamp"
    rows["evidence"] = [
        {
            "measure": "street lighting", "outcome": "crime", "finding_sv": "-14 %", "finding_en": "-14 %", "base_sv": "21", "base_en": "21",
            "reference": "Welsh", "how_read": "abstract",
        }
    ]  # fmt: skip
    found = dangling(registers(rows))
    assert [(d.table, d.raw_line, d.column, d.value, d.nearest) for d in found] == [
        ("causes", 3, "problem_id", "threts", "threats"),
        ("measures", 2, "cause_id", "drak", "dark"),
        ("measures", 2, "indicator_id", "xyz", ""),
        ("measures", 2, "evidence", "street light", "street lighting"),
        ("doses", 3, "measure_id", "feild", "field"),
        ("follow_ups", 2, "measure_id", "lamp", "lamps"),
    ]
    words = str(found[1])
    for part in ("measures.csv", "line 2", "cause_id", "'drak'", "causes.cause_id", "'dark'"):
        assert part in words


def test_a_blank_cell_leads_nowhere_and_is_no_error():
    rows = whole()
    rows["measures"][0] |= {"cause_id": "", "indicator_id": "", "evidence": ""}
    rows["causes"][0]["problem_id"] = ""
    assert dangling(registers(rows)) == []

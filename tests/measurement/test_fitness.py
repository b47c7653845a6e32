"""A source is called fit, or not, for one use at a time, and by a figure where there is one."""

import pandas as pd
import pytest

from analysis.data.tables import Tables
from analysis.measurement import fitness
from analysis.measurement.fitness import Fitness, coverage


def days(*texts):
    return pd.DataFrame({"day": pd.to_datetime(texts)})


def official(**counts):
    years = [int(year.removeprefix("y")) for year in counts]
    return pd.DataFrame({"year": years, "count": pd.array(list(counts.values()), dtype="Int64")})


def with_notices(read, city, number, year=2024):
    """Göteborg's tables with so many notices of its own in a year, and some around it."""
    when = pd.date_range(f"{year}-01-01", f"{year}-12-31", periods=number)
    around = pd.to_datetime([f"{year - 1}-06-01", f"{year + 1}-06-01"])
    rows = pd.DataFrame({"published": [*around, *when], "area_id": "kommun:1480"})
    account = pd.DataFrame([{"table": "police_notices", "rows_used": len(rows)}])
    ledger = pd.concat([read.ledger, account], ignore_index=True)
    return Tables({**read.by_name, "police_notices": rows}, ledger, read.rejected)


def of(verdicts, table, use):
    (one,) = [v for v in verdicts if (v.table, v.use) == (table, use)]
    return one


def test_the_police_notices_are_not_fit_for_rates_and_the_figure_stands_there(read, city):
    tables = with_notices(read, city, 943)
    one = of(fitness.fitness(tables, city), "police_notices", "level")
    total = read["crime_counts"].query("area_id == 'kommun:1480' and item == 'total'")
    total = int(total[total.year == 2024]["count"].item())
    assert (one.verdict, one.reason) == ("not fit", "covers too little")
    assert (one.year, one.counted, one.official) == (2024, 943, total)
    assert one.share == pytest.approx(943 / total)


def test_yearly_figures_say_nothing_of_weekdays(read, city):
    one = of(fitness.fitness(read, city), "crime_counts", "places")
    assert one == Fitness("crime_counts", "places", "not fit", "years alone")


def test_a_table_without_rows_has_no_verdict(read, city):
    assert "incidents" not in {one.table for one in fitness.fitness(read, city)}


def test_every_verdict_and_reason_has_its_words_in_both_languages(made_up_tables, made_up):
    from analysis.telling.text import words

    for table, verdicts in fitness._BY_KIND.items():
        assert len(verdicts) == len(fitness.USES), table
        for verdict, reason in verdicts:
            assert verdict in fitness.VERDICTS
            for language in ("sv", "en"):
                assert words(language).find(f"fitness_why.{reason.replace(' ', '_')}")


def test_a_year_in_which_the_events_begin_or_end_is_no_whole_year():
    rows = days("2022-02-01", "2022-05-01", "2023-01-05", "2023-12-30", "2024-02-01")
    found = coverage(rows, official(y2022=10, y2023=8, y2024=9))
    assert found.to_dict("records") == [{"year": 2023, "counted": 2, "official": 8, "share": 0.25}]


def test_a_year_that_begins_with_the_events_and_ends_with_them_counts():
    rows = days("2022-01-01", "2022-12-31")
    assert list(coverage(rows, official(y2022=4)).share) == [0.5]


def test_an_unknown_official_total_gives_no_coverage():
    rows = days("2022-01-01", "2023-12-31")
    totals = pd.DataFrame({"year": [2022, 2023], "count": pd.array([None, 4], dtype="Int64")})
    assert list(coverage(rows, totals).year) == [2023]


def test_no_events_cover_nothing():
    assert coverage(days(), official(y2022=4)).empty

"""A source is called fit, or not, for one use at a time, and by a figure where there is one."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.data.tables import Tables
from analysis.measurement import fitness
from analysis.measurement.fitness import Fitness


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
    assert (one.verdict, one.reason) == ("not fit", "notices beside crimes")
    assert (one.year, one.counted, one.official) == (2024, 943, total)
    assert one.share == pytest.approx(943 / total)


def test_yearly_figures_say_nothing_of_weekdays(read, city):
    one = of(fitness.fitness(read, city), "crime_counts", "places")
    assert one == Fitness("crime_counts", "places", "not fit", "years alone")


def test_a_table_without_rows_has_no_verdict(read, city):
    assert "incidents" not in {one.table for one in fitness.fitness(read, city)}


BY_DATA = (
    "notices beside crimes", "reported alone beside crimes", "covers too little",
    "covers too much", "no breaks entered", "register not whole", "not all located",
    "none located",
)  # fmt: skip


def test_every_verdict_and_reason_has_its_words_in_both_languages():
    from analysis.telling.text import words

    for table, verdicts in fitness._BY_KIND.items():
        assert len(verdicts) == len(fitness.USES), table
        assert {verdict for verdict, _ in verdicts} <= set(fitness.VERDICTS)
    by_kind = {reason for verdicts in fitness._BY_KIND.values() for _, reason in verdicts}
    for reason in by_kind | set(BY_DATA):
        for language in ("sv", "en"):
            assert words(language).find(f"fitness_why.{reason.replace(' ', '_')}")


def changed(tables, **by_name):
    return replace(tables, by_name=tables.by_name | by_name)


def official_beside(made_up_tables, times):
    """The made-up city's tables with an official total of each year: so many times its events."""
    found = made_up_tables.events_by_year
    adding = made_up_tables["crime_items"].query("adds_to_total == 'yes'")["item"]
    years = found[found["item"].isin(adding)].groupby("year")["count"].sum().reset_index()
    rows = years.assign(
        area_id="kommun:9999", item="total", source_id="exempelstad",
        count=(years["count"] * times).round().astype("Int64"),
    )  # fmt: skip
    return changed(made_up_tables, crime_counts=rows)


@pytest.mark.parametrize(
    ("times", "verdict", "reason", "change"),
    [
        (1.0, "care", "reported alone beside crimes", "fit"),
        (2.0, "not fit", "covers too little", "not fit"),
        (0.5, "not fit", "covers too much", "not fit"),
    ],
)
def test_a_register_unlike_the_official_total_is_fit_for_nothing(
    made_up_tables, made_up, times, verdict, reason, change
):
    found = fitness.fitness(official_beside(made_up_tables, times), made_up)
    level = of(found, "incidents", "level")
    assert (level.verdict, level.reason) == (verdict, reason)
    assert of(found, "incidents", "change").verdict == change


def test_no_breaks_entered_is_no_proof_that_there_were_none(made_up_tables, made_up):
    none = changed(made_up_tables, breaks=made_up_tables["breaks"].iloc[:0])
    one = of(fitness.fitness(none, made_up), "incidents", "change")
    assert (one.verdict, one.reason) == ("care", "no breaks entered")
    assert of(fitness.fitness(made_up_tables, made_up), "incidents", "change").verdict == "fit"


def test_events_without_places_are_not_fit_for_places_without_care(made_up_tables, made_up):
    events = made_up_tables["incidents"].copy()
    events.loc[::5, "easting"] = pd.NA
    found = fitness.fitness(changed(made_up_tables, incidents=events), made_up)
    assert of(found, "incidents", "places").reason == "not all located"
    events["easting"] = pd.NA
    found = fitness.fitness(changed(made_up_tables, incidents=events), made_up)
    one = of(found, "incidents", "places")
    assert (one.verdict, one.reason) == ("not fit", "none located")


def test_events_that_lead_to_no_district_need_care_between_districts(made_up_tables, made_up):
    events = made_up_tables["incidents"].copy()
    events.loc[::5, "area_id"] = "kommun:9999"
    found = fitness.fitness(changed(made_up_tables, incidents=events), made_up)
    assert of(found, "incidents", "districts").reason == "not all placed"
    assert of(fitness.fitness(made_up_tables, made_up), "incidents", "districts").verdict == "fit"


def test_a_year_with_a_month_that_nobody_followed_is_not_set_beside_a_whole_one(read, city):
    tables = with_notices(read, city, 943)
    rows = tables["police_notices"]
    tables = changed(tables, police_notices=rows[rows.published.dt.strftime("%Y-%m") != "2024-07"])
    one = of(fitness.fitness(tables, city), "police_notices", "level")
    assert (one.reason, one.share) == ("chosen by editors", None)

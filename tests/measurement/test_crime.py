"""Reported crime as series: like for like over the years, and unknown where it is unknown."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.data.tables import Tables
from analysis.measurement import crime
from analysis.measurement.comparison import NotComparable, Series
from analysis.measurement.counts import usual_range
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion

LUNDBY, CENTRUM = "stadsdel:139", "stadsdel:134"
Y2017 = Period.parse("2017")


def test_reported_crime_is_the_row_of_the_file(read, city, root):
    lines = (root / "data/raw/goteborg/crime_counts_districts_2011_2020.csv").read_text("utf-8")
    (line,) = [x for x in lines.splitlines() if x.startswith(f"{LUNDBY},Lundby,2017,assault,")]
    found = crime.reported(read, city, LUNDBY, ["assault"], Y2017)["assault"]
    assert found.at(Y2017).value == int(line.split(",")[4])
    assert len(found) == 7


def test_a_report_never_sees_later_than_its_period(read, city):
    found = crime.all_reported(read, city, crime.headline(read), Period.parse("2014"))
    assert {e.period.year for one in found.values() for e in one} == {2011, 2012, 2013, 2014}


def test_a_blank_is_unknown_and_not_zero(read, city):
    found = crime.reported(read, city, "stadsdel:131", ["k11"], Y2017)["k11"]
    first = found.estimates[0]
    assert (first.value, first.status, first.note) == (None, "not available", "not published")


def test_districts_are_added_up_only_when_all_are_known(read, city):
    series = crime.all_reported(read, city, ["robbery"], Y2017)
    added = crime.together(read, city, series)["robbery"]
    assert added.at(Y2017).value == sum(one.at(Y2017).value for one in series.values()) == 986
    del series[CENTRUM, "robbery"]
    gap = crime.together(read, city, series)["robbery"].at(Y2017)
    assert (gap.known, gap.note) == (False, "not published")


def test_how_the_districts_cover_the_city_is_told_apart_from_crime(read, city):
    until = Period.parse("2019")
    whole = crime.reported(read, city, "kommun:1480", ["k12"], until)["k12"]
    series = crime.all_reported(read, city, ["k12"], until)
    added = crime.together(read, city, series)["k12"]
    # the city rose while the districts fell: fewer crimes could be placed
    moved = crime.coverage_moved(added, whole, until)
    assert moved.value < -8
    assert not crime.coverage_moved(added, None, until).known


def test_an_unknown_item_is_answered(read, city):
    with pytest.raises(WrongQuestion, match="did you mean 'assault'"):
        crime.reported(read, city, LUNDBY, ["assalt"], Y2017)


def test_the_city_has_no_row_before_2013(read, city):
    assert crime.city_count(read, city, "total", Period.parse("2012")) is None
    assert crime.city_count(read, city, "total", Period.parse("2013")).value == 91924


ANGSVIK, GRANANGEN = "stadsdel:1502", "stadsdel:1507"


@pytest.fixture(scope="module")
def events(made_up):
    return pd.read_csv(made_up.raw / "incidents.csv", parse_dates=["occurred"])


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2017", "2017-01-01", "2017-12-31"),
        ("2017H1", "2017-01-01", "2017-06-30"),
        ("2017T2", "2017-05-01", "2017-08-31"),
        ("2017Q3", "2017-07-01", "2017-09-30"),
        ("2017-09", "2017-09-01", "2017-09-30"),
        ("2017-W36", "2017-09-04", "2017-09-10"),
        ("2016-10-01..2017-09-30", "2016-10-01", "2017-09-30"),
    ],
)
def test_every_kind_of_span_is_counted_and_set_beside_itself(
    events, made_up, made_up_tables, name, first, last
):
    span = Period.parse(name)
    found = crime.reported(made_up_tables, made_up, "kommun:9999", ["assault"], span)["assault"]
    days = events.occurred.dt.normalize()
    plain = (events["item"] == "assault") & days.between(first, last)
    assert found.at(span).value == plain.sum() > 0
    assert [e.period for e in found] == crime.spans(made_up, span)
    assert {e.period.kind for e in found} == {span.kind}
    assert found.complete and len(found) >= 6


def test_a_quarter_is_never_beside_another_quarter(made_up, made_up_tables):
    span = Period.parse("2017Q3")
    found = crime.reported(made_up_tables, made_up, ANGSVIK, ["k12"], span)["k12"]
    assert {e.period.start.month for e in found} == {7}
    with pytest.raises(NotComparable, match="span"):
        Series([found.at(span), replace(found.at(span), period=span.previous)])


def test_a_series_does_not_run_across_a_break(made_up, made_up_tables):
    span = Period.parse("2017Q3")
    found = crime.reported(made_up_tables, made_up, ANGSVIK, ["k4", "total", "k12"], span)
    first = {
        item: (one.estimates[0].period.year, one.estimates[0].series) for item, one in found.items()
    }
    assert first == {
        "k4": (2013, "since 2013-01-01"), "total": (2013, "since 2013-01-01"), "k12": (2011, ""),
    }  # fmt: skip
    before = crime.reported(made_up_tables, made_up, ANGSVIK, ["k4"], Period.parse("2012Q3"))["k4"]
    assert [e.period.year for e in before] == [2011, 2012]


def test_too_few_years_since_a_break_is_the_reason_given(made_up, made_up_tables):
    span = Period.parse("2015Q3")
    found = crime.reported(made_up_tables, made_up, ANGSVIK, ["k4", "k12"], span)
    assert {item: usual_range(one, span).note for item, one in found.items()} == {
        "k4": "break", "k12": "",
    }  # fmt: skip


def test_the_past_is_counted_in_todays_borders(events, made_up, made_up_tables):
    areas = made_up_tables["areas"].set_index("area").area_id
    moved = areas["Ekmarken Norr"]  # of Granängen since 2015
    assert moved in crime.blocks(made_up_tables, made_up, GRANANGEN)
    span = Period.parse("2013")
    found = crime.reported(made_up_tables, made_up, GRANANGEN, ["k12"], span)["k12"].at(span)
    inside = crime.blocks(made_up_tables, made_up, GRANANGEN)
    plain = (
        events.area_id.isin(inside) & (events.occurred.dt.year == 2013) & (events["item"] == "k12")
    )
    assert found.value == plain.sum()


def test_an_area_that_lies_in_a_district_in_part_is_no_building_block_of_it(
    made_up, made_up_tables
):
    links = made_up_tables["area_links"]
    inside = crime.blocks(made_up_tables, made_up, GRANANGEN)
    halved = links.assign(weight=links.weight.mask(links.from_id == inside[0], 0.5))
    tables = replace(made_up_tables, by_name=made_up_tables.by_name | {"area_links": halved})
    assert crime.blocks(tables, made_up, GRANANGEN) == inside[1:]


def test_the_districts_add_up_to_the_city(made_up, made_up_tables):
    span = Period.parse("2017Q3")
    series = crime.all_reported(made_up_tables, made_up, ["total"], span)
    added = crime.together(made_up_tables, made_up, series)["total"].at(span)
    whole = crime.city_count(made_up_tables, made_up, "total", span)
    assert added.value == whole.value
    assert added.series == crime.SUM_OF_DISTRICTS


def test_a_late_year_makes_the_whole_series_preliminary(made_up, made_up_tables):
    span = Period.parse("2018Q3")
    found = crime.reported(made_up_tables, made_up, ANGSVIK, ["k12"], span)["k12"]
    assert {e.status for e in found} == {"preliminary"}


def test_week_53_stands_alone(made_up, made_up_tables):
    span = Period.parse("2015-W53")
    found = crime.reported(made_up_tables, made_up, ANGSVIK, ["k12"], span)["k12"]
    assert [e.period for e in found] == [span]


def test_published_figures_answer_for_whole_years_only(read, city):
    assert crime.reported(read, city, LUNDBY, ["total"], Period.parse("2017Q3")) == {}


def test_a_span_in_which_the_counting_changed_stands_alone(made_up, made_up_tables):
    breaks = made_up_tables["breaks"].assign(from_date=pd.Timestamp("2013-08-01"))
    moved = replace(made_up_tables, by_name=made_up_tables.by_name | {"breaks": breaks})
    for name, years in (
        ("2013Q2", [2011, 2012, 2013]),
        ("2013Q3", [2013]),
        ("2015Q3", [2014, 2015]),
    ):
        span = Period.parse(name)
        found = crime.reported(moved, made_up, ANGSVIK, ["k4"], span)["k4"]
        assert [e.period.year for e in found] == years


def with_break(read, city, item, day, area=""):
    rows = {"item": item, "area_id": area, "from_date": pd.Timestamp(day), "kind": "method"}
    breaks = pd.DataFrame([rows | {"what_sv": "x", "what_en": "x"}])
    return Tables({**read.by_name, "breaks": breaks}, read.ledger, read.rejected)


@pytest.mark.parametrize(
    ("day", "first"), [("2014-01-01", 2014), ("2014-07-01", 2015), ("2021-01-01", 2011)]
)
def test_published_years_before_a_break_are_no_part_of_the_series(read, city, day, first):
    tables = with_break(read, city, "assault", day)
    found = crime.reported(tables, city, LUNDBY, ["assault", "robbery"], Period.parse("2017"))
    assert found["assault"].estimates[0].period.year == first
    assert found["robbery"].estimates[0].period.year == 2011


def test_a_published_year_that_holds_the_break_stands_alone(read, city):
    tables = with_break(read, city, "assault", "2017-07-01")
    found = crime.reported(tables, city, LUNDBY, ["assault"], Period.parse("2017"))["assault"]
    assert [e.period.year for e in found] == [2017]
    assert found.estimates[0].series == "since 2017-07-01"


def test_a_break_in_another_district_touches_nothing_here(read, city):
    tables = with_break(read, city, "assault", "2014-01-01", area="stadsdel:131")
    found = crime.reported(tables, city, LUNDBY, ["assault"], Period.parse("2017"))["assault"]
    assert found.estimates[0].period.year == 2011


def test_a_district_in_which_nothing_was_ever_placed_has_no_figure(made_up, made_up_tables):
    links = made_up_tables["area_links"]
    kept = links[links.to_id != "stadsdel:1502"]
    tables = Tables(
        {**made_up_tables.by_name, "area_links": kept}, made_up_tables.ledger,
        made_up_tables.rejected,
    )  # fmt: skip
    span = Period.parse("2017Q3")
    (total,) = crime.of_district(tables, made_up, "stadsdel:1502", ["total", "assault"], span)
    found = crime.of_district(tables, made_up, "stadsdel:1502", ["total"], span)["total"]
    assert total == "total"
    assert not found.at(span).known
    other = crime.of_district(tables, made_up, "stadsdel:1507", ["total"], span)["total"]
    assert other.at(span).value > 0


VIEW = "exempelstad@2017-10-15"
Q3 = Period.parse("2017Q3")


@pytest.fixture(scope="module")
def viewed(made_up, made_up_tables):
    """The city and its events as they were known two weeks after the quarter."""
    events = made_up_tables["incidents"]
    known = events[events.registered < "2017-10-16"]
    return changed(made_up_tables, incidents=known), replace(made_up, name=VIEW)


def changed(tables, **by_name):
    return replace(tables, by_name=tables.by_name | by_name)


def test_a_quarter_still_being_registered_is_beside_quarters_known_as_early(viewed, made_up_tables):
    found = crime.reported(*viewed, "kommun:9999", ["k12"], Q3)["k12"]
    events = made_up_tables["incidents"].query("item == 'k12'")
    for year in (2015, 2016, 2017):
        inside = events.occurred.between(f"{year}-07-01", f"{year}-09-30 23:59:59")
        known = inside & (events.registered < f"{year}-10-16")
        assert found.at(Period.parse(f"{year}Q3")).value == known.sum() < inside.sum()
    assert {e.status for e in found} == {"preliminary"}


def test_nothing_falls_by_being_looked_at_early(viewed, made_up, made_up_tables):
    early = crime.reported(*viewed, "kommun:9999", ["total"], Q3)["total"].values
    late = crime.reported(made_up_tables, made_up, "kommun:9999", ["total"], Q3)["total"].values
    assert (early < late).all()
    assert early[-1] / early[:-1].mean() == pytest.approx(late[-1] / late[:-1].mean(), rel=0.01)


def test_a_few_events_without_a_day_of_registration_do_not_undo_the_comparison(viewed):
    tables, then = viewed
    events = tables["incidents"].copy()
    events.loc[events.index[::200], "registered"] = pd.NaT
    found = crime.reported(changed(tables, incidents=events), then, "kommun:9999", ["k12"], Q3)
    whole = crime.reported(tables, then, "kommun:9999", ["k12"], Q3)
    assert len(found["k12"]) == len(whole["k12"])
    assert (abs(found["k12"].values - whole["k12"].values) <= 3).all()


def test_a_preliminary_span_stands_alone_where_nobody_knows_what_was_known_when(viewed):
    tables, then = viewed
    tables = changed(tables, incidents=tables["incidents"].assign(registered=pd.NaT))
    found = crime.reported(tables, then, "kommun:9999", ["k12"], Q3)["k12"]
    assert [e.period for e in found] == [Q3]
    assert usual_range(found, Q3).note == "preliminary"

"""Reported crime as series: like for like over the years, and unknown where it is unknown."""

import pytest

from analysis.measurement import crime
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

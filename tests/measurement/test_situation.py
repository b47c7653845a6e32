"""What each voice says of a place, and what nobody said."""

import pytest

from analysis.measurement import situation
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion

LUNDBY, CENTRUM, NORRA = "stadsdel:139", "stadsdel:134", "stadsdel:140"
Y2017 = Period.parse("2017")


def test_reported_crime_is_the_row_of_the_file(read, city, root):
    lines = (root / "data/raw/goteborg/crime_counts_districts_2011_2020.csv").read_text("utf-8")
    (line,) = [x for x in lines.splitlines() if x.startswith(f"{LUNDBY},Lundby,2017,assault,")]
    found = situation.reported(read, city, LUNDBY, ["assault"], Y2017)["assault"]
    assert found.at(Y2017).value == int(line.split(",")[4])
    assert len(found) == 7


def test_a_report_never_sees_later_than_its_period(read, city):
    found = situation.all_reported(read, city, situation.headline(read), Period.parse("2014"))
    assert {e.period.year for one in found.values() for e in one} == {2011, 2012, 2013, 2014}


def test_a_blank_is_unknown_and_not_zero(read, city):
    found = situation.reported(read, city, "stadsdel:131", ["k11"], Y2017)["k11"]
    first = found.estimates[0]
    assert (first.value, first.status, first.note) == (None, "not available", "not published")


def test_a_rate_needs_a_population_of_the_same_year(read, city):
    counts = situation.reported(read, city, LUNDBY, ["total"], Y2017)["total"]
    rate = situation.per_inhabitant(read, counts, Y2017)
    assert rate.value == pytest.approx(1000 * 8163 / 51931)
    assert rate.status == "derived"
    missing = situation.per_inhabitant(read, counts, Period.parse("2016"))
    assert (missing.known, missing.note) == (False, "no population")


def test_the_published_rate_comes_back(read, city):
    published = read["published_rates"].query("crime == 'all reported crimes'")
    for row in published.itertuples():
        counts = situation.reported(read, city, row.area_id, ["total"], Y2017)["total"]
        ours = situation.per_inhabitant(read, counts, Y2017).value * 100
        assert ours == pytest.approx(row.rate_per_100000, abs=1.5)


def test_centrum_warns_of_its_visitors(read, city):
    counts = situation.reported(read, city, CENTRUM, ["total"], Y2017)["total"]
    rate = situation.per_inhabitant(read, counts, Y2017)
    assert rate.note == "visitors"
    # measured on the years before: the exact Poisson interval would be nine wide
    assert rate.high - rate.low > 100


def test_two_voices_speak_and_one_is_missing(read, city):
    heard = {v.name: v for v in situation.voices(read, city, LUNDBY, Y2017)}
    assert (heard["residents"].figures, heard["police"].figures) == (2, 35)
    assert heard["district"].missing
    assert situation.voices(read, city, NORRA, Y2017)[0].missing
    assert situation.silent(read, city, [LUNDBY, NORRA], Y2017) == {
        "residents": [NORRA],
        "district": [LUNDBY, NORRA],
    }


def test_districts_are_added_up_only_when_all_are_known(read, city):
    series = situation.all_reported(read, city, ["robbery"], Y2017)
    added = situation.together(read, city, series)["robbery"]
    assert added.at(Y2017).value == sum(one.at(Y2017).value for one in series.values()) == 986
    del series[CENTRUM, "robbery"]
    gap = situation.together(read, city, series)["robbery"].at(Y2017)
    assert (gap.known, gap.note) == (False, "not published")


def test_how_the_districts_cover_the_city_is_told_apart_from_crime(read, city):
    until = Period.parse("2019")
    whole = situation.reported(read, city, "kommun:1480", ["k12"], until)["k12"]
    series = situation.all_reported(read, city, ["k12"], until)
    added = situation.together(read, city, series)["k12"]
    # the city rose while the districts fell: fewer crimes could be placed
    moved = situation.coverage_moved(added, whole, until)
    assert moved.value < -8
    assert not situation.coverage_moved(added, None, until).known


def test_a_survey_without_a_year_is_kept_and_says_so(read, city):
    angered = situation.surveys(read, city, "stadsdel:131", Y2017)
    undated = [e for e in angered if e.note == "no year"]
    assert [e.value for e in undated] == [73, 85]
    assert {str(e.period) for e in undated} == {"undated"}


def test_later_surveys_are_not_seen(read, city):
    assert situation.surveys(read, city, LUNDBY, Period.parse("2016")) == []


def test_an_unknown_item_is_answered(read, city):
    with pytest.raises(WrongQuestion, match="did you mean 'assault'"):
        situation.reported(read, city, LUNDBY, ["assalt"], Y2017)


def test_the_city_has_no_row_before_2013(read, city):
    assert situation.city_count(read, city, "total", Period.parse("2012")) is None
    assert situation.city_count(read, city, "total", Period.parse("2013")).value == 91924


def test_the_op_ed_is_not_known_before_its_year(read, city):
    assert situation.op_ed(read, city, Period.parse("2016")) == []
    assert [e.value for e in situation.op_ed(read, city, Y2017)] == [52, 32, 40, 15]

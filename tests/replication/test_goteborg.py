"""The figures that the first walk promised, from the shipped data by our public functions."""

import pytest
from scipy import stats

from analysis.measurement import crime, situation
from analysis.measurement.comparison import LikeForLike, NotComparable, Series
from analysis.measurement.counts import dispersion
from analysis.methods import change, screening
from analysis.methods.decomposition import contributions
from analysis.methods.trend import noise, trend
from analysis.words.periods import Period

Y = {year: Period.parse(str(year)) for year in range(2005, 2026)}


@pytest.fixture(scope="module")
def shots(read, city):
    return situation.shootings(read, city, Y[2019], **city.settings["shootings"])


def test_shootings_jump_four_times_more_than_independent_events(shots):
    found = dispersion(shots)
    assert found.value == pytest.approx(4.267, abs=5e-4)
    assert found.value * (found.n - 1) == pytest.approx(34.13, abs=5e-3)
    assert found.p == pytest.approx(stats.chi2.sf(34.1348, 8), rel=1e-3)


def test_the_trend_of_shootings(shots):
    found = trend(shots)
    assert 100 * (found.value - 1) == pytest.approx(-8.3, abs=0.05)
    assert found.dispersion == pytest.approx(2.78, abs=5e-3)
    assert (found.low, found.high) == pytest.approx((0.845, 0.995), abs=6e-4)


def test_39_against_21_is_a_change_only_to_the_exact_test(shots):
    exact, dispersed, noticed = change.contrast(shots, Y[2017])
    assert exact.p == pytest.approx(0.0273, abs=5e-5)
    assert not dispersed.beyond(1)
    assert dispersed.p > 0.1
    assert noticed.value == 11, "what would have been a change is said beside it"
    # whichever years the noise is taken from
    for measured in (noise(shots), noise(shots.until(Y[2017]))):
        pair = LikeForLike(shots.at(Y[2016]), shots.at(Y[2017]))
        assert not change.dispersed(pair, measured).beyond(1)


def test_15_against_40_hangs_on_what_the_source_does_not_say(read, city, shots):
    stated = situation.op_ed(read, city, Y[2017])
    equal, measured_equal, whole, measured = change.readings(stated, shots)
    assert equal.p == pytest.approx(0.0010, abs=5e-5)
    assert whole.p == pytest.approx(0.0203, abs=5e-5)
    assert not measured.beyond(1)
    assert not measured_equal.beyond(1)
    assert measured_equal.p == pytest.approx(0.066, abs=5e-4)
    assert (str(equal.reference), str(whole.reference)) == ("2016-01-01..2016-09-30", "2016")


def test_persons_killed_do_not_jump(read, city):
    killed = situation.shootings(read, city, Y[2019], **city.settings["killed"])
    since = Series(e for e in killed if e.period.year >= 2005)
    assert (len(since), str(since.period)) == (14, "2005-01-01..2018-12-31")
    assert dispersion(since).value == pytest.approx(0.984, abs=5e-4)


@pytest.fixture(scope="module")
def whole_city(read, city):
    items = list(read["crime_items"]["item"])
    return crime.reported(read, city, "kommun:1480", items, Y[2020])


def part(parts, item):
    return next(e.value for e in parts if e.definition == item)


def test_vandalism_is_the_rise_of_2015_and_most_of_the_fall_after(read, whole_city):
    rise = contributions(whole_city, read["crime_items"], Y[2015])
    assert rise[0].definition == "k12"
    assert part(rise, "k12") == pytest.approx(93, abs=0.5)
    assert part(rise, "k12") == pytest.approx(100 * (24912 - 13618) / (105921 - 93807))
    fall = contributions(whole_city, read["crime_items"], Y[2017], since=Y[2015])
    assert part(fall, "k12") == pytest.approx(64, abs=0.5)


def test_vandalism_is_the_largest_part_of_the_rise_in_most_districts(read, city):
    items = list(read["crime_items"]["item"])
    largest = {}
    for area in read.areas.of_scheme("stadsdel_2011_2020"):
        counts = crime.reported(read, city, area.id, items, Y[2015])
        largest[area.key] = contributions(counts, read["crime_items"], Y[2015])[0].definition
    assert list(largest.values()).count("k12") >= 8, largest


def test_assault_by_district_and_what_survives(read, city):
    trends = [trend(one) for one in crime.all_reported(read, city, ["assault"], Y[2020]).values()]
    by_name = {read.areas[e.area].key: e for e in screening.screen(trends)}
    assert 100 * (by_name["centrum"].value - 1) == pytest.approx(-4.0, abs=0.05)
    assert 100 * (by_name["orgryte-harlanda"].value - 1) == pytest.approx(2.6, abs=0.06)
    survive = [name for name, e in by_name.items() if e.q <= 0.05]
    assert survive == ["centrum"]


def test_the_vandalism_of_2015_stands_out_but_four_years_are_too_few_for_the_screen(read, city):
    series = crime.all_reported(read, city, crime.headline(read), Y[2015])
    found = screening.departures(list(series.values()), Y[2015])
    vandalism = [e for e in found if e.definition == "k12" and e.beyond(1)]
    assert len(vandalism) == 4
    assert all(e.value > 1.7 for e in vandalism)
    assert screening.survivors(found) == []


@pytest.mark.parametrize(
    ("year", "item", "change"), [(2017, "k9", -28), (2019, "theft_from_vehicle", -37)]
)
def test_districts_added_up_show_what_no_single_one_can(read, city, year, item, change):
    series = crime.all_reported(read, city, crime.headline(read), Y[year])
    added = crime.together(read, city, series)
    assert added[item].at(Y[year]).value == sum(
        one.at(Y[year]).value for (_, kind), one in series.items() if kind == item
    )
    (found,) = screening.survivors(screening.departures(list(added.values()), Y[year]))
    assert found.definition == item
    assert 100 * (found.value - 1) == pytest.approx(change, abs=0.5)
    assert screening.survivors(screening.departures(list(series.values()), Y[year])) == []


def test_districts_added_up_are_never_compared_with_the_citys_own_figure(read, city, whole_city):
    series = crime.all_reported(read, city, ["k9"], Y[2017])
    added = crime.together(read, city, series)["k9"].at(Y[2017])
    with pytest.raises(NotComparable, match="series"):
        LikeForLike(whole_city["k9"].at(Y[2016]), added)

"""A place beside others, and what is published of it."""

import pytest

from analysis.measurement import crime, situation
from analysis.words.periods import Period

LUNDBY, CENTRUM = "stadsdel:139", "stadsdel:134"
Y2017 = Period.parse("2017")


def test_a_rate_needs_a_population_of_the_same_year(read, city):
    counts = crime.reported(read, city, LUNDBY, ["total"], Y2017)["total"]
    rate = situation.per_inhabitant(read, counts, Y2017)
    assert rate.value == pytest.approx(1000 * 8163 / 51931)
    assert rate.status == "derived"
    missing = situation.per_inhabitant(read, counts, Period.parse("2016"))
    assert (missing.known, missing.note) == (False, "no population")


def test_the_published_rate_comes_back(read, city):
    published = read["published_rates"].query("crime == 'all reported crimes'")
    for row in published.itertuples():
        counts = crime.reported(read, city, row.area_id, ["total"], Y2017)["total"]
        ours = situation.per_inhabitant(read, counts, Y2017).value * 100
        assert ours == pytest.approx(row.rate_per_100000, abs=1.5)


def test_centrum_warns_of_its_visitors(read, city):
    counts = crime.reported(read, city, CENTRUM, ["total"], Y2017)["total"]
    rate = situation.per_inhabitant(read, counts, Y2017)
    assert rate.note == "visitors"
    # measured on the years before: the exact Poisson interval would be nine wide
    assert rate.high - rate.low > 100


def test_a_survey_without_a_year_is_kept_and_says_so(read, city):
    angered = situation.surveys(read, city, "stadsdel:131", Y2017)
    undated = [e for e in angered if e.note == "no year"]
    assert [e.value for e in undated] == [73, 85]
    assert {str(e.period) for e in undated} == {"undated"}


def test_later_surveys_are_not_seen(read, city):
    assert situation.surveys(read, city, LUNDBY, Period.parse("2016")) == []


def test_the_op_ed_is_not_known_before_its_year(read, city):
    assert situation.op_ed(read, city, Period.parse("2016")) == []
    assert [e.value for e in situation.op_ed(read, city, Y2017)] == [52, 32, 40, 15]

"""Panels: nothing is drawn empty, and what is missing is named with its own reason."""

import pytest
from bs4 import BeautifulSoup

from analysis.measurement.counts import usual_range
from analysis.telling import panels
from analysis.telling.text import words
from analysis.words.periods import Period
from tests.conftest import count, series

P2017 = Period.parse("2017")
NOT_ENTERED = [count(None, "2017", definition="total", note="no figure")]


@pytest.fixture(scope="module")
def sv(read):
    return words("sv", read)


def soup(sheet):
    return BeautifulSoup(str(sheet.html), "html.parser")


def chart(sv, counts, chosen):
    kept = {item: series(values, definition=item) for item, values in counts.items()}
    usual = [usual_range(one, P2017) for one in kept.values()]
    return soup(panels.development(sv, kept, chosen, ["robbery", "assault"], usual, "d"))


def drawn(page):
    """The kinds of crime in the table under the chart, without the column of years."""
    return [heading.get_text() for heading in page.select("th[scope=col]")][1:]


SEVEN, NONE = [100, 110, 95, 105, 98, 102, 104], [None] * 7


def test_a_chart_shows_what_the_city_chose(sv):
    page = chart(sv, {"total": SEVEN, "robbery": SEVEN, "assault": SEVEN}, ["total", "assault"])
    assert drawn(page) == [sv.name("total"), sv.name("assault")]
    assert "Ingen siffra är inskriven" not in page.get_text()


def test_a_total_that_nobody_entered_is_named_and_the_kinds_of_crime_are_drawn_instead(sv):
    page = chart(sv, {"total": NONE, "robbery": SEVEN, "assault": SEVEN}, ["total"])
    assert drawn(page) == [sv.name("robbery"), sv.name("assault")]
    lacking = sv("figure.not_entered", what=sv.inside("total"))
    assert lacking in page.figcaption.get_text()


def test_what_is_chosen_and_has_figures_is_drawn_alone(sv):
    page = chart(sv, {"total": NONE, "robbery": SEVEN, "assault": SEVEN}, ["total", "assault"])
    assert drawn(page) == [sv.name("assault")]
    assert sv("figure.not_entered", what=sv.inside("total")) in page.figcaption.get_text()


def test_without_any_figure_there_is_no_empty_chart(sv):
    page = chart(sv, {"total": NONE}, ["total"])
    assert page.find("img") is None
    assert sv("reasons.no_figure") in page.get_text()


def items(sv, kept):
    usual = [usual_range(one, P2017) for one in kept]
    counts = [one.estimates[-1] for one in kept]
    found_by = dict.fromkeys(("total", "robbery", "assault"), "victims")
    return soup(panels.items(sv, "c", counts, usual, [], found_by, "items"))


def test_why_the_usual_is_missing_is_told_of_what_was_counted_alone(sv):
    short = series([40, 50], first=2016, definition="robbery")
    page = items(sv, [series([None] * 7, definition="total"), short])
    why = sv("reasons.too_few_years")
    assert sv("tables.usual_missing", what=sv.inside("robbery"), why=why) in page.get_text()
    assert not any(sv.inside("total") in note.get_text() for note in page.select("p.note"))


def test_a_heading_without_years_holds_no_empty_brackets(sv):
    page = items(sv, [series([40, 50], first=2016, definition="robbery")])
    assert "Vanligt" in drawn(page)
    page = items(sv, [series(SEVEN, definition="robbery")])
    assert "Vanligt (2011–2016)" in drawn(page)


def test_why_no_base_year_can_be_chosen_is_told(sv):
    for lacking in ("too_few_years", "no_city_total"):
        told = soup(panels.base_years(sv, [], lacking, "b")).get_text()
        assert sv(f"reasons.{lacking}") in told


def test_a_city_without_shootings_gets_no_table_of_blanks(sv):
    page = soup(panels.noise(sv, [], "noise"))
    assert page.find("table") is None
    assert "inga skjutningar är inskrivna" in page.get_text()

"""The portal: it filters without a script, folds what is many, and marks what is of older data."""

import re
from dataclasses import dataclass, field

import pytest
from bs4 import BeautifulSoup

from analysis.running import portal


def entry(area="", notebook="6_district_report", **about):
    parameters = {"workspace": "goteborg", "period": "2017", "language": "sv"}
    parameters |= {"area": area} if area else {}
    return {"notebook": notebook, "parameters": parameters, "made": True, "error": ""} | about


def page(city, *areas, **about):
    named = {f"6_district_report-{area}.sv": entry(area) for area in areas}
    return portal.portal(named, city, "2017", "sv", **about)


def reports(page):
    return BeautifulSoup(page, "html.parser").select("ul.reports li")


def test_the_filter_hides_by_style_alone(city):
    told = page(city, "lundby", "centrum")
    hides = 'body:has(#area-lundby:checked) [data-area]:not([data-area="lundby"]){display:none}'
    assert hides in told
    assert told.index("Lägesrapport för Centrum 2017") < told.index("Lägesrapport för Lundby 2017")
    assert "<script" not in told


def test_only_reports_in_the_pages_own_language_are_listed(city):
    named = {"6_district_report-lundby.sv": entry("lundby")}
    assert reports(portal.portal(named, city, "2017", "en")) == []


def test_a_report_made_of_older_data_is_marked_and_the_others_are_not(city):
    told = page(city, "lundby", "centrum", older={"6_district_report-lundby.sv"})
    centrum, lundby = reports(told)
    assert "Gjord av äldre uppgifter" in lundby.get_text()
    assert "äldre" not in centrum.get_text()
    assert "kan deras tal säga emot de andras" in told


@pytest.mark.parametrize("areas", [("lundby",), ("lundby", "centrum")])
def test_where_every_report_is_of_todays_data_none_is_called_old(city, areas):
    assert "äldre" not in page(city, *areas)


@pytest.mark.parametrize("there", [True, False])
def test_the_numbers_are_led_to_where_they_stand_beside_the_page(city, there):
    assert ('href="results.csv"' in page(city, "lundby", numbers=there)) == there


def test_a_report_that_could_not_be_made_is_named_with_why(city):
    failed = {"6_district_report-lundby.sv": entry("lundby", made=False, error="ValueError: no")}
    told = BeautifulSoup(portal.portal(failed, city, "2017", "sv"), "html.parser")
    assert told.select_one(".callout").get_text().strip() == (
        "Kunde inte göras: Lägesrapport för Lundby 2017 (ValueError: no)"
    )
    assert not told.select("details")


@dataclass(frozen=True)
class Asked:
    """A question about one of the many areas that the real city has not."""

    notebook: str
    language: str
    area: str = ""
    city: object = field(default=None)

    @property
    def area_name(self):
        return self.area.capitalize()


AREAS = [*(f"abborre-{number}" for number in range(portal.FEW)), "älmhult", "åmål"]


@pytest.fixture
def many(city, monkeypatch):
    """The page over two reports on each of more areas than a row of choices can hold."""
    ask = lambda notebook, *_, **told: Asked(notebook, told["language"], told.get("area", ""))  # noqa: E731
    monkeypatch.setattr(portal, "question", ask)
    monkeypatch.setattr(portal.titles, "title", lambda ask: f"{ask.notebook} {ask.area}")

    def page(**about):
        named = {"1_data.sv": entry(notebook="1_data")}
        for kind in ("2_situation", "6_district_report"):
            named |= {f"{kind}-{area}.sv": entry(area, kind, **about) for area in AREAS}
        older = {"2_situation-älmhult.sv"}
        return portal.portal(named, city, "2017", "sv", older)

    return page


def test_many_areas_stand_under_their_first_letters_each_with_its_reports(many):
    told = BeautifulSoup(many(), "html.parser")
    groups = told.select("section.areas details")
    assert [one.summary.get_text() for one in groups] == [f"A ({portal.FEW})", "Å (1)", "Ä (1)"]
    middle = groups[1].li
    assert re.sub(r"\s+", " ", middle.get_text()).strip() == "Åmål: Lägesrapport Lägesbild"
    assert [link["href"] for link in middle.select("a")] == [
        "6_district_report-åmål.sv.html", "2_situation-åmål.sv.html",
    ]  # fmt: skip
    assert ["Gjord av äldre" in one.get_text() for one in groups] == [False, False, True]


def test_many_areas_take_no_rule_each_and_the_other_reports_stay_apart(many):
    told = many()
    assert "#area-" not in told and 'id="area-' not in told
    assert [one.a["href"] for one in reports(told)] == ["1_data.sv.html"]
    assert "body:has(#kind-1_data:checked) .areas{display:none}" in told
    assert "body:has(#kind-2_situation:checked) .areas" not in told


def test_as_many_areas_as_a_row_can_hold_are_choices(city, many, monkeypatch):
    monkeypatch.setattr(portal, "FEW", len(AREAS))
    told = many()
    assert told.count('name="area"') == len(AREAS) + 1
    assert "<details" not in told and 'class="areas"' not in told


def test_many_failures_are_counted_and_folded(many):
    told = BeautifulSoup(many(made=False, error="ValueError: no"), "html.parser")
    assert told.select_one(".callout summary").get_text() == (
        f"{2 * len(AREAS)} rapporter kunde inte göras"
    )
    assert len(told.select(".callout details li")) == 2 * len(AREAS)

"""The portal: it filters without a script, and old pages do not pass for new ones."""

import pytest
from bs4 import BeautifulSoup

from analysis.running import portal


def entry(city, area, raw_data=None):
    parameters = {"workspace": "goteborg", "period": "2017", "language": "sv", "area": area}
    return {
        "notebook": "6_district_report",
        "parameters": parameters,
        "made": True,
        "error": "",
        "raw_data": raw_data or city.fingerprint(),
    }


def page(city, **entries):
    named = {f"6_district_report-{area}.sv": one for area, one in entries.items()}
    return portal.portal(named, city, "2017", "sv")


def test_the_filter_hides_by_style_alone(city):
    entries = {area: entry(city, area) for area in ("lundby", "centrum")}
    told = page(city, **entries)
    assert (
        'body:has(#area-lundby:checked) ul.reports li:not([data-area="lundby"]){display:none}'
        in told
    )
    assert told.index("Lägesrapport för Centrum 2017") < told.index("Lägesrapport för Lundby 2017")
    assert "<script" not in told
    named = {f"6_district_report-{area}.sv": one for area, one in entries.items()}
    assert portal.portal(named, city, "2017", "en").count("<li") == 0


def test_a_report_made_before_the_data_changed_is_marked_and_the_others_are_not(city):
    told = page(city, lundby=entry(city, "lundby", "0" * 64), centrum=entry(city, "centrum"))
    centrum, lundby = BeautifulSoup(told, "html.parser").select("ul.reports li")
    assert "Gjord av äldre uppgifter" in lundby.get_text()
    assert "äldre" not in centrum.get_text()
    assert "kan deras tal säga emot de andras" in told


@pytest.mark.parametrize("areas", [("lundby",), ("lundby", "centrum")])
def test_where_every_report_is_of_todays_data_none_is_called_old(city, areas):
    assert "äldre" not in page(city, **{area: entry(city, area) for area in areas})

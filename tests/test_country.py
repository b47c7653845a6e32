"""The two countries in small: both pass the check, keep what the panel says, and become pages."""

import pandas as pd
import pytest

from analysis.data import scaffold, tables
from analysis.data.parameters import districts
from analysis.running import reports
from analysis.running.jobs import plan
from tests import country
from tests.conftest import project

pytestmark = pytest.mark.walk
MUNICIPALITIES = {"0305": "Håbo", "0643": "Habo", "1440": "Ale"}  # the first two are typed alike
MONTHS = pd.date_range("2023-11-01", "2025-12-01", freq="MS")


def cells_of(municipalities, months=MONTHS):
    """Cells like the panel's: as many notices as the month's number, of every kind."""
    rows = [
        (code, month, kind, month.month, name, 20_000)
        for code, name in municipalities.items()
        for month in months
        for kind, *_ in country.ITEMS
    ]
    columns = ["kommun_kod", "month", "category", "n", "kommun_namn", "population"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module")
def cells():
    return cells_of(MUNICIPALITIES)


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("LAGESBILD_ROOT", str(tmp_path))
    return project(tmp_path)


def laid_out(name, root, cells):
    return country.kommuner(root, cells) if name == "kommuner" else country.sverige(root, cells, 7)


@pytest.mark.parametrize(("name", "areas"), [("kommuner", 3), ("sverige", 7)])
def test_a_country_passes_the_check_with_every_row_used_and_every_area_a_district(
    root, cells, name, areas
):
    city = laid_out(name, root, cells)
    assert city.problems() == [] and city.strays == []
    assert tables.build(city).rejected.empty
    assert len(districts(city)) == areas


def test_whole_years_are_added_up_and_no_others(cells):
    rows = country.yearly(cells).set_index(["area_id", "year", "item"])["count"]
    assert set(rows.index.get_level_values("year")) == {2024, 2025}
    a_year = sum(range(1, 13))
    assert rows["kommun:1440", 2024, "fraud"] == a_year
    assert rows["kommun:1440", 2024, "total"] == 8 * a_year
    assert rows["land:00", 2025, "total"] == 3 * 8 * a_year


def test_municipalities_that_are_typed_alike_are_told_apart_by_their_counties(root, cells):
    assert districts(country.kommuner(root, cells)) == {
        "habo-uppsala-lan-polisens-notiser": "kommun:0305",
        "habo-jonkopings-lan-polisens-notiser": "kommun:0643",
        "ale-polisens-notiser": "kommun:1440",
    }


def test_a_quarter_that_the_cells_cover_keeps_its_totals_and_others_are_drawn(cells):
    rows = country.events(country.places_of(cells, 7), cells, seed=3)
    quarter = pd.to_datetime(rows.occurred).dt.to_period("Q").astype(str)
    kommun = rows.area_id.str[7:11]
    counted = rows.groupby([kommun, quarter, rows["item"]]).size()
    assert counted["1440", "2024Q1", "fraud"] == 1 + 2 + 3
    assert counted["0305", "2025Q4", "other"] == 10 + 11 + 12
    assert counted.xs("2016Q1", level=1).nunique() > 3
    assert set(quarter) == {str(one) for one in country.QUARTERS}


def test_the_same_seed_gives_the_same_events_and_another_seed_others(cells):
    places = country.places_of(cells, 7)
    first, again, other = (country.events(places, cells, seed) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_the_whole_country_has_its_real_number_of_areas_and_goteborg_its_own():
    names = pd.read_csv(scaffold.MUNICIPALITIES, dtype=str).set_index("code").name
    places = country.places_of(cells_of(names, MONTHS[:1]), country.AREAS)
    many = places.kommun_kod.value_counts()
    assert (len(places), many["1480"], len(many)) == (3_363, 147, 290)
    assert places.area_id.is_unique and many.min() >= 1


def test_notices_are_called_notices_wherever_a_source_is_named(root, cells):
    city = country.kommuner(root, cells)
    (source,) = city.sources.values()
    assert "inte anmälda brott" in source.title and not city.made_up
    assert all("not reported crimes" in terms for terms in city.terms("en").values())
    assert "notiser" in city.name and "notiser" in city.settings["cityName"]


@pytest.mark.parametrize(
    ("name", "period", "area"),
    [("kommuner", "2025", "ale-polisens-notiser"), ("sverige", "2025Q4", "ale-1")],
)
def test_a_page_on_one_area_is_made_with_all_that_it_builds_on(root, cells, name, period, area):
    city = laid_out(name, root, cells)
    jobs = plan(city.name, period, ["district"], [area], ["sv"])
    assert [outcome.error for outcome in reports.run(jobs, workers=1)] == [""] * 4
    page = (city.reports / period / f"6_district_report-{area}.sv.html").read_text("utf-8")
    assert ("Påhittade" in page) == (name == "sverige")
    assert ("(polisens notiser) 2025</h1>" in page) == (name == "kommuner")

"""A point belongs to one area, the same each time, or to none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SHARED

geopandas = pytest.importorskip("geopandas", reason="the extra geo is not installed")
import shapely  # noqa: E402

from analysis.data.formats.boundaries import read_boundaries  # noqa: E402
from analysis.data.formats.known import receive  # noqa: E402
from analysis.data.formats.mapping import Reading  # noqa: E402
from analysis.data.tables import accept  # noqa: E402
from analysis.data.where import area_of, interior_points, nested  # noqa: E402
from analysis.words.questions import WrongQuestion  # noqa: E402

AREAS = SHARED / "data" / "geo_goteborg"
LEVELS = {
    "primaromrade": "primaromraden",
    "mellanomrade": "mellanomraden",
    "stadsomrade": "stadsomraden",
}
needs_data = pytest.mark.skipif(not AREAS.exists(), reason="the shared data are not here")


def grid(size=3, order=1):
    """Squares of ten metres, numbered row by row from the south west."""
    places = [(column, row) for row in range(size) for column in range(size)][::order]
    return geopandas.GeoDataFrame(
        {"area_id": [f"ruta:{row}{column}" for column, row in places]},
        geometry=[shapely.box(10 * c, 10 * r, 10 * c + 10, 10 * r + 10) for c, r in places],
        crs="EPSG:3006",
    )


def points(*pairs) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["easting", "northing"])


@given(
    st.lists(st.tuples(st.integers(-5, 35), st.integers(-5, 35)), max_size=30),
    st.sampled_from([1, -1]),
)
def test_a_point_lies_in_the_square_that_arithmetic_says(pairs, order):
    """On a border the smaller number wins: the square to the south, then to the west."""

    def square(x, y):
        if not (0 <= x <= 30 and 0 <= y <= 30):
            return ""
        return f"ruta:{max(-(-y // 10) - 1, 0)}{max(-(-x // 10) - 1, 0)}"

    got = area_of(points(*pairs), grid(order=order))
    assert got.tolist() == [square(x, y) for x, y in pairs]


def test_what_has_no_coordinates_is_in_no_area_and_keeps_its_place():
    rows = points((5, 5), (None, None), (np.nan, 5), (25, 5)).astype("Float64")
    rows.index = [7, 3, 9, 1]
    got = area_of(rows, grid())
    assert got.to_dict() == {7: "ruta:00", 3: "", 9: "", 1: "ruta:02"}


def test_no_points_give_no_areas():
    assert area_of(points(), grid()).tolist() == []


def test_a_hole_belongs_to_the_area_that_fills_it():
    ring = shapely.box(0, 0, 30, 30) - shapely.box(10, 10, 20, 20)
    two = geopandas.GeoDataFrame(
        {"area_id": ["a:1", "a:2"]}, geometry=[ring, shapely.box(10, 10, 20, 20)]
    )
    assert area_of(points((5, 5), (15, 15)), two).tolist() == ["a:1", "a:2"]


def test_an_area_that_lies_elsewhere_than_its_register_says_is_found():
    halves = geopandas.GeoDataFrame(
        {"area_id": ["halv:s", "halv:n"]},
        geometry=[shapely.box(0, 0, 20, 10), shapely.box(0, 10, 20, 20)],
    )
    said = pd.Series({"ruta:00": "halv:s", "ruta:01": "halv:s", "ruta:10": "halv:s"})
    got = nested(interior_points(grid(2)), halves, said).set_index("area_id")
    assert got.right.to_dict() == {
        "ruta:00": True,
        "ruta:01": True,
        "ruta:10": False,
        "ruta:11": False,
    }
    assert got.loc["ruta:10", ["said", "found"]].tolist() == ["halv:s", "halv:n"]
    assert got.loc["ruta:11", ["said", "found"]].tolist() == ["", "halv:n"]


@pytest.fixture(scope="module")
def blocks():
    file = AREAS / "goteborg_areas_sweref99tm.gpkg"
    return interior_points(read_boundaries(file, "omrade_kod", "basomrade:", layer="basomraden"))


@needs_data
@pytest.mark.parametrize("level", LEVELS)
def test_every_basomrade_lies_in_the_areas_that_it_is_part_of(blocks, level):
    """1,024 of 1,025 have parents on record and lie in them; 30516 has none on record.

    That one lies where its own number says: in 305, and in what 305 is part of.
    """
    register = pd.read_csv(AREAS / "area_hierarchy_basomraden.csv", dtype=str).dropna(
        subset="primaromrade_kod"
    )
    large = read_boundaries(
        AREAS / "goteborg_areas_sweref99tm.gpkg", "omrade_kod", f"{level}:", layer=LEVELS[level]
    )
    parents = register.set_index("basomrade:" + register.omrade_kod)[f"{level}_kod"]
    got = nested(blocks, large, f"{level}:" + parents)
    assert (len(got), got.right.sum()) == (1_025, 1_024)
    (alone,) = got[~got.right].itertuples()
    above = pd.read_csv(AREAS / "area_hierarchy_primaromraden.csv", dtype=str).set_index(
        "omrade_kod"
    )
    expected = "305" if level == "primaromrade" else above.loc["305", f"{level}_kod"]
    assert (alone.area_id, alone.said, alone.found) == (
        "basomrade:30516",
        "",
        f"{level}:{expected}",
    )


@pytest.fixture
def city_with_points(tmp_path):
    """A folder with four squares and a file of points, one outside and one without a place."""
    squares = grid(2).to_crs("EPSG:3006").translate(500_000, 6_400_000)
    named = geopandas.GeoDataFrame({"kod": ["a", "b", "c", "d"]}, geometry=squares)
    named.to_file(tmp_path / "rutor.geojson", driver="GeoJSON")
    rows = "id,easting,northing\n1,500005,6400005\n2,500015,6400015\n3,600000,6400005\n4,,\n"
    (tmp_path / "events.csv").write_text(rows, "utf-8")
    return tmp_path


def test_a_file_of_points_gets_its_areas_and_what_lies_nowhere_is_told(city_with_points):
    where = {"boundaries": "rutor.geojson", "id_column": "kod", "prefix": "ruta:"}
    found = receive([city_with_points / "events.csv"], Reading(located=where))
    assert found.rows[["id", "area_id"]].to_numpy().tolist() == [["1", "ruta:a"], ["2", "ruta:d"]]
    assert found.rejected.to_numpy().tolist() == [
        [4, "the point lies in no area"], [5, "no coordinates"],
    ]  # fmt: skip
    assert found.rows_in == 4


def test_what_has_no_coordinates_can_be_kept_for_the_whole_city(city_with_points):
    where = {"boundaries": "rutor.geojson", "id_column": "kod", "unplaced": "kommun:1"}
    found = receive([city_with_points / "events.csv"], Reading(located=where))
    assert found.rows[["id", "area_id"]].to_numpy().tolist() == [
        ["1", "a"], ["2", "d"], ["4", "kommun:1"],
    ]  # fmt: skip
    assert found.rejected.to_numpy().tolist() == [[4, "the point lies in no area"]]


def test_coordinates_are_read_as_numbers_are_written_and_to_the_metre(city_with_points):
    rows = "id;easting;northing\n1;500005,3;6400004,6\n2;500 015;6 400 015\n3;x;6400005\n"
    (city_with_points / "events.csv").write_text(rows, "utf-8")
    where = {"boundaries": "rutor.geojson", "id_column": "kod", "unplaced": "kommun:1"}
    found = receive([city_with_points / "events.csv"], Reading(located=where))
    assert found.rows[["id", "easting", "northing", "area_id"]].to_numpy().tolist() == [
        ["1", "500005", "6400005", "a"], ["2", "500015", "6400015", "d"],
    ]  # fmt: skip
    assert found.rejected.reason.tolist() == ["easting or northing is not a number"]


def test_a_fetched_file_finds_its_borders_in_the_folder_above(city_with_points):
    (city_with_points / "fetched").mkdir()
    moved = (city_with_points / "events.csv").rename(city_with_points / "fetched" / "events.csv")
    where = {"boundaries": "rutor.geojson", "id_column": "kod"}
    assert len(receive([moved], Reading(located=where)).rows) == 2


def test_boundaries_are_a_table_of_corners(city_with_points):
    options = {"id_column": "kod", "prefix": "ruta:", "tolerance": 1}
    reading = Reading(format="boundaries", options=options)
    found = receive([city_with_points / "rutor.geojson"], reading)
    used, rejected = accept("outlines", found.rows.assign(resource="outlines"))
    assert rejected.empty
    assert used.groupby("area_id").size().to_dict() == {f"ruta:{one}": 5 for one in "abcd"}
    assert used.label_x.iloc[0] == pytest.approx(500_005, abs=1)


def test_an_option_that_boundaries_do_not_have_is_answered_with_the_nearest(city_with_points):
    reading = Reading(format="boundaries", options={"id_colum": "kod"})
    with pytest.raises(WrongQuestion, match="did you mean 'id_column'"):
        receive([city_with_points / "rutor.geojson"], reading)

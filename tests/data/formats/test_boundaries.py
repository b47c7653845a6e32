"""Borders land in Sweden, whole, one an area; and simplified ones still meet."""

import json
import sys

import pytest

from analysis.data.formats.boundaries import outlines, read_boundaries
from analysis.words.questions import WrongQuestion
from tests.conftest import SHARED

geopandas = pytest.importorskip("geopandas", reason="the extra geo is not installed")
import shapely  # noqa: E402

AREAS = SHARED / "data" / "geo_goteborg"
needs_data = pytest.mark.skipif(not AREAS.exists(), reason="the shared data are not here")
WEST, SOUTH = 500_000, 6_400_000


def square(column, row, wide=1_000):
    west, south = WEST + wide * column, SOUTH + wide * row
    return shapely.box(west, south, west + wide, south + wide)


def geojson(folder, shapes: list[tuple], crs=None):
    """A file as an agency sends it: metres, with or without a word on the system."""
    features = [
        {"type": "Feature", "properties": {"kod": kod}, "geometry": json.loads(shapely.to_geojson(shape))}
        for kod, shape in shapes
    ]  # fmt: skip
    content = {"type": "FeatureCollection", "features": features}
    if crs:
        content["crs"] = {"type": "name", "properties": {"name": crs}}
    file = folder / "omraden.geojson"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def geopackage(folder, **layers):
    for layer, shapes in layers.items():
        rows = geopandas.GeoDataFrame(
            {"kod": [kod for kod, _ in shapes]}, geometry=[s for _, s in shapes], crs="EPSG:3006"
        )
        rows.to_file(folder / "omraden.gpkg", layer=layer)
    return folder / "omraden.gpkg"


def in_system(shape, crs):
    return geopandas.GeoSeries([shape], crs="EPSG:3006").to_crs(crs).iloc[0]


TWO = [("2", square(1, 0)), ("1", square(0, 0))]


def test_metres_without_a_declared_system_are_taken_for_metres(tmp_path):
    got = read_boundaries(geojson(tmp_path, TWO), "kod", "ruta:")
    assert got.area_id.tolist() == ["ruta:1", "ruta:2"]
    assert got.crs.to_epsg() == 3006
    assert got.total_bounds.tolist() == [WEST, SOUTH, WEST + 2_000, SOUTH + 1_000]
    assert got.attrs == {"mended": 0, "dissolved": 0}


@pytest.mark.parametrize("declared", [None, "urn:ogc:def:crs:OGC:1.3:CRS84"])
def test_degrees_become_metres(tmp_path, declared):
    shapes = [(kod, in_system(shape, "EPSG:4326")) for kod, shape in TWO]
    got = read_boundaries(geojson(tmp_path, shapes, declared), "kod", "ruta:")
    assert got.total_bounds == pytest.approx([WEST, SOUTH, WEST + 2_000, SOUTH + 1_000], abs=0.01)


def test_a_declared_system_is_trusted(tmp_path):
    shapes = [(kod, in_system(shape, "EPSG:3007")) for kod, shape in TWO]
    got = read_boundaries(geojson(tmp_path, shapes, "urn:ogc:def:crs:EPSG::3007"), "kod", "ruta:")
    assert got.total_bounds == pytest.approx([WEST, SOUTH, WEST + 2_000, SOUTH + 1_000], abs=0.01)


def test_coordinates_that_are_not_in_sweden_ask_for_their_system(tmp_path):
    local = shapely.box(147_000, 6_400_000, 148_000, 6_401_000)
    file = geojson(tmp_path, [("1", local)])
    with pytest.raises(WrongQuestion, match=r"not in Sweden when read as EPSG:3006.*EPSG:3007"):
        read_boundaries(file, "kod", "ruta:")
    assert read_boundaries(file, "kod", "ruta:", crs="EPSG:3007").total_bounds[0] > 300_000
    turned = shapely.box(57.7, 11.9, 57.8, 12.0)
    with pytest.raises(WrongQuestion, match="not in Sweden when read as EPSG:4326"):
        read_boundaries(geojson(tmp_path, [("1", turned)]), "kod", "ruta:")


def test_of_several_layers_one_is_named(tmp_path):
    file = geopackage(tmp_path, stora=TWO, sma=[("7", square(5, 5))])
    with pytest.raises(WrongQuestion, match="has several layers; say which: stora, sma"):
        read_boundaries(file, "kod", "ruta:")
    assert read_boundaries(file, "kod", "ruta:", layer="sma").area_id.tolist() == ["ruta:7"]
    with pytest.raises(WrongQuestion, match="layer 'smal' is not known here; did you mean 'sma'"):
        read_boundaries(file, "kod", "ruta:", layer="smal")


def test_a_border_that_crosses_itself_is_mended_and_counted(tmp_path):
    bow = shapely.Polygon(
        [(WEST, SOUTH), (WEST + 1_000, SOUTH + 1_000), (WEST + 1_000, SOUTH), (WEST, SOUTH + 1_000)]
    )
    got = read_boundaries(geojson(tmp_path, [("1", bow), ("2", square(1, 0))]), "kod", "ruta:")
    assert got.attrs["mended"] == 1
    assert got.geometry.is_valid.all()
    assert got.area.tolist() == [500_000, 1_000_000]


def test_an_area_in_two_pieces_is_one_area(tmp_path):
    pieces = [*TWO, ("1", square(0, 1)), ("1", square(5, 5))]
    got = read_boundaries(geojson(tmp_path, pieces), "kod", "ruta:")
    assert got.area_id.tolist() == ["ruta:1", "ruta:2"]
    assert got.area.tolist() == [3_000_000, 1_000_000]
    assert got.attrs["dissolved"] == 2


@pytest.mark.parametrize("shape", [shapely.Polygon(), shapely.Point(WEST, SOUTH)])
def test_an_area_without_a_polygon_is_refused(tmp_path, shape):
    with pytest.raises(WrongQuestion, match="no polygon for kod 9; every area must have"):
        read_boundaries(geopackage(tmp_path, alla=[*TWO, ("9", shape)]), "kod", "ruta:")


def test_a_shape_without_an_id_and_a_column_that_is_not_there_are_refused(tmp_path):
    file = geojson(tmp_path, [*TWO, (None, square(3, 3))])
    with pytest.raises(WrongQuestion, match="1 shapes have no kod"):
        read_boundaries(file, "kod", "ruta:")
    with pytest.raises(WrongQuestion, match=r"column of omraden.geojson 'nr' .* Allowed: kod"):
        read_boundaries(file, "nr", "ruta:")


def test_a_number_for_an_id_has_no_decimals(tmp_path):
    shapes = [(1.0, square(0, 0)), (2.0, square(1, 0))]
    got = read_boundaries(geopackage(tmp_path, alla=shapes), "kod", "ruta:")
    assert got.area_id.tolist() == ["ruta:1", "ruta:2"]


def test_what_holds_no_shapes_is_refused(tmp_path):
    (tmp_path / "svar.gpkg").write_text("<ows:ExceptionReport/>")
    with pytest.raises(WrongQuestion, match="cannot be read as boundaries"):
        read_boundaries(tmp_path / "svar.gpkg", "kod", "ruta:")
    (tmp_path / "rader.csv").write_text("kod,namn\n1,a\n")
    with pytest.raises(WrongQuestion, match="has rows but no shapes"):
        read_boundaries(tmp_path / "rader.csv", "kod", "ruta:")


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "geopandas", None)
    with pytest.raises(WrongQuestion, match=r'pip install "lagesbild\[geo\]"'):
        read_boundaries(geojson(tmp_path, TWO), "kod", "ruta:")


def drawn(corners) -> dict[str, shapely.Geometry]:
    """The areas that a drawing shows, made again from its corners."""
    found = {}
    for area_id, mine in corners.groupby("area_id"):
        rings = {
            (number, hole): shapely.Polygon(ring[["x", "y"]]).buffer(0)
            for (number, hole), ring in mine.groupby(["ring", "hole"])
        }
        whole = shapely.union_all([ring for (_, hole), ring in rings.items() if hole == "no"])
        holes = shapely.union_all([ring for (_, hole), ring in rings.items() if hole == "yes"])
        found[area_id] = whole - holes
    return found


def test_neighbours_still_meet_when_their_borders_are_simplified(tmp_path):
    steps = [(WEST + 1_000 + 40 * (n % 2), SOUTH + 20 * n) for n in range(51)]
    left = shapely.Polygon([(WEST, SOUTH), *steps, (WEST, SOUTH + 1_000)])
    right = shapely.Polygon([*steps, (WEST + 2_000, SOUTH + 1_000), (WEST + 2_000, SOUTH)])
    whole = read_boundaries(geojson(tmp_path, [("1", left), ("2", right)]), "kod", "ruta:")
    corners = outlines(whole, tolerance=100)
    assert len(corners) < 20 < len(left.exterior.coords)
    one, other = drawn(corners).values()
    assert one.intersection(other).area == 0
    assert shapely.union(one, other).area == pytest.approx(2_000_000)


def test_a_hole_is_told_from_an_island_and_the_label_lies_inside(tmp_path):
    ring = square(0, 0, 3_000) - square(1, 1)
    island, skerry = square(5, 5), square(100, 100, 90)
    whole = read_boundaries(
        geojson(tmp_path, [("1", ring), ("1", island), ("1", skerry), ("2", square(1, 1))]),
        "kod", "ruta:",
    )  # fmt: skip
    corners = outlines(whole, tolerance=100)
    rings = corners.drop_duplicates(["area_id", "ring"])
    assert sorted(zip(rings.area_id, rings.hole, strict=True)) == [
        ("ruta:1", "no"), ("ruta:1", "no"), ("ruta:1", "yes"), ("ruta:2", "no"),
    ]  # fmt: skip
    for area_id, shape in drawn(corners).items():
        label = corners[corners.area_id == area_id].iloc[0]
        assert shape.contains(shapely.Point(label.label_x, label.label_y))


def test_the_only_part_of_an_area_is_drawn_however_small(tmp_path):
    tiny = read_boundaries(geojson(tmp_path, [*TWO, ("3", square(90, 90, 20))]), "kod", "ruta:")
    assert set(outlines(tiny, tolerance=100).area_id) == {"ruta:1", "ruta:2", "ruta:3"}


def test_outlines_are_plain_columns(tmp_path):
    corners = outlines(read_boundaries(geojson(tmp_path, TWO), "kod", "ruta:"), tolerance=10)
    assert list(corners) == ["area_id", "ring", "hole", "x", "y", "label_x", "label_y"]
    assert set(corners.dtypes.astype(str)) == {"str", "int64"}


@needs_data
@pytest.mark.parametrize(("layer", "areas"), [("mellanomraden", 36), ("primaromraden", 96)])
def test_real_borders_are_whole_and_meet_when_simplified(layer, areas):
    file = AREAS / "goteborg_areas_sweref99tm.gpkg"
    whole = read_boundaries(file, "omrade_kod", "omrade:", layer=layer)
    assert (len(whole), whole.attrs) == (areas, {"mended": 0, "dissolved": 0})
    shapes = drawn(outlines(whole, tolerance=100))
    assert len(shapes) == areas
    assert sum(shape.area for shape in shapes.values()) == pytest.approx(
        shapely.union_all(list(shapes.values())).area, rel=1e-4
    )
    assert sum(shape.area for shape in shapes.values()) == pytest.approx(whole.area.sum(), rel=0.02)


@needs_data
def test_a_real_file_in_degrees_lands_on_the_one_in_metres():
    degrees = read_boundaries(
        AREAS / "mellanomraden_wgs84_simplified20m.geojson", "omrade_kod", "m:"
    )
    metres = read_boundaries(
        AREAS / "goteborg_areas_sweref99tm.gpkg", "omrade_kod", "m:", layer="mellanomraden"
    )
    assert degrees.area_id.tolist() == metres.area_id.tolist()
    moved = degrees.centroid.distance(metres.centroid)
    assert moved.max() < 20, "simplified to 20 m, but not moved"

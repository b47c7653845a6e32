"""The map: every area once, unknown is hatched, and no word outside its place."""

import re
from io import BytesIO
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from analysis.telling import maps, style
from analysis.telling.text import Words
from tests.conftest import SHARED

AREAS = SHARED / "data" / "geo_goteborg"
needs_data = pytest.mark.skipif(not AREAS.exists(), reason="the shared data are not here")
SV = Words("sv")


def corners(area_id, ring, hole, west, south, wide=2_000) -> pd.DataFrame:
    x = [west, west + wide, west + wide, west, west]
    y = [south, south, south + wide, south + wide, south]
    about = {"area_id": area_id, "ring": ring, "hole": hole}
    return pd.DataFrame(
        {**about, "x": x, "y": y, "label_x": west + wide // 2, "label_y": south + wide // 2}
    )


def grid(size) -> pd.DataFrame:
    return pd.concat(
        corners(f"ruta:{row}{column}", 1, "no", 500_000 + 2_000 * column, 6_400_000 + 2_000 * row)
        for row in range(size)
        for column in range(size)
    )


def drawn(size, here=None, unknown=(), name="Ruta {}"):
    outlines = grid(size)
    places = {area_id: name.format(area_id[-2:]) for area_id in outlines.area_id.unique()}
    texts = [".." if n in unknown else str(10 * n) for n in range(len(places))]
    shades = [None if n in unknown else n / len(places) for n in range(len(places))]
    return maps.outline_map(SV, outlines, places, texts, shades, here)


def svg(drawing) -> str:
    file = BytesIO()
    drawing.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    return file.getvalue().decode()


def texts(drawing) -> list[str]:
    return [text.get_text() for text in drawing.axes[0].texts]


def test_every_area_is_drawn_once():
    patches = drawn(3).axes[0].patches
    assert sorted(patch.get_gid() for patch in patches) == [
        f"ruta:{row}{column}" for row in range(3) for column in range(3)
    ]


def test_an_area_that_is_not_asked_for_is_not_drawn():
    drawing = maps.outline_map(SV, grid(3), {"ruta:00": "Ruta 00"}, ["1"], [0.5])
    assert [patch.get_gid() for patch in drawing.axes[0].patches] == ["ruta:00"]


def test_unknown_is_hatched_and_the_lowest_is_not():
    by_area = {patch.get_gid(): patch for patch in drawn(3, unknown={4}).axes[0].patches}
    assert {area for area, patch in by_area.items() if patch.get_hatch()} == {"ruta:11"}
    assert by_area["ruta:11"].get_facecolor()[3] == 0
    assert by_area["ruta:00"].get_facecolor()[3] == 1


def test_this_area_has_the_strong_edge_above_the_others():
    by_area = {patch.get_gid(): patch for patch in drawn(3, here="ruta:12").axes[0].patches}
    mine = by_area.pop("ruta:12")
    assert all(mine.get_linewidth() > 2 * other.get_linewidth() for other in by_area.values())
    assert all(mine.get_zorder() > other.get_zorder() for other in by_area.values())


def test_names_and_numbers_stand_until_there_are_too_many():
    told = texts(drawn(3))
    assert {"Ruta 00", "Ruta 22", "0", "80"} <= set(told)
    assert len(told) == 2 * 9 + 1
    assert texts(drawn(5))[:2] == ["Ruta 00", "0"]
    assert texts(drawn(6)) == ["2 km   ↑ N"]


def test_a_name_without_room_in_its_area_is_left_out_and_its_number_stays():
    told = texts(
        drawn(3, name="En stadsdel vars namn är alldeles för långt för sin ruta " * 3 + "{}")
    )
    assert told == [*[str(10 * n) for n in range(9)], "1 km   ↑ N"]


@pytest.mark.parametrize(("size", "unknown"), [(2, ()), (3, {0, 8}), (5, {3})])
def test_no_word_stands_outside_the_figure_or_on_another(size, unknown):
    drawing = drawn(size, unknown=unknown, name="Stadsdel nummer {}")
    renderer = FigureCanvasAgg(drawing).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in drawing.axes[0].texts]
    whole = drawing.bbox
    for box in boxes:
        assert whole.x0 <= box.x0 < box.x1 <= whole.x1
        assert whole.y0 <= box.y0 < box.y1 <= whole.y1
    for place, box in enumerate(boxes):
        assert not any(box.shrunk(0.9, 0.9).overlaps(other) for other in boxes[place + 1 :])


def test_a_hole_runs_the_other_way_round_whichever_way_it_came():
    outer, inner = corners("a:1", 1, "no", 0, 0, 9_000), corners("a:1", 2, "yes", 3_000, 3_000)
    for hole in (inner, inner.iloc[::-1]):
        drawing = maps.outline_map(SV, pd.concat([outer, hole]), {"a:1": "A"}, ["1"], [0.5])
        (patch,) = drawing.axes[0].patches
        first, second = (ring.vertices for ring in split(patch.get_path()))
        assert np.sign(turning(first)) == -np.sign(turning(second))


def split(path):
    starts = [*np.flatnonzero(path.codes == path.MOVETO), len(path.codes)]
    return [type(path)(path.vertices[a:b], path.codes[a:b]) for a, b in pairwise(starts)]


def turning(points):
    x, y = points.T
    return sum(x[:-1] * y[1:] - x[1:] * y[:-1])


def test_the_scale_bar_is_as_long_as_it_says_and_the_map_is_not_stretched():
    drawing = drawn(3)
    (bar,) = drawing.axes[0].lines
    assert np.ptp(bar.get_xdata()) == 1_000
    assert texts(drawing)[-1].startswith("1 km")
    origin, east, north = drawing.axes[0].transData.transform([(0, 0), (1_000, 0), (0, 1_000)])
    assert east[0] - origin[0] == pytest.approx(north[1] - origin[1])
    assert north[1] > origin[1]


def test_the_same_map_twice_is_the_same_bytes():
    style.use()
    assert svg(drawn(3, unknown={1})) == svg(drawn(3, unknown={1}))


@pytest.fixture(scope="module")
def real():
    pytest.importorskip("geopandas", reason="the extra geo is not installed")
    from analysis.data.formats.boundaries import outlines, read_boundaries

    def corners_of(layer):
        file = AREAS / "goteborg_areas_sweref99tm.gpkg"
        return outlines(read_boundaries(file, "omrade_kod", "x:", layer=layer), tolerance=100)

    return corners_of


@needs_data
@pytest.mark.parametrize(
    ("layer", "areas"), [("stadsomraden", 4), ("mellanomraden", 36), ("primaromraden", 96)]
)
def test_the_map_of_a_real_city_is_a_small_file(real, layer, areas):
    style.use()
    outlines = real(layer)
    places = {area_id: area_id for area_id in outlines.area_id.unique()}
    shades = [None, *np.linspace(0, 1, areas - 1)]
    drawing = maps.outline_map(SV, outlines, places, ["12"] * areas, shades, next(iter(places)))
    picture = svg(drawing)
    assert len(drawing.axes[0].patches) == areas
    assert len(picture) < 150_000
    assert set(re.findall(r'id="(x:\d+)"', picture)) == set(places)

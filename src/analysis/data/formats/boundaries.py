"""Where areas lie: polygons in metres, in Sweden, whole, one an area.

A file in another reference system than it says puts every event in the wrong district; here
coordinates that do not land in Sweden stop the reading, and borders that are simplified for
drawing still meet.
"""

import json
from pathlib import Path

import pandas as pd

from analysis.data.formats.received import Received
from analysis.data.formats.tables import as_text
from analysis.words.questions import WrongQuestion, one_of

METRES, DEGREES = "EPSG:3006", "EPSG:4326"
_SWEDEN = (250_000, 6_100_000, 950_000, 7_700_000)


OPTIONS = ("id_column", "prefix", "crs", "layer", "tolerance")


def read(files: list[Path], options: dict) -> Received:
    """The borders of areas as rows for the table ``outlines``, one a corner.

    ``options`` are those of :func:`read_boundaries` and the ``tolerance`` of :func:`outlines`,
    75 metres when nothing is said.
    """
    for name in options:
        one_of(f"option of boundaries {files[-1].name}", name, OPTIONS)
    told = {"prefix": "", **options}
    tolerance = float(told.pop("tolerance", 75))
    drawn = outlines(read_boundaries(files[-1], **told), tolerance)
    corner = drawn.groupby(["area_id", "ring"]).cumcount() + 1
    drawn.insert(2, "corner", corner)
    return Received(drawn.astype(str).assign(raw_line=range(1, len(drawn) + 1)))


def read_boundaries(
    file: Path, id_column: str, prefix: str, crs: str | None = None, layer: str | None = None
):
    """The polygons of areas in SWEREF 99 TM.

    Parameters
    ----------
    file
        GeoJSON, GeoPackage, or what else GDAL reads.
    id_column
        The file's column that tells areas apart.
    prefix
        Put before each: ``"stadsdel:"``.
    crs
        The reference system, ``"EPSG:3007"``, where the file says none or a wrong one.
    layer
        Which layer of a file that has several.

    Returns
    -------
    geopandas.GeoDataFrame
        ``area_id`` and ``geometry`` in EPSG:3006, sorted by ``area_id``. ``attrs`` tells how many
        shapes were ``mended`` because their borders crossed, and how many were ``dissolved``
        into another of the same area.

    Raises
    ------
    WrongQuestion
        When the file, its layer or its column cannot be read, an area has no polygon or no id,
        the coordinates do not lie in Sweden, or the library is not installed.

    Notes
    -----
    GeoJSON is WGS 84 by its standard, but Swedish agencies send metres too: a file that declares
    no system is taken to be in degrees when no coordinate is above 180, else in SWEREF 99 TM.
    """
    rows = _read(file, layer)
    one_of(f"column of {file.name}", id_column, [c for c in rows if c != rows.geometry.name])
    ids = as_text(rows[id_column]).str.strip()
    if (ids == "").any():
        raise WrongQuestion(f"{file}: {int((ids == '').sum())} shapes have no {id_column}.")
    shapes = _in_metres(file, rows.geometry, crs)
    broken = ~shapes.is_valid
    shapes[broken] = shapes[broken].make_valid(method="structure", keep_collapsed=False)
    polygons = shapes.geom_type.isin(["Polygon", "MultiPolygon"]) & ~shapes.is_empty
    if not polygons.all():
        raise WrongQuestion(
            f"{file}: no polygon for {id_column} {', '.join(ids[~polygons])}; every area must have "
            "one."
        )
    areas = shapes.to_frame("geometry").assign(area_id=prefix + ids)[["area_id", "geometry"]]
    double = areas.area_id.duplicated(keep=False)
    whole = [areas[~double], areas[double].dissolve("area_id").reset_index()]
    found = pd.concat([part for part in whole if len(part)])
    found = found.sort_values("area_id", ignore_index=True)
    found.attrs = {"mended": int(broken.sum()), "dissolved": len(areas) - len(found)}
    return found


def outlines(boundaries, tolerance: float) -> pd.DataFrame:
    """Borders as plain numbers to draw, simplified together so that neighbours still meet.

    Parameters
    ----------
    boundaries
        As :func:`read_boundaries` gives them.
    tolerance
        Metres: bends that are smaller, islands smaller than its square and holes under a square
        metre are left out; the largest part of an area is always there.

    Returns
    -------
    pandas.DataFrame
        A row a corner in drawing order: ``area_id``; ``ring``, numbered from 1 in its area;
        ``hole``, yes or no; ``x`` and ``y`` in whole metres; ``label_x`` and ``label_y``, the
        point of the area that lies farthest from its border.
    """
    import shapely

    simple = boundaries.set_index("area_id").geometry.simplify_coverage(tolerance)
    parts = simple.explode()
    largest = parts.area == parts.area.groupby(level=0).transform("max")
    circles = parts[largest].maximum_inscribed_circle(tolerance=tolerance / 10)
    labels = shapely.get_point(circles.groupby(level=0).first().to_numpy(), 0)
    at = pd.DataFrame(
        shapely.get_coordinates(labels), circles.index.unique().sort_values(), ["x", "y"]
    )
    parts = parts[largest | (parts.area >= tolerance**2)]
    rings, part = shapely.get_rings(parts.to_numpy(), return_index=True)
    hole = pd.Series(part).duplicated().to_numpy()
    seen = ~hole | (shapely.area(shapely.polygons(rings)) >= 1)
    rings, part, hole = rings[seen], part[seen], hole[seen]
    of = pd.DataFrame({"area_id": parts.index[part], "hole": hole})
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    drawn = pd.DataFrame(
        {
            "area_id": of.area_id.to_numpy()[ring],
            "ring": (of.groupby("area_id").cumcount() + 1).to_numpy()[ring],
            "hole": of.hole.map({True: "yes", False: "no"}).to_numpy()[ring],
            "x": corners[:, 0],
            "y": corners[:, 1],
        }
    )
    drawn = drawn.assign(label_x=drawn.area_id.map(at.x), label_y=drawn.area_id.map(at.y))
    metres = ["x", "y", "label_x", "label_y"]
    return drawn.assign(**drawn[metres].round().astype("int64"))


def _geopandas(file: Path):
    try:
        import geopandas
    except ImportError:
        raise WrongQuestion(
            f'{file} holds boundaries; reading them needs: pip install "lagesbild[geo]"'
        ) from None
    return geopandas


def _read(file: Path, layer: str | None):
    """The shapes of the one layer that is meant."""
    geopandas = _geopandas(file)
    from pyogrio.errors import DataSourceError

    try:
        layers = geopandas.list_layers(file).name.tolist()
        if layer is None and len(layers) > 1:
            raise WrongQuestion(f"{file} has several layers; say which: {', '.join(layers)}.")
        rows = geopandas.read_file(file, layer=one_of("layer", layer or layers[0], layers))
    except DataSourceError as problem:
        raise WrongQuestion(f"{file} cannot be read as boundaries: {problem}.") from None
    if not isinstance(rows, geopandas.GeoDataFrame):
        raise WrongQuestion(f"{file} has rows but no shapes: give a GeoPackage or GeoJSON file.")
    return rows


def _in_metres(file: Path, shapes, crs: str | None):
    """The shapes in SWEREF 99 TM, which must put them in Sweden."""
    west, _, east, _ = shapes.total_bounds
    if crs is None and not _declares(file, shapes):
        crs = DEGREES if max(abs(west), abs(east)) <= 180 else METRES
    if crs is not None:
        shapes = shapes.set_crs(crs, allow_override=True)
    told, shapes = shapes.crs.to_string(), shapes.to_crs(METRES)
    bounds = shapes.total_bounds
    low, high = bounds[:2] < _SWEDEN[:2], bounds[2:] > _SWEDEN[2:]
    if low.any() or high.any():
        raise WrongQuestion(
            f"{file}: coordinates from {west:.0f} to {east:.0f} are not in Sweden when read as "
            f"{told}. Say in which system they are: crs='EPSG:3007' (SWEREF 99 12 00), say."
        )
    return shapes


def _declares(file: Path, shapes) -> bool:
    """Whether a file says its system itself; GDAL says WGS 84 for every GeoJSON that does not."""
    if file.suffix.lower() in (".geojson", ".json"):
        return json.loads(file.read_text(encoding="utf-8-sig")).get("crs") is not None
    return shapes.crs is not None

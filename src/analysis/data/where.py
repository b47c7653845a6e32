"""In which area a point lies, by the whole border and never by one drawn for the eye.

A border that was simplified for a map moves events into the neighbour's district; a point on a
border goes to one area, the same each time, and a point in none stays in none.
"""

from pathlib import Path

import pandas as pd

from analysis.data.formats.boundaries import read_boundaries
from analysis.data.formats.received import Received, refusals
from analysis.data.numbers import number


def located(received: Received, folder: Path, where: dict[str, str]) -> Received:
    """Rows put into the area that their point lies in; those that lie in none set aside.

    Parameters
    ----------
    received
        Rows with ``easting`` and ``northing`` as text.
    folder
        Where the rows' file lies; the file of boundaries lies there or in the folder above.
    where
        ``boundaries``, the file's name, and what :func:`read_boundaries` asks of it; ``unplaced``,
        the area of rows without coordinates, the whole municipality say. Without it they are set
        aside.
    """
    asked = {"prefix": "", "unplaced": "", **where}
    places = [folder / asked["boundaries"], folder.parent / asked["boundaries"]]
    file, unplaced = next(filter(Path.exists, places), places[0]), asked["unplaced"]
    options = {key: asked[key] for key in asked.keys() - {"boundaries", "unplaced"}}
    areas = read_boundaries(file, **options)
    texts = received.rows[["easting", "northing"]].apply(lambda cells: cells.str.strip())
    points = texts.map(_metres)
    placed, unreadable = points.notna().all(axis=1), ((texts != "") & points.isna()).any(axis=1)
    found = area_of(points, areas).where(placed, unplaced)
    lost = (found == "") | unreadable
    reasons = placed.map({True: "the point lies in no area", False: "no coordinates"})
    reasons = reasons.mask(unreadable, "easting or northing is not a number")[lost]
    bad = refusals(list(zip(received.rows.raw_line[lost], reasons, strict=True)))
    metres = points.round().astype("Int64").astype("string").fillna("").astype(str)
    return Received(
        received.rows.assign(area_id=found, **metres)[~lost].reset_index(drop=True),
        pd.concat([received.rejected, bad], ignore_index=True),
        received.not_chosen,
    )


def _metres(text: str) -> float | None:
    """A coordinate, missing where there is none or it cannot be read."""
    try:
        return number(text)
    except ValueError:
        return None


def area_of(points: pd.DataFrame, boundaries) -> pd.Series:
    """The area of each point, blank where it lies in none or has no coordinates.

    Parameters
    ----------
    points
        ``easting`` and ``northing`` in EPSG:3006, metres.
    boundaries
        As ``formats.boundaries.read_boundaries`` gives them.

    Returns
    -------
    pandas.Series
        ``area_id`` on the index of ``points``. A point on a border, or where areas overlap, goes
        to the smallest ``area_id``.

    Examples
    --------
    >>> from geopandas import GeoDataFrame
    >>> from shapely import box
    >>> two = GeoDataFrame(
    ...     {"area_id": ["a:1", "a:2"]}, geometry=[box(0, 0, 9, 9), box(9, 0, 18, 9)]
    ... )
    >>> points = pd.DataFrame({"easting": [4, 9, 12, 99, None], "northing": [4, 4, 4, 4, 4]})
    >>> area_of(points, two).tolist()
    ['a:1', 'a:1', 'a:2', '', '']
    """
    import shapely

    ordered = boundaries.sort_values("area_id")
    tree = shapely.STRtree(ordered.geometry.to_numpy())
    spots = shapely.points(points[["easting", "northing"]].to_numpy(dtype=float, na_value=None))
    point, area = tree.query(spots, predicate="intersects")
    first = pd.Series(area).groupby(point).min()
    found = ordered.area_id.iloc[first].set_axis(points.index[first.index])
    return found.reindex(points.index, fill_value="").rename("area_id")


def interior_points(boundaries) -> pd.DataFrame:
    """One point surely inside each area: ``area_id``, ``easting``, ``northing``."""
    inside = boundaries.geometry.representative_point()
    return pd.DataFrame({"area_id": boundaries.area_id, "easting": inside.x, "northing": inside.y})


def nested(points: pd.DataFrame, boundaries, parents: pd.Series) -> pd.DataFrame:
    """Whether areas lie in the areas that the register says they are part of.

    Parameters
    ----------
    points
        A point in each small area: ``area_id``, ``easting``, ``northing``.
    boundaries
        Of the large areas.
    parents
        Small ``area_id``: the large area that it is said to be part of.

    Returns
    -------
    pandas.DataFrame
        A row a small area: ``area_id``, ``said``, ``found`` (blank in none), ``right``.
    """
    said = points.area_id.map(parents).fillna("")
    found = area_of(points, boundaries)
    return pd.DataFrame(
        {"area_id": points.area_id, "said": said, "found": found, "right": said == found}
    )

"""A map of real borders, one shade a number, honest where there is none.

An area without a number is hatched, never pale; a name that has no room in its own area is left
to the table beside, never printed over a neighbour.
"""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from analysis.telling import style
from analysis.telling.text import Words

MOST_LABELS = 25
HIGHEST = 6.6
_NUMBER, _NAME = 10, 8.5
Box = tuple[float, float, float, float]
_RAMP = LinearSegmentedColormap.from_list("shade", ["#eef3f8", "#7fa3c7"])


def outline_map(
    words: Words,
    outlines: pd.DataFrame,
    places: dict[str, str],
    texts: list[str],
    shades: list[float | None],
    here: str | None = None,
) -> Figure:
    """Every area in its own borders, north up, shaded by ``shades`` (0 to 1, None unknown).

    Parameters
    ----------
    words
        The reader's language.
    outlines
        As ``formats.boundaries.outlines`` gives them: ``area_id``, ``ring``, ``hole``, ``x``,
        ``y``, ``label_x``, ``label_y``, in metres.
    places
        The areas that are drawn, ``area_id``: name. With more than 25 neither names nor numbers
        are printed; with fewer a name is, where it has room inside its area.
    texts, shades
        One an area, in the order of ``places``.
    here
        The ``area_id`` that is pointed out.
    """
    drawn = outlines[outlines.area_id.isin(places)]
    west, east, south, north = drawn.x.min(), drawn.x.max(), drawn.y.min(), drawn.y.max()
    inches = min(style.WIDTH / (east - west), HIGHEST / (north - south))
    below = 0.4 / inches
    size = ((east - west) * inches, (north - south + below) * inches)
    drawing = Figure(figsize=size)
    panel = drawing.add_axes((0, 0, 1, 1))
    panel.set(xlim=(west, east), ylim=(south - below, north), aspect="equal")
    panel.set_axis_off()
    outline = {area_id: _outline(corners) for area_id, corners in drawn.groupby("area_id")}
    labelled = len(places) <= MOST_LABELS
    thin, strong = (0.7, 2.2) if labelled else (0.5, 1.6)
    for area_id, shade in zip(places, shades, strict=True):
        chosen = area_id == here
        panel.add_patch(
            PathPatch(
                outline[area_id], gid=area_id, clip_on=False,
                facecolor="none" if shade is None else _RAMP(shade),
                hatch="///" if shade is None else None, joinstyle="round",
                edgecolor=style.INK if chosen else style.FAINT,
                lw=strong if chosen else thin, zorder=2 if chosen else 1,
            )
        )  # fmt: skip
    if labelled:
        at = drawn.drop_duplicates("area_id").set_index("area_id")[["label_x", "label_y"]]
        known = [shade is not None for shade in shades]
        told = list(zip(places, places.values(), texts, known, strict=True))
        _labels(panel, outline, at, told, inches * 72)
    _scale_bar(words, panel, west, south - below * 0.7, east - west)
    return drawing


def _outline(corners: pd.DataFrame) -> Path:
    """The rings of one area as one path; holes run the other way round, so that they stay empty."""
    rings = []
    for _, ring in corners.groupby("ring"):
        points = ring[["x", "y"]].to_numpy(dtype=float)
        if _turns_left(points) == (ring.hole.iloc[0] == "yes"):
            points = points[::-1]
        codes = [Path.MOVETO, *[Path.LINETO] * (len(points) - 2), Path.CLOSEPOLY]
        rings.append(Path(points, codes))
    return Path.make_compound_path(*rings)


def _turns_left(points: np.ndarray) -> bool:
    x, y = (points - points[0]).T
    return bool((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() > 0)


def _labels(
    panel: Axes,
    outline: dict[str, Path],
    at: pd.DataFrame,
    told: list[tuple[str, str, str, bool]],
    scale: float,
) -> None:
    """Each number in its area, under the area's name where both have room there.

    ``told`` is area, name, number and whether it is known; ``scale`` is points a metre.
    """
    taken = {area_id: _box(at.loc[area_id], "", text, scale) for area_id, _, text, _ in told}
    for area_id, name, text, known in told:
        wrapped = fill(name, len(name) // 2 + 3, break_long_words=False)
        for lines in (name, wrapped):
            box = _box(at.loc[area_id], lines, text, scale)
            apart = not any(_meet(box, taken[other]) for other in taken if other != area_id)
            if apart and outline[area_id].contains_points(_corners(box, 0.8)).all():
                taken[area_id] = box
                _write(panel, box, lines, "top", known, fontsize=_NAME, linespacing=1)
                break
        _write(panel, taken[area_id], text, "bottom", known, fontsize=_NUMBER, weight="bold")


def _write(panel: Axes, box: Box, text: str, where: str, known: bool, **how) -> None:
    """A text at the top or bottom of its room, on white where the area is hatched."""
    left, right, bottom, top = box
    white = None if known else {"facecolor": "white", "edgecolor": "none", "pad": 1}
    y = top if where == "top" else bottom
    panel.text((left + right) / 2, y, text, ha="center", va=where, bbox=white, **how)


def _box(at: pd.Series, name: str, number: str, scale: float) -> Box:
    """The room of a name above its number, about an area's own point."""
    names = name.split("\n")
    wide = 0.3 * max(_NUMBER * len(number), _NAME * max(map(len, names))) / scale
    high = 0.6 * (_NUMBER + _NAME * len(names) * bool(name)) / scale
    return at.label_x - wide, at.label_x + wide, at.label_y - high, at.label_y + high


def _corners(box: Box, part: float) -> np.ndarray:
    """The corners of that part of a room that lies in its middle."""
    left, right, bottom, top = box
    corners = np.array([(left, bottom), (left, top), (right, bottom), (right, top)])
    middle = corners.mean(axis=0)
    return middle + part * (corners - middle)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _scale_bar(words: Words, panel: Axes, west: float, y: float, width: float) -> None:
    """A length that is easy to think of, about a fifth of the map, and which way is north."""
    size = 10 ** np.floor(np.log10(width / 4))
    length = max(part * size for part in (1, 2, 5) if part * size <= width / 4)
    told = f"{words.number(length / 1000)} km" if length >= 1000 else f"{words.number(length)} m"
    left = west + width * 0.01
    panel.plot([left, left + length], [y, y], color=style.INK, lw=2, solid_capstyle="butt")
    panel.text(left + length + width * 0.01, y, f"{told}   ↑ N", va="center", fontsize=9)

"""One function a figure: Estimates in, drawing out, nothing computed but places on paper.

Intervals are drawn wherever there are any; an unknown value leaves a gap that is
seen, never a zero.
"""

from textwrap import fill

import numpy as np
import seaborn as sns
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.measurement.comparison import Series
from analysis.telling import style
from analysis.telling.sentences import clear
from analysis.telling.text import Words
from analysis.words.estimates import Estimate


def development(
    words: Words, series: list[Series], usual: list[Estimate], columns: int = 2
) -> Figure:
    """Counts year by year, one panel a series, with the usual range of the last year."""
    rows = -(-len(series) // columns)
    drawing = Figure(figsize=(style.WIDTH, 1.9 * rows + 0.3), layout="constrained")
    panels = np.atleast_1d(drawing.subplots(rows, columns, squeeze=False)).ravel()
    for panel, one, expected in zip(panels, series, usual, strict=False):
        years = [e.period.year for e in one]
        if expected.known:
            panel.fill_between(
                [years[-1] - 0.45, years[-1] + 0.45], expected.low, expected.high,
                color=style.USUAL, linewidth=0,
            )  # fmt: skip
            panel.hlines(
                expected.value, years[0], years[-1] + 0.45, color=style.FAINT, lw=0.8, ls=":"
            )
        # matplotlib leaves a gap at an unknown year; seaborn's line would bridge it
        panel.plot(years, one.values, color=style.HERE, marker="o", markeredgecolor="white")
        panel.set_title(words.name(one.estimates[-1].definition), fontsize=9)
        panel.set(ylim=(0, None), xlabel="", ylabel="")
        panel.margins(y=0.12)
        panel.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: words.number(y)))
        panel.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    for panel in panels[len(series) :]:
        panel.set_axis_off()
    return drawing


def intervals(
    words: Words,
    labels: list[str],
    estimates: list[Estimate],
    null: float | None,
    axis: str,
    as_change: bool = True,
) -> Figure:
    """Estimates with intervals, one a line, against the value of no difference."""
    height = 0.27 * len(labels) + 0.9
    drawing = Figure(figsize=(style.WIDTH, height), layout="constrained")
    panel = drawing.subplots()
    for place, estimate in enumerate(estimates):
        if not estimate.known:
            panel.text(null or 0, place, " ..", va="center", color=style.FAINT)
            continue
        tone = style.HERE
        if null is not None:
            tone = style.colour(clear(estimate, null), estimate.value > null)
        panel.plot([estimate.low, estimate.high], [place, place], color=tone, lw=2)
        panel.plot(
            estimate.value, place, marker="o", ms=6, color=tone,
            markerfacecolor="white" if tone == style.OTHERS else tone,
        )  # fmt: skip
    if null is not None:
        panel.axvline(null, color=style.FAINT, lw=0.9)
    panel.set_yticks(range(len(labels)), labels)
    panel.invert_yaxis()
    panel.set_xlabel(axis)
    panel.grid(axis="x")
    if as_change:
        low, high = panel.get_xlim()
        decimals = 0 if high - low > 0.25 else 1
        panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: words.change(x, decimals)))
    else:
        panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: words.number(x)))
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)
    return drawing


def tiles(
    words: Words,
    places: list[tuple[str, tuple[int, int]]],
    texts: list[str],
    shades: list[float | None],
    here: str | None = None,
) -> Figure:
    """One square an area where it lies, shaded by ``shades`` (0 to 1, None unknown)."""
    columns = max(tile[0] for _, tile in places) + 1
    rows = max(tile[1] for _, tile in places) + 1
    drawing = Figure(figsize=(style.WIDTH, 1.25 * rows), layout="constrained")
    panel = drawing.subplots()
    ramp = LinearSegmentedColormap.from_list("shade", ["#eef3f8", "#7fa3c7"])
    for (name, (column, row)), text, shade in zip(places, texts, shades, strict=True):
        face = "none" if shade is None else ramp(shade)
        edge, wide = (style.INK, 2.2) if name == here else (style.FAINT, 0.7)
        panel.add_patch(
            Rectangle((column + 0.03, row + 0.03), 0.94, 0.94, facecolor=face, edgecolor=edge,
                      lw=wide, hatch="///" if shade is None else None)
        )  # fmt: skip
        panel.text(column + 0.5, row + 0.36, _wrapped(name), ha="center", va="center", fontsize=8.5)
        panel.text(
            column + 0.5, row + 0.74, text, ha="center", va="center", fontsize=10, weight="bold"
        )
    panel.set(xlim=(0, columns), ylim=(rows, 0))
    panel.set_axis_off()
    return drawing


def _wrapped(name: str) -> str:
    if len(name) < 14:
        return name
    cut = name.find("-", len(name) // 2 - 4) + 1 or name.find(" ") + 1
    return name[:cut].rstrip() + "\n" + name[cut:]


PALE = 0.35


def departures(words: Words, grid: dict[tuple[str, str], Estimate], survivors: set) -> Figure:
    """Areas by kinds of crime: how far each lies from its usual; survivors of the screen framed.

    ``grid`` is keyed by the area's name and the item, as is ``survivors``.
    """
    areas = list(dict.fromkeys(area for area, _ in grid))
    items = list(dict.fromkeys(item for _, item in grid))
    values = np.array([[_percent(grid.get((area, item))) for area in areas] for item in items])
    drawing = Figure(figsize=(style.WIDTH + 0.6, 0.31 * len(items) + 1.9), layout="constrained")
    panel = drawing.subplots()
    strong_cell = np.array([[(area, item) in survivors for area in areas] for item in items])
    shown = np.clip(values, -100, 100) * np.where(strong_cell, 1.0, PALE)
    sns.heatmap(
        shown, ax=panel, vmin=-100, vmax=100, cbar=False, linewidths=1,
        linecolor="white",
        cmap=LinearSegmentedColormap.from_list("departure", style.DIVERGING),
        xticklabels=areas,
        yticklabels=[words.name(item) for item in items],
    )  # fmt: skip
    for y in range(len(items)):
        for x in range(len(areas)):
            text = ".." if np.isnan(values[y, x]) else words.number(values[y, x])
            strong = strong_cell[y, x]
            dark = abs(shown[y, x]) > 75
            panel.text(
                x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=8,
                weight="bold" if strong else "normal", color="white" if dark else style.INK,
            )  # fmt: skip
            if strong:
                panel.add_patch(
                    Rectangle((x + 0.04, y + 0.06), 0.92, 0.88, fill=False, ec=style.INK, lw=2)
                )
    panel.xaxis.tick_top()
    panel.tick_params(length=0)
    panel.set_xticklabels(panel.get_xticklabels(), rotation=40, ha="left")
    return drawing


def _percent(estimate: Estimate | None) -> float:
    return np.nan if estimate is None or not estimate.known else 100 * (estimate.value - 1)


def contributions(words: Words, labels: list[str], parts: list[Estimate]) -> Figure:
    """How many crimes each kind added to the change of the total."""
    drawing = Figure(figsize=(style.WIDTH, 0.27 * len(parts) + 0.9), layout="constrained")
    panel = drawing.subplots()
    changes = [part.n for part in parts]
    tones = [style.MORE if change > 0 else style.LESS for change in changes]
    panel.barh(range(len(parts)), changes, color=tones, height=0.66)
    panel.axvline(0, color=style.FAINT, lw=0.9)
    panel.set_yticks(range(len(parts)), labels)
    panel.invert_yaxis()
    panel.set_xlabel(words("figure.crimes_more_or_fewer"))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: words.number(x)))
    panel.grid(axis="x")
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)
    return drawing


def funnel(
    words: Words,
    labels: list[str],
    rates: list[Estimate],
    limits: list[Estimate],
    exposures: list[float],
) -> Figure:
    """Rates by size of area, with the limits within which areas commonly differ."""
    drawing = Figure(figsize=(style.WIDTH, 3.6), layout="constrained")
    panel = drawing.subplots()
    order = np.argsort(exposures)
    people = np.array(exposures)[order]
    for side in ("low", "high"):
        panel.plot(
            people, [getattr(limits[i], side) for i in order], color=style.FAINT, lw=1, ls="--"
        )
    panel.axhline(limits[0].value, color=style.FAINT, lw=0.9)
    top = max(rate.value for rate in rates)
    lines = _apart([rate.value for rate in rates], top * 0.055)
    for label, rate, limit, size, line in zip(labels, rates, limits, exposures, lines, strict=True):
        outside = not limit.low <= rate.value <= limit.high
        panel.plot(size, rate.value, "o", color=style.colour(outside, rate.value > limit.value))
        panel.annotate(label, (size, rate.value), (size + 350, line), fontsize=8, va="center")
    panel.set(ylim=(0, None), xlabel=words("figure.inhabitants"), ylabel=words("figure.per_1000"))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: words.number(x)))
    panel.margins(x=0.14)
    return drawing


def _apart(values: list[float], least: float) -> list[float]:
    """Heights for labels: each at its value, moved up as far as the one below demands."""
    heights, floor = dict.fromkeys(range(len(values)), 0.0), -np.inf
    for place in np.argsort(values):
        floor = max(values[place], floor + least)
        heights[int(place)] = floor
    return list(heights.values())


def coverage(words: Words, years: list[int], shares: list[float]) -> Figure:
    """The share of the city's reported crimes that the districts hold."""
    drawing = Figure(figsize=(style.WIDTH, 2.3), layout="constrained")
    panel = drawing.subplots()
    sns.lineplot(x=years, y=shares, ax=panel, marker="o", color=style.HERE, errorbar=None)
    panel.set(ylim=(0.8, 1.0), xlabel="", ylabel="")
    panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: words.percent(y)))
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel.grid(axis="y")
    return drawing


def availability(words: Words, grid) -> Figure:
    """What exists for which year: rows in use, one line a table and division of areas."""
    drawing = Figure(figsize=(style.WIDTH, 0.3 * len(grid) + 0.9), layout="constrained")
    panel = drawing.subplots()
    sns.heatmap(
        (grid > 0).astype(float), ax=panel, cbar=False, linewidths=1, linecolor="white",
        vmin=0, vmax=1, cmap=LinearSegmentedColormap.from_list("has", ["#eef1f4", style.HERE]),
    )  # fmt: skip
    panel.set(xlabel="", ylabel="")
    panel.tick_params(length=0)
    return drawing


SHAPES = {"residents": "o", "police": "s", "district": "^"}


def voices(words: Words, labels: list[str], ratings) -> Figure:
    """How serious each voice holds each theme to be, 1 to 4; each voice has a shape of its own.

    ``ratings`` has themes as rows and voices as columns, missing where a voice said nothing.
    """
    drawing = Figure(figsize=(5.4, 0.42 * len(labels) + 1.3), layout="constrained")
    panel = drawing.subplots()
    places = np.arange(len(labels))
    for place, (low, high) in enumerate(zip(ratings.min(axis=1), ratings.max(axis=1), strict=True)):
        if high > low:
            panel.plot([low, high], [place, place], color=style.USUAL, lw=5, zorder=1)
    lift = dict(zip(ratings.columns, (-0.16, 0.0, 0.16), strict=True))
    for voice, tone in zip(ratings.columns, (style.HERE, style.MORE, style.LESS), strict=True):
        panel.plot(
            ratings[voice], places + lift[voice], linestyle="none", marker=SHAPES[voice], ms=8,
            color=tone, markeredgecolor="white", label=words(f"voices.{voice}"), zorder=2,
        )  # fmt: skip
    panel.set(xlim=(0.8, 4.2), xticks=range(1, 5))
    panel.set_xticklabels([words(f"joint.rating_{n}") for n in range(1, 5)])
    panel.set_yticks(places, [fill(label, 20) for label in labels])
    panel.invert_yaxis()
    panel.grid(axis="x")
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)
    drawing.legend(loc="outside upper left", ncols=3, frameon=False)
    return drawing


def week(words: Words, grid, strong: set[tuple[int, int]]) -> Figure:
    """Events by part of the day (rows) and weekday (columns); cells that stand out framed.

    ``grid`` is a frame of counts, missing where they are protected.
    """
    drawing = Figure(figsize=(style.WIDTH, 0.5 * len(grid) + 0.9), layout="constrained")
    panel = drawing.subplots()
    values = grid.astype(float).to_numpy(na_value=np.nan)
    ramp = LinearSegmentedColormap.from_list("many", ["#eef3f8", "#7fa3c7"])
    sns.heatmap(
        values, ax=panel, cmap=ramp, cbar=False, linewidths=1, linecolor="white", vmin=0,
        xticklabels=list(grid.columns), yticklabels=list(grid.index),
    )  # fmt: skip
    for (row, column), value in np.ndenumerate(values):
        text = words("joint.few") if np.isnan(value) else words.number(value)
        framed = (row, column) in strong
        panel.text(
            column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=9,
            weight="bold" if framed else "normal", color=style.INK,
        )  # fmt: skip
        if framed:
            place = (column + 0.04, row + 0.06)
            panel.add_patch(Rectangle(place, 0.92, 0.88, fill=False, ec=style.INK, lw=2))
    panel.xaxis.tick_top()
    panel.tick_params(length=0, axis="both")
    panel.set_yticklabels(panel.get_yticklabels(), rotation=0)
    return drawing


def year_wheel(words: Words, labels: list[str], shares, here: set[int]) -> Figure:
    """How large a part of a year each month usually has; the months reported are filled.

    ``shares`` has the columns ``share``, ``low``, ``high`` and ``even``, in per cent.
    """
    drawing = Figure(figsize=(style.WIDTH, 2.5), layout="constrained")
    panel = drawing.subplots()
    for place, row in enumerate(shares.itertuples()):
        tone = style.HERE if place in here else style.USUAL
        panel.bar(place, row.share, color=tone, width=0.72)
        panel.plot([place, place], [row.low, row.high], color=style.INK, lw=1.2)
    panel.plot(range(12), shares.even, color=style.FAINT, lw=0.9, ls=":")
    panel.set_xticks(range(len(labels)), labels)
    panel.set(ylim=(0, None), ylabel="")
    panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: words.percent(y / 100)))
    panel.tick_params(axis="x", length=0)
    return drawing


def chain(words: Words, columns: list[tuple[str, list]], edges: list[tuple], loose: set) -> Figure:
    """The chain from problem to result, a column a kind of link; loose ends have a broken edge.

    Parameters
    ----------
    words
        The reader's language.
    columns
        Heading, and the nodes of that kind as (key, text), from left to right.
    edges
        Pairs of keys that are linked.
    loose
        Keys of the nodes that miss a link.
    """
    most = max((len(nodes) for _, nodes in columns), default=1)
    drawing = Figure(figsize=(style.WIDTH + 2.4, 0.8 * most + 0.7), layout="constrained")
    panel = drawing.subplots()
    places = {}
    for x, (heading, nodes) in enumerate(columns):
        panel.text(x + 0.45, -0.35, heading, ha="center", va="center", weight="bold", fontsize=9)
        for i, (key, text) in enumerate(nodes):
            y = (i + 0.5) * most / len(nodes)
            places[key] = (x, y)
            broken = key in loose
            panel.add_patch(
                Rectangle((x, y - 0.36), 0.9, 0.72, facecolor="#f4f7fa",
                          edgecolor=style.MORE if broken else style.FAINT,
                          lw=1.6 if broken else 0.8, ls="--" if broken else "-")
            )  # fmt: skip
            panel.text(x + 0.45, y, text, ha="center", va="center", fontsize=8)
    for start, end in edges:
        (x0, y0), (x1, y1) = places[start], places[end]
        panel.plot([x0 + 0.9, x1], [y0, y1], color=style.FAINT, lw=0.9)
    panel.set(xlim=(-0.05, len(columns)), ylim=(most + 0.05, -0.6))
    panel.set_axis_off()
    return drawing

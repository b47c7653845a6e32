"""Figures of causes and effects: what was assumed stands in the drawing, beside what was seen.

A graph shows every rival that was named, not only those that could be taken away; a curve is
drawn with the one that would have been without the measure and its interval.
"""

from textwrap import wrap

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.telling import style
from analysis.telling.text import Words

WIDE, HIGH = 1.5, 0.78
ARROW = {"arrowstyle": "-|>", "lw": 1.1, "shrinkA": 1, "shrinkB": 2, "mutation_scale": 11}
_ENDS = {
    "mechanism": [("rival", "outcome")],
    "confounder": [("rival", "cause"), ("rival", "outcome")],
    "reverse": [("outcome", "rival"), ("rival", "cause")],
    "recording": [("rival", "outcome")],
    "chance": [("rival", "outcome")],
}


def causal_graph(cause: str, outcome: str, rivals: list[tuple[str, str, bool]]) -> Figure:
    """The claimed cause, the outcome, and every rival with the way it could act.

    Parameters
    ----------
    cause, outcome
        What is claimed to have caused what.
    rivals
        Text, kind (mechanism, confounder, reverse, recording or chance) and whether it was
        adjusted for; one that was not has a broken edge.
    """
    middle, most = (len(rivals) + 1) // 2, len(rivals) + 1
    drawing = Figure(figsize=(style.WIDTH + 1.6, 0.86 * most + 0.2), layout="constrained")
    panel = drawing.subplots()
    rows = [y for y in range(most) if y != middle]
    places = {"cause": (0.0, middle), "outcome": (5.0, middle)}
    _arrow(panel, places["cause"], places["outcome"], style.HERE, "-")
    for y, (text, kind, adjusted) in zip(rows, rivals, strict=True):
        here = places | {"rival": (2.5, y)}
        tone, line = (style.FAINT, "-") if adjusted else (style.MORE, "--")
        for start, end in _ENDS[kind]:
            _arrow(panel, here[start], here[end], tone, line)
        _box(panel, here["rival"], text, tone, line)
    for key, text in (("cause", cause), ("outcome", outcome)):
        _box(panel, places[key], text, style.HERE, "-")
    panel.set(xlim=(-0.9, 5.9), ylim=(most - 0.4, -0.6))
    panel.set_axis_off()
    return drawing


def _box(panel, place: tuple[float, float], text: str, edge: str, line: str) -> None:
    x, y = place
    wide = WIDE if x in (0.0, 5.0) else 2.5
    panel.add_patch(
        Rectangle((x - wide / 2, y - HIGH / 2), wide, HIGH, facecolor="#f4f7fa", edgecolor=edge,
                  lw=1.3, ls=line, zorder=3)
    )  # fmt: skip
    lines = wrap(text, 22 if wide == WIDE else 42)[:4]
    panel.text(x, y, "\n".join(lines), ha="center", va="center", fontsize=8, zorder=4)


def _arrow(panel, start: tuple, end: tuple, tone: str, line: str) -> None:
    (x0, y0), (x1, y1) = start, end
    side = 1 if x1 > x0 else -1
    wide = {0.0: WIDE / 2, 5.0: WIDE / 2, 2.5: 1.25}
    panel.annotate(
        "", xy=(x1 - side * wide[x1], y1), xytext=(x0 + side * wide[x0], y0),
        arrowprops=ARROW | {"color": tone, "ls": line}, zorder=2,
    )  # fmt: skip


def counterfactual(
    words: Words,
    months: list[str],
    observed: np.ndarray,
    without: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    start: int,
    left_out: np.ndarray,
    axis: str,
) -> Figure:
    """Counts by month, and what would have been without the measure, with its interval.

    Parameters
    ----------
    months
        Their names.
    observed
        Counts; a missing month is not a number.
    without, low, high
        The expected course without the measure and its interval, all months.
    start
        Index of the first month with the measure.
    left_out
        Which months count on neither side.
    axis
        What is counted.
    """
    drawing = Figure(figsize=(style.WIDTH, 3.1), layout="constrained")
    panel = drawing.subplots()
    x = np.arange(len(months))
    after = x >= start
    panel.axvspan(start - 0.5, len(months) - 0.5, color=style.USUAL, alpha=0.35, lw=0)
    panel.fill_between(x[after], low[after], high[after], color=style.LESS, alpha=0.25, lw=0)
    panel.plot(x[~after], without[~after], color=style.FAINT, lw=1.2)
    panel.plot(x[after], without[after], color=style.LESS, lw=1.8, ls="--")
    panel.plot(x[~left_out], observed[~left_out], "o", ms=3.6, color=style.HERE, mec="white")
    panel.plot(x[left_out], observed[left_out], "o", ms=3.6, mfc="none", mec=style.OTHERS)
    januaries = [i for i, month in enumerate(months) if month.endswith("-01")]
    panel.set_xticks(januaries, [months[i][:4] for i in januaries])
    panel.set(ylim=(0, None), ylabel=axis, xlim=(-1, len(months)))
    panel.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: words.number(y)))
    panel.grid(axis="y")
    return drawing

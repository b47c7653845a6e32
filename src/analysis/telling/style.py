"""Colours with meanings and one look for every figure.

No colour is chosen in a notebook: this place, the others, more than usual, less
than usual. Each pair differs in lightness too, and shape or text always says the
same, so that nothing rests on hue alone.
"""

import matplotlib as mpl
import seaborn as sns

INK = "#1c2733"
FAINT = "#5c6773"
GRID = "#dde3e9"
HERE = "#174a7c"
OTHERS = "#8a95a1"
MORE = "#b3401a"
LESS = "#0b7285"
USUAL = "#c9d6e4"
DIVERGING = [LESS, "#7fb3bd", "#f4f4f2", "#e0a58d", MORE]

WIDTH = 8.2


def use() -> None:
    """Set the look of every figure drawn after this; SVG with text as text, the same each time."""
    sns.set_theme(
        context="notebook",
        style="ticks",
        rc={
            "axes.edgecolor": FAINT,
            "axes.labelcolor": INK,
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titlesize": 10,
            "axes.titleweight": "bold",
            "axes.labelsize": 9.5,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "font.family": "DejaVu Sans",
            "font.size": 9.5,
            "grid.color": GRID,
            "svg.fonttype": "none",
            "svg.hashsalt": "lagesbild",
            "text.color": INK,
            "xtick.color": FAINT,
            "xtick.labelcolor": INK,
            "xtick.labelsize": 9,
            "ytick.color": FAINT,
            "ytick.labelcolor": INK,
            "ytick.labelsize": 9,
        },
    )
    mpl.use("svg")


def colour(clear: bool, more: bool) -> str:
    """The colour of an estimate: more, less, or not to be told from no difference."""
    return (MORE if more else LESS) if clear else OTHERS

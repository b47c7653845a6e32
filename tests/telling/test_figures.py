"""Figures: an unknown value is a gap, an interval is drawn, and only clear differences are coloured."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from analysis.measurement.counts import usual_range
from analysis.telling import figures, style
from analysis.telling.text import words
from analysis.words.periods import Period
from tests.conftest import count, series

P2017 = Period.parse("2017")


@pytest.fixture(scope="module")
def sv(read):
    return words("sv", read)


def test_a_missing_year_leaves_a_gap_and_no_zero(sv):
    one = series([5, 6, None, 8, 9, 9, 10])
    drawing = figures.development(sv, [one], [usual_range(one, P2017)])
    line = next(line for line in drawing.axes[0].lines if len(line.get_ydata()) > 3)
    assert list(line.get_xdata()) == list(range(2011, 2018))
    assert np.isnan(line.get_ydata()[2]), "a line drawn across the gap would be a number"


def test_an_axis_of_counts_starts_at_zero(sv):
    one = series([105, 106, 107, 108, 109, 109, 110])
    drawing = figures.development(sv, [one], [usual_range(one, P2017)])
    assert drawing.axes[0].get_ylim()[0] == 0


def test_only_what_survives_the_screen_is_coloured(sv):
    estimates = [
        count(1.5, low=1.2, high=1.8, p=0.001, q=0.01),
        count(1.5, low=1.2, high=1.8, p=0.03, q=0.3),
        count(0.5, low=0.2, high=0.8, p=0.001, q=0.01),
    ]
    drawing = figures.intervals(sv, ["a", "b", "c"], estimates, 1.0, "skillnad")
    dots = [line for line in drawing.axes[0].lines if line.get_marker() == "o"]
    assert [to_hex(dot.get_color()) for dot in dots] == [style.MORE, style.OTHERS, style.LESS]
    assert [to_hex(dot.get_markerfacecolor()) for dot in dots][1] == "#ffffff"


def test_every_interval_is_drawn_from_low_to_high(sv):
    estimates = [count(1.5, low=1.2, high=1.8), count(None)]
    drawing = figures.intervals(sv, ["a", "b"], estimates, 1.0, "skillnad")
    spans = [list(line.get_xdata()) for line in drawing.axes[0].lines]
    assert [1.2, 1.8] in spans
    assert ".." in " ".join(text.get_text() for text in drawing.axes[0].texts)


def test_an_area_without_a_number_is_hatched_and_not_pale(sv):
    places = [("Lundby", (0, 0)), ("Centrum", (1, 0))]
    drawing = figures.tiles(sv, places, ["12", ".."], [0.5, None], here="Lundby")
    known, unknown = drawing.axes[0].patches
    assert unknown.get_hatch() == "///"
    assert known.get_hatch() is None
    assert known.get_linewidth() > unknown.get_linewidth()


def test_the_grid_frames_what_survives(sv):
    grid = {("Lundby", "drugs"): count(1.6), ("Lundby", "knife"): count(None)}
    drawing = figures.departures(sv, grid, {("Lundby", "drugs")})
    texts = {text.get_text(): text.get_weight() for text in drawing.axes[0].texts}
    assert texts == {"60": "bold", "..": "normal"}
    assert len(drawing.axes[0].patches) == 1


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("tone", [style.INK, style.FAINT, style.HERE, style.MORE, style.LESS])
def test_a_colour_with_a_meaning_is_seen_on_white(tone):
    assert 1.05 / (luminance(tone) + 0.05) >= 4.5

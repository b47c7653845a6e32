"""A graph draws every rival that was named; a curve never fills a month that nobody counted."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation

from analysis.telling import effect_figures, style
from analysis.telling.text import words

RIVALS = [
    ("leaders were shot", "mechanism", False),
    ("more police", "confounder", False),
    ("shootings bring arrests", "reverse", False),
    ("high years are followed by lower ones", "chance", True),
    ("counted differently", "recording", True),
]
MONTHS = [str(month) for month in np.arange("2015-01", "2017-01", dtype="datetime64[M]")]


@pytest.fixture(scope="module")
def graph():
    return effect_figures.causal_graph("arrests", "shootings", RIVALS).axes[0]


def boxes(panel):
    return [patch for patch in panel.patches if isinstance(patch, Rectangle)]


def arrows(panel):
    return [one for one in panel.texts if isinstance(one, Annotation)]


def told(panel):
    return {
        " ".join(one.get_text().split()) for one in panel.texts if not isinstance(one, Annotation)
    }


def side(x):
    return {0.0: "cause", 2.5: "rival", 5.0: "outcome"}[
        min((0.0, 2.5, 5.0), key=lambda at: abs(at - x))
    ]


def test_cause_outcome_and_every_rival_have_a_box(graph):
    assert told(graph) == {"arrests", "shootings", *(text for text, _, _ in RIVALS)}
    assert len(boxes(graph)) == 2 + len(RIVALS)


def test_no_two_boxes_lie_on_each_other(graph):
    spans = [box.get_bbox() for box in boxes(graph)]
    for i, one in enumerate(spans):
        assert not any(one.overlaps(other) for other in spans[i + 1 :])


def test_a_rival_that_was_not_taken_away_is_broken_and_a_taken_one_is_faint(graph):
    rivals = [box for box in boxes(graph) if side(box.get_center()[0]) == "rival"]
    drawn = [(box.get_linestyle(), to_hex(box.get_edgecolor())) for box in rivals]
    open_, taken = ("--", style.MORE), ("-", style.FAINT)
    assert drawn == [open_, open_, open_, taken, taken]


@pytest.mark.parametrize(
    ("kind", "edges"),
    [
        ("mechanism", {("rival", "outcome")}),
        ("confounder", {("rival", "cause"), ("rival", "outcome")}),
        ("reverse", {("outcome", "rival"), ("rival", "cause")}),
        ("recording", {("rival", "outcome")}),
        ("chance", {("rival", "outcome")}),
    ],
)
def test_a_rival_acts_the_way_its_kind_says(kind, edges):
    panel = effect_figures.causal_graph("a", "b", [("c", kind, False)]).axes[0]
    drawn = []
    for arrow in arrows(panel):
        start, end = arrow.xyann[0], arrow.xy[0]
        near = {start: start - np.sign(end - start), end: end + np.sign(end - start)}
        drawn.append((side(near[start]), side(near[end])))
    assert set(drawn) == edges | {("cause", "outcome")}
    assert len(drawn) == len(edges) + 1


def test_a_kind_of_rival_that_nobody_drew_is_an_error():
    with pytest.raises(KeyError, match="magic"):
        effect_figures.causal_graph("a", "b", [("c", "magic", False)])


def test_a_graph_without_rivals_is_drawn_too():
    panel = effect_figures.causal_graph("a", "b", []).axes[0]
    assert told(panel) == {"a", "b"} and len(arrows(panel)) == 1


def test_every_rival_of_the_register_fits_into_its_box(read):
    for language in ("sv", "en"):
        for claim, rivals in read["rivals"].groupby("claim_id"):
            texts = list(rivals[f"rival_{language}"])
            say = words(language)
            ends = [say(f"claims.{claim}_{end}") for end in ("cause", "outcome")]
            drawn = [(text, kind, False) for text, kind in zip(texts, rivals.kind, strict=True)]
            panel = effect_figures.causal_graph(*ends, drawn).axes[0]
            assert told(panel) == {" ".join(one.split()) for one in (*ends, *texts)}


def curve(observed, left_out=None, start=12, low=None, high=None):
    without = np.full(24, 5.0)
    return effect_figures.counterfactual(
        words("sv"), MONTHS, observed, without,
        np.full(24, 3.0) if low is None else low, np.full(24, 8.0) if high is None else high,
        start, np.zeros(24, bool) if left_out is None else left_out, "Anmälda per månad",
    ).axes[0]  # fmt: skip


def dots(panel):
    return [line for line in panel.lines if line.get_marker() == "o"]


def test_a_month_that_nobody_counted_is_no_zero():
    observed = np.arange(24.0)
    observed[5] = np.nan
    used, _ = dots(curve(observed))
    assert np.isnan(used.get_ydata()[5]) and np.isnan(used.get_ydata()).sum() == 1


def test_months_that_count_on_no_side_are_hollow():
    left_out = np.isin(np.arange(24), (12, 13))
    used, aside = dots(curve(np.arange(24.0), left_out, start=14))
    assert list(aside.get_xdata()) == [12, 13] and aside.get_markerfacecolor() == "none"
    assert list(used.get_xdata()) == [*range(12), *range(14, 24)]


def test_what_would_have_been_is_drawn_only_after_the_start_with_its_interval():
    panel = curve(np.arange(24.0))
    (band,) = panel.collections
    edges = band.get_paths()[0].vertices
    assert (edges[:, 0].min(), edges[:, 0].max()) == (12, 23)
    assert (edges[:, 1].min(), edges[:, 1].max()) == (3, 8)
    broken = [line for line in panel.lines if line.get_linestyle() == "--"]
    assert [list(line.get_xdata()) for line in broken] == [list(range(12, 24))]


def test_the_axis_of_counts_starts_at_nought_and_years_are_marked():
    panel = curve(np.arange(20.0, 44.0))
    assert panel.get_ylim()[0] == 0
    assert [t.get_text() for t in panel.get_xticklabels()] == ["2015", "2016"]
    assert list(panel.get_xticks()) == [0, 12]
    assert panel.get_ylabel() == "Anmälda per månad"

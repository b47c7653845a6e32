"""The intruder succeeds on naive suppression, and fails on what the policy tells."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from analysis.measurement.auditor import PublishedTable, recovered
from analysis.measurement.disclosure import EXACT, Protection, policy
from tests.conftest import ROOT

OURS = policy(ROOT).events
NAIVE = Protection(threshold=5, base=1, zeros_told=True)


def table(counts, rule, name="table", covers=("all",), margins=None, totals=True):
    """True counts with their totals, told by a rule."""
    frame = pd.DataFrame(counts).rename(columns="c{}".format, index="r{}".format)
    if totals:
        frame["total"] = frame.sum(axis=1)
        frame.loc["total"] = frame.sum()
    told = frame.map(rule.told).astype("Int64")
    if margins:
        told["total"] = frame["total"].map(margins.told).astype("Int64")
        told.loc["total"] = frame.loc["total"].map(margins.told).astype("Int64")
    return PublishedTable(
        name=name, printed=told, protection=rule, margins=margins, covers=frozenset(covers)
    )


def simulated(*shape, seed, mean=4.0):
    """Counts of places that differ much, many of them small."""
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(1.0, mean, shape))


def periods(counts, rule):
    """Tables of some months and of the quarter that they make."""
    months = [table(one, rule, f"month {i}", {f"month {i}"}) for i, one in enumerate(counts)]
    return [
        *months,
        table(counts.sum(axis=0), rule, "quarter", set().union(*[m.covers for m in months])),
    ]


def true_of(counts, found):
    return counts[int(found.row[1:]), int(found.column[1:])]


def test_naive_suppression_of_a_table_with_margins_gives_cells_away_and_ours_none():
    counts = simulated(40, 10, seed=11)
    naive = recovered([table(counts, NAIVE)])
    exactly = naive[naive.kind == "recovered"]
    assert (len(exactly), len(naive)) == (2, 24)
    inside = exactly[(exactly.row != "total") & (exactly.column != "total")]
    assert all(true_of(counts, cell) == cell.low for cell in inside.itertuples())
    assert recovered([table(counts, OURS)]).empty


def test_groups_that_differ_by_one_to_three_are_all_recovered_naively_and_none_under_ours():
    rng = np.random.default_rng(12)
    smaller, hidden = rng.integers(8, 60, (3000, 1)), rng.integers(1, 4, (3000, 1))

    def found(rule):
        return recovered(
            [
                table(smaller, rule, "smaller", {"known"}, totals=False),
                table(smaller + hidden, rule, "larger", {"known", "hidden"}, totals=False),
            ]
        )

    naive = found(NAIVE).set_index("row")
    assert (len(naive), set(naive.kind), set(naive.part)) == (3000, {"recovered"}, {"hidden"})
    assert list(naive.low[[f"r{i}" for i in range(3000)]]) == list(hidden.ravel())
    assert found(OURS).empty


def test_months_and_their_quarter_are_subtracted():
    counts = simulated(3, 12, 8, seed=13)
    naive = recovered(periods(counts, NAIVE))
    assert set(naive.road) == {"margins", "differences"}
    assert (naive.kind == "recovered").sum() > 50
    assert recovered(periods(counts, OURS)).empty


def test_a_later_download_tells_what_was_added_unless_rounded():
    first = np.array([[9], [14], [30]])
    late = np.array([[2], [0], [6]])

    def found(rule):
        return recovered(
            [
                table(first, rule, "april", {"first"}, totals=False),
                table(first + late, rule, "july", {"first", "late"}, totals=False),
            ]
        )

    (row,) = found(NAIVE).to_dict("records")
    assert (row["tables"], row["part"], row["row"], row["low"], row["kind"]) == (
        "july; april", "late", "r0", 2, "recovered",
    )  # fmt: skip
    assert found(OURS).empty


def test_windows_that_overlap_are_chained():
    quarters = {"q1": 9, "q2": 7, "q3": 8, "q4": 11, "q5": 3}
    windows = {"year": ("q1", "q2", "q3", "q4"), "rolling": ("q2", "q3", "q4", "q5"), "q1": ("q1",)}

    def found(rule):
        return recovered(
            [
                table([[sum(quarters[q] for q in parts)]], rule, name, parts, totals=False)
                for name, parts in windows.items()
            ]
        )

    assert found(NAIVE)[["part", "low", "high"]].values.tolist() == [["q5", 3, 3]]
    assert found(OURS).empty


@pytest.mark.parametrize("rule", [NAIVE, OURS, Protection(threshold=8, base=5, zeros_told=True)])
@pytest.mark.parametrize("counts", [[[9, 2], [4, 13]], [[12, 3], [8, 1]], [[10, 6], [7, 4]]])
def test_the_ranges_are_those_of_all_tables_that_would_be_printed_alike(counts, rule):
    told = np.array([-1 if rule.told(value) is None else rule.told(value) for value in range(80)])
    cells = np.indices((20,) * 4).reshape(2, 2, -1)
    sums = [cells[0].sum(0), cells[1].sum(0), cells[:, 0].sum(0), cells[:, 1].sum(0)]
    everything = np.array([*cells.reshape(4, -1), *sums, cells.sum((0, 1))])
    truth = np.array(counts)
    printed = [*truth.ravel(), *truth.sum(1), *truth.sum(0), truth.sum()]
    alike = everything[:, (told[everything] == told[printed][:, None]).all(axis=0)]
    places = product(["r0", "r1"], ["c0", "c1"])
    spans = zip(places, alike[:4].min(axis=1), alike[:4].max(axis=1), truth.ravel(), strict=True)
    expected = {
        place: (low, high)
        for place, low, high, value in spans
        if told[value] == -1
        and low >= 1
        and high <= rule.secret
        and (low, high) != rule.behind(None)
    }
    found = recovered([table(counts, rule)])
    inside = found[(found.row != "total") & (found.column != "total")]
    assert {(f.row, f.column): (f.low, f.high) for f in inside.itertuples()} == expected


# why the policy is as it is


def test_zeros_that_are_told_turn_a_small_total_into_its_cells():
    with_zeros = Protection(threshold=8, base=5, zeros_told=True)
    counts = [[1, 1, 1, 1, 0, 1, 1, 1], [30, 30, 30, 30, 30, 30, 30, 30]]
    found = recovered([table(counts, with_zeros)])
    assert (found.row == "r0").sum() == 7
    assert set(found.low) == set(found.high) == {1}
    assert recovered([table(counts, OURS)]).empty


def test_a_threshold_inside_a_band_tells_too_much():
    inside = Protection(threshold=7, base=5)
    found = recovered([table([[7, 3], [40, 50]], inside)])
    assert found[["row", "column", "low", "high", "kind"]].values.tolist() == [
        ["r0", "c1", 1, 5, "bounded"]
    ]
    assert recovered([table([[7, 3], [40, 50]], OURS)]).empty


def test_totals_published_exactly_beside_rounded_cells_are_found_out():
    # 13 less a told 10 (8 to 12) leaves 1 to 5, and 51 less a told 50 (48 to 52) at most 3
    found = recovered([table([[12, 1], [40, 50]], OURS, margins=EXACT)])
    assert found[["row", "column", "low", "high"]].values.tolist() == [["r0", "c1", 1, 3]]


def test_two_parts_with_totals_for_nested_periods_are_beyond_the_policy_and_found_out():
    found = recovered(periods(simulated(2, 60, 2, seed=14, mean=12.0), OURS))
    assert set(found.kind) == {"bounded"}
    assert set(found.road) == {"differences"}


def test_numbers_that_cannot_all_be_true_are_refused():
    wrong = table([[9, 2], [4, 13]], NAIVE).printed.copy()
    wrong.loc["r0", "total"] = 40
    with pytest.raises(ValueError, match="table cannot all be true"):
        recovered([PublishedTable(name="table", printed=wrong, protection=NAIVE)])


def test_nothing_printed_gives_nothing_away():
    assert recovered([]).empty
    assert recovered([table([[0, 3], [2, 1]], OURS, totals=False)]).empty

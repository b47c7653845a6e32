"""What may be told: nothing unregistered, nothing small, and nothing that tells neighbours apart."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.measurement.counts import garwood
from analysis.measurement.disclosure import (
    NotRegistered,
    Protection,
    policy,
    released,
    released_counts,
)
from analysis.words.questions import MissingWork, WrongQuestion
from tests.conftest import ROOT, count

SHIPPED = policy(ROOT)
NUMBERS = ("value", "low", "high", "n", "p", "q", "dispersion")
COUNTS, FIGURES, ANSWERS = (
    tuple(name for name, mine in SHIPPED.statistics.items() if mine == kind)
    for kind in ("counts", "figures", "answers")
)
# told only as "stands out": with the published total its ratio gives the count of an hour away
NEVER_TOLD = {"concentration"}


def tell(estimate):
    return released([estimate], SHIPPED)[0]


def events(value, statistic="place count", **about):
    low, high = garwood(value)
    facts = {"low": low, "high": high, "p": value / 100, "q": 0.2, "dispersion": 1 + value / 9}
    return count(float(value), statistic=statistic, **(facts | about))


def share(value, n, statistic="survey share", **about):
    facts = {"low": value - 3.3, "high": value + 4.4, "unit": "%", "n": n}
    return count(value, statistic=statistic, **(facts | about))


# the file


def test_every_statistic_that_the_library_makes_is_registered():
    made = set()
    for file in (ROOT / "src" / "analysis").rglob("*.py"):
        made |= set(re.findall(r'"?statistic"?(?:=|: )"([^"]+)"', file.read_text("utf-8")))
    assert "usual range" in made
    assert sorted(made - set(SHIPPED.statistics) - NEVER_TOLD) == []
    assert not NEVER_TOLD & set(SHIPPED.statistics)


def test_an_unregistered_statistic_stops_everything_and_says_what_to_do():
    with pytest.raises(NotRegistered, match=r"'bench count', 'gang size' not registered in ") as no:
        released(
            [count(4), count(4, statistic="gang size"), count(1, statistic="bench count")], SHIPPED
        )
    assert no.value.names == ["bench count", "gang size"]
    assert str(ROOT / "data" / "disclosure.toml") in str(no.value)
    assert "exactly one class: published, events, answers" in str(no.value)


def test_an_unregistered_table_stops_too():
    with pytest.raises(NotRegistered, match="table 'benches' not registered"):
        released_counts("benches", pd.DataFrame({"n": [1]}), ["n"], SHIPPED)


def written(folder, old="", new="", text=None):
    """A project whose policy is the shipped one with one thing changed."""
    (folder / "data").mkdir()
    shipped = (ROOT / "data" / "disclosure.toml").read_text("utf-8")
    assert old in shipped
    (folder / "data" / "disclosure.toml").write_text(text or shipped.replace(old, new, 1), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("[answers]", "[secrets]\nx = 1\n[answers]", "class 'secrets' is unknown"),
        ("[events]", "[event]", "class events is lacking"),
        ("threshold = 8", "threshold = 1", "events: threshold is 1, but must be at least 2"),
        ("threshold = 8", "threshold = 7", "threshold 7 does not go with base 5.*: 8, 13"),
        ("threshold = 8", "threshold = 3", "threshold 3 does not go with base 5.*: 8, 13"),
        ("threshold = 8", "threshold = 7.5", "threshold must be a whole number, not 7.5"),
        ("threshold = 8", "threshold = true", "threshold must be a whole number, not True"),
        ("threshold = 8\n", "", "threshold must be a whole number, not None"),
        ("base = 5", "base = 1", "events: base is 1, but must be at least 2"),
        ("fewest = 30", "fewest = 1", "answers: fewest is 1, but must be at least 2"),
        ("fewest = 30", "fewest = 32", "fewest 32 is no multiple of base 5"),
        ("fewest = 30", "least = 30", "answers: 'least' is unknown; the settings are fewest, base"),
        ('"rate",', '"rate", "rate",', "statistic 'rate' stands 2 times"),
        ('"rate",', '"rate", "followed",', "statistic 'followed' stands 2 times"),
        ('"places",', '"places", "district counts",', "table 'district counts' stands 2 times"),
        ('counts = ["place count",', 'counts = ["place count", 3,', "counts must be a list of"),
        ('aggregated = ["survey share"]', 'aggregated = ["mood"]', "'mood' is aggregated but not"),
        ("[events]", "[events", "is not valid TOML"),
    ],
)
def test_a_malformed_policy_says_what_is_wrong_with_it(tmp_path, old, new, wrong):
    with pytest.raises(WrongQuestion, match=wrong):
        policy(written(tmp_path, old, new))


def test_a_policy_with_several_faults_names_them_all(tmp_path):
    with pytest.raises(WrongQuestion, match=r"(?s)class 'x' is unknown.*class answers is lacking"):
        policy(written(tmp_path, text="[x]\n[published]\nstatistics = []\ntables = []\n[events]"))


def test_without_a_policy_nothing_is_told(tmp_path):
    with pytest.raises(MissingWork, match="nothing can be told"):
        policy(tmp_path)


# one count


@pytest.mark.parametrize(
    ("value", "told"),
    [(0, None), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (101, 100)],
)
def test_few_events_are_held_back_and_others_rounded(value, told):
    found = tell(events(value))
    assert (found.value, found.n) == (told, told)
    assert found.status == ("suppressed" if told is None else "final")


@given(st.integers(8, 400), st.integers(8, 400), st.sampled_from(COUNTS))
def test_counts_of_one_band_are_told_in_the_very_same_words(one, other, statistic):
    same_band = (one + 2) // 5 == (other + 2) // 5
    assert (tell(events(one, statistic)) == tell(events(other, statistic))) == same_band


def test_every_told_number_stands_for_five_counts_and_the_secret_is_up_to_five():
    rule = SHIPPED.events
    behind = {}
    for value in range(203):
        behind.setdefault(rule.told(value), []).append(value)
    assert behind.pop(None) == list(range(8))
    assert {len(values) for values in behind.values()} == {5}
    assert all(rule.behind(told) == (values[0], values[-1]) for told, values in behind.items())
    assert (rule.behind(None), rule.secret) == ((0, 7), 5)


def test_suppression_alone_tells_what_it_does_not_hold_back():
    naive = Protection(threshold=5, base=1, zeros_told=True)
    assert [naive.told(value) for value in (0, 1, 4, 5, 6)] == [0, None, None, 5, 6]
    assert (naive.behind(0), naive.behind(None), naive.behind(6)) == ((0, 0), (1, 4), (6, 6))
    assert naive.secret == 4


# estimates


@pytest.mark.parametrize(
    ("estimate", "note"),
    [
        *((events(7, s), "too few events") for s in COUNTS),
        *((events(7, s), "too few events") for s in FIGURES),
        *((replace(events(20, s), n=None), "too few events") for s in FIGURES),
        *((share(50, 29, s), "too few answers") for s in ANSWERS),
        (share(50, None, "survey reason"), "too few answers"),
    ],
)
def test_what_is_held_back_leaves_no_number_behind(estimate, note):
    found = tell(estimate)
    assert (found.status, found.note) == ("suppressed", note)
    assert [getattr(found, name) for name in NUMBERS] == [None] * len(NUMBERS)
    assert (found.area, found.period, found.unit) == (estimate.area, estimate.period, estimate.unit)


def test_published_figures_are_told_as_they_are():
    small = [count(1, low=0.03, high=5.57), count(3, statistic="rate"), count(None)]
    assert released(small, SHIPPED) == small


def test_a_share_without_number_of_answers_is_somebody_elses():
    stated = count(63.4, statistic="survey share", unit="%", n=None)
    assert tell(stated) is stated


def test_a_share_is_whole_its_interval_wider_and_its_answers_rounded():
    found = tell(share(41.7, 233))
    assert (found.value, found.low, found.high, found.n) == (42, 38, 47, 235)
    assert found.status == "final"


def test_a_change_rests_on_its_smaller_wave():
    found = tell(share(-4.6, 30, "survey change", p=0.03))
    assert (found.value, found.low, found.high, found.n, found.p) == (-5, -8, 0, 30, 0.03)
    assert tell(share(-4.6, 29, "survey change")).status == "suppressed"


def test_a_figure_on_counts_has_two_digits():
    found = tell(count(1.8476, statistic="near repeat", low=1.2345, high=123.4, n=43, p=0.01))
    assert (found.value, found.low, found.high, found.n, found.p) == (1.8, 1.2, 130, 45, 0.01)
    assert tell(count(0.0, statistic="followed", n=43)).value == 0


def test_what_is_not_available_stays_so():
    missing = count(None, statistic="place count", note="not published")
    assert tell(missing) is missing


@given(
    st.floats(-99, 99), st.floats(0, 30), st.floats(0, 30), st.integers(0, 400),
    st.sampled_from(COUNTS + FIGURES + ANSWERS),
)  # fmt: skip
def test_releasing_twice_changes_nothing_and_intervals_only_widen(value, down, up, n, statistic):
    value = float(n) if statistic in COUNTS else value
    before = count(value, statistic=statistic, low=value - down, high=value + up, n=n)
    once = tell(before)
    assert tell(once) == once
    if once.low is not None:
        assert once.low <= before.low + 1e-5 and before.high <= once.high + 1e-5


# tables


def test_a_table_is_told_cell_by_cell_and_totals_are_not_added_up():
    hours = pd.DataFrame(
        {"day": [12, 0, 12], "night": [7, None, 12], "total": [19, 3, 24], "of": [4, 4, 4]},
        index=["mon", "tue", "wed"],
    )
    found = released_counts("weekday by hour", hours, ["day", "night", "total"], SHIPPED)
    expected = {"day": [10, None, 10], "night": [None, None, 10], "total": [20, None, 25]}
    assert {c: [None if pd.isna(v) else v for v in found[c]] for c in expected} == expected
    assert (str(found.day.dtype), list(found.of), list(found.index)) == (
        "Int64", [4, 4, 4], ["mon", "tue", "wed"],
    )  # fmt: skip
    again = released_counts("weekday by hour", found, ["day", "night", "total"], SHIPPED)
    pd.testing.assert_frame_equal(again, found)


def test_answers_are_held_back_by_their_own_number_and_published_counts_not_at_all():
    frame = pd.DataFrame({"n": [29, 30, 233, 3]})
    assert list(released_counts("answers by option", frame, ["n"], SHIPPED).n.dropna()) == [30, 235]
    assert list(released_counts("district counts", frame, ["n"], SHIPPED).n) == [29, 30, 233, 3]


@pytest.mark.parametrize(
    ("period", "told"),
    [
        ("2017", True), ("2017H1", True), ("2017T2", False), ("2017Q3", True), ("2017-09", True),
        ("2017-W36", False), ("2017-09-01..2017-09-12", False), ("2016-10-01..2017-09-30", False),
    ],
)  # fmt: skip
def test_counts_below_the_district_are_told_for_calendar_spans_alone(period, told):
    found = tell(events(40, period=period))
    assert found.known == told
    assert found.note == ("" if told else "span not told")
    # what is published is told for any span
    assert tell(count(3, period)).value == 3


def test_a_figure_on_counts_keeps_no_number_that_was_not_rounded():
    near = events(2.417, "near repeat", n=279, low=1.71, high=3.33, dispersion=1.624156)
    found = tell(near)
    assert (found.value, found.n, found.dispersion) == (2.4, 280, None)


def test_one_answer_and_none_cannot_be_told_from_a_few():
    few = tell(share(40.0, 12))
    for note in ("too few answers", "no answers"):
        unknown = replace(
            share(40.0, None), value=None, low=None, high=None, note=note, status="not available"
        )
        assert tell(unknown) == replace(few, low=None, high=None)

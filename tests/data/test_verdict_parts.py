"""Verdicts travel beside the results: of one vintage, in one order, never lost on the way."""

import json

import pytest

from analysis.data import results, trace
from analysis.data.current import join_parts
from analysis.data.workspace import Workspace
from analysis.words.questions import MissingWork
from analysis.words.verdicts import Verdict
from tests.conftest import count

CLEAR = Verdict(kind="measure", subject="M2", ruling="supported", reason="clear", design="panel")
REFUTED = Verdict(
    kind="measure", subject="M1", ruling="not identifiable", reason="check failed",
    failed=("dose", "pre trend"),
)  # fmt: skip
CAUSE = Verdict(kind="cause", subject="X1", ruling="supported", reason="measure worked")
ONE = count(1.0)


def city(folder, **about):
    raw = folder / "data" / "raw" / "small"
    raw.mkdir(parents=True, exist_ok=True)
    package = {"sources": [], "licenses": [], "resources": []} | about
    (raw / "datapackage.json").write_text(json.dumps(package))
    return Workspace(folder, "small")


@pytest.fixture
def small(tmp_path):
    return city(tmp_path)


def test_verdicts_of_all_parts_are_read_by_kind_and_subject(small):
    results.write_part(small, "2017", "a", [ONE], [CLEAR, REFUTED])
    results.write_part(small, "2017", "b", [], [CAUSE])
    join_parts(small, "2017")
    assert results.load_verdicts(small, "2017") == [CAUSE, REFUTED, CLEAR]


def test_which_part_comes_first_leaves_the_file_the_same(small):
    def written(first, second):
        results.write_part(small, "2017", "a", [ONE], first)
        results.write_part(small, "2017", "b", [], second)
        join_parts(small, "2017")
        return (results.folder_of(small, "2017") / "verdicts.csv").read_bytes()

    assert written([CLEAR], [REFUTED, CAUSE]) == written([CAUSE, REFUTED], [CLEAR])


def test_the_same_verdict_of_both_languages_stands_once(small):
    results.write_part(small, "2017", "a", [ONE], [CLEAR])
    results.write_part(small, "2017", "b", [ONE], [CLEAR])
    join_parts(small, "2017")
    assert results.load_verdicts(small, "2017") == [CLEAR]


def test_a_part_without_a_verdict_leaves_none(small):
    results.write_part(small, "2017", "a", [ONE])
    join_parts(small, "2017")
    assert results.load_verdicts(small, "2017") == []
    assert len(results.load_results(small, "2017").rows) == 1


def test_a_part_of_verdicts_alone_is_enough(small):
    results.write_part(small, "2017", "a", [], [CLEAR])
    join_parts(small, "2017")
    assert results.load_results(small, "2017").rows.empty
    assert results.load_verdicts(small, "2017") == [CLEAR]


def test_a_part_that_is_written_again_takes_its_verdict_back(small):
    results.write_part(small, "2017", "a", [ONE], [CLEAR])
    results.write_part(small, "2017", "a", [ONE], [])
    join_parts(small, "2017")
    assert results.load_verdicts(small, "2017") == []


def test_verdicts_on_older_raw_data_are_left_out(small):
    trace.note("raw", small.fingerprint())
    results.write_part(small, "2017", "a", [ONE], [CLEAR])
    now = city(small.root, newer=True)
    trace.note("raw", now.fingerprint())
    results.write_part(now, "2017", "b", [], [CAUSE])
    join_parts(now, "2017")
    assert results.load_results(now, "2017").rows.empty
    assert results.load_verdicts(now, "2017") == [CAUSE]


def test_nothing_but_older_parts_is_missing_work_and_not_an_empty_answer(small):
    trace.note("raw", small.fingerprint())
    results.write_part(small, "2017", "a", [ONE], [CLEAR])
    now = city(small.root, newer=True)
    trace.note("raw", now.fingerprint())
    with pytest.raises(MissingWork, match="no analysis of small 2017 has been run yet"):
        join_parts(now, "2017")


def test_verdicts_that_were_never_joined_say_how_to_make_them(small):
    results.write_part(small, "2017", "a", [ONE], [CLEAR])
    with pytest.raises(MissingWork, match="no results for small 2017: run lagesbild run small"):
        results.load_verdicts(small, "2017")


def test_verdicts_of_one_period_are_not_those_of_another(small):
    results.write_part(small, "2017", "a", [ONE], [CLEAR])
    join_parts(small, "2017")
    with pytest.raises(MissingWork, match="small 2018"):
        results.load_verdicts(small, "2018")


def test_an_id_that_looks_like_a_number_stays_text(small):
    odd = Verdict(kind="measure", subject="007", ruling="supported", reason="NA")
    results.write_part(small, "2017", "a", [ONE], [odd])
    join_parts(small, "2017")
    assert results.load_verdicts(small, "2017") == [odd]

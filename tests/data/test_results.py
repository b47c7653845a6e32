"""One file of results: parts of one vintage, no two rows that disagree."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.data import results, trace
from analysis.data.current import join_parts
from analysis.data.workspace import Workspace
from analysis.data.write import write_atomically
from analysis.words.questions import MissingWork
from tests.conftest import count


@pytest.fixture
def empty(tmp_path):
    raw = tmp_path / "data" / "raw" / "small"
    raw.mkdir(parents=True)
    package = {"sources": [], "licenses": [], "resources": []}
    (raw / "datapackage.json").write_text(json.dumps(package))
    return Workspace(tmp_path, "small")


def test_parts_become_one_file_and_a_shared_row_stands_once(empty):
    results.write_part(empty, "2017", "a", [count(1.0), count(2.0, "2016")])
    results.write_part(empty, "2017", "b", [count(1.0), count(3.0, area="stadsdel:2")])
    join_parts(empty, "2017")
    rows = results.load_results(empty, "2017")
    assert len(rows.rows) == 3
    assert results.pick(rows, period="2016") == [count(2.0, "2016")]
    assert results.pick(rows, area=["stadsdel:2"], definition="assault")[0].value == 3


def test_parts_that_disagree_are_refused(empty):
    results.write_part(empty, "2017", "a", [count(1.0)])
    results.write_part(empty, "2017", "b", [count(2.0)])
    with pytest.raises(ValueError, match="two notebooks disagree"):
        join_parts(empty, "2017")


def test_a_part_of_older_raw_data_is_left_out(empty):
    trace.note("raw", empty.fingerprint())
    results.write_part(empty, "2017", "a", [count(1.0)])
    (empty.raw / "datapackage.json").write_text(
        json.dumps({"sources": [], "resources": [], "x": 1})
    )
    now = Workspace(empty.root, "small")
    trace.note("raw", now.fingerprint())
    results.write_part(now, "2017", "b", [count(2.0, area="stadsdel:2")])
    join_parts(now, "2017")
    assert list(results.load_results(now, "2017").rows.area) == ["stadsdel:2"]


def test_results_that_were_never_made_say_how_to_make_them(empty):
    with pytest.raises(MissingWork, match="lagesbild run small 2017"):
        results.load_results(empty, "2017")


def test_the_order_of_parts_does_not_matter(empty):
    rows = [count(float(i), area=f"stadsdel:{i}") for i in range(5)]
    results.write_part(empty, "2017", "a", rows[:2])
    results.write_part(empty, "2017", "b", rows[2:])
    join_parts(empty, "2017")
    first = (results.folder_of(empty, "2017") / "results.csv").read_bytes()
    results.write_part(empty, "2017", "a", rows[::-1][:3])
    results.write_part(empty, "2017", "b", rows[:2])
    join_parts(empty, "2017")
    assert (results.folder_of(empty, "2017") / "results.csv").read_bytes() == first


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_a_number_survives_the_file_to_its_last_digit(empty, value):
    trace.forget()
    results.write_part(empty, "2017", "a", [count(value, n=1.0)])
    join_parts(empty, "2017")
    assert results.pick(results.load_results(empty, "2017"))[0].value == value


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch):
    file = write_atomically(tmp_path / "report.html", b"old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_atomically(file, b"new")
    assert file.read_bytes() == b"old"
    assert [f.name for f in tmp_path.iterdir()] == ["report.html"]

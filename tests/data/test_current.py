"""What was read is asked again: whatever has another answer now is named, and nothing else."""

import json
import shutil

import pytest

from analysis.data import results, tables, trace
from analysis.data.current import Now, join_parts
from analysis.data.parameters import Data
from analysis.data.workspace import Workspace
from analysis.measurement import disclosure
from analysis.words.verdicts import Verdict
from tests.conftest import ROOT, count

BEFORE = [count(1.0), count(2.0, "2016"), count(3.0, area="stadsdel:2")]
CLEAR = Verdict(kind="measure", subject="M2", ruling="supported", reason="clear", design="panel")
CLAIM = Verdict(kind="claim", subject="X", ruling="not supported", reason="within noise")


@pytest.fixture
def city(tmp_path):
    """Göteborg in a project of its own, with tables, results and verdicts."""
    for part in ("data/raw/goteborg", "notebooks"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "data" / "disclosure.toml", tmp_path / "data")
    city = Workspace(tmp_path, "goteborg")
    tables.save(tables.build(city), city)
    trace.forget()
    results.write_part(city, "2017", "2_situation-x", BEFORE, [CLEAR, CLAIM])
    join_parts(city, "2017")
    return city


@pytest.fixture
def read(city):
    """What a notebook noted that read a table, some results, verdicts and the policy."""
    data = tables.load(city)
    assert len(data["areas"]) and len(data["crime_items"])
    rows = results.load_results(city, "2017")
    results.pick(rows, area="stadsdel:1", period=["2016", "2017"])
    results.load_verdicts(city, "2017", "measure")
    disclosure.policy(city.root)
    return trace.read() | {"notebook 3_trend": trace.of_notebook(city.notebook("3_trend"))}


def again(city) -> Now:
    return Now(Workspace(city.root, city.name), "2017")


def edit(city, path, change):
    file = city.raw / path
    file.write_text(change(file.read_text("utf-8")), "utf-8")
    package = json.loads((city.raw / "datapackage.json").read_text("utf-8"))
    for record in package["resources"]:
        if record["path"] == path:
            record["hash"] = f"sha256:{trace.of_file(file)}"
    (city.raw / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False), "utf-8")
    changed = Workspace(city.root, city.name)
    tables.save(tables.build(changed), changed)
    trace.forget()


def test_a_notebook_notes_what_it_opened_and_no_more(read):
    assert set(read) == {
        "code", "record", "table areas", "table crime_items", "results", "verdicts measure",
        'results {"area": "stadsdel:1", "period": ["2016", "2017"]}', "policy", "notebook 3_trend",
    }  # fmt: skip


def test_as_long_as_nothing_changes_nothing_is_named(city, read):
    assert again(city).changed(read) == []


def test_a_figure_of_another_table_is_nobodys_business(city, read):
    counts = next(r.path for r in city.resources_of("crime_counts"))
    edit(city, counts, lambda text: text[:-2] + ("1" if text[-2] != "1" else "2") + "\n")
    assert again(city).changed(read) == []


def test_a_row_of_a_table_that_was_read_is_named(city, read):
    places = next(r.path for r in city.resources_of("areas"))
    edit(city, places, lambda text: text.replace("Lundby", "Lundbyvass"))
    assert again(city).changed(read) == ["table areas"]


def test_tables_that_were_not_made_anew_since_the_data_changed_are_all_named(city, read):
    (city.raw / "datapackage.json").write_text(
        (city.raw / "datapackage.json").read_text("utf-8") + "\n", "utf-8"
    )
    assert again(city).changed(read) == ["table areas", "table crime_items"]


def test_a_setting_is_part_of_the_record_and_the_hash_of_a_file_is_not(city, read):
    package = json.loads((city.raw / "datapackage.json").read_text("utf-8"))
    package["settings"]["cityName"] = "Nygöteborg"
    (city.raw / "datapackage.json").write_text(json.dumps(package), "utf-8")
    tables.save(tables.build(Workspace(city.root, city.name)), Workspace(city.root, city.name))
    assert again(city).changed(read) == ["record"]


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ([count(9.0, area="stadsdel:3")], []),
        ([count(9.0, "2016", definition="theft")], ["2016"]),
    ],
)
def test_only_results_that_were_picked_count(city, read, more, named):
    trace.forget()
    results.write_part(city, "2017", "2_situation-x", [*BEFORE, *more], [CLEAR, CLAIM])
    join_parts(city, "2017")
    assert [one for name in named for one in again(city).changed(read) if name in one] == (
        ['results {"area": "stadsdel:1", "period": ["2016", "2017"]}'] * bool(named)
    )
    assert bool(again(city).changed(read)) == bool(named)


def test_a_verdict_of_a_kind_that_was_read_is_named(city, read):
    trace.forget()
    results.write_part(city, "2017", "2_situation-x", BEFORE, [CLEAR])
    join_parts(city, "2017")
    assert again(city).changed(read) == []
    results.write_part(city, "2017", "2_situation-x", BEFORE, [CLAIM])
    join_parts(city, "2017")
    assert again(city).changed(read) == ["verdicts measure"]


def test_a_notebook_the_policy_and_the_code_are_named(city, read, monkeypatch):
    policy, book = city.root / "data" / "disclosure.toml", city.notebook("3_trend")
    policy.write_text(policy.read_text("utf-8") + "\n", "utf-8")
    book.write_text(book.read_text("utf-8").replace("ask.span", "ask.span  # here", 1), "utf-8")
    monkeypatch.setattr(trace, "code", lambda: "newer")
    assert again(city).changed(read) == ["code", "policy", "notebook 3_trend"]


def test_a_notebook_that_was_run_by_hand_and_saved_is_the_same_notebook(city, read):
    file = city.notebook("3_trend")
    book = json.loads(file.read_text("utf-8"))
    cell = next(cell for cell in book["cells"] if cell["cell_type"] == "code")
    cell["outputs"], cell["execution_count"] = [{"output_type": "stream", "text": "ran"}], 7
    book["metadata"]["language_info"] = {"name": "python", "version": "3.13"}
    file.write_text(json.dumps(book), "utf-8")
    assert again(city).changed(read) == []


def test_a_part_that_read_results_is_joined_while_what_it_read_is_the_same(city):
    trace.forget()
    rows = results.load_results(city, "2017")
    results.pick(rows, statistic="count", area="stadsdel:2")
    mine = count(0.5, statistic="effect", unit="ratio", area="stadsdel:2", series="M2")
    results.write_part(city, "2017", "4_causes-y", [mine])
    trace.forget()
    join_parts(city, "2017")
    assert len(results.rows_of(city, "2017")) == 4
    moved = [*BEFORE[:2], count(4.0, area="stadsdel:2")]
    results.write_part(city, "2017", "2_situation-x", moved, [CLEAR, CLAIM])
    join_parts(city, "2017")
    assert "effect" not in set(results.rows_of(city, "2017").statistic)


def test_a_notebook_that_builds_the_tables_rests_on_every_raw_file(city):
    trace.forget()
    tables.build(Data(workspace="goteborg", period="2017").city)
    assert set(trace.read()) == {"code", "raw"}

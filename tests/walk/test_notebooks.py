"""Notebooks as they are kept: they tell, the library does, and they ask what their model allows."""

import ast
import json

import nbformat
import papermill
import pytest

from analysis.data.parameters import ASKS
from analysis.telling.text import texts
from tests.conftest import ROOT

PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in PATHS}


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


@pytest.fixture(params=NOTEBOOKS, scope="module")
def name(request):
    return request.param


@pytest.fixture
def notebook(name):
    return NOTEBOOKS[name]


def test_there_is_a_notebook_for_every_model():
    assert set(NOTEBOOKS) == set(ASKS)


def test_it_is_saved_clean(notebook):
    assert all(not cell.outputs and cell.execution_count is None for cell in code(notebook))
    nbformat.validate(notebook)


def test_it_defines_nothing_and_hides_no_error(notebook):
    kinds = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.Try, ast.For, ast.While)
    for cell in code(notebook):
        tree = ast.parse(cell.source)
        assert not [n for n in ast.walk(tree) if isinstance(n, kinds[:2] + kinds[3:])], cell.id


def test_its_cells_are_short(notebook):
    assert max(len(cell.source.splitlines()) for cell in code(notebook)) <= 15


def test_it_opens_with_its_only_title(notebook):
    titles = [cell for cell in prose(notebook) if cell.source.startswith("# ")]
    assert titles == [notebook.cells[0]]


def test_its_parameters_are_the_declared_ones_and_each_is_explained(name):
    found = papermill.inspect_notebook(ROOT / "notebooks" / f"{name}.ipynb")
    asked = {n: ast.literal_eval(p["default"]) for n, p in found.items()}
    model = ASKS[name]
    assert asked == {field: info.default for field, info in model.model_fields.items()}
    assert all(p["help"] and p["inferred_type_name"] == "str" for p in found.values())


def test_its_swedish_prose_has_the_same_cells(name, notebook):
    swedish = texts("sv")["prose"].get(name, {})
    assert list(swedish) == [cell.id for cell in prose(notebook) if cell.id != "title"]
    for cell in prose(notebook):
        if cell.id in swedish:
            assert cell.source.count("## ") == swedish[cell.id].count("## ")
            assert cell.source.count("$") == swedish[cell.id].count("$")


def test_a_report_notebook_only_reads_results(name, notebook):
    """1-3 and 5 estimate, 4 rules on what they found, 6-9 tell: no method is run for a reader."""
    source = "\n".join(cell.source for cell in code(notebook))
    if notebook.metadata.lagesbild["kind"] == "reader":
        assert int(name[0]) >= 6
        assert "analysis.methods" not in source
        assert "write_part" not in source
        assert "rows_of_persons" not in source
        assert "load_results" in source
    else:
        assert int(name[0]) <= 5
        assert ("load_results" in source) == (name == "4_causes")
        assert ("load_verdicts" in source) == (name == "4_causes")
        assert ("write_part" in source) == (name != "1_data")


def test_a_verdict_is_given_in_one_notebook_and_read_in_the_others():
    ruling = {
        name
        for name, notebook in NOTEBOOKS.items()
        if any(f in "".join(c.source for c in code(notebook)) for f in ("rulings.", "causal.tried"))
    }
    assert ruling == {"4_causes", "5_evaluation"}


def test_it_ends_with_what_a_reader_needs_to_check_it(notebook):
    assert "pages.closing(" in code(notebook)[-1].source


def test_it_names_its_kernel_and_its_model(name, notebook):
    assert notebook.metadata.kernelspec["name"] == "python3"
    assert notebook.metadata.lagesbild["notebook"] == name


def test_the_file_is_written_as_jupyter_writes_it():
    for path in PATHS:
        text = path.read_text(encoding="utf-8")
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1) + "\n"

"""The house: every file has a floor, and imports only go down."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "analysis"
FLOORS = (
    "words", "data", "example", "measurement", "methods", "chain", "telling", "running",
)  # fmt: skip
FILES = sorted(SOURCE.rglob("*.py"))


def floor(module: str) -> int:
    parts = module.split(".")
    if parts == ["analysis"]:
        return -1
    return len(FLOORS) if parts[1] == "__main__" else FLOORS.index(parts[1])


def module_of(file: Path) -> str:
    parts = ("analysis", *file.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(part for part in parts if part != "__init__")


def imported(file: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("analysis"):
            deeper = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [d for d in deeper if is_module(d)] or [node.module]
        elif isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.startswith("analysis")]
    return found


def is_module(name: str) -> bool:
    place = SOURCE.joinpath(*name.split(".")[1:])
    return place.is_dir() or place.with_suffix(".py").exists()


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_every_file_has_a_floor(file):
    assert floor(module_of(file)) >= -1


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_every_import_goes_down_or_stays_on_its_floor(file):
    here = floor(module_of(file))
    assert [name for name in imported(file) if floor(name) > here] == []


def test_no_two_modules_import_each_other():
    arrows = {module_of(f): set(imported(f)) for f in FILES}
    reached = {name: set(direct) for name, direct in arrows.items()}
    for _ in arrows:
        for seen in reached.values():
            seen |= {further for name in list(seen) for further in arrows.get(name, ())}
    assert [name for name, seen in reached.items() if name in seen] == []


def test_a_function_below_telling_prints_nothing_and_hides_no_error():
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, f"bare except in {file}"
                assert not all(isinstance(line, ast.Pass) for line in node.body), file
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
                assert file.name == "__main__.py", f"print in {file}"


def test_the_public_face_is_documented():
    for file in FILES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), f"{file} does not say what it protects"
        for node in ast.walk(tree):
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_"
            if public:
                assert ast.get_docstring(node) or in_a_function(tree, node), (file, node.name)


def in_a_function(tree, node) -> bool:
    return any(
        node in ast.walk(outer)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef) and outer is not node
    )

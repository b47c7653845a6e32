"""The README keeps its word: short, in its order, and what it names is there."""

import re

from tests.conftest import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_is_short_and_answers_in_order():
    assert len(TEXT.splitlines()) < 120
    assert re.findall(r"^## (.+)$", TEXT, re.M) == [
        "See a report", "Run it yourself", "Find your way", "Where the numbers come from",
        "How sure we are", "To cite and to object",
    ]  # fmt: skip


def test_every_file_that_it_names_is_there():
    named = re.findall(r"`((?:data|docs|tests|src)/[\w./-]+|[A-Z]+\.(?:md|cff))`", TEXT)
    named += re.findall(r"\]\(([^)]+)\)", TEXT)
    assert len(named) > 5
    assert [
        name
        for name in named
        if not name.startswith("data/processed") and not (ROOT / name).exists()
    ] == []


def test_its_two_commands_are_the_makefiles_and_ci_runs_the_second():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in re.findall(r"^make ([\w-]+)", TEXT, re.M):
        assert re.search(rf"^{command}:", makefile, re.M), command
    assert re.search(r"^make test$", gate, re.M)


def test_the_raw_datas_readme_shows_a_record_with_every_field():
    from analysis.data.workspace import RECORD_FIELDS, SOURCE_FIELDS

    shown = (ROOT / "data/raw/goteborg/README.md").read_text(encoding="utf-8")
    assert [name for name in (*RECORD_FIELDS, *SOURCE_FIELDS) if f'"{name}"' not in shown] == []

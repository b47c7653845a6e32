"""Method cards: no method without one, and nothing claimed of a test that is not there."""

import re

import pytest

from analysis.telling.text import texts
from tests import docs_methods
from tests.conftest import ROOT
from tests.replication.registry import REPLICATIONS, load

CARDS = {language: texts(language)["methods"] for language in ("sv", "en")}
SOURCE = ROOT / "src" / "analysis"
load()


def evidence(text):
    """The published entries, the test files and the numbers that a field names."""
    entries = re.findall(r"\b[a-z]{2,4}-\d\d\b", text)
    files = re.findall(r"tests/[\w/]+\.py|test_\w+_recovery", text)
    return sorted(entries), sorted(files), sorted(re.findall(r"\d+", text))


@pytest.mark.parametrize("language", CARDS)
def test_the_pages_in_the_docs_are_what_the_cards_would_write(language):
    written = docs_methods.file(language).read_text(encoding="utf-8")
    assert written == docs_methods.page(language), "run: python -m tests.docs_methods"


@pytest.mark.parametrize("name", CARDS["en"])
def test_what_a_method_was_validated_against_is_there(name):
    entries, files, _ = evidence(CARDS["en"][name]["validated"])
    published = {"-".join(entry.split("-")[:2]) for entry in REPLICATIONS}
    assert set(entries) <= published
    for file in files:
        path = file if "/" in file else f"tests/recovery/{file}.py"
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("name", CARDS["en"])
def test_both_languages_name_the_same_evidence_and_the_same_numbers(name):
    swedish, english = (CARDS[language][name]["validated"] for language in CARDS)
    assert evidence(swedish) == evidence(english)


@pytest.mark.parametrize("language", CARDS)
def test_a_field_of_a_card_can_be_read_at_once(language):
    long = {
        f"{name}.{field}": len(text)
        for name, card in CARDS[language].items()
        for field, text in card.items()
        if len(text) > 320
    }
    assert long == {}


def test_every_design_that_can_estimate_has_a_card():
    code = "\n".join(
        line
        for file in sorted(SOURCE.rglob("*.py"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if ">>>" not in line
    )
    designs = set(re.findall(r'(?:\bdesign=|of_log\(\s*)"([^"]+)"', code))
    told_by_another = {"drift"}  # a line of the event study, on its card
    assert designs >= {"interrupted", "difference", "synthetic", "two_way", "yearly_step"}
    assert designs - told_by_another - CARDS["en"].keys() == set()

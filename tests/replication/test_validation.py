"""Every published number that we know of is given back, or it is said why not."""

import pytest

from analysis.methods.linear import TOO_FEW_AREAS
from tests.conftest import ROOT, SHARED
from tests.replication.__main__ import page
from tests.replication.linear_entries import organ_donors
from tests.replication.registry import (
    NOT_COVERED,
    REPLICATIONS,
    computed,
    entries,
    load,
    misses,
)

VALIDATION = SHARED / "validation"
HERE = (VALIDATION / "validation.json").exists()
ENTRIES = entries(VALIDATION) if HERE else ()
needs_data = pytest.mark.skipif(not HERE, reason="the shared validation data are not here")
load()


@needs_data
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])
def test_our_own_functions_give_the_published_numbers_back(entry):
    if entry["id"] in NOT_COVERED:
        pytest.skip(NOT_COVERED[entry["id"]])
    assert entry["id"] in REPLICATIONS, "compute it, or say in NOT_COVERED why not"
    assert misses(entry, computed(entry["id"], VALIDATION)) == {}


@needs_data
def test_nothing_is_replicated_or_excused_that_is_no_entry():
    assert {*REPLICATIONS, *NOT_COVERED} - {entry["id"] for entry in ENTRIES} == set()


def test_no_entry_is_both_replicated_and_excused():
    assert REPLICATIONS.keys() & NOT_COVERED.keys() == set()


def test_a_number_that_is_off_or_absent_is_a_miss():
    entry = {"expected": {"p": 0.17, "z": 2.0}, "tolerance": {"p": 0.01, "z": 0.5}}
    assert misses(entry, {"p": 0.179, "z": 1.6}) == {}
    assert misses(entry, {"p": 0.181, "z": float("nan")}).keys() == {"p", "z"}
    assert misses(entry, {"p": 0.17}) == {"z": (2.0, None)}


@needs_data
def test_an_error_published_for_one_treated_state_carries_a_caution():
    found = organ_donors(VALIDATION / "data")
    assert found.p < 0.01
    assert (found.caution, found.direction) == (TOO_FEW_AREAS, "unclear")


@needs_data
def test_the_table_in_the_docs_is_what_the_suite_would_write():
    written = (ROOT / "docs" / "replications.md").read_text(encoding="utf-8")
    assert written == page(VALIDATION), "run: python -m tests.replication"

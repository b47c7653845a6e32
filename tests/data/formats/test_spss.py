"""A survey's file: every respondent, every code with its label, and refused is not blank."""

import sys

import numpy as np
import pandas as pd
import pytest

from analysis.data.formats import spss
from analysis.words.questions import WrongQuestion
from tests.conftest import SHARED

pyreadstat = pytest.importorskip("pyreadstat", reason="the extra survey is not installed")
BCS = SHARED / "data" / "survey_bcs0708"
needs_data = pytest.mark.skipif(not BCS.exists(), reason="the shared data are not here")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    file = tmp_path_factory.mktemp("spss") / "enkat.sav"
    rows = pd.DataFrame(
        {
            "nr": [101.0, 102.0, 103.0],
            "safe": [1.0, 9.0, np.nan],
            "lit": [2.0, np.nan, 1.0],
            "weight": [0.1, 1.5, 2.0],
            "where": ["Östra", "", "Hamnen"],
        }
    )
    pyreadstat.write_sav(
        rows,
        file,
        column_labels={"safe": "Hur trygg är du?"},
        variable_value_labels={
            "safe": {1: "Trygg", 9: "Vill ej svara"},
            "lit": {1: "Ja", 2: "Nej"},
        },
        missing_ranges={"safe": [9]},
    )
    return file


def test_a_respondent_is_a_row_and_a_code_has_no_decimals(file):
    got = spss.read([file], {})
    assert got.rows.to_numpy().tolist() == [
        ["101", "1", "2", "0.1", "Östra", 1],
        ["102", "9", "", "1.5", "", 2],
        ["103", "", "1", "2", "Hamnen", 3],
    ]
    assert got.rows.columns.tolist() == ["nr", "safe", "lit", "weight", "where", "raw_line"]
    assert got.rows_in == 3


def test_refused_is_kept_apart_from_not_asked(file):
    assert spss.read([file], {}).rows.safe.tolist() == ["1", "9", ""]
    labelled = spss.read([file], {"labels": True}).rows
    assert labelled.safe.tolist() == ["Trygg", "Vill ej svara", ""]
    assert labelled.weight.tolist() == ["0.1", "1.5", "2"]


def test_only_the_columns_that_were_asked_for_are_read(file):
    assert list(spss.read([file], {"columns": ["nr", "lit"]}).rows) == ["nr", "lit", "raw_line"]


def test_the_codebook_is_two_tables(file):
    texts = spss.variable_labels(file).set_index("item").text
    assert (texts["safe"], texts["lit"], len(texts)) == ("Hur trygg är du?", "", 5)
    assert spss.value_labels(file).to_numpy().tolist() == [
        ["safe", "1", "Trygg"], ["safe", "9", "Vill ej svara"], ["lit", "1", "Ja"], ["lit", "2", "Nej"],
    ]  # fmt: skip


def test_every_answer_becomes_a_row_and_a_blank_is_counted(file):
    got = spss.read([file], {"long": {"id": "nr", "items": ["safe", "lit"]}})
    assert got.rows.to_numpy().tolist() == [
        ["101", "safe", "1", 1], ["101", "lit", "2", 1], ["102", "safe", "9", 2], ["103", "lit", "1", 3],
    ]  # fmt: skip
    assert got.rows.columns.tolist() == ["respondent_id", "item", "code", "raw_line"]
    assert (got.not_chosen, got.rows_in) == (2, 3 * 2)


def test_an_answer_without_a_respondent_is_refused(file):
    got = spss.read([file], {"long": {"id": "where", "items": ["safe", "lit"]}})
    assert got.rejected.to_dict("records") == [
        {"raw_line": 2, "reason": "no where: the answer has no respondent"}
    ]
    assert got.rows_in == 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ["safety"]}, r"variable of enkat.sav 'safety' is not known here; did you mean 'safe'"),
        ({"label": True}, "option of spss 'label' is not known here; did you mean 'labels'"),
        ({"long": {"id": "nr"}}, "long of spss has id and items, not id"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_answered_with_what_there_is(file, options, message):
    with pytest.raises(WrongQuestion, match=message):
        spss.read([file], options)


def test_what_is_no_file_of_spss_is_refused(tmp_path):
    (tmp_path / "x.sav").write_text("hej")
    with pytest.raises(WrongQuestion, match="cannot be read as an SPSS file"):
        spss.read([tmp_path / "x.sav"], {})
    with pytest.raises(FileNotFoundError):
        spss.read([tmp_path / "nowhere.sav"], {})


def test_without_the_library_it_says_what_to_install(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(WrongQuestion, match=r'pip install "lagesbild\[survey\]"'):
        spss.read([file], {})


@needs_data
def test_the_real_survey_is_the_same_as_its_parquet():
    ours = spss.read([BCS / "bcs0708.sav"], {"labels": True}).rows
    theirs = pd.read_parquet(BCS / "bcs0708.parquet").reset_index(drop=True)
    assert len(ours) == len(theirs) == 11_676
    weights = pd.to_numeric(ours.tcindwt)
    assert weights.equals(theirs.tcindwt)
    assert weights.isna().sum() == 16
    assert (ours.walkdark == theirs.walkdark.astype(object).fillna("")).all()
    assert ours.walkdark.value_counts()[["very safe", ""]].tolist() == [3_002, 51]


@needs_data
def test_the_real_survey_as_answers():
    asked = {"id": "rowlabel", "items": ["walkdark", "walkday", "homealon"]}
    got = spss.read([BCS / "bcs0708.sav"], {"long": asked})
    wide = spss.read([BCS / "bcs0708.sav"], {}).rows
    blank = sum(int((wide[item] == "").sum()) for item in asked["items"])
    assert got.rows_in == 3 * 11_676
    assert (got.not_chosen, len(got.rejected)) == (blank, 0)
    assert not got.rows.duplicated(["respondent_id", "item"]).any()

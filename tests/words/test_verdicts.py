"""A verdict is one of three words, keeps its reason, and comes back from a file as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.words import verdicts
from analysis.words.verdicts import KINDS, RULINGS, Verdict

WORD = st.text("abcdefgåäö -", min_size=1).map(str.strip).filter(bool)


def verdict(**about):
    plain = {"kind": "measure", "subject": "M1", "ruling": "supported", "reason": "clear"}
    return Verdict(**plain | about)


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"ruling": "proven"}, "ruling 'proven' is not one of supported, not supported, not ident"),
        ({"ruling": ""}, "ruling '' is not one of"),
        ({"kind": "problem"}, "kind 'problem' is not one of claim, cause, measure"),
    ],
)
def test_a_fourth_word_is_refused_with_those_that_there_are(about, said):
    with pytest.raises(ValueError, match=said):
        verdict(**about)


def test_a_verdict_needs_a_reason_and_cannot_be_changed():
    with pytest.raises(TypeError, match="reason"):
        Verdict(kind="measure", subject="M1", ruling="supported")
    with pytest.raises(AttributeError):
        verdict().ruling = "not supported"


def test_a_table_of_verdicts_has_a_row_each_in_the_order_given():
    rows = verdicts.frame([verdict(subject="M2", failed=("dose", "pre trend")), verdict()])
    assert list(rows.columns) == ["kind", "subject", "ruling", "reason", "design", "failed"]
    assert rows.subject.tolist() == ["M2", "M1"]
    assert rows.failed.tolist() == ["dose; pre trend", ""]


def test_a_table_of_no_verdicts_still_has_its_columns():
    assert list(verdicts.frame([]).columns) == list(verdicts.frame([verdict()]).columns)
    assert verdicts.from_frame(verdicts.frame([])) == []


@given(
    st.lists(
        st.builds(
            Verdict,
            kind=st.sampled_from(KINDS),
            subject=WORD,
            ruling=st.sampled_from(RULINGS),
            reason=WORD,
            design=WORD | st.just(""),
            failed=st.lists(WORD, max_size=3).map(tuple),
        ),
        max_size=4,
    )
)
def test_verdicts_come_back_from_their_table_as_they_were(made):
    assert verdicts.from_frame(verdicts.frame(made)) == made

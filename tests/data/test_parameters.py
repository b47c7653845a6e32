"""A wrong question stops before a kernel starts, with the nearest right one."""

import pytest

from analysis.data.parameters import ASKS, districts, question, years
from analysis.words.questions import WrongQuestion


@pytest.mark.parametrize(
    ("notebook", "parameters", "answer"),
    [
        ("2_situation", {"area": "lundbi"}, "did you mean 'lundby'"),
        ("2_situation", {"area": "Lundby"}, "did you mean 'lundby'"),
        ("2_situation", {"aera": "lundby"}, "did you mean 'area'"),
        ("2_situation", {"period": "2027"}, "Allowed: 2011, 2012"),
        ("2_situation", {"period": "2017Q3"}, "Allowed: 2011, 2012"),
        ("2_situation", {"period": "kvartal 3"}, "must look like"),
        ("2_situation", {"language": "se"}, "Allowed: sv, en"),
        ("2_situation", {"workspace": "goteburg"}, "did you mean 'goteborg'"),
        ("2_situation", {"workspace": "../../etc"}, "Allowed: "),
        ("3_trend", {"item": "assualt"}, "did you mean 'assault'"),
        ("3_trend", {"period": 2017}, "must be text"),
        ("3_trnd", {}, "did you mean '3_trend'"),
    ],
)
def test_a_wrong_question_is_answered(notebook, parameters, answer):
    with pytest.raises(WrongQuestion, match=answer):
        question(notebook, **parameters)


def test_every_year_from_2011_to_2020_can_be_asked(city):
    assert years(city) == [str(year) for year in range(2011, 2021)]


def test_ten_districts_can_be_asked(city):
    assert len(districts(city)) == 10
    assert districts(city)["orgryte-harlanda"] == "stadsdel:133"


def test_a_question_cannot_be_changed_after_it_was_asked():
    ask = question("2_situation")
    with pytest.raises(Exception, match="frozen"):
        ask.area = "centrum"


def test_defaults_are_a_valid_question():
    for notebook in ASKS:
        assert question(notebook).notebook == notebook

"""The op-ed's claims on the real figures: one rule, and no cause out of two things in a row."""

import pytest

from analysis.chain import claims
from analysis.chain.claims import answers_needed, step
from tests.conftest import series

SHOOTINGS = (48, 46, 56, 52, 31, 39, 21, 43, 20)


def test_the_years_after_the_polices_turn_are_lower_and_not_clearly_so_by_2017():
    found = step(series(SHOOTINGS[:7]))
    assert found.ratio == pytest.approx((31 + 39 + 21) / 3 / 50)
    assert found.high > 1 and found.detectable == pytest.approx(0.50, abs=0.01)
    assert step(series(SHOOTINGS)).direction == "fewer"


def test_the_error_of_a_step_by_hand():
    before, after = (48, 46, 56), (31, 39, 21)
    total = sum((x - 50) ** 2 / 50 for x in before)
    total += sum((x - 91 / 3) ** 2 / (91 / 3) for x in after)
    assert step(series(SHOOTINGS[:7])).dispersion == pytest.approx(total / 4)


def test_too_few_years_give_no_step():
    assert step(series(SHOOTINGS[:5])).refused == "too few years"


def test_the_designs_that_could_find_a_cause_are_refused_by_name():
    refused = {name: e.refused for name, e in claims.designs(series(SHOOTINGS)).items()}
    assert refused == {
        "yearly_step": "", "interrupted": "yearly figures", "difference": "no comparison",
    }  # fmt: skip


def test_how_many_must_have_answered_by_the_plain_formula():
    n = answers_needed(0.73, 0.85)
    reach = 1.959964 * ((0.73 * 0.27 + 0.85 * 0.15) / n) ** 0.5
    fewer = 1.959964 * ((0.73 * 0.27 + 0.85 * 0.15) / (n - 1)) ** 0.5
    assert reach <= 0.12 < fewer

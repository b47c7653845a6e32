"""Agreement and near repeats in print, by our public functions (validation.json names the sources)."""

import pandas as pd
import pytest
from scipy import stats

from analysis.methods.agreement import kendall
from analysis.methods.nearrepeat import expected_pairs
from analysis.words.periods import Period
from tests.conftest import SHARED

PLACE = {"area": "stadsdel:1", "scheme": "stadsdel", "period": Period.parse("2017")}


def test_kendalls_w_of_three_raters_of_anxiety():
    # agr-01: R irr 0.84.1, kendall(anxiety, correct = TRUE): W 0.54, chisq 30.8, p 0.0429
    file = SHARED / "validation" / "data" / "anxiety.csv"
    if not file.exists():
        pytest.skip("the shared validation data are not here")
    ratings = pd.read_csv(file)
    assert ratings.shape == (20, 3)
    found = kendall(ratings, seed=1, **PLACE)
    assert found.value == pytest.approx(0.54, abs=5e-4)
    chi2 = 3 * 19 * found.value
    assert chi2 == pytest.approx(30.8, abs=0.05)
    assert stats.chi2.sf(chi2, 19) == pytest.approx(0.0429, abs=6e-5)
    # three raters are few for chi-square; Kendall's own F for few raters is near the permutations
    df = 19 - 2 / 3
    near = stats.f.sf(2 * found.value / (1 - found.value), df, 2 * df)
    assert found.p == pytest.approx(near, abs=0.004)


def test_knox_on_childhood_leukaemia_in_northumberland():
    # cnt-21: Knox 1964, Applied Statistics 13:25: 5 pairs near in both of 4560, 25 and 152
    expected = expected_pairs(4560, near_in_space=25, near_in_time=152)
    assert expected == pytest.approx(0.8333, abs=5e-5)
    assert stats.poisson.sf(4, expected) == pytest.approx(0.00168, abs=5e-6)

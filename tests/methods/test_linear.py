"""Linear panels: numbers by hand and by dummies, and errors that nobody may lean on too far."""

import os
import subprocess
import sys

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from analysis.methods.linear import TOO_FEW_AREAS, TOO_SHORT, Slope, segmented, slopes, two_way

EVERYTHING = """
import numpy as np
from analysis.methods import linear, smallarea, staggered
rng = np.random.default_rng(5)
shares = rng.normal(50, 5, (12, 6))
starts = np.array([2, 3, 3, *[6] * 9])
names = np.array([f"district {i}" for i in range(12)])
treated = np.arange(6) >= starts[:, None]
income = rng.normal(size=(12, 6))
causes = {"measure": treated, "income": income, "wages": rng.normal(size=(12, 6))}
print(linear.slopes(shares, causes, [names[:, None], np.arange(6)], names[:, None]))
print(linear.two_way(shares, treated, {"income": income}, np.array(list("abc") * 4)))
print(linear.segmented(shares[0], 3, 1))
print(staggered.comparisons(shares, starts), staggered.by_kind(staggered.comparisons(shares, starts)))
print(staggered.by_lot(shares, starts, seed=1, number=49), staggered.group_times(shares, starts))
print(smallarea.fay_herriot(shares[:, 0] / 100, np.full(12, 0.03)).values.tolist())
"""


def panel(areas=12, periods=6, treated=4, seed=3):
    rng = np.random.default_rng(seed)
    shares = rng.normal(50, 5, (areas, periods)) + rng.normal(0, 8, (areas, 1))
    measure = np.zeros((areas, periods))
    measure[:treated, periods // 2 :] = 1
    return shares, measure


def test_two_areas_and_two_periods_are_a_difference_of_differences():
    shares, measure = panel()
    before, after = shares[:, :3].mean(axis=1), shares[:, 3:].mean(axis=1)
    change = after - before
    by_hand = change[:4].mean() - change[4:].mean()
    assert two_way(shares, measure).value == pytest.approx(by_hand)


def test_errors_are_those_of_a_regression_on_dummies():
    shares, measure = panel()
    areas, periods = (labels.ravel() for labels in np.indices(shares.shape))
    dummies = np.column_stack([measure.ravel(), np.eye(12)[areas], np.eye(6)[periods][:, 1:]])
    plain = sm.OLS(shares.ravel(), dummies).fit()
    found = slopes(shares, {"measure": measure}, [*np.indices(shares.shape)])["measure"]
    assert (found.value, found.error) == pytest.approx((plain.params[0], plain.bse[0]))
    assert found.df == 72 - 1 - 12 - 5
    assert (found.low, found.high) == pytest.approx(tuple(plain.conf_int()[0]))
    assert found.p == pytest.approx(plain.pvalues[0])
    clustered = plain.get_robustcov_results("cluster", groups=areas)
    # an area's own level is counted once there and not again as a parameter here
    ours = clustered.bse[0] * np.sqrt((72 - 18) / (72 - 7))
    assert two_way(shares, measure).error == pytest.approx(ours)
    assert two_way(shares, measure).df == 11


def test_without_effects_there_is_one_level():
    x = np.array([0.0, 1, 2, 3])
    found = slopes(1 + 2 * x + np.array([1, -1, -1, 1]), {"x": x})
    assert found["intercept"].value == pytest.approx(1)
    assert found["x"].value == pytest.approx(2)


def test_a_weight_of_two_is_the_same_share_twice():
    rng = np.random.default_rng(8)
    y, x = rng.normal(size=(2, 20))
    weights = np.where(np.arange(20) < 5, 2.0, 1.0)
    twice = np.r_[y, y[:5]], {"x": np.r_[x, x[:5]]}
    assert slopes(y, {"x": x}, weights=weights)["x"].value == pytest.approx(
        slopes(*twice)["x"].value
    )


def test_levels_of_areas_and_shocks_of_periods_and_regions_change_nothing():
    shares, measure = panel()
    found = two_way(shares, measure)
    shifted = two_way(shares + np.arange(12)[:, None] * 9 + np.arange(6) ** 2, measure)
    assert (shifted.value, shifted.error) == pytest.approx((found.value, found.error))
    regions = np.array(list("nnwwnneeewwe"))
    shocks = np.random.default_rng(1).normal(0, 20, (3, 6))
    hit = shares + shocks[np.unique(regions, return_inverse=True)[1]]
    assert two_way(hit, measure, regions=regions).value == pytest.approx(
        two_way(shares, measure, regions=regions).value
    )
    assert two_way(hit, measure).value != pytest.approx(found.value, abs=0.1)


def test_a_control_takes_its_part():
    shares, measure = panel()
    income = np.random.default_rng(2).normal(size=shares.shape) + measure
    assert two_way(shares + 30 * income, measure, {"income": income}).value == pytest.approx(
        two_way(shares, measure, {"income": income}).value
    )


def test_a_missing_share_is_not_a_share_of_nought():
    shares, measure = panel()
    shares[5, 2] = np.nan
    areas, periods = np.indices(shares.shape)
    keep = ~np.isnan(shares)
    long = slopes(shares[keep], {"m": measure[keep]}, [areas[keep], periods[keep]], areas[keep])
    found = two_way(shares, measure)
    assert (found.value, found.error) == pytest.approx((long["m"].value, long["m"].error))
    assert found.value != pytest.approx(two_way(np.nan_to_num(shares), measure).value, abs=0.1)


def test_the_order_of_areas_changes_nothing():
    shares, measure = panel()
    order = np.random.default_rng(4).permutation(12)
    found, shuffled = two_way(shares, measure), two_way(shares[order], measure[order])
    assert (found.value, found.error) == pytest.approx((shuffled.value, shuffled.error), rel=1e-10)


def test_the_units_of_the_outcome_are_the_units_of_the_slope():
    shares, measure = panel()
    parts, points = two_way(shares / 100, measure), two_way(shares, measure)
    assert points.detectable == pytest.approx(100 * parts.detectable)
    assert points.p == pytest.approx(parts.p)
    quantiles = stats.t.ppf(0.975, 11) + stats.t.ppf(0.8, 11)
    assert points.detectable == pytest.approx(quantiles * points.error)


@pytest.mark.parametrize(
    ("areas", "treated", "caution"),
    [
        (39, 15, TOO_FEW_AREAS),
        (40, 9, TOO_FEW_AREAS),
        (40, 10, ""),
        (40, 38, TOO_FEW_AREAS),
        (45, 20, ""),
    ],
)
def test_clustered_errors_carry_a_caution_where_areas_are_few(areas, treated, caution):
    assert two_way(*panel(areas=areas, treated=treated)).caution == caution


def test_two_areas_that_weigh_as_much_as_all_others_are_few_areas():
    shares, measure = panel(areas=60, treated=20)
    weights = np.ones_like(shares)
    weights[[0, -1]] = 1000
    assert two_way(shares, measure).caution == ""
    assert two_way(shares, measure, weights=weights).caution == TOO_FEW_AREAS


def test_nothing_is_read_out_of_a_slope_with_a_caution():
    clear = Slope(value=-0.5, error=0.1, df=60)
    assert (clear.direction, clear.effect().direction) == ("lower", "fewer")
    assert Slope(value=0.5, error=0.1, df=60).direction == "higher"
    assert Slope(value=0.1, error=0.1, df=60).direction == "unclear"
    warned = Slope(value=-0.5, error=0.1, df=9, caution=TOO_FEW_AREAS)
    assert warned.direction == "unclear"
    assert (warned.effect().known, warned.effect().refused) == (False, TOO_FEW_AREAS)


def test_the_slope_of_a_logarithm_is_a_ratio():
    found = Slope(value=np.log(0.5), error=0.1, df=60).effect("linear panel")
    assert found.ratio == pytest.approx(0.5)
    assert found.high == pytest.approx(0.5 * np.exp(0.1 * stats.t.ppf(0.975, 60)))


def test_newey_west_by_its_own_sums():
    rng = np.random.default_rng(6)
    months = np.arange(30)
    rate = 10 - 0.1 * months + rng.normal(size=30)
    after = (months >= 18).astype(float)
    design = np.column_stack([np.ones(30), months, after, after * (months - 18)])
    bread = np.linalg.inv(design.T @ design)
    values = bread @ design.T @ rate
    scores = design * (rate - design @ values)[:, None]
    middle = scores.T @ scores
    for lag, weight in ((1, 2 / 3), (2, 1 / 3)):
        both = scores[lag:].T @ scores[:-lag]
        middle += weight * (both + both.T)
    errors = np.sqrt(np.diag(bread @ middle @ bread) * 30 / 26)
    found = segmented(rate, start=18, lags=2)
    assert [one.value for one in found.values()] == pytest.approx(values[1:])
    assert [one.error for one in found.values()] == pytest.approx(errors[1:])


def test_newey_west_is_not_for_short_series():
    noise = np.random.default_rng(7).normal(size=150)
    assert {one.caution for one in segmented(noise[:149], 60, 12).values()} == {TOO_SHORT}
    assert {one.caution for one in segmented(noise, 60, 12).values()} == {""}


def test_what_cannot_be_told_is_refused_in_words():
    shares, measure = panel()
    with pytest.raises(ValueError, match="cause 'measure' is missing in 1 of 72 places"):
        gap = measure.copy()
        gap[0, 0] = np.nan
        two_way(shares, gap)
    with pytest.raises(ValueError, match="'measure' does not vary beyond"):
        two_way(shares, np.broadcast_to(np.arange(6) >= 3, shares.shape))
    with pytest.raises(ValueError, match="'measure' does not vary beyond"):
        two_way(shares, measure, {"twin": 2 * measure + 1})
    with pytest.raises(ValueError, match="4 known outcomes cannot carry 4 parameters"):
        two_way(shares[3:5, 2:4], measure[3:5, 2:4])
    with pytest.raises(ValueError, match="1 of 6 months are missing"):
        segmented(np.array([1, 2, np.nan, 4, 5, 6]), 3, 1)
    with pytest.raises(ValueError, match="start 5 must leave two of 6 months"):
        segmented(np.arange(6.0), 5, 1)


def test_every_digit_is_the_same_under_every_hash_seed():
    command = [sys.executable, "-c", EVERYTHING]
    runs = [
        subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONHASHSEED": seed}
        )
        for seed in "0123"
    ]
    told = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0, 0]
    assert "Slope" in told[0]
    assert len(set(told)) == 1

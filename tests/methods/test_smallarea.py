"""Small areas: the variance by brute force, and what borrowing may and may not do."""

import numpy as np
import pytest
from scipy import special, stats

from analysis.methods.smallarea import fay_herriot
from analysis.words.questions import WrongQuestion

SHARES = np.array([0.22, 0.25, 0.31, 0.35, 0.27, 0.45, 0.30, 0.18, 0.33, 0.40])
ERRORS = np.array([0.03, 0.04, 0.05, 0.03, 0.08, 0.09, 0.03, 0.06, 0.04, 0.05])


def restricted(between, direct, errors, columns):
    """The restricted log likelihood, through the covariance matrix of what the line leaves."""
    complement = np.linalg.svd(columns, full_matrices=True)[0][:, columns.shape[1] :]
    left = complement.T @ direct
    covariance = complement.T @ np.diag(between + errors**2) @ complement
    return stats.multivariate_normal(cov=covariance).logpdf(left)


@pytest.mark.parametrize("traits", [None, np.arange(10) % 3])
def test_the_variance_between_areas_is_the_likeliest(traits):
    columns = np.ones((10, 1)) if traits is None else np.c_[np.ones(10), traits]
    found = fay_herriot(SHARES, ERRORS, traits)
    tried = np.linspace(0, 0.02, 2001)
    best = tried[np.argmax([restricted(one, SHARES, ERRORS, columns) for one in tried])]
    assert 0 < found.between == pytest.approx(best, abs=1e-5)


def test_each_value_lies_between_its_own_answers_and_the_common_level():
    found = fay_herriot(SHARES, ERRORS)
    weights = 1 / (found.between + ERRORS**2)
    level = (weights * SHARES).sum() / weights.sum()
    assert found.coefficients == pytest.approx([level])
    own = found.between / (found.between + ERRORS**2)
    assert found.own == pytest.approx(own)
    assert found.values == pytest.approx(level + own * (SHARES - level))


def test_the_error_holds_the_noise_of_level_and_variance():
    found = fay_herriot(SHARES, ERRORS)
    noise, weights = ERRORS**2, 1 / (found.between + ERRORS**2)
    of_value = found.own * noise
    of_level = (1 - found.own) ** 2 / weights.sum()
    of_variance = (1 - found.own) ** 2 * weights * 2 / (weights**2).sum()
    assert found.errors**2 == pytest.approx(of_value + of_level + 2 * of_variance)
    assert found.high - found.low == pytest.approx(2 * stats.norm.ppf(0.975) * found.errors)
    wider = fay_herriot(SHARES, ERRORS, level=0.99)
    assert (wider.high > found.high).all()


def test_areas_no_further_apart_than_chance_are_told_alike():
    alike = 0.3 + 0.01 * (SHARES - SHARES.mean())
    found = fay_herriot(alike, ERRORS)
    assert found.between == 0
    assert np.ptp(found.values) == pytest.approx(0)
    assert (found.errors > 0).all()


def test_areas_on_their_trait_are_told_by_it():
    income = np.arange(10.0)
    noise = 0.001 * (SHARES - SHARES.mean())
    found = fay_herriot(0.2 + 0.02 * income + noise, ERRORS, income)
    assert found.coefficients == pytest.approx([0.2, 0.02], abs=1e-3)
    assert found.values == pytest.approx(0.2 + 0.02 * income, abs=1e-3)


def test_the_order_of_areas_changes_nothing():
    order = np.random.default_rng(1).permutation(10)
    found, shuffled = fay_herriot(SHARES, ERRORS), fay_herriot(SHARES[order], ERRORS[order])
    assert shuffled.values == pytest.approx(found.values[order], rel=1e-9)


def test_points_and_parts_tell_the_same():
    points, parts = fay_herriot(100 * SHARES, 100 * ERRORS), fay_herriot(SHARES, ERRORS)
    assert points.low == pytest.approx(100 * parts.low, rel=1e-6)


def test_on_log_odds_intervals_stay_inside_and_no_is_the_mirror_of_yes():
    rare, errors = SHARES**3, ERRORS / 4
    plain, odds = fay_herriot(rare, errors), fay_herriot(rare, errors, scale="log odds")
    assert plain.low.min() < 0 < odds.low.min()
    mirrored = fay_herriot(1 - rare, errors, scale="log odds")
    assert mirrored.values == pytest.approx(1 - odds.values)
    assert mirrored.low == pytest.approx(1 - odds.high)
    logits = fay_herriot(special.logit(rare), errors / (rare * (1 - rare)))
    assert special.logit(odds.values) == pytest.approx(logits.values)
    assert odds.errors == pytest.approx(logits.errors * odds.values * (1 - odds.values))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"direct": np.r_[np.nan, SHARES[1:]]}, "area 0 has value nan"),
        ({"errors": np.r_[ERRORS[:9], 0.0]}, "area 9 has value 0.4 and error 0"),
        ({"errors": ERRORS[:9]}, "10 areas, .9,. errors"),
        ({"traits": np.eye(10)[:, :8]}, "10 areas do not show how areas differ beyond 9"),
        ({"direct": np.r_[0.0, SHARES[1:]], "scale": "log odds"}, "a share of 0 has no log odds"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(change, words):
    with pytest.raises(ValueError, match=words):
        fay_herriot(**{"direct": SHARES, "errors": ERRORS} | change)


def test_an_unknown_scale_is_answered_with_the_known_ones():
    with pytest.raises(WrongQuestion, match="Allowed: plain, log odds"):
        fay_herriot(SHARES, ERRORS, scale="logit")

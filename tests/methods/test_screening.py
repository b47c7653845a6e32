"""Screening: false alarms kept in hand, and a real change found among many."""

import numpy as np
import pytest
from scipy import special

from analysis.methods.screening import departures, moderated, screen, survivors
from analysis.words.periods import Period
from tests.conftest import count, series

P2017 = Period.parse("2017")


def test_benjamini_and_hochbergs_own_fifteen_p_values():
    # Benjamini & Hochberg 1995, section 3.2: four are rejected at 0.05
    p = [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719,
         .6528, .7590, 1.0]  # fmt: skip
    found = survivors(screen([count(1.0, p=value) for value in p]))
    assert [e.p for e in found] == p[:4]


def test_q_by_the_plainest_road():
    p = np.array([0.001, 0.02, 0.03, 0.5])
    by_hand = [min(p[j] * 4 / (j + 1) for j in range(i, 4)) for i in range(4)]
    assert [e.q for e in screen([count(1.0, p=v) for v in p])] == pytest.approx(by_hand)


def test_an_estimate_without_p_is_no_part_of_the_family():
    found = screen([count(1.0, p=0.04), count(None)])
    assert (found[0].q, found[1].q) == (0.04, None)
    assert found[0].note == "one of 1 tried together"


def test_equal_dispersions_lend_all_there_is():
    same = np.full(50, 2.0)
    squeezed, lent = moderated(same, np.full(50, 5.0))
    assert lent > 1e5
    assert np.ptp(squeezed) == 0


def test_prior_degrees_of_freedom_come_back():
    # dispersions drawn as s0 * chi2(d)/d over an inverse chi2 prior with 4 degrees of freedom
    rng = np.random.default_rng(5)
    true = 3.0 * 4 / rng.chisquare(4, 20_000)
    seen = true * rng.chisquare(6, 20_000) / 6
    _, lent = moderated(seen, np.full(20_000, 6.0))
    assert lent == pytest.approx(4, rel=0.1)


def test_moderation_keeps_every_dispersion_between_its_own_and_the_common():
    rng = np.random.default_rng(2)
    own = rng.gamma(2, 2, 40)
    squeezed, lent = moderated(own, np.full(40, 5.0))
    assert 0 < lent < 1e5
    assert (np.sign(squeezed - own) == np.sign(np.median(squeezed) - own)).mean() > 0.9
    assert np.ptp(squeezed) < np.ptp(own)


def test_too_few_series_lend_nothing():
    own = np.array([1.0, 9.0])
    assert moderated(own, np.array([5.0, 5.0]))[1] == 0


def test_one_planted_change_among_many_is_found_and_named():
    rng = np.random.default_rng(11)
    many = [
        series(rng.negative_binomial(50, 50 / (50 + 200), 7), area=f"stadsdel:{i}")
        for i in range(100)
    ]
    planted = series([200, 210, 190, 205, 198, 202, 420], area="stadsdel:planted")
    found = survivors(departures([*many, planted], P2017))
    assert "stadsdel:planted" in {e.area for e in found}
    assert len(found) <= 3


def test_what_cannot_be_judged_is_left_out_of_the_family():
    short = series([5, 6], first=2016)
    gap = series([5, None, 6, 7, 8, 9, 10], area="stadsdel:2")
    now_unknown = series([5, 6, 7, 8, 9, 9, None], area="stadsdel:3")
    assert departures([short, gap, now_unknown], P2017) == []


def test_trigamma_is_inverted():
    from analysis.methods.screening import _trigamma_inverse

    for value in (0.01, 0.5, 3.0, 40.0):
        assert float(special.polygamma(1, _trigamma_inverse(value))) == pytest.approx(value)

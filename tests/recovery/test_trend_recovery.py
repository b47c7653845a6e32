"""Simulated truths: the trend's interval holds it as often as it says, and says no for nothing.

Yearly counts as ours are: seven to ten years, dispersion about 3 from a gamma mixture or
a latent memory of one year. The naive Poisson trend is shown failing on the same counts.
"""

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.methods.trend import trend
from tests.conftest import series


def yearly(rng, years, mean, dispersion, memory, slope=0.0):
    """Poisson counts around a log-normal level with lag-1 memory."""
    spread = np.log1p((dispersion - 1) / mean)
    latent = np.empty(years)
    latent[0] = rng.normal()
    for t in range(1, years):
        latent[t] = memory * latent[t - 1] + np.sqrt(1 - memory**2) * rng.normal()
    time = np.arange(years) - (years - 1) / 2
    return rng.poisson(mean * np.exp(slope * time + np.sqrt(spread) * latent - spread / 2))


def naive_p(counts):
    time = np.arange(len(counts)) - (len(counts) - 1) / 2
    model = sm.GLM(counts, sm.add_constant(time), family=sm.families.Poisson())
    return model.fit(method="newton", disp=0).pvalues[1]


@pytest.mark.parametrize(
    ("years", "mean", "memory", "most"),
    [(10, 40, 0.0, 0.07), (10, 500, 0.3, 0.085), (7, 40, 0.0, 0.07), (7, 500, 0.3, 0.085)],
)
def test_no_trend_is_called_a_trend_no_more_often_than_promised(runs, years, mean, memory, most):
    rng = np.random.default_rng(2017)
    found, naive = [], []
    for _ in range(runs):
        counts = yearly(rng, years, mean, dispersion=3, memory=memory)
        found.append(trend(series(counts)).p < 0.05)
        naive.append(naive_p(counts) < 0.05)
    assert np.mean(found) <= most
    assert np.mean(naive) > 0.15, "the naive trend is fooled on these counts"


def test_the_interval_holds_a_true_trend(runs):
    rng = np.random.default_rng(2018)
    held, values = [], []
    for _ in range(runs):
        found = trend(series(yearly(rng, 10, 500, 3, 0.0, slope=np.log(0.96))))
        held.append(found.low <= 0.96 <= found.high)
        values.append(np.log(found.value))
    assert 0.93 <= np.mean(held) <= 0.995
    assert abs(np.mean(values) - np.log(0.96)) < 0.1 * np.std(values)

"""The direction of a yearly count, with the noise of its own series.

A straight line through ten small numbers looks like a trend far too often; here
its interval is stretched by the series' dispersion and by what one year says of
the next, and too short a series gives no trend at all.
"""

from dataclasses import dataclass, replace
from math import exp, sqrt

import numpy as np
import statsmodels.api as sm
from scipy import stats

from analysis.measurement.comparison import Series
from analysis.measurement.counts import unknown, why_not, yardstick
from analysis.words.estimates import CheckResult, Estimate
from analysis.words.periods import Period


@dataclass(frozen=True)
class _Fit:
    slope: float
    slope_error: float
    dispersion: float
    autocorrelation: float
    years: int

    @property
    def df(self) -> int:
        """Degrees of freedom around the line."""
        return self.years - 2

    @property
    def memory(self) -> float:
        """Lag-1 autocorrelation, corrected for its small-sample bias, between 0 and 0.9."""
        return float(np.clip(self.autocorrelation + 3 / self.years, 0, 0.9))

    @property
    def error(self) -> float:
        """Standard error of the slope, for dispersion and memory."""
        stretch = sqrt((1 + self.memory) / (1 - self.memory))
        return self.slope_error * sqrt(max(1.0, self.dispersion)) * stretch


def _fit(counts: np.ndarray) -> _Fit:
    time = np.arange(len(counts)) - (len(counts) - 1) / 2
    model = sm.GLM(counts, sm.add_constant(time), family=sm.families.Poisson()).fit(
        method="newton", disp=0, tol=1e-12
    )
    residuals = np.asarray(model.resid_pearson)
    total = float(residuals @ residuals)
    return _Fit(
        slope=float(model.params[1]),
        slope_error=float(model.bse[1]),
        dispersion=float(model.pearson_chi2 / model.df_resid),
        autocorrelation=float(residuals[1:] @ residuals[:-1]) / total if total > 1e-9 else 0.0,
        years=len(counts),
    )


def why_no_line(series: Series, last: Estimate) -> str:
    """The key of the reason why no line goes through a series; empty when one does.

    ``last`` is the value that it ends in, or is a yardstick for. When every event falls in the
    first or in the last year, the slope has no end.
    """
    if problem := why_not(series, last):
        return problem
    counts = series.values
    return "one end" if counts.sum() in (counts[0], counts[-1]) else ""


def trend(series: Series, level: float = 0.95) -> Estimate:
    """The yearly ratio of a log-linear trend: 0.96 is four per cent less each year.

    Parameters
    ----------
    series
        Yearly counts, at least four and without a gap.
    level
        Coverage of the interval.

    Returns
    -------
    Estimate
        ``value`` the ratio a year with a t interval on n - 2 degrees of freedom,
        ``dispersion`` Pearson's chi-square over n - 2, ``p`` of no trend, ``n`` years.

    Notes
    -----
    Quasi-Poisson: standard error times sqrt(max(1, φ)) times
    sqrt((1 + ρ) / (1 - ρ)), where ρ is the lag-1 autocorrelation of Pearson
    residuals plus 3/n for its bias, between 0 and 0.9. With seven to ten years and
    φ = 3 its size is 2-4 % without memory and 4-8 % at ρ = 0.5; without the last factor
    8-14 % (tests/recovery).

    References
    ----------
    McCullagh & Nelder (1989), Generalized Linear Models, ch. 6.
    """
    last = replace(series.estimates[-1], period=series.period)
    if problem := why_no_line(series, last):
        return unknown(last, "trend", "ratio per year", note=problem, method="trend")
    fit = _fit(series.values)
    reach = float(stats.t.ppf((1 + level) / 2, fit.df)) * fit.error
    return replace(
        last,
        statistic="trend",
        value=exp(fit.slope),
        low=exp(fit.slope - reach),
        high=exp(fit.slope + reach),
        level=level,
        unit="ratio per year",
        n=fit.years,
        p=float(2 * stats.t.sf(abs(fit.slope) / fit.error, fit.df)),
        dispersion=fit.dispersion,
        method="trend",
    )


def noise(series: Series, before: Period | None = None) -> Estimate:
    """How much a series varies around its own trend: Pearson's chi-square over n - 2.

    1 is what independent events would give; 4 means swings twice as wide. It is what
    the change between two periods is measured against, on the years ``before`` the later one.
    """
    series, last = yardstick(series, before)
    if problem := why_no_line(series, last):
        return unknown(last, "noise", "variance/mean", note=problem, method="noise")
    fit = _fit(series.values)
    return replace(
        last, statistic="noise", value=fit.dispersion, low=None, high=None, unit="variance/mean",
        n=fit.years, dispersion=fit.dispersion, method="noise",
    )  # fmt: skip


def autocorrelation(series: Series) -> CheckResult:
    """What one year says of the next, after the trend; for information at this length.

    With ten years a lag-1 correlation must exceed about 0.6 to be told from none, so the
    check never "passes": the trend's interval is stretched by it in any case. ``found`` is
    empty for a series too short to have a trend.
    """
    if why_no_line(series, series.estimates[-1]):
        return CheckResult(
            check="autocorrelation", outcome="for information", looked_at=len(series), found={}
        )
    fit = _fit(series.values)
    return CheckResult(
        check="autocorrelation",
        outcome="for information",
        looked_at=fit.years,
        found={"lag1": fit.autocorrelation, "used": fit.memory, "needed": 1.96 / sqrt(fit.years)},
    )

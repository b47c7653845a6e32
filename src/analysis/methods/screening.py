"""Many places and kinds of crime at once, with the share of false alarms kept in hand.

Ten districts times sixteen kinds of crime is 160 chances to be fooled; what is
named here has survived being one of them.
"""

from dataclasses import replace

import numpy as np
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

from analysis.measurement.comparison import Series
from analysis.measurement.counts import usual_range
from analysis.words.estimates import Estimate
from analysis.words.periods import Period

FALSE_DISCOVERY = 0.05


def screen(estimates: list[Estimate]) -> list[Estimate]:
    """The estimates with ``q``, their p value after Benjamini-Hochberg over all of them.

    Estimates without a p value keep none and do not count in the family; ``note`` tells
    the family's size.

    References
    ----------
    Benjamini & Hochberg (1995), J. R. Statist. Soc. B 57:289.
    """
    tested = [e for e in estimates if e.p is not None]
    if not tested:
        return list(estimates)
    adjusted = iter(multipletests(np.array([e.p for e in tested]), method="fdr_bh")[1])
    family = f"one of {len(tested)} tried together"
    return [
        e if e.p is None else replace(e, q=float(next(adjusted)), note=family) for e in estimates
    ]


def survivors(estimates: list[Estimate], level: float = FALSE_DISCOVERY) -> list[Estimate]:
    """Those whose ``q`` is at most ``level``, strongest first."""
    kept = [e for e in estimates if e.q is not None and e.q <= level]
    return sorted(kept, key=lambda e: (e.q, e.p))


def departures(series: list[Series], period: Period) -> list[Estimate]:
    """How far each count of a period lies from the years before, judged together.

    Parameters
    ----------
    series
        One yearly series a place and item; those without a count in ``period`` or without
        a usual range are left out of the family.
    period
        The period that is judged.

    Returns
    -------
    list of Estimate
        ``value`` the count over the mean of the years before, its interval and ``p`` by the
        moderated dispersion, ``q`` over the family, ``dispersion`` the series' own.

    Notes
    -----
    With six years a series' own noise is poorly known. As in the analysis of gene
    counts, the noises of all series are taken as drawn from one distribution, and each
    is drawn towards its middle as far as its few years demand; the t distribution gains the
    degrees of freedom that the other series lend. The year judged does not enter its yardstick.

    References
    ----------
    Smyth (2004), Stat. Appl. Genet. Mol. Biol. 3(1):3 (moderation); Lund, Nettleton,
    McCarthy & Smyth (2012), ibid. 11(5):8 (quasi-likelihood dispersions of counts).
    """
    judged = [(s.at(period), usual_range(s, period)) for s in series]
    pairs = [(now, usual) for now, usual in judged if now and now.known and usual.known]
    if not pairs:
        return []
    years = np.array([usual.n for _, usual in pairs])
    noise, lent = moderated(np.array([usual.dispersion for _, usual in pairs]), years - 1)
    found = []
    for (now, usual), own_years, phi in zip(pairs, years, noise, strict=True):
        df = own_years - 1 + lent
        error = np.sqrt(max(1.0, phi) * usual.value * (1 + 1 / own_years))
        gap = now.value - usual.value
        reach = stats.t.ppf((1 + now.level) / 2, df) * error
        found.append(
            replace(
                now,
                statistic="departure",
                value=now.value / usual.value,
                low=max(0.0, (now.value - reach) / usual.value),
                high=(now.value + reach) / usual.value,
                unit="ratio to usual",
                n=own_years,
                reference=usual.period,
                p=float(2 * stats.t.sf(abs(gap) / error, df)),
                dispersion=usual.dispersion,
                method="departure",
            )
        )
    return screen(found)


def moderated(dispersions: np.ndarray, df: np.ndarray) -> tuple[np.ndarray, float]:
    """Dispersions drawn towards their common middle, and the degrees of freedom it lends.

    Parameters
    ----------
    dispersions
        Variance over mean of each series, above zero, shape (series,).
    df
        Degrees of freedom of each, shape (series,).

    Returns
    -------
    moderated : numpy.ndarray
        Weighted means of own and common dispersion.
    lent : float
        Prior degrees of freedom; infinite (given as 1e6) when the dispersions differ no
        more than chance makes them.

    References
    ----------
    Smyth (2004), section 6.2: moments of log dispersions.
    """
    if len(dispersions) < 3:
        return dispersions, 0.0
    half = df / 2
    centred = np.log(dispersions) - special.digamma(half) + np.log(half)
    spare = float(centred.var(ddof=1) - special.polygamma(1, half).mean())
    if spare <= 0:
        return np.full(len(dispersions), float(np.exp(centred.mean()))), 1e6
    lent = 2 * _trigamma_inverse(spare)
    common = np.exp(centred.mean() + special.digamma(lent / 2) - np.log(lent / 2))
    return (lent * common + df * dispersions) / (lent + df), lent


def _trigamma_inverse(value: float) -> float:
    """The x with trigamma(x) = value, by Newton's steps on its reciprocal (convex, so safe)."""
    x = 0.5 + 1 / value
    for _ in range(60):
        step = float(
            special.polygamma(1, x) * (1 - special.polygamma(1, x) / value)
            / special.polygamma(2, x)
        )  # fmt: skip
        x += step
        if -step / x < 1e-10:
            break
    return x

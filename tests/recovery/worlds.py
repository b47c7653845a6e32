"""Worlds at the scale of a city district, in which we know what happened.

Poisson counts with gamma noise round a level that has season, a latent memory from month to
month and, in panels, shocks that every district shares. The naive methods must fail on them.
"""

import numpy as np


def latent(rng, shape, memory=0.5, spread=0.4):
    """A stationary AR(1) along the last axis."""
    shocks = rng.normal(0, spread, shape)
    state = np.empty(shape)
    state[..., 0] = shocks[..., 0]
    for month in range(1, shape[-1]):
        kept = memory * state[..., month - 1]
        state[..., month] = kept + np.sqrt(1 - memory**2) * shocks[..., month]
    return state


def drawn(rng, log_mean, noise=0.2):
    """Counts with these log means, Poisson-gamma with variance mu + noise * mu^2."""
    gamma = rng.gamma(1 / noise, noise, log_mean.shape) if noise else 1.0
    return rng.poisson(np.exp(log_mean) * gamma).astype(float)


def season(months, size=0.3):
    """Log seasonal pattern of a year."""
    return size * np.cos(2 * np.pi * np.arange(months) / 12)


def series(rng, runs, months=72, mean=1.5, memory=0.5, spread=0.4, noise=0.2, start=48, effect=0.0):
    """Monthly counts of one place in many worlds, shape (runs, months).

    ``effect`` is added to the log level from the month ``start`` on. ``memory=None`` is a
    world without a latent state.
    """
    level = np.log(mean) + season(months) + effect * (np.arange(months) >= start)
    state = 0.0 if memory is None else latent(rng, (runs, months), memory, spread)
    return drawn(rng, np.broadcast_to(level, (runs, months)) + state, noise)


def panel(
    rng, runs, starts, months=60, mean=1.5, memory=0.5, spread=0.4, noise=0.2, common=0.2,
    between=0.5, effect=0.0, growing=0.0,
):  # fmt: skip
    """Monthly counts of areas in many worlds, shape (runs, areas, months).

    Parameters
    ----------
    starts
        Month index from which each area is treated; ``months`` for never. Shape (areas,).
    effect, growing
        Log effect from the start on, and what is added to it each month after.
    """
    starts = np.asarray(starts)
    areas = len(starts)
    since = np.arange(months)[None, :] - starts[:, None]
    treated = np.where(since >= 0, effect + growing * since, 0.0)
    level = np.log(mean) + season(months)[None, None, :]
    level = level + rng.normal(0, between, (runs, areas, 1))
    level = level + rng.normal(0, common, (runs, 1, months))
    return drawn(rng, level + treated + latent(rng, (runs, areas, months), memory, spread), noise)


def rates(p_values, low, high, truth, estimates, level=0.05):
    """Rejections, coverage and bias (in log units) of many runs, as one row of a table."""
    with np.errstate(invalid="ignore"):
        return {
            "rejected": float(np.mean(np.asarray(p_values) <= level)),
            "covered": float(np.mean((np.asarray(low) <= truth) & (truth <= np.asarray(high)))),
            "bias": float(np.mean(estimates) - truth),
        }

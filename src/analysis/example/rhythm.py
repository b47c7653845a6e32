"""When and where things happen: each kind of crime has its season, its week and its hours.

Nothing is spread evenly over the clock, so a picture of times of day that comes out flat is wrong.
"""

import numpy as np
import pandas as pd

# season: size and month of the peak; memory: how far the months stray; how often it happens on
# weekdays by day, evening and night, then the same at weekends (night: 23-07, Friday 17 to Sunday)
RHYTHM = {
    "assault": (0.15, 7, 0.15, (1.0, 1.6, 0.8, 1.1, 3.0, 4.5)),
    "robbery": (0.20, 11, 0.28, (0.6, 2.0, 1.0, 0.6, 2.6, 2.4)),
    "k4": (0.05, 5, 0.15, (1.6, 1.4, 0.5, 1.0, 1.3, 0.8)),
    "k12": (0.12, 5, 0.25, (0.7, 1.4, 1.3, 0.8, 1.8, 2.6)),
    "burglary_flat": (0.20, 12, 0.25, (2.4, 1.3, 0.4, 1.6, 1.5, 0.5)),
    "theft_from_vehicle": (0.15, 10, 0.20, (0.7, 1.2, 1.8, 0.7, 1.2, 1.8)),
    "bicycle": (0.45, 8, 0.18, (1.3, 1.2, 0.9, 1.2, 1.3, 1.2)),
    "drugs": (0.10, 4, 0.28, (1.1, 2.0, 0.7, 1.0, 2.6, 1.5)),
    "weapons": (0.05, 5, 0.20, (1.0, 1.8, 0.8, 1.0, 2.2, 1.6)),
    "traffic": (0.15, 6, 0.22, (1.5, 1.5, 0.7, 1.3, 1.8, 1.4)),
    "k9": (0.05, 3, 0.15, (2.0, 1.0, 0.2, 0.8, 0.6, 0.2)),
    "shootings": (0.0, 1, 0.0, (0.4, 2.2, 1.4, 0.4, 2.6, 2.0)),
}


def moments(
    chance: np.random.Generator, item: str, hours: pd.DatetimeIndex, n: int, odds=1.0
) -> pd.DatetimeIndex:
    """Minutes drawn by the rhythm of an item's week.

    Parameters
    ----------
    chance
        The stream that is drawn from.
    item
        A key of ``RHYTHM``.
    hours
        Every hour in which it may happen.
    n
        How many minutes are drawn.
    odds
        How much likelier each hour is than its rhythm says, shape (hours,) or one number.
    """
    turned = hours - pd.Timedelta(hours=7)
    part = np.digitize(turned.hour, (10, 16))
    weekend = np.where(part == 0, turned.day_of_week >= 5, np.isin(turned.day_of_week, (4, 5)))
    weight = np.array(RHYTHM[item][3])[part + 3 * weekend] * odds
    chosen = hours[chance.choice(len(hours), size=n, p=weight / weight.sum())]
    return chosen + pd.to_timedelta(chance.integers(0, 60, n), unit="min")


def tens(metres: np.ndarray) -> np.ndarray:
    """Metres rounded to whole tens: nearer than that nobody is pointed at."""
    return (np.round(metres / 10) * 10).astype(int)

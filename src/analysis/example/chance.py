"""Chance that can be repeated: one stream for each thing that is drawn.

A change in how the survey is drawn cannot move a single shooting, and no draw depends on the
order in which the rooms of the city are made.
"""

from zlib import crc32

import numpy as np


def stream(seed: int, what: str) -> np.random.Generator:
    """The random numbers of one part of the city.

    Parameters
    ----------
    seed
        The city's seed.
    what
        The part's name; each has numbers of its own.

    Examples
    --------
    >>> bool(stream(1, "survey").random() == stream(1, "survey").random())
    True
    >>> bool(stream(1, "survey").random() == stream(1, "ratings").random())
    False
    """
    return np.random.Generator(np.random.PCG64([seed, crc32(what.encode())]))

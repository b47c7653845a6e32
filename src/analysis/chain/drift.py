"""How far a district's part of a crime moves by itself, kind by kind, measured and not assumed.

Without it a design takes for an effect what vandalism does from one year to the next anywhere: with
one drift for all kinds, one useless measure against it in ten came out as supported.
"""

# Göteborg's ten districts 2011-2020: how far the odds that a crime falls in a district moved from
# five years to the two after, beyond what counts do by chance, as a slope over the three and a
# half years between their middles; rounded up. tests/chain/test_drift.py has the reckoning.
DRIFTS = {
    "assault": 0.03,
    "robbery": 0.05,
    "k4": 0.03,
    "k9": 0.04,
    "k12": 0.07,
    "burglary_flat": 0.04,
    "theft_from_vehicle": 0.10,
    "bicycle": 0.05,
    "drugs": 0.06,
    "weapons": 0.06,
    "traffic": 0.04,
}
OTHERS = 0.06


def drift(item: str) -> float:
    """Standard deviation of the yearly slope of a district's log odds, for a kind of crime.

    Examples
    --------
    >>> drift("assault"), drift("a kind of its own")
    (0.03, 0.06)
    """
    return DRIFTS.get(item, OTHERS)

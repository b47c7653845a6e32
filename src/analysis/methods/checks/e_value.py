"""An estimate without adjustment, told as if nothing else could have made it.

"There may be other causes" is true of everything. How strong would one have to be? A number that a
reader can set beside the causes that are known.
"""

from math import inf, sqrt

from analysis.methods.effect import Effect
from analysis.words.estimates import CheckResult


def strength(ratio: float) -> float:
    """How strong a hidden cause must be on both sides to make this ratio out of none.

    Parameters
    ----------
    ratio
        Of what happened to what would have happened; below 1 it is turned over first.

    Returns
    -------
    float
        The ratio by which the cause must both be more common with the measure, and raise (or
        lower) the outcome; 1 where nothing is needed.

    References
    ----------
    VanderWeele & Ding (2017), Ann. Intern. Med. 167:268.

    Examples
    --------
    >>> round(strength(3.9), 2), round(strength(1 / 3.9), 2)
    (7.26, 7.26)
    """
    if ratio == 0:
        return inf
    above = max(ratio, 1 / ratio)
    return above + sqrt(above * (above - 1))


def e_value(effect: Effect) -> CheckResult:
    """How strong a hidden cause must be to explain the estimate, and its interval, away.

    Never passed and never failed: whether so strong a cause is likely is for those who know the
    place to judge. A small number says that a slight one would do; a large number does not say
    that there is none, and it knows nothing of chance, of areas chosen for being worst, or of
    crimes that moved elsewhere.

    Parameters
    ----------
    effect
        Of any design.

    Returns
    -------
    CheckResult
        ``looked_at`` the months after the start. ``found``: ``ratio``; ``estimate`` the strength
        that would explain it away; ``interval`` the strength that would bring its nearer end
        to 1, which is 1 where the estimate is not clear to begin with.

    References
    ----------
    VanderWeele & Ding (2017), Ann. Intern. Med. 167:268.

    Examples
    --------
    >>> found = e_value(Effect(design="panel", ratio=0.5, low=0.3, high=0.8)).found
    >>> round(found["estimate"], 2), round(found["interval"], 2)
    (3.41, 1.81)
    """
    if not effect.known:
        found = {"why": "no estimate"}
    else:
        nearer = {"fewer": effect.high, "more": effect.low, "unclear": 1.0}[effect.direction]
        found = {
            "ratio": effect.ratio, "estimate": strength(effect.ratio), "interval": strength(nearer),
        }  # fmt: skip
    return CheckResult(
        check="e value", outcome="for information", looked_at=effect.months, found=found
    )

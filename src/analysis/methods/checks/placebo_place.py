"""An effect that the design also finds in areas where nothing began.

With ten districts some move by half from one year to the next. A design whose interval forgets
that claims effects everywhere; here the treated area must stand out among the untreated ones,
and where they are too few for that, the check says so instead of passing.
"""

from math import ceil

from analysis.methods.effect import Effect
from analysis.words.estimates import CheckResult


def placebo_place(effect: Effect, placebos: list[Effect]) -> CheckResult:
    """Whether the measure's area stands out among areas where nothing began.

    Failed means that the design claims an effect, but finds one as clear in too many untreated
    areas for it to be told from them: its interval is too narrow. Passed means that so clear an
    effect is rare among them. Passed is not proof: what happened in this area alone, and was not
    the measure, looks the same. For information when the areas are too few to reach the level
    whatever had happened ("too few areas"), when there is nothing to refute ("no claim"), or
    nothing to go by ("no estimate", "no placebo").

    Parameters
    ----------
    effect
        Of the area with the measure.
    placebos
        Of the same design, as if the measure had begun in each untreated area instead, with the
        treated areas left out.

    Returns
    -------
    CheckResult
        ``looked_at`` the placebos with an estimate. ``found``: ``as_clear`` how many of them have
        a p as small as the effect's, ``rank_p`` the share that these and the true area are of
        all, ``smallest_p`` the smallest it could have been, ``needed`` untreated areas for the
        level to be within reach, ``refused`` the areas without an estimate.

    Notes
    -----
    Ranked by p and not by the ratio: small areas swing widely by themselves. Exact when
    the measure could as well have begun in any of the areas; an area chosen for being worst is
    not such a one (:mod:`analysis.methods.checks.selection`).

    References
    ----------
    Abadie, Diamond & Hainmueller (2010), JASA 105:493; Phipson & Smyth (2010), Stat. Appl. Genet.
    Mol. Biol. 9(1):39 (p values that are never nought).

    Examples
    --------
    >>> from analysis.methods.effect import of_log
    >>> nine = [of_log("panel", 0.1, 0.2, 40)] * 9
    >>> placebo_place(of_log("panel", -0.9, 0.2, 40), nine).found["smallest_p"]
    0.1
    """
    tried = [one for one in placebos if one.known and one.p is not None]
    if effect.p is None or not tried:
        why = "no estimate" if effect.p is None else "no placebo"
        return CheckResult(
            check="placebo place", outcome="for information", looked_at=len(tried),
            found={"why": why},
        )  # fmt: skip
    level = round(1 - effect.level, 9)
    as_clear = sum(one.p <= effect.p for one in tried)
    found = {
        "as_clear": as_clear,
        "rank_p": (1 + as_clear) / (1 + len(tried)),
        "smallest_p": 1 / (1 + len(tried)),
        "needed": ceil(1 / level) - 1,
        "refused": len(placebos) - len(tried),
    }
    if len(tried) < found["needed"]:
        outcome, found = "for information", found | {"why": "too few areas"}
    elif effect.direction == "unclear":
        outcome, found = "for information", found | {"why": "no claim"}
    else:
        outcome = "passed" if found["rank_p"] <= level else "failed"
    return CheckResult(check="placebo place", outcome=outcome, looked_at=len(tried), found=found)

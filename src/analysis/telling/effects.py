"""Effects, checks and verdicts in words: no estimate without what it could have missed.

A refused design says why, an unclear one what it would have shown, and a check what passing it
does not prove; the verdict's words are the same on every page.
"""

import numpy as np

from analysis.chain.rulings import ESTIMATED
from analysis.methods.effect import Effect
from analysis.telling import checks
from analysis.telling.sheets import Column, Sheet, details, table
from analysis.telling.text import Words, first_down, first_up
from analysis.words.estimates import CheckResult, Estimate
from analysis.words.verdicts import Verdict

FIRST = ("selection", "overlap", "pre trend", "placebo outcome")


def key(text: str) -> str:
    """A key of the language files from a key in words."""
    return text.replace(" ", "_").replace("-", "_")


def ruling(words: Words, verdict: Verdict) -> str:
    """The verdict in three words or so."""
    return words(f"ruling.{key(verdict.ruling)}")


def because(words: Words, verdict: Verdict) -> str:
    """Why the verdict is what it is."""
    failed = words.listed([first_down(words(f"checks.{key(one)}")) for one in verdict.failed])
    return words(f"why.{key(verdict.reason)}", failed=failed)


def change(words: Words, effect: Effect) -> str:
    """An estimate as a change in per cent with its interval: "−28 % (−40 till −12 %)"."""
    if not effect.known:
        return words(f"why.{key(effect.refused)}", failed="")
    if effect.low is None:
        return words("effect.no_interval", change=words.change(effect.ratio))
    if effect.low == 0 and not np.isfinite(effect.high):
        return words("effect.no_bounds", change=words.change(effect.ratio))
    return words(
        "effect.with_interval", change=words.change(effect.ratio), interval=_to(words, effect)
    )


def _to(words: Words, effect: Effect) -> str:
    high = words.change(effect.high) if np.isfinite(effect.high) else words("effect.no_end")
    return words.to(words.change(effect.low), high)


def told(
    words: Words,
    verdict: Verdict | None,
    effect: Estimate | None,
    seen: Estimate | None = None,
) -> str:
    """Whether it was the measure, in one cell: verdict, estimate where there is one, reason."""
    if verdict is None:
        return words("follow.not_evaluated")
    ruled = first_up(ruling(words, verdict))
    why = because(words, verdict)
    if effect is None or not effect.known or effect.low is None:
        return words("follow.effect_refused", ruling=ruled, why=why)
    interval = words.to(words.change(effect.low), words.change(effect.high))
    change = words("effect.with_interval", change=words.change(effect.value), interval=interval)
    if verdict.reason == "too blunt":
        least = None if seen is None else seen.value
        why = f"{why} {_least(words, least)}"
    return words("follow.effect_with_verdict", ruling=ruled, change=change, why=why)


def family(words: Words, verdicts: list[Verdict]) -> list[str]:
    """How many were tried, and how many in forty would be supported by chance; nothing for none."""
    tried = [one for one in verdicts if one.reason in ESTIMATED]
    return [words("evaluation.family", n=words.number(len(tried)))] if tried else []


def could_see(words: Words, effect: Effect) -> str:
    """The fall that the design would have found four times out of five."""
    return _least(words, effect.detectable)


def _least(words: Words, ratio: float | None) -> str:
    if ratio is None:
        return words("effect.sees_nothing")
    return words("effect.sees", fall=words.percent(1 - ratio))


def designs(words: Words, effects: dict[str, Effect], name: str, declared: str = "") -> Sheet:
    """The estimate by each design, the declared one first; what each could see at all."""
    columns = [Column(words(f"columns.{k}")) for k in ("design", "effect_estimate")]
    columns += [Column(words(f"columns.{k}"), number=True) for k in ("p", "smallest_p", "sees")]
    rows = [
        (
            words(f"designs.{one}") + (words("effect.declared") if one == declared else ""),
            change(words, effect),
            words.p_value(effect.p) if effect.known else "..",
            words.p_value(effect.smallest_p) if effect.known and effect.smallest_p else "..",
            words.change(effect.detectable) if effect.detectable is not None else "..",
        )
        for one, effect in effects.items()
    ]
    notes = (words("effect.note"),) if declared else ()
    return table(words, words("tables.designs"), columns, rows, notes=notes, name=name)


def refutations(words: Words, found: list[CheckResult] | tuple[CheckResult, ...]) -> Sheet:
    """What tried to refute the estimate; those that a decision hangs on first, the rest folded."""
    order = {"failed": 0, "for information": 1, "passed": 2}
    ranked = sorted(found, key=lambda one: order[one.outcome])
    first = [one for one in ranked if one.outcome == "failed" or one.check in FIRST]
    rest = [one for one in ranked if one not in first]
    note = (words("effect.not_proof"),)
    shown = table(words, words("tables.refutations"), _columns(words), _lines(words, first), note)
    if not rest:
        return shown
    more = words("tables.refutations_more")
    inside = table(words, more, _columns(words), _lines(words, rest))
    return shown + details(words("effect.folded", n=words.number(len(rest))), [inside])


def _columns(words: Words) -> list[Column]:
    return [Column(words(f"columns.{k}")) for k in ("tested", "outcome", "found")]


def _lines(words: Words, found: list[CheckResult]) -> list[tuple[str, ...]]:
    outcomes = {"failed": "falls", "for information": "informs", "passed": "holds"}
    return [
        (
            words(f"checks.{key(one.check)}"),
            words(f"effect.{outcomes[one.outcome]}"),
            checks.told(words, one),
        )
        for one in found
    ]

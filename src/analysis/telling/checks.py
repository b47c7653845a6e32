"""Checks in words: what was looked at, what was found, and when it could settle nothing.

A check that passes by being too blunt, or a p value without its meaning, cannot reach a reader
from here: each outcome, and each reason why there was none, has a sentence of its own.
"""

from datetime import date
from numbers import Integral
from typing import Any

from analysis.telling.text import Words
from analysis.words.estimates import CheckResult
from analysis.words.periods import Period

P_VALUES = ("p", "corrected", "smallest", "rank_p", "smallest_p", "formula")
SHARES = ("share", "left")
TIMES = ("estimate", "interval")


def told(words: Words, result: CheckResult) -> str:
    """What one check of an effect found, in a few plain sentences.

    Parameters
    ----------
    words
        The reader's language.
    result
        Of :mod:`analysis.methods.checks` or of the chain's own checks, by its name there.

    Raises
    ------
    KeyError
        When the check, or why it settled nothing, has no sentence.

    Examples
    --------
    >>> from analysis.telling.text import words
    >>> few = {"why": "too few areas", "as_clear": 1, "needed": 19}
    >>> found = CheckResult(
    ...     check="placebo place", outcome="for information", looked_at=7, found=few
    ... )
    >>> told(words("en"), found)[:62]
    '1 of 7 other districts, where there was no measure, came out a'
    """
    check = result.check.replace(" ", "_")
    numbers = _numbers(words, result)
    return " ".join(words(f"check.{check}_{part}", **numbers) for part in _parts(result))


def _numbers(words: Words, result: CheckResult) -> dict[str, str]:
    """Everything found, each as its kind of number is written; sentences take what they need."""
    found = result.found
    numbers = {name: _written(words, name, value) for name, value in found.items()}
    numbers["n"] = words.number(result.looked_at)
    if "low" in found:
        numbers["range"] = words.to(numbers["low"], numbers["high"])
    if "whole" in found:
        ends = dict.fromkeys((numbers["lowest"], numbers["highest"]))
        numbers["span"] = words.to(*ends) if len(ends) > 1 else numbers["lowest"]
        numbers["without"] = numbers["highest" if found["whole"] < 1 else "lowest"]
    if found.get("usable_months"):
        ends = (date.fromisoformat(found[f"usable_{end}"]) for end in ("from", "until"))
        numbers["usable"] = words.period(Period(*ends))
    return numbers


def _written(words: Words, name: str, value: Any) -> str:
    """A count, a name or names, a p value, a share or a ratio."""
    if isinstance(value, str):
        return words.listed([words.called(one) for one in value.split("; ")])
    if isinstance(value, Integral):
        return words.number(value)
    if name in P_VALUES:
        return words.p_equals(value)
    if name in SHARES:
        return words.percent(value)
    return words.number(value, 1) if name in TIMES else words.change(value)


def _parts(result: CheckResult) -> list[str]:
    """The sentences of a result, by the ends of their keys."""
    state = result.found.get("why", result.outcome).replace(" ", "_")
    return _MORE.get(result.check, _alone)(state, result.found)


def _alone(state: str, found: dict) -> list[str]:
    return [state]


def _selection(state: str, found: dict) -> list[str]:
    if state == "passed":
        return [f"passed_{found['chosen']}"]
    if state not in ("failed", "need"):
        return [state]
    return [state, "usable" if found["usable_months"] else "unusable"]


def _with_refused(state: str, found: dict) -> list[str]:
    return [state, "refused"] if found.get("refused") else [state]


def _placebo_outcome(state: str, found: dict) -> list[str]:
    return ["too_blunt_for_any" if state == "too_blunt" and "seen" not in found else state]


def _dose(state: str, found: dict) -> list[str]:
    """The share delivered first, where it is known and not the sentence itself."""
    before = ["share"] if "share" in found and state != "little_delivered" else []
    after = ["follows"] if state == "failed" and found["ratio"] > 1 else []
    return [*before, state, *after]


def _e_value(state: str, found: dict) -> list[str]:
    return ["unclear" if found.get("interval") == 1 else state]


_MORE = {
    "selection": _selection, "placebo time": _with_refused, "placebo place": _with_refused,
    "placebo outcome": _placebo_outcome, "dose": _dose, "e value": _e_value,
}  # fmt: skip

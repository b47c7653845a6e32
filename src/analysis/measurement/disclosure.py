"""Small numbers are people: what may be told is decided once, by one file, for everything.

Nothing that the policy does not know gets through, and a count of few events or a
share of few answers leaves this room held back or rounded, never as it was.
"""

import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, floor, log10
from pathlib import Path

import pandas as pd

from analysis.data import trace
from analysis.words.estimates import Estimate
from analysis.words.questions import MissingWork, WrongQuestion

SPAN_NOT_TOLD = "span not told"
NO_ANSWERS = "no answers"
TOO_FEW_EVENTS = "too few events"
TOO_FEW_ANSWERS = "too few answers"

_NUMBERS = {"published": (), "events": ("threshold", "base"), "answers": ("fewest", "base")}
_NAMES = {
    "published": ("statistics", "tables"),
    "events": ("spans", "counts", "figures", "tables"),
    "answers": ("statistics", "aggregated", "tables"),
}
_CLASSES = tuple(_NAMES)


class NotRegistered(WrongQuestion):
    """A statistic or table of which nobody has decided whether it may be told."""

    def __init__(self, what: str, names: list[str], file: Path):
        self.names = names
        listed = ", ".join(repr(name) for name in names)
        super().__init__(
            f"{what} {listed} not registered in {file}: nothing is told. Enter it there in "
            f"exactly one class: {', '.join(_CLASSES)}."
        )


@dataclass(frozen=True, kw_only=True)
class Protection:
    """How a count is told: held back below ``threshold``, else rounded to the nearest ``base``.

    Parameters
    ----------
    threshold
        The smallest count that is told.
    base
        What told counts are multiples of; 1 tells them exactly.
    zeros_told
        Whether 0 is told all the same.

    Examples
    --------
    >>> rule = Protection(threshold=8, base=5)
    >>> [rule.told(count) for count in (0, 7, 8, 12, 13)]
    [None, None, 10, 10, 15]
    >>> rule.behind(10), rule.behind(None)
    ((8, 12), (0, 7))
    """

    threshold: int
    base: int
    zeros_told: bool = False

    def told(self, count: float) -> int | None:
        """The count as it is told, None when it is held back."""
        if count < self.threshold and not (self.zeros_told and count == 0):
            return None
        return int((count + self.base // 2) // self.base * self.base)

    def behind(self, told: int | None) -> tuple[int, int]:
        """The smallest and the largest count that a told number, or None, may stand for."""
        if told is None:
            return int(self.zeros_told), self.threshold - 1
        if self.zeros_told and told == 0:
            return 0, 0
        low = told - self.base // 2
        return max(low, self.threshold), low + self.base - 1

    @property
    def secret(self) -> int:
        """The largest count that nobody may work out: ``base``, or all that are held back.

        Where counts are rounded, those between ``base`` and the threshold are held back only so
        that every told number stands for as many counts.
        """
        return self.base if self.base > 1 else self.threshold - 1


EXACT = Protection(threshold=1, base=1, zeros_told=True)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What may be told, as :func:`policy` reads it.

    Parameters
    ----------
    file
        Where it stands, for the errors.
    events, answers
        How counts of events and numbers of answers are told.
    statistics, tables
        What each registered name is: published, counts, figures or answers of statistics;
        published, events or answers of tables.
    aggregated
        Statistics of answers that are told as they are when their ``n`` is not stated.
    spans
        Kinds of period for which counts of events are told.
    """

    file: Path
    events: Protection
    answers: Protection
    statistics: dict[str, str]
    tables: dict[str, str]
    aggregated: frozenset[str]
    spans: frozenset[str]


def policy(root: Path) -> Policy:
    """The policy of a project, from ``data/disclosure.toml``.

    Raises
    ------
    MissingWork
        When there is no such file; nothing can be told then.
    WrongQuestion
        With everything that is wrong with it.
    """
    file = root / "data" / "disclosure.toml"
    trace.note("policy", trace.of_file(file))
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingWork(
            f"{file} is missing: without a policy nothing can be told. Restore it."
        ) from None
    except tomllib.TOMLDecodeError as problem:
        raise WrongQuestion(f"{file} is not valid TOML: {problem}.") from None
    if problems := _misshapen(given) or _unsound(given):
        raise WrongQuestion(f"{file} cannot be followed:\n- " + "\n- ".join(problems))
    events, answers = given["events"], given["answers"]
    kinds = {
        "published": given["published"]["statistics"],
        "counts": events["counts"],
        "figures": events["figures"],
        "answers": answers["statistics"],
    }
    return Policy(
        file=file,
        events=Protection(threshold=events["threshold"], base=events["base"]),
        answers=Protection(threshold=answers["fewest"], base=answers["base"]),
        statistics={name: kind for kind, names in kinds.items() for name in names},
        tables={name: kind for kind in _CLASSES for name in given[kind]["tables"]},
        aggregated=frozenset(answers["aggregated"]),
        spans=frozenset(events["spans"]),
    )


def _misshapen(given: dict) -> list[str]:
    """Classes and settings that are unknown, lacking or of the wrong kind."""
    found = [
        f"class {name!r} is unknown; the classes are {', '.join(_CLASSES)}."
        for name in given
        if name not in _CLASSES
    ]
    for kind in _CLASSES:
        mine = given.get(kind)
        if not isinstance(mine, dict):
            found.append(f"class {kind} is lacking.")
            continue
        known = _NUMBERS[kind] + _NAMES[kind]
        found += [
            f"{kind}: {name!r} is unknown; the settings are {', '.join(known)}."
            for name in mine
            if name not in known
        ]
        found += [
            f"{kind}: {name} must be a whole number, not {mine.get(name)!r}."
            for name in _NUMBERS[kind]
            if type(mine.get(name)) is not int
        ]
        found += [
            f"{kind}: {name} must be a list of names, not {mine.get(name)!r}."
            for name in _NAMES[kind]
            if not isinstance(mine.get(name), list)
            or not all(isinstance(one, str) for one in mine[name])
        ]
    return found


def _unsound(given: dict) -> list[str]:
    """Numbers that do not protect, and names that stand twice."""
    events, answers = given["events"], given["answers"]
    found = [
        f"{where} is {value}, but must be at least {least}."
        for where, value, least in (
            ("events: threshold", events["threshold"], 2),
            ("events: base", events["base"], 2),
            ("answers: fewest", answers["fewest"], 2),
            ("answers: base", answers["base"], 1),
        )
        if value < least
    ]
    statistics = (
        given["published"]["statistics"]
        + events["counts"]
        + events["figures"]
        + answers["statistics"]
    )
    tables = [name for kind in _CLASSES for name in given[kind]["tables"]]
    found += [
        f"{what} {name!r} stands {times} times: it belongs to exactly one class."
        for what, names in (("statistic", statistics), ("table", tables))
        for name, times in Counter(names).items()
        if times > 1
    ]
    found += [
        f"answers: {name!r} is aggregated but not among its statistics."
        for name in answers["aggregated"]
        if name not in answers["statistics"]
    ]
    return found or _out_of_step(events, answers)


def _out_of_step(events: dict, answers: dict) -> list[str]:
    """Thresholds that do not go with the base they are rounded to."""
    found = []
    threshold, base = events["threshold"], events["base"]
    fitting = 2 * base - base // 2
    if (threshold - fitting) % base or threshold < fitting:
        found.append(
            f"events: threshold {threshold} does not go with base {base}: it must be where a band "
            f"of rounding above {base} begins, so that each told number stands for {base} counts: "
            f"{fitting}, {fitting + base} ..."
        )
    if answers["fewest"] % answers["base"]:
        found.append(
            f"answers: fewest {answers['fewest']} is no multiple of base {answers['base']}, to "
            "which it is rounded."
        )
    return found


def released(estimates: list[Estimate], policy: Policy) -> list[Estimate]:
    """The estimates as they may be told; to be applied once, before anything is told.

    Parameters
    ----------
    estimates
        Results of any kind. What is not available stays as it is.
    policy
        As :func:`policy` reads it.

    Returns
    -------
    list of Estimate
        In the order given. Published ones are the same. A count is rounded and has no interval;
        a figure on counts has two digits; a share is whole, its interval rounded outward; ``n``
        is rounded with them. What is held back is "suppressed", with no number left in it and
        the note "too few events", "too few answers" or "span not told". Releasing twice changes
        nothing.

    Raises
    ------
    NotRegistered
        With every statistic that the policy does not name; then none is told.
    """
    unknown = sorted({e.statistic for e in estimates} - set(policy.statistics))
    if unknown:
        raise NotRegistered("statistic", unknown, policy.file)
    return [_released(e, policy) for e in estimates]


def _released(e: Estimate, policy: Policy) -> Estimate:
    kind = policy.statistics[e.statistic]
    if kind == "answers" and e.note in (TOO_FEW_ANSWERS, NO_ANSWERS):
        return _held_back(e, TOO_FEW_ANSWERS)
    if kind == "published" or not e.known:
        return e
    if kind == "answers":
        return _share(e, policy)
    if kind == "counts" and e.period.kind not in policy.spans:
        return _held_back(e, SPAN_NOT_TOLD)
    told = policy.events.told(e.value if kind == "counts" else e.n or 0)
    if told is None:
        return _held_back(e, TOO_FEW_EVENTS)
    if kind == "figures":
        return _rounded(e, told, _two_digits)
    return replace(
        e, value=float(told), low=None, high=None, n=told, p=None, q=None, dispersion=None
    )


def _share(e: Estimate, policy: Policy) -> Estimate:
    if e.n is None and e.statistic in policy.aggregated:
        return e
    told = policy.answers.told(e.n or 0)
    return _held_back(e, TOO_FEW_ANSWERS) if told is None else _rounded(e, told, _whole)


def _held_back(e: Estimate, note: str) -> Estimate:
    return replace(
        e, value=None, low=None, high=None, n=None, p=None, q=None, dispersion=None,
        status="suppressed", note=note,
    )  # fmt: skip


def _rounded(e: Estimate, told: int, to: Callable) -> Estimate:
    """Value rounded, interval rounded outward so that it still holds what it held."""
    return replace(
        e,
        value=to(e.value, round),
        low=None if e.low is None else to(e.low, floor),
        high=None if e.high is None else to(e.high, ceil),
        n=told,
        dispersion=None,
    )


def _whole(value: float, way: Callable) -> float:
    return float(way(value))


def _two_digits(value: float, way: Callable) -> float:
    if value == 0:
        return 0.0
    unit = 10.0 ** (floor(log10(abs(value))) - 1)
    return float(f"{way(round(value / unit, 6)) * unit:.2g}")


def released_counts(
    name: str, frame: pd.DataFrame, counts: list[str], policy: Policy
) -> pd.DataFrame:
    """A table of counts as it may be told.

    Parameters
    ----------
    name
        The table's registered name.
    frame
        One row a group; totals, where it has them, counted and not added up from told cells.
    counts
        The columns that hold counts.
    policy
        As :func:`policy` reads it.

    Returns
    -------
    pandas.DataFrame
        The same rows. Unless the table is published, counts are whole numbers, each told on
        its own; held-back ones are ``<NA>``.

    Raises
    ------
    NotRegistered
        When the policy does not name the table.
    """
    if name not in policy.tables:
        raise NotRegistered("table", [name], policy.file)
    if policy.tables[name] == "published":
        return frame
    rule = {"events": policy.events, "answers": policy.answers}[policy.tables[name]]
    return frame.assign(**{column: _told(frame[column], rule) for column in counts})


def _told(counts: pd.Series, rule: Protection) -> pd.Series:
    told = [None if pd.isna(count) else rule.told(count) for count in counts]
    return pd.Series(told, index=counts.index, dtype="Int64")

"""What no single column shows: a row whose own cells contradict each other.

An end before its start, an east coordinate without a north one or a target on the wrong side of
its baseline would pass column by column; here the row is set aside, in its own words.
"""

import re
from collections.abc import Callable

import pandas as pd

from analysis.data.explain import MARK
from analysis.data.privacy import masked
from analysis.data.registers import VOICES
from analysis.data.schemas import SCHEMAS
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion

SWEDEN = {"easting": (180_000, 1_090_000), "northing": (6_090_000, 7_700_000)}

Rule = Callable[[pd.DataFrame], pd.Series]


def broken(table: str, rows: pd.DataFrame) -> pd.Series:
    """The rules that each row breaks by itself, joined in words; only rows that break one.

    Parameters
    ----------
    table
        The table's name.
    rows
        Typed rows with a unique index.

    Examples
    --------
    >>> rows = pd.DataFrame({"from_id": ["a:1"], "to_id": ["a:1"]})
    >>> broken("area_links", rows)[0]
    "to_id 'a:1' is from_id itself"
    """
    parts = [_marked(table, rows), *(rule(rows) for rule in RULES.get(table, ()))]
    told = pd.concat([part.dropna() for part in parts])
    return told.groupby(level=0).agg("; ".join) if len(told) else pd.Series(dtype=str)


def _marked(table: str, rows: pd.DataFrame) -> pd.Series:
    """Rows that still hold the mark of the template's example."""
    reasons = pd.Series(index=rows.index, dtype=object)
    for name, column in SCHEMAS[table].columns.items():
        if name in rows and str(column.dtype).startswith("str"):
            hit = rows[name].str.contains(MARK, regex=False)
            reasons[hit] = f"{name} still says {MARK}: write your own, or remove the row"
    return reasons


def _told(rows: pd.DataFrame, wrong: pd.Series, words: str, *columns: str) -> pd.Series:
    """What is wrong with each row that is, its own values put into the words."""
    shown = [rows[column][wrong].map(_shown) for column in columns]
    said = [words.format(*values) for values in zip(*shown, strict=True)]
    return pd.Series(said, index=rows.index[wrong], dtype=object)


def _shown(value) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return repr(masked(value)) if isinstance(value, str) else f"{value:.12g}"


def not_before(end: str, start: str) -> Rule:
    """A day, or year, that is not before another; the time of day does not count."""

    def rule(rows: pd.DataFrame) -> pd.Series:
        wrong = (_days(rows[end]) < _days(rows[start])).fillna(False).astype(bool)
        return _told(rows, wrong, f"{end} {{}} is before {start} {{}}", end, start)

    return rule


def _days(values: pd.Series) -> pd.Series:
    return values.dt.normalize() if pd.api.types.is_datetime64_any_dtype(values) else values


def together(one: str, other: str) -> Rule:
    """Two cells of which neither is filled without the other."""

    def rule(rows: pd.DataFrame) -> pd.Series:
        first, second = _filled(rows[one]), _filled(rows[other])
        alone = _told(rows, first & ~second, f"{one} {{}} stands without {other}", one)
        return pd.concat(
            [alone, _told(rows, second & ~first, f"{other} {{}} stands without {one}", other)]
        )

    return rule


def needs(one: str, other: str) -> Rule:
    """A cell that is not filled without another."""

    def rule(rows: pd.DataFrame) -> pd.Series:
        alone = _filled(rows[one]) & ~_filled(rows[other])
        return _told(rows, alone, f"{one} {{}} stands without {other}", one)

    return rule


def _filled(values: pd.Series) -> pd.Series:
    return values.notna() & (values.astype(object) != "")


def ordered(low: str, high: str) -> Rule:
    """A number that is not above another."""

    def rule(rows: pd.DataFrame) -> pd.Series:
        wrong = (rows[low] > rows[high]).fillna(False).astype(bool)
        return _told(rows, wrong, f"{low} {{}} is above {high} {{}}", low, high)

    return rule


def at_most(column: str, most: int) -> Rule:
    """A number with an upper end."""

    def rule(rows: pd.DataFrame) -> pd.Series:
        wrong = (rows[column] > most).fillna(False).astype(bool)
        return _told(rows, wrong, f"{column} {{}} is above {most}", column)

    return rule


def above_zero(column: str) -> Rule:
    """A number that is more than nothing."""

    def rule(rows: pd.DataFrame) -> pd.Series:
        wrong = (rows[column] <= 0).fillna(False).astype(bool)
        return _told(rows, wrong, f"{column} {{}} is not above 0", column)

    return rule


def not_itself(column: str, other: str) -> Rule:
    """A cell that points to something else than its own row."""

    def rule(rows: pd.DataFrame) -> pd.Series:
        wrong = rows[column] == rows[other]
        return _told(rows, wrong, f"{column} {{}} is {other} itself", column)

    return rule


def inside_sweden(rows: pd.DataFrame) -> pd.Series:
    """Coordinates in metres of SWEREF 99 TM: not swapped, not degrees, not of a local grid."""
    found = []
    for column, (low, high) in SWEDEN.items():
        wrong = ((rows[column] < low) | (rows[column] > high)).fillna(False).astype(bool)
        words = f"{column} {{}} is not in Sweden: in SWEREF 99 TM it is {low} to {high} metres"
        found.append(_told(rows, wrong, words, column))
    swapped = found[0].index.intersection(found[1].index)
    if len(swapped):
        found[0][swapped] += " (are easting and northing swapped?)"
    return pd.concat(found)


def each(column: str, right: Callable[[str], bool], words: str) -> Rule:
    """A text of which a function says whether it is right; a blank one is not asked about."""

    def rule(rows: pd.DataFrame) -> pd.Series:
        wrong = [text for text in rows[column].unique() if text and not right(text)]
        return _told(rows, rows[column].isin(wrong), f"{column} {{}} {words}", column)

    return rule


def _is_period(text: str) -> bool:
    try:
        return Period.parse(text).end is not None
    except WrongQuestion:
        return False


def _is_age_group(text: str) -> bool:
    ages = re.fullmatch(r"(\d+)[-–](\d+)", text)
    return ages is None or int(ages[1]) <= int(ages[2])


def _is_basis(text: str) -> bool:
    parts = [part.strip() for part in text.split(";") if part.strip()]
    return all(re.fullmatch(r"[^:]+:.+", part) for part in parts)


def _are_voices(text: str) -> bool:
    return set(text.split()) <= set(VOICES)


def counted_afterwards(rows: pd.DataFrame) -> pd.Series:
    """A count of a month is of the whole month: known once it was over."""
    over = pd.to_datetime(rows.month, format="%Y-%m", errors="coerce") + pd.offsets.MonthBegin()
    words = "known_on {} is before the month {} was over"
    return _told(rows, rows.known_on < over, words, "known_on", "month")


def target_ahead(rows: pd.DataFrame) -> pd.Series:
    """A target lies on the side of its baseline that is wanted."""
    less = (rows.wanted == "less") & (rows.target > rows.baseline)
    more = (rows.wanted == "more") & (rows.target < rows.baseline)
    words = "target {} is on the wrong side of baseline {}: wanted is {}"
    return _told(rows, less | more, words, "target", "baseline", "wanted")


_PERIOD = "is no span: 2017, 2017H1, 2017T2, 2017Q3, 2017-09 or 2017-W36"
_AGES = each("age_group", _is_age_group, "ends before it begins")
_PLACE = (together("easting", "northing"), inside_sweden)

RULES: dict[str, tuple[Rule, ...]] = {
    "areas": (
        not_before("valid_to", "valid_from"), together("tile_column", "tile_row"),
        not_itself("parent_id", "area_id"),
    ),
    "area_links": (not_itself("to_id", "from_id"),),
    "crime_items": (not_itself("parent", "item"),),
    "shootings": (not_before("period_end", "period_start"),),
    "safety_surveys": (not_before("year_to", "year_from"),),
    "key_figures": (
        together("low", "high"), ordered("low", "high"), ordered("low", "value"),
        ordered("value", "high"),
    ),
    "incidents": (not_before("registered", "occurred"), *_PLACE),
    "first_counts": (counted_afterwards,),
    "police_notices": (not_before("last_seen", "first_seen"),),
    "population_groups": (_AGES,),
    "survey_waves": (not_before("period_end", "period_start"),),
    "survey_respondents": (above_zero("weight"), _AGES),
    "observations": (at_most("severity", 5),),
    "ratings": (each("period", _is_period, _PERIOD),),
    "focus": (
        each("period", _is_period, _PERIOD),
        each("agreed_by", _are_voices, f"is not {', '.join(VOICES)}, parted by blanks"),
    ),
    "district_indicators": (each("period", _is_period, _PERIOD),),
    "problems": (not_before("closed", "since"),),
    "causes": (
        each("basis", _is_basis, "does not look like survey:lighting, several parted by ';'"),
    ),
    "measures": (
        not_before("ends", "starts"), not_before("follow_up", "starts"),
        together("chosen_from", "chosen_until"), not_before("chosen_until", "chosen_from"),
    ),
    "indicators": (
        target_ahead,
        each("baseline_period", _is_period, _PERIOD),
    ),
    "follow_ups": (each("period", _is_period, _PERIOD),),
    "acute_events": (
        not_before("presence_from", "occurred"), not_before("presence_until", "presence_from"),
        needs("presence_until", "presence_from"), *_PLACE,
    ),
}  # fmt: skip

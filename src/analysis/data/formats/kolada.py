"""Key figures from Kolada, each with its own margin of error, and what was withdrawn set aside.

Kolada gives the margin of a survey figure as a key figure of its own, and keeps figures that it
has taken back; here a margin never stands as if it were a share of the people, and a figure that
was taken back or has no value is not a number.
"""

from decimal import Decimal
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, NonNegativeInt

from analysis.data.formats.answers import Answer, unpack
from analysis.data.formats.jsonstat import shaped
from analysis.data.formats.received import Received, refusals
from analysis.words.questions import WrongQuestion, one_of

GROUPS = {"T": "all", "K": "women", "M": "men"}
COLUMNS = ["area_id", "year", "indicator", "group", "value", "low", "high", "status", "raw_line"]
_KEY = ["indicator", "code", "year", "gender"]


class Value(BaseModel):
    """One number: of all, of women or of men."""

    gender: str
    value: Decimal | None
    status: str | None = None
    isdeleted: bool


class Figure(BaseModel):
    """A key figure of one area and year."""

    kpi: str
    municipality: str
    period: int
    values: list[Value]


class Page(BaseModel):
    """One answer: some of the figures that were asked for, and where the next ones are."""

    count: NonNegativeInt
    values: list[Figure]
    next_url: str | None = None


def read(files: list[Path], options: dict) -> Received:
    """Every number of a batch, as a row of the table ``key_figures``.

    Parameters
    ----------
    files
        Editions; the last one is read.
    options
        ``{"margins": {"N07609": "N07657"}}``: the key figures whose margin of error is another.

    Returns
    -------
    Received
        ``low`` and ``high`` are the value less and plus its margin. The number of a margin is no
        row: it is not chosen when it is used or blank, and refused when it has no value to belong
        to. ``raw_line`` counts the numbers on over the answers.

    Raises
    ------
    WrongQuestion
        When an answer is not of Kolada's shape, or one margin is named for two key figures.
    """
    for option in options:
        one_of("option of kolada", option, ("margins",))
    belongs = _belongs(options.get("margins", {}))
    numbers = _numbers(unpack(files[-1]), belongs)
    reasons = _reasons(numbers)
    good = reasons == ""
    rows, margins = numbers[good & ~numbers.is_margin], numbers[good & numbers.is_margin]
    margins = margins.assign(indicator=margins.indicator.map(belongs))
    lost = _without_value(margins, rows)
    reasons[lost.index[lost]] = "a margin of " + margins.indicator[lost] + " without its value"
    bad = reasons != ""
    refused = refusals(list(zip(numbers.raw_line[bad], reasons[bad], strict=True)))
    return Received(_with_interval(rows, margins[~lost])[COLUMNS], refused, int((~lost).sum()))


def area_id(code: str) -> str:
    """Our id of an area that Kolada codes; blank for what is none.

    Examples
    --------
    >>> area_id("1480"), area_id("0014"), area_id("0000"), area_id("G123")
    ('kommun:1480', 'region:0014', 'riket:0000', '')
    """
    if not (len(code) == 4 and code.isascii() and code.isdigit()):
        return ""
    if code == "0000":
        return f"riket:{code}"
    return f"region:{code}" if code.startswith("00") else f"kommun:{code}"


def _belongs(margins: dict[str, str]) -> dict[str, str]:
    """The key figure to which each margin belongs."""
    belongs = {margin: figure for figure, margin in margins.items()}
    if len(belongs) < len(margins) or belongs.keys() & margins.keys():
        raise WrongQuestion(
            f"margins {margins} of the reading: each key figure has a margin of its own, "
            'written {"figure": "margin"}.'
        )
    return belongs


def _numbers(answers: list[Answer], belongs: dict[str, str]) -> pd.DataFrame:
    """Every number of the answers, in order, and whether it is a margin."""
    told = [
        (figure.kpi, figure.municipality, str(figure.period), one.gender, _text(one.value),
         one.status or "", one.isdeleted)
        for answer in answers
        for figure in shaped(answer, Page).values
        for one in figure.values
    ]  # fmt: skip
    columns = [*_KEY, "value", "status", "deleted"]
    numbers = pd.DataFrame(told, columns=columns).astype({name: "str" for name in columns[:-1]})
    return numbers.assign(
        deleted=numbers.deleted.astype(bool),
        is_margin=numbers.indicator.isin(belongs),
        area_id=numbers.code.map(area_id).astype("str"),
        group=numbers.gender.map(GROUPS).fillna("").astype("str"),
        raw_line=range(1, len(numbers) + 1),
    )


def _text(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _reasons(numbers: pd.DataFrame) -> pd.Series:
    """Why a number cannot be used by itself; blank when it can."""
    reasons = pd.Series("", index=numbers.index, dtype="str")
    no_area, no_group = numbers.area_id == "", numbers.group == ""
    reasons[no_area] = "municipality " + numbers.code[no_area].map(repr) + " is not four digits"
    reasons[no_group] = "gender " + numbers.gender[no_group].map(repr) + " is not T, K or M"
    reasons[numbers.deleted] = "taken back by Kolada (isdeleted)"
    usable = numbers[reasons == ""]
    reasons[usable.index[usable.duplicated(_KEY, keep=False)]] = "stands more than once"
    below = numbers.value.str.startswith("-") & numbers.is_margin
    reasons[below & (reasons == "")] = "a margin below zero"
    return reasons


def _without_value(margins: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Which margins are told of a figure that has no value in the batch."""
    valued = pd.MultiIndex.from_frame(rows.loc[rows.value != "", _KEY])
    return (margins.value != "") & ~pd.MultiIndex.from_frame(margins[_KEY]).isin(valued)


def _with_interval(rows: pd.DataFrame, margins: pd.DataFrame) -> pd.DataFrame:
    """The rows with their value less and plus its margin, blank where there is none."""
    widths = margins[[*_KEY, "value"]].rename(columns={"value": "margin"})
    rows = rows.merge(widths, on=_KEY, how="left", validate="1:1")
    known = rows.margin.fillna("") != ""
    for column, sign in (("low", -1), ("high", 1)):
        bounds = [
            _text(Decimal(value) + sign * Decimal(margin))
            for value, margin in rows.loc[known, ["value", "margin"]].itertuples(index=False)
        ]
        rows[column] = pd.Series(bounds, index=rows.index[known], dtype="str")
        rows[column] = rows[column].fillna("")
    return rows

"""JSON-stat tables, one row a cell, so that a cell that was left out never becomes a zero.

A table may name its values one after the other or only those that there are, and may come in
several answers; a cell without a value is not available, and a cell that two answers disagree on
is set aside. What the publisher notes about noise in the cells stays with the answers.
"""

import re
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field, ValidationError, model_validator

from analysis.data.formats.answers import Answer, unpack
from analysis.data.formats.received import Received, refusals
from analysis.words.questions import WrongQuestion, one_of

Shape = TypeVar("Shape", bound=BaseModel)
_MONTH = re.compile(r"(\d{4})M(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"(\d{4})[KQ]([1-4])")
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True)
class Cells:
    """The cells of one answer: ``rows`` of text, and ``keys``, the columns that name a cell."""

    rows: pd.DataFrame
    keys: list[str]


class Category(BaseModel):
    """The codes of a dimension, their order, labels and notes."""

    index: list[str] | dict[str, int] | None = None
    label: dict[str, str] = {}
    note: dict[str, list[str] | str] = {}

    @property
    def codes(self) -> list[str]:
        """The codes in their order."""
        if isinstance(self.index, dict):
            return sorted(self.index, key=self.index.get)
        return list(self.label) if self.index is None else self.index

    @property
    def texts(self) -> list[str]:
        """The label of each code, or the code where it has none."""
        return [self.label.get(code, code) for code in self.codes]


class Codelist(BaseModel):
    """Another set of codes by which a dimension can be asked."""

    id: str


class Extension(BaseModel):
    """What a statistical office says of a dimension beyond the format."""

    elimination: bool = False
    codelists: list[Codelist] = []


class Dimension(BaseModel):
    """One dimension of a table."""

    category: Category
    note: list[str] | str = []
    extension: Extension = Extension()


class Role(BaseModel):
    """Which dimensions are time."""

    time: list[str] = []


class Description(BaseModel):
    """A table's dimensions and notes; one of version 1 is put in the shape of version 2 first."""

    kind: Literal["dataset"] = Field(alias="class")
    id: list[str] = Field(min_length=1)
    size: list[int]
    role: Role = Role()
    dimension: dict[str, Dimension]
    note: list[str] | str = []

    @model_validator(mode="before")
    @classmethod
    def _of_version_1(cls, told):
        if not (isinstance(told, dict) and isinstance(told.get("dataset"), dict)):
            return told
        inside = dict(told["dataset"].get("dimension", {}))
        about = {part: inside.pop(part) for part in ("id", "size", "role") if part in inside}
        return {"class": "dataset", **told["dataset"], **about, "dimension": inside}

    @model_validator(mode="after")
    def _as_large_as_it_says(self):
        if lacking := [name for name in self.id if name not in self.dimension]:
            raise ValueError(f"{', '.join(lacking)} is not described")
        found = [len(self.dimension[name].category.codes) for name in self.id]
        if found != self.size:
            raise ValueError(f"size says {self.size}, the dimensions have {found} codes")
        return self


class Table(Description):
    """A table with its values: of every cell in order, or only of those that have one."""

    value: list[Any] | dict[int, Any]
    status: list[str | None] | dict[int, str] | str | None = None

    @model_validator(mode="after")
    def _with_a_value_a_cell(self):
        count = prod(self.size)
        for part, told in (("value", self.value), ("status", self.status)):
            if isinstance(told, list) and len(told) != count:
                raise ValueError(f"{part} has {len(told)} entries for {count} cells")
            if isinstance(told, dict) and not set(told) <= set(range(count)):
                raise ValueError(f"{part} names cells beyond the {count} that there are")
        return self

    def cells(self) -> Cells:
        """The cells, in the order in which the table holds them."""
        columns, places = {}, np.indices(self.size).reshape(len(self.size), -1)
        for name, place in zip(self.id, places, strict=True):
            category = self.dimension[name].category
            columns[name] = np.array(category.codes, dtype=object)[place]
            columns[f"{name}_text"] = np.array(category.texts, dtype=object)[place]
        columns["value"] = _spread(self.value, prod(self.size))
        columns["status"] = _spread(self.status, prod(self.size))
        return Cells(pd.DataFrame(columns, dtype="str"), self.id)


def _spread(told: list | dict | str | None, count: int) -> np.ndarray:
    """What is told of each cell, as text; blank where nothing is told."""
    if isinstance(told, str):
        return np.full(count, told, dtype=object)
    told = dict(enumerate(told)) if isinstance(told, list) else told or {}
    spread = np.full(count, "", dtype=object)
    spread[list(told)] = ["" if one is None else str(one) for one in told.values()]
    return spread


def read(files: list[Path], options: dict) -> Received:
    """Every cell of a JSON-stat table, of version 2 or 1, in one or several answers.

    Parameters
    ----------
    files
        Editions; the last one is read.
    options
        ``{"time": "Tid"}`` gives the codes of that dimension our names: 2026-01, 2024Q1, 2024.

    Returns
    -------
    Received
        A column a dimension with its code, ``<dimension>_text`` with its label, ``value`` and
        ``status``; ``raw_line`` is the place of the cell, counted on over the answers.

    Raises
    ------
    WrongQuestion
        When an answer is not a whole JSON-stat table.
    """
    parts = [shaped(answer, Table).cells() for answer in unpack(files[-1])]
    return added_up(parts, "json-stat", options)


def shaped(answer: Answer, shape: type[Shape]) -> Shape:
    """What an answer says, checked to have the shape that it should.

    Raises
    ------
    WrongQuestion
        With the first part that is missing or is something else.
    """
    try:
        return shape.model_validate(answer.json())
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise WrongQuestion(
            f"{answer.address} has another shape than it should: {where}{where and ': '}"
            f"{first['msg'].removeprefix('Value error, ')}."
        ) from None


def notes(answer: Answer) -> list[str]:
    """What the publisher notes on a table, its dimensions and their codes, each text once.

    That cells carry noise and must not be summed stands here.
    """
    table = shaped(answer, Description)
    found = [table.note]
    for name in table.id:
        found += [table.dimension[name].note, *table.dimension[name].category.note.values()]
    texts = [[one] if isinstance(one, str) else one for one in found]
    return list(dict.fromkeys(text for several in texts for text in several))


def added_up(parts: list[Cells], name: str, options: dict) -> Received:
    """The cells of a table that came in parts, each once.

    Parameters
    ----------
    parts
        Its answers, in order.
    name
        The format, for errors.
    options
        As the record has them; ``time`` is the one there is.

    Raises
    ------
    WrongQuestion
        When the parts have different columns, or an option is unknown.
    """
    for option in options:
        one_of(f"option of {name}", option, ("time",))
    first = parts[0]
    for part in parts[1:]:
        if list(part.rows) != list(first.rows):
            raise WrongQuestion(
                f"two answers to one question have different columns: {', '.join(first.rows)} and "
                f"{', '.join(part.rows)}. Enter them as two files."
            )
    rows = pd.concat([part.rows for part in parts], ignore_index=True)
    rows["raw_line"] = np.arange(1, len(rows) + 1)
    reasons = _twice(rows, first.keys)
    if "time" in options:
        time = one_of(f"option time of {name}", options["time"], first.keys)
        named = rows[time].map({code: period(code) for code in rows[time].unique()})
        nameless = (named == "") & (reasons == "")
        reasons[nameless] = (
            f"{time} " + rows[time][nameless].map(repr) + " is no year, quarter or month"
        )
        rows[time] = named
    good = reasons == ""
    bad = refusals(list(zip(rows.raw_line[~good], reasons[~good], strict=True)))
    return Received(rows[good].reset_index(drop=True), bad)


def _twice(rows: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Why a cell that stands more than once cannot be used; blank for all others."""
    reasons = pd.Series("", index=rows.index, dtype="str")
    again = rows.duplicated(keys, keep=False)
    told = rows[again].drop(columns="raw_line")
    cell = told.groupby(keys).ngroup()
    variants = told.groupby(list(told)).ngroup().groupby(cell).transform("nunique")
    reasons[rows.duplicated(keys)] = "the same cell stood before, with the same value"
    reasons[variants.index[variants > 1]] = "the same cell stands twice, with different values"
    return reasons


def period(code: str) -> str:
    """Our name of a time that a statistical office codes; blank for what has none.

    Examples
    --------
    >>> period("2026M01"), period("2024K1"), period("2024"), period("2022-2024")
    ('2026-01', '2024Q1', '2024', '')
    """
    if part := _MONTH.fullmatch(code):
        return f"{part[1]}-{part[2]}"
    if part := _QUARTER.fullmatch(code):
        return f"{part[1]}Q{part[2]}"
    return code if _YEAR.fullmatch(code) else ""

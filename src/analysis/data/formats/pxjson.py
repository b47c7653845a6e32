"""PxWeb's own JSON, one row a key, refused whole when a key or a value is missing.

Its values are texts with the publisher's own signs (``..``, ``-``), which are handed on as they
stand: what is not available is not made a number here.
"""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field, model_validator

from analysis.data.formats.answers import unpack
from analysis.data.formats.jsonstat import Cells, added_up, shaped
from analysis.data.formats.received import Received


class Column(BaseModel):
    """A column: a dimension (``d``), time (``t``) or what is counted (``c``)."""

    code: str
    type: Literal["d", "t", "c"]


class Entry(BaseModel):
    """One row: the codes that name it, and its values."""

    key: list[str]
    values: list[str]


class Table(BaseModel):
    """A table as PxWeb writes it."""

    columns: list[Column]
    data: list[Entry] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_the_columns_it_says(self):
        wide = len(self.keys), len(self.contents)
        if 0 in wide:
            raise ValueError("columns need a dimension and something that is counted")
        for number, entry in enumerate(self.data, start=1):
            if (len(entry.key), len(entry.values)) != wide:
                raise ValueError(
                    f"entry {number} has {len(entry.key)} codes and {len(entry.values)} values, "
                    f"not {wide[0]} and {wide[1]}"
                )
        return self

    @property
    def keys(self) -> list[str]:
        """The codes of its dimensions."""
        return [column.code for column in self.columns if column.type != "c"]

    @property
    def contents(self) -> list[str]:
        """The codes of what is counted."""
        return [column.code for column in self.columns if column.type == "c"]

    def cells(self) -> Cells:
        """The rows, what is counted under its own codes."""
        texts = np.array([entry.key + entry.values for entry in self.data], dtype=object)
        rows = pd.DataFrame(texts, columns=[*self.keys, *self.contents], dtype="str")
        return Cells(rows, self.keys)


def read(files: list[Path], options: dict) -> Received:
    """Every row of a PxWeb table, in one or several answers.

    Parameters
    ----------
    files
        Editions; the last one is read.
    options
        ``{"time": "År"}`` gives the codes of that column our names: 2026-01, 2024Q1, 2024.

    Returns
    -------
    Received
        A column a dimension with its code, and ``value``; when several things are counted, a
        column each by its code instead. ``raw_line`` counts the entries on over the answers.

    Raises
    ------
    WrongQuestion
        When an answer is not a whole PxWeb table.
    """
    parts = [shaped(answer, Table).cells() for answer in unpack(files[-1])]
    received = added_up(parts, "px-json", options)
    contents = [
        name for name in received.rows.columns.drop("raw_line") if name not in parts[0].keys
    ]
    if len(contents) > 1:
        return received
    return Received(received.rows.rename(columns={contents[0]: "value"}), received.rejected)

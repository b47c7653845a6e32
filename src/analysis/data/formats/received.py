"""What a format hands on: every row of a file, as text, or the reason why it is not there.

A reader that skips what it does not understand loses people's reports in silence; here a
line is a row, a refused row or a row that was not asked for, and the three are counted.
"""

from dataclasses import dataclass, field

import pandas as pd


def no_rejections() -> pd.DataFrame:
    """An account without a refused row."""
    return pd.DataFrame({"raw_line": pd.Series(dtype="int64"), "reason": pd.Series(dtype=str)})


@dataclass(frozen=True)
class Received:
    """The rows of one raw file.

    Parameters
    ----------
    rows
        Text in every column, blank where there is no value, and ``raw_line`` (whole number): the
        line of the file, or the place in the answer, counted from 1.
    rejected
        Rows that could not be read: ``raw_line`` and ``reason``.
    not_chosen
        Rows that the record did not ask for: another municipality's, say.
    """

    rows: pd.DataFrame
    rejected: pd.DataFrame = field(default_factory=no_rejections)
    not_chosen: int = 0

    @property
    def rows_in(self) -> int:
        """Rows of the file: used so far, refused and not chosen."""
        return len(self.rows) + len(self.rejected) + self.not_chosen


def refusals(rows: list[tuple[int, str]]) -> pd.DataFrame:
    """Refused rows, each as (raw line, reason).

    Examples
    --------
    >>> refusals([(3, "no time in the title")])
       raw_line                reason
    0         3  no time in the title
    """
    if not rows:
        return no_rejections()
    return pd.DataFrame(rows, columns=["raw_line", "reason"])

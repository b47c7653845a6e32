"""What was written by hand: questions, problems, causes, measures, and the words of the record.

They are tables as an analyst keeps them, so that a text is corrected where it is read.
"""

from importlib.resources import files

import pandas as pd


def table(name: str) -> pd.DataFrame:
    """A table of this folder, every cell as text.

    Parameters
    ----------
    name
        Of the table, without ``.csv``.
    """
    with (files(__name__) / f"{name}.csv").open(encoding="utf-8") as lines:
        return pd.read_csv(lines, dtype=str, keep_default_na=False)


def text(name: str) -> str:
    """A file of this folder as it stands."""
    return (files(__name__) / name).read_text(encoding="utf-8")

"""What reports read: every Estimate and every Verdict of a period, one a row.

Analysis notebooks write their own part; the parts are joined in one fixed
order, so the same number in two reports is the same row of the same file.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.data import trace
from analysis.data.workspace import Workspace
from analysis.data.write import write_atomically
from analysis.words import verdicts
from analysis.words.estimates import Estimate, frame, from_frame
from analysis.words.questions import MissingWork
from analysis.words.verdicts import Verdict

RESULTS, VERDICTS = "results.csv", "verdicts.csv"
KEY = [
    "statistic", "definition", "scheme", "area", "period", "reference", "method", "unit",
    "series", "source", "note",
]  # fmt: skip


def folder_of(workspace: Workspace, period: str) -> Path:
    """Where the results of one period are kept."""
    return workspace.processed / period


def write_part(
    workspace: Workspace,
    period: str,
    name: str,
    estimates: list[Estimate],
    ruled: list[Verdict] | None = None,
) -> Path:
    """The estimates and verdicts of one analysis notebook, under the part's own name.

    Beside them stands what the notebook had read until then: what the part rests on.
    """
    notebook = name.partition("-")[0]
    itself = trace.of_notebook(workspace.notebook(notebook))
    rests_on = trace.read() | {f"notebook {notebook}": itself}
    rows, rulings, stamp = part_files(workspace, period, name)
    write_atomically(rows, _csv(frame(estimates)))
    write_atomically(rulings, _csv(verdicts.frame(ruled or [])))
    write_atomically(stamp, (json.dumps(rests_on, indent=1) + "\n").encode())
    return rows


def part_files(workspace: Workspace, period: str, name: str) -> list[Path]:
    """The files of one part: its estimates, its verdicts, and what it rests on."""
    folder = parts_of(workspace, period)
    return [folder / f"{name}{ending}" for ending in (".csv", ".verdicts.csv", ".json")]


def parts_of(workspace: Workspace, period: str) -> Path:
    """Where the parts of a period's results are kept."""
    return folder_of(workspace, period) / "parts"


def join(workspace: Workspace, period: str, parts: list[str]) -> None:
    """Write the parts of these names as ``results.csv`` and ``verdicts.csv``.

    Raises
    ------
    ValueError
        When two parts disagree on the same estimate or verdict. Figures whose source states no time
        may stand beside each other.
    """
    folder = parts_of(workspace, period)
    rows = pd.concat([_read(folder / f"{part}.csv") for part in parts], ignore_index=True)
    ruled = pd.concat([_texts(folder / f"{part}.verdicts.csv") for part in parts])
    rows = rows.drop_duplicates().sort_values(KEY, kind="stable", na_position="first")
    dated = rows[~rows.period.str.endswith("..") & (rows.period != "undated")]
    clash = dated[dated.duplicated(KEY, keep=False)]
    if len(clash):
        raise ValueError(f"two notebooks disagree on:\n{clash[[*KEY, 'value']].to_string()}")
    write_atomically(folder_of(workspace, period) / RESULTS, _csv(rows))
    ruled = ruled.drop_duplicates()
    if (twice := ruled.duplicated(["kind", "subject"], keep=False)).any():
        raise ValueError(f"two notebooks rule differently on:\n{ruled[twice].to_string()}")
    ruled = ruled.sort_values(["kind", "subject"], kind="stable")
    write_atomically(folder_of(workspace, period) / VERDICTS, _csv(ruled))


@dataclass(frozen=True, eq=False)
class Results:
    """Estimates to pick from.

    Parameters
    ----------
    rows
        One estimate a row.
    loaded
        Whether others made them: then what is picked is noted as read.
    """

    rows: pd.DataFrame
    loaded: bool = False

    def chosen(self, wanted: dict) -> np.ndarray:
        """Which rows have the wanted values: a column and its value, or a list that would do."""
        found = np.ones(len(self.rows), dtype=bool)
        for column, value in wanted.items():
            values = value if isinstance(value, list) else [value]
            found &= self.rows[column].isin(values).to_numpy()
        return found

    def answer(self, wanted: dict) -> str:
        """The hash of the rows that have the wanted values."""
        return trace.digest(self._hashes[self.chosen(wanted)].tobytes())

    @cached_property
    def _hashes(self) -> np.ndarray:
        return pd.util.hash_pandas_object(self.rows, index=False).to_numpy()


def load_results(workspace: Workspace, period: str) -> Results:
    """Every estimate of a period, as report notebooks read them.

    Raises
    ------
    MissingWork
        When the period's analysis has not been run, with the command that runs it.
    """
    trace.note("results", trace.of_file(folder_of(workspace, period) / RESULTS))
    return Results(rows_of(workspace, period), loaded=True)


def rows_of(workspace: Workspace, period: str) -> pd.DataFrame:
    """The rows of ``results.csv``; nothing is noted as read."""
    return _read(_made(workspace, period, RESULTS))


def load_verdicts(workspace: Workspace, period: str, *kinds: str) -> list[Verdict]:
    """The verdicts of a period, by kind and subject; none where nothing has been tried.

    Parameters
    ----------
    workspace, period
        The city and the span.
    kinds
        Of what: "measure", "claim", "cause"; of all when none is named.

    Raises
    ------
    MissingWork
        When the period's analysis has not been run, with the command that runs it.
    """
    rows, answer = verdicts_of(workspace, period, kinds)
    trace.note(" ".join(["verdicts", *kinds]), answer)
    return verdicts.from_frame(rows)


def verdicts_of(
    workspace: Workspace, period: str, kinds: Sequence[str]
) -> tuple[pd.DataFrame, str]:
    """The rows of verdicts of some kinds, of all when none is named, and the hash of them."""
    rows = _texts(_made(workspace, period, VERDICTS))
    rows = rows[rows.kind.isin(kinds)] if kinds else rows
    return rows, trace.digest(_csv(rows))


def _made(workspace: Workspace, period: str, name: str) -> Path:
    file = folder_of(workspace, period) / name
    if not file.exists():
        raise MissingWork(
            f"no results for {workspace.name} {period}: run lagesbild run {workspace.name} {period}"
        )
    return file


def _texts(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def _csv(rows: pd.DataFrame) -> bytes:
    return rows.to_csv(index=False, lineterminator="\n").encode()


_COLUMNS_OF_TEXT = (
    "statistic", "definition", "unit", "area", "scheme", "period", "reference", "status",
    "vintage", "series", "source", "method", "note",
)  # fmt: skip

_NUMBERS = ("value", "low", "high", "level", "n", "p", "q", "dispersion")


def _read(file: Path) -> pd.DataFrame:
    return pd.read_csv(
        file,
        dtype=dict.fromkeys(_COLUMNS_OF_TEXT, str) | dict.fromkeys(_NUMBERS, float),
        keep_default_na=False,
        na_values={name: [""] for name in _NUMBERS},
    )


def pick(rows: Results, **wanted) -> list[Estimate]:
    """The estimates whose columns have the wanted values, in the file's order.

    Parameters
    ----------
    rows
        Results as :func:`load_results` gives them, or a notebook's own.
    wanted
        Column and value, or a list of values that would do.
    """
    if rows.loaded:
        question = json.dumps(wanted, sort_keys=True)
        trace.note(f"results {question}", rows.answer(wanted))
    return from_frame(rows.rows[rows.chosen(wanted)])

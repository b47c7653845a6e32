"""What reports read: every Estimate and every Verdict of a period, one a row.

Analysis notebooks write their own part; the parts are joined in one fixed
order, so the same number in two reports is the same row of the same file.
"""

import json
from pathlib import Path

import pandas as pd

from analysis.data.workspace import Workspace
from analysis.data.write import write_atomically
from analysis.words import verdicts
from analysis.words.estimates import Estimate, frame, from_frame
from analysis.words.questions import MissingWork
from analysis.words.verdicts import Verdict

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

    Beside them stands the fingerprint of the raw data that they were made from.
    """
    folder = folder_of(workspace, period) / "parts"
    part = write_atomically(folder / f"{name}.csv", _csv(frame(estimates)))
    write_atomically(folder / f"{name}.verdicts.csv", _csv(verdicts.frame(ruled or [])))
    stamp = json.dumps({"raw": workspace.fingerprint()}) + "\n"
    write_atomically(folder / f"{name}.json", stamp.encode())
    return part


def join_parts(workspace: Workspace, period: str) -> pd.DataFrame:
    """Every part made from the raw data as they are now: ``results.csv`` and ``verdicts.csv``.

    Parts of older raw data are left out, so that no two rows rest on different data.

    Raises
    ------
    ValueError
        When two parts disagree on the same estimate or verdict. Figures whose source states no time
        may stand beside each other.
    """
    folder = folder_of(workspace, period) / "parts"
    now = workspace.fingerprint()
    current = [
        stamp.with_suffix(".csv")
        for stamp in sorted(folder.glob("*.json"))
        if json.loads(stamp.read_text())["raw"] == now
        and stamp.with_suffix(".verdicts.csv").exists()
    ]
    if not current:
        raise MissingWork(f"no analysis of {workspace.name} {period} has been run yet.")
    rows = pd.concat([_read(part) for part in current], ignore_index=True)
    ruled = pd.concat([_texts(part.with_suffix(".verdicts.csv")) for part in current])
    rows = rows.drop_duplicates().sort_values(KEY, kind="stable", na_position="first")
    dated = rows[~rows.period.str.endswith("..") & (rows.period != "undated")]
    clash = dated[dated.duplicated(KEY, keep=False)]
    if len(clash):
        raise ValueError(f"two notebooks disagree on:\n{clash[[*KEY, 'value']].to_string()}")
    write_atomically(folder_of(workspace, period) / "results.csv", _csv(rows))
    ruled = ruled.drop_duplicates()
    if (twice := ruled.duplicated(["kind", "subject"], keep=False)).any():
        raise ValueError(f"two notebooks rule differently on:\n{ruled[twice].to_string()}")
    ruled = ruled.sort_values(["kind", "subject"], kind="stable")
    write_atomically(folder_of(workspace, period) / "verdicts.csv", _csv(ruled))
    return rows


def load_results(workspace: Workspace, period: str) -> pd.DataFrame:
    """Every estimate of a period, as report notebooks read them.

    Raises
    ------
    MissingWork
        When the period's analysis has not been run, with the command that runs it.
    """
    return _read(_made(workspace, period, "results.csv"))


def load_verdicts(workspace: Workspace, period: str) -> list[Verdict]:
    """Every verdict of a period, by kind and subject; none where nothing has been tried.

    Raises
    ------
    MissingWork
        When the period's analysis has not been run, with the command that runs it.
    """
    return verdicts.from_frame(_texts(_made(workspace, period, "verdicts.csv")))


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


def pick(rows: pd.DataFrame, **wanted) -> list[Estimate]:
    """The estimates whose columns have the wanted values, in the file's order.

    Parameters
    ----------
    rows
        Results as :func:`load_results` gives them.
    wanted
        Column and value, or a list of values that would do.
    """
    for column, value in wanted.items():
        values = value if isinstance(value, list) else [value]
        rows = rows[rows[column].isin(values)]
    return from_frame(rows)

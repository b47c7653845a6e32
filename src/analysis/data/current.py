"""Which of what was made still rests on the data as they are now.

What a notebook noted as read is asked again: the same answers, and it need not be run again.
"""

import json
from functools import cached_property

from analysis.data import results, tables, trace
from analysis.data.results import RESULTS, VERDICTS, Results, parts_of
from analysis.data.workspace import Workspace
from analysis.words.questions import MissingWork


class Now:
    """The answers of now to what notebooks have noted; the files are read once.

    Parameters
    ----------
    city, period
        Whose data, and results of which span.
    """

    def __init__(self, city: Workspace, period: str):
        self._city, self._folder = city, results.folder_of(city, period)
        self._period = period

    def changed(self, read: dict[str, str]) -> list[str]:
        """What of that which was read has another answer now, by name; empty when nothing has.

        Parameters
        ----------
        read
            Names and hashes, as :func:`analysis.data.trace.read` gives them.
        """
        same = read.get("results") == self._file(RESULTS)
        return [
            what
            for what, answer in read.items()
            if what != "results"
            and not (same and what.startswith("results "))
            and self._answer(what) != answer
        ]

    def _answer(self, what: str) -> str:
        kind, _, asked = what.partition(" ")
        if kind == "table":
            return self._tables.get(asked, "")
        if kind == "results":
            return self._results.answer(json.loads(asked)) if self._results else ""
        if kind == "verdicts":
            return self._verdicts(asked)
        if kind == "notebook":
            return trace.of_notebook(self._city.notebook(asked))
        return self._whole[kind]

    @cached_property
    def _whole(self) -> dict[str, str]:
        return {
            "code": trace.code(),
            "raw": self._city.fingerprint(),
            "record": self._city.essence,
            "policy": trace.of_file(self._city.root / "data" / "disclosure.toml"),
        }

    @property
    def has_tables(self) -> bool:
        """Whether there are tables made from the raw data as they are."""
        return bool(self._tables)

    @cached_property
    def _tables(self) -> dict[str, str]:
        return tables.digests(self._city)

    def _file(self, name: str) -> str:
        return trace.of_file(self._folder / name)

    @cached_property
    def _results(self) -> Results | None:
        made = (self._folder / RESULTS).exists()
        return Results(results.rows_of(self._city, self._period)) if made else None

    def _verdicts(self, kinds: str) -> str:
        if not (self._folder / VERDICTS).exists():
            return ""
        return results.verdicts_of(self._city, self._period, kinds.split())[1]


def join_parts(city: Workspace, period: str) -> None:
    """Join every part of a period's results that rests on the data as they are now.

    First those made from tables alone, then those that read results as well, when what they read
    is still the same: so no two rows rest on different data.

    Raises
    ------
    MissingWork
        When no part does.
    """
    read = {
        stamp.stem: json.loads(stamp.read_text(encoding="utf-8"))
        for stamp in sorted(parts_of(city, period).glob("*.json"))
    }
    late = [part for part in read if "results" in read[part]]
    now = Now(city, period)
    first = [part for part in read if part not in late and not now.changed(read[part])]
    if not first:
        raise MissingWork(f"no analysis of {city.name} {period} has been run yet.")
    results.join(city, period, first)
    now = Now(city, period)
    second = [part for part in late if not now.changed(read[part])]
    if second:
        results.join(city, period, sorted([*first, *second]))

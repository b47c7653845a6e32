"""An intruder of our own: adds and subtracts what is printed until a hidden count shows.

Holding back a small number protects nobody when the row's total gives it away, or the
month is what the quarter has more than its two others.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from analysis.measurement.disclosure import Protection

TOTAL = "total"
FOUND = ["road", "tables", "part", "row", "column", "low", "high", "kind"]
_ALMOST = 1e-6


@dataclass(frozen=True, kw_only=True)
class PublishedTable:
    """A table of counts as printed, and what an intruder knows of how it was made.

    Parameters
    ----------
    name
        What the findings call it.
    printed
        Counts by row and column; ``<NA>`` is held back. A row or column named "total" is
        the sum of the others.
    protection
        How its cells were told.
    margins
        How its totals were told, where another party published them otherwise.
    covers
        The parts that it counts: months, groups, registrations. Tables are subtracted where they
        share parts, so all must name them alike. A later download covers more than an
        earlier one: {"first"} and {"first", "late"}; where events may also have been withdrawn,
        {"kept", "withdrawn"} and {"kept", "late"}.
    """

    name: str
    printed: pd.DataFrame
    protection: Protection
    margins: Protection | None = None
    covers: frozenset[str] = frozenset({"all"})

    def behind(self) -> np.ndarray:
        """The smallest and the largest count of each cell, shape (2, rows, columns)."""
        margins = self.margins or self.protection
        cells = [
            (margins if TOTAL in (row, column) else self.protection).behind(
                None if pd.isna(told := self.printed.at[row, column]) else int(told)
            )
            for row, column in product(self.printed.index, self.printed.columns)
        ]
        return np.array(cells, dtype=float).T.reshape(2, *self.printed.shape)


def recovered(published: list[PublishedTable]) -> pd.DataFrame:
    """The small counts that can be worked out from what is printed; empty when none can.

    Parameters
    ----------
    published
        Everything that is printed of the same events.

    Returns
    -------
    pandas.DataFrame
        One row a disclosed count: ``road`` (margins or differences), ``tables``, ``part``,
        ``row``, ``column``, ``low``, ``high`` and ``kind`` (recovered or bounded).

    Raises
    ------
    ValueError
        When the printed numbers cannot all be true, naming the tables.

    Notes
    -----
    A count that was held back or never printed is disclosed when somebody is certainly in it
    (``low`` is at least 1) and they are certainly few (``high`` is at most
    :attr:`Protection.secret`), unless the rule itself says just that: "recovered" when one count
    is left, "bounded" when several. That there may be nobody, or that there are fewer than the
    threshold, is no disclosure.

    Under the shipped policy one sum or difference alone never discloses: a told number is known
    to five counts, so what is hidden beside n of them is known to 4 n + 1, and nine do not fit
    between 1 and 5. It can show that somebody is there, or that they are few, not both. Several
    sums at once can, and these are searched.

    First each table alone: every cell and total is a variable between the counts that its print
    may stand for, and sums hold; two linear programmes a held-back cell. Then all tables
    together, cell by cell, with the ranges found first: unknown are the parts, and asked are
    every table's own count and what one table has more than another, for all pairs. Cells
    do not touch each other there, so one programme answers for all cells at once. Ranges are
    rounded inward to whole counts; in sums of rows, columns and runs of periods the
    programme's own answer is whole, elsewhere an intruder with whole numbers may know more.

    References
    ----------
    Willenborg & de Waal (2001), Elements of Statistical Disclosure Control, Springer.

    Examples
    --------
    >>> told = pd.DataFrame({"day": [9, 14], "night": [None, 8], "total": [11, 22]})
    >>> naive = Protection(threshold=5, base=1, zeros_told=True)
    >>> table = PublishedTable(name="hours", printed=told, protection=naive)
    >>> recovered([table])[["row", "column", "low", "high", "kind"]].to_dict("records")
    [{'row': 0, 'column': 'night', 'low': 2, 'high': 2, 'kind': 'recovered'}]
    """
    alone = [_alone(table) for table in published]
    found = [
        ("margins", table.name, "; ".join(sorted(table.covers)), row, column, low, high, rule)
        for table, ranges in zip(published, alone, strict=True)
        for row, column, low, high, rule in _hidden(table, ranges)
    ]
    found += _together(published, alone)
    rows = [(*place, low, high, _kind(low, high, rule)) for *place, low, high, rule in found]
    disclosed = pd.DataFrame([row for row in rows if row[-1]], columns=FOUND)
    return disclosed.drop_duplicates(["part", "row", "column", "low", "high"], ignore_index=True)


def _kind(low: int, high: int, rule: Protection) -> str:
    if low < 1 or high > rule.secret or (low, high) == rule.behind(None):
        return ""
    return "recovered" if low == high else "bounded"


def _hidden(table: PublishedTable, ranges: np.ndarray) -> list[tuple]:
    """Every held-back cell with its range and the rule that held it back."""
    labels = table.printed.index, table.printed.columns
    found = []
    for i, j in zip(*np.nonzero(table.printed.isna().to_numpy()), strict=True):
        row, column = labels[0][i], labels[1][j]
        rule = table.margins if table.margins and TOTAL in (row, column) else table.protection
        found.append((row, column, int(ranges[0, i, j]), int(ranges[1, i, j]), rule))
    return found


def _alone(table: PublishedTable) -> np.ndarray:
    """The ranges of a table's cells once its sums are used, shape (2, rows, columns)."""
    ranges = table.behind()
    sums = _sums(table.printed)
    if not sums.shape[0]:
        return ranges
    bounds = ranges.reshape(2, -1).copy()
    tight = bounds.copy()
    for cell in np.flatnonzero(table.printed.isna().to_numpy()):
        asked = np.zeros(bounds.shape[1])
        asked[cell] = 1
        tight[:, cell] = [x[cell] for x in _extremes(asked, sums, bounds, table.name)]
    return _whole(tight).reshape(ranges.shape)


def _sums(printed: pd.DataFrame) -> sparse.csr_matrix:
    """One row a total: its parts less itself are nothing."""
    number = np.arange(printed.size).reshape(printed.shape)
    lines = []
    for labels, cells in ((printed.columns, number), (printed.index, number.T)):
        if TOTAL in labels:
            total = labels.get_loc(TOTAL)
            lines += [(np.delete(line, total), line[total]) for line in cells]
    sums = sparse.lil_matrix((len(lines), printed.size))
    for i, (parts, total) in enumerate(lines):
        sums[i, parts] = 1
        sums[i, total] = -1
    return sums.tocsr()


def _together(published: list[PublishedTable], alone: list[np.ndarray]) -> list[tuple]:
    """The ranges of all parts that tables tell of or differ by, cell by cell."""
    if len(published) < 2:
        return []
    puzzle = _Puzzle.of(published, alone)
    rule = max((table.protection for table in published), key=lambda rule: rule.threshold)
    return [
        ("differences", tables, "; ".join(sorted(asked)), row, column, low, high, rule)
        for asked, tables in _asked(published)
        for row, column, low, high in puzzle.ranges(asked)
    ]


@dataclass(frozen=True)
class _Puzzle:
    """All tables as one set of sums: unknown are the parts of each cell, then the claims.

    ``claims`` has one row a table and cell, ``cells`` one a cell; ``holds`` tells which parts each
    claim covers, shape (claims, parts).
    """

    names: str
    parts: list[str]
    cells: pd.DataFrame
    claims: pd.DataFrame
    holds: np.ndarray

    @classmethod
    def of(cls, published: list[PublishedTable], alone: list[np.ndarray]) -> "_Puzzle":
        """Everything that the tables say, with the ranges that each gave alone."""
        made = zip(published, alone, strict=True)
        claims = pd.concat([_claims(*one) for one in made], ignore_index=True)
        claims["cell"] = claims.groupby(["row", "column"]).ngroup()
        parts = sorted(set().union(*claims.covers))
        return cls(
            "; ".join(table.name for table in published),
            parts,
            claims.groupby("cell")[["row", "column"]].first(),
            claims,
            np.array([[part in covers for part in parts] for covers in claims.covers]),
        )

    @cached_property
    def sums(self) -> sparse.csr_matrix:
        """One row a claim: the parts that it covers, less the claim, are nothing."""
        claim, part = np.nonzero(self.holds)
        unknown = self.claims.cell.to_numpy()[claim] * len(self.parts) + part
        shape = len(self.claims), len(self.cells) * len(self.parts)
        parts = sparse.csr_matrix((np.ones(len(claim)), (claim, unknown)), shape=shape)
        return sparse.hstack([parts, -sparse.eye(len(self.claims))]).tocsr()

    @cached_property
    def covered(self) -> np.ndarray:
        """Whether any claim tells of a part of a cell, shape (cells, parts)."""
        return np.array([held.any(axis=0) for held in self._by_cell(self.holds)])

    def _by_cell(self, rows: np.ndarray) -> list[np.ndarray]:
        return [rows[where] for where in self.claims.groupby("cell").indices.values()]

    @cached_property
    def bounds(self) -> np.ndarray:
        """The range of every unknown, shape (2, unknowns)."""
        most = np.where(self.covered.ravel(), np.inf, 0)
        parts = np.stack([np.zeros(most.size), most])
        return np.concatenate([parts, self.claims[["low", "high"]].to_numpy().T], axis=1)

    def ranges(self, asked: frozenset[str]) -> list[tuple]:
        """Row, column, low and high of the parts asked, where no table tells them openly."""
        mine = np.array([part in asked for part in self.parts])
        openly = self.claims.cell[self.claims.told & (self.claims.covers == asked)]
        wanted = self.covered[:, mine].all(axis=1) & ~self.cells.index.isin(openly)
        weights = np.zeros(self.bounds.shape[1])
        weights[: self.covered.size] = np.outer(wanted, mine).ravel()
        ends = [
            answer[: self.covered.size].reshape(self.covered.shape)[wanted][:, mine].sum(axis=1)
            for answer in _extremes(weights, self.sums, self.bounds, self.names)
        ]
        places = self.cells[wanted].itertuples(index=False, name=None)
        return [
            (*place, int(low), int(high))
            for place, low, high in zip(places, *_whole(np.array(ends)), strict=True)
        ]


def _claims(table: PublishedTable, ranges: np.ndarray) -> pd.DataFrame:
    """One row a cell of a table: what it says of that cell's parts."""
    places = list(product(table.printed.index, table.printed.columns))
    return pd.DataFrame(places, columns=["row", "column"]).assign(
        covers=[table.covers] * len(places),
        low=ranges[0].ravel(),
        high=ranges[1].ravel(),
        told=table.printed.notna().to_numpy().ravel(),
    )


def _asked(published: list[PublishedTable]) -> list[tuple[frozenset[str], str]]:
    """Every set of parts that a table tells of or that one has more than another, once."""
    asked = {table.covers: table.name for table in published}
    for more, less in product(published, published):
        if extra := more.covers - less.covers:
            asked.setdefault(extra, f"{more.name}; {less.name}")
    return sorted(asked.items(), key=lambda item: sorted(item[0]))


def _extremes(
    asked: np.ndarray, sums: sparse.csr_matrix, bounds: np.ndarray, names: str
) -> list[np.ndarray]:
    """The solutions that make what is asked smallest and largest."""
    found = []
    for sign in (1, -1):
        answer = linprog(
            sign * asked, A_eq=sums, b_eq=np.zeros(sums.shape[0]), bounds=bounds.T, method="highs"
        )
        if answer.x is None:
            raise ValueError(
                f"the printed numbers of {names} cannot all be true: a total does not fit its "
                "parts. Check how they were told, and which parts each table covers."
            )
        found.append(answer.x)
    return found


def _whole(ranges: np.ndarray) -> np.ndarray:
    return np.stack([np.ceil(ranges[0] - _ALMOST), np.floor(ranges[1] + _ALMOST)])

"""Areas that know which division they belong to and when it was in force.

A district of 2011-2020 is never read as a stadsområde of 2021, and no sum over
a new division hides a piece that went elsewhere.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis.words.periods import Period
from analysis.words.questions import one_of


@dataclass(frozen=True)
class Area:
    """One place of one area scheme.

    ``visitors`` is true where far more people move about than are registered, so
    that a rate per inhabitant misleads; ``tile`` is the (column, row) of the
    area's square on the tile map.
    """

    id: str
    name: str
    scheme: str
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    visitors: bool = False
    tile: tuple[int, int] | None = None

    @property
    def key(self) -> str:
        """The name as it is typed: ``orgryte-harlanda``."""
        return slug(self.name)

    def existed_in(self, period: Period) -> bool:
        """Whether the area was in force during the whole period."""
        end = period.end or period.start
        started = self.valid_from is None or self.valid_from <= period.start
        return started and (self.valid_to is None or end <= self.valid_to)


class Areas:
    """The areas of a workspace, asked by id or by key."""

    def __init__(self, areas: Iterable[Area]):
        self._by_id = {area.id: area for area in areas}

    def __iter__(self) -> Iterator[Area]:
        return iter(self._by_id.values())

    def __getitem__(self, area_id: str) -> Area:
        return self._by_id[one_of("area id", area_id, self._by_id)]

    def __contains__(self, area_id: str) -> bool:
        return area_id in self._by_id

    def of_scheme(self, scheme: str, period: Period | None = None) -> list[Area]:
        """The areas of one scheme, those in force in ``period`` when it is given."""
        one_of("area scheme", scheme, sorted({area.scheme for area in self}))
        return [
            area
            for area in self
            if area.scheme == scheme and (period is None or area.existed_in(period))
        ]

    def named(self, key: str, scheme: str) -> Area:
        """The area of a scheme whose key is typed; a mistyped one is answered with the nearest."""
        known = {area.key: area for area in self.of_scheme(scheme)}
        return known[one_of("area", key, known)]


def slug(name: str) -> str:
    """A name in plain ASCII, for file names and the command line.

    Examples
    --------
    >>> slug("Örgryte-Härlanda")
    'orgryte-harlanda'
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())


def crosswalk(values: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Values of an old division added up to a new one, as far as the links allow.

    Parameters
    ----------
    values
        Columns ``area_id`` and ``value``: one row an area of the old division.
    links
        Columns ``from_id``, ``to_id``, ``weight`` (share of the old area that lies
        in the new one; missing where only part of it does and the share is not
        known) and ``note``.

    Returns
    -------
    pandas.DataFrame
        One row a new area: ``value`` (missing when any piece of it is not known),
        ``at_least`` (sum of the pieces that are known), ``at_most`` (the pieces
        of unknown size counted whole) and ``exceptions`` (why a value is missing).

    Examples
    --------
    >>> links = pd.DataFrame({"from_id": ["a", "b"], "to_id": ["x", "x"],
    ...                       "weight": [1, None], "note": ["exact", "b is split"]})
    >>> crosswalk(pd.DataFrame({"area_id": ["a", "b"], "value": [10, 4]}), links).loc[0].to_dict()
    {'area_id': 'x', 'value': nan, 'at_least': 10.0, 'at_most': 14.0, 'exceptions': 'b is split'}
    """
    pieces = links.merge(values, left_on="from_id", right_on="area_id", how="left")
    known = pieces.weight.notna() & pieces.value.notna()
    pieces["exceptions"] = pieces.note.where(pieces.weight.isna(), pieces.from_id + " has no value")
    pieces["at_least"] = (pieces.weight * pieces.value).where(known, 0.0)
    pieces["at_most"] = pieces.value * pieces.weight.fillna(1.0)
    rows = []
    for to_id, group in pieces.groupby("to_id", sort=True):
        gaps = group.loc[~known[group.index], "exceptions"]
        at_least = float(group.at_least.sum())
        rows.append(
            {
                "area_id": to_id,
                "value": float("nan") if len(gaps) else at_least,
                "at_least": at_least,
                "at_most": float(group.at_most.sum(skipna=False)),
                "exceptions": "; ".join(gaps),
            }
        )
    return pd.DataFrame(rows)

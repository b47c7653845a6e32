"""What was told before and is otherwise now: no figure is revised in silence."""

from dataclasses import replace

from analysis.data.tables import Tables
from analysis.data.workspace import Workspace
from analysis.measurement import crime
from analysis.measurement.counts import unknown
from analysis.words.estimates import Estimate
from analysis.words.periods import Period


def revisions(
    tables: Tables, city: Workspace, area_id: str, items: list[str], period: Period
) -> list[Estimate]:
    """How the counts of a period have grown since first told; a city's are its districts'.

    Returns
    -------
    list of Estimate
        One an item: ``value`` the count now over the count as first known, ``n`` the latter,
        ``vintage`` the day on which the last of it was known. Not available where a month of the
        period has no first edition; empty when the city keeps none.
    """
    first = tables["first_counts"]
    if first.empty:
        return []
    months, parts = _months(period), crime.adding(tables)
    whole = area_id == city.settings["municipality"]
    areas = crime.districts(tables, city, period) if whole else [area_id]
    first = first[first.area_id.isin(areas) & first.month.isin(months)]
    found = []
    for item, series in crime.reported(tables, city, area_id, items, period).items():
        now, kinds = crime.at(series, period), parts.get(item, [item])
        then = first[first["item"].isin(kinds)]
        about = {"statistic": "revision", "unit": "ratio to first edition"}
        if (
            not now.known
            or len(then) < len(months) * len(kinds) * len(areas)
            or not then["count"].sum()
        ):
            found.append(unknown(now, **about, note="no first edition", method="revision"))
            continue
        told = float(then["count"].sum())
        found.append(
            replace(
                now,
                **about,
                value=now.value / told,
                n=told,
                method="revision",
                vintage=then.known_on.max().date().isoformat(),
            )
        )
    return found


def _months(period: Period) -> list[str]:
    """The months of a span by their names; none when it is not made of whole months."""
    return [
        str(Period.of_months(period.start.year, period.start.month + step, 1))
        for step in range(period.months or 0)
    ]

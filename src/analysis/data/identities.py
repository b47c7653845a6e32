"""What the figures must satisfy among themselves, and where they do not.

A sum that fails, a coverage that drifts and two series for one quantity are
shown to the analyst before anything is built on them; nothing is mended.
"""

import pandas as pd

from analysis.data.tables import Tables, period_of
from analysis.words.estimates import CheckResult


def checks(tables: Tables, district_scheme: str, city: str) -> list[CheckResult]:
    """Every check that a workspace's figures allow; of published ones none without them."""
    crime, areas = tables["crime_counts"], tables["areas"]
    inside = crime[crime.area_id.isin(areas.area_id[areas.scheme == district_scheme])]
    if inside.empty:
        return unplaced(tables, district_scheme)
    shares = coverage(tables, district_scheme, city)
    return [
        *chapter_sums(inside, tables["crime_items"]),
        *unexplained_total(inside),
        *([coverage_check(shares)] if len(shares) else []),
        impossible_totals(tables.rejected),
        *unplaced(tables, district_scheme),
    ]


def unplaced(tables: Tables, district_scheme: str) -> list[CheckResult]:
    """How many of the city's own events lead to no district; nothing without such events.

    They are counted for the city alone.
    """
    by_name = tables.by_name.get("incidents")
    if by_name is None or by_name.empty:
        return []
    areas, links = tables["areas"], tables["area_links"]
    districts = set(areas.area_id[areas.scheme == district_scheme])
    leads = links.from_id[links.to_id.isin(districts) & (links.weight == 1)]
    off = int((~by_name.area_id.isin(districts | set(leads))).sum())
    return [
        CheckResult(
            check="unplaced",
            outcome="failed" if off == len(by_name) else "for information" if off else "passed",
            looked_at=len(by_name),
            found={"off": off},
        )
    ]


def by_item(crime: pd.DataFrame) -> pd.DataFrame:
    """Reported crimes with one row an area and year, one column an item; unknown stays missing."""
    return crime.pivot(index=["area_id", "year"], columns="item", values="count")


def chapter_sums(crime: pd.DataFrame, items: pd.DataFrame) -> list[CheckResult]:
    """Whether each group of items adds up in every area and year.

    Where an item is not published its group may be larger than the others' sum, never smaller. A
    group of which some item has no figure at all is not tried, nor one without its own figure.

    Parameters
    ----------
    crime
        Columns ``area_id``, ``year``, ``item``, ``count``, all items of the areas concerned.
    items
        Columns ``item``, ``parent``, ``adds_to_total``.
    """
    wide = by_item(crime)
    parts = items.set_index("item").adds_to_total
    checks = []
    for parent, group in items[items.parent != ""].groupby("parent", sort=False):
        if parts[parent] == "yes" or items.set_index("item").parent[parent] == "":
            continue
        children = [i for i in group["item"] if parts[i] == "yes" or i in set(items.parent)]
        if not {parent, *children} <= set(wide):
            continue
        known = wide[wide[parent].notna()]
        gap = known[parent] - known[children].fillna(0).sum(axis=1)
        all_known = known[children].notna().all(axis=1)
        off = int(((gap < 0) | ((gap > 0) & all_known)).sum())
        checks.append(
            CheckResult(
                check="sum",
                outcome="failed" if off else "passed",
                looked_at=len(gap),
                found={"item": parent, "off": off},
            )
        )
    return checks


def unexplained_total(crime: pd.DataFrame) -> list[CheckResult]:
    """How far the published total exceeds penal code plus special law; known, not explained.

    Nothing where the figures are not parted so.
    """
    wide = by_item(crime)
    if not {"total", "brb", "special"} <= set(wide):
        return []
    wide = wide[["total", "brb", "special"]].dropna()
    if wide.empty:
        return []
    gap = wide["total"] - wide["brb"] - wide["special"]
    return [
        CheckResult(
            check="unexplained total",
            outcome="for information" if gap.min() >= 0 else "failed",
            looked_at=len(gap),
            found={"low": int(gap.min()), "high": int(gap.max()), "off": int((gap != 0).sum())},
        )
    ]


def coverage(tables: Tables, district_scheme: str, city: str, item: str = "total") -> pd.DataFrame:
    """The share of the city's reported crimes that its districts hold, year by year.

    Returns
    -------
    pandas.DataFrame
        Columns ``year``, ``districts``, ``city``, ``share``; only years where both are published,
        and no district's figure is blank.
    """
    crime = tables["crime_counts"].query("item == @item")
    areas = tables["areas"]
    inside = areas.area_id[(areas.scheme == district_scheme) & (areas.parent_id == city)]
    of_districts = crime[crime.area_id.isin(inside)].groupby("year")["count"]
    districts = of_districts.sum()[of_districts.count() == of_districts.size()]
    whole = crime[crime.area_id == city].set_index("year")["count"]
    both = pd.DataFrame({"districts": districts, "city": whole}).dropna().astype("int64")
    return both.assign(share=both.districts / both.city).rename_axis("year").reset_index()


def coverage_check(shares: pd.DataFrame) -> CheckResult:
    """How much of the city the districts cover; what is left could not be placed in a district."""
    return CheckResult(
        check="coverage",
        outcome="for information",
        looked_at=len(shares),
        found={
            "low": float(shares.share.min()),
            "high": float(shares.share.max()),
            "first": int(shares.year.min()),
            "last": int(shares.year.max()),
        },
    )


def rivals(shootings: pd.DataFrame) -> pd.DataFrame:
    """Quantities for which several series are published: the reader must choose one.

    Returns
    -------
    pandas.DataFrame
        Columns ``measure``, ``period`` and ``found`` (series: value), one row a
        quantity whose series disagree. Spans without a stated end are left to their start year.
    """
    rows = shootings[shootings.area_id.str.match("kommun:|polisomrade:")]
    rows = rows.assign(
        period=[
            str(row.period_start.year) if pd.isna(row.period_end) else str(period_of(row))
            for row in rows.itertuples()
        ]
    )
    found = []
    for (measure, period), group in rows.groupby(["measure", "period"]):
        if group.value.nunique() > 1:
            found.append(
                {
                    "measure": measure,
                    "period": period,
                    "found": {row.series: int(row.value) for row in group.itertuples()},
                }
            )
    return pd.DataFrame(found, columns=["measure", "period", "found"])


def impossible_totals(rejected: pd.DataFrame) -> CheckResult:
    """How many rows were set aside because a growing span had a falling total."""
    pairs = rejected.reason.str.startswith("impossible").sum()
    return CheckResult(
        check="impossible totals",
        outcome="failed" if pairs else "passed",
        looked_at=len(rejected),
        found={"off": int(pairs)},
    )

"""Every crime as a row with its block and minute, and what was known of it how early.

A first count is not a final one: reports come in late, and in one district and month very late.
"""

import numpy as np
import pandas as pd

from analysis.example.chance import stream
from analysis.example.crime import LEAVES
from analysis.example.places import ID, MONTHS, YEARS, blocks
from analysis.example.rhythm import moments, tens
from analysis.example.shootings import SHOTS_FIRED, shootings
from analysis.example.truth import KEY_ARRESTS, LATE_DISTRICT, LATE_MONTH, LATE_SHARE

SPREAD_EAST, SPREAD_NORTH = 400, 150
KNOWN_AFTER = pd.Timedelta(days=15)  # from a month's end to the day of its first count
USUAL_ENFORCEMENT = {"arrest": 0.9, "detention": 0.45, "conviction": 0.6}


def incidents(seed: int, drawn: pd.DataFrame) -> pd.DataFrame:
    """The table ``incidents``: counts spread over blocks, days and hours, and the shootings.

    Parameters
    ----------
    seed
        Of the city.
    drawn
        As :func:`counts` gives them.
    """
    placed = _placed(seed, drawn)
    shot = shootings(seed)
    rows = pd.concat([_dated(seed, placed), shot], ignore_index=True)
    rows = rows.sort_values(["occurred", "item", "area_id", "easting", "northing"])
    number = pd.Series(range(1, len(rows) + 1)).map("i-{:05d}".format).to_numpy()
    preliminary = rows.occurred.dt.year == YEARS[-1]
    rows.insert(0, "incident_id", number)
    return rows.assign(
        occurred=rows.occurred.dt.strftime("%Y-%m-%d %H:%M"),
        status=preliminary.map({True: "preliminary", False: "final"}),
        source_id="exempelstad",
    ).reset_index(drop=True)[
        [
            "incident_id", "item", "occurred", "area_id", "easting", "northing", "status",
            "source_id",
        ]
    ]  # fmt: skip


def _placed(seed: int, drawn: pd.DataFrame) -> pd.DataFrame:
    """One row an incident: its item, month and block."""
    chance = stream(seed, "places")
    built = blocks()
    built["pull"] = built.people * chance.lognormal(0, 0.25, len(built))
    parts = []
    for area, group in built.groupby("district_2015"):
        pull = (group.pull / group.pull.sum()).to_numpy()
        for item in LEAVES:
            split = chance.multinomial(drawn.loc[(area, item)].to_numpy(), pull)
            found = pd.DataFrame(split, index=MONTHS, columns=group.area_id).stack()
            month, block = (found.index.get_level_values(level) for level in (0, 1))
            times = found.to_numpy()
            parts.append(
                pd.DataFrame({"month": month.repeat(times), "area_id": block.repeat(times)}).assign(
                    item=item
                )
            )
    return pd.concat(parts, ignore_index=True)


def _dated(seed: int, placed: pd.DataFrame) -> pd.DataFrame:
    """Each incident with its minute and its spot near the centre of its block."""
    chance = stream(seed, "times and spots")
    parts = []
    for (item, month), group in placed.groupby(["item", "month"]):
        hours = pd.date_range(month.start_time, month.end_time, freq="h")
        parts.append(group.assign(occurred=moments(chance, item, hours, len(group))))
    rows = pd.concat(parts, ignore_index=True)
    east, north = chance.normal(0, 1, size=(2, len(rows))).clip(-2.2, 2.2)
    centres = blocks().set_index("area_id").loc[rows.area_id]
    return pd.DataFrame(
        {
            "item": rows["item"],
            "occurred": rows.occurred,
            "area_id": rows.area_id,
            "easting": tens(centres.easting.to_numpy() + SPREAD_EAST * east),
            "northing": tens(centres.northing.to_numpy() + SPREAD_NORTH * north),
        }
    )


def first_counts(seed: int, happened: pd.DataFrame) -> pd.DataFrame:
    """The table ``first_counts``: what was known half a month later, in the last two years.

    A few per cent were registered after that; in one district and month many more.
    """
    chance = stream(seed, "first counts")
    home = blocks().set_index("area_id").district_2015
    months = happened.occurred.str[:7]
    known = happened.assign(area_id=happened.area_id.map(home), month=months)
    known = known.groupby(["area_id", "month", "item"]).size()
    wanted = pd.MultiIndex.from_product(
        [list(ID.values()), MONTHS[-24:].astype(str), LEAVES], names=["area_id", "month", "item"]
    )
    final = known.reindex(wanted, fill_value=0)
    late = pd.Series(chance.uniform(0.02, 0.08, len(final)), index=final.index)
    late.loc[(ID[LATE_DISTRICT], LATE_MONTH)] = LATE_SHARE
    first = chance.binomial(final.to_numpy(), 1 - late.to_numpy())
    rows = wanted.to_frame(index=False).assign(count=first)
    known_on = pd.PeriodIndex(rows.month, freq="M").end_time + KNOWN_AFTER
    return rows.assign(known_on=known_on.strftime("%Y-%m-%d"), source_id="exempelstad")


def registered(seed: int, happened: pd.DataFrame, first: pd.DataFrame) -> pd.DataFrame:
    """The incidents with the day on which each was entered, so that the first counts come out.

    Parameters
    ----------
    seed
        Of the city.
    happened
        As :func:`incidents` gives them.
    first
        As :func:`first_counts` gives them; earlier months are late by as much as most.
    """
    chance = stream(seed, "registered")
    home = blocks().set_index("area_id").district_2015
    cell = pd.DataFrame(
        {
            "area_id": happened.area_id.map(home),
            "month": happened.occurred.str[:7],
            "item": happened["item"],
        }
    )
    told = first.set_index(["area_id", "month", "item"])["count"]
    size = cell.groupby(list(cell), sort=False)["item"].transform("size").to_numpy()
    in_time = told.reindex(pd.MultiIndex.from_frame(cell)).to_numpy()
    usual = size - chance.binomial(size, 0.05)
    order = pd.Series(chance.random(len(cell))).groupby([cell[name] for name in cell]).rank()
    late = order.to_numpy() > np.where(np.isnan(in_time), usual, in_time)
    late &= happened["item"].isin(LEAVES).to_numpy()
    day = pd.to_datetime(happened.occurred.str[:10])
    known_on = (day + pd.offsets.MonthEnd(0)) + KNOWN_AFTER
    soon = day + pd.to_timedelta(np.floor(chance.exponential(2.0, len(cell))), unit="D")
    later = known_on + pd.to_timedelta(1 + np.floor(chance.exponential(30.0, len(cell))), unit="D")
    entered = later.where(late, soon.clip(upper=known_on))
    entered = entered.where(happened["item"].isin(LEAVES), day)
    return happened.assign(registered=entered.dt.strftime("%Y-%m-%d"))


def enforcement(seed: int) -> pd.DataFrame:
    """The table ``enforcement``: persons a month and district, few but for the planted arrests."""
    chance = stream(seed, "enforcement")
    rows = pd.MultiIndex.from_product(
        [list(ID.values()), MONTHS.astype(str), list(USUAL_ENFORCEMENT)],
        names=["area_id", "month", "kind"],
    ).to_frame(index=False)
    fired = {ID[name]: 1 + 3 * share for name, share in SHOTS_FIRED.items()}
    mean = rows.kind.map(USUAL_ENFORCEMENT) * rows.area_id.map(fired).fillna(1.0)
    rows["persons"] = chance.poisson(mean)
    here = (rows.area_id == KEY_ARRESTS["area_id"]) & (rows.month == KEY_ARRESTS["month"])
    for kind in ("arrest", "detention"):
        rows.loc[here & (rows.kind == kind), "persons"] += KEY_ARRESTS[kind]
    return rows.assign(source_id="exempelstad")

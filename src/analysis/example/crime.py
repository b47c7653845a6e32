"""Reported crime with everything in it that makes real crime hard to read.

Season, slow drift, months that remember the month before, more noise than independent events have,
reporting that differs between districts, a change in recording: a method that finds the planted
effects here has not found them because the city was too tidy.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.example.chance import stream
from analysis.example.places import DISTRICTS, ID, MONTHS, YEARS, district_people
from analysis.example.rhythm import RHYTHM
from analysis.example.truth import BREAK, REPORTING_ROSE, ROSE_FROM, effects_on

LEAVES = tuple(item for item in RHYTHM if item != "shootings")
REMEMBERED, EXTRA_NOISE = 0.5, 0.03


def calibration(goteborg: Path) -> pd.DataFrame:
    """Reported crimes per 1,000 inhabitants and year that each district borrows from its twin.

    Parameters
    ----------
    goteborg
        The folder of real figures: mean yearly counts of 2011-2018 over the population of 2017.

    Returns
    -------
    pandas.DataFrame
        One row a district (its id), one column an item.
    """
    counts = pd.read_csv(goteborg / "crime_counts_districts_2011_2020.csv")
    counts = counts[counts.year.isin(YEARS) & counts["item"].isin(LEAVES)]
    yearly = counts.groupby(["area_id", "item"])["count"].mean().unstack()[list(LEAVES)]
    living = pd.read_csv(goteborg / "population.csv")
    living = living[living.year == 2017].set_index("area_id").population
    rates = 1000 * yearly.div(living.reindex(yearly.index), axis=0)
    return rates.loc[[d.twin for d in DISTRICTS]].set_axis(list(ID.values()), axis=0)


def items(goteborg: Path) -> pd.DataFrame:
    """The table ``crime_items``: real labels, one level below the total, and the city's own two."""
    real = pd.read_csv(goteborg / "crime_items.csv", keep_default_na=False).set_index("item")
    rows = real.loc[["total", *LEAVES]].reset_index()
    leaf = rows["item"] != "total"
    rows["parent"] = leaf.map({True: "total", False: ""})
    rows["adds_to_total"] = rows["headline"] = leaf.map({True: "yes", False: "no"})
    own = pd.DataFrame(
        [
            ("shootings", "Skjutningar (bekräftade)", "Shootings (confirmed)"),
            ("killed", "Dödade i skjutningar (personer)", "Killed in shootings (persons)"),
        ],
        columns=["item", "label_sv", "label_en"],
    ).assign(parent="", found_by="both", adds_to_total="no", headline="no")
    return pd.concat([rows, own], ignore_index=True)


def reported_shares(seed: int) -> pd.DataFrame:
    """Share of crimes against victims that is reported, by district (rows) and year (columns).

    In one district it rises, though nothing else happens there.
    """
    chance = stream(seed, "reporting")
    level = chance.uniform(0.50, 0.66, size=(len(DISTRICTS), 1))
    moved = chance.normal(0, 0.008, size=(len(DISTRICTS), len(YEARS)))
    shares = pd.DataFrame(level + moved, index=list(ID.values()), columns=list(YEARS))
    shares.loc[ID[REPORTING_ROSE], ROSE_FROM:] += 0.10
    return shares.round(3)


def expected(seed: int, rates: pd.DataFrame, found_by: pd.Series) -> pd.DataFrame:
    """What each month would hold without noise, planted effects and reporting included.

    Parameters
    ----------
    seed
        Of the city.
    rates
        As :func:`calibration` gives them.
    found_by
        Who finds each item, by item: only what victims report depends on reporting.

    Returns
    -------
    pandas.DataFrame
        Rows (district id, item), one column a month.
    """
    chance = stream(seed, "drift")
    months, years = MONTHS.month.to_numpy(), MONTHS.year.to_numpy()
    age = np.arange(len(MONTHS)) / 12 - len(MONTHS) / 24
    living = pd.DataFrame({year: district_people(year, 2015) for year in YEARS})
    reporting = reported_shares(seed)
    reporting = reporting.div(reporting.mean(axis=1), axis=0)
    of_items = dict(zip(LEAVES, chance.normal(0, 0.012, len(LEAVES)), strict=True))
    rows = {}
    for area in rates.index:
        of_area = chance.normal(0, 0.008)
        for item in LEAVES:
            size, peak = RHYTHM[item][:2]
            season = np.exp(size * np.cos(2 * np.pi * (months - peak) / 12)) / np.i0(size)
            drift = np.exp((of_items[item] + of_area) * age)
            mean = rates.loc[area, item] / 12_000 * living.loc[area, years].to_numpy()
            mean = mean * season * drift
            if found_by[item] == "victims":
                mean = mean * reporting.loc[area, years].to_numpy()
            for effect in effects_on(area, item):
                mean = mean * effect.factor(MONTHS).to_numpy()
            if item == BREAK.item:
                mean = mean * BREAK.factor(MONTHS).to_numpy()
            rows[area, item] = mean
    return pd.DataFrame(rows, index=MONTHS.astype(str)).T


def counts(seed: int, means: pd.DataFrame) -> pd.DataFrame:
    """Monthly counts round the means: Poisson-gamma, with a memory from month to month.

    Notes
    -----
    The latent state is an AR(1) with the coefficient ``REMEMBERED``; it and the gamma noise have
    the mean 1, so that ``means`` are the means of the counts.
    """
    chance = stream(seed, "counts")
    drawn = {}
    for (area, item), mean in zip(means.index, means.to_numpy(), strict=True):
        spread = RHYTHM[item][2]
        shocks = chance.normal(0, spread, len(mean))
        state = np.empty(len(mean))
        state[0] = shocks[0]
        for month in range(1, len(mean)):
            kept = REMEMBERED * state[month - 1]
            state[month] = kept + np.sqrt(1 - REMEMBERED**2) * shocks[month]
        noise = chance.gamma(1 / EXTRA_NOISE, EXTRA_NOISE, len(mean))
        drawn[area, item] = chance.poisson(mean * np.exp(state - spread**2 / 2) * noise)
    return pd.DataFrame(drawn, index=means.columns).T


def breaks() -> pd.DataFrame:
    """The table ``breaks``: the one change in how an item is counted."""
    return pd.DataFrame(
        [
            {
                "item": BREAK.item,
                "area_id": "",
                "from_date": f"{BREAK.start}-01",
                "kind": "definition",
                "what_sv": "Varje hot räknas för sig. Tidigare räknades flera hot mot samma person "
                "som ett.",
                "what_en": "Each threat is counted by itself. Before, several threats against one "
                "person were counted as one.",
            }
        ]
    )

"""Shootings that come in bursts, so that a quiet year is not at once a success.

Years differ by more than chance, and a shooting makes the next one nearby likelier for two weeks.
"""

import numpy as np
import pandas as pd

from analysis.example.chance import stream
from analysis.example.places import CITY, YEARS, blocks
from analysis.example.rhythm import moments, tens
from analysis.example.truth import (
    KILLED_OF_SHOOTINGS,
    NEAR_REPEAT,
    SHOOTINGS_A_YEAR,
    effects_on,
)

LEVEL_OF_YEARS = 0.12
SHOTS_FIRED = {
    "Ängsvik": 0.42, "Björkåsen": 0.26, "Dalhöjd": 0.16, "Hamnholmen": 0.10, "Innerstaden": 0.06,
}  # fmt: skip
ACUTE = {"area": "Ängsvik Mitt", "occurred": pd.Timestamp("2017-09-02 21:40")}


def shootings(seed: int) -> pd.DataFrame:
    """Shootings and persons killed in them: years that differ, and shots that answer shots.

    Returns
    -------
    pandas.DataFrame
        ``item``, ``occurred``, ``area_id``, ``easting``, ``northing``; the acute event among them.

    Notes
    -----
    A branching process: each shooting is followed by another with the probability of
    ``NEAR_REPEAT``, within its distance and days. One in eight kills, by itself, so the killed
    are nearly Poisson.
    """
    chance = stream(seed, "shootings")
    generation = _first_shots(chance)
    everything = [generation]
    while len(generation):
        generation = _answers(chance, generation)
        everything.append(generation)
    centre = blocks().set_index("area").loc[ACUTE["area"]]
    acute = pd.DataFrame(
        {
            "occurred": [ACUTE["occurred"]],
            "area_id": [centre.area_id],
            "easting": [int(centre.easting)],
            "northing": [int(centre.northing)],
        }
    )
    shot = pd.concat(everything, ignore_index=True).assign(item="shootings")
    killed = shot[chance.random(len(shot)) < KILLED_OF_SHOOTINGS].assign(item="killed")
    return pd.concat([shot, acute.assign(item="shootings"), killed], ignore_index=True)


def expected() -> pd.Series:
    """Shootings that each year holds in the mean, answers included, the planted effect too.

    Examples
    --------
    >>> expected().round(1).loc[[2015, 2016, 2017]].to_dict()
    {2015: 46.0, 2016: 44.1, 2017: 23.0}
    """
    values = {year: SHOOTINGS_A_YEAR * _odds(_hours(year)).mean() for year in YEARS}
    return pd.Series(values)


def _hours(year: int) -> pd.DatetimeIndex:
    return pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h")


def _odds(hours: pd.DatetimeIndex) -> np.ndarray:
    """How likely a shooting is in each hour, beside what it was at first."""
    odds = np.ones(len(hours))
    for effect in effects_on(CITY, "shootings"):
        odds[hours >= pd.Timestamp(effect.start)] *= effect.ratio
    return odds


def _first_shots(chance) -> pd.DataFrame:
    built = blocks()
    name = built.area.str.rsplit(n=1).str[0]
    weight = name.map(SHOTS_FIRED).fillna(0) * built.people
    weight = (weight / built.people.groupby(name).transform("sum")).to_numpy()
    alone = SHOOTINGS_A_YEAR * (1 - NEAR_REPEAT["probability"])
    parts = []
    for year in YEARS:
        hours = _hours(year)
        odds = _odds(hours)
        level = chance.lognormal(-(LEVEL_OF_YEARS**2) / 2, LEVEL_OF_YEARS)
        n = chance.poisson(alone * level * odds.mean())
        where = built.iloc[chance.choice(len(built), size=n, p=weight / weight.sum())]
        parts.append(
            pd.DataFrame(
                {
                    "occurred": moments(chance, "shootings", hours, n, odds),
                    "area_id": where.area_id.to_numpy(),
                    "easting": tens(where.easting.to_numpy() + chance.normal(0, 200, n)),
                    "northing": tens(where.northing.to_numpy() + chance.normal(0, 120, n)),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _answers(chance, shots: pd.DataFrame) -> pd.DataFrame:
    answered = shots[chance.random(len(shots)) < NEAR_REPEAT["probability"]]
    n = len(answered)
    later = pd.to_timedelta(chance.integers(1, NEAR_REPEAT["days"] + 1, n), unit="D")
    angle = chance.uniform(0, 2 * np.pi, n)
    away = (NEAR_REPEAT["metres"] - 15) * np.sqrt(chance.random(n))
    rows = answered.assign(
        occurred=answered.occurred + later,
        easting=tens(answered.easting.to_numpy() + away * np.cos(angle)),
        northing=tens(answered.northing.to_numpy() + away * np.sin(angle)),
    )
    return rows[rows.occurred.dt.year <= YEARS[-1]]

"""Residents who answer, and who do not: young men least, some districts less than others.

The share among those who answered is therefore not the share of the population; whoever forgets
the weights gets a number that is wrong in a known way.
"""

import numpy as np
import pandas as pd

from analysis.example import by_hand
from analysis.example.chance import stream
from analysis.example.places import ID, district_people, division
from analysis.example.truth import (
    SMALL_SAMPLE,
    SMALL_SAMPLED,
    SMALL_WAVE,
)

SEXES, AGE_GROUPS = ("women", "men"), ("16-29", "30-49", "50-64", "65-84")
ASKED_AGES, SAMPLED = 0.80, 600
GROUPS = pd.MultiIndex.from_product([SEXES, AGE_GROUPS], names=["sex", "age_group"])
OF_AGES = np.array([0.25, 0.36, 0.22, 0.17])
ANSWER_ODDS = np.array([-0.30, 0.10, 0.60, 1.00, -0.85, -0.20, 0.40, 0.85])
ANSWER_LESS = {"Ängsvik": -0.35, "Björkåsen": -0.30}


def population_groups() -> pd.DataFrame:
    """The table ``population_groups``: who could be asked, in each district and wave's year."""
    rows = []
    for wave in by_hand.table("survey_waves").wave:
        year = int(wave)
        for area, living in district_people(year, division(year)).items():
            younger = 1 + 0.04 * (int(area[-2:]) % 5 - 2)
            shares = OF_AGES * np.array([younger, 1, 1, 2 - younger])
            each = np.tile(shares / shares.sum() / 2, 2) * living * ASKED_AGES
            for (sex, age), number in zip(GROUPS, each.round().astype(int), strict=True):
                rows.append((area, year, sex, age, number))
    columns = ["area_id", "year", "sex", "age_group", "population"]
    return pd.DataFrame(rows, columns=columns).assign(source_id="exempelstad")


def respondents(seed: int) -> pd.DataFrame:
    """The table ``survey_respondents``, with ``sampled`` (persons asked in the district) beside it.

    Notes
    -----
    Equal samples of the districts, drawn in proportion to sex and age. The weight is the
    population over the answers of the district, moved half the way to what sex and age call for:
    nonresponse is partly made up for, and raking has something left to do.
    """
    chance = stream(seed, "respondents")
    parts = []
    for (area, year), group in population_groups().groupby(["area_id", "year"], sort=True):
        people, name = group.population.to_numpy(), name_of(area)
        small = (name, str(year)) == (SMALL_SAMPLE, SMALL_WAVE)
        sampled = SMALL_SAMPLED if small else SAMPLED
        odds = ANSWER_ODDS + ANSWER_LESS.get(name, 0.0)
        asked = chance.multinomial(sampled, people / people.sum())
        answered = chance.binomial(asked, 1 / (1 + np.exp(-odds)))
        called_for = np.sqrt(people / people.sum() / np.maximum(answered / answered.sum(), 1e-9))
        each = people.sum() * called_for / (answered * called_for).sum()
        rows = pd.DataFrame({"weight": each.round(2)}, index=GROUPS).reset_index()
        rows = rows.loc[rows.index.repeat(answered)]
        parts.append(rows.assign(wave=str(year), area_id=area, stratum=area, sampled=sampled))
    everybody = pd.concat(parts, ignore_index=True).sort_values("wave", kind="stable")
    number = everybody.groupby("wave").wave.transform(lambda w: chance.permutation(len(w)) + 1)
    everybody["respondent_id"] = number.astype(int).map("r-{:04d}".format)
    columns = ["wave", "respondent_id", "area_id", "stratum", "weight", "sex", "age_group"]
    return everybody.sort_values(["wave", "respondent_id"])[[*columns, "sampled"]].reset_index(
        drop=True
    )


def waves(asked: pd.DataFrame) -> pd.DataFrame:
    """The table ``survey_waves``, with how many were asked."""
    rows = by_hand.table("survey_waves")
    districts = asked.drop_duplicates(["wave", "area_id"]).groupby("wave").sampled.sum()
    return rows.assign(sampled=rows.wave.map(districts), source_id="exempelstad")[
        ["wave", "period_start", "period_end", "mode", "frame", "sampled", "method", "source_id"]
    ]


def name_of(area_id: str) -> str:
    """The name of a district, whatever division its id belongs to.

    Examples
    --------
    >>> name_of("stadsdel:1110"), name_of("stadsdel:1510")
    ('Östanå', 'Östanå')
    """
    return list(ID)[int(area_id[-2:]) - 1]

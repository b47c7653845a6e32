"""What residents think, known without error, and what they then answer.

Don't know, refused and not answered are three things here, and none of them is a bad answer. A new
method moves every answer: a change across it is no change of mind.
"""

import numpy as np
import pandas as pd

from analysis.example import by_hand
from analysis.example.chance import stream
from analysis.example.places import ID
from analysis.example.residents import name_of, population_groups
from analysis.example.truth import DISAGREEING

# share of good answers on the log-odds scale: level, women, the youngest, the oldest; how much
# districts differ; shares of don't know
ITEMS = {
    "safe_evening": (0.75, -0.55, 0.10, -0.30, 0.40, 0.03),
    "safer_place": (-0.85, -0.05, 0.10, 0.05, 0.30, 0.10),
    "lighting": (0.65, -0.20, 0.10, -0.10, 0.35, 0.05),
    "drug_dealing": (0.90, 0.05, -0.45, 0.40, 0.50, 0.15),
    "youth_activities": (0.05, 0.05, -0.35, 0.15, 0.35, 0.20),
    "taken_seriously": (-0.10, 0.05, -0.15, 0.15, 0.25, 0.12),
}
METHOD_B = 0.30
CHANGED = {
    ("Björkåsen", "lighting", "2017"): 0.70,
    ("Björkåsen", "safer_place", "2017"): 0.60,
    ("Ängsvik", "safe_evening", "2017"): 0.35,
    ("Ängsvik", "safer_place", "2017"): 0.45,
    **{(DISAGREEING, "drug_dealing", wave): -1.20 for wave in ("2011", "2013", "2015", "2017")},
    **{(DISAGREEING, "safe_evening", wave): -0.50 for wave in ("2011", "2013", "2015", "2017")},
}
REASONS = {"lighting": 0.20, "people": 0.25, "staff": 0.15, "police": 0.15, "activities": 0.15,
           "other": 0.10}  # fmt: skip
REASON_GREW = {("Björkåsen", "2017"): "lighting", ("Ängsvik", "2017"): "staff"}
REFUSED, UNANSWERED = 0.01, 0.02
HALVES = {"good": (("1", "2"), 0.4), "bad": (("3", "4"), 0.65)}


def chances(seed: int) -> pd.DataFrame:
    """The true share of good answers in each group of each district and wave.

    Returns
    -------
    pandas.DataFrame
        ``area_id``, ``year``, ``sex``, ``age_group``, ``population`` and one column an item: the
        share of good among good and bad answers, as everybody would answer by the wave's method.
    """
    chance = stream(seed, "opinions")
    rows = population_groups()
    names, wave = rows.area_id.map(name_of), rows.year.astype(str)
    for item, (level, women, youngest, oldest, differ, _) in ITEMS.items():
        place = dict(zip(ID, chance.normal(0, differ, len(ID)), strict=True))
        drift = {year: chance.normal(0, 0.10) for year in sorted(set(rows.year))}
        logit = level + names.map(place) + rows.year.map(drift)
        logit += women * (rows.sex == "women") + METHOD_B * (rows.year >= 2015)
        logit += youngest * (rows.age_group == "16-29") + oldest * (rows.age_group == "65-84")
        logit += [
            CHANGED.get((name, item, year), 0.0) for name, year in zip(names, wave, strict=True)
        ]
        rows[item] = 1 / (1 + np.exp(-logit))
    return rows


def true_shares(seed: int) -> pd.DataFrame:
    """The true share of good answers of each district (``area_id``) and ``wave``, by item."""
    groups = chances(seed)
    weighted = groups[list(ITEMS)].mul(groups.population, axis=0)
    keys = [groups.area_id, groups.year.astype(str).rename("wave")]
    shares = weighted.groupby(keys).sum().div(groups.population.groupby(keys).sum(), axis=0)
    return shares.round(4).reset_index()


def reasons(name: str, wave: str) -> np.ndarray:
    """The true shares of ``REASONS`` in a district and wave, among those who give one."""
    grew = REASON_GREW.get((name, wave))
    odds = np.array([share * (3 if reason == grew else 1) for reason, share in REASONS.items()])
    return odds / odds.sum()


def true_reasons() -> dict[str, dict[str, float]]:
    """The true shares of ``REASONS`` everywhere ("") and where one of them grew ("area wave")."""
    grew = {f"{ID[name]} {wave}": (name, wave) for name, wave in REASON_GREW}
    return {
        key: dict(zip(REASONS, reasons(*where).round(4).tolist(), strict=True))
        for key, where in {"": ("", ""), **grew}.items()
    }


def answers(seed: int, asked: pd.DataFrame) -> pd.DataFrame:
    """The table ``survey_answers``: no row where a question was skipped or not asked.

    Parameters
    ----------
    seed
        Of the city.
    asked
        As :func:`respondents` gives them.
    """
    chance = stream(seed, "answers")
    keys = ["area_id", "year", "sex", "age_group"]
    people = asked.assign(year=asked.wave.astype(int)).merge(chances(seed), on=keys, how="left")
    parts = []
    for item, about in ITEMS.items():
        good = chance.random(len(people)) < people[item]
        inner, outer = chance.random(len(people)), chance.random(len(people))
        (best, fair), split_good = HALVES["good"]
        (poor, worst), split_bad = HALVES["bad"]
        code = np.where(
            good, np.where(inner < split_good, best, fair), np.where(inner < split_bad, poor, worst)
        )
        parts.append(_answered(people, item, _evaded(code, outer, about[-1])))
    safer = parts[list(ITEMS).index("safer_place")]
    safer = safer[safer.code.isin(HALVES["good"][0])]
    why = people.merge(safer[["wave", "respondent_id"]], on=["wave", "respondent_id"])
    cut = np.array([reasons(name_of(a), w) for a, w in zip(why.area_id, why.wave, strict=True)])
    chosen = (chance.random((len(why), 1)) > cut.cumsum(axis=1)).sum(axis=1).clip(max=5)
    code = np.array(list(REASONS))[chosen]
    parts.append(_answered(why, "why_safer", _evaded(code, chance.random(len(why)), 0.04)))
    rows = pd.concat(parts, ignore_index=True)
    order = rows["item"].map(
        {item: i for i, item in enumerate(by_hand.table("survey_items")["item"])}
    )
    rows = rows.assign(order=order).sort_values(["wave", "respondent_id", "order"])
    return rows.drop(columns="order").reset_index(drop=True)


def _evaded(code: np.ndarray, draw: np.ndarray, dont_know: float) -> np.ndarray:
    """Codes with don't know, refused and nothing at all in the place of some."""
    ends = np.cumsum([dont_know, REFUSED, UNANSWERED])
    return np.select([draw < end for end in ends], ["8", "9", ""], default=code)


def _answered(people: pd.DataFrame, item: str, code: np.ndarray) -> pd.DataFrame:
    rows = people[["wave", "respondent_id"]].assign(item=item, code=code)
    return rows[rows.code != ""]

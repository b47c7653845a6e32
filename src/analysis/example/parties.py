"""What each party sees, so that the voices can differ and one can be missing.

Two voices disagree in one district on two themes, and in another nobody but the police has
spoken: a merged figure that shows neither has lost them.
"""

from datetime import date

import numpy as np
import pandas as pd

from analysis.data.registers import THEMES, VOICES
from analysis.example import by_hand
from analysis.example.chance import stream
from analysis.example.places import ID, district_people
from analysis.example.truth import DISAGREEING, DISPUTED, SILENT, SILENT_YEAR

OBSERVATIONS = 1_500
SEEN_BY = {"drug_dealing": "drugs", "violence": "assault", "burglary": "burglary_flat",
           "traffic": "traffic"}  # fmt: skip
DISPUTE = {"residents": 3.7, "police": 1.3, "district": 2.4}
# who notes what how: party, channel, whose eyes it sees with, share of all observations
NOTED = (
    ("residents", "safety_walk", "residents", 0.12),
    ("residents", "report", "residents", 0.16),
    ("residents", "dialogue", "residents", 0.08),
    ("police", "field", "police", 0.12),
    ("police", "dialogue", "police", 0.05),
    ("district", "field", "district", 0.17),
    ("district", "safety_walk", "district", 0.06),
    ("association", "dialogue", "residents", 0.07),
    ("housing", "report", "district", 0.10),
    ("school", "report", "district", 0.07),
)
QUARTERS = pd.period_range("2014Q1", "2018Q4", freq="Q")
RATED = QUARTERS[QUARTERS.year >= 2016]
INDICATORS = ("youth_visits", "lamps_broken", "school_absence")
UNITS = {"youth_visits": "visits", "lamps_broken": "lamps", "school_absence": "%"}
LOST = 0.08
LAMPS_MENDED = ("Björkåsen", "2016Q2", 0.4)


def seriousness(seed: int, rates: pd.DataFrame) -> pd.DataFrame:
    """How serious each voice holds each theme to be, before the noise of one quarter.

    A theme with a problem in the register is serious to all of them.

    Parameters
    ----------
    seed
        Of the city.
    rates
        As :func:`analysis.example.crime.calibration` gives them: themes that are crimes follow
        them, the others are drawn.

    Returns
    -------
    pandas.DataFrame
        Rows (district id, theme), one column a voice, 1 (no problem) to 4 (serious).
    """
    chance = stream(seed, "seriousness")
    problems = by_hand.table("problems")
    known = set(zip(problems.area_id, problems.theme, strict=True))
    rows = {}
    for theme in THEMES:
        height = chance.normal(0, 1, len(rates))
        if theme in SEEN_BY:
            logs = np.log(rates[SEEN_BY[theme]])
            height = 0.8 * height + 0.6 * ((logs - logs.mean()) / logs.std()).to_numpy()
        for area, value in zip(rates.index, height, strict=True):
            least = 3.0 if (area, theme) in known else 1.0
            rows[area, theme] = dict.fromkeys(VOICES, max(least, 2.2 + 0.75 * value))
    for theme in DISPUTED:
        rows[ID[DISAGREEING], theme] = DISPUTE
    return pd.DataFrame(rows).T[list(VOICES)].clip(1, 4)


def observations(seed: int, serious: pd.DataFrame) -> pd.DataFrame:
    """The table ``observations``: what was noted on walks, in the field and in talks.

    None is from the silent district. Nobody was counting, so few notes are not few problems.
    """
    chance = stream(seed, "observations")
    living = district_people(2015, 2015).drop(ID[SILENT])
    share = np.array([one[3] for one in NOTED])
    area = chance.choice(living.index, OBSERVATIONS, p=living / living.sum())
    noted = chance.choice(len(NOTED), OBSERVATIONS, p=share / share.sum())
    days = pd.date_range("2014-01-01", "2018-12-31")
    when = chance.choice(len(days), OBSERVATIONS)
    luck = chance.random(OBSERVATIONS)
    themes, severities = [], []
    for place, kind, draw in zip(area, noted, luck, strict=True):
        seen = serious.loc[place, NOTED[kind][2]]
        odds = np.exp(0.9 * seen.to_numpy())
        theme = THEMES[min(int(np.searchsorted(np.cumsum(odds / odds.sum()), draw)), 7)]
        themes.append(theme)
        severities.append(int(np.clip(round(seen[theme] + chance.normal(0.4, 0.8)), 1, 5)))
    rows = pd.DataFrame(
        {
            "date": days[when].strftime("%Y-%m-%d"),
            "area_id": area,
            "party": [NOTED[kind][0] for kind in noted],
            "channel": [NOTED[kind][1] for kind in noted],
            "theme": themes,
            "severity": severities,
        }
    ).sort_values(["date", "area_id", "party", "theme"], kind="stable")
    number = pd.Series(range(1, len(rows) + 1)).map("o-{:04d}".format).to_numpy()
    rows.insert(0, "observation_id", number)
    return rows.assign(source_id="exempelstad")


def ratings(seed: int, serious: pd.DataFrame) -> pd.DataFrame:
    """The table ``ratings``: each voice's picture of each quarter, in halves from 1 to 4."""
    chance = stream(seed, "ratings")
    rows = []
    for (area, theme), voices in serious.iterrows():
        for quarter in RATED:
            unheard = (area, quarter.year) == (ID[SILENT], SILENT_YEAR)
            for voice in VOICES:
                value = round(2 * (voices[voice] + chance.normal(0, 0.25))) / 2
                if not unheard or voice == "police":
                    rows.append((area, str(quarter), voice, theme, float(np.clip(value, 1, 4))))
    columns = ["area_id", "period", "voice", "theme", "rating"]
    order = {"period": None, "voice": VOICES.index, "theme": THEMES.index}
    return (
        pd.DataFrame(rows, columns=columns)
        .sort_values(
            ["area_id", *order],
            key=lambda c: c.map(order[c.name]) if order.get(c.name) else c,
        )
        .assign(source_id="exempelstad")
    )


def focus(rated: pd.DataFrame) -> pd.DataFrame:
    """The table ``focus``: at most three themes that at least two voices put forward.

    A voice puts forward its three most serious themes, if it rates them 2.5 or more. The focus of
    a quarter is decided on the 20th of its last month.
    """
    rows = []
    for (area, period), group in rated.groupby(["area_id", "period"]):
        wide = group.pivot(index="theme", columns="voice", values="rating").reindex(list(THEMES))
        forward = {
            voice: wide[voice][wide[voice] >= 2.5].sort_values(ascending=False, kind="stable")[:3]
            for voice in VOICES
            if voice in wide
        }
        agreed = {
            theme: [voice for voice, top in forward.items() if theme in top.index]
            for theme in THEMES
        }
        shared = [theme for theme, voices in agreed.items() if len(voices) >= 2]
        shared.sort(key=lambda theme: (-len(agreed[theme]), -wide.loc[theme].mean()))
        month = pd.Period(period, "Q").end_time
        for rank, theme in enumerate(shared[:3], start=1):
            decided = date(month.year, month.month, 20).isoformat()
            rows.append((area, period, rank, theme, " ".join(agreed[theme]), decided))
    columns = ["area_id", "period", "rank", "theme", "agreed_by", "decided"]
    return pd.DataFrame(rows, columns=columns)


def district_indicators(seed: int) -> pd.DataFrame:
    """The table ``district_indicators``: the district administrations' own figures by quarter.

    Blank where it was not handed in: the schools forgot now and then, and the silent district
    handed in nothing in its silent year.
    """
    chance = stream(seed, "district indicators")
    living = district_people(2015, 2015)
    rows = []
    for area in ID.values():
        levels = chance.lognormal(0, 0.2, 3) * (0.11 * living[area], 0.0022 * living[area], 6.0)
        for quarter in QUARTERS:
            mended = (area == ID[LAMPS_MENDED[0]]) and quarter >= pd.Period(LAMPS_MENDED[1], "Q")
            values = (
                chance.poisson(levels[0] * (0.8 if quarter.quarter == 3 else 1.0)),
                chance.poisson(levels[1] * (LAMPS_MENDED[2] if mended else 1.0)),
                round(levels[2] + chance.normal(0, 0.6), 1),
            )
            silent = (area, quarter.year) == (ID[SILENT], SILENT_YEAR)
            for indicator, value in zip(INDICATORS, values, strict=True):
                lost = indicator == "school_absence" and chance.random() < LOST
                told = "" if silent or lost else f"{value:g}"
                rows.append((area, str(quarter), indicator, told, UNITS[indicator]))
    columns = ["area_id", "period", "indicator", "value", "unit"]
    return pd.DataFrame(rows, columns=columns).assign(source_id="exempelstad")

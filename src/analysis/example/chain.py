"""The chain from problem to result as the parties would have written it, loose ends and all.

Each of the seven kinds of orphan is there once and no more, beside rows that only look like one:
a problem that is closed, a follow-up that is not due, one that came after the day.
"""

import pandas as pd

from analysis.example import by_hand
from analysis.example.chance import stream
from analysis.example.places import CITY, MONTHS, blocks
from analysis.example.shootings import ACUTE

UNKNOWN_MONTHS, LUCK = 0.06, 0.08


def registers(seed: int, made: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables of the chain, of acute events and of the law's duties.

    Parameters
    ----------
    seed
        Of the city.
    made
        The tables that indicators are read from: incidents, survey_respondents,
        survey_answers, survey_codes, district_indicators.

    Returns
    -------
    dict of pandas.DataFrame
        By table. Baselines and results are counted from ``made``, so that they can be checked.
    """
    measures = by_hand.table("measures")
    goals = indicators(made)
    return {
        "problems": by_hand.table("problems"),
        "causes": by_hand.table("causes"),
        "measures": measures.drop(columns=["dose", "delivery"]),
        "doses": doses(seed, measures),
        "indicators": goals,
        "follow_ups": follow_ups(measures, goals, made),
        "acute_events": acute_events(),
        "tasks": by_hand.table("tasks"),
        "duties": by_hand.table("duties"),
    }


def doses(seed: int, measures: pd.DataFrame) -> pd.DataFrame:
    """The table ``doses``: planned and delivered by month, blank where nobody wrote it down."""
    chance = stream(seed, "doses")
    rows = []
    for measure in measures.itertuples():
        last = pd.Period(measure.ends or MONTHS[-1], "M")
        for month in pd.period_range(measure.starts, last, freq="M"):
            lost = measure.delivery == "" or chance.random() < UNKNOWN_MONTHS
            luck = chance.lognormal(0, LUCK)
            done = "" if lost else f"{float(measure.dose) * float(measure.delivery) * luck:.0f}"
            rows.append((measure.measure_id, str(month), measure.dose, done))
    return pd.DataFrame(rows, columns=["measure_id", "month", "planned", "delivered"])


def indicators(made: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The table ``indicators``, each baseline as it was counted; blank where no period is given."""
    rows = by_hand.table("indicators")
    counted = [measured(row, row.baseline_period, made) for row in rows.itertuples()]
    rows["baseline"] = [_told(value) for value in counted]
    rows["target"] = [
        _told(None if value is None else value * float(row.target_of_baseline))
        for value, row in zip(counted, rows.itertuples(), strict=True)
    ]
    columns = ["indicator_id", "kind", "definition", "area_id", "wanted", "baseline"]
    return rows[[*columns, "baseline_period", "target", "owner"]]


def follow_ups(
    measures: pd.DataFrame, goals: pd.DataFrame, made: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """The table ``follow_ups``: the indicator of the measure in the period followed up."""
    rows = by_hand.table("follow_ups").merge(measures, on="measure_id", how="left")
    by_id = goals.set_index("indicator_id")
    rows["value"] = [
        _told(measured(by_id.loc[row.indicator_id], row.period, made)) for row in rows.itertuples()
    ]
    return rows[["measure_id", "followed_up", "period", "value", "decision", "owner"]]


def measured(indicator, period: str, made: dict[str, pd.DataFrame]) -> float | None:
    """What an indicator was in a period; None without a period or a figure.

    Crimes are a count, answers the weighted share of good ones in per cent, and the district's
    own figures as it handed them in.
    """
    if not period:
        return None
    if indicator.kind == "crime":
        return _crimes(indicator, period, made["incidents"])
    if indicator.kind == "survey":
        return _good_answers(indicator, period, made)
    rows = made["district_indicators"]
    here = (rows.area_id == indicator.area_id) & (rows.period == period)
    value = rows.value[here & (rows.indicator == indicator.definition)].item()
    return float(value) if value else None


def _crimes(indicator, period: str, happened: pd.DataFrame) -> float:
    built = blocks()
    inside = built.area_id[(built.district_2015 == indicator.area_id) | (indicator.area_id == CITY)]
    year, half = period[:4], period.endswith("H1")
    first, last = f"{year}-01", f"{year}-06" if half else f"{year}-12"
    when = happened.occurred.str[:7].between(first, last)
    rows = happened[when & happened.area_id.isin(inside)]
    return float((rows["item"] == indicator.definition).sum())


def _good_answers(indicator, wave: str, made: dict[str, pd.DataFrame]) -> float:
    people = made["survey_respondents"]
    people = people[(people.wave == wave) & (people.area_id == indicator.area_id)]
    said = made["survey_answers"]
    said = said[said["item"] == indicator.definition].merge(made["survey_codes"])
    said = said[said.role.isin(("good", "bad"))].merge(people, on=["wave", "respondent_id"])
    return float(100 * said.weight[said.role == "good"].sum() / said.weight.sum())


def _told(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}".removesuffix(".0")


def acute_events() -> pd.DataFrame:
    """The table ``acute_events``: the one shooting that the brief is about."""
    place = blocks().set_index("area").loc[ACUTE["area"]]
    rows = by_hand.table("acute_events").assign(
        occurred=f"{ACUTE['occurred']:%Y-%m-%d %H:%M}",
        area_id=place.district_2015,
        easting=place.easting,
        northing=place.northing,
        source_id="exempelstad",
    )
    return rows[
        [
            "event_id", "occurred", "item", "area_id", "easting", "northing", "known_sv",
            "known_en", "unknown_sv", "unknown_en", "presence_from", "presence_until", "source_id",
        ]
    ]  # fmt: skip

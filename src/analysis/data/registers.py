"""What a city itself writes down: events, surveys, observations, the chain, the law's duties.

Published figures are received; these tables are kept by the parties themselves, as plain CSV or
Excel files. Nothing in them may point out a person.
"""

import pandera.pandas as pa

from analysis.data.columns import (
    AREA_ID,
    area,
    choice,
    day,
    month,
    number,
    pattern,
    period,
    table,
    text,
    whole,
)

VOICES = ("residents", "police", "district")
PARTIES = (*VOICES, "association", "housing", "school")
THEMES = (
    "lighting", "environment", "drug_dealing", "youth", "alcohol", "traffic", "violence",
    "burglary",
)  # fmt: skip
DUTIES = (
    "mapping", "other_information", "analysis", "action_plan", "council", "coordinator",
    "follow_up",
)  # fmt: skip
RIVALS = ("mechanism", "confounder", "reverse", "recording", "chance")
CHOSEN = ("worst", "need", "offered", "all", "lot", "not known")
KNOWN = {  # the day on which a row was known: as it says, else by another day of its own
    "incidents": ("registered", "registered"),  # nobody knows of an event as it happens
    "first_counts": ("known_on", "known_on"),
    "police_notices": ("first_seen", "published"),
    "observations": ("date", "date"),
    "focus": ("decided", "decided"),
    "follow_ups": ("followed_up", "followed_up"),
    "acute_events": ("occurred", "occurred"),
}
ROWS_OF_PERSONS = (
    "incidents", "police_notices", "observations", "survey_respondents", "survey_answers",
)  # fmt: skip
_ANY = float("inf")


def _yes_no() -> pa.Column:
    return choice("yes", "no")


def _theme() -> pa.Column:
    return choice(*THEMES)


SCHEMAS: dict[str, pa.DataFrameSchema] = {
    # events, and what was known of them when
    "incidents": table(
        incident_id=text(),
        item=text(),
        occurred=day(),
        area_id=area(),
        easting=whole(),
        northing=whole(),
        status=choice("final", "preliminary"),
        registered=day(required=False),
        source_id=text(),
    ),
    "first_counts": table(
        area_id=area(),
        month=month(),
        item=text(),
        count=whole(),
        known_on=day(),
        source_id=text(),
    ),
    # what the police put on their own site: an editorial choice of events, never a rate
    "police_notices": table(
        notice_id=text(),
        published=day(),
        occurred=day(required=False),
        type=text(),
        place=text(required=False),
        area_id=pattern(r"^$|" + AREA_ID, "scheme:code, or blank where the place is none of ours"),
        bulletin=_yes_no(),
        first_seen=day(required=False),
        last_seen=day(required=False),
        versions=whole(1),
        source_id=text(),
    ),
    "breaks": table(
        item=text(),
        area_id=text(required=False),
        from_date=day(),
        kind=choice("method", "definition", "boundary", "taxonomy", "provider"),
        what_sv=text(),
        what_en=text(),
    ),
    "enforcement": table(
        area_id=area(),
        month=month(),
        kind=choice("arrest", "detention", "conviction"),
        persons=whole(),
        source_id=text(),
    ),
    # residents, one row a person; never told one by one
    "population_groups": table(
        area_id=area(),
        year=whole(1900, required=True),
        sex=choice("women", "men"),
        age_group=text(),
        population=whole(1, required=True),
        source_id=text(),
    ),
    "survey_waves": table(
        wave=text(),
        period_start=day(),
        period_end=day(),
        mode=text(),
        frame=text(),
        sampled=whole(1, required=True),
        method=text(),
        source_id=text(),
    ),
    "survey_items": table(item=text(), theme=text(), text_sv=text(), text_en=text()),
    "survey_codes": table(
        item=text(),
        code=text(),
        label_sv=text(),
        label_en=text(),
        role=choice("good", "bad", "neither", "dont_know", "refused"),
    ),
    "survey_respondents": table(
        wave=text(),
        respondent_id=text(),
        area_id=area(),
        stratum=text(),
        weight=number(0, _ANY),
        sex=choice("women", "men"),
        age_group=text(),
    ),
    "survey_answers": table(wave=text(), respondent_id=text(), item=text(), code=text()),
    # what the parties see, and what they agree on
    "observations": table(
        observation_id=text(),
        date=day(),
        area_id=area(),
        party=choice(*PARTIES),
        channel=choice("safety_walk", "field", "report", "dialogue"),
        theme=_theme(),
        severity=whole(1, required=True),
        source_id=text(),
    ),
    "ratings": table(
        area_id=area(),
        period=period(),
        voice=choice(*VOICES),
        theme=_theme(),
        rating=number(1, 4),
        source_id=text(),
    ),
    "focus": table(
        area_id=area(),
        period=period(),
        rank=whole(1, required=True),
        theme=_theme(),
        agreed_by=text(),
        decided=day(),
    ),
    "district_indicators": table(
        area_id=area(),
        period=period(),
        indicator=text(),
        value=number(-_ANY, _ANY, required=False),
        unit=text(),
        source_id=text(),
    ),
    # the chain
    "problems": table(
        problem_id=text(),
        area_id=area(),
        theme=_theme(),
        title_sv=text(),
        title_en=text(),
        since=day(),
        closed=day(required=False),
        owner=text(),
        priority=_yes_no(),
    ),
    "causes": table(
        cause_id=text(),
        problem_id=text(required=False),
        side=choice("situation", "victim", "offender"),
        kind=choice("triggering", "underlying"),
        cause_sv=text(),
        cause_en=text(),
        rival=_yes_no(),
        step=whole(),
        basis=text(required=False),
        owner=text(),
    ),
    "measures": table(
        measure_id=text(),
        cause_id=text(required=False),
        indicator_id=text(required=False),
        area_id=area(),
        type=text(),
        title_sv=text(),
        title_en=text(),
        owner=text(),
        partners=text(required=False),
        level=choice("staff", "leadership"),
        horizon=choice("acute", "short", "long"),
        starts=day(),
        ends=day(required=False),
        dose_unit=text(),
        follow_up=day(),
        chosen=choice(*CHOSEN),
        chosen_from=day(required=False),
        chosen_until=day(required=False),
        cannot_move=text(required=False),
        cost=number(0, _ANY, required=False),
        evidence=text(required=False),
    ),
    "doses": table(
        measure_id=text(),
        month=month(),
        planned=number(0, _ANY),
        delivered=number(0, _ANY, required=False),
    ),
    "indicators": table(
        indicator_id=text(),
        kind=choice("crime", "survey", "district"),
        definition=text(),
        area_id=area(),
        wanted=choice("less", "more"),
        baseline=number(-_ANY, _ANY, required=False),
        baseline_period=text(required=False),
        target=number(-_ANY, _ANY, required=False),
        owner=text(),
    ),
    "follow_ups": table(
        measure_id=text(),
        followed_up=day(),
        period=period(),
        value=number(-_ANY, _ANY, required=False),
        decision=choice("continue", "change", "end"),
        owner=text(),
    ),
    # claims: what else could explain what was seen
    "rivals": table(
        claim_id=text(),
        rival_id=text(),
        kind=choice(*RIVALS),
        rival_sv=text(),
        rival_en=text(),
        adjusted=_yes_no(),
        why_sv=text(),
        why_en=text(),
        settles_sv=text(),
        settles_en=text(),
        source_id=text(required=False),
    ),
    # acute events, and the law
    "acute_events": table(
        event_id=text(),
        occurred=day(),
        item=text(),
        area_id=area(),
        easting=whole(),
        northing=whole(),
        known_sv=text(),
        known_en=text(),
        unknown_sv=text(),
        unknown_en=text(),
        presence_from=day(required=False),
        presence_until=day(required=False),
        source_id=text(),
    ),
    "tasks": table(
        event_id=text(),
        party=choice(*PARTIES),
        task_sv=text(),
        task_en=text(),
        due=day(),
    ),
    "duties": table(
        duty=choice(*DUTIES),
        document_sv=text(),
        document_en=text(),
        decided=day(),
        note=text(required=False),
    ),
}

KEYS = {
    "incidents": ["incident_id"],
    "police_notices": ["notice_id"],
    "first_counts": ["area_id", "month", "item"],
    "breaks": ["item", "area_id", "from_date"],
    "enforcement": ["area_id", "month", "kind"],
    "population_groups": ["area_id", "year", "sex", "age_group"],
    "survey_waves": ["wave"],
    "survey_items": ["item"],
    "survey_codes": ["item", "code"],
    "survey_respondents": ["wave", "respondent_id"],
    "survey_answers": ["wave", "respondent_id", "item"],
    "observations": ["observation_id"],
    "ratings": ["area_id", "period", "voice", "theme"],
    "focus": ["area_id", "period", "rank"],
    "district_indicators": ["area_id", "period", "indicator"],
    "problems": ["problem_id"],
    "causes": ["cause_id"],
    "measures": ["measure_id"],
    "doses": ["measure_id", "month"],
    "indicators": ["indicator_id"],
    "follow_ups": ["measure_id", "followed_up"],
    "rivals": ["claim_id", "rival_id"],
    "acute_events": ["event_id"],
    "tasks": ["event_id", "party", "task_sv"],
    "duties": ["duty", "decided"],
}

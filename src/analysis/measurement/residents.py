"""What residents answered, in shares that know how few were asked.

Whoever did not answer is never counted as content: "don't know", refusal and silence stay
apart from the share. A place that nobody answered from says so, and waves asked in different
ways are never set beside each other.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
from scipy import stats

from analysis.data.tables import Tables, period_of
from analysis.data.workspace import Workspace
from analysis.measurement import breaks, survey
from analysis.measurement.comparison import LikeForLike, NotComparable
from analysis.measurement.counts import unknown
from analysis.words.estimates import Estimate
from analysis.words.periods import Period
from analysis.words.places import Area

OPINIONS = ("good", "bad", "neither")
FEWEST_ANSWERS = 2
TOO_FEW = "too few answers"
POINTS = "percentage points"


@dataclass(frozen=True, eq=False)
class Wave:
    """One wave, weighted and spread out: a row a respondent, a column an item.

    ``roles`` and ``codes`` are missing where a respondent gave no answer; ``anew`` has the
    items that were asked in a new way since a day; ``note`` tells when no population was known to
    rake to.
    """

    period: Period
    method: str
    source: str
    vintage: str
    design: survey.Design
    areas: np.ndarray
    codes: pd.DataFrame
    roles: pd.DataFrame
    anew: dict[str, str]
    note: str

    @cached_property
    def asked(self) -> frozenset[str]:
        """The items that anybody anywhere answered."""
        return frozenset(self.roles.columns[self.roles.notna().any()])

    @cached_property
    def spoke(self) -> dict[str, np.ndarray]:
        """Who has an opinion, by item, each of shape (respondents,)."""
        return {item: self.roles[item].isin(OPINIONS).to_numpy() for item in self.roles}

    @cached_property
    def content(self) -> dict[str, np.ndarray]:
        """Who gave a good answer, by item, each of shape (respondents,)."""
        return {item: (self.roles[item] == "good").to_numpy() for item in self.roles}

    def within(self, area_id: str, city: Workspace) -> np.ndarray:
        """Who lives in the area, everybody in the municipality, shape (respondents,)."""
        return (self.areas == area_id) | (area_id == city.settings["municipality"])


def shares(
    tables: Tables,
    city: Workspace,
    area_id: str,
    until: Period,
) -> list[Estimate]:
    """How many per cent of those with an opinion gave a good answer, newest wave first.

    Parameters
    ----------
    tables, city
        The workspace's tables and settings.
    area_id
        A district, or the municipality for everybody.
    until
        Waves that ended by its last day are told.

    Returns
    -------
    list of Estimate
        One an item and wave. The base is good, bad and neither; who did not know or refused is
        in :func:`nonresponse`. ``n`` the answers, ``dispersion`` the design effect, ``series`` the
        method. Not available with the note "not asked", "not in force" (the area then),
        "no answers" or "too few answers". The note "not raked" says that no population of that
        year was known and the weights are those delivered.

    Notes
    -----
    Weights are raked, wave by wave, to sex by age and to area. The error takes the raked weights
    for given, which claims nothing of what raking gains.
    """
    area, items = tables.areas[area_id], _items(tables, choices=False)
    return [
        _opinion(wave, city, area, item, "survey share")
        for wave in waves(tables, city, until)
        for item in items
    ]


def reasons(tables: Tables, city: Workspace, area_id: str, until: Period) -> list[Estimate]:
    """How many per cent of those who chose an answer chose each, for items without good or bad.

    Arguments and notes as for :func:`shares`; ``definition`` is "item:code", the codes in
    the order of their table.
    """
    area, codes = tables.areas[area_id], tables["survey_codes"]
    found = []
    for wave in waves(tables, city, until):
        for item in _items(tables, choices=True):
            for code in codes.code[(codes["item"] == item) & (codes.role == "neither")]:
                like = _like(wave, area, "survey reason", f"{item}:{code}")
                holds = (wave.codes[item] == code).to_numpy()
                found.append(_told(like, wave, city, area, item, holds))
    return found


def pooled(
    tables: Tables, city: Workspace, area_id: str, until: Period, fewest: int
) -> list[Estimate]:
    """The shares over the two latest waves of one method, where each has enough answers by itself.

    With fewer than ``fewest`` in a wave, the other wave and the mean of both would tell it.

    Returns
    -------
    list of Estimate
        One an item, as in :func:`shares`, statistic "pooled share" over the span from the first
        wave's start; ``n`` the answers of both. It is the mean of the two waves. Not available with
        the note "one wave" where the area has answers in one of them only, "too few answers"
        where one of them has fewer than ``fewest``. Empty before the first wave.
    """
    every = waves(tables, city, until)
    same = [wave for wave in every if wave.method == every[0].method][:2]
    if not same:
        return []
    area, both = tables.areas[area_id], _stacked(same)
    found = []
    for item in _items(tables, choices=False):
        parts = [_opinion(wave, city, area, item, "pooled share") for wave in same]
        spoke = [part.known or part.note == TOO_FEW for part in parts]
        enough = all(part.known and part.n >= fewest for part in parts)
        if len(spoke) == 2 and enough:
            found.append(_opinion(both, city, area, item, "pooled share"))
        else:
            like = replace(parts[0], period=both.period)
            note = "one wave" if any(spoke) else parts[0].note
            note = TOO_FEW if len(spoke) == 2 and all(spoke) else note
            found.append(unknown(like, like.statistic, like.unit, note=note))
    return found


def changes(shares: list[Estimate]) -> tuple[list[Estimate], list[NotComparable]]:
    """The newest wave of each item against the one before, and the pairs that were refused.

    Parameters
    ----------
    shares
        Of one place, from :func:`shares` or :func:`reasons`. An item with one wave has no change.

    Returns
    -------
    changes : list of Estimate
        Difference in percentage points with the interval of :func:`survey.change`; ``p`` of no
        change by the half of it that faces zero, as if that were normal; ``n`` the smaller
        number of answers, ``reference`` the earlier wave.
    refused : list of NotComparable
        Pairs that differ in method, area, division, span or season, or lack a value.

    Raises
    ------
    ValueError
        When an item has two shares of one wave: they are of different places.

    Examples
    --------
    >>> before, after = (
    ...     Estimate(statistic="survey share", definition="safe", value=value, low=value - 5,
    ...         high=value + 5, unit="%", n=300, area="a", scheme="s", period=Period.parse(when))
    ...     for value, when in ((60, "2016Q1"), (70, "2017Q1")))
    >>> changes([after, before])
    ([10 (2.929 to 17.07) percentage points], [])
    """
    found, refused = [], []
    for item in dict.fromkeys(e.definition for e in shares):
        mine = [e for e in shares if e.definition == item]
        newest_first = sorted(mine, key=lambda e: e.period, reverse=True)
        if len(newest_first) < 2:
            continue
        after, before = newest_first[:2]
        if after.period == before.period:
            raise ValueError(f"{item} has two shares of {after.period}: give those of one place.")
        try:
            same_season = before.period.start.month == after.period.start.month
            pair = LikeForLike(before, after, accept=("span",) if same_season else ())
            found.append(_change(pair))
        except NotComparable as refusal:
            refused.append(refusal)
    return found, refused


def nonresponse(tables: Tables, city: Workspace, area_id: str, until: Period) -> pd.DataFrame:
    """How many respondents left each item without an answer, newest wave first; not weighted.

    Returns
    -------
    pandas.DataFrame
        Columns ``wave`` (its span), ``item``, ``asked``, ``answered``, ``dont_know``,
        ``refused`` and ``no_answer``; the last four add up to ``asked``. Everybody in the area
        counts as asked when anybody anywhere answered the item, so a follow-up question
        that was put to some only has the others under ``no_answer``.
    """
    tables.areas[area_id]
    rows = []
    for wave in waves(tables, city, until):
        here = wave.roles[wave.within(area_id, city)]
        for item in here:
            given = here[item].value_counts()
            asked = len(here) if item in wave.asked else 0
            kinds = (given.reindex(OPINIONS).sum(), given.get("dont_know"), given.get("refused"))
            counts = [int(kind or 0) for kind in kinds]
            rows.append((str(wave.period), item, asked, *counts, asked - sum(counts)))
    names = ["wave", "item", "asked", "answered", "dont_know", "refused", "no_answer"]
    return pd.DataFrame(rows, columns=names)


@lru_cache(maxsize=8)
def waves(tables: Tables, city: Workspace, until: Period) -> tuple[Wave, ...]:
    """The waves that ended by the last day of a period, newest first, each with raked weights.

    A wave that nobody has answered yet is none.

    Raises
    ------
    ValueError
        When an answer has an unknown code or respondent, or a margin cannot be met.
    """
    rows = tables["survey_waves"]
    answered = rows.wave.isin(tables["survey_respondents"].wave.unique())
    rows = rows[answered & (rows.period_end <= pd.Timestamp(until.end))]
    rows = rows.sort_values("period_end", ascending=False, kind="stable")
    return tuple(_wave(tables, city, row) for row in rows.itertuples())


def _wave(tables: Tables, city: Workspace, row) -> Wave:
    respondents = tables["survey_respondents"]
    respondents = respondents[respondents.wave == row.wave].reset_index(drop=True)
    period = period_of(row)
    weights = _raked(respondents, tables["population_groups"], period.year)
    answers = _coded(tables, row.wave, respondents)
    last = pd.Timestamp(period.end)
    anew = {item: breaks.way(tables, city, item, None, last) for item in answers["code"]}
    return Wave(
        period=period,
        method=row.method,
        source=row.source_id,
        vintage=city.sources[row.source_id].published,
        design=survey.Design(
            respondents.weight if weights is None else weights,
            strata=respondents.stratum,
            lonely="adjust",
        ),
        areas=respondents.area_id.to_numpy(),
        codes=answers["code"],
        roles=answers["role"],
        anew=anew,
        note="not raked" if weights is None else "",
    )


def _raked(respondents: pd.DataFrame, groups: pd.DataFrame, year: int) -> np.ndarray | None:
    """Weights that meet the population of the areas that answered; None when none is known."""
    heard = groups.area_id.isin(respondents.area_id.unique())
    people = groups[(groups.year == year) & heard]
    if people.empty:
        return None
    margins = [people.groupby(by).population.sum() for by in (["sex", "age_group"], "area_id")]
    return survey.rake(respondents, respondents.weight, margins)


def _coded(tables: Tables, wave: str, respondents: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The code and the role of every answer, respondents by items."""
    answers = tables["survey_answers"]
    answers = answers[answers.wave == wave]
    answers = answers.merge(tables["survey_codes"], on=["item", "code"], how="left")
    if len(strange := answers[answers.role.isna()]):
        first = strange.iloc[0]
        raise ValueError(
            f"wave {wave}: {len(strange)} answers have a code that survey_codes lacks, first "
            f"{first['code']!r} of {first['item']!r}: add the code and its role there."
        )
    strangers = pd.Index(answers.respondent_id).difference(respondents.respondent_id)
    if len(strangers):
        lost = answers[answers.respondent_id.isin(strangers)]
        raise ValueError(
            f"wave {wave}: {len(lost)} answers are of respondents that survey_respondents lacks, "
            f"first {lost.respondent_id.iloc[0]!r}: add them with area and weight."
        )
    items = tables["survey_items"]["item"]
    return {
        part: answers.pivot(index="respondent_id", columns="item", values=part).reindex(
            index=respondents.respondent_id, columns=items
        )
        for part in ("code", "role")
    }


def _stacked(parts: list[Wave]) -> Wave:
    """Waves of one method as one, newest first."""
    return replace(
        parts[0],
        period=Period(parts[-1].period.start, parts[0].period.end),
        source="; ".join(dict.fromkeys(wave.source for wave in parts)),
        design=survey.pooled([wave.design for wave in parts]),
        areas=np.concatenate([wave.areas for wave in parts]),
        codes=pd.concat([wave.codes for wave in parts]),
        roles=pd.concat([wave.roles for wave in parts]),
        note=next((wave.note for wave in parts if wave.note), ""),
    )


def _items(tables: Tables, choices: bool) -> list[str]:
    """Items in the order of their table, those with a good or bad answer or those without."""
    codes = tables["survey_codes"]
    judged = set(codes["item"][codes.role.isin(("good", "bad"))])
    return [item for item in tables["survey_items"]["item"] if (item not in judged) == choices]


def _opinion(wave: Wave, city: Workspace, area: Area, item: str, statistic: str) -> Estimate:
    like = _like(wave, area, statistic, item)
    return _told(like, wave, city, area, item, wave.content[item])


def _like(wave: Wave, area: Area, statistic: str, definition: str) -> Estimate:
    """Everything of an estimate but its value."""
    return Estimate(
        statistic=statistic,
        definition=definition,
        value=None,
        unit="%",
        area=area.id,
        scheme=area.scheme,
        period=wave.period,
        status="not available",
        series=breaks.marked(wave.method, wave.anew[definition.partition(":")[0]]),
        vintage=wave.vintage,
        source=wave.source,
        method="survey_design",
    )


def _told(
    like: Estimate, wave: Wave, city: Workspace, area: Area, item: str, holds: np.ndarray
) -> Estimate:
    """The share for whom it holds among those of the area with an opinion, or why there is none."""
    base = wave.design.inside(wave.spoke[item] & wave.within(area.id, city))
    if base.sum() < FEWEST_ANSWERS or wave.design.df(base) < 1:
        return replace(like, note=_why_not(wave, area, item, int(base.sum())))
    found = survey.share(wave.design, holds, base)
    return replace(
        like,
        value=100 * found.value,
        low=100 * found.low,
        high=100 * found.high,
        n=found.n,
        status="final",
        dispersion=found.design_effect,
        note=wave.note,
    )


def _why_not(wave: Wave, area: Area, item: str, answers: int) -> str:
    if item not in wave.asked:
        return "not asked"
    if not area.existed_in(wave.period):
        return "not in force"
    return TOO_FEW if answers else "no answers"


def _change(pair: LikeForLike) -> Estimate:
    value, low, high = survey.change(pair.before, pair.after)
    reach = value - low if value > 0 else high - value
    error = reach / stats.norm.ppf((1 + pair.after.level) / 2)
    return replace(
        pair.after,
        statistic="survey change",
        value=value,
        low=low,
        high=high,
        unit=POINTS,
        n=min(pair.before.n, pair.after.n),
        reference=pair.before.period,
        dispersion=None,
        p=float(2 * stats.norm.sf(abs(value) / error)) if error else 1.0,
        method="survey_change",
    )

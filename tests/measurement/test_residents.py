"""What residents said, from tables small enough to count by hand; and real answers."""

from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.data.tables import Tables
from analysis.measurement import residents
from analysis.measurement.comparison import NotComparable
from analysis.words.estimates import Estimate
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion
from tests.chain.small import Town
from tests.conftest import SHARED

CITY = Town(
    settings={"municipality": "kommun:1"},
    sources={"svy": SimpleNamespace(published="2018-01-15")},
)
NORTH, SOUTH, NEW, EVERYBODY = "district:n", "district:s", "district:new", "kommun:1"
Y2017 = Period.parse("2017")

AREAS = [
    (EVERYBODY, "kommun", "", None),
    (NORTH, "district", "2000-01-01", None),
    (SOUTH, "district", "2000-01-01", None),
    (NEW, "district", "2017-01-01", None),
]
CODES = [
    ("safe", "very", "good"), ("safe", "rather", "good"), ("safe", "unsafe", "bad"),
    ("safe", "in_between", "neither"), ("safe", "dk", "dont_know"), ("safe", "ref", "refused"),
    ("lit", "yes", "good"), ("lit", "no", "bad"),
    ("why", "light", "neither"), ("why", "people", "neither"), ("why", "dk", "dont_know"),
]  # fmt: skip


def wave(name, year, method="post"):
    return (name, f"{year}-03-01", f"{year}-05-31", "post", "16-79", 100, method, "svy")


def tables(waves, respondents, answers, population=()):
    """Tables of a made-up city.

    ``respondents`` are (wave, id, area, weight, sex); ``answers`` (wave, id, item, code);
    ``population`` (area, year, sex, people).
    """
    area = pd.DataFrame(AREAS, columns=["area_id", "scheme", "valid_from", "valid_to"])
    blank = {"parent_id": "", "visitors": "no", "tile_column": pd.NA, "tile_row": pd.NA}
    days = {name: pd.to_datetime(area[name]) for name in ("valid_from", "valid_to")}
    columns = ["wave", "period_start", "period_end", "mode", "frame", "sampled", "method"]
    wave_rows = pd.DataFrame(waves, columns=[*columns, "source_id"])
    for name in ("period_start", "period_end"):
        wave_rows[name] = pd.to_datetime(wave_rows[name])
    people = pd.DataFrame(
        respondents, columns=["wave", "respondent_id", "area_id", "weight", "sex"]
    )
    groups = pd.DataFrame(population, columns=["area_id", "year", "sex", "population"])
    return Tables(
        {
            "areas": area.assign(area=area.area_id, **blank, **days),
            "survey_waves": wave_rows,
            "survey_items": pd.DataFrame({"item": ["safe", "lit", "why"]}),
            "survey_codes": pd.DataFrame(CODES, columns=["item", "code", "role"]),
            "survey_respondents": people.assign(stratum=people.area_id, age_group="16-79"),
            "survey_answers": pd.DataFrame(
                answers, columns=["wave", "respondent_id", "item", "code"]
            ),
            "population_groups": groups.assign(age_group="16-79"),
            "crime_items": pd.DataFrame(columns=["item", "parent", "adds_to_total"], dtype=str),
            "breaks": pd.DataFrame(columns=["item", "area_id", "from_date", "kind"]),
        },
        pd.DataFrame(),
        pd.DataFrame(),
    )


def people(name, safe, area=NORTH, sex="women", weight=1.0):
    """Respondents of one area and what each answered to "safe", None for nothing."""
    ids = [f"{area}{sex}{i}" for i in range(len(safe))]
    given = zip(ids, safe, strict=True)
    return (
        [(name, one, area, weight, sex) for one in ids],
        [(name, one, "safe", code) for one, code in given if code is not None],
    )


def joined(*parts):
    """Respondents and answers of several groups together."""
    return [row for p, _ in parts for row in p], [row for _, a in parts for row in a]


@pytest.fixture
def two_waves():
    respondents, answers = joined(
        people("w16", ["very"] * 30 + ["unsafe"] * 70),
        people("w16", ["very"] * 20 + ["unsafe"] * 20, SOUTH),
        people("w17", ["rather"] * 50 + ["in_between"] * 10 + ["unsafe"] * 40 + ["dk"] * 7 + ["ref"] * 3 + [None] * 5),
        people("w17", ["very"], SOUTH),
    )  # fmt: skip
    return tables([wave("w16", 2016), wave("w17", 2017)], respondents, answers)


def of(estimates, definition, year=2017):
    (found,) = [e for e in estimates if e.definition == definition and e.period.year == year]
    return found


def test_a_share_is_of_those_with_an_opinion(two_waves):
    found = of(residents.shares(two_waves, CITY, NORTH, Y2017), "safe")
    assert (found.value, found.n) == (50, 100)
    assert (found.statistic, found.unit, found.method) == ("survey share", "%", "survey_design")
    assert (found.series, found.source, found.vintage) == ("post", "svy", "2018-01-15")
    assert (found.area, found.scheme, str(found.period)) == (
        NORTH, "district", "2017-03-01..2017-05-31",
    )  # fmt: skip
    assert found.low < 50 < found.high
    assert found.dispersion == pytest.approx(1, rel=0.02)


def test_newest_comes_first_and_later_waves_are_not_seen(two_waves):
    both = residents.shares(two_waves, CITY, NORTH, Y2017)
    assert [(e.period.year, e.definition) for e in both] == [
        (2017, "safe"), (2017, "lit"), (2016, "safe"), (2016, "lit"),
    ]  # fmt: skip
    early = residents.shares(two_waves, CITY, NORTH, Period.parse("2017Q1"))
    assert {e.period.year for e in early} == {2016}
    assert residents.shares(two_waves, CITY, NORTH, Period.parse("2015")) == []


def test_what_cannot_be_given_says_why(two_waves):
    shares = {area: residents.shares(two_waves, CITY, area, Y2017) for area in (NORTH, SOUTH, NEW)}
    assert of(shares[NORTH], "lit").note == "not asked"
    assert of(shares[SOUTH], "safe").note == "too few answers"
    assert of(shares[NEW], "safe").note == "no answers"
    assert of(shares[NEW], "safe", 2016).note == "not in force"
    assert not of(shares[NEW], "safe").known


def test_one_answer_from_each_district_is_too_few():
    answered = joined(people("w", ["very"]), people("w", ["unsafe"], SOUTH))
    asked = tables([wave("w", 2017)], *answered)
    assert of(residents.shares(asked, CITY, EVERYBODY, Y2017), "safe").note == "too few answers"


def test_a_share_of_nobody_keeps_its_bound():
    asked = tables([wave("w", 2017)], *people("w", ["unsafe"] * 50))
    found = of(residents.shares(asked, CITY, NORTH, Y2017), "safe")
    assert (found.value, found.low) == (0, 0)
    assert (1 - found.high / 100) ** 50 == pytest.approx(0.025)


def test_weights_are_raked_to_the_population_of_the_year():
    # men answer less often and feel safer; women and men are as many in both districts
    respondents, answers = joined(
        people("w", ["very"] * 20 + ["unsafe"] * 60, NORTH, "women"),
        people("w", ["very"] * 16 + ["unsafe"] * 4, NORTH, "men"),
        people("w", ["very"] * 10 + ["unsafe"] * 30, SOUTH, "women"),
        people("w", ["very"] * 8 + ["unsafe"] * 2, SOUTH, "men"),
    )
    known = [(a, 2017, s, 500) for a in (NORTH, SOUTH, NEW) for s in ("women", "men")]
    asked = [wave("w", 2017)]
    raked = tables(asked, respondents, answers, known)
    delivered = tables(asked, respondents, answers, [(NORTH, 2015, "women", 500)])
    for area in (NORTH, EVERYBODY):
        found = of(residents.shares(raked, CITY, area, Y2017), "safe")
        assert found.value == pytest.approx(100 * (0.25 + 0.8) / 2)
        assert found.note == ""
        plain = of(residents.shares(delivered, CITY, area, Y2017), "safe")
        assert plain.value == pytest.approx(100 * (20 + 16) / 100)
        assert plain.note == "not raked"


def test_an_area_without_a_population_is_named():
    respondents, answers = joined(people("w", ["very"] * 3), people("w", ["very"] * 3, SOUTH))
    known = [(NORTH, 2017, "women", 500)]
    asked = tables([wave("w", 2017)], respondents, answers, known)
    with pytest.raises(ValueError, match="margin area_id has no population for district:s"):
        residents.shares(asked, CITY, NORTH, Y2017)


def test_the_municipality_is_everybody(two_waves):
    found = of(residents.shares(two_waves, CITY, EVERYBODY, Y2017), "safe", 2016)
    assert (found.n, found.value) == (140, pytest.approx(100 * 50 / 140))


def test_an_unknown_area_is_answered(two_waves):
    pooled = partial(residents.pooled, fewest=2)
    for ask in (residents.shares, residents.reasons, pooled, residents.nonresponse):
        with pytest.raises(WrongQuestion, match="area id"):
            ask(two_waves, CITY, "district:north", Y2017)


def test_reasons_are_shares_of_those_who_gave_one():
    respondents, answers = people("w", ["very"] * 10)
    chosen = ["light"] * 6 + ["people"] * 2 + ["dk"]
    answers += [("w", who[1], "why", code) for who, code in zip(respondents, chosen, strict=False)]
    asked = tables([wave("w", 2017)], respondents, answers)
    found = residents.reasons(asked, CITY, NORTH, Y2017)
    assert [(e.definition, e.value, e.n) for e in found] == [
        ("why:light", 75, 8), ("why:people", 25, 8),
    ]  # fmt: skip
    assert {e.statistic for e in found} == {"survey reason"}
    assert "why" not in {e.definition for e in residents.shares(asked, CITY, NORTH, Y2017)}


def test_every_respondent_is_answered_for(two_waves):
    table = residents.nonresponse(two_waves, CITY, NORTH, Y2017)
    safe = table[(table["item"] == "safe") & (table.wave == "2017-03-01..2017-05-31")]
    assert safe.iloc[0, 2:].tolist() == [115, 100, 7, 3, 5]
    kinds = table[["answered", "dont_know", "refused", "no_answer"]].sum(axis=1)
    assert (kinds == table.asked).all()
    assert (table[table["item"] == "lit"].asked == 0).all()


def test_a_change_is_of_the_newest_wave_and_the_one_before(two_waves):
    shares = [e for e in residents.shares(two_waves, CITY, NORTH, Y2017) if e.definition == "safe"]
    (found,), refused = residents.changes(shares)
    after, before = shares
    assert refused == []
    assert (found.statistic, found.unit) == ("survey change", "percentage points")
    assert (found.value, found.n) == (pytest.approx(20), 100)
    assert (found.period, found.reference) == (after.period, before.period)
    down = ((after.value - after.low) ** 2 + (before.high - before.value) ** 2) ** 0.5
    assert found.low == pytest.approx(20 - down)
    assert found.beyond(0)


def told(period, value=50.0, **about):
    facts = {
        "statistic": "survey share", "definition": "safe", "value": value, "low": 40.0,
        "high": 60.0, "unit": "%", "n": 100, "area": NORTH, "scheme": "district",
        "series": "post",
    } | about  # fmt: skip
    return Estimate(period=Period.parse(period), **facts)


@pytest.mark.parametrize(
    ("before", "parts"),
    [
        (told("2016-03-01..2016-05-31", series="visit"), ["series"]),
        (told("2016-03-01..2016-05-31", area="old:n", scheme="old"), ["scheme", "area"]),
        (told("2016-09-01..2016-11-30"), ["span"]),
        (
            told("2016-03-01..2016-05-31", None, low=None, high=None, status="not available"),
            ["status", "value"],
        ),
    ],
    ids=["method break", "new districts", "another season", "no answers"],
)
def test_unlike_waves_are_refused_and_the_refusal_is_returned(before, parts):
    found, (refused,) = residents.changes([told("2017-03-01..2017-05-31"), before])
    assert found == []
    assert isinstance(refused, NotComparable)
    assert [d.part for d in refused.differences] == parts


def test_a_wave_of_the_same_season_may_have_lasted_some_days_less():
    (found,), refused = residents.changes(
        [told("2017-03-13..2017-05-14"), told("2016-03-01..2016-04-30")]
    )
    assert (found.value, refused) == (0, [])


@pytest.mark.parametrize(("earlier", "later"), [(80, 120), (120, 80)])
def test_a_change_rests_on_the_smaller_wave(earlier, later):
    before, after = told("2016Q1", n=earlier), told("2017Q1", n=later)
    (found,), _ = residents.changes([after, before])
    assert found.n == 80


def test_a_wave_without_one_before_has_no_change():
    assert residents.changes([told("2017-03-01..2017-05-31")]) == ([], [])


def test_shares_of_two_places_are_not_taken_for_two_waves():
    with pytest.raises(ValueError, match="two shares of 2017Q1: give those of one place"):
        residents.changes([told("2017Q1"), told("2017Q1", area=SOUTH)])


def test_two_waves_of_one_method_are_pooled(two_waves):
    found = of(residents.pooled(two_waves, CITY, NORTH, Y2017, 2), "safe", 2016)
    assert found.statistic == "pooled share"
    assert str(found.period) == "2016-03-01..2017-05-31"
    assert (found.n, found.series) == (200, "post")
    assert 30 < found.value < 50
    alone = of(residents.shares(two_waves, CITY, NORTH, Y2017), "safe")
    assert found.high - found.low < alone.high - alone.low


def test_waves_of_two_methods_are_not_pooled(two_waves):
    rows = two_waves["survey_waves"]
    rows.loc[rows.wave == "w16", "method"] = "visit"
    found = of(residents.pooled(two_waves, CITY, NORTH, Y2017, 2), "safe")
    assert (found.known, found.note) == (False, "one wave")
    assert residents.pooled(two_waves, CITY, NORTH, Period.parse("2015"), 2) == []


def test_a_wave_that_may_not_be_told_is_not_pooled_either(two_waves):
    """The other wave and the mean of both would give it away: hidden = 2 pooled - told."""
    enough = of(residents.pooled(two_waves, CITY, NORTH, Y2017, 100), "safe", 2016)
    assert (enough.known, enough.n) == (True, 200)
    # a hundred in each wave of the north; one and forty in the south
    for area, fewest in ((NORTH, 101), (SOUTH, 2), (SOUTH, 30)):
        held = of(residents.pooled(two_waves, CITY, area, Y2017, fewest), "safe", 2016)
        assert (held.known, held.note) == (False, "too few answers")
    nobody = of(residents.pooled(two_waves, CITY, NEW, Y2017, 2), "safe", 2016)
    assert nobody.note == "no answers"


@pytest.mark.parametrize(
    ("strange", "words"),
    [
        (("w", "district:nwomen0", "lit", "perhaps"), "first 'perhaps' of 'lit'"),
        (
            ("w", "nobody", "lit", "yes"),
            "respondents that survey_respondents lacks, first 'nobody'",
        ),
    ],
)
def test_no_answer_is_dropped_in_silence(strange, words):
    respondents, answers = people("w", ["very"] * 3)
    asked = tables([wave("w", 2017)], respondents, [*answers, strange])
    with pytest.raises(ValueError, match=words):
        residents.shares(asked, CITY, NORTH, Y2017)


@pytest.fixture(scope="module")
def british():
    """The British Crime Survey 2007-08 (teaching subset) as a city's survey; Parquet alone.

    The SPSS file beside it is not read: that needs pyreadstat, which the project does without.
    """
    file = SHARED / "data" / "survey_bcs0708" / "bcs0708.parquet"
    if not file.exists():
        pytest.skip("the British Crime Survey 2007-08 is not here")
    return pd.read_parquet(file)


def test_real_answers_are_all_accounted_for(british):
    ids = british.index.astype(str)
    dark = pd.DataFrame({"respondent_id": ids, "code": british.walkdark.astype("str")})
    roles = {
        "very safe": "good", "fairly safe": "good", "a bit unsafe": "bad", "very unsafe": "bad",
    }  # fmt: skip
    asked = tables([wave("bcs", 2007)], [], [])
    asked.by_name.update({
        "survey_items": pd.DataFrame({"item": ["walkdark"]}),
        "survey_codes": pd.DataFrame(
            {"item": "walkdark", "code": list(roles), "role": list(roles.values())}
        ),
        "survey_respondents": pd.DataFrame(
            {
                "wave": "bcs", "respondent_id": ids, "area_id": NORTH, "stratum": "all",
                "weight": british.tcindwt.fillna(0), "sex": british.sex.astype("str"), "age_group": "",
            }
        ),
        "survey_answers": dark[british.walkdark.notna().to_numpy()].assign(
            wave="bcs", item="walkdark"
        ),
    })  # fmt: skip
    counts = asked["survey_answers"].code.value_counts()
    assert counts[list(roles)].tolist() == [3002, 4718, 2604, 1301]
    table = residents.nonresponse(asked, CITY, EVERYBODY, Y2017)
    assert table.iloc[0, 2:].tolist() == [11676, 11625, 0, 0, 51]
    (found,) = residents.shares(asked, CITY, EVERYBODY, Y2017)
    # 16 were given no weight: they stand for nobody, and the rest is counted without them
    answered = british[british.walkdark.notna() & british.tcindwt.notna()]
    safe = answered.walkdark.isin(["very safe", "fairly safe"])
    assert found.n == len(answered) == 11609
    assert found.value == pytest.approx(100 * answered.tcindwt[safe].sum() / answered.tcindwt.sum())
    assert found.dispersion > 1.2


def test_the_p_of_a_change_is_that_of_the_half_that_faces_no_change():
    """A change whose interval just touches no change has p .05, up or down, lopsided or not."""
    before = told("2016-03-01..2016-05-31", 50.0, low=44.0, high=58.0)
    up, down = 50 + (8**2 + 6**2) ** 0.5, 50 - (6**2 + 6**2) ** 0.5
    for value, low, high in ((up, up - 6, up + 9), (down, down - 9, down + 6)):
        (found,), _ = residents.changes(
            [told("2017-03-01..2017-05-31", value, low=low, high=high), before]
        )
        assert min(abs(found.low), abs(found.high)) == pytest.approx(0, abs=1e-9)
        assert found.p == pytest.approx(0.05, abs=1e-6)


def test_waves_on_each_side_of_a_day_on_which_a_question_was_changed_are_not_compared(two_waves):
    day = (pd.DataFrame([("safe", "", pd.Timestamp("2017-01-01"), "method")],
                        columns=["item", "area_id", "from_date", "kind"]))  # fmt: skip
    broken = replace(two_waves, by_name=two_waves.by_name | {"breaks": day})
    found, refused = residents.changes(residents.shares(broken, CITY, NORTH, Y2017))
    assert "safe" not in {e.definition for e in found}
    (safe,) = [r for r in refused if r.after.definition == "safe"]
    assert [d.part for d in safe.differences] == ["series"]
    assert safe.after.series == "post; since 2017-01-01"
    unbroken, _ = residents.changes(residents.shares(two_waves, CITY, NORTH, Y2017))
    assert "safe" in {e.definition for e in unbroken}

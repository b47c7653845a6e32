"""A page on why shows every rival before any figure, and never a cause without its reason."""

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.chain import causal
from analysis.chain.causal import Level
from analysis.data.parameters import Causes
from analysis.data.results import Results
from analysis.measurement import situation
from analysis.measurement.monthly import Monthly
from analysis.methods import change
from analysis.methods.breaks import AnyBreak, Break
from analysis.methods.effect import Effect
from analysis.telling import causes, effects
from analysis.telling.text import words
from analysis.words.estimates import frame
from analysis.words.periods import Period
from analysis.words.verdicts import Verdict
from tests.conftest import count

P2017 = Period.parse("2017")
CLAIMS = (
    "shootings-down", "arrests-cause", "local-differences", "less-safe", "coordinated-effect",
)  # fmt: skip
YES = Verdict(kind="measure", subject="M03", ruling="supported", reason="clear", design="panel")


@pytest.fixture(scope="module")
def rows(read, city):
    shots = situation.shootings(read, city, P2017, **city.settings["shootings"])
    yearly, stated = shots.until(P2017), situation.op_ed(read, city, P2017)
    made = [*shots, *change.contrast(yearly, P2017), *stated, *change.readings(stated, yearly)]
    surveys = situation.surveys(read, city, city.settings["municipality"], P2017)
    return Results(frame([*made, *surveys]))


@pytest.fixture(scope="module")
def tried(read, rows):
    return {one: causal.tried(read, Causes(subject=one), rows, []) for one in CLAIMS}


@pytest.fixture(scope="module")
def problems(made_up_tables):
    def of(subject, known=()):
        ask = Causes(workspace="exempelstad", period="2017Q3", subject=subject)
        return causal.tried(made_up_tables, ask, Results(frame([])), list(known))

    return {"P02": of("P02"), "P03": of("P03", [YES]), "P08": of("P08"), "P13": of("P13")}


@pytest.fixture(scope="module", params=["sv", "en"])
def say(request, read):
    return words(request.param, read)


@pytest.fixture(scope="module", params=["sv", "en"])
def tell(request, made_up_tables):
    return words(request.param, made_up_tables)


def page(sheet):
    return BeautifulSoup(str(sheet.html), "html.parser")


def cells(sheet):
    return [
        [c.get_text() for c in row.find_all(["th", "td"])]
        for row in page(sheet).select("tbody tr")
    ]  # fmt: skip


def bullets(sheet):
    return [li.get_text() for li in page(sheet).find_all("li")]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_opens_with_its_verdict_and_why(say, tried, claim):
    (verdict,) = tried[claim].verdicts
    told = page(causes.in_short(say, tried[claim])).get_text()
    assert effects.ruling(say, verdict) in told and effects.because(say, verdict) in told


@pytest.mark.parametrize("claim", CLAIMS)
def test_the_graph_and_its_text_name_every_rival(say, tried, claim):
    shown = page(causes.graph(say, tried[claim], "graph"))
    rivals = list(tried[claim].rivals[f"rival_{say.language}"])
    assert rivals and all(rival in shown.img["alt"] for rival in rivals)
    for end in ("cause", "outcome"):
        assert say(f"claims.{claim}_{end}") in shown.img["alt"]
    assert [row.find(["th", "td"]).get_text() for row in shown.select("tbody tr")] == rivals


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_rival_says_whether_it_was_taken_away_why_and_what_would_settle_it(say, tried, claim):
    rivals, language = tried[claim].rivals, say.language
    assert cells(causes.rivals_table(say, tried[claim])) == [
        [
            getattr(row, f"rival_{language}"),
            say(f"causes.{row.adjusted}"),
            getattr(row, f"why_{language}"),
            getattr(row, f"settles_{language}"),
        ]
        for row in rivals.itertuples()
    ]
    assert say("causes.yes") != say("causes.no")


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_exactly_is_asked_stands_in_words(say, tried, claim):
    told = page(causes.estimand(say, tried[claim])).get_text()
    assert told == say(f"claims.{claim}_estimand")


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_would_settle_it_is_told_once_and_only_for_what_was_not_taken_away(say, tried, claim):
    rivals = tried[claim].rivals
    open_ = rivals[rivals.adjusted == "no"][f"settles_{say.language}"].tolist()
    told = bullets(causes.conclusion(say, tried[claim]))
    assert sorted(told) == sorted(set(open_)) and told
    taken = set(rivals[rivals.adjusted == "yes"][f"settles_{say.language}"]) - set(open_)
    assert not taken & set(told)


def test_the_design_for_arrests_says_what_it_could_see_and_which_were_refused(
    say, tried, read, rows
):
    found = tried["arrests-cause"]
    shown = causes.seen(say, found, read, rows)
    step = found.designs["yearly_step"]
    told = bullets(shown)
    at = next(i for i, one in enumerate(told) if effects.change(say, step) in one)
    assert told[at + 1] == effects.could_see(say, step)
    table = {row[0]: row[1] for row in cells(shown)}
    assert table[say("designs.interrupted")] == say("why.yearly_figures")
    assert table[say("designs.difference")] == say("why.no_comparison")


def test_the_rebound_after_the_period_is_not_left_out(say, tried, read, rows):
    told = bullets(causes.seen(say, tried["arrests-cause"], read, rows))
    later = f"{say.number(43)} ({say.period(Period.parse('2018'))})"
    assert any(later in one for one in told)


def test_police_beside_arrests_is_told_with_the_claim_that_arrests_did_it(say, tried, read, rows):
    told = bullets(causes.seen(say, tried["arrests-cause"], read, rows))
    assert say("claims.arrests-cause_panel") in told
    assert say("claims.arrests-cause_turn") in told
    for one in CLAIMS[2:]:
        other = bullets(causes.seen(say, tried[one], read, rows))
        assert say("claims.arrests-cause_panel") not in other


def test_a_problem_has_a_verdict_and_a_reason_for_each_cause(tell, problems):
    found = problems["P03"]
    rows = cells(causes.conclusion(tell, found))
    named = [getattr(cause, f"cause_{tell.language}") for cause in found.analysis.causes]
    assert [row[0] for row in rows] == named
    for row, verdict in zip(rows, found.verdicts, strict=True):
        assert row[1:] == [effects.ruling(tell, verdict), effects.because(tell, verdict)]
    assert rows[0][1] == tell("ruling.not_identifiable")
    assert rows[0][2] == tell("why.measure_worked")
    short = bullets(causes.in_short(tell, found))
    assert all(any(name in one for one in short) for name in named)


def test_the_picture_of_a_problem_names_every_cause(tell, problems):
    found = problems["P03"]
    alt = page(causes.graph(tell, found, "graph")).img["alt"]
    language = tell.language
    assert all(getattr(c, f"cause_{language}") in alt for c in found.analysis.causes)
    assert getattr(found.analysis, f"title_{language}") in alt


def test_a_problem_without_causes_says_so_everywhere(tell, problems):
    none = tell("causes.no_cause")
    for part in (causes.in_short, causes.conclusion):
        assert none in page(part(tell, problems["P13"])).get_text()
    assert none in page(causes.graph(tell, problems["P13"], "graph")).get_text()


def test_a_problem_without_monthly_crime_says_so(tell, problems, made_up_tables):
    told = bullets(causes.seen(tell, problems["P08"], made_up_tables, Results(frame([]))))
    assert told == [tell("causes.no_series")]


def test_no_change_of_level_is_told_with_what_would_have_been_seen(tell, problems, made_up_tables):
    level = problems["P02"].level
    (told,) = bullets(causes.seen(tell, problems["P02"], made_up_tables, Results(frame([]))))
    assert level.found.p > 0.05
    assert told.endswith(tell("effect.sees", fall=tell.percent(1 - level.seen)))


def series(months=24):
    columns = pd.period_range("2015-01", periods=months, freq="M")
    counts = pd.DataFrame([[1.0] * months], index=["stadsdel:1502"], columns=columns)
    return Monthly("robbery", counts, None, ("exempelstad",))


def leveled(found, seen=0.6):
    return Level(area_id="stadsdel:1502", series=series(), found=found, seen=seen)


BROKE = Break(
    index=10, low=6, high=24, effect=Effect(design="break", ratio=0.6, low=0.4, high=0.9)
)  # fmt: skip


def test_a_change_of_level_is_told_with_the_whole_span_of_dates(tell):
    told = causes.level(tell, leveled(AnyBreak(p=0.01, where=BROKE)))
    span = tell.through(Period.parse("2015-07-01..2016-12-31"))
    assert span in told and effects.change(tell, BROKE.effect) in told
    assert tell.p_value(0.01) in told


@pytest.mark.parametrize("found", [AnyBreak(p=0.06, where=BROKE), AnyBreak(p=0.5)])
def test_a_break_that_a_steady_series_shows_as_often_is_told_as_none(tell, found):
    told = causes.level(tell, leveled(found))
    assert effects.change(tell, BROKE.effect) not in told
    assert told.endswith(tell("effect.sees", fall=tell.percent(0.4)))
    assert causes.level(tell, leveled(found, seen=None)).endswith(tell("effect.sees_nothing"))


def test_a_series_too_short_to_search_is_not_told_as_steady(tell):
    told = causes.level(tell, leveled(AnyBreak(refused="too few periods"), seen=None))
    about = {"what": tell.name("robbery"), "area": tell.name("stadsdel:1502")}
    assert told == tell("causes.breaks_refused", **about)


@pytest.mark.parametrize("claim", CLAIMS)
def test_the_sources_of_what_is_told_come_with_it(tried, rows, claim):
    another = frame([count(1.2, statistic="departure", unit="ratio to usual")])
    plus = Results(pd.concat([rows.rows, another]))
    used = causes.rests_on(tried[claim], plus)
    assert used and len(used) < len(plus.rows)


def test_a_problem_rests_on_its_own_row_alone(problems, rows):
    assert causes.rests_on(problems["P03"], rows) == []

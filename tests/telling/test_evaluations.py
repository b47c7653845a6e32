"""Done, changed, caused, moved and paid have a sentence each, and none says more than was found."""

from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup

from analysis.chain import evaluation_plan, follow_up, rulings
from analysis.chain.evaluation import evaluated
from analysis.methods.bootstrap import Avoided
from analysis.methods.displacement import Moved
from analysis.telling import effects, evaluations
from analysis.telling.text import words
from analysis.words.periods import Period
from analysis.words.verdicts import Verdict

Q3 = Period.parse("2017Q3")
YES = Verdict(kind="measure", subject="M07", ruling="supported", reason="clear")
NO = replace(YES, ruling="not supported", reason="the other way")
BLUNT = replace(YES, ruling="not identifiable", reason="too blunt")


@pytest.fixture(scope="module", params=["sv", "en"])
def say(request, made_up_tables):
    return words(request.param, made_up_tables)


@pytest.fixture(scope="module")
def sv(made_up_tables):
    return words("sv", made_up_tables)


@pytest.fixture(scope="module")
def found(made_up_tables, made_up):
    wanted = ("M01", "M02", "M05", "M06", "M07", "M12")
    return {one: evaluated(made_up_tables, made_up, one, Q3) for one in wanted}


@pytest.fixture(scope="module")
def early(made_up_tables, made_up):
    return evaluated(made_up_tables, made_up, "M03", Period.parse("2016Q2"))


@pytest.fixture(scope="module")
def done(made_up_tables):
    ids = made_up_tables["measures"].measure_id
    return {one: follow_up.process(made_up_tables, one, Q3) for one in ids}


def saving(found, total, low, high):
    """The same evaluation with so many events avoided."""
    ends = (np.array([0.0, end]) for end in (total, low, high))
    avoided = dict(zip(("total", "low", "high"), ends, strict=True))
    return replace(found, saved=Avoided(months=np.array([1, 2]), **avoided))


def text(sheet):
    return BeautifulSoup(str(sheet.html), "html.parser").get_text("\n")


def items(sheet):
    page = BeautifulSoup(str(sheet.html), "html.parser")
    return [li.get_text() for li in page.find_all("li")]


def test_the_question_names_what_is_compared_and_what_is_kept_apart(say, found):
    plan = found["M07"].plan
    told = evaluations.question(say, plan)
    assert say.through(plan.after) in told[0] and say.through(plan.before) in told[0]
    assert all(say.name(area) in told[1] for area in plan.comparison)
    assert all(say.name(area) in told[2] and say.name(area) not in told[1] for area in plan.near)
    assert say("evaluation.earlier") in told
    assert say("evaluation.cut") not in told


def test_what_the_registers_ask_to_leave_out_is_told(say, found):
    assert say("evaluation.cut") in evaluations.question(say, found["M06"].plan)
    chosen = say("evaluation.chosen", n="6")
    assert chosen in evaluations.question(say, found["M05"].plan)
    told = evaluations.question(say, found["M01"].plan)
    assert say("evaluation.not_compared") in told
    assert say("evaluation.transition", n="3") in told


def test_a_measure_without_an_indicator_has_no_question_and_says_why(say, found):
    told = evaluations.question(say, found["M12"].plan)
    assert told == [say("evaluation.nothing_asked"), say("why.no_indicator")]


def test_the_estimate_is_told_with_counts_and_interval(say, found):
    effect = found["M07"].effect
    (told,) = evaluations.in_short(say, found["M07"])
    assert effects.change(say, effect) in told
    assert say.number(effect.observed) in told and say.number(effect.expected) in told


def test_without_an_estimate_there_is_no_change_to_tell(say, found, early):
    assert evaluations.in_short(say, found["M12"]) == []
    assert evaluations.in_short(say, early) == []


def test_no_effect_found_is_never_told_without_what_would_have_been_seen(say, found, done):
    for one in ("M01", "M05"):
        verdict = rulings.of_measure(found[one])
        assert verdict.reason == "too blunt"
        told = items(evaluations.box(say, found[one], verdict, done[one], []))
        assert effects.could_see(say, found[one].effect) in told
        assert say("evaluation.box_not_no") in told
        assert effects.could_see(say, found[one].effect) in evaluations.power(say, found[one])


def test_the_box_answers_done_changed_and_caused_apart_and_in_that_order(say, found, done):
    verdict = rulings.of_measure(found["M07"])
    box = evaluations.box(say, found["M07"], verdict, done["M07"], ["owner"])
    page = BeautifulSoup(str(box.html), "html.parser")
    title = page.find("p", class_="callout-title").get_text()
    assert title == say("effect.verdict", ruling=effects.ruling(say, verdict))
    first, second, third, fourth, *_, last = items(box)
    assert say.percent(done["M07"].value / 100) in first
    assert second == evaluations.changed(say, found["M07"])
    assert effects.because(say, verdict) in third
    assert fourth == evaluations.in_short(say, found["M07"])[0]
    assert last == "owner"


def test_the_means_before_and_after_are_those_of_the_counted_months(say, found):
    plan = found["M05"].plan
    counts = plan.series.of([plan.area_id])[0]
    before, after = (counts[months].mean() for months in (slice(0, 57), slice(63, 81)))
    assert (plan.baseline_end, plan.first, plan.end) == (57, 63, 81)
    told = evaluations.changed(say, found["M05"])
    about = {"before": say.number(before, 1), "after": say.number(after, 1)}
    assert told == say("evaluation.box_changed", **about)
    assert evaluations.changed(say, found["M12"]) == say("evaluation.box_unchanged")


def with_effect(found, ratio, low, high, hoped):
    effect = replace(found.found.effect, ratio=ratio, low=low, high=high)
    plan = replace(found.plan, hoped=hoped)
    return replace(found, found=replace(found.found, effect=effect), plan=plan)


@pytest.mark.parametrize(
    ("interval", "key"), [((0.5, 0.6, 0.7), "target_met"), ((0.5, 0.6, 0.9), "target_open")]
)
def test_a_target_is_met_only_when_the_whole_interval_is_beyond_it(say, found, interval, key):
    low, ratio, high = interval
    told = evaluations.target(say, with_effect(found["M07"], ratio, low, high, 0.75), YES)
    assert told == [say(f"evaluation.{key}", change=say.change(0.75))]


def test_a_target_is_not_said_to_be_met_without_support(say, found):
    clear = with_effect(found["M07"], 0.6, 0.5, 0.7, 0.75)
    met = say("evaluation.target_met", change=say.change(0.75))
    for verdict in (NO, BLUNT, replace(BLUNT, reason="check failed")):
        assert met not in evaluations.target(say, clear, verdict)
    assert evaluations.target(say, with_effect(found["M07"], 0.6, 0.5, 0.7, None), YES) == []


def test_an_effect_that_nobody_could_see_says_when_one_could(say, found):
    later = replace(found["M05"], settled_after=40)
    assert evaluations.target(say, later, BLUNT) == [say("evaluation.settled_after", n="40")]
    never = replace(found["M05"], settled_after=None)
    assert evaluations.target(say, never, BLUNT) == [say("evaluation.never_settled")]


def test_the_cost_of_an_event_avoided_by_hand(say, found):
    """1,200,000 a year are 2,100,000 in 21 months; over 42, and over 70 and 21."""
    assert found["M07"].plan.after.months == 21
    told = evaluations.saved(say, saving(found["M07"], 42.0, 21.0, 70.0), YES, 1_200_000.0)
    total, ends = say.number(42), say.to(say.number(21), say.number(70))
    after = say.through(found["M07"].plan.after)
    assert told[0] == say("evaluation.saved", total=total, interval=ends, after=after)
    assert told[1] == say("evaluation.too_large")
    assert told[2] == say(
        "evaluation.cost",
        cost=say.number(1_200_000),
        spent=say.number(2_100_000),
        months="21",
        each=say.number(50_000),
        interval=say.to(say.number(30_000), say.number(100_000)),
    )


def test_a_cost_is_not_told_to_the_last_krona(sv, found):
    """520,000 a year are 910,000 in 21 months; over 81 that is 11,235, over 180 and 12 so on."""
    told = evaluations.saved(sv, saving(found["M07"], 81.0, 12.0, 180.0), YES, 520_000.0)
    assert "11\u00a0000." in told[2]
    assert sv.to("5\u00a0100", "76\u00a0000") in told[2]


@pytest.mark.parametrize("low", [0.0, -5.0])
def test_where_none_may_have_been_avoided_the_cost_has_no_upper_end(say, found, low):
    told = evaluations.saved(say, saving(found["M07"], 42.0, low, 70.0), YES, 1_200_000.0)
    about = {"cost": say.number(1_200_000), "spent": say.number(2_100_000), "months": "21"}
    about |= {"each": say.number(50_000)}
    assert told[2] == say("evaluation.cost_no_end", **about)


@pytest.mark.parametrize("cost", [None, float("nan")])
def test_a_cost_that_is_not_in_the_register_is_said_not_to_be(say, found, cost):
    told = evaluations.saved(say, saving(found["M07"], 40.0, 20.0, 60.0), YES, cost)
    assert told[1:] == [say("evaluation.too_large"), say("evaluation.cost_unknown")]


@pytest.mark.parametrize("verdict", [NO, BLUNT])
def test_no_event_avoided_has_a_price_without_support(say, found, verdict):
    told = evaluations.saved(say, saving(found["M07"], 42.0, 21.0, 70.0), verdict, 1_200_000.0)
    cost = say.number(1_200_000)
    assert told == [say("evaluation.saved_not_told"), say("evaluation.cost_a_year", cost=cost)]


def test_without_a_whole_register_no_city_is_said_to_have_yearly_figures(
    say, made_up, made_up_tables, monkeypatch
):
    monkeypatch.setattr(evaluation_plan, "placed", lambda *_: False)
    plan = evaluation_plan.planned(made_up_tables, made_up, "M07", Q3)
    assert evaluations.question(say, plan)[1:] == [say("why.no_whole_register")]


def moved(share, low, high):
    return Moved(share=share, low=low, high=high, avoided=100.0, moved=100 * share, measured=True)


def displaced(say, found, verdict, **about):
    return text(evaluations.displaced(say, replace(found, **about), verdict))


def test_a_share_that_moved_is_told_with_its_interval(say, found):
    told = displaced(say, found["M07"], YES, moved=moved(0.4, 0.1, 0.7))
    interval = say.to(say.percent(0.1), say.percent(0.7))
    assert say("evaluation.moved", share=say.percent(0.4), interval=interval) in told
    told = displaced(say, found["M07"], YES, moved=moved(-0.4, -0.7, -0.1))
    assert say("evaluation.gained", share=say.percent(0.4), interval="").split("(")[0] in told


@pytest.mark.parametrize("verdict", [NO, BLUNT])
def test_no_share_moved_of_what_was_not_shown_to_be_avoided(say, found, verdict):
    told = displaced(say, found["M07"], verdict, moved=moved(0.4, 0.1, 0.7))
    assert say("evaluation.moved_not_told") in told
    assert say.percent(0.4) not in told


@pytest.mark.parametrize(
    "unclear", [moved(0.4, -0.5, 1.3), None, Moved(refused="direct effect unclear")]
)
def test_a_share_that_may_be_anything_is_not_told_as_a_number(say, found, unclear):
    told = displaced(say, found["M07"], YES, moved=unclear)
    assert say("evaluation.moved_refused") in told and say.percent(0.4) not in told


def test_the_neighbours_effect_is_told_with_its_interval_and_the_rise_it_allows(say, found):
    near = found["M07"].near
    told = displaced(say, found["M07"], YES)
    assert effects.change(say, near) in told
    assert all(say.name(area) in told for area in found["M07"].plan.near)
    assert say("evaluation.near_rise", rise=say.percent(near.high - 1)) in told


def test_a_measure_of_the_whole_city_has_no_neighbours_and_says_so(say, found):
    assert displaced(say, found["M01"], BLUNT).strip() == say("evaluation.no_neighbours")
    assert displaced(say, found["M12"], BLUNT).strip() == say("evaluation.not_asked")


def test_what_could_be_seen_is_told_before_the_measure_and_after(say, found):
    seen = found["M07"].foreseen
    told = evaluations.power(say, found["M07"])
    assert told[0] == effects.could_see(say, found["M07"].effect)
    assert told[1] == say("evaluation.foreseen", fall=say.percent(1 - seen))


def test_a_target_smaller_than_what_could_be_seen_is_told_as_that(say, found):
    def power(hoped, seen):
        plan = replace(found["M07"].plan, hoped=hoped)
        return evaluations.power(say, replace(found["M07"], plan=plan, foreseen=seen))

    unseen = say("evaluation.hoped_unseen", change=say.change(0.75))
    assert unseen in power(0.75, 0.6)
    assert unseen not in power(0.5, 0.6) + power(None, 0.6)
    assert power(0.75, None)[-1] == say("evaluation.foreseen_none")


def test_a_measure_that_has_just_begun_says_what_a_year_will_show(say, early):
    told = evaluations.power(say, early)
    fall = say.percent(1 - early.foreseen)
    assert told[0] == say("evaluation.foreseen_only", fall=fall)


def test_nothing_to_ask_has_no_power_either(say, found):
    assert evaluations.power(say, found["M12"]) == [say("evaluation.not_asked")]


def test_the_table_of_designs_begins_with_the_declared_one(say, found):
    page = BeautifulSoup(str(evaluations.by_design(say, found["M07"], "d").html), "html.parser")
    told = [th.get_text() for th in page.select("tbody th")]
    declared = say("designs.interrupted_with_comparison") + say("effect.declared")
    assert told == [declared, *(say(f"designs.{one}") for one in found["M07"].beside)]


def test_the_smallest_p_that_ten_districts_allow_is_shown(say, found):
    panel = found["M07"].beside["difference"]
    assert panel.smallest_p > 0.05
    page = BeautifulSoup(str(evaluations.by_design(say, found["M07"], "d").html), "html.parser")
    row = next(
        r for r in page.select("tbody tr") if r.th.get_text() == say("designs.difference")
    )  # fmt: skip
    assert row.find_all("td")[2].get_text() == say.p_value(panel.smallest_p)
    assert say("effect.note") in page.get_text()


def test_the_drawn_course_has_its_finding_in_words_and_its_months_as_numbers(say, found):
    page = BeautifulSoup(str(evaluations.course(say, found["M07"], "c").html), "html.parser")
    assert evaluations.in_short(say, found["M07"])[0] in page.img["alt"]
    months = [row.find(["th", "td"]).get_text() for row in page.select("tbody tr")]
    assert months == [str(m) for m in found["M07"].plan.series.months[: found["M07"].plan.end]]


def test_where_nothing_was_estimated_there_is_no_curve_and_no_table(say, found, early):
    for one in (found["M12"], early):
        assert say("evaluation.none") in text(evaluations.course(say, one, "c"))
        assert say("evaluation.none") in text(evaluations.refutations(say, one))
    assert say("why.no_indicator") in text(evaluations.by_design(say, found["M12"], "d"))


def test_every_check_that_was_made_is_told(say, found):
    page = BeautifulSoup(str(evaluations.refutations(say, found["M07"]).html), "html.parser")
    told = {th.get_text() for th in page.select("tbody th")}
    assert told == {say(f"checks.{effects.key(one.check)}") for one in found["M07"].checks}
    assert len(found["M07"].checks) == 11

"""Sentences: the verb follows the interval, and "we cannot tell" is a sentence too."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from analysis.chain.claims import rulings
from analysis.data.results import Results
from analysis.measurement import crime, situation
from analysis.measurement.comparison import LikeForLike, NotComparable
from analysis.measurement.counts import dispersion, usual_range
from analysis.methods import change, screening, trend
from analysis.methods.decomposition import contributions
from analysis.telling import claims, effects, sentences
from analysis.telling.text import words
from analysis.words.estimates import frame
from analysis.words.periods import Period
from analysis.words.verdicts import Verdict
from tests.conftest import count, series

P2016, P2017 = Period.parse("2016"), Period.parse("2017")


@pytest.fixture(scope="module", params=["sv", "en"])
def say(request, read):
    return words(request.param, read)


@pytest.fixture(scope="module")
def sv(read):
    return words("sv", read)


@given(low=st.floats(0.01, 3), width=st.floats(0, 3))
def test_the_verb_follows_the_interval(low, width):
    value = count(low + width / 2, low=low, high=low + width, unit="ratio")
    told = sentences.direction(value)
    assert (told == "fell") == (low + width < 1)
    assert (told == "rose") == (low > 1)
    assert (told == "uncertain") == (low <= 1 <= low + width)
    assert told != "alone"


@given(q=st.floats(0, 1))
def test_after_a_screen_only_the_screen_decides(q):
    value = count(2.0, low=1.5, high=2.5, p=0.001, q=q, unit="ratio")
    assert sentences.direction(value) == ("rose" if q <= 0.05 else "alone")


def test_without_a_value_there_is_no_verb():
    assert sentences.direction(count(None)) == "unknown"


def test_a_count_in_its_usual_range_is_told_as_usual(sv):
    one = series([100, 110, 95, 105, 98, 102, 104], definition="robbery")
    told = sentences.level(sv, one.at(P2017), usual_range(one, P2017))
    assert told.startswith("Rån inkl. grovt: 104 anmälda brott 2017. Det är inom det vanliga (")
    assert told.endswith("räknat på 2011–2016).")


def test_a_missing_count_is_never_told_as_zero(say):
    one = series([5, 6, 7, 8, None], definition="robbery")
    told = sentences.level(say, one.estimates[-1], None)
    assert "0 " not in told
    assert "2015" in told


def test_clearly_is_said_only_after_the_screen(sv):
    one = series([100, 110, 95, 105, 98, 102, 300], definition="robbery")
    now, usual = one.at(P2017), usual_range(one, P2017)
    assert sentences.verdict(sv, now, usual, None) == "fler, kan vara slump"
    judged = count(3.0, low=2.0, high=4.0, p=0.001, q=0.2)
    assert sentences.verdict(sv, now, usual, judged) == "fler, kan vara slump"
    judged = count(3.0, low=2.0, high=4.0, p=0.0001, q=0.01)
    assert sentences.verdict(sv, now, usual, judged) == "fler, tydligt"
    other_way = count(0.4, low=0.2, high=0.6, p=0.0001, q=0.01)
    assert sentences.verdict(sv, now, usual, other_way) == "fler, kan vara slump"


def test_a_change_within_the_noise_says_so_with_both_numbers(sv):
    one = series([48, 46, 56, 52, 31, 39, 21], definition="confirmed shootings")
    told = sentences.change(sv, one.at(P2016), one.at(P2017), change.contrast(one, P2017)[1])
    assert told.startswith("Bekräftade skjutningar: 21 (2017) mot 39 (2016) (−46\u00a0%).")
    assert "går inte att skilja från hur serien brukar variera" in told


def test_beside_cannot_be_told_stands_what_could(sv):
    one = series([48, 46, 56, 52, 31, 39, 21], definition="confirmed shootings")
    told = sentences.contrast(sv, one, *change.contrast(one, P2017))
    assert told[-1] == sv("change.noticed", count="11")
    few = series([2, 3, 1, 2, 3, 2, 1], definition="confirmed shootings")
    assert sentences.contrast(sv, few, *change.contrast(few, P2017))[-1] == sv(
        "change.noticed_none"
    )


def test_the_two_yardsticks_are_told_apart(sv, read):
    one = series([48, 46, 56, 52, 31, 39, 21], definition="confirmed shootings")
    first, second, _ = sentences.contrast(sv, one, *change.contrast(one, P2017))
    assert "oberoende" in first
    assert "p = 0,027" in first
    assert "går inte att skilja från vanlig variation" in second


def test_a_trend_without_enough_years_says_why(say):
    told = sentences.trend(say, trend.trend(series([1, 2, 3], area="stadsdel:131")))
    assert "Angered" in told
    few = {"sv": "färre än fyra år att räkna på", "en": "fewer than four years to go by"}
    assert few[say.language] in told


def test_noise_is_explained_and_not_only_given(sv):
    calm = sentences.noise(sv, dispersion(series([20, 23, 18, 21, 19])))
    wild = sentences.noise(sv, dispersion(series([20, 60, 5, 80, 3])))
    assert "går inte att skilja från oberoende händelser" in calm
    assert "varierar alltså mycket av sig själv" in wild


def test_what_a_change_consisted_of_is_named(sv, read, city):
    items = list(read["crime_items"]["item"])
    whole = crime.reported(read, city, "kommun:1480", items, Period.parse("2015"))
    told = sentences.contribution(
        sv, contributions(whole, read["crime_items"], Period.parse("2015"))
    )
    assert told.startswith("Mellan 2014 och 2015 ökade de anmälda brotten med 12\u00a0114.")
    assert "skadegörelse (12 kap.): 11\u00a0294 fler, 93\u00a0% av hela ökningen" in told
    assert sentences.contribution(sv, []) == sv("contribution.none")


def test_beside_every_none_stands_what_could_have_been_seen(sv, read, city):
    found = crime.all_reported(read, city, crime.headline(read), P2017)
    least = screening.detectable(list(found.values()), P2017)
    unclear = count(1.43, low=1.2, high=1.7, q=0.2, unit="ratio")
    (told,) = sentences.detectable(sv, least, [unclear])
    assert told.startswith("Bara stora ändringar syns bland 160 rader.")
    assert sentences.detectable(sv, [], []) == []


def test_beside_a_clear_change_no_larger_change_is_said_to_be_the_least_that_shows(sv, read, city):
    found = crime.all_reported(read, city, crime.headline(read), P2017)
    least = screening.detectable(list(found.values()), P2017)
    clear = count(1.43, low=1.2, high=1.7, q=0.01, unit="ratio")
    (told,) = sentences.detectable(sv, least, [clear])
    assert "%" not in told
    assert told.startswith("De övriga kan också ha ändrats")


def test_the_op_ed_is_refused_in_words_a_reader_needs(read, city):
    *_, before, after = situation.op_ed(read, city, P2017)
    with pytest.raises(NotComparable) as refusal:
        LikeForLike(before, after)
    assert sentences.refused(words("sv", read), refusal.value) == (
        "15 och 40 får inte ställas mot varandra: 15 gäller det vi läser som januari–september 2017 (9 månader), "
        "40 gäller från 1 januari 2016, slutdag inte angiven (källan säger inte hur lång tid det är)."
    )
    assert sentences.refused(words("en", read), refusal.value).startswith(
        "15 and 40 must not be set against each other: 15 covers what we read as January–September 2017 (9 months)"
    )


def test_a_claim_about_a_cause_is_not_settled_without_a_design(say):
    for claim in ("arrests-cause", "coordinated-effect", "less-safe", "something-else"):
        (verdict,) = rulings([claim], Results(frame([])), [])
        assert (verdict.kind, verdict.ruling) == ("claim", "not identifiable")
        assert len(effects.because(say, verdict).split()) > 8


def test_what_is_told_of_coordinated_measures_says_how_many_must_have_answered(say, read):
    angered, malmo = claims.coordinated(say, read)
    assert say.percent(0.73) in angered and say.percent(0.85) in angered
    assert say.number(87) in angered
    assert "Malmö" in malmo


def test_a_claim_without_words_of_its_own_shows_no_figures(say, read):
    assert claims.shown(say, "arrests-cause", read, Results(frame([])), P2017) == []


def test_next_steps_ask_how_much_the_police_looked(sv):
    more = count(1.62, low=1.2, high=2.0, p=0.0001, q=0.01, definition="drugs", area="stadsdel:139")
    (told,) = sentences.next_steps(sv, [more], {"drugs": "police"}, {}, {})
    assert told.startswith("Fråga först om polisen kontrollerat mer: Narkotikabrott i Lundby")
    (nothing,) = sentences.next_steps(sv, [], {}, {}, {})
    assert nothing == sv("next.none")


def test_what_is_clear_in_a_district_is_not_asked_for_in_all_of_them_as_well(sv):
    clear = {"low": 1.2, "high": 2.0, "p": 0.0001, "q": 0.01}
    there = count(1.9, area="stadsdel:139", **clear)
    all_of_them = count(1.3, area="kommun:1480", series=crime.SUM_OF_DISTRICTS, **clear)
    (told,) = sentences.next_steps(sv, [all_of_them, there], {"assault": "victims"}, {}, {})
    assert "Lundby" in told
    (told,) = sentences.next_steps(sv, [all_of_them], {"assault": "victims"}, {}, {})
    assert sv("next.everywhere") in told
    fewer = count(0.4, low=0.2, high=0.8, p=0.0001, q=0.01, area="stadsdel:139")
    assert len(sentences.next_steps(sv, [all_of_them, fewer], {"assault": "victims"}, {}, {})) == 2


@pytest.mark.parametrize("found_by", ["victims", "police", "both"])
def test_an_analysis_of_causes_that_exists_is_gone_through_again_and_not_asked_for(say, found_by):
    more = count(1.62, low=1.2, high=2.0, p=0.0001, q=0.01, area="stadsdel:139")
    done = {("stadsdel:139", "assault"): ["Bråk på torget"]}
    (told,) = sentences.next_steps(say, [more], {"assault": found_by}, {}, done)
    assert "Bråk på torget" in told
    assert {"sv": "Gör en gemensam", "en": "joint analysis"}[say.language] not in told
    elsewhere = {("stadsdel:140", "assault"): ["Bråk på torget"]}
    (told,) = sentences.next_steps(say, [more], {"assault": found_by}, {}, elsewhere)
    assert "Bråk på torget" not in told


def test_figures_of_the_city_without_a_total_are_not_told_as_no_figures(sv):
    robbery = {"robbery": count(130, definition="robbery")}
    told = sentences.city(sv, robbery, {}, P2017)
    assert told.startswith("Hela stadens totala antal brott 2017 är inte inskrivet.")
    assert sentences.city(sv, {}, {}, P2017).startswith(
        "För 2017 finns ingen siffra för hela staden"
    )
    total = {"total": count(130, definition="total")}
    assert "130 anmälda brott 2017" in sentences.city(sv, total, {}, P2017)


def test_why_there_is_no_rate_is_the_reason_of_the_rate(sv):
    share = count(None, statistic="share of city", note="no figure for the city")
    for note, why in (("no figure", "no_figure"), ("no population", "no_population")):
        rate = count(None, statistic="rate", area="stadsdel:139", note=note)
        assert sv(f"reasons.{why}") in sentences.beside(sv, rate, share)[0]


def test_a_voice_that_is_missing_is_named_with_its_district(sv):
    silent = {"residents": ["stadsdel:140"], "district": ["stadsdel:139", "stadsdel:140"]}
    told = sentences.next_steps(sv, [], {}, silent, {}, places=2)
    assert "Hör invånarna i Norra Hisingen: rösten saknas där." in told
    assert "Hör stadsdelsförvaltningen: rösten saknas helt." in told


def test_a_trend_that_does_not_survive_the_screen_is_told_as_that(sv):
    one = count(
        0.955, low=0.924, high=0.987, p=0.01, q=0.2, unit="ratio per year", area="stadsdel:134"
    )
    told = sentences.trend(sv, one)
    assert "tydlig för sig, men står sig inte när alla prövas samtidigt" in told
    assert "har minskat" not in told


def test_what_is_not_shown_is_not_dismissed(sv, read):
    """ "Cannot be told apart" is no evidence against a claim."""
    unclear = count(
        0.54, low=0.2, high=1.4, unit="ratio", series="annual", area="kommun:1480",
        statistic="change", definition="confirmed shootings", method="change",
    )  # fmt: skip
    (verdict,) = rulings(["shootings-down"], Results(frame([unclear])), [])
    assert (verdict.ruling, verdict.reason) == ("not identifiable", "within noise")
    departures = [
        count(1.1, low=0.8, high=1.4, p=0.4, q=0.9, unit="ratio to usual", area="stadsdel:139")
    ]
    (told,) = claims.local_differences(sv, departures, departures, [], [], P2017)
    assert "0 av 1 " in told
    ranks = [
        count(1.0, low=1.0, high=1.0, statistic="rank", unit="rank", area="stadsdel:134"),
        count(2.0, low=2.0, high=2.0, statistic="rank", unit="rank", area="stadsdel:139"),
    ]
    rates = [count(18.7, area="stadsdel:134"), count(5.1, area="stadsdel:139")]
    level, changes = claims.local_differences(sv, departures, departures, ranks, rates, P2017)
    assert "från 5,10 (Lundby) till 18,7 (Centrum)" in level
    assert changes == told
    (verdict,) = rulings(["local-differences"], Results(frame(ranks)), departures)
    assert (verdict.ruling, verdict.reason) == ("not identifiable", "levels differ")


def test_too_few_earlier_years_are_said_to_be(say):
    assert claims.local_differences(say, [], [], [], [], P2017) == [
        say("claims.local-differences_short")
    ]


def test_the_leaders_table_of_claims_tells_verdict_reason_and_figures(say, read, city):
    shots = situation.shootings(read, city, P2017, **city.settings["shootings"])
    yearly, stated = shots.until(P2017), situation.op_ed(read, city, P2017)
    found = [*shots, *change.contrast(yearly, P2017), *stated, *change.readings(stated, yearly)]
    rows = Results(frame(found))
    ruled = rulings(["shootings-down", "arrests-cause"], rows, [])
    other = Verdict(kind="measure", subject="M1", ruling="supported", reason="clear")
    page = str(claims.table_of(say, [*ruled, other], read, rows, P2017).html)
    first, second = BeautifulSoup(page, "html.parser").select("tbody tr")
    assert first.th.get_text() == say("claims.shootings-down")
    ruling, told = (cell.get_text() for cell in first.find_all("td"))
    assert ruling == say("ruling.not_identifiable")
    assert told.startswith(effects.because(say, ruled[0]))
    assert say.number(43) in told, "the year after the claim is not left out"
    assert second.find_all("td")[1].get_text() == say("why.one_after_the_other")


def test_no_claim_leaves_no_table(say, read):
    other = Verdict(kind="measure", subject="M1", ruling="supported", reason="clear")
    assert str(claims.table_of(say, [other], read, Results(frame([])), P2017).html) == ""


def test_a_find_that_may_be_one_of_coverage_says_so(sv):
    fall = count(0.6, low=0.5, high=0.7, p=0.001, q=0.01, unit="ratio to usual")
    drifted, steady = (
        count(moved, statistic="coverage moved", unit="percentage points") for moved in (-8.0, 1.0)
    )
    assert "En del av skillnaden kan bero på det" in sentences.coverage(sv, fall, drifted)
    assert "vilket inte förklarar skillnaden" in sentences.coverage(sv, fall, steady)


def test_a_share_of_a_change_that_cancels_out_is_not_told(sv):
    parts = [
        count(261.0, statistic="contribution", n=-86.0, reference=P2016),
        count(-161.0, statistic="contribution", n=53.0, reference=P2016, definition="robbery"),
    ]
    told = sentences.contribution(sv, parts)
    assert "261" not in told
    assert "sammanlagt med 33" in told

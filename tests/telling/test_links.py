"""Done, changed and caused never stand for each other; a decision names who can take it."""

from datetime import date

import pytest
from bs4 import BeautifulSoup

from analysis.chain import follow_up, indicators, law, orphans
from analysis.chain.links import chain, rows_on
from analysis.measurement import voices
from analysis.telling import brief, effects, joint, links, plain
from analysis.telling.text import words
from analysis.words.periods import Period
from analysis.words.verdicts import Verdict
from tests.conftest import count

Q3, ON = Period.parse("2017Q3"), date(2017, 9, 30)
ANGSVIK, CITY = "stadsdel:1502", "kommun:9999"


@pytest.fixture(scope="module")
def sv(made_up_tables):
    return words("sv", made_up_tables)


@pytest.fixture(scope="module")
def newest(made_up, made_up_tables):
    areas = [a.area_id for a in made_up_tables["measures"].itertuples()]
    return [
        e
        for a in dict.fromkeys(areas)
        for e in indicators.newest(made_up_tables, made_up, a, Q3, [])
    ]


@pytest.fixture(scope="module")
def done(made_up_tables):
    ids = made_up_tables["measures"].measure_id
    return [follow_up.process(made_up_tables, one, Q3) for one in ids]


def rows(sheet):
    page = BeautifulSoup(str(sheet.html), "html.parser")
    return {
        row.th.get_text(): [c.get_text(" ") for c in row.find_all("td")]
        for row in page.tbody.find_all("tr")
    }


def test_without_an_evaluation_no_measure_is_said_to_have_worked(sv, made_up_tables, newest, done):
    measures = rows_on(made_up_tables, ON)["measures"]
    found = follow_up.results(made_up_tables, newest)
    sheet = links.followed(sv, measures, done, found, [], [], "f")
    told = rows(sheet)
    assert len(told) == len(measures) == 14
    assert {row[2] for row in told.values()} == {"inte utvärderat"}
    page = str(sheet.html)
    assert not any(word in page for word in ("effekt", "tack vare", "ledde till"))
    assert sv("evaluation.family", n="0") not in page


@pytest.mark.parametrize("language", ["sv", "en"])
def test_whether_it_was_the_measure_is_verdict_and_estimate(made_up_tables, done, language):
    say = words(language, made_up_tables)
    measures = rows_on(made_up_tables, ON)["measures"]
    effect = {"statistic": "effect", "unit": "ratio", "method": "interrupted_with_comparison"}
    caused = [
        count(0.65, low=0.44, high=0.95, series="M07", **effect),
        count(0.40, low=0.30, high=0.50, series="M07 near", **effect),
        count(None, note="no indicator", series="M12", **effect),
    ]
    told = {"kind": "measure", "ruling": "not identifiable"}
    ruled = [
        Verdict(**told | {"subject": "M07", "ruling": "supported", "reason": "clear"}),
        Verdict(**told, subject="M12", reason="no indicator"),
        Verdict(**told | {"subject": "M03", "kind": "cause", "reason": "no design"}),
    ]
    sheet = links.followed(say, measures, done, {}, ruled, caused, "f")
    cells = {name: row[2] for name, row in rows(sheet).items()}
    titles = measures.set_index("measure_id")[f"title_{language}"]
    interval = say.to(say.change(0.44), say.change(0.95))
    with_interval = say("effect.with_interval", change=say.change(0.65), interval=interval)
    assert with_interval in cells[titles["M07"]]
    assert cells[titles["M07"]].startswith(effects.first_up(say("ruling.supported")))
    assert say.change(0.40) not in cells[titles["M07"]], "the neighbours' effect is not its own"
    assert cells[titles["M12"]].endswith(say("why.no_indicator"))
    assert cells[titles["M03"]] == say("follow.not_evaluated")
    assert say("evaluation.family", n="1") in str(sheet.html)


def test_each_answer_has_its_own_words(sv, made_up_tables, newest, done):
    measures = rows_on(made_up_tables, ON)["measures"]
    found = follow_up.results(made_up_tables, newest)
    told = rows(links.followed(sv, measures, done, found, [], [], "f"))
    doors = told["Säkerhetsdörrar i hyreshusen"]
    assert doors[0] == "39\xa0% av det planerade är gjort i de 11 månader som rapporterats"
    assert "En del av tiden ligger före åtgärden, så något resultat finns inte än" in doors[1]
    workers = told["Fältarbetare på torget på kvällar och helger"]
    assert (
        "165 (2015), 141 (2016), går inte att skilja från vanlig variation. En minskning till 111 hade synts"
        in workers[1]
    )
    assert told["Fältarbetare söker upp unga med hög frånvaro"][1] == "inget mått"
    assert "utgångsvärde saknas" in told["Kommunpolis i centrum med öppen mottagning"][1]
    assert (
        told["Personal på torget efter skjutningen"][0]
        == "inget har rapporterats om vad som gjorts"
    )


def test_no_measure_of_the_leaders_is_not_told_as_no_measure(sv, made_up_tables):
    none = made_up_tables["measures"].iloc[:0]
    assert "ingen åtgärd är inskriven" in str(links.followed(sv, none, [], {}, [], [], "f").html)
    told = str(links.followed(sv, none, [], {}, [], [], "f", elsewhere=3).html)
    assert "ingen åtgärd är inskriven" not in told
    assert "De andra (3)" in told


def test_an_analysis_is_known_by_its_area_and_the_crime_that_it_rests_on(sv, made_up_tables):
    found = links.analysed(sv, made_up_tables, ON)
    assert found[ANGSVIK, "assault"] == ["Misshandel bland unga på torget på helgkvällar"]
    assert (ANGSVIK, "drugs") not in found
    assert {item for _, item in found} <= set(made_up_tables["crime_items"]["item"])
    assert not links.analysed(sv, made_up_tables, date(1990, 1, 1))


def test_a_loose_end_names_its_owner_and_a_whole_chain_says_so(sv, made_up_tables):
    loose = orphans.orphans(made_up_tables, ON, ANGSVIK)
    told = links.loose_ends(sv, loose)
    assert (
        told[0]
        == "Orsaken ”Äldre lockar med snabba pengar” bygger inte på något underlag. Ansvarig: Chef för socialtjänsten, Ängsvik."
    )
    assert links.loose_ends(sv, []) == [sv("chain.whole")]
    whole = chain(made_up_tables, ANGSVIK, ON)
    assert links.how_many_loose(sv, whole, loose)[0].startswith("2 saker saknas")
    assert links.how_many_loose(sv, whole, loose[:1]) == [sv("chain.count_one")]


def test_the_picture_of_the_chain_has_its_loose_ends_in_words(sv, made_up_tables):
    whole, loose = chain(made_up_tables, ANGSVIK, ON), orphans.orphans(made_up_tables, ON, ANGSVIK)
    page = BeautifulSoup(str(links.picture(sv, whole, loose, "chain").html), "html.parser")
    assert "saknar mått" in page.img["alt"]
    linked = [[c.text for c in r.find_all(["th", "td"])] for r in page.tbody.find_all("tr")]
    assert [
        "Problem",
        "Unga dras in i narkotikahandeln",
        "Orsak",
        "Äldre lockar med snabba pengar",
    ] in linked
    assert len(linked) >= len(whole.edges)


def test_a_measure_that_answers_the_whole_city_says_which_problem(sv, made_up_tables):
    told = links.answers_the_city(sv, made_up_tables, chain(made_up_tables, ANGSVIK, ON))
    assert told == [
        "”Personal på torget efter skjutningen” svarar på ett problem i hela staden: ”Skjutningar mellan kriminella grupper”."
    ]


def test_what_leaders_can_decide_comes_from_law_and_registers(sv, made_up, made_up_tables, done):
    duties = law.checklist(made_up_tables, made_up, ON)
    loose, measures = orphans.orphans(made_up_tables, ON), rows_on(made_up_tables, ON)["measures"]
    told = links.to_decide(
        sv, duties, loose, measures, done, {"stadsdel:1507": ["våld och hot"], ANGSVIK: []}
    )
    assert [t.split(":")[0] for t in told] == [
        "Besluta nytt", "Bestäm vem som ansvarar för", "Begär besked om ”Säkerhetsdörrar i hyreshusen”",
        "Ta upp Granängen mellan er", "Se till att ”Samlad tillsyn på kajen mot narkotika” följs upp",
    ]  # fmt: skip


def test_research_that_was_not_found_is_said_not_to_be(sv, made_up_tables):
    page = str(links.all_causes(sv, made_up_tables, ANGSVIK, ON).html)
    assert "ingen studie hittad" in page and "annan förklaring" in page
    assert "inget prioriterat problem" in str(
        links.all_causes(sv, made_up_tables, "stadsdel:1510", ON).html
    )


def test_a_short_measure_is_told_once_with_its_days(sv, made_up_tables):
    told = links.news(sv, made_up_tables, [ANGSVIK], Q3)
    assert told == [
        "Kortvarig åtgärd 3 september 2017–30 september 2017: Personal på torget efter skjutningen (Trygghetssamordnare, Ängsvik)."
    ]
    assert links.news(sv, made_up_tables, [ANGSVIK], Period.parse("2014Q2")) == [sv("news.none")]


def test_the_law_of_a_city_with_public_figures_alone_shows_what_they_cannot_fill(read, city):
    duties = law.checklist(read, city, date(2017, 12, 31))
    told = rows(links.law(words("sv", read), duties, "law"))
    assert told["Kartläggning av brottsligheten"][0] == "delvis"
    assert (
        "siffror om anmälda brott till och med 2017, men inget beslutat dokument"
        in told["Kartläggning av brottsligheten"][1]
    )
    unknown = [row for row in told.values() if row[0] == "okänt"]
    assert len(unknown) == 5
    assert {row[1] for row in unknown} == {"inget dokument är inskrivet"}
    assert not links.to_decide(words("sv", read), duties, [], read["measures"], [], {})


def test_a_brief_without_an_end_date_says_so(sv, made_up_tables):
    row = brief.event(made_up_tables, "A2017-01")
    assert "till och med 30 september 2017" in brief.presence(sv, row)
    assert brief.presence(sv, row._replace(presence_until=None)) == sv("acute.no_end")
    assert brief.presence(sv, row._replace(presence_from=None)) == sv("acute.no_presence")
    assert (
        brief.what(sv, row)[0]
        == "Det gäller: bekräftad skjutning, Ängsvik, 2 september 2017 klockan 21.40."
    )
    assert brief.window(sv, row, 14) == "14 dagar efter händelsen är 16 september 2017."


def test_residents_are_told_of_the_event_and_only_where_and_when_it_was(sv, made_up_tables):
    (told,) = plain.events(sv, made_up_tables, ANGSVIK, Q3)
    assert told.startswith("Den 2 september 2017: Polisen har bekräftat flera skott")
    assert plain.events(sv, made_up_tables, ANGSVIK, Period.parse("2017Q2")) == []
    assert plain.events(sv, made_up_tables, "stadsdel:1501", Q3) == []


def test_residents_read_what_was_done_and_that_why_is_not_known(sv, made_up_tables, newest, done):
    measures = rows_on(made_up_tables, ON, ANGSVIK)["measures"]
    did = plain.did(sv, measures, done)
    assert "Vi har ingen uppgift om vad som gjorts." in did[1]
    happened = plain.happened(sv, measures, follow_up.results(made_up_tables, newest))
    assert happened[-1] == sv("resident.not_known")
    assert plain.did(sv, measures.iloc[:0], done) == [sv("resident.did_nothing")]


def test_residents_read_that_few_reports_are_not_few_problems(sv):
    assert plain.reported(sv, [])[1] == sv("resident.hidden")


def test_the_same_facts_are_told_in_english(made_up_tables, newest, done):
    en = words("en", made_up_tables)
    measures = rows_on(made_up_tables, ON, ANGSVIK)["measures"]
    found = follow_up.results(made_up_tables, newest)
    told = rows(links.followed(en, measures, done, found, [], [], "f"))
    assert (
        "165 (2015), 141 (2016), cannot be told from usual variation"
        in told["Field workers on the square in evenings and at weekends"][1]
    )


def test_a_voice_that_has_not_rated_is_not_told_as_seeing_no_problem(sv, made_up, made_up_tables):
    rated = voices.ratings(made_up_tables, made_up, "stadsdel:1506", Q3)
    told = plain.saw(sv, joint.sights(rated), rated)
    assert told[0] == "Invånarna har inte bedömt hur stora problemen är."
    assert told[1].startswith("Polisen ser")
    assert told[2] == "Stadsdelsförvaltningen har inte bedömt hur stora problemen är."

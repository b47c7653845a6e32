"""Three voices on a page: a silent one is silent, and nobody is counted in who was not there."""

from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.measurement import residents, voices
from analysis.methods import agreement
from analysis.telling import joint
from analysis.telling.text import words
from analysis.words.estimates import Estimate
from analysis.words.periods import Period
from tests.conftest import count

Q3 = Period.parse("2017Q3")
ANGSVIK, SILENT, GRANANGEN = "stadsdel:1502", "stadsdel:1506", "stadsdel:1507"
FACTS = {"scheme": "stadsdel_2015", "period": Q3, "source": "exempelstad"}


@pytest.fixture(scope="module")
def sv(made_up_tables):
    return words("sv", made_up_tables)


@pytest.fixture(scope="module")
def rated(made_up, made_up_tables):
    areas = (ANGSVIK, SILENT, GRANANGEN)
    return {a: voices.ratings(made_up_tables, made_up, a, Q3) for a in areas}


def plain(sheet):
    page = BeautifulSoup(str(sheet.html), "html.parser")
    for closed in page.select("details"):
        closed.extract()
    return " ".join(page.get_text(" ").split())


def cells(sheet):
    page = BeautifulSoup(str(sheet.html), "html.parser")
    return [
        [c.get_text(" ") for c in row.find_all(["th", "td"])] for row in page.tbody.find_all("tr")
    ]


def agreed(rated, area):
    wide = voices.side_by_side(rated[area])
    found = [f(wide, seed=1, area=area, **FACTS) for f in (agreement.kendall, agreement.by_chance)]
    return [found[:1], [e for e in found[1:] if e.known], joint.sights(rated[area])]


def test_what_the_voices_part_on_comes_before_how_alike_they_are(sv, rated):
    told = joint.agreement(sv, *agreed(rated, GRANANGEN))
    assert told[0].startswith("Öppen narkotikahandel: invånarna ser ett stort problem, polisen")
    assert told[2].startswith("Sammantaget, de nämnda problemen inräknade, är rösterna mer överens")
    assert "slumpen ger 0,33" in told[2]


def test_voices_that_agree_are_said_to_and_no_problem_parts_them(sv, rated):
    told = joint.agreement(sv, *agreed(rated, ANGSVIK))
    assert told[0].startswith("Rösterna är i stort överens")
    assert told[1] == sv("joint.none_apart")


def test_a_voice_that_rated_nothing_is_named_and_not_put_among_those_who_see_nothing(sv, rated):
    told = joint.agreement(sv, *agreed(rated, SILENT))
    assert "färre än två röster har bedömt problemen" in told[0]
    assert [t for t in told if "stadsdelsförvaltningen har inte bedömt" in t]
    assert not [t for t in told if "ett litet eller inget" in t]
    table = joint.by_district(sv, *agreed(rated, SILENT)[:2], rated[SILENT], "agreement")
    assert cells(table)[0][2] == "kan inte jämföras"


def test_the_figure_says_in_words_what_it_shows(sv, rated):
    sheet = joint.ratings(sv, rated[GRANANGEN], joint.sights(rated[GRANANGEN]), "ratings")
    alt = BeautifulSoup(str(sheet.html), "html.parser").img["alt"]
    assert "invånarna ser ett stort problem" in alt
    nobody = [
        replace(e, value=None, status="not available", note="voice missing") for e in rated[ANGSVIK]
    ]
    assert "ingen av rösterna har bedömt" in plain(joint.ratings(sv, nobody, [], "ratings"))


def test_nobody_is_counted_in_who_did_not_agree_and_an_old_focus_says_so(sv):
    rows = pd.DataFrame(
        {
            "rank": [1],
            "theme": ["youth"],
            "agreed_by": ["residents police"],
            "decided": [pd.Timestamp("2017-03-20")],
        }
    )
    sheet = joint.focus(sv, rows, Q3)
    assert cells(sheet) == [
        ["1", "Unga i riskzonen", "invånarna och polisen", "stadsdelsförvaltningen"]
    ]
    assert sv("joint.focus_old") in plain(sheet)
    assert sv("joint.focus_old") not in plain(joint.focus(sv, rows, Period.parse("2017Q1")))
    assert "ingen gemensam inriktning" in plain(joint.focus(sv, rows.iloc[:0], Q3))


def test_what_nobody_noted_is_not_told_as_none(sv, made_up, made_up_tables):
    noted = voices.observations(made_up_tables, made_up, ANGSVIK, Q3.twelve_months)
    rows = cells(joint.observations(sv, noted, "observations"))
    assert {cell for row in rows for cell in row[1:]} >= {"–"}
    assert "0" not in {cell for row in rows for cell in row[1:]}
    assert "vilket inte är detsamma som att inget hänt" in plain(
        joint.observations(sv, [], "observations")
    )


def share(value=55.0, **about) -> Estimate:
    facts = {
        "statistic": "survey share", "definition": "safe_evening", "low": 48.0, "high": 62.0,
        "unit": "%", "n": 265, "area": ANGSVIK, "scheme": "stadsdel_2015",
        "period": Period.parse("2017-03-13..2017-05-14"), "source": "exempelstad",
        "method": "survey_design", "series": "enkät B",
    } | about  # fmt: skip
    return Estimate(value=value, **facts)


def change(**about):
    return share(
        10.0, low=1.0, high=19.0, statistic="survey change", method="survey_change", **about
    )


def test_a_survey_answer_brings_its_answers_interval_city_and_change(sv, made_up_tables):
    sheet = joint.residents(
        sv,
        made_up_tables,
        [share()],
        [change(p=0.03, q=0.4)],
        [share(67.0, low=65.0, high=69.0)],
        ANGSVIK,
        "s",
    )
    (row,) = cells(sheet)
    assert "”mycket trygg” eller ”ganska trygg”" in row[0]
    assert row[1:] == [
        "55\xa0%",
        "48\xa0% till 62\xa0%",
        "265",
        "67\xa0%",
        "+10 procentenheter (+1 till +19), kan vara slump",
    ]


def test_clearly_is_said_of_a_change_only_after_the_screen(sv, made_up_tables):
    def told(q):
        sheet = joint.residents(
            sv, made_up_tables, [share()], [change(p=0.03, q=q)], [], ANGSVIK, "s"
        )
        return cells(sheet)[0][-1]

    assert told(0.04).endswith("tydligt")
    assert told(0.06).endswith("kan vara slump")


def test_a_held_back_answer_says_why_and_shows_no_number(sv, made_up_tables):
    held = share(None, low=None, high=None, n=None, status="suppressed", note="too few answers")
    sheet = joint.residents(sv, made_up_tables, [held], [], [], ANGSVIK, "s")
    assert cells(sheet)[0][1:] == ["skyddat, för få svar", "..", "..", "..", ".."]


def test_why_waves_are_not_compared_is_said_once(sv, made_up, made_up_tables):
    _, refused = residents.changes(
        residents.shares(made_up_tables, made_up, ANGSVIK, Period.parse("2015"))
    )
    told = joint.refusals(sv, refused)
    assert len(refused) == 6 and len(told) == 1
    assert "enkäten gjordes på ett annat sätt" in told[0]


def moved(value, q, area=ANGSVIK):
    return count(
        value, "2017Q3", statistic="since last", area=area, low=value * 0.9, high=value * 1.1,
        reference=Period.parse("2017Q2"), p=q / 2, q=q, unit="ratio to last report", definition="k12",
    )  # fmt: skip


def test_only_what_survives_is_told_as_changed_and_only_here(sv):
    told = joint.since(sv, [moved(1.6, 0.01), moved(0.4, 0.01, GRANANGEN)], None, ANGSVIK)
    assert (
        len(told) == 1
        and "Ängsvik: Skadegörelse (12 kap.) har ökat sedan andra kvartalet 2017" in told[0]
    )
    none = joint.since(sv, [moved(1.6, 0.2)], None, ANGSVIK)
    assert none == [sv("since.none", area="Ängsvik", period="andra kvartalet 2017", n="1")]
    assert joint.since(sv, [], None) == [sv("since.first")]


def test_nothing_new_beside_a_clear_departure_is_said_to_be_no_contradiction(sv):
    clear, unclear = (count(1.4, area=ANGSVIK, low=1.1, high=1.7, q=q) for q in (0.01, 0.2))
    still = [moved(1.6, 0.2)]
    none = joint.since(sv, still, None, ANGSVIK)
    assert joint.since(sv, still, None, ANGSVIK, [unclear]) == none
    assert joint.since(sv, still, None, ANGSVIK, [clear]) == [
        *none, sv("since.both", period="andra kvartalet 2017"),
    ]  # fmt: skip
    (told,) = joint.since(sv, [moved(1.6, 0.01)], None, ANGSVIK, [clear])
    assert "har ökat" in told


@pytest.mark.parametrize(("years", "why"), [(0, "no_register"), (2, "too_few_years")])
def test_no_wheel_without_events_is_for_want_of_events_and_not_of_years(sv, years, why):
    shares = pd.DataFrame({"month": range(1, 13), "share": [float("nan")] * 12, "years": years})
    assert sv(f"reasons.{why}") in plain(joint.wheel(sv, shares, Q3, "wheel"))


def test_a_revision_is_told_with_both_figures_and_is_no_rise_in_crime(sv):
    now = count(
        1.052,
        "2017Q2",
        statistic="revision",
        definition="total",
        n=252.0,
        vintage="2017-07-15",
        area=ANGSVIK,
    )
    (_, told) = joint.since(sv, [moved(1.0, 0.9)], [now], ANGSVIK)
    assert "252" in told and "265" in told and "15 juli 2017" in told
    assert "Det betyder inte att brotten ökat" in told
    (_, none) = joint.since(sv, [moved(1.0, 0.9)], [], ANGSVIK)
    assert none == sv("since.no_edition")


def hour(definition, value, note=""):
    status = "suppressed" if value is None else "final"
    note = note or ("too few events" if value is None else "")
    return Estimate(
        statistic="hour count", definition=definition, value=value, n=value, unit="events",
        area=ANGSVIK, scheme="stadsdel_2015", period=Q3, status=status, note=note, method="hours",
    )  # fmt: skip


def test_held_back_hours_are_few_and_a_peak_is_named(sv):
    parts = ("night", "morning", "afternoon", "evening")
    hours = [
        hour(f"{day} {part}", None if part == "night" else 10.0)
        for day in range(7)
        for part in parts
    ]
    assert "Ingen tid på veckan sticker tydligt ut." in plain(joint.week(sv, hours, "hours"))
    peak = [replace(e, note="stands out") if e.definition == "4 evening" else e for e in hours]
    sheet = joint.week(sv, peak, "hours")
    assert "Tydligt fler: fre kväll 18–24." in plain(sheet)
    table = BeautifulSoup(str(sheet.html), "html.parser").table
    assert {c.text for c in table.tbody.find_all("tr")[0].find_all("td")} == {"få"}
    held = [hour("0 night", None)]
    assert "för få händelser" in plain(joint.week(sv, held, "hours"))
    assert "inget räknas på egna händelser" in plain(joint.week(sv, [], "hours"))


def test_places_of_few_events_are_few(sv):
    at = [
        Estimate(
            statistic="place count", definition="total", value=value, n=value, unit="events",
            area="delomrade:021", scheme="delomrade", period=Period.parse(f"{year}Q3"),
            status="final" if value else "suppressed", note="" if value else "too few events",
        )
        for year, value in ((2016, 20.0), (2017, None))
    ]  # fmt: skip
    assert cells(joint.places(sv, at, Q3, "places")) == [["Ängsvik Norr", "20", "få"]]

"""Kolada is asked in parts it allows, read to the last page, and never believed half."""

import json

import pytest

from analysis.data.fetching import kolada
from analysis.data.fetching.client import NoAnswer
from analysis.data.formats.kolada import Page
from analysis.words.questions import NotFetched, WrongQuestion
from tests.data.fetching.loopback import Bad, Quick, played
from tests.data.fetching.plays import kolada as play

ASK = play.RECORD["fetch"]["ask"]


def asked(loop, base: str = "", **change):
    return kolada.answers(Quick(kolada.PROVIDER, base or loop.base, "a@b.se"), ASK | change)


def figures(answers) -> list[dict]:
    return [one for answer in answers for one in answer.json()["values"]]


def edited(**change):
    """A day on which parts of an answer are others."""
    return Bad(change=lambda body: json.dumps(json.loads(body) | change).encode())


def test_every_page_is_read_on_our_address_whichever_host_it_names():
    with played(play.answer) as loop:
        answers = asked(loop)
    assert figures(answers) == play.FIGURES
    assert [path.partition("?")[0] for _, path, *_ in loop.asked] == [
        "/kpi/N1,N2,N3",
        "/municipality",
        "/data/kpi/N1,N2,N3/municipality/1480,1481/year/2023,2024",
        "/data/kpi/N1,N2,N3/municipality/1480,1481/year/2023,2024",
    ]
    assert "per_page=5000" in loop.asked[2][1]


def test_the_address_of_version_3_is_kept_before_each_page():
    def under_v3(method, path, body):
        return play.answer(method, path.removeprefix("/v3"), body) if path[:4] == "/v3/" else None

    with played(under_v3) as loop:
        assert figures(asked(loop, base=loop.base + "/v3/")) == play.FIGURES


def test_no_call_asks_for_more_than_25_of_anything_and_all_are_asked_for():
    codes, years = [f"{code:04}" for code in range(1, 61)], list(range(1990, 2020))

    def answer(method, path, body):
        told = play.listed({c: "" for c in codes}) if path.startswith("/municipality") else None
        return json.dumps(told).encode() if told else play.answer(method, path, body)

    with played(answer) as loop:
        asked(loop, municipality=codes, year=years)
    parts = [path.partition("?")[0].split("/")[3:] for _, path, *_ in loop.asked[2:]]
    assert len(parts) == 3 * 2
    assert all(len(ids.split(",")) <= 25 for part in parts for ids in part)
    pairs = [
        (code, year)
        for _, _, areas, _, spans in parts
        for code in areas.split(",")
        for year in spans.split(",")
    ]
    assert sorted(pairs) == [(code, str(year)) for code in codes for year in years]


def test_many_key_figures_are_looked_up_25_at_a_time():
    ids = [f"N{number}" for number in range(60)]

    def answer(method, path, body):
        kind, part = path.partition("?")[0].split("/")[1:3] if path[1] == "k" else ("", "")
        told = play.listed({code: "" for code in part.split(",")})
        return json.dumps(told).encode() if kind else play.answer(method, path, body)

    with played(answer) as loop:
        asked(loop, kpi=ids)
    looked_up = [path for _, path, *_ in loop.asked if path.startswith("/kpi/")]
    assert [path.count("N") for path in looked_up] == [25, 25, 10]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kpi": ["N1", "N7609"]}, "Kolada has no kpi N7609: look for its id on kolada.se"),
        ({"municipality": ["1480", "1408"]}, "Kolada has no municipality 1408: 1480 is a"),
        ({"kpi": "N1"}, "kpi of ask must be a list"),
        ({"year": []}, "ask lacks year"),
        ({"year": ["2024/../x"]}, "year of ask must be a list"),
        ({"gender": ["T"]}, "part of ask 'gender'"),
    ],
)
def test_a_wrong_question_is_answered_before_any_figure_is_asked_for(change, told):
    with played(play.answer) as loop, pytest.raises(WrongQuestion, match=told):
        asked(loop, **change)
    assert not any(path.startswith("/data") for _, path, *_ in loop.asked)


@pytest.mark.parametrize("call", [1, 2, 3, 4])
@pytest.mark.parametrize("bad", [Bad(status=404), Bad(change=play.change), edited(count=4)])
def test_a_failed_part_fails_the_whole(call, bad):
    with played(play.answer, {call: bad}) as loop, pytest.raises(NotFetched):
        asked(loop)


def test_a_page_that_is_shorter_than_it_says_is_told():
    shorter = edited(values=play.FIGURES[3:4])
    with (
        played(play.answer, {4: shorter}) as loop,
        pytest.raises(NotFetched, match="answered with 4 values where Kolada says 5, 5: a part is"),
    ):
        asked(loop)


def test_a_last_page_that_is_not_named_is_missed():
    with (
        played(play.answer, {3: edited(next_url=None)}) as loop,
        pytest.raises(NotFetched, match="answered with 3 values where Kolada says 5"),
    ):
        asked(loop)


def test_counts_may_be_those_of_each_page():
    with played(play.answer, {3: edited(count=3), 4: edited(count=2)}) as loop:
        assert figures(asked(loop)) == play.FIGURES


def test_an_answer_about_something_else_is_not_used():
    others = edited(values=[play.figure("N1", "0180", 2023, play.number("T", 3))], count=1)
    with (
        played(play.answer, {3: others}) as loop,
        pytest.raises(NotFetched, match=r"N1, 0180, 2023.* was not asked for"),
    ):
        asked(loop, year=[2023], kpi=["N1"])


def test_pages_that_name_each_other_have_no_end():
    def endless(method, path, body):
        told = json.loads(play.answer(method, path, body))
        if path.startswith("/data"):
            told["next_url"] = "https://api.kolada.se/v3" + path
        return json.dumps(told).encode()

    with played(endless) as loop, pytest.raises(NotFetched, match="it has no end"):
        asked(loop)
    assert len(loop.asked) == 4


@pytest.mark.parametrize("named", ["https://api.kolada.se/v3/ou/1?page=2", "data", "/v3/data"])
def test_a_next_page_of_something_else_is_not_followed(named):
    with (
        played(play.answer, {3: edited(next_url=named)}) as loop,
        pytest.raises(NotFetched, match="which is no page of it"),
    ):
        asked(loop)
    assert len(loop.asked) == 3


def test_version_2_is_said_to_be_closed():
    with (
        played(play.answer, {1: Bad(status=410, said=b"Gone")}) as loop,
        pytest.raises(
            NoAnswer, match=r"Version 2 of Kolada is closed .*write https://api\.kolada\.se/v3"
        ),
    ):
        asked(loop)
    assert len(loop.asked) == 1


def test_another_refusal_is_told_as_it_came():
    with played(play.answer, {1: Bad(status=403)}) as loop, pytest.raises(NoAnswer) as told:
        asked(loop)
    assert "status 403" in str(told.value) and "Version 2" not in str(told.value)


def test_the_pause_that_kolada_is_given_is_held():
    with played(play.answer) as loop:
        asked(loop)
    assert Quick.waits == [0.2] * (len(loop.asked) - 1)


def test_a_page_without_a_word_on_the_next_is_the_last():
    assert Page.model_validate({"count": 0, "values": []}).next_url is None

"""A city's own database is asked in its own words, and answers whole or not at all."""

import json

import pytest

from analysis.data.fetching import pxweb1
from analysis.data.formats import pxjson
from analysis.data.formats.answers import Answer, pack
from analysis.words.questions import NotFetched, WrongQuestion
from tests.conftest import SHARED
from tests.data.fetching.loopback import Bad, Quick, played
from tests.data.fetching.plays import goteborg

ASK = goteborg.RECORD["fetch"]["ask"]
RECORDED = SHARED / "data" / "recorded_formats" / "pxweb_v1_goteborg"
needs_data = pytest.mark.skipif(
    not RECORDED.exists(), reason="the shared recordings of real answers are not here"
)


def asked(loop, ask=ASK, base="") -> list[Answer]:
    return pxweb1.answers(Quick(pxweb1.PROVIDER, base or loop.base, "a@b.se"), ask)


def choosing(**query) -> dict:
    return {**ASK, "query": ASK["query"] | query}


def test_a_table_is_asked_for_in_its_own_words():
    with played(goteborg.answer) as loop:
        (answer,) = asked(loop)
    assert json.loads(answer.asked) == {
        "query": [
            {"code": "Område", "selection": {"filter": "item", "values": ["00 Göteborg"]}},
            {"code": "Ålder", "selection": {"filter": "agg:Alla.agg", "values": ["0-2 år"]}},
            {"code": "År", "selection": {"filter": "item", "values": ["2023", "2024"]}},
        ],
        "response": {"format": "json"},
    }
    assert answer.content.startswith(b"\xef\xbb\xbf")


def test_a_path_goes_out_percent_encoded():
    with played(goteborg.answer) as loop:
        asked(loop)
    start = "/1.%20G%C3%B6teborg%20och%20dess%20delomr%C3%A5den/Kommun/"
    assert all(path.startswith(start) for _, path, *_ in loop.asked)
    assert [path.endswith("?config") for _, path, *_ in loop.asked] == [False, True, False]


def test_a_table_over_the_limit_comes_in_parts_that_are_whole_together(tmp_path):
    everything = choosing(**{"Ålder": ["*"], "Kön": ["*"], "År": ["*"]})
    with played(goteborg.answer) as loop:
        answers = asked(loop, everything)
    file = tmp_path / "batch.zip"
    file.write_bytes(pack(answers, "free", 0))
    received = pxjson.read([file], {})
    assert len(answers) == 6
    assert len(received.rows.drop_duplicates(["Område", "Ålder", "Kön", "År"])) == 3 * 2 * 3
    assert received.rejected.empty


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (choosing(**{"År": ["2032"]}), "code of År '2032'.*Allowed: 2022, 2023, 2024"),
        (choosing(**{"Alder": ["0 år"]}), "variable of 10_Påhittad.px 'Alder'.*'Ålder'"),
        (choosing(**{"Ålder": ["0-2 år"]}), "code of Ålder '0-2 år'"),
        (choosing(**{"Område": ["top(1)"]}), "counts along time, which Område is not"),
        (
            choosing(**{"Ålder": {"filter": "agg:Alla.agg", "values": ["*"]}}),
            r"codes of Ålder are not listed, so \* cannot be counted",
        ),
        (
            choosing(**{"Ålder": {"filter": "top", "values": ["2"]}}),
            "have a filter that starts with agg: or vs:",
        ),
        ({"path": ASK["path"], "query": {"År": ["2024"]}}, "needs a choice of Område, Ålder"),
        ({"query": ASK["query"]}, "ask lacks path"),
    ],
)
def test_a_wrong_question_is_answered_before_any_data_are_asked_for(ask, told):
    with played(goteborg.answer) as loop, pytest.raises(WrongQuestion, match=told):
        asked(loop, ask)
    assert all(method == "GET" for method, *_ in loop.asked)


BAD_DAYS = {
    "500 then 200": Bad(status=500),
    "429": Bad(status=429, headers={"Retry-After": "7"}),
    "cut": Bad(cut=True),
    "empty": Bad(empty=True),
}


@pytest.mark.parametrize("call", (1, 2, 3))
@pytest.mark.parametrize("day", BAD_DAYS)
def test_a_bad_moment_is_tried_again_and_loses_nothing(call, day):
    with played(goteborg.answer) as loop:
        good = [answer.content for answer in asked(loop)]
    with played(goteborg.answer, {call: BAD_DAYS[day]}) as loop:
        assert [answer.content for answer in asked(loop)] == good


@pytest.mark.parametrize("call", (1, 2, 3))
@pytest.mark.parametrize("bad", [Bad(change=goteborg.change), Bad(charset="cp1252")])
def test_an_answer_of_another_shape_or_charset_is_not_used(call, bad):
    with (
        played(goteborg.answer, {call: bad}) as loop,
        pytest.raises(NotFetched, match="An answer cannot be used"),
    ):
        asked(loop)
    assert len(loop.asked) == call


def test_an_answer_without_a_year_that_was_asked_for_is_not_used():
    def less(body):
        told = json.loads(body.decode("utf-8-sig"))
        return json.dumps(told | {"data": told["data"][:1]}).encode()

    with (
        played(goteborg.answer, {3: Bad(change=less)}) as loop,
        pytest.raises(NotFetched, match="answered without År 2024"),
    ):
        asked(loop)


def test_what_is_counted_is_found_among_the_columns():
    answer = Answer("http://a", b"", "")
    told = {
        "columns": [
            {"code": "Tid", "text": "år", "type": "t"},
            {"code": "N1", "text": "Folkmängd", "type": "c"},
            {"code": "N2", "text": "Folkökning", "type": "c"},
        ],
        "data": [{"key": ["2024"], "values": ["1", "2"]}],
    }
    cells = pxjson.Table.model_validate(told).cells()
    pxweb1.complete(answer, cells, {"Tid": ["2024"], "ContentsCode": ["N1", "N2"]})
    with pytest.raises(NotFetched, match="without ContentsCode N3"):
        pxweb1.complete(answer, cells, {"Tid": ["2024"], "ContentsCode": ["N1", "N3"]})


# the real recording


@needs_data
def test_a_question_that_was_really_asked_is_put_in_the_same_words():
    real = json.loads((RECORDED / "query_folkmangd_primaromraden.json").read_text("utf-8"))
    path = real["url"].removeprefix(pxweb1.BASE + "/").split("/")
    query = {one["code"]: one["selection"] for one in real["body"]["query"]}
    plain = {n: s["values"] if s["filter"] == "item" else s for n, s in query.items()}
    variables = [
        {"code": "Område", "values": ["101"], "elimination": True},
        {"code": "Ålder", "values": ["20 år"]},
        {"code": "Kön", "values": ["Man", "Kvinna"]},
        {"code": "År", "values": ["2021", "2022"], "time": True},
    ]

    def answer(method, where, body):
        if where.endswith("?config"):
            told = {"maxCells": 10, "maxCalls": 10, "timeWindow": 10}
        elif method == "GET":
            told = {"variables": variables}
        else:
            sexes = [
                {"key": ["20-64 år", sex, "2022"], "values": ["1"]} for sex in ("Man", "Kvinna")
            ]
            names = [{"code": name, "type": "d"} for name in ("Ålder", "Kön", "År")]
            told = {"columns": [*names, {"code": "Antal", "type": "c"}], "data": sexes}
        return json.dumps(told).encode()

    with played(answer) as loop:
        asked(loop, {"path": path, "query": plain}, loop.base + "/api/v1/sv")
    _, where, body, _ = loop.asked[-1]
    assert json.loads(body) == real["body"]
    assert where.isascii()

"""What is asked exists, what is too large is split, and half a table is no table."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data.fetching import pxweb
from analysis.data.fetching.pxweb import Variable, chosen, split
from analysis.data.formats import jsonstat
from analysis.data.formats.answers import Answer, pack
from analysis.words.questions import NotFetched, WrongQuestion
from tests.conftest import SHARED
from tests.data.fetching.loopback import Bad, Quick, played
from tests.data.fetching.plays import scb

ASK = scb.RECORD["fetch"]["ask"]
RECORDED = SHARED / "data" / "recorded_formats" / "pxwebapi2_scb"
needs_data = pytest.mark.skipif(
    not RECORDED.exists(), reason="the shared recordings of real answers are not here"
)


def asked(loop, ask=ASK) -> list[Answer]:
    return pxweb.answers(Quick(pxweb.PROVIDER, loop.base, "a@b.se"), ask)


def without(part: str) -> dict:
    return {**ASK, "selection": {k: v for k, v in ASK["selection"].items() if k != part}}


def choosing(**selection) -> dict:
    return {**ASK, "selection": ASK["selection"] | selection}


def test_a_table_over_the_limit_comes_in_parts_that_are_whole_together(tmp_path):
    with played(scb.answer) as loop:
        answers = asked(loop)
    assert len(answers) == 3
    file = tmp_path / "batch.zip"
    file.write_bytes(pack(answers, "cc0", 0))
    rows = jsonstat.read([file], {}).rows
    assert set(zip(rows.Region, rows.Tid, rows.value, strict=True)) == {
        (region, year, str(scb.value(region, year))) for region in scb.REGIONS for year in scb.YEARS
    }


def test_what_is_asked_is_named_code_by_code_in_the_posted_body():
    with played(scb.answer) as loop:
        asked(loop, choosing(Region=["14*"], Tid=["from(2023)"]))
    method, path, body, headers = loop.asked[-1]
    assert (method, path) == ("POST", "/tables/TAB1/data?outputFormat=json-stat2&lang=sv")
    assert json.loads(body) == {
        "selection": [
            {"variableCode": "Region", "valueCodes": ["1480", "1481"]},
            {"variableCode": "Alder", "valueCodes": ["tot"], "codelist": "agg_Alla"},
            {"variableCode": "ContentsCode", "valueCodes": ["INV1"]},
            {"variableCode": "Tid", "valueCodes": ["2023", "2024"]},
        ]
    }
    assert "a@b.se" in headers["User-Agent"]


def test_calls_wait_as_long_as_the_provider_says():
    def slower(method, path, body):
        told = scb.answer(method, path, body)
        return told.replace(b'"timeWindow": 1', b'"timeWindow": 30')

    with played(slower) as loop:
        asked(loop)
    assert Quick.waits == [10.0] * (len(loop.asked) - 1)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (choosing(Region=["1408"]), "code of Region '1408'.*Allowed: 1480, 1481"),
        (choosing(Regin=["1480"]), "variable of TAB1 'Regin'.*did you mean 'Region'"),
        (choosing(Tid=["top(0)"]), r"top\(0\) of Tid must name how many"),
        (choosing(Tid=["from(1999)"]), "code of Tid '1999'"),
        (choosing(Tid=["bottom(2)"]), r"code of Tid 'bottom\(2\)'"),
        (choosing(Region=["top(1)"]), r"top\(1\) counts along time, which Region is not"),
        (choosing(Region=["19*"]), r"code of Region '19\*'"),
        (choosing(Region="1480"), "Region of TAB1 must be a list of texts, not '1480'"),
        (choosing(Tid=[2024]), r"Tid of TAB1 must be a list of texts, not \[2024\]"),
        (choosing(Alder=["0-4"]), "code of Alder '0-4'.*Allowed: tot"),
        (without("Tid"), r'TAB1 needs a choice of Tid: name codes, or \["\*"\] for all'),
        ({**ASK, "codelists": {"Alder": "agg_Allt"}}, "did you mean 'agg_Alla'"),
        ({**ASK, "codelists": {"Ålder": "agg_Alla"}}, "did you mean 'Alder'"),
        ({"selection": {}}, "ask lacks table, selection"),
        ({**ASK, "values": []}, "part of ask 'values'"),
    ],
)
def test_a_wrong_question_is_answered_before_any_data_are_asked_for(ask, told):
    with played(scb.answer) as loop, pytest.raises(WrongQuestion, match=told):
        asked(loop, ask)
    assert all(method == "GET" for method, *_ in loop.asked)


def test_a_variable_that_may_be_left_out_is_left_out():
    assert "Kon" not in ASK["selection"]
    with played(scb.answer) as loop:
        told = json.loads(asked(loop)[0].content)
    assert "Kon" not in told["id"]


CALLS = range(1, 7)
BAD_DAYS = {
    "500 then 200": Bad(status=500),
    "429": Bad(status=429, headers={"Retry-After": "7"}),
    "cut": Bad(cut=True),
    "empty": Bad(empty=True),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("day", BAD_DAYS)
def test_a_bad_moment_is_tried_again_and_loses_nothing(call, day):
    with played(scb.answer) as loop:
        good = [answer.content for answer in asked(loop)]
    with played(scb.answer, {call: BAD_DAYS[day]}) as loop:
        assert [answer.content for answer in asked(loop)] == good


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("bad", [Bad(change=scb.change), Bad(charset="cp1252")])
def test_an_answer_of_another_shape_or_charset_is_not_used(call, bad):
    with (
        played(scb.answer, {call: bad}) as loop,
        pytest.raises(NotFetched, match="An answer cannot be used"),
    ):
        asked(loop)
    assert len(loop.asked) == call


def one_year_less(body: bytes) -> bytes:
    """A table whose last year is gone, in itself whole."""
    told = json.loads(body)
    index = told["dimension"]["Tid"]["category"]["index"]
    index.pop(max(index))
    told["size"][-1] -= 1
    told["value"] = told["value"][: math.prod(told["size"])]
    return json.dumps(told).encode()


def test_an_answer_without_a_year_that_was_asked_for_is_not_used():
    with (
        played(scb.answer, {4: Bad(change=one_year_less)}) as loop,
        pytest.raises(NotFetched, match="answered without Tid 2021"),
    ):
        asked(loop)


def test_an_answer_with_more_than_was_asked_for_is_not_used():
    more = scb.described({"Region": ["1480", "1481"], "Tid": ["2020"]}) | {"value": [1, 2]}
    answer = Answer("http://a", json.dumps(more).encode(), "")
    cells = jsonstat.shaped(answer, jsonstat.Table).cells()
    pxweb.complete(answer, cells, {"Region": ["1480", "1481"], "Tid": ["2020"]})
    with pytest.raises(NotFetched, match="answered with 2 cells where 1 were asked for"):
        pxweb.complete(answer, cells, {"Region": ["1480"], "Tid": ["2020"]})


def test_a_refusal_is_told_in_the_providers_words():
    refusal = Bad(status=403, said=b'{"title": "Too many cells selected"}')
    with (
        played(scb.answer, {4: refusal}) as loop,
        pytest.raises(NotFetched, match=r"status 403.*Too many cells selected"),
    ):
        asked(loop)


TIMES = Variable("Tid", ["2024K2", "2024K1", "2023K4", "2023K3"], time=True, optional=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("top(2)", ["2024K1", "2024K2"]),
        ("TOP(9)", ["2023K3", "2023K4", "2024K1", "2024K2"]),
        ("from(2024K1)", ["2024K1", "2024K2"]),
        ("*", ["2024K2", "2024K1", "2023K4", "2023K3"]),
        ("2023*", ["2023K4", "2023K3"]),
        ("????K1", ["2024K1"]),
        ("2023K3", ["2023K3"]),
    ],
)
def test_the_newest_times_are_the_newest_in_whatever_order_they_are_listed(text, expected):
    assert chosen([TIMES], {"Tid": [text]}, "T") == {"Tid": expected}


def test_a_code_asked_for_twice_is_asked_for_once():
    assert chosen([TIMES], {"Tid": ["2024K2", "top(2)"]}, "T") == {"Tid": ["2024K2", "2024K1"]}


@given(
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    limit=st.integers(1, 60),
)
def test_parts_fit_and_hold_each_cell_once(sizes, limit):
    choice = {f"v{i}": [str(j) for j in range(size)] for i, size in enumerate(sizes)}
    parts = split(choice, limit)
    assert all(math.prod(map(len, part.values())) <= limit for part in parts)
    assert sum(math.prod(map(len, part.values())) for part in parts) == math.prod(sizes)
    for name, codes in choice.items():
        assert {code for part in parts for code in part[name]} == set(codes)


@given(first=st.integers(1, 40), second=st.integers(1, 10), limit=st.integers(10, 60))
def test_no_fewer_parts_would_fit_along_the_longest(first, second, limit):
    long, short = max(first, second), min(first, second)
    choice = {"long": [str(i) for i in range(long)], "short": [str(i) for i in range(short)]}
    assert len(split(choice, limit)) == math.ceil(long / min(long, limit // short))


# the real recordings


@pytest.fixture
def recorded():
    """The real table, its own description and limits."""

    def answer(method, path, body):
        name = {"/config": "config", "/tables/TAB6471/metadata?lang=sv": "TAB6471_metadata"}
        file = name.get(path, "TAB6471_data" if method == "POST" else "none")
        return (RECORDED / f"{file}.json").read_bytes()

    return answer


REAL = {
    "Region": ["??"],
    "Alder": ["0-9", "??-?9", "100+10"],
    "Kon": ["*"],
    "ContentsCode": ["*"],
    "Tid": ["top(4)"],
}


@needs_data
def test_a_real_table_is_found_whole(recorded):
    real = {**REAL, "Region": [f"{n:02}" for n in (1, *range(3, 11), 12, 13, 14, *range(17, 26))]}
    ages = ["0-9", *(f"{n}0-{n}9" for n in range(1, 10)), "100+10"]
    with played(recorded) as loop:
        (answer,) = asked(loop, {"table": "TAB6471", "selection": {**real, "Alder": ages}})
    assert len(jsonstat.shaped(answer, jsonstat.Table).cells().rows) == 2772


@needs_data
def test_a_real_answer_without_the_country_that_was_asked_for_is_not_used(recorded):
    ask = {"table": "TAB6471", "selection": {**REAL, "Alder": ["0-9"]}}
    with played(recorded) as loop, pytest.raises(NotFetched, match="without Region 00"):
        asked(loop, ask)


@needs_data
def test_the_whole_real_table_would_take_as_few_calls_as_its_limit_allows():
    told = Answer("m", (RECORDED / "TAB6471_metadata.json").read_bytes(), "")
    table = jsonstat.shaped(told, jsonstat.Description)
    choice = {name: table.dimension[name].category.codes for name in table.id}
    parts = split(choice, 150_000)
    assert len(parts) == math.ceil(312 / (150_000 // (134 * 3 * 1 * 16))) == 14


@needs_data
def test_a_real_code_list_is_read():
    told = Answer("c", (RECORDED / "codelist_agg_alder10arJ.json").read_bytes(), "")
    codes = [one.code for one in pxweb.understood(told, pxweb.Codelist).values]
    assert codes == ["-9", *(f"{n}0-{n}9" for n in range(1, 10)), "100+"]

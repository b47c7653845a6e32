"""The client against a provider on this machine: it waits as asked, and gives up aloud."""

import json
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import unquote

import pytest
import requests

from analysis import __version__
from analysis.data.fetching import client as clients
from analysis.data.fetching.client import Client, NoAnswer, Provider
from analysis.words.questions import WrongQuestion
from tests.data.fetching.loopback import Bad, Quick, played

PROVIDER = Provider("Provaren", 0.0, "cc0")
CONTACT = "analys@example.org"
RIGHT = b'{"rader": [1, 2]}'
ALWAYS = range(1, clients.TRIES + 1)


def right(method, path, body):
    return RIGHT


def quick(loop, **more) -> Quick:
    return Quick(PROVIDER, loop.base, CONTACT, **more)


def refused(bad, **more) -> tuple[str, int, list[float]]:
    """What is told, after how many calls and which waits, when the days are so bad."""
    with played(right, bad) as loop, pytest.raises(NoAnswer) as told:
        quick(loop, **more).get("rader")
    return str(told.value), len(loop.asked), Quick.waits


def answered(bad, **more) -> tuple[bytes, int, list[float]]:
    with played(right, bad) as loop:
        came = quick(loop, **more).get("rader")
    return came.content, len(loop.asked), Quick.waits


def test_a_provider_that_fails_twice_is_asked_again_after_2_and_4_seconds():
    bad = {1: Bad(status=500), 2: Bad(status=503)}
    assert answered(bad) == (RIGHT, 3, [2.0, 4.0])


def test_a_provider_that_fails_every_time_is_given_up_after_four_tries_and_fourteen_seconds():
    told, calls, waits = refused({n: Bad(status=503, said=b"mended until 14") for n in ALWAYS})
    assert (calls, waits) == (4, [2.0, 4.0, 8.0])
    assert "Provaren gave no answer to http://127.0.0.1" in told
    assert "in 4 tries: status 503. It said: 'mended until 14'." in told


def test_retry_after_in_seconds_is_what_is_waited():
    bad = {1: Bad(status=429, headers={"Retry-After": "37"})}
    assert answered(bad) == (RIGHT, 2, [37.0])


def test_retry_after_as_a_date_is_waited_for():
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    _, _, (wait,) = answered({1: Bad(status=503, headers={"Retry-After": until})})
    assert 50 < wait <= 60


def test_retry_after_a_date_that_has_passed_is_no_wait():
    passed = "Wed, 21 Oct 2015 07:28:00 GMT"
    _, _, waits = answered({1: Bad(status=429, headers={"Retry-After": passed})})
    assert waits == [0.0]


@pytest.mark.parametrize("unreadable", ["soon", "-5", "1e9", "", "Wed, 99 Oct 2015", "²"])
def test_a_retry_after_that_nobody_can_read_is_waited_as_if_there_were_none(unreadable):
    assert clients._retry_after(unreadable, 2.0) == 2.0


def test_a_retry_after_without_its_zone_is_taken_as_universal_time():
    assert clients._retry_after("Wed, 21 Oct 2015 07:28:00", 2.0) == 0.0


def test_a_provider_that_asks_for_more_than_two_minutes_is_not_waited_for():
    told, calls, waits = refused({1: Bad(status=429, headers={"Retry-After": "3600"})})
    assert (calls, waits) == (1, [])
    assert "in 1 try: status 429, and asks to wait 3600 s." in told


def test_half_a_body_is_no_answer_and_is_asked_for_again():
    assert answered({1: Bad(cut=True)}) == (RIGHT, 2, [2.0])
    told, calls, _ = refused({n: Bad(cut=True) for n in ALWAYS})
    assert calls == 4
    assert "the body broke off" in told


def test_an_empty_body_is_no_answer():
    assert answered({1: Bad(empty=True)}) == (RIGHT, 2, [2.0])
    told, calls, _ = refused({n: Bad(empty=True) for n in ALWAYS})
    assert calls == 4
    assert "an empty body, which is no answer" in told


@pytest.mark.parametrize("status", [204, 206, 400, 401, 403, 404, 410])
def test_a_refusal_is_final_and_tells_what_the_provider_said(status):
    told, calls, waits = refused({1: Bad(status=status, said="För många celler".encode())})
    assert (calls, waits) == (1, [])
    said = "" if status == 204 else " It said: 'För många celler'."
    assert f"in 1 try: status {status}.{said} Nothing was changed" in told


def test_what_a_provider_said_is_cut_short_and_tells_of_no_person():
    said = b"<p>Contact\n eva.ek@example.org, 031-12 34 56</p> " + b"x" * 5000
    told, _, _ = refused({1: Bad(status=403, said=said)})
    assert "eva.ek" not in told and "12 34 56" not in told
    assert "[mail address], [phone number]" in told
    assert told.count("x") < 200


def test_a_provider_that_is_not_there_is_no_empty_answer():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(NoAnswer, match="in 4 tries: no connection, or it broke off"):
            Quick(PROVIDER, base, CONTACT).get("rader")
    assert Quick.waits == [2.0, 4.0, 8.0]


def test_a_provider_that_is_slow_once_is_asked_again_and_always_slow_is_given_up():
    short = (1.0, 0.1)
    assert answered({1: Bad(slow=0.3)}, timeout=short)[:2] == (RIGHT, 2)
    told, calls, _ = refused({n: Bad(slow=0.3) for n in ALWAYS}, timeout=short)
    assert calls == 4
    assert "no answer in time" in told


def test_an_answer_that_is_too_large_is_left_before_it_fills_the_memory():
    told, calls, _ = refused({}, largest=len(RIGHT) - 1)
    assert calls == 1
    assert "larger than 16 bytes: ask for less at once" in told
    assert answered({}, largest=len(RIGHT))[0] == RIGHT


def test_the_limit_is_put_while_the_answer_comes_not_after_it():
    with (
        played(lambda *_: b"x" * 5_000_000, {1: Bad(cut=True)}) as loop,
        pytest.raises(NoAnswer, match="larger than 100,000 bytes"),
    ):
        quick(loop, largest=100_000).get("rader")
    assert len(loop.asked) == 1


def test_an_address_that_moved_on_its_own_host_is_followed():
    def with_slash(method, path, body):
        return RIGHT if path == "/rader/?ar=2024" else None

    moved = {1: Bad(status=307, headers={"Location": "/rader/?ar=2024"})}
    with played(with_slash, moved) as loop:
        came = quick(loop).get("rader", {"ar": "2024"})
    assert came.content == RIGHT
    assert came.address == f"{loop.base}/rader?ar=2024"
    assert [path for _, path, *_ in loop.asked] == ["/rader?ar=2024", "/rader/?ar=2024"]


def test_an_address_that_moved_to_another_host_is_told_and_not_followed():
    with played(right) as other:
        moved = Bad(status=301, headers={"Location": f"{other.base}/rader"})
        told, calls, waits = refused({1: moved})
        assert other.asked == []
    assert (calls, waits) == (1, [])
    assert f"it has moved to {other.base}/rader; when that is right, write it in" in told


def test_an_address_that_moves_for_ever_is_given_up():
    told, calls, _ = refused({n: Bad(status=302, headers={"Location": "/om"}) for n in range(1, 9)})
    assert calls == clients.HOPS
    assert "it has moved to" in told


def test_a_posted_question_is_never_sent_on_to_another_address():
    with (
        played(right, {1: Bad(status=307, headers={"Location": "/om"})}) as loop,
        pytest.raises(NoAnswer, match="it has moved to"),
    ):
        quick(loop).post("rader", {})
    assert len(loop.asked) == 1


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ("https://a.se/x", "https://a.se/x/", True),
        ("http://a.se/x", "https://a.se/x", True),
        ("https://a.se/x", "http://a.se/x/", False),
        ("https://a.se/x", "https://b.se/x", False),
        ("https://a.se/x", "https://a.se:8443/x", False),
        ("https://a.se/x", "", False),
    ],
)
def test_a_redirect_stays_with_the_provider_and_as_private_as_before(here, there, same):
    assert clients._same_host(here, there) == same


def test_who_calls_is_said_in_each_call():
    with played(right) as loop:
        caller = quick(loop)
        caller.get("rader")
        caller.post("rader", {"år": "2024"})
    agents = {headers["User-Agent"] for *_, headers in loop.asked}
    assert agents == {f"lagesbild/{__version__} ({CONTACT})"}


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        ("", "Provaren asks who is calling: set settings.contact"),
        ("åsa@example.org", "cannot be sent"),
        ("a@example.org\nX-Other: 1", "cannot be sent"),
    ],
)
def test_a_contact_that_cannot_be_sent_is_asked_for_before_any_call(contact, told):
    with pytest.raises(WrongQuestion, match=told):
        Client(PROVIDER, "https://example.org", contact)


@pytest.mark.parametrize(
    "base", ["", "example.org", "ftp://example.org", "https://", "https://me:secret@example.org"]
)
def test_a_base_that_is_no_open_address_is_refused_and_not_told(base):
    with pytest.raises(WrongQuestion, match="must begin with https://") as told:
        Client(PROVIDER, base, CONTACT)
    assert "secret" not in str(told.value)


def test_swedish_letters_blanks_bars_and_semicolons_arrive_as_they_were_meant():
    query = [("plats", "Göteborg;Mölndal"), ("kod", "N00401|N00402"), ("val[Kön]", "1 2&3+4=5")]
    with played(right) as loop:
        came = quick(loop).get("1. Göteborg och dess delområden/År", query)
    (_, path, _, _) = loop.asked[0]
    assert path.isascii() and not set(path) & set(" |;+[]")
    assert came.address == loop.base + path
    where, _, asked = path.partition("?")
    assert unquote(where) == "/1. Göteborg och dess delområden/År"
    assert [tuple(map(unquote, pair.split("="))) for pair in asked.split("&")] == query


def test_a_path_that_is_encoded_already_is_not_encoded_twice():
    with played(right) as loop:
        quick(loop).get("1.%20G%C3%B6teborg")
    assert loop.asked[0][1] == "/1.%20G%C3%B6teborg"


def test_a_posted_body_arrives_as_json_in_utf_8_and_stays_with_its_answer():
    body = {"query": [{"code": "År", "values": ["2024"]}]}
    with played(right) as loop:
        came = quick(loop).post("tabell", body)
    (method, _, sent, headers) = loop.asked[0]
    assert (method, headers["Content-Type"]) == ("POST", "application/json")
    assert json.loads(sent.decode("utf-8")) == body == json.loads(came.asked)


class Watch:
    """A clock that only waiting moves."""

    def __init__(self):
        self.now, self.waits = 100.0, []

    def wait(self, seconds):
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def nobody_called(monkeypatch):
    monkeypatch.setattr(clients, "ASKED_AT", {})


def watched(loop, watch) -> Client:
    slow = Provider("Provaren", 10.0, "cc0")
    made = Client(slow, loop.base, CONTACT, sleep=watch.wait, clock=lambda: watch.now)
    made.session.trust_env = False
    return made


@pytest.mark.usefixtures("nobody_called")
def test_the_pause_between_calls_is_held_within_a_batch_and_between_two():
    watch = Watch()
    with played(right) as loop:
        first = watched(loop, watch)
        first.get("a")
        watch.now += 4
        first.get("b")
        second = watched(loop, watch)
        second.get("c")
        watch.now += 60
        second.get("d")
    assert watch.waits == [6.0, 10.0]


@pytest.mark.usefixtures("nobody_called")
def test_a_try_again_holds_the_pause_too():
    watch = Watch()
    with played(right, {1: Bad(status=500)}) as loop:
        watched(loop, watch).get("a")
    assert watch.waits == [2.0, 8.0]


def test_what_was_answered_is_not_asked_again_after_a_broken_batch(tmp_path):
    bad = {n: Bad(status=503) for n in range(2, 2 + clients.TRIES)}
    with played(right, bad) as loop:
        caller = quick(loop, cache=tmp_path)
        whole = caller.get("a")
        with pytest.raises(NoAnswer):
            caller.get("b")
        again = quick(loop, cache=tmp_path)
        assert again.get("a") == whole
        assert again.calls == 0
        again.get("b")
        assert again.calls == 1


def test_the_same_address_with_another_posted_body_is_another_question(tmp_path):
    with played(lambda method, path, body: body) as loop:
        caller = quick(loop, cache=tmp_path)
        assert caller.post("t", {"år": 1}).json() == {"år": 1}
        assert caller.post("t", {"år": 2}).json() == {"år": 2}


def test_offline_uses_kept_answers_and_never_calls(tmp_path):
    with played(right) as loop:
        came = quick(loop, cache=tmp_path).get("a")
        away = Quick(PROVIDER, loop.base, "", cache=tmp_path, offline=True)
        assert away.get("a") == came
        with pytest.raises(
            NoAnswer, match="/b, and --offline forbids to ask for one: ask again without"
        ):
            away.get("b")
    assert len(loop.asked) == 1


def test_a_kept_answer_whose_bytes_changed_is_refused_with_the_way_out(tmp_path):
    with played(right) as loop:
        caller = quick(loop, cache=tmp_path)
        caller.get("a")
        (kept,) = tmp_path.iterdir()
        kept.write_bytes(kept.read_bytes()[:-30])
        with pytest.raises(WrongQuestion, match=r"is damaged .* fetch anew with --again"):
            caller.get("a")


def test_an_offices_proxy_is_used_when_the_environment_names_one(monkeypatch):
    for name in ("no_proxy", "NO_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with played(right) as proxy:
        monkeypatch.setenv("http_proxy", proxy.base)
        came = Client(PROVIDER, "http://provider.invalid", CONTACT, asked_at={}).get("rader")
    assert came.content == RIGHT
    assert proxy.asked[0][1] == "http://provider.invalid/rader"


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (requests.exceptions.SSLError(), "REQUESTS_CA_BUNDLE"),
        (requests.exceptions.ProxyError(), "HTTPS_PROXY"),
        (requests.exceptions.ContentDecodingError(), "could not be unpacked"),
        (requests.ConnectTimeout(), "no answer in time"),
    ],
)
def test_what_an_office_network_does_is_told_with_the_way_out(problem, told):
    assert told in clients._plain(problem)

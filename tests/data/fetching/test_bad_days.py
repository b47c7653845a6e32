"""Every connector meets every bad day at every one of its calls: the whole batch, or nothing.

A provider that answers badly must never make a city look as if less had happened in it.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from analysis.data.fetching.batch import Fetched, fetch
from analysis.data.fetching.client import LONGEST_WAIT, TRIES
from analysis.data.fetching.connectors import CONNECTORS
from analysis.data.tables import received
from analysis.data.workspace import Workspace
from analysis.words.questions import NotFetched, WrongQuestion
from tests.data.fetching import plays
from tests.data.fetching.loopback import (
    Bad,
    Loopback,
    Play,
    Quick,
    bytes_of,
    city_of,
    played,
    spoilt,
)

NOW = datetime.fromisoformat("2026-11-25T04:10:00+01:00")
WHOLE, NOTHING = "the whole batch", "nothing, and told"
SLOW = 0.25


def every_play() -> list[Play]:
    """The recordings of all providers, in the order of their names."""
    modules = [
        importlib.import_module(f"{plays.__name__}.{found.name}")
        for found in pkgutil.iter_modules(plays.__path__)
    ]
    return [part for module in modules for part in vars(module).values() if isinstance(part, Play)]


PLAYS = every_play()


def once(**bad) -> Callable[[int, Play], dict[int, Bad]]:
    """A day on which one call goes wrong and the next try is answered."""
    return lambda call, play: {call: Bad(**bad)}


def always(**bad) -> Callable[[int, Play], dict[int, Bad]]:
    """A day on which one call goes wrong at every try."""
    return lambda call, play: {call + n: Bad(**bad) for n in range(TRIES)}


def changed(call: int, play: Play) -> dict[int, Bad]:
    """A day on which one answer has another schema."""
    return {call: Bad(change=play.change)}


DAYS = {
    "500, then right": once(status=500),
    "503 at every try": always(status=503),
    "429 with Retry-After, then right": once(status=429, headers={"Retry-After": "7"}),
    "cut body, then whole": once(cut=True),
    "cut body at every try": always(cut=True),
    "empty body, then right": once(empty=True),
    "empty body at every try": always(empty=True),
    "another schema": changed,
    "cp1252 instead of UTF-8": once(charset="cp1252"),
    "slow, then right": once(slow=SLOW),
}


@dataclass(frozen=True)
class Met:
    """What became of one batch on one bad day.

    ``rows`` and ``rejected`` are those of the city after the bad day, None when nothing was
    entered; ``changed`` is whether its raw files are other bytes than before; ``after`` is what
    the good day after a refusal brought, and in how many calls.
    """

    connector: str
    day: str
    call: int
    of: int
    must: str
    told: str
    rows: int | None
    rejected: int | None
    changed: bool
    waited: float
    after: Fetched | None
    after_calls: int

    @property
    def outcome(self) -> str:
        return NOTHING if self.told else WHOLE


def matrix() -> list[Met]:
    """One row a connector, bad day and call: what came of it."""
    return [row for number in range(len(PLAYS)) for row in of_play(number)]


@cache
def of_play(number: int) -> list[Met]:
    """The rows of one provider, played once."""
    with TemporaryDirectory() as folder:
        return _met(PLAYS[number], Path(folder))


def _met(play: Play, folder: Path) -> list[Met]:
    with played(play.answer) as loop:
        _come(city_of(folder / "good", play.record, loop.base))
        calls = [asked[:3] for asked in loop.asked]
        return [
            _one(play, loop, folder / f"{number}-{call}", day, call, calls)
            for number, day in enumerate(DAYS)
            for call in range(1, len(calls) + 1)
        ]


def _one(play: Play, loop: Loopback, folder: Path, day: str, call: int, calls: list) -> Met:
    city, bad = city_of(folder, play.record, loop.base), DAYS[day](call, play)
    before, told = bytes_of(city), ""
    loop.asked, loop.bad = [], bad
    try:
        _come(city, timeout=(5.0, SLOW / 2) if day.startswith("slow") else (5.0, 5.0))
    except (NotFetched, WrongQuestion) as problem:
        told = str(problem)
    waited, entered = max(Quick.waits, default=0.0), _entered(city)
    altered = bytes_of(city) != before
    loop.asked, loop.bad = [], {}
    after = _come(city) if told else None
    return Met(
        play.connector, day, call, len(calls), _must(play, bad, call, calls), told, *entered,
        altered, waited, after, len(loop.asked),
    )  # fmt: skip


def _come(city: Workspace, **more) -> Fetched:
    (record,) = city.package["resources"]
    return fetch(city, record["name"], NOW, client=partial(Quick, **more))


def _entered(city: Workspace) -> tuple[int | None, int | None]:
    """Rows and refused rows of a city, read from its raw files as every report does."""
    now = Workspace(city.root, city.name)
    assert now.problems() == []
    if not now.resources:
        return None, None
    came = received(now.resources[0])
    return len(came.rows), len(came.rejected)


def _must(play: Play, bad: dict[int, Bad], call: int, calls: list) -> str:
    """What has to come of a bad day: a changed body is refused, a failed call tried again."""
    if len(bad) > 1:
        return NOTHING
    right = play.answer(*calls[call - 1])
    same = bad[call].empty or bad[call].status != 200 or spoilt(right, bad[call]) == right
    return WHOLE if same else NOTHING


@pytest.fixture(params=range(len(PLAYS)), ids=lambda number: PLAYS[number].connector)
def met(request) -> tuple[Play, list[Met]]:
    return PLAYS[request.param], of_play(request.param)


def test_every_connector_has_a_play():
    assert sorted(play.connector for play in PLAYS) == sorted(CONNECTORS)


def test_every_bad_day_is_met_at_every_call(met, record_property):
    play, rows = met
    calls = rows[0].of
    record_property("bad days met", f"{play.connector}: {len(DAYS)} x {calls} = {len(rows)}")
    assert [(row.day, row.call) for row in rows] == [
        (day, call) for day in DAYS for call in range(1, calls + 1)
    ]


def test_a_bad_day_ends_with_the_whole_batch_or_with_nothing_as_it_must(met):
    _, rows = met
    assert [row for row in rows if row.outcome != row.must] == []


def test_no_row_is_lost_on_a_bad_day(met):
    play, rows = met
    whole = [row for row in rows if row.outcome == WHOLE]
    assert {(row.rows, row.rejected) for row in whole} == {(play.rows, play.rejected)}
    assert all(row.changed for row in whole)


def test_after_a_refused_batch_the_city_has_the_bytes_it_had(met):
    _, rows = met
    refused = [row for row in rows if row.outcome == NOTHING]
    assert refused
    assert all(row.told and row.rows is None and not row.changed for row in refused)


def test_the_next_good_day_brings_the_whole_batch_with_the_same_command(met):
    play, rows = met
    refused = [row.after for row in rows if row.outcome == NOTHING]
    assert {(after.rows, after.rejected, after.new) for after in refused} == {
        (play.rows, play.rejected, True)
    }


def test_what_was_answered_before_a_provider_failed_is_not_asked_for_again(met):
    _, rows = met
    for row in (row for row in rows if row.day.endswith("at every try")):
        assert row.after_calls == row.of - (row.call - 1), row


def test_a_failed_call_is_waited_for_as_long_as_was_asked_and_never_without_end(met):
    _, rows = met
    for row in rows:
        assert row.waited <= LONGEST_WAIT
        if row.day.startswith("429"):
            assert row.waited >= 7.0


def test_a_refusal_tells_who_did_not_answer_and_with_what(met):
    play, rows = met
    provider = CONNECTORS[play.connector].provider.name
    for row in (row for row in rows if row.day == "503 at every try"):
        assert row.told.startswith(f"{provider} gave no answer to http://127.0.0.1")
        assert "status 503" in row.told


def test_the_page_of_sources_is_the_one_that_is_made():
    from tests import docs_sources

    assert docs_sources.FILE.read_text("utf-8") == docs_sources.page(matrix())

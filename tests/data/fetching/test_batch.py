"""A batch is entered whole or not at all, and every edition stays as it came."""

import json
import os
import zipfile
from datetime import datetime, timedelta

import pandas as pd
import pytest

from analysis.data.fetching import batch
from analysis.data.fetching.batch import fetch, sources
from analysis.data.fetching.client import TRIES, Client, Provider
from analysis.data.fetching.connectors import CONNECTORS, Connector
from analysis.data.formats.answers import unpack
from analysis.data.formats.known import FORMATS
from analysis.data.formats.received import Received, refusals
from analysis.data.held import Busy
from analysis.data.tables import received
from analysis.data.workspace import Workspace, sha256
from analysis.words.questions import NotFetched, WrongQuestion
from tests.data.fetching.loopback import Bad, Quick, bytes_of, city_of, played

NOW = datetime.fromisoformat("2026-11-25T04:10:00+01:00")
COLUMNS = ("area_id", "year", "crime", "rate_per_100000", "source_id")
RECORD = {
    "name": "rates", "table": "published_rates", "sources": ["s"],
    "fetch": {"connector": "trial", "ask": {"pages": 3}},
    "schema": {"fields": [{"name": name} for name in COLUMNS], "missingValues": [""]},
}  # fmt: skip


def pages(client, ask):
    answers = [client.get("rates", {"page": str(n)}) for n in range(1, ask["pages"] + 1)]
    if not all(isinstance(answer.json(), list) for answer in answers):
        raise NotFetched("Provaren answered in another shape: a page is no list.")
    return answers


def read(files, options):
    rows = [row for answer in unpack(files[-1]) for row in answer.json()]
    lines = list(enumerate(rows, start=1))
    good = [{**row, "raw_line": line} for line, row in lines if len(row) == len(COLUMNS)]
    bad = [(line, "not five values") for line, row in lines if len(row) != len(COLUMNS)]
    return Received(pd.DataFrame(good, columns=[*COLUMNS, "raw_line"]), refusals(bad))


@pytest.fixture(autouse=True)
def trial(monkeypatch):
    connector = Connector(Provider("Provaren", 1.0, "cc0"), "https://example.org", pages, "trial")
    monkeypatch.setitem(CONNECTORS, "trial", connector)
    monkeypatch.setitem(FORMATS, "trial", read)


def rate(n: int, value: str = "10.5") -> dict:
    return dict(zip(COLUMNS, (f"kommun:{n}", "2024", "total", value, "s"), strict=True))


def provider(value: str = "10.5"):
    """Three pages with two rows each; the last page also has a row that lacks its values."""

    def answer(method, path, body):
        n = int(path[-1])
        rows = [rate(2 * n, value), rate(2 * n + 1, value), *([{}] if n == 3 else [])]
        return json.dumps(rows).encode()

    return answer


@pytest.fixture
def served(tmp_path):
    """A city and its provider, which may be given other answers and bad days."""
    with played(provider()) as loop:
        yield city_of(tmp_path, RECORD, loop.base), loop


def fresh(city) -> Workspace:
    return Workspace(city.root, city.name)


def entry(city) -> dict:
    (record,) = fresh(city).package["resources"]
    return record


def come(city, now=NOW, **more):
    return fetch(city, "rates", now, client=Quick, **more)


def always(first: int) -> dict[int, Bad]:
    return {n: Bad(status=503) for n in range(first, first + TRIES)}


def test_a_whole_batch_is_entered_with_its_record_and_can_be_read(served):
    city, _ = served
    assert city.problems() == [] and city.resources == []
    done = come(city)
    path = "received/rates/2026-11-25T041000.zip"
    assert done == batch.Fetched("rates", path, answers=3, rows=6, rejected=1, new=True)
    now = fresh(city)
    assert now.problems() == []
    (resource,) = now.resources
    assert resource.file == city.raw / path
    assert resource.retrieved == "2026-11-25T04:10:00+01:00"
    assert resource.hash == f"sha256:{sha256(resource.file)}"
    assert resource.bytes == resource.file.stat().st_size
    came = received(resource)
    assert (len(came.rows), len(came.rejected), came.rows_in) == (6, 1, 7)


def test_the_edition_says_where_each_answer_came_from(served):
    city, loop = served
    come(city)
    with zipfile.ZipFile(fresh(city).resources[0].file) as bundle:
        manifest = json.loads(bundle.read("manifest.json"))
    assert (manifest["licence"], manifest["rows"]) == ("cc0", 6)
    addresses = [one["address"] for one in manifest["answers"]]
    assert addresses == [f"{loop.base}/rates?page={n}" for n in (1, 2, 3)]
    for one in manifest["answers"]:
        assert one["sha256"] and one["bytes"] and datetime.fromisoformat(one["retrieved"]).tzinfo


@pytest.mark.parametrize("call", [1, 2, 3])
def test_when_any_call_fails_nothing_is_changed_and_the_next_try_asks_only_the_rest(served, call):
    city, loop = served
    before = bytes_of(city)
    loop.bad = always(call)
    with pytest.raises(NotFetched, match="status 503"):
        come(city)
    assert bytes_of(city) == before
    asked = len(loop.asked)
    assert come(city).rows == 6
    assert len(loop.asked) - asked == 3 - (call - 1)


def test_when_a_later_edition_fails_the_former_stays_in_force(served):
    city, loop = served
    come(city)
    before = bytes_of(city)
    loop.answer, loop.bad = provider("11"), always(5)
    with pytest.raises(NotFetched):
        come(city, NOW + timedelta(days=1))
    assert bytes_of(city) == before


def test_a_new_edition_moves_the_former_to_the_earlier_ones_unchanged(served):
    city, loop = served
    come(city)
    first = entry(city)
    former = (city.raw / first["path"]).read_bytes()
    loop.answer = provider("11")
    done = come(city, NOW + timedelta(days=1))
    assert done.new
    now = entry(city)
    assert now["path"] == done.path == "received/rates/2026-11-26T041000.zip"
    assert now["earlier"] == [
        {name: first[name] for name in ("path", "retrieved", "hash", "bytes")}
    ]
    assert (city.raw / first["path"]).read_bytes() == former
    assert fresh(city).problems() == []
    (then,) = Workspace(city.root, "prov@2026-11-25").resources
    assert then.file == city.raw / first["path"]
    assert len(fresh(city).resources[0].files) == 2


def test_the_same_answers_on_another_day_make_no_new_edition(served):
    city, loop = served
    first = come(city)
    before = bytes_of(city)
    done = come(city, NOW + timedelta(days=1))
    assert len(loop.asked) == 6
    assert (done.new, done.path, done.rows) == (False, first.path, 6)
    assert bytes_of(city) == before


def test_what_was_answered_today_is_asked_anew_only_when_that_is_said(served):
    city, loop = served
    come(city)
    loop.answer = provider("11")
    assert not come(city).new
    assert len(loop.asked) == 3
    assert come(city, again=True).new
    assert len(loop.asked) == 6


def test_two_editions_within_a_second_are_two_files(served):
    city, loop = served
    paths = []
    for value in ("10", "11", "12"):
        loop.answer = provider(value)
        paths.append(come(city, again=True).path)
    assert len(set(paths)) == 3
    now = fresh(city)
    assert now.problems() == []
    assert [file.name for file in now.resources[0].files] == [
        "2026-11-25T041000.zip", "2026-11-25T041000-2.zip", "2026-11-25T041000-3.zip",
    ]  # fmt: skip
    editions = [*entry(city)["earlier"], entry(city)]
    assert all(e["hash"] == f"sha256:{sha256(city.raw / e['path'])}" for e in editions)


def test_offline_makes_the_batch_of_what_is_kept_and_asks_nobody(served):
    city, loop = served
    loop.bad = always(3)
    with pytest.raises(NotFetched):
        come(city)
    asked = len(loop.asked)
    with pytest.raises(NotFetched, match="--offline forbids"):
        come(city, offline=True)
    assert len(loop.asked) == asked
    come(city)
    asked = len(loop.asked)
    assert not come(city, offline=True).new
    assert len(loop.asked) == asked


def test_answers_of_former_days_are_put_away_after_a_whole_batch(served):
    city, loop = served
    loop.bad = always(2)
    with pytest.raises(NotFetched):
        come(city)
    come(city, NOW + timedelta(days=1))
    kept = city.processed / "fetching" / "rates"
    assert [day.name for day in kept.iterdir()] == ["2026-11-26"]


def test_a_fetch_that_was_killed_before_it_was_entered_is_named_and_then_cleaned_up(
    served, monkeypatch
):
    city, _ = served
    record = (city.raw / "datapackage.json").read_bytes()
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(batch, "_enter", lambda *_: os._exit(9))
        come(city)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert (city.raw / "datapackage.json").read_bytes() == record
    assert fresh(city).problems() == []
    (stray,) = fresh(city).strays
    assert stray.startswith("received/rates/2026-11-25T")
    (city.raw / "received" / "rates" / ".2026-11-25T041000.zip.x7").write_bytes(b"half")
    (city.raw / "received" / "rates" / "notes.txt").write_text("hers")
    done = come(city, NOW + timedelta(hours=1))
    files = sorted(file.name for file in (city.raw / "received" / "rates").iterdir())
    assert files == [done.path.rpartition("/")[2], "notes.txt"]


def test_two_runs_never_fetch_for_one_city_at_once(served):
    city, loop = served
    calm, met = loop.answer, []

    def meanwhile(method, path, body):
        if not met:
            met.append(path)
            with pytest.raises(Busy, match="another run holds"):
                come(city)
            met.append("busy")
        return calm(method, path, body)

    loop.answer = meanwhile
    assert come(city).rows == 6
    assert met == ["/rates?page=1", "busy"]
    assert come(city).rows == 6


def test_what_was_written_in_the_record_meanwhile_is_not_undone(served):
    city, loop = served
    assert city.package["settings"]["cityName"] == "Prov"
    calm, file = loop.answer, city.raw / "datapackage.json"

    def edited(method, path, body):
        file.write_text(file.read_text("utf-8").replace('"Prov"', '"Provstad"'), "utf-8")
        return calm(method, path, body)

    loop.answer = edited
    come(city)
    now = fresh(city)
    assert now.settings["cityName"] == "Provstad"
    assert now.problems() == [] and len(now.resources) == 1


def test_two_files_fetched_after_each_other_are_both_entered(served):
    city, _ = served
    package = json.loads(json.dumps(city.package))
    package["resources"].append({**package["resources"][0], "name": "others"})
    (city.raw / "datapackage.json").write_text(json.dumps(package))
    city = fresh(city)
    assert sources(city) == ["rates", "others"]
    for name in sources(city):
        fetch(city, name, NOW, client=Quick)
    assert len(fresh(city).resources) == 2
    assert fresh(city).problems() == []


def spoiling(change):
    def answer(method, path, body):
        return change(provider()(method, path, body))

    return answer


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda _: b'{"error": "maintenance"}', "a page is no list"),
        (lambda _: b"<html>maintenance</html>", "did not answer with JSON"),
        (lambda _: b"[]", "with no row for rates"),
        (lambda _: b"[{}]", "3 refused: not five values"),
        (lambda body: body.replace(b"10.5", b"many"), "6 refused|7 refused"),
    ],
)
def test_a_batch_that_cannot_be_used_is_refused_and_asked_anew_the_next_time(served, change, told):
    city, loop = served
    before = bytes_of(city)
    loop.answer = spoiling(change)
    with pytest.raises((NotFetched, WrongQuestion), match=told):
        come(city)
    assert bytes_of(city) == before
    loop.answer = provider()
    assert come(city).rows == 6
    assert len(loop.asked) == 6


def test_a_batch_that_its_record_does_not_fit_is_told_with_what_it_has(served, monkeypatch):
    city, _ = served
    before = bytes_of(city)
    more = [*COLUMNS, "raw_line", "Kön"]
    monkeypatch.setitem(
        FORMATS, "trial", lambda *a: Received(read(*a).rows.reindex(columns=more, fill_value=""))
    )
    with pytest.raises(NotFetched, match=r"does not fit: .* not recorded Kön; missing none"):
        come(city)
    assert bytes_of(city) == before


def test_the_format_of_the_connector_is_entered_so_that_the_file_can_be_read_later(served):
    city, _ = served
    assert "reading" not in RECORD
    come(city)
    assert entry(city)["reading"] == {"format": "trial"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "rate"}, "file to fetch 'rates' .* did you mean 'rate'"),
        ({"fetch": {"connector": "trail"}}, "connector 'trail' .* did you mean 'trial'"),
        ({"reading": {"format": "trail"}}, "reading format 'trail' .* did you mean 'trial'"),
        ({"reading": {"fromat": "trial"}}, "fromat"),
        ({"table": "rates"}, "table 'rates' is not known"),
        ({"schema": {"fields": [{"name": "year"}]}}, "its schema lacks area_id, crime"),
        ({"fetch": {"connector": "trial", "ask": {"pages": 0}}}, "was not asked for anything"),
    ],
)
def test_a_record_that_asks_for_what_there_is_not_is_told_before_anybody_is_asked(
    tmp_path, change, told
):
    with played(provider()) as loop:
        city = city_of(tmp_path, {**RECORD, **change}, loop.base)
        before = bytes_of(city)
        with pytest.raises((WrongQuestion, NotFetched), match=told):
            come(city)
    assert loop.asked == []
    assert bytes_of(city) == before


def test_an_edition_that_is_not_as_recorded_is_restored_before_another_follows(served):
    city, loop = served
    come(city)
    file = city.raw / entry(city)["path"]
    whole, asked = file.read_bytes(), len(loop.asked)
    for damage in (lambda: file.write_bytes(whole + b"x"), file.unlink):
        damage()
        with pytest.raises(WrongQuestion, match="missing or not the file recorded: restore it"):
            come(city, NOW + timedelta(days=1))
    assert len(loop.asked) == asked
    file.write_bytes(whole)
    assert not come(city, NOW + timedelta(days=1)).new


def test_a_file_kept_by_hand_becomes_the_first_edition_when_it_is_fetched_later(served):
    city, _ = served
    file = city.raw / "rates.csv"
    file.write_text("by hand")
    package = json.loads(json.dumps(city.package))
    package["resources"][0] |= {
        "path": "rates.csv", "retrieved": "2025-01-01", "hash": f"sha256:{sha256(file)}", "bytes": 7,
    }  # fmt: skip
    (city.raw / "datapackage.json").write_text(json.dumps(package))
    assert come(city).new
    assert [one["path"] for one in entry(city)["earlier"]] == ["rates.csv"]


def test_a_city_as_it_was_cannot_be_fetched_for(served):
    city, loop = served
    with pytest.raises(WrongQuestion, match="is the city as it was: fetch for prov"):
        come(Workspace(city.root, "prov@2026-11-25"))
    with pytest.raises(WrongQuestion, match="choose one of them"):
        come(city, offline=True, again=True)
    assert loop.asked == []


def test_a_file_that_is_not_fetched_is_no_source(served):
    city, _ = served
    record = city.package["resources"][0]
    record.pop("fetch")
    record |= {"path": "rates.csv", "retrieved": "2026-11-25", "hash": "", "bytes": 0}
    assert sources(city) == []


def test_a_record_that_lacks_its_name_is_named_and_nothing_is_asked(served):
    city, loop = served
    city.package["resources"][0].pop("name")
    with pytest.raises(WrongQuestion, match=r"datapackage\.json: resource 1 lacks name"):
        sources(city)
    assert loop.asked == []


def test_nobody_is_called_without_a_contact(served):
    city, loop = served
    file = city.raw / "datapackage.json"
    file.write_text(file.read_text("utf-8").replace("analys@example.org", ""), "utf-8")
    with pytest.raises(WrongQuestion, match=r"set settings\.contact"):
        fetch(city, "rates", NOW, client=Client)
    assert loop.asked == []

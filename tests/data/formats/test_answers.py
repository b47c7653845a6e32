"""A batch of answers is there whole, with where each came from, or it is refused."""

import json
import zipfile

import pytest

from analysis.data.formats.answers import Answer, pack, unpack
from analysis.words.questions import WrongQuestion

ANSWERS = [
    Answer("https://example.org/a?plats=G%C3%B6teborg", "[1, 2, å]".encode(), "2026-11-25T04:10Z"),
    Answer("https://example.org/b", b"", "2026-11-25T04:11Z", '{"år": "2024"}'),
]


@pytest.fixture
def batch(tmp_path):
    file = tmp_path / "batch.zip"
    file.write_bytes(pack(ANSWERS, "cc0", rows=3))
    return file


def test_a_batch_comes_back_as_it_was_in_its_order(batch):
    assert unpack(batch) == ANSWERS


def test_the_same_batch_is_the_same_bytes():
    assert pack(ANSWERS, "cc0", 3) == pack(list(ANSWERS), "cc0", 3)


def test_the_manifest_says_what_was_asked_when_and_under_which_terms(batch):
    with zipfile.ZipFile(batch) as bundle:
        manifest = json.loads(bundle.read("manifest.json"))
        bodies = [bundle.read(entry["file"]) for entry in manifest["answers"]]
    assert (manifest["licence"], manifest["rows"]) == ("cc0", 3)
    assert bodies == [answer.content for answer in ANSWERS]
    assert manifest["answers"][1] == {
        "file": "0002.body",
        "address": "https://example.org/b",
        "asked": '{"år": "2024"}',
        "retrieved": "2026-11-25T04:11Z",
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "bytes": 0,
    }


def test_a_byte_that_changed_anywhere_is_refused_or_changes_no_answer(batch):
    whole = batch.read_bytes()
    outcomes = set()
    for place in range(len(whole)):
        for bit in (0x01, 0x08, 0x80):
            damaged = bytearray(whole)
            damaged[place] ^= bit
            batch.write_bytes(damaged)
            try:
                outcomes.add(unpack(batch) == ANSWERS)
            except WrongQuestion as told:
                assert str(batch) in str(told)
                outcomes.add("refused")
    assert outcomes == {True, "refused"}


def test_a_batch_that_was_cut_is_refused_wherever_the_cut_is(batch):
    whole = batch.read_bytes()
    for length in range(len(whole)):
        batch.write_bytes(whole[:length])
        with pytest.raises(WrongQuestion, match="is damaged"):
            unpack(batch)


def test_a_body_that_was_exchanged_is_refused(tmp_path):
    other = [Answer(ANSWERS[0].address, b"[9]", ""), ANSWERS[1]]
    file, mixed = tmp_path / "other.zip", tmp_path / "mixed.zip"
    file.write_bytes(pack(other, "cc0", 3))
    with zipfile.ZipFile(file) as bundle, zipfile.ZipFile(mixed, "w") as made:
        (tmp_path / "batch.zip").write_bytes(pack(ANSWERS, "cc0", 3))
        with zipfile.ZipFile(tmp_path / "batch.zip") as right:
            made.writestr("manifest.json", right.read("manifest.json"))
        for name in ("0001.body", "0002.body"):
            made.writestr(name, bundle.read(name))
    with pytest.raises(WrongQuestion, match=r"0001\.body is not what was received"):
        unpack(mixed)


def test_an_archive_that_is_no_batch_is_refused(tmp_path):
    file = tmp_path / "uso_2025_geojson.zip"
    with zipfile.ZipFile(file, "w") as bundle:
        bundle.writestr("omraden.geojson", "{}")
    with pytest.raises(WrongQuestion, match=r"manifest\.json"):
        unpack(file)


def test_an_answer_saved_by_hand_is_a_batch_of_one(tmp_path):
    file = tmp_path / "events.json"
    file.write_bytes(b"[]")
    assert unpack(file) == [Answer("events.json", b"[]", "")]


def test_a_file_that_is_missing_is_missing_and_not_damaged(tmp_path):
    with pytest.raises(FileNotFoundError):
        unpack(tmp_path / "batch.zip")


def test_json_may_begin_with_a_byte_order_mark():
    assert Answer("a", b'\xef\xbb\xbf{"\xc3\xa5r": 1}', "").json() == {"år": 1}


@pytest.mark.parametrize(
    "body", ["å".encode("cp1252"), b"<html>", b'{"a": 1', b"", '{"år": 1}'.encode("cp1252")]
)
def test_what_is_not_json_in_utf_8_is_refused_with_its_address(body):
    with pytest.raises(WrongQuestion, match="a did not answer with JSON"):
        Answer("a", body, "").json()


def test_answers_are_alike_when_the_question_and_the_bytes_are():
    one = Answer("a", b"[1]", "2026-11-25T04:10Z")
    assert one.told == Answer("a", b"[1]", "2026-11-26T04:10Z").told
    assert one.told != Answer("a", b"[2]", one.retrieved).told
    assert one.told != Answer("b", b"[1]", one.retrieved).told
    assert one.told != Answer("a", b"[1]", one.retrieved, "{}").told

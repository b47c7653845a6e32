"""Answers of a provider, kept as the bytes that came, in one file a batch.

A batch that lies in one file is there whole or not at all, and each answer in it still says what
was asked, where and when; an answer whose bytes have changed is refused.
"""

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from analysis.words.questions import WrongQuestion

MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, RuntimeError)
_WAY_OUT = "restore it, or fetch anew with --again."


@dataclass(frozen=True)
class Answer:
    """One answer: what was asked, when, and the bytes that came.

    Parameters
    ----------
    address
        The whole address, query included.
    content
        The body as received.
    retrieved
        When, in ISO form with offset: ``2026-11-25T04:10:00+00:00``.
    asked
        The body that was posted; blank for a plain get.
    """

    address: str
    content: bytes
    retrieved: str
    asked: str = ""

    @property
    def told(self) -> tuple[str, str, str]:
        """What was asked and the hash of what came: alike when nothing has changed since."""
        return self.address, self.asked, self.sha256

    @property
    def sha256(self) -> str:
        """The hash of the body, in hexadecimal."""
        return sha256(self.content).hexdigest()

    def json(self):
        """The body as JSON; a byte order mark is allowed.

        Raises
        ------
        WrongQuestion
            When it is not JSON in UTF-8.
        """
        try:
            return json.loads(self.content.decode("utf-8-sig"))
        except (UnicodeDecodeError, json.JSONDecodeError) as problem:
            raise WrongQuestion(f"{self.address} did not answer with JSON: {problem}.") from None


def pack(answers: list[Answer], licence: str, rows: int) -> bytes:
    """A batch as one zip file: a manifest, then the answers in order; the same bytes each time.

    Parameters
    ----------
    answers
        In the order in which they were asked.
    licence
        Name of the terms under which they were given.
    rows
        How many rows they hold together.
    """
    entries = [
        {
            "file": f"{number:04d}.body",
            "address": answer.address,
            "asked": answer.asked,
            "retrieved": answer.retrieved,
            "sha256": answer.sha256,
            "bytes": len(answer.content),
        }
        for number, answer in enumerate(answers, start=1)
    ]
    manifest = {"licence": licence, "rows": rows, "answers": entries}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        _put(bundle, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        for entry, answer in zip(entries, answers, strict=True):
            _put(bundle, entry["file"], answer.content)
    return stream.getvalue()


def _put(bundle: zipfile.ZipFile, name: str, content: bytes) -> None:
    about = zipfile.ZipInfo(name, _EPOCH)
    about.compress_type = zipfile.ZIP_DEFLATED
    bundle.writestr(about, content)


def unpack(file: Path) -> list[Answer]:
    """The answers of a batch, in order; a single answer saved by hand is a batch of one.

    Raises
    ------
    WrongQuestion
        When a batch is not whole, or an answer's bytes are not those of the manifest.
    """
    content = file.read_bytes()
    if file.suffix.lower() != ".zip":
        return [Answer(file.name, content, "")]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            entries = json.loads(bundle.read(MANIFEST))["answers"]
            return [_checked(file, entry, bundle.read(entry["file"])) for entry in entries]
    except _DAMAGE as problem:
        raise WrongQuestion(f"{file} is damaged ({problem}): {_WAY_OUT}") from None


def _checked(file: Path, entry: dict, content: bytes) -> Answer:
    if sha256(content).hexdigest() != entry["sha256"]:
        raise WrongQuestion(f"{file}: {entry['file']} is not what was received: {_WAY_OUT}")
    return Answer(entry["address"], content, entry["retrieved"], entry["asked"])

"""A provider on this machine alone, which plays its recordings and its bad days."""

import json
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

from analysis.data.fetching.client import Client
from analysis.data.workspace import Workspace


@dataclass(frozen=True)
class Bad:
    """How one call goes wrong.

    ``status`` with ``headers`` and what is ``said`` in place of the right body; ``cut`` sends half
    of the body and hangs up; ``empty`` sends none; ``charset`` sends the text as cp1252; ``change``
    edits the right body (a changed schema); ``slow`` waits so many seconds before it answers.
    """

    status: int = 200
    headers: dict = field(default_factory=dict)
    said: bytes = b""
    cut: bool = False
    empty: bool = False
    charset: str = ""
    change: Callable[[bytes], bytes] | None = None
    slow: float = 0.0


@dataclass(frozen=True)
class Play:
    """A provider's recording: what a connector's batch consists of, and what it must come to.

    Parameters
    ----------
    connector
        Key of CONNECTORS.
    record
        The resource's record as it stands in datapackage.json before the first fetch, without
        ``base``: name, table, sources, fetch (connector, ask), reading, schema.
    answer
        From method, path with query, and body: the right body, or None for an unknown address.
    rows, rejected
        What a whole batch must come to.
    change
        Edits a right body into one of another schema, which must be refused.
    """

    connector: str
    record: dict
    answer: Callable[[str, str, bytes], bytes | None]
    rows: int
    rejected: int
    change: Callable[[bytes], bytes]


class Loopback:
    """A running server: ``base``, what was ``asked``, and ``bad`` days by number of call."""

    def __init__(self, answer: Callable[[str, str, bytes], bytes | None]):
        self.answer, self.asked, self.bad = answer, [], {}
        self.base = ""

    def next(self, method: str, path: str, body: bytes, headers) -> tuple[Bad, bytes | None]:
        self.asked.append((method, path, body, dict(headers)))
        return self.bad.get(len(self.asked), Bad()), self.answer(method, path, body)


@contextmanager
def played(answer, bad: dict[int, Bad] | None = None):
    """A provider that answers; ``bad`` says which call (1 is the first) goes wrong and how."""
    loop = Loopback(answer)
    loop.bad = bad or {}
    server = _Server(("127.0.0.1", 0), _handler(loop))
    loop.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A caller who hangs up early is told of nowhere; any other error is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler(loop: Loopback):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self._play("GET", b"")

        def do_POST(self):
            self._play("POST", self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _play(self, method, body):
            bad, right = loop.next(method, self.path, body, self.headers)
            if right is None and bad.status == 200:
                bad = Bad(status=404, said=b"no such address")
            time.sleep(bad.slow)
            content = spoilt(right, bad)
            self.send_response(bad.status)
            for name, value in bad.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if bad.cut else content)
            if bad.cut:
                self.close_connection = True

        def log_message(self, *_):
            """Nothing is said on the terminal of the tests."""

    return Handler


def spoilt(right: bytes | None, bad: Bad) -> bytes:
    """The body that is announced on a bad day in place of the right one."""
    if bad.empty or bad.status != 200:
        return bad.said
    content = bad.change(right) if bad.change else right
    return content.decode().encode(bad.charset, errors="replace") if bad.charset else content


def city_of(root: Path, record: dict, base: str) -> Workspace:
    """A city with one file, which can be fetched from ``base``, and nothing else."""
    full = {
        "title": "t", "kind": "official", "sources": ["s"], "period": "2024", "areaScheme": "kommun",
        "status": "final", "absent": {"sv": "a", "en": "a"}, "cannotSay": {"sv": "a", "en": "a"},
        **record, "fetch": {**record["fetch"], "base": base},
    }  # fmt: skip
    package = {
        "madeUp": False,
        "settings": {
            "municipality": "kommun:1480", "districtScheme": "stadsdel", "cityName": "Prov",
            "period": "2024", "shown": ["total"], "contact": "analys@example.org",
        },
        "licenses": [{"name": "cc0", "title": "CC0", "titleEn": "CC0"}],
        "sources": [
            {
                "name": name, "title": "t", "publisher": "p", "where": "w", "published": "2024",
                "licence": "cc0",
            }
            for name in full["sources"]
        ],
        "resources": [full],
    }  # fmt: skip
    city = Workspace(root, "prov")
    city.raw.mkdir(parents=True)
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    (city.raw / "datapackage.json").write_text(text, "utf-8")
    return city


def bytes_of(city: Workspace) -> dict[str, bytes]:
    """Every raw file of a city, the record too."""
    files = (file for file in city.raw.rglob("*") if file.is_file())
    return {str(file.relative_to(city.raw)): file.read_bytes() for file in files}


class Quick(Client):
    """A client that notes how long it would have waited, and does not.

    It knows nothing of other clients' calls nor of this machine's proxies.
    """

    waits: ClassVar[list[float]] = []

    def __init__(self, *args, **kwargs):
        Quick.waits = []
        super().__init__(*args, **kwargs, sleep=Quick.waits.append, clock=lambda: 0.0, asked_at={})
        self.session.trust_env = False

"""A polite caller: it waits as the provider asks, tries a few times, and gives up aloud.

A call that fails raises; it is never an empty answer, since "no answer" and "nothing happened"
are different things. Who calls is said in each call.
"""

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests

from analysis import __version__
from analysis.data.formats.answers import Answer, pack, unpack
from analysis.data.privacy import masked
from analysis.data.write import write_atomically
from analysis.words.questions import NotFetched, WrongQuestion

AGAIN = (429, 500, 502, 503, 504)
TRIES, LONGEST_WAIT, TIMEOUT = 4, 120.0, (10.0, 60.0)
LARGEST = 500_000_000
HOPS = 3
ASKED_AT: dict[str, float] = {}


class NoAnswer(NotFetched):
    """A call was not answered; what earlier calls brought is good, and is kept."""


@dataclass(frozen=True)
class Provider:
    """How a provider wishes to be asked.

    Parameters
    ----------
    name
        As errors name it.
    pause
        Seconds between two calls, at the least.
    licence
        The name of its terms, as in the record's ``licenses``.
    """

    name: str
    pause: float
    licence: str


@dataclass
class Client:
    """Calls to one provider.

    Parameters
    ----------
    provider
        Whose rules hold.
    base
        Address that every path is put after.
    contact
        Mail or page of whoever is responsible; it stands in the User-Agent.
    cache
        Folder for answers of batches that did not come to their end, so that they need not be
        asked twice; None keeps nothing.
    offline
        Whether only kept answers may be used.
    timeout, largest
        Seconds to wait for a connection and for the next part of an answer; bytes of an answer.
    sleep, clock
        To wait and to tell the time; tests put their own in.
    asked_at
        When each provider was last called, shared by all clients of a run: the pause is held
        between two files of one provider too.
    session
        Connections; the proxy and certificates of the environment are used, as offices need.
    """

    provider: Provider
    base: str
    contact: str
    cache: Path | None = None
    offline: bool = False
    timeout: tuple[float, float] = TIMEOUT
    largest: int = LARGEST
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    asked_at: dict[str, float] = field(default_factory=lambda: ASKED_AT, repr=False)
    session: requests.Session = field(default_factory=requests.Session, repr=False)
    calls: int = 0

    def __post_init__(self):
        if not self.contact and not self.offline:
            raise WrongQuestion(
                f"{self.provider.name} asks who is calling: set settings.contact in "
                "datapackage.json to a mail address or a page."
            )
        if not re.fullmatch("[ -~]*", self.contact):
            raise WrongQuestion(
                f"settings.contact {self.contact!r} cannot be sent: a mail address or a page, "
                "in letters a-z without accents."
            )
        parts = urlsplit(self.base)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise WrongQuestion(
                f"the address of {self.provider.name} must begin with https:// and a host, and "
                "hold no user or password: see fetch.base in datapackage.json."
            )

    def get(self, path: str, query: dict | Iterable[tuple[str, str]] = ()) -> Answer:
        """The answer to a get; ``query`` is percent-encoded, and ``path`` where it is not yet.

        Raises
        ------
        NoAnswer
            When no whole answer came after the last try.
        """
        asked = urlencode(query, quote_via=quote)
        return self._answer("GET", path + ("?" + asked if asked else ""), "")

    def post(self, path: str, body: dict) -> Answer:
        """The answer to a posted JSON body.

        Raises
        ------
        NoAnswer
            When no whole answer came after the last try.
        """
        return self._answer("POST", path, json.dumps(body, ensure_ascii=False))

    def _answer(self, method: str, path: str, body: str) -> Answer:
        address = self.base.rstrip("/") + "/" + path.lstrip("/")
        address = requests.utils.requote_uri(address)
        kept = self._kept(address, body)
        if kept is not None and kept.exists():
            return unpack(kept)[0]
        if self.offline:
            raise NoAnswer(
                f"no answer of today is kept for {address}, and --offline forbids to ask for one: "
                "ask again without --offline."
            )
        answer = self._asked(method, address, body)
        if kept is not None:
            write_atomically(kept, pack([answer], self.provider.licence, rows=0))
        return answer

    def _kept(self, address: str, body: str) -> Path | None:
        if self.cache is None:
            return None
        return self.cache / (sha256(f"{address}\n{body}".encode()).hexdigest()[:24] + ".zip")

    def _asked(self, method: str, address: str, body: str) -> Answer:
        for number in range(1, TRIES + 1):
            said, wait, again = b"", float(2**number), True
            try:
                came, said = self._call(method, address, body)
            except requests.RequestException as problem:
                why = _plain(problem)
            else:
                why = _refused(came, said)
                if not why:
                    return Answer(address, said, _now(), body)
                wait = _retry_after(came.headers.get("Retry-After", ""), wait)
                again = came.status_code in (*AGAIN, 200)
            if wait > LONGEST_WAIT:
                why += f", and asks to wait {wait:.0f} s"
            if not again or wait > LONGEST_WAIT:
                break
            if number < TRIES:
                self.sleep(wait)
        raise NoAnswer(self._told(address, why, said, number))

    def _call(self, method: str, address: str, body: str) -> tuple[requests.Response, bytes]:
        """The head and the whole body that a call brings, moved addresses on its host followed."""
        for _ in range(HOPS):
            came, content = self._once(method, address, body)
            onward = _moved(came)
            if method != "GET" or not _same_host(address, onward):
                break
            address = onward
        return came, content

    def _once(self, method: str, address: str, body: str) -> tuple[requests.Response, bytes]:
        headers = {"User-Agent": f"lagesbild/{__version__} ({self.contact})"}
        if body:
            headers["Content-Type"] = "application/json"
        self._pause()
        self.calls += 1
        with self.session.request(
            method, address, data=body.encode() or None, headers=headers, timeout=self.timeout,
            allow_redirects=False, stream=True,
        ) as came:  # fmt: skip
            content = bytearray()
            for part in came.iter_content(1 << 16):
                content += part
                if len(content) > self.largest:
                    why = f"the answer is larger than {self.largest:,} bytes: ask for less at once"
                    raise NoAnswer(self._told(address, why, b"", 1))
            return came, bytes(content)

    def _pause(self) -> None:
        last = self.asked_at.get(self.provider.name)
        if last is not None:
            left = self.provider.pause - (self.clock() - last)
            if left > 0:
                self.sleep(left)
        self.asked_at[self.provider.name] = self.clock()

    def _told(self, address: str, why: str, said: bytes, tries: int) -> str:
        text = masked(" ".join(said[:2000].decode(errors="replace").split()))[:200]
        return (
            f"{self.provider.name} gave no answer to {address} in {tries} "
            f"{'try' if tries == 1 else 'tries'}: {why}."
            + (f" It said: {text!r}." if text else "")
            + " Nothing was changed; what had been answered is kept, and the same command goes on "
            "from there."
        )


def _refused(came: requests.Response, content: bytes) -> str:
    """Why an answer does not count; blank when it does."""
    if onward := _moved(came):
        return f"it has moved to {onward}; when that is right, write it in fetch.base"
    if came.status_code != 200:
        return f"status {came.status_code}"
    if not content.strip():
        return "an empty body, which is no answer"
    return ""


def _moved(came: requests.Response) -> str:
    """Where a redirect points to; blank when it is none."""
    return urljoin(came.url, came.headers["Location"]) if came.is_redirect else ""


def _same_host(address: str, onward: str) -> bool:
    """Whether a redirect stays with the provider, and as private as before."""
    here, there = urlsplit(address), urlsplit(onward)
    return here.netloc == there.netloc and there.scheme in (here.scheme, "https")


def _retry_after(asked: str, otherwise: float) -> float:
    """Seconds that a provider asks to wait, told in seconds or as a date; else ``otherwise``."""
    if re.fullmatch("[0-9]{1,9}", asked.strip()):
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return otherwise
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _plain(problem: requests.RequestException) -> str:
    """What went wrong with a call, in words; the narrower kinds first."""
    kinds = {
        requests.Timeout: "no answer in time",
        requests.exceptions.SSLError: "its certificate could not be checked; behind an office's "
        "proxy, set REQUESTS_CA_BUNDLE to the file of its certificates",
        requests.exceptions.ProxyError: "the proxy of this machine did not let the call through; "
        "see HTTPS_PROXY and NO_PROXY",
        requests.exceptions.ChunkedEncodingError: "the body broke off",
        requests.exceptions.ContentDecodingError: "the body could not be unpacked",
        requests.ConnectionError: "no connection, or it broke off",
    }
    return next((told for kind, told in kinds.items() if isinstance(problem, kind)), str(problem))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

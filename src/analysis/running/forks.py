"""Processes that a fork server makes: asked for over a private socket, ended with their asker.

A server ends with whoever started it, and takes its forks with it.
"""

import atexit
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from select import select
from shutil import rmtree
from typing import IO

from analysis.running.warm import QUIET

POSSIBLE = sys.platform == "linux"  # elsewhere a fork of these libraries is not to be trusted
_SIZE = struct.Struct("!I")


class NoFork(Exception):
    """No fork is to be had, and why; a process can be started the slow way."""


class Fork:
    """A forked process as its asker sees it, with the methods of ``subprocess.Popen``."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int):
        self._connection, self.pid, self.returncode = connection, pid, None

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        return self._told(0)

    def wait(self) -> int:
        """The exit code, once it has ended."""
        return self._told(None)

    def _told(self, patience: float | None) -> int | None:
        """The exit code, when it has ended within so many seconds; None waits for good."""
        if self.returncode is None and select([self._connection], [], [], patience)[0]:
            try:
                self.returncode = received(self._connection)[0]["code"]
            except (EOFError, ConnectionResetError):  # the server is gone, and its forks with it
                self.returncode = -signal.SIGKILL
            self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal; nothing when it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def fork(
    address: str, arguments: list[str], environment: dict[str, str], folder: str, log: IO
) -> Fork:
    """A new process of a server's that runs an IPython kernel.

    Parameters
    ----------
    address
        Of the server's socket.
    arguments
        The kernel's ``sys.argv``.
    environment, folder
        What it runs in.
    log
        An open file for what it prints beside its cells.

    Raises
    ------
    NoFork
        When the server is not there, not the user's own, or refuses.
    """
    if not address:
        raise NoFork("there is no fork server here.")
    _private(Path(address).parent)
    connection = socket.socket(socket.AF_UNIX)
    asked = {"arguments": arguments, "environment": environment, "folder": folder}
    try:
        connection.connect(address)
        send(connection, asked, [log.fileno()])
        told, _ = received(connection)
    except (OSError, EOFError) as problem:
        told = {"refused": f"does not answer: {problem}"}
    if "refused" in told:
        connection.close()
        raise NoFork(f"the fork server {told['refused']}.")
    return Fork(connection, told["pid"])


def _private(folder: Path) -> None:
    """Refuse a socket in a folder where others than the user could have put it."""
    try:
        found = folder.stat()
    except OSError as problem:
        raise NoFork(f"the fork server is gone: {problem}.") from None
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise NoFork(f"{folder} must be the user's own and open to nobody else (mode 700).")


@contextmanager
def server() -> Iterator[str]:
    """A fork server for as long as the block lasts, as its address; blank where none can be.

    It answers once it has imported what reports use; until then who asks waits.
    """
    if not POSSIBLE:
        yield ""
        return
    folder = Path(tempfile.mkdtemp(prefix="lb-"))
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(folder / "forks"))
            listener.listen(128)
            command = [sys.executable, "-m", "analysis.running.forkserver", str(listener.fileno())]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, pass_fds=[listener.fileno()],
                env=os.environ | QUIET,
            )  # fmt: skip
        try:
            yield str(folder / "forks")
        finally:
            process.stdin.close()
            process.wait()
    finally:
        rmtree(folder, ignore_errors=True)


@cache
def own() -> str:
    """The address of a fork server that lasts as long as this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(server())


def send(connection: socket.socket, message: dict, files: list[int] = ()) -> None:
    """Send a message, and open files with it."""
    body = json.dumps(message).encode()
    socket.send_fds(connection, [_SIZE.pack(len(body))], list(files))
    connection.sendall(body)


def received(connection: socket.socket) -> tuple[dict, list[int]]:
    """The next message, and the open files that came with it.

    Raises
    ------
    EOFError
        When the other end is gone.
    """
    head, files, *_ = socket.recv_fds(connection, _SIZE.size, 8)
    if not head:
        raise EOFError("it is gone")
    body, size = b"", _SIZE.unpack(head)[0]
    while len(body) < size:
        part = connection.recv(size - len(body))
        if not part:
            raise EOFError("it is gone")
        body += part
    return json.loads(body), files

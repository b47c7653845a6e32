"""A process that has imported everything once, and becomes a kernel whenever one is asked for.

It has one thread, or it does not fork: a fork keeps no other, and a lock that one held would
stay held for good. Only its own user can ask it, and no fork outlives whoever asked for it.
"""

import os
import selectors
import signal
import socket
import struct
import sys
from contextlib import suppress

from analysis.running import warm
from analysis.running.forks import received, send

_PATIENCE = 5.0  # seconds for a question that has begun


class Server:
    """Forks whenever asked, until whoever started it is gone."""

    def __init__(self, listener: socket.socket, alive: int):
        self._listener, self._alive = listener, alive
        self._forks: dict[int, socket.socket] = {}
        self._ready = selectors.DefaultSelector()
        self._woken, self._wake = os.pipe()

    def serve(self) -> dict | None:
        """In a fork what it was asked to be; in the server None, when it is over."""
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for one in (self._listener, self._alive, self._woken):
            self._ready.register(one, selectors.EVENT_READ)
        while True:
            for one in [key.fileobj for key, _ in self._ready.select()]:
                if one == self._alive:
                    return self._end()
                if one == self._woken:
                    self._reap()
                elif one != self._listener:
                    self._let_go(one)
                elif asked := self._answer():
                    return asked

    def _answer(self) -> dict | None:
        """Fork for who asks; in the fork what it was asked to be, in the server None."""
        connection, _ = self._listener.accept()
        if _user(connection) != os.getuid():
            return connection.close()
        connection.settimeout(_PATIENCE)
        try:
            asked, files = received(connection)
        except (OSError, EOFError):
            return connection.close()
        if why := _why_not(asked):
            _tell(connection, {"refused": why})
            connection.close()
        else:
            pid = os.fork()
            if pid == 0:
                self._leave()
                connection.close()
                _redirect(files)
                return asked
            os.setpgid(pid, pid)
            self._forks[pid] = connection
            self._ready.register(connection, selectors.EVENT_READ)
            _tell(connection, {"pid": pid})
        for file in files:
            os.close(file)
        return None

    def _reap(self) -> None:
        """Tell of every fork that has ended how it did."""
        os.read(self._woken, 1 << 16)
        while self._forks:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            connection = self._forks.pop(pid)
            if connection.fileno() >= 0:
                self._ready.unregister(connection)
                _tell(connection, {"code": os.waitstatus_to_exitcode(status)})
                connection.close()

    def _let_go(self, connection: socket.socket) -> None:
        """Whoever asked for a fork is gone: end it, unless it has just ended by itself."""
        if connection.fileno() < 0:
            return
        self._ready.unregister(connection)
        connection.close()
        for pid, its in self._forks.items():
            if its is connection:
                os.killpg(pid, signal.SIGKILL)

    def _end(self) -> None:
        for pid in self._forks:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _leave(self) -> None:
        """In a fork: let go of what only the server needs."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._ready.close()
        for one in (self._listener, *self._forks.values()):
            one.close()
        for end in (self._woken, self._wake):
            os.close(end)


def _tell(connection: socket.socket, answer: dict) -> None:
    with suppress(ConnectionError):  # who asked is gone, which the next reading shows
        send(connection, answer)


def _why_not(asked: dict) -> str:
    """Why a fork could not be what was asked; blank when it can."""
    if (many := warm.threads()) > 1:
        return f"it has {many} threads, of which a fork would keep one"
    wanted = asked["environment"]
    differs = [
        name
        for name in sorted({*wanted, *os.environ})
        if name.startswith("PYTHON") and wanted.get(name) != os.environ.get(name)
    ]
    return f"it was started with another {', '.join(differs)}" if differs else ""


def _redirect(files: list[int]) -> None:
    """In a fork: read from nowhere, print to the log."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    for file, number in ((nowhere, 0), (files[0], 1), (files[0], 2)):
        os.dup2(file, number)
    for file in (nowhere, *files):
        os.close(file)


def _user(connection: socket.socket) -> int:
    """Whose process is at the other end, as the system knows."""
    ids = struct.Struct("3i")
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, ids.size)
    return ids.unpack(told)[1]


def main() -> None:
    """Serve; a fork goes on from here as the kernel that it was asked to be."""
    del sys.path[0]  # where it was started: no kernel has it
    listener = socket.socket(fileno=int(sys.argv[1]))
    imported = warm.up()
    if asked := Server(listener, sys.stdin.fileno()).serve():
        warm.fresh(imported | asked["environment"], asked["folder"], asked["arguments"])
        from ipykernel.kernelapp import launch_new_instance

        launch_new_instance(parent_handle=os.getppid())  # it ends when that process does


if __name__ == "__main__":
    main()

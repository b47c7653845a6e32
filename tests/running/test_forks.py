"""Warm kernels: like cold ones in all that a notebook can see, alone, and gone with their asker."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import nbformat
import pytest

from analysis.running import forks, forkserver, kernel
from analysis.running.provisioner import FORKS
from analysis.running.warm import QUIET

pytestmark = pytest.mark.skipif(not forks.POSSIBLE, reason="kernels are forked on Linux alone")

SEEN = """
import json, locale, os, signal, sys, threading, warnings
from contextlib import redirect_stdout
from io import StringIO
import matplotlib, numpy, pandas, seaborn
import matplotlib.pyplot as plt
with redirect_stdout(StringIO()) as options:
    pandas.describe_option()
own = {"JPY_PARENT_PID", "LAGESBILD_FORKS"}
print(json.dumps({
    "environment": {k: v for k, v in sorted(os.environ.items()) if k not in own},
    "folder": os.getcwd(), "path": sys.path, "flags": repr(sys.flags), "pandas": options.getvalue().lower(),
    "numpy": repr(numpy.get_printoptions()), "matplotlib": repr(dict(matplotlib.rcParams)),
    "backend": matplotlib.get_backend(), "locale": locale.getlocale(), "argv": len(sys.argv),
    "signals": repr([signal.getsignal(n) for n in (signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE)]),
    "threads": sorted(type(t).__name__ for t in threading.enumerate()),
    "hash": hash("the same in each"), "stdin": sys.stdin.read() if sys.stdin else "",
    "warnings": sorted({repr(f[:3]) for f in warnings.filters}),
    "builtins": sorted(vars(__builtins__)), "main": sorted(sys.modules["__main__"].__dict__),
    "group": os.getpgid(0) == os.getpid(),
}, indent=1))
"""
CANARY = """
import os, random, sys, warnings
import analysis, matplotlib, numpy, pandas
before = [
    hasattr(analysis, "canary"), "CANARY" in os.environ, os.getcwd() == "/",
    matplotlib.rcParams["font.size"], pandas.options.display.precision,
    any("canary" in repr(f) for f in warnings.filters), "canary" in sys.path,
]
dice = [random.random(), float(numpy.random.rand())]
analysis.canary = os.environ["CANARY"] = "sings"
os.chdir("/"), sys.path.append("canary"), random.seed(1), numpy.random.seed(1)
matplotlib.rcParams["font.size"] = 99
pandas.options.display.precision = 1
warnings.filterwarnings("ignore", "canary")
print([before, dice])
"""


@pytest.fixture(scope="module")
def server():
    with forks.server() as address:
        yield address


@pytest.fixture
def warm(server, monkeypatch):
    for name, value in (QUIET | {FORKS: server}).items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture
def fork(warm, tmp_path):
    """Asks for kernels as the test's own process, and ends them after it."""
    made = []

    def one(address=warm, **environment):
        log = open(tmp_path / "log", "wb")  # noqa: SIM115
        made.append(forks.fork(address, **asked(tmp_path, **environment), log=log))
        log.close()
        return made[-1]

    yield one
    for each in made:
        each.kill()


def told(source, folder) -> str:
    """What a notebook of one cell prints."""
    file = folder / "one.ipynb"
    cells = [nbformat.v4.new_code_cell(source, id="one")]
    about = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=about), file)
    (output,) = kernel.execute(file, {}).cells[0].outputs
    return output.text


def parent_of(pid) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def is_over(pid, seconds=5) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def asked(folder, **environment):
    return {
        "arguments": ["ipykernel_launcher", "-f", str(folder / "kernel.json")],
        "environment": dict(os.environ) | environment,
        "folder": str(folder),
    }


def test_a_warm_kernel_looks_like_a_cold_one_from_inside(warm, tmp_path, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        seen = json.loads(told(SEEN, tmp_path))
    monkeypatch.setenv(FORKS, "")
    with pytest.warns(UserWarning, match="A cold kernel, which takes longer: there is no fork"):
        cold = json.loads(told(SEEN, tmp_path))
    # a kernel that imports statsmodels has these filters too
    more = set(map(str, seen.pop("warnings"))) - set(map(str, cold.pop("warnings")))
    assert all("statsmodels" in one for one in more)
    assert {k: (v, cold[k]) for k, v in seen.items() if v != cold[k]} == {}


def test_a_kernel_has_the_environment_of_who_asks_and_nothing_of_the_servers(
    warm, tmp_path, monkeypatch
):
    monkeypatch.delenv("PATH")
    assert told("import os; print('PATH' in os.environ)", tmp_path) == "False\n"


@pytest.mark.walk
def test_a_notebook_from_a_warm_and_from_a_cold_kernel_is_the_same(warm, workspace, monkeypatch):
    monkeypatch.setenv("LAGESBILD_ROOT", str(workspace))
    asked = {"workspace": "goteborg", "period": "2017", "language": "sv"}
    book = workspace / "notebooks" / "1_data.ipynb"
    made = kernel.execute(book, asked)
    monkeypatch.setenv(FORKS, "")
    with pytest.warns(UserWarning, match="A cold kernel"):
        cold = kernel.execute(book, asked)
    assert nbformat.writes(made) == nbformat.writes(cold)
    assert sum(bool(cell.get("outputs")) for cell in made.cells) > 5


def test_nothing_of_one_kernel_reaches_the_next(warm, tmp_path):
    (first, dice), (second, others) = (json.loads(_json(told(CANARY, tmp_path))) for _ in range(2))
    assert first == second and True not in second
    assert set(dice).isdisjoint(others)


def _json(text):
    return text.replace("True", "true").replace("False", "false")


def test_a_server_with_threads_refuses_since_a_fork_would_lose_them(tmp_path):
    go = threading.Event()
    thread = threading.Thread(target=go.wait)
    thread.start()
    try:
        assert "threads, of which a fork would keep one" in forkserver._why_not(asked(tmp_path))
    finally:
        go.set()
        thread.join()


def test_the_server_has_one_thread_once_all_is_imported(fork):
    server = parent_of(fork().pid)
    assert os.listdir(f"/proc/{server}/task") == [str(server)]


def test_an_environment_that_python_reads_at_its_start_is_not_pretended(fork):
    with pytest.raises(forks.NoFork, match="was started with another PYTHONHASHSEED"):
        fork(PYTHONHASHSEED="7")


def test_what_is_refused_is_made_cold_and_it_is_said(warm, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    with pytest.warns(UserWarning, match="cold kernel.*another PYTHONHASHSEED"):
        assert told("import os; print(os.environ['PYTHONHASHSEED'])", tmp_path) == "7\n"


def test_a_socket_that_others_could_have_put_there_is_not_asked(warm, tmp_path):
    tmp_path.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "forks"))
        with pytest.raises(forks.NoFork, match="the user's own and open to nobody else"):
            forks.fork(str(tmp_path / "forks"), [], {}, "/", sys.stderr)
    with pytest.raises(forks.NoFork, match="is gone"):
        forks.fork(str(tmp_path / "not/there"), [], {}, "/", sys.stderr)
    assert Path(warm).parent.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.getuid() != 0, reason="only root can ask as another user")
def test_another_user_is_not_answered(warm):
    as_nobody = (
        "import os, socket, sys\nos.setuid(65534)\ns = socket.socket(socket.AF_UNIX)\n"
        "try:\n s.connect(sys.argv[1])\n s.sendall(b'\\0\\0\\0\\2{}')\n print(s.recv(9))\n"
        "except OSError as no: print(type(no).__name__)\n"
    )

    def answer():
        asked = [sys.executable, "-c", as_nobody, warm]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()

    assert answer() == "PermissionError"  # the folder lets nobody else in
    folder, door = Path(warm).parent, Path(warm)
    folder.chmod(0o711), door.chmod(0o777)
    try:
        assert answer() in ("b''", "ConnectionResetError", "BrokenPipeError")
    finally:
        folder.chmod(0o700)


def test_a_kernel_ends_with_whoever_asked_for_it(warm, tmp_path):
    code = (
        "import os, sys, time, pathlib\nfrom analysis.running import forks\n"
        f"f = forks.fork({warm!r}, {asked(tmp_path)['arguments']!r}, dict(os.environ), '/', sys.stderr)\n"
        "print(f.pid, flush=True)\ntime.sleep(60)\n"
    )
    asker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pid = int(asker.stdout.readline())
    assert Path(f"/proc/{pid}").exists()
    asker.kill()
    asker.wait()
    asker.stdout.close()
    assert is_over(pid)


def test_a_kernel_ends_with_its_server_and_its_asker_is_told(fork, tmp_path):
    with forks.server() as address:
        one = fork(address)
        while not (tmp_path / "kernel.json").exists():
            time.sleep(0.05)
        time.sleep(0.5)  # until it watches its parent
        assert one.poll() is None
        os.kill(parent_of(one.pid), signal.SIGKILL)
        assert one.wait() == -signal.SIGKILL
        assert is_over(one.pid)


def test_a_kernel_that_dies_is_told_by_how_it_died(fork):
    one = fork()
    one.terminate()
    assert one.wait() == one.poll() == -signal.SIGTERM


def test_an_asker_that_leaves_as_its_kernel_ends_does_not_trouble_the_server():
    ours, theirs = socket.socketpair()
    with theirs:
        server = forkserver.Server(ours, 0)
        ours.close()  # as when the kernel's end was told in the same moment
        server._let_go(ours)
        assert server._forks == {}


def test_where_nothing_can_be_forked_there_is_no_server(monkeypatch):
    monkeypatch.setattr(forks, "POSSIBLE", False)
    with forks.server() as address:
        assert address == ""

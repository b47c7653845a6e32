"""What every test stands on: the shipped city, read once, and a way to make small series."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from analysis.data import tables, trace
from analysis.data.workspace import Workspace
from analysis.example import city as example
from analysis.measurement.comparison import Series
from analysis.words.estimates import Estimate
from analysis.words.periods import Period

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
os.environ["LAGESBILD_ROOT"] = str(ROOT)
# a busy machine is no failure: nothing here is asserted by the clock
settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")


def pytest_configure(config):
    """The made-up city stands before any worker asks for it."""
    if not hasattr(config, "workerinput"):
        example.make(ROOT)


def pytest_addoption(parser):
    parser.addoption("--recovery", choices=("quick", "full"), default="quick")


@pytest.fixture(autouse=True)
def unread():
    """No test has read anything yet."""
    trace.forget()


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def city() -> Workspace:
    return Workspace.find("goteborg")


@pytest.fixture(scope="session")
def read(city) -> tables.Tables:
    return tables.build(city)


@pytest.fixture(scope="session")
def made_up() -> Workspace:
    return Workspace.find("exempelstad")


@pytest.fixture(scope="session")
def made_up_tables(made_up) -> tables.Tables:
    return tables.build(made_up)


@pytest.fixture
def runs(request) -> int:
    """How many simulated worlds a recovery test makes."""
    return {"quick": 300, "full": 2000}[request.config.getoption("--recovery")]


@pytest.fixture
def workspace(tmp_path) -> Path:
    """A project of its own: the shipped raw data and notebooks, free to be changed."""
    return project(tmp_path)


def project(folder: Path) -> Path:
    """A folder with raw data, policy and notebooks, as a user's project has them."""
    for part in ("data/raw", "notebooks"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "data" / "disclosure.toml", folder / "data")
    return folder


def count(value, period="2017", **about) -> Estimate:
    """A count of reported crimes, as plain as can be."""
    facts = {
        "statistic": "count", "definition": "assault", "unit": "reported crimes",
        "area": "stadsdel:1", "scheme": "stadsdel", "n": value, "method": "count",
    } | about  # fmt: skip
    status = {"status": "not available"} if value is None else {}
    return Estimate(value=value, period=Period.parse(period), **(facts | status))


def series(values, first=2011, **about) -> Series:
    """Yearly counts from ``first`` on."""
    return Series(count(value, str(first + i), **about) for i, value in enumerate(values))

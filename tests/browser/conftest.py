"""A real browser on real pages; a machine without one fails here, it does not skip."""

import os
import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import project

REAL, MADE_UP = "goteborg/2017/", "exempelstad/2017Q3/"
KINDS = (
    *(REAL + name for name in (
        "1_data.sv", "2_situation-lundby.sv", "3_trend.sv", "6_district_report-lundby.sv",
        "7_leadership_report.sv", "7_leadership_report.en", "index", "4_causes-arrests-cause.sv",
    )),
    *(MADE_UP + name for name in (
        "1_data.sv", "2_situation-angsvik.sv", "6_district_report-angsvik.sv",
        "7_leadership_report.sv", "8_resident_report-angsvik.sv", "9_acute_brief-a2017-01.sv",
        "4_causes-p03.sv", "5_evaluation-m03.sv", "5_evaluation-m12.sv",
    )),
)  # fmt: skip


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The folder of reports: a district's and the leadership's, of the real and the made-up city."""
    root = project(tmp_path_factory.mktemp("browser"))
    about = {"check": True, "cwd": root, "env": os.environ | {"LAGESBILD_ROOT": str(root)}}
    run = [sys.executable, "-m", "analysis", "run"]
    words = ["-r", "district", "-r", "leadership", "-a", "lundby", "--json"]
    subprocess.run([*run, "goteborg", "2017", *words], **about)
    subprocess.run([*run, "exempelstad", "2017Q3", "-a", "angsvik", "-l", "sv", "--json"], **about)
    return root / "reports"


@pytest.fixture(scope="session")
def chromium():
    found = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    assert found, "no Chromium on this machine: apt-get install chromium"
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, made):
    """Open a page by name; every request, error and console line it makes is kept."""
    contexts = []

    def visit(name, **about):
        context = chromium.new_context(**({"viewport": {"width": 1000, "height": 900}} | about))
        contexts.append(context)
        page = context.new_page()
        page.seen = []
        page.on("request", lambda r: page.seen.append(r.url))
        page.on("console", lambda m: page.seen.append(f"console: {m.text}"))
        page.on("pageerror", lambda e: page.seen.append(f"error: {e}"))
        page.goto((made / f"{name}.html").as_uri())
        return page

    yield visit
    for context in contexts:
        context.close()

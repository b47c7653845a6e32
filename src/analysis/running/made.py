"""What was made, and of what: an entry a report, so that a run goes on where one stopped.

A report stands when its files are there and all that it rests on gives the same answer as then.
"""

import json
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from analysis.data import trace
from analysis.data.current import Now
from analysis.data.results import folder_of
from analysis.data.workspace import Workspace
from analysis.data.write import write_atomically
from analysis.running.jobs import Job, Outcome
from analysis.telling import titles

TABLES_FIRST = "the raw data have changed: 1_data comes first, and shows whether this one is due"


def question(job: Job) -> str:
    """The hash of what is asked, by the names that the raw data give it now."""
    ask = job.ask
    names = (titles.title(ask), getattr(ask, "area_id", ""), ask.model_dump())
    return trace.digest(repr(names).encode())


def enter(job: Job, outcome: Outcome, read: dict[str, str] | None = None) -> None:
    """Write the entry of a job: what became of it, and what it rests on.

    Parameters
    ----------
    job, outcome
        What was asked, and what became of it.
    read
        What the notebook noted as read; None when it did not say, or failed.
    """
    entry = {
        "notebook": job.ask.notebook,
        "parameters": job.ask.model_dump(),
        "made": outcome.made,
        "error": outcome.error,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(outcome.seconds, 2),
        "commit": _commit(job.ask.city.root),
        "html_sha256": trace.of_file(job.page) if outcome.made else "",
        "bytes": outcome.size,
        "read": read,
    }
    write_atomically(_file(job.ask.city, job.ask.period, job.name), _json(entry))


def entries(city: Workspace, period: str) -> dict[str, dict]:
    """The entry of every report of a period, by its name."""
    folder = _file(city, period, "").parent
    return {
        file.stem: json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("*.json"))
    }


def why(job: Job, entry: dict | None, now: Now) -> list[str]:
    """Why a report has to be made, in words; empty when it stands.

    Parameters
    ----------
    job
        The report.
    entry
        What was entered when it was last made; None when it never was.
    now
        What its city's data answer now.
    """
    if entry is None:
        return ["it has not been made"]
    if not entry["made"]:
        return [f"it failed: {entry['error']}"]
    if entry["read"] is None:
        return ["its notebook did not say what it read"]
    gone = [file.name for file in job.leaves if not file.exists()]
    if gone:
        return [f"{', '.join(gone)} is gone"]
    if trace.of_file(job.page) != entry["html_sha256"]:
        return [f"{job.page.name} was changed by hand"]
    read = dict(entry["read"])
    asked = ["question"] if read.pop("question") != question(job) else []
    changed = asked + now.changed(read)
    if now.has_tables:
        return [f"{what} has changed" for what in changed]
    seen = [f"{what} has changed" for what in changed if not what.startswith("table ")]
    return seen or [TABLES_FIRST] * bool(changed)


def older(city: Workspace, period: str, found: dict[str, dict], now: Now) -> set[str]:
    """The names of reports that were made from other data than there are now."""
    return {
        name
        for name, entry in found.items()
        if entry["made"]
        and now.changed({k: v for k, v in (entry["read"] or {}).items() if k != "question"})
    }


def _file(city: Workspace, period: str, name: str) -> Path:
    return folder_of(city, period) / "made" / f"{name}.json"


def _json(content: dict) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


@cache
def _commit(root: Path) -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "not a git checkout"

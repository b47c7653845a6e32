"""The one page that leads to every report of a period; its filter needs no script.

It is made from the manifest alone, so it names a report that could not be made instead of
leaving it out, and marks one that was made before the raw data changed.
"""

import json
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis.data.parameters import LANGUAGES, question
from analysis.data.workspace import Workspace
from analysis.data.write import write_atomically
from analysis.running.render import framed
from analysis.telling import pages
from analysis.telling.text import words
from analysis.words.periods import Period


def write(folder: Path, city: Workspace, period: str) -> Path:
    """Write ``index.html`` (Swedish) and ``index.en.html`` over the folder's reports."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for language in LANGUAGES:
        name = "index.html" if language == "sv" else f"index.{language}.html"
        numbers = (folder / "results.csv").exists()
        html = portal(manifest["reports"], city, period, language, numbers)
        write_atomically(folder / name, html.encode())
    return folder / "index.html"


def portal(
    reports: dict[str, dict], city: Workspace, period: str, language: str, numbers: bool = False
) -> str:
    """The page over the reports of one language, with links to the other.

    Parameters
    ----------
    reports
        Entries of the manifest by the report's name.
    city, period
        What the reports are about; one made from other raw data than the city's is marked.
    language
        Of the page; only reports in it are listed.
    numbers
        Whether ``results.csv`` stands beside the page.
    """
    say, now = words(language), city.fingerprint()
    entries, missing = [], []
    for name, entry in reports.items():
        if entry["parameters"]["language"] != language:
            continue
        ask = question(entry["notebook"], **entry["parameters"])
        if not entry["made"]:
            missing.append(f"{pages.title(ask)} ({entry['error']})")
            continue
        entries.append(
            {
                "file": f"{name}.html",
                "title": pages.title(ask),
                "reader": say(f"readers.{ask.notebook}"),
                "kind": ask.notebook,
                "area": getattr(ask, "area", ""),
                "area_name": getattr(ask, "area_name", ""),
                "older": entry["raw_data"] != now,
            }
        )
    order = {kind: place for place, kind in enumerate(reversed(say_kinds(say)))}
    entries.sort(key=lambda e: (order[e["kind"]], say.sorting(e["area_name"])))
    names = {"city": city.settings["cityName"], "period": say.period(Period.parse(period))}
    other = next(one for one in LANGUAGES if one != language)
    body = _template().render(
        say=say,
        other=words(other),
        other_file="index.html" if other == "sv" else f"index.{other}.html",
        intro=say("portal.intro", **names),
        entries=entries,
        missing=missing,
        older=any(entry["older"] for entry in entries),
        numbers=numbers,
        kinds=[(k, say(f"kinds.{k}")) for k in order if any(e["kind"] == k for e in entries)],
        areas=sorted(
            {(e["area"], e["area_name"]) for e in entries if e["area"]},
            key=lambda area: say.sorting(area[1]),
        ),
    )
    title = say("portal.title", **names)
    filters = _rules(entries)
    return framed(
        body,
        title,
        say("page.all_reports"),
        say,
        notices=pages.notices(say, city),
        more_style=filters,
    )


def say_kinds(say) -> list[str]:
    """The kinds of report, analysts' first."""
    return list(say.find("kinds"))


def _rules(entries: list[dict]) -> str:
    """The filter: a checked choice hides every report that is not of it."""
    rules = []
    for part in ("kind", "area"):
        for value in sorted({entry[part] for entry in entries if entry[part]}):
            rules.append(
                f'body:has(#{part}-{value}:checked) ul.reports li:not([data-{part}="{value}"])'
                "{display:none}"
            )
    return "\n".join(rules)


def _template():
    return Environment(
        loader=PackageLoader("analysis.running", "template"),
        autoescape=True,
        undefined=StrictUndefined,
    ).get_template("portal.html.j2")

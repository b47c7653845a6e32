"""The one page that leads to every report of a period; its filter needs no script.

It is made from the entries of what was made, so it names a report that could not be made instead
of leaving it out, and marks one that was made from other data than there are now.
"""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis.data.parameters import LANGUAGES, question
from analysis.data.workspace import Workspace
from analysis.data.write import write_atomically
from analysis.running.render import framed
from analysis.telling import titles
from analysis.telling.text import Words, words
from analysis.words.periods import Period

FEW = 40  # areas or failures that a reader takes in at a glance; more are folded


def write(
    folder: Path, city: Workspace, period: str, reports: dict[str, dict], older: set[str]
) -> Path:
    """Write ``index.html`` (Swedish) and ``index.en.html`` over the folder's reports."""
    for language in LANGUAGES:
        name = "index.html" if language == "sv" else f"index.{language}.html"
        numbers = (folder / "results.csv").exists()
        html = portal(reports, city, period, language, older, numbers)
        write_atomically(folder / name, html.encode())
    return folder / "index.html"


def portal(
    reports: dict[str, dict],
    city: Workspace,
    period: str,
    language: str,
    older: set[str] = frozenset(),
    numbers: bool = False,
) -> str:
    """The page over the reports of one language, with links to the other.

    Parameters
    ----------
    reports
        Entries of what was made by the report's name.
    city, period
        What the reports are about.
    language
        Of the page; only reports in it are listed.
    older
        Names of reports that were made from other data than there are now; they are marked.
    numbers
        Whether ``results.csv`` stands beside the page.
    """
    say = words(language)
    entries, missing = [], []
    for name, entry in reports.items():
        if entry["parameters"]["language"] != language:
            continue
        ask = question(entry["notebook"], city, **entry["parameters"])
        if not entry["made"]:
            missing.append(f"{titles.title(ask)} ({entry['error']})")
            continue
        entries.append(
            {
                "file": f"{name}.html",
                "title": titles.title(ask),
                "reader": say(f"readers.{ask.notebook}"),
                "kind": ask.notebook,
                "area": getattr(ask, "area", ""),
                "area_name": getattr(ask, "area_name", ""),
                "older": name in older,
            }
        )
    order = {kind: place for place, kind in enumerate(reversed(say_kinds(say)))}
    entries.sort(key=lambda e: (order[e["kind"]], say.sorting(e["area_name"])))
    areas = {e["area"]: e["area_name"] for e in entries if e["area"]}
    many = len(areas) > FEW
    folded = _by_letter(say, entries) if many else {}
    cards = [entry for entry in entries if not (many and entry["area"])]
    names = {"city": city.settings["cityName"], "period": say.period(Period.parse(period))}
    other = next(one for one in LANGUAGES if one != language)
    body = _template().render(
        say=say,
        other=words(other),
        other_file="index.html" if other == "sv" else f"index.{other}.html",
        intro=say("portal.intro", **names),
        entries=cards,
        folded=folded,
        missing=missing,
        few=FEW,
        older=any(entry["older"] for entry in entries),
        numbers=numbers,
        kinds=[(k, say(f"kinds.{k}")) for k in order if any(e["kind"] == k for e in entries)],
        areas=[] if many else sorted(areas.items(), key=lambda area: say.sorting(area[1])),
    )
    title = say("portal.title", **names)
    return framed(
        body,
        title,
        say("page.all_reports"),
        say,
        notices=titles.notices(say, city),
        more_style=_rules(cards, folded),
    )


def say_kinds(say) -> list[str]:
    """The kinds of report, analysts' first."""
    return list(say.find("kinds"))


def _by_letter(say: Words, entries: list[dict]) -> dict[str, dict[str, list[dict]]]:
    """The areas under their first letters, each with its reports."""
    found: dict[str, dict[str, list[dict]]] = {}
    for entry in sorted(entries, key=lambda e: say.sorting(e["area_name"])):
        if entry["area"]:
            name = entry["area_name"]
            found.setdefault(name[0].upper(), {}).setdefault(name, []).append(entry)
    return found


def _rules(cards: list[dict], folded: dict[str, dict[str, list[dict]]]) -> str:
    """The filter: a checked choice hides every report that is not of it."""
    inside = {e["kind"] for areas in folded.values() for own in areas.values() for e in own}
    kinds = {entry["kind"] for entry in cards} | inside
    choices = [("kind", kind) for kind in sorted(kinds)]
    choices += [("area", area) for area in sorted({e["area"] for e in cards if e["area"]})]
    rules = [
        f'body:has(#{part}-{value}:checked) [data-{part}]:not([data-{part}="{value}"])'
        "{display:none}"
        for part, value in choices
    ]
    alone = sorted(kinds - inside) if folded else []
    rules += [f"body:has(#kind-{kind}:checked) .areas{{display:none}}" for kind in alone]
    return "\n".join(rules)


def _template():
    return Environment(
        loader=PackageLoader("analysis.running", "template"),
        autoescape=True,
        undefined=StrictUndefined,
    ).get_template("portal.html.j2")

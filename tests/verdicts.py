"""`python -m tests.verdicts`: docs/verdicts.md, every verdict as the reports word it, truth beside.

It reads what a run has left (`make reports`); the truth of the made-up city is read here and
in tests alone, never by a report.
"""

import json
from pathlib import Path

from analysis.data import results, tables
from analysis.data.results import pick
from analysis.data.workspace import Workspace
from analysis.telling import effects
from analysis.telling.text import words

ROOT = Path(__file__).parents[1]
HEAD = """# Verdicts

Made by `python -m tests.verdicts` from what `make reports` left. "As worded" is what the pages say,
in both languages. The truth of the made-up city is known to its generator and to tests alone.
"""


def planted(city: Workspace) -> dict[str, float]:
    """The ratio planted on the outcome of each measure's own indicator; 1 where none was.

    The second of the coordinated pair comes on top of the first, so its own is the quotient.
    """
    truth = json.loads((city.raw / "truth.json").read_text("utf-8"))
    read = tables.build(city)
    goals = read["indicators"].set_index("indicator_id")
    found = {}
    for row in read["measures"].itertuples():
        goal = goals.loc[row.indicator_id] if row.indicator_id in goals.index else None
        found[row.measure_id] = 1.0 if goal is not None and goal.kind == "crime" else None
        for one in truth["effects"]:
            same = goal is not None and (one["area_id"], one["item"]) == (
                row.area_id, goal.definition,
            )  # fmt: skip
            if same and row.measure_id in one["measure_id"].split() and one["ratio"] != 1:
                together = " " in one["measure_id"] and row.measure_id == "M06"
                found[row.measure_id] *= 1 if together else one["ratio"]
    return found


def of_measures(city: Workspace, period: str) -> list[str]:
    """One row a measure: truth, estimate, what would have been seen, the verdict in words."""
    rows = results.load_results(city, period)
    ruled = results.load_verdicts(city, period, "measure")
    estimates = {e.series: e for e in pick(rows, statistic="effect")}
    seen = {e.series: e for e in pick(rows, statistic="effect seen")}
    truth = planted(city)
    lines = [
        f"\n## {city.name}, {period}: planted effects\n",
        "| measure | outcome | truth | estimate (95 %) | a ratio of this would have been seen | "
        "truth inside | as worded: sv | as worded: en |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in ruled:
        e, least = estimates[one.subject], seen.get(one.subject)
        known, real = e.known and e.low is not None, truth[one.subject]
        told = f"{e.value:.2f} ({e.low:.2f}-{e.high:.2f})" if known else "refused"
        inside = ("yes" if e.low <= real <= e.high else "**no**") if known and real else ""
        worded = [effects.told(words(language), one, e, least) for language in ("sv", "en")]
        lines.append(
            f"| {one.subject} | {e.definition} | {'none' if real is None else f'{real:.2f}'} | "
            f"{told} | {'none' if least is None else f'{least.value:.2f}'} | {inside} | "
            f"{worded[0]} | {worded[1]} |"
        )
    return lines


def of_claims(city: Workspace, period: str) -> list[str]:
    """One row a claim of the op-ed."""
    ruled = results.load_verdicts(city, period, "claim")
    lines = [
        f"\n## {city.name}, {period}: the op-ed's five claims\n",
        "| claim | as worded: sv | as worded: en |",
        "|---|---|---|",
    ]
    for one in ruled:
        worded = []
        for language in ("sv", "en"):
            say = words(language)
            claim, ruling = say(f"claims.{one.subject}"), effects.ruling(say, one)
            worded.append(f"{claim}: **{ruling}**. {effects.because(say, one)}")
        lines.append(f"| {one.subject} | {worded[0]} | {worded[1]} |")
    rows = results.load_results(city, period)
    mine = [e for e in pick(rows, statistic="effect") if e.series.startswith("arrests-cause")]
    seen = {e.series: e.value for e in pick(rows, statistic="effect seen")}
    lines += ["\n| design tried on the arrests | estimate (95 %) | would have been seen |"]
    lines += ["|---|---|---|"]
    for e in mine:
        told = f"{e.value:.2f} ({e.low:.2f}-{e.high:.2f})" if e.known else f"refused: {e.note}"
        least = f"{seen[e.series]:.2f}" if e.series in seen else "none"
        lines.append(f"| {e.series.split()[-1]} | {told} | {least} |")
    return lines


def page() -> str:
    """The whole page."""
    made_up, goteborg = Workspace.find("exempelstad"), Workspace.find("goteborg")
    lines = [HEAD.rstrip(), *of_claims(goteborg, "2017"), *of_measures(made_up, "2017Q3")]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "verdicts.md").write_text(page(), encoding="utf-8")

"""The command line: lagesbild new | fetch | check | plan | run | list | open | record."""

import json
import shlex
import sys
import time
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from analysis.chain import links
from analysis.data import scaffold, state, tables
from analysis.data.held import Busy
from analysis.data.parameters import known
from analysis.data.record import changed, namesakes, recorded_as, renew
from analysis.data.workspace import Workspace, names, project_root
from analysis.measurement import register
from analysis.running.jobs import REPORTS, Job, plan
from analysis.words.questions import MissingWork, NotFetched, WrongQuestion, one_of

ALL_MADE, SOME_FAILED, WRONG_QUESTION, BUSY = 0, 3, 64, 75

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="From raw crime and survey data to the lägesbild of each district and its reports.\n\n"
    "Exit codes: 0 all made; 3 some reports failed, and which; 64 a wrong question, with the "
    "right ones; 75 another run holds the folder.",
)
out, err = Console(), Console(stderr=True)

City = Annotated[str, typer.Argument(help="Folder in data/raw: goteborg, exempelstad.")]
Span = Annotated[
    str | None,
    typer.Argument(help="The span to report: 2017Q3, 2017-09, 2017; the city's own when left out."),
]
Reports = Annotated[
    list[str] | None,
    typer.Option("--report", "-r", help=f"Only this kind: {', '.join(REPORTS)}. May be repeated."),
]
AreasOf = Annotated[
    list[str] | None,
    typer.Option("--area", "-a", help="Only this district: lundby. May be repeated."),
]
Languages = Annotated[
    list[str] | None, typer.Option("--lang", "-l", help="Only this language: sv or en.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")]


@app.command()
def check(workspace: City = "goteborg", as_json: AsJson = False) -> None:
    """Say what is missing, what is wrong and what can be made; account for every row."""
    city = Workspace.find(workspace)
    if city.known_on:
        known(city)
    if problems := city.problems():
        _answer(as_json, {"workspace": workspace, "problems": problems}, "\n".join(problems))
        raise typer.Exit(SOME_FAILED)
    found = tables.build(city)
    states = state.state(city, found)
    not_yet = {report: why for report, why in state.can_make(city, found).items() if why}
    answer = {
        "workspace": workspace, "problems": [], "ledger": found.ledger.to_dict("records"),
        "rejected": found.rejected.to_dict("records"),
        "dangling": [str(one) for one in links.dangling(found)],
        "empty": [one.table for one in states if one.status != "filled"],
        "not_yet": not_yet, "next": state.steps(city, found, states, _off(found, city)),
        "spans": state.spans(city, found, register.watched(found, city)), "not_read": city.strays,
    }  # fmt: skip
    shown = Table(
        "file", "rows in", "not chosen", "used", "rejected",
        title=f"{workspace}: every row accounted for",
    )  # fmt: skip
    for row in answer["ledger"]:
        shown.add_row(*(str(row[key]) for key in tables.LEDGER[1:]))
    _answer(as_json, answer, shown)
    if not as_json:
        told = state.rejections(found)
        told += [f"leads nowhere: {one}" for one in answer["dangling"]]
        told += [
            f"not read: {name}; it is in no record of datapackage.json."
            + f" To enter it: lagesbild record {workspace} {shlex.quote(name)}"
            * bool(namesakes(city, name))
            for name in city.strays
        ]
        told += [f"no rows yet: {', '.join(answer['empty'])}."] * bool(answer["empty"])
        told += [f"cannot be made yet: {report}, since {why}." for report, why in not_yet.items()]
        told.append(f"Spans that can be reported: {answer['spans']}.")
        told += [f"next: {step}" for step in answer["next"]]
        out.print("\n".join(told), soft_wrap=True, highlight=False, markup=False)


@app.command()
def fetch(
    workspace: City,
    sources: Annotated[
        list[str] | None, typer.Argument(help="Files of the record to fetch; all when left out.")
    ] = None,
    offline: Annotated[
        bool, typer.Option(help="Use only answers that are kept from today; ask nobody.")
    ] = False,
    again: Annotated[bool, typer.Option(help="Ask anew for what was answered today.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask providers for the files that a city's record can fetch; whole batches or nothing."""
    city = Workspace.find(workspace)
    from analysis.data.fetching import batch
    from analysis.data.fetching.client import Client

    wanted = sources or batch.sources(city)
    for name in wanted:
        one_of("file to fetch", name, batch.sources(city))
    made, failed = [], {}
    for name in wanted:
        try:
            caller = partial(Client, sleep=partial(_wait, name))
            made.append(batch.fetch(city, name, datetime.now(), offline, again, caller))
        except NotFetched as problem:
            failed[name] = str(problem)
        except Busy as busy:
            _refuse(str(busy), BUSY)
    told = [
        f"{one.name}: {one.rows} rows in {one.answers} answers, {one.rejected} rejected"
        + ("" if one.new else "; the same as before")
        for one in made
    ]
    told += [f"{name}: not fetched. {why}" for name, why in failed.items()]
    answer = {"fetched": [asdict(one) for one in made], "failed": failed}
    _answer(as_json, answer, "\n".join(told) or f"{workspace} has no file that can be fetched.")
    raise typer.Exit(SOME_FAILED if failed else ALL_MADE)


@app.command("plan")
def show_plan(
    workspace: City = "goteborg",
    period: Span = None,
    report: Reports = None,
    area: AreasOf = None,
    lang: Languages = None,
    why: Annotated[
        bool, typer.Option("--why", help="Only what is not up to date, and what has changed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a run would make, in order, without making it."""
    jobs = plan(workspace, period or _usual(workspace), report, area, lang)
    due = {job.name: [] for job in jobs}
    if why:
        from analysis.running import reports

        due = reports.due(jobs)
        jobs = [job for job in jobs if job.name in due]
    shown = [
        f"{job.stage + 1}  {job.name}.html" + f": {'; '.join(due[job.name])}" * why for job in jobs
    ]
    _answer(
        as_json,
        [
            {"name": job.name, "stage": job.stage, "why": due[job.name], **job.ask.model_dump()}
            for job in jobs
        ],
        "\n".join([*shown, f"{len(jobs)} reports" + " to be made" * why]),
    )


@app.command()
def run(
    workspace: City = "goteborg",
    period: Span = None,
    report: Reports = None,
    area: AreasOf = None,
    lang: Languages = None,
    jobs_at_once: Annotated[
        int | None,
        typer.Option(
            "--jobs", "-j", min=1, help="Reports at once; by cores and memory if not set."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Make anew also what is up to date.")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", help="Make them on a Dask cluster: tcp://10.0.0.7:8786."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the reports, and what they build on; what is up to date is not made again."""
    if problems := Workspace.find(workspace).problems():
        _refuse("The raw data are not as recorded:\n- " + "\n- ".join(problems), SOME_FAILED)
    jobs = plan(workspace, period or _usual(workspace), report, area, lang)
    from analysis.running import cluster, reports

    workers = cluster.workers(scheduler) if scheduler else None

    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=err, disable=as_json,
    ) as bar:  # fmt: skip
        task, running = bar.add_task("starting", total=len(jobs)), {}

        def tell(what: str, job: Job, outcome) -> None:
            running[job.name] = what == "start"
            now = [name for name, is_running in running.items() if is_running]
            more = f" and {len(now) - 2} more" * (len(now) > 2)
            shown = ", ".join(now[:2]) + more or "done"
            bar.update(task, description=shown, advance=what == "end")
            if outcome and not outcome.made:
                bar.console.print(f"failed: {outcome.name}: {outcome.error}")

        try:
            outcomes = reports.run(jobs, jobs_at_once, tell, force, workers)
        except Busy as busy:
            _refuse(str(busy), BUSY)
    failed = [outcome for outcome in outcomes if not outcome.made]
    folder = jobs[0].ask.city.reports / jobs[0].ask.period
    left_out = [] if report else _left_out(jobs)
    answer = {
        "folder": str(folder),
        "made": [o.name for o in outcomes if o.made],
        "up_to_date": [o.name for o in outcomes if o.kept],
        "failed": {o.name: o.error for o in failed},
        "left_out": left_out,
    }
    kept = len(answer["up_to_date"])
    before = f", {kept} of them up to date since before" * bool(kept)
    told = f"{len(answer['made'])} of {len(outcomes)} reports made{before}: {folder / 'index.html'}"
    _answer(as_json, answer, "\n".join([told, *left_out]))
    raise typer.Exit(SOME_FAILED if failed else ALL_MADE)


@app.command()
def record(
    workspace: City,
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Raw files that were changed: measures.csv; all that were, if none."),
    ] = None,
) -> None:
    """Enter raw files that were changed on purpose: hash, size, today's date, and a copy kept."""
    city = Workspace.find(workspace)
    for file in files or changed(city):
        before = recorded_as(Workspace.find(workspace), file)
        rows = renew(city, file, date.today())
        instead = "" if before == file else f" in place of {before}, which held none"
        out.print(f"{file}: {rows} rows entered{instead}", soft_wrap=True, highlight=False)
    out.print(f"now: lagesbild check {workspace}", highlight=False)


@app.command("list")
def list_made(
    workspace: Annotated[
        str | None, typer.Argument(help="Folder in data/raw; every city when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the reports that have been made."""
    from analysis.running import reports

    cities = [workspace] if workspace else names(project_root())
    found = [entry for city in cities for entry in reports.of_workspace(Workspace.find(city).name)]
    lines = [
        f"{entry['file']}  {entry['bytes'] / 1000:.0f} kB  {entry['made_at']}" for entry in found
    ]
    way_out = f"nothing made yet: lagesbild run {workspace or cities[0]}"
    _answer(as_json, found, "\n".join(lines) or way_out)


@app.command("open")
def open_portal(workspace: City = "goteborg", period: Span = None) -> None:
    """Open the page that leads to every report of a span."""
    period = period or _usual(workspace)
    index = Workspace.find(workspace).reports / period / "index.html"
    if not index.exists():
        raise MissingWork(f"{index} has not been made: lagesbild run {workspace} {period}")
    typer.launch(str(index))


@app.command("example")
def make_example() -> None:
    """Make the made-up city exempelstad anew; it is the same to the byte each time."""
    from analysis.example import city

    out.print(f"{city.make(project_root())}: made up; try: lagesbild run exempelstad")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the new workspace, in plain letters.")],
    kommun: Annotated[str, typer.Option(help="Municipality code: 1480.")],
) -> None:
    """Lay out the folder of a new city: every table explained, a record to fill, a guide."""
    folder = scaffold.new(project_root(), name, kommun, date.today())
    out.print(
        f"{folder}: read README.md there, fill the tables, then: lagesbild record {name}; "
        f"lagesbild check {name}",
        soft_wrap=True, highlight=False,
    )  # fmt: skip


def _off(found: tables.Tables, city: Workspace) -> list[str]:
    """What to do about years in which the city's own events are not as many as officially."""
    years = [
        f"{row.year}: {row.counted:.0f} of {row.official:.0f}"
        for row in register.off(found, city).itertuples()
    ]
    return [
        "Bring incidents in line with the official totals, or state a shorter period in its record "
        f"of datapackage.json; until then nothing is counted from it: {'; '.join(years)}."
    ] * bool(years)


def _wait(name: str, seconds: float) -> None:
    """Wait before the next call, and say so when it is long enough to wonder about."""
    if seconds >= 1:
        err.print(f"{name}: waiting {seconds:.0f} s before the next call", highlight=False)
    time.sleep(seconds)


def _left_out(jobs: list[Job]) -> list[str]:
    """The rows that were set aside, and the kinds of report that cannot be made yet, with why."""
    city, kinds = jobs[0].ask.city, {job.ask.notebook for job in jobs}
    try:
        found = tables.load(city)
    except MissingWork:
        return []
    rejected = int(found.ledger.rows_rejected.sum())
    not_made = [
        f"{report} ({why})"
        for report, why in state.can_make(city, found).items()
        if why and REPORTS[report] not in kinds
    ]
    told = {
        f"{rejected} rows were not used: lagesbild check {city.name} says which and why.": rejected,
        f"Not made, for lack of data: {', '.join(not_made)}.": not_made,
    }
    return [line for line, holds in told.items() if holds]


def _usual(workspace: str) -> str:
    """The span that a city reports when none is asked for."""
    return Workspace.find(workspace).settings["period"]


def _answer(as_json: bool, data, shown) -> None:
    if as_json:
        print(json.dumps(data, ensure_ascii=False, indent=1, default=str))
    else:
        out.print(shown, soft_wrap=True, highlight=False)


def _refuse(message: str, code: int) -> None:
    err.print(message, style="bold", soft_wrap=True, highlight=False, markup=False)
    raise SystemExit(code)


def main() -> None:
    """Run the command line; a wrong question ends with 64 and the right ones."""
    try:
        app()
    except (WrongQuestion, MissingWork) as wrong:
        _refuse(str(wrong), WRONG_QUESTION)
    except SystemExit as end:
        sys.exit(WRONG_QUESTION if end.code == 2 else end.code)


if __name__ == "__main__":
    main()

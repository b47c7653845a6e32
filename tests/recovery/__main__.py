"""Write docs/recovery.md: what every design gives back of truths that were simulated.

``python -m tests.recovery [runs]``. What misses a target is marked and counted at the top, so that
a table of many rows cannot hide it; methods that are there to be shown failing are named naive.
"""

import sys
from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

FULL = 2000
FOLDER = Path(__file__).parent
SIZE, COVERAGE = (0.03, 0.07), (0.93, 0.97)
OFTEN, SELDOM, NEVER = "▲", "▽", "○"
SIGNS = {
    OFTEN: "Promises too much: more false alarms than the band, or intervals that hold less.",
    SELDOM: "Too cautious: fewer false alarms than the band, or intervals that hold more.",
    NEVER: "Called nothing an effect in any run without one: it refuses, or it is blunt there.",
}
HEAD = """# Simulated truths, given back

Written by `python -m tests.recovery {runs}` from `tests/recovery`, with fixed seeds: the same each
time. Where a simulation is dear a row has fewer runs than {runs}, and its file says so.

- **Rejected** is how often an effect (or a break, an alarm, a failed check) was called one. Where
  the truth is none this is the size, and should be 5 %: the target is 3-7 %. Elsewhere it is the
  power.
- **Covered** is how often the 95 % interval held the truth; the target is 93-97 %.
- **Bias** is the mean of the estimates less the truth, in the units of the truth or its logarithm,
  as said under each heading.

Of {runs} runs a share of 5 % is known to {error:.1f} percentage points (a standard deviation), and a
target is taken by the letter: a row just outside may be there by chance. Naive methods are there to
be shown failing, are written in italics and have no target.
"""


@dataclass(frozen=True, kw_only=True)
class Part:
    """How the rows of one file are read.

    Parameters
    ----------
    title, units
        Heading, and what truth and bias are in.
    none
        The truth that means no effect; None where no row has a size.
    naive
        Ends of "scenario | method" that are there to be shown failing.
    sizes
        Other bands of the size than 3-7 %, by a part of "scenario | method"; the first that fits.
        None where the row's share is no size.
    """

    title: str
    units: str
    none: float | None
    naive: tuple[str, ...] = ()
    sizes: tuple[tuple[str, tuple[float, float] | None], ...] = ()


RATIOS, LOGS = "Truth: ratios; bias: their logarithm.", "Truth and bias: log ratios."
PARTS = {
    "breaks": Part(
        title="Breaks and trends of one series",
        units="Truth: the ratio at the break or of the yearly trend, for a date its month. Bias: "
        "log ratio, or months. With breaks, coverage and bias are those of the runs that found one.",
        none=1.0,
        naive=("Poisson, 2 log n", "best date as if known", "Poisson trend", "Newey-West(12)"),
    ),
    "checks": Part(
        title="Checks",
        units="Rejected: the share of runs that failed the check. Truth and bias: log ratios of the "
        "effect that the check is of. A sound check fails in at most 7 % where nothing is wrong.",
        none=None,
        naive=(
            "binomial number of clear ones (naive)",
            "naive design alone, its claims",
            "independent months (naive)",
            "baseline the window itself (naive) | before and after",
            "baseline the window itself (naive) | against the rest",
        ),
        sizes=(("nothing wrong", (0.0, 0.07)), ("dose at random, does nothing", (0.0, 0.07))),
    ),
    "difference": Part(
        title="Areas against areas",
        units=RATIOS,
        none=1.0,
        naive=(
            "two-way, naive", "two-way, quasi", "two-way, cluster", "log(y + 1), cluster",
            "neighbours kept", "after over the year before", "selection year as baseline",
            "missing taken for nought", "all bins' intervals",
        ),
    ),
    "displacement": Part(
        title="Displacement and diffusion",
        units="Truth and bias: events a month, or the share that moved.",
        none=0.0,
        naive=("weighted difference, Poisson", "share moved, Poisson"),
    ),
    "early_warning": Part(
        title="Early warning",
        units="Truth: the ratio to the mean of quiet months. A limit should be passed in 2.5 % of "
        "those: the target is 1-4 % where events are independent, at most 5 % where not.",
        none=1.0,
        naive=(
            "ears", "mean + 2 SD", "farrington 1996", "all rise 20 % a year, mean 4 | farrington",
        ),
        sizes=(("Poisson, mean", (0.01, 0.04)), ("", (0.0, 0.05))),
    ),
    "evaluation": Part(
        title="The evaluation of a measure, in made-up cities",
        units=f'{RATIOS} One measure is asked in a sixth as many cities as there are runs. A verdict '
        'is rejected where it is "supported": where nothing was planted in at most 2.5 %, as only a '
        "fall can be. Verdicts on planted effects are of fewer cities, as noted.",
        none=1.0,
        naive=("no drift", "own trend", "one drift for all kinds"),
        sizes=(("verdict supported", (0.0, 0.025)),),
    ),
    "interrupted": Part(
        title="One series interrupted",
        units=f"{LOGS} Of events avoided: events.",
        none=0.0,
        naive=(
            "log(y + 1)", "Poisson, naive", "Poisson, Newey-West 12", "| quasi-Poisson",
            "before and after", "interrupted, no comparison", "missing taken as none",
            "by the error at no effect", "slopes of sd 0.05 a year | with comparison",
            "slopes of sd 0.1 a year | with comparison",
        ),
    ),
    "smallarea": Part(
        title="Survey shares of small areas",
        units="Truth and bias: shares, or differences of shares.",
        none=0.0,
        naive=("direct share", "two-way, clustered errors"),
    ),
    "synthetic": Part(
        title="Synthetic comparison",
        units="Truth: ratios; bias: that of the median log ratio.",
        none=1.0,
        naive=("before and after, Poisson",),
    ),
    "two_counts": Part(
        title="Two counts",
        units=RATIOS,
        none=1.0,
        naive=(
            "exact Poisson", "three sums, dispersion taken as known",
            "months round their mean, no memory", "Poisson range", "the missing as nought",
            "as if spans were equal", "| by exposure",
        ),
    ),
}  # fmt: skip


def files() -> dict[str, Path]:
    """Every file of simulated truths by the name of its subject, in order."""
    return {
        path.stem.removeprefix("test_").removesuffix("_recovery"): path
        for path in sorted(FOLDER.glob("test_*_recovery.py"))
    }


def tables(runs: int) -> dict[str, list[dict]]:
    """The rows of every file that tells them, by subject; empty where a file only asserts."""
    found = {}
    for subject, path in files().items():
        module = import_module(f"tests.recovery.{path.stem}")
        found[subject] = module.rows(runs) if hasattr(module, "rows") else []
    return found


def page(found: dict[str, list[dict]], runs: int) -> str:
    """The page as Markdown."""
    told = {subject: rows for subject, rows in found.items() if rows}
    if unread := sorted(told.keys() - PARTS.keys()):
        raise KeyError(f"{', '.join(unread)}: say in PARTS how the rows of this file are read.")
    lines = summary(told, runs)
    for subject, rows in told.items():
        lines += section(subject, PARTS[subject], rows)
    silent = [f"`{files()[subject].name}`" for subject, rows in found.items() if not rows]
    lines.append(f"\nAsserted without a table: {', '.join(silent)}.\n")
    return "".join(lines)


def summary(told: dict[str, list[dict]], runs: int) -> list[str]:
    """The head of the page: how many rows keep their targets, and what the others do, by subject."""
    every = [(subject, row) for subject, rows in told.items() for row in rows]
    kept = [(one, set(marks(PARTS[one], row))) for one, row in every if has_target(PARTS[one], row)]
    naive = sum(is_naive(PARTS[one], row) for one, row in every)
    count = Counter((one, sign) for one, signs in kept for sign in signs)
    total = Counter(sign for _, signs in kept for sign in signs)
    asked = Counter(one for one, _ in kept)
    return [
        HEAD.format(runs=runs, error=100 * (0.05 * 0.95 / runs) ** 0.5),
        f"\n**{len(every)} rows, {naive} of them naive; {len(kept)} of ours have a target, and "
        f"{sum(not signs for _, signs in kept)} keep it.** The others are marked; a row may have two "
        "signs:\n\n",
        *[f"- {sign} {total[sign]} rows. {meaning}\n" for sign, meaning in SIGNS.items()],
        f"\n| what | rows with a target | {' | '.join(SIGNS)} |\n|---|{'---|' * (1 + len(SIGNS))}\n",
        *[
            f"| {PARTS[one].title} | {asked[one]} | "
            + " | ".join(str(count[one, sign]) for sign in SIGNS)
            + " |\n"
            for one in told
        ],
    ]


def section(subject: str, part: Part, rows: list[dict]) -> list[str]:
    """One file's table under its heading."""
    return [
        f"\n## {part.title}\n\n`{files()[subject].name}`. {part.units}\n\n",
        "| scenario | method | truth | rejected | covered | bias | note |\n",
        "|---|---|---|---|---|---|---|\n",
        *[line(part, row) for row in rows],
    ]


def line(part: Part, row: dict) -> str:
    """One row; a share that misses its target has the sign behind it."""
    method = f"*{row['method']}*" if is_naive(part, row) else row["method"]
    size, held = size_sign(part, row), coverage_sign(part, row)
    cells = (
        row["scenario"],
        method,
        number(row["truth"], "g"),
        f"{number(row['rejected'], '.1%')} {size}",
        f"{number(row['covered'], '.1%')} {held}",
        number(row["bias"], "+.3f"),
        row["note"],
    )
    return "| " + " | ".join(cell.strip().replace("|", "\\|") for cell in cells) + " |\n"


def number(value: float | None, form: str) -> str:
    """A number, or a dash where it does not apply."""
    return "–" if value is None else format(round(value, 4), form)


def is_naive(part: Part, row: dict) -> bool:
    """Whether a row is there to be shown failing."""
    return name(row).endswith(part.naive)


def name(row: dict) -> str:
    return f"{row['scenario']} | {row['method']}"


def band(part: Part, row: dict) -> tuple[float, float] | None:
    """The band of a row's size; None where its share is no size, or it is naive."""
    if row["rejected"] is None or is_naive(part, row):
        return None
    by_name = next((wanted for words, wanted in part.sizes if words in name(row)), SIZE)
    if part.none is None:
        return by_name if by_name != SIZE else None
    return by_name if row["truth"] == part.none else None


def has_target(part: Part, row: dict) -> bool:
    """Whether a row has a size or a coverage to keep."""
    held = row["covered"] is not None and not is_naive(part, row)
    return held or band(part, row) is not None


def size_sign(part: Part, row: dict) -> str:
    """The sign of a size outside its band."""
    wanted = band(part, row)
    if wanted is None or wanted[0] <= row["rejected"] <= wanted[1]:
        return ""
    if row["rejected"] > wanted[1]:
        return OFTEN
    return SELDOM if row["rejected"] else NEVER


def coverage_sign(part: Part, row: dict) -> str:
    """The sign of a coverage outside its band."""
    if row["covered"] is None or is_naive(part, row):
        return ""
    low, high = COVERAGE
    return OFTEN if row["covered"] < low else SELDOM if row["covered"] > high else ""


def marks(part: Part, row: dict) -> list[str]:
    """The signs of a row."""
    return [sign for sign in (size_sign(part, row), coverage_sign(part, row)) if sign]


if __name__ == "__main__":
    asked_for = int(sys.argv[1]) if len(sys.argv) > 1 else FULL
    text = page(tables(asked_for), asked_for)
    (FOLDER.parents[1] / "docs" / "recovery.md").write_text(text, encoding="utf-8")

"""The archived police feed, 14.65 million sightings, to a typed Parquet file and a panel.

`python -m tests.bench_feed` runs each way in a process of its own and prints seconds of work
(imports left out), the highest memory of the process, and what came out, which must be the same.
A ratio holds on a busy machine; seconds do not.
"""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

DATA = Path(__file__).parents[2] / "shared" / "data" / "polisen"
FEED = DATA / "polisen_feed_snapshots_14_65M_rows.parquet"
PANEL = DATA / "panel_kommun_month_category.parquet"
TIMES = 3
ENOUGH = 14  # gigabytes that must be free before pandas may try
SAID = ["datetime", "name", "summary", "type", "location_name", "gps"]
MONTHS = [
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september",
    "oktober", "november", "december",
]  # fmt: skip
TITLE = r"^(\d{1,2}) (\S+) (\d{1,2})[.:](\d{2}), (.*)$"
WRITTEN, ZONE = "%Y-%m-%d %H:%M:%S %z", "Europe/Stockholm"
FIRST, LAST = "2023-04-01", "2026-07-31"


def ours(out: Path):
    """As `lagesbild` does it, each row checked against its table's rules and for personal data."""
    import pandas as pd

    from analysis.data.formats import polisen
    from analysis.data.tables import accept
    from analysis.measurement.notices import panel, shipped_categories

    yield
    names = pd.read_parquet(PANEL, columns=["kommun_kod", "kommun_namn"]).drop_duplicates()
    areas = dict(zip(names.kommun_namn, "kommun:" + names.kommun_kod, strict=True))
    rows = polisen.snapshots([FEED], {"areas": areas}).rows
    used, _ = accept("police_notices", rows.assign(source_id="polisen", resource="archive"))
    used.to_parquet(out)
    cells = panel(used, areas.values(), shipped_categories())
    yield len(used), len(cells), int(cells["count"].sum())


def duckdb(out: Path):
    """The barest SQL: one grouping, one pattern, no accounts and no checks."""
    import tomllib

    import duckdb

    yield
    text = (Path(__file__).parents[1] / "src/analysis/data/notices.toml").read_text("utf-8")
    base = duckdb.connect(config={"memory_limit": "500MB", "threads": 1})
    kinds = ", ".join(f"('{name}', '{kind}')" for name, kind in tomllib.loads(text).items())
    base.execute(f"CREATE TABLE kinds AS FROM (VALUES {kinds}) AS k(type, category)")
    base.execute(
        f"CREATE TABLE areas AS SELECT DISTINCT 'kommun:' || kommun_kod AS area_id, "
        f"lower(kommun_namn) AS place FROM '{PANEL}'"
    )
    base.execute(f"""
        CREATE TABLE notices AS
        WITH events AS (
            SELECT id, arg_max(datetime, snapshot_ts) AS datetime,
                arg_max(name, snapshot_ts) AS name, trim(arg_max(type, snapshot_ts)) AS type,
                min(snapshot_ts) AS first_seen, max(snapshot_ts) AS last_seen,
                count(DISTINCT hash({", ".join(SAID)})) AS versions
            FROM '{FEED}' GROUP BY id
        ), titles AS (
            SELECT *, timezone('{ZONE}', strptime(datetime, '{WRITTEN}')) AS published,
                regexp_extract(name, '{TITLE}', ['d', 'm', 'h', 'min', 'rest']) AS t
            FROM events
        ), parts AS (
            SELECT *, list_position({MONTHS}, t.m) AS month, month - month(published) AS later,
                year(published)
                    + CASE WHEN later >= 6 THEN -1 WHEN later < -6 THEN 1 ELSE 0 END AS year,
                trim(string_split(t.rest, ', ')[-1]) AS place
            FROM titles
        )
        SELECT 'polisen:' || id AS notice_id, published,
            make_timestamp(year, month, t.d::INT, t.h::INT, t.min::INT, 0) AS occurred,
            type, parts.place, coalesce(area_id, '') AS area_id,
            CASE WHEN type LIKE 'Sammanfattning%' THEN 'yes' ELSE 'no' END AS bulletin,
            timezone('{ZONE}', to_timestamp(first_seen)) AS first_seen,
            timezone('{ZONE}', to_timestamp(last_seen)) AS last_seen, versions
        FROM parts LEFT JOIN areas ON lower(parts.place) = areas.place
    """)
    base.execute(f"COPY notices TO '{out}' (FORMAT parquet)")
    cells = base.execute(f"""
        WITH counts AS (
            SELECT area_id, date_trunc('month', published) AS month, category, count(*) AS n
            FROM notices JOIN kinds USING (type) GROUP BY ALL
        )
        SELECT area_id, month, category, coalesce(n, 0) AS count
        FROM areas CROSS JOIN generate_series(TIMESTAMP '{FIRST}', '{LAST}', INTERVAL 1 MONTH) m(month)
            CROSS JOIN (SELECT DISTINCT category FROM kinds)
            LEFT JOIN counts USING (area_id, month, category)
    """).df()
    events = base.execute("SELECT count(*) FROM notices").fetchone()[0]
    yield events, len(cells), int(cells["count"].sum())


def polars(out: Path):
    """Polars, lazily and streaming."""
    import tomllib

    import polars as pl

    yield
    text = (Path(__file__).parents[1] / "src/analysis/data/notices.toml").read_text("utf-8")
    names = pl.read_parquet(PANEL, columns=["kommun_kod", "kommun_namn"]).unique()
    areas = names.select(
        ("kommun:" + pl.col("kommun_kod")).alias("area_id"),
        pl.col("kommun_namn").str.to_lowercase().alias("low"),
    )
    newest = [pl.col(c).sort_by("snapshot_ts").last() for c in ("datetime", "name", "type")]
    events = (
        pl.scan_parquet(FEED)
        .with_columns(pl.struct(SAID).hash().alias("said"))
        .group_by("id")
        .agg(
            *newest,
            pl.col("snapshot_ts").min().alias("first_seen"),
            pl.col("snapshot_ts").max().alias("last_seen"),
            pl.col("said").n_unique().alias("versions"),
        )
        .collect(engine="streaming")
    )
    part = [pl.col("name").str.extract(TITLE, n).alias(f"t{n}") for n in range(1, 6)]
    local = pl.col("datetime").str.to_datetime(WRITTEN, time_zone="UTC")
    notices = (
        events.with_columns(*part, pl.col("type").str.strip_chars())
        .with_columns(
            local.dt.convert_time_zone(ZONE).dt.replace_time_zone(None, ambiguous="earliest")
            .alias("published"),
            pl.col("t2").replace_strict({m: n for n, m in enumerate(MONTHS, 1)}).alias("month"),
            pl.col("t5").str.split(", ").list.last().str.strip_chars().alias("place"),
        )
        .with_columns((pl.col("month") - pl.col("published").dt.month()).alias("later"))
        .with_columns(
            pl.datetime(
                pl.col("published").dt.year()
                - (pl.col("later") >= 6).cast(pl.Int32) + (pl.col("later") < -6).cast(pl.Int32),
                pl.col("month"), pl.col("t1").cast(pl.Int8), pl.col("t3").cast(pl.Int8),
                pl.col("t4").cast(pl.Int8),
            ).alias("occurred"),
            pl.col("place").str.to_lowercase().alias("low"),
            *(pl.from_epoch(c).dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE)
              .dt.replace_time_zone(None) for c in ("first_seen", "last_seen")),
        )
        .join(areas, on="low", how="left")
        .select(
            ("polisen:" + pl.col("id").cast(pl.String)).alias("notice_id"), "published",
            "occurred", "type", "place", pl.col("area_id").fill_null(""),
            pl.when(pl.col("type").str.starts_with("Sammanfattning")).then(pl.lit("yes"))
            .otherwise(pl.lit("no")).alias("bulletin"), "first_seen", "last_seen", "versions",
        )
    )  # fmt: skip
    notices.write_parquet(out)
    kinds = tomllib.loads(text)
    counts = (
        notices.join(pl.DataFrame({"type": [*kinds], "category": [*kinds.values()]}), on="type")
        .group_by("area_id", pl.col("published").dt.strftime("%Y-%m").alias("month"), "category")
        .len("count")
    )
    months = pl.datetime_range(
        pl.lit(FIRST).str.to_datetime(), pl.lit(LAST).str.to_datetime(), "1mo"
    )
    cells = (
        areas.select("area_id")
        .join(pl.select(months.dt.strftime("%Y-%m").alias("month")), how="cross")
        .join(pl.DataFrame({"category": sorted(set(kinds.values()))}), how="cross")
        .join(counts, on=["area_id", "month", "category"], how="left")
        .with_columns(pl.col("count").fill_null(0))
    )
    yield len(notices), len(cells), int(cells["count"].sum())


def pandas(out: Path):
    """Pandas as a manual shows it: read, sort, group, extract."""
    import tomllib

    import pandas as pd

    yield
    text = (Path(__file__).parents[1] / "src/analysis/data/notices.toml").read_text("utf-8")
    names = pd.read_parquet(PANEL, columns=["kommun_kod", "kommun_namn"]).drop_duplicates()
    areas = dict(zip(names.kommun_namn.str.lower(), "kommun:" + names.kommun_kod, strict=True))
    rows = pd.read_parquet(FEED, columns=["snapshot_ts", "id", *SAID])
    seen = rows.groupby("id").snapshot_ts.agg(first_seen="min", last_seen="max")
    seen["versions"] = rows.drop_duplicates(["id", *SAID]).groupby("id").size()
    rows = rows[["snapshot_ts", "id", "datetime", "name", "type"]]
    last = rows.loc[rows.groupby("id").snapshot_ts.idxmax()].set_index("id").join(seen)
    del rows
    title = last.name.str.extract(TITLE)
    local = pd.to_datetime(last.datetime, format=WRITTEN, utc=True).dt.tz_convert(ZONE)
    last["published"] = local.dt.tz_localize(None)
    month = title[1].map({m: n for n, m in enumerate(MONTHS, 1)})
    later = month - last.published.dt.month
    year = last.published.dt.year - (later >= 6) + (later < -6)
    parts = {"year": year, "month": month, "day": title[0], "hour": title[2], "minute": title[3]}
    last["occurred"] = pd.to_datetime(parts)
    last["place"] = title[4].str.split(", ").str[-1].str.strip()
    last["type"] = last.type.str.strip()
    last["area_id"] = last.place.str.lower().map(areas).fillna("")
    last["bulletin"] = last.type.str.startswith("Sammanfattning").map({True: "yes", False: "no"})
    for name in ("first_seen", "last_seen"):
        utc = pd.to_datetime(last[name], unit="s", utc=True)
        last[name] = utc.dt.tz_convert(ZONE).dt.tz_localize(None)
    last["notice_id"] = "polisen:" + last.index.astype(str)
    last.drop(columns=["snapshot_ts", "datetime", "name"]).to_parquet(out)
    kinds = tomllib.loads(text)
    every = pd.MultiIndex.from_product(
        [areas.values(), pd.period_range(FIRST, LAST, freq="M"), sorted(set(kinds.values()))]
    )
    counts = last.assign(month=last.published.dt.to_period("M"), category=last.type.map(kinds))
    cells = counts.groupby(["area_id", "month", "category"]).size().reindex(every, fill_value=0)
    yield len(last), len(cells), int(cells.sum())


WAYS = {way.__name__: way for way in (ours, duckdb, polars, pandas)}


def alone(name: str) -> None:
    """One way, in this process: what it took and what came out, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        work = WAYS[name](Path(folder) / "notices.parquet")
        next(work)
        started = perf_counter()
        found = next(work)
        seconds = perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": memory, "found": found}))


def measured(name: str) -> dict:
    """One way in a fresh process; why not, where it did not come to its end."""
    words = [sys.executable, "-m", "tests.bench_feed", name]
    done = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    if done.returncode:
        return {"why": (done.stderr.strip().splitlines() or [f"ended by {done.returncode}"])[-1]}
    return json.loads(done.stdout)


def free_gigabytes() -> float:
    """Memory that may be taken now."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(one.split()[1]) for one in lines if one.startswith("MemAvailable")) / 2**20


def told(name: str, runs: list[dict]) -> str:
    """One line of the table: the median of the seconds, the highest memory."""
    if why := next((run["why"] for run in runs if "why" in run), ""):
        return f"{name:8} not measured: {why}"
    seconds, memory = median(r["seconds"] for r in runs), max(r["megabytes"] for r in runs)
    events, cells, total = runs[0]["found"]
    return f"{name:8} {seconds:7.2f} s {memory:8,.0f} MB  {events:,} events, {cells:,} cells, {total:,} counted"


def main() -> None:
    """Every way, in turn so that a busy moment meets all, and the ratio of the first two."""
    if not FEED.exists():
        raise SystemExit("the shared archive is not here: nothing to measure")
    runs: dict[str, list[dict]] = {name: [] for name in WAYS}
    for _ in range(TIMES):
        for name in ("ours", "duckdb"):
            runs[name].append(measured(name))
    runs["polars"].append(measured("polars"))
    free = free_gigabytes()
    small = {"why": f"{free:.0f} GB of memory are free, {ENOUGH} are wanted"}
    runs["pandas"].append(measured("pandas") if free >= ENOUGH else small)
    for name, taken in runs.items():
        print(told(name, taken))
    ratios = [
        a["seconds"] / b["seconds"] for a, b in zip(runs["ours"], runs["duckdb"], strict=True)
    ]
    print(f"ratio: {median(ratios):.2f}")


if __name__ == "__main__":
    alone(sys.argv[1]) if len(sys.argv) > 1 else main()

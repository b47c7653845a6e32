"""Notices counted by municipality, month and kind: what was watched, sorted and told, no more."""

import tomllib

import pandas as pd
import pytest

from analysis.data import tables
from analysis.data.formats import polisen
from analysis.measurement.fitness import whole_years
from analysis.measurement.notices import UNSORTED, panel, shipped_categories, watched
from analysis.measurement.register import beside
from tests.conftest import SHARED

DATA = SHARED / "data" / "polisen"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the shared archive is not here")
KINDS = {
    "violence", "weapons", "property", "narcotics", "fraud", "public_order", "traffic", "other",
}  # fmt: skip
SORTED = {"Brand": "other", "Rån": "property"}


def notices(*rows, seen=("2026-01-31 12:00", "2026-04-02 12:00")) -> pd.DataFrame:
    """Published, area, type; all of them seen from one moment to another."""
    found = pd.DataFrame(rows, columns=["published", "area_id", "type"])
    first, last = map(pd.Timestamp, seen)
    return found.assign(
        published=found.published.map(pd.Timestamp), first_seen=first, last_seen=last, bulletin="no"
    )


def spells(*seen) -> pd.DataFrame:
    columns = ["first_seen", "last_seen"]
    return pd.DataFrame([[*map(pd.Timestamp, pair)] for pair in seen], columns=columns)


def test_every_cell_of_area_watched_month_and_kind_has_a_count():
    found = panel(
        notices(("2026-02-28 23:59", "kommun:1", "Brand"), ("2026-03-01", "kommun:1", "Brand")),
        ["kommun:1", "kommun:2"],
        SORTED,
    )
    assert list(found.columns) == ["area_id", "month", "category", "count"]
    assert found.month.unique().tolist() == ["2026-02", "2026-03"]
    assert len(found) == 2 * 2 * 2
    some = found[found["count"] > 0]
    assert some.to_numpy().tolist() == [
        ["kommun:1", "2026-02", "other", 1],
        ["kommun:1", "2026-03", "other", 1],
    ]


def test_a_bulletin_a_county_and_a_month_half_watched_are_not_counted():
    rows = notices(
        ("2026-02-01", "kommun:1", "Rån"),
        ("2026-02-01", "", "Rån"),
        ("2026-04-01", "kommun:1", "Rån"),
        ("2026-02-01", "kommun:1", "Sammanfattning natt"),
    )
    rows.loc[3, "bulletin"] = "yes"
    found = panel(rows, ["kommun:1"], SORTED)
    assert found["count"].sum() == 1
    assert UNSORTED not in set(found.category)


def test_a_type_without_a_kind_is_counted_and_not_guessed():
    rows = notices(("2026-02-01", "kommun:1", "Ny typ"), ("2026-02-01", "kommun:1", "Rån"))
    found = panel(rows, ["kommun:1"], SORTED).set_index(["month", "category"])["count"]
    assert found["2026-02"].to_dict() == {"other": 0, "property": 1, UNSORTED: 1}


def test_a_month_is_watched_when_some_notice_led_from_each_answer_to_the_next():
    chain = spells(
        ("2026-01-31", "2026-02-10"), ("2026-02-10", "2026-02-20"), ("2026-02-15", "2026-04-01")
    )
    assert watched(chain) == ["2026-02", "2026-03"]


def test_a_month_with_a_gap_is_not_watched():
    gap = spells(("2026-01-31", "2026-02-10"), ("2026-02-11", "2026-04-01"))
    assert watched(gap) == ["2026-03"]


def test_one_answer_or_none_watches_no_month():
    assert watched(spells(("2026-02-10", "2026-02-10"), ("2026-02-10", "2026-02-10"))) == []
    assert watched(spells((None, None))) == []
    assert watched(spells().astype("datetime64[ns]")) == []


def test_every_type_is_one_of_eight_kinds_and_no_bulletin_has_one():
    shipped = shipped_categories()
    assert set(shipped.values()) == KINDS
    assert not [name for name in shipped if name.startswith("Sammanfattning")]
    assert [name for name in shipped if name != name.strip()] == []


# the archive of three and a half years


@pytest.fixture(scope="module")
def theirs() -> pd.DataFrame:
    found = pd.read_parquet(DATA / "panel_kommun_month_category.parquet")
    month = found.month.dt.strftime("%Y-%m")
    return found.assign(area_id="kommun:" + found.kommun_kod, month=month)


@pytest.fixture(scope="module")
def archive(theirs) -> pd.DataFrame:
    """The table that the sightings become."""
    areas = dict(zip(theirs.kommun_namn, theirs.area_id, strict=True))
    file = DATA / "polisen_feed_snapshots_14_65M_rows.parquet"
    rows = polisen.snapshots([file], {"areas": areas}).rows
    used, rejected = tables.accept(
        "police_notices", rows.assign(source_id="polisen", resource="archive")
    )
    assert (len(used), len(rejected)) == (85_011, 0)
    return used


@pytest.fixture(scope="module")
def reference() -> dict[str, str]:
    text = (DATA / "event_types_category_map.toml").read_text("utf-8")
    return {name: of["category"] for name, of in tomllib.loads(text)["event_types"].items()}


@needs_data
def test_the_archive_was_watched_for_40_whole_months_without_a_gap(archive, theirs):
    assert watched(archive) == sorted(theirs.month.unique())
    assert len(watched(archive)) == 40


@needs_data
def test_the_panel_equals_the_published_one_but_for_seven_types_with_a_trailing_blank(
    archive, theirs, reference
):
    """Of 92,800 cells seven differ, by one each: "Lagen om hundar och katter " has a kind here."""
    cell = ["area_id", "month", "category"]
    ours = panel(archive, theirs.area_id.unique(), reference).set_index(cell)["count"]
    known = theirs.set_index(cell).n
    more = ours[known.index] - known
    assert (len(known), known.sum()) == (92_800, 60_551)
    assert more[more != 0].tolist() == [1] * 7
    dogs = archive[archive.type == "Lagen om hundar och katter"]
    found = zip(dogs.area_id, dogs.published.dt.strftime("%Y-%m"), ["other"] * 7, strict=True)
    assert sorted(more.index[more != 0]) == sorted(found)


@needs_data
def test_three_notices_of_a_type_that_the_published_panel_leaves_out_are_counted_as_unsorted(
    archive, theirs, reference
):
    ours = panel(archive, theirs.area_id.unique(), reference)
    assert ours["count"][ours.category == UNSORTED].sum() == 3
    unknown = archive[(archive.bulletin == "no") & ~archive.type.isin(reference)]
    assert unknown.type.tolist() == ["Upphittat föremål"] * 3


@needs_data
def test_each_of_the_89_types_has_a_kind_and_14_have_another_than_in_the_reference(
    archive, theirs, reference, record_property
):
    shipped, single = shipped_categories(), archive[archive.bulletin == "no"]
    assert set(single.type) == set(shipped)
    assert len(shipped) == 89
    ours = panel(archive, theirs.area_id.unique(), shipped)
    assert (len(ours), ours["count"].sum()) == (92_800, 60_561)
    times = single.type.value_counts()
    other = {
        name: int(times[name])
        for name, kind in shipped.items()
        if kind != reference.get(name, kind)
    }
    record_property("types of another kind", str(other))
    assert (len(other), sum(other.values())) == (14, 7_009)


@needs_data
def test_the_feed_holds_six_in_a_thousand_of_goteborgs_reported_crimes(archive):
    """516 notices in 2024 of 88,766 reported crimes: the single ones, bulletins not split."""
    city = archive[archive.area_id == "kommun:1480"].published.dt.year.value_counts()
    official = pd.DataFrame({"year": [2024], "count": [88_766]})
    (year,) = beside(city, official, whole_years(archive.published)).itertuples()
    assert (year.year, year.counted) == (2024, 516)
    assert year.share == pytest.approx(516 / 88_766)

"""Police notices: one row a notice, its hour and place as its title tells, its text nowhere."""

import json
from itertools import count

import pandas as pd
import pytest

from analysis.data import tables
from analysis.data.fetching import polisen as asking
from analysis.data.formats import feed, polisen
from analysis.data.formats.answers import Answer, pack
from analysis.words.questions import NotFetched, WrongQuestion
from tests.conftest import SHARED
from tests.data.fetching.loopback import Quick, played

DATA = SHARED / "data" / "polisen"
RECORDED = SHARED / "data" / "recorded_formats" / "polisen_api"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the shared archive is not here")
needs_recordings = pytest.mark.skipif(not RECORDED.exists(), reason="the recordings are not here")

SECRET = "En påhittad man i 30-årsåldern fördes till sjukhus."
AREAS = {"Göteborg": "kommun:1480", "Östra Göinge": "kommun:1256"}
FIRST, SECOND, THIRD = (f"2026-11-24T{hour}:00:00+00:00" for hour in ("05", "06", "07"))


def event(name="24 november 04.30, Brand, Göteborg", number=1, **other) -> dict:
    return {
        "id": number,
        "datetime": "2026-11-24 5:05:10 +01:00",
        "name": name,
        "summary": SECRET,
        "url": "/aktuellt/handelser/x/",
        "type": "Brand",
        "location": {"name": "Västra Götalands län", "gps": "58.2,13.0"},
        **other,
    }


@pytest.fixture
def edition(tmp_path):
    """A batch of one answer, seen at a time."""
    numbers = count(1)

    def made(*rows, retrieved=FIRST):
        file = tmp_path / f"{next(numbers)}.zip"
        body = json.dumps(rows, ensure_ascii=False).encode()
        file.write_bytes(pack([Answer("events", body, retrieved)], "polisen", len(rows)))
        return file

    return made


@pytest.fixture
def one(edition):
    """The row that one event becomes."""

    def made(*args, **other) -> pd.Series:
        rows = polisen.events([edition(event(*args, **other))], {"areas": AREAS}).rows
        return rows.squeeze()

    return made


@pytest.mark.parametrize(
    ("title", "occurred"),
    [
        ("24 november 04.30, Brand, Göteborg", "2026-11-24 04:30:00"),
        ("24 november 04:30, Brand, Göteborg", "2026-11-24 04:30:00"),
        ("4 november 4.30, Brand, Göteborg", "2026-11-04 04:30:00"),
        ("24 NOVEMBER 23.59, Brand, Göteborg", "2026-11-24 23:59:00"),
        ("31 november 04.30, Brand, Göteborg", ""),
        ("24 november 25.30, Brand, Göteborg", ""),
        ("24 nov 04.30, Brand, Göteborg", ""),
        ("Igår vid fyratiden, Brand, Göteborg", ""),
    ],
)
def test_the_hour_of_the_event_is_the_titles_or_blank(one, title, occurred):
    assert one(title).occurred == occurred


@pytest.mark.parametrize(
    ("title", "published", "occurred"),
    [
        ("31 december 23.50", "2026-01-01 0:10:00 +01:00", "2025-12-31 23:50:00"),
        ("01 januari 01.00", "2025-12-31 22:00:00 +01:00", "2026-01-01 01:00:00"),
        ("10 augusti 12.00", "2026-01-20 9:00:00 +01:00", "2025-08-10 12:00:00"),
        ("10 juli 12.00", "2026-01-20 9:00:00 +01:00", "2025-07-10 12:00:00"),
        ("10 juni 12.00", "2026-01-20 9:00:00 +01:00", "2026-06-10 12:00:00"),
        ("10 januari 12.00", "2026-07-20 9:00:00 +02:00", "2026-01-10 12:00:00"),
        ("29 februari 12.00", "2024-03-01 9:00:00 +01:00", "2024-02-29 12:00:00"),
        ("29 februari 12.00", "2023-03-01 9:00:00 +01:00", ""),
    ],
)
def test_the_year_is_the_one_that_lies_nearest_to_publication(one, title, published, occurred):
    assert one(f"{title}, Brand, Göteborg", datetime=published).occurred == occurred


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("2026-11-24 5:05:10 +01:00", "2026-11-24 05:05:10"),
        ("2026-07-24 15:05:10 +02:00", "2026-07-24 15:05:10"),
        ("2026-11-24 23:30:00 +00:00", "2026-11-25 00:30:00"),
    ],
)
def test_publication_is_told_in_stockholms_time(one, written, published):
    assert one(datetime=written).published == published


@pytest.mark.parametrize(
    ("kind", "rest", "place"),
    [
        ("Brand", "Brand, Göteborg", "Göteborg"),
        ("Mord/dråp, försök", "Mord/dråp, försök, Göteborg", "Göteborg"),
        ("Mord/dråp", "Mord/dråp, försök, Göteborg", "Göteborg"),
        ("Åldringsbrott", "Bedrägeri, Göteborg", "Göteborg"),
        ("Mord/dråp, försök", "Mord/dråp, försök", ""),
        ("Brand", "Brand, ", ""),
        ("Brand", "Brand", ""),
        ("Lagen om hundar och katter ", "Lagen om hundar och katter , Göteborg", "Göteborg"),
    ],
)
def test_the_place_stands_behind_the_type_even_when_the_type_has_a_comma(one, kind, rest, place):
    row = one(f"24 november 04.30, {rest}", type=kind)
    assert (row.place, row.type) == (place, kind.strip())


def test_a_place_is_an_area_only_when_it_bears_its_name(one):
    told = {
        place: one(f"24 november 04.30, Brand, {place}").area_id
        for place in ("Göteborg", "Östra göinge", "Västra Götalands län", "Göteborgs hamn")
    }
    assert list(told.values()) == ["kommun:1480", "kommun:1256", "", ""]


def test_without_names_of_areas_no_notice_has_one(edition):
    (area,) = polisen.events([edition(event())], {}).rows.area_id
    assert area == ""


def test_a_bulletin_is_told_from_a_single_event(one):
    kinds = ("Sammanfattning natt", "Sammanfattning kväll och natt", "Brand")
    assert [one(type=kind).bulletin for kind in kinds] == ["yes", "yes", "no"]


def test_editions_add_up_to_one_row_a_notice_with_the_latest_words(edition):
    files = [
        edition(event(number=1), event(number=2), retrieved=FIRST),
        edition(event(number=1, type="Mordbrand"), event(number=2), retrieved=SECOND),
        edition(event(number=1, type="Mordbrand"), event(number=3), retrieved=THIRD),
    ]
    received = polisen.events(files, {})
    rows = received.rows.set_index("notice_id").sort_index()
    assert rows.index.tolist() == ["polisen:1", "polisen:2", "polisen:3"]
    assert rows.type.tolist() == ["Mordbrand", "Brand", "Brand"]
    assert rows.versions.tolist() == ["2", "1", "1"]
    assert rows.first_seen.str[11:13].tolist() == ["06", "06", "08"]
    assert rows.last_seen.str[11:13].tolist() == ["08", "07", "08"]
    assert rows.raw_line.tolist() == [5, 4, 6]
    assert (received.rows_in, received.not_chosen) == (6, 3)


def test_a_notice_that_is_changed_back_has_two_versions_and_its_latest_words(edition):
    kinds = ("Brand", "Mordbrand", "Brand")
    seen = (FIRST, SECOND, THIRD)
    files = [edition(event(type=k), retrieved=at) for k, at in zip(kinds, seen, strict=True)]
    (row,) = polisen.events(files, {}).rows.itertuples()
    assert (row.type, row.versions) == ("Brand", "2")


def test_a_change_of_the_text_alone_is_a_version(edition):
    files = [edition(event()), edition(event(summary="Annat."), retrieved=SECOND)]
    assert polisen.events(files, {}).rows.versions.tolist() == ["2"]


def test_an_answer_saved_by_hand_does_not_say_when_it_was_seen(tmp_path):
    file = tmp_path / "events.json"
    file.write_text(json.dumps([event()]), "utf-8")
    (row,) = polisen.events([file], {}).rows.itertuples()
    assert (row.first_seen, row.last_seen) == ("", "")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (event(number=None), "id is missing"),
        (event(type=" "), "type is missing"),
        (event(datetime=None), "datetime is missing"),
        (event(datetime="igår"), "datetime 'igår' is not a time with its offset"),
        ("x", "id is missing"),
    ],
)
def test_a_row_without_id_type_or_publication_is_refused_and_told_why(edition, row, reason):
    received = polisen.events([edition(event(number=9), row)], {})
    assert received.rows.notice_id.tolist() == ["polisen:9"]
    assert received.rejected.raw_line.tolist() == [2]
    assert received.rejected.reason[0].startswith(reason)


def test_a_notice_whose_latest_version_is_refused_keeps_what_it_said_before(edition):
    files = [edition(event()), edition(event(type=""), retrieved=SECOND)]
    received = polisen.events(files, {})
    assert received.rows.type.tolist() == ["Brand"]
    assert (received.rows_in, len(received.rejected), received.not_chosen) == (2, 1, 0)


def test_an_answer_that_is_no_list_is_refused_whole(tmp_path):
    file = tmp_path / "events.json"
    file.write_text(json.dumps({"fel": SECRET}), "utf-8")
    with pytest.raises(WrongQuestion, match="not a list of events but a dict") as told:
        polisen.events([file], {})
    assert SECRET not in str(told.value)


def test_an_unknown_option_is_answered_with_the_right_one(edition):
    with pytest.raises(WrongQuestion, match="did you mean 'areas'"):
        polisen.events([edition(event())], {"area": {}})


def test_what_is_read_has_the_columns_of_the_table_and_is_accepted_by_it(edition):
    file = edition(event(), event("utan tid", number=2), event(number=3, type=""))
    received = polisen.events([file], {"areas": AREAS})
    assert tuple(received.rows.columns) == (*feed.COLUMNS, "raw_line")
    rows = received.rows.assign(source_id="polisen", resource="notices")
    used, rejected = tables.accept("police_notices", rows)
    assert (len(used), len(rejected)) == (2, 0)
    assert used.occurred.isna().tolist() == [False, True]


def test_the_free_text_stays_behind(edition):
    received = polisen.events([edition(event(), event(number=None))], {"areas": AREAS})
    assert SECRET not in received.rows.to_csv() + received.rejected.to_csv()


def archive(events: list[tuple[int, dict]]) -> pd.DataFrame:
    """Sightings as the archive keeps them: each with its moment, the place in two columns."""
    rows = [
        {
            **{name: one[name] for name in ("id", "datetime", "name", "summary", "type")},
            "snapshot_ts": seen,
            "location_name": one["location"]["name"],
            "gps": one["location"]["gps"],
        }
        for seen, one in events
    ]
    return pd.DataFrame(rows).astype({"id": "Int64"})


def test_an_archive_and_the_editions_it_was_made_of_give_the_same_rows(edition, tmp_path):
    seen = [
        (FIRST, [event(number=2), event(number=1), event(number=None)]),
        (SECOND, [event(number=3, type="Sammanfattning natt"), event(number=1, type="Rån")]),
        (THIRD, [event("31 december 1:05, Rån, försök, Göteborg", 4, type="Rån, försök")]),
    ]
    files = [edition(*rows, retrieved=at) for at, rows in seen]
    file = tmp_path / "archive.parquet"
    seconds = {at: int(pd.Timestamp(at).timestamp()) for at, _ in seen}
    archive([(seconds[at], one) for at, rows in seen for one in rows]).to_parquet(file)
    ours, theirs = (
        polisen.snapshots([file], {"areas": AREAS}),
        polisen.events(files, {"areas": AREAS}),
    )
    pd.testing.assert_frame_equal(ours.rows, theirs.rows)
    pd.testing.assert_frame_equal(ours.rejected, theirs.rejected)
    assert (ours.rows_in, ours.not_chosen) == (theirs.rows_in, theirs.not_chosen) == (6, 1)


def test_the_latest_words_are_those_of_the_latest_moment_in_whatever_order_rows_stand(tmp_path):
    file = tmp_path / "archive.parquet"
    archive([(20, event(type="Rån")), (10, event()), (15, event())]).to_parquet(file)
    (row,) = polisen.snapshots([file], {}).rows.itertuples()
    assert (row.type, row.versions, row.raw_line) == ("Rån", "2", 1)


def test_an_archive_without_a_column_is_refused(tmp_path):
    file = tmp_path / "archive.parquet"
    archive([(10, event())]).drop(columns="gps").to_parquet(file)
    with pytest.raises(WrongQuestion, match=r"archive\.parquet lacks gps"):
        polisen.snapshots([file], {})


def test_an_archive_that_is_not_parquet_is_refused(tmp_path):
    file = tmp_path / "archive.parquet"
    file.write_text("id;datetime", "utf-8")
    with pytest.raises(WrongQuestion, match=r"archive\.parquet cannot be read as Parquet"):
        polisen.snapshots([file], {})


def test_an_answer_without_events_has_no_rows_and_the_same_columns(edition):
    received = polisen.events([edition()], {"areas": AREAS})
    assert (received.rows_in, tuple(received.rows)) == (0, (*feed.COLUMNS, "raw_line"))
    assert set(received.rows.dtypes.astype(str)) == {"str", "int64"}


def asked(body: bytes, ask: dict) -> tuple[list[Answer], list]:
    with played(lambda *_: body) as loop:
        return asking.answers(Quick(asking.PROVIDER, loop.base, "a@b.se"), ask), loop.asked


def body(*rows) -> bytes:
    return json.dumps(rows).encode()


def test_places_and_types_are_asked_for_in_lists_parted_by_semicolons():
    ask = {"locationname": ["Göteborg", "Ale"], "type": "Brand", "DateTime": "2026-11"}
    _, calls = asked(body(event()), ask)
    assert [path for _, path, *_ in calls] == [
        "/events?locationname=G%C3%B6teborg%3BAle&type=Brand&DateTime=2026-11"
    ]


def test_nothing_that_the_feed_cannot_answer_is_asked():
    with pytest.raises(WrongQuestion, match="did you mean 'locationname'"):
        asked(body(event()), {"location": "Göteborg"})


def test_as_many_events_as_can_be_had_are_the_newest_but_no_whole_month():
    full = body(*(event(number=n) for n in range(500)))
    answers, _ = asked(full, {"locationname": "Göteborg"})
    assert len(answers[0].json()) == 500
    with pytest.raises(NotFetched, match="older ones of 2026-11 may be missing"):
        asked(full, {"DateTime": "2026-11"})
    almost = body(*(event(number=n) for n in range(499)))
    assert len(asked(almost, {"DateTime": "2026-11"})[0]) == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (b"[]", "nothing in it"),
        (b'{"events": []}', "a dict"),
        (b"<html>", "did not answer with JSON"),
        (body(event(), {**event(), "severity": 1}), "event 2 has datetime"),
        (body({k: v for k, v in event().items() if k != "type"}), "event 1 has datetime"),
        (body("x"), "event 1 has no keys"),
    ],
)
def test_an_answer_of_another_shape_is_no_answer_and_its_text_is_not_told(wrong, told):
    with pytest.raises(NotFetched, match=told) as problem:
        asked(wrong, {})
    assert SECRET not in str(problem.value)


@needs_recordings
@pytest.mark.parametrize("day", ["2023-04-10", "2024-06-15", "2026-08-22"])
def test_every_event_of_a_recorded_answer_is_read_with_its_time_and_place(day):
    received = polisen.events([RECORDED / f"events_{day}.json"], {})
    rows = received.rows
    assert (received.rows_in, len(rows), len(received.rejected)) == (500, 500, 0)
    assert not (rows.occurred == "").any() and not (rows.place == "").any()


# the archive of three and a half years, 14.65 million sightings


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    """The archive's own fields of each event, without its texts."""
    columns = [
        "id", "name", "type", "n_versions", "place_suffix", "kommun_kod", "published_at",
        "occurred_at_title", "first_seen_utc", "last_seen_utc",
    ]  # fmt: skip
    rows = pd.read_parquet(DATA / "polisen_events_sweden_2022_2026.parquet", columns=columns)
    return rows.set_index("id").sort_index()


@pytest.fixture(scope="module")
def condensed(known):
    panel = pd.read_parquet(
        DATA / "panel_kommun_month_category.parquet", columns=["kommun_kod", "kommun_namn"]
    ).drop_duplicates()
    areas = dict(zip(panel.kommun_namn, "kommun:" + panel.kommun_kod, strict=True))
    file = DATA / "polisen_feed_snapshots_14_65M_rows.parquet"
    return polisen.snapshots([file], {"areas": areas})


@pytest.fixture(scope="module")
def ours(condensed) -> pd.DataFrame:
    rows = condensed.rows
    return rows.set_index(rows.notice_id.str.removeprefix("polisen:").astype(int)).sort_index()


def written(times: pd.Series) -> pd.Series:
    local = times.dt.tz_convert("Europe/Stockholm") if times.dt.tz else times
    return local.dt.strftime("%Y-%m-%d %H:%M:%S")


@needs_data
def test_14_653_152_sightings_are_85_011_events_of_97_types(condensed, ours):
    assert condensed.rows_in == 14_653_152
    assert (len(ours), len(condensed.rejected)) == (85_011, 0)
    assert ours.type.nunique() == 97


@needs_data
def test_1_576_events_have_goteborg_in_their_title_or_place(ours, known):
    in_title = known.name.str.contains("Göteborg")
    in_place = ours.place.str.contains("Göteborg")
    assert (in_title | in_place).sum() == in_place.sum() == 1_576
    assert (ours.area_id == "kommun:1480").sum() == 1_576


@needs_data
def test_time_and_place_of_every_event_are_those_of_the_archive(ours, known):
    same = {
        "published": written(known.published_at),
        "occurred": written(known.occurred_at_title),
        "place": known.place_suffix,
        "area_id": ("kommun:" + known.kommun_kod).fillna(""),
        "first_seen": written(known.first_seen_utc),
        "type": known.type.str.strip(),
    }
    assert {name: int((ours[name] != told).sum()) for name, told in same.items()} == dict.fromkeys(
        same, 0
    )
    assert (ours.occurred == "").sum() == 0
    assert known.name[ours.place == ""].str.endswith(", ").tolist() == [True, True]


@needs_data
def test_seven_types_differ_from_the_archive_by_a_trailing_blank(ours, known):
    other = known.type[known.type != ours.type]
    assert other.tolist() == ["Lagen om hundar och katter "] * 7


@needs_data
def test_325_events_were_seen_longer_than_the_archive_says_in_answers_it_had_before(ours, known):
    """The archive kept each distinct answer once, at its first moment: all 325 are such."""
    shown = written(known.last_seen_utc)
    longer = ours[ours.last_seen != shown].assign(archived=shown)
    assert (len(longer), (longer.last_seen > longer.archived).all()) == (325, True)
    file = DATA / "polisen_feed_snapshots_14_65M_rows.parquet"
    with feed.connection() as database:
        answers = database.sql(
            "SELECT snapshot_ts, bit_xor(hash(id, datetime, name, summary, type, location_name, "
            f"gps)) AS answer FROM '{file}' GROUP BY snapshot_ts"
        ).df()
    answers["at"] = written(pd.to_datetime(answers.snapshot_ts, unit="s", utc=True))
    answer = answers.set_index("at").answer
    first = answers.groupby("answer")["at"].min()
    assert (answer[longer.last_seen].map(first).to_numpy() <= longer.archived.to_numpy()).all()


@needs_data
def test_versions_are_fewer_than_the_archives_only_where_it_counted_an_address_too(ours, known):
    """The rows of the archive have no addresses, so a version that changed nothing else is lost."""
    lost = known.n_versions - ours.versions.astype(int)
    assert (known.n_versions > 1).sum() == 2_168
    assert (lost.min(), (lost > 0).sum()) == (0, 647)

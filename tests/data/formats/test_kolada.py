"""A margin belongs to its figure, and what Kolada took back is no number."""

import json
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data.formats import kolada
from analysis.data.formats.answers import Answer, pack
from analysis.data.schemas import SCHEMAS
from analysis.data.tables import accept
from analysis.words.questions import WrongQuestion
from tests.conftest import SHARED
from tests.data.fetching.plays import kolada as play
from tests.data.fetching.plays.kolada import figure, number

MARGINS = {"margins": {"N1": "N2"}}
CATALOGUE = SHARED / "data" / "kolada" / "kolada_kpi_catalogue.parquet"


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    file = tmp_path_factory.mktemp("kolada") / "batch.zip"

    def of(*pages: list[dict], **options):
        told = [{"count": len(page), "values": page, "next_url": None} for page in pages]
        answers = [Answer(f"http://a/{i}", json.dumps(t).encode(), "") for i, t in enumerate(told)]
        file.write_bytes(pack(answers, "kolada", 0))
        return kolada.read([file], options)

    return of


def test_every_number_of_the_pages_is_a_row_refused_or_a_margin(read):
    received = read(play.FIGURES[:3], play.FIGURES[3:], **MARGINS)
    assert received.rows.to_dict("list") == {
        "area_id": ["kommun:1480", "kommun:1481", "kommun:1480", "kommun:1480", "kommun:1480"],
        "year": ["2023", "2023", "2024", "2024", "2024"],
        "indicator": ["N1", "N1", "N3", "N3", "N3"],
        "group": ["all", "all", "all", "women", "men"],
        "value": ["31.5", "", "60", "55.5", "64.5"],
        "low": ["29.25", "", "", "", ""],
        "high": ["33.75", "", "", "", ""],
        "status": ["", "", "", "", ""],
        "raw_line": [1, 2, 4, 5, 6],
    }
    assert received.rejected.values.tolist() == [[7, "taken back by Kolada (isdeleted)"]]
    assert received.not_chosen == 1
    assert received.rows_in == 7


def test_the_rows_are_those_of_our_table(read):
    rows = read(play.FIGURES, **MARGINS).rows.assign(source_id="kolada", resource="r")
    used, refused = accept("key_figures", rows)
    assert refused.empty
    assert set(SCHEMAS["key_figures"].columns) <= set(used)
    assert used.value.isna().tolist() == [False, True, False, False, False]
    assert used.low[0] == 29.25 and used.high[0] == 33.75


def test_without_a_word_on_margins_each_key_figure_is_itself(read):
    received = read(play.FIGURES)
    assert list(received.rows.indicator) == ["N1", "N1", "N2", "N3", "N3", "N3"]
    assert received.not_chosen == 0
    assert (received.rows.low == "").all()


def test_a_margin_is_that_of_its_own_area_year_and_gender(read):
    page = [
        figure("N1", "1480", 2023, number("T", 10), number("K", 20)),
        figure("N1", "1480", 2024, number("T", 30)),
        figure("N1", "0000", 2023, number("T", 40)),
        figure("N2", "1480", 2023, number("K", 2), number("T", 1)),
        figure("N2", "0000", 2023, number("T", 4)),
    ]
    received = read(page, **MARGINS)
    told = received.rows[["area_id", "year", "group", "low", "high"]].to_numpy().tolist()
    assert told == [
        ["kommun:1480", "2023", "all", "9", "11"],
        ["kommun:1480", "2023", "women", "18", "22"],
        ["kommun:1480", "2024", "all", "", ""],
        ["riket:0000", "2023", "all", "36", "44"],
    ]
    assert received.not_chosen == 3


@pytest.mark.parametrize(
    "values",
    [[], [number("T", None)], [number("T", 10, isdeleted=True)], [number("K", 10)]],
    ids=["no figure", "no value", "taken back", "of women alone"],
)
def test_a_margin_without_its_value_is_refused(read, values):
    page = [figure("N1", "1480", 2023, *values), figure("N2", "1480", 2023, number("T", 2))]
    received = read(page, **MARGINS)
    assert received.rejected.reason.iloc[-1] == "a margin of N1 without its value"
    assert received.rejected.raw_line.iloc[-1] == len(values) + 1
    assert received.rows_in == len(values) + 1


def test_a_blank_margin_is_no_margin_and_no_mistake(read):
    page = [
        figure("N1", "1480", 2023, number("T", 10)),
        figure("N2", "1480", 2023, number("T", None)),
    ]
    received = read(page, **MARGINS)
    assert received.rows[["value", "low", "high"]].to_numpy().tolist() == [["10", "", ""]]
    assert (len(received.rejected), received.not_chosen) == (0, 1)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (figure("N3", "G35", 2023, number("T", 1)), "municipality 'G35' is not four digits"),
        (figure("N3", "1480", 2023, number("X", 1)), "gender 'X' is not T, K or M"),
        (figure("N2", "1480", 2023, number("T", -1)), "a margin below zero"),
    ],
)
def test_a_number_that_cannot_be_placed_is_refused_with_the_reason(read, one, why):
    received = read([figure("N1", "1480", 2023, number("T", 10)), one], **MARGINS)
    assert received.rejected.to_numpy().tolist() == [[2, why]]
    assert len(received.rows) == 1


def test_a_number_that_stands_twice_is_used_neither_time(read):
    same = figure("N1", "1480", 2023, number("T", 10))
    withdrawn = figure("N1", "1480", 2023, number("T", 9, isdeleted=True))
    assert list(read([same, same]).rejected.reason) == ["stands more than once"] * 2
    assert list(read([same, withdrawn]).rows.raw_line) == [1]


def test_a_region_and_the_country_are_not_municipalities(read):
    page = [figure("N1", code, 2023, number("T", 1)) for code in ("0000", "0014", "0180")]
    assert list(read(page).rows.area_id) == ["riket:0000", "region:0014", "kommun:0180"]


def test_no_figure_at_all_is_an_empty_table(read):
    received = read([], **MARGINS)
    assert (list(received.rows), received.rows_in) == (kolada.COLUMNS, 0)


NUMBERS = st.builds(
    number,
    st.sampled_from(["T", "K", "M", "X"]),
    st.none() | st.decimals(-5, 99, places=2, allow_nan=False).map(float),
    st.booleans(),
)
PAGES = st.lists(
    st.builds(
        lambda kpi, area, values: figure(kpi, area, 2024, *values),
        st.sampled_from(["N1", "N2", "N3"]),
        st.sampled_from(["1480", "0000", "G1"]),
        st.lists(NUMBERS, max_size=4),
    ),
    max_size=8,
)


@given(first=PAGES, second=PAGES)
def test_no_number_is_lost_or_counted_twice(read, first, second):
    received = read(first, second, **MARGINS)
    numbers = [one for part in (first, second) for told in part for one in told["values"]]
    assert received.rows_in == len(numbers)
    lines = [*received.rows.raw_line, *received.rejected.raw_line]
    assert len(set(lines)) == len(lines)
    assert set(lines) <= set(range(1, len(numbers) + 1))
    for row in received.rows.itertuples():
        value = numbers[row.raw_line - 1]["value"]
        assert (row.value == "") == (value is None)
        if row.low:
            assert float(row.low) <= float(row.value) <= float(row.high)


@pytest.mark.parametrize(
    "margins", [{"N1": "N2", "N3": "N2"}, {"N1": "N2", "N2": "N3"}], ids=["shared", "chained"]
)
def test_a_margin_of_two_figures_is_a_mistake_of_the_record(read, margins):
    with pytest.raises(WrongQuestion, match="each key figure has a margin of its own"):
        read(play.FIGURES, margins=margins)


def test_an_answer_of_another_shape_is_refused(read):
    with pytest.raises(WrongQuestion, match=r"has another shape.*values.0.values.0.isdeleted"):
        read([figure("N1", "1480", 2023, {"gender": "T", "value": 1})])


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the shared catalogue of Kolada is not here")
def test_margins_of_the_real_catalogue_are_titled_as_those_of_their_figures():
    titles = pd.read_parquet(CATALOGUE).set_index("id").title
    plain = titles.map(
        lambda text: re.sub(r"^(NTU|Medborgarundersökningen|Osäkerhetstal) - ", "", text)
    )
    plain = (
        plain.str.replace(r"[\s,]+", " ", regex=True).str.replace("andel (", "andel(").str.strip()
    )
    pairs = {f"N{n:05}": f"N{n + 48:05}" for n in range(7609, 7648)} | {"N01460": "N01461"}
    pairs |= {f"N{n:05}": f"U{n + 1000:05}" for n in (610, 611, 621, 622)}
    for figure_id, margin in pairs.items():
        assert titles[margin].startswith("Osäkerhetstal - ")
        assert plain[margin] == plain[figure_id], (figure_id, margin)

"""What an office saves is read as it stands: no row lost, none made, each on its own line."""

from datetime import date, datetime
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from analysis.data.formats import tables
from analysis.data.formats.delimited import parting_sign
from analysis.words.questions import WrongQuestion
from tests.conftest import SHARED

EVENTS = SHARED / "data" / "polisen" / "goteborg_incidents.csv"
CITY = [["Område", "Antal"], ["Östra Ängsvik", "12"], ["Hamnen", "1 000,5"]]


def text_file(folder, content: bytes, ending=".csv"):
    file = folder / f"fil{ending}"
    file.write_bytes(content)
    return file


def read(file, **options):
    return tables.read([file], options)


def cells(received) -> list[list[str]]:
    rows = received.rows.drop(columns="raw_line")
    return [rows.columns.tolist(), *rows.to_numpy().tolist()]


@pytest.mark.parametrize("sign", [";", "\t", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_parting_sign_in_every_encoding_gives_the_same_rows(tmp_path, sign, encoding):
    lines = [sign.join(f'"{cell}"' if sign in cell else cell for cell in row) for row in CITY]
    got = read(text_file(tmp_path, "\r\n".join(lines).encode(encoding)))
    assert cells(got) == CITY
    assert got.rows.raw_line.tolist() == [2, 3]


def test_bytes_in_no_known_encoding_are_refused(tmp_path):
    with pytest.raises(WrongQuestion, match="is not UTF-8, nor Windows-1252"):
        read(text_file(tmp_path, b"a;b\n1;\x81\n"))
    with pytest.raises(WrongQuestion, match="is not UTF-8"):
        read(text_file(tmp_path, b"\xef\xbb\xbfa;b\n1;\xe5\n"))


def test_the_sign_is_told_by_the_headings_and_not_by_what_is_quoted_or_stands_below(tmp_path):
    content = 'nr,"a;b;c;d",namn\n1,"x;y;z",p;q;r;s\n'
    assert cells(read(text_file(tmp_path, content.encode()))) == [
        ["nr", "a;b;c;d", "namn"],
        ["1", "x;y;z", "p;q;r;s"],
    ]


def test_a_quote_late_in_the_file_is_a_quote(tmp_path):
    plain = "".join(f"{n};text utan tecken\n" for n in range(30_000))
    got = read(text_file(tmp_path, f'nr;text\n{plain}30000;"stod; Mamma"\n'.encode()))
    assert got.rows.text.iloc[-1] == "stod; Mamma"
    assert (len(got.rows), len(got.rejected), got.rows.raw_line.iloc[-1]) == (30_001, 0, 30_002)


@pytest.mark.parametrize("content", [b"Antal\n1\n2\n", b"", b"Antal i kommunen\n"])
def test_one_column_only_is_no_table(tmp_path, content):
    with pytest.raises(WrongQuestion, match="one column only, parted by neither semicolon"):
        read(text_file(tmp_path, content))


def test_a_heading_that_two_signs_part_alike_asks_which(tmp_path):
    file = text_file(tmp_path, b"Andel, procent;Antal\n1,5;3\n")
    with pytest.raises(WrongQuestion, match=r"equally by semicolon and comma.*parted_by"):
        read(file)
    assert cells(read(file, parted_by=";")) == [["Andel, procent", "Antal"], ["1,5", "3"]]


def test_the_raw_line_is_the_one_that_an_editor_shows(tmp_path):
    content = b'nr;text\r\n1;"en\r\nett\r\ntre"\r\n2;x\r\n\r\n3;"a\r\nb"\r\n4;y'
    got = read(text_file(tmp_path, content))
    assert got.rows.raw_line.tolist() == [2, 5, 7, 9]
    assert got.rejected.to_dict("records") == [{"raw_line": 6, "reason": "blank row"}]
    assert got.rows.text[0] == "en\r\nett\r\ntre"


def test_a_row_of_another_width_is_set_aside_and_the_others_are_read(tmp_path):
    content = b"a;b;c\n1;2;3\n1;2;3;4\n1;2\n4;5;6\n1;2;3;;;\n"
    got = read(text_file(tmp_path, content))
    assert got.rows.raw_line.tolist() == [2, 5, 6]
    assert got.rejected.to_dict("records") == [
        {"raw_line": 3, "reason": "has 4 cells, the heading has 3"},
        {"raw_line": 4, "reason": "has 2 cells, the heading has 3"},
    ]


def test_a_first_row_that_is_too_long_moves_no_column(tmp_path):
    got = read(text_file(tmp_path, b"a;b\nx;1;2\ny;3;4\n"))
    assert got.rows.empty
    assert got.rejected.raw_line.tolist() == [2, 3]


def test_blank_rows_at_the_end_are_no_rows(tmp_path):
    got = read(text_file(tmp_path, b"a;b\n1;2\n; \n3;4\n;\n\n;\n"))
    assert got.rows.raw_line.tolist() == [2, 4]
    assert got.rejected.raw_line.tolist() == [3]


def test_a_quote_that_is_never_closed_swallows_nothing(tmp_path):
    with pytest.raises(WrongQuestion, match="line 3: a quote that is opened there is not closed"):
        read(text_file(tmp_path, b'a;b\n1;2\n3;"4\n5;6\n7;8\n'))
    with pytest.raises(WrongQuestion, match="line 2: a quote that is opened there is not closed"):
        read(text_file(tmp_path, b'a;b\n1;"2\n3;"4\n5;6\n'))


def test_a_quote_that_is_closed_rows_later_costs_those_rows_and_says_which(tmp_path):
    content = 'id,what,n\n1,"stort bord,2\n2,stol,4\n3,lampa,4\n4,skärm 24",6\n5,hylla,8\n'
    got = read(text_file(tmp_path, content.encode()))
    assert got.rows.id.tolist() == ["5"]
    assert got.rejected.raw_line.tolist() == [2]
    assert "runs to line 5 and holds what looks like 2 more rows" in got.rejected.reason[0]


def test_a_text_of_several_lines_is_a_text(tmp_path):
    content = 'id,what,n\n1,"bord, stolar\noch lampor",2\n'
    got = read(text_file(tmp_path, content.encode()))
    assert (got.rows.what.tolist(), len(got.rejected)) == (["bord, stolar\noch lampor"], 0)


def test_a_quote_that_goes_wrong_within_its_line_costs_that_line_alone(tmp_path):
    got = read(text_file(tmp_path, b'a;b\n1;"2" och 3\n4;5\n'))
    assert (got.rows.raw_line.tolist(), got.rejected.raw_line.tolist()) == ([3], [2])
    assert "och" not in got.rejected.reason[0], "what was written is repeated nowhere"


def test_a_doubled_heading_refuses_the_file(tmp_path):
    with pytest.raises(WrongQuestion, match="more than one column called Antal"):
        read(text_file(tmp_path, b"Antal;Antal\n1;2\n"))


def test_a_column_without_a_heading_is_none_when_empty_and_refused_when_filled(tmp_path):
    assert cells(read(text_file(tmp_path, b"a;;c\n1;;2\n"))) == [["a", "c"], ["1", "2"]]
    with pytest.raises(WrongQuestion, match="column 2 has values but no heading"):
        read(text_file(tmp_path, b"a;;c\n1;x;2\n"))


def test_titles_above_and_headings_in_two_rows(tmp_path):
    content = 'Tabell "5"\n\nKommun;2024;;2025;\n;Antal;Per\xa0100 000;Antal;Per\xa0100 000\nAle;1;2;3;4\n'
    got = read(text_file(tmp_path, content.encode()), skip=2, heading_rows=2)
    names = [f"{year} {what}" for year in (2024, 2025) for what in ("Antal", "Per 100 000")]
    assert cells(got) == [["Kommun", *names], ["Ale", "1", "2", "3", "4"]]
    assert got.rows.raw_line.tolist() == [5]


def test_an_unknown_option_or_ending_is_named(tmp_path):
    file = text_file(tmp_path, b"a;b\n1;2\n")
    with pytest.raises(WrongQuestion, match="option of a table 'heading_row' is not known"):
        read(file, heading_row=2)
    with pytest.raises(WrongQuestion, match=r"ending of fil.pdf '.pdf' is not known"):
        read(text_file(tmp_path, b"a;b", ".pdf"))


TEXTS = st.text(st.sampled_from('ab å;,\t"\n'), max_size=6)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=20))
def test_what_was_written_comes_back_cell_for_cell(tmp_path_factory, rows):
    file = tmp_path_factory.mktemp("csv") / "x.csv"
    written = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    file.write_bytes("\n".join([";".join(row) for row in [["p", "q"], *written]]).encode())
    got = read(file)
    blank = [all(not cell.strip() for cell in row) for row in rows]
    assert got.rows[["p", "q"]].to_numpy().tolist() == [
        list(row) for row, empty in zip(rows, blank, strict=True) if not empty
    ]
    last = max((n for n, empty in enumerate(blank) if not empty), default=-1)
    assert len(got.rejected) == sum(blank[: last + 1])
    lines = sorted([*got.rows.raw_line, *got.rejected.raw_line])
    breaks = [1 + sum(cell.count("\n") for cell in row) for row in rows[: last + 1]]
    assert all(b - a == n for (a, b), n in zip(pairwise(lines), breaks, strict=False))


def workbook(folder, rows, *sheets, merged=()):
    book = Workbook()
    book.active.title = "Blad1"
    for row in rows:
        book.active.append(row)
    for span in merged:
        book.active.merge_cells(span)
    for title, content in sheets:
        sheet = book.create_sheet(title)
        for row in content:
            sheet.append(row)
    book.save(folder / "bok.xlsx")
    return folder / "bok.xlsx"


def test_excel_hands_over_days_whole_numbers_and_yes_as_text(tmp_path):
    values = [
        (date(2017, 9, 1), "2017-09-01"), (datetime(2017, 9, 1), "2017-09-01"),
        (datetime(2017, 9, 1, 13, 5), "2017-09-01 13:05:00"), (12, "12"), (12.0, "12"),
        (0.1, "0.1"), (1234.5, "1234.5"), (True, "TRUE"), ("0114", "0114"), (None, ""),
        (198112189876, "198112189876"), (0.00001, "0.00001"), ("..  ", "..  "),
    ]  # fmt: skip
    rows = [[f"k{n}" for n in range(len(values))], [value for value, _ in values]]
    got = read(workbook(tmp_path, rows))
    assert cells(got)[1] == [text for _, text in values]


def test_a_month_stays_a_day_until_the_record_says_month(tmp_path):
    file = workbook(tmp_path, [["month", "from"], [date(2017, 9, 1), date(2017, 10, 1)]])
    assert cells(read(file))[1] == ["2017-09-01", "2017-10-01"]
    assert cells(read(file, months=["month"]))[1] == ["2017-09", "2017-10-01"]
    with pytest.raises(WrongQuestion, match=r"months: column of bok.xlsx 'manad' is not known"):
        read(file, months=["manad"])


def test_a_merged_heading_is_meant_for_each_of_its_columns(tmp_path):
    rows = [
        ["Anmälda brott"], [], ["Kommun", "2024", None, "2025", None],
        [None, "Antal", "Andel", "Antal", "Andel"], ["Ale", 1, 0.5, 2, 0.25],
    ]  # fmt: skip
    file = workbook(tmp_path, rows, merged=("A1:E1", "A3:A4", "B3:C3", "D3:E3"))
    got = read(file, skip=2, heading_rows=2)
    assert cells(got) == [
        ["Kommun", "2024 Antal", "2024 Andel", "2025 Antal", "2025 Andel"],
        ["Ale", "1", "0.5", "2", "0.25"],
    ]
    assert got.rows.raw_line.tolist() == [5]


def test_a_sheet_is_chosen_by_name_or_number(tmp_path):
    file = workbook(tmp_path, [["a", "b"], [1, 2]], ("Data", [["a", "b"], [3, 4]]))
    assert [cells(read(file, **o))[1] for o in ({}, {"sheet": "Data"}, {"sheet": 2})] == [
        ["1", "2"], ["3", "4"], ["3", "4"],
    ]  # fmt: skip
    for unknown in ("data", 0, 3):
        with pytest.raises(WrongQuestion, match=r"sheet of bok\.xlsx"):
            read(file, sheet=unknown)


def test_a_sheet_keeps_its_own_row_numbers(tmp_path):
    book = Workbook()
    for place, value in {
        "B3": "a",
        "C3": "b",
        "B4": 1,
        "C4": 2,
        "B6": 3,
        "C6": 4,
        "E6": "obs",
    }.items():
        book.active[place] = value
    book.active["B8"] = " "
    book.save(tmp_path / "bok.xlsx")
    got = read(tmp_path / "bok.xlsx", skip=2)
    assert (cells(got), got.rows.raw_line.tolist()) == ([["a", "b"], ["1", "2"]], [4])
    assert got.rejected.to_dict("records") == [
        {"raw_line": 5, "reason": "blank row"},
        {"raw_line": 6, "reason": "has 5 cells, the heading has 3"},
    ]


def test_an_empty_sheet_has_no_headings(tmp_path):
    with pytest.raises(WrongQuestion, match="no line of headings"):
        read(workbook(tmp_path, []))


def test_parquet_comes_out_as_text_with_whole_numbers_whole(tmp_path):
    file = tmp_path / "x.parquet"
    pd.DataFrame(
        {
            "nr": pd.array([9_007_199_254_740_993, None], dtype="Int64"),
            "andel": [0.1, float("nan")],
            "dag": pd.to_datetime(["2017-09-01", None]),
            "ja": [True, False],
            "typ": pd.Categorical(["rån", None]),
        }
    ).to_parquet(file)
    got = read(file)
    assert cells(got)[1:] == [
        ["9007199254740993", "0.1", "2017-09-01", "TRUE", "rån"],
        ["", "", "", "FALSE", ""],
    ]
    assert got.rows.raw_line.tolist() == [1, 2]


def test_a_file_that_is_no_parquet_or_holds_lists_is_refused(tmp_path):
    with pytest.raises(WrongQuestion, match="cannot be read as Parquet"):
        read(text_file(tmp_path, b"a;b", ".parquet"))
    pd.DataFrame({"a": [[1, 2]]}).to_parquet(tmp_path / "x.parquet")
    with pytest.raises(WrongQuestion, match="a holds several values in a cell"):
        read(tmp_path / "x.parquet")


def test_no_sign_is_preferred_to_one_that_parts_more():
    assert parting_sign("x", "a,b;c;d") == ";"
    assert parting_sign("x", "a\tb;c\td") == "\t"


@pytest.mark.skipif(not EVENTS.exists(), reason="the shared data are not here")
def test_a_real_export_is_read_whole():
    got = read(EVENTS)
    plain = pd.read_csv(EVENTS, dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(got.rows.drop(columns="raw_line"), plain)
    assert (len(got.rows), len(got.rejected)) == (2_828, 0)

"""Brå's files: a name is a municipality's, a star stays, and a zero that is no value is none."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from analysis.data.formats import bra, bra_lagesbild, bra_ntu, bra_sol
from analysis.data.numbers import number
from analysis.words.questions import WrongQuestion
from tests.conftest import SHARED

FACTS = SHARED / "data" / "geo_goteborg"
EXCERPTS = SHARED / "data" / "recorded_formats" / "bra_xlsx_excerpts"
needs_facts = pytest.mark.skipif(not FACTS.exists(), reason="the shared lists are not here")
needs_excerpts = pytest.mark.skipif(not EXCERPTS.exists(), reason="the excerpts are not here")


@pytest.fixture
def book(tmp_path):
    """A workbook with these sheets: {name: lines of cells}."""

    def of(**named):
        made = Workbook()
        made.remove(made.active)
        for name, lines in named.items():
            sheet = made.create_sheet(name)
            for line in lines:
                sheet.append(line)
        made.save(tmp_path / "bra.xlsx")
        return [tmp_path / "bra.xlsx"]

    return of


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A file with these bytes."""
    folder = tmp_path_factory.mktemp("bra")

    def of(name: str, content: str, encoding: str = "utf-8"):
        (folder / name).write_bytes(content.encode(encoding))
        return [folder / name]

    return of


# the municipalities of one year


def test_a_file_with_headings_gives_codes(saved):
    text = (
        "\ufeffKommun;Antal;Per 100 000 inv.\r\nAle;2\u00a0537;7 810\r\nGöteborg;88766;..\r\n\r\n"
    )
    received = bra.read(saved("2024.csv", text), {})
    assert received.rows.to_dict("list") == {
        "municipality": ["Ale", "Göteborg"],
        "code": ["1440", "1480"],
        "kind": ["municipality", "municipality"],
        "count": ["2 537", "88766"],
        "per_100000": ["7 810", ".."],
        "raw_line": [2, 3],
    }
    assert [number(text) for text in received.rows["count"]] == [2537, 88766]
    assert received.rows_in == 2


def test_a_file_without_headings_has_other_names_and_districts_between_them(saved):
    text = (
        '"Ale kommun";2731;8547\nArjeplogs kommun;300;11000\nMalung–Sälens kommun;1;2\n'
        "Borås kommun;4;5\nSpånga-Tensta;6;7\nCentrum (Gbg);8;9\n"
    )
    rows = bra.read(saved("2021.csv", text), {}).rows
    assert list(rows.municipality) == [
        "Ale", "Arjeplog", "Malung-Sälen", "Borås", "Spånga-Tensta", "Centrum (Gbg)",
    ]  # fmt: skip
    assert list(rows.code) == ["1440", "2506", "2023", "1490", "", ""]
    assert list(rows.kind) == ["municipality"] * 4 + ["district"] * 2
    assert list(rows.raw_line) == [1, 2, 3, 4, 5, 6]


def test_a_name_that_is_no_municipality_is_refused_in_either_layout(saved):
    without = bra.read(saved("a.csv", "Ale kommun;1;2\nSvedala stads kommun;1;2\nRiket;3;4\n"), {})
    assert without.rejected.to_numpy().tolist() == [
        [2, "'Svedala stads kommun' is no municipality of Sweden"],
        [3, "Riket is the whole country, no municipality"],
    ]
    text = "Kommun;Antal;Per 100 000 inv.\nAle;1;2\nCentrum;1;2\nHela landet;1;2\nAles;1;2\n;1;2\n"
    with_headings = bra.read(saved("b.csv", text), {})
    assert list(with_headings.rejected.raw_line) == [3, 4, 5, 6]
    assert with_headings.rows_in == 5


def test_a_line_of_another_length_is_refused_and_other_headings_stop(saved):
    text = "Kommun;Antal;Per 100 000 inv.\nAle;1\n\nMölndal;1;2\n"
    received = bra.read(saved("a.csv", text), {})
    assert received.rejected.to_numpy().tolist() == [
        [2, "has 2 cells, not 3"], [3, "has 0 cells, not 3"],
    ]  # fmt: skip
    with pytest.raises(WrongQuestion, match="its headings are Kommun; Antal; Andel, not Kommun"):
        bra.read(saved("b.csv", "Kommun;Antal;Andel\nAle;1;2\n"), {})
    with pytest.raises(WrongQuestion, match="option of bra-municipalities 'year'"):
        bra.read(saved("a.csv", text), {"year": 2024})


def test_there_are_290_municipalities_with_codes_of_four_digits():
    codes = [*bra.municipalities().values()]
    assert len(codes) == len({*codes}) == 290
    assert all(len(code) == 4 and code.isdigit() for code in codes)
    assert codes == sorted(codes)


def test_every_municipality_is_found_in_each_of_its_spellings():
    for name in bra.municipalities():
        genitive = name if name.endswith("s") else f"{name}s"
        for written in (name, f"{name} kommun", f"{genitive} kommun", f" {name}\u00a0kommun "):
            assert bra.plain_name(written) == name
            assert bra.plain_name(written.replace("-", "–")) == name


@needs_facts
def test_the_municipalities_are_those_of_the_shared_lists():
    with (FACTS / "kommun_population.csv").open(encoding="utf-8", newline="") as lines:
        listed = {row["kommun_namn"]: row["kommun_kod"] for row in csv.DictReader(lines)}
    assert bra.municipalities() == listed
    with (FACTS / "population_kommuner_2025.csv").open(encoding="utf-8", newline="") as lines:
        names = {row["kommun_namn"] for row in csv.DictReader(lines)}
    assert {name for name in names if not name.endswith(" län")} - {"Riket"} == {*listed}


# the indicators of one municipality

REPORTED = [
    ["Misshandel i kommunen, länet och landet (anmälda brott)"],
    [None, "Antal 2015", "Antal 2016", "Per 100 000 inv 2015", "Per 100\u00a0000 inv 2016"],
    ["Påhittet", 12, 15, 612.5, 700],
    ["Påhitts län", 120, "..", 401, None],
    ["Källa: Brå"],
]
SURVEY = [
    ["Otrygg sent på kvällen 2017–2024, enligt NTU 2017–2024. Andel (%) otrygga."],
    [],
    [None, "Påhittet", None, None, "Hela landet", None, None],
    [None, "Andel", "KI undre", "KI övre", "Andel", "KI undre", "KI övre"],
    [2023, 30.5, 25, 36, 27, 26.5, 27.5],
    ["2024", "..", "..", "..", 26, 25.5, 26.5],
    ["Anm. Påhittade tal."],
]
ANSWERED = [
    ["Antal svarande i NTU."], [None, "Påhittet", "Hela landet"], [None, "Antal", "Antal"],
    [2024, 150, 60000],
]  # fmt: skip
CONTENTS = [["Innehåll"], ["Misshandel", 2024]]


def workbook(book):
    return book(
        **{"Innehåll": CONTENTS, "Misshandel (anmälda)": REPORTED, "Otrygg": SURVEY, "n": ANSWERED}
    )


def test_reported_crimes_become_one_row_a_number(book):
    received = bra_lagesbild.read_reported(workbook(book), {})
    told = received.rows[["place", "year", "measure", "value", "raw_line"]].to_numpy().tolist()
    assert told == [
        ["Påhittet", "2015", "count", "12", 3],
        ["Påhittet", "2016", "count", "15", 3],
        ["Påhittet", "2015", "per_100000", "612.5", 3],
        ["Påhittet", "2016", "per_100000", "700", 3],
        ["Påhitts län", "2015", "count", "120", 4],
        ["Påhitts län", "2016", "count", "..", 4],
        ["Påhitts län", "2015", "per_100000", "401", 4],
        ["Påhitts län", "2016", "per_100000", "", 4],
    ]
    assert {*received.rows.sheet} == {"Misshandel (anmälda)"}
    assert {*received.rows.title} == {REPORTED[0][0]}
    assert received.rejected.empty


def test_survey_blocks_become_one_row_a_place_and_year(book):
    rows = bra_lagesbild.read_survey(workbook(book), {}).rows
    told = rows[["sheet", "place", "year", "value", "low", "high", "raw_line"]].to_numpy().tolist()
    assert told == [
        ["Otrygg", "Påhittet", "2023", "30.5", "25", "36", 5],
        ["Otrygg", "Hela landet", "2023", "27", "26.5", "27.5", 5],
        ["Otrygg", "Påhittet", "2024", "..", "..", "..", 6],
        ["Otrygg", "Hela landet", "2024", "26", "25.5", "26.5", 6],
        ["n", "Påhittet", "2024", "150", "", "", 4],
        ["n", "Hela landet", "2024", "60000", "", "", 4],
    ]
    assert rows.title[0] == SURVEY[0][0]


def test_a_number_in_a_column_that_is_not_understood_is_refused(book):
    strange = [REPORTED[0], [None, "Antal 2015", "Index"], ["Påhittet", 1, 2], [None, 3]]
    received = bra_lagesbild.read_reported(book(**{"x (Anmälda)": strange}), {})
    assert received.rejected.to_numpy().tolist() == [
        [3, "sheet 'x (Anmälda)': '2' stands in column 'Index'"],
        [4, "sheet 'x (Anmälda)': '3' stands in a line without a place"],
    ]
    assert list(received.rows.value) == ["1"]


def test_numbers_of_no_year_or_place_are_refused(book):
    lines = [*SURVEY[:5], ["Därav", 1], [2024, 1, None, None, None, None, None, 7]]
    received = bra_lagesbild.read_survey(book(Otrygg=lines), {})
    assert list(received.rejected.raw_line) == [6, 7]
    assert "'Därav' has numbers that have no place" in received.rejected.reason[0]
    assert len(received.rows) == 2


@pytest.mark.parametrize(
    ("sheets", "told"),
    [
        ({"Blad1": [["x"]]}, "has no sheet that bra-lagesbild-ntu reads; its sheets are Blad1"),
        ({"Otrygg": [*SURVEY[:3], *SURVEY[4:]]}, "'Otrygg' has no years in its first column with"),
        ({"Otrygg": SURVEY[:4]}, "'Otrygg' has no years"),
    ],
    ids=["none", "no headings", "no years"],
)
def test_a_workbook_of_another_shape_is_refused(book, sheets, told):
    with pytest.raises(WrongQuestion, match=told):
        bra_lagesbild.read_survey(book(**sheets), {})


def test_a_sheet_of_reported_crimes_without_years_is_refused(book):
    with pytest.raises(WrongQuestion, match=r"has no column such as 'Antal 2015'.*: it has År"):
        bra_lagesbild.read_reported(book(**{"x (anmälda)": [["t"], [None, "År"]]}), {})


def test_what_is_no_workbook_says_so(saved):
    with pytest.raises(WrongQuestion, match="cannot be read as an Excel workbook"):
        bra_lagesbild.read_reported(saved("x.xlsx", "nej"), {})


# tables with years beside each other

NTU = [
    ["Tillbaka till tabellförteckningen"],
    ["Tabell 4A:1. Påhittad otrygghet, enligt NTU 2007–2018. Andel (%)."],
    [None, "2016*", "2016", 2017, "Konfidensintervall (95 %) undre gräns 2017",
     "Konfidensintervall (95 %) övre gräns 2017"],
    ["Samtliga 16–84 år", 28.5, "..", 27.25, 27, 27.5],
    [],
    ["Män"],
    ["Män – 16–19 år", 30, 31, 32, None, None],
    ["* En annan metod."],
]  # fmt: skip


def test_a_starred_year_stays_starred_and_an_interval_is_of_its_year(book):
    received = bra_ntu.read(book(**{"4A.1": NTU}), {"sheet": "4A.1"})
    told = received.rows.drop(columns="section").to_numpy().tolist()
    assert told == [
        ["Samtliga 16-84 år", "2016", "starred", "28.5", "", "", 4],
        ["Samtliga 16-84 år", "2016", "plain", "..", "", "", 4],
        ["Samtliga 16-84 år", "2017", "plain", "27.25", "27", "27.5", 4],
        ["Män - 16-19 år", "2016", "starred", "30", "", "", 7],
        ["Män - 16-19 år", "2016", "plain", "31", "", "", 7],
        ["Män - 16-19 år", "2017", "plain", "32", "", "", 7],
    ]
    assert {*received.rows.section} == {""}
    assert received.rejected.empty


def test_a_first_column_of_two_is_the_section_of_the_lines_below(book):
    lines = [
        [None, None, "2017"], ["Rån", "Samtliga", 1], [None, "Män", 2], [], ["Hot"],
        [None, "Samtliga", 3], ["Stöld", None, 4],
    ]  # fmt: skip
    received = bra_ntu.read(book(**{"3A": lines}), {"sheet": "3A"})
    assert received.rows[["section", "group", "value"]].to_numpy().tolist() == [
        ["Rån", "Samtliga", "1"], ["Rån", "Män", "2"], ["Hot", "Samtliga", "3"],
    ]  # fmt: skip
    assert received.rejected.to_numpy().tolist() == [[7, "sheet '3A': numbers without a group"]]


def test_a_number_beside_the_years_is_refused(book):
    lines = [[None, "2017", None], ["Män", 1, None], ["Kvinnor", 2, 3]]
    received = bra_ntu.read(book(a=lines), {"sheet": "a"})
    assert list(received.rows.group) == ["Män"]
    assert received.rejected.reason[0] == "sheet 'a': numbers in a column without a year"


def test_a_sheet_is_asked_for_by_its_name(book):
    files = book(**{"4A.1": NTU, "Innehåll": [["a"]]})
    with pytest.raises(WrongQuestion, match=r"did you mean '4A\.1'"):
        bra_ntu.read(files, {"sheet": "4A:1"})
    with pytest.raises(WrongQuestion, match=r"sheet of bra\.xlsx ''.*Allowed: 4A\.1, Innehåll"):
        bra_ntu.read(files, {})
    with pytest.raises(WrongQuestion, match=r"sheet 'Innehåll' of bra\.xlsx has no row of years"):
        bra_ntu.read(files, {"sheet": "Innehåll"})


@needs_excerpts
@pytest.mark.parametrize(
    ("sheet", "groups", "years"), [("3A", 3, 4), ("4A.1", 2, 3), ("5A.1", 2, 3)]
)
def test_the_excerpts_of_the_survey_are_read_whole(sheet, groups, years):
    received = bra_ntu.read([EXCERPTS / "bra_ntu_sample.xlsx"], {"sheet": sheet})
    assert (len(received.rows), len(received.rejected)) == (groups * years, 0)
    assert "Samtliga 16-84 år" in {*received.rows.group}
    starred = received.rows[received.rows.method == "starred"]
    assert {*starred.year} == {"2015" if sheet == "3A" else "2016"}
    assert {*received.rows.year[received.rows.low != ""]} == {"2018"}


@needs_excerpts
def test_the_excerpt_of_ten_years_is_read_with_its_headline_and_its_signs():
    files = [EXCERPTS / "bra_personuppklaring_sample.xlsx"]
    rows = bra_ntu.read(files, {"sheet": "Statistik personuppklaringsproc"}).rows
    assert len(rows) == 3 * 5
    assert rows.group[0] == "SAMTLIGA BROTT" and rows.value[0] == "13.2278343230145"
    assert [number(text) for text in rows.value[-5:]] == [None, None, 5.1, 5.2, 0.0]


# the database

AREA, OLD = "Stadsområde Nordost (Gbg)", "Angered stadsdel (upphörde 2021-01-01)"
LINES = [
    "Region;Brott;År;Period;Antal;/100 000 inv",
    f"{AREA};Misshandel;År;2020;0;0;",
    f"{AREA};Misshandel;År;2021;1\u00a0203;905;",
    f"{AREA};Rån;År;2020;..;..;",
    f"{AREA};Rån;År;2021;0;0;",
    f"{OLD};Misshandel;År;2020;640;1 100;",
    f"{OLD};Misshandel;År;2021;0;-;",
    "Göteborg kommun;Misshandel;2026 prel.;Aug;498;5;",
    f"{AREA};Misshandel;År;2019;7;3;",
    "Göteborg kommun;Rån;År;sedan;1;1;",
    "Göteborg kommun;Rån;År;2021",
]


def test_a_zero_of_a_year_without_the_area_is_no_value_and_says_why(saved):
    received = bra_sol.read(saved("Databasfil.txt", "\r\n".join(LINES) + "\r\n", "cp1252"), {})
    told = received.rows[["year", "period", "count", "per_100000", "note", "raw_line"]]
    assert told.to_numpy().tolist() == [
        ["2020", "", "", "", "no value: the area has existed since 2021", 2],
        ["2021", "", "1 203", "905", "", 3],
        ["2020", "", "..", "..", "", 4],
        ["2021", "", "0", "0", "", 5],
        ["2020", "", "640", "1 100", "", 6],
        ["2021", "", "", "", "no value: the area ended in 2021", 7],
        ["2026", "Aug", "498", "5", "preliminary", 8],
    ]
    assert received.rejected.to_numpy().tolist() == [
        [9, "has a number though the area has existed since 2021"],
        [10, "'sedan' is no year"],
        [11, "has 4 cells, the heading has 6"],
    ]
    assert received.rows_in == len(LINES) - 1
    assert list(received.rows.place[:1]) == [AREA]


def test_areas_are_known_by_name_and_others_are_told(saved):
    text = "Region;Brott;År;Period;Antal\nNya staden;Rån;År;2020;0\nNya staden;Rån;År;2024;0\n"
    files = saved("d.txt", text)
    assert list(bra_sol.read(files, {}).rows["count"]) == ["0", "0"]
    told = bra_sol.read(files, {"valid_from": {"Nya *": 2022}}).rows
    assert list(told["count"]) == ["", "0"]
    assert list(told.note) == ["no value: the area has existed since 2022", ""]


TABLE = [
    ["Anmälda brott, antal"],
    ["", "2020", "2021 prel."],
    [AREA, "", ""],
    ["Misshandel", "0", "1\u00a0203"],
    ["Rån", "..", "0"],
    ["Göteborg kommun", "", ""],
    ["Misshandel", "5 500", "5 404"],
    ["Källa: Brå"],
    ["Uttaget 2026-11-25"],
]


def page(lines) -> str:
    """A page as it is saved: a table within a table, blanks as entities."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{c.replace(chr(160), '&nbsp;') or '&nbsp;'}</td>" for c in line)
        + "</tr>\n"
        for line in lines
    )  # fmt: skip
    return f"\n<html><body><table><tr><td><table>{rows}</table></td></tr></table></body></html>"


@pytest.mark.parametrize("form", ["html", "xls", "xlsx"])
def test_a_saved_table_gives_the_area_above_each_number(form, saved, book):
    files = book(Resultat=TABLE) if form == "xlsx" else saved(f"a.{form}", page(TABLE), "cp1252")
    received = bra_sol.read(files, {})
    told = received.rows[["place", "item", "year", "count", "note"]].to_numpy().tolist()
    assert told == [
        [AREA, "Misshandel", "2020", "", "no value: the area has existed since 2021"],
        [AREA, "Misshandel", "2021", "1 203", "preliminary"],
        [AREA, "Rån", "2020", "..", ""],
        [AREA, "Rån", "2021", "0", "preliminary"],
        ["Göteborg kommun", "Misshandel", "2020", "5 500", ""],
        ["Göteborg kommun", "Misshandel", "2021", "5 404", "preliminary"],
    ]
    assert list(received.rows.raw_line) == [4, 4, 5, 5, 7, 7]
    assert received.rejected.empty


def test_a_number_with_no_area_above_is_refused(saved):
    lines = [TABLE[1], ["Rån", "1", "2"], ["Göteborg kommun", "", ""], ["Rån", "3"]]
    received = bra_sol.read(saved("a.html", page(lines)), {})
    assert received.rejected.to_numpy().tolist() == [
        [2, "has numbers without an area or a crime"],
        [2, "has numbers without an area or a crime"],
        [4, "has 2 cells, the heading has 3"],
        [4, "has 2 cells, the heading has 3"],
    ]
    assert received.rows.empty


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (TABLE[:1], 'has no row of years. Save the result as its "Databasfil"'),
        ([*TABLE[:3], ["Antal", "", ""], TABLE[3]], "which of Stadsområde.*, Antal is the area"),
        ([["", "2020", "2020"], *TABLE[2:]], "has numbers per 100 000 inhabitants"),
        ([["Antal per 100\u00a0000 inv"], *TABLE[1:]], "has numbers per 100 000 inhabitants"),
    ],
    ids=["no years", "two headings", "years twice", "rates"],
)
def test_a_table_that_does_not_tell_what_its_numbers_are_is_refused(saved, lines, told):
    with pytest.raises(WrongQuestion, match=told):
        bra_sol.read(saved("a.html", page(lines)), {})


def test_a_workbook_with_two_tables_and_a_file_of_other_headings_are_refused(book, saved):
    with pytest.raises(WrongQuestion, match="years in more than one sheet: a, b"):
        bra_sol.read(book(a=TABLE, b=TABLE), {})
    with pytest.raises(WrongQuestion, match="is not the database file of Brå's database"):
        bra_sol.read(saved("d.txt", "Region;Brott;År;Antal\nx;y;2020;1\n"), {})


SYMBOLS = st.sampled_from(["0", "-", "..", ".", "", "3", "1\u00a0200"])
ENTRIES = st.lists(
    st.tuples(st.sampled_from([AREA, OLD, "Göteborg kommun"]), st.integers(2019, 2022), SYMBOLS)
)


@given(entries=ENTRIES)
def test_no_line_is_lost_and_no_zero_made_or_left_where_the_area_was_not(saved, entries):
    lines = [f"{place};Rån;År;{year};{text}" for place, year, text in entries]
    text = "\n".join(["Region;Brott;År;Period;Antal", *lines])
    received = bra_sol.read(saved("property.txt", text), {})
    assert received.rows_in == len(entries)
    for count, note, line in received.rows[["count", "note", "raw_line"]].to_numpy():
        place, year, found = entries[line - 2]
        there = {AREA: year >= 2021, OLD: year < 2021}.get(place, True)
        assert number(count) == (number(found) if there else None)
        assert bool(note) == (not there and found in bra_sol.ZEROS)
    refused = {entries[line - 2] for line in received.rejected.raw_line}
    assert all(number(found) not in (None, 0) for _, _, found in refused)

"""Words and numbers: both languages say the same, and a number is written as its readers write it."""

import re
import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.telling.sheets import CARD
from analysis.telling.text import texts, words
from analysis.words.periods import Period

SV, EN = words("sv"), words("en")


def flat(tree, at=""):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, f"{at}{key}.")
        else:
            yield f"{at}{key}", value


def spoken(language):
    return {key: text for key, text in flat(texts(language)) if not key.startswith("prose.")}


def test_both_languages_have_the_same_keys():
    assert list(spoken("sv")) == list(spoken("en"))


def test_both_languages_fill_the_same_places():
    def places(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english = spoken("en")
    assert [k for k, text in spoken("sv").items() if places(text) != places(english[k])] == []


def test_no_number_is_typed_into_a_sentence():
    """Digits stand only in names of laws, surveys and methods, in dates and in fixed units."""
    allowed = ("definitions.", "series.", "methods.", "claims.", "figure.", "columns.", "rank.",
               "beside.", "noise.", "language.", "titles.", "kinds.", "readers.", "closing.interval",
               "law.", "rhythm.", "resident.of_hundred", "ordinals.")  # fmt: skip
    typed = [
        key for key, text in spoken("sv").items()
        if re.search(r"\d", re.sub(r"\{.*?\}", "", text)) and not key.startswith(allowed)
    ]  # fmt: skip
    assert typed == []


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_method_card_says_how_not_to_read_it(language):
    for name, card in texts(language)["methods"].items():
        assert set(card) == {"name", *CARD}, name
        assert all(text.strip() for text in card.values()), name


def test_swedish_sentences_are_short_enough_to_read():
    long = {
        key: len(sentence.split())
        for key, text in flat(texts("sv"))
        for sentence in re.split(r"(?<=[.!?:])\s", text)
        if len(sentence.split()) > 30 and not key.startswith("methods.") and "$" not in text
    }
    assert long == {}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (SV.number(1234.5, 1), "1\u00a0234,5"),
        (EN.number(1234.5, 1), "1,234.5"),
        (SV.number(-0.04, 1), "0,0"),
        (SV.number(-3), "\u22123"),
        (SV.number(None), ".."),
        (SV.percent(0.256, 1), "25,6\u00a0%"),
        (EN.percent(0.256, 1), "25.6%"),
        (SV.change(0.96), "\u22124\u00a0%"),
        (SV.change(1.04), "+4\u00a0%"),
        (SV.change(1.001), "0\u00a0%"),
        (SV.p_value(0.0203), "0,020"),
        (SV.p_value(0.00001), "< 0,001"),
        (SV.p_equals(0.5), "= 0,50"),
        (SV.significant(154.321), "154"),
        (SV.significant(0.012345), "0,012"),
        (SV.day("2017-09-30"), "30 september 2017"),
        (EN.day(date(2017, 9, 30)), "30 September 2017"),
        (SV.listed(["a"]), "a"),
        (SV.listed(["a", "b", "c"]), "a, b och c"),
        (EN.listed(["a", "b"]), "a and b"),
    ],
)
def test_numbers_and_dates_as_readers_write_them(said, expected):
    assert said == expected


@pytest.mark.parametrize(
    ("period", "swedish", "english"),
    [
        ("2017", "2017", "2017"),
        ("2017Q3", "tredje kvartalet 2017", "quarter 3 of 2017"),
        ("2017T1", "första tertialet 2017", "tertial 1 of 2017"),
        ("2017-09", "september 2017", "September 2017"),
        ("2017-W05", "vecka 5 2017", "week 5 of 2017"),
        ("2017-01-01..2017-09-30", "januari–september 2017", "January–September 2017"),
        ("2011-01-01..2019-12-31", "2011–2019", "2011–2019"),
        ("2016-11-01..2017-02-28", "november 2016–februari 2017", "November 2016–February 2017"),
        ("2017-01-01..2017-08-08", "1 januari–8 augusti 2017", "1 January–8 August 2017"),
        (
            "2016-01-01..",
            "från 1 januari 2016, slutdag inte angiven",
            "from 1 January 2016, end not stated",
        ),
    ],
)
def test_a_span_of_time_in_words(period, swedish, english):
    assert SV.period(Period.parse(period)) == swedish
    assert EN.period(Period.parse(period)) == english


@given(st.floats(-1e9, 1e9, allow_nan=False), st.integers(0, 3))
def test_a_written_number_can_be_read_back(value, decimals):
    from analysis.data.numbers import number

    assert number(SV.number(value, decimals)) == pytest.approx(value, abs=0.5001 * 10**-decimals)


def test_a_text_that_does_not_exist_is_an_error_and_not_an_empty_place():
    with pytest.raises(KeyError, match=r"sv.toml has no text 'trend.soared'"):
        SV("trend.soared")
    with pytest.raises(KeyError):
        SV("trend.rose", what="Rån")
    with pytest.raises(KeyError, match="no definition 'arson'"):
        SV.name("arson")


def test_every_item_area_measure_and_survey_has_a_name_in_both_languages(read):
    definitions = {
        *read["crime_items"]["item"],
        *read["areas"].area_id,
        *read["shootings"].measure,
        *(f"{row.indicator} ({row.group})" for row in read["safety_surveys"].itertuples()),
    }
    for language in ("sv", "en"):
        say = words(language, read)
        assert all(say.name(definition) for definition in definitions)
        surveys, shootings = read["safety_surveys"].method, read["shootings"].series
        yearly = shootings[shootings.isin(["annual", "city", "oped"])]
        assert all(say(f"series.{series}") for series in {*surveys, *yearly})

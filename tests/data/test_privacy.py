"""Identifiers of persons in free text: all found, none leaked, and no other number taken for one."""

from calendar import monthrange
from time import process_time

import numpy as np
import pytest

from analysis.data.privacy import found, masked

PLANTED = [
    "Boende {} ringde om trasig belysning vid gångtunneln.",
    "Anmälaren ({}) såg bråk på torget den 2017-03-15.",
    "{}: vill bli kontaktad före kl. 16.30.",
    "Ärende 5000-K1234-17 gäller {}, skada för 12 500 kr.",
    "Vakten noterade personnummer {}.",
    "Två ungdomar, en med pnr{} och en okänd, vid skolan 2016.",
]
CLEAN = [
    "Ärende K-{a:06d}-17 avser skadegörelse vid hållplatsen.",
    "Se 5000-K{b}-17 och AM-{c}-18, samma gärningsman misstänks.",
    "Trygghetsvandring {date} kl. 18.30 med {d} deltagare.",
    "Kostnaden blev {e} {f:03d} kr, budgeten {d} {f:03d} 000 kr.",
    "Platsen har koordinaterna {north}, {east}.",
    "N {north} E {east}, höjd {d} meter.",
    "Händelse {a:06d} den {date} räknas en gång, se även I-{year}-{c}.",
    "Föreningen (org.nr {organisation}) sköter lokalen sedan {year}.",
    "Öppet 0730-1530, {day}-{month}-{year}, sedan 08-12 och 13-17.",
    "Mellan {year}-{next} minskade anmälningarna från {b} till {d}.",
]


def check_digit(nine: str) -> str:
    products = "".join(str(int(digit) * (2, 1)[i % 2]) for i, digit in enumerate(nine))
    return str(-sum(map(int, products)) % 10)


def identity_numbers(how_many: int, seed: int) -> list[tuple[str, str]]:
    """Made-up numbers as written, in the six forms by turns, each with its ten digits."""
    rng = np.random.default_rng(seed)
    made = []
    for i in range(how_many):
        year, month = int(rng.integers(1920, 2018)), int(rng.integers(1, 13))
        day = int(rng.integers(1, monthrange(year, month)[1] + 1)) + 60 * (i % 10 == 9)
        born = f"{year % 100:02d}{month:02d}{day:02d}"
        serial = f"{rng.integers(0, 1000):03d}"
        last = serial + check_digit(born + serial)
        forms = [
            f"{year // 100}{born}-{last}", f"{year // 100}{born}{last}", f"{born}-{last}",
            f"{born}{last}", f"{born}+{last}", f"{born} {last}",
        ]  # fmt: skip
        made.append((forms[i % 6], born + last))
    return made


def organisation(rng) -> str:
    nine = f"{rng.choice([55, 80, 85])}{rng.integers(20, 99)}{rng.integers(0, 100_000):05d}"
    ten = nine + check_digit(nine)
    return f"{ten[:6]}-{ten[6:]}"


def clean_sentences(how_many: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    made = []
    for i in range(how_many):
        year, month, day = (int(rng.integers(*span)) for span in ((2011, 2019), (1, 13), (1, 29)))
        made.append(
            CLEAN[i % len(CLEAN)].format(
                a=rng.integers(1, 1_000_000), b=rng.integers(1000, 10_000),
                c=rng.integers(10_000, 100_000), d=rng.integers(10, 100), e=rng.integers(1, 1000),
                f=rng.integers(0, 1000), date=f"{year}-{month:02d}-{day:02d}", year=year,
                next=year + 1, month=f"{month:02d}", day=f"{day:02d}",
                north=rng.integers(6_380_000, 6_420_000), east=rng.integers(300_000, 340_000),
                organisation=organisation(rng),
            )
        )  # fmt: skip
    return made


def test_a_thousand_planted_identity_numbers_are_found_and_none_leaks():
    missed, leaked = [], []
    for i, (written, ten) in enumerate(identity_numbers(1000, seed=1)):
        text = PLANTED[i % len(PLANTED)].format(written)
        told = masked(text)
        missed += [] if found(text) == ["personal identity number"] else [text]
        leaked += [text] if written in told or ten[:6] in told or ten[6:] in told else []
    assert (missed, leaked) == ([], [])


def test_a_thousand_clean_sentences_with_numbers_hold_nothing():
    sentences = clean_sentences(1000, seed=2)
    assert [text for text in sentences if found(text)] == []
    assert all(masked(text) == text for text in sentences)


@pytest.mark.parametrize("number", ["19121212-1212", "811228-9874", "670919-9530", "701063-2391"])
def test_published_examples_of_identity_and_coordination_numbers_are_found(number):
    assert masked(f"Enligt {number} i går.") == "Enligt [personal identity number] i går."


@pytest.mark.parametrize(
    "number",
    [
        "811228-9875",  # the last digit does not check
        "811328-9874",  # no thirteenth month
        "810229-1236",  # no such day
        "811292-9874",  # nor as a coordination number
        "556036-0793",  # an organisation
        "2811228-9874",  # part of a longer number
        "811228-98744",
    ],
)
def test_what_cannot_be_an_identity_number_is_left(number):
    assert found(f"Enligt {number} i går.") == []


@pytest.mark.parametrize(
    "number",
    [
        "070-123 45 67", "0701234567", "070 123 45 67", "0701-23 45 67", "073-12 34 567",
        "+46 70 123 45 67", "+46701234567", "0046 70-123 45 67", "+46 (0)31 12 34 56",
        "031-12 34 56", "031 12 34 56", "031-123 45 67", "(031) 12 34 56", "08-123 456 78",
        "08-123 456", "0300-123 45", "0522-12345", "0771-114 114", "070\u00a0123\u00a045\u00a067",
    ],
)  # fmt: skip
def test_swedish_phone_numbers_are_found_as_they_are_written(number):
    text = f"Ring {number} före kl. 16."
    assert found(text) == ["phone number"]
    assert masked(text).replace("(", "") == "Ring [phone number] före kl. 16."


@pytest.mark.parametrize(
    "text",
    [
        "den 03-04-2017 och 08-12-2017 12 34", "kl. 0730-1530 15 bilar", "1 031 123 456 kr",
        "dnr 0123-12345/17", "0104-123456-17", "2017-08-12 12 34 56", "händelse 000123456",
        "0.0311234567", "415 03 Göteborg 2017", "4711@ 3 st",
    ],
)  # fmt: skip
def test_other_numbers_are_no_phone_numbers(text):
    assert masked(text) == text


def test_every_number_of_a_list_is_masked():
    text = "031-123456 031 12 34 57, 0709-12 34 56/031-765432"
    assert masked(text) == "[phone number] [phone number], [phone number]/[phone number]"


def test_mail_addresses_are_found_and_the_sentence_stays():
    assert masked("Skriv till Eva.Ek+1@mail.exempel.se.") == "Skriv till [mail address]."
    assert found("Skriv till åsa@exempel.se") == ["mail address"]
    assert found("3 st @ 50 kr") == []


def test_kinds_are_named_once_each_in_one_order():
    text = "a@b.se, 031-12 34 56, 19121212-1212, 811228-9874, c@d.se"
    assert found(text) == ["personal identity number", "phone number", "mail address"]
    assert found("") == []


def test_a_table_of_texts_is_read_in_no_time():
    texts = clean_sentences(1000, seed=3) * 20
    before = process_time()
    assert not any(found(text) for text in texts)
    assert process_time() - before < 1

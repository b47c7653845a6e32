"""A free text that names a person by number or address is found before it is read further.

Identity numbers, phone numbers and mail addresses slip into notes and titles; from there
they would reach a table, a notebook or a log. What is found is told by its kind alone, never
by its digits.
"""

import re
from calendar import monthrange

IDENTITY = "personal identity number"
PHONE = "phone number"
MAIL = "mail address"

_BLANK = "[ \u00a0\u202f]"
_DASH = "[-\u2010-\u2013]"
_GAP = f"(?:{_BLANK}|{_DASH})"

_IDENTITY = re.compile(rf"(?=\d{{6}})(?<!\d)(?:18|19|20)?(\d{{6}})(?:{_GAP}|\+)?(\d{{4}})(?!\d)")

_AREA_CODE = (
    "08|010|01[1689]|02[0136]|03[1356]|04[0246]|054|06[03]|077\\d|090"
    "|0(?:1[2-57]|2[24-9]|3[0247-9]|4[13457-9]|5[0-35-9]|6[124-9]|9[1-8])\\d"
)
_SUBSCRIBER = (
    rf"(?:\d{{5,8}}|\d{{3}}{_BLANK}\d{{3}}{_BLANK}\d{{2}}"
    rf"|\d{{2,3}}{_BLANK}\d{{2,3}}{_BLANK}\d{{2}}|\d{{3}}{_BLANK}\d{{2,3}})"
)
_PHONE = re.compile(
    r"(?=[0+])(?<!\d)(?<!\d[-/.])(?:"
    # +46 70 123 45 67, 0046-31-12 34 56, +46 (0)8 123 456
    rf"(?:\+|00)46(?:{_GAP}?\(0\))?(?:{_GAP}?\d){{7,10}}"
    # 070-123 45 67 and 0701-23 45 67
    rf"|07[02369]{_GAP}?(?:\d{{7}}|\d{{3}}({_GAP})\d{{2}}\1\d{{2}}|\d{{2}}({_GAP})\d{{2}}\2\d{{3}}"
    rf"|\d{{3}}{_GAP}\d{{4}})"
    rf"|07[02369]\d{_GAP}?(?:\d{{6}}|\d{{2}}({_GAP})\d{{2}}\3\d{{2}}|\d{{3}}{_GAP}\d{{3}})"
    # 031-12 34 56, 08-123 456 78, (0300) 123 45; a blank after the code is no thousands' gap
    rf"|(?:{_AREA_CODE})(?:{_DASH}|/|\){_BLANK}?){_SUBSCRIBER}"
    rf"|(?<!\d{_BLANK})(?:{_AREA_CODE}){_BLANK}?{_SUBSCRIBER}"
    # not before the year of a case number
    rf")(?!\d)(?!{_DASH}\d)(?!/(?:\d{{2}}|\d{{4}})(?!\d))"
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@\w[\w-]*(?:\.\w[\w-]*)+")
_ENOUGH_DIGITS = re.compile(r"\d(?:[^\d\n]{0,4}\d){7}")


def found(text: str) -> list[str]:
    """The kinds of personal identifier that a text holds, each once; never the identifier.

    Parameters
    ----------
    text
        A free text of any length.

    Returns
    -------
    list of str
        Of "personal identity number", "phone number" and "mail address", in this order.

    Notes
    -----
    Identity and coordination numbers (day + 60) have ten or twelve digits, with a hyphen, plus,
    blank or nothing before the last four; the date must exist and the last digit be the check
    digit. So one in ten numbers of that shape and with a date in it is taken for one by chance.
    Numbers of organisations have no month and are left.

    References
    ----------
    Skatteverket, SKV 704, Personnummer: form and check digit.

    Examples
    --------
    >>> found("Ring Eva, 19121212-1212, på 031-12 34 56.")
    ['personal identity number', 'phone number']
    >>> found("Ärende 5000-K1234-17, belopp 1 250 000 kr, den 2017-03-15.")
    []
    """
    masked_text = masked(text)
    if masked_text == text:
        return []
    return [kind for kind in (IDENTITY, PHONE, MAIL) if f"[{kind}]" in masked_text]


def masked(text: str) -> str:
    """The text with every personal identifier replaced by its kind in brackets.

    Parameters
    ----------
    text
        A free text of any length.

    Examples
    --------
    >>> masked("Skriv till eva.ek@exempel.se eller ring +46 70 123 45 67.")
    'Skriv till [mail address] eller ring [phone number].'
    """
    if "@" in text:
        text = _MAIL.sub(f"[{MAIL}]", text)
    if not _ENOUGH_DIGITS.search(text):
        return text
    text = _IDENTITY.sub(lambda match: f"[{IDENTITY}]" if _genuine(match) else match[0], text)
    while (shorter := _PHONE.sub(f"[{PHONE}]", text)) != text:
        text = shorter
    return text


def _genuine(match: re.Match) -> bool:
    """Whether ten digits are those of an identity or coordination number."""
    born, last = match[1], match[2]
    year, month, day = 2000 + int(born[:2]), int(born[2:4]), int(born[4:])
    day -= 60 if day > 60 else 0
    exists = 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
    return exists and _checks(born + last)


def _checks(digits: str) -> bool:
    """Whether every second digit doubled, and all digits added up, ends in 0."""
    doubled = [int(digit) * (2 - i % 2) for i, digit in enumerate(digits)]
    return sum(one // 10 + one % 10 for one in doubled) % 10 == 0

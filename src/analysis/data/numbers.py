"""Numbers as Swedish agencies write them, and nothing that only looks like one."""

import re

NOT_AVAILABLE = ("", "..", ".")
NONE = "-"
_SPACES = " \u00a0\u202f\u2009"
_SIGNS = str.maketrans(",\u2212", ".-", _SPACES)
_NUMBER = re.compile(rf"[+\-\u2212]?(\d+|\d{{1,3}}([{_SPACES}]\d{{3}})+)([.,]\d+)?([eE][+-]?\d+)?")


def number(text: str) -> float | None:
    r"""A number as Swedish agencies write it; None where there is no value.

    Spaces of every kind part thousands, and nothing else: "12 5" is no number. The comma is the
    decimal sign, a dash is zero, and blank, ``..`` and ``.`` are not available.

    Raises
    ------
    ValueError
        When the text is none of these.

    Examples
    --------
    >>> number("1\u00a0234,5"), number("- "), number("..  ")
    (1234.5, 0.0, None)
    """
    plain = text.strip(_SPACES)
    if plain in NOT_AVAILABLE:
        return None
    if plain == NONE:
        return 0.0
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"{text!r} is not a number")
    return float(plain.translate(_SIGNS))

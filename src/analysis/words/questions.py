"""Wrong questions, answered with the right ones.

Whoever mistypes an area, a period or a parameter must learn what was wrong and
what is allowed before any work is started or lost.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class WrongQuestion(Exception):
    """Something was asked that this workspace or library cannot answer."""


class MissingWork(Exception):
    """Something has not been made yet that this step needs; the message says how to make it."""


class NotFetched(Exception):
    """A provider gave no whole answer; nothing was changed, and the message says what came."""


def one_of(name: str, value: str, allowed: Iterable[str]) -> str:
    """The value itself when it is allowed.

    Parameters
    ----------
    name
        What the value is called by the person who asks: "area", "language".
    value
        What was asked.
    allowed
        Every answer that would do.

    Raises
    ------
    WrongQuestion
        With the nearest allowed value first.

    Examples
    --------
    >>> one_of("language", "sv", ("sv", "en"))
    'sv'
    >>> one_of("area", "lundbi", ("angered", "lundby"))
    Traceback (most recent call last):
    analysis.words.questions.WrongQuestion: area 'lundbi' is not known here; did you mean 'lundby'? Allowed: angered, lundby.
    """  # noqa: E501
    allowed = list(allowed)
    if value in allowed:
        return value
    near = nearest(value, allowed)
    hint = f"; did you mean {near!r}?" if near else "."
    raise WrongQuestion(
        f"{name} {value!r} is not known here{hint} Allowed: {', '.join(allowed) or 'nothing yet'}."
    )


def nearest(value: str, allowed: Iterable[str]) -> str:
    """The allowed value that is most like a wrong one; empty when none is.

    Examples
    --------
    >>> nearest("lundbi", ("angered", "lundby"))
    'lundby'
    """
    folded = {str(one).casefold(): one for one in allowed}
    near = get_close_matches(str(value).casefold(), folded, n=1, cutoff=0.5)
    return folded[near[0]] if near else ""

"""What may be said of a cause or an effect: three words, and always why.

"Not identifiable" is an answer of its own here, so that silence cannot pass for "no" nor a
figure that moved for "yes".
"""

from dataclasses import asdict, dataclass, fields

import pandas as pd

RULINGS = ("supported", "not supported", "not identifiable")
KINDS = ("claim", "cause", "measure")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer to one claim, cause or measure.

    Parameters
    ----------
    kind, subject
        What was tried: "claim", "cause" or "measure", and its key or id.
    ruling
        One of ``RULINGS``.
    reason
        The key of why, for a sentence.
    design
        The key of the design that the ruling rests on; empty where none was possible.
    failed
        Keys of the checks that failed.
    """

    kind: str
    subject: str
    ruling: str
    reason: str
    design: str = ""
    failed: tuple[str, ...] = ()

    def __post_init__(self):
        for name, allowed in (("kind", KINDS), ("ruling", RULINGS)):
            if getattr(self, name) not in allowed:
                raise ValueError(
                    f"{name} {getattr(self, name)!r} is not one of {', '.join(allowed)}."
                )


def frame(verdicts: list[Verdict]) -> pd.DataFrame:
    """Verdicts as a table, one row each; the checks that failed parted by "; "."""
    rows = [asdict(one) | {"failed": "; ".join(one.failed)} for one in verdicts]
    return pd.DataFrame(rows, columns=[f.name for f in fields(Verdict)])


def from_frame(rows: pd.DataFrame) -> list[Verdict]:
    """The verdicts that a table holds; the inverse of :func:`frame`.

    Examples
    --------
    >>> one = Verdict(kind="measure", subject="M03", ruling="supported", reason="clear")
    >>> from_frame(frame([one])) == [one]
    True
    """
    return [
        Verdict(**row | {"failed": tuple(row["failed"].split("; ")) if row["failed"] else ()})
        for row in rows.to_dict("records")
    ]

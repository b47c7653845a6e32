"""Answers as a survey's statisticians keep them: codes, their labels, and why one is missing.

SPSS holds "refused" as a number that it leaves out of its sums; read as a blank it would be
taken for a question that was never asked.
"""

from pathlib import Path

import pandas as pd

from analysis.data.formats.received import Received, refusals
from analysis.data.formats.tables import as_text, plain
from analysis.words.questions import WrongQuestion, one_of

OPTIONS = ("labels", "columns", "long")


def read(files: list[Path], options: dict) -> Received:
    """One row a respondent, or one row an answer.

    Parameters
    ----------
    files
        The last is read: ``.sav`` or ``.zsav``.
    options
        ``labels``: true for the codes' labels in place of the codes. ``columns``: the variables
        that are read (all). ``long``: ``{"id": variable, "items": [variables]}`` for one row an
        answer with ``respondent_id``, ``item`` and ``code``; a blank is a question that was not
        asked, which is no row and is counted as not chosen.

    Raises
    ------
    WrongQuestion
        When the file is not one of SPSS, a variable is not in it, an option is unknown, or the
        library that reads it is not installed.

    Notes
    -----
    What SPSS leaves out of its sums (refused, don't know) stays with its code or label; blank
    is only what has no value at all. The raw line is the case's number as SPSS shows it.
    """
    file = files[-1]
    for name in options:
        one_of("option of spss", name, OPTIONS)
    long = options.get("long")
    if long and set(long) != {"id", "items"}:
        raise WrongQuestion(f"long of spss has id and items, not {', '.join(long)}.")
    columns = options.get("columns") or (long and [long["id"], *long["items"]])
    rows, about = _opened(file, columns)
    texts = pd.DataFrame({name: as_text(rows[name]) for name in rows}, index=rows.index)
    if options.get("labels"):
        labels = {
            item: {plain(code): label for code, label in codes.items()}
            for item, codes in about.variable_value_labels.items()
            if item in texts and not (long and item == long["id"])
        }
        texts = texts.assign(**{item: texts[item].replace(codes) for item, codes in labels.items()})
    cases = texts.assign(raw_line=range(1, len(texts) + 1))
    return answers(cases, long["id"], long["items"]) if long else Received(cases)


def answers(cases: pd.DataFrame, id: str, items: list[str]) -> Received:
    """One row an answer from one row a respondent, in the order of respondents, then of items.

    Parameters
    ----------
    cases
        Text, with ``raw_line``.
    id
        The column that tells respondents apart.
    items
        The columns of answers.

    Examples
    --------
    >>> cases = pd.DataFrame({"nr": ["7"], "safe": ["2"], "lit": [""], "raw_line": [1]})
    >>> found = answers(cases, "nr", ["safe", "lit"])
    >>> found.rows.to_dict("records"), found.not_chosen
    ([{'respondent_id': '7', 'item': 'safe', 'code': '2', 'raw_line': 1}], 1)
    """
    parts = [
        pd.DataFrame(
            {
                "respondent_id": cases[id],
                "item": item,
                "code": cases[item],
                "raw_line": cases.raw_line,
            }
        )
        for item in items
    ]
    long = pd.concat(parts).sort_values("raw_line", kind="stable")
    asked = long.code.str.strip() != ""
    known = long.respondent_id.str.strip() != ""
    lost = long.raw_line[asked & ~known]
    rows = long.loc[asked & known, ["respondent_id", "item", "code", "raw_line"]]
    reason = f"no {id}: the answer has no respondent"
    return Received(
        rows.reset_index(drop=True),
        refusals([(line, reason) for line in lost]),
        int((~asked).sum()),
    )


def variable_labels(file: Path) -> pd.DataFrame:
    """The codebook's questions: ``item`` and ``text``, blank where SPSS has none."""
    _, about = _opened(file, None, metadataonly=True)
    texts = [text or "" for text in about.column_labels]
    return pd.DataFrame({"item": about.column_names, "text": texts}, dtype=str)


def value_labels(file: Path) -> pd.DataFrame:
    """The codebook's answers: ``item``, ``code`` as the rows have it, ``label``."""
    _, about = _opened(file, None, metadataonly=True)
    rows = [
        (item, plain(code), label)
        for item in about.column_names
        for code, label in about.variable_value_labels.get(item, {}).items()
    ]
    return pd.DataFrame(rows, columns=["item", "code", "label"], dtype=str)


def _opened(file: Path, columns: list[str] | None, metadataonly: bool = False):
    """The typed rows and what SPSS says of them."""
    try:
        import pyreadstat
    except ImportError:
        raise WrongQuestion(
            f'{file} is an SPSS file; reading it needs: pip install "lagesbild[survey]"'
        ) from None
    if not file.exists():
        raise FileNotFoundError(file)
    try:
        _, about = pyreadstat.read_sav(file, metadataonly=True)
        for name in columns or []:
            one_of(f"variable of {file.name}", name, about.column_names)
        return pyreadstat.read_sav(
            file, usecols=columns, user_missing=True, metadataonly=metadataonly
        )
    except pyreadstat.ReadstatError as problem:
        raise WrongQuestion(
            f"{file} cannot be read as an SPSS file ({problem}): save it from SPSS again, in UTF-8."
        ) from None

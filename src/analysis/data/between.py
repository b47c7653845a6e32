"""What no single table shows: a row that names what another table does not hold.

A reason tells the value found, the nearest that there is, and whether the row that was meant was
itself set aside, so that the cause is mended and not its hundred consequences.
"""

import pandas as pd

from analysis.data.privacy import masked
from analysis.data.schemas import KEYS
from analysis.words.questions import nearest

OF_CRIME_ITEMS = ("crime_counts", "incidents", "first_counts")


def between_tables(
    tables: dict[str, pd.DataFrame], sources: set[str], entered: dict[str, set[str]]
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """The rows that fit the other tables, and those that do not, with the reason.

    Parameters
    ----------
    tables
        Typed tables by name.
    sources
        The sources of the record.
    entered
        The ids that were entered in ``areas`` and ``crime_items``, of rows set aside as well.

    Returns
    -------
    tables : dict
        Without the rows that name an unknown area, item, source or respondent, a year in which
        the area did not exist, or a key that another file has too.
    rejected : pandas.DataFrame
        ``table``, ``resource``, ``raw_line`` and ``reason``.
    """
    areas = tables["areas"].drop_duplicates("area_id").set_index("area_id")
    kept, rejected = {}, []
    for table, rows in tables.items():
        reasons = pd.Series("", index=rows.index)
        found = [
            _twice(table, rows),
            _unknown(rows, "source_id", sources, "the sources of datapackage.json"),
        ]
        if table != "areas":
            known = set(areas.index) | {""}
            found.append(_unknown(rows, "area_id", known, "areas", entered.get("areas")))
        if table in OF_CRIME_ITEMS:
            items = set(tables["crime_items"]["item"])
            found.append(_unknown(rows, "item", items, "crime_items", entered.get("crime_items")))
        if table == "survey_answers":
            found.append(
                _unknown(rows, "item", set(tables["survey_codes"]["item"]), "survey_codes")
            )
            found.append(_nobody(rows, tables["survey_respondents"]))
        found.append(_not_there_then(rows, areas))
        for why in found:
            reasons = reasons.where(reasons != "", why.reindex(rows.index).fillna(""))
        bad = reasons != ""
        told = rows.loc[bad, ["resource", "raw_line"]].assign(table=table, reason=reasons[bad])
        rejected.append(told)
        kept[table] = rows[~bad].reset_index(drop=True)
    return kept, pd.concat(rejected)[["table", "resource", "raw_line", "reason"]]


def _twice(table: str, rows: pd.DataFrame) -> pd.Series:
    again = rows[rows.duplicated(KEYS[table], keep=False)]
    return pd.Series(f"the key {'+'.join(KEYS[table])} stands in more than one file", again.index)


def _unknown(
    rows: pd.DataFrame, column: str, known: set[str], where: str, entered: set[str] | None = None
) -> pd.Series:
    """The rows whose cell is not known there, each with the value and the nearest one."""
    if column not in rows:
        return pd.Series(dtype=str)
    off = rows[column][~rows[column].isin(known)]
    told = {}
    for value in off.unique():
        shown = f"{column} {masked(value)!r}"
        if value in (entered or ()):
            told[value] = f"{shown}: its own row of {where} was set aside; correct that row"
        else:
            near = nearest(value, sorted(known))
            hint = f"; did you mean {near!r}?" if near else f": enter it there, or correct {column}"
            told[value] = f"{shown} is not in {where}{hint}"
    return off.map(told)


def _nobody(answers: pd.DataFrame, respondents: pd.DataFrame) -> pd.Series:
    asked = pd.MultiIndex.from_frame(answers[["wave", "respondent_id"]])
    people = pd.MultiIndex.from_frame(respondents[["wave", "respondent_id"]])
    told = "respondent_id of that wave is not in the table survey_respondents"
    return pd.Series(told, answers.index[~asked.isin(people)])


def _not_there_then(rows: pd.DataFrame, areas: pd.DataFrame) -> pd.Series:
    """The rows of a year in which their area did not exist."""
    if "year" not in rows or "area_id" not in rows:
        return pd.Series(dtype=str)
    first, last = (
        areas[day].reindex(rows.area_id).set_axis(rows.index) for day in ("valid_from", "valid_to")
    )
    off = (rows.year < first.dt.year).fillna(False) | (rows.year > last.dt.year).fillna(False)
    told = [
        f"area_id {area!r} did not exist in {year}: in areas it is valid {_valid(since, until)}"
        for area, year, since, until in zip(
            rows.area_id[off], rows.year[off], first[off], last[off], strict=True
        )
    ]
    return pd.Series(told, rows.index[off], dtype=object)


def _valid(since: pd.Timestamp, until: pd.Timestamp) -> str:
    ends = {"from": since, "to": until}
    return " ".join(f"{word} {day:%Y-%m-%d}" for word, day in ends.items() if pd.notna(day))

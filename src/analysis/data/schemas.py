"""What each table must look like before anything is counted.

A row that breaks a rule is set aside with the rule's own words as the reason;
a table that lacks a column is refused whole.
"""

import pandas as pd
import pandera.pandas as pa

AREA_ID = r"^[a-z_]+:.+$"
STATUS = ["final", "as stated", "revised", "preliminary", "derived"]


def _one_of(values, what: str) -> pa.Check:
    return pa.Check.isin(values, error=f"{what} is not one of {', '.join(map(str, values))}")


def _at_least(low: float, what: str) -> pa.Check:
    return pa.Check.ge(low, error=f"{what} is below {low}")


def _between(low: float, high: float, what: str) -> pa.Check:
    return pa.Check.in_range(low, high, error=f"{what} is outside {low} to {high}")


def _text(required: bool = True) -> pa.Column:
    filled = pa.Check.str_length(min_value=1, error="a required text is empty")
    return pa.Column(str, checks=filled if required else None, coerce=True)


def _area() -> pa.Column:
    return pa.Column(
        str, pa.Check.str_matches(AREA_ID, error="area_id does not look like scheme:code")
    )


def _year() -> pa.Column:
    return pa.Column("Int64", _between(1900, 2100, "year"))


def _whole(what: str) -> pa.Column:
    return pa.Column("Int64", _at_least(0, what), nullable=True)


SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "areas": pa.DataFrameSchema(
        {
            "area_id": _area(),
            "area": _text(),
            "scheme": _text(),
            "parent_id": _text(required=False),
            "valid_from": pa.Column("datetime64[ns]", nullable=True),
            "valid_to": pa.Column("datetime64[ns]", nullable=True),
            "tile_column": _whole("tile_column"),
            "tile_row": _whole("tile_row"),
            "visitors": pa.Column(str, _one_of(["yes", "no"], "visitors")),
            "note": _text(required=False),
        }
    ),
    "area_links": pa.DataFrameSchema(
        {
            "from_id": _area(),
            "to_id": _area(),
            "weight": pa.Column(float, _between(0, 1, "weight"), nullable=True),
            "note": _text(),
        }
    ),
    "crime_items": pa.DataFrameSchema(
        {
            "item": _text(),
            "label_sv": _text(),
            "label_en": _text(),
            "parent": _text(required=False),
            "found_by": pa.Column(str, _one_of(["victims", "police", "both"], "found_by")),
            "adds_to_total": pa.Column(str, _one_of(["yes", "no"], "adds_to_total")),
            "headline": pa.Column(str, _one_of(["yes", "no"], "headline")),
        }
    ),
    "crime_counts": pa.DataFrameSchema(
        {
            "area_id": _area(),
            "year": _year(),
            "item": _text(),
            "count": _whole("count"),
            "source_id": _text(),
        }
    ),
    "population": pa.DataFrameSchema(
        {
            "area_id": _area(),
            "year": _year(),
            "population": pa.Column("Int64", _at_least(1, "population")),
            "method": pa.Column(str, _one_of(["register", "derived", "estimate"], "method")),
            "source_id": _text(),
        }
    ),
    "published_rates": pa.DataFrameSchema(
        {
            "area_id": _area(),
            "year": _year(),
            "crime": _text(),
            "rate_per_100000": pa.Column(float, _at_least(0, "rate_per_100000")),
            "source_id": _text(),
        }
    ),
    "shootings": pa.DataFrameSchema(
        {
            "series": _text(),
            "measure": _text(),
            "area_id": _area(),
            "period_start": pa.Column("datetime64[ns]"),
            "period_end": pa.Column("datetime64[ns]", nullable=True),
            "span_certain": pa.Column(str, _one_of(["yes", "no"], "span_certain")),
            "value": pa.Column("Int64", _at_least(0, "value")),
            "status": pa.Column(str, _one_of(STATUS, "status")),
            "source_id": _text(),
            "note": _text(required=False),
        }
    ),
    "safety_surveys": pa.DataFrameSchema(
        {
            "area_id": _area(),
            "year_from": pa.Column("Int64", _between(1900, 2100, "year_from"), nullable=True),
            "year_to": pa.Column("Int64", _between(1900, 2100, "year_to"), nullable=True),
            "indicator": _text(),
            "group": _text(),
            "value": pa.Column(float, _between(0, 100, "value")),
            "method": _text(),
            "source_id": _text(),
            "note": _text(required=False),
        }
    ),
    "vulnerable_areas": pa.DataFrameSchema(
        {"year": _year(), "area": _text(), "class": _text(), "source_id": _text()}
    ),
    "claims": pa.DataFrameSchema(
        {"claim_id": _text(), "claim": _text(), "kind": _text(), "source_id": _text()}
    ),
    "evidence": pa.DataFrameSchema(
        {
            "measure": _text(),
            "outcome": _text(),
            "finding": _text(),
            "base": _text(),
            "reference": _text(),
            "how_read": _text(),
        }
    ),
}

KEYS = {
    "areas": ["area_id"],
    "area_links": ["from_id", "to_id"],
    "crime_items": ["item"],
    "crime_counts": ["area_id", "year", "item"],
    "population": ["area_id", "year"],
    "published_rates": ["area_id", "year", "crime"],
    "shootings": ["series", "measure", "area_id", "period_start", "period_end"],
    "safety_surveys": ["area_id", "year_from", "indicator", "group", "method", "note"],
    "vulnerable_areas": ["year", "area"],
    "claims": ["claim_id"],
    "evidence": ["measure", "outcome"],
}


def broken_rules(table: str, rows: pd.DataFrame) -> pd.Series:
    """The rules that each row breaks, joined in words; only rows that break one.

    Parameters
    ----------
    table
        The table's name, a key of ``SCHEMAS``.
    rows
        Typed rows with a unique index.

    Raises
    ------
    pandera.errors.SchemaErrors
        When a column is missing or of the wrong type: the whole table is refused.
    """
    try:
        SCHEMAS[table].validate(rows, lazy=True)
    except pa.errors.SchemaErrors as problems:
        cases = problems.failure_cases
        if cases["index"].isna().any():
            raise
        reasons = cases.assign(
            reason=[
                f"{case.column} is missing" if case.check == "not_nullable" else str(case.check)
                for case in cases.itertuples()
            ]
        )
        return reasons.groupby("index").reason.agg(lambda r: "; ".join(dict.fromkeys(r)))
    return pd.Series(dtype=str)

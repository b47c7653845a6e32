"""What each table must look like before anything is counted.

A row that breaks a rule is set aside with the rule's own words as the reason;
a table that lacks a column is refused whole.
"""

import pandas as pd
import pandera.pandas as pa

from analysis.data import registers
from analysis.data.columns import area, choice, day, number, table, text, whole, year
from analysis.data.privacy import masked

_STATUS = ("final", "as stated", "revised", "preliminary", "derived")

SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "areas": table(
        area_id=area(),
        area=text(),
        scheme=text(),
        parent_id=text(required=False),
        valid_from=day(required=False),
        valid_to=day(required=False),
        tile_column=whole(),
        tile_row=whole(),
        visitors=choice("yes", "no"),
        note=text(required=False),
    ),
    "outlines": table(
        area_id=area(),
        ring=whole(1, required=True),
        corner=whole(1, required=True),
        hole=choice("yes", "no"),
        x=whole(required=True),
        y=whole(required=True),
        label_x=whole(required=True),
        label_y=whole(required=True),
    ),
    "area_links": table(
        from_id=area(),
        to_id=area(),
        weight=number(0, 1, required=False),
        note=text(),
    ),
    "crime_items": table(
        item=text(),
        label_sv=text(),
        label_en=text(),
        parent=text(required=False),
        found_by=choice("victims", "police", "both"),
        adds_to_total=choice("yes", "no"),
        headline=choice("yes", "no"),
    ),
    "crime_counts": table(
        area_id=area(), year=year(), item=text(), count=whole(), source_id=text()
    ),
    "population": table(
        area_id=area(),
        year=year(),
        population=whole(1, required=True),
        method=choice("register", "derived", "estimate"),
        source_id=text(),
    ),
    "published_rates": table(
        area_id=area(),
        year=year(),
        crime=text(),
        rate_per_100000=number(0, float("inf")),
        source_id=text(),
    ),
    "shootings": table(
        series=text(),
        measure=text(),
        area_id=area(),
        period_start=day(),
        period_end=day(required=False),
        span_certain=choice("yes", "no"),
        value=whole(required=True),
        status=choice(*_STATUS),
        source_id=text(),
        note=text(required=False),
    ),
    "safety_surveys": table(
        area_id=area(),
        year_from=year(required=False),
        year_to=year(required=False),
        indicator=text(),
        group=text(),
        value=number(0, 100),
        method=text(),
        source_id=text(),
        note=text(required=False),
    ),
    "key_figures": table(
        area_id=area(),
        year=year(),
        indicator=text(),
        group=choice("all", "women", "men"),
        value=number(float("-inf"), float("inf"), required=False),
        low=number(float("-inf"), float("inf"), required=False),
        high=number(float("-inf"), float("inf"), required=False),
        status=text(required=False),
        source_id=text(),
    ),
    "vulnerable_areas": table(
        **{"year": year(), "area": text(), "class": text(), "source_id": text()}
    ),
    "claims": table(claim_id=text(), claim=text(), kind=text(), source_id=text()),
    "evidence": table(
        measure=text(),
        outcome=text(),
        finding_sv=text(),
        finding_en=text(),
        base_sv=text(),
        base_en=text(),
        reference=text(),
        how_read=text(),
    ),
    **registers.SCHEMAS,
}

KEYS = {
    "areas": ["area_id"],
    "outlines": ["area_id", "ring", "corner"],
    "area_links": ["from_id", "to_id"],
    "crime_items": ["item"],
    "crime_counts": ["area_id", "year", "item"],
    "population": ["area_id", "year"],
    "published_rates": ["area_id", "year", "crime"],
    "shootings": ["series", "measure", "area_id", "period_start", "period_end"],
    "safety_surveys": ["area_id", "year_from", "indicator", "group", "method", "note"],
    "key_figures": ["area_id", "year", "indicator", "group"],
    "vulnerable_areas": ["year", "area"],
    "claims": ["claim_id"],
    "evidence": ["measure", "outcome"],
    **registers.KEYS,
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
        reasons = cases.assign(reason=[_reason(case) for case in cases.itertuples()])
        return reasons.groupby("index").reason.agg(lambda r: "; ".join(dict.fromkeys(r)))
    return pd.Series(dtype=str)


def _reason(case) -> str:
    """What is wrong with one cell: its column, what was found, what is allowed."""
    if case.check == "not_nullable":
        return f"{case.column} is missing"
    found = masked(str(case.failure_case))
    return f"{case.column} {found!r}: {case.check}"

"""The kinds of column that tables are made of, each with the rule's own words.

A rule that is broken becomes the reason that an analyst reads beside her row.
"""

import pandera.pandas as pa

AREA_ID = r"^[a-z_]+:.+$"
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
PERIOD = r"^\d{4}([HTQ][1-4]|-(0[1-9]|1[0-2])|-W\d{2})?$"


def table(**columns: pa.Column) -> pa.DataFrameSchema:
    """A table with these columns, in this order."""
    return pa.DataFrameSchema(columns)


def text(required: bool = True) -> pa.Column:
    """Any text; not empty when required."""
    filled = pa.Check.str_length(min_value=1, error="is required")
    return pa.Column(str, checks=filled if required else None, coerce=True)


def choice(*allowed: str) -> pa.Column:
    """One of a few texts."""
    rule = pa.Check.isin(allowed, error=f"is not one of {', '.join(allowed)}")
    return pa.Column(str, rule)


def area() -> pa.Column:
    """The id of an area, ``scheme:code``."""
    return pa.Column(str, pa.Check.str_matches(AREA_ID, error="does not look like scheme:code"))


def pattern(rule: str, like: str) -> pa.Column:
    """A text of one form; ``like`` is an example of it."""
    return pa.Column(str, pa.Check.str_matches(rule, error=f"does not look like {like}"))


def month() -> pa.Column:
    """A month, ``2017-09``."""
    return pattern(MONTH, "2017-09")


def period() -> pa.Column:
    """A year, half, tertial, quarter, month or week by its name."""
    return pattern(PERIOD, "2017Q3")


def day(required: bool = True) -> pa.Column:
    """A day or a time of day."""
    return pa.Column("datetime64[ns]", nullable=not required)


def year(required: bool = True) -> pa.Column:
    """A year of our time."""
    return pa.Column("Int64", _between(1900, 2100), nullable=not required)


def whole(low: int = 0, required: bool = False) -> pa.Column:
    """A whole number of at least ``low``; blank is unknown."""
    rule = pa.Check.ge(low, error=f"is below {low}")
    return pa.Column("Int64", rule, nullable=not required)


def number(low: float, high: float, required: bool = True) -> pa.Column:
    """A number between two bounds."""
    return pa.Column(float, _between(low, high), nullable=not required)


def _between(low: float, high: float) -> pa.Check:
    return pa.Check.in_range(low, high, error=f"is outside {low} to {high}")

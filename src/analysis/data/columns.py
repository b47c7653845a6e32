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
    filled = pa.Check.str_length(min_value=1, error="a required text is empty")
    return pa.Column(str, checks=filled if required else None, coerce=True)


def choice(what: str, *allowed: str) -> pa.Column:
    """One of a few texts."""
    rule = pa.Check.isin(allowed, error=f"{what} is not one of {', '.join(allowed)}")
    return pa.Column(str, rule)


def area() -> pa.Column:
    """The id of an area, ``scheme:code``."""
    return pa.Column(
        str, pa.Check.str_matches(AREA_ID, error="area_id does not look like scheme:code")
    )


def pattern(what: str, rule: str, like: str) -> pa.Column:
    """A text of one form; ``like`` is an example of it."""
    return pa.Column(str, pa.Check.str_matches(rule, error=f"{what} does not look like {like}"))


def month() -> pa.Column:
    """A month, ``2017-09``."""
    return pattern("month", MONTH, "2017-09")


def period() -> pa.Column:
    """A year, half, tertial, quarter, month or week by its name."""
    return pattern("period", PERIOD, "2017Q3")


def day(required: bool = True) -> pa.Column:
    """A day or a time of day."""
    return pa.Column("datetime64[ns]", nullable=not required)


def year(required: bool = True) -> pa.Column:
    """A year of our time."""
    return pa.Column("Int64", _between(1900, 2100, "year"), nullable=not required)


def whole(what: str, low: int = 0, required: bool = False) -> pa.Column:
    """A whole number of at least ``low``; blank is unknown."""
    rule = pa.Check.ge(low, error=f"{what} is below {low}")
    return pa.Column("Int64", rule, nullable=not required)


def number(what: str, low: float, high: float, required: bool = True) -> pa.Column:
    """A number between two bounds."""
    return pa.Column(float, _between(low, high, what), nullable=not required)


def _between(low: float, high: float, what: str) -> pa.Check:
    return pa.Check.in_range(low, high, error=f"{what} is outside {low} to {high}")

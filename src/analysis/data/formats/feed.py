"""Sightings of police notices condensed to one row a notice, in one pass however many there are.

The feed shows each notice again and again, edited or not. Counting sightings would multiply
events, and the time at which a notice was put out is not the time at which anything happened:
here a notice is one row, with the hour its title tells and the hour of publication kept apart.
"""

import duckdb
import pandas as pd

from analysis.data.formats.received import Received

MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september",
    "oktober", "november", "december",
)  # fmt: skip
COLUMNS = (
    "notice_id", "published", "occurred", "type", "place", "area_id", "bulletin", "first_seen",
    "last_seen", "versions",
)  # fmt: skip
_CONFIG = {"memory_limit": "500MB", "threads": 1}
_TITLE = r"^\s*(\d{1,2}) (\S+) (\d{1,2})[.:](\d{2}), (.*)$"

_VERSIONS = """
CREATE TEMP TABLE versions AS
SELECT
    id,
    any_value(datetime) AS datetime,
    any_value(name) AS name,
    any_value(type) AS type,
    min(seen) AS first_seen,
    max(seen) AS last_seen,
    max(raw_line) AS raw_line,
    count(*) AS sightings
FROM sightings
GROUP BY id, content
"""
_JUDGED = """
CREATE TEMP TABLE judged AS
SELECT
    * REPLACE (coalesce(trim(type), '') AS type),
    timezone('Europe/Stockholm', try_strptime(datetime, '%Y-%m-%d %H:%M:%S %z')) AS published,
    CASE
        WHEN coalesce(trim(id::VARCHAR), '') = '' THEN 'id is missing'
        WHEN coalesce(trim(type), '') = '' THEN 'type is missing'
        WHEN coalesce(trim(datetime), '') = '' THEN 'datetime is missing'
        WHEN published IS NULL THEN 'datetime ''' || datetime[:40]
            || ''' is not a time with its offset, as 2026-08-22 7:51:41 +02:00'
        ELSE ''
    END AS flaw
FROM versions
"""
_REFUSED = "SELECT raw_line, flaw AS reason FROM judged WHERE flaw <> '' ORDER BY raw_line"
_NOTICES = f"""
WITH events AS (
    SELECT
        id,
        max_by(
            (published, name, type, raw_line), (coalesce(last_seen, 0), raw_line)
        ) AS latest,
        min(first_seen) AS first_seen,
        max(last_seen) AS last_seen,
        count(*) AS versions
    FROM judged
    WHERE flaw = ''
    GROUP BY id
), titles AS (
    SELECT
        * EXCLUDE (latest),
        latest[1] AS published,
        latest[3] AS type,
        latest[4] AS raw_line,
        regexp_extract(
            latest[2], '{_TITLE}', ['day', 'month', 'hour', 'minute', 'rest']
        ) AS title
    FROM events
), parts AS (
    SELECT
        *,
        list_position({list(MONTHS)}, lower(title.month)) AS month,
        month - month(published) AS months_later,
        year(published) + CASE
            WHEN months_later >= 6 THEN -1 WHEN months_later < -6 THEN 1 ELSE 0
        END AS year,
        CASE
            WHEN starts_with(title.rest, type) THEN title.rest[length(type) + 1:]
            ELSE title.rest
        END AS behind_type
    FROM titles
), told AS (
    SELECT
        *,
        try_strptime(
            concat_ws(' ', year, month, title.day, title.hour, title.minute), '%Y %m %d %H %M'
        ) AS occurred,
        CASE
            WHEN contains(behind_type, ', ') THEN trim(string_split(behind_type, ', ')[-1])
            ELSE ''
        END AS place
    FROM parts
)
SELECT
    'polisen:' || id::VARCHAR AS notice_id,
    published::VARCHAR AS published,
    coalesce(occurred::VARCHAR, '') AS occurred,
    type,
    told.place,
    coalesce(areas.area_id, '') AS area_id,
    CASE WHEN starts_with(type, 'Sammanfattning ') THEN 'yes' ELSE 'no' END AS bulletin,
    coalesce(_local(first_seen)::VARCHAR, '') AS first_seen,
    coalesce(_local(last_seen)::VARCHAR, '') AS last_seen,
    versions::VARCHAR AS versions,
    raw_line
FROM told LEFT JOIN areas ON lower(told.place) = areas.place
ORDER BY raw_line
"""
_LOCAL = """
CREATE TEMP MACRO _local(seconds) AS timezone('Europe/Stockholm', to_timestamp(seconds))
"""


def connection() -> duckdb.DuckDBPyConnection:
    """A database in memory that keeps to half a gigabyte."""
    return duckdb.connect(config=_CONFIG)


def notices(database: duckdb.DuckDBPyConnection, areas: dict[str, str]) -> Received:
    """One row a notice, from its sightings; what it says is what it said when last seen.

    Parameters
    ----------
    database
        With a view or table ``sightings``: ``id``, ``datetime`` (of publication, as the feed
        writes it), ``name`` (the title), ``type``, ``content`` (any value that differs when the
        notice does), ``seen`` (seconds since 1970, or none) and ``raw_line``.
    areas
        Name of a municipality: its area's id.

    Returns
    -------
    Received
        ``rows`` has ``COLUMNS`` and the last line that has the words in force. ``published`` is
        Stockholm's time. ``occurred`` is the title's, in the year that puts its month nearest to
        publication, six months before to five after; it and ``place`` are blank where the title
        does not tell them. ``rejected`` has one row a version of a notice without id, type or
        publication; ``not_chosen`` counts the other sightings of what is there already.
    """
    names = {name.lower(): area for name, area in areas.items()}
    database.register("areas", pd.DataFrame(names.items(), columns=["place", "area_id"], dtype=str))
    for statement in (_LOCAL, _VERSIONS, _JUDGED):
        database.execute(statement)
    rows = database.sql(_NOTICES).to_arrow_table().to_pandas()
    refused = database.sql(_REFUSED).to_arrow_table().to_pandas()
    counted = "SELECT coalesce(sum(sightings), 0)::BIGINT FROM versions"
    ((sightings,),) = database.sql(counted).fetchall()
    return Received(rows, refused, not_chosen=sightings - len(rows) - len(refused))

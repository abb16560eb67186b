"""The middle of many spans of time, found by the database in one statement on both engines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import QuerySet

MOST_ROWS = 1_000_000_000

_COUNTED = "WITH chosen AS MATERIALIZED ({chosen}) SELECT {counted} FROM chosen"
# Each engine has its own way to subtract moments, and only PostgreSQL knows percentiles: SQLite
# numbers the sorted values and takes the one or two in the middle.
_POSTGRESQL = (
    "GREATEST(EXTRACT(EPOCH FROM ({later} - {earlier}))::float8 / 86400, 0)",
    "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CASE WHEN {known} THEN {days} END)",
)
_SQLITE = (
    "MAX(JULIANDAY({later}) - JULIANDAY({earlier}), 0.0)",
    """(SELECT AVG(value) FROM (
        SELECT value, ROW_NUMBER() OVER (ORDER BY value) AS nth, COUNT(*) OVER () / 2.0 AS half
        FROM (SELECT {days} AS value FROM chosen WHERE {known}) AS known) AS sorted
        WHERE nth BETWEEN half AND half + 1)""",
)


@dataclass(frozen=True)
class Span:
    """How many days lie between two moments, with fractions: half of the rows have at most
    `median`, none more than `longest`. None where no row has both moments."""

    median: float | None
    longest: float | None


@dataclass(frozen=True)
class Summary:
    """How many rows have each moment, by its name, and the spans by theirs."""

    counts: Mapping[str, int]
    spans: Mapping[str, Span]


def worked_out_once(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The same rows, each of whose values is worked out before anything is counted. Without a limit
    databases repeat a subquery in every place where its value is used."""
    return rows.order_by()[:MOST_ROWS]


def summary(
    rows: QuerySet[Any], moments: Sequence[str], spans: Mapping[str, tuple[str, str]]
) -> Summary:
    """Of fields or annotations of the rows: `spans` name the earlier and the later moment. A later
    moment that comes first counts as the same day."""
    connection = connections[rows.db]
    chosen, parameters = rows.order_by().values(*moments).query.sql_with_params()
    days, median = _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
    counted = [f"COUNT({connection.ops.quote_name(one)})" for one in moments]
    for pair in spans.values():
        earlier, later = map(connection.ops.quote_name, pair)
        known = f"{earlier} IS NOT NULL AND {later} IS NOT NULL"
        between = days.format(earlier=earlier, later=later)
        counted += [
            median.format(known=known, days=between),
            f"MAX(CASE WHEN {known} THEN {between} END)",
        ]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED.format(chosen=chosen, counted=", ".join(counted)), parameters)
        found = cursor.fetchone()
    numbers = found[len(moments) :]
    return Summary(
        counts=dict(zip(moments, found, strict=False)),
        spans=dict(zip(spans, map(Span, numbers[::2], numbers[1::2]), strict=True)),
    )

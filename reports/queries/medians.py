"""The middle of many values, found by the database on both engines."""

from collections.abc import Mapping
from typing import Any

from django.db import connections
from django.db.models import Aggregate, Avg, Count, F, FloatField, Func, QuerySet, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import RowNumber

SECONDS_A_DAY = 86400
MOST_ROWS = 1_000_000_000


class DaysBetween(Func):
    """From one moment to a later one in days, with fractions."""

    arity = 2
    output_field = FloatField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(
            compiler,
            connection,
            template=f"(EXTRACT(EPOCH FROM (%(expressions)s)) / {SECONDS_A_DAY}.0)",
            arg_joiner=" - ",
        )

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        first, second = self.get_source_expressions()
        parts = [compiler.compile(one) for one in (first, second)]
        text = f"(JULIANDAY({parts[0][0]}) - JULIANDAY({parts[1][0]}))"
        return text, (*parts[0][1], *parts[1][1])


def days_between(earlier: Any, later: Any) -> DaysBetween:
    return DaysBetween(later, earlier)


class _PercentileMedian(Aggregate):
    """Of the values that are there, as PostgreSQL finds it."""

    template = "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def worked_out_once(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The same rows, each of whose values is worked out before anything is counted. Without a limit
    databases repeat a subquery in every place where its value is used."""
    return rows.order_by()[:MOST_ROWS]


def summary(
    rows: QuerySet[Any],
    *,
    totals: Mapping[str, Aggregate],
    medians: Mapping[str, Combinable],
) -> dict[str, Any]:
    """The totals, and for each name in `medians` the median of its values that are not null, None
    where there are none. One query on PostgreSQL; on SQLite, which knows no percentiles, one
    more for each median: it numbers the sorted values and takes the one or two in the middle."""
    if connections[rows.db].vendor == "postgresql":
        middles = {name: _PercentileMedian(one) for name, one in medians.items()}
        return worked_out_once(rows).aggregate(**totals, **middles)
    found = worked_out_once(rows).aggregate(**totals)
    return found | {name: _middle(rows, one) for name, one in medians.items()}


def _middle(rows: QuerySet[Any], value: Any) -> float | None:
    values = rows.order_by().annotate(median_of=value).filter(median_of__isnull=False)
    sorted_values = values.annotate(
        nth=Window(RowNumber(), order_by="median_of"), half=Window(Count("pk")) / 2.0
    )
    middle = sorted_values.filter(nth__gte=F("half"), nth__lte=F("half") + 1)
    found: float | None = middle.aggregate(found=Avg("median_of"))["found"]
    return found

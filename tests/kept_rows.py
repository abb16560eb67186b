"""Rows that many tests begin with: the portal writes them once, later tests have them put back.

What the portal wrote is read from all tables and kept in memory. Putting it back is a few plain
statements, which take a tenth of the time.
"""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import time_machine
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

WRITTEN_AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)

Row = tuple[Any, ...]
Table = dict[Any, Row]


class KeptRows:
    """What `write` does to an empty database, for as many tests as want it.

    It writes at one moment, since the first to ask may live in another time than those who come
    after; with `at` None it writes when it is first asked.
    """

    def __init__(self, write: Callable[[], Any], *, at: datetime | None = WRITTEN_AT) -> None:
        self._write, self._at = write, at
        self._new: dict[type[models.Model], list[Row]] | None = None
        self._script = ""

    def __call__(self) -> None:
        """Have the rows in the database, on top of what `write` expects there."""
        if self._new is None:
            before = all_rows()
            with time_machine.travel(self._at, tick=False) if self._at else nullcontext():
                self._write()
            self._new = _new_rows(before, all_rows())
        else:
            self._put_back(self._new)

    def _put_back(self, new: dict[type[models.Model], list[Row]]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                self._script = self._script or _as_script(cursor, new)
                cursor.execute(self._script)
            else:
                for model, rows in new.items():
                    cursor.executemany(_insertion(model), rows)


def all_rows() -> dict[type[models.Model], Table]:
    """Every row of every table, by its key."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy:
                cursor.execute(f"SELECT {_columns(model)} FROM {_table(model)}")  # noqa: S608
                found[model] = {row[0]: tuple(map(_plain, row)) for row in cursor.fetchall()}
    return found


def _new_rows(
    before: dict[type[models.Model], Table], after: dict[type[models.Model], Table]
) -> dict[type[models.Model], list[Row]]:
    new = {}
    for model, table in after.items():
        known = before[model]
        changed = [key for key, row in known.items() if table.get(key) != row]
        assert changed == [], f"{model._meta.label}: rows that were there have changed"
        if rows := [row for key, row in table.items() if key not in known]:
            new[model] = rows
    return new


def _as_script(cursor: Any, new: dict[type[models.Model], list[Row]]) -> str:
    """One text for PostgreSQL, which is asked once then; keys go on after the last one."""
    rows = [
        cursor.mogrify(_insertion(model), row).decode()
        for model, rows in new.items()
        for row in rows
    ]
    return ";".join([*rows, *connection.ops.sequence_reset_sql(no_style(), list(new))])


def _insertion(model: type[models.Model]) -> str:
    places = ", ".join(["%s"] * len(model._meta.local_concrete_fields))
    return f"INSERT INTO {_table(model)} ({_columns(model)}) VALUES ({places})"  # noqa: S608


def _columns(model: type[models.Model]) -> str:
    """The names of the columns, the key first."""
    fields = sorted(model._meta.local_concrete_fields, key=lambda field: not field.primary_key)
    return ", ".join(connection.ops.quote_name(field.column) for field in fields)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value

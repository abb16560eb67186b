"""Words are found inside a hundred thousand descriptions without reading them all, where PostgreSQL
has its extension for that; elsewhere the search is slower and finds the same."""

from typing import Any

from django.db import DatabaseError, migrations, transaction

INDEX = "matching_indexrecord_words"


def create_index(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:  # not installed, or the account may not
        return
    schema_editor.execute(
        f"CREATE INDEX {INDEX} ON matching_indexrecord USING gin (words gin_trgm_ops)"
    )


def drop_index(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_initial")]
    operations = [migrations.RunPython(create_index, drop_index)]

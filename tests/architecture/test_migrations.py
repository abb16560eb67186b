"""The database follows the models, and can be led back."""

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from tests.architecture.deployment_files import local_apps


def our_migrations():
    loader = MigrationLoader(None)
    labels = {"core", *local_apps()}
    return [m for key, m in sorted(loader.disk_migrations.items()) if key[0] in labels]


def test_no_migration_is_missing(db, capsys):
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1)
    assert capsys.readouterr().out == "No changes detected\n"


@pytest.mark.parametrize("migration", our_migrations(), ids=str)
def test_every_step_can_be_taken_back(migration):
    assert [operation for operation in migration.operations if not operation.reversible] == []


@pytest.mark.parametrize("migration", our_migrations(), ids=str)
def test_every_migration_says_what_it_does(migration):
    number, _, words = migration.name.partition("_")
    assert (len(number), "auto" in words) == (4, False)
    assert words != ""

"""Rows that are put back are the rows that the portal wrote."""

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from matching.models import IndexState
from profiles.models import Cluster, Country, ProgrammeRules
from profiles.services.reference import load_reference_data
from tests.kept_rows import WRITTEN_AT, KeptRows, all_rows

pytestmark = pytest.mark.django_db


def undone(work):
    """What the database holds after the work, which is then undone."""
    with transaction.atomic():
        work()
        rows = all_rows()
        transaction.set_rollback(True)
    return rows


def test_put_back_rows_are_those_that_were_written():
    kept = KeptRows(load_reference_data)
    written = undone(kept)
    assert undone(kept) == written
    assert len(written[Country]) > 40
    assert all_rows()[Country] == {}


def test_they_are_what_the_portal_writes_today():
    with time_machine.travel(WRITTEN_AT, tick=False):
        fresh = undone(load_reference_data)
    kept = KeptRows(load_reference_data)
    undone(kept)
    again = undone(kept)
    assert {model: len(rows) for model, rows in again.items()} == {
        model: len(rows) for model, rows in fresh.items()
    }
    assert again[Country] == fresh[Country]


def test_they_can_be_added_to():
    kept = KeptRows(load_reference_data)
    undone(kept)
    kept()
    assert ProgrammeRules.objects.create(version=2, values={}, created_at=WRITTEN_AT).pk
    assert Cluster.objects.create(name="Another one").pk


def test_constraints_hold_for_them():
    kept = KeptRows(load_reference_data)
    undone(kept)
    kept()
    with pytest.raises(IntegrityError), transaction.atomic():
        Country.objects.create(code="FR", name="France")
    connection.check_constraints()


def test_rows_that_were_there_must_stay_as_they_are(reference):
    with pytest.raises(AssertionError, match=r"Country: rows that were there have changed"):
        KeptRows(lambda: Country.objects.filter(code="FR").update(name="Gaul"))()


def test_every_database_has_an_index_of_its_own(reference):
    kept = IndexState.objects.get().history
    IndexState.objects.all().delete()
    load_reference_data()
    assert IndexState.objects.get().history != kept

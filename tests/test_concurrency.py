"""The helper itself: others rely on it to prove what happens when two do the same."""

import threading

import pytest
from django.db import connection, transaction

from cxc_portal.core.models import AuditHead
from tests.concurrency import at_once, errors, values


def refuse():
    raise ValueError("no")


@pytest.mark.django_db(transaction=True)
def test_outcomes_come_in_the_order_of_the_calls():
    assert values(at_once(lambda: 1, lambda: 2, lambda: 3)) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_an_error_is_an_outcome():
    outcomes = at_once(lambda: 1, refuse)
    assert values(outcomes) == [1]
    assert [str(error) for error in errors(outcomes)] == ["no"]


@pytest.mark.django_db(transaction=True)
def test_calls_run_at_the_same_time():
    meeting = threading.Barrier(2)
    assert sorted(values(at_once(lambda: meeting.wait(5), lambda: meeting.wait(5)))) == [0, 1]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_each_call_has_a_connection_of_its_own():
    def backend():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    assert len({backend(), *values(at_once(backend, backend))}) == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_row_lock_makes_the_others_wait():
    AuditHead.objects.create(pk=1, sequence=0, hash="")

    def count_up():
        with transaction.atomic():
            head = AuditHead.objects.select_for_update().get(pk=1)
            head.sequence += 1
            head.save(update_fields=["sequence"])

    at_once(*[count_up] * 5)
    assert AuditHead.objects.get(pk=1).sequence == 5

import pytest
from django.db import connection, transaction

from cxc_portal.core.database import in_transaction


@pytest.mark.django_db(transaction=True)
def test_it_makes_a_transaction_where_there_is_none():
    with in_transaction():
        assert connection.in_atomic_block
    assert not connection.in_atomic_block


def test_it_sets_no_savepoint_in_the_transaction_of_the_caller(db, django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(0), in_transaction():
        assert connection.in_atomic_block

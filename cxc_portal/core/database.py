"""Small helpers around the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def in_transaction() -> Iterator[None]:
    """Run in the caller's transaction, or in one of its own where there is none.

    Unlike a nested `atomic()` it sets no savepoint: what is written before an error is undone only
    with the caller's whole block. So all checks come before the first write.
    """
    if connection.in_atomic_block:
        yield
    else:
        with transaction.atomic():
            yield

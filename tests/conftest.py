import pytest
from django.core.cache import cache
from django.test import TransactionTestCase

from cxc_portal.core import audit
from profiles.services.reference import load_reference_data

_teardown = TransactionTestCase._fixture_teardown


def _teardown_without_guards(self: TransactionTestCase) -> None:
    """Emptying the test database is the one time when audit entries may go."""
    audit.remove_guards()
    try:
        _teardown(self)
    finally:
        audit.install_guards()


TransactionTestCase._fixture_teardown = _teardown_without_guards


@pytest.fixture(autouse=True)
def clean_cache():
    cache.clear()


@pytest.fixture
def reference(db):
    """The reference data, as every portal has it."""
    load_reference_data()

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase

from cxc_portal.core import audit, clock, clock_shift
from tests.strict_client import StrictClient
from tests.strict_templates import refuse_undefined_variables
from tests.worlds import put_reference_data

_teardown = TransactionTestCase._fixture_teardown


def _teardown_without_guards(self: TransactionTestCase) -> None:
    """Emptying the test database is the one time when audit entries may go."""
    audit.remove_guards()
    try:
        _teardown(self)
    finally:
        audit.install_guards()


TransactionTestCase._fixture_teardown = _teardown_without_guards


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker is left alone with it in the end."""
    items.sort(key=lambda item: (not item.get_closest_marker("long"), not _is_browser(item)))


def _is_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("browser") is not None


@pytest.fixture(scope="session", autouse=True)
def strict_templates():
    refuse_undefined_variables()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A database with guests cannot be dropped: the session of a server that has just been stopped
    may outlive it by a moment."""
    yield
    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()


def pytest_sessionstart():
    """The clock asks no row, so that tests count their own queries; `demo_clock` lets it."""
    clock.follow(None)


@pytest.fixture
def demo_clock(db, monkeypatch):
    """The clock of a demo, which asks at each call how far it is ahead."""
    monkeypatch.setattr(clock, "ASKED_EVERY", 0)
    clock.follow(clock_shift.read)
    yield
    clock.follow(None)


@pytest.fixture(autouse=True)
def clean_cache():
    cache.clear()


@pytest.fixture
def client():
    """A browser that takes offence; `client.force_login(user)` logs somebody in."""
    return StrictClient()


@pytest.fixture
def reference(db):
    """The reference data, as every portal has it."""
    put_reference_data()

"""What need not be done twice where the suite runs on two databases.

A test that asks no database says the same on each. A journey in the browser is made on a small
screen in one run and on a wide one in the other: the database does not change a page's width.
"""

import pytest

DATABASE = {"db", "transactional_db", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="Leave the tests that use no database to the other run.",
    )
    parser.addoption(
        "--only-screen",
        metavar="WIDTH",
        help="Make journeys on this screen alone, narrow or wide, but for those on every screen.",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = {item for item in items if _is_for_the_other_run(item, config)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def _is_for_the_other_run(item: pytest.Item, config: pytest.Config) -> bool:
    if config.getoption("only_database") and not _uses_database(item):
        return True
    screen, chosen = _screen(item), config.getoption("only_screen")
    return bool(chosen and screen and screen != chosen)


def _screen(item: pytest.Item) -> str | None:
    """The width that a journey is made at; None where it is not one of several."""
    if item.get_closest_marker("every_screen"):
        return None
    call = getattr(item, "callspec", None)
    return call.params.get("width") if call else None


def _uses_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return bool(item.get_closest_marker("django_db")) or not DATABASE.isdisjoint(fixtures)

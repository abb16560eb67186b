"""Tests that need a server or a browser are skipped, with the reason, where there is none.

`make test` brings all of them, and fails in CI when it cannot.
"""

import os
import shutil
from collections.abc import Callable

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The browser to drive: the one named by CHROMIUM, else the first one installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "browser": (lambda: chromium() is not None, "needs Chromium"),
    "pdf": (lambda: shutil.which("pdfsig") is not None, "needs poppler-utils"),
    "postgres": (
        lambda: os.environ.get("DATABASE_URL", "").startswith("postgres"),
        "needs DATABASE_URL to name a PostgreSQL database",
    ),
    "redis": (lambda: bool(os.environ.get("REDIS_URL")), "needs REDIS_URL"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = {name: reason for name, (is_there, reason) in NEEDS.items() if not is_there()}
    for item in items:
        for name, reason in missing.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where the browser is. Only tests marked `browser` may ask."""
    path = chromium()
    assert path is not None
    return path

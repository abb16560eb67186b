"""Several callers at the same instant, each with a connection of its own.

Real threads see committed rows only: use it in tests marked `django_db(transaction=True)`, and
mark those `postgres` that are about row locks, which SQLite does not have.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connections

PATIENCE = 20


@dataclass(frozen=True)
class Outcome:
    """What one caller got: a `value`, or the `error` it ran into."""

    value: Any = None
    error: Exception | None = None

    @property
    def is_success(self) -> bool:
        return self.error is None


def at_once(*calls: Callable[[], Any]) -> list[Outcome]:
    """Run the calls at the same instant and return their outcomes, in the order of the calls.

    Every thread opens its connection first and then waits for the others. A call that is still
    running after `PATIENCE` seconds fails the test, because it hangs.
    """
    start = threading.Barrier(len(calls))
    outcomes: dict[int, Outcome] = {}

    def run(number: int, call: Callable[[], Any]) -> None:
        try:
            connections["default"].ensure_connection()
            start.wait(PATIENCE)
            outcomes[number] = Outcome(value=call())
        except Exception as error:  # noqa: BLE001 - the outcome is what the test looks at
            outcomes[number] = Outcome(error=error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(number, call), daemon=True)
        for number, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    hanging = [number for number in range(len(calls)) if number not in outcomes]
    assert hanging == [], f"calls {hanging} did not end within {PATIENCE} seconds"
    return [outcomes[number] for number in range(len(calls))]


def values(outcomes: list[Outcome]) -> list[Any]:
    """What the successful calls returned."""
    return [outcome.value for outcome in outcomes if outcome.is_success]


def errors(outcomes: list[Outcome]) -> list[Exception]:
    """What the other calls ran into."""
    return [outcome.error for outcome in outcomes if outcome.error is not None]

"""The one clock. Every part of the portal asks here what time it is.

In demo mode alone it can be moved forward (`clock_shift.py`): how far it is ahead of the real time
is one row, which every process asks for once in a while. Elsewhere it is the real time.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

ASKED_EVERY = 0.5
"""After so many seconds a process asks anew how far the demo's clock is ahead."""

_moved_to: ContextVar[datetime | None] = ContextVar("moved_to", default=None)


class _Shift:
    """How far the demo's clock is ahead, as this process knows it."""

    def __init__(self) -> None:
        self.read: Callable[[], timedelta | None] | None = None
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._known: timedelta | None = None
        self.ask_anew()

    def ask_anew(self) -> None:
        self._asked_at = time.monotonic() - ASKED_EVERY
        self._is_outdated = True

    def ahead(self) -> timedelta:
        """As the row said a moment ago. Who comes while somebody else reads takes what is known,
        unless it is known to be wrong."""
        if self._is_stale() and self._lock.acquire(blocking=self._is_outdated):
            try:
                self._ask()
            finally:
                self._lock.release()
        return self._known or timedelta(0)

    def _is_stale(self) -> bool:
        return self.read is not None and time.monotonic() - self._asked_at >= ASKED_EVERY

    def _ask(self) -> None:
        if self.read and self._is_stale():  # nobody else was quicker
            found = self.read()
            self._asked_at = time.monotonic()
            self._known = self._known if found is None else found
            self._is_outdated = False


_shift = _Shift()


def follow(read: Callable[[], timedelta | None] | None) -> None:
    """Let `read` say how far the demo's clock is ahead, or None when it cannot tell just now.

    Without one the demo's time is the real time."""
    _shift.read = read
    _shift.forget()


def ask_anew() -> None:
    """Ask at once how far the clock is ahead: this process has just moved it, or begins something
    new."""
    _shift.ask_anew()


def now() -> datetime:
    """The present moment, aware, in UTC."""
    told = _moved_to.get()
    if told is not None:
        return told
    return timezone.now() + _shift.ahead() if settings.DEMO else timezone.now()


def real_now() -> datetime:
    """The real time, wherever the demo's clock stands. For nothing but how long a process has been
    silent: what is in a worker's hands must not look lost because the clock was moved."""
    return timezone.now()


def is_ahead() -> bool:
    """Whether the demo's clock has been moved."""
    return settings.DEMO and _shift.ahead() > timedelta(0)


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """What happens inside happens at `moment`. For telling the demo world's past; refused outside
    demo mode, where the portal's time is the real time and nothing else."""
    if not settings.DEMO:
        raise ImproperlyConfigured("The clock moves in demo mode only.")
    token = _moved_to.set(moment)
    try:
        yield
    finally:
        _moved_to.reset(token)


def today() -> date:
    """Today's date in the portal's own time zone (`TIME_ZONE`)."""
    return timezone.localdate(now())


def local(moment: datetime) -> datetime:
    """A moment as the clocks in the portal's own time zone show it."""
    return timezone.localtime(moment)


def at_hour(day: date, hour: int) -> datetime:
    """A full hour of a day in the portal's own time zone, in UTC."""
    return timezone.make_aware(datetime.combine(day, time_of_day(hour))).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The calendar day of a moment in the portal's own time zone."""
    return local(moment).date()

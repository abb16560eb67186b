"""The one clock. Every part of the portal asks here what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

_moved_to: ContextVar[datetime | None] = ContextVar("moved_to", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _moved_to.get() or timezone.now()


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


def day_of(moment: datetime) -> date:
    """The calendar day of a moment in the portal's own time zone."""
    return local(moment).date()

"""The one clock. Every part of the portal asks here what time it is."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def today() -> date:
    """Today's date in the portal's own time zone (`TIME_ZONE`)."""
    return timezone.localdate(now())


def local(moment: datetime) -> datetime:
    """A moment as the clocks in the portal's own time zone show it."""
    return timezone.localtime(moment)


def day_of(moment: datetime) -> date:
    """The calendar day of a moment in the portal's own time zone."""
    return local(moment).date()

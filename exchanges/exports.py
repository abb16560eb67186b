"""Exchanges as files that other programs read: calendars (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from exchanges.queries.calendar import Entry, Moment

PRODUCT = "-//ClusterXchange//Portal//EN"
REFRESH = timedelta(hours=6)
"""How often programs that follow a feed ask for it."""


def calendar_of(entries: Iterable[Entry], *, name: str) -> bytes:
    """A calendar with one event for each entry, in UTF-8 with CRLF and folded lines. Times are in
    UTC, which every program shows in the zone of its reader, whatever it knows of time zones."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.calendar_name = name
    calendar.refresh_interval = REFRESH
    for entry in entries:
        calendar.add_component(_event(entry))
    return calendar.to_ical()


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("summary", entry.title)
    event.add("dtstart", _in_utc(entry.start))
    if entry.end:
        event.add("dtend", _in_utc(entry.end))
    if entry.place:
        event.add("location", entry.place)
    event.add("description", entry.text)
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE" if entry.takes_time else "TRANSPARENT")
    return event


def _in_utc(moment: Moment) -> Moment:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment

"""An agenda as its readers see it: days, times in the zones of both sides, and who sees to what."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import get_timezone, get_timezone_location
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cxc_portal.core import places
from exchanges.commitment.terms import Agenda, Slot
from exchanges.enums import DayPart, Responsible
from exchanges.models import Exchange
from profiles.enums import Activity

LONG_DAY = "l j F Y"
NOON = time(12)


@dataclass(frozen=True)
class Zones:
    """The time zones (IANA) of both sides. The times of an agenda are the host's."""

    host: str
    visitor: str

    def differ_on(self, day: date | None) -> bool:
        """Whether clocks at noon of that day show different times. Both zones may change their
        clocks, and not on the same day."""
        return self.host != self.visitor and day is not None and self._offset(day) != 0

    def _offset(self, day: date) -> int:
        noon = datetime.combine(day, NOON)
        host, visitor = (
            noon.replace(tzinfo=ZoneInfo(zone)).utcoffset() for zone in (self.host, self.visitor)
        )
        return (
            int((visitor - host).total_seconds()) if host is not None and visitor is not None else 0
        )


@dataclass(frozen=True)
class Row:
    """One entry. `visitor_time` is empty where both sides have the same time."""

    key: str
    time: str
    visitor_time: str
    activity: str
    title: str
    responsible: str
    place: str


@dataclass(frozen=True)
class DayRows:
    name: str
    rows: list[Row]


@dataclass(frozen=True)
class AgendaTable:
    """For `exchanges/_agenda_table.html`. The names of the zones say which time is whose."""

    days: list[DayRows]
    has_two_zones: bool
    host_zone: str
    visitor_zone: str


def zones_of(exchange: Exchange) -> Zones:
    visitor = exchange.visitor.organisation
    return Zones(exchange.time_zone, places.time_zone(visitor.city, visitor.country_id))


def agenda_table(agenda: Agenda, zones: Zones) -> AgendaTable:
    """The agenda to read, day by day."""
    return AgendaTable(
        days=[
            DayRows(name_of_day(day), [_row(slot, zones) for slot in slots])
            for day, slots in groupby(agenda.slots, key=lambda slot: slot.day)
        ],
        has_two_zones=any(zones.differ_on(day) for day in agenda.days),
        host_zone=zone_name(zones.host),
        visitor_zone=zone_name(zones.visitor),
    )


def name_of_day(day: date | None) -> str:
    return date_format(day, LONG_DAY) if day else _("No day yet")


def zone_name(zone: str) -> str:
    """Such as "Lisbon time"."""
    return _("%(town)s time") % {"town": _town(zone, get_language() or "en")}


def time_of(slot: Slot) -> str:
    """From when until when by the host's clock; the part of the day where no time is set."""
    if slot.starts is None:
        return str(DayPart(slot.part).label)
    return _span(slot.starts, slot.ends)


def time_at_visitor(slot: Slot, zones: Zones) -> str:
    """The same by the visitor's clock, where it shows something else on that day."""
    if slot.starts is None or slot.day is None or not zones.differ_on(slot.day):
        return ""
    starts = _moved(slot.day, slot.starts, zones)
    ends = _moved(slot.day, slot.ends, zones) if slot.ends else None
    text = _span(starts.time(), ends.time() if ends else None)
    if starts.date() == slot.day:
        return text
    return _("%(time)s on %(day)s") % {"time": text, "day": date_format(starts.date(), "j F")}


def name_of_entry(slot: Slot, zones: Zones) -> str:
    """All that an entry says, in one line."""
    row = _row(slot, zones)
    said = (name_of_day(slot.day), row.time, row.title, row.activity, row.responsible, row.place)
    return " · ".join(text for text in said if text)


def _row(slot: Slot, zones: Zones) -> Row:
    return Row(
        key=slot.key,
        time=time_of(slot),
        visitor_time=time_at_visitor(slot, zones),
        activity=activity_name(slot.activity),
        title=slot.title,
        responsible=responsible_name(slot.responsible),
        place=slot.place,
    )


def activity_name(code: str) -> str:
    return str(Activity(code).label) if code in Activity.values else code


def responsible_name(code: str) -> str:
    return str(Responsible(code).label) if code in Responsible.values else code


def _offset(zone: str, day: date) -> timedelta | None:
    return datetime.combine(day, NOON, tzinfo=ZoneInfo(zone)).utcoffset()


def _moved(day: date, moment: time, zones: Zones) -> datetime:
    there = datetime.combine(day, moment, tzinfo=ZoneInfo(zones.host))
    return there.astimezone(ZoneInfo(zones.visitor))


def _span(starts: time, ends: time | None) -> str:
    return f"{starts:%H:%M}–{ends:%H:%M}" if ends else f"{starts:%H:%M}"


@lru_cache(maxsize=256)
def _town(zone: str, language: str) -> str:
    return get_timezone_location(
        get_timezone(zone), locale=language.replace("-", "_"), return_city=True
    )

"""The agenda as one edits it: weeks of days, their halves, and a card for each entry."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cxc_portal.core.types import Text
from exchanges.commitment.agenda import AT_THE_END, entries_of, mark_of, overlapping
from exchanges.commitment.calendar import days_of_stay
from exchanges.commitment.terms import AFTERNOON, DAY, MORNING, Agenda, Slot, Terms
from exchanges.enums import DayPart
from exchanges.wording.agenda import (
    Zones,
    activity_name,
    responsible_name,
    time_at_visitor,
    time_of,
)
from profiles.workdays import SATURDAY, is_working_day, name_of_holiday

HALVES = (MORNING, AFTERNOON)
Half = tuple[date, str]


@dataclass(frozen=True)
class Mark:
    """Something to know about a day, in words."""

    text: Text
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Go:
    """A button that moves an entry: its full name, and where to (as `MoveForm.to` reads it)."""

    label: str
    to: str


@dataclass(frozen=True)
class Card:
    """One entry with its buttons. `seen` marks the text that the reader has before them."""

    slot: Slot
    seen: str
    time: str
    visitor_time: str
    activity: str
    responsible: str
    clashes: list[str]
    earlier: Go | None
    later: Go | None
    focus: str = ""

    @property
    def id(self) -> str:
        return f"entry-{self.slot.key}"

    @property
    def iso(self) -> str:
        return self.slot.day.isoformat() if self.slot.day else ""


@dataclass(frozen=True)
class HalfDay:
    part: str
    label: str
    cards: list[Card]


@dataclass(frozen=True)
class BoardDay:
    """A day. On a quiet one nobody expects anything: weekend, holiday or travel without entries."""

    day: date
    name: str
    marks: list[Mark]
    halves: list[HalfDay]
    is_quiet: bool
    has_focus: bool = False

    @property
    def iso(self) -> str:
        return self.day.isoformat()

    @property
    def cards(self) -> list[Card]:
        return [card for half in self.halves for card in half.cards]


@dataclass(frozen=True)
class Week:
    title: str
    days: list[BoardDay]


@dataclass(frozen=True)
class Board:
    weeks: list[Week]
    undated: list[Card]
    days: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What the board is drawn from. `focus` is the id of what takes the focus afterwards."""

    terms: Terms
    country: str
    zones: Zones
    focus: str = ""

    @property
    def agenda(self) -> Agenda:
        return self.terms.agenda

    @property
    def days(self) -> list[date]:
        """In person every day of the stay, online those with entries; and days beside the stay
        that have some."""
        found = set(self.agenda.days)
        if self.terms.when.is_physical:
            found.update(days_of_stay(self.terms))
        return sorted(found)

    def is_off(self, day: date) -> bool:
        """Whether nothing is expected on that day."""
        return not is_working_day(day, self.country) or day in self.terms.when.travel_days

    def is_outside(self, day: date) -> bool:
        stay = days_of_stay(self.terms)
        return bool(stay) and not stay[0] <= day <= stay[-1]

    def open_halves(self) -> list[Half]:
        """Where an entry goes by the buttons, one after the other."""
        busy = set(self.agenda.days)
        days = [day for day in self.days if day in busy or not self.is_off(day)]
        return [(day, part) for day in days for part in HALVES]


def board_of(plan: Plan) -> Board:
    days = [_board_day(plan, day) for day in plan.days]
    weeks = groupby(days, key=lambda one: one.day - timedelta(days=one.day.weekday()))
    return Board(
        weeks=[Week(_week_title(monday), list(group)) for monday, group in weeks],
        undated=[_card(plan, slot) for slot in plan.agenda.slots if slot.day is None],
        days=[(one.iso, _choice(one)) for one in days],
    )


def _board_day(plan: Plan, day: date) -> BoardDay:
    halves = [_half(plan, day, part) for part in (DAY, *HALVES)]
    has_content = any(half.cards for half in halves)
    return BoardDay(
        day=day,
        name=day_name(day),
        marks=_marks(plan, day, has_content),
        halves=[half for half in halves if half.cards or half.part != DAY],
        is_quiet=plan.is_off(day) and not has_content,
        has_focus=plan.focus == f"day-{day.isoformat()}",
    )


def _half(plan: Plan, day: date, part: str) -> HalfDay:
    cards = [_card(plan, slot) for slot in entries_of(plan.agenda, day, part)]
    return HalfDay(part=part, label=str(DayPart(part).label), cards=cards)


def _marks(plan: Plan, day: date, has_content: bool) -> list[Mark]:
    found = []
    if plan.is_outside(day):
        found.append(Mark(_("Outside the exchange"), "danger", "stop"))
    if day in plan.terms.when.travel_days:
        found.append(Mark(_("Travel"), "info", "plane"))
    if holiday := name_of_holiday(day, plan.country, get_language() or "en"):
        found.append(Mark(_("Holiday: %(name)s") % {"name": holiday}, "info", "calendar"))
    elif day.weekday() >= SATURDAY:
        found.append(Mark(_("Weekend"), "", "calendar"))
    if not has_content and not plan.is_off(day):
        found.append(Mark(_("No content yet"), "warning", "warning"))
    return found


def _card(plan: Plan, slot: Slot) -> Card:
    earlier, later = _earlier(plan, slot), _later(plan, slot)
    name, _colon, wanted = plan.focus.partition(":")
    buttons = {"earlier": earlier, "later": later}
    return Card(
        slot=slot,
        seen=mark_of(slot),
        time=time_of(slot) if slot.starts else "",
        visitor_time=time_at_visitor(slot, plan.zones),
        activity=activity_name(slot.activity),
        responsible=responsible_name(slot.responsible),
        clashes=[one.title for one in overlapping(plan.agenda, slot)],
        earlier=earlier,
        later=later,
        focus=(wanted if buttons.get(wanted) else "card") if name == f"entry-{slot.key}" else "",
    )


def _earlier(plan: Plan, slot: Slot) -> Go | None:
    """Before the entry before it, else to the half-day before."""
    mates = _mates(plan, slot)
    place = mates.index(slot)
    if place > 0:
        text = _("Move “%(title)s” before “%(other)s”")
        return _among(slot, text, mates[place - 1], before=mates[place - 1].key)
    return _to_half(plan, slot, -1)


def _later(plan: Plan, slot: Slot) -> Go | None:
    """After the entry after it, else to the half-day after."""
    mates = _mates(plan, slot)
    place = mates.index(slot)
    if place < len(mates) - 1:
        before = mates[place + 2].key if place + 2 < len(mates) else AT_THE_END
        text = _("Move “%(title)s” after “%(other)s”")
        return _among(slot, text, mates[place + 1], before=before)
    return _to_half(plan, slot, 1)


def _mates(plan: Plan, slot: Slot) -> list[Slot]:
    """The entries of its half-day that it can change places with: those with times, and itself.
    What takes a whole day has no order among others."""
    if slot.day is None or slot.part == DAY or not _is_timed(slot):
        return [slot]
    there = entries_of(plan.agenda, slot.day, slot.part)
    return there if all(_is_timed(one) for one in there) else [slot]


def _is_timed(slot: Slot) -> bool:
    return slot.starts is not None and slot.ends is not None


def _among(slot: Slot, text: str, other: Slot, *, before: str) -> Go:
    label = text % {"title": slot.title, "other": other.title}
    return Go(label, f"{slot.day}/{slot.part}/{before}")


def _to_half(plan: Plan, slot: Slot, step: int) -> Go | None:
    """To the half-day before or after, for an entry that takes a day to that day."""
    if slot.day is None:
        return None
    halves = plan.open_halves()
    if slot.part == DAY:
        halves = [(day, DAY) for day, part in halves if part == MORNING]
    place = halves.index((slot.day, slot.part)) + step
    if not 0 <= place < len(halves):
        return None
    day, part = halves[place]
    return Go(
        _("Move “%(title)s” to %(half)s") % {"title": slot.title, "half": name_of_half(day, part)},
        f"{day}/{part}",
    )


def day_name(day: date | None) -> str:
    """Such as "Monday 1 March": the year stands above, with the week."""
    return date_format(day, "l j F") if day else _("No day yet")


def name_of_half(day: date | None, part: str) -> str:
    """Such as "Monday 1 March, morning"."""
    if part == DAY:
        return day_name(day)
    words = {"day": day_name(day), "part": str(DayPart(part).label).lower()}
    return _("%(day)s, %(part)s") % words


def _week_title(monday: date) -> str:
    return _("Week of %(day)s") % {"day": date_format(monday, "j F Y")}


def _choice(day: BoardDay) -> str:
    """A day in a list to choose from, with what there is to know about it."""
    notes = ", ".join(str(mark.text) for mark in day.marks if mark.tone != "warning")
    return f"{day.name} ({notes})" if notes else day.name

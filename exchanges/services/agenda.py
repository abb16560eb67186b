"""Writing the agenda, entry by entry.

Each act reads the agenda anew under the lock of the exchange, so two people who act on different
entries at once both get what they want. On one and the same entry the second is refused, unless
they had seen what the first one wrote.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from secrets import token_hex

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from exchanges.commitment import agenda as shape
from exchanges.commitment.agenda import NoTimeLeft
from exchanges.commitment.terms import JSON, Agenda, Slot, When, section
from exchanges.enums import DayPart, Responsible, Section
from exchanges.models import Exchange
from exchanges.permissions import can_edit_commitment
from exchanges.queries.agenda_templates import AgendaTemplate, agenda_from, days_from, template_of
from exchanges.queries.drafts import draft_of
from exchanges.services.drafting import SectionChanged, save_section
from exchanges.services.locking import locked_exchange
from profiles.enums import Activity
from profiles.models import User

MOST_ENTRIES = 300
"""More than anybody plans; a page with more would not be of use."""
Work = Callable[[Agenda], Agenda]


class EntryChanged(StaleVersion):
    """Somebody else changed or removed the entry meanwhile. `now` is what it says, if it stands."""

    def __init__(self, now: Slot | None) -> None:
        text = (
            _(
                "Somebody changed this entry meanwhile."
                " Look at it, and do it again if it still fits."
            )
            if now
            else _("Somebody removed this entry meanwhile.")
        )
        super().__init__(text, code="entry_changed" if now else "entry_gone")
        self.now = now


class AgendaChanged(StaleVersion):
    """Somebody else changed the agenda since this person saw it; nothing was done."""

    def __init__(self) -> None:
        text = _(
            "Somebody changed the agenda meanwhile. Look at it, and do it again if it still fits."
        )
        super().__init__(text, code="agenda_changed")


@dataclass(frozen=True)
class AgendaChange:
    """What an act led to: the agenda before and after, and the revision that it made."""

    before: JSON
    after: Agenda
    revision: int
    key: str = ""


def add_entry(*, exchange_id: int, entry: Slot, actor: User) -> AgendaChange:
    """A further entry, under a key of its own."""
    added = replace(_sensible(entry), key=_new_key())
    return _change(exchange_id, actor, lambda agenda: shape.with_entry(agenda, added), added.key)


def change_entry(
    *, exchange_id: int, key: str, seen: str, entry: Slot, actor: User
) -> AgendaChange:
    """The entry says this from now on. Raises `EntryChanged` when it is not what the person saw."""
    changed = replace(_sensible(entry), key=key)

    def work(agenda: Agenda) -> Agenda:
        _entry(agenda, key, seen)
        return shape.with_entry(agenda, changed)

    return _change(exchange_id, actor, work, key)


def move_entry(
    *,
    exchange_id: int,
    key: str,
    seen: str,
    day: date,
    part: str,
    actor: User,
    before: str | None = None,
) -> AgendaChange:
    """The entry stands on another day or part of it; with `before` at that place among others."""
    _require_part(part)

    def work(agenda: Agenda) -> Agenda:
        slot = _entry(agenda, key, seen)
        return shape.placed(agenda, slot, day=day, part=part, before=before)

    return _change(exchange_id, actor, work, key)


def copy_entry(
    *, exchange_id: int, key: str, seen: str, day: date, part: str, actor: User
) -> AgendaChange:
    """The same entry once more, on this day and part of it."""
    _require_part(part)
    copy_key = _new_key()

    def work(agenda: Agenda) -> Agenda:
        copy = replace(_entry(agenda, key, seen), key=copy_key)
        return shape.placed(agenda, copy, day=day, part=part)

    return _change(exchange_id, actor, work, copy_key)


def remove_entry(*, exchange_id: int, key: str, seen: str, actor: User) -> AgendaChange:
    def work(agenda: Agenda) -> Agenda:
        _entry(agenda, key, seen)
        return shape.without(agenda, key)

    return _change(exchange_id, actor, work, key)


def copy_day(*, exchange_id: int, revision: int, day: date, to: date, actor: User) -> AgendaChange:
    """All entries of a day once more on another day."""
    if day == to:
        raise TransitionRefused("same_day", _("Choose another day to copy to."))

    def work(agenda: Agenda) -> Agenda:
        return shape.day_copied(agenda, day, to, _new_key)

    return _change(exchange_id, actor, work, revision=revision)


def clear_day(*, exchange_id: int, revision: int, day: date, actor: User) -> AgendaChange:
    """The day has no entries any more."""

    def work(agenda: Agenda) -> Agenda:
        return shape.without_day(agenda, day)

    return _change(exchange_id, actor, work, revision=revision)


def replace_agenda(*, exchange_id: int, revision: int, template: str, actor: User) -> AgendaChange:
    """A ready programme takes the place of all entries, from the first day of the exchange on."""
    with audit.transaction():
        exchange = _editable(exchange_id, actor)
        ready = programme_for(exchange, draft_of(exchange).when, template)
        return _change(exchange_id, actor, lambda _agenda: ready, revision=revision)


def restore_agenda(*, exchange_id: int, revision: int, content: JSON, actor: User) -> AgendaChange:
    """The agenda says what it said before the last act. Raises `AgendaChanged` once
    somebody has written something else since."""
    earlier: Agenda = section(Section.AGENDA, content)
    return _change(exchange_id, actor, lambda _agenda: earlier, revision=revision)


def programme_for(exchange: Exchange, when: When, code: str) -> Agenda:
    """The entries of a programme on the days of the exchange. Raises `TransitionRefused` when the
    days are not chosen yet or are too few."""
    template = template_of(code)
    if template is None or template.mode != when.mode:
        raise TransitionRefused("no_such_programme", _("Choose one of the programmes."))
    if when.starts_on is None:
        raise TransitionRefused("no_days", _("Choose the days of the exchange first."))
    days = _days_of(template, exchange, when)
    if when.ends_on and days[-1] > when.ends_on:
        raise TransitionRefused(
            "too_long",
            _(
                "This programme takes until %(last)s, and the exchange ends on %(end)s."
                " Choose a shorter programme, or change the days first."
            )
            % {"last": _in_words(days[-1]), "end": _in_words(when.ends_on)},
        )
    return agenda_from(template, days=days)


def _days_of(template: AgendaTemplate, exchange: Exchange, when: When) -> list[date]:
    """From the first day on that is not for travelling."""
    start = when.starts_on or date.max
    while start in when.travel_days:
        start += timedelta(days=1)
    return days_from(template, start, exchange.host.organisation.country_id)


def _change(
    exchange_id: int, actor: User, work: Work, key: str = "", *, revision: int | None = None
) -> AgendaChange:
    """Read, work and save under one lock. `revision` is given by acts on more than one entry:
    whoever takes them has to have seen the agenda as it is."""
    with audit.transaction():
        exchange = _editable(exchange_id, actor)
        row = exchange.sections.get(name=Section.AGENDA)
        try:
            after = work(section(Section.AGENDA, row.content))
        except NoTimeLeft as full:
            raise TransitionRefused(
                "no_time_left", _("That day has no time left for it.")
            ) from full
        if len(after.slots) > MOST_ENTRIES:
            raise TransitionRefused("too_many", _("The agenda has too many entries."))
        try:
            saved = save_section(
                exchange_id=exchange_id,
                name=Section.AGENDA,
                content=after.to_json(),
                revision=row.revision if revision is None else revision,
                actor=actor,
            )
        except SectionChanged as changed:
            raise AgendaChanged from changed
    return AgendaChange(before=row.content, after=after, revision=saved.revision, key=key)


def _editable(exchange_id: int, actor: User) -> Exchange:
    exchange = locked_exchange(exchange_id)
    if not can_edit_commitment(actor, exchange):
        raise NotAllowed(_("You may not change this commitment."))
    return exchange


def _entry(agenda: Agenda, key: str, seen: str) -> Slot:
    slot = shape.entry_of(agenda, key)
    if slot is None or shape.mark_of(slot) != seen:
        raise EntryChanged(slot)
    return slot


def _sensible(entry: Slot) -> Slot:
    """An entry that an agenda can hold."""
    _require_part(entry.part)
    if entry.day is None or not entry.title.strip():
        raise TransitionRefused("incomplete", _("An entry needs a day and a title."))
    if entry.activity not in Activity.values or entry.responsible not in Responsible.values:
        raise TransitionRefused("unknown_value", _("Choose an activity and who sees to it."))
    if entry.starts and entry.ends and entry.ends <= entry.starts:
        raise TransitionRefused("order", _("It ends before it begins."))
    return entry


def _require_part(part: str) -> None:
    if part not in DayPart.values:
        raise TransitionRefused("unknown_value", _("Choose the morning, the afternoon or the day."))


def _new_key() -> str:
    return token_hex(6)


def _in_words(day: date) -> str:
    return date_format(day, "j F Y")

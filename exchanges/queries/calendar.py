"""The dates of exchanges as entries of a calendar: only what is or was in force, never a draft."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from cxc_portal.core import clock
from exchanges.commitment.terms import Slot, Terms
from exchanges.enums import ExchangeState, VersionState
from exchanges.models import CommitmentVersion, Exchange
from exchanges.queries.terms_shown import HELD, terms_now, terms_of_version

SIGNED = (*HELD, VersionState.SUPERSEDED)
"""The versions that were in force at some time."""
ONE_DAY = timedelta(days=1)
Moment = date | datetime


@dataclass(frozen=True)
class Entry:
    """One entry: `uid` names it for good and `sequence` grows with each change, so that calendars
    replace what they have. `start` and `end` (exclusive) are days, or times in the host's zone."""

    uid: str
    sequence: int
    changed_at: datetime
    title: str
    start: Moment
    end: Moment | None
    place: str
    text: str
    url: str
    is_cancelled: bool
    takes_time: bool


def entries_of(exchange: Exchange) -> list[Entry]:
    """The whole exchange and each entry of its agenda; none as long as nothing was signed by all.

    What an amendment took out, and all of an exchange that does not take place, is cancelled.
    """
    return _entries(exchange, with_agenda=True)


def entries_for(user: Any) -> list[Entry]:
    """Those of one's own exchanges; of exchanges that one's partnership signs, the visit as a
    whole."""
    own = set(Exchange.objects.of_member(user).values_list("pk", flat=True))
    staffed = user.staffed_partnership_ids if user.is_staff else set()
    found = Exchange.objects.filter(
        Q(pk__in=own) | Q(host_partnership__in=staffed) | Q(visitor_partnership__in=staffed)
    )
    return [
        entry
        for exchange in with_signed_versions(found.order_by("pk"))
        for entry in _entries(exchange, with_agenda=exchange.pk in own)
    ]


def with_signed_versions(found: Any) -> Iterable[Exchange]:
    """With the texts that were in force at some time and the draft, in three queries."""
    held = CommitmentVersion.objects.filter(state__in=SIGNED)
    related = found.filter(pk__in=held.values("exchange"))
    related = related.select_related("host__organisation", "visitor__organisation")
    prefetched: Iterable[Exchange] = related.prefetch_related(
        Prefetch("versions", held.order_by("number"), to_attr="signed_versions"), "sections"
    )
    return prefetched


def _entries(exchange: Any, *, with_agenda: bool) -> list[Entry]:
    held: CommitmentVersion = exchange.signed_versions[-1]
    is_in_force = held.state == VersionState.IN_FORCE
    terms = terms_now(exchange, held) if is_in_force else terms_of_version(held)
    is_off = _is_off(exchange, held)
    first, last = exchange.starts_on, _last_day(exchange)
    if is_off or first is None:
        first, last = terms.when.starts_on, terms.when.ends_on
    if first is None or last is None:
        return []
    changed_at = max(exchange.state_since, held.state_since)
    whole = Entry(
        uid=f"{exchange.ref}@{_domain()}",
        sequence=exchange.calendar_sequence,
        changed_at=changed_at,
        title=_title(exchange),
        start=first,
        end=last + ONE_DAY,
        place=_place(terms),
        text="\n".join(filter(None, (exchange.ref, terms.purpose.text))),
        url=settings.SITE_URL + exchange.get_absolute_url(),
        is_cancelled=is_off,
        takes_time=False,
    )
    if not with_agenda:
        return [whole]
    return [whole, *_agenda(exchange, terms, whole, last)]


def _agenda(exchange: Any, terms: Terms, whole: Entry, last: date) -> list[Entry]:
    """One entry a slot with a day; those that are no more in the text or come after the last day
    are cancelled."""
    current = {slot.key for slot in terms.agenda.slots if slot.day}
    known: dict[str, tuple[Slot, date]] = {}
    for version in exchange.signed_versions:
        slots = terms_of_version(version).agenda.slots
        known |= {slot.key: (slot, slot.day) for slot in slots if slot.day}
    return [
        _slot_entry(
            exchange,
            slot,
            day,
            whole,
            is_cancelled=whole.is_cancelled or key not in current or day > last,
        )
        for key, (slot, day) in known.items()
    ]


def _slot_entry(
    exchange: Exchange, slot: Slot, day: date, whole: Entry, *, is_cancelled: bool
) -> Entry:
    start: Moment = day
    end: Moment | None = day + ONE_DAY
    if slot.starts:
        start = datetime.combine(day, slot.starts, tzinfo=exchange.zone)
        ends = slot.ends if slot.ends and slot.ends > slot.starts else None
        end = datetime.combine(day, ends, tzinfo=exchange.zone) if ends else None
    return Entry(
        uid=f"{exchange.ref}-{slot.key}@{_domain()}",
        sequence=whole.sequence,
        changed_at=whole.changed_at,
        title=slot.title or whole.title,
        start=start,
        end=end,
        place=slot.place or whole.place,
        text=whole.title,
        url=whole.url,
        is_cancelled=is_cancelled,
        takes_time=True,
    )


def _is_off(exchange: Exchange, held: CommitmentVersion) -> bool:
    """Whether it does not take place as signed: cancelled, or to be agreed anew."""
    if exchange.state == ExchangeState.ABORTED:
        return False
    took_place = exchange.state in (ExchangeState.REPORTING, ExchangeState.CLOSED)
    return held.state != VersionState.IN_FORCE and not took_place


def _last_day(exchange: Exchange) -> date | None:
    """The last day that took place or will."""
    if exchange.state == ExchangeState.ABORTED and exchange.finished_at:
        broken_off = clock.day_of(exchange.finished_at)
        return min(broken_off, exchange.ends_on) if exchange.ends_on else broken_off
    return exchange.ends_on


def _title(exchange: Exchange) -> str:
    names = {
        "visitor": exchange.visitor.organisation.name,
        "host": exchange.host.organisation.name,
    }
    if exchange.is_physical:
        return _("%(visitor)s visits %(host)s") % names
    return _("%(visitor)s and %(host)s, online") % names


def _place(terms: Terms) -> str:
    when = terms.when
    return ", ".join(filter(None, (when.venue, when.room))) if when.is_physical else when.platform


def _domain() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"

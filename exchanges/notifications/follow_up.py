"""The mails of an exchange that is about to start, runs or has ended."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import mail
from cxc_portal.core.mail import MailKind, Pace, Recipient
from cxc_portal.core.models import OutgoingMail
from cxc_portal.core.types import Text
from exchanges.commitment.terms import Person, Slot, Terms
from exchanges.enums import Capacity
from exchanges.models import Exchange, MidwayAnswer
from exchanges.notifications.recipients import partnerships_of_exchange
from matching.notifications.recipients import members_of
from profiles.models import Profile

SIDES, DESK = "exchanges", "desk"
MEMBERS, STAFF = _("members of both sides"), _("staff of both partnerships")

START_ANNOUNCED = mail.register(
    MailKind(
        "exchanges/start_announced",
        MEMBERS,
        _("a validated exchange starts in a few days"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
EXCHANGE_STARTS = mail.register(
    MailKind(
        "exchanges/exchange_starts",
        MEMBERS,
        _("an exchange begins"),
        pace=Pace.BLOCKING,
        topic=SIDES,
    )
)
CHECK_IN_MISSING = mail.register(
    MailKind(
        "exchanges/check_in_missing",
        STAFF,
        _("a side has not checked in on the day after the start"),
        pace=Pace.DAILY,
        topic=DESK,
    )
)
MIDWAY_ASKED = mail.register(
    MailKind(
        "exchanges/midway_asked",
        _("members of a side that has not answered"),
        _("a longer exchange is half over"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
MIDWAY_LOW = mail.register(
    MailKind(
        "exchanges/midway_low",
        STAFF,
        _("a side gave a low rating half-way through"),
        pace=Pace.BLOCKING,
        topic=DESK,
    )
)
BEFORE = (START_ANNOUNCED,)
"""These are news only as long as the exchange has not started."""


def start_announced(exchange: Exchange, terms: Terms, *, event: str, days: int) -> bool:
    """Both sides read what to bring; False when they were told before."""
    event = f"{event}:{exchange.starts_on}"
    if _is_told(START_ANNOUNCED, exchange, event):
        return False
    for own, other in _sides(exchange):
        _send(
            START_ANNOUNCED,
            members_of(exchange.profile_of(own)),
            exchange,
            other=exchange.profile_of(other),
            event=event,
            label=_("Look at the programme"),
            days=days,
            is_visitor=own == Capacity.VO,
            **_to_bring(exchange, terms, other),
        )
    return True


def exchange_starts(exchange: Exchange) -> None:
    """Both sides are asked to check in."""
    mail.cancel(about=exchange, kinds=BEFORE)
    for own, other in _sides(exchange):
        _send(
            EXCHANGE_STARTS,
            members_of(exchange.profile_of(own)),
            exchange,
            other=exchange.profile_of(other),
            event=f"{exchange.starts_on}",
            label=_("Check in"),
        )


def exchange_ended(exchange: Exchange) -> None:
    """What was asked while it ran is no news any more; of its end the app above tells, which asks
    for the reports."""
    mail.cancel(about=exchange, kinds=(EXCHANGE_STARTS, MIDWAY_ASKED))


def check_in_missing(exchange: Exchange, missing: Iterable[Capacity]) -> bool:
    """Both partnerships ask after their participants; False when they were told before."""
    event = f"{exchange.starts_on}"
    if _is_told(CHECK_IN_MISSING, exchange, event):
        return False
    names = [exchange.party_name(side) for side in missing]
    people = partnerships_of_exchange(exchange)
    _send(
        CHECK_IN_MISSING,
        people,
        exchange,
        other=exchange.visitor,
        event=event,
        label=_("Open the exchange"),
        missing=names,
    )
    return bool(people)


def midway_asked(exchange: Exchange, missing: Iterable[Capacity]) -> bool:
    """The sides that have not answered; False when they were asked before."""
    event = f"{exchange.starts_on}"
    if _is_told(MIDWAY_ASKED, exchange, event):
        return False
    people = 0
    for own, other in _sides(exchange):
        if own not in missing:
            continue
        found = members_of(exchange.profile_of(own))
        people += len(found)
        _send(
            MIDWAY_ASKED,
            found,
            exchange,
            other=exchange.profile_of(other),
            event=event,
            label=_("Answer in a minute"),
            path=reverse("exchanges:midway", args=[exchange.ref]),
        )
    return people > 0


def midway_low(exchange: Exchange, answer: MidwayAnswer) -> None:
    """Both partnerships read it while there is time to help."""
    _send(
        MIDWAY_LOW,
        partnerships_of_exchange(exchange),
        exchange,
        other=exchange.visitor,
        event=f"{answer.pk}",
        label=_("Open the exchange"),
        side=exchange.party_name(answer.capacity),
        rating=answer.rating,
        text=answer.text,
    )


def _sides(exchange: Exchange) -> list[tuple[Capacity, Capacity]]:
    """Each side with the other one."""
    return [(Capacity.HO, Capacity.VO), (Capacity.VO, Capacity.HO)]


def _to_bring(exchange: Exchange, terms: Terms, other: Capacity) -> dict[str, Any]:
    """What one needs at hand on the first day: where to go, whom to ask for, what happens."""
    people: tuple[Person, ...] = getattr(terms.people, other)
    country = exchange.host.organisation.country_id
    return {
        "place": terms.when.venue if terms.when.is_physical else terms.when.platform,
        "room": terms.when.room,
        "contact": people[0] if people else None,
        "first_slots": _first_day(terms),
        "country_url": settings.SITE_URL + reverse("exchanges:country", args=[country]),
    }


def _first_day(terms: Terms) -> list[Slot]:
    """The entries of the first day with content."""
    days = terms.agenda.days
    return [slot for slot in terms.agenda.slots if slot.day == days[0]] if days else []


class Told:
    """What was written already about some exchanges, read in one query for all of them."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        mails = OutgoingMail.objects.filter(
            kind__in=[kind.name for kind in (START_ANNOUNCED, CHECK_IN_MISSING, MIDWAY_ASKED)],
            about_type=Exchange._meta.label_lower,
            about_id__in=[str(exchange.pk) for exchange in exchanges],
        )
        self._keys = list(mails.order_by().values_list("dedup_key", flat=True))

    def has_start(self, exchange: Exchange, rule: str) -> bool:
        """Whether its sides were told by this rule that it starts."""
        return self._has(START_ANNOUNCED, exchange, f"{rule}:{exchange.starts_on}")

    def has_check_in(self, exchange: Exchange) -> bool:
        """Whether its partnerships heard who has not checked in."""
        return self._has(CHECK_IN_MISSING, exchange, f"{exchange.starts_on}")

    def has_midway(self, exchange: Exchange) -> bool:
        """Whether its sides were asked how it goes."""
        return self._has(MIDWAY_ASKED, exchange, f"{exchange.starts_on}")

    def _has(self, kind: MailKind, exchange: Exchange, event: str) -> bool:
        begins = _key(kind, exchange, event)
        return any(key.startswith(begins) for key in self._keys)


def _is_told(kind: MailKind, exchange: Exchange, event: str) -> bool:
    """Whether this was written before: so nothing is put into words for nothing."""
    begins = _key(kind, exchange, event)
    return OutgoingMail.objects.filter(dedup_key__startswith=begins).exists()


def _key(kind: MailKind, exchange: Exchange, event: str) -> str:
    return f"{kind.name}:{exchange.pk}:{event}:"


def _send(
    kind: MailKind,
    people: Iterable[Recipient],
    exchange: Exchange,
    *,
    other: Profile,
    label: Text,
    event: str = "",
    path: str = "",
    **context: object,
) -> None:
    """`other` is the side that the mail is about."""
    for person in people:
        mail.queue(
            kind,
            to=person,
            context={
                "exchange": exchange,
                "name": other.organisation.name,
                "host": exchange.host.organisation,
                "visitor": exchange.visitor.organisation,
                "action_url": settings.SITE_URL + (path or exchange.get_absolute_url()),
                "action_label": label,
                **context,
            },
            dedup_key=f"{_key(kind, exchange, event)}{person.email}",
            about=exchange,
        )

"""The mails about writing a commitment: few, since both sides are at it together anyway."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock, mail
from cxc_portal.core.mail import MailKind, Pace, Recipient
from cxc_portal.core.types import Text
from exchanges.commitment.differences import Difference
from exchanges.enums import ORGANISATIONS, Capacity, Section
from exchanges.models import Exchange, SectionComment
from exchanges.notifications.signatories import each_once, party
from exchanges.wording.differences import in_words
from profiles.models import User

TOPIC, DESK = "exchanges", "desk"

SECTION_COMMENTED = mail.register(
    MailKind(
        "exchanges/section_commented",
        _("members of both organisations"),
        _("the first comment of a party on a day"),
        pace=Pace.DAILY,
        topic=TOPIC,
    )
)
DESK_SECTION_COMMENTED = mail.register(
    MailKind(
        "exchanges/desk_section_commented",
        _("partnership officers"),
        _("the first comment of a party on a day"),
        pace=Pace.DAILY,
        topic=DESK,
    )
)
CONTACT_DATA_CHANGED = mail.register(
    MailKind(
        "exchanges/contact_data_changed",
        _("the other parties"),
        _("contact data or where to report changed beside a frozen text"),
        pace=Pace.DAILY,
        topic=TOPIC,
    )
)
DRAFT_RESTS = mail.register(
    MailKind(
        "exchanges/draft_rests",
        _("members of both organisations"),
        _("nobody has written on a commitment for a while"),
        pace=Pace.DAILY,
        topic=TOPIC,
    )
)


def comment_added(comment: SectionComment) -> None:
    """The other parties read the first comment of a party on a day; more of them wait on the
    page."""
    exchange = comment.exchange
    event = f"{comment.capacity}:{clock.day_of(comment.at)}"
    own = {person.email for person in party(exchange, comment.capacity)}
    told: set[str] = set()
    for capacity in Capacity:
        kind = DESK_SECTION_COMMENTED if capacity.is_partnership else SECTION_COMMENTED
        people = [one for one in party(exchange, capacity) if one.email not in own | told]
        told |= {person.email for person in people}
        _send(
            kind,
            people,
            exchange,
            event=event,
            label=_("Read and answer"),
            comment=comment.text,
            section=Section(comment.section).label,
            author=exchange.party_name(comment.capacity),
        )


def contact_data_changed(exchange: Exchange, changed: list[Difference], actor: User) -> None:
    """The other parties read what holds without new signatures; once a day for the same fields,
    because the page shows what holds now."""
    own = exchange.capacities_of(actor)
    told = {person.email for capacity in own for person in party(exchange, capacity)}
    people = [one for capacity in Capacity for one in party(exchange, capacity)]
    fields = ",".join(sorted(f"{one.section}.{one.path}" for one in changed))
    _send(
        CONTACT_DATA_CHANGED,
        [person for person in each_once(people, but=actor) if person.email not in told],
        exchange,
        event=f"{clock.today()}:{fields}",
        label=_("Look at the exchange"),
        url=exchange.get_absolute_url(),
        fields=[_lazy_field_name(one) for one in changed],
        author=exchange.party_name(own[0]) if own else str(actor),
    )


def draft_rests(exchange: Exchange, *, since: str, days: int) -> int:
    """Both sides are reminded once of a draft that rests since that day; says how many mails."""
    people = [one for capacity in ORGANISATIONS for one in party(exchange, capacity)]
    label = _("Go on writing")
    return _send(DRAFT_RESTS, each_once(people), exchange, event=since, label=label, days=days)


def _field_name(difference: Difference) -> str:
    return in_words([difference])[0].label


_lazy_field_name = lazy(_field_name, str)
"""In the language of whoever reads the mail."""


def _send(
    kind: MailKind,
    people: Iterable[Recipient],
    exchange: Exchange,
    *,
    event: str,
    label: Text,
    url: str = "",
    **context: object,
) -> int:
    page = settings.SITE_URL + (url or reverse("exchanges:commitment", args=[exchange.ref]))
    sent = [
        mail.queue(
            kind,
            to=person,
            context={
                "exchange": exchange,
                "host": exchange.host.organisation.name,
                "visitor": exchange.visitor.organisation.name,
                "action_url": page,
                "action_label": label,
                **context,
            },
            dedup_key=f"{kind.name}:{exchange.pk}:{event}:{person.email}",
            about=exchange,
        )
        for person in people
    ]
    return sum(one is not None for one in sent)

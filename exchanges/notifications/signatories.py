"""Who signs a commitment, and who stands behind each of its parties, as recipients of mails."""

from collections.abc import Iterable

from cxc_portal.core.mail import Recipient
from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.notifications.recipients import staff_of
from exchanges.workflows.parties import standing_delegation
from matching.notifications.recipients import members_of
from profiles.models import User


def party(exchange: Exchange, capacity: str) -> list[Recipient]:
    """The members of the organisation, or whoever works for the partnership."""
    if Capacity(capacity).is_partnership:
        return staff_of(exchange.partnership_of(capacity))
    return members_of(exchange.profile_of(capacity))


def signatories(exchange: Exchange, capacity: str) -> list[Recipient]:
    """Whoever signs in this capacity: the named colleague, else the participant, else all."""
    if delegation := standing_delegation(exchange, capacity):
        return [Recipient.of(delegation.delegate)]
    if not Capacity(capacity).is_partnership:
        contact = exchange.profile_of(capacity).contact
        if contact is not None and contact.is_active:
            return [Recipient.of(contact)]
    return party(exchange, capacity)


def each_once(recipients: Iterable[Recipient], *, but: User | None = None) -> list[Recipient]:
    """Each person once, without whoever did it."""
    found = {person.email: person for person in recipients}
    return [person for person in found.values() if but is None or person.user != but]

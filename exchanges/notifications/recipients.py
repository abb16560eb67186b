"""Who hears of an exchange, as recipients of mails."""

from collections.abc import Iterable

from cxc_portal.core.mail import Recipient
from exchanges.models import Exchange
from matching.notifications.recipients import members_of
from profiles.enums import StaffRoleName
from profiles.models import Partnership, User


def sides_of_exchange(exchange: Exchange) -> list[Recipient]:
    """The members of both organisations, each person once."""
    return _once([*members_of(exchange.host), *members_of(exchange.visitor)])


def partnerships_of_exchange(exchange: Exchange) -> list[Recipient]:
    """The staff of both partnerships."""
    return staff_of(exchange.host_partnership, exchange.visitor_partnership)


def staff_of(*partnerships: Partnership) -> list[Recipient]:
    """The staff of these partnerships, each person once; the Support Office where there is
    nobody."""
    found = _recipients(staff_roles__partnership__in={one.pk for one in partnerships})
    return found or support_office()


def support_office() -> list[Recipient]:
    return _recipients(staff_roles__role=StaffRoleName.SUPPORT)


def but(people: Iterable[Recipient], actor: User | None) -> list[Recipient]:
    """Without whoever did it."""
    return [person for person in people if actor is None or person.user != actor]


def _recipients(**role: object) -> list[Recipient]:
    users = User.objects.filter(is_active=True, **role).order_by("pk").distinct()
    return [Recipient.of(user) for user in users]


def _once(people: Iterable[Recipient]) -> list[Recipient]:
    return list({person.email: person for person in people}.values())

"""What an open exchange keeps from happening: nobody leaves a partner without a word."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from exchanges.enums import BEFORE_START, ExchangeState
from exchanges.models import Exchange
from profiles.models import Profile, User
from profiles.personal_data import Blocker
from profiles.services.erasure import only_theirs


def open_exchange_obstacles(profile: Profile) -> Iterable[str]:
    """Why the profile cannot be withdrawn or change its role, one sentence an exchange."""
    for exchange in _open_exchanges_of(profile):
        if exchange.state in BEFORE_START:
            text = _("The exchange %(ref)s with %(name)s is open. Cancel it first.")
        elif exchange.state == ExchangeState.REPORTING:
            text = _(
                "The exchange %(ref)s with %(name)s waits for its reports. Hand yours in; once the "
                "partnerships have validated them, it is closed."
            )
        else:
            text = _("The exchange %(ref)s with %(name)s is not over. Wait for its reports.")
        yield text % _names(exchange, profile)


def exchange_blockers(user: User) -> Iterable[Blocker]:
    """Why the account of an organisation's only member cannot be closed."""
    for profile in only_theirs(user).order_by("pk"):
        for exchange in _open_exchanges_of(profile):
            text = _(
                "The exchange %(ref)s with %(name)s is open and you are the only one to act. Bring "
                "it to its end, or invite a colleague."
            )
            url = reverse("exchanges:exchange", args=[exchange.ref])
            yield Blocker(text % _names(exchange, profile), url)


def _open_exchanges_of(profile: Profile) -> QuerySet[Exchange]:
    found = Exchange.objects.open().filter(Q(host=profile) | Q(visitor=profile))
    return found.select_related("host__organisation", "visitor__organisation").order_by("pk")


def _names(exchange: Exchange, profile: Profile) -> dict[str, str]:
    other = exchange.visitor if exchange.host_id == profile.pk else exchange.host
    return {"ref": exchange.ref, "name": other.organisation.name}

"""A signatory names a colleague who signs instead."""

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.enums import Capacity
from exchanges.models import Delegation, Exchange
from exchanges.notifications import signing as notifications
from exchanges.permissions import can_delegate_signature, can_end_delegation
from exchanges.services.locking import locked_exchange
from exchanges.workflows.parties import open_version
from profiles.models import User


def delegate_signature(
    *, exchange_id: int, capacity: str, delegate_id: int, actor: User, reason: str = ""
) -> Delegation:
    """From now on the colleague signs in this capacity; who was named before no longer does.

    Raises `NotAllowed` for whoever does not sign in it, `TransitionRefused` for somebody who is
    neither a member of the organisation nor works for the partnership.
    """
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if not can_delegate_signature(actor, exchange, capacity):
            raise NotAllowed(_("Only whoever signs can name a colleague."))
        delegate = User.objects.get(pk=delegate_id)
        if delegate.pk == actor.pk:
            raise TransitionRefused("yourself", _("Choose a colleague: you can sign yourself."))
        if not delegate.is_active or capacity not in exchange.capacities_of(delegate):
            raise TransitionRefused(
                "no_colleague",
                _("%(name)s does not belong to %(party)s.")
                % {"name": delegate, "party": exchange.party_name(capacity)},
            )
        _end_standing(exchange, capacity, actor)
        delegation = Delegation.objects.create(
            exchange=exchange,
            capacity=capacity,
            delegator=actor,
            delegate=delegate,
            reason=reason.strip(),
        )
        audit.record(
            "commitment.delegated",
            subject=exchange,
            actor=actor,
            data={"capacity": capacity, "delegate": delegate.pk, "delegation": delegation.pk},
        )
        notifications.signature_delegated(delegation, open_version(exchange))
    return delegation


def end_delegation(*, delegation_id: int, actor: User) -> Delegation:
    """Whoever signs usually does so again. Ending it twice changes nothing."""
    with audit.transaction():
        key = Delegation.objects.values_list("exchange_id", flat=True).get(pk=delegation_id)
        exchange = locked_exchange(key)
        delegation = exchange.delegations.get(pk=delegation_id)
        if not can_end_delegation(actor, exchange, delegation):
            raise NotAllowed(_("You may not end this delegation."))
        _end_standing(exchange, delegation.capacity, actor)
        delegation.refresh_from_db()
    return delegation


def _end_standing(exchange: Exchange, capacity: str, actor: User) -> None:
    standing = exchange.delegations.filter(capacity=Capacity(capacity), ended_at__isnull=True)
    for delegation in standing:
        delegation.ended_at = clock.now()
        delegation.save(update_fields=["ended_at"])
        audit.record(
            "commitment.delegation_ended",
            subject=exchange,
            actor=actor,
            data={"capacity": delegation.capacity, "delegation": delegation.pk},
        )

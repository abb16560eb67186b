"""Warnings that a partnership lets pass."""

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.models import Exchange, Override
from exchanges.models.draft import COMMENT_LENGTH
from exchanges.permissions import can_override_warning
from exchanges.queries.findings import FoundRule, findings_of
from exchanges.services.locking import locked_exchange
from profiles.models import Partnership, User


def override_warning(*, exchange_id: int, code: str, reason: str, actor: User) -> Override:
    """The warning is let pass for what the text says now, by the actor's partnership and with its
    reason. A second one replaces what was said about an earlier text. A stop is never let pass."""
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if not can_override_warning(actor, exchange):
            raise NotAllowed(_("Only the partnerships can let a warning pass."))
        reason = reason.strip()
        if not reason:
            raise TransitionRefused("no_reason", _("Say why the warning can be let pass."))
        if len(reason) > COMMENT_LENGTH:
            raise TransitionRefused(
                "too_long",
                _("The reason is too long: it can have %(number)s characters.")
                % {"number": COMMENT_LENGTH},
            )
        found = _warning(exchange, code)
        override, _is_new = Override.objects.update_or_create(
            exchange=exchange,
            code=code,
            defaults={
                "about": found.finding.about,
                "partnership": _partnership_of(exchange, actor),
                "by": actor,
                "reason": reason,
                "at": clock.now(),
            },
        )
        audit.record("commitment.override", subject=exchange, actor=actor, data={"code": code})
    return override


def withdraw_override(*, exchange_id: int, code: str, actor: User) -> None:
    """The warning stands again. Only the partnership that let it pass takes that back."""
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        override = exchange.overrides.filter(code=code).first()
        if override is None:
            return
        if (
            not can_override_warning(actor, exchange)
            or override.partnership_id not in actor.staffed_partnership_ids
        ):
            raise NotAllowed(_("Only the partnership that let the warning pass takes that back."))
        override.delete()
        audit.record(
            "commitment.withdraw_override", subject=exchange, actor=actor, data={"code": code}
        )


def _warning(exchange: Exchange, code: str) -> FoundRule:
    """The warning that stands now."""
    for found in findings_of(exchange):
        if found.code != code:
            continue
        if found.is_stop:
            raise TransitionRefused(
                "is_stop", _("This cannot be let pass: %(way_out)s") % {"way_out": found.way_out}
            )
        if not found.blocks:
            raise TransitionRefused("passed_already", _("This warning is let pass already."))
        return found
    raise TransitionRefused("not_found", _("This warning does not stand any more."))


def _partnership_of(exchange: Exchange, actor: User) -> Partnership:
    """In whose name the actor decides: the host's partnership where it is both."""
    return exchange.partnership_of(exchange.capacities_of(actor)[0])

"""Giving up a change of what is agreed: the draft says again what is in force."""

from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.commitment.asides import with_asides
from exchanges.commitment.differences import differences
from exchanges.enums import AMENDABLE
from exchanges.models import Exchange
from exchanges.permissions import can_edit_commitment
from exchanges.queries.drafts import draft_contents, sections_of
from exchanges.services.drafting import write_section
from exchanges.services.locking import locked_exchange
from exchanges.workflows.parties import version_in_force
from profiles.models import User


def give_up_amendment(*, exchange_id: int, actor: User) -> Exchange:
    """The draft says what the version in force says; a version that is being signed is void, and
    whoever had signed it is told. Contact data that changed meanwhile stay, because they hold
    already.

    Raises `TransitionRefused` ("nothing_changed") where the draft says nothing else.
    """
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        in_force = version_in_force(exchange)
        if not can_edit_commitment(actor, exchange):
            raise NotAllowed(_("You may not change this commitment."))
        if in_force is None or exchange.state not in AMENDABLE:
            raise TransitionRefused("not_in_force", _("No signed version is in force."))
        draft = draft_contents(exchange)
        agreed = with_asides(in_force.snapshot["terms"], draft)
        changed = {difference.section for difference in differences(draft, agreed)}
        if not changed:
            raise TransitionRefused(
                "nothing_changed", _("Nothing is changed: the text is what is in force.")
            )
        for name, row in sections_of(exchange).items():
            if name in changed:
                write_section(exchange, row, agreed[name], actor, is_apart=True)
        audit.record(
            "commitment.amendment_given_up",
            subject=in_force,
            actor=actor,
            data={"sections": sorted(changed)},
        )
    return exchange

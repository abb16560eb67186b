"""What an edit of the draft does to the version that is being signed."""

from cxc_portal.core import audit
from exchanges.commitment.differences import differences
from exchanges.commitment.terms import JSON
from exchanges.enums import SIGNABLE
from exchanges.models import Exchange
from exchanges.notifications import signing as notifications
from exchanges.workflows import commitment_workflow, exchange_workflow
from exchanges.workflows.parties import open_version
from profiles.models import User


def note_edit(
    *, exchange: Exchange, before: dict[str, JSON], after: dict[str, JSON], actor: User
) -> None:
    """With an open version, a change of the text makes it void: its signatures are kept but count
    no more, the text is written again, and whoever signed is told. A change that needs no
    signatures is written down and nothing else.

    The caller holds the lock of the exchange and is in a transaction.
    """
    version = open_version(exchange)
    changed = differences(before, after) if version else []
    if version is None or not changed:
        return
    if not any(difference.is_material for difference in changed):
        audit.record(
            "commitment.edited_aside",
            subject=version,
            actor=actor,
            data={"fields": sorted({difference.full_field for difference in changed})},
        )
        return
    capacities = exchange.capacities_of(actor)
    record = {"capacity": capacities[0] if capacities else ""}
    commitment_workflow.apply(version, "void", actor=actor, record=record)
    if exchange.state in SIGNABLE:
        exchange_workflow.apply(exchange, "edit", actor=actor, record=record)
    version.exchange = exchange
    notifications.version_void(version, actor)

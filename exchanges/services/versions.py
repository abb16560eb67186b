"""What an edit of the draft does to the version that is being signed."""

from exchanges.commitment.terms import JSON
from exchanges.enums import SIGNABLE
from exchanges.models import Exchange
from exchanges.workflows import commitment_workflow, exchange_workflow
from exchanges.workflows.parties import open_version
from profiles.models import User


def note_edit(
    *, exchange: Exchange, before: dict[str, JSON], after: dict[str, JSON], actor: User
) -> None:
    """With an open version and another text the version is void, and the text is written again.

    The caller holds the lock of the exchange and is in a transaction.
    """
    version = open_version(exchange)
    if version is None or before == after:
        return
    commitment_workflow.apply(version, "void", actor=actor)
    if exchange.state in SIGNABLE:
        exchange_workflow.apply(exchange, "edit", actor=actor)

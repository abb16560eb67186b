"""A party sends a version back, or refuses it; all parties are told, also those who signed."""

from cxc_portal.core import audit
from exchanges.enums import SIGNABLE
from exchanges.models import CommitmentVersion, Exchange
from exchanges.notifications import signing as notifications
from exchanges.services.ending import end_match
from exchanges.services.locking import locked_version, locked_with_visit
from exchanges.workflows import commitment_workflow, exchange_workflow
from profiles.models import User


def return_version(*, version_id: int, comment: str, actor: User) -> CommitmentVersion:
    """The version goes back to the organisations with a comment; they write and freeze anew."""
    with audit.transaction():
        version = locked_version(version_id)
        _end(version, version.exchange, "return", comment, actor)
        notifications.version_returned(version, actor, comment.strip())
    return version


def refuse_version(*, version_id: int, comment: str, actor: User) -> CommitmentVersion:
    """The version is refused for good. Before a first one is in force that ends the exchange, and
    the two can be matched again; an amendment that is refused leaves what was agreed."""
    with audit.transaction():
        key = CommitmentVersion.objects.values_list("exchange_id", flat=True).get(pk=version_id)
        locked_with_visit(key)
        version = locked_version(version_id)
        exchange = version.exchange
        is_over = exchange.state in SIGNABLE
        _end(version, exchange, "refuse", comment, actor)
        if is_over:
            end_match(exchange)
        notifications.version_refused(version, actor, comment.strip())
    return version


def _end(
    version: CommitmentVersion, exchange: Exchange, step: str, comment: str, actor: User
) -> None:
    record = {"capacity": exchange.capacity_of(actor)}
    commitment_workflow.apply(version, step, actor=actor, comment=comment, record=record)
    if exchange.state in SIGNABLE:
        exchange_workflow.apply(exchange, step, actor=actor, comment=comment, record=record)
    version.exchange = exchange

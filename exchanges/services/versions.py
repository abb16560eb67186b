"""What an edit of the draft does to the version that is being signed, and to the one in force."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import TransitionRefused
from exchanges.commitment.asides import asides
from exchanges.commitment.differences import differences
from exchanges.commitment.terms import JSON, When
from exchanges.enums import SIGNABLE, ExchangeState
from exchanges.models import CommitmentVersion, Exchange
from exchanges.notifications import building
from exchanges.notifications import signing as notifications
from exchanges.workflows import commitment_workflow, exchange_workflow
from exchanges.workflows.parties import open_version, version_in_force
from profiles.models import User


def note_edit(
    *, exchange: Exchange, before: dict[str, JSON], after: dict[str, JSON], actor: User
) -> None:
    """With an open version, a change of the text makes it void: its signatures are kept but count
    no more, the text is written again, and whoever signed is told. A change that needs no
    signatures holds at once beside a version that is open or in force: it is written down, and the
    other parties are told.

    The caller holds the lock of the exchange and is in a transaction.
    """
    version, in_force = open_version(exchange), version_in_force(exchange)
    if version and any(one.is_material for one in differences(before, after)):
        _make_void(exchange, version, actor)
        version = None
    standing = version or in_force
    changed = asides(before, after) if standing else []
    if standing is None or not changed:
        return
    fields = sorted({difference.full_field for difference in changed})
    audit.record("commitment.edited_aside", subject=standing, actor=actor, data={"fields": fields})
    building.contact_data_changed(exchange, changed, actor)


def _make_void(exchange: Exchange, version: CommitmentVersion, actor: User) -> None:
    record = {"capacity": exchange.capacity_of(actor)}
    commitment_workflow.apply(version, "void", actor=actor, record=record)
    if exchange.state in SIGNABLE:
        exchange_workflow.apply(exchange, "edit", actor=actor, record=record)
    version.exchange = exchange
    notifications.version_void(version, actor)


def require_kept_start(exchange: Exchange, when: When) -> None:
    """Once an exchange has begun, its first day stays. Raises `TransitionRefused`."""
    day = exchange.starts_on
    if exchange.state == ExchangeState.ONGOING and day and when.starts_on != day:
        raise TransitionRefused(
            "begun",
            _(
                "The exchange has begun, so its first day stays %(day)s. The last day can change. "
                "To take it up again later, ask for it to be postponed on the page of the exchange."
            )
            % {"day": date_format(day, "j F Y")},
        )

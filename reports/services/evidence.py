"""The visitor proves its journey; its partnership accepts or refuses each piece."""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import audit
from cxc_portal.core.errors import DomainError, NotAllowed, TransitionRefused
from cxc_portal.core.files import JPEG, MEGABYTE, PDF, PNG, WEBP, AcceptedFile, FileKind
from exchanges.enums import Capacity, ExchangeState
from exchanges.models import Exchange
from exchanges.services.locking import locked_exchange
from profiles.models import User
from reports.enums import EvidenceKind, EvidenceState, PaymentState
from reports.models import EvidenceItem
from reports.notifications import payments as notifications
from reports.permissions import can_upload_evidence
from reports.services.pieces import keep_in_step, payment_of
from reports.workflows import evidence_workflow

_WANTED = gettext_lazy("a photo (JPEG, PNG or WebP) or a PDF")
PAPER = FileKind(endings=(PDF,), max_bytes=10 * MEGABYTE, wanted=_WANTED)
PHOTO = FileKind(
    endings=(JPEG, PNG, WEBP), max_bytes=20 * MEGABYTE, wanted=_WANTED, largest_side=3000
)
MOST_ITEMS = 40
NAME_LENGTH = 150
PROVABLE = (ExchangeState.ONGOING, ExchangeState.REPORTING, ExchangeState.CLOSED)
"""From the first day of the visit on there is something to prove."""
SETTLED = (PaymentState.PAID, PaymentState.RECOVERED)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a member of staff decides about one piece."""

    item_id: int
    accept: bool
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one decision: the piece as it is now, and why not, if refused."""

    item: EvidenceItem
    problem: str = ""


def upload_evidence(
    *, exchange_id: int, kind: str, file: AcceptedFile, note: str, actor: User, file_name: str = ""
) -> EvidenceItem:
    """The piece waits for the partnership, and takes the place of those of its kind that were
    refused. The same file once more is the piece that is there already.

    Raises `TransitionRefused` ("too_early") before the visit, ("not_needed") once the payment is
    approved or over, ("too_many").
    """
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if not can_upload_evidence(actor, exchange):
            raise NotAllowed(_("Evidence of a visit is given by the visiting organisation."))
        _require_time(exchange)
        content = file.content.read()
        file.content.seek(0)
        digest = hashlib.sha256(content).hexdigest()
        found = EvidenceItem.objects.filter(exchange=exchange, kind=EvidenceKind(kind))
        present: list[EvidenceItem] = list(found)
        for one in present:
            if one.digest == digest and one.state in (
                EvidenceState.WAITING,
                EvidenceState.ACCEPTED,
            ):
                return one
        _require_room(exchange)
        item = EvidenceItem(
            exchange=exchange,
            kind=EvidenceKind(kind),
            file_name=file_name[-NAME_LENGTH:] or file.name,
            size=len(content),
            digest=digest,
            note=note.strip(),
            uploaded_by=actor,
        )
        _keep(item, file)
        _replace(present, exchange, actor)
        data = {"exchange": exchange.ref, "kind": item.kind, "digest": digest}
        audit.record("evidence.upload", subject=item, actor=actor, data=data)
        notifications.evidence_uploaded(exchange)
    return item


def withdraw_evidence(*, item_id: int, actor: User) -> EvidenceItem:
    """The visitor takes a piece back that nobody has accepted."""
    with audit.transaction():
        item = _locked_item(item_id)
        _apply(item, "withdraw", actor, Capacity.VO)
        _forget_question(item.exchange)
    return item


def decide_evidence(*, item_id: int, accept: bool, reason: str, actor: User) -> EvidenceItem:
    """The piece is accepted, or refused with a reason that the visitor reads. An accepted one can
    still be refused until the payment is made: an approval that rests on it is taken back."""
    with audit.transaction():
        item = _locked_item(item_id)
        exchange = item.exchange
        payment = payment_of(exchange)
        if payment and payment.state in SETTLED and evidence_workflow.may("accept", item, actor):
            raise TransitionRefused(
                "paid", _("The payment is made; its evidence is not decided about any more.")
            )
        if accept:
            _apply(item, "accept", actor, Capacity.VOP)
        else:
            _apply(item, "refuse", actor, Capacity.VOP, comment=reason)
            notifications.evidence_refused(item, reason.strip())
        keep_in_step(exchange=exchange, why=_("Evidence that it rested on was refused."))
        _forget_question(exchange)
    return item


def decide_all(*, decisions: list[Decision], actor: User) -> list[Outcome]:
    """Each decision stands for itself: one that is refused does not keep the others back."""
    return [_decided(decision, actor) for decision in decisions]


def _decided(decision: Decision, actor: User) -> Outcome:
    try:
        item = decide_evidence(
            item_id=decision.item_id, accept=decision.accept, reason=decision.reason, actor=actor
        )
    except NotAllowed:
        raise
    except DomainError as refused:
        item = EvidenceItem.objects.get(pk=decision.item_id)
        return Outcome(item=item, problem=str(refused))
    return Outcome(item=item)


def _require_time(exchange: Exchange) -> None:
    if exchange.state not in PROVABLE:
        raise TransitionRefused(
            "too_early", _("Evidence is given from the first day of the visit on.")
        )
    payment = payment_of(exchange)
    if payment and payment.state != PaymentState.DUE:
        raise TransitionRefused(
            "not_needed", _("The payment needs no more evidence: it is not due any more.")
        )


def _require_room(exchange: Exchange) -> None:
    if exchange.evidence_items.count() >= MOST_ITEMS:
        raise TransitionRefused(
            "too_many",
            _("There are %(most)s files already. Ask your partnership what it still needs.")
            % {"most": MOST_ITEMS},
        )


def _keep(item: EvidenceItem, file: AcceptedFile) -> None:
    """Store the file with its row; without the row the file does not stay."""
    field = item.file
    field.save(file.name, file.content, save=False)
    stored = field.name or ""
    try:
        item.save()
    except BaseException:
        field.storage.delete(stored)
        raise


def _replace(present: list[EvidenceItem], exchange: Exchange, actor: User) -> None:
    """Refused pieces of the same kind are not asked about any more."""
    for item in present:
        if item.state == EvidenceState.REFUSED:
            item.exchange = exchange
            _apply(item, "withdraw", actor, Capacity.VO)


def _locked_item(item_id: int) -> EvidenceItem:
    key = EvidenceItem.objects.values_list("exchange_id", flat=True).get(pk=item_id)
    exchange = locked_exchange(key)
    item = EvidenceItem.objects.get(pk=item_id)
    item.exchange = exchange
    return item


def _apply(
    item: EvidenceItem, name: str, actor: User, capacity: Capacity, comment: str = ""
) -> None:
    exchange = item.exchange
    evidence_workflow.apply(item, name, actor=actor, comment=comment, record={"capacity": capacity})
    item.exchange = exchange


def _forget_question(exchange: Exchange) -> None:
    """Nobody is asked to look at evidence when none waits."""
    if not exchange.evidence_items.filter(state=EvidenceState.WAITING).exists():
        notifications.evidence_looked_at(exchange)

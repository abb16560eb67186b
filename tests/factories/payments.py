"""What proves a visit, where its lump sum goes, and payments on their way."""

import hashlib
from datetime import date
from typing import Any

from django.core.files.base import ContentFile

from cxc_portal.core import clock
from cxc_portal.core.files import AcceptedFile
from exchanges.enums import Capacity
from exchanges.models import Exchange
from profiles.models import User
from reports.enums import EvidenceKind
from reports.models import EvidenceItem, Payment
from reports.services.accounts import enter_account
from reports.services.evidence import decide_evidence, upload_evidence
from reports.services.payments import approve_payment, mark_paid
from tests.factories.exchanges import person_of
from tests.factories.profiles import StaffRoleFactory
from tests.factories.reports import closed_exchange

IBAN, BIC = "FR76 3000 6000 0112 3456 7890 189", "AGRIFRPPXXX"
NEEDED = (EvidenceKind.OUTWARD, EvidenceKind.RETURN, EvidenceKind.ACCOMMODATION)


def paper(text: str = "ticket") -> AcceptedFile:
    """A file as the portal's checks let it through."""
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    return AcceptedFile(name=f"{name}.pdf", content=ContentFile(b"%PDF-1.4 " + text.encode()))


def evidence_of(
    exchange: Exchange, kind: str = EvidenceKind.OUTWARD, *, text: str = ""
) -> EvidenceItem:
    """One piece that waits for the partnership."""
    return upload_evidence(
        exchange_id=exchange.pk,
        kind=kind,
        file=paper(text or kind),
        note="",
        actor=person_of(exchange, Capacity.VO),
        file_name=f"{kind}.pdf",
    )


def accepted_evidence(exchange: Exchange, kind: str = EvidenceKind.OUTWARD) -> EvidenceItem:
    return decide_evidence(
        item_id=evidence_of(exchange, kind).pk,
        accept=True,
        reason="",
        actor=person_of(exchange, Capacity.VOP),
    )


def proved(exchange: Exchange) -> Exchange:
    """The exchange with every needed piece of evidence accepted."""
    for kind in NEEDED:
        accepted_evidence(exchange, kind)
    return exchange


def with_account(exchange: Exchange, iban: str = IBAN) -> Exchange:
    """The exchange with the account of its visitor."""
    enter_account(
        exchange_id=exchange.pk,
        iban=iban,
        bic=BIC,
        holder=exchange.visitor.organisation.name,
        actor=person_of(exchange, Capacity.VO),
    )
    return exchange


def second_officer(exchange: Exchange) -> User:
    """Somebody else of the visitor's partnership."""
    acronym = exchange.visitor_partnership.acronym
    return StaffRoleFactory(acronym=acronym).user


def payable_exchange(**fields: Any) -> Exchange:
    """A closed visit whose payment nothing blocks."""
    return with_account(proved(closed_exchange(**fields)))


def approved_exchange(**fields: Any) -> Exchange:
    """A closed visit whose payment is approved."""
    exchange = payable_exchange(**fields)
    approved(exchange)
    return exchange


def approved(exchange: Exchange) -> Payment:
    payment = Payment.objects.get(exchange=exchange)
    return approve_payment(
        payment_id=payment.pk,
        amount=payment.computed_amount,
        reason="",
        account=exchange.bank_account.revision,
        actor=person_of(exchange, Capacity.VOP),
    )


def paid_exchange(*, paid_on: date | None = None, **fields: Any) -> Exchange:
    """A closed visit that is paid."""
    exchange = approved_exchange(**fields)
    mark_paid(
        payment_id=Payment.objects.get(exchange=exchange).pk,
        paid_on=paid_on or clock.today(),
        reference="BANK-1",
        account=exchange.bank_account.revision,
        actor=second_officer(exchange),
    )
    return Exchange.objects.with_parties().get(pk=exchange.pk)

"""The mails about evidence and payments. A refused piece is told at once, because the payment waits
for another one; everything else is in the summary of the day."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock, mail
from cxc_portal.core.mail import MailKind, Pace, Recipient
from cxc_portal.core.types import Text
from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.notifications.recipients import staff_of
from exchanges.notifications.signatories import party
from profiles.models import Partnership
from reports.models import BankAccount, EvidenceItem, Payment

SIDES, DESK = "exchanges", "desk"
VISITORS, OFFICERS = _("members of the visiting organisation"), _("officers of its partnership")


def _kind(name: str, audience: Text, occasion: Text, pace: Pace, topic: str) -> MailKind:
    return mail.register(MailKind(f"reports/{name}", audience, occasion, pace=pace, topic=topic))


DESK_EVIDENCE = _kind(
    "desk_evidence", OFFICERS, _("a visitor gave evidence of its journey"), Pace.DAILY, DESK
)
EVIDENCE_REFUSED = _kind(
    "evidence_refused", VISITORS, _("a piece of evidence was refused"), Pace.BLOCKING, SIDES
)
PAYMENT_PAID = _kind("payment_paid", VISITORS, _("the lump sum was paid"), Pace.DAILY, SIDES)
PAYMENT_REFUSED = _kind(
    "payment_refused", VISITORS, _("the lump sum was refused"), Pace.DAILY, SIDES
)
DESK_PAYMENTS = _kind(
    "desk_payments", OFFICERS, _("payments can be approved or paid"), Pace.DAILY, DESK
)
ACCOUNT_CHANGED = _kind(
    "account_changed",
    OFFICERS,
    _("the visitor changed the account of an approved payment"),
    Pace.BLOCKING,
    DESK,
)


def evidence_uploaded(exchange: Exchange) -> None:
    """The partnership is asked to look, once a day for all pieces of an exchange."""
    for person in party(exchange, Capacity.VOP):
        _queue(
            DESK_EVIDENCE,
            person,
            exchange,
            event=str(clock.today()),
            url=reverse("reports:evidence", args=[exchange.ref]),
            label=_("Look at the evidence"),
        )


def evidence_looked_at(exchange: Exchange) -> None:
    """Nothing waits any more: what has not gone out yet is no news."""
    mail.cancel(about=exchange, kinds=(DESK_EVIDENCE,))


def evidence_refused(item: EvidenceItem, reason: str) -> None:
    for person in party(item.exchange, Capacity.VO):
        _queue(
            EVIDENCE_REFUSED,
            person,
            item.exchange,
            event=f"{item.pk}:{item.state_since}",
            url=item.get_absolute_url(),
            label=_("Send another one"),
            what=item.get_kind_display(),
            comment=reason,
        )


def payment_paid(payment: Payment) -> None:
    """The money is on its way; nothing more is asked."""
    _tell_visitor(PAYMENT_PAID, payment)


def payment_refused(payment: Payment, reason: str) -> None:
    _tell_visitor(PAYMENT_REFUSED, payment, reason)


def account_changed(payment: Payment, account: BankAccount) -> None:
    """Whoever would pay now hears at once that it has to be approved anew."""
    for person in party(payment.exchange, Capacity.VOP):
        _queue(
            ACCOUNT_CHANGED,
            person,
            payment.exchange,
            event=str(account.revision),
            url=payment.get_absolute_url(),
            label=_("Look at the payment"),
            amount=payment.amount,
        )


def payments_wait(partnership: Partnership, *, to_approve: int, to_pay: int) -> None:
    """The partnership hears how many it can approve and pay, at most once a day."""
    for person in staff_of(partnership):
        mail.queue(
            DESK_PAYMENTS,
            to=person,
            context={
                "partnership": partnership.acronym,
                "to_approve": to_approve,
                "to_pay": to_pay,
                "action_url": settings.SITE_URL + reverse("reports:payments"),
                "action_label": _("Open the payments"),
            },
            dedup_key=f"{DESK_PAYMENTS.name}:{partnership.pk}:{clock.today()}:{person.email}",
            about=partnership,
        )


def _tell_visitor(kind: MailKind, payment: Payment, reason: str = "") -> None:
    for person in party(payment.exchange, Capacity.VO):
        _queue(
            kind,
            person,
            payment.exchange,
            event=f"{payment.pk}:{payment.state_since}",
            url=payment.get_absolute_url(),
            label=_("Look at the payment"),
            amount=payment.amount,
            paid_on=payment.paid_on,
            comment=reason,
        )


def _queue(
    kind: MailKind,
    person: Recipient,
    exchange: Exchange,
    *,
    event: str,
    url: str,
    label: Text,
    **more: object,
) -> None:
    mail.queue(
        kind,
        to=person,
        context={
            "exchange": exchange,
            "host": exchange.host.organisation.name,
            "visitor": exchange.visitor.organisation.name,
            "partnership": exchange.visitor_partnership.acronym,
            "action_url": settings.SITE_URL + url,
            "action_label": label,
            **more,
        },
        dedup_key=f"{kind.name}:{exchange.pk}:{event}:{person.email}",
        about=exchange,
    )

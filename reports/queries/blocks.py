"""What blocks a payment, for the visitor and for its partnership, and when it is to be paid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxc_portal.core import clock
from exchanges.enums import Capacity
from profiles.rules import RuleBook, current_rules
from reports.enums import HANDED_IN, EvidenceKind, EvidenceState, PaymentState, ReportState
from reports.models import Payment, Report
from reports.payment.amount import NOT_TAKEN_PLACE

DAY = "j F Y"
OPEN = (PaymentState.DUE, PaymentState.APPROVED)
PIECES = (
    (EvidenceKind.OUTWARD, "outward_id"),
    (EvidenceKind.RETURN, "homeward_id"),
    (EvidenceKind.ACCOMMODATION, "accommodation_id"),
)
"""The kinds of evidence that a payment rests on, and where it notes the accepted one."""
VISITOR, HOST, PARTNERSHIP = Capacity.VO, Capacity.HO, Capacity.VOP


@dataclass(frozen=True, kw_only=True)
class Block:
    """One thing that a payment waits for: whose turn it is, and how the visitor (`own`) and its
    partnership (`desk`) read it."""

    code: str
    turn: Capacity
    own: str
    desk: str


def blocks_of(payment: Payment, rules: RuleBook | None = None) -> list[Block]:
    """All that stands between a payment that is due and its approval, the visitor's own first.
    Prefetched `evidence_items` and `reports` of the exchange are used."""
    if payment.state != PaymentState.DUE:
        return []
    rules = rules or current_rules()
    found = [
        *_of_report(payment),
        *_of_evidence(payment),
        *_of_account(payment),
        *_of_host(payment, rules),
        *_of_amount(payment),
    ]
    return sorted(found, key=lambda block: block.turn != VISITOR)


def due_on(payment: Payment, rules: RuleBook | None = None) -> date | None:
    """By when it is to be paid: so many days after the last piece came in; None before."""
    if payment.complete_at is None or payment.state not in OPEN:
        return None
    days = (rules or current_rules()).integer("payment.target_days")
    return clock.day_of(payment.complete_at) + timedelta(days=days)


def is_late(payment: Payment, rules: RuleBook | None = None) -> bool:
    """Whether the day by which it is to be paid is over."""
    day = due_on(payment, rules)
    return day is not None and day < clock.today()


def line_of(payment: Payment, blocks: Sequence[Block], *, is_own: bool) -> str:
    """Where the payment stands and what of its `blocks` it waits for, in one line: for the visitor
    (`is_own`) or for its partnership."""
    names = {
        "amount": payment.amount,
        "partnership": payment.exchange.visitor_partnership.acronym,
        "day": _day(due_on(payment) or payment.paid_on),
    }
    if payment.state != PaymentState.DUE:
        return _settled(payment) % names
    if blocks:
        said = "; ".join(block.own if is_own else block.desk for block in blocks)
        return _("What blocks the payment: %(blocks)s.") % {"blocks": said}
    if is_own:
        return (
            _("Nothing blocks the payment of %(amount)s EUR. %(partnership)s pays it by %(day)s.")
            % names
        )
    return _("Nothing blocks it: approve %(amount)s EUR. To be paid by %(day)s.") % names


def _settled(payment: Payment) -> str:
    """What is said of a payment that is not due any more."""
    return {
        PaymentState.APPROVED: _(
            "The lump sum of %(amount)s EUR is approved. %(partnership)s pays it by %(day)s."
        ),
        PaymentState.PAID: _("The lump sum of %(amount)s EUR was paid on %(day)s."),
        PaymentState.REFUSED: _("The lump sum is refused. The reason stands on its page."),
        PaymentState.RECOVERED: _(
            "The lump sum of %(amount)s EUR was paid on %(day)s and has been recovered."
        ),
    }[PaymentState(payment.state)]


def _of_report(payment: Payment) -> Iterator[Block]:
    report = _report(payment, VISITOR)
    if report and report.state == ReportState.VALIDATED:
        return
    if report and report.state == ReportState.SUBMITTED:
        partnership = payment.exchange.visitor_partnership.acronym
        yield Block(
            code="report_waits",
            turn=PARTNERSHIP,
            own=_("%(partnership)s reads your report") % {"partnership": partnership},
            desk=_("the visitor's report is to be validated"),
        )
        return
    yield Block(
        code="report",
        turn=VISITOR,
        own=_("your report is missing"),
        desk=_("the visitor's report is missing"),
    )


def _of_evidence(payment: Payment) -> Iterator[Block]:
    items = list(payment.exchange.evidence_items.all())
    for kind, field in PIECES:
        is_needed = kind != EvidenceKind.ACCOMMODATION or payment.needs_accommodation
        if is_needed and getattr(payment, field) is None:
            states = {item.state for item in items if item.kind == kind}
            yield _piece(kind, states, payment.exchange.visitor_partnership.acronym)


def _piece(kind: EvidenceKind, states: set[str], partnership: str) -> Block:
    what = {"what": str(kind.label).lower(), "partnership": partnership}
    if EvidenceState.WAITING in states:
        return Block(
            code="evidence_waits",
            turn=PARTNERSHIP,
            own=_("%(partnership)s looks at your evidence (%(what)s)") % what,
            desk=_("evidence is to be looked at (%(what)s)") % what,
        )
    if EvidenceState.REFUSED in states:
        return Block(
            code="evidence_refused",
            turn=VISITOR,
            own=_("evidence was refused, send another one (%(what)s)") % what,
            desk=_("refused evidence has yet to be replaced (%(what)s)") % what,
        )
    return Block(
        code="evidence",
        turn=VISITOR,
        own=_("evidence is missing (%(what)s)") % what,
        desk=_("evidence is missing (%(what)s)") % what,
    )


def _of_account(payment: Payment) -> Iterator[Block]:
    if not payment.has_account:
        yield Block(
            code="account",
            turn=VISITOR,
            own=_("your bank account is missing"),
            desk=_("the bank account is missing"),
        )


def _of_host(payment: Payment, rules: RuleBook) -> Iterator[Block]:
    if not rules.flag("report.needed_to_pay"):
        return
    report = _report(payment, HOST)
    if report is None or report.state not in HANDED_IN:
        yield Block(
            code="host_report",
            turn=HOST,
            own=_("the report of your host is missing"),
            desk=_("the host's report is missing"),
        )


def _of_amount(payment: Payment) -> Iterator[Block]:
    if payment.computed_amount:
        return
    if payment.computed.get("nothing") == NOT_TAKEN_PLACE:
        text = _("the visit did not take place, so nothing is due")
    else:
        text = _("too few days were done, so nothing is due")
    yield Block(code="nothing_due", turn=PARTNERSHIP, own=text, desk=text)


def _report(payment: Payment, side: str) -> Report | None:
    reports = payment.exchange.reports.all()
    return next((report for report in reports if report.capacity == side), None)


def _day(day: date | None) -> str:
    return date_format(day, DAY) if day else ""

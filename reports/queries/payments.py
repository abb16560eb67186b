"""The payments of a partnership: what can be paid now, what can be approved, and what is blocked
why. All numbers are counted by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from exchanges.enums import Capacity
from exchanges.models import Exchange
from profiles.models import Partnership
from profiles.rules import RuleBook, current_rules
from reports.enums import HANDED_IN, PaymentState
from reports.models import Payment, PaymentBatch, Report
from reports.queries.blocks import Block, blocks_of, due_on, is_late

PER_PAGE = 25


class Show(TextChoices):
    """The views of the payments."""

    PAYABLE = "payable", _("Payable now")
    TO_APPROVE = "to_approve", _("To approve")
    BLOCKED = "blocked", _("Blocked, because")
    PAID = "paid", _("Paid")
    REFUSED = "refused", _("Refused")


class Reason(TextChoices):
    """What a blocked payment waits for."""

    REPORT = "report", _("The visitor's report")
    EVIDENCE = "evidence", _("Evidence")
    ACCOUNT = "account", _("The account")
    HOST_REPORT = "host_report", _("The host's report")
    NOTHING_DUE = "nothing_due", _("Nothing is due")


ORDERS: dict[Show, tuple[Any, ...]] = {
    Show.PAYABLE: ("complete_at", "pk"),
    Show.TO_APPROVE: ("complete_at", "pk"),
    Show.BLOCKED: ("opened_at", "pk"),
    Show.PAID: ("-paid_on", "-pk"),
    Show.REFUSED: ("-state_since", "-pk"),
}


@dataclass(frozen=True)
class PaymentFilters:
    """What narrows the payments; empty for everything."""

    partnership: Partnership | None = None
    reason: str = ""
    text: str = ""
    is_late: bool = False


@dataclass(frozen=True)
class Row:
    """One payment in a list: what blocks it, and by when it is to be paid."""

    payment: Payment
    blocks: Sequence[Block]
    due_on: date | None
    is_late: bool


@dataclass(frozen=True)
class Total:
    """How many payments a view holds, and of how many EUR together."""

    count: int
    amount: int


@dataclass(frozen=True)
class Payments:
    """One page of a view, with the totals of all views."""

    rows: list[Row]
    page: "Page[Payment]"
    totals: dict[Show, Total]


def payments_of(user: Any, show: Show, filters: PaymentFilters, page: str | None) -> Payments:
    """What the partnerships of this member of staff pay."""
    rules = current_rules()
    found = narrowed(Payment.objects.filter(_own(user)), filters, rules)
    views = views_of(rules)
    counts = found.order_by().aggregate(
        **{f"count_{view}": Count("pk", filter=condition) for view, condition in views.items()},
        **{f"sum_{view}": Sum("amount", filter=condition) for view, condition in views.items()},
    )
    totals = {
        view: Total(count=counts[f"count_{view}"], amount=counts[f"sum_{view}"] or 0)
        for view in Show
    }
    shown = with_all(found.filter(views[show])).order_by(*ORDERS[show])
    paginated = Paginator(shown, PER_PAGE).get_page(page)
    rows = [row_of(payment, rules) for payment in paginated.object_list]
    return Payments(rows=rows, page=paginated, totals=totals)


def row_of(payment: Payment, rules: RuleBook) -> Row:
    return Row(
        payment=payment,
        blocks=blocks_of(payment, rules),
        due_on=due_on(payment, rules),
        is_late=is_late(payment, rules),
    )


def with_all(found: QuerySet[Payment]) -> QuerySet[Payment]:
    """With all that their rows tell, in a fixed number of queries."""
    exchanges = Exchange.objects.with_parties().prefetch_related("evidence_items", "reports")
    people = ("approved_by", "paid_by", "batch__partnership")
    return found.prefetch_related(*people, Prefetch("exchange", exchanges))


def views_of(rules: RuleBook) -> dict[Show, Q]:
    """The conditions of the views."""
    due = Q(state=PaymentState.DUE)
    ready = due & Q(complete_at__isnull=False)
    if rules.flag("report.needed_to_pay"):
        ready &= Q(Exists(_reports_of_hosts()))
    return {
        Show.PAYABLE: Q(state=PaymentState.APPROVED),
        Show.TO_APPROVE: ready,
        Show.BLOCKED: due & ~ready,
        Show.PAID: Q(state__in=[PaymentState.PAID, PaymentState.RECOVERED]),
        Show.REFUSED: Q(state=PaymentState.REFUSED),
    }


def narrowed(
    found: QuerySet[Payment], filters: PaymentFilters, rules: RuleBook
) -> QuerySet[Payment]:
    if filters.partnership:
        found = found.filter(exchange__visitor_partnership=filters.partnership)
    if filters.reason:
        found = found.filter(_missing()[Reason(filters.reason)])
    if filters.is_late:
        found = found.filter(_late(rules))
    if filters.text:
        found = found.filter(
            Q(exchange__ref__icontains=filters.text)
            | Q(exchange__visitor__organisation__name__icontains=filters.text)
            | Q(exchange__host__organisation__name__icontains=filters.text)
        )
    return found


def batches_of(user: Any) -> QuerySet[PaymentBatch]:
    """The lists for accounting of the person's partnerships, the latest first, with how many of
    their payments are still to be made."""
    left = Count("payments", filter=Q(payments__state=PaymentState.APPROVED))
    return (
        PaymentBatch.objects.visible_to(user)
        .select_related("partnership", "made_by")
        .annotate(count=Count("payments"), left=left, total=Sum("payments__amount"))
        .order_by("-made_at", "-pk")
    )


def waiting_of(partnership: Partnership) -> tuple[int, int]:
    """How many payments the partnership can approve, and how many it can pay."""
    views = views_of(current_rules())
    counts = Payment.objects.filter(exchange__visitor_partnership=partnership).aggregate(
        to_approve=Count("pk", filter=views[Show.TO_APPROVE]),
        to_pay=Count("pk", filter=views[Show.PAYABLE]),
    )
    return counts["to_approve"], counts["to_pay"]


def partnerships_with_news() -> QuerySet[Partnership]:
    """Those with a payment that can be approved or paid since yesterday; on Mondays, those with any
    such payment."""
    views = views_of(current_rules())
    ready = Payment.objects.filter(views[Show.TO_APPROVE] | views[Show.PAYABLE]).filter(
        exchange__visitor_partnership=OuterRef("pk")
    )
    if clock.today().weekday():
        since = clock.now() - timedelta(days=1)
        ready = ready.filter(Q(complete_at__gt=since) | Q(approved_at__gt=since))
    return Partnership.objects.filter(Exists(ready)).order_by("pk")


def _own(user: Any) -> Q:
    return Q(exchange__visitor_partnership__in=user.staffed_partnership_ids)


def _reports_of_hosts() -> QuerySet[Report]:
    return Report.objects.filter(
        exchange=OuterRef("exchange"), capacity=Capacity.HO, state__in=HANDED_IN
    )


def _missing() -> dict[Reason, Q]:
    """The conditions of what a payment that is due waits for."""
    due = Q(state=PaymentState.DUE)
    evidence = Q(outward=None) | Q(homeward=None) | Q(needs_accommodation=True, accommodation=None)
    return {
        Reason.REPORT: due & Q(report_validated_at=None),
        Reason.EVIDENCE: due & evidence,
        Reason.ACCOUNT: due & Q(has_account=False),
        Reason.HOST_REPORT: due & ~Q(Exists(_reports_of_hosts())),
        Reason.NOTHING_DUE: due & Q(computed_amount=0),
    }


def _late(rules: RuleBook) -> Q:
    """To be paid before today: complete for longer than the rules allow."""
    day = clock.today() - timedelta(days=rules.integer("payment.target_days"))
    begun = clock.at_hour(day, 0)
    return Q(complete_at__lt=begun, state__in=[PaymentState.DUE, PaymentState.APPROVED])

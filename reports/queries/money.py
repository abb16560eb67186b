"""What lump sums cost: promised, due, approved, paid."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, IntegerField, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from exchanges.enums import ExchangeMode, ExchangeState, VersionState
from exchanges.models import CommitmentVersion
from reports.enums import PaymentState
from reports.models import Payment
from reports.queries.exchange_counts import Row
from reports.queries.scopes import Scope
from reports.queries.shapes import Counted, FigureTable, Rows, named

COMMITTED = "committed"
STILL_TO_COME = (ExchangeState.VALIDATED, ExchangeState.ONGOING, ExchangeState.REPORTING)
LABELS = {
    COMMITTED: _("Committed: signed, not yet over"),
    PaymentState.DUE.value: _("Due"),
    PaymentState.APPROVED.value: _("Approved"),
    PaymentState.PAID.value: _("Paid"),
    PaymentState.REFUSED.value: _("Refused"),
    PaymentState.RECOVERED.value: _("Recovered"),
}


def committed(scope: Scope) -> QuerySet[CommitmentVersion]:
    """The signed versions of visits in person that no payment is due for yet, with the `euros` that
    each promises."""
    amount = KeyTextTransform("amount", KeyTransform("lump_sum", "snapshot"))
    return CommitmentVersion.objects.filter(
        scope.of_partnership("exchange__visitor_partnership"),
        scope.of_mode("exchange__mode"),
        state=VersionState.IN_FORCE,
        exchange__mode=ExchangeMode.PHYSICAL,
        exchange__state__in=STILL_TO_COME,
        exchange__payment__isnull=True,
    ).annotate(euros=Cast(amount, IntegerField()))


def payments(scope: Scope) -> QuerySet[Payment]:
    """What is open stands as it is now; what is settled is by the day on which it was."""
    settled_by = {
        PaymentState.PAID: scope.within_days("paid_on"),
        PaymentState.REFUSED: scope.within("state_since"),
        PaymentState.RECOVERED: scope.within("state_since"),
    }
    seen = Q(state__in=[PaymentState.DUE, PaymentState.APPROVED])
    for state, within in settled_by.items():
        seen |= Q(state=state) & within
    return Payment.objects.filter(
        scope.of_partnership("exchange__visitor_partnership"), scope.of_mode("exchange__mode"), seen
    )


def _money(scope: Scope) -> list[Row]:
    rows = payments(scope).values_list("state").order_by()
    found: dict[str, tuple[Any, ...]] = {
        state: (number, computed if state == PaymentState.DUE else amount)
        for state, number, amount, computed in rows.annotate(
            n=Count("pk"), sum_amount=Sum("amount"), sum_computed=Sum("computed_amount")
        )
    }
    promised = committed(scope).aggregate(n=Count("pk"), total=Sum("euros"))
    found[COMMITTED] = (promised["n"], promised["total"] or 0)
    return [(code, label, *found.get(code, (0, 0))) for code, label in LABELS.items()]


def _behind(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    is_sum = column == "euros"
    if row == COMMITTED:
        return [Rows(committed(scope), "euros" if is_sum else "")]
    field = "computed_amount" if row == PaymentState.DUE else "amount"
    return [Rows(payments(scope).filter(state=row), field if is_sum else "")]


MONEY = FigureTable(
    name="money",
    title=_("Lump sums"),
    about=_(
        "Of the partnership's visitors. What is committed, due or approved stands as it is now; "
        "what is paid by the day of payment; refused and recovered by the day of that decision."
    ),
    columns=(
        *named(_("State")),
        Counted("visits", _("Visits"), _("Visits in person whose lump sum stands there.")),
        Counted(
            "euros",
            _("EUR"),
            _(
                "Their lump sums together: as signed while committed, by the rules while due, "
                "as approved from then on."
            ),
        ),
    ),
    values=_money,
    behind=_behind,
)

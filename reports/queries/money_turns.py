"""What evidence and payments need of somebody, as their dashboard shows it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton
from profiles.models import Profile
from profiles.rules import current_rules
from profiles.turns import Turn
from reports.enums import EvidenceState, PaymentState, ReportsParty
from reports.models import EvidenceItem, Payment
from reports.queries.blocks import blocks_of
from reports.queries.payments import Show, views_of, with_all

OWN_MATTERS: dict[str, Text] = {
    "evidence": gettext_lazy("send your evidence"),
    "evidence_refused": gettext_lazy("replace refused evidence"),
    "account": gettext_lazy("enter your bank account"),
}
"""What the visitor gives beside its report, which the exchange asks for."""


def matters_of_money(user: Any) -> Mapping[int, Baton]:
    """What the lump sums need of members of their visitors, by the keys of the exchanges."""
    own = Profile.objects.of_member(user).values("pk")
    waiting = Payment.objects.filter(exchange__visitor__in=own, state=PaymentState.DUE)
    found = {}
    for payment in with_all(waiting).order_by("opened_at", "pk"):
        missing = [block.code for block in blocks_of(payment) if block.code in OWN_MATTERS]
        if missing:
            found[payment.exchange_id] = _of_visitor(payment, missing)
    return found


def turns_of_money(user: Any) -> Iterator[Turn]:
    """How many pieces of evidence and payments wait for a member of staff."""
    yield from _evidence_to_look_at(user)
    yield from _payments_that_wait(user)


def _of_visitor(payment: Payment, missing: list[str]) -> Baton:
    is_account = missing[0] == "account"
    page = "reports:account" if is_account else "reports:evidence"
    to_do = ", ".join(str(OWN_MATTERS[code]) for code in dict.fromkeys(missing))
    return Baton(
        situation="yours",
        label=payment.get_state_display(),
        sentence=_("Your turn, for the lump sum: %(to_do)s.") % {"to_do": to_do},
        since=payment.state_since,
        next=_("Once nothing blocks it any more, it is approved and then paid."),
        responsible=ReportsParty.VO,
        action_label=_("Enter the account") if is_account else _("Send evidence"),
        action_url=reverse(page, args=[payment.ref]),
    )


def _evidence_to_look_at(user: Any) -> Iterator[Turn]:
    found = EvidenceItem.objects.filter(
        state=EvidenceState.WAITING,
        exchange__visitor_partnership__in=user.staffed_partnership_ids,
    )
    waiting = found.aggregate(
        number=Count("exchange", distinct=True), since=Min("state_since"), ref=Min("exchange__ref")
    )
    if not waiting["number"]:
        return
    text = ngettext(
        "Your turn: look at the evidence of %(number)s visit.",
        "Your turn: look at the evidence of %(number)s visits.",
        waiting["number"],
    )
    url = reverse("reports:evidence", args=[waiting["ref"]])
    if waiting["number"] > 1:
        url = f"{reverse('reports:payments')}?show=blocked&reason=evidence"
    yield _for_staff(
        _("Evidence"),
        text % {"number": waiting["number"]},
        waiting["since"],
        label=_("Look at the evidence"),
        url=url,
    )


def _payments_that_wait(user: Any) -> Iterator[Turn]:
    views = views_of(current_rules())
    found = Payment.objects.filter(exchange__visitor_partnership__in=user.staffed_partnership_ids)
    for show in (Show.TO_APPROVE, Show.PAYABLE):
        waiting = found.filter(views[show]).aggregate(number=Count("pk"), since=Min("state_since"))
        if waiting["number"]:
            yield _for_staff(
                _("Payments"),
                _sentence(show, waiting["number"]),
                waiting["since"],
                label=_("Open the payments"),
                url=f"{reverse('reports:payments')}?show={show.value}",
            )


def _sentence(show: Show, number: int) -> str:
    if show == Show.TO_APPROVE:
        text = ngettext(
            "Your turn: approve %(number)s payment that nothing blocks.",
            "Your turn: approve %(number)s payments that nothing blocks.",
            number,
        )
    else:
        text = ngettext(
            "Your turn: pay %(number)s lump sum that is approved.",
            "Your turn: pay %(number)s lump sums that are approved.",
            number,
        )
    return text % {"number": number}


def _for_staff(kind: str, sentence: str, since: Any, *, label: str, url: str) -> Turn:
    baton = Baton(
        situation="yours",
        label=kind,
        sentence=sentence,
        since=since,
        next=_("The visitor waits for the money."),
        responsible=ReportsParty.VOP,
        action_label=label,
        action_url=url,
    )
    return Turn(kind=kind, title="", baton=baton, url=url)

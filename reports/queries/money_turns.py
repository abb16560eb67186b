"""What evidence and payments need of somebody, as their dashboard shows it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core.workflow import Baton
from profiles.models import Profile
from profiles.rules import current_rules
from profiles.turns import Turn
from reports.enums import EvidenceState, PaymentState, ReportsParty
from reports.models import EvidenceItem, Payment
from reports.queries.blocks import VISITOR, blocks_of, line_of
from reports.queries.payments import Show, views_of, with_all

OWN_MATTERS = ("evidence", "evidence_refused", "account")
"""What the visitor gives beside its report, which the exchange asks for."""


def turns_of_money(user: Any) -> Iterator[Turn]:
    """To the visitor one line for each lump sum that waits for it; to staff how many pieces of
    evidence and payments wait."""
    own = Profile.objects.of_member(user).values("pk")
    waiting = Payment.objects.filter(exchange__visitor__in=own, state=PaymentState.DUE)
    for payment in with_all(waiting).order_by("opened_at", "pk"):
        yield from _of_visitor(payment)
    if user.staffed_partnership_ids:
        yield from _evidence_to_look_at(user)
        yield from _payments_that_wait(user)


def _of_visitor(payment: Payment) -> Iterator[Turn]:
    own = [block for block in blocks_of(payment) if block.turn == VISITOR]
    codes = [block.code for block in own if block.code in OWN_MATTERS]
    if not codes:
        return
    page = "reports:account" if codes[0] == "account" else "reports:evidence"
    label = _("Enter the account") if codes[0] == "account" else _("Send evidence")
    baton = Baton(
        situation="yours",
        label=payment.get_state_display(),
        sentence=line_of(payment, is_own=True),
        since=payment.state_since,
        next=_("Once nothing blocks it any more, it is approved and then paid."),
        responsible=ReportsParty.VO,
        action_label=label,
        action_url=reverse(page, args=[payment.ref]),
    )
    name = payment.exchange.host.organisation.name
    yield Turn(kind=_("Lump sum"), title=name, baton=baton, url=payment.get_absolute_url())


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

"""The life of a lump sum: the partnership of the visitor approves and pays."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import SYSTEM, State, Step, Transition, Workflow
from exchanges.enums import Capacity
from reports.enums import PaymentState
from reports.models import Payment, PaymentStep
from reports.workflows.parties import AUTHOR, OWN_PARTNERSHIP, names_of_side, parties_of_side

DUE, APPROVED, PAID, REFUSED, RECOVERED = PaymentState


def parties(payment: Payment, user: Any) -> frozenset[str]:
    return parties_of_side(payment.exchange, Capacity.VO, user)


def _names(payment: Payment, user: Any) -> Mapping[str, Text]:
    names = names_of_side(payment.exchange, Capacity.VO, user)
    return {**names, "amount": str(payment.amount)}


_LOOK = Step(_("Look at the payment"), "reports:payment")
_ALL: dict[str, Step] = {OWN_PARTNERSHIP: _LOOK, AUTHOR: _LOOK}

STATES = (
    State(
        DUE,
        label=_("Payment due"),
        responsible=OWN_PARTNERSHIP,
        your_turn=_("Your turn: see what the payment of %(amount)s EUR still needs, and approve."),
        waiting=_("The lump sum of %(amount)s EUR is due. %(partnership)s approves it."),
        next=_("Once nothing blocks it any more, it is approved and then paid."),
        steps=_ALL,
    ),
    State(
        APPROVED,
        label=_("Payment approved"),
        responsible=OWN_PARTNERSHIP,
        your_turn=_("Your turn: pay %(amount)s EUR and note the day."),
        waiting=_("The lump sum of %(amount)s EUR is approved. %(partnership)s pays it."),
        next=_("The visitor hears when the money is on its way."),
        steps=_ALL,
    ),
    State(
        PAID,
        label=_("Paid"),
        responsible=None,
        your_turn="",
        waiting=_("The lump sum of %(amount)s EUR is paid."),
        next=_("Nothing more is to be done."),
    ),
    State(
        REFUSED,
        label=_("Payment refused"),
        responsible=None,
        your_turn="",
        waiting=_("The lump sum is refused. The reason stands below."),
        next=_("%(partnership)s can take it up again."),
    ),
    State(
        RECOVERED,
        label=_("Recovered"),
        responsible=None,
        your_turn="",
        waiting=_("The lump sum was paid and has been recovered. The reason stands below."),
        next=_("Nothing more is to be done about this payment."),
    ),
)

TRANSITIONS = (
    Transition(
        "approve",
        _("Approve"),
        sources=(DUE,),
        target=APPROVED,
        by=(OWN_PARTNERSHIP,),
        stamps=("approved_at",),
    ),
    Transition(
        "unapprove",
        _("Take the approval back"),
        sources=(APPROVED,),
        target=DUE,
        by=(OWN_PARTNERSHIP, SYSTEM),
        needs_comment=True,
    ),
    Transition(
        "pay",
        _("Mark as paid"),
        sources=(APPROVED,),
        target=PAID,
        by=(OWN_PARTNERSHIP,),
        stamps=("paid_at",),
    ),
    Transition(
        "refuse",
        _("Refuse"),
        sources=(DUE, APPROVED),
        target=REFUSED,
        by=(OWN_PARTNERSHIP, SYSTEM),
        needs_comment=True,
    ),
    Transition(
        "take_up",
        _("Take up again"),
        sources=(REFUSED,),
        target=DUE,
        by=(OWN_PARTNERSHIP, SYSTEM),
        needs_comment=True,
    ),
    Transition(
        "recover",
        _("Note that it was recovered"),
        sources=(PAID,),
        target=RECOVERED,
        by=(OWN_PARTNERSHIP,),
        needs_comment=True,
    ),
)

payment_workflow = Workflow(
    name="payment",
    states=STATES,
    transitions=TRANSITIONS,
    log=PaymentStep,
    parties=parties,
    names=_names,
)

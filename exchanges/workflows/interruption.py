"""The life of a request to end early or because of force majeure: both partnerships decide."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import SYSTEM, State, Step, Transition, Workflow
from exchanges.enums import Capacity, ExchangeParty, InterruptionState
from exchanges.models import Interruption, InterruptionStep
from exchanges.workflows.parties import names_of_parties, parties_of

ASKED, ACCEPTED, REFUSED, WITHDRAWN = InterruptionState
SIDE, PARTNERSHIP = ExchangeParty.SIDE, ExchangeParty.PARTNERSHIP
TO_DECIDE, ASKER = "to_decide", "asker"


def undecided(interruption: Interruption) -> list[Capacity]:
    """The partnerships that have not agreed yet."""
    agreed = {
        Capacity.HOP: interruption.host_partnership_agreed_at,
        Capacity.VOP: interruption.visitor_partnership_agreed_at,
    }
    return [capacity for capacity, at in agreed.items() if at is None]


def parties(interruption: Interruption, user: Any) -> frozenset[str]:
    found = parties_of(interruption.exchange, user)
    if found.intersection(undecided(interruption)):
        found |= {TO_DECIDE}
    if interruption.capacity in found:
        found |= {ASKER}
    return found


def _names(interruption: Interruption, user: Any) -> Mapping[str, Text]:
    exchange = interruption.exchange
    own = exchange.capacities_of(user)
    waiting = dict.fromkeys(
        str(_("you")) if capacity in own else exchange.party_name(capacity)
        for capacity in undecided(interruption)
    )
    names = names_of_parties(exchange, user)
    return {**names, "undecided": str(_(" and ")).join(waiting)}


_LOOK = Step(_("Look at the request"), "exchanges:interruption")
_ALL = {TO_DECIDE: _LOOK, SIDE: _LOOK, PARTNERSHIP: _LOOK}

STATES = (
    State(
        ASKED,
        label=_("Waiting for the partnerships"),
        responsible=TO_DECIDE,
        your_turn=_("Your turn: read the request, its reason and its consequences, and decide."),
        waiting=_("Waiting for the decision of %(undecided)s."),
        next=_("Once both partnerships agree, it takes effect by itself."),
        steps=_ALL,
    ),
    State(
        ACCEPTED,
        label=_("Accepted"),
        responsible=None,
        your_turn="",
        waiting=_("Both partnerships agreed."),
        next=_("The page of the exchange shows what follows."),
    ),
    State(
        REFUSED,
        label=_("Request refused"),
        responsible=None,
        your_turn="",
        waiting=_("The request was refused. The reason stands below."),
        next=_("The exchange goes on as agreed."),
    ),
    State(
        WITHDRAWN,
        label=_("Request taken back"),
        responsible=None,
        your_turn="",
        waiting=_("The request was taken back."),
        next=_("The exchange goes on as agreed."),
    ),
)

TRANSITIONS = (
    Transition("agree", _("Agree"), sources=(ASKED,), target=ASKED, by=(TO_DECIDE,)),
    Transition("accept", _("Accept"), sources=(ASKED,), target=ACCEPTED, by=(TO_DECIDE,)),
    Transition(
        "refuse",
        _("Refuse"),
        sources=(ASKED,),
        target=REFUSED,
        by=(PARTNERSHIP,),
        needs_comment=True,
    ),
    Transition("withdraw", _("Take back"), sources=(ASKED,), target=WITHDRAWN, by=(ASKER, SYSTEM)),
)

interruption_workflow = Workflow(
    name="interruption",
    states=STATES,
    transitions=TRANSITIONS,
    log=InterruptionStep,
    parties=parties,
    names=_names,
)

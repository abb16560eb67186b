"""The ladder of an incident: the parties, one partnership, both, the Support Office."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import SYSTEM, State, Step, Transition, Workflow
from exchanges.enums import Capacity, ExchangeParty, IncidentState
from exchanges.models import Incident, IncidentStep
from exchanges.workflows.parties import names_of_parties, parties_of

PARTIES, PARTNERSHIP_OF_ONE, BOTH, WITH_SUPPORT, SETTLED = IncidentState
SIDE, PARTNERSHIP, SUPPORT = (
    ExchangeParty.SIDE,
    ExchangeParty.PARTNERSHIP,
    ExchangeParty.SUPPORT,
)
OWN_PARTNERSHIP = "own_partnership"
_SIDE_OF = {
    Capacity.HO: Capacity.HOP,
    Capacity.HOP: Capacity.HOP,
    Capacity.VO: Capacity.VOP,
    Capacity.VOP: Capacity.VOP,
}


def own_partnership(incident: Incident) -> Capacity:
    """The capacity of the partnership of whoever reported the incident."""
    return _SIDE_OF[Capacity(incident.capacity)]


def parties(incident: Incident, user: Any) -> frozenset[str]:
    """The parties to the exchange; the partnership of whoever reported it is named apart."""
    found = parties_of(incident.exchange, user)
    if own_partnership(incident) in found:
        found |= {OWN_PARTNERSHIP}
    return found


def _names(incident: Incident, user: Any) -> Mapping[str, Text]:
    names = names_of_parties(incident.exchange, user)
    own = incident.exchange.party_name(own_partnership(incident))
    return {**names, "partnership": own}


_LOOK = Step(_("Look at the incident"), "exchanges:incident")
_ALL = {SIDE: _LOOK, OWN_PARTNERSHIP: _LOOK, PARTNERSHIP: _LOOK, SUPPORT: _LOOK}

STATES = (
    State(
        PARTIES,
        label=_("Between the two organisations"),
        responsible=SIDE,
        your_turn=_("Your turn: settle this with the other side, or ask your partnership in."),
        waiting=_("Waiting for %(host)s and %(visitor)s to settle this between them."),
        next=_("Your partnership can be asked in at any time."),
        steps=_ALL,
    ),
    State(
        PARTNERSHIP_OF_ONE,
        label=_("With the partnership of whoever reported it"),
        responsible=OWN_PARTNERSHIP,
        your_turn=_("Your turn: help the two organisations to settle this."),
        waiting=_("Waiting for %(partnership)s to help."),
        next=_("If that does not settle it, both partnerships take it up together."),
        steps=_ALL,
    ),
    State(
        BOTH,
        label=_("With both partnerships"),
        responsible=PARTNERSHIP,
        your_turn=_("Your turn: settle this together with the other partnership."),
        waiting=_("Waiting for both partnerships to settle this."),
        next=_("If that does not settle it, the Support Office decides."),
        steps=_ALL,
    ),
    State(
        WITH_SUPPORT,
        label=_("With the Support Office"),
        responsible=SUPPORT,
        your_turn=_("Your turn: settle this incident."),
        waiting=_("Waiting for the Support Office."),
        next=_("Its answer stands on this page."),
        steps=_ALL,
    ),
    State(
        SETTLED,
        label=_("Settled"),
        responsible=None,
        your_turn="",
        waiting=_("This incident is settled. What was agreed stands below."),
        next=_("A new one can be reported at any time."),
    ),
)

TRANSITIONS = (
    Transition(
        "ask_partnership",
        _("Ask the partnership in"),
        sources=(PARTIES,),
        target=PARTNERSHIP_OF_ONE,
        by=(SIDE, PARTNERSHIP, SYSTEM),
    ),
    Transition(
        "ask_both",
        _("Take it up together"),
        sources=(PARTNERSHIP_OF_ONE,),
        target=BOTH,
        by=(SIDE, OWN_PARTNERSHIP, PARTNERSHIP, SYSTEM),
    ),
    Transition(
        "ask_support",
        _("Ask the Support Office"),
        sources=(BOTH,),
        target=WITH_SUPPORT,
        by=(SIDE, PARTNERSHIP, SYSTEM),
    ),
    Transition(
        "settle",
        _("Settle"),
        sources=(PARTIES, PARTNERSHIP_OF_ONE, BOTH, WITH_SUPPORT),
        target=SETTLED,
        by=(SIDE, OWN_PARTNERSHIP, PARTNERSHIP, SUPPORT),
        needs_comment=True,
        stamps=("settled_at",),
    ),
)

incident_workflow = Workflow(
    name="incident",
    states=STATES,
    transitions=TRANSITIONS,
    log=IncidentStep,
    parties=parties,
    names=_names,
)

"""The life of a group exchange: open until it is full, closed by its host or by its day."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.workflow import SYSTEM, State, Step, Transition, Workflow
from exchanges.enums import GroupState
from exchanges.models import GroupOffer, GroupStep

OPEN, CLOSED, CANCELLED = GroupState
OWNER, PARTNERSHIP = "owner", "partnership"


def parties(offer: GroupOffer, user: Any) -> frozenset[str]:
    """The host and the staff in charge of it. Visitors have exchanges of their own."""
    if offer.host.organisation.has_member(user):
        return frozenset({OWNER})
    if user.is_support or offer.host.partnership_id in user.staffed_partnership_ids:
        return frozenset({PARTNERSHIP})
    return frozenset()


_LOOK = Step(_("Look at the group exchange"), "exchanges:group")

STATES = (
    State(
        OPEN,
        label=_("Open for visitors"),
        responsible=SYSTEM,
        your_turn=_("Places are taken and the group closes by itself."),
        waiting=_("Visitors can take a place until all are taken or the closing day is over."),
        next=_("Each visitor signs a commitment of its own."),
        steps={SYSTEM: _LOOK, OWNER: _LOOK, PARTNERSHIP: _LOOK},
    ),
    State(
        CLOSED,
        label=_("Closed for new visitors"),
        responsible=None,
        your_turn="",
        waiting=_("No further places are given."),
        next=_("Each visitor's exchange goes on by itself."),
    ),
    State(
        CANCELLED,
        label=_("Group cancelled"),
        responsible=None,
        your_turn="",
        waiting=_("The host cancelled this group exchange. The reason stands below."),
        next=_("Visitors keep their visit and can look for another host."),
    ),
)

TRANSITIONS = (
    Transition(
        "close",
        _("Close for new visitors"),
        sources=(OPEN,),
        target=CLOSED,
        by=(OWNER, PARTNERSHIP, SYSTEM),
    ),
    Transition("reopen", _("Open again"), sources=(CLOSED,), target=OPEN, by=(OWNER, PARTNERSHIP)),
    Transition(
        "cancel",
        _("Cancel"),
        sources=(OPEN, CLOSED),
        target=CANCELLED,
        by=(OWNER, PARTNERSHIP),
        needs_comment=True,
    ),
)

group_workflow = Workflow(
    name="group", states=STATES, transitions=TRANSITIONS, log=GroupStep, parties=parties
)

"""The life of a piece of evidence: the visitor uploads it, its partnership accepts or refuses."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import SYSTEM, State, Step, Transition, Workflow
from exchanges.enums import Capacity
from reports.enums import EvidenceState
from reports.models import EvidenceItem, EvidenceStep
from reports.workflows.parties import AUTHOR, OWN_PARTNERSHIP, names_of_side, parties_of_side

WAITING, ACCEPTED, REFUSED, WITHDRAWN = EvidenceState


def parties(item: EvidenceItem, user: Any) -> frozenset[str]:
    return parties_of_side(item.exchange, Capacity.VO, user)


def _names(item: EvidenceItem, user: Any) -> Mapping[str, Text]:
    names = names_of_side(item.exchange, Capacity.VO, user)
    return {**names, "what": str(item.get_kind_display()).lower()}


_LOOK = Step(_("Look at the evidence"), "reports:evidence")
_REPLACE = Step(_("Send another one"), "reports:evidence")

STATES = (
    State(
        WAITING,
        label=_("Evidence to be looked at"),
        responsible=OWN_PARTNERSHIP,
        your_turn=_("Your turn: look at the evidence for %(what)s and accept or refuse it."),
        waiting=_("Waiting for %(partnership)s to look at the evidence for %(what)s."),
        next=_("With every piece accepted the lump sum can be approved."),
        steps={OWN_PARTNERSHIP: _LOOK, AUTHOR: _LOOK},
    ),
    State(
        ACCEPTED,
        label=_("Evidence accepted"),
        responsible=None,
        your_turn="",
        waiting=_("The evidence for %(what)s is accepted."),
        next=_("With every piece accepted the lump sum can be approved."),
    ),
    State(
        REFUSED,
        label=_("Evidence refused"),
        responsible=AUTHOR,
        your_turn=_("Your turn: send other evidence for %(what)s. The reason stands beside it."),
        waiting=_("Waiting for %(author)s to send other evidence for %(what)s."),
        next=_("Then the partnership looks at it again."),
        steps={AUTHOR: _REPLACE, OWN_PARTNERSHIP: _LOOK},
    ),
    State(
        WITHDRAWN,
        label=_("Evidence taken back"),
        responsible=None,
        your_turn="",
        waiting=_("This piece of evidence for %(what)s was taken back."),
        next=_("Another one can be sent in its place."),
    ),
)

TRANSITIONS = (
    Transition("accept", _("Accept"), sources=(WAITING,), target=ACCEPTED, by=(OWN_PARTNERSHIP,)),
    Transition(
        "refuse",
        _("Refuse"),
        sources=(WAITING, ACCEPTED),
        target=REFUSED,
        by=(OWN_PARTNERSHIP,),
        needs_comment=True,
    ),
    Transition(
        "withdraw",
        _("Take back"),
        sources=(WAITING, REFUSED),
        target=WITHDRAWN,
        by=(AUTHOR,),
    ),
    Transition(
        "set_aside",
        _("Set aside"),
        sources=(WAITING, ACCEPTED, REFUSED),
        target=WITHDRAWN,
        by=(SYSTEM,),
        needs_comment=True,
    ),
)

evidence_workflow = Workflow(
    name="evidence",
    states=STATES,
    transitions=TRANSITIONS,
    log=EvidenceStep,
    parties=parties,
    names=_names,
)

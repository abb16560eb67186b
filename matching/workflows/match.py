"""The life of a match, as one table. Both sides agree before it is confirmed."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import SYSTEM, State, Step, Transition, Workflow
from matching.enums import MatchParty, MatchState
from matching.models import Match, MatchStep
from matching.workflows.sides import names_of, staffs

PROPOSED, CONFIRMED, DECLINED, WITHDRAWN, EXPIRED, DISSOLVED, FINISHED = MatchState
INVITED, AGREED, VISITOR, HOST, PARTNERSHIP, INTRODUCER = MatchParty


def parties(match: Match, user: Any) -> frozenset[str]:
    """Which side of a match a person is on, and whether that side has still to agree.

    Staff is a party of matches of its participants and of those that it introduced; the latter it
    can take back.
    """
    found: set[str] = set()
    for role, profile in ((VISITOR, match.visitor), (HOST, match.host)):
        if profile.organisation.has_member(user):
            found |= {role, AGREED if match.agreed_at(profile) else INVITED}
    if found:
        return frozenset(found)
    introduced = match.introduced_for_id in user.staffed_partnership_ids
    if introduced or (user.is_support and match.introduced_by_id):
        found.add(INTRODUCER)
    if introduced or user.is_support or staffs(user, match):
        found.add(PARTNERSHIP)
    return frozenset(found)


def _names(match: Match, user: Any) -> Mapping[str, Text]:
    """`asked` are those who have still to agree, `others` those who have."""
    names = names_of(user, host=match.host, visitor=match.visitor)
    sides = ((match.host, names["host"]), (match.visitor, names["visitor"]))
    asked = [name for profile, name in sides if not match.agreed_at(profile)]
    return {**names, "asked": _(" and ").join(str(name) for name in asked) or names["host"]}


_DECIDE = Step(_("Look at the proposal"), "matching:match")
_PLAN = Step(_("Plan the exchange"), "exchanges:of_match")

STATES = (
    State(
        PROPOSED,
        label=_("Proposed"),
        responsible=INVITED,
        your_turn=_("Your turn: accept or decline the proposed match."),
        waiting=_("Waiting for the answer of %(asked)s to the proposed match."),
        next=_("Once both sides agree, contact data are open to each other."),
        steps={INVITED: _DECIDE},
    ),
    State(
        CONFIRMED,
        label=_("Confirmed"),
        responsible=VISITOR,
        your_turn=_("Your turn: plan the exchange together with %(host)s."),
        waiting=_("Waiting for %(visitor)s to plan the exchange with %(host)s."),
        next=_("The two sides write down what they will do and sign it."),
        steps={VISITOR: _PLAN, HOST: _PLAN},
    ),
    State(
        DECLINED,
        label=_("Declined"),
        responsible=None,
        your_turn="",
        waiting=_("This match was declined. The reason stands below."),
        next=_("After a rest the two can try again. Other partners who fit are waiting."),
    ),
    State(
        WITHDRAWN,
        label=_("Taken back"),
        responsible=None,
        your_turn="",
        waiting=_("This proposal was taken back."),
        next=_("It can be made again at any time."),
    ),
    State(
        EXPIRED,
        label=_("Expired"),
        responsible=None,
        your_turn="",
        waiting=_("This proposal expired without an answer."),
        next=_("It can be made again. Other partners who fit are waiting."),
    ),
    State(
        DISSOLVED,
        label=_("Dissolved"),
        responsible=None,
        your_turn="",
        waiting=_("This match was dissolved. The reason stands below."),
        next=_("Both can look for other partners."),
    ),
    State(
        FINISHED,
        label=_("Exchange over"),
        responsible=None,
        your_turn="",
        waiting=_("The exchange of this match is over."),
        next=_("The two can be matched again."),
    ),
)

TRANSITIONS = (
    Transition(
        "agree",
        _("Agree to the introduction"),
        sources=(PROPOSED,),
        target=PROPOSED,
        by=(INVITED,),
    ),
    Transition(
        "confirm",
        _("Accept"),
        sources=(PROPOSED,),
        target=CONFIRMED,
        by=(INVITED,),
        stamps=("confirmed_at",),
    ),
    Transition(
        "decline",
        _("Decline"),
        sources=(PROPOSED,),
        target=DECLINED,
        by=(INVITED,),
        needs_comment=True,
    ),
    Transition(
        "withdraw",
        _("Take back"),
        sources=(PROPOSED,),
        target=WITHDRAWN,
        by=(AGREED, INTRODUCER, SYSTEM),
    ),
    Transition("expire", _("Expire"), sources=(PROPOSED,), target=EXPIRED, by=(SYSTEM,)),
    Transition(
        "dissolve",
        _("Dissolve"),
        sources=(CONFIRMED,),
        target=DISSOLVED,
        by=(HOST, VISITOR, PARTNERSHIP),
        needs_comment=True,
    ),
    Transition("finish", _("Finish"), sources=(CONFIRMED,), target=FINISHED, by=(SYSTEM,)),
)

match_workflow = Workflow(
    name="match",
    states=STATES,
    transitions=TRANSITIONS,
    log=MatchStep,
    parties=parties,
    names=_names,
)

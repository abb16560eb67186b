"""The life of a conversation, as one table. Each message hands the word to the other side."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import SYSTEM, State, Step, Transition, Workflow
from matching.enums import OPEN_CONVERSATIONS, ConversationParty, ConversationState
from matching.models import Conversation, ConversationStep
from matching.workflows.sides import names_of, staffs

ASKED_FIRST, ANSWERED, REPLIED, LATER, AGREED, REFUSED, SILENT, ENDED = ConversationState
ASKER, ASKED, PARTNERSHIP = ConversationParty


def parties(conversation: Conversation, user: Any) -> frozenset[str]:
    """Which side of a conversation a person is on; members of both are on both."""
    found: set[str] = set()
    if conversation.asking.organisation.has_member(user):
        found.add(ASKER)
    if conversation.asked.organisation.has_member(user):
        found.add(ASKED)
    if not found and staffs(user, conversation):
        found.add(PARTNERSHIP)
    return frozenset(found)


def _names(conversation: Conversation, user: Any) -> Mapping[str, Text]:
    day = date_format(conversation.later_from, "j F Y") if conversation.later_from else ""
    return {**names_of(user, asker=conversation.asking, asked=conversation.asked), "day": day}


_ANSWER = Step(_("Answer"), "matching:conversation")
_WRITE = Step(_("Write back"), "matching:conversation")

STATES = (
    State(
        ASKED_FIRST,
        label=_("First contact"),
        responsible=ASKED,
        your_turn=_("Your turn: answer %(asker)s, who would like to get to know you."),
        waiting=_("Waiting for the first answer of %(asked)s."),
        next=_("With an answer the two can talk; without one it ends after two weeks."),
        steps={ASKED: _ANSWER},
    ),
    State(
        ANSWERED,
        label=_("Answered"),
        responsible=ASKER,
        your_turn=_("Your turn: %(asked)s answered. Write back, or propose a match."),
        waiting=_("Waiting for %(asker)s to write back."),
        next=_("When both want the exchange, one of them proposes a match."),
        steps={ASKER: _WRITE},
    ),
    State(
        REPLIED,
        label=_("In talks"),
        responsible=ASKED,
        your_turn=_("Your turn: %(asker)s wrote back. Answer, or propose a match."),
        waiting=_("In talks: waiting for %(asked)s to write."),
        next=_("When both want the exchange, one of them proposes a match."),
        steps={ASKED: _WRITE},
    ),
    State(
        LATER,
        label=_("Not now"),
        responsible=ASKED,
        your_turn=_("Your turn, but not yet: you asked %(asker)s to wait until %(day)s."),
        waiting=_("%(asked)s asked to wait until %(day)s."),
        next=_("On that day the portal asks %(asked)s again."),
        steps={ASKED: Step(_("Answer already now"), "matching:conversation")},
    ),
    State(
        AGREED,
        label=_("Became a match"),
        responsible=None,
        your_turn="",
        waiting=_("%(asker)s and %(asked)s agreed on an exchange."),
        next=_("Both can go on writing here while they plan it."),
    ),
    State(
        REFUSED,
        label=_("Answered no"),
        responsible=None,
        your_turn="",
        waiting=_("%(asked)s said no. The reason stands below."),
        next=_("Other partners who fit are waiting in the list of matches."),
    ),
    State(
        SILENT,
        label=_("Without an answer"),
        responsible=None,
        your_turn="",
        waiting=_("Nobody wrote for two weeks, so this contact ended."),
        next=_("The partnership knows of it. Other partners who fit are waiting."),
    ),
    State(
        ENDED,
        label=_("Conversation ended"),
        responsible=None,
        your_turn="",
        waiting=_("This conversation was ended. The reason stands below."),
        next=_("Other partners who fit are waiting in the list of matches."),
    ),
)

TRANSITIONS = (
    Transition(
        "answer",
        _("Answer"),
        sources=(ASKED_FIRST, REPLIED, LATER),
        target=ANSWERED,
        by=(ASKED,),
    ),
    Transition("reply", _("Write back"), sources=(ANSWERED,), target=REPLIED, by=(ASKER,)),
    Transition(
        "postpone",
        _("Not now, but later"),
        sources=(ASKED_FIRST, REPLIED),
        target=LATER,
        by=(ASKED,),
    ),
    Transition("resume", _("Ask again"), sources=(LATER,), target=ASKED_FIRST, by=(SYSTEM,)),
    Transition(
        "refuse",
        _("No, because …"),
        sources=(ASKED_FIRST, REPLIED, LATER),
        target=REFUSED,
        by=(ASKED,),
        needs_comment=True,
    ),
    Transition(
        "fall_silent",
        _("End without an answer"),
        sources=(ASKED_FIRST, ANSWERED, REPLIED),
        target=SILENT,
        by=(SYSTEM,),
    ),
    Transition(
        "agree", _("Become a match"), sources=OPEN_CONVERSATIONS, target=AGREED, by=(SYSTEM,)
    ),
    Transition(
        "end",
        _("End the conversation"),
        sources=OPEN_CONVERSATIONS,
        target=ENDED,
        by=(ASKER, ASKED, SYSTEM),
        needs_comment=True,
    ),
)

conversation_workflow = Workflow(
    name="conversation",
    states=STATES,
    transitions=TRANSITIONS,
    log=ConversationStep,
    parties=parties,
    names=_names,
)

"""The clock of conversations: whoever has the word is reminded, and every contact ends."""

from datetime import datetime, timedelta

from django.db.models import Q

from cxc_portal.core import audit, clock
from matching.enums import WAITING_CONVERSATIONS, ConversationParty, ConversationState
from matching.models import Conversation
from matching.notifications import conversations as notifications
from matching.services.conversations import lock_conversation
from matching.workflows import conversation_workflow
from profiles.models import Profile
from profiles.rules import RuleBook, current_rules

SILENCE = "contact.silence_days"
REMINDERS = ("contact.first_reminder_days", "contact.second_reminder_days")


def mind_conversations() -> int:
    """Remind, ask again and end what nobody answers; says with how many conversations something
    was done. A second run on the same day does nothing more."""
    rules = current_rules()
    return sum(_mind(key, rules) for key in _due(rules))


def _due(rules: RuleBook) -> list[int]:
    """The conversations that may have come to their day."""
    due = Q(state_since__lt=_almost(rules, SILENCE))
    for number, rule in enumerate(REMINDERS):
        due |= Q(reminders__lte=number, state_since__lt=_almost(rules, rule))
    waiting = Q(state__in=WAITING_CONVERSATIONS) & due
    asleep = Q(state=ConversationState.LATER, later_from__lte=clock.today())
    found = Conversation.objects.filter(waiting | asleep).order_by("pk")
    return list(found.values_list("pk", flat=True))


def _almost(rules: RuleBook, rule: str) -> datetime:
    """Whatever waits since then may have waited as many days as the rule says."""
    return clock.now() - timedelta(days=rules.integer(rule) - 1)


def _mind(conversation_id: int, rules: RuleBook) -> bool:
    with audit.transaction():
        conversation = lock_conversation(conversation_id)
        if conversation.state == ConversationState.LATER:
            return _resume(conversation)
        if conversation.state not in WAITING_CONVERSATIONS:
            return False
        days = (clock.today() - clock.day_of(conversation.state_since)).days
        if days >= rules.integer(SILENCE):
            return _fall_silent(conversation, days)
        return _remind(conversation, days, rules)


def _resume(conversation: Conversation) -> bool:
    """On the day that was named the question stands again, and the clock starts anew."""
    if conversation.later_from is None or conversation.later_from > clock.today():
        return False
    conversation_workflow.apply(conversation, "resume", actor=None, changes={"reminders": 0})
    notifications.contact_resumed(conversation)
    return True


def _fall_silent(conversation: Conversation, days: int) -> bool:
    silent = _whose_turn(conversation)
    conversation_workflow.apply(
        conversation,
        "fall_silent",
        actor=None,
        changes={"reminders": 0},
        record={"side": silent},
    )
    notifications.contact_fell_silent(conversation, silent, days=days)
    return True


def _remind(conversation: Conversation, days: int, rules: RuleBook) -> bool:
    """Once for each of the two days; after a pause of the clock only for the later one."""
    level = max(
        (level for level, rule in enumerate(REMINDERS, 1) if days >= rules.integer(rule)), default=0
    )
    if conversation.reminders >= level:
        return False
    conversation.reminders = level
    conversation.save(update_fields=["reminders"])
    silent = _whose_turn(conversation)
    notifications.contact_waits(conversation, silent, level=level, days=days)
    return True


def _whose_turn(conversation: Conversation) -> Profile:
    responsible = conversation_workflow.states[conversation.state].responsible
    is_asker = responsible == ConversationParty.ASKER
    return conversation.asking if is_asker else conversation.asked

"""Writing to each other: the first contact, each message after it, and the end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock, mail
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.files import AcceptedFile, keep
from matching.enums import ConversationParty, ConversationState, ReadyAnswer
from matching.models import Conversation, Match, Message, MessageAttachment, ReadMark
from matching.models.conversation import attachment_name
from matching.notifications import conversations as notifications
from matching.permissions import WRITABLE
from matching.queries.conversations import (
    NO_NEW_CONTACTS,
    Refusal,
    contact_refusal,
    is_blocked,
)
from matching.workflows import conversation_workflow
from profiles.models import Profile, User

SHORTEST_FIRST_MESSAGE = 40
FEWEST_SENTENCES = 2
MOST_FILES = 3
LONGEST_WAIT_DAYS = 366
_SENTENCE_END = re.compile(r"[.!?…]+(?:\s+|$)|\n+")
_BY_ANSWER = {ReadyAnswer.LATER: "postpone", ReadyAnswer.NO: "refuse"}


class ContactRefused(TransitionRefused):
    """A first contact that cannot be made now, and why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code, refusal.message)
        self.refusal = refusal


@dataclass(frozen=True)
class Enclosure:
    """A file that was looked at, and what its owner calls it."""

    file: AcceptedFile
    name: str


def says_why(text: str) -> bool:
    """Whether a first message has the two sentences that tell the other side why."""
    sentences = [part for part in _SENTENCE_END.split(text) if any(map(str.isalpha, part))]
    return len(text.strip()) >= SHORTEST_FIRST_MESSAGE and len(sentences) >= FEWEST_SENTENCES


def start_conversation(
    *,
    profile_id: int,
    other_id: int,
    text: str,
    actor: User,
    files: Sequence[Enclosure] = (),
    key: UUID | None = None,
) -> Conversation:
    """The first profile makes contact with the second, which has the next word.

    Raises `ContactRefused` with the reason when that is not possible now. The form of that `key`
    sent twice is one contact.
    """
    with audit.transaction():
        profile, other = lock_profiles(profile_id, other_id)
        if not profile.organisation.has_member(actor):
            raise NotAllowed(_("You may not write for this organisation."))
        if sent := _sent(key, actor):
            return sent.conversation
        if refusal := contact_refusal(profile, other):
            raise ContactRefused(refusal)
        if not says_why(text):
            raise TransitionRefused("too_short", _("Say in two sentences why you write."))
        host, visitor = (profile, other) if profile.is_host else (other, profile)
        moment = clock.now()
        conversation = Conversation.objects.create(
            host=host, visitor=visitor, asker=profile, asked_at=moment, state_since=moment
        )
        message = _add_message(conversation, profile, actor, text, files=files, key=key)
        data = {"from": profile.pk, "to": other.pk}
        audit.record("conversation.started", subject=conversation, actor=actor, data=data)
        if Match.objects.confirmed().filter(host=host, visitor=visitor).exists():
            conversation_workflow.apply(conversation, "agree", actor=None)
            notifications.message_added(message)
        else:
            notifications.contact_made(conversation)
    return conversation


def post_message(
    *,
    conversation_id: int,
    actor: User,
    text: str,
    answer: str = "",
    later_from: date | None = None,
    files: Sequence[Enclosure] = (),
    key: UUID | None = None,
) -> Message:
    """What the actor writes stands in the conversation, and the other side has the next word.

    `answer` is a ready answer; “not now” takes the day in `later_from`, “no” its reason in `text`.
    Who writes while the other side has the word only adds to it. The form of that `key` sent twice
    is one message.
    """
    with audit.transaction():
        conversation = lock_conversation(conversation_id)
        side = side_of(conversation, actor)
        if sent := _sent(key, actor):
            return sent
        step = _step(conversation, side, answer)
        _require_writable(conversation)
        answer = answer if step and side.pk != conversation.asker_id else ""
        _require_content(text, answer, later_from)
        message = _add_message(conversation, side, actor, text, answer=answer, files=files, key=key)
        if step:
            _hand_over(conversation, step, side, actor, text, later_from)
        else:
            mail.mark_acted(about=conversation, actor=actor)
        _notify(message, step)
    return message


def agree_conversation(*, host_id: int, visitor_id: int) -> Conversation | None:
    """The open conversation of the two has become a match; None where there is none.

    The caller holds the locks of both profiles.
    """
    with audit.transaction():
        conversation = (
            Conversation.objects.select_for_update(of=("self",))
            .open()
            .filter(host=host_id, visitor=visitor_id)
            .first()
        )
        if conversation is None:
            return None
        conversation_workflow.apply(conversation, "agree", actor=None, changes={"reminders": 0})
        notifications.conversation_agreed(conversation)
    return conversation


def mark_read(*, conversation: Conversation, message: Message, reader: User) -> None:
    """The reader has seen the conversation up to this message; marks never go back."""
    mark, is_new = ReadMark.objects.get_or_create(
        conversation=conversation, user=reader, defaults={"message": message}
    )
    if not is_new:
        ReadMark.objects.filter(pk=mark.pk, message__lt=message.pk).update(message=message)


def lock_conversation(conversation_id: int) -> Conversation:
    """The conversation with its profiles, all three locked until the transaction ends."""
    found = Conversation.objects.get(pk=conversation_id)
    lock_profiles(found.host_id, found.visitor_id)
    locked: Conversation = (
        Conversation.objects.select_for_update(of=("self",))
        .select_related(
            "host__organisation",
            "host__partnership",
            "visitor__organisation",
            "visitor__partnership",
        )
        .get(pk=conversation_id)
    )
    return locked


def side_of(conversation: Conversation, actor: User) -> Profile:
    """The side that the actor writes for; whoever is on both writes for the one whose turn it is.

    Raises `NotAllowed` for everybody else.
    """
    parties = conversation_workflow.parties(conversation, actor)
    asker, asked = ConversationParty.ASKER, ConversationParty.ASKED
    if {asker, asked} <= parties:
        has_word = conversation_workflow.states[conversation.state].responsible
        return conversation.asked if has_word == asked else conversation.asking
    if asker in parties:
        return conversation.asking
    if asked in parties:
        return conversation.asked
    raise NotAllowed(_("Only the two organisations write here."))


def lock_profiles(*ids: int) -> list[Profile]:
    """The profiles in the order asked for, locked in the order of their keys."""
    rows = Profile.objects.select_for_update(of=("self",), no_key=True).select_related(
        "organisation"
    )
    found = {profile.pk: profile for profile in rows.filter(pk__in=ids).order_by("pk")}
    return [found[key] for key in ids]


def _sent(key: UUID | None, actor: User) -> Message | None:
    """What was made of the form of this key already."""
    if key is None:
        return None
    sent = Message.objects.filter(key=key).select_related("conversation").first()
    if sent and sent.author_id != actor.pk:
        raise TransitionRefused("sent_already", _("This was sent already. Look at the page again."))
    return sent


def _step(conversation: Conversation, side: Profile, answer: str) -> str:
    """The step that this message takes; "" when it only adds to what is there."""
    is_asked = side.pk != conversation.asker_id
    name = _BY_ANSWER.get(ReadyAnswer(answer)) if answer else None
    name = name or ("answer" if is_asked else "reply")
    is_open = conversation.state in conversation_workflow.transitions[name].sources
    if answer in _BY_ANSWER and not (is_asked and is_open):
        raise TransitionRefused(
            "answered_already",
            _("Somebody has written meanwhile, so this answer no longer fits. Read it first."),
        )
    return name if is_open else ""


def _require_writable(conversation: Conversation) -> None:
    if conversation.state not in WRITABLE:
        raise TransitionRefused("closed", _("This conversation is over. Nobody can write here."))
    if is_blocked(conversation.host.organisation_id, conversation.visitor.organisation_id):
        raise TransitionRefused("unreachable", NO_NEW_CONTACTS)


def _require_content(text: str, answer: str, later_from: date | None) -> None:
    if not text.strip() and answer in ("", ReadyAnswer.NO):
        raise TransitionRefused("empty", _("Write something first."))
    if answer == ReadyAnswer.LATER:
        wait = (later_from - clock.today()).days if later_from else 0
        if not 0 < wait <= LONGEST_WAIT_DAYS:
            raise TransitionRefused("day", _("Give a day within the next year."))


def _add_message(
    conversation: Conversation,
    side: Profile,
    actor: User,
    text: str,
    *,
    answer: str = "",
    files: Sequence[Enclosure] = (),
    key: UUID | None = None,
) -> Message:
    if len(files) > MOST_FILES:
        raise TransitionRefused("too_many", _("Add three files at most."))
    message = Message.objects.create(
        conversation=conversation,
        author=actor,
        side=side,
        text=text.strip(),
        answer=answer,
        key=key,
        at=clock.now(),
    )
    for enclosure in files:
        content = enclosure.file.content
        attachment = MessageAttachment(
            message=message, name=attachment_name(enclosure.name), size=content.size
        )
        keep(attachment.file, enclosure.file)
        attachment.save()
    return message


def _hand_over(
    conversation: Conversation,
    step: str,
    side: Profile,
    actor: User,
    text: str,
    later_from: date | None,
) -> None:
    """The word goes to the other side, or the conversation ends with a no."""
    changes: dict[str, Any] = {"reminders": 0}
    if step != "reply" and conversation.answered_at is None:
        changes["answered_at"] = clock.now()
    if step == "postpone":
        changes["later_from"] = later_from
    conversation_workflow.apply(
        conversation,
        step,
        actor=actor,
        comment=text if step == "refuse" else "",
        changes=changes,
        record={"side": side},
    )


def _notify(message: Message, step: str) -> None:
    conversation = message.conversation
    if step == "postpone":
        notifications.contact_postponed(conversation)
    elif step == "refuse":
        notifications.contact_refused(conversation)
    elif step:
        notifications.message_posted(message)
    elif conversation.state == ConversationState.AGREED:
        notifications.message_added(message)

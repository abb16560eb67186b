"""A conversation as its page shows it to one reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton
from matching.enums import ConversationParty, ConversationState, ReadyAnswer
from matching.forms.conversation import KeyedForm, LaterForm, MessageForm, NoForm, YesForm
from matching.models import (
    Conversation,
    ConversationReport,
    Match,
    Message,
    MessageAttachment,
    ReadMark,
)
from matching.permissions import (
    can_end_conversation,
    can_write_in_conversation,
    is_side_of,
)
from matching.queries.conversations import is_blocked
from matching.queries.engaged import open_match_between
from matching.queries.inbox import last_step_of
from matching.services.conversations import side_of
from matching.workflows import conversation_workflow
from profiles.models import Profile, User

BY_ANSWER: Mapping[str, type[KeyedForm]] = {
    ReadyAnswer.YES: YesForm,
    ReadyAnswer.LATER: LaterForm,
    ReadyAnswer.NO: NoForm,
}
WITH_REASON = ("end", "refuse")
Offer = tuple[str, Text, Text]
"""A ready answer, the title above its form, and what its button says."""


@dataclass(frozen=True)
class Entry:
    """One message. `name` is the person's where the reader may know it, else the organisation's."""

    name: Text
    note: Text
    initials: Text
    is_own: bool
    is_new: bool
    at: datetime
    answer: str
    text: str
    attachments: Sequence[MessageAttachment]


@dataclass(frozen=True)
class Writing:
    """One way to write: its form, what its button says, and whether it stands open."""

    name: str
    title: Text
    button: Text
    form: KeyedForm
    is_open: bool
    is_primary: bool


@dataclass(frozen=True)
class ConversationPage:
    """All that the page says to one reader; `own` is None for staff that reads along."""

    own: Profile | None
    other: Profile
    baton: Baton
    entries: list[Entry]
    writings: list[Writing]
    ended_because: str
    staff: list[str]
    pair_url: str
    match: Match | None
    propose_url: str
    reports: list[ConversationReport]
    may_end: bool
    unsent: str


def conversation_page(
    conversation: Conversation,
    reader: User,
    thread: Sequence[Message],
    forms: list[Writing],
    posted: KeyedForm | None = None,
) -> ConversationPage:
    """The page for this reader. What was `posted` when nobody can write any more is not lost."""
    own = side_of(conversation, reader) if is_side_of(reader, conversation) else None
    other = conversation.other(own or conversation.asking)
    step = last_step_of(conversation)
    pair = (own, other) if own and own.is_published and other.is_published else None
    match = open_match_between(own, other) if own else None
    may_propose = pair and not match and conversation.is_open
    refs = [own.ref, other.ref] if own else []
    partnerships = {conversation.host.partnership, conversation.visitor.partnership} - {None}
    return ConversationPage(
        own=own,
        other=other,
        baton=conversation_workflow.baton(conversation, reader),
        entries=_entries(conversation, reader, own, thread),
        writings=forms,
        ended_because=step.comment if step and step.transition in WITH_REASON else "",
        staff=sorted(str(partnership) for partnership in partnerships),
        pair_url=reverse("matching:pair", args=refs) if pair else "",
        match=match,
        propose_url=reverse("matching:propose", args=refs) if may_propose else "",
        reports=list(conversation.reports.filter(side=own)) if own else [],
        may_end=can_end_conversation(reader, conversation),
        unsent=posted.data.get("text", "") if posted and not forms else "",
    )


def _entries(
    conversation: Conversation, reader: User, own: Profile | None, thread: Sequence[Message]
) -> list[Entry]:
    mark = ReadMark.objects.filter(conversation=conversation, user=reader).first()
    seen = mark.message_id if mark else 0
    may_see_names = conversation.state == ConversationState.AGREED
    entries = []
    for message in thread:
        is_own = own is not None and message.side_id == own.pk
        organisation = message.side.organisation.name
        is_named = is_own or may_see_names
        entries.append(
            Entry(
                name=message.author if is_named else organisation,
                note=organisation if is_named else "",
                initials=str(message.author),
                is_own=is_own,
                is_new=own is not None and not is_own and message.pk > seen,
                at=message.at,
                answer=ReadyAnswer(message.answer).label if message.answer else "",
                text=message.text,
                attachments=list(message.attachments.all()),
            )
        )
    return entries


def posted_form(data: Any, uploads: Any) -> KeyedForm:
    """The form that was sent, by the ready answer it holds."""
    answer = data.get("answer", "")
    return _kind(answer)(data, uploads, auto_id=_ids(answer if answer in BY_ANSWER else ""))


def forms_for(
    conversation: Conversation, reader: User, posted: KeyedForm | None = None
) -> list[Writing]:
    """The ways in which the reader can write now, the likeliest first; none for whoever only
    reads. What was posted and refused stands open with its text."""
    if not can_write_in_conversation(reader, conversation):
        return []
    if is_blocked(conversation.host.organisation_id, conversation.visitor.organisation_id):
        return []
    baton = conversation_workflow.baton(conversation, reader)
    is_asked = baton.responsible == ConversationParty.ASKED and baton.situation == "yours"
    offered = _answers(conversation) if is_asked else _plain(baton, conversation)
    is_expected = baton.situation != "waiting" or posted is not None
    is_offered = any(type(posted) is _kind(answer) for answer, *_words in offered)
    writings = []
    for number, (answer, title, button) in enumerate(offered):
        is_posted = posted is not None and type(posted) is _kind(answer)
        is_likeliest = number == 0
        writings.append(
            Writing(
                name=answer or "message",
                title=title,
                button=button,
                form=posted if is_posted else _empty(answer, posted if is_likeliest else None),
                is_open=is_posted or (is_likeliest and not is_offered and is_expected),
                is_primary=is_likeliest and baton.situation == "yours",
            )
        )
    return writings


def _kind(answer: str) -> type[KeyedForm]:
    return BY_ANSWER.get(answer, MessageForm)


def _empty(answer: str, refused: KeyedForm | None) -> KeyedForm:
    """A form to fill in; holds the text of one that no longer fits."""
    initial = {"text": refused.data.get("text", "")} if refused else None
    return _kind(answer)(auto_id=_ids(answer), initial=initial)


def _answers(conversation: Conversation) -> list[Offer]:
    """The ready answers; after the first one, writing back comes in the place of yes."""
    first: Offer
    if conversation.state == ConversationState.REPLIED:
        first = ("", _("Write back"), _("Send"))
    else:
        first = (ReadyAnswer.YES, ReadyAnswer.YES.label, _("Yes, let us talk"))
    later: Offer = (
        ReadyAnswer.LATER,
        _("Not now, but later"),
        _("Ask me again then"),
    )
    no: Offer = (ReadyAnswer.NO, _("No, because …"), _("Answer no"))
    return [first, no] if conversation.state == ConversationState.LATER else [first, later, no]


def _plain(baton: Baton, conversation: Conversation) -> list[Offer]:
    if baton.situation == "yours":
        return [("", _("Write back"), _("Send"))]
    if conversation.state == ConversationState.AGREED:
        return [("", _("Write a message"), _("Send"))]
    return [("", _("Add something"), _("Send"))]


def _ids(answer: str) -> str:
    return f"{answer or 'message'}_%s"

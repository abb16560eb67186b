"""How a conversation ends other than by an answer: a side has had enough, or leaves."""

from collections.abc import Collection

from django.db.models import Q
from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed
from matching.models import ContactBlock, Conversation
from matching.notifications import conversations as notifications
from matching.permissions import can_lift_block
from matching.services.conversations import lock_conversation, lock_profiles, side_of
from matching.workflows import conversation_workflow
from profiles.enums import ProfileState
from profiles.models import Organisation, Profile, User

LEFT_FOR_GOOD = (ProfileState.WITHDRAWN, ProfileState.SUSPENDED, ProfileState.REJECTED)
"""Profiles in these states talk to nobody. One that rests only takes no new contacts."""


def end_conversation(*, conversation_id: int, actor: User, reason: str) -> Conversation:
    """The conversation is over; the other side reads the reason."""
    with audit.transaction():
        conversation = lock_conversation(conversation_id)
        side = side_of(conversation, actor)
        _end(conversation, actor, side, reason)
        notifications.conversation_ended(conversation, [conversation.other(side)])
    return conversation


def end_conversations_of(*, profile_ids: Collection[int]) -> int:
    """The open conversations of those of these profiles that are out of the catalogue for good are
    over; says how many. The caller holds the locks of the profiles."""
    gone = Profile.objects.filter(pk__in=profile_ids, state__in=LEFT_FOR_GOOD).values("pk")
    if not gone.exists():  # nearly always
        return 0
    with audit.transaction():
        conversations = list(
            Conversation.objects.select_for_update(of=("self",))
            .open()
            .filter(Q(host__in=gone) | Q(visitor__in=gone))
            .select_related("host__organisation", "visitor__organisation")
            .order_by("pk")
        )
        for conversation in conversations:
            _end_for_departure(conversation)
    return len(conversations)


def _end_for_departure(conversation: Conversation) -> None:
    sides = (conversation.host, conversation.visitor)
    gone = next(side for side in sides if side.state in LEFT_FOR_GOOD)
    name = {"name": gone.organisation.name}
    reason = _("%(name)s is no longer in the catalogue.") % name
    _end(conversation, None, None, reason)
    notifications.conversation_ended(conversation, [conversation.other(gone)])


def block_organisation(*, conversation_id: int, actor: User) -> ContactBlock:
    """The other organisation of a conversation can no longer write to the actor's, nor the other
    way round; what is open between the two is over. It is not told of the block."""
    with audit.transaction():
        conversation = lock_conversation(conversation_id)
        side = side_of(conversation, actor)
        own, other = side.organisation, conversation.other(side).organisation
        block, is_new = ContactBlock.objects.get_or_create(
            organisation=own, blocked=other, defaults={"made_by": actor}
        )
        if is_new:
            data = {"blocked": other.pk}
            audit.record("organisation.blocked", subject=own, actor=actor, data=data)
        for open_one in _open_between(own, other):
            _end_for_block(open_one, own, actor)
    return block


def unblock_organisation(*, block_id: int, actor: User) -> None:
    """The two organisations can write to each other again. A second call changes nothing."""
    with audit.transaction():
        blocks = ContactBlock.objects.select_for_update(of=("self",)).filter(pk=block_id)
        block = blocks.select_related("organisation").first()
        if block is None:
            return
        if not can_lift_block(actor, block):
            raise NotAllowed(_("You may not do this."))
        data = {"blocked": block.blocked_id}
        audit.record("organisation.unblocked", subject=block.organisation, actor=actor, data=data)
        block.delete()


def _open_between(own: Organisation, other: Organisation) -> list[Conversation]:
    """The open conversations of all profiles of the two, locked with their profiles."""
    there = Q(host__organisation=own, visitor__organisation=other)
    here = Q(host__organisation=other, visitor__organisation=own)
    found = Conversation.objects.open().filter(there | here).order_by("pk")
    keys = list(found.values_list("pk", "host", "visitor"))
    lock_profiles(*sorted({key for _pk, *sides in keys for key in sides}))
    locked = found.select_for_update(of=("self",)).filter(pk__in=[pk for pk, *_sides in keys])
    return list(locked.select_related("host__organisation", "visitor__organisation"))


def _end_for_block(conversation: Conversation, own: Organisation, actor: User) -> None:
    is_host = conversation.host.organisation_id == own.pk
    side, other = (
        (conversation.host, conversation.visitor)
        if is_host
        else (conversation.visitor, conversation.host)
    )
    reason = _("%(name)s ended the conversation.") % {"name": own.name}
    _end(conversation, actor, side, reason)
    notifications.conversation_ended(conversation, [other])


def _end(conversation: Conversation, actor: User | None, side: Profile | None, reason: str) -> None:
    conversation_workflow.apply(
        conversation,
        "end",
        actor=actor,
        comment=reason,
        changes={"reminders": 0},
        record={"side": side},
    )

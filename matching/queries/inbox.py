"""The conversations of a person: what waits, what is new, and what one of them holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from cxc_portal.core.workflow import Baton
from matching.enums import OPEN_CONVERSATIONS, ConversationState, MatchState, ReadyAnswer
from matching.models import Conversation, ConversationStep, Match, Message, ReadMark
from matching.models.conversation import ConversationQuerySet
from matching.workflows import conversation_workflow, match_workflow
from profiles.models import Profile

PER_PAGE = 25
YOURS, WAITING, CLOSED = 0, 1, 2
SIDES = ("host", "visitor")
NEEDED = [
    name for side in SIDES for name in (f"{side}__organisation__country", f"{side}__partnership")
]


@dataclass(frozen=True)
class Row:
    """One conversation in the list. `own` is the reader's side."""

    conversation: Conversation
    own: Profile
    other: Profile
    baton: Baton
    is_unread: bool
    excerpt: str
    answer: str
    is_own_word: bool
    at: datetime


@dataclass(frozen=True)
class Proposal:
    """A match that waits for somebody to agree, and the side that is not the reader's."""

    match: Match
    other: Profile
    baton: Baton


@dataclass(frozen=True)
class Inbox:
    """A page of conversations; `counts` of all of them by rank, and how many are `unread`."""

    page: Page[Conversation]
    rows: list[Row]
    counts: dict[int, int]
    unread: int
    has_several: bool

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def inbox_of(user: Any, *, rank: int | None, page: str | None) -> Inbox:
    """The reader's own conversations: first those that wait for the reader, then those that wait
    for others, then those that are over. In as many queries however many there are."""
    own = list(Profile.objects.of_member(user).values_list("pk", flat=True))
    everything = _ranked(user, own)
    counts = dict.fromkeys((YOURS, WAITING, CLOSED), 0)
    unread = 0
    by_rank = everything.order_by().values_list("rank", "is_unread").annotate(number=Count("pk"))
    for key, is_unread, number in by_rank:
        counts[key] += number
        unread += number if is_unread else 0
    shown = everything if rank is None else everything.filter(rank=rank)
    found = Paginator(_with_last(shown), PER_PAGE).get_page(page)
    rows = [_row(conversation, user, set(own)) for conversation in found]
    return Inbox(found, rows, counts, unread, len(own) > 1)


def proposals_of(user: Any) -> list[Proposal]:
    """The matches of the reader's organisations that wait for somebody to agree, the reader's turn
    first."""
    proposed = Match.objects.of_member(user).filter(state=MatchState.PROPOSED)
    found = _with_sides(proposed.select_related(*NEEDED))
    own = set(Profile.objects.of_member(user).values_list("pk", flat=True))
    proposals = [
        Proposal(
            match,
            match.visitor if match.host_id in own else match.host,
            match_workflow.baton(match, user),
        )
        for match in found
    ]
    return sorted(proposals, key=lambda one: one.baton.situation != "yours")


def unread_count(user: Any, own: Sequence[int]) -> int:
    """In how many conversations of the reader's `own` profiles the other side has written something
    new. It stands on every page: who has no conversation is not asked about messages."""
    conversations = Conversation.objects.filter(Q(host__in=own) | Q(visitor__in=own))
    keys = list(conversations.order_by().values_list("pk", flat=True))
    if not keys:
        return 0
    mark = ReadMark.objects.filter(conversation=OuterRef("conversation"), user=user)
    news = (
        Message.objects.filter(conversation__in=keys)
        .exclude(side__in=own)
        .filter(pk__gt=Coalesce(Subquery(mark.values("message")[:1]), Value(0)))
    )
    return news.values("conversation").distinct().count()


def messages_of(conversation: Conversation) -> list[Message]:
    """What was written, oldest first, with its files."""
    messages = conversation.messages.select_related("author", "side__organisation")
    return list(messages.prefetch_related("attachments"))


def last_step_of(conversation: Conversation) -> ConversationStep | None:
    """How it came to where it is."""
    return conversation.transitions.order_by("-pk").first()


def _with_unread(conversations: ConversationQuerySet, user: Any) -> Any:
    own = Profile.objects.of_member(user).values("pk")
    mark = ReadMark.objects.filter(conversation=OuterRef("conversation"), user=user)
    news = (
        Message.objects.filter(conversation=OuterRef("pk"))
        .exclude(side__in=own)
        .filter(pk__gt=Coalesce(Subquery(mark.values("message")[:1]), Value(0)))
    )
    return conversations.annotate(is_unread=Exists(news))


def _ranked(user: Any, own: Sequence[int]) -> Any:
    """With `rank`: whether the reader has the next word, somebody else, or nobody."""
    is_asker = Q(asker__in=own)
    is_asked = (Q(host__in=own) & ~Q(asker=F("host"))) | (
        Q(visitor__in=own) & ~Q(asker=F("visitor"))
    )
    yours = Q(state=ConversationState.ANSWERED) & is_asker
    yours |= Q(state__in=[ConversationState.ASKED, ConversationState.REPLIED]) & is_asked
    rank = Case(
        When(yours, then=Value(YOURS)),
        When(state__in=OPEN_CONVERSATIONS, then=Value(WAITING)),
        default=Value(CLOSED),
        output_field=IntegerField(),
    )
    of_own = Conversation.objects.filter(Q(host__in=own) | Q(visitor__in=own))
    return _with_unread(of_own.annotate(rank=rank), user).order_by("rank", "-state_since", "-pk")


def _with_last(conversations: ConversationQuerySet) -> Any:
    last = Message.objects.filter(conversation=OuterRef("pk")).order_by("-pk")
    return _with_sides(conversations.select_related(*NEEDED)).annotate(
        last_text=Subquery(last.values("text")[:1]),
        last_answer=Subquery(last.values("answer")[:1]),
        last_side=Subquery(last.values("side")[:1]),
        last_at=Subquery(last.values("at")[:1]),
    )


def _with_sides(rows: Any) -> Any:
    """Whoever asks which side somebody is on finds the members loaded."""
    return rows.prefetch_related(*(f"{side}__organisation__memberships" for side in SIDES))


def _row(conversation: Any, user: Any, own: set[int]) -> Row:
    side = conversation.host if conversation.host_id in own else conversation.visitor
    return Row(
        conversation=conversation,
        own=side,
        other=conversation.other(side),
        baton=conversation_workflow.baton(conversation, user),
        is_unread=conversation.is_unread,
        excerpt=conversation.last_text,
        answer=_in_words(conversation.last_answer),
        is_own_word=conversation.last_side == side.pk,
        at=conversation.last_at,
    )


def _in_words(answer: str) -> str:
    """A ready answer as it was offered."""
    return str(ReadyAnswer(answer).label) if answer else ""

"""Success stories: those that everybody reads, those of an exchange, and those that wait."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.queries.shown import for_batons
from profiles.models import Profile
from reports.enums import HANDED_IN, HAPPENED, StoryState
from reports.models import SuccessStory
from reports.permissions import sides_read_by

PARTIES = (
    "exchange__host__organisation__country",
    "exchange__host__organisation__main_sector",
    "exchange__host__organisation__organisation_type",
    "exchange__visitor__organisation__country",
    "exchange__visitor__organisation__main_sector",
    "exchange__visitor__organisation__organisation_type",
)


def published_stories() -> QuerySet[SuccessStory]:
    """What everybody may read, the newest first, with both sides."""
    return (
        SuccessStory.objects.published().select_related(*PARTIES).order_by("-published_at", "-pk")
    )


def latest_story() -> SuccessStory | None:
    """The newest one with a sentence to quote; the newest of all where none has one."""
    found = published_stories()
    return found.exclude(quote="").first() or found.first()


def stories_of(exchange: Exchange, user: Any) -> list[SuccessStory]:
    """Those of an exchange that this person may read, the visitor's first."""
    seen = exchange.stories.filter(capacity__in=sides_read_by(user, exchange))
    stories = list(seen.order_by("-capacity"))
    for story in stories:
        story.exchange = exchange
    return stories


def stories_at_desk(user: Any, state: str = "") -> QuerySet[SuccessStory]:
    """Those that this member of staff looks after, the longest waiting first."""
    exchanges = Exchange.objects.of_staff(user).values("pk")
    found = SuccessStory.objects.filter(exchange__in=exchanges).select_related(*PARTIES)
    return (found.filter(state=state) if state else found).order_by("state_since", "pk")


def stories_waiting_for(user: Any) -> QuerySet[SuccessStory]:
    """Offered by a side whose partnership this person works for."""
    staffed = user.staffed_partnership_ids
    return SuccessStory.objects.filter(
        Q(capacity=Capacity.HO, exchange__host_partnership__in=staffed)
        | Q(capacity=Capacity.VO, exchange__visitor_partnership__in=staffed),
        state=StoryState.OFFERED,
    ).order_by("state_since", "pk")


def stories_returned_to(user: Any) -> QuerySet[SuccessStory]:
    """Those of one's own side that came back with a comment."""
    own = Profile.objects.of_member(user).values("pk")
    return SuccessStory.objects.filter(
        Q(capacity=Capacity.HO, exchange__host__in=own)
        | Q(capacity=Capacity.VO, exchange__visitor__in=own),
        state=StoryState.RETURNED,
    ).order_by("state_since", "pk")


def with_exchanges(found: Iterable[SuccessStory]) -> list[SuccessStory]:
    """The stories with their exchanges and all that a baton asks of these."""
    stories = list(found)
    exchanges = for_batons(Exchange.objects.filter(pk__in={one.exchange_id for one in stories}))
    by_key = {exchange.pk: exchange for exchange in exchanges}
    for story in stories:
        story.exchange = by_key[story.exchange_id]
    return stories


def has_reported(exchange: Exchange, side: str) -> bool:
    """Whether this side has handed in a report of something that took place."""
    reports = exchange.reports.filter(capacity=side, state__in=HANDED_IN, outcome__in=HAPPENED)
    return reports.exists()


def words_in(text: str) -> int:
    return len(text.split())

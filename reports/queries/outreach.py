"""The outreach log with what came of each action."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet, Sum

from profiles.models import Partnership
from reports.models import OutreachAction

PER_PAGE = 25
_REGISTERED = Q(attributions__registration__profile__isnull=False)
_PUBLISHED = Q(attributions__registration__profile__published_at__isnull=False)


@dataclass(frozen=True)
class OutreachFilters:
    """What narrows the log; empty means any."""

    partnership: Partnership | None = None
    kind: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    text: str = ""


def actions_seen_by(user: Any, filters: OutreachFilters) -> QuerySet[OutreachAction]:
    """The latest first, each with `begun`, `registrations` (those that were handed in) and
    `published` (those whose profile entered the catalogue)."""
    found = OutreachAction.objects.visible_to(user)
    if filters.partnership:
        found = found.filter(partnership=filters.partnership)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.starts_on:
        found = found.filter(on__gte=filters.starts_on)
    if filters.ends_on:
        found = found.filter(on__lte=filters.ends_on)
    if filters.text:
        words = filters.text
        found = found.filter(
            Q(title__icontains=words) | Q(place__icontains=words) | Q(channel__icontains=words)
        )
    return with_results(found).select_related("partnership", "recorded_by")


def with_results(actions: QuerySet[OutreachAction]) -> QuerySet[OutreachAction]:
    """One join alone is counted, so that no row counts twice."""
    return actions.annotate(
        begun=Count("attributions"),
        registrations=Count("attributions", filter=_REGISTERED),
        published=Count("attributions", filter=_PUBLISHED),
    ).order_by("-on", "-pk")


def page_of_actions(actions: QuerySet[OutreachAction], number: Any) -> Page[OutreachAction]:
    return Paginator(actions, PER_PAGE).get_page(number)


def sums_of_actions(actions: QuerySet[OutreachAction]) -> dict[str, int]:
    """What all of these came to, counted by the database."""
    found = actions.order_by().aggregate(
        actions=Count("pk"),
        all_reached=Sum("reached"),
        all_visits=Sum("visits"),
        all_registrations=Sum("registrations"),
        all_published=Sum("published"),
    )
    return {name.removeprefix("all_"): count or 0 for name, count in found.items()}

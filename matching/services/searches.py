"""Telling people of new profiles that fit what they look for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction

from cxc_portal.core import clock
from matching.models import SavedSearch
from matching.notifications.searches import profiles_published
from matching.queries.searches import (
    Newcomer,
    missing_partner_alerts,
    newcomers_between,
    news_for,
    searches_without_look,
)
from profiles.models import Membership

SETTLED = timedelta(minutes=10)
"""What was published more recently may not be visible to everybody yet: it waits a day."""
FIRST_LOOK = timedelta(days=1)


def tell_of_new_profiles() -> int:
    """Everybody has been told of the profiles that were published since the last look and fit one
    of their searches or one of their own profiles highly; nobody twice. Says how many people."""
    until = clock.now() - SETTLED
    _start_partner_alerts(until)
    waiting = searches_without_look(until)
    earliest = waiting.order_by("looked_at").values_list("looked_at", flat=True).first()
    newcomers = newcomers_between(earliest, until) if earliest else []
    told = 0
    if newcomers:
        for user_id, searches in groupby(list(waiting), key=lambda search: search.user_id):
            told += _tell(user_id, list(searches), newcomers, until)
    SavedSearch.objects.filter(looked_at__lt=until).update(looked_at=until)
    return told


def _start_partner_alerts(until: datetime) -> None:
    """Each member hears of new partners of each published profile, unless they switch it off."""
    SavedSearch.objects.bulk_create(
        (
            SavedSearch(
                user_id=user_id,
                profile_id=profile_id,
                looked_at=max(published_at, until - FIRST_LOOK),
            )
            for user_id, profile_id, published_at in missing_partner_alerts()
        ),
        ignore_conflicts=True,
    )


def _tell(
    user_id: int, searches: Sequence[SavedSearch], newcomers: Sequence[Newcomer], until: datetime
) -> bool:
    """Whether there was something to tell. Without news nothing is written."""
    memberships = Membership.objects.filter(user=user_id)
    own = set(memberships.values_list("organisation", flat=True))
    if not news_for(searches, newcomers, own):
        return False
    with transaction.atomic():
        still = searches_without_look(until).filter(user=user_id)
        news = news_for(list(still.select_for_update(of=("self",))), newcomers, own)
        if news:
            profiles_published(user_id, news, until)
        SavedSearch.objects.filter(user=user_id, looked_at__lt=until).update(looked_at=until)
    return bool(news)

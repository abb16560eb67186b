"""Telling people of new profiles that fit what they look for."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from django.db.models import Min

from cxc_portal.core import audit, clock
from matching.index import index
from matching.models import SavedSearch
from matching.notifications.searches import profiles_published
from matching.queries.searches import (
    Newcomer,
    missing_partner_alerts,
    newcomers_between,
    news_for,
    searches_of_people,
    searches_without_look,
)
from profiles.models import Membership

SETTLED = timedelta(minutes=10)
"""What was published more recently may not be visible to everybody yet: it waits a day."""
FIRST_LOOK = timedelta(days=1)
READ_AT_ONCE = 50
"""For so many people the index is read at a time: who changes it waits."""
TOLD_TOGETHER = 20
"""So many people are told in one transaction."""


def tell_of_new_profiles() -> int:
    """Everybody has been told of the profiles that were published since the last look and fit one
    of their searches or one of their own profiles highly; nobody twice. Says how many people."""
    until = clock.now() - SETTLED
    _start_partner_alerts(until)
    waiting = SavedSearch.objects.filter(has_alert=True, looked_at__lt=until)
    earliest = waiting.aggregate(at=Min("looked_at"))["at"]
    newcomers = newcomers_between(earliest, until) if earliest else []
    own = _with_news(newcomers, until)
    people = list(own)
    told = sum(
        _tell(people[start : start + TOLD_TOGETHER], own, newcomers, until)
        for start in range(0, len(people), TOLD_TOGETHER)
    )
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


def _with_news(newcomers: Sequence[Newcomer], until: datetime) -> dict[int, set[int]]:
    """The people for whom one of the newcomers seems to be news, with their own organisations."""
    if not newcomers:
        return {}
    waiting = groupby(searches_without_look(until), key=attrgetter("user_id"))
    people = {user_id: list(searches) for user_id, searches in waiting}
    own: dict[int, set[int]] = {user_id: set() for user_id in people}
    memberships = Membership.objects.filter(user__in=people).order_by()
    for user_id, organisation_id in memberships.values_list("user", "organisation"):
        own[user_id].add(organisation_id)
    keys, found = list(people), list[int]()
    for start in range(0, len(keys), READ_AT_ONCE):
        few = keys[start : start + READ_AT_ONCE]
        with index.reading():
            found += [one for one in few if news_for(people[one], newcomers, own[one])]
    return {user_id: own[user_id] for user_id in found}


def _tell(
    people: Sequence[int],
    own: Mapping[int, Collection[int]],
    newcomers: Sequence[Newcomer],
    until: datetime,
) -> int:
    """For how many of the people there was something to tell still."""
    told = 0
    with audit.transaction():
        locked = searches_of_people(people, until)
        for user_id, searches in groupby(locked, key=attrgetter("user_id")):
            if news := news_for(list(searches), newcomers, own[user_id]):
                profiles_published(news, until)
                told += 1
        SavedSearch.objects.filter(user__in=people, looked_at__lt=until).update(looked_at=until)
    return told

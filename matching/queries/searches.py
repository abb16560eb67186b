"""Who hears of which new profiles: by saved searches, and by how well they fit one's own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict

from cxc_portal.core.models import OutgoingMail
from matching.index import index
from matching.models import SavedSearch
from matching.queries.catalogue_list import fitting
from matching.queries.engaged import engaged_refs
from matching.queries.matches import facts_in
from matching.queries.narrowing import rows_in_order, search_of
from matching.queries.rulesets import ruleset_in
from matching.scoring.score import score
from profiles.enums import ProfileState
from profiles.models import Membership, Profile, ProfileTransition, StaffRole

NEWS_KIND = "matching/profiles_published"
MOST_UNANSWERED = 5
"""So many letters about new partners go to somebody who does not look in; then they stop."""


@dataclass(frozen=True)
class PartnerAlertLine:
    """One's own published profile, and whether one hears of new partners that fit it highly."""

    profile: Profile
    is_on: bool


@dataclass(frozen=True)
class Newcomer:
    """A profile that was published for the first time."""

    ref: str
    name: str
    role: str
    country: str
    organisation_id: int
    since: datetime


@dataclass(frozen=True)
class News:
    """What is new for one search; one that stands for an own profile finds high fits."""

    search: SavedSearch
    newcomers: list[Newcomer]


def partner_alerts_of(user: Any) -> list[PartnerAlertLine]:
    """One line for each of one's own published profiles. Nobody has to ask for these alerts."""
    own = Profile.objects.of_member(user).published().select_related("organisation")
    off = SavedSearch.objects.visible_to(user).filter(profile__in=own, has_alert=False)
    switched_off = set(off.values_list("profile", flat=True))
    return [
        PartnerAlertLine(profile, profile.pk not in switched_off)
        for profile in own.order_by("organisation__name", "role")
    ]


def newcomers_between(since: datetime, until: datetime) -> list[Newcomer]:
    """What is published now and was published for the first time after `since` and not after
    `until`, the newest first: a profile that was checked again is nothing new."""
    published = ProfileTransition.objects.filter(subject=OuterRef("pk"), transition="publish")
    first = Subquery(published.order_by("at").values("at")[:1])
    found = (
        Profile.objects.published()
        .filter(published_at__gt=since)
        .annotate(since=Coalesce(first, "published_at"))
        .filter(since__gt=since, since__lte=until)
        .order_by("-since", "ref")
    )
    fields = (
        "ref",
        "organisation__name",
        "role",
        "organisation__country__name",
        "organisation",
        "since",
    )
    return [Newcomer(*values) for values in found.values_list(*fields)]


def searches_without_look(until: datetime) -> QuerySet[SavedSearch]:
    """The searches of people who see the catalogue and want to be told, not yet looked at by
    `until`, person by person; those for own profiles before the others. What nobody asked for, the
    news for an own profile, rests after `MOST_UNANSWERED` letters until there is a sign of life."""
    published = Profile.objects.published().filter(organisation=OuterRef("organisation"))
    members = Membership.objects.filter(Exists(published), user=OuterRef("user"))
    roles = StaffRole.objects.filter(user=OuterRef("user"))
    return (
        SavedSearch.objects.filter(has_alert=True, looked_at__lt=until, user__is_active=True)
        .filter(Exists(members) | Exists(roles))
        .alias(unanswered=Coalesce(_letters_since_sign_of_life(), 0))
        .filter(
            Q(profile__isnull=True)
            | Q(profile__state=ProfileState.PUBLISHED, unanswered__lt=MOST_UNANSWERED)
        )
        .select_related("profile__organisation")
        .order_by("user", F("profile").asc(nulls_last=True), "name", "pk")
    )


def searches_of_people(people: Collection[int], until: datetime) -> QuerySet[SavedSearch]:
    """`searches_without_look` of some people, who come along, to be locked: what `is_last_letter`
    asks for is counted."""
    waiting = searches_without_look(until).filter(user__in=people).select_related("user")
    return waiting.annotate(unanswered=F("unanswered")).select_for_update(of=("self",))


def _letters_since_sign_of_life() -> Subquery:
    """How many letters with news a person has had, or will have, since the own profile was minded:
    what one summary tells of is one letter."""
    news = OutgoingMail.objects.filter(
        kind=NEWS_KIND,
        recipient=OuterRef("user"),
        created_at__gt=OuterRef("profile__confirmed_at"),
    )
    letters = Count(Coalesce("bundle", "pk"), distinct=True)
    return Subquery(news.order_by().values("recipient").annotate(count=letters).values("count"))


def is_last_letter(news: Sequence[News]) -> bool:
    """Whether nothing more follows for one of the own profiles until the person looks in."""
    own: list[Any] = [one.search for one in news if one.search.profile_id]
    return any(search.unanswered == MOST_UNANSWERED - 1 for search in own)


def missing_partner_alerts() -> list[tuple[int, int, datetime]]:
    """Members and published profiles of theirs for which the person has no search yet, as keys,
    and when the profile was published."""
    profile = "organisation__profiles"
    known = SavedSearch.objects.filter(user=OuterRef("user"), profile=OuterRef(profile))
    missing = Membership.objects.filter(
        ~Exists(known),
        user__is_active=True,
        organisation__profiles__state=ProfileState.PUBLISHED,
    )
    return list(missing.values_list("user", profile, f"{profile}__published_at"))


def news_for(
    searches: Sequence[SavedSearch],
    newcomers: Sequence[Newcomer],
    own_organisations: Collection[int],
) -> list[News]:
    """What is new for the searches of one person. Each newcomer is named once, and never one's own
    organisation."""
    found: list[News] = []
    named: set[str] = set()
    for search in searches:
        fresh = {
            one.ref: one
            for one in newcomers
            if one.since > search.looked_at
            and one.organisation_id not in own_organisations
            and one.ref not in named
        }
        refs = _fitting_search(search, list(fresh)) if fresh else []
        if refs:
            named.update(refs)
            found.append(News(search, [fresh[ref] for ref in refs]))
    return found


def _fitting_search(search: SavedSearch, refs: Sequence[str]) -> list[str]:
    if search.profile is None:
        return fitting(search_of(QueryDict(search.query)), refs)
    return high_fits_among(search.profile, refs)


def high_fits_among(profile: Profile, refs: Sequence[str]) -> list[str]:
    """Those of the refs that fit the profile highly and that no hard stop keeps apart, in their
    order."""
    with index.reading() as snapshot:
        ruleset, columns = ruleset_in(snapshot), snapshot.columns
        rows = rows_in_order(snapshot, refs)
        facts = facts_in(snapshot, profile)
        scores = score(columns, rows, facts, ruleset)
        fits = columns.refs(rows[(scores.stops == 0) & (scores.totals >= ruleset.green_from)])
    engaged = set(engaged_refs(profile)) if fits else set()
    return [ref for ref in fits if ref not in engaged]

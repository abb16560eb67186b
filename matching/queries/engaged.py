"""With whom a profile has a match that is open: nobody is matched twice at a time."""

from collections.abc import Iterable

from django.db.models import QuerySet

from matching.models import Match
from profiles.models import Profile


def open_matches_of(profile: Profile) -> QuerySet[Match]:
    """Proposed or confirmed ones. Each side asks its own index."""
    side = {"host": profile} if profile.is_host else {"visitor": profile}
    return Match.objects.open().filter(**side)


def engaged_refs(profile: Profile) -> list[str]:
    """The references of those with whom a match is open."""
    other = "visitor__ref" if profile.is_host else "host__ref"
    return list(open_matches_of(profile).values_list(other, flat=True))


def open_match_between(profile: Profile, other: Profile) -> Match | None:
    """Their open match, whichever of the two is the host."""
    host, visitor = (profile, other) if profile.is_host else (other, profile)
    return Match.objects.open().filter(host=host, visitor=visitor).first()


def open_match_keys(profile: Profile, refs: Iterable[str]) -> dict[str, int]:
    """The keys of the open matches with these partners, by their reference."""
    other = "visitor__ref" if profile.is_host else "host__ref"
    found = open_matches_of(profile).filter(**{f"{other}__in": list(refs)})
    return dict(found.values_list(other, "pk"))

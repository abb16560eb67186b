"""Profiles that are like another one."""

from matching.index import index
from matching.queries.matches import facts_in
from matching.scoring.similar import most_alike
from profiles.models import Profile

MOST_SIMILAR = 3


def similar_to(profile: Profile) -> list[Profile]:
    """The published profiles of the same role that are most like this one, see
    `scoring.similar`; never one of the same organisation."""
    with index.reading() as snapshot:
        facts = facts_in(snapshot, profile)
        refs = snapshot.columns.refs(most_alike(snapshot.columns, facts, top=MOST_SIMILAR))
    related = (
        "organisation__country",
        "organisation__organisation_type",
        "organisation__main_sector",
    )
    found = {one.ref: one for one in Profile.objects.filter(ref__in=refs).select_related(*related)}
    return [found[ref] for ref in refs if ref in found]

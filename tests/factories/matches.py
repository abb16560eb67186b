from typing import Any

from cxc_portal.core import clock
from matching.enums import MatchState
from matching.models import Match
from matching.services.introductions import introduce_profiles
from matching.services.matches import (
    accept_match,
    decline_match,
    dissolve_match,
    finish_match,
    propose_match,
    withdraw_match,
)
from matching.services.matches_upkeep import expire_matches
from profiles.enums import Role
from profiles.models import Profile, User
from tests.factories.profiles import OrganisationFactory, published_profile

WORDS = "We would like to see how you sort batteries."


def host_profile(**fields: Any) -> Profile:
    """A French cluster in the catalogue, of the partnership EXXTRA unless told otherwise."""
    fields.setdefault("acronym", "EXXTRA")
    if "organisation" not in fields:
        fields["organisation"] = OrganisationFactory(
            name=fields.pop("name", "AQUIMER"), country_id=fields.pop("country", "FR")
        )
    return published_profile(role=Role.HOST, **fields)


def visitor_profile(**fields: Any) -> Profile:
    """A Portuguese SME in the catalogue, of RECIPE4MOBILITY unless told otherwise."""
    if "organisation" not in fields:
        fields["organisation"] = OrganisationFactory(
            name=fields.pop("name", "Motores Lda"), country_id=fields.pop("country", "PT")
        )
    return published_profile(role=Role.VISITING, **fields)


def match_between(
    by: Profile, other: Profile, *, state: str = MatchState.PROPOSED, **terms: Any
) -> Match:
    """What `by` proposed to `other`, brought to this state by those who can."""
    match = propose_match(
        profile_id=by.pk,
        other_id=other.pk,
        actor=member_of(by),
        **{"mode": "physical", "message": WORDS, **terms},
    )
    return brought_to(match, state, by=by, other=other)


def introduction_of(host: Profile, visitor: Profile, actor: User, **terms: Any) -> Match:
    return introduce_profiles(
        host_id=host.pk,
        visitor_id=visitor.pk,
        actor=actor,
        **{"mode": "physical", "message": "You should meet.", **terms},
    )


def brought_to(match: Match, state: str, *, by: Profile, other: Profile) -> Match:
    """The proposed match in another state."""
    asked, asking = {"match_id": match.pk, "actor": member_of(other)}, member_of(by)
    if state in (MatchState.CONFIRMED, MatchState.DISSOLVED, MatchState.FINISHED):
        accept_match(**asked)
    if state == MatchState.DISSOLVED:
        dissolve_match(match_id=match.pk, actor=asking, comment="Our plans have changed.")
    elif state == MatchState.FINISHED:
        finish_match(match_id=match.pk)
    elif state == MatchState.DECLINED:
        decline_match(**asked, comment="The dates do not suit us.")
    elif state == MatchState.WITHDRAWN:
        withdraw_match(match_id=match.pk, actor=asking)
    elif state == MatchState.EXPIRED:
        Match.objects.filter(pk=match.pk).update(expires_on=clock.today())
        expire_matches()
    match.refresh_from_db()
    return match


def member_of(profile: Profile) -> User:
    """Whoever answers for the profile."""
    assert profile.contact is not None
    return profile.contact

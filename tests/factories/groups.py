from datetime import date, timedelta
from typing import Any

from exchanges.models import GroupOffer, GroupPlace
from exchanges.queries.agenda_templates import days_from, template_of
from exchanges.queries.groups import sections_from, visiting_types
from exchanges.services.group_places import join_group
from exchanges.services.groups import GroupTerms, offer_group
from profiles.models import Profile
from tests.factories.exchanges import completed, free_week
from tests.factories.matches import host_profile, member_of, visitor_profile
from tests.factories.profiles import OrganisationFactory

COUNTRIES = ("PT", "DE")
WORDS = "Three days with those who sort batteries, and one evening with our members."


def group_terms(
    *, start: date | None = None, template: str = "learn_3", **fields: Any
) -> GroupTerms:
    """Three days in person in a week without public holidays, until told otherwise."""
    programme = template_of(template)
    assert programme is not None
    days = days_from(programme, start or free_week()[0], "FR")
    values = {
        "title": "Batteries in practice",
        "description": WORDS,
        "mode": programme.mode,
        "starts_on": days[0],
        "ends_on": days[-1],
        "places": 3,
        "eligible_types": tuple(one.pk for one in visiting_types()),
        "closes_on": days[0] - timedelta(days=21),
        "sections": sections_from(programme, days, WORDS),
    }
    return GroupTerms(**{**values, **fields})


def offered_group(*, host: Profile | None = None, **terms: Any) -> GroupOffer:
    """A group that a French host offers."""
    host = completed(host or host_profile())
    return offer_group(host_id=host.pk, actor=member_of(host), terms=group_terms(**terms))


def place_in(offer: GroupOffer, visitor: Profile | None = None) -> GroupPlace:
    """A visitor's place in the group."""
    visitor = completed(visitor or another_visitor())
    return join_group(offer_id=offer.pk, visitor_id=visitor.pk, actor=member_of(visitor))


def another_visitor(number: int = 0, **fields: Any) -> Profile:
    """A visitor with a name of its own."""
    country = COUNTRIES[number % len(COUNTRIES)]
    organisation = fields.pop("organisation", None) or OrganisationFactory(
        name=fields.pop("name", f"Visitor {number}"), country_id=fields.pop("country", country)
    )
    return visitor_profile(organisation=organisation, **fields)

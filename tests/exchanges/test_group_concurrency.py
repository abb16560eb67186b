"""Many visitors at the same instant: as many places are given as there are, each once."""

from collections import Counter

import pytest

from cxc_portal.core.errors import DomainError
from cxc_portal.core.models import OutgoingMail
from exchanges.enums import ExchangeState, GroupState
from exchanges.models import Exchange, GroupOffer, GroupPlace
from exchanges.notifications.groups import GROUP_JOINED
from exchanges.services.group_places import join_group, leave_group
from exchanges.services.groups import cancel_group
from matching.models import Match
from profiles.services.reference import load_reference_data
from tests.concurrency import at_once, errors, values
from tests.factories import MembershipFactory
from tests.factories.groups import another_visitor, offered_group, place_in
from tests.factories.matches import member_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def reference_data(transactional_db):
    load_reference_data()


def joining(offer, visitor, actor=None):
    actor = actor or member_of(visitor)
    return lambda: join_group(offer_id=offer.pk, visitor_id=visitor.pk, actor=actor)


def codes(outcomes):
    """What the others were told; anything else than a refusal is a fault."""
    assert [error for error in errors(outcomes) if not isinstance(error, DomainError)] == []
    return Counter(error.code for error in errors(outcomes))


def test_twenty_join_ten_places_at_once():
    offer = offered_group(places=10)
    visitors = [another_visitor(number) for number in range(20)]
    outcomes = at_once(*(joining(offer, visitor) for visitor in visitors))
    assert (len(values(outcomes)), codes(outcomes)) == (10, {"full": 10})
    assert GroupPlace.objects.all().taken().count() == 10
    assert (Match.objects.confirmed().count(), Exchange.objects.count()) == (10, 10)
    assert len(set(Exchange.objects.values_list("ref", flat=True))) == 10
    assert OutgoingMail.objects.filter(kind=GROUP_JOINED.name).count() == 10


def test_two_colleagues_take_one_place():
    offer = offered_group()
    visitor = another_visitor()
    colleague = MembershipFactory(organisation=visitor.organisation).user
    outcomes = at_once(joining(offer, visitor), joining(offer, visitor, colleague))
    assert (len(values(outcomes)), codes(outcomes)) == (1, {"in_already": 1})
    assert Exchange.objects.count() == 1


def test_a_place_given_up_and_taken_at_once_is_given_once():
    offer = offered_group(places=1)
    place = place_in(offer)
    others = [another_visitor(number) for number in (1, 2)]
    leaving = {
        "offer_id": offer.pk,
        "visitor_id": place.visitor_id,
        "actor": member_of(place.visitor),
        "comment": "Our plans have changed.",
    }
    outcomes = at_once(
        lambda: leave_group(**leaving), *(joining(offer, visitor) for visitor in others)
    )
    assert set(codes(outcomes)) <= {"full"}
    assert outcomes[0].is_success
    assert GroupPlace.objects.all().taken().count() <= 1


def test_nobody_joins_a_group_that_is_being_cancelled():
    offer = offered_group()
    place_in(offer)
    visitor = another_visitor(1)
    cancelling = {"offer_id": offer.pk, "actor": member_of(offer.host), "comment": "Sorry."}
    outcomes = at_once(lambda: cancel_group(**cancelling), joining(offer, visitor))
    assert set(codes(outcomes)) <= {"closed", "joined_meanwhile"}
    is_cancelled = GroupOffer.objects.get().state == GroupState.CANCELLED
    standing = Exchange.objects.exclude(state=ExchangeState.CANCELLED).count()
    assert (is_cancelled, standing) in {(True, 0), (False, 2)}

"""The four parties of exchanges: how they come with their rows, and who sees which exchanges."""

import pytest
from django.contrib.auth.models import AnonymousUser

from exchanges.models import Exchange
from profiles.models import Partnership
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import opened_exchange, person_of
from tests.factories.matches import member_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
QUERIES = 5
"""The exchanges with the partnerships, and for each side its profiles and their members."""


def named(exchange):
    return [exchange.party_name(capacity) for capacity in ("VO", "HO", "VOP", "HOP")]


def test_many_exchanges_take_as_many_queries_for_their_parties_as_one(django_assert_num_queries):
    first = opened_exchange()
    host = person_of(first, "HO")
    known = {first.pk: named(first)}
    for number in (1, 3):
        while len(known) < number:
            another = opened_exchange()
            known[another.pk] = named(another)
        with django_assert_num_queries(QUERIES):
            found = {one.pk: named(one) for one in Exchange.objects.with_parties()}
        assert found == known
    with django_assert_num_queries(QUERIES):
        again = Exchange.objects.with_parties().get(pk=first.pk)
        assert (again.capacities_of(host), again.host.contact) == (["HO"], host)
        assert again.visitor.organisation.country.name


def test_without_exchanges_nobody_asks_for_parties(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert list(Exchange.objects.with_parties()) == []


def test_values_come_without_parties(django_assert_num_queries):
    exchange = opened_exchange()
    with django_assert_num_queries(1):
        keys = list(Exchange.objects.with_parties().values_list("pk", flat=True))
    assert keys == [exchange.pk]


def test_each_sees_what_is_their_own_or_their_partnerships():
    exchange, other = opened_exchange(), opened_exchange()
    known = (exchange.host_partnership_id, exchange.visitor_partnership_id)
    elsewhere = Partnership.objects.exclude(pk__in=known).first()
    parties = {"host_partnership": elsewhere, "visitor_partnership": elsewhere}
    Exchange.objects.filter(pk=other.pk).update(**parties)
    both = member_of(other.host)
    StaffRoleFactory(user=both, partnership=exchange.host_partnership, role="officer")
    seen = {
        "host": person_of(exchange, "HO"),
        "visitor": person_of(exchange, "VO"),
        "support": StaffRoleFactory(role="support", partnership=None).user,
        "observer": StaffRoleFactory(role="observer", partnership=None).user,
        "officer": StaffRoleFactory(partnership=elsewhere).user,
        "both": both,
        "stranger": UserFactory(),
        "nobody": AnonymousUser(),
    }
    expected = {
        "host": {exchange},
        "visitor": {exchange},
        "support": {exchange, other},
        "observer": set(),
        "officer": {other},
        "both": {exchange, other},
        "stranger": set(),
        "nobody": set(),
    }
    assert {who: set(Exchange.objects.visible_to(user)) for who, user in seen.items()} == expected

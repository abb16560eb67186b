"""How many partners a profile would have."""

from datetime import date

import pytest

from matching.services.index import refresh_records
from matching.strength import high_fits
from profiles.enums import Role
from profiles.models import AvailabilityWindow, Profile
from profiles.strength import strength
from tests.factories import OrganisationFactory, ProfileFactory, published_profile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.fixture
def hosts():
    """Two in Portugal who fit an unwilling visitor but for its language, one who fits it anyhow."""
    for language in ("pt", "pt", "fr"):
        organisation = OrganisationFactory(country_id="PT")
        published_profile(role=Role.HOST, organisation=organisation, languages=[language])


@pytest.fixture
def draft():
    return ProfileFactory(languages=["fr"], wanted_sectors=["01"])


def test_each_variant_is_counted(hosts, draft):
    variants = [{}, {"languages": ["fr", "pt"]}, {"mode": "virtual"}, {"languages": []}]
    assert high_fits(draft, variants) == [1, 3, 1, 0]


def test_wishes_and_lengths_are_taken_from_the_variant(hosts, draft):
    far = {"min_days": 20, "max_days": 25}
    assert high_fits(draft, [{"wanted_sectors": []}, {"wanted_countries": ["DE"]}, far]) == [
        3,
        1,
        1,
    ]


def test_windows_are_taken_from_the_variant(draft):
    host = published_profile(
        role=Role.HOST,
        organisation=OrganisationFactory(country_id="PT"),
        languages=["fr"],
        wanted_countries=["DE"],
    )
    AvailabilityWindow.objects.create(
        profile=host, starts_on=date(2027, 5, 1), ends_on=date(2027, 5, 30)
    )
    refresh_records(profile_ids=[host.pk])
    june = [(date(2027, 6, 1), date(2027, 6, 30))]
    assert high_fits(draft, [{"windows": []}, {"windows": june}]) == [1, 0]


def test_a_profile_that_waits_counts_as_if_it_were_published(hosts, draft):
    assert high_fits(Profile.objects.get(pk=draft.pk), [{}]) == [1]


def test_many_variants_take_no_more_queries_than_one(hosts, draft, django_assert_num_queries):
    high_fits(draft, [{}])
    with django_assert_num_queries(4):
        high_fits(draft, [{}, {"languages": ["pt"]}, {"mode": "virtual"}])


def test_the_line_of_strength_speaks_of_real_partners(hosts, draft):
    found = strength(draft)
    assert found.partners == 1
    assert ("If any sector will do", 2) in [(idea.text, idea.gain) for idea in found.ideas]

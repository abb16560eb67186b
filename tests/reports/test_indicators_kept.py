"""The page of indicators is drawn once for as long as nothing happens, for each reader."""

import pytest
from django.urls import reverse

from cxc_portal.core import audit
from exchanges.models import Exchange
from profiles.enums import StaffRoleName
from tests.factories.profiles import StaffRoleFactory
from tests.reports.figure_worlds import world_of

pytestmark = pytest.mark.usefixtures("reference")
URL = reverse("reports:indicators")


def page_of(client, user) -> str:
    client.force_login(user)
    return client.get(URL).content.decode()


def test_a_reader_sees_what_happened_at_once(client):
    world_of(31)
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    before = page_of(client, support)
    Exchange.objects.filter(state="closed").update(mode="virtual")
    audit.record("exchange.changed")
    assert page_of(client, support) != before


def test_the_second_look_counts_nothing(client, django_assert_max_num_queries):
    world_of(32)
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    page_of(client, support)
    with django_assert_max_num_queries(12):
        client.get(URL)


def test_an_observer_is_never_shown_what_was_drawn_for_staff(client):
    world_of(33)
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    observer = StaffRoleFactory(role=StaffRoleName.OBSERVER).user
    link = reverse("reports:indicator_rows", args=["indicators.5.5.1:actual"])
    assert (link in page_of(client, support), link in page_of(client, observer)) == (True, False)

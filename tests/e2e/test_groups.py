"""A group exchange in the browser: a host offers it, visitors join, one gives the place up."""

import pytest
from playwright.sync_api import expect

from exchanges.models import Exchange, GroupOffer
from tests.factories.exchanges import completed, free_week
from tests.factories.groups import another_visitor
from tests.factories.matches import host_profile

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def host(portal):
    return completed(host_profile(ref="P-HOST"))


@pytest.fixture
def visitors(portal):
    return [completed(another_visitor(number)) for number in range(3)]


def test_three_visitors_join_a_group(someone, host, visitors):
    owner = someone(host.contact)
    owner.goto("/profiles/P-HOST/")
    owner.press("Offer a group exchange", "link")
    owner.arrives_at("/groups/new/")
    owner.check()
    owner.press("Open the group")
    expect(owner.main().get_by_role("alert")).to_contain_text("Give the group a title.")
    owner.check()
    owner.page.get_by_label("Title").fill("Batteries in practice")
    owner.page.get_by_label("What awaits visitors?").fill("Three days in our workshops.")
    owner.page.get_by_label("Programme").select_option("learn_3")
    owner.page.get_by_label("First day").fill(free_week()[0].isoformat())
    owner.page.get_by_label("Places", exact=True).fill("3")
    owner.press("Open the group")
    owner.page.wait_for_url("**/groups/*/")
    offer = GroupOffer.objects.get()
    path = f"/groups/{offer.pk}/"
    expect(owner.main().get_by_text("Nobody has taken a place yet.")).to_be_visible()
    owner.check()

    for number, profile in enumerate(visitors):
        visitor = someone(profile.contact)
        visitor.goto("/groups/")
        expect(visitor.main().get_by_text(f"{3 - number} of 3 places left")).to_be_visible()
        visitor.check()
        visitor.press("Batteries in practice", "link")
        visitor.arrives_at(path)
        visitor.check()
        visitor.by_keyboard("Take a place")
        visitor.page.wait_for_url("**/exchanges/CXC-*/**")
        expect(visitor.main().get_by_text("You have a place.")).to_be_visible()
        visitor.check()
    assert Exchange.objects.filter(group=offer).count() == 3

    late = someone(another_visitor(3).contact)
    late.goto(path)
    expect(late.main().get_by_text("All places are taken.")).to_be_visible()
    late.check()

    visitor.goto(path)
    expect(visitor.main().get_by_text("3 of 3 taken")).to_be_visible()
    expect(visitor.main().get_by_text("Visitor 0")).to_have_count(0)
    visitor.press("Give up the place …", "link")
    visitor.arrives_at(f"{path}leave/")
    visitor.check()
    visitor.page.get_by_label("Why?").fill("Our fair was moved to that week.")
    visitor.press("Give up the place")
    visitor.arrives_at("/groups/")

    late.goto(path)
    expect(late.main().get_by_role("button", name="Take a place")).to_be_visible()
    owner.goto(path)
    expect(owner.main().get_by_text("Visitor 0")).to_have_count(2)
    owner.check()
    owner.press("Cancel the group …", "link")
    owner.arrives_at(f"{path}cancel/")
    owner.check()
    owner.page.get_by_label("Why?").fill("The hall is closed.")
    owner.press("Cancel the group")
    owner.arrives_at(path)
    expect(owner.main().get_by_text("This group exchange is cancelled")).to_be_visible()
    owner.check()

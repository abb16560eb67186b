"""The catalogue in the browser: with a mouse, by keyboard alone, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from matching.models import Bookmark, SavedSearch
from tests.factories import host_profile, submitted_profile, visitor_profile

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNTRIES = ["PT", "PL", "SE"]


@pytest.fixture
def host(portal):
    """A host with six visitors of three countries and another host to look at."""
    for number in range(6):
        visitor_profile(
            ref=f"P-V{number}", name=f"Firm {number} E-Mobility", country=COUNTRIES[number % 3]
        )
    host_profile(ref="P-OTHER", name="Grappe", country="BE")
    return host_profile(ref="P-HOST")


def rows(visitor, count):
    expect(visitor.main().locator(".match")).to_have_count(count)


def bookmark_of(visitor, name):
    return button(visitor, "Bookmark", name)


def button(visitor, label, name):
    """The button of that label that belongs to what has this name."""
    return visitor.page.get_by_role("button", name=re.compile(f"^{label}.*: {name}"))


def tick(visitor, name):
    visitor.page.get_by_role("checkbox", name=re.compile(f": {name}$")).check()


def test_found_on_the_map_kept_saved_and_compared(someone, host):
    owner = someone(host.contact)
    owner.goto("/dashboard/")
    if (menu := owner.page.get_by_role("button", name="Menu")).is_visible():
        menu.click()
    owner.press("Catalogue", role="link")
    owner.arrives_at("/catalogue/")
    rows(owner, 8)
    owner.check()

    owner.page.get_by_label("Name or words").fill("emobility")
    rows(owner, 6)
    owner.page.get_by_label("Who").select_option("host")
    expect(owner.main().get_by_text("Nobody fits these filters")).to_be_visible()
    owner.check()
    owner.page.get_by_label("Who").select_option("visiting")
    rows(owner, 6)
    owner.page.get_by_label("Name or words").fill("emobilty")
    owner.press("emobility", role="link")
    rows(owner, 6)

    owner.press("Map", role="link")
    owner.arrives_at("/catalogue/map/")
    owner.check()
    owner.page.get_by_role("link", name="Poland: 2 organisations").click()
    owner.arrives_at("/catalogue/")
    rows(owner, 2)

    star = bookmark_of(owner, "Firm 1 E-Mobility")
    expect(star).to_have_attribute("aria-pressed", "false")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    assert owner.path() == "/catalogue/"

    owner.page.get_by_text("Save this search").click()
    owner.page.get_by_label("Name of this search").fill("Poles on wheels")
    owner.check()
    owner.press("Save")
    owner.arrives_at("/searches/")
    owner.check()
    switch = button(owner, "Tell me by mail", "Poles on wheels")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    owner.press("Poles on wheels", role="link")
    owner.arrives_at("/catalogue/")
    rows(owner, 2)

    for number in (1, 4):
        tick(owner, f"Firm {number} E-Mobility")
    owner.press("Compare")
    owner.arrives_at("/compare/")
    table = owner.main().get_by_role("table", name="Profiles side by side")
    expect(table.get_by_role("rowheader", name=re.compile("^Place"))).to_contain_text("The same")
    owner.check()
    owner.press("Firm 1 E-Mobility", role="link")
    owner.arrives_at("/profiles/P-V1/")
    expect(owner.page.get_by_role("heading", name="Similar organisations")).to_be_visible()
    expect(bookmark_of(owner, "Firm 1 E-Mobility")).to_have_attribute("aria-pressed", "true")
    owner.check()
    assert list(SavedSearch.objects.values_list("query", "has_alert")) == [
        ("name=emobility&sort=newest&country=PL&role=visiting", False)
    ]


def test_by_keyboard_alone(someone, host):
    owner = someone(host.contact)
    owner.goto("/catalogue/")
    owner.tab_to(owner.page.get_by_label("Name or words"))
    owner.page.keyboard.type("firm 2")
    rows(owner, 1)
    owner.tab_to(bookmark_of(owner, "Firm 2 E-Mobility"))
    owner.page.keyboard.press("Enter")
    expect(bookmark_of(owner, "Firm 2 E-Mobility")).to_have_attribute("aria-pressed", "true")
    owner.by_keyboard("Map", role="link")
    owner.arrives_at("/catalogue/map/")
    circle = owner.page.get_by_role("link", name="Sweden: 1 organisation")
    owner.tab_to(circle)
    owner.page.keyboard.press("Enter")
    owner.arrives_at("/catalogue/")
    rows(owner, 1)
    owner.by_keyboard("Bookmarks", role="link")
    owner.arrives_at("/bookmarks/")
    rows(owner, 1)
    owner.check()


def test_all_of_it_without_javascript(someone, host):
    owner = someone(host.contact, java_script_enabled=False)
    owner.goto("/catalogue/")
    owner.page.get_by_label("Name or words").fill("e mobility")
    owner.page.get_by_label("Order").select_option("name")
    owner.press("Apply")
    rows(owner, 6)
    bookmark_of(owner, "Firm 3 E-Mobility").click()
    owner.arrives_at("/catalogue/")
    expect(bookmark_of(owner, "Firm 3 E-Mobility")).to_have_attribute("aria-pressed", "true")
    rows(owner, 6)
    for number in (3, 5):
        tick(owner, f"Firm {number} E-Mobility")
    owner.press("Compare")
    owner.arrives_at("/compare/")
    expect(owner.main().get_by_role("columnheader")).to_have_count(2)
    owner.page.go_back()
    owner.page.get_by_text("Save this search").click()
    owner.press("Save")
    owner.arrives_at("/searches/")
    owner.page.get_by_role("link", name=re.compile("^Rename")).click()
    owner.page.get_by_label("Name of this search").fill("Wheels")
    owner.press("Rename")
    owner.arrives_at("/searches/")
    button(owner, "Delete", "Wheels").click()
    expect(owner.main().get_by_text("No saved searches yet")).to_be_visible()
    assert list(Bookmark.objects.values_list("profile__ref", flat=True)) == ["P-V3"]


def test_before_publication_the_page_says_when(someone, portal):
    owner = someone(submitted_profile().contact)
    owner.goto("/catalogue/")
    expect(owner.main().get_by_role("heading", level=1)).to_have_text(
        "The catalogue opens with your profile"
    )
    owner.check()

"""Matches in the browser: with a mouse, on a phone, by keyboard alone, and without JavaScript."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from matching.services.index import rebuild_index
from profiles.enums import Role
from profiles.models import AvailabilityWindow, Profile
from profiles.services.lifecycle import pause_profile
from tests.factories import (
    OrganisationFactory,
    StaffRoleFactory,
    published_profile,
    submitted_profile,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNTRIES = ["PT", "PL", "DE", "ES", "IT", "RO"]
POLISH = ["Firm 01", "Firm 13", "Firm 19"]
"""Those in Poland with a 1 in their name."""


@pytest.fixture
def host(portal):
    """A French cluster with thirty visitors to choose from, and one from its own country."""
    organisation = OrganisationFactory(
        name="AQUIMER", country_id="FR", organisation_type_id="cluster"
    )
    host = published_profile(
        ref="P-HOST", role=Role.HOST, organisation=organisation, languages=["fr"]
    )
    for number in range(30):
        make_visitor(number)
    make_visitor(30, country="FR", name="Voisin")
    return host


def make_visitor(number, country="", name=""):
    organisation = OrganisationFactory(
        name=name or f"Firm {number:02}",
        country_id=country or COUNTRIES[number % len(COUNTRIES)],
        main_sector_id="30" if number % 10 == 0 else "29",
    )
    return published_profile(
        ref=f"P-V{number:02}",
        role=Role.VISITING,
        organisation=organisation,
        languages=["fr"] if number < 2 else ["pt"],
        wanted_sectors=[] if number < 2 else ["01"],
        mode="virtual" if number == 5 else "either",
    )


def wait_for_rows(visitor, count):
    expect(visitor.main().locator(".match")).to_have_count(count)


def wait_for_names(visitor, names):
    expect(visitor.main().locator(".match-name")).to_have_text(names)


def test_a_list_is_narrowed_sorted_and_paged_without_a_reload(someone, host):
    owner = someone(host.contact)
    owner.goto("/matches/")
    owner.page.wait_for_url("**/matches/P-HOST/")
    wait_for_rows(owner, 25)
    expect(owner.main().get_by_text("What would bring you more high fits")).to_be_visible()
    owner.check()
    owner.page.evaluate("window.same = true")

    owner.page.get_by_label("Name or words").fill("firm 1")
    wait_for_rows(owner, 12)
    assert "name=firm%201" in owner.page.url
    owner.check()

    owner.page.get_by_label("Order").select_option("name")
    expect(owner.main().locator(".match-name").first).to_have_text("Firm 01")
    owner.page.get_by_text("More filters").click()
    country = owner.page.get_by_role("combobox", name="Country")
    country.fill("pol")
    country.press("Enter")
    wait_for_names(owner, POLISH)
    owner.check()
    assert owner.page.evaluate("window.same") is True

    address = owner.page.url
    owner.page.reload()
    wait_for_names(owner, POLISH)
    assert owner.page.url == address
    owner.check()

    owner.page.get_by_role("link", name="Clear all filters").click()
    wait_for_rows(owner, 25)
    owner.page.get_by_role("link", name=re.compile("Next")).click()
    wait_for_rows(owner, 5)
    assert "page=2" in owner.page.url
    owner.page.go_back()
    wait_for_rows(owner, 25)
    owner.check()


def test_a_row_opens_into_seven_bars_and_a_page_with_the_map(someone, host):
    owner = someone(host.contact)
    owner.goto("/matches/P-HOST/?name=firm+07")
    owner.page.get_by_text(re.compile("^Why this score")).click()
    bars = owner.main().get_by_role("table", name="How this score adds up")
    expect(bars.locator("tbody tr")).to_have_count(7)
    points = [
        float(text) for text in bars.locator("tbody td.number:nth-child(3)").all_inner_texts()
    ]
    total = float(bars.locator("tfoot td.number").first.inner_text())
    assert round(sum(points), 1) == total == 77.5
    expect(owner.main().get_by_text("Add Portuguese to your working languages.")).to_be_visible()
    owner.check()

    owner.page.get_by_role("link", name="Firm 07", exact=True).click()
    owner.page.wait_for_url("**/matches/P-HOST/P-V07/")
    expect(owner.main().get_by_role("img", name=re.compile("^Between "))).to_be_visible()
    owner.page.wait_for_timeout(1800)
    owner.check()
    owner.page.get_by_role("link", name="Change your profile").click()
    owner.page.wait_for_url("**/profiles/P-HOST/edit/languages/")
    owner.page.go_back()
    owner.page.get_by_role("link", name="View profile").click()
    owner.page.wait_for_url("**/profiles/P-V07/")
    owner.check()


def test_whoever_is_not_possible_is_listed_with_the_reason(someone, host):
    owner = someone(host.contact)
    owner.goto("/matches/P-HOST/")
    owner.page.get_by_role("link", name=re.compile("^Not possible")).click()
    expect(owner.main().get_by_text("Same country")).to_be_visible()
    owner.check()
    owner.page.get_by_role("link", name="Voisin", exact=True).click()
    expect(owner.main().get_by_text("Both of you are in France.")).to_be_visible()
    owner.check()


def test_the_way_by_keyboard_alone(someone, host):
    owner = someone(host.contact)
    owner.goto("/matches/P-HOST/")
    owner.tab_to(owner.page.get_by_label("Name or words"))
    owner.page.keyboard.type("firm 07")
    wait_for_rows(owner, 1)
    owner.tab_to(owner.page.get_by_text("More filters"))
    owner.page.keyboard.press("Enter")
    language = owner.page.get_by_role("combobox", name="Language")
    expect(language).to_be_visible()
    owner.tab_to(language)
    owner.page.keyboard.type("portu")
    owner.page.keyboard.press("Enter")
    wait_for_rows(owner, 1)
    owner.tab_to(owner.page.get_by_text(re.compile("^Why this score")))
    owner.page.keyboard.press("Enter")
    expect(owner.main().get_by_role("table", name="How this score adds up")).to_be_visible()
    owner.by_keyboard("Firm 07", role="link")
    owner.page.wait_for_url("**/matches/P-HOST/P-V07/")
    owner.by_keyboard("All matches", role="link")
    owner.page.wait_for_url("**/matches/P-HOST/")


def test_all_of_it_works_without_javascript(someone, host):
    owner = someone(host.contact, java_script_enabled=False)
    owner.goto("/matches/P-HOST/")
    wait_for_rows(owner, 25)
    owner.page.get_by_label("Name or words").fill("firm 1")
    owner.press("Apply")
    wait_for_rows(owner, 12)
    owner.page.get_by_text("More filters").click()
    owner.page.get_by_role("link", name="Show all filters").click()
    owner.page.locator("summary", has_text="Countries").click()
    owner.page.get_by_label("Poland").check()
    owner.press("Apply")
    wait_for_names(owner, POLISH)
    owner.page.get_by_text(re.compile("^Why this score")).first.click()
    owner.page.get_by_role("link", name="See how the two of you fit together").first.click()
    owner.arrives_at("/matches/P-HOST/P-V01/")
    expect(owner.main().get_by_role("table", name="How this score adds up")).to_be_visible()
    owner.goto("/matches/P-HOST/")
    owner.page.get_by_role("link", name="See what would bring you more high fits").click()
    expect(owner.main().get_by_text("Add Portuguese to your working languages.")).to_be_visible()


def test_pages_for_whoever_has_no_matches_yet(someone, portal):
    profile = submitted_profile(ref="P-WAITS", role=Role.HOST)
    owner = someone(profile.contact)
    for path in ("/matches/", "/matches/P-WAITS/"):
        owner.goto(path)
        expect(owner.main().get_by_role("heading", level=1)).to_have_text(
            "Matches come with publication"
        )
        owner.check()


def test_pages_with_nobody_to_show(someone, portal):
    host = published_profile(ref="P-HOST", role=Role.HOST)
    owner = someone(host.contact)
    for path in ("/matches/P-HOST/", "/matches/P-HOST/?name=x", "/matches/P-HOST/?show=excluded"):
        owner.goto(path)
        owner.check()
    owner.goto("/matches/P-HOST/?sector=00&days=99")
    expect(
        owner.page.get_by_text("Give a number of working days from 1 to 31.").first
    ).to_be_visible()
    owner.check()


def test_the_desk_looks_over_the_shoulder(someone, host):
    officer = someone(StaffRoleFactory().user)
    for path in ("/matches/P-HOST/", "/matches/P-HOST/P-V07/"):
        officer.goto(path)
        expect(officer.main().get_by_text("You see what AQUIMER sees")).to_be_visible()
        officer.check()


def test_who_leaves_the_catalogue_is_gone_at_the_next_look(someone, host):
    owner = someone(host.contact)
    owner.goto("/matches/P-HOST/?name=firm+07")
    wait_for_rows(owner, 1)
    gone = Profile.objects.get(ref="P-V07")
    pause_profile(profile_id=gone.pk, actor=gone.contact)
    owner.page.reload()
    expect(owner.main().get_by_text("Nobody fits these filters")).to_be_visible()
    owner.check()


def test_dates_in_common_are_told(someone, host):
    start = date(2027, 5, 3)
    for ref in ("P-HOST", "P-V00"):
        AvailabilityWindow.objects.create(
            profile=Profile.objects.get(ref=ref), starts_on=start, ends_on=start + timedelta(days=9)
        )
    rebuild_index()
    owner = someone(host.contact)
    owner.goto("/matches/P-HOST/P-V00/")
    expect(
        owner.main().get_by_text(re.compile(r"Both of you are free from .*2027"))
    ).to_be_visible()

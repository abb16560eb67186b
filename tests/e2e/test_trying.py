"""A stranger sees partners, keeps the answers and registers without typing them again: on a wide
and a small screen, partly by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from matching.models import PartnerAlert
from profiles.models import Profile
from tests.matching.strangers import make_hosts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EMAIL = "ana@rodas-novas.example"


def pick(visitor, name, text):
    """Type into a picker by keyboard and take the first that it finds."""
    visitor.tab_to(visitor.page.get_by_role("combobox", name=name))
    visitor.page.keyboard.type(text)
    visitor.page.keyboard.press("Enter")


def tick(visitor, name):
    visitor.tab_to(visitor.page.get_by_role("checkbox", name=name))
    visitor.page.keyboard.press("Space")


def go_on(visitor, name, path):
    visitor.press(name)
    visitor.arrives_at(path)
    visitor.check()


def answer_four_questions(visitor):
    """The first two at the front door, the others by keyboard."""
    visitor.goto("/")
    visitor.check()
    visitor.page.get_by_label("My country").select_option("PT")
    go_on(visitor, "See your partners", "/try/")
    expect(visitor.page.get_by_role("radio", name="Visit a partner")).to_be_checked()
    pick(visitor, "Your sector", "vehicle")
    tick(visitor, "Learn from actors in another cluster")
    visitor.by_keyboard("See your partners")
    visitor.page.get_by_role("heading", name="3 hosts abroad fit you").wait_for()
    visitor.check()


def register_the_rest(visitor, code_sent_to):
    expect(visitor.page.get_by_role("combobox", name="Country")).to_have_value("Portugal")
    visitor.page.get_by_label("Name of your organisation").fill("Rodas Novas")
    visitor.page.get_by_text(re.compile("^Small or medium-sized")).first.click()
    go_on(visitor, "Continue", "/register/sector/")
    expect(
        visitor.page.get_by_role("radio", name=re.compile("motor vehicles, trailers")).first
    ).to_be_checked()
    pick(visitor, "Your cluster", "mobi")
    go_on(visitor, "Continue", "/register/exchange/")
    expect(
        visitor.page.get_by_role("checkbox", name="Learn from actors in another cluster")
    ).to_be_checked()
    visitor.page.get_by_role("checkbox", name="English").check()
    go_on(visitor, "Continue", "/register/check/")
    visitor.page.get_by_label("Your e-mail address").fill(EMAIL)
    visitor.page.get_by_role("checkbox", name="Yes, I agree").check()
    visitor.press("Confirm your e-mail address to submit")
    visitor.arrives_at("/accounts/confirm-email/")
    visitor.page.get_by_label("Code").fill(code_sent_to(EMAIL))
    visitor.page.keyboard.press("Enter")
    visitor.arrives_at("/register/check/")
    visitor.press("Submit your profile")
    visitor.page.wait_for_url("**/register/done/*/")


def test_a_stranger_sees_partners_and_registers_without_retyping(someone, code_sent_to):
    hosts = make_hosts(3)
    visitor = someone()
    answer_four_questions(visitor)
    html = visitor.page.content()
    assert [host.ref for host in hosts if host.ref in html] == []
    assert [host for host in hosts if host.organisation.name in html] == []
    visitor.by_keyboard("Keep this and register")
    visitor.arrives_at("/register/organisation/")
    visitor.check()
    register_the_rest(visitor, code_sent_to)
    profile = Profile.objects.get(organisation__name="Rodas Novas")
    assert (
        profile.state,
        profile.source,
        profile.role,
        profile.objectives,
        profile.organisation.country_id,
        profile.organisation.main_sector_id,
    ) == ("submitted", "try", "visiting", ["learn"], "PT", "29")


def test_who_finds_nobody_leaves_an_address_without_javascript(someone):
    visitor = someone(java_script_enabled=False)
    page = visitor.page
    visitor.goto("/try/")
    page.get_by_text("Visit a partner").click()
    page.get_by_label("Your country").select_option("PT")
    visitor.press("See your partners")
    assert "Choose your sector from the list." in visitor.main().inner_text()
    page.get_by_label("Your sector").select_option("29")
    page.get_by_label("Networking and partner search").check()
    visitor.press("See your partners")
    page.get_by_role("heading", name="Be the first to know").wait_for()
    page.get_by_label("Your e-mail address").fill(EMAIL)
    visitor.press("Write to me")
    visitor.arrives_at("/try/alert/asked/")
    alert = PartnerAlert.objects.get(email=EMAIL)
    visitor.goto(f"/alerts/{alert.key}/")
    visitor.press("Yes, write to me")
    page.get_by_role("heading", name="Your alert is set").wait_for()
    alert.refresh_from_db()
    assert alert.confirmed_at is not None

"""The short path in a real browser: by keyboard alone, without JavaScript, on a wide and a small
screen."""

import re

import pytest
from playwright.sync_api import expect

from profiles.models import Profile, Registration
from tests.factories import UserFactory, submitted_profile

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EMAIL = "ana@rodas.example"


def choose(visitor, name, role="radio"):
    """Reach a radio button or check box by Tab and press Space."""
    visitor.tab_to(visitor.page.get_by_role(role, name=name))
    visitor.page.keyboard.press("Space")


def type_into(visitor, name, text, role="textbox"):
    visitor.tab_to(visitor.page.get_by_role(role, name=name).first)
    visitor.page.keyboard.type(text)


def pick(visitor, name, text):
    """Type into a picker and take the first that it finds."""
    type_into(visitor, name, text, role="combobox")
    visitor.page.keyboard.press("Enter")


def go_on(visitor, path, *, button="Continue"):
    visitor.by_keyboard(button)
    visitor.page.wait_for_url(f"**{path}")
    visitor.check()


def answer_by_keyboard(visitor):
    choose(visitor, "Visit a partner")
    go_on(visitor, "/register/organisation/")
    type_into(visitor, "Name of your organisation", "Rodas Novas")
    pick(visitor, "Country", "portu")
    choose(visitor, re.compile("Small or medium-sized"))
    go_on(visitor, "/register/sector/")
    type_into(visitor, "Search for your sector", "vehicel", role="searchbox")
    visitor.page.locator("#found_29").wait_for()
    choose(visitor, re.compile("motor vehicles, trailers"))
    pick(visitor, "Your cluster", "mobi")
    go_on(visitor, "/register/exchange/")
    choose(visitor, "Learn from actors in another cluster", role="checkbox")
    choose(visitor, "English", role="checkbox")
    pick(visitor, re.compile("languages"), "span")
    go_on(visitor, "/register/check/")


def test_somebody_new_registers_by_keyboard_alone(someone, code_sent_to):
    visitor = someone()
    visitor.goto("/register/")
    visitor.check()
    answer_by_keyboard(visitor)
    assert "RECIPE4MOBILITY, because your cluster Mobinov belongs to it" in (
        visitor.main().inner_text()
    )
    type_into(visitor, "Your e-mail address", EMAIL)
    choose(visitor, "Yes, I agree", role="checkbox")
    go_on(visitor, "/accounts/confirm-email/", button="Confirm your e-mail address to submit")
    type_into(visitor, "Code", code_sent_to(EMAIL))
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/register/check/")
    visitor.check()
    visitor.by_keyboard("Submit your profile")
    visitor.page.wait_for_url("**/register/done/*/")
    visitor.check()
    visitor.picture("submitted")
    profile = Profile.objects.get()
    visitor.arrives_at(f"/register/done/{profile.ref}/")
    assert (profile.state, profile.organisation.country_id, profile.languages) == (
        "submitted",
        "PT",
        ["en", "es"],
    )


def test_what_is_wrong_takes_the_focus_and_leads_to_the_field(someone):
    visitor = someone()
    visitor.goto("/register/role/")
    choose(visitor, "Visit a partner")
    visitor.page.keyboard.press("ArrowDown")
    go_on(visitor, "/register/organisation/")
    visitor.by_keyboard("Continue")
    summary = visitor.page.get_by_role("alert")
    summary.wait_for()
    visitor.check()
    assert summary.evaluate("element => element === document.activeElement")
    for name, role in (
        (re.compile("^Name of your organisation"), "textbox"),
        (re.compile("^Country"), "combobox"),
        (re.compile("^Type of organisation"), "radio"),
    ):
        visitor.tab_to(summary.get_by_role("link", name=name))
        visitor.page.keyboard.press("Enter")
        kind = visitor.page.evaluate("document.activeElement.role || document.activeElement.type")
        assert kind == {"textbox": "text"}.get(role, role)
    assert Registration.objects.get().answers["role"] == "host"


def test_a_cluster_that_is_not_listed_is_asked_for_by_name(someone):
    visitor = someone(UserFactory())
    visitor.goto("/register/role/")
    choose(visitor, "Visit a partner")
    go_on(visitor, "/register/organisation/")
    visitor.goto("/register/sector/")
    name = visitor.page.get_by_label("Name of your cluster")
    assert not name.is_visible()
    pick(visitor, "Your cluster", "not in the list")
    assert name.is_visible()
    visitor.check()


def test_the_phone_goes_on_where_the_desk_left_off(someone):
    user = UserFactory()
    desk, phone = someone(user), someone(user)
    desk.goto("/register/")
    choose(desk, "Visit a partner")
    go_on(desk, "/register/organisation/")
    type_into(desk, "Name of your organisation", "Rodas Novas")
    desk.by_keyboard("Save and continue later")
    desk.page.wait_for_url("**/dashboard/")
    phone.goto("/register/")
    phone.check()
    phone.by_keyboard("Continue", role="link")
    phone.page.wait_for_url("**/register/organisation/")
    expect(phone.page.get_by_label("Name of your organisation")).to_have_value("Rodas Novas")


def test_a_second_role_is_registered_in_a_minute(someone):
    profile = submitted_profile()
    visitor = someone(profile.contact)
    visitor.goto(f"/register/?organisation={profile.organisation.pk}")
    visitor.check()
    visitor.by_keyboard("Register it as a host")
    visitor.page.wait_for_url("**/register/exchange/")
    choose(visitor, "Explore growth in new markets", role="checkbox")
    go_on(visitor, "/register/check/")
    visitor.tab_to(visitor.page.get_by_text("Choose another partnership"))
    visitor.page.keyboard.press("Enter")
    visitor.check()
    choose(visitor, "Yes, I agree", role="checkbox")
    visitor.by_keyboard("Submit your profile")
    visitor.page.wait_for_url("**/register/done/*/")
    assert Profile.objects.filter(organisation=profile.organisation, role="host").count() == 1


def test_every_page_works_without_javascript(someone):
    visitor = someone(UserFactory(), java_script_enabled=False)
    page = visitor.page
    visitor.goto("/register/")
    page.get_by_text("Visit a partner").click()
    visitor.press("Continue")
    page.get_by_label("Name of your organisation").fill("Rodas Novas")
    page.get_by_label("Country", exact=True).select_option("PT")
    page.get_by_label("Small or medium-sized enterprise").check()
    visitor.press("Continue")
    page.get_by_label("Search for your sector").fill("rail")
    page.get_by_label("Search for your sector").press("Enter")
    page.locator("#found_30").check()
    page.get_by_label("Search for your sector").fill("vehicel")
    visitor.press("Find")
    expect(page.locator("#found_30")).to_be_checked()
    page.locator("#found_29").check()
    page.get_by_label("Your cluster", exact=True).select_option(label="Mobinov")
    visitor.press("Continue")
    page.get_by_label("Networking and partner search").check()
    page.get_by_label("Portuguese").check()
    visitor.press("Continue")
    page.get_by_label("Yes, I agree").check()
    visitor.press("Submit your profile")
    page.wait_for_url("**/register/done/*/")
    assert Registration.objects.get().profile.organisation.main_sector_id == "29"

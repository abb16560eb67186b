"""The first way through the portal, on real input: a firm registers in the browser, its partnership
publishes it, and it sees the partners that fit it, ranked and explained."""

import os
import re

import pytest

from exchanges.models import Exchange
from profiles.models import Profile, User
from reports.models import Payment

pytestmark = [
    pytest.mark.browser,
    pytest.mark.demo,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
]

EMAIL = "ana@rodas-novas.example"


def pick(visitor, name, text):
    """Type into a picker and take the first that it finds."""
    visitor.page.get_by_role("combobox", name=name).fill(text)
    visitor.page.keyboard.press("Enter")


def go_on(visitor, name, path):
    visitor.press(name)
    visitor.page.wait_for_url(f"**{path}")
    visitor.check()


def register(visitor, code_sent_to):
    """From the landing page to the submitted profile."""
    visitor.goto("/")
    visitor.check()
    visitor.page.get_by_role("link", name=re.compile("Register in five minutes")).first.click()
    visitor.page.get_by_text("Visit a partner").click()
    go_on(visitor, "Continue", "/register/organisation/")
    visitor.page.get_by_label("Name of your organisation").fill("Rodas Novas")
    pick(visitor, "Country", "portu")
    visitor.page.get_by_text(re.compile("^Small or medium-sized")).first.click()
    go_on(visitor, "Continue", "/register/sector/")
    visitor.page.get_by_role("searchbox", name="Search for your sector").fill("vehicle")
    visitor.page.get_by_role("radio", name=re.compile("motor vehicles, trailers")).check()
    pick(visitor, "Your cluster", "mobi")
    go_on(visitor, "Continue", "/register/exchange/")
    visitor.page.get_by_role("checkbox", name="Learn from actors in another cluster").check()
    visitor.page.get_by_role("checkbox", name="English").check()
    go_on(visitor, "Continue", "/register/check/")
    visitor.page.get_by_label("Your e-mail address").fill(EMAIL)
    visitor.page.get_by_role("checkbox", name="Yes, I agree").check()
    go_on(visitor, "Confirm your e-mail address to submit", "/accounts/confirm-email/")
    visitor.page.get_by_label("Code").fill(code_sent_to(EMAIL))
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/register/check/")
    go_on(visitor, "Submit your profile", "/register/done/*/")


def test_from_registration_to_ranked_matches(someone, code_sent_to):
    firm = someone()
    register(firm, code_sent_to)
    profile = Profile.objects.get(organisation__name="Rodas Novas")

    officer = someone(User.objects.get(email="officer@demo.example"))
    officer.goto("/admin/")
    officer.check()
    officer.press("Rodas Novas", role="link")
    officer.check()
    officer.press("Publish")
    officer.page.get_by_text("Rodas Novas").first.wait_for()
    officer.check()
    profile.refresh_from_db()
    assert profile.state == "published"

    firm.goto("/dashboard/")
    firm.check()
    assert "Your turn: look at your matches and choose a partner." in firm.main().inner_text()
    firm.page.get_by_role("link", name="See your matches").first.click()
    firm.page.wait_for_url(f"**/matches/{profile.ref}/")
    firm.check()
    scores = [
        float(text)
        for text in firm.main().locator(".ring").all_inner_texts()
        for text in re.findall(r"\d+\.\d", text)[:1]
    ]
    assert len(scores) > 5
    assert scores == sorted(scores, reverse=True)

    reader = someone()
    reader.goto("/mailbox/")
    reader.check()
    for subject in (
        "Check the profile of Rodas Novas",
        "See who fits Rodas Novas: your profile is published",
    ):
        assert reader.page.get_by_text(subject).first.is_visible()


@pytest.mark.skipif(not os.environ.get("PICTURES"), reason="made where PICTURES names a folder")
def test_the_pictures_of_the_readme(someone):
    stranger = someone()
    stranger.goto("/")
    stranger.page.wait_for_timeout(2500)
    stranger.check()
    stranger.picture("landing")
    visitor = someone(User.objects.get(email="visitor@demo.example"))
    visitor.goto("/matches/P-DIGITAL/")
    visitor.check()
    visitor.picture("matches")
    officer = someone(User.objects.get(email="officer@demo.example"))
    officer.goto("/admin/profiles/profile/")
    officer.check()
    officer.picture("desk")
    own = Exchange.objects.get(state="reporting", visitor__contact__email="visitor@demo.example")
    visitor.goto(f"{own.get_absolute_url()}report/")
    visitor.check()
    visitor.picture("report")
    staff = User.objects.get(email="coordinator@demo.example")
    coordinator = someone(staff)
    approved = Payment.objects.visible_to(staff).get(state="approved")
    coordinator.goto(f"{approved.exchange.get_absolute_url()}payment/")
    coordinator.check()
    coordinator.picture("payment")
    coordinator.goto("/indicators/")
    coordinator.check()
    coordinator.picture("indicators")

"""Matches in the browser: two propose and accept, and an officer introduces two."""

import pytest
from playwright.sync_api import expect

from matching.models import Match
from tests.factories import StaffRoleFactory, host_profile, visitor_profile

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def host(portal):
    return host_profile(ref="P-HOST", contact_name="Claire Delattre")


@pytest.fixture
def visitor(portal):
    return visitor_profile(ref="P-VISITOR", contact_name="Vasco Motor")


def test_one_proposes_the_other_accepts_and_both_see_whom_to_call(someone, host, visitor):
    asking, asked = someone(visitor.contact), someone(host.contact)
    asking.goto("/profiles/P-HOST/")
    expect(asking.main().get_by_text("Claire Delattre")).to_have_count(0)
    asking.check()
    asking.press("Propose an exchange", "link")
    asking.arrives_at("/matches/P-VISITOR/P-HOST/propose/")
    asking.press("Send the proposal")
    expect(asking.main().get_by_role("alert")).to_contain_text("Say in a few words")
    asking.check()
    asking.page.get_by_label("Your message").fill("Three days on how you sort batteries.")
    asking.page.get_by_label("In person", exact=True).check()
    asking.check()
    asking.by_keyboard("Send the proposal")
    asking.page.wait_for_url("**/proposals/*/")
    expect(asking.main().get_by_text("Waiting for the answer of AQUIMER")).to_be_visible()
    asking.check()

    match = Match.objects.get()
    path = f"/proposals/{match.pk}/"
    asked.goto(path)
    expect(asked.main().get_by_text("Three days on how you sort batteries.")).to_be_visible()
    asked.check()
    asked.by_keyboard("Accept")
    expect(asked.main().get_by_text("It is a match.")).to_be_visible()
    expect(asked.main().get_by_text("Vasco Motor")).to_be_visible()
    asked.check()
    asked.picture("match")

    asking.goto(path)
    expect(asking.main().get_by_text("Claire Delattre")).to_be_visible()
    asking.press("Dissolve the match …", "link")
    asking.arrives_at(f"{path}dissolve/")
    asking.check()
    asking.page.get_by_label("Our plans have changed.").check()
    asking.press("Dissolve the match")
    asking.arrives_at(path)
    expect(asking.main().get_by_text("Claire Delattre")).to_have_count(0)
    asking.check()


def test_an_officer_introduces_two_in_one_step(someone, host, visitor):
    officer, asked = someone(StaffRoleFactory().user), someone(host.contact)
    officer.goto("/matches/P-VISITOR/P-HOST/")
    officer.press("Introduce them", "link")
    officer.arrives_at("/matches/P-VISITOR/P-HOST/introduce/")
    officer.check()
    officer.page.get_by_label("Your message").fill("You should meet: both of you sort batteries.")
    officer.page.get_by_label("Online", exact=True).check()
    officer.by_keyboard("Introduce them")
    officer.page.wait_for_url("**/proposals/*/")
    officer.check()

    path = f"/proposals/{Match.objects.get().pk}/"
    asked.goto(path)
    asked.press("Decline …", "link")
    asked.arrives_at(f"{path}decline/")
    asked.check()
    asked.page.get_by_label("The dates do not suit us.").check()
    asked.by_keyboard("Decline")
    asked.arrives_at(path)
    expect(asked.main().get_by_text("Can be tried again from")).to_be_visible()
    asked.check()

    officer.goto("/introductions/")
    expect(officer.main().get_by_role("link", name="Motores Lda – AQUIMER")).to_be_visible()
    expect(officer.main().get_by_text("Declined", exact=True)).to_be_visible()
    officer.check()

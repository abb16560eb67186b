"""Nobody left behind, in the browser: an officer introduces whom the list and the plan name."""

import pytest
from playwright.sync_api import expect

from matching.enums import MatchOrigin
from matching.models import Match
from tests.factories import StaffRoleFactory, host_profile, visitor_profile

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEFT_BEHIND = "/partnerships/RECIPE4MOBILITY/left-behind/"
PLAN = "/partnerships/RECIPE4MOBILITY/plan/"


@pytest.fixture
def world(portal):
    """Two hosts; somebody who fits both highly, and two whom nobody fits highly."""
    host_profile(ref="P-ONE", name="Hafen Akademie", country="DE")
    host_profile(ref="P-TWO", name="Taller Norte", country="ES", wanted_sectors=["01"])
    visitor_profile(ref="P-ANY", name="Rodas Novas")
    wishes = {"wanted_sectors": ["27"], "wanted_countries": ["DE"], "objectives": ["markets"]}
    visitor_profile(ref="P-ODD", name="Oficina Lenta", **wishes)
    visitor_profile(ref="P-SHY", name="Quinta Calma", country="RO", **wishes)


def rows(window):
    return window.main().locator("tbody th[scope=row] a")


def test_who_is_introduced_leaves_the_list(someone, world):
    officer = someone(StaffRoleFactory().user)
    officer.goto("/partnerships/")
    officer.arrives_at(LEFT_BEHIND)
    expect(rows(officer)).to_have_text(["Oficina Lenta", "Quinta Calma"])
    officer.check()

    officer.press(
        "2 visitors seek hosts for “Manufacture of electrical equipment” in Germany.", "link"
    )
    expect(rows(officer)).to_have_text(["Oficina Lenta", "Quinta Calma"])
    officer.check()

    officer.page.get_by_role("link", name="Introduce Oficina Lenta and Hafen Akademie").click()
    officer.arrives_at("/matches/P-ODD/P-ONE/introduce/")
    officer.page.get_by_role("radio", name="In person", exact=True).check()
    officer.page.get_by_role("textbox", name="message").fill("The two of you should meet.")
    officer.press("Introduce them")
    officer.page.wait_for_url("**/proposals/*/")

    officer.goto(LEFT_BEHIND)
    expect(rows(officer)).to_have_text(["Quinta Calma"])
    expect(officer.main()).to_contain_text("Taller Norte")


def test_pairs_of_the_plan_are_introduced_after_a_question(someone, world):
    officer = someone(StaffRoleFactory().user)
    officer.goto(PLAN)
    expect(officer.main()).to_contain_text("Proven: no other plan of the whole catalogue")
    expect(officer.main()).to_contain_text("Rodas Novas would score")
    officer.check()
    ticks = officer.main().get_by_role("checkbox")
    expect(ticks).to_have_count(2)
    for tick in ticks.all():
        tick.check()
    officer.by_keyboard("Introduce the ticked pairs")
    expect(officer.main()).to_contain_text("Introduce 2 pairs?")
    assert Match.objects.count() == 0
    officer.check()

    officer.press("Introduce them now")
    expect(officer.main()).to_contain_text("2 pairs introduced")
    officer.check()
    assert Match.objects.filter(origin=MatchOrigin.INTRODUCED).count() == 2
    officer.press("Back to the plan", "link")
    expect(officer.main()).to_contain_text("Already on their way")
    expect(officer.main()).to_contain_text("For whom nobody is left")
    officer.check()

"""A day at the validation desk, in a browser: few presses, nothing lost, nothing inaccessible."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from cxc_portal.core.models import OutgoingMail
from profiles.models import Cluster, Organisation, Profile, ReasonText
from profiles.services.decisions import decide_profile
from profiles.services.reviews import take_profile
from profiles.services.submission import keep_submission, submit_profile
from tests.e2e.conftest import Visitor
from tests.factories import OrganisationFactory, StaffRoleFactory, submitted_profile

pytestmark = pytest.mark.browser

QUEUE = "/admin/profiles/profile/"
NAMES = (
    "Amber Audax Belt Brio Canto Delta Ember Fjord Gusto Halo Indigo Jolt Kilo Lumen Motif Nexus "
    "Orbit Pivot Quill Raven"
).split()
Someone = Callable[..., Visitor]


class Hand:
    """Presses what a person would press, and counts it."""

    def __init__(self, visitor: Visitor) -> None:
        self.page, self.presses = visitor.page, 0

    def press(self, role: Any, name: str, *, exact: bool = True) -> None:
        self.page.get_by_role(role, name=name, exact=exact).first.click()
        self.presses += 1

    def pick(self, label: str) -> None:
        self.page.get_by_label(label, exact=True).check()
        self.presses += 1

    def open(self, summary: str) -> None:
        self.page.locator("summary", has_text=summary).click()
        self.presses += 1


def officer(**fields: Any) -> Any:
    return StaffRoleFactory(user__first_name="Ana", user__last_name="Novak", **fields).user


def green_profile(name: str, **fields: Any) -> Profile:
    """A profile that no check speaks against."""
    organisation = OrganisationFactory(name=name, **fields)
    organisation.clusters.add(Cluster.objects.order_by("pk").first())
    return submitted_profile(organisation=organisation)


def heading(visitor: Visitor, text: str) -> None:
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(text)


def test_twenty_profiles_take_at_most_three_presses_each(someone: Someone) -> None:
    profiles = [green_profile(f"{name} Works") for name in NAMES]
    visitor = someone(officer())
    hand = Hand(visitor)
    visitor.goto("/admin/")
    hand.press("link", "Check the first one")
    presses = []
    for number, profile in enumerate(profiles):
        before = hand.presses if number else 0
        heading(visitor, profile.organisation.name)
        if number % 5 == 1:
            hand.open("Return for changes")
            hand.pick("Name your cluster")
            expect(visitor.page.get_by_label("Reason").nth(1)).to_have_value(
                ReasonText.objects.get(title="Name your cluster").text
            )
            hand.press("button", "Return for changes")
        elif number % 5 == 3:
            hand.open("Reject")
            hand.pick("Already registered")
            hand.press("button", "Reject")
        else:
            hand.press("button", "Publish")
        presses.append(hand.presses - before)
    expect(visitor.page.get_by_text("Nothing else waits here.")).to_be_visible()
    assert max(presses) == 3
    states = Profile.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["published", "returned", "published", "rejected", "published"] * 4
    visitor.check()


def test_the_desk_by_keyboard(someone: Someone) -> None:
    green_profile("First Works")
    second = green_profile("Second Works")
    visitor = someone(officer())
    visitor.goto(QUEUE)
    visitor.by_keyboard("Check the first one", "link")
    heading(visitor, "First Works")
    visitor.by_keyboard("Publish")
    heading(visitor, second.organisation.name)
    visitor.tab_to(visitor.page.get_by_role("button", name="Undo").first)
    visitor.page.keyboard.press("Enter")
    heading(visitor, "First Works")
    assert not Profile.objects.filter(state="published").exists()


def test_filters_survive_a_decision_and_going_back(someone: Someone) -> None:
    green_profile("Rail Works")
    green_profile("Rail Yard", country_id="PT")
    green_profile("Sea Works")
    visitor = someone(officer())
    visitor.goto(QUEUE)
    visitor.page.locator("summary", has_text="Search and filter").click()
    visitor.page.get_by_label("Search", exact=True).fill("rail")
    visitor.press("Apply")
    expect(visitor.page.get_by_role("link", name="Sea Works")).to_have_count(0)
    visitor.check()
    visitor.press("Rail Works", "link")
    visitor.press("Publish")
    heading(visitor, "Rail Yard")
    visitor.press("Back to the queue")
    visitor.page.wait_for_url(f"**{QUEUE}?q=rail")
    expect(visitor.page.get_by_role("link", name="Rail Yard")).to_be_visible()
    assert Profile.objects.get(organisation__name="Rail Yard").review_by is None


def test_several_are_published_and_one_is_undone(someone: Someone) -> None:
    for name in NAMES[:3]:
        green_profile(f"{name} Works")
    submitted_profile(organisation=OrganisationFactory(name="Far North", country_id="NO"))
    visitor = someone(officer())
    visitor.goto(QUEUE)
    visitor.page.get_by_label("Tick Amber Works").check()
    visitor.page.get_by_label("Tick Audax Works").check()
    visitor.page.get_by_label("Tick Far North").check()
    visitor.press("Publish several…")
    heading(visitor, "Publish several profiles")
    expect(visitor.page.get_by_label("Publish Far North")).to_be_disabled()
    visitor.check()
    visitor.press("Publish the ticked profiles")
    heading(visitor, "2 profiles are published")
    visitor.check()
    visitor.page.get_by_role("button", name="Undo (10 minutes left)").first.click()
    heading(visitor, "Amber Works")
    assert Profile.objects.filter(state="published").count() == 1
    assert sorted(
        OutgoingMail.objects.filter(kind="profiles/profile_published").values_list(
            "status", flat=True
        )
    ) == ["cancelled", "queued"]


def test_what_changed_stands_out(someone: Someone) -> None:
    profile = green_profile("Rail Works")
    ana = officer()
    decide_profile(profile_id=profile.pk, decision="return", actor=ana, comment="Say more.")
    Organisation.objects.filter(pk=profile.organisation_id).update(
        description="We test tram doors.", city="Pécs"
    )
    submit_profile(profile_id=profile.pk, actor=profile.contact)
    visitor = someone(ana)
    visitor.goto(QUEUE)
    expect(visitor.page.get_by_text("changed: Town, What they do")).to_be_visible()
    visitor.press("Rail Works", "link")
    expect(visitor.page.locator("ins", has_text="We test tram doors.")).to_be_visible()
    visitor.check()


def test_a_colleague_who_has_it_open_is_named_and_can_be_relieved(someone: Someone) -> None:
    profile = green_profile("Rail Works")
    eva = StaffRoleFactory(user__first_name="Eva", user__last_name="Busy").user
    take_profile(profile_id=profile.pk, actor=eva)
    visitor = someone(officer())
    visitor.goto(QUEUE)
    expect(visitor.page.get_by_text("Open with Eva Busy")).to_be_visible()
    visitor.press("Rail Works", "link")
    expect(visitor.page.get_by_text("Eva Busy has had this profile open")).to_be_visible()
    visitor.check()
    visitor.press("Take over")
    expect(visitor.page.get_by_role("button", name="Publish", exact=True)).to_be_visible()


def test_a_decision_about_an_old_submission_is_refused_with_the_difference(
    someone: Someone,
) -> None:
    profile = green_profile("Rail Works")
    visitor = someone(officer())
    visitor.goto(f"{QUEUE}{profile.ref}/change/")
    Organisation.objects.filter(pk=profile.organisation_id).update(country_id="PT")
    profile = Profile.objects.get(pk=profile.pk)
    keep_submission(profile, by=profile.contact)
    visitor.page.locator("summary", has_text="Return for changes").click()
    visitor.page.get_by_label("Reason").nth(1).fill("Please write more about your doors.")
    visitor.press("Return for changes")
    expect(visitor.page.get_by_text("has submitted again since you looked")).to_be_visible()
    expect(visitor.page.locator("ins", has_text="Portugal")).to_be_visible()
    expect(visitor.page.get_by_label("Reason").nth(1)).to_have_value(
        "Please write more about your doors."
    )
    visitor.complaints.clear()  # the browser notes the status 409 itself
    visitor.check()


def test_without_javascript_the_desk_works_too(someone: Someone) -> None:
    profile = green_profile("Rail Works")
    visitor = someone(officer(), java_script_enabled=False)
    visitor.goto(f"{QUEUE}{profile.ref}/change/")
    visitor.page.locator("summary", has_text="Return for changes").click()
    visitor.page.get_by_label("Name your cluster", exact=True).check()
    visitor.page.get_by_label("Reason").nth(1).fill("Thank you!")
    visitor.press("Return for changes")
    profile.refresh_from_db()
    text = ReasonText.objects.get(title="Name your cluster").text
    assert (profile.state, profile.transitions.last().comment) == (
        "returned",
        f"{text}\n\nThank you!",
    )

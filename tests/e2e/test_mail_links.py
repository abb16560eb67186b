"""From a mail into the portal by one press, also when the link has run out."""

import re
from datetime import timedelta

import pytest

from cxc_portal.core import clock
from cxc_portal.core.mail import links, pacing, unsubscribe
from cxc_portal.core.models import MailStatus, OutgoingMail
from profiles.services.decisions import decide_profile
from profiles.services.submission import submit_profile
from tests.factories import StaffRoleFactory, submitted_profile

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def returned(portal, settings):
    """A profile that was sent back, with its mail to the member written but not yet sent."""
    settings.MAIL_SUMMARY_HOUR = 0
    officer = StaffRoleFactory(user__first_name="Zita").user
    profile = submitted_profile(organisation__name="Rodas Novas")
    decide_profile(
        profile_id=profile.pk, decision="return", actor=officer, comment="Say more, please."
    )
    OutgoingMail.objects.update(send_after=clock.now() - timedelta(minutes=1))
    return profile


def picture(visitor, name, width):
    visitor.check()
    visitor.picture(f"{name}-{width}")


def test_from_a_mail_to_the_very_page(someone, returned, width):
    reader = someone()
    member = returned.contact
    written = OutgoingMail.objects.get(recipient=member)
    reader.goto(f"/mailbox/{written.pk}/")
    picture(reader, "mailbox-mail", width)
    link = reader.main().locator("a[href*='/go/']").first.get_attribute("href")

    reader.goto(link.removeprefix(reader.address))
    picture(reader, "mail-link", width)
    reader.by_keyboard(f"Continue as {member.first_name}")
    reader.arrives_at(f"/profiles/{returned.ref}/edit/")
    reader.check()

    reader.goto("/accounts/")
    reader.check()
    reader.goto("/accounts/email/")
    reader.arrives_at("/accounts/prove/")
    picture(reader, "prove", width)
    reader.goto("/accounts/mails/")
    picture(reader, "mails", width)
    reader.main().get_by_role("group", name="New partners").get_by_label("Never").check()
    reader.press("Save")
    reader.arrives_at("/accounts/")

    submit_profile(profile_id=returned.pk, actor=member)
    office = someone(StaffRoleFactory(role="support").user)
    OutgoingMail.objects.filter(pk=written.pk).update(
        status=MailStatus.SENT, sent_at=clock.now(), acted_at=clock.now()
    )
    office.goto("/admin/core/outgoingmail/")
    assert "Acted" in office.main().inner_text()
    picture(office, "desk-mails", width)
    office.goto(f"/admin/core/outgoingmail/{written.pk}/change/")
    picture(office, "desk-mail", width)


def test_a_link_that_has_run_out_is_replaced_in_one_press(someone, returned, width):
    reader = someone()
    written = OutgoingMail.objects.get(recipient=returned.contact)
    with clock.moved_to(clock.now() - timedelta(days=8)):
        text, _html = links.signed(written)
    reader.goto(re.search(r"(/go/\S+)", text)[1])
    picture(reader, "mail-link-expired", width)
    reader.by_keyboard("Send me a new link")
    reader.main().get_by_text("Look into your mails").wait_for()
    picture(reader, "mail-link-renewed", width)
    renewed = OutgoingMail.objects.get(kind="core/new_link")
    reader.goto(f"/mailbox/{renewed.pk}/")
    link = reader.main().locator("a[href*='/go/']").first.get_attribute("href")
    assert f"/go/{written.key}/" in link
    reader.goto(link.removeprefix(reader.address))
    reader.press(f"Continue as {returned.contact.first_name}")
    reader.arrives_at(f"/profiles/{returned.ref}/edit/")


def test_a_summary_and_fewer_of_them(someone, returned, width):
    officer = OutgoingMail.objects.get(kind="profiles/profile_waits").recipient
    submitted_profile(organisation__name="Sea Lab")
    summary = pacing.make_letter(officer.pk)
    reader = someone()
    reader.goto(f"/mailbox/{summary.pk}/html/")
    reader.page.get_by_text("What is new").wait_for()
    reader.picture(f"summary-{width}")
    reader.goto("/mailbox/")
    assert "Told in a summary" in reader.main().inner_text()
    picture(reader, "mailbox", width)
    reader.goto(unsubscribe.address(summary).removeprefix(reader.address))
    picture(reader, "fewer", width)
    reader.by_keyboard("Send me fewer mails")
    reader.main().get_by_text("You get fewer mails from now on").wait_for()
    picture(reader, "fewer-done", width)
    reader.goto(f"/go/{summary.key}/")
    picture(reader, "go-log-in", width)

"""What the mails about a profile say, to whom, and where they lead."""

import pytest

from cxc_portal.core.models import OutgoingMail
from profiles import notifications
from profiles.services.decisions import decide_profile
from tests.factories import (
    MembershipFactory,
    StaffRoleFactory,
    published_profile,
    submitted_profile,
)

pytestmark = pytest.mark.usefixtures("reference")

NAME = "Tom & Jerry <Ltd>"


def the_mail(kind):
    return OutgoingMail.objects.get(kind=kind.name)


def assert_leads_to(mail, address, settings):
    assert mail.link_path == address
    assert f": {settings.SITE_URL}/go/{mail.key}/\n" in mail.text
    assert f'href="{settings.SITE_URL}/go/{mail.key}/"' in mail.html


def assert_reads(mail, subject):
    """The name stands in the plain texts as it is written, and in the HTML as HTML has it."""
    assert mail.subject == subject
    assert NAME in mail.text
    assert "Tom &amp; Jerry &lt;Ltd&gt;" in mail.html
    assert NAME not in mail.html


def test_an_officer_reads_that_a_profile_waits(settings):
    officer = StaffRoleFactory().user
    StaffRoleFactory(acronym="EXXTRA")
    profile = submitted_profile(organisation__name=NAME)
    mail = the_mail(notifications.PROFILE_WAITS)
    assert mail.to == officer.email
    assert_reads(mail, f"Check the profile of {NAME}")
    assert "within 10 working days" in mail.text
    assert_leads_to(mail, f"/profiles/{profile.ref}/decide/", settings)


def test_a_desk_without_people_is_the_support_office():
    support = StaffRoleFactory(role="support").user
    submitted_profile()
    assert the_mail(notifications.PROFILE_WAITS).to == support.email


def test_every_member_reads_why_a_profile_was_rejected(settings):
    officer = StaffRoleFactory().user
    profile = submitted_profile(organisation__name=NAME)
    colleague = MembershipFactory(organisation=profile.organisation).user
    decide_profile(
        profile_id=profile.pk, decision="reject", actor=officer, comment="Not our <sector>."
    )
    mails = OutgoingMail.objects.filter(kind=notifications.PROFILE_REJECTED.name)
    assert {mail.to for mail in mails} == {profile.contact.email, colleague.email}
    for mail in mails:
        assert_reads(mail, f"Read why the profile of {NAME} was not accepted")
        assert "Not our <sector>." in mail.text
        assert "Not our &lt;sector&gt;." in mail.html
        assert_leads_to(mail, f"/profiles/{profile.ref}/", settings)


@pytest.mark.parametrize(
    ("tell", "kind", "subject"),
    [
        (
            notifications.profile_grows_quiet,
            notifications.PROFILE_GROWS_QUIET,
            f"Tell us that you are still interested: {NAME}",
        ),
        (
            notifications.profile_dormant,
            notifications.PROFILE_DORMANT,
            f"Return to the catalogue when you like: {NAME}",
        ),
    ],
)
def test_members_of_a_quiet_profile_have_one_click_back(tell, kind, subject, settings):
    profile = published_profile(organisation__name=NAME)
    tell(profile)
    tell(profile)
    mail = the_mail(kind)
    assert mail.to == profile.contact.email
    assert_reads(mail, subject)
    assert_leads_to(mail, f"/profiles/{profile.ref}/reopen/", settings)

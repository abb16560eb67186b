"""What the mails of the desk say: the action first, the reason in full, one way on."""

import pytest

from cxc_portal.core import mail
from cxc_portal.core.models import OutgoingMail
from profiles.enums import StaffRoleName
from profiles.models import Organisation, Partnership
from profiles.services.decisions import (
    decide_profile,
    reassign_profile,
    reinstate_profile,
    suspend_profile,
)
from profiles.services.submission import submit_profile
from tests.factories import (
    OrganisationFactory,
    StaffRoleFactory,
    published_profile,
    submitted_profile,
)

pytestmark = pytest.mark.django_db

REASON = "Please tell us which cluster you belong to.\nThank you."


@pytest.fixture
def officer(reference):
    return StaffRoleFactory(user__first_name="Ana").user


def named(**fields):
    return {"organisation": OrganisationFactory(name="Rail & Road <Lab>"), **fields}


def written(kind):
    return OutgoingMail.objects.filter(kind=f"profiles/{kind}").latest("pk")


def decided(officer, decision):
    profile = submitted_profile(**named())
    decide_profile(profile_id=profile.pk, decision=decision, actor=officer, comment=REASON)
    return profile


class TestToTheOwner:
    @pytest.mark.parametrize(
        ("decision", "kind", "subject", "leads_to"),
        [
            (
                "publish",
                "profile_published",
                "See who fits Rail & Road <Lab>: your profile is published",
                "/matches/{}/",
            ),
            (
                "return",
                "profile_returned",
                "Change the profile of Rail & Road <Lab> and submit it again",
                "/profiles/{}/edit/",
            ),
            (
                "reject",
                "profile_rejected",
                "Read why the profile of Rail & Road <Lab> was not accepted",
                "/profiles/{}/",
            ),
        ],
    )
    def test_a_decision(self, officer, decision, kind, subject, leads_to):
        profile = decided(officer, decision)
        found = written(kind)
        assert (found.to, found.subject) == (profile.contact.email, subject)
        assert REASON in found.text
        assert "RECIPE4MOBILITY has " in found.text
        assert found.link_path == leads_to.format(profile.ref)
        assert f"/go/{found.key}/\n" in found.text
        assert "Please tell us which cluster you belong to.<br>Thank you." in found.html
        assert "Rail &amp; Road &lt;Lab&gt;" in found.html
        assert f'/go/{found.key}/"' in found.html

    def test_every_member_is_told(self, officer):
        profile = submitted_profile(**named())
        second = submitted_profile(organisation=profile.organisation, role="host")
        decide_profile(profile_id=profile.pk, decision="publish", actor=officer)
        told = OutgoingMail.objects.filter(kind="profiles/profile_published")
        assert sorted(told.values_list("to", flat=True)) == sorted(
            [profile.contact.email, second.contact.email]
        )

    def test_a_suspension_and_its_end(self, officer):
        profile = published_profile(**named())
        suspend_profile(profile_id=profile.pk, actor=officer, comment=REASON)
        found = written("profile_suspended")
        assert found.subject == "Find out why the profile of Rail & Road <Lab> is suspended"
        assert REASON in found.text
        OutgoingMail.objects.filter(pk=found.pk).update(status="sent", sent_at=found.created_at)
        reinstate_profile(profile_id=profile.pk, actor=officer)
        found = written("profile_reinstated")
        assert (
            found.subject == "Carry on: the profile of Rail & Road <Lab> is back in the catalogue"
        )

    def test_without_a_partnership_the_support_office_has_decided(self, reference):
        support = StaffRoleFactory(role="support").user
        profile = submitted_profile(partnership=None)
        decide_profile(profile_id=profile.pk, decision="return", actor=support, comment=REASON)
        assert "\nThe Support Office has looked at the profile" in written("profile_returned").text


class TestToTheDesk:
    def test_a_profile_waits(self, officer):
        profile = submitted_profile(**named())
        found = written("profile_waits")
        assert (found.to, found.subject) == (
            officer.email,
            "Check the profile of Rail & Road <Lab>",
        )
        assert found.text.startswith("Dear Ana,\n\nRail & Road <Lab> has submitted its profile")
        assert "within 10 working days" in found.text
        assert found.link_path == f"/profiles/{profile.ref}/decide/"
        assert f"/go/{found.key}/\n" in found.text

    def test_a_profile_is_back(self, officer):
        profile = decided(officer, "return")
        submit_profile(profile_id=profile.pk, actor=profile.contact)
        found = written("profile_waits")
        assert found.subject == "Look at what Rail & Road <Lab> changed in its profile"
        assert "submitted its profile again" in found.text

    @pytest.mark.parametrize("role", [StaffRoleName.OFFICER, StaffRoleName.COORDINATOR])
    def test_everybody_at_the_desk_is_told(self, reference, role):
        person = StaffRoleFactory(role=role).user
        submitted_profile()
        assert written("profile_waits").to == person.email

    @pytest.mark.parametrize(
        "fields", [{"role": "observer"}, {"acronym": "EXXTRA"}, {"user__is_active": False}]
    )
    def test_nobody_else_is_told(self, reference, fields):
        StaffRoleFactory(**fields)
        submitted_profile()
        assert not OutgoingMail.objects.exists()

    def test_somebody_with_two_roles_is_told_once(self, officer):
        StaffRoleFactory(user=officer, role="coordinator")
        submitted_profile()
        assert OutgoingMail.objects.filter(to=officer.email).count() == 1

    @pytest.mark.parametrize("partnership", [None, "RECIPE4MOBILITY"])
    def test_where_nobody_is_the_support_office_is_told(self, reference, partnership):
        support = StaffRoleFactory(role="support").user
        where = Partnership.objects.filter(acronym=partnership).first()
        submitted_profile(partnership=where)
        assert written("profile_waits").to == support.email

    def test_a_profile_is_handed_over(self, officer):
        profile = submitted_profile(**named())
        exxtra = Partnership.objects.get(acronym="EXXTRA")
        theirs = StaffRoleFactory(acronym="EXXTRA").user
        reassign_profile(profile_id=profile.pk, partnership=exxtra, actor=officer, comment=REASON)
        found = written("profile_handed_over")
        assert (found.to, found.subject) == (
            theirs.email,
            "Take over the profile of Rail & Road <Lab>",
        )
        assert "has been handed to EXXTRA" in found.text
        assert REASON in found.text


def test_no_two_kinds_share_a_subject(officer):
    for decision in ("publish", "return", "reject"):
        decided(officer, decision)
    profile = published_profile(**named())
    suspend_profile(profile_id=profile.pk, actor=officer, comment=REASON)
    subjects = dict(OutgoingMail.objects.values_list("kind", "subject"))
    assert len(set(subjects.values())) == len(subjects) == 5


def test_a_long_name_leaves_the_subject_in_one_line(officer):
    name = "A" * 150
    Organisation.objects.filter(pk=submitted_profile(**named()).organisation_id).update(name=name)
    profile = Organisation.objects.get(name=name).profiles.get()
    decide_profile(profile_id=profile.pk, decision="return", actor=officer, comment=REASON)
    assert len(written("profile_returned").subject) <= 200


@pytest.mark.parametrize(
    "name",
    [
        "profile_waits",
        "profile_handed_over",
        "profile_published",
        "profile_returned",
        "profile_rejected",
        "profile_suspended",
        "profile_reinstated",
        "validation_reminder",
        "validation_overdue",
        "validation_escalated",
        "role_given",
    ],
)
def test_the_mails_of_the_desk_are_known(name):
    kinds = {kind.name: kind for kind in mail.kinds()}
    assert not kinds[f"profiles/{name}"].is_confidential


def test_texts_hold_no_empty_paragraphs(officer):
    for decision in ("publish", "return", "reject"):
        decided(officer, decision)
    assert [
        text for text in OutgoingMail.objects.values_list("text", flat=True) if "\n\n\n" in text
    ] == []

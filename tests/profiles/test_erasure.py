"""Closing an account: what goes, what stays, and what has to be settled first."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.db import connection
from django.test import TestCase
from django.urls import reverse

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from profiles import account_mails
from profiles.enums import StaffRoleName
from profiles.models import Invitation, Membership, Registration
from profiles.personal_data import blockers
from profiles.services.erasure import erase_account
from profiles.workflows import profile_workflow
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    ProfileFactory,
    StaffRoleFactory,
    UserFactory,
    published_profile,
    submitted_profile,
)
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db

TRACES = ("Lovelace", "ada@example.org", "second@example.org", "+33123456789", "ada-cv")


def ada(**fields):
    user = UserFactory(email="ada@example.org", first_name="Ada", last_name="Lovelace", **fields)
    user.emailaddress_set.create(email="second@example.org", verified=True)
    return user


def erase(user, actor=None):
    return erase_account(user_id=user.pk, actor=actor or user)


def colleague_of(profile, **fields):
    return MembershipFactory(organisation=profile.organisation, **fields).user


def everything_in_the_database():
    """All values of all rows, as one text."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - no input in it
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


def state_of_everything():
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
    }


# --- what goes --------------------------------------------------------------------------------


def test_no_trace_of_the_person_is_left(reference):
    """Fill every place that the register knows, then look into every column of every table."""
    user = ada()
    profile = published_profile(
        contact=user,
        contact_name="Ada Lovelace",
        contact_email="Second@Example.org",
        contact_phone="+33123456789",
        contact_position="Ms Lovelace's office",
        linkedin="https://linkedin.example/lovelace",
    )
    profile.cv.save("ada-cv.pdf", ContentFile(b"%PDF-1.7"))
    colleague_of(profile)
    Registration.objects.create(owner=user, answers={"contact_name": "Ada Lovelace"})
    Registration.objects.create(
        owner=user, answers={"contact_name": "Ada Lovelace"}, profile=profile
    )
    invite = {"organisation": profile.organisation, "invited_by": user}
    invite["expires_at"] = profile.created_at
    Invitation.objects.create(email="Ada@Example.org", **invite)
    Invitation.objects.create(
        email="second@example.org", accepted_by=user, accepted_at=profile.created_at, **invite
    )
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Lovelace's key"})
    SocialAccount.objects.create(user=user, uid="1", extra_data={"family_name": "Lovelace"})
    UserSession.objects.create(user=user, ip="203.0.113.7", session_key="k", user_agent="Lovelace")
    account_mails.send("account/email/login_code", to="second@example.org", context={"code": "x"})
    content_type = ContentType.objects.get_for_model(user)
    LogEntry.objects.create(
        user=user,
        content_type=content_type,
        object_id=str(user.pk),
        object_repr="Ada Lovelace",
        action_flag=CHANGE,
        change_message="Renamed to Lovelace",
    )
    before = everything_in_the_database()
    assert [trace for trace in TRACES if trace not in before] == []
    erase(user)
    after = everything_in_the_database()
    assert [trace for trace in TRACES if trace.lower() in after.lower()] == []


def test_account_is_closed_and_says_nothing_more(reference):
    user = ada(wants_newsletter=True)
    user = erase(user)
    assert user.email == f"erased-{user.pk}@erased.invalid"
    assert (user.get_full_name(), user.language, user.wants_newsletter) == ("", "", False)
    assert not user.is_active
    assert user.anonymised_at is not None
    assert not user.has_usable_password()
    assert str(user) == "closed account"


def test_former_addresses_can_sign_up_anew(reference, client):
    erase(ada())
    client.post(reverse("account_signup"), {"email": "ada@example.org"})
    assert OutgoingMail.objects.get(to="ada@example.org").kind == "profiles/code_sign_up"


def test_every_way_to_log_in_is_gone():
    user = ada()
    Authenticator.objects.create(user=user, type="totp", data={})
    SocialAccount.objects.create(user=user, uid="1")
    erase(user)
    left = (EmailAddress, Authenticator, SocialAccount, UserSession)
    assert [model.objects.count() for model in left] == [0, 0, 0, 0]


def test_open_sessions_end():
    user = ada(password="correct horse battery")
    browser = StrictClient()
    browser.post(
        reverse("account_login"), {"login": user.email, "password": "correct horse battery"}
    )
    assert get_user(browser) == user
    erase(user)
    assert not get_user(browser).is_authenticated


def test_unsent_mails_do_not_go_out():
    user = ada()
    account_mails.send("account/email/login_code", to=user.email, context={"code": "x"})
    erase(user)
    mail = OutgoingMail.objects.get()
    assert (mail.status, mail.subject, mail.text, mail.html) == ("cancelled", "", "", "")
    assert mail.dedup_key == f"erased:{mail.pk}"


def test_open_invitation_to_the_person_is_withdrawn(reference):
    organisation = OrganisationFactory()
    Invitation.objects.create(
        organisation=organisation,
        email="ada@example.org",
        invited_by=MembershipFactory(organisation=organisation).user,
        expires_at=organisation.created_at,
    )
    erase(ada())
    assert Invitation.objects.count() == 0


def test_invitation_to_somebody_else_stays(reference):
    user = ada()
    membership = MembershipFactory(user=user)
    Invitation.objects.create(
        organisation=membership.organisation,
        email="colleague@example.org",
        invited_by=user,
        expires_at=membership.joined_at,
    )
    erase(user)
    assert Invitation.objects.get().email == "colleague@example.org"


def test_cv_is_deleted_once_all_is_saved(reference):
    profile = ProfileFactory(contact=ada())
    profile.cv.save("cv.pdf", ContentFile(b"%PDF-1.7"))
    storage, name = profile.cv.storage, profile.cv.name
    with TestCase.captureOnCommitCallbacks(execute=True):
        erase(profile.contact)
        assert storage.exists(name)
    assert not storage.exists(name)


def test_registration_on_its_way_goes_and_a_submitted_one_forgets(reference):
    profile = ProfileFactory(contact=ada(), state="withdrawn")
    Registration.objects.create(owner=profile.contact, answers={"name": "x"})
    kept = Registration.objects.create(
        owner=profile.contact, answers={"name": "x"}, profile=profile
    )
    erase(profile.contact)
    assert [(r.pk, r.answers) for r in Registration.objects.all()] == [(kept.pk, {})]


# --- what stays -------------------------------------------------------------------------------


def test_steps_stay_known_without_a_name(reference):
    profile = submitted_profile(contact=ada())
    colleague_of(profile)
    erase(profile.contact)
    step = profile.transitions.get()
    assert (step.transition, step.actor.email) == (
        "submit",
        f"erased-{profile.contact_id}@erased.invalid",
    )


def test_submission_forgets_its_contact_and_nothing_else(reference):
    profile = submitted_profile(contact=ada(), contact_position="Head")
    colleague_of(profile)
    facts = profile.submissions.get().facts
    erase(profile.contact)
    changed = {
        key: value for key, value in profile.submissions.get().facts.items() if value != facts[key]
    }
    assert changed == {
        "profile.contact_name": "",
        "profile.contact_position": "",
        "profile.contact_email": "",
    }


def test_submission_that_names_another_contact_stays(reference):
    profile = ProfileFactory()
    colleague = colleague_of(profile, user=ada())
    profile_workflow.apply(profile, "submit", actor=colleague)
    profile.submissions.create(
        number=1, at=profile.created_at, by=colleague, facts={"profile.contact_name": "Grace"}
    )
    erase(colleague)
    assert profile.submissions.get().facts == {"profile.contact_name": "Grace"}


def test_audit_chain_is_whole_and_tells_no_name(reference):
    user = ada()
    erase(user)
    entry = AuditEntry.objects.get(event="account.erased")
    assert (entry.actor_id, entry.subject_id, entry.data) == (user.pk, str(user.pk), {})
    assert list(audit.verify().faults) == []


# --- who takes over ---------------------------------------------------------------------------


def test_oldest_colleague_becomes_the_contact(reference):
    profile = published_profile(contact=ada(), contact_phone="+33123456789")
    second, _third = (colleague_of(profile) for _number in range(2))
    erase(profile.contact)
    profile.refresh_from_db()
    assert profile.contact == second
    assert (profile.contact_name, profile.contact_email) == (str(second), second.email)
    assert profile.contact_phone == ""
    assert profile.state == "published"


def test_contact_who_is_somebody_else_stays(reference):
    """The profile had a former address of the leaving person typed in."""
    profile = ProfileFactory(contact_email="second@example.org")
    erase(ada())
    owner = profile.contact
    profile.refresh_from_db()
    assert (profile.contact, profile.contact_email) == (owner, owner.email)


def test_colleague_whose_account_is_closed_takes_nothing_over(reference):
    profile = ProfileFactory(contact=ada())
    colleague_of(profile, user__is_active=False)
    erase(profile.contact)
    profile.refresh_from_db()
    assert (profile.contact, profile.contact_name, profile.contact_email) == (None, "", "")


def test_draft_that_only_the_person_could_finish_is_withdrawn(reference):
    profile = ProfileFactory(contact=ada())
    erase(profile.contact)
    profile.refresh_from_db()
    assert profile.state == "withdrawn"
    assert [step.transition for step in profile.transitions.all()] == ["withdraw"]


def test_draft_of_several_stays(reference):
    profile = ProfileFactory(contact=ada())
    colleague_of(profile)
    erase(profile.contact)
    profile.refresh_from_db()
    assert profile.state == "draft"


def test_memberships_end(reference):
    profile = ProfileFactory(contact=ada())
    erase(profile.contact)
    assert Membership.objects.count() == 0


# --- what has to be settled first -------------------------------------------------------------


WAYS = {
    "submitted": (),
    "returned": ("return",),
    "rejected": ("reject",),
    "published": ("publish",),
    "paused": ("publish", "pause"),
    "suspended": ("publish", "suspend"),
    "dormant": ("publish", "sleep"),
}


OPEN = set(WAYS) - {"rejected"}


def in_state(state):
    profile = submitted_profile(contact=ada())
    actors = {"pause": profile.contact, "sleep": None, "publish": None}
    officer = StaffRoleFactory(acronym=profile.partnership.acronym).user
    for step in WAYS[state]:
        actor = actors.get(step, officer)
        profile_workflow.apply(profile, step, actor=actor, comment="A reason.")
    return profile


def test_states_are_settled_or_open():
    assert set(profile_workflow.states) - OPEN == {"draft", "rejected", "withdrawn"}


@pytest.mark.parametrize("state", sorted(OPEN))
def test_open_profile_that_nobody_else_answers_for_blocks(reference, state):
    profile = in_state(state)
    before = state_of_everything()
    with pytest.raises(TransitionRefused) as refusal:
        erase(profile.contact)
    assert refusal.value.code == "account_needed"
    assert profile.ref in refusal.value.message
    assert state_of_everything() == before


def test_settled_profile_does_not_block(reference):
    profile = in_state("rejected")
    assert blockers(profile.contact) == []


def test_profile_of_several_does_not_block(reference):
    profile = in_state("published")
    colleague_of(profile)
    assert blockers(profile.contact) == []


def test_colleague_who_cannot_log_in_does_not_count(reference):
    profile = in_state("published")
    colleague_of(profile, user__is_active=False)
    assert [blocker.url for blocker in blockers(profile.contact)] == [profile.get_absolute_url()]


def test_staff_role_blocks(reference):
    role = StaffRoleFactory()
    before = state_of_everything()
    with pytest.raises(TransitionRefused, match="role as staff"):
        erase(role.user)
    assert state_of_everything() == before


# --- who may ----------------------------------------------------------------------------------


def test_stranger_may_not(reference):
    user, stranger = ada(), UserFactory()
    before = state_of_everything()
    with pytest.raises(NotAllowed):
        erase(user, actor=stranger)
    assert state_of_everything() == before


def test_officer_may_not(reference):
    user, officer = ada(), StaffRoleFactory().user
    with pytest.raises(NotAllowed):
        erase(user, actor=officer)
    user.refresh_from_db()
    assert user.is_active


def test_support_office_may(reference):
    user, support = ada(), StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    erase(user, actor=support)
    assert AuditEntry.objects.get(event="account.erased").actor_id == support.pk


def test_second_call_changes_nothing(reference):
    user = ada()
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    erase(user, actor=support)
    before = state_of_everything()
    erase(user, actor=support)
    assert state_of_everything() == before


# --- the page ---------------------------------------------------------------------------------


def close(client, **data):
    return client.post(reverse("profiles:close_account"), data)


def test_typing_the_address_closes_the_account(client):
    user = ada(password=None)
    client.force_login(user)
    response = close(client, email=" Ada@example.org ")
    user.refresh_from_db()
    assert response.url == "/"
    assert not user.is_active
    assert not get_user(client).is_authenticated
    assert [str(m) for m in get_messages(response.wsgi_request)] == [
        "Your account is closed. Thank you for having been with us."
    ]


def test_another_address_closes_nothing(client):
    user = ada(password=None)
    client.force_login(user)
    response = close(client, email="second@example.org")
    user.refresh_from_db()
    assert "not the main address of your account: ada@example.org" in response.content.decode()
    assert user.is_active


def test_page_says_what_has_to_be_settled(client, reference):
    profile = in_state("published")
    profile.contact.set_unusable_password()
    profile.contact.save()
    client.force_login(profile.contact)
    page = client.get(reverse("profiles:close_account")).content.decode()
    assert profile.get_absolute_url() in page
    assert "you are its only member" in page
    assert 'name="email"' not in page
    assert close(client, email="ada@example.org").status_code == 200
    profile.contact.refresh_from_db()
    assert profile.contact.is_active


def test_matter_that_opens_at_the_last_moment_is_shown(client, reference, monkeypatch):
    profile = in_state("published")
    profile.contact.set_unusable_password()
    profile.contact.save()
    client.force_login(profile.contact)
    monkeypatch.setattr("profiles.views.account.blockers", lambda user: [])
    response = close(client, email="ada@example.org")
    assert response.url == reverse("profiles:close_account")
    profile.contact.refresh_from_db()
    assert profile.contact.is_active


def test_password_is_asked_for_first(client):
    client.force_login(ada())
    response = close(client, email="ada@example.org")
    assert response.url.startswith(reverse("account_reauthenticate"))

"""The register of personal data, and the file that a person takes along."""

import io
import json
import zipfile

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import models
from django.urls import reverse

from cxc_portal.core import jobs
from cxc_portal.core.models import AuditEntry, OutgoingMail
from profiles import account_mails, personal_data
from profiles.models import Invitation, Registration, User
from profiles.personal_data import Blocker, Holding, Person, keep
from profiles.services.personal_data import export_personal_data
from profiles.services.submission import submit_profile
from tests.factories import (
    MembershipFactory,
    ProfileFactory,
    StaffRoleFactory,
    UserFactory,
    submitted_profile,
)

pytestmark = pytest.mark.django_db

PERSON_KEYS = {"actor_id", "user_id", "owner_id", "person_id"}


# --- the register -----------------------------------------------------------------------------


def points_to_a_person(field):
    if field.auto_created and not field.concrete:
        return False
    if field.is_relation:
        return field.related_model is User
    return (
        isinstance(field, models.EmailField) or "email" in field.name or (field.name in PERSON_KEYS)
    )


def fields_of(model):
    return [f for f in model._meta.get_fields(include_hidden=True) if points_to_a_person(f)]


def fields_about_people():
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in fields_of(model)
        if field.model is model
    }


def declared():
    return set().union(*(holding.fields for holding in personal_data.holdings()))


def test_every_model_that_points_to_a_person_is_declared():
    """The portal's and the libraries'. What fails here needs a `Holding` in its app's ready()."""
    assert fields_about_people() - declared() == set()


def test_confirmations_go_with_their_address():
    field = apps.get_model("account.EmailConfirmation")._meta.get_field("email_address")
    assert field.remote_field.on_delete is models.CASCADE


def test_nothing_is_declared_that_is_not_there():
    assert declared() - fields_about_people() == set()


def test_every_section_has_a_name_of_its_own():
    sections = [holding.section for holding in personal_data.holdings()]
    assert sorted(sections) == sorted(set(sections))


@pytest.mark.parametrize(
    "field",
    [
        models.ForeignKey(User, models.PROTECT),
        models.OneToOneField(User, models.PROTECT),
        models.ManyToManyField(User),
        models.EmailField(),
        models.CharField(name="reply_email"),
    ],
)
def test_guard_finds(field):
    field.name = field.name or "anything"
    assert points_to_a_person(field)


def test_guard_lets_other_fields_pass():
    assert not points_to_a_person(models.CharField(name="name"))


def test_app_declares_and_blocks(monkeypatch):
    monkeypatch.setattr(personal_data, "_holdings", {})
    monkeypatch.setattr(personal_data, "_blockers", [])
    holding = Holding("profiles.StaffRole", "roles", keep, people=("user",))
    personal_data.register(holding)
    personal_data.register_blocker(_always)
    personal_data.register_blocker(_always)
    assert personal_data.holdings() == [holding]
    assert personal_data.blockers(UserFactory()) == [Blocker("Something is open.")]


def _always(user):
    return [Blocker("Something is open.")]


# --- whose rows -------------------------------------------------------------------------------


def test_addresses_are_those_that_the_person_has_proven():
    user = UserFactory(email="ada@example.org")
    user.emailaddress_set.create(email="second@example.org", verified=True)
    user.emailaddress_set.create(email="typed@example.org", verified=False)
    assert Person.of(user).addresses == ("ada@example.org", "second@example.org")


# --- the file ---------------------------------------------------------------------------------


def taken_by(user):
    archive = zipfile.ZipFile(io.BytesIO(export_personal_data(user_id=user.pk)))
    return json.loads(archive.read("data.json")), archive


def test_file_holds_the_account():
    user = UserFactory(email="ada@example.org", first_name="Ada", wants_newsletter=True)
    data, _archive = taken_by(user)
    assert [row["email"] for row in data["account"]] == ["ada@example.org"]
    assert data["account"][0]["first_name"] == "Ada"
    assert data["account"][0]["wants_newsletter"] is True
    assert data["addresses"] == [{"email": "ada@example.org", "verified": True, "primary": True}]


def test_file_holds_no_password_and_no_secret():
    user = UserFactory()
    user.authenticator_set.create(type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    UserSession.objects.create(user=user, ip="203.0.113.7", session_key="k" * 32, user_agent="x")
    data, _archive = taken_by(user)
    text = json.dumps(data)
    assert [row["type"] for row in data["second_factors"]] == ["totp"]
    assert [row["ip"] for row in data["sessions"]] == ["203.0.113.7"]
    assert "JBSWY3DPEHPK3PXP" not in text
    assert user.password not in text
    assert "k" * 32 not in text


def test_file_holds_what_one_did_in_the_portal(reference):
    profile = submitted_profile(
        organisation__name="Bakery", contact_phone="+33123456789", languages=["en", "fr"]
    )
    user = profile.contact
    Registration.objects.create(owner=user, answers={"name": "Second thoughts"})
    Invitation.objects.create(
        organisation=profile.organisation,
        email="colleague@example.org",
        invited_by=user,
        expires_at=profile.created_at,
    )
    data, _archive = taken_by(user)
    assert data["profiles"][0]["ref"] == profile.ref
    assert data["profiles"][0]["contact_phone"] == "+33123456789"
    assert data["profiles"][0]["languages"] == ["en", "fr"]
    assert [row["organisation__name"] for row in data["memberships"]] == ["Bakery"]
    assert [row["transition"] for row in data["steps_taken"]] == ["submit"]
    assert [row["number"] for row in data["submissions"]] == [1]
    assert [row["answers"] for row in data["registrations"]] == [{"name": "Second thoughts"}]
    assert [row["email"] for row in data["invitations"]] == ["colleague@example.org"]
    assert "profile.submit" in [row["event"] for row in data["recorded_actions"]]


def test_file_holds_mails_that_went_out_and_no_codes(reference):
    user = UserFactory()
    account_mails.send("account/email/login_code", to=user.email, context={"code": "ABCD-EFGH"})
    code = OutgoingMail.objects.get()
    for status in ("sent", "queued"):
        written = {"recipient": user, "to": user.email, "subject": status, "status": status}
        times = dict.fromkeys(("created_at", "send_after", "sent_at"), code.created_at)
        OutgoingMail.objects.create(dedup_key=status, **written, **times)
    OutgoingMail.objects.filter(pk=code.pk).update(status="sent", sent_at=code.created_at)
    data, _archive = taken_by(user)
    assert [row["subject"] for row in data["mails"]] == ["sent"]


def test_file_holds_the_uploaded_files(reference):
    profile = ProfileFactory()
    profile.cv.save("my cv.pdf", ContentFile(b"%PDF-1.7 a life"))
    _data, archive = taken_by(profile.contact)
    name = next(name for name in archive.namelist() if name.startswith("files/"))
    assert name.startswith(f"files/profiles/{profile.pk}/")
    assert archive.read(name) == b"%PDF-1.7 a life"


def test_file_that_is_gone_does_not_stop_the_rest(reference):
    profile = ProfileFactory()
    profile.cv.save("cv.pdf", ContentFile(b"%PDF-1.7"))
    profile.cv.storage.delete(profile.cv.name)
    _data, archive = taken_by(profile.contact)
    assert archive.namelist() == ["data.json"]


def test_file_holds_nothing_of_others(reference):
    other = submitted_profile(contact_phone="+33123456789")
    Registration.objects.create(owner=other.contact, answers={"name": "Secret plan"})
    officer = StaffRoleFactory().user
    other.review_by, other.review_since = officer, other.created_at
    other.save()
    text = json.dumps(taken_by(officer)[0])
    assert other.contact.email not in text
    assert "Secret plan" not in text
    assert "+33123456789" not in text


def test_file_is_written_down():
    user = UserFactory()
    export_personal_data(user_id=user.pk)
    entry = AuditEntry.objects.get(event="account.data_downloaded")
    assert (entry.actor_id, entry.subject_id, entry.data) == (user.pk, str(user.pk), {})


def test_job_of_staff_is_listed(reference):
    officer = StaffRoleFactory().user
    jobs.create("profiles.import", owner=officer)
    data, _archive = taken_by(officer)
    assert [row["kind"] for row in data["jobs"]] == ["profiles.import"]
    assert data["staff_roles"] == [{"role": "officer", "partnership__acronym": "RECIPE4MOBILITY"}]


# --- the page ---------------------------------------------------------------------------------


def test_download_is_a_zip_for_nobody_to_keep(client):
    client.force_login(UserFactory(password=None))
    assert client.get(reverse("profiles:account_data")).status_code == 200
    response = client.post(reverse("profiles:account_data"))
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert zipfile.ZipFile(io.BytesIO(response.content)).namelist() == ["data.json"]


def test_download_asks_for_the_password_first(client):
    client.force_login(UserFactory())
    response = client.post(reverse("profiles:account_data"))
    assert response.url.startswith(reverse("account_reauthenticate"))
    assert AuditEntry.objects.count() == 0


def test_members_share_their_organisation_not_their_data(reference):
    profile = submitted_profile()
    colleague = MembershipFactory(organisation=profile.organisation).user
    data, _archive = taken_by(colleague)
    assert data["profiles"] == []
    assert data["submissions"] == []


def test_contact_sees_the_submission_of_a_colleague(reference):
    profile = ProfileFactory()
    colleague = MembershipFactory(organisation=profile.organisation).user
    submit_profile(profile_id=profile.pk, actor=colleague)
    data, _archive = taken_by(profile.contact)
    assert [row["profile__ref"] for row in data["submissions"]] == [profile.ref]

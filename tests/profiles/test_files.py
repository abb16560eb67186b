import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cxc_portal.core import files
from cxc_portal.core.errors import NotAllowed
from profiles.services.files import CV, LOGO, store_cv, store_logo
from tests.factories import MembershipFactory, StaffRoleFactory, UserFactory, published_profile
from tests.untouched import untouched

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF\n"


def png() -> bytes:
    painted = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(painted, "PNG")
    return painted.getvalue()


def upload(content: bytes, name: str = "file") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def profile(reference):
    return published_profile(contact_name="Zoé Martin")


def keep_cv(profile, content=PDF, actor=None):
    file = files.accept(upload(content), CV)
    return store_cv(profile_id=profile.pk, file=file, actor=actor or profile.contact)


def keep_logo(profile, actor=None):
    file = files.accept(upload(png()), LOGO)
    actor = actor or profile.contact
    return store_logo(organisation_id=profile.organisation_id, file=file, actor=actor)


def test_cv_is_stored_under_a_random_name(profile):
    name = keep_cv(profile).cv.name
    assert name.startswith("cvs/")
    assert name.endswith(".pdf")
    with default_storage.open(name) as file:
        assert file.read() == PDF


def test_cv_counts_as_an_edit(profile):
    assert keep_cv(profile).version == 2


def test_new_cv_replaces_the_old_file(profile, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        old = keep_cv(profile).cv.name
    with django_capture_on_commit_callbacks(execute=True):
        new = keep_cv(profile).cv.name
    assert (default_storage.exists(old), default_storage.exists(new)) == (False, True)


def test_cv_is_deleted(profile, django_capture_on_commit_callbacks):
    old = keep_cv(profile).cv.name
    with django_capture_on_commit_callbacks(execute=True):
        store_cv(profile_id=profile.pk, file=None, actor=profile.contact)
    profile.refresh_from_db()
    assert (profile.cv.name, default_storage.exists(old)) == ("", False)


def test_stranger_stores_no_cv(profile):
    with untouched(), pytest.raises(NotAllowed):
        keep_cv(profile, actor=UserFactory.build(pk=0))


def test_logo_is_stored_and_deleted(profile, django_capture_on_commit_callbacks):
    name = keep_logo(profile).logo.name
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        store_logo(organisation_id=profile.organisation_id, file=None, actor=profile.contact)
    assert not default_storage.exists(name)


def test_stranger_stores_no_logo(profile):
    with untouched(), pytest.raises(NotAllowed):
        keep_logo(profile, actor=UserFactory.build(pk=0))


def cv_url(profile):
    return f"/profiles/{profile.ref}/cv/"


def logo_url(profile):
    return f"/organisations/{profile.organisation_id}/logo/"


def body(response):
    return b"".join(response.streaming_content)


def test_owner_gets_the_cv_for_saving(client, profile):
    keep_cv(profile)
    client.force_login(profile.contact)
    response = client.get(cv_url(profile))
    assert body(response) == PDF
    assert response.headers["Content-Disposition"] == 'attachment; filename="cv-zoe-martin.pdf"'
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_officer_of_the_partnership_gets_the_cv(client, profile):
    keep_cv(profile)
    client.force_login(StaffRoleFactory().user)
    assert body(client.get(cv_url(profile))) == PDF


def test_partner_sees_the_profile_but_no_cv(client, profile):
    keep_cv(profile)
    client.force_login(published_profile(role="host").contact)
    assert client.get(cv_url(profile)).status_code == 403


@pytest.mark.parametrize("url", [cv_url, logo_url])
def test_stranger_gets_no_file(client, profile, url):
    keep_cv(profile)
    keep_logo(profile)
    client.force_login(MembershipFactory().user)
    assert client.get(url(profile)).status_code == 404


@pytest.mark.parametrize("url", [cv_url, logo_url])
def test_file_asks_for_a_log_in(client, profile, url):
    keep_cv(profile)
    keep_logo(profile)
    assert client.get(url(profile)).headers["Location"].startswith("/accounts/login/")


def test_without_a_cv_there_is_nothing(client, profile):
    client.force_login(profile.contact)
    assert client.get(cv_url(profile)).status_code == 404


def test_logo_is_shown_to_whoever_sees_the_profile(client, profile):
    keep_logo(profile)
    client.force_login(published_profile(role="host").contact)
    response = client.get(logo_url(profile))
    assert body(response).startswith(b"\x89PNG")
    assert response.headers["Content-Disposition"] == 'inline; filename="file.png"'
    assert response.headers["Cache-Control"] == "private, max-age=86400"


def upload_page(client, profile, content, path="edit/cv/"):
    client.force_login(profile.contact)
    return client.post(f"/profiles/{profile.ref}/{path}", {"file": upload(content, "cv.pdf")})


def test_cv_is_uploaded(client, profile):
    response = upload_page(client, profile, PDF)
    assert response.headers["Location"] == f"/profiles/{profile.ref}/edit/"
    assert body(client.get(cv_url(profile))) == PDF


def test_refused_file_is_explained_on_the_page(client, profile):
    response = upload_page(client, profile, b"MZ no document")
    assert response.status_code == 200
    assert response.context["form"].errors == {
        "file": [
            "This is not one of the kinds of file that we can take. Give a PDF, Word or "
            "OpenDocument text without macros."
        ]
    }
    profile.refresh_from_db()
    assert profile.cv.name == ""


def test_form_without_a_file_says_so(client, profile):
    client.force_login(profile.contact)
    response = client.post(f"/profiles/{profile.ref}/edit/cv/")
    assert response.context["form"].errors == {"file": ["Choose a file first."]}


def test_page_of_the_cv_offers_the_present_file(client, profile):
    keep_cv(profile)
    client.force_login(profile.contact)
    page = client.get(f"/profiles/{profile.ref}/edit/cv/").content.decode()
    assert cv_url(profile) in page
    assert "There is something to put right" not in page
    assert "Replace the file" in page


def test_cv_is_removed_on_its_page(client, profile):
    keep_cv(profile)
    client.force_login(profile.contact)
    response = client.post(f"/profiles/{profile.ref}/cv/remove/")
    profile.refresh_from_db()
    assert (response.status_code, profile.cv.name) == (302, "")


def test_opening_the_address_of_removal_removes_nothing(client, profile):
    keep_cv(profile)
    client.force_login(profile.contact)
    assert client.get(f"/profiles/{profile.ref}/cv/remove/").status_code == 405


def test_logo_is_uploaded_shown_and_removed(client, profile):
    client.force_login(profile.contact)
    page = f"/organisations/{profile.organisation_id}/edit/logo/"
    response = client.post(f"{page}?profile={profile.ref}", {"file": upload(png())})
    assert response.headers["Location"] == f"/profiles/{profile.ref}/edit/"
    assert logo_url(profile) in client.get(page).content.decode()
    client.post(f"/organisations/{profile.organisation_id}/logo/remove/")
    assert client.get(logo_url(profile)).status_code == 404


def test_picture_that_is_none_is_refused(client, profile):
    client.force_login(profile.contact)
    response = client.post(
        f"/organisations/{profile.organisation_id}/edit/logo/", {"file": upload(b"<svg/>")}
    )
    assert [error.code for error in response.context["form"].errors.as_data()["file"]] == [
        "wrong_type"
    ]

"""The page that verifies documents, for anybody."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cxc_portal.core.documents import verification as limits
from cxc_portal.core.models import Document
from tests.core.document_trial import CODE, NAME, SNAPSHOT, content_of

PAGE = "/verify/"


@pytest.fixture
def document(made):
    return made()


def upload(content, name="commitment.pdf"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def page(response):
    return response.content.decode()


def test_anybody_may_ask(client, db):
    response = client.get(PAGE)
    assert response.status_code == 200
    assert "<h1>Verify a document</h1>" in page(response)
    assert 'enctype="multipart/form-data"' in page(response)


def test_every_page_leads_there(client, db):
    assert f'href="{PAGE}"' in page(client.get("/accounts/login/"))


def test_a_genuine_file_is_valid(client, document):
    response = client.post(PAGE, {"file": upload(content_of(document))})
    assert response.status_code == 200
    assert "<h1>Valid</h1>" in page(response)
    for shown in (NAME, document.code, document.seal_fingerprint, "commitment.pdf"):
        assert shown in page(response)
    assert "Give us the file to be sure" not in page(response)


def test_an_altered_file_is_called_altered(client, document):
    response = client.post(PAGE, {"file": upload(content_of(document) + b"\n")})
    assert "<h1>Altered</h1>" in page(response)
    assert "Whose code this is" in page(response)


def test_a_strange_file_is_unknown(client, db):
    response = client.post(PAGE, {"file": upload(b"%PDF-1.7")})
    assert response.status_code == 200
    assert "<h1>Unknown</h1>" in page(response)


def test_an_empty_file_is_unknown(client, db):
    assert "<h1>Unknown</h1>" in page(client.post(PAGE, {"file": upload(b"")}))


def test_a_code_leads_to_an_address_of_its_own(client, document):
    response = client.post(PAGE, {"code": document.code.lower()})
    assert response.status_code == 302
    assert response["Location"] == f"/verify/{document.code}/"


def test_the_address_of_the_qr_code_tells_of_the_document(client, document):
    response = client.get(reverse("core:verify_code", args=[document.code]))
    assert response.status_code == 200
    assert "<h1>Valid</h1>" in page(response)
    assert "Give us the file to be sure of every letter" in page(response)
    assert response["Cache-Control"].startswith("max-age=0")


def test_the_page_tells_nothing_of_the_people_in_the_document(client, document):
    text = page(client.get(reverse("core:verify_code", args=[document.code])))
    assert SNAPSHOT["signatures"][0]["name"] not in text
    assert SNAPSHOT["text"] not in text


def test_a_superseded_document_is_called_so(client, document):
    Document.objects.filter(pk=document.pk).update(superseded_at=document.made_at)
    text = page(client.get(reverse("core:verify_code", args=[document.code])))
    assert "<h1>Genuine, but superseded</h1>" in text


def test_a_document_that_is_not_made_is_called_so(client, order):
    text = page(client.get(reverse("core:verify_code", args=[order().code])))
    assert "<h1>Not finished yet</h1>" in text


@pytest.mark.parametrize("code", [CODE, "nonsense", "%00", "<script>"])
def test_an_unknown_code_is_not_found(client, db, code):
    response = client.get(f"/verify/{code}/")
    assert response.status_code == 404
    assert "<h1>Unknown</h1>" in page(response)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "Choose the file, or type the code."),
        ({"code": "ABC"}, "A code has 20 letters and digits"),
    ],
)
def test_a_form_that_asks_nothing_says_so(client, db, given, problem):
    response = client.post(PAGE, given)
    assert response.status_code == 200
    assert problem in page(response)


def test_a_file_that_is_too_large_is_refused(client, db, monkeypatch):
    monkeypatch.setattr("cxc_portal.core.views.verify.LARGEST", 10)
    assert "larger than 10" in page(client.post(PAGE, {"file": upload(b"%PDF-1.7 long")}))
    assert limits.LARGEST == 20 * limits.MEGABYTE


def test_nobody_tries_all_codes(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "verify": "2/m/ip"}
    address = reverse("core:verify_code", args=[CODE])
    assert [client.get(address).status_code for _time in range(3)] == [404, 404, 429]
    assert client.post(PAGE, {"code": CODE}).status_code == 429

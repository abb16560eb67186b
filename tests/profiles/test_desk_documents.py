"""The desk's list of documents: the Support Office sees what failed, and lets it be made again."""

from datetime import UTC, datetime

import pytest

from cxc_portal.core import documents
from cxc_portal.core.documents import making
from cxc_portal.core.models import AuditEntry, Document, DocumentStatus
from profiles.enums import StaffRoleName
from tests.core.document_trial import NAME, SNAPSHOT, introduce
from tests.factories import StaffRoleFactory, UserFactory

LIST = "/admin/core/document/"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def support(reference):
    return StaffRoleFactory(role=StaffRoleName.SUPPORT, partnership=None).user


@pytest.fixture
def order(reference, settings, monkeypatch):
    kind = introduce(settings, monkeypatch)
    monkeypatch.setattr(making.make_document, "enqueue", lambda document_id: None)

    def order(name=NAME, **fields):
        document = documents.order(
            kind, about=UserFactory(), snapshot=SNAPSHOT, language="en", name=name
        )
        Document.objects.filter(pk=document.pk).update(**fields)
        return document

    return order


@pytest.fixture
def failed(order):
    return order(status=DocumentStatus.FAILED, attempts=4, error="ValueError: no such template")


def page(response):
    return response.content.decode()


def test_the_support_office_finds_what_failed(client, support, order, failed):
    order(name="CXC-2026-000013 v1")
    client.force_login(support)
    everything, found = page(client.get(LIST)), page(client.get(LIST, {"is": "failed"}))
    assert NAME in everything
    assert "CXC-2026-000013 v1" in everything
    assert NAME in found
    assert "CXC-2026-000013 v1" not in found


def test_a_list_of_many_asks_no_more_than_a_list_of_one(
    client, support, order, django_assert_max_num_queries
):
    client.force_login(support)
    for _time in range(12):
        order()
    with django_assert_max_num_queries(12):
        client.get(LIST)


def test_a_document_is_found_by_its_code(client, support, order):
    document = order()
    client.force_login(support)
    assert NAME in page(client.get(LIST, {"q": document.code}))
    assert NAME not in page(client.get(LIST, {"q": "ZZZZZ-ZZZZZ"}))


def test_the_page_tells_why_and_nothing_of_what_is_printed(client, support, failed):
    client.force_login(support)
    text = page(client.get(f"{LIST}{failed.pk}/change/"))
    assert "This document could not be made" in text
    assert "ValueError: no such template" in text
    assert SNAPSHOT["text"] not in text


def test_a_failed_document_is_made_again(client, support, failed):
    client.force_login(support)
    response = client.post(f"{LIST}{failed.pk}/again/", follow=True)
    assert "The document will be made in a moment." in page(response)
    failed.refresh_from_db()
    assert (failed.status, failed.attempts) == (DocumentStatus.WAITING, 0)
    assert AuditEntry.objects.get(event="document.rerun").actor_id == support.pk


def test_what_has_not_failed_is_not_made_again(client, support, order):
    document = order()
    client.force_login(support)
    response = client.post(f"{LIST}{document.pk}/again/", follow=True)
    assert "Only a document that failed can be made again." in page(response)
    assert "Make it again" not in page(client.get(f"{LIST}{document.pk}/change/"))


def test_looking_at_the_address_makes_nothing_again(client, support, failed):
    client.force_login(support)
    assert client.get(f"{LIST}{failed.pk}/again/").status_code == 405


@pytest.mark.parametrize("path", ["", "{}/change/"])
def test_an_officer_does_not_see_them(client, failed, path):
    client.force_login(StaffRoleFactory().user)
    assert client.get(LIST + path.format(failed.pk)).status_code == 404


def test_an_officer_makes_none_again(client, failed):
    client.force_login(StaffRoleFactory().user)
    assert client.post(f"{LIST}{failed.pk}/again/").status_code == 404
    failed.refresh_from_db()
    assert failed.status == DocumentStatus.FAILED

"""Freezing on its page, what was frozen, its document, the evidence and the scans."""

import json

import pytest
from django.urls import reverse

from cxc_portal.core import documents
from cxc_portal.core.models import Document, DocumentStatus
from exchanges.enums import ExchangeState
from exchanges.queries.documents import document_of
from exchanges.queries.drafts import sections_of
from exchanges.services.drafting import save_section
from exchanges.services.returning import return_version
from exchanges.workflows.parties import open_version
from profiles.enums import StaffRoleName
from tests.exchanges.test_paper import PDF_FILE, enter
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import (
    drafted_exchange,
    frozen_exchange,
    opened_exchange,
    person_of,
    validated_exchange,
)

pytestmark = pytest.mark.usefixtures("reference")
QUERIES_OF_FREEZE = 23


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def url_of(exchange, name, *args):
    return reverse(f"exchanges:{name}", args=[exchange.ref, *args])


def log_in(client, exchange, capacity):
    client.force_login(person_of(exchange, capacity))


def press(client, exchange, **fields):
    page = client.get(url_of(exchange, "freeze"))
    fields = {"revisions": page.context["revisions"], **fields}
    return client.post(url_of(exchange, "freeze"), fields)


# --- freezing -----------------------------------------------------------------------------------


def test_a_stranger_does_not_learn_of_it(client):
    client.force_login(UserFactory())
    assert client.get(url_of(drafted_exchange(), "freeze")).status_code == 404


@pytest.mark.parametrize("capacity", ["HOP", "VOP"])
def test_partnerships_do_not_freeze(client, capacity):
    exchange = drafted_exchange()
    log_in(client, exchange, capacity)
    assert client.get(url_of(exchange, "freeze")).status_code == 403
    assert client.post(url_of(exchange, "freeze")).status_code == 403


@pytest.mark.parametrize("capacity", ["HO", "VO"])
def test_both_sides_read_all_of_it_and_freeze_with_one_press(client, capacity):
    exchange = drafted_exchange()
    log_in(client, exchange, capacity)
    assert "Day 5 at the workshop" in client.get(url_of(exchange, "freeze")).content.decode()
    assert press(client, exchange).url == url_of(exchange, "sign")
    exchange.refresh_from_db()
    assert exchange.state == ExchangeState.SIGNING


def test_what_stands_in_the_way_is_shown_and_there_is_no_button(client):
    exchange = opened_exchange()
    log_in(client, exchange, "VO")
    page = client.get(url_of(exchange, "freeze"))
    assert page.context["is_blocked"]
    assert 'name="revisions"' not in page.content.decode()
    assert press(client, exchange).url == url_of(exchange, "freeze")
    assert exchange.versions.count() == 0


def test_a_text_that_changed_meanwhile_is_read_again(client):
    exchange = drafted_exchange()
    log_in(client, exchange, "VO")
    response = press(client, exchange, revisions="when:7")
    assert response.url == url_of(exchange, "freeze")
    assert exchange.versions.count() == 0


def test_what_is_frozen_leads_to_signing(client):
    exchange = frozen_exchange()
    log_in(client, exchange, "VO")
    assert client.get(url_of(exchange, "freeze")).url == url_of(exchange, "sign")


def test_an_amendment_asks_for_its_reason(client):
    exchange = validated_exchange()
    row, visitor = sections_of(exchange)["when"], person_of(exchange, "VO")
    save_section(
        exchange_id=exchange.pk,
        name="when",
        content={**row.content, "venue": "Another workshop, Lyon"},
        revision=row.revision,
        actor=visitor,
    )
    client.force_login(visitor)
    assert press(client, exchange, reason="").context["form"].errors["reason"]
    assert press(client, exchange, reason="We moved.").url == url_of(exchange, "sign")
    assert open_version(exchange).is_amendment


# --- what was frozen ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["version", "document"])
def test_strangers_see_no_version(client, name):
    client.force_login(UserFactory())
    assert client.get(url_of(validated_exchange(), name, 1)).status_code == 404


@pytest.mark.parametrize("capacity", ["HO", "VO", "HOP", "VOP"])
def test_all_parties_see_the_version_and_who_signed(client, capacity):
    exchange = validated_exchange()
    log_in(client, exchange, capacity)
    text = client.get(url_of(exchange, "version", 1)).content.decode()
    assert text.count("Ana Signs") == 4
    assert "Password entered anew" in text
    assert url_of(exchange, "document", 1) in text


def test_the_comment_of_a_returned_version_stands_there(client):
    exchange = frozen_exchange()
    actor = person_of(exchange, "HO")
    return_version(version_id=open_version(exchange).pk, comment="Name her.", actor=actor)
    log_in(client, exchange, "VO")
    assert "Name her." in client.get(url_of(exchange, "version", 1)).content.decode()


def test_there_is_no_version_of_another_number(client):
    exchange = frozen_exchange()
    log_in(client, exchange, "VO")
    assert client.get(url_of(exchange, "version", 2)).status_code == 404


def test_the_document_is_waited_for_and_then_downloaded(client):
    exchange = validated_exchange()
    log_in(client, exchange, "VO")
    url = url_of(exchange, "document", 1)
    assert "The document is being made" in client.get(url).content.decode()
    assert documents.make(document_of(exchange.versions.get()).pk)
    response = client.get(url)
    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content).startswith(b"%PDF-")


def test_a_document_that_failed_is_owned_up_to(client):
    exchange = validated_exchange()
    Document.objects.update(status=DocumentStatus.FAILED, error="OSError: disk full")
    log_in(client, exchange, "VO")
    text = client.get(url_of(exchange, "document", 1)).content.decode()
    assert "Something went wrong" in text


def test_there_is_no_document_before_all_have_signed(client):
    exchange = frozen_exchange()
    log_in(client, exchange, "VO")
    response = client.get(url_of(exchange, "document", 1))
    assert response.url == url_of(exchange, "version", 1)


# --- evidence and scans -------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", ["HO", "VO", "HOP", "VOP"])
def test_parties_download_the_evidence(client, capacity):
    exchange = validated_exchange()
    log_in(client, exchange, capacity)
    response = client.get(url_of(exchange, "evidence"))
    assert response["Content-Disposition"] == f'attachment; filename="{exchange.ref}-evidence.json"'
    found = json.loads(response.content)
    assert (found["reference"], len(found["versions"][0]["signatures"])) == (exchange.ref, 4)


def test_strangers_get_no_evidence(client):
    client.force_login(UserFactory())
    assert client.get(url_of(validated_exchange(), "evidence")).status_code == 404


def test_parties_open_a_scan_and_strangers_do_not(client):
    exchange = frozen_exchange()
    signature = enter(exchange, "HO", person_of(exchange, "HO"))
    url = url_of(exchange, "scan", signature.pk)
    log_in(client, exchange, "VOP")
    assert b"".join(client.get(url).streaming_content) == PDF_FILE
    client.force_login(StaffRoleFactory(role=StaffRoleName.OBSERVER).user)
    assert client.get(url).status_code == 404


def test_a_signature_without_paper_has_no_scan(client):
    exchange = validated_exchange()
    signature = exchange.versions.get().signatures.first()
    log_in(client, exchange, "VO")
    assert client.get(url_of(exchange, "scan", signature.pk)).status_code == 404


def test_the_page_to_freeze_reads_text_and_versions_once(client, django_assert_num_queries):
    exchange = drafted_exchange()
    log_in(client, exchange, "HO")
    with django_assert_num_queries(QUERIES_OF_FREEZE):
        client.get(url_of(exchange, "freeze"))

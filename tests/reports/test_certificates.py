"""Certificates of participation: one for each side of an exchange that is closed, for good."""

import io

import pytest
from django.core.management import call_command
from pypdf import PdfReader

from cxc_portal.core import documents
from cxc_portal.core.models import Document, OutgoingMail
from reports.documents.certificate import MOST_PEOPLE, order_certificates, printed
from reports.documents.words import days_in_words
from reports.notifications.afterwards import CERTIFICATE_READY
from reports.queries.papers import agreed_version, certificate_of
from tests.factories import UserFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import closed_exchange, report_of, reported_exchange

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def made(exchange, side):
    document = certificate_of(report_of(exchange, side))
    assert documents.make(document.pk)
    document.refresh_from_db()
    return document


def content_of(document):
    with document.file.open() as file:
        return file.read()


def text_of(content):
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join("".join(page.extract_text() for page in pages).split()), len(pages)


def named(exchange, side, *names):
    """The participants of a side, put into the text that was in force."""
    version = agreed_version(exchange)
    for one in version.snapshot["participants"]:
        if one["capacity"] == side:
            one["people"] = [{"name": name} for name in names]
    version.save(update_fields=["snapshot"])


def test_both_sides_get_one_when_the_exchange_is_closed():
    exchange = closed_exchange()
    found = Document.objects.filter(kind="reports/certificate")
    assert sorted(one.snapshot["capacity"] for one in found) == ["HO", "VO"]
    assert order_certificates(exchange) == list(found.order_by("pk"))


def test_there_is_none_before_and_none_of_what_did_not_take_place():
    reported_exchange()
    closed_exchange(outcome="not_taken_place")
    assert not Document.objects.filter(kind="reports/certificate").exists()


def test_it_prints_who_where_and_when_on_one_page():
    exchange = closed_exchange()
    document = made(exchange, "VO")
    text, pages = text_of(content_of(document))
    report = report_of(exchange, "VO")
    assert pages == 1
    for expected in (
        exchange.ref,
        "Motores Lda, Portugal",
        "as a visitor of AQUIMER, France",
        "Workshop, Lyon",
        "5 working days",
        "Learn from",
        document.code,
        *document.snapshot["people"],
    ):
        assert expected in text
    assert document.snapshot["days"] == days_in_words(report.starts_on, report.ends_on)


def test_long_names_stay_on_one_page():
    exchange = closed_exchange()
    long = "Παναγιώτα Παπαδημητροπούλου-Χατζηγεωργίου"
    named(exchange, "HO", *([long, "Şükrü Büyükçıldırımoğlu"] * 5))
    organisation = exchange.host.organisation
    organisation.name = "Stowarzyszenie Małopolskich Przedsiębiorców „Żółć i Gęśl” " * 2
    snapshot = printed(exchange, report_of(exchange, "HO"))
    assert (len(snapshot["people"]), snapshot["more_people"]) == (MOST_PEOPLE, 2)
    version = agreed_version(exchange)
    version.snapshot["place"]["venue"] = "Ινστιτούτο Τεχνολογίας Αγροτικών Προϊόντων, Αθήνα " * 3
    version.save(update_fields=["snapshot"])
    document = next(d for d in order_certificates(exchange) if d.snapshot["capacity"] == "HO")
    assert documents.make(document.pk)
    document.refresh_from_db()
    text, pages = text_of(content_of(document))
    assert pages == 1
    assert "and 2 more" in text
    assert "as the host of Motores Lda" in text


def test_online_it_names_no_address(monkeypatch):
    exchange = closed_exchange()
    exchange.mode = "virtual"
    assert printed(exchange, report_of(exchange, "VO"))["place"] == "Online"


def test_anybody_can_verify_it(client, tmp_path):
    exchange = closed_exchange()
    document = made(exchange, "HO")
    page = client.get(f"/verify/{document.code}/").content.decode()
    for shown in (exchange.ref, "AQUIMER", *document.snapshot["people"]):
        assert shown in page
    file = tmp_path / "certificate.pdf"
    file.write_bytes(content_of(document))
    call_command("verify_document", str(file), stdout=io.StringIO())
    file.write_bytes(content_of(document).replace(b"%PDF-1.7", b"%PDF-1.6"))
    with pytest.raises(SystemExit):
        call_command("verify_document", str(file), stdout=io.StringIO())


def test_the_side_hears_once_that_it_is_ready():
    exchange = closed_exchange()
    made(exchange, "VO")
    (mail,) = OutgoingMail.objects.filter(kind=CERTIFICATE_READY.name)
    assert mail.to == person_of(exchange, "VO").email
    assert mail.subject == "Download your certificate for the exchange with AQUIMER"


def test_it_is_for_its_side_and_both_partnerships(client):
    exchange = closed_exchange()
    made(exchange, "VO")
    people = {who: person_of(exchange, who) for who in ("VO", "HO", "VOP", "HOP")}
    people["stranger"] = UserFactory()
    given = {}
    for who, user in people.items():
        client.force_login(user)
        answer = client.get(f"/exchanges/{exchange.ref}/certificate/VO/")
        is_file = answer.streaming and b"".join(answer.streaming_content).startswith(b"%PDF-")
        given[who] = is_file or answer.status_code
    assert given == {"VO": True, "VOP": True, "HOP": True, "HO": 404, "stranger": 404}


@pytest.mark.parametrize("capacity", ["VOP", "nobody"])
def test_only_sides_have_one(client, capacity):
    exchange = closed_exchange()
    client.force_login(person_of(exchange, "VO"))
    path = f"/exchanges/{exchange.ref}/certificate/{capacity}/"
    assert client.get(path).status_code == 404


def test_the_page_waits_until_it_is_made(client):
    exchange = closed_exchange()
    client.force_login(person_of(exchange, "VO"))
    page = client.get(f"/exchanges/{exchange.ref}/certificate/VO/").content.decode()
    assert "The document is being made" in page


def test_there_is_nothing_to_fetch_before_it_is_closed(client):
    exchange = reported_exchange()
    client.force_login(person_of(exchange, "VO"))
    assert client.get(f"/exchanges/{exchange.ref}/certificate/VO/").status_code == 404

"""The page of one exchange, for each of those who may look."""

import re
from dataclasses import replace

import pytest

from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.queries.drafts import draft_of
from exchanges.queries.shown import for_batons
from exchanges.services.cancelling import cancel_exchange
from exchanges.services.freezing import freeze_commitment
from exchanges.services.returning import return_version
from exchanges.views.exchange_page import TAKEN, exchange_page
from exchanges.workflows import exchange_workflow
from exchanges.workflows.parties import open_version
from tests.exchanges.test_calendar import agenda_of
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import (
    drafted_exchange,
    frozen_exchange,
    person_of,
    signed_by,
    validated_exchange,
    write_sections,
)
from tests.factories.matches import member_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def text_of(client, user, exchange):
    client.force_login(user)
    response = client.get(exchange.get_absolute_url())
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def page_of(exchange, user):
    found = for_batons(Exchange.objects.filter(pk=exchange.pk)).get()
    return exchange_page(found, user)


def test_each_party_reads_whom_it_meets(client):
    exchange = drafted_exchange()
    for capacity, title in (
        (Capacity.VO, "You visit AQUIMER"),
        (Capacity.HO, "Motores Lda visits you"),
        (Capacity.HOP, "Motores Lda visits AQUIMER"),
        (Capacity.VOP, "Motores Lda visits AQUIMER"),
    ):
        assert f"<h1>{title}</h1>" in text_of(client, person_of(exchange, capacity), exchange)


def test_online_nobody_travels():
    exchange = drafted_exchange()
    Exchange.objects.filter(pk=exchange.pk).update(mode="virtual")
    assert [
        page_of(exchange, person_of(exchange, capacity)).title for capacity in ("VO", "HO", "VOP")
    ] == [
        "You and AQUIMER, online",
        "You and Motores Lda, online",
        "Motores Lda and AQUIMER, online",
    ]


def test_whoever_belongs_to_both_sides_reads_of_both():
    exchange = drafted_exchange()
    user = member_of(exchange.host)
    exchange.visitor.organisation.memberships.create(user=user)
    assert page_of(exchange, user).title == "Motores Lda visits AQUIMER"


def test_the_days_the_place_and_the_people_are_shown(client):
    exchange = drafted_exchange()
    text = text_of(client, person_of(exchange, "VO"), exchange)
    assert "(5 working days)" in text
    assert "Workshop, Lyon" in text
    assert "Europe/Paris" in text
    assert f"mailto:{exchange.host.contact_email}" in text


def test_a_correction_shows_at_once_and_a_change_once_it_is_signed(client):
    exchange = validated_exchange()
    when = draft_of(exchange).when
    user = person_of(exchange, "VO")
    write_sections(exchange, {"when": replace(when, room="Gate 4", venue="Elsewhere")})
    text = text_of(client, user, exchange)
    assert "Gate 4" in text
    assert "Workshop, Lyon" in text
    assert "Elsewhere" not in text


def test_without_days_it_says_so(client):
    exchange = drafted_exchange()
    Exchange.objects.filter(pk=exchange.pk).update(starts_on=None)
    assert "Not settled yet" in text_of(client, person_of(exchange, "VO"), exchange)


def test_contact_data_are_for_the_four_parties_alone(client):
    exchange = drafted_exchange()
    support = StaffRoleFactory(role="support").user
    assert "mailto:" not in text_of(client, support, exchange)
    assert "mailto:" in text_of(client, person_of(exchange, "HOP"), exchange)


def test_contact_data_close_when_it_is_cancelled(client):
    exchange = drafted_exchange()
    cancel_exchange(exchange_id=exchange.pk, actor=person_of(exchange, "VO"), reason="Flood.")
    text = text_of(client, person_of(exchange, "HO"), exchange)
    assert "mailto:" not in text
    assert "Flood." in text


def test_strangers_do_not_find_it(client):
    exchange = drafted_exchange()
    for stranger in (
        UserFactory(),
        StaffRoleFactory(acronym="BLUES").user,
        StaffRoleFactory(role="observer").user,
    ):
        client.force_login(stranger)
        assert client.get(exchange.get_absolute_url()).status_code == 404
        assert client.get(f"/proposals/{exchange.match_id}/exchange/").status_code == 404


def test_the_match_leads_to_it(client):
    exchange = drafted_exchange()
    client.force_login(person_of(exchange, "VO"))
    response = client.get(f"/proposals/{exchange.match_id}/exchange/")
    assert response["Location"] == exchange.get_absolute_url()


class TestHistory:
    def test_it_tells_each_step_and_for_whom(self):
        exchange = signed_by(frozen_exchange(), "HO", "VO")
        return_version(
            version_id=open_version(exchange).pk,
            comment="The insurance is missing.",
            actor=person_of(exchange, "HOP"),
        )
        history = page_of(exchange, person_of(exchange, "HO")).history
        assert [(str(line.label), str(line.by), line.comment) for line in history] == [
            ("Both sides confirmed the match: the exchange is open", "the portal", ""),
            ("The text was frozen", "Motores Lda", ""),
            ("Both organisations have signed", "Motores Lda", ""),
            ("Returned with a comment", "EXXTRA", "The insurance is missing."),
        ]

    def test_the_portal_and_the_support_office_are_named(self):
        exchange = validated_exchange()
        exchange_workflow.apply(exchange, "start", actor=None)
        history = page_of(exchange, person_of(exchange, "HO")).history
        assert str(history[-1].by) == "the portal"
        other = drafted_exchange()
        support = StaffRoleFactory(role="support").user
        cancel_exchange(exchange_id=other.pk, actor=support, reason="Both left.")
        assert str(page_of(other, support).history[-1].by) == "the Support Office"

    def test_people_are_named_to_staff_alone(self, client):
        exchange = frozen_exchange()
        actor = person_of(exchange, "VO")
        assert f"({actor})" in text_of(client, person_of(exchange, "VOP"), exchange)
        assert f"({actor})" not in text_of(client, person_of(exchange, "HO"), exchange)

    def test_every_step_has_words(self):
        assert set(TAKEN) == set(exchange_workflow.transitions)


class TestVersions:
    def test_a_version_in_force_has_its_document(self, client):
        exchange = validated_exchange()
        text = text_of(client, person_of(exchange, "VO"), exchange)
        assert f"/exchanges/{exchange.ref}/versions/1/document/" in text
        assert f"/exchanges/{exchange.ref}/calendar.ics" in text
        assert "Signed by all four" in text
        assert "Change what is agreed (amendment)" in text

    def test_a_draft_has_neither_document_nor_calendar(self, client):
        exchange = drafted_exchange()
        text = text_of(client, person_of(exchange, "VO"), exchange)
        assert not re.search(r"/versions/\d+/document/|calendar\.ics", text)

    def test_an_amendment_has_a_baton_of_its_own(self, client):
        exchange = validated_exchange()
        agenda = agenda_of(exchange).to_json()
        agenda["slots"][0]["title"] = "Another beginning"
        write_sections(exchange, {"agenda": type(agenda_of(exchange)).from_json(agenda)})
        freeze_commitment(
            exchange_id=exchange.pk, actor=person_of(exchange, "VO"), reason="New wishes."
        )
        text = text_of(client, person_of(exchange, "HO"), exchange)
        assert "Your turn: read this version and sign it." in text
        assert "New wishes." in text
        lines = page_of(exchange, person_of(exchange, "HO")).versions
        assert [line.baton is not None for line in lines] == [False, True]


def test_it_can_be_cancelled_until_it_starts(client):
    exchange = validated_exchange()
    cancel = f"/exchanges/{exchange.ref}/cancel/"
    assert cancel in text_of(client, person_of(exchange, "HO"), exchange)
    exchange_workflow.apply(exchange, "start", actor=None)
    assert cancel not in text_of(client, person_of(exchange, "HO"), exchange)


def test_the_page_is_not_its_own_next_step(client):
    exchange = validated_exchange()
    assert "Open the exchange" not in text_of(client, person_of(exchange, "HO"), exchange)

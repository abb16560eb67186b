"""The dashboard of those who have an exchange, and of staff who looks after them."""

from datetime import timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.services.cancelling import cancel_exchange
from exchanges.services.freezing import freeze_commitment
from exchanges.services.incidents import report_incident
from exchanges.services.interruptions import ask_interruption
from exchanges.turns import CLOSED_FOR, MOST_OF_STAFF, turns
from exchanges.workflows import exchange_workflow
from profiles.obstacles import obstacles
from profiles.personal_data import blockers
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
from tests.factories.matches import host_profile, member_of, visitor_profile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def lines(user):
    return [
        (str(turn.kind), turn.title, turn.baton.situation, str(turn.baton.sentence))
        for turn in turns(user)
    ]


def kinds(user):
    return [str(turn.kind) for turn in turns(user)]


def amending(exchange):
    agenda = agenda_of(exchange).to_json()
    agenda["slots"][0]["title"] = "Another beginning"
    write_sections(exchange, {"agenda": type(agenda_of(exchange)).from_json(agenda)})
    freeze_commitment(
        exchange_id=exchange.pk, actor=person_of(exchange, "VO"), reason="New wishes."
    )
    return exchange


def running():
    exchange = validated_exchange()
    exchange_workflow.apply(exchange, "start", actor=None)
    return exchange


def trouble(exchange, *, severity="low"):
    return report_incident(
        exchange_id=exchange.pk,
        kind="safety",
        severity=severity,
        text="No helmets.",
        actor=member_of(exchange.visitor),
    )


class TestSides:
    def test_a_draft_is_the_turn_of_both(self):
        exchange = drafted_exchange()
        sentence = "Your turn: write the Commitment of Quality together with {}."
        assert lines(member_of(exchange.host)) == [
            ("Exchange", "Motores Lda", "yours", sentence.format("Motores Lda"))
        ]
        assert lines(member_of(exchange.visitor)) == [
            ("Exchange", "AQUIMER", "yours", sentence.format("AQUIMER"))
        ]

    def test_the_dashboard_shows_it_once_with_its_days(self, client):
        exchange = drafted_exchange()
        client.force_login(member_of(exchange.visitor))
        matters = client.get("/dashboard/").context["matters"]
        assert matters.first.baton.action_url == f"/exchanges/{exchange.ref}/commitment/"
        assert matters.first.note.endswith(f"{exchange.ends_on.year}")
        assert [turn.kind for turn in matters.yours] == ["Visitor profile"]

    def test_without_days_there_is_no_note(self):
        exchange = drafted_exchange()
        Exchange.objects.filter(pk=exchange.pk).update(starts_on=None)
        assert [turn.note for turn in turns(member_of(exchange.visitor))] == [""]

    def test_whoever_has_signed_waits(self):
        exchange = signed_by(frozen_exchange(), "VO")
        assert [line[2] for line in lines(member_of(exchange.visitor))] == ["waiting"]
        assert [line[2] for line in lines(member_of(exchange.host))] == ["yours"]

    def test_an_amendment_stands_beside_the_exchange(self):
        exchange = amending(validated_exchange())
        found = [(kind, situation) for kind, _t, situation, _s in lines(member_of(exchange.host))]
        assert found == [("Exchange", "waiting"), ("Amendment", "yours")]

    def test_an_incident_and_a_request_stand_beside_it(self):
        exchange = running()
        trouble(exchange)
        ask_interruption(
            exchange_id=exchange.pk,
            kind="cancel",
            reason="Flood.",
            actor=member_of(exchange.visitor),
            is_force_majeure=True,
        )
        assert [line[:3] for line in lines(member_of(exchange.host))] == [
            ("Exchange", "Motores Lda", "waiting"),
            ("Incident", "Motores Lda", "yours"),
            ("Request to change course", "Motores Lda", "waiting"),
        ]

    def test_what_is_over_stays_for_a_month(self):
        exchange = drafted_exchange()
        user = member_of(exchange.visitor)
        cancel_exchange(exchange_id=exchange.pk, actor=user, reason="Flood.")
        assert [line[2] for line in lines(user)] == ["closed"]
        with time_machine.travel(clock.now() + CLOSED_FOR + timedelta(days=1), tick=False):
            assert lines(user) == []

    def test_whoever_belongs_to_both_reads_both_names(self):
        exchange = drafted_exchange()
        user = member_of(exchange.host)
        exchange.visitor.organisation.memberships.create(user=user)
        assert [line[1] for line in lines(user)] == ["Motores Lda and AQUIMER"]

    def test_strangers_have_none(self):
        drafted_exchange()
        assert lines(UserFactory()) == []
        assert lines(member_of(host_profile(name="Other"))) == []


class TestStaff:
    def test_a_commitment_to_sign_is_named(self):
        exchange = signed_by(frozen_exchange(), "HO", "VO")
        officer = person_of(exchange, "VOP")
        assert lines(officer) == [
            (
                "Commitment to sign",
                "Motores Lda and AQUIMER",
                "yours",
                "Your turn: read this version, then sign it or return it.",
            )
        ]
        (turn,) = turns(officer)
        assert turn.url == f"/exchanges/{exchange.ref}/sign/"
        signed_by(exchange, "VOP")
        assert lines(officer) == []

    def test_nothing_of_the_organisations_turn_is_named(self):
        exchange = frozen_exchange()
        assert lines(person_of(exchange, "VOP")) == []

    def test_an_amendment_is_signed_too(self):
        exchange = signed_by(amending(validated_exchange()), "HO", "VO")
        assert kinds(person_of(exchange, "HOP")) == ["Commitment to sign"]

    def test_incidents_and_requests_are_named(self):
        exchange = running()
        trouble(exchange, severity="high")
        ask_interruption(
            exchange_id=exchange.pk,
            kind="cancel",
            reason="Flood.",
            actor=member_of(exchange.visitor),
            is_force_majeure=True,
        )
        assert kinds(person_of(exchange, "VOP")) == ["Incident", "Request to change course"]
        assert kinds(person_of(exchange, "HOP")) == ["Request to change course"]

    def test_the_support_office_reads_what_came_to_it(self):
        incident = trouble(running())
        support = StaffRoleFactory(role="support").user
        assert lines(support) == []
        type(incident).objects.filter(pk=incident.pk).update(state="support")
        assert [line[::2] for line in lines(support)] == [("Incident", "yours")]

    def test_many_are_counted(self, monkeypatch):
        monkeypatch.setattr("exchanges.turns.MOST_OF_STAFF", 1)
        assert MOST_OF_STAFF == 5
        for _number in range(2):
            signed_by(frozen_exchange(), Capacity.HO, Capacity.VO)
        (turn,) = turns(person_of(Exchange.objects.with_parties().first(), "VOP"))
        assert str(turn.baton.sentence) == "Your turn: 2 exchanges wait for you."
        assert turn.url == "/exchanges/?show=waiting"

    def test_observers_have_none(self):
        signed_by(frozen_exchange(), "HO", "VO")
        assert lines(StaffRoleFactory(role="observer").user) == []


class TestMatches:
    def page(self, client, user, exchange):
        client.force_login(user)
        return client.get(f"/proposals/{exchange.match_id}/").context["page"]

    def test_the_page_of_the_match_leads_to_the_exchange(self, client):
        exchange = drafted_exchange()
        page = self.page(client, member_of(exchange.visitor), exchange)
        assert page.successor.url == exchange.get_absolute_url()
        assert str(page.baton.sentence).startswith("Your turn: write the Commitment of Quality")
        assert str(page.label) == "Confirmed"

    def test_whoever_introduced_two_of_others_sees_the_match_alone(self, client):
        exchange = drafted_exchange()
        stranger = StaffRoleFactory(acronym="BLUES")
        match = exchange.match
        match.introduced_for, match.introduced_by = stranger.partnership, stranger.user
        match.save(update_fields=["introduced_for", "introduced_by"])
        page = self.page(client, stranger.user, exchange)
        assert page.successor is None
        assert str(page.baton.sentence).startswith("Waiting for Motores Lda to plan")

    def test_a_frozen_text_keeps_the_match_from_being_dissolved(self, client):
        exchange = drafted_exchange()
        user = member_of(exchange.visitor)
        path = f"/proposals/{exchange.match_id}/dissolve/"
        assert self.page(client, user, exchange).can_dissolve
        assert client.get(path).status_code == 200
        freeze_commitment(exchange_id=exchange.pk, actor=user)
        assert not self.page(client, user, exchange).can_dissolve
        assert client.get(path)["Location"] == exchange.match.get_absolute_url()


class TestObstacles:
    def test_an_open_exchange_keeps_a_profile_from_being_withdrawn(self):
        exchange = drafted_exchange()
        assert obstacles(exchange.visitor) == [
            f"The exchange {exchange.ref} with AQUIMER is open. Cancel it first."
        ]
        assert obstacles(exchange.host) == [
            f"The exchange {exchange.ref} with Motores Lda is open. Cancel it first."
        ]

    def test_one_that_has_begun_waits_for_its_reports(self):
        exchange = running()
        text = f"The exchange {exchange.ref} with AQUIMER is not over. Wait for its reports."
        assert obstacles(exchange.visitor) == [text]
        exchange_workflow.apply(exchange, "finish", actor=None)
        assert obstacles(exchange.visitor) == [
            f"The exchange {exchange.ref} with AQUIMER waits for its reports. Hand yours in; once "
            "the partnerships have validated them, it is closed."
        ]

    def test_one_that_is_over_stands_in_nobodys_way(self):
        exchange = drafted_exchange()
        user = member_of(exchange.visitor)
        cancel_exchange(exchange_id=exchange.pk, actor=user, reason="Flood.")
        assert obstacles(exchange.visitor) == []

    def test_the_only_member_cannot_close_the_account(self):
        exchange = drafted_exchange()
        found = [
            (str(one.reason), one.url)
            for one in blockers(member_of(exchange.visitor))
            if exchange.ref in str(one.reason)
        ]
        assert found == [
            (
                f"The exchange {exchange.ref} with AQUIMER is open and you are the only one to "
                "act. Bring it to its end, or invite a colleague.",
                exchange.get_absolute_url(),
            )
        ]


def test_a_visitor_of_a_profile_without_exchange_takes_no_turn():
    assert lines(member_of(visitor_profile())) == []

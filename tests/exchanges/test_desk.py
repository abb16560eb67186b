"""The lists of exchanges: one's own, and the desk with its bulk reminders."""

from datetime import timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.models import OutgoingMail
from exchanges.models import Exchange, SigningReminder
from exchanges.queries.exchange_list import DeskFilters, Show, desk
from exchanges.services.bulk import remind_many
from exchanges.services.check_ins import check_in
from exchanges.services.incidents import report_incident
from exchanges.services.interruptions import ask_interruption
from exchanges.workflows import exchange_workflow
from profiles.models import Partnership
from tests.factories import StaffRoleFactory, UserFactory, published_profile
from tests.factories.exchanges import (
    drafted_exchange,
    frozen_exchange,
    person_of,
    signed_by,
    validated_exchange,
)
from tests.factories.matches import host_profile, member_of, visitor_profile
from tests.profiles.pages import queries_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

REMIND = "/exchanges/remind/"


def refs(user, show, **filters):
    return [row.exchange.ref for row in desk(user, show, DeskFilters(**filters), None).rows]


def text_of(client, user, path="/exchanges/"):
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def moved(exchange, *, start, days=4):
    """As if it had been agreed for these days from today."""
    first = clock.today() + timedelta(days=start)
    Exchange.objects.filter(pk=exchange.pk).update(
        starts_on=first, ends_on=first + timedelta(days=days)
    )
    return exchange


def running(*, start=0):
    exchange = validated_exchange()
    exchange_workflow.apply(exchange, "start", actor=None)
    return moved(exchange, start=start)


@pytest.fixture
def officer():
    return StaffRoleFactory().user


class TestOwn:
    def test_members_see_their_own_alone(self, client):
        exchange = drafted_exchange()
        other = drafted_exchange(visitor=visitor_profile(name="Other", country="DE"))
        text = text_of(client, member_of(exchange.visitor))
        assert exchange.ref in text
        assert other.ref not in text
        assert "Your turn: write the Commitment of Quality together with AQUIMER." in text

    def test_what_goes_on_comes_before_what_is_over(self, client):
        visitor = visitor_profile()
        first = drafted_exchange(visitor=visitor)
        exchange_workflow.apply(
            first, "cancel", actor=member_of(first.visitor), comment="Other plans."
        )
        second = drafted_exchange(visitor=visitor, host=host_profile(name="Second"))
        client.force_login(member_of(visitor))
        rows = client.get("/exchanges/").context["rows"]
        assert [row.exchange.ref for row in rows] == [second.ref, first.ref]

    def test_whoever_has_none_is_told_how_one_comes_about(self, client):
        assert "No exchanges yet" in text_of(client, UserFactory())

    def test_observers_see_nothing_personal(self, client):
        exchange = drafted_exchange()
        assert exchange.ref not in text_of(client, StaffRoleFactory(role="observer").user)

    def test_three_take_as_many_queries_as_one(self, client):
        visitor = visitor_profile()
        drafted_exchange(visitor=visitor)
        client.force_login(member_of(visitor))
        one = queries_of(client, "/exchanges/")
        for name in ("Second", "Third"):
            drafted_exchange(visitor=visitor, host=host_profile(name=name))
        assert queries_of(client, "/exchanges/") == one


class TestViews:
    def test_what_waits_for_the_own_signature_waits_for_us(self, officer):
        frozen_exchange()
        review = signed_by(frozen_exchange(), "HO", "VO")
        assert refs(officer, Show.WAITING) == [review.ref]
        assert refs(StaffRoleFactory(acronym="BLUES").user, Show.WAITING) == []
        signed_by(review, "VOP")
        assert refs(officer, Show.WAITING) == []
        assert refs(person_of(review, "HOP"), Show.WAITING) == [review.ref]

    def test_what_the_own_organisation_signs_does_not_wait_for_the_desk(self, officer):
        review = signed_by(frozen_exchange(), "HO", "VO")
        review.visitor.organisation.memberships.create(user=officer)
        assert refs(officer, Show.WAITING) == []

    def test_an_incident_waits_for_whom_it_came_to(self, officer):
        exchange = running()
        report_incident(
            exchange_id=exchange.pk,
            kind="safety",
            severity="high",
            text="No helmets.",
            actor=member_of(exchange.visitor),
        )
        assert refs(officer, Show.WAITING) == [exchange.ref]
        assert refs(person_of(exchange, "HOP"), Show.WAITING) == []
        incident = exchange.incidents.get()
        for state in ("both", "support"):
            incident.state = state
            type(incident).objects.filter(pk=incident.pk).update(state=state)
            waits = [refs(person_of(exchange, c), Show.WAITING) for c in ("HOP", "VOP")]
            assert waits == ([[exchange.ref]] * 2 if state == "both" else [[], []])
        support = StaffRoleFactory(role="support").user
        assert refs(support, Show.WAITING) == [exchange.ref]

    def test_a_request_waits_for_both_partnerships(self, officer):
        exchange = validated_exchange()
        ask_interruption(
            exchange_id=exchange.pk,
            kind="cancel",
            reason="Flood.",
            actor=member_of(exchange.visitor),
            is_force_majeure=True,
        )
        assert refs(officer, Show.WAITING) == [exchange.ref]
        assert refs(person_of(exchange, "HOP"), Show.WAITING) == [exchange.ref]

    def test_what_begins_within_two_weeks_starts_soon(self, officer):
        soon = moved(validated_exchange(), start=14)
        moved(validated_exchange(), start=15)
        assert refs(officer, Show.SOON) == [soon.ref]

    def test_what_runs_is_running(self, officer):
        validated_exchange()
        exchange = running()
        assert refs(officer, Show.RUNNING) == [exchange.ref]

    def test_all_holds_everything_the_latest_first(self, officer):
        first, second = drafted_exchange(), drafted_exchange()
        assert refs(officer, Show.ALL) == [second.ref, first.ref]
        assert refs(StaffRoleFactory(role="support").user, Show.ALL) == [second.ref, first.ref]


class TestLate:
    def late(self, officer):
        found = desk(officer, Show.LATE, DeskFilters(), None)
        told = {row.exchange.ref: [str(reason) for reason in row.late] for row in found.rows}
        everything = desk(officer, Show.ALL, DeskFilters(), None).rows
        assert told == {
            row.exchange.ref: [str(reason) for reason in row.late] for row in everything if row.late
        }
        return told

    def test_signatures_are_due_three_weeks_before_the_start(self, officer):
        exchange = moved(frozen_exchange(), start=21)
        moved(frozen_exchange(), start=22)
        assert self.late(officer) == {exchange.ref: ["Not signed yet"]}

    def test_check_ins_are_due_on_the_day_after_the_start(self, officer):
        exchange = running(start=-1)
        running(start=0)
        assert self.late(officer) == {exchange.ref: ["Check-in is missing"]}
        check_in(exchange_id=exchange.pk, actor=member_of(exchange.host))
        assert self.late(officer) == {exchange.ref: ["Check-in is missing"]}
        check_in(exchange_id=exchange.pk, actor=member_of(exchange.visitor))
        assert self.late(officer) == {}

    def test_an_open_incident_is_late(self, officer):
        exchange = running()
        report_incident(
            exchange_id=exchange.pk,
            kind="agenda",
            severity="low",
            text="Too late.",
            actor=member_of(exchange.host),
        )
        assert self.late(officer) == {exchange.ref: ["Open incident"]}

    def test_without_days_nothing_is_late(self, officer):
        exchange = drafted_exchange()
        Exchange.objects.filter(pk=exchange.pk).update(starts_on=None, ends_on=None)
        assert self.late(officer) == {}


class TestFilters:
    def test_each_narrows_the_desk(self, officer):
        exchange = drafted_exchange()
        moved_host = drafted_exchange(
            host=host_profile(name="Bonn Drives", country="DE"),
            visitor=visitor_profile(name="Porto Wines"),
        )
        Exchange.objects.filter(pk=moved_host.pk).update(mode="virtual")
        assert refs(officer, Show.ALL, mode="physical") == [exchange.ref]
        assert refs(officer, Show.ALL, country="DE") == [moved_host.ref]
        assert refs(officer, Show.ALL, text="bonn") == [moved_host.ref]
        assert refs(officer, Show.ALL, text="porto") == [moved_host.ref]
        assert refs(officer, Show.ALL, text=exchange.ref) == [exchange.ref]
        assert refs(officer, Show.ALL, state="review") == []
        blues = Partnership.objects.get(acronym="BLUES")
        assert refs(officer, Show.ALL, partnership=blues) == []

    def test_the_form_narrows_and_the_tabs_keep_what_is_set(self, client, officer):
        exchange = drafted_exchange()
        client.force_login(officer)
        response = client.get("/exchanges/?show=all&mode=virtual&text=x&state=nonsense&country=FR")
        assert response.context["desk"].rows == []
        assert {tab["count"] for tab in response.context["tabs"]} == {0}
        urls = [tab["url"] for tab in response.context["tabs"]]
        assert all("mode=virtual" in url and "text=x" in url for url in urls)
        assert exchange.ref in text_of(client, officer, "/exchanges/?show=all&country=FR")

    def test_partnership_is_asked_of_whoever_looks_after_several(self, client, officer):
        client.force_login(officer)
        assert "partnership" not in client.get("/exchanges/").context["form"].fields
        client.force_login(StaffRoleFactory(role="support").user)
        form = client.get("/exchanges/").context["form"]
        assert form.fields["partnership"].queryset.count() == Partnership.objects.count()

    def test_going_back_leads_to_the_list_as_it_was(self, client, officer):
        exchange = drafted_exchange()
        client.force_login(officer)
        client.get("/exchanges/?show=all&mode=physical")
        text = client.get(exchange.get_absolute_url()).content.decode()
        assert 'href="/exchanges/?show=all&amp;mode=physical"' in text
        client.get("/exchanges/")
        text = client.get(exchange.get_absolute_url()).content.decode()
        assert 'class="back" href="/exchanges/"' in text

    def test_three_take_as_many_queries_as_one(self, client, officer):
        client.force_login(officer)
        client.get("/exchanges/?show=all")
        signed_by(frozen_exchange(), "HO")
        one = queries_of(client, "/exchanges/?show=all")
        validated_exchange()
        frozen_exchange()
        assert queries_of(client, "/exchanges/?show=all") == one


class TestRows:
    def test_a_row_tells_parties_dates_turn_and_reminder(self, client, officer):
        exchange = frozen_exchange()
        with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
            remind_many(exchange_ids=[exchange.pk], actor=officer)
        text = text_of(client, officer, "/exchanges/?show=all")
        assert "Motores Lda – AQUIMER" in text
        assert "RECIPE4MOBILITY – EXXTRA" in text
        assert "Waiting for the signature of AQUIMER and Motores Lda." in text
        row = desk(officer, Show.ALL, DeskFilters(), None).rows[0]
        assert row.reminded_at == SigningReminder.objects.latest("at").at

    def test_a_reminder_to_write_counts_too(self, officer):
        exchange = drafted_exchange()
        Exchange.objects.filter(pk=exchange.pk).update(reminded_at=clock.now())
        row = desk(officer, Show.ALL, DeskFilters(), None).rows[0]
        exchange.refresh_from_db()
        assert (row.reminded_at, row.can_remind) == (exchange.reminded_at, False)


class TestReminders:
    def test_each_row_has_its_own_result(self, client, officer):
        frozen = frozen_exchange()
        drafted = drafted_exchange()
        review = signed_by(frozen_exchange(), "HO", "VO")
        client.force_login(officer)
        client.get("/exchanges/?show=all")
        keys = [frozen.pk, drafted.pk, review.pk]
        response = client.post(REMIND, {"exchange": keys})
        told = {o.exchange.pk: (o.names, o.refusals) for o in response.context["outcomes"]}
        assert told == {
            frozen.pk: (["AQUIMER", "Motores Lda"], []),
            drafted.pk: ([], ["No signature is awaited here now."]),
            review.pk: (["EXXTRA"], ["Your own signature is awaited: read the text and sign it."]),
        }
        assert response.context["done"] == 2
        assert response.context["back_url"] == "/exchanges/?show=all"
        assert SigningReminder.objects.count() == 3

    def test_a_second_press_within_the_day_is_refused_row_by_row(self, officer):
        exchange = frozen_exchange()
        remind_many(exchange_ids=[exchange.pk], actor=officer)
        mails = OutgoingMail.objects.count()
        (outcome,) = remind_many(exchange_ids=[exchange.pk], actor=officer)
        assert outcome.names == []
        assert outcome.refusals == [
            f"{name} was reminded only recently. Wait a day before you do so again."
            for name in ("AQUIMER", "Motores Lda")
        ]
        assert OutgoingMail.objects.count() == mails

    def test_exchanges_of_others_are_left_out(self):
        exchange = frozen_exchange()
        stranger = StaffRoleFactory(acronym="BLUES").user
        assert remind_many(exchange_ids=[exchange.pk], actor=stranger) == []
        assert SigningReminder.objects.count() == 0

    def test_somebody_has_to_be_ticked(self, client, officer):
        client.force_login(officer)
        response = client.post(REMIND, {"exchange": ["", "x"]}, follow=True)
        assert "Tick at least one exchange." in response.content.decode()

    def test_observers_and_members_do_not_remind(self, client):
        client.force_login(StaffRoleFactory(role="observer").user)
        assert client.post(REMIND, {"exchange": [1]}).status_code == 403
        client.force_login(UserFactory())
        assert client.post(REMIND, {"exchange": [1]}).status_code == 404


class TestNavigation:
    def entries(self, client, user):
        client.force_login(user)
        return [str(item.label) for item in client.get("/rules/").context["navigation"]]

    def test_exchanges_stand_there_for_whoever_has_one(self, client, officer):
        exchange = drafted_exchange()
        assert "Exchanges" in self.entries(client, member_of(exchange.visitor))
        assert "Exchanges" in self.entries(client, officer)
        assert "Exchanges" not in self.entries(client, UserFactory())
        assert "Exchanges" not in self.entries(client, member_of(published_profile()))
        assert "Exchanges" not in self.entries(client, StaffRoleFactory(role="observer").user)

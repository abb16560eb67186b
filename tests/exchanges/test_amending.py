"""Changing what is agreed: what holds at once, what is signed again, and giving the change up."""

from html import unescape

import pytest
from django.test import Client

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from exchanges.commitment.asides import asides, with_asides
from exchanges.enums import ExchangeState, VersionState
from exchanges.models import SectionChange
from exchanges.notifications.building import CONTACT_DATA_CHANGED
from exchanges.notifications.signing import COMMITMENT_VOID
from exchanges.queries.asides import asides_of
from exchanges.queries.calendar import entries_of, with_signed_versions
from exchanges.queries.drafts import draft_contents, sections_of
from exchanges.queries.follow_up import terms_in_force
from exchanges.queries.terms_shown import terms_shown
from exchanges.services.amending import give_up_amendment
from exchanges.services.cancelling import cancel_exchange
from exchanges.services.drafting import save_section
from exchanges.services.freezing import freeze_commitment
from exchanges.services.running import start_due_exchanges
from exchanges.workflows.parties import open_version, version_in_force
from tests.factories import UserFactory
from tests.factories.exchanges import (
    drafted_exchange,
    frozen_exchange,
    person_of,
    signed_by,
    validated_exchange,
)
from tests.factories.running import agreed_exchange, running_exchange, working_days_from_today
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

ELSEWHERE = "Another workshop, Lyon"


def edit(exchange, name, capacity="HO", **changes):
    row = sections_of(exchange)[name]
    save_section(
        exchange_id=exchange.pk,
        name=name,
        content={**row.content, **changes},
        revision=row.revision,
        actor=person_of(exchange, capacity),
    )
    exchange.refresh_from_db()
    return exchange


def with_phone(exchange, phone, capacity="HO"):
    """The first participant of this side has another telephone."""
    first, *others = sections_of(exchange)["people"].content[capacity]
    return edit(exchange, "people", capacity, **{capacity: [{**first, "phone": phone}, *others]})


def amended(exchange):
    """An amendment to another place is being signed."""
    edit(exchange, "when", venue=ELSEWHERE)
    freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, "HO"), reason="Moved.")
    return exchange


def told(kind):
    return sorted(mail.to for mail in OutgoingMail.objects.filter(kind=kind.name))


def page(exchange, capacity, below="commitment/"):
    client = Client()
    client.force_login(person_of(exchange, capacity))
    html = unescape(client.get(f"/exchanges/{exchange.ref}/{below}").content.decode())
    return " ".join(html[html.index("<main") : html.index("</main>")].split())


class TestWhatHoldsAtOnce:
    def test_contact_data_of_the_same_person(self):
        before = {"people": {"HO": [{"name": "Ana", "phone": "1", "email": "a"}]}}
        after = {"people": {"HO": [{"name": "Ana", "phone": "2", "email": "a"}]}}
        assert [one.path for one in asides(before, after)] == ["HO.0.phone"]
        assert with_asides(before, after) == after
        assert before["people"]["HO"][0]["phone"] == "1"

    def test_but_not_of_somebody_else_in_that_place(self):
        before = {"people": {"HO": [{"name": "Ana", "phone": "1"}]}}
        after = {"people": {"HO": [{"name": "Ben", "phone": "2"}]}}
        assert asides(before, after) == []
        assert with_asides(before, after) == before

    def test_the_room_and_not_the_place(self):
        before = {"when": {"room": "", "venue": "Lyon"}}
        after = {"when": {"room": "Gate 4", "venue": "Paris"}}
        assert with_asides(before, after) == {"when": {"room": "Gate 4", "venue": "Lyon"}}

    def test_pages_mails_and_calendars_take_it_from_the_draft(self):
        exchange = edit(validated_exchange(), "when", room="Gate 4", venue=ELSEWHERE)
        for terms in (terms_shown(exchange), terms_in_force(exchange)):
            assert (terms.when.room, terms.when.venue) == ("Gate 4", "Workshop, Lyon")
        (found,) = with_signed_versions(type(exchange).objects.filter(pk=exchange.pk))
        assert entries_of(found)[0].place == "Workshop, Lyon, Gate 4"

    def test_who_changed_what_stands_beside_the_version(self):
        exchange = with_phone(validated_exchange(), "+33711111111")
        (found,) = asides_of(version_in_force(exchange))
        assert (found.difference.path, found.author, found.capacity) == (
            "HO.0.phone",
            person_of(exchange, "HO"),
            "HO",
        )
        assert open_version(exchange) is None

    def test_the_last_one_who_changed_it_counts(self):
        exchange = edit(validated_exchange(), "when", room="Gate 4")
        edit(exchange, "when", venue=ELSEWHERE, capacity="VO")
        edit(exchange, "when", room="Gate 5", capacity="VO")
        edit(exchange, "when", venue="Workshop, Lyon", capacity="HO")
        (found,) = asides_of(version_in_force(exchange))
        assert (found.difference.after, found.capacity) == ("Gate 5", "VO")

    def test_nothing_holds_beside_a_version_that_is_no_more(self):
        exchange = edit(edit(frozen_exchange(), "when", room="Gate 4"), "when", venue=ELSEWHERE)
        assert exchange.versions.get().state == VersionState.VOID
        assert asides_of(exchange.versions.get()) == []

    @pytest.mark.parametrize("below", ["", "commitment/", "versions/1/"])
    def test_it_is_shown_with_its_author(self, below):
        exchange = with_phone(validated_exchange(), "+33711111111")
        seen = page(exchange, "VOP", below)
        assert "Changed since the text was frozen" in seen
        assert "+33711111111" in seen
        assert f"changed by {person_of(exchange, 'HO')}" in seen

    def test_pages_say_nothing_where_nothing_was_changed(self):
        assert "Changed since the text was frozen" not in page(frozen_exchange(), "HO", "")
        assert "Changed since the text was frozen" not in page(drafted_exchange(), "VO", "")


class TestTheOthersAreTold:
    def test_all_but_the_own_party_once(self):
        exchange = with_phone(validated_exchange(), "+33711111111")
        with_phone(exchange, "+33722222222")
        others = sorted(person_of(exchange, one).email for one in ("VO", "HOP", "VOP"))
        assert told(CONTACT_DATA_CHANGED) == others
        mail = OutgoingMail.objects.filter(kind=CONTACT_DATA_CHANGED.name).first()
        assert mail.subject == f"Note the new contact data that AQUIMER entered for {exchange.ref}"
        assert "telephone" in mail.text
        assert "+337" not in mail.text

    def test_it_is_written_down_beside_what_is_in_force(self):
        exchange = with_phone(validated_exchange(), "+33711111111")
        entry = AuditEntry.objects.get(event="commitment.edited_aside")
        assert entry.subject_id == str(version_in_force(exchange).pk)
        assert entry.data == {"fields": ["people.HO.phone"]}

    def test_beside_an_amendment_too_and_it_stays_open(self):
        exchange = with_phone(amended(validated_exchange()), "+33711111111", "VO")
        assert open_version(exchange).number == 2
        assert person_of(exchange, "HO").email in told(CONTACT_DATA_CHANGED)

    def test_nobody_while_the_text_is_being_written(self):
        with_phone(drafted_exchange(), "+33711111111")
        assert told(CONTACT_DATA_CHANGED) == []

    def test_nobody_of_what_is_signed_again(self):
        edit(validated_exchange(), "when", venue=ELSEWHERE)
        assert told(CONTACT_DATA_CHANGED) == []


class TestGivingUp:
    def test_the_text_says_again_what_is_in_force(self):
        exchange = edit(validated_exchange(), "when", venue=ELSEWHERE, room="Gate 4")
        agreed = version_in_force(exchange).snapshot["terms"]
        give_up_amendment(exchange_id=exchange.pk, actor=person_of(exchange, "VO"))
        when = {**agreed["when"], "room": "Gate 4"}
        exchange = type(exchange).objects.get(pk=exchange.pk)
        assert draft_contents(exchange) == {**agreed, "when": when}
        assert exchange.state == ExchangeState.VALIDATED
        entry = AuditEntry.objects.get(event="commitment.amendment_given_up")
        assert entry.data == {"sections": ["when"]}

    def test_it_is_a_change_of_its_own_in_the_history(self):
        exchange = edit(validated_exchange(), "when", venue=ELSEWHERE)
        give_up_amendment(exchange_id=exchange.pk, actor=person_of(exchange, "HO"))
        changes = SectionChange.objects.order_by("revision")
        venues = [(one.before["venue"], one.after["venue"]) for one in changes]
        assert venues == [("Workshop, Lyon", ELSEWHERE), (ELSEWHERE, "Workshop, Lyon")]

    def test_a_version_that_is_being_signed_is_void_and_signers_are_told(self):
        exchange = signed_by(amended(validated_exchange()), "VO")
        give_up_amendment(exchange_id=exchange.pk, actor=person_of(exchange, "HO"))
        states = dict(exchange.versions.values_list("number", "state"))
        assert states == {1: VersionState.IN_FORCE, 2: VersionState.VOID}
        assert told(COMMITMENT_VOID) == [person_of(exchange, "VO").email]

    @pytest.mark.parametrize(
        ("make", "code"),
        [(validated_exchange, "nothing_changed"), (frozen_exchange, "not_in_force")],
    )
    def test_there_must_be_something_to_give_up(self, make, code):
        exchange = make()
        with untouched(), pytest.raises(TransitionRefused) as refused:
            give_up_amendment(exchange_id=exchange.pk, actor=person_of(exchange, "HO"))
        assert refused.value.code == code

    def test_not_once_the_commitment_has_ended(self):
        exchange = edit(validated_exchange(), "when", venue=ELSEWHERE)
        host = person_of(exchange, "HO")
        cancel_exchange(exchange_id=exchange.pk, actor=host, reason="Ill.")
        with untouched(), pytest.raises(NotAllowed):
            give_up_amendment(exchange_id=exchange.pk, actor=host)

    @pytest.mark.parametrize("who", ["HOP", "stranger"])
    def test_only_the_two_sides_do(self, who):
        exchange = edit(validated_exchange(), "when", venue=ELSEWHERE)
        actor = UserFactory() if who == "stranger" else person_of(exchange, who)
        with untouched(), pytest.raises(NotAllowed):
            give_up_amendment(exchange_id=exchange.pk, actor=actor)


class TestARunningExchange:
    def test_its_first_day_stays(self):
        exchange = running_exchange()
        row = sections_of(exchange)["when"]
        with untouched(), pytest.raises(TransitionRefused) as refused:
            edit(exchange, "when", starts_on=row.content["ends_on"])
        assert refused.value.code == "begun"
        assert "postponed" in str(refused.value)

    def test_its_last_day_can_change(self):
        exchange = running_exchange()
        edit(exchange, "when", ends_on=sections_of(exchange)["when"].content["starts_on"])
        assert exchange.state == ExchangeState.ONGOING

    def test_a_first_day_that_was_changed_before_the_start_is_not_frozen_after_it(self):
        days = working_days_from_today(5)
        exchange = agreed_exchange(days=days)
        edit(exchange, "when", starts_on=days[1].isoformat())
        start_due_exchanges()
        with untouched(), pytest.raises(TransitionRefused) as refused:
            freeze_commitment(
                exchange_id=exchange.pk, actor=person_of(exchange, "HO"), reason="Later."
            )
        assert refused.value.code == "begun"

    @pytest.mark.parametrize(
        ("first", "state"), [(0, VersionState.SIGNING), (1, VersionState.VOID)]
    )
    def test_an_amendment_to_another_first_day_is_void_with_the_start(self, first, state):
        days = working_days_from_today(5)
        exchange = agreed_exchange(days=days)
        amendment = exchange.versions.get()
        amendment.pk, amendment.number, amendment.is_amendment = None, 2, True
        amendment.state, amendment.in_force_at = VersionState.SIGNING, None
        amendment.snapshot["terms"]["when"]["starts_on"] = days[first].isoformat()
        amendment.save(force_insert=True)
        start_due_exchanges()
        assert exchange.versions.get(number=2).state == state


class TestPages:
    def test_the_page_says_beforehand_what_a_change_means(self):
        exchange = validated_exchange()
        seen = page(exchange, "HO")
        assert "Until then version 1 stays in force as it was signed." in seen
        assert "Check and freeze" not in seen
        assert "Give the change up" not in seen

    def test_it_shows_what_differs_and_leads_to_freezing(self):
        exchange = edit(validated_exchange(), "when", venue=ELSEWHERE)
        seen = page(exchange, "HO")
        assert "What differs from version 1, which is in force" in seen
        assert "Check and freeze" in seen
        assert "Give the change up" in seen
        assert "What differs from version 1" in page(exchange, "HO", "commitment/freeze/")

    def test_contact_data_alone_are_nothing_to_freeze(self):
        exchange = with_phone(validated_exchange(), "+33711111111")
        seen = page(exchange, "HO")
        assert "What differs" not in seen
        assert "Check and freeze" not in seen

    def test_partnerships_read_the_change_and_do_not_give_it_up(self):
        exchange = edit(validated_exchange(), "when", venue=ELSEWHERE)
        seen = page(exchange, "HOP")
        assert "What differs from version 1, which is in force" in seen
        assert "Give the change up" not in seen

    def test_the_page_of_the_exchange_tells_that_a_change_is_written(self):
        exchange = validated_exchange()
        assert "A change is being written" not in page(exchange, "VO", "")
        edit(exchange, "when", venue=ELSEWHERE)
        assert "A change is being written" in page(exchange, "VO", "")
        freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, "HO"), reason="Moved.")
        seen = page(exchange, "VO", "")
        assert "A change is being written" not in seen
        assert "Your turn: read this version and sign it." in seen

    def test_giving_up_asks_once(self, client):
        exchange = amended(validated_exchange())
        client.force_login(person_of(exchange, "VO"))
        path = f"/exchanges/{exchange.ref}/commitment/give-up/"
        asked = client.get(path).content.decode()
        assert "Version 2, which is being signed, becomes void." in asked
        assert ELSEWHERE in asked
        assert open_version(exchange) is not None
        response = client.post(path, follow=True)
        assert "Given up. What was signed goes on as it is." in response.content.decode()
        assert not exchange.versions.filter(state=VersionState.SIGNING).exists()
        assert client.get(path).status_code == 302
        again = client.post(path, follow=True).content.decode()
        assert "the text is what is in force" in again

    @pytest.mark.parametrize(("who", "status"), [("HOP", 403), ("stranger", 404)])
    def test_only_the_sides_reach_it(self, client, who, status):
        exchange = validated_exchange()
        client.force_login(UserFactory() if who == "stranger" else person_of(exchange, who))
        assert client.get(f"/exchanges/{exchange.ref}/commitment/give-up/").status_code == status

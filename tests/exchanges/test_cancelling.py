"""An exchange is cancelled before it starts: nobody loses a visit, and everybody reads why."""

import pytest

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, Document, OutgoingMail
from exchanges.enums import Capacity, ExchangeState, VersionState
from exchanges.models import Exchange, ExchangeStep
from exchanges.services.cancelling import cancel_exchange, follow_dissolved_match
from matching.enums import MatchState
from matching.services.matches import dissolve_match
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import (
    drafted_exchange,
    frozen_exchange,
    person_of,
    validated_exchange,
)
from tests.factories.matches import member_of

pytestmark = pytest.mark.usefixtures("reference")

WHY = "Our plans have changed."


def cancelled(exchange, capacity="VO", reason=WHY):
    return cancel_exchange(
        exchange_id=exchange.pk, actor=person_of(exchange, capacity), reason=reason
    )


def told_of_cancellation():
    mails = OutgoingMail.objects.filter(kind="exchanges/exchange_cancelled")
    return sorted(mails.values_list("to", flat=True))


def test_a_draft_ends_with_its_match():
    exchange = cancelled(drafted_exchange())
    exchange.match.refresh_from_db()
    assert (exchange.state, exchange.match.state) == ("cancelled", MatchState.DISSOLVED)
    assert Document.objects.count() == 0
    assert told_of_cancellation() == []
    assert OutgoingMail.objects.filter(kind="matching/match_dissolved").count() == 1


def test_a_frozen_text_is_void_and_the_match_over():
    exchange = cancelled(frozen_exchange())
    exchange.match.refresh_from_db()
    version = exchange.versions.get()
    assert (exchange.state, exchange.match.state) == ("cancelled", MatchState.FINISHED)
    assert version.state == VersionState.VOID


def test_a_commitment_in_force_ends():
    exchange = cancelled(validated_exchange())
    assert exchange.versions.get().state == VersionState.ENDED


def test_calendars_take_it_over():
    exchange = validated_exchange()
    assert cancelled(exchange).calendar_sequence == exchange.calendar_sequence + 1


@pytest.mark.parametrize("capacity", list(Capacity))
def test_the_three_others_read_why(capacity):
    exchange = frozen_exchange()
    people = {one: person_of(exchange, one) for one in Capacity}
    cancelled(exchange, capacity)
    others = {person.email for one, person in people.items() if one != capacity}
    assert told_of_cancellation() == sorted(others)
    mail = OutgoingMail.objects.filter(kind="exchanges/exchange_cancelled").first()
    assert mail is not None
    assert WHY in mail.text
    assert mail.subject.startswith(f"Cancelled: the exchange {exchange.ref}")


def test_whoever_was_asked_to_sign_need_not():
    exchange = frozen_exchange()
    asked = OutgoingMail.objects.filter(kind="exchanges/commitment_to_sign")
    assert set(asked.values_list("status", flat=True)) == {"queued"}
    cancelled(exchange)
    assert set(asked.values_list("status", flat=True)) == {"cancelled"}


def test_the_support_office_can_cancel():
    exchange = frozen_exchange()
    support = StaffRoleFactory(role="support").user
    cancel_exchange(exchange_id=exchange.pk, actor=support, reason=WHY)
    step = ExchangeStep.objects.get(subject=exchange, transition="cancel")
    assert (step.actor, step.capacity, step.comment) == (support, "", WHY)
    notice = Document.objects.get(kind="exchanges/cancellation")
    assert notice.snapshot["by"] == "the Support Office"
    mail = OutgoingMail.objects.filter(kind="exchanges/exchange_cancelled").first()
    assert mail is not None
    assert "The Support Office has cancelled" in mail.text


def test_the_support_office_can_give_up_a_draft():
    exchange = drafted_exchange()
    support = StaffRoleFactory(role="support").user
    assert cancel_exchange(exchange_id=exchange.pk, actor=support, reason=WHY).state == "cancelled"


def test_the_notice_says_who_why_and_what_was_signed():
    exchange = frozen_exchange()
    version = exchange.versions.get()
    cancelled(exchange, "HO")
    notice = Document.objects.get(kind="exchanges/cancellation")
    assert notice.name == exchange.ref
    assert notice.snapshot["by"] == "AQUIMER"
    assert notice.snapshot["reason"] == WHY
    assert notice.snapshot["is_physical"] is True
    assert notice.snapshot["versions"] == [
        {"number": 1, "state": "Void: the text was changed", "digest": version.digest}
    ]
    assert [party["name"] for party in notice.snapshot["parties"]] == [
        "AQUIMER",
        "Motores Lda",
        "EXXTRA",
        "RECIPE4MOBILITY",
    ]


def refused(exchange, actor, reason, error):
    """Nothing moves by a refusal."""
    before = Exchange.objects.values().get(pk=exchange.pk)
    rows = AuditEntry.objects.count(), OutgoingMail.objects.count(), Document.objects.count()
    with pytest.raises(error) as refusal:
        cancel_exchange(exchange_id=exchange.pk, actor=actor, reason=reason)
    assert Exchange.objects.values().get(pk=exchange.pk) == before
    assert rows == (
        AuditEntry.objects.count(),
        OutgoingMail.objects.count(),
        Document.objects.count(),
    )
    return refusal.value.code


def test_a_stranger_cannot_cancel():
    assert refused(frozen_exchange(), UserFactory(), WHY, NotAllowed) == "not_allowed"


def test_a_reason_is_needed():
    exchange = frozen_exchange()
    actor = person_of(exchange, "VO")
    assert refused(exchange, actor, " ", TransitionRefused) == "comment_missing"


def test_what_is_cancelled_cannot_be_cancelled_again():
    exchange = cancelled(frozen_exchange())
    actor = person_of(exchange, "HO")
    assert refused(exchange, actor, WHY, TransitionRefused) == "too_late"


def test_a_frozen_exchange_is_not_dissolved_on_the_page_of_its_match():
    exchange = frozen_exchange()
    with pytest.raises(TransitionRefused) as refusal:
        dissolve_match(match_id=exchange.match_id, actor=member_of(exchange.visitor), comment=WHY)
    assert refusal.value.code == "frozen_already"
    exchange.refresh_from_db()
    exchange.match.refresh_from_db()
    assert (exchange.state, exchange.match.state) == (ExchangeState.SIGNING, MatchState.CONFIRMED)


def test_a_dissolved_match_whose_exchange_is_over_changes_nothing():
    exchange = cancelled(frozen_exchange())
    steps = ExchangeStep.objects.count()
    follow_dissolved_match(match_id=exchange.match_id, actor=person_of(exchange, "VO"), comment=WHY)
    assert ExchangeStep.objects.count() == steps


def test_the_page_says_what_follows_and_cancels(client):
    exchange = validated_exchange()
    client.force_login(person_of(exchange, "VO"))
    page = client.get(f"/exchanges/{exchange.ref}/cancel/")
    assert "The visitor keeps the visit" in page.content.decode()
    assert "4 signatures lose their force" in page.content.decode()
    answer = client.post(f"/exchanges/{exchange.ref}/cancel/", {"reason": "0"})
    exchange.refresh_from_db()
    assert (answer.status_code, exchange.state) == (302, "cancelled")


def test_the_page_keeps_what_was_typed_when_it_is_refused(client):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, "VO"))
    page = client.post(f"/exchanges/{exchange.ref}/cancel/", {"reason": "other", "words": ""})
    assert "Say the reason in a few words." in page.content.decode()
    exchange.refresh_from_db()
    assert exchange.state == "signing"


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("observer", 404)])
def test_others_find_no_page(client, who, status):
    exchange = frozen_exchange()
    user = StaffRoleFactory(role="observer").user if who == "observer" else UserFactory()
    client.force_login(user)
    assert client.get(f"/exchanges/{exchange.ref}/cancel/").status_code == status


def test_it_is_too_late_for_the_page_once_it_is_over(client):
    exchange = cancelled(frozen_exchange())
    client.force_login(person_of(exchange, "HO"))
    assert client.get(f"/exchanges/{exchange.ref}/cancel/").status_code == 403

"""Reminding whoever has yet to sign: by a press with a cool-down, twice by itself, never after."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from exchanges.models import SigningReminder
from exchanges.notifications.signing import SIGNATURE_REMINDER
from exchanges.services.delegating import delegate_signature
from exchanges.services.reminding import remind_missing_signatories, remind_signatory
from exchanges.tasks import remind_missing_signatories as task
from exchanges.workflows.parties import open_version
from profiles.enums import StaffRoleName
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import frozen_exchange, person_of, signed_by
from tests.factories.profiles import MembershipFactory

pytestmark = pytest.mark.usefixtures("reference")


def remind(exchange, capacity, by):
    return remind_signatory(version_id=open_version(exchange).pk, capacity=capacity, actor=by)


def refused(exchange, capacity, by, error=TransitionRefused):
    before = (SigningReminder.objects.count(), AuditEntry.objects.count())
    with pytest.raises(error) as refusal:
        remind(exchange, capacity, by)
    assert (SigningReminder.objects.count(), AuditEntry.objects.count()) == before
    return refusal.value.code


def mails():
    return OutgoingMail.objects.filter(kind=SIGNATURE_REMINDER.name)


def days_before(exchange, days):
    """Noon so many days before the start."""
    day = exchange.starts_on - timedelta(days=days)
    return time_machine.travel(datetime.combine(day, time(12), UTC), tick=False)


def test_while_there_is_time_it_costs_four_queries_however_many_are_to_sign(
    django_assert_num_queries,
):
    exchanges = [frozen_exchange(), frozen_exchange()]
    with days_before(exchanges[0], 60), django_assert_num_queries(4):
        assert remind_missing_signatories() == 0


@pytest.mark.parametrize("by", ["VO", "HOP", "VOP"])
def test_any_other_party_reminds(by):
    exchange = frozen_exchange()
    actor = person_of(exchange, by)
    reminder = remind(exchange, "HO", actor)
    assert (reminder.by, reminder.level) == (actor, 0)
    assert mails().get().recipient == person_of(exchange, "HO")
    assert str(actor) in mails().get().text


def test_the_support_office_reminds():
    exchange = frozen_exchange()
    assert (
        remind(exchange, "VO", StaffRoleFactory(role=StaffRoleName.SUPPORT).user).capacity == "VO"
    )


def test_a_colleague_reminds_whoever_signs_for_both():
    exchange = frozen_exchange()
    colleague = MembershipFactory(organisation=exchange.host.organisation).user
    assert remind(exchange, "HO", colleague).by == colleague


def test_the_named_colleague_is_reminded():
    exchange = frozen_exchange()
    colleague = MembershipFactory(organisation=exchange.host.organisation).user
    host = person_of(exchange, "HO")
    delegate_signature(exchange_id=exchange.pk, capacity="HO", delegate_id=colleague.pk, actor=host)
    remind(exchange, "HO", person_of(exchange, "VO"))
    assert mails().get().recipient == colleague


def test_nobody_reminds_themselves():
    exchange = frozen_exchange()
    assert refused(exchange, "HO", person_of(exchange, "HO"), NotAllowed) == "not_allowed"


def test_strangers_remind_nobody():
    assert refused(frozen_exchange(), "HO", UserFactory(), NotAllowed) == "not_allowed"


def test_whoever_has_signed_is_not_reminded():
    exchange = signed_by(frozen_exchange(), "HO")
    assert refused(exchange, "HO", person_of(exchange, "VO")) == "not_awaited"


def test_whose_turn_is_later_is_not_reminded():
    exchange = frozen_exchange()
    assert refused(exchange, "HOP", person_of(exchange, "VO")) == "not_awaited"


def test_a_day_passes_between_two_reminders():
    exchange = frozen_exchange()
    visitor = person_of(exchange, "VO")
    remind(exchange, "HO", visitor)
    assert refused(exchange, "HO", visitor) == "too_soon"
    assert refused(exchange, "HO", person_of(exchange, "HOP")) == "too_soon"
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        assert remind(exchange, "HO", visitor).capacity == "HO"
    assert SigningReminder.objects.count() == 2


def test_missing_signatories_are_reminded_twice_before_the_start():
    exchange = signed_by(frozen_exchange(), "VO")
    counts = []
    for days in (22, 21, 20, 8, 7, 6, 1, 0):
        with days_before(exchange, days):
            counts.append(remind_missing_signatories())
    assert counts == [0, 1, 0, 0, 1, 0, 0, 0]
    assert [one.level for one in SigningReminder.objects.all()] == [1, 2]
    assert {mail.recipient for mail in mails()} == {person_of(exchange, "HO")}


def test_a_second_run_changes_nothing():
    exchange = frozen_exchange()
    with days_before(exchange, 21):
        assert task() == 2
        assert task() == 0


def test_it_stops_once_the_exchange_should_have_begun():
    exchange = frozen_exchange()
    with days_before(exchange, -1):
        assert remind_missing_signatories() == 0


def test_it_stops_at_success():
    exchange = signed_by(frozen_exchange(), "HO", "VO", "HOP", "VOP")
    with days_before(exchange, 7):
        assert remind_missing_signatories() == 0


def test_whoever_was_reminded_by_a_person_today_is_left_alone():
    exchange = signed_by(frozen_exchange(), "VO")
    with days_before(exchange, 21):
        remind(exchange, "HO", person_of(exchange, "VO"))
        assert remind_missing_signatories() == 0
    with days_before(exchange, 20):
        assert remind_missing_signatories() == 1


def test_whoever_was_asked_only_today_is_left_alone():
    exchange = frozen_exchange()
    with days_before(exchange, 5):
        signed_by(exchange, "HO", "VO")
        assert remind_missing_signatories() == 0
    with days_before(exchange, 4):
        assert remind_missing_signatories() == 2

"""What reports add to the demo world."""

from collections import Counter

import pytest
from django.core.management import call_command

from exchanges.enums import ExchangeMode, ExchangeState
from exchanges.models import Exchange
from profiles.models import User
from reports.enums import EvidenceState, PaymentState, ReportState, StoryState
from reports.models import EvidenceItem, Payment, Report, SuccessStory
from tests.worlds import put_reference_data


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo world, made once for this module and taken away after it."""
    from django.db import transaction  # only while the database is open

    with django_db_blocker.unblock(), transaction.atomic():
        put_reference_data()
        call_command("load_demo")
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.long]


def states(model):
    return Counter(model.objects.values_list("state", flat=True))


def test_exchanges_are_closed_in_person_and_online():
    closed = Exchange.objects.filter(state=ExchangeState.CLOSED)
    assert Counter(closed.values_list("mode", flat=True)) == {
        ExchangeMode.PHYSICAL: 2,
        ExchangeMode.VIRTUAL: 1,
    }


def test_reports_are_in_every_state():
    assert set(states(Report)) == set(ReportState.values)


def test_one_lump_sum_is_paid_one_to_be_paid_and_others_wait():
    found = states(Payment)
    assert (found[PaymentState.PAID], found[PaymentState.APPROVED]) == (1, 1)
    assert found[PaymentState.DUE] >= 1


def test_evidence_waits_is_refused_and_accepted():
    traveller = User.objects.get(email="traveller@demo.example")
    assert traveller.check_password("a-tour-of-the-portal")
    own = EvidenceItem.objects.filter(exchange__in=Exchange.objects.of_member(traveller))
    found = sorted(own.values_list("state", flat=True))
    assert found == [EvidenceState.ACCEPTED, EvidenceState.REFUSED, EvidenceState.WAITING]


def test_two_stories_are_published():
    published = SuccessStory.objects.filter(state=StoryState.PUBLISHED)
    assert sorted(published.values_list("capacity", flat=True)) == ["HO", "VO"]


@pytest.mark.parametrize("name", ["visitor", "host"])
def test_the_demo_accounts_have_a_closed_exchange_and_one_to_report(name):
    user = User.objects.get(email=f"{name}@demo.example")
    own = Exchange.objects.of_member(user)
    assert own.filter(state=ExchangeState.CLOSED).exists()
    assert Report.objects.filter(exchange__in=own, state=ReportState.OPEN).exists()

"""Whom the mails about signing reach."""

import pytest

from exchanges.models import Exchange
from exchanges.notifications.signatories import each_once, party, signatories
from exchanges.permissions import is_signatory
from exchanges.services.delegating import delegate_signature
from profiles.models import Profile
from tests.factories import StaffRoleFactory
from tests.factories.exchanges import opened_exchange, person_of
from tests.factories.profiles import MembershipFactory

pytestmark = pytest.mark.usefixtures("reference")


def people(recipients):
    return {recipient.user for recipient in recipients}


def colleague_of(exchange):
    return MembershipFactory(organisation=exchange.host.organisation).user


def test_the_participant_signs_and_all_members_are_the_party():
    exchange = opened_exchange()
    host, colleague = person_of(exchange, "HO"), colleague_of(exchange)
    assert people(signatories(exchange, "HO")) == {host}
    assert people(party(exchange, "HO")) == {host, colleague}


def test_without_a_participant_all_members_are_asked():
    exchange = opened_exchange()
    host, colleague = person_of(exchange, "HO"), colleague_of(exchange)
    Profile.objects.filter(pk=exchange.host_id).update(contact=None)
    exchange = Exchange.objects.with_parties().get()
    assert people(signatories(exchange, "HO")) == {host, colleague}


def test_a_participant_who_cannot_log_in_is_not_asked():
    exchange = opened_exchange()
    host, colleague = person_of(exchange, "HO"), colleague_of(exchange)
    host.is_active = False
    host.save()
    exchange = Exchange.objects.with_parties().get()
    assert people(signatories(exchange, "HO")) == {colleague}


def test_the_named_colleague_is_asked_alone():
    exchange = opened_exchange()
    colleague = colleague_of(exchange)
    delegate_signature(
        exchange_id=exchange.pk,
        capacity="HO",
        delegate_id=colleague.pk,
        actor=person_of(exchange, "HO"),
    )
    assert people(signatories(exchange, "HO")) == {colleague}


def test_whoever_works_for_the_partnership_is_asked():
    exchange = opened_exchange()
    officer = person_of(exchange, "VOP")
    other = StaffRoleFactory(acronym=exchange.visitor_partnership.acronym).user
    StaffRoleFactory(acronym=exchange.host_partnership.acronym)
    assert people(signatories(exchange, "VOP")) == {officer, other}


def test_each_person_hears_once_and_whoever_did_it_does_not():
    exchange = opened_exchange()
    host = person_of(exchange, "HO")
    twice = [*party(exchange, "HO"), *party(exchange, "HO"), *party(exchange, "VO")]
    assert len(each_once(twice)) == 2
    assert people(each_once(twice, but=host)) == {person_of(exchange, "VO")}


def test_a_participant_who_cannot_log_in_keeps_nobody_from_signing():
    exchange = opened_exchange()
    colleague = colleague_of(exchange)
    assert not is_signatory(colleague, exchange, "HO")
    exchange.host.contact.is_active = False
    exchange.host.contact.save(update_fields=["is_active"])
    assert is_signatory(colleague, Exchange.objects.with_parties().get(), "HO")

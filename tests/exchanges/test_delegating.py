"""A signatory names a colleague: only a colleague, one at a time, and it can be taken back."""

import pytest

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from exchanges.models import Delegation, Exchange
from exchanges.notifications.signing import SIGNATURE_DELEGATED
from exchanges.permissions import can_end_delegation, is_signatory
from exchanges.services.delegating import delegate_signature, end_delegation
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import drafted_exchange, frozen_exchange, person_of
from tests.factories.profiles import MembershipFactory

pytestmark = pytest.mark.usefixtures("reference")


def colleague_of(exchange, capacity="HO"):
    return MembershipFactory(organisation=exchange.profile_of(capacity).organisation).user


def delegate(exchange, to, capacity="HO", actor=None, **options):
    return delegate_signature(
        exchange_id=exchange.pk,
        capacity=capacity,
        delegate_id=to.pk,
        actor=actor or person_of(exchange, capacity),
        **options,
    )


def test_the_colleague_signs_instead():
    exchange = frozen_exchange()
    colleague = colleague_of(exchange)
    delegation = delegate(exchange, colleague, reason=" On leave ")
    assert (delegation.delegate, delegation.reason) == (colleague, "On leave")
    exchange = Exchange.objects.with_parties().get()
    assert is_signatory(colleague, exchange, "HO")
    assert not is_signatory(person_of(exchange, "HO"), exchange, "HO")


@pytest.mark.parametrize(
    ("make", "path"),
    [(frozen_exchange, "/exchanges/{}/sign/"), (drafted_exchange, "/exchanges/{}/")],
)
def test_the_colleague_gets_a_mail(make, path):
    exchange = make()
    colleague = colleague_of(exchange)
    delegate(exchange, colleague, reason="On leave")
    mail = OutgoingMail.objects.get(kind=SIGNATURE_DELEGATED.name)
    assert (mail.recipient, mail.link_path) == (colleague, path.format(exchange.ref))
    assert "On leave" in mail.text


def test_an_officer_can_name_another_of_the_partnership():
    exchange = frozen_exchange()
    first = person_of(exchange, "HOP")
    other = StaffRoleFactory(acronym=exchange.host_partnership.acronym).user
    delegate(exchange, other, "HOP", first)
    assert is_signatory(other, exchange, "HOP")
    assert not is_signatory(first, exchange, "HOP")


def test_another_colleague_takes_the_place_of_the_first():
    exchange = frozen_exchange()
    first, second = colleague_of(exchange), colleague_of(exchange)
    delegate(exchange, first)
    delegate(exchange, second, actor=first)
    assert [(one.delegate, one.ended_at is None) for one in Delegation.objects.all()] == [
        (first, False),
        (second, True),
    ]


def test_nobody_from_outside_is_named():
    exchange = frozen_exchange()
    with pytest.raises(TransitionRefused) as refusal:
        delegate(exchange, UserFactory())
    assert refusal.value.code == "no_colleague"
    assert Delegation.objects.count() == 0


def test_nobody_who_cannot_log_in_is_named():
    exchange = frozen_exchange()
    colleague = colleague_of(exchange)
    colleague.is_active = False
    colleague.save()
    with pytest.raises(TransitionRefused) as refusal:
        delegate(exchange, colleague)
    assert refusal.value.code == "no_colleague"


def test_nobody_names_themselves():
    exchange = frozen_exchange()
    with pytest.raises(TransitionRefused) as refusal:
        delegate(exchange, person_of(exchange, "HO"))
    assert refusal.value.code == "yourself"


def test_only_whoever_signs_names_somebody():
    exchange = frozen_exchange()
    first, second = colleague_of(exchange), colleague_of(exchange)
    with pytest.raises(NotAllowed):
        delegate(exchange, second, actor=first)
    assert Delegation.objects.count() == 0


@pytest.mark.parametrize("who", ["delegator", "delegate"])
def test_both_can_end_it_and_twice_is_harmless(who):
    exchange = frozen_exchange()
    delegation = delegate(exchange, colleague_of(exchange))
    actor = getattr(delegation, who)
    ended = end_delegation(delegation_id=delegation.pk, actor=actor)
    again = end_delegation(delegation_id=delegation.pk, actor=actor)
    assert ended.ended_at == again.ended_at
    assert is_signatory(person_of(exchange, "HO"), exchange, "HO")
    assert AuditEntry.objects.filter(event="commitment.delegation_ended").count() == 1


def test_the_participant_ends_what_a_colleague_passed_on():
    exchange = frozen_exchange()
    first, second = colleague_of(exchange), colleague_of(exchange)
    delegate(exchange, first)
    delegation = delegate(exchange, second, actor=first)
    assert can_end_delegation(person_of(exchange, "HO"), exchange, delegation)


@pytest.mark.parametrize("capacity", ["VO", "HOP"])
def test_the_other_parties_do_not_end_it(capacity):
    exchange = frozen_exchange()
    delegation = delegate(exchange, colleague_of(exchange))
    with pytest.raises(NotAllowed):
        end_delegation(delegation_id=delegation.pk, actor=person_of(exchange, capacity))
    delegation.refresh_from_db()
    assert delegation.ended_at is None


def test_a_third_officer_does_not_end_it():
    exchange = frozen_exchange()
    acronym = exchange.host_partnership.acronym
    first = person_of(exchange, "HOP")
    delegation = delegate(exchange, StaffRoleFactory(acronym=acronym).user, "HOP", first)
    third = StaffRoleFactory(acronym=acronym).user
    assert not can_end_delegation(third, exchange, delegation)

"""The demo world: believable, complete, invented, and safe to repeat."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from cxc_portal.core import audit, clock
from cxc_portal.core.models import MailStatus, OutgoingMail
from matching.demo import pilot_profiles
from matching.enums import ConversationState, MatchOrigin, MatchState
from matching.models import Conversation, Match
from profiles.enums import ProfileState
from profiles.models import Organisation, Profile, Registration, User
from profiles.services.reference import load_reference_data


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo world, made once for this module and taken away after it."""
    from django.db import transaction  # only while the database is open

    with django_db_blocker.unblock(), transaction.atomic():
        load_reference_data()
        call_command("load_demo")
        yield
        transaction.set_rollback(True)


pytestmark = pytest.mark.usefixtures("demo")


def test_about_150_organisations_take_part():
    assert Organisation.objects.count() == 153
    assert Profile.objects.count() == 153


def test_every_state_of_the_desk_is_there():
    states = Counter(Profile.objects.values_list("state", flat=True))
    assert set(states) == set(ProfileState.values) - {ProfileState.DRAFT}
    assert Registration.objects.open().count() == 3


def test_all_addresses_are_invented():
    addresses = [
        *User.objects.values_list("email", flat=True),
        *Profile.objects.values_list("contact_email", flat=True),
        *OutgoingMail.objects.values_list("to", flat=True),
    ]
    assert [address for address in addresses if not address.endswith(".example")] == []


def test_the_demo_accounts_can_log_in():
    for name in "visitor host officer officer.exxtra coordinator support observer".split():
        user = User.objects.get(email=f"{name}@demo.example")
        assert user.check_password("a-tour-of-the-portal")


def test_each_published_profile_has_an_owner():
    published = Profile.objects.published()
    assert published.filter(organisation__memberships__isnull=True).count() == 0
    assert published.filter(contact__isnull=True).count() == 0


def test_the_past_is_told_in_its_order():
    first, last = audit.AuditEntry.objects.order_by("sequence")[1], audit.AuditEntry.objects.last()
    assert first.at < last.at <= clock.now()
    assert audit.verify().faults == []


def test_mails_of_the_past_have_gone_out():
    late = OutgoingMail.objects.filter(status=MailStatus.QUEUED).order_by("send_after").first()
    assert late is None or (clock.now() - late.send_after).total_seconds() < 3600


def test_a_second_load_changes_nothing(capsys):
    call_command("load_demo")
    assert capsys.readouterr().out == "The demo world is there already.\n"
    assert Profile.objects.count() == 153


def test_it_refuses_outside_demo_mode(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="for demo mode only"):
        call_command("load_demo")


def test_the_pilot_profiles_are_published():
    refs = [profile["ref"] for profile in pilot_profiles()]
    assert Profile.objects.published().filter(ref__in=refs).count() == len(refs) == 11


@pytest.mark.parametrize("ref", ["P-AQUIMER", "P-DIGITAL"])
def test_the_demo_accounts_find_contacts_and_matches_in_every_state(ref):
    profile = Profile.objects.get(ref=ref)
    matches = Match.objects.of_profile(profile)
    conversations = Conversation.objects.of_profile(profile)
    assert set(matches.values_list("state", flat=True)) == set(MatchState.values)
    assert set(matches.values_list("origin", flat=True)) == set(MatchOrigin.values)
    assert set(conversations.values_list("state", flat=True)) == set(ConversationState.values)


def test_others_have_found_each_other_too():
    refs = ["P-AQUIMER", "P-DIGITAL"]
    others = Match.objects.exclude(host__ref__in=refs).exclude(visitor__ref__in=refs)
    assert Counter(others.values_list("state", flat=True)) == {
        MatchState.CONFIRMED: 6,
        MatchState.PROPOSED: 1,
        MatchState.EXPIRED: 1,
    }

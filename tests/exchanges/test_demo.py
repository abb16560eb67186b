"""The demo world: believable, complete, invented, and safe to repeat."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from cxc_portal.core import audit, clock
from cxc_portal.core.models import Document, MailStatus, OutgoingMail
from exchanges.documents import COMMITMENT
from exchanges.enums import ExchangeState
from exchanges.models import (
    Attendance,
    CommitmentVersion,
    Exchange,
    GroupOffer,
    GroupPlace,
    Incident,
    SectionComment,
)
from exchanges.permissions import can_sign_version
from exchanges.services.group_places import reason_against_joining
from matching.demo import pilot_profiles
from matching.enums import ConversationState, MatchOrigin, MatchState
from matching.models import Conversation, Match
from profiles.enums import ProfileState
from profiles.models import Organisation, Profile, Registration, User
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
    assert Counter(others.values_list("state", "origin")) == {
        (MatchState.CONFIRMED, MatchOrigin.LIST): 6,
        (MatchState.PROPOSED, MatchOrigin.LIST): 1,
        (MatchState.EXPIRED, MatchOrigin.LIST): 1,
        (MatchState.CONFIRMED, MatchOrigin.KNOWN): 2,
        (MatchState.CONFIRMED, MatchOrigin.GROUP): 1,
        (MatchState.FINISHED, MatchOrigin.KNOWN): 1,
    }


def exchanges_of(ref):
    found = Exchange.objects.filter(host__ref=ref) | Exchange.objects.filter(visitor__ref=ref)
    return Counter(found.values_list("state", "mode"))


def test_the_host_finds_an_exchange_in_every_state_to_show():
    states = {state for state, _mode in exchanges_of("P-AQUIMER")}
    assert states == set(ExchangeState.values) - {ExchangeState.ABORTED, ExchangeState.FAILED}


def test_the_visitor_finds_exchanges_online_and_one_visit_in_person():
    found = exchanges_of("P-DIGITAL")
    assert found[ExchangeState.SIGNING, "physical"] == 1
    assert found[ExchangeState.ONGOING, "virtual"] == 1
    assert found[ExchangeState.REPORTING, "virtual"] == 1
    assert found[ExchangeState.CANCELLED, "virtual"] == 1
    assert found[ExchangeState.BUILDING, "virtual"] >= 1


@pytest.mark.parametrize("name", ["host", "visitor"])
def test_a_signature_of_each_account_is_awaited(name):
    user = User.objects.get(email=f"{name}@demo.example")
    versions = CommitmentVersion.objects.filter(state="signing").select_related("exchange")
    assert len([one for one in versions if can_sign_version(user, one)]) == 1


def test_the_officer_has_a_commitment_to_sign():
    officer = User.objects.get(email="officer@demo.example")
    versions = CommitmentVersion.objects.filter(state="review").select_related("exchange")
    assert len([one for one in versions if can_sign_version(officer, one)]) == 1


def test_what_runs_shows_check_ins_attendance_and_an_incident():
    running = Exchange.objects.filter(state=ExchangeState.ONGOING)
    assert [exchange.check_ins.count() for exchange in running] == [1, 1]
    assert Incident.objects.get().exchange.mode == "physical"
    assert Attendance.objects.get().exchange.mode == "virtual"


def test_drafts_are_talked_about():
    talked = SectionComment.objects.filter(exchange__state=ExchangeState.BUILDING)
    assert Counter(talked.values_list("section", flat=True)) == {
        "agenda": 2,
        "outcomes": 2,
        "when": 2,
    }


def test_groups_have_visitors_and_one_has_places_for_all():
    taken = [
        offer.places_taken.all().taken().count() for offer in GroupOffer.objects.order_by("pk")
    ]
    assert sorted(taken) == [0, 2, 2]
    visitor = GroupPlace.objects.filter(visitor__ref="P-DIGITAL")
    assert visitor.get().offer.mode == "virtual"
    open_one = GroupOffer.objects.get(places_taken__isnull=True)
    profile = Profile.objects.get(ref="P-DIGITAL")
    assert reason_against_joining(open_one, profile) == ""


def test_each_commitment_in_force_has_its_document():
    in_force = CommitmentVersion.objects.filter(state="in_force").count()
    assert Document.objects.filter(kind=COMMITMENT.name).count() == in_force == 10

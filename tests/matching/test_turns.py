"""The dashboard of those who are in contact, and of staff who looks after them."""

import pytest

from matching.enums import MatchState
from matching.services.reports import report_conversation
from matching.turns import CLOSED_FOR
from profiles.enums import Role
from profiles.services.registration import start_registration
from tests.factories import (
    OrganisationFactory,
    StaffRoleFactory,
    UserFactory,
    host_profile,
    introduction_of,
    match_between,
    published_profile,
    submitted_profile,
    visitor_profile,
)
from tests.matching.talking import asked, contact, days_later, member, say_later, say_no, write
from tests.profiles.pages import queries_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

TIP = "It usually takes about 6 contacts until one becomes a match."


def matters(client, user):
    client.force_login(user)
    return client.get("/dashboard/").context["matters"]


def lines(turns):
    return [(str(turn.kind), turn.title, str(turn.baton.sentence)) for turn in turns]


def text_of(client, user):
    client.force_login(user)
    return " ".join(client.get("/dashboard/").content.decode().split())


def test_a_first_contact_is_the_first_thing_that_the_host_reads(client):
    conversation = asked()
    found = matters(client, member(conversation.host))
    assert lines([found.first]) == [
        (
            "Conversation",
            "Motores Lda",
            "Your turn: answer Motores Lda, who would like to get to know you.",
        )
    ]
    assert found.first.baton.action_url == f"/conversations/{conversation.pk}/"
    assert lines(found.yours) == [
        ("Host profile", "AQUIMER", "Your turn: look at your matches and choose a partner.")
    ]


def test_whoever_wrote_sees_for_whom_it_waits(client):
    conversation = asked()
    found = matters(client, member(conversation.visitor))
    assert lines(found.waiting) == [
        ("Conversation", "AQUIMER", "Waiting for the first answer of AQUIMER.")
    ]
    assert found.first.kind == "Visitor profile"


def test_not_now_is_nobodys_turn_today(client):
    conversation = asked()
    say_later(conversation)
    found = matters(client, member(conversation.host))
    assert [turn.kind for turn in found.waiting] == ["Conversation"]
    assert str(found.waiting[0].baton.sentence).startswith("Your turn, but not yet: you asked")
    other = matters(client, member(conversation.visitor))
    assert str(other.waiting[0].baton.sentence).startswith("AQUIMER asked to wait until ")


def test_what_ended_is_folded_away_for_thirty_days(client):
    conversation = asked()
    say_no(conversation)
    owner = member(conversation.visitor)
    assert lines(matters(client, owner).closed) == [
        ("Conversation", "AQUIMER", "AQUIMER said no. The reason stands below.")
    ]
    assert "1 matter that came to an end" in text_of(client, owner)
    with days_later(CLOSED_FOR.days + 1):
        assert matters(client, owner).closed == []


def test_a_proposal_is_decided_by_the_other_side(client):
    host, visitor = host_profile(), visitor_profile()
    match_between(visitor, host)
    found = matters(client, member(host))
    assert lines([found.first]) == [
        ("Match", "Motores Lda", "Your turn: accept or decline the proposed match.")
    ]
    assert lines(matters(client, member(visitor)).waiting) == [
        ("Match", "AQUIMER", "Waiting for the answer of AQUIMER to the proposed match.")
    ]


def test_a_contact_that_became_an_exchange_stands_there_once(client):
    conversation = asked()
    write(conversation, conversation.host, "Yes!")
    match_between(conversation.visitor, conversation.host, state=MatchState.CONFIRMED)
    found = matters(client, member(conversation.visitor))
    everything = [found.first, *found.yours, *found.waiting, *found.closed]
    assert sorted(str(turn.kind) for turn in everything) == ["Exchange", "Visitor profile"]


def test_where_a_match_is_open_only_the_readers_own_word_is_asked_for(client):
    conversation = asked()
    match_between(conversation.visitor, conversation.host)
    kinds = [str(turn.kind) for turn in matters(client, member(conversation.visitor)).waiting]
    assert kinds == ["Match"]
    found = matters(client, member(conversation.host))
    kinds = sorted(str(turn.kind) for turn in (found.first, *found.yours))
    assert kinds == ["Conversation", "Host profile", "Match"]


def test_an_introduction_is_called_so(client):
    host, visitor = host_profile(), visitor_profile()
    introduction_of(host, visitor, StaffRoleFactory().user)
    assert str(matters(client, member(host)).first.kind) == "Introduction"


def test_whoever_has_several_profiles_reads_for_which(client):
    conversation = asked()
    owner = member(conversation.visitor)
    assert matters(client, owner).waiting[0].note == ""
    published_profile(organisation=conversation.visitor.organisation, contact=owner, role=Role.HOST)
    assert matters(client, owner).waiting[0].note == "Motores Lda (Visitor)"


def test_the_longest_wait_comes_first(client):
    host = host_profile()
    contact(visitor_profile(name="Early"), host)
    with days_later(2):
        contact(visitor_profile(name="Late"), host)
        found = matters(client, member(host))
    assert [turn.title for turn in (found.first, *found.yours)] == ["Early", "Late", "AQUIMER"]


class TestTips:
    def test_whoever_is_new_reads_how_many_contacts_it_takes(self, client):
        assert TIP in text_of(client, UserFactory())
        assert TIP in text_of(client, member(visitor_profile()))

    def test_whoever_has_begun_reads_how_many_were_made(self, client):
        conversation = asked()
        assert f"{TIP} You have made 1 so far." in text_of(client, member(conversation.visitor))

    def test_whoever_has_a_match_needs_no_advice(self, client):
        host, visitor = host_profile(), visitor_profile()
        match_between(visitor, host, state=MatchState.CONFIRMED)
        assert TIP not in text_of(client, member(visitor))

    def test_whoever_wrote_to_many_needs_no_advice(self, client):
        visitor = visitor_profile()
        for number in range(6):
            contact(visitor, host_profile(name=f"Host {number}"))
        assert TIP not in text_of(client, member(visitor))

    def test_staff_needs_no_advice(self, client):
        assert TIP not in text_of(client, StaffRoleFactory().user)


class TestStaff:
    def test_reports_wait_to_be_settled(self, client):
        conversation = asked()
        report_conversation(
            conversation_id=conversation.pk, actor=member(conversation.host), reason="Rude."
        )
        support = StaffRoleFactory(role="support").user
        found = matters(client, support)
        assert str(found.first.baton.sentence) == ("Your turn: settle 1 report of a conversation.")
        assert client.get(found.first.baton.action_url).status_code == 200
        stranger = StaffRoleFactory(acronym="BLUES").user
        assert matters(client, stranger).first is None

    def test_who_is_left_behind_is_counted(self, client):
        visitor_profile()
        officer = StaffRoleFactory().user
        found = matters(client, officer)
        assert lines([found.first]) == [
            (
                "Left behind",
                "RECIPE4MOBILITY",
                "Your turn: 1 participant lacks a good partner, a contact or an answer.",
            )
        ]
        assert client.get(found.first.baton.action_url).status_code == 200

    def test_the_desk_comes_before_those_left_behind(self, client):
        visitor_profile()
        submitted_profile()
        found = matters(client, StaffRoleFactory().user)
        assert [str(turn.kind) for turn in (found.first, *found.yours)] == [
            "Validation desk",
            "Left behind",
        ]

    def test_proposals_of_participants_that_wait_for_a_week_are_named(self, client):
        host, visitor = host_profile(), visitor_profile()
        match_between(visitor, host)
        officer = StaffRoleFactory().user
        assert matters(client, officer).waiting == []
        with days_later(8):
            found = matters(client, officer)
            assert lines(found.waiting) == [
                (
                    "Proposal among participants",
                    "AQUIMER and Motores Lda",
                    "Waiting for the answer of AQUIMER to the proposed match.",
                )
            ]
            assert matters(client, StaffRoleFactory(acronym="BLUES").user).waiting == []

    def test_the_own_proposal_is_not_named_twice(self, client):
        host, visitor = host_profile(), visitor_profile()
        match_between(visitor, host)
        StaffRoleFactory(user=member(host))
        with days_later(8):
            found = matters(client, member(host))
        kinds = [str(turn.kind) for turn in (found.first, *found.yours, *found.waiting)]
        assert kinds.count("Match") == 1
        assert "Proposal among participants" not in kinds

    def test_observers_have_nothing_to_do(self, client):
        conversation = asked()
        report_conversation(
            conversation_id=conversation.pk, actor=member(conversation.host), reason="Rude."
        )
        found = matters(client, StaffRoleFactory(role="observer").user)
        assert (found.first, found.yours, found.waiting, found.closed) == (None, [], [], [])


def one_of_each(owner, host):
    """Something of everything that is under way."""
    name = OrganisationFactory.build().name
    visitor = visitor_profile(name=name)
    conversation = contact(visitor, host)
    report_conversation(
        conversation_id=conversation.pk, actor=member(conversation.host), reason="Rude."
    )
    match_between(visitor_profile(name=f"{name} two"), host)
    say_no(contact(visitor_profile(name=f"{name} three"), host))
    match_between(visitor_profile(name=f"{name} four"), host, state=MatchState.DECLINED)
    introduction_of(host_profile(name=f"{name} five"), visitor, StaffRoleFactory().user)
    start_registration(actor=owner)
    submitted_profile()


@pytest.mark.parametrize("is_staff", [False, True])
def test_the_page_takes_the_same_queries_for_one_of_each_and_three(client, is_staff):
    host = host_profile()
    owner = member(host)
    viewer = StaffRoleFactory().user if is_staff else owner
    client.force_login(viewer)

    def queries():
        with days_later(8):
            client.get("/dashboard/")  # what was published lately is taken up into memory
            return queries_of(client, "/dashboard/")

    one_of_each(owner, host)
    one = queries()
    one_of_each(owner, host)
    one_of_each(owner, host)
    assert queries() == one

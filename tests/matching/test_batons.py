"""Every lifecycle in every state, seen by everybody: one side must act or nobody, and no two
situations read the same."""

from collections import defaultdict
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from cxc_portal.core import clock
from cxc_portal.core.workflow import workflows
from matching.enums import ConversationState, MatchState
from matching.models import Conversation, Match
from profiles.enums import Mode, ProfileState
from profiles.models import Profile
from tests.factories import StaffRoleFactory, UserFactory, published_profile
from tests.factories.matches import host_profile, member_of, visitor_profile

pytestmark = pytest.mark.django_db

STAFF = {
    "officer": {},
    "officer of the host": {"acronym": "EXXTRA"},
    "support": {"role": "support"},
    "observer": {"role": "observer"},
}


class Pair:
    """A host and a visitor of two partnerships, and everybody who may look on."""

    def __init__(self):
        self.host, self.visitor = host_profile(name="AQUIMER"), visitor_profile(name="Motores Lda")
        self.people = {"host": member_of(self.host), "visitor": member_of(self.visitor)}
        self.people |= {name: StaffRoleFactory(**role).user for name, role in STAFF.items()}
        self.people["stranger"] = member_of(published_profile(organisation__country_id="DE"))

    def cases(self):
        """Every lifecycle in every state, one after the other, with what to call it."""
        for workflow in workflows():
            for state in workflow.states.values():
                for variant, obj in getattr(self, f"_{workflow.name}")(state.value):
                    yield workflow, state, obj, f"{workflow.name}, {state.value}, {variant}"

    def views(self):
        """The same as each person sees it."""
        for workflow, state, obj, case in self.cases():
            for name, user in self.people.items():
                yield workflow.baton(obj, user), state, obj, user, f"{case}, seen by the {name}"

    def _profile(self, state):
        Profile.objects.filter(pk=self.visitor.pk).update(state=state)
        yield "profile", Profile.objects.get(pk=self.visitor.pk)

    def _conversation(self, state):
        for asker in (self.host, self.visitor):
            conversation = Conversation.objects.create(
                host=self.host,
                visitor=self.visitor,
                asker=asker,
                state=state,
                later_from=clock.today() + timedelta(days=20) if state == "later" else None,
            )
            conversation.messages.create(side=asker, author=member_of(asker), text="Good day!")
            yield f"asked by the {asker.role}", conversation
            conversation.messages.all().delete()
            conversation.delete()

    def _match(self, state):
        both = state in (MatchState.CONFIRMED, MatchState.DISSOLVED)
        now = clock.now()
        for asker in (self.host, self.visitor, None):
            match = Match.objects.create(
                host=self.host,
                visitor=self.visitor,
                proposed_by=asker,
                introduced_by=None if asker else self.people["officer"],
                introduced_for=None if asker else self.visitor.partnership,
                origin="list" if asker else "introduced",
                state=state,
                mode=Mode.PHYSICAL,
                message="Let us meet.",
                score=800,
                ruleset=1,
                host_agreed_at=now if both or asker == self.host else None,
                visitor_agreed_at=now if both or asker == self.visitor else None,
                confirmed_at=now if both else None,
                expires_on=clock.today() + timedelta(days=20),
            )
            yield f"proposed by the {asker.role}" if asker else "introduced", match
            match.delete()


@pytest.fixture
def pair(reference):
    return Pair()


def test_every_lifecycle_is_walked():
    assert {workflow.name for workflow in workflows()} == {"profile", "conversation", "match"}
    assert [len(names) for names in (ProfileState, ConversationState, MatchState)] == [9, 8, 6]


def test_one_side_must_act_or_it_is_over(pair):
    for workflow, state, obj, case in pair.cases():
        batons = {name: workflow.baton(obj, user) for name, user in pair.people.items()}
        assert {baton.responsible for baton in batons.values()} == {state.responsible}, case
        situations = {baton.situation for baton in batons.values()}
        if state.responsible is None:
            assert situations == {"closed"}, case
            continue
        assert situations == {"yours", "waiting"}, case
        for name, user in pair.people.items():
            is_theirs = state.responsible in workflow.parties(obj, user)
            assert (batons[name].situation == "yours") == is_theirs, (case, name)


def test_strangers_and_observers_have_nothing_to_do(pair):
    lookers_on = (pair.people["stranger"], pair.people["observer"])
    for baton, _state, _obj, user, case in pair.views():
        if user in lookers_on:
            assert (baton.situation != "yours", baton.action_url) == (True, ""), case


def test_whoever_must_act_finds_the_one_thing_to_do(client, pair):
    for baton, _state, _obj, user, case in pair.views():
        if baton.situation == "yours":
            client.force_login(user)
            assert client.get(baton.action_url).status_code in (200, 302), case


def test_a_page_has_one_primary_action_at_most(client, pair):
    for _baton, _state, obj, user, case in pair.views():
        client.force_login(user)
        answer = client.get(obj.get_absolute_url())
        if answer.status_code == 200:
            assert answer.content.decode().count("button-primary") <= 1, case


def test_the_dashboard_has_one_primary_action_at_most(client, pair):
    for baton, _state, _obj, user, case in pair.views():
        if baton.situation == "yours":
            client.force_login(user)
            text = client.get("/dashboard/").content.decode()
            assert text.count("button-primary") == 1, case


def test_what_is_read_is_a_sentence(pair):
    for baton, _state, _obj, _user, case in pair.views():
        for text in (str(baton.sentence), str(baton.next)):
            assert (text[0].isupper(), text[-1], "%" in text) == (True, ".", False), (case, text)


def test_no_two_states_share_a_label():
    states = defaultdict(list)
    for workflow in workflows():
        for state in workflow.states.values():
            states[str(state.label).lower()].append(f"{workflow.name} {state.value}")
    assert {label: found for label, found in states.items() if len(found) > 1} == {}


def test_no_two_situations_read_the_same(pair):
    """A sentence tells which lifecycle, which state and whose turn it is."""
    meanings = defaultdict(set)
    for baton, _state, obj, _user, _case in pair.views():
        meaning = (type(obj).__name__, str(obj.state), baton.situation)
        meanings[str(baton.sentence)].add(meaning)
    assert {text: found for text, found in meanings.items() if len(found) > 1} == {}


def test_nobody_from_outside_has_anything_to_do(pair):
    for workflow, _state, obj, case in pair.cases():
        for user in (AnonymousUser(), pair.people["stranger"], UserFactory.build(pk=10**6)):
            assert workflow.parties(obj, user) == frozenset(), case

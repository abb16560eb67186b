"""Every lifecycle in every state, seen by everybody: one side must act or nobody, and no two
situations read the same."""

from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from cxc_portal.core import clock
from cxc_portal.core.workflow import SYSTEM, workflows
from exchanges.enums import ORGANISATIONS, Capacity
from exchanges.models import (
    CommitmentVersion,
    Exchange,
    GroupOffer,
    Incident,
    Interruption,
    Signature,
)
from matching.enums import MatchState
from matching.models import Conversation, Match
from profiles.enums import Mode, ProfileState
from profiles.models import Profile
from reports.models import EvidenceItem, Payment, Report, SuccessStory
from reports.queries.questionnaires import current_questionnaire
from tests.factories import StaffRoleFactory, UserFactory, published_profile
from tests.factories.exchanges import frozen_exchange, person_of
from tests.factories.groups import offered_group
from tests.factories.matches import host_profile, member_of, visitor_profile

pytestmark = pytest.mark.django_db

STAFF = {
    "officer": {},
    "officer of the host": {"acronym": "EXXTRA"},
    "support": {"role": "support"},
    "observer": {"role": "observer"},
}
SIGNED = {
    "signing": [(), ("HO",), ("VO",)],
    "review": [("HO", "VO"), ("HO", "VO", "HOP"), ("HO", "VO", "VOP")],
}
"""Who has signed already, where a version is open."""
AGREED = ("host_partnership_agreed_at", "visitor_partnership_agreed_at")


class Pair:
    """A host and a visitor of two partnerships, and everybody who may look on. Each lifecycle has a
    method that gives an object in each of its states, in all that makes a difference to its baton.
    """

    def __init__(self):
        self.frozen = frozen_exchange(
            host=host_profile(name="AQUIMER"), visitor=visitor_profile(name="Motores Lda")
        ).versions.get()
        CommitmentVersion.objects.update(state="void")
        self.exchange = self._in_state_now("building")
        self.match = self.exchange.match
        self.host, self.visitor = self.exchange.host, self.exchange.visitor
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
        Profile.objects.filter(pk=self.visitor.pk).update(state=ProfileState.PUBLISHED)

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
        both = state in (MatchState.CONFIRMED, MatchState.DISSOLVED, MatchState.FINISHED)
        now = clock.now()
        Match.objects.filter(pk=self.exchange.match_id).update(state=MatchState.FINISHED)
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
            if state == MatchState.CONFIRMED:
                self._lend_exchange(match)
            yield f"proposed by the {asker.role}" if asker else "introduced", match
            self._lend_exchange(self.match)
            match.delete()

    def _lend_exchange(self, match):
        """A confirmed match has become an exchange."""
        Exchange.objects.filter(pk=self.exchange.pk).update(match=match)

    def _exchange(self, state):
        """Where it is being signed, nobody, one organisation or one partnership has signed."""
        open_state = {"signing": "signing", "review": "review"}.get(state)
        for signed in SIGNED.get(state, [()]):
            with self._in_state(state), self._version(open_state or "void", signed):
                found = Exchange.objects.with_parties().prefetch_related("versions__signatures")
                yield f"signed by {signed}", found.get(pk=self.exchange.pk)

    def _commitment(self, state):
        exchange_state = {"signing": "signing", "review": "review"}.get(state, "building")
        for signed in SIGNED.get(state, [()]):
            with self._in_state(exchange_state), self._version(state, signed) as version:
                yield f"signed by {signed}", version

    def _incident(self, state):
        with self._in_state("ongoing"):
            for capacity in Capacity:
                incident = Incident.objects.create(
                    exchange=self._fresh(),
                    kind="agenda",
                    severity="low",
                    text="The agenda is not kept.",
                    state=state,
                    capacity=capacity,
                    reported_by=person_of(self.exchange, capacity),
                    settled_at=clock.now(),
                )
                yield f"reported by {capacity}", incident
                incident.delete()

    def _interruption(self, state):
        with self._in_state("ongoing"):
            for agreed in [()] if state == "asked" else [AGREED]:
                yield from self._interruptions(state, agreed)
            if state == "asked":
                for field in AGREED:
                    yield from self._interruptions(state, (field,))

    def _interruptions(self, state, agreed):
        for capacity in ("HO", "VO", "VOP"):
            interruption = Interruption.objects.create(
                exchange=self._fresh(),
                kind="postpone",
                reason="A flood.",
                state=state,
                capacity=capacity,
                asked_by=person_of(self.exchange, capacity),
                **dict.fromkeys(agreed, clock.now()),
            )
            yield f"asked by {capacity}, agreed {agreed}", interruption
            interruption.delete()

    def _group(self, state):
        offer = offered_group(host=self.host)
        GroupOffer.objects.filter(pk=offer.pk).update(state=state)
        yield "group", GroupOffer.objects.get(pk=offer.pk)

    def _report(self, state):
        """Of either side; the other side's is validated."""
        with self._in_state("reporting"):
            for capacity in ORGANISATIONS:
                reports = [
                    Report.objects.create(
                        exchange=self._fresh(),
                        capacity=side,
                        state=state if side == capacity else "validated",
                        questionnaire=current_questionnaire(),
                        outcome="not_taken_place",
                        due_on=clock.today(),
                        submitted_at=clock.now(),
                        validated_at=clock.now(),
                    )
                    for side in ORGANISATIONS
                ]
                yield f"of {capacity}", next(one for one in reports if one.capacity == capacity)
                Report.objects.all().delete()

    def _evidence(self, state):
        with self._in_state("reporting"):
            for kind in ("outward", "accommodation"):
                item = self._item(kind=kind, state=state)
                yield kind, item
                item.delete()

    def _payment(self, state):
        """With all that an approval needs."""
        now, officer = clock.now(), self.people["officer"]
        with self._in_state("reporting"):
            pieces = {kind: self._item(kind=kind) for kind in ("outward", "return")}
            payment = Payment.objects.create(
                exchange=self._fresh(),
                state=state,
                computed_amount=450,
                amount=450,
                outward=pieces["outward"],
                homeward=pieces["return"],
                needs_accommodation=False,
                report_validated_at=now,
                has_account=True,
                complete_at=now,
                approved_at=now,
                approved_by=officer,
                paid_on=clock.today(),
                paid_at=now,
                paid_by=officer,
            )
            yield "payment", payment
            payment.delete()
            for piece in pieces.values():
                piece.delete()

    def _item(self, *, kind, state="accepted"):
        return EvidenceItem.objects.create(
            exchange=self._fresh(),
            kind=kind,
            state=state,
            file="evidence/ticket.pdf",
            file_name="ticket.pdf",
            size=1,
            digest="0" * 64,
            uploaded_by=person_of(self.exchange, "VO"),
        )

    def _story(self, state):
        with self._in_state("reporting"):
            for capacity in ORGANISATIONS:
                story = SuccessStory.objects.create(
                    exchange=self._fresh(),
                    capacity=capacity,
                    state=state,
                    title="A week among colleagues",
                    text="We learned a lot.",
                    author=person_of(self.exchange, capacity),
                    author_name="Ada",
                    consented_at=clock.now(),
                    published_at=clock.now(),
                )
                yield f"of {capacity}", story
                story.delete()

    @contextmanager
    def _in_state(self, state):
        yield self._in_state_now(state)
        self._in_state_now("building")

    def _in_state_now(self, state):
        now = None if state == "building" else clock.now()
        times = dict.fromkeys(("validated_at", "started_at", "finished_at"), now)
        times["closed_at"] = now if state == "closed" else None
        Exchange.objects.filter(pk=self.frozen.exchange_id).update(state=state, **times)
        return self._fresh()

    @contextmanager
    def _version(self, state, signed):
        """A version like the one that was frozen, in another state."""
        kept = ("exchange_id", "snapshot", "digest", "template_version", "language", "frozen_by")
        version = CommitmentVersion.objects.create(
            number=2,
            state=state,
            in_force_at=clock.now(),
            **{name: getattr(self.frozen, name) for name in kept},
        )
        for capacity in signed:
            Signature.objects.create(
                version=version,
                capacity=capacity,
                signer=person_of(self.exchange, capacity),
                signer_name="Ada",
                sentence="I agree.",
                method="password",
                digest=version.digest,
            )
        yield CommitmentVersion.objects.get(pk=version.pk)
        version.signatures.all().delete()
        version.delete()

    def _fresh(self):
        return Exchange.objects.with_parties().get(pk=self.frozen.exchange_id)


@pytest.fixture
def pair(reference):
    return Pair()


def test_every_lifecycle_is_walked():
    assert {workflow.name: len(workflow.states) for workflow in workflows()} == {
        "profile": 9,
        "conversation": 8,
        "match": 7,
        "exchange": 10,
        "commitment": 8,
        "incident": 5,
        "interruption": 4,
        "group": 3,
        "report": 4,
        "evidence": 4,
        "payment": 5,
        "story": 4,
    }


def test_one_side_must_act_or_it_is_over(pair):
    for workflow, state, obj, case in pair.cases():
        batons = {name: workflow.baton(obj, user) for name, user in pair.people.items()}
        assert {baton.responsible for baton in batons.values()} == {state.responsible}, case
        situations = {baton.situation for baton in batons.values()}
        if state.responsible is None:
            assert situations == {"closed"}, case
            continue
        is_by_itself = state.responsible == SYSTEM
        assert situations == ({"waiting"} if is_by_itself else {"yours", "waiting"}), case
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
    states = defaultdict(set)
    for workflow in workflows():
        for state in workflow.states.values():
            subject = workflow.log._meta.get_field("subject").related_model
            states[str(state.label).lower()].add((matter_of(subject), state.value))
    assert {label: found for label, found in states.items() if len(found) > 1} == {}


def test_no_two_situations_read_the_same(pair):
    """A sentence tells which lifecycle, which state and whose turn it is."""
    meanings = defaultdict(set)
    for baton, _state, obj, _user, _case in pair.views():
        meaning = (matter_of(type(obj)), str(obj.state), baton.situation)
        meanings[str(baton.sentence)].add(meaning)
    assert {text: found for text, found in meanings.items() if len(found) > 1} == {}


def matter_of(model):
    """While a version is signed, so is its exchange: the two are one matter."""
    return Exchange if model is CommitmentVersion else model


def test_nobody_from_outside_has_anything_to_do(pair):
    for workflow, _state, obj, case in pair.cases():
        for user in (AnonymousUser(), pair.people["stranger"], UserFactory.build(pk=10**6)):
            assert workflow.parties(obj, user) == frozenset(), case

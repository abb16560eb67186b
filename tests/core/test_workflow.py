"""The one way in which objects change their state, tried on the life of a profile."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from cxc_portal.core import audit, clock, workflow
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry
from cxc_portal.core.workflow import SYSTEM, Baton, State, Step, Transition, Workflow
from profiles.models import Profile, ProfileTransition
from tests.concurrency import at_once, errors, values
from tests.factories import ProfileFactory, UserFactory
from tests.untouched import untouched

OWNER, DESK = "owner", "desk"


def refuse_on_fridays(profile, actor):
    if clock.today().weekday() == 4:
        raise TransitionRefused("friday", "Come back on Monday.")


STATES = (
    State(
        "draft",
        label="Draft",
        responsible=OWNER,
        your_turn="Your turn: submit.",
        waiting="Waiting for the owner.",
        next="Then the desk checks it.",
        steps={OWNER: Step("Go on", "profiles:edit"), DESK: Step("Look", "profiles:profile")},
    ),
    State(
        "submitted",
        label="Submitted",
        responsible=DESK,
        your_turn="Your turn: decide.",
        waiting="Waiting for the desk.",
        next="Then it is published.",
        steps={DESK: Step("Decide", "profiles:decide")},
    ),
    State(
        "returned",
        label="Returned",
        responsible=OWNER,
        your_turn="Your turn: change it.",
        waiting="Waiting for the changes.",
        next="Then the desk looks again.",
    ),
    State("withdrawn", "Withdrawn", None, "", "It was withdrawn.", "Nothing."),
)
TRANSITIONS = (
    Transition(
        "submit",
        "Submit",
        sources=("draft", "returned"),
        target="submitted",
        by=(OWNER, SYSTEM),
        stamps=("submitted_at",),
    ),
    Transition(
        "return",
        "Return",
        sources=("submitted",),
        target="returned",
        by=(DESK,),
        needs_comment=True,
    ),
    Transition(
        "withdraw",
        "Withdraw",
        sources=("draft", "submitted"),
        target="withdrawn",
        by=(OWNER,),
        check=refuse_on_fridays,
    ),
)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


def parties(profile, user):
    sides = {profile.contact_id: OWNER, profile.review_by_id: DESK}
    return frozenset({sides[user.pk]}) if user.pk in sides else frozenset()


@pytest.fixture
def own_register(monkeypatch):
    """What a test declares is not known to the others."""
    monkeypatch.setattr(workflow, "_workflows", {})


@pytest.fixture
def lifecycle(own_register):
    return Workflow(
        name="trial",
        states=STATES,
        transitions=TRANSITIONS,
        log=ProfileTransition,
        parties=parties,
    )


@pytest.fixture
def profile(reference):
    officer = UserFactory()
    return ProfileFactory(review_by=officer, review_since=clock.now())


@pytest.fixture
def submitted(profile, lifecycle):
    lifecycle.apply(profile, "submit", actor=profile.contact)
    return profile


# --- a step that is taken ----------------------------------------------------------------------


def test_a_step_changes_the_state_and_says_since_when(profile, lifecycle, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    lifecycle.apply(profile, "submit", actor=profile.contact)
    stored = Profile.objects.get(pk=profile.pk)
    assert (stored.state, stored.state_since, stored.submitted_at) == ("submitted", MONDAY, MONDAY)


def test_a_step_is_logged_with_who_why_and_when(submitted, lifecycle, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    entry = lifecycle.apply(
        submitted,
        "return",
        actor=submitted.review_by,
        comment="  Say what you seek.\n",
        record={"partnership": submitted.partnership},
    )
    logged = ProfileTransition.objects.get(pk=entry.pk)
    assert (logged.transition, logged.source, logged.target) == ("return", "submitted", "returned")
    assert (logged.actor, logged.comment, logged.at) == (
        submitted.review_by,
        "Say what you seek.",
        MONDAY,
    )
    assert (logged.needs_comment, logged.partnership) == (True, submitted.partnership)


def test_a_step_leaves_an_audit_entry_without_the_comment(submitted, lifecycle):
    entry = lifecycle.apply(submitted, "return", actor=submitted.review_by, comment="Secret")
    audited = AuditEntry.objects.latest("sequence")
    assert (audited.event, audited.actor_id) == ("trial.return", submitted.review_by.pk)
    assert (audited.subject_type, audited.subject_id) == ("profiles.profile", str(submitted.pk))
    assert audited.data == {"from": "submitted", "to": "returned", "log": entry.pk}


def test_the_portal_itself_can_take_a_step(profile, lifecycle):
    lifecycle.apply(profile, "submit", actor=None)
    assert ProfileTransition.objects.get(subject=profile).actor is None


def test_further_fields_are_set_with_the_state(submitted, lifecycle):
    lifecycle.apply(
        submitted,
        "return",
        actor=submitted.review_by,
        comment="Why",
        changes={"review_by": None, "review_since": None},
    )
    stored = Profile.objects.get(pk=submitted.pk)
    assert (stored.state, stored.review_by, stored.review_since) == ("returned", None, None)


def test_what_somebody_else_changed_meanwhile_is_kept(profile, lifecycle):
    Profile.objects.filter(pk=profile.pk).update(motivation="Newer")
    lifecycle.apply(profile, "submit", actor=profile.contact)
    assert profile.motivation == "Newer"
    assert Profile.objects.get(pk=profile.pk).motivation == "Newer"


def test_what_it_points_to_stays_as_it_is_in_memory(profile, lifecycle, django_assert_num_queries):
    contact = profile.contact
    lifecycle.apply(profile, "submit", actor=contact)
    with django_assert_num_queries(0):
        assert profile.contact is contact


def test_where_it_points_elsewhere_meanwhile_that_counts(profile, lifecycle):
    other, before = UserFactory(), profile.review_by
    Profile.objects.filter(pk=profile.pk).update(review_by=other)
    lifecycle.apply(profile, "submit", actor=profile.contact)
    assert (profile.review_by, before == other) == (other, False)


def test_the_stored_state_counts_and_not_the_one_in_hand(submitted, lifecycle):
    stale = Profile.objects.get(pk=submitted.pk)
    lifecycle.apply(submitted, "withdraw", actor=submitted.contact)
    with untouched(), pytest.raises(TransitionRefused):
        lifecycle.apply(stale, "return", actor=submitted.review_by, comment="Why")


# --- refusals ----------------------------------------------------------------------------------


def refusal(lifecycle, profile, name, actor, comment=""):
    with untouched(), pytest.raises((NotAllowed, TransitionRefused)) as refused:
        lifecycle.apply(profile, name, actor=actor, comment=comment)
    return type(refused.value), refused.value.code


def test_a_stranger_is_refused(profile, lifecycle):
    assert refusal(lifecycle, profile, "submit", UserFactory()) == (NotAllowed, "not_allowed")


def test_the_wrong_party_is_refused(submitted, lifecycle):
    assert refusal(lifecycle, submitted, "return", submitted.contact, "Why") == (
        NotAllowed,
        "not_allowed",
    )


def test_the_portal_is_refused_where_it_is_no_party(submitted, lifecycle):
    assert refusal(lifecycle, submitted, "return", None, "Why") == (NotAllowed, "not_allowed")


def test_somebody_not_logged_in_is_refused(profile, lifecycle):
    assert refusal(lifecycle, profile, "submit", AnonymousUser()) == (NotAllowed, "not_allowed")


@pytest.mark.parametrize("state", ["submitted", "withdrawn"])
def test_a_wrong_state_is_refused(submitted, lifecycle, state, time_machine):
    time_machine.move_to(MONDAY)
    if state == "withdrawn":
        lifecycle.apply(submitted, "withdraw", actor=submitted.contact)
    assert refusal(lifecycle, submitted, "submit", submitted.contact) == (
        TransitionRefused,
        "wrong_state",
    )


def test_the_refusal_of_a_wrong_state_names_the_state(submitted, lifecycle):
    with pytest.raises(TransitionRefused) as refused:
        lifecycle.apply(submitted, "submit", actor=submitted.contact)
    assert str(refused.value) == "This is not possible now: “Submitted”. Look at the page again."


@pytest.mark.parametrize("comment", ["", "  \n\t"])
def test_a_missing_comment_is_refused(submitted, lifecycle, comment):
    assert refusal(lifecycle, submitted, "return", submitted.review_by, comment) == (
        TransitionRefused,
        "comment_missing",
    )


def test_a_failed_check_is_refused(submitted, lifecycle, time_machine):
    time_machine.move_to(FRIDAY)
    assert refusal(lifecycle, submitted, "withdraw", submitted.contact) == (
        TransitionRefused,
        "friday",
    )


def test_a_check_that_passes_lets_the_step_be_taken(submitted, lifecycle, time_machine):
    time_machine.move_to(MONDAY)
    lifecycle.apply(submitted, "withdraw", actor=submitted.contact)
    assert Profile.objects.get(pk=submitted.pk).state == "withdrawn"


def test_the_database_refuses_a_log_without_the_comment_it_needs(submitted):
    with pytest.raises(IntegrityError), transaction.atomic():
        ProfileTransition.objects.create(
            subject=submitted,
            transition="return",
            source="submitted",
            target="returned",
            needs_comment=True,
            comment="",
            at=clock.now(),
        )


def test_what_the_database_refuses_takes_the_whole_step_back(submitted, lifecycle):
    with untouched(), pytest.raises(IntegrityError), transaction.atomic():
        lifecycle.apply(
            submitted,
            "return",
            actor=submitted.review_by,
            comment="Why",
            changes={"min_days": 9, "max_days": 3},
        )


def test_a_caller_that_swallows_a_refused_write_cannot_commit_half_of_it(submitted, lifecycle):
    def swallow():
        with transaction.atomic():
            with suppress(IntegrityError):
                lifecycle.apply(
                    submitted,
                    "return",
                    actor=submitted.review_by,
                    comment="Why",
                    record={"at": None},
                )
            Profile.objects.count()

    with untouched(), pytest.raises(transaction.TransactionManagementError):
        swallow()


@pytest.mark.django_db(transaction=True)
def test_a_step_without_a_transaction_has_one_of_its_own(submitted, lifecycle):
    with untouched(), pytest.raises(IntegrityError):
        lifecycle.apply(
            submitted,
            "return",
            actor=submitted.review_by,
            comment="Why",
            record={"at": None},
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_same_step_at_once_one_is_refused(submitted, lifecycle):
    def send_back():
        mine = Profile.objects.get(pk=submitted.pk)
        return lifecycle.apply(mine, "return", actor=submitted.review_by, comment="Why")

    outcomes = at_once(send_back, send_back)
    assert len(values(outcomes)) == 1
    assert [error.code for error in errors(outcomes)] == ["wrong_state"]
    assert ProfileTransition.objects.filter(transition="return").count() == 1


# --- many at once ------------------------------------------------------------------------------


@pytest.fixture
def waiting(reference, lifecycle):
    """Three submitted profiles of one owner, at the desk of one officer."""
    owner, officer = UserFactory(), UserFactory()
    profiles = [
        ProfileFactory(contact=owner, review_by=officer, review_since=clock.now())
        for _number in range(3)
    ]
    for profile in profiles:
        lifecycle.apply(profile, "submit", actor=owner)
    return profiles


def test_many_take_a_step_as_one_does(waiting, lifecycle, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    officer = waiting[0].review_by
    lifecycle.apply_many(
        waiting,
        "return",
        actor=officer,
        comment=" Why ",
        record=lambda profile: {"partnership": profile.partnership},
    )
    stored = Profile.objects.filter(pk__in=[profile.pk for profile in waiting])
    assert set(stored.values_list("state", "state_since")) == {("returned", MONDAY)}
    assert {(profile.state, profile.state_since) for profile in waiting} == {("returned", MONDAY)}
    logged = ProfileTransition.objects.filter(transition="return").order_by("subject_id")
    assert list(logged.values_list("subject", "source", "target", "actor", "comment", "at")) == [
        (profile.pk, "submitted", "returned", officer.pk, "Why", MONDAY) for profile in waiting
    ]
    assert {entry.partnership for entry in logged} == {waiting[0].partnership}
    audited = AuditEntry.objects.filter(event="trial.return").order_by("sequence")
    assert [(entry.subject_id, entry.data["log"]) for entry in audited] == [
        (str(entry.subject_id), entry.pk) for entry in logged
    ]
    assert audit.verify().is_whole


def test_many_set_the_times_that_the_step_stamps(reference, lifecycle, time_machine):
    profile = ProfileFactory()
    time_machine.move_to(MONDAY, tick=False)
    lifecycle.apply_many([profile], "submit", actor=profile.contact)
    assert Profile.objects.get(pk=profile.pk).submitted_at == MONDAY


def test_many_are_refused_together(waiting, lifecycle, time_machine):
    time_machine.move_to(MONDAY)
    lifecycle.apply(waiting[2], "withdraw", actor=waiting[2].contact)
    with untouched(), pytest.raises(TransitionRefused):
        lifecycle.apply_many(waiting, "return", actor=waiting[0].review_by, comment="Why")


def test_none_at_once_is_nothing(lifecycle, db):
    with untouched():
        lifecycle.apply_many([], "submit", actor=None)


# --- who may ------------------------------------------------------------------------------------


def thing(state="draft", owner=1, officer=2):
    return SimpleNamespace(
        ref="P-1", state=state, state_since=MONDAY, contact_id=owner, review_by_id=officer
    )


def person(number):
    return SimpleNamespace(pk=number, is_authenticated=True)


def test_may_asks_for_the_party_alone(lifecycle):
    assert lifecycle.may("submit", thing("withdrawn"), person(1))
    assert not lifecycle.may("submit", thing(), person(2))
    assert not lifecycle.may("submit", thing(), person(3))


def test_is_open_asks_for_party_and_state(lifecycle):
    assert lifecycle.is_open("submit", thing(), person(1))
    assert not lifecycle.is_open("submit", thing("submitted"), person(1))
    assert not lifecycle.is_open("submit", thing(), person(2))


def test_open_to_names_the_steps_of_a_party(lifecycle):
    def steps(state, number):
        return [step.name for step in lifecycle.open_to(thing(state), person(number))]

    assert steps("draft", 1) == ["submit", "withdraw"]
    assert steps("submitted", 1) == ["withdraw"]
    assert steps("submitted", 2) == ["return"]
    assert steps("withdrawn", 1) == []
    assert steps("draft", 3) == []


def test_somebody_not_logged_in_is_no_party(lifecycle):
    assert lifecycle.parties(thing(), AnonymousUser()) == frozenset()


# --- the baton ---------------------------------------------------------------------------------


def test_baton_in_the_viewers_own_hand(lifecycle):
    assert lifecycle.baton(thing(), person(1)) == Baton(
        situation="yours",
        label="Draft",
        sentence="Your turn: submit.",
        since=MONDAY,
        next="Then the desk checks it.",
        responsible=OWNER,
        action_label="Go on",
        action_url="/profiles/P-1/edit/",
    )


def test_baton_in_the_hand_of_another(lifecycle):
    baton = lifecycle.baton(thing("submitted"), person(1))
    assert (baton.situation, baton.sentence) == ("waiting", "Waiting for the desk.")
    assert (baton.action_label, baton.action_url) == ("", "")


def test_baton_shows_a_party_its_own_step_while_it_waits(lifecycle):
    baton = lifecycle.baton(thing(), person(2))
    assert (baton.situation, baton.action_url) == ("waiting", "/profiles/P-1/")


def test_baton_without_a_step(lifecycle):
    baton = lifecycle.baton(thing("returned"), person(1))
    assert (baton.situation, baton.action_url) == ("yours", "")


def test_baton_at_the_end(lifecycle):
    baton = lifecycle.baton(thing("withdrawn"), person(1))
    assert (baton.situation, baton.sentence, baton.responsible) == (
        "closed",
        "It was withdrawn.",
        None,
    )


# --- declaring ---------------------------------------------------------------------------------


def declare(*transitions):
    return Workflow(
        name="trial",
        states=STATES,
        transitions=transitions,
        log=ProfileTransition,
        parties=parties,
    )


def test_an_unknown_state_is_an_error(own_register):
    with pytest.raises(ValueError, match=r"trial\.jump names unknown states \{'moon'\}"):
        declare(Transition("jump", "Jump", sources=("draft",), target="moon", by=(OWNER,)))


def test_a_step_of_the_same_name_is_an_error(own_register):
    step = Transition("submit", "Submit", sources=("draft",), target="submitted", by=(OWNER,))
    with pytest.raises(ValueError, match=r"trial\.submit is declared twice"):
        declare(step, step)


def test_all_lifecycles_are_known_by_name(lifecycle):
    assert workflow.workflows() == [lifecycle]


def test_a_record_reads_as_its_step():
    assert str(ProfileTransition(source="draft", target="submitted")) == "draft -> submitted"


def test_state_since_moves_with_each_step(submitted, lifecycle, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    lifecycle.apply(submitted, "return", actor=submitted.review_by, comment="Why")
    time_machine.shift(timedelta(days=1))
    lifecycle.apply(submitted, "submit", actor=submitted.contact)
    assert submitted.state_since == MONDAY + timedelta(days=1)

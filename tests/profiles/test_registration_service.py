from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings

from cxc_portal.core import clock
from cxc_portal.core.errors import DomainError, NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from profiles import tasks
from profiles.answers import ASSIGN, pages_of, partnership_of, read_answers
from profiles.enums import Role
from profiles.models import Cluster, Membership, Organisation, Partnership, Profile, Registration
from profiles.services.registration import (
    IncompleteRegistration,
    ObstacleMet,
    begin_with_answers,
    choose_partnership,
    claim_registration,
    discard_registration,
    give_consent,
    save_answers,
    start_registration,
    start_second_profile,
    submit_registration,
)
from tests.concurrency import at_once, errors, values
from tests.factories import MembershipFactory, StaffRoleFactory, UserFactory, submitted_profile
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


def answers(**changes):
    return {
        "role": {"role": "visiting"},
        "organisation": {
            "name": "Rodas Novas",
            "organisation_type": "sme",
            "country": "PT",
            "website": "https://rodas.example",
            "summary": "We make wheels.",
        },
        "sector": {"main_sector": "29", "cluster": cluster("Mobinov"), "other_cluster": ""},
        "exchange": {"purpose": ["learn", "training"], "languages": ["en", "pt"]},
    } | changes


def cluster(name):
    return str(Cluster.objects.get(name=name).pk)


def answered(actor=None, *, consent=True, source="", partnership="", **changes):
    """A registration with every question answered; `sector={…}` replaces what one page said."""
    registration = start_registration(actor=actor, source=source, partnership=partnership)
    for page, given in answers(**changes).items():
        save_answers(key=registration.key, page=page, answers=given, actor=actor)
    if consent:
        give_consent(key=registration.key, version="1", actor=actor)
    registration.refresh_from_db()
    return registration


def nothing_happened():
    return (
        Organisation.objects.count(),
        Membership.objects.count(),
        Profile.objects.count(),
        OutgoingMail.objects.count(),
        AuditEntry.objects.filter(event__startswith="profile.").count(),
    ) == (0, 0, 0, 0, 0)


class TestStart:
    def test_nothing_is_answered_yet(self):
        registration = start_registration(actor=None)
        assert (registration.answers, registration.owner) == ({}, None)

    def test_the_link_that_was_followed_is_kept(self):
        registration = start_registration(actor=None, partnership="exxtra", source="x" * 99)
        assert registration.answers == {"linked_partnership": "EXXTRA"}
        assert registration.source == "x" * 60

    def test_a_link_to_an_unknown_partnership_is_ignored(self):
        assert start_registration(actor=None, partnership="NOBODY").answers == {}


class TestSaveAnswers:
    def test_answers_of_a_page_are_kept_beside_those_of_others(self):
        registration = start_registration(actor=None)
        for page in ("role", "organisation"):
            saved = save_answers(
                key=registration.key, page=page, answers=answers()[page], actor=None
            )
        assert saved.answers == answers()["role"] | answers()["organisation"]

    def test_the_time_is_kept(self):
        registration = start_registration(actor=None)
        with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
            save_answers(key=registration.key, page="role", answers={"role": "host"}, actor=None)
            registration.refresh_from_db()
            assert registration.saved_at == clock.now()

    def test_an_answer_that_was_not_asked_is_an_error(self):
        registration = start_registration(actor=None)
        with pytest.raises(ValueError, match="consent_version"):
            save_answers(
                key=registration.key, page="role", answers={"consent_version": "1"}, actor=None
            )

    def test_somebody_else_s_answers_stay_as_they_are(self):
        registration = start_registration(actor=UserFactory())
        for stranger in (None, UserFactory()):
            with pytest.raises(NotAllowed):
                save_answers(
                    key=registration.key, page="role", answers={"role": "host"}, actor=stranger
                )
        registration.refresh_from_db()
        assert registration.answers == {}

    def test_there_must_be_such_a_registration(self):
        with pytest.raises(NotAllowed):
            save_answers(key=uuid4(), page="role", answers={}, actor=None)

    def test_a_submitted_registration_does_not_change_any_more(self):
        owner = UserFactory()
        registration = answered(owner)
        submit_registration(key=registration.key, actor=owner)
        with pytest.raises(TransitionRefused) as refused:
            save_answers(key=registration.key, page="role", answers={"role": "host"}, actor=owner)
        assert refused.value.code == "already_submitted"

    def test_an_organisation_registered_before_is_recognised(self):
        member = MembershipFactory(organisation__name="Rodas Novas", organisation__country_id="PT")
        registration = answered(
            member.user, organisation=answers()["organisation"] | {"name": "rodas novas "}
        )
        assert registration.organisation == member.organisation
        assert pages_of(registration) == ["role", "exchange", "check"]

    def test_the_same_name_in_another_country_is_another_organisation(self):
        member = MembershipFactory(organisation__name="Rodas Novas", organisation__country_id="ES")
        assert answered(member.user).organisation is None

    def test_an_organisation_of_others_is_not_recognised(self):
        MembershipFactory(organisation__name="Rodas Novas", organisation__country_id="PT")
        assert answered(UserFactory()).organisation is None


class TestPartnership:
    def test_it_is_suggested_with_the_reason(self):
        found = partnership_of(answered())
        assert (found.partnership.acronym, found.reason) == (
            "RECIPE4MOBILITY",
            "because your cluster Mobinov belongs to it",
        )

    def test_none_is_suggested_before_country_and_sector_are_known(self):
        assert partnership_of(start_registration(actor=None)) is None

    def test_an_invitation_goes_before_the_suggestion(self):
        found = partnership_of(answered(partnership="EXXTRA"))
        assert (found.partnership.acronym, found.reason) == (
            "EXXTRA",
            "because you came through its invitation",
        )

    def test_ones_own_choice_goes_before_everything(self):
        registration = answered(partnership="EXXTRA")
        chosen = choose_partnership(key=registration.key, acronym="blues", actor=None)
        found = partnership_of(chosen)
        assert (found.partnership.acronym, found.reason) == ("BLUES", "because you chose it")

    def test_the_support_office_can_be_left_to_choose(self):
        registration = answered()
        found = partnership_of(choose_partnership(key=registration.key, acronym=ASSIGN, actor=None))
        assert (found.partnership, found.reason) == (
            None,
            "You leave the choice to the Support Office.",
        )

    def test_only_an_active_partnership_can_be_chosen(self):
        Partnership.objects.filter(acronym="BLUES").update(is_active=False)
        registration = answered()
        with pytest.raises(DomainError) as refused:
            choose_partnership(key=registration.key, acronym="BLUES", actor=None)
        assert refused.value.code == "unknown_partnership"
        registration.refresh_from_db()
        assert "partnership" not in registration.answers

    def test_a_cluster_belongs_to_its_own_partnership(self):
        organisation = answers()["organisation"] | {
            "name": "DITECFER",
            "organisation_type": "cluster",
            "country": "IT",
        }
        registration = answered(organisation=organisation, sector={"main_sector": "94"})
        assert partnership_of(registration).partnership.acronym == "EXXTRA"


class TestConsent:
    def test_version_and_time_are_kept(self):
        registration = start_registration(actor=None)
        with time_machine.travel("2026-11-22T10:00:00Z", tick=False):
            given = give_consent(key=registration.key, version="1", actor=None)
        assert given.answers == {
            "consent_version": "1",
            "consent_at": "2026-11-22T10:00:00+00:00",
        }

    def test_there_must_be_such_a_text(self):
        with pytest.raises(DomainError) as refused:
            give_consent(key=start_registration(actor=None).key, version="0", actor=None)
        assert refused.value.code == "unknown_consent"


class TestClaim:
    def test_what_was_answered_before_belongs_to_whoever_logs_in(self):
        owner = UserFactory()
        registration = claim_registration(key=answered().key, owner=owner)
        registration.refresh_from_db()
        assert registration.owner == owner

    def test_an_organisation_registered_before_is_recognised_then(self):
        member = MembershipFactory(organisation__name="Rodas Novas", organisation__country_id="PT")
        registration = claim_registration(key=answered().key, owner=member.user)
        assert registration.organisation == member.organisation

    def test_it_cannot_be_taken_from_somebody(self):
        registration = answered(UserFactory())
        with pytest.raises(NotAllowed):
            claim_registration(key=registration.key, owner=UserFactory())


class TestDiscard:
    def test_the_answers_are_gone(self):
        discard_registration(key=answered().key, actor=None)
        assert Registration.objects.count() == 0

    def test_not_those_of_others(self):
        registration = answered(UserFactory())
        with pytest.raises(NotAllowed):
            discard_registration(key=registration.key, actor=UserFactory())
        assert Registration.objects.count() == 1

    def test_not_once_they_are_a_profile(self):
        owner = UserFactory()
        registration = answered(owner)
        submit_registration(key=registration.key, actor=owner)
        with pytest.raises(TransitionRefused):
            discard_registration(key=registration.key, actor=owner)
        assert Registration.objects.count() == 1

    def test_answers_that_nobody_can_come_back_to_are_deleted(self):
        abandoned, owned = answered(), answered(UserFactory())
        later = clock.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE, minutes=1)
        with time_machine.travel(later, tick=False):
            fresh = answered()
            assert tasks.remove_abandoned_registrations() == 1
        assert set(Registration.objects.all()) == {owned, fresh}
        assert abandoned not in Registration.objects.all()


class TestSubmit:
    def test_the_organisation_has_what_was_answered(self):
        owner = UserFactory()
        organisation = submit_registration(key=answered(owner).key, actor=owner).organisation
        assert (
            organisation.name,
            organisation.organisation_type_id,
            organisation.country_id,
            organisation.main_sector_id,
            organisation.sectors,
            organisation.website,
            organisation.description,
            organisation.is_declared_sme,
            [one.name for one in organisation.clusters.all()],
        ) == (
            "Rodas Novas",
            "sme",
            "PT",
            "29",
            ["29"],
            "https://rodas.example",
            "We make wheels.",
            True,
            ["Mobinov"],
        )

    def test_the_profile_waits_with_what_was_answered(self):
        owner = UserFactory(first_name="Ana", last_name="Luz")
        profile = submit_registration(key=answered(owner, source="fair").key, actor=owner)
        profile.refresh_from_db()
        assert (
            profile.state,
            profile.role,
            profile.partnership.acronym,
            profile.responsible_cluster.name,
            profile.contact,
            profile.contact_name,
            profile.contact_email,
            profile.languages,
            profile.objectives,
            profile.activities,
            profile.consent_version,
            profile.source,
        ) == (
            "submitted",
            "visiting",
            "RECIPE4MOBILITY",
            "Mobinov",
            owner,
            "Ana Luz",
            owner.email,
            ["en", "pt"],
            ["learn"],
            ["training"],
            "1",
            "fair",
        )

    def test_the_time_of_the_consent_is_that_of_agreeing(self):
        owner = UserFactory()
        with time_machine.travel(clock.now() - timedelta(days=2), tick=False):
            registration, agreed = answered(owner), clock.now()
        profile = submit_registration(key=registration.key, actor=owner)
        assert profile.consent_at == agreed

    def test_whoever_submits_is_a_member(self):
        owner = UserFactory()
        profile = submit_registration(key=answered(owner).key, actor=owner)
        assert [m.user for m in profile.organisation.memberships.all()] == [owner]

    def test_registering_is_in_the_audit(self):
        owner = UserFactory()
        profile = submit_registration(key=answered(owner).key, actor=owner)
        entries = AuditEntry.objects.filter(actor_id=owner.pk).order_by("sequence")
        assert [(e.event, e.subject_id, e.actor_id) for e in entries] == [
            ("organisation.registered", str(profile.organisation.pk), owner.pk),
            ("profile.submit", str(profile.pk), owner.pk),
        ]

    def test_the_desk_of_the_partnership_is_told(self):
        officer = StaffRoleFactory().user
        owner = UserFactory()
        submit_registration(key=answered(owner).key, actor=owner)
        assert [mail.to for mail in OutgoingMail.objects.all()] == [officer.email]

    def test_an_organisation_that_is_no_sme_declares_nothing(self):
        owner = UserFactory()
        organisation = answers()["organisation"] | {"organisation_type": "incubator"}
        registration = answered(owner, organisation=organisation)
        assert not submit_registration(
            key=registration.key, actor=owner
        ).organisation.is_declared_sme

    def test_a_cluster_that_is_not_listed_is_kept_in_words(self):
        owner = UserFactory()
        sector = {"main_sector": "29", "cluster": "", "other_cluster": "Wheels of Porto"}
        profile = submit_registration(key=answered(owner, sector=sector).key, actor=owner)
        assert profile.organisation.other_cluster == "Wheels of Porto"
        assert profile.organisation.clusters.count() == 0
        assert profile.responsible_cluster is None

    def test_a_cluster_organisation_needs_no_cluster(self):
        owner = UserFactory()
        organisation = answers()["organisation"] | {"organisation_type": "cluster"}
        registration = answered(owner, organisation=organisation, sector={"main_sector": "94"})
        assert submit_registration(key=registration.key, actor=owner).state == "submitted"

    def test_a_cluster_of_another_partnership_is_not_in_charge(self):
        owner = UserFactory()
        registration = answered(owner)
        choose_partnership(key=registration.key, acronym="BLUES", actor=owner)
        profile = submit_registration(key=registration.key, actor=owner)
        assert (profile.partnership.acronym, profile.responsible_cluster) == ("BLUES", None)

    def test_without_a_partnership_the_support_office_has_it(self):
        owner = UserFactory()
        registration = answered(owner)
        choose_partnership(key=registration.key, acronym=ASSIGN, actor=owner)
        assert submit_registration(key=registration.key, actor=owner).partnership is None

    def test_twice_gives_the_same_profile(self):
        owner = UserFactory()
        registration = answered(owner)
        first = submit_registration(key=registration.key, actor=owner)
        assert submit_registration(key=registration.key, actor=owner) == first
        assert Profile.objects.count() == 1

    def test_an_answer_given_before_logging_in_is_enough(self):
        owner = UserFactory()
        registration = answered()
        profile = submit_registration(key=registration.key, actor=owner)
        registration.refresh_from_db()
        assert (registration.owner, registration.profile) == (owner, profile)


class TestSubmitRefused:
    @pytest.mark.parametrize(
        ("page", "name", "nothing", "label"),
        [
            ("role", "role", "guest", "Role"),
            ("organisation", "name", "", "Name of your organisation"),
            ("organisation", "organisation_type", "club", "Type of organisation"),
            ("organisation", "country", "ZZ", "Country"),
            ("sector", "main_sector", "00", "Main sector"),
            ("sector", "cluster", "", "Cluster"),
            ("sector", "cluster", "999999", "Cluster"),
            ("exchange", "purpose", [], "What the exchange is for"),
            ("exchange", "purpose", ["holidays"], "What the exchange is for"),
            ("exchange", "languages", ["xx"], "Languages"),
        ],
    )
    def test_every_question_must_be_answered(self, page, name, nothing, label):
        owner = UserFactory()
        registration = answered(owner, **{page: answers()[page] | {name: nothing}})
        with pytest.raises(IncompleteRegistration) as refused:
            submit_registration(key=registration.key, actor=owner)
        assert refused.value.message == f"One answer is still needed: {label}."
        assert [(one.page, one.name) for one in refused.value.missing] == [(page, name)]
        assert nothing_happened()

    def test_an_agreement_is_needed(self):
        owner = UserFactory()
        with pytest.raises(IncompleteRegistration) as refused:
            submit_registration(key=answered(owner, consent=False).key, actor=owner)
        assert [question.name for question in refused.value.missing] == ["consent"]
        assert nothing_happened()

    def test_all_that_is_missing_is_told_at_once(self):
        owner = UserFactory()
        registration = start_registration(actor=owner)
        with pytest.raises(IncompleteRegistration) as refused:
            submit_registration(key=registration.key, actor=owner)
        assert len(refused.value.missing) == 9
        assert refused.value.message.startswith("Some answers are still needed: Role, ")

    def test_the_address_must_be_confirmed(self):
        owner = UserFactory(verified=False)
        with pytest.raises(DomainError) as refused:
            submit_registration(key=answered(owner).key, actor=owner)
        assert refused.value.code == "email_unverified"
        assert nothing_happened()

    def test_the_country_must_take_part(self):
        owner = UserFactory()
        organisation = answers()["organisation"] | {"country": "NO"}
        registration = answered(owner, organisation=organisation)
        with pytest.raises(ObstacleMet) as refused:
            submit_registration(key=registration.key, actor=owner)
        assert (refused.value.code, refused.value.obstacle.question) == (
            "country_not_eligible",
            "country",
        )
        assert nothing_happened()
        assert Registration.objects.get().answers["country"] == "NO"

    def test_the_type_must_be_allowed_in_the_role(self):
        owner = UserFactory()
        organisation = answers()["organisation"] | {"organisation_type": "large_company"}
        registration = answered(owner, organisation=organisation)
        with pytest.raises(ObstacleMet) as refused:
            submit_registration(key=registration.key, actor=owner)
        assert refused.value.code == "type_not_eligible"
        assert nothing_happened()

    def test_nobody_submits_for_others(self):
        registration = answered(UserFactory())
        with pytest.raises(NotAllowed):
            submit_registration(key=registration.key, actor=UserFactory())
        assert nothing_happened()

    def test_what_the_database_refuses_is_told(self):
        owner = UserFactory()
        organisation = answers()["organisation"] | {"website": "no address"}
        registration = answered(owner, organisation=organisation)
        with pytest.raises(DomainError) as refused:
            submit_registration(key=registration.key, actor=owner)
        assert (refused.value.code, refused.value.message) == ("invalid", "Enter a valid URL.")
        assert nothing_happened()


class TestSecondProfile:
    def begin(self, profile, actor=None, role=Role.HOST):
        actor = actor or profile.contact
        return start_second_profile(organisation=profile.organisation, role=role, actor=actor)

    def test_it_starts_with_what_is_known(self):
        profile = submitted_profile(languages=["en", "fr"])
        registration = self.begin(profile)
        assert registration.answers == {"role": "host", "languages": ["en", "fr"]}
        assert read_answers(registration).name == profile.organisation.name
        assert pages_of(registration) == ["role", "exchange", "check"]

    def test_the_first_of_an_organisation_knows_no_languages(self):
        member = MembershipFactory()
        registration = start_second_profile(
            organisation=member.organisation, role=Role.HOST, actor=member.user
        )
        assert registration.answers == {"role": "host", "languages": []}

    def test_what_was_begun_is_taken_up_again(self):
        profile = submitted_profile()
        assert self.begin(profile) == self.begin(profile)

    def test_only_members_may(self):
        with pytest.raises(NotAllowed):
            self.begin(submitted_profile(), actor=UserFactory())
        assert Registration.objects.count() == 0

    def complete(self, registration, actor):
        save_answers(
            key=registration.key, page="exchange", answers=answers()["exchange"], actor=actor
        )
        give_consent(key=registration.key, version="1", actor=actor)
        return submit_registration(key=registration.key, actor=actor)

    def test_it_belongs_to_the_same_organisation(self):
        first = submitted_profile(contact_position="Director", acronym="EXXTRA")
        second = self.complete(self.begin(first), first.contact)
        assert (
            second.organisation,
            second.role,
            second.partnership.acronym,
            second.contact_position,
            second.contact_name,
        ) == (first.organisation, "host", "EXXTRA", "Director", first.contact_name)
        assert Organisation.objects.count() == 1

    def test_the_partnership_is_that_of_the_other_profile(self):
        first = submitted_profile(acronym="EXXTRA")
        assert (
            partnership_of(self.begin(first)).reason == "because it looks after your other profile"
        )

    def test_without_another_profile_the_partnership_suits_the_facts(self):
        member = MembershipFactory(organisation__main_sector_id="13")
        registration = start_second_profile(
            organisation=member.organisation, role=Role.HOST, actor=member.user
        )
        assert partnership_of(registration).partnership.acronym == "EXTRATEX"

    def test_a_role_is_taken_once(self):
        first = submitted_profile()
        registration = self.begin(first, role=Role.VISITING)
        with pytest.raises(ObstacleMet) as refused:
            self.complete(registration, first.contact)
        assert (refused.value.code, refused.value.obstacle.profile) == ("profile_exists", first)
        assert refused.value.message == (
            f"{first.organisation.name} is registered as a visitor already. "
            "Continue with that profile."
        )
        assert Profile.objects.count() == 1

    def test_a_host_is_told_the_same(self):
        first = submitted_profile(role="host")
        with pytest.raises(ObstacleMet, match="as a host already"):
            self.complete(self.begin(first), first.contact)

    @pytest.mark.parametrize("state", ["withdrawn", "rejected"])
    def test_a_profile_that_is_over_makes_room(self, state):
        first = submitted_profile()
        Profile.objects.filter(pk=first.pk).update(state=state)
        second = self.complete(self.begin(first, role=Role.VISITING), first.contact)
        assert second.state == "submitted"

    def test_whoever_left_the_organisation_cannot_submit(self):
        first = submitted_profile()
        registration = self.begin(first)
        first.organisation.memberships.all().delete()
        with pytest.raises(NotAllowed):
            self.complete(registration, first.contact)
        assert Profile.objects.count() == 1

    def test_the_same_organisation_registered_anew_is_not_made_twice(self):
        owner = UserFactory()
        one, two = answered(owner), answered(owner, role={"role": "host"})
        first = submit_registration(key=one.key, actor=owner)
        second = submit_registration(key=two.key, actor=owner)
        assert first.organisation == second.organisation


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestAtTheSameInstant:
    def test_two_clicks_make_one_profile_and_both_show_it(self):
        owner = UserFactory()
        registration = answered(owner)
        outcomes = at_once(*[lambda: submit_registration(key=registration.key, actor=owner)] * 2)
        profile = Profile.objects.get()
        assert values(outcomes) == [profile, profile]
        assert (Organisation.objects.count(), profile.submissions.count()) == (1, 1)

    def test_two_registrations_of_one_role_make_one_profile(self):
        owner = UserFactory()
        keys = [answered(owner).key, answered(owner).key]
        outcomes = at_once(
            *[lambda key=key: submit_registration(key=key, actor=owner) for key in keys]
        )
        assert values(outcomes) == [Profile.objects.get()]
        assert [error.code for error in errors(outcomes)] == ["profile_exists"]

    def test_two_members_make_one_profile_in_a_role(self):
        first = submitted_profile()
        members = [first.contact, MembershipFactory(organisation=first.organisation).user]
        keys = []
        for member in members:
            registration = start_second_profile(
                organisation=first.organisation, role=Role.HOST, actor=member
            )
            save_answers(
                key=registration.key, page="exchange", answers=answers()["exchange"], actor=member
            )
            give_consent(key=registration.key, version="1", actor=member)
            keys.append(registration.key)
        outcomes = at_once(
            *[
                lambda key=key, member=member: submit_registration(key=key, actor=member)
                for key, member in zip(keys, members, strict=True)
            ]
        )
        assert Profile.objects.filter(role="host").count() == 1
        assert [error.code for error in errors(outcomes)] == ["profile_exists"]


def test_what_no_page_asks_is_not_taken_along():
    with pytest.raises(ValueError, match="shoe_size"), untouched():
        begin_with_answers(answers={"shoe_size": "42"}, actor=None, source="try")

"""Giving and taking roles: who may, what the person hears, and that nobody slips in by it."""

import pytest
from allauth.account.models import EmailAddress

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from profiles.models import Partnership, StaffRole, User
from profiles.permissions import can_give_role, can_work_at_desk, roles_to_give
from profiles.services.roles import give_role, take_role
from tests.factories import StaffRoleFactory, UserFactory
from tests.profiles.mailbag import code_sent_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(reference):
    return StaffRoleFactory(role="support").user


@pytest.fixture
def coordinator(reference):
    return StaffRoleFactory(role="coordinator").user


def partnership(acronym="RECIPE4MOBILITY"):
    return Partnership.objects.get(acronym=acronym)


def snapshot():
    return (
        sorted(StaffRole.objects.values_list("user", "role", "partnership")),
        User.objects.count(),
        AuditEntry.objects.count(),
        OutgoingMail.objects.count(),
    )


def refused(call, error=TransitionRefused):
    before = snapshot()
    with pytest.raises(error) as refusal:
        call()
    assert snapshot() == before
    return refusal.value.code


class TestGive:
    @pytest.mark.parametrize("role", ["officer", "coordinator"])
    def test_a_role_at_a_partnership(self, support, role):
        person = UserFactory(email="eva@x.example")
        given = give_role(
            email=" EVA@x.example ", role=role, partnership=partnership(), actor=support
        )
        assert (given.user, given.role, given.partnership) == (person, role, partnership())
        assert User.objects.get(pk=person.pk).staffed_partnership_ids == {partnership().pk}

    @pytest.mark.parametrize("role", ["support", "observer"])
    def test_a_general_role(self, support, role):
        person = UserFactory()
        given = give_role(email=person.email, role=role, partnership=None, actor=support)
        assert (given.role, given.partnership) == (role, None)

    def test_is_recorded_and_mailed(self, support):
        person = UserFactory(email="eva@x.example", first_name="Eva")
        give_role(email=person.email, role="officer", partnership=partnership(), actor=support)
        entry = AuditEntry.objects.last()
        assert (entry.event, entry.actor_id, entry.data) == (
            "role.given",
            support.pk,
            {"user": person.pk, "role": "officer", "partnership": partnership().pk},
        )
        mail = OutgoingMail.objects.get(kind="profiles/role_given")
        assert mail.subject == "Log in to your new desk: Partnership officer at RECIPE4MOBILITY"
        assert mail.text.startswith("Dear Eva,\n\nYou have been given the role")

    def test_a_coordinator_makes_officers_of_the_own_partnership(self, coordinator):
        person = UserFactory()
        given = give_role(
            email=person.email, role="officer", partnership=partnership(), actor=coordinator
        )
        assert given.user == person

    @pytest.mark.parametrize(
        ("role", "acronym"),
        [
            ("coordinator", "RECIPE4MOBILITY"),
            ("officer", "EXXTRA"),
            ("support", None),
            ("observer", None),
        ],
    )
    def test_a_coordinator_gives_nothing_else(self, coordinator, role, acronym):
        where = partnership(acronym) if acronym else None
        assert (
            refused(
                lambda: give_role(
                    email="eva@x.example", role=role, partnership=where, actor=coordinator
                ),
                NotAllowed,
            )
            == "not_allowed"
        )

    @pytest.mark.parametrize("role", ["officer", "observer"])
    def test_others_give_nothing(self, reference, role):
        actor = StaffRoleFactory(role=role).user
        refused(
            lambda: give_role(
                email="eva@x.example", role="officer", partnership=partnership(), actor=actor
            ),
            NotAllowed,
        )

    def test_nobody_has_a_role_twice(self, support):
        officer = StaffRoleFactory().user
        assert (
            refused(
                lambda: give_role(
                    email=officer.email, role="officer", partnership=partnership(), actor=support
                )
            )
            == "has_role"
        )

    def test_a_closed_account_gets_none(self, support):
        gone = UserFactory(is_active=False)
        assert (
            refused(
                lambda: give_role(
                    email=gone.email, role="observer", partnership=None, actor=support
                )
            )
            == "closed_account"
        )


class TestAddressWithoutAnAccount:
    def test_gets_one_without_a_password(self, support):
        given = give_role(
            email="new@x.example", role="officer", partnership=partnership(), actor=support
        )
        assert not given.user.has_usable_password()
        address = EmailAddress.objects.get(email="new@x.example")
        assert (address.user, address.verified, address.primary) == (given.user, False, True)

    def test_its_owner_logs_in_with_a_code(self, support, client):
        give_role(email="new@x.example", role="officer", partnership=partnership(), actor=support)
        client.post("/accounts/login/code/", {"email": "new@x.example"})
        code = code_sent_to("new@x.example")
        client.post("/accounts/login/code/confirm/", {"code": code})
        assert client.get("/admin/profiles/profile/").status_code == 200
        assert EmailAddress.objects.get(email="new@x.example").verified

    def test_a_password_that_a_stranger_set_before_is_void(self, support):
        waiting = UserFactory(email="eva@x.example", verified=False)
        EmailAddress.objects.create(user=waiting, email=waiting.email, verified=False)
        given = give_role(email=waiting.email, role="observer", partnership=None, actor=support)
        assert given.user == waiting
        assert not given.user.has_usable_password()

    def test_the_password_of_a_proven_address_is_kept(self, support):
        person = UserFactory()
        given = give_role(email=person.email, role="observer", partnership=None, actor=support)
        assert given.user.check_password("correct horse battery")

    def test_a_further_address_of_a_person_will_do(self, support):
        person = UserFactory()
        EmailAddress.objects.create(user=person, email="second@x.example", verified=True)
        given = give_role(
            email="Second@x.example", role="observer", partnership=None, actor=support
        )
        assert given.user == person


class TestTake:
    def test_the_person_no_longer_has_it(self, support):
        role = StaffRoleFactory()
        take_role(role_id=role.pk, actor=support)
        assert not User.objects.get(pk=role.user_id).is_staff
        entry = AuditEntry.objects.last()
        assert (entry.event, entry.data["user"]) == ("role.taken", role.user_id)

    def test_a_coordinator_takes_it_from_own_officers(self, coordinator):
        role = StaffRoleFactory()
        take_role(role_id=role.pk, actor=coordinator)
        assert not StaffRole.objects.filter(pk=role.pk).exists()

    @pytest.mark.parametrize(
        "fields", [{"acronym": "EXXTRA"}, {"role": "coordinator"}, {"role": "support"}]
    )
    def test_a_coordinator_takes_no_other(self, coordinator, fields):
        role = StaffRoleFactory(**fields)
        refused(lambda: take_role(role_id=role.pk, actor=coordinator), NotAllowed)

    def test_somebody_remains_at_the_support_office(self, support):
        role = support.staff_roles.get()
        StaffRoleFactory(role="support", user__is_active=False)
        assert refused(lambda: take_role(role_id=role.pk, actor=support)) == "last_support"

    def test_one_of_two_may_leave_the_support_office(self, support):
        other = StaffRoleFactory(role="support")
        take_role(role_id=other.pk, actor=support)
        assert StaffRole.objects.filter(role="support").count() == 1


class TestRights:
    @pytest.mark.parametrize(
        ("role", "may"),
        [("officer", True), ("coordinator", True), ("support", True), ("observer", False)],
    )
    def test_who_works_at_a_desk(self, reference, role, may):
        assert can_work_at_desk(StaffRoleFactory(role=role).user) is may

    def test_a_closed_account_works_nowhere(self, reference):
        assert can_work_at_desk(StaffRoleFactory(user__is_active=False).user) is False

    def test_the_support_office_gives_all_roles(self, support):
        assert can_give_role(support, "coordinator", partnership("EXXTRA").pk)
        assert can_give_role(support, "support", None)

    def test_an_officer_gives_none(self, reference):
        assert roles_to_give(StaffRoleFactory().user) == []

"""Who sees who works for whom."""

import pytest
from django.contrib.auth.models import AnonymousUser

from profiles.enums import StaffRoleName
from profiles.models import Membership, StaffRole, User
from tests.factories import MembershipFactory, StaffRoleFactory, published_profile

pytestmark = pytest.mark.usefixtures("reference")


def fresh(user):
    """As the next request finds the person: roles are remembered for one request."""
    return User.objects.get(pk=user.pk)


def test_members_see_the_members_of_their_organisation():
    mine = MembershipFactory()
    colleague = MembershipFactory(organisation=mine.organisation)
    MembershipFactory()
    assert set(Membership.objects.visible_to(mine.user)) == {mine, colleague}


def test_an_officer_sees_the_members_of_organisations_of_the_own_partnership():
    officer = StaffRoleFactory(acronym="EXXTRA").user
    theirs = published_profile(acronym="EXXTRA")
    published_profile(acronym="RECIPE4MOBILITY")
    seen = Membership.objects.visible_to(fresh(officer))
    assert [membership.user for membership in seen] == [theirs.contact]


def test_an_officer_sees_the_own_roles_alone():
    own = StaffRoleFactory()
    StaffRoleFactory()
    assert list(StaffRole.objects.visible_to(fresh(own.user))) == [own]


def test_a_coordinator_sees_the_roles_of_the_own_partnership():
    coordinator = StaffRoleFactory(role=StaffRoleName.COORDINATOR)
    officer = StaffRoleFactory()
    StaffRoleFactory(acronym="EXXTRA")
    seen = StaffRole.objects.visible_to(fresh(coordinator.user))
    assert set(seen) == {coordinator, officer}


def test_the_support_office_sees_all_roles():
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT)
    others = [StaffRoleFactory(acronym="EXXTRA"), StaffRoleFactory(role=StaffRoleName.OBSERVER)]
    assert set(StaffRole.objects.visible_to(fresh(support.user))) == {support, *others}


def test_somebody_unknown_sees_no_role():
    StaffRoleFactory()
    assert list(StaffRole.objects.visible_to(AnonymousUser())) == []

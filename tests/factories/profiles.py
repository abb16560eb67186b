from typing import Any

import factory
from factory.django import DjangoModelFactory

from cxc_portal.core import clock
from profiles.enums import Role, StaffRoleName
from profiles.models import Membership, Organisation, Partnership, Profile, StaffRole, User
from profiles.services.decisions import decide_profile
from profiles.services.submission import submit_profile


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    first_name = factory.Sequence(lambda n: f"Ada{n}")
    last_name = "Example"
    language = "en"
    password = factory.django.Password("correct horse battery")

    @factory.post_generation
    def verified(obj, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted is not False:
            obj.emailaddress_set.create(email=obj.email, verified=True, primary=True)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    organisation_type_id = "sme"
    country_id = "FR"
    main_sector_id = "29"
    sectors = factory.LazyAttribute(lambda o: [o.main_sector_id])
    is_declared_sme = True


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class StaffRoleFactory(DjangoModelFactory):
    """`StaffRoleFactory(acronym="EXXTRA")` makes an officer of that partnership."""

    class Meta:
        model = StaffRole

    class Params:
        acronym = "RECIPE4MOBILITY"

    user = factory.SubFactory(UserFactory)
    role = StaffRoleName.OFFICER
    partnership = factory.LazyAttribute(
        lambda o: (
            Partnership.objects.get(acronym=o.acronym)
            if o.role in (StaffRoleName.OFFICER, StaffRoleName.COORDINATOR)
            else None
        )
    )


class ProfileFactory(DjangoModelFactory):
    """A draft with an owner (`profile.contact`), a member of its organisation."""

    class Meta:
        model = Profile
        skip_postgeneration_save = True

    class Params:
        acronym = "RECIPE4MOBILITY"

    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.VISITING
    partnership = factory.LazyAttribute(lambda o: Partnership.objects.get(acronym=o.acronym))
    contact = factory.SubFactory(UserFactory)
    contact_name = factory.LazyAttribute(lambda o: str(o.contact))
    contact_email = factory.LazyAttribute(lambda o: o.contact.email)
    languages = ["en"]
    objectives = ["learn"]
    consent_at = factory.LazyFunction(clock.now)
    consent_version = "1"

    @factory.post_generation
    def member(obj, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted is not False:
            Membership.objects.get_or_create(user=obj.contact, organisation=obj.organisation)


def submitted_profile(**fields: Any) -> Profile:
    """A profile that waits at its partnership's desk."""
    profile = ProfileFactory(**fields)
    return submit_profile(profile_id=profile.pk, actor=profile.contact)


def published_profile(**fields: Any) -> Profile:
    """A profile in the catalogue."""
    profile = submitted_profile(**fields)
    return decide_profile(profile_id=profile.pk, decision="publish", actor=None)

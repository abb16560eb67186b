"""What a registration says so far: its pages and questions, what is missing, what is in the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.types import Text
from profiles.consents import current_consent
from profiles.enums import Activity, Objective, OrganisationFamily, Role
from profiles.languages import language_codes
from profiles.models import (
    Cluster,
    Country,
    Organisation,
    OrganisationType,
    Partnership,
    Profile,
    Registration,
    Sector,
)
from profiles.queries import standing_profile
from profiles.suggestion import Suggestion, suggest_partnership

M = TypeVar("M", bound=Model)

ROLE, ORGANISATION, SECTOR, EXCHANGE, CHECK = "role", "organisation", "sector", "exchange", "check"
PAGES: dict[str, Text] = {
    ROLE: gettext_lazy("Role"),
    ORGANISATION: gettext_lazy("Organisation"),
    SECTOR: gettext_lazy("Sector"),
    EXCHANGE: gettext_lazy("Exchange"),
    CHECK: gettext_lazy("Check"),
}
SESSION_KEY = "registration"
"""Where the browser's session keeps the key of the registration it works on."""
ASSIGN = "assign"
"""The answer that leaves the partnership to the Support Office."""


@dataclass(frozen=True)
class Question:
    """Something that must be answered before a registration can be submitted."""

    name: str
    page: str
    label: Text
    is_of_organisation: bool = False


QUESTIONS = (
    Question("role", ROLE, gettext_lazy("Role")),
    Question("name", ORGANISATION, gettext_lazy("Name of your organisation"), True),
    Question("organisation_type", ORGANISATION, gettext_lazy("Type of organisation"), True),
    Question("country", ORGANISATION, gettext_lazy("Country"), True),
    Question("main_sector", SECTOR, gettext_lazy("Main sector"), True),
    Question("cluster", SECTOR, gettext_lazy("Cluster"), True),
    Question("purpose", EXCHANGE, gettext_lazy("What the exchange is for")),
    Question("languages", EXCHANGE, gettext_lazy("Languages")),
    Question("consent", CHECK, gettext_lazy("Your agreement")),
)
ANSWERS: dict[str, frozenset[str]] = {
    ROLE: frozenset({"role"}),
    ORGANISATION: frozenset({"name", "organisation_type", "country", "website", "summary"}),
    SECTOR: frozenset({"main_sector", "cluster", "other_cluster"}),
    EXCHANGE: frozenset({"purpose", "languages"}),
    CHECK: frozenset({"partnership", "linked_partnership", "consent_version", "consent_at"}),
}
"""What each page keeps."""


@dataclass(frozen=True)
class Answers:
    """The answers as objects; None or empty where there is none, or none that still exists."""

    role: Role | None
    name: str
    organisation_type: OrganisationType | None
    country: Country | None
    website: str
    summary: str
    main_sector: Sector | None
    cluster: Cluster | None
    other_cluster: str
    purpose: list[str]
    languages: list[str]
    consent_version: str

    @property
    def is_asked_for_cluster(self) -> bool:
        return self.organisation_type is None or self.organisation_type.needs_cluster_membership

    @property
    def is_declared_sme(self) -> bool:
        """Choosing this type is the declaration: its label states the definition."""
        kind = self.organisation_type
        return kind is not None and kind.family == OrganisationFamily.SME

    @property
    def is_cluster(self) -> bool:
        kind = self.organisation_type
        return kind is not None and kind.family == OrganisationFamily.CLUSTER

    @property
    def objectives(self) -> list[str]:
        return [code for code in self.purpose if code in Objective.values]

    @property
    def activities(self) -> list[str]:
        return [code for code in self.purpose if code in Activity.values]

    def organisation_facts(self) -> dict[str, Any]:
        """The values of a new `Organisation`."""
        return {
            "name": self.name,
            "organisation_type": self.organisation_type,
            "country": self.country,
            "main_sector": self.main_sector,
            "sectors": [self.main_sector.pk] if self.main_sector else [],
            "other_cluster": "" if self.cluster else self.other_cluster,
            "website": self.website,
            "description": self.summary,
            "is_declared_sme": self.is_declared_sme,
        }

    def profile_facts(self) -> dict[str, Any]:
        """The values of a new `Profile` that were answered."""
        return {
            "role": self.role,
            "languages": self.languages,
            "objectives": self.objectives,
            "activities": self.activities,
            "consent_version": self.consent_version,
        }

    def has(self, question: Question) -> bool:
        """Whether the question is answered."""
        if question.name == "consent":
            return self.consent_version == current_consent().version
        if question.name == "cluster":
            return bool(not self.is_asked_for_cluster or self.cluster or self.other_cluster)
        return bool(getattr(self, question.name))


@dataclass(frozen=True)
class Obstacle:
    """An answer with which nobody can take part, and the way out: maybe a `profile` to look at."""

    code: str
    question: str
    message: str
    profile: Profile | None = None


def read_answers(registration: Registration) -> Answers:
    """What was answered, with the facts of the organisation where it is known already."""
    given = registration.answers
    facts = (
        _known_facts(registration.organisation) if registration.organisation else _told_facts(given)
    )
    return Answers(
        **facts,
        role=Role(given["role"]) if given.get("role") in Role.values else None,
        purpose=[c for c in [*Objective.values, *Activity.values] if c in given.get("purpose", [])],
        languages=[code for code in given.get("languages", []) if code in language_codes()],
        consent_version=given.get("consent_version", ""),
    )


def _told_facts(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": given.get("name", ""),
        "organisation_type": _found(OrganisationType, given.get("organisation_type")),
        "country": _found(Country, given.get("country")),
        "website": given.get("website", ""),
        "summary": given.get("summary", ""),
        "main_sector": _found(Sector, given.get("main_sector")),
        "cluster": _found(Cluster, given.get("cluster")),
        "other_cluster": given.get("other_cluster", ""),
    }


def _known_facts(organisation: Organisation) -> dict[str, Any]:
    return {
        "name": organisation.name,
        "organisation_type": organisation.organisation_type,
        "country": organisation.country,
        "website": organisation.website,
        "summary": organisation.description,
        "main_sector": organisation.main_sector,
        "cluster": organisation.clusters.order_by("name").first(),
        "other_cluster": organisation.other_cluster,
    }


def _found(model: type[M], key: Any) -> M | None:
    return model._default_manager.filter(pk=key).first() if key else None


def pages_of(registration: Registration | None) -> list[str]:
    """The pages to go through; those about the organisation only while it is not known."""
    if registration is not None and registration.organisation_id:
        return [ROLE, EXCHANGE, CHECK]
    return list(PAGES)


def has_consented(registration: Registration) -> bool:
    """Whether the text in force was agreed to."""
    return registration.answers.get("consent_version", "") == current_consent().version


def missing_answers(registration: Registration, answers: Answers | None = None) -> list[Question]:
    """What must still be answered before this can be submitted, in the order of the pages.

    `answers`, here and below, are those of the registration where the caller has read them.
    """
    answers = answers or read_answers(registration)
    is_known = registration.organisation_id is not None
    return [
        question
        for question in QUESTIONS
        if not answers.has(question) and not (is_known and question.is_of_organisation)
    ]


def obstacles(registration: Registration, answers: Answers | None = None) -> list[Obstacle]:
    """The answers with which a profile could not be accepted."""
    answers = answers or read_answers(registration)
    found = [
        _role_obstacle(registration.organisation, answers.role),
        _country_obstacle(answers.country),
        _type_obstacle(answers),
    ]
    return [obstacle for obstacle in found if obstacle]


def _role_obstacle(organisation: Organisation | None, role: Role | None) -> Obstacle | None:
    standing = standing_profile(organisation, role) if organisation and role else None
    if standing is None:
        return None
    message = (
        _("%(name)s is registered as a host already. Continue with that profile.")
        if standing.is_host
        else _("%(name)s is registered as a visitor already. Continue with that profile.")
    )
    names = {"name": standing.organisation.name}
    return Obstacle("profile_exists", "role", message % names, profile=standing)


def _country_obstacle(country: Country | None) -> Obstacle | None:
    if country is None or country.is_eligible:
        return None
    message = _(
        "%(country)s does not take part at present. If you work from an office in a country that "
        "does, choose that country. Otherwise save your answers: they stay here for when it joins."
    )
    return Obstacle("country_not_eligible", "country", message % {"country": country.name})


def _type_obstacle(answers: Answers) -> Obstacle | None:
    kind = answers.organisation_type
    if kind is None or answers.role is None or kind.code in types_open_to(answers.role):
        return None
    if kind.code in types_open_to(answers.role.counterpart):
        message = (
            _("An organisation of this type can visit, but not host. Go back and choose to visit.")
            if answers.role == Role.HOST
            else _(
                "An organisation of this type can host, but not visit. Go back and choose to host."
            )
        )
    else:
        message = _(
            "The present round is open to clusters, to SMEs and to support organisations. If one "
            "of these describes you as well, choose it. Otherwise save your answers for a later "
            "round."
        )
    return Obstacle("type_not_eligible", "organisation_type", message)


def types_open_to(role: Role) -> frozenset[str]:
    """The types of organisation that may take this role."""
    may = {"may_host": True} if role == Role.HOST else {"may_visit": True}
    return frozenset(OrganisationType.objects.filter(**may).values_list("code", flat=True))


def partnership_of(registration: Registration, answers: Answers | None = None) -> Suggestion | None:
    """The partnership chosen, else that of the link followed, of the other profile, or that suits.

    Nothing as long as country or sector are unknown and none was chosen.
    """
    given = registration.answers
    if given.get("partnership") == ASSIGN:
        return Suggestion(None, _("You leave the choice to the Support Office."))
    for name, reason in (
        ("partnership", _("because you chose it")),
        ("linked_partnership", _("because you came through its invitation")),
    ):
        acronym = given.get(name)
        if acronym and (chosen := active_partnership(acronym)):
            return Suggestion(chosen, reason)
    in_charge = _partnership_in_charge(registration.organisation)
    return in_charge or suggested_partnership(answers or read_answers(registration))


def _partnership_in_charge(organisation: Organisation | None) -> Suggestion | None:
    """The partnership of the organisation's newest profile that has one."""
    if organisation is None:
        return None
    profile = (
        organisation.profiles.filter(partnership__is_active=True)
        .select_related("partnership")
        .order_by("-created_at")
        .first()
    )
    if profile is None:
        return None
    return Suggestion(profile.partnership, _("because it looks after your other profile"))


def suggested_partnership(answers: Answers) -> Suggestion | None:
    """The partnership that suits by cluster, sector and country."""
    if answers.country is None or answers.main_sector is None:
        return None
    return suggest_partnership(
        country=answers.country,
        sector_code=answers.main_sector.code,
        cluster=answers.cluster,
        cluster_name=answers.name if answers.is_cluster else answers.other_cluster,
    )


def active_partnership(acronym: str) -> Partnership | None:
    """The active partnership of that acronym, whatever its capitals."""
    return Partnership.objects.filter(acronym__iexact=acronym, is_active=True).first()

"""The short path: answers are kept page by page, and become a profile all at once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account.utils import has_verified_email
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import DomainError, NotAllowed, TransitionRefused
from profiles.answers import (
    ANSWERS,
    ASSIGN,
    CHECK,
    Answers,
    Obstacle,
    Question,
    active_partnership,
    missing_answers,
    obstacles,
    partnership_of,
    read_answers,
)
from profiles.consents import CONSENTS
from profiles.enums import Role
from profiles.models import Membership, Organisation, Profile, Registration, User
from profiles.queries import open_registrations_of, own_organisation_named
from profiles.services.submission import submit_profile
from profiles.signals import registration_begun

SOURCE_LENGTH = 60
CONTACT_FIELDS = ("contact_name", "contact_position", "contact_phone", "linkedin")


class IncompleteRegistration(DomainError):
    """Something that is needed has not been answered: `missing` lists the questions."""

    def __init__(self, missing: list[Question]) -> None:
        names = ", ".join(str(question.label) for question in missing)
        text = ngettext(
            "One answer is still needed: %(names)s.",
            "Some answers are still needed: %(names)s.",
            len(missing),
        )
        super().__init__("incomplete", text % {"names": names})
        self.missing = missing


class ObstacleMet(DomainError):
    """An answer with which nobody can take part: `obstacle` says which and the way out."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.code, obstacle.message)
        self.obstacle = obstacle


def start_registration(
    *, actor: User | None, partnership: str = "", source: str = "", link: str = ""
) -> Registration:
    """A registration with nothing answered yet.

    `partnership` is the acronym in the link that was followed, `source` what the link says of where
    it stood. `link` is the code of a link that brought the person to the portal, for whoever counts
    what comes by it.
    """
    linked = active_partnership(partnership)
    with audit.transaction():
        registration = Registration.objects.create(
            owner=actor,
            answers={"linked_partnership": linked.acronym} if linked else {},
            source=source[:SOURCE_LENGTH],
        )
        _tell_begun(registration, link)
    return registration


def _tell_begun(registration: Registration, link: str) -> None:
    if link:
        registration_begun.send(Registration, registration=registration, link=link)


def start_second_profile(
    *, organisation: Organisation, role: Role, actor: User, link: str = ""
) -> Registration:
    """A registration of an organisation that is known: its facts are not asked again.

    What was begun for the same organisation and role is taken up again.
    """
    if not organisation.has_member(actor):
        raise NotAllowed(_("Only members of an organisation can register it."))
    begun = open_registrations_of(actor).filter(organisation=organisation, answers__role=role)
    if found := begun.first():
        return found
    other = organisation.profiles.order_by("-created_at").first()
    answers = {"role": role, "languages": other.languages if other else []}
    with audit.transaction():
        registration = Registration.objects.create(
            owner=actor, organisation=organisation, answers=answers
        )
        _tell_begun(registration, link)
    return registration


def save_answers(
    *, key: UUID, page: str, answers: Mapping[str, Any], actor: User | None
) -> Registration:
    """Keep what was answered on one page; whether it is complete is asked on submitting only."""
    if foreign := set(answers) - ANSWERS[page]:
        raise ValueError(f"not asked on the page {page}: {sorted(foreign)}")
    with audit.transaction():
        registration = _open_for(key, actor)
        registration.answers = {**registration.answers, **answers}
        _save(registration)
    return registration


def begin_with_answers(
    *,
    answers: Mapping[str, Any],
    actor: User | None,
    source: str,
    begun: UUID | None = None,
    partnership: str = "",
    link: str = "",
) -> Registration:
    """A registration that starts with what was answered elsewhere; `source` says where.

    What a stranger has `begun` is taken up; somebody with an account may have begun it for another
    organisation, so that theirs stays as it is.
    """
    if unknown := set(answers) - frozenset().union(*ANSWERS.values()):
        raise ValueError(f"not asked on any page: {sorted(unknown)}")
    with audit.transaction():
        taken_up = _begun_by_stranger(begun) if begun else None
        registration = taken_up or start_registration(
            actor=actor, partnership=partnership, link=link
        )
        registration.answers = {**registration.answers, **answers}
        registration.source = registration.source or source[:SOURCE_LENGTH]
        registration.save(update_fields=["source"])
        _save(registration)
    return registration


def _begun_by_stranger(key: UUID) -> Registration | None:
    open_ones = Registration.objects.open().filter(key=key, owner=None)
    return open_ones.select_for_update(of=("self",)).first()


def choose_partnership(*, key: UUID, acronym: str, actor: User | None) -> Registration:
    """Take another partnership than the suggested one; `ASSIGN` leaves it to the Support Office."""
    chosen = active_partnership(acronym)
    if acronym != ASSIGN and chosen is None:
        raise DomainError("unknown_partnership", _("Choose a partnership from the list."))
    answer = chosen.acronym if chosen else ASSIGN
    return save_answers(key=key, page=CHECK, answers={"partnership": answer}, actor=actor)


def give_consent(*, key: UUID, version: str, actor: User | None) -> Registration:
    """Keep which text was agreed to, and when."""
    if version not in {consent.version for consent in CONSENTS}:
        raise DomainError("unknown_consent", _("Read the text again and agree to it."))
    answers = {"consent_version": version, "consent_at": clock.now().isoformat()}
    return save_answers(key=key, page=CHECK, answers=answers, actor=actor)


def claim_registration(*, key: UUID, owner: User) -> Registration:
    """What was answered before logging in belongs to the person from now on."""
    with audit.transaction():
        registration = _open_for(key, owner)
        registration.owner = owner
        _save(registration)
    return registration


def discard_registration(*, key: UUID, actor: User | None) -> None:
    """The answers are deleted."""
    with audit.transaction():
        _open_for(key, actor).delete()


def remove_abandoned_registrations() -> int:
    """Delete the answers of people who never gave an address and cannot come back to them."""
    limit = clock.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    abandoned = Registration.objects.filter(owner=None, saved_at__lt=limit)
    return abandoned.delete()[0]


def submit_registration(*, key: UUID, actor: User) -> Profile:
    """Organisation, membership and profile exist, and the profile waits at its partnership's desk.

    Submitting twice, even at the same instant, gives the same profile. Raises
    `IncompleteRegistration`, `ObstacleMet` or `NotAllowed`, or another `DomainError` for an address
    that is not confirmed or a fact that the database refuses; then nothing has changed.
    """
    with audit.transaction():
        registration = _locked(key, actor)
        if registration.profile is not None:
            return registration.profile
        _lock_what_others_could_add_to(registration, actor)
        answers = _require_submittable(registration, actor)
        organisation = registration.organisation or _new_organisation(answers, actor)
        profile = _new_profile(registration, answers, organisation, actor)
        registration.organisation, registration.profile = organisation, profile
        registration.save(update_fields=["owner", "organisation", "profile"])
        return submit_profile(profile_id=profile.pk, actor=actor)


def _locked(key: UUID, actor: User | None) -> Registration:
    registration = Registration.objects.select_for_update(of=("self",)).filter(key=key).first()
    allowed = {None, actor.pk if actor else None}
    if registration is None or registration.owner_id not in allowed:
        raise NotAllowed(_("This registration was begun by somebody else."))
    return registration


def _open_for(key: UUID, actor: User | None) -> Registration:
    registration = _locked(key, actor)
    if registration.profile_id is not None:
        raise TransitionRefused("already_submitted", _("This registration is submitted already."))
    return registration


def _save(registration: Registration) -> None:
    _take_known_organisation(registration)
    registration.saved_at = clock.now()
    registration.save(update_fields=["answers", "owner", "organisation", "saved_at"])


def _take_known_organisation(registration: Registration) -> None:
    """Facts are entered once: an organisation that the owner registered before is used again."""
    owner, given = registration.owner, registration.answers
    if owner is not None and registration.organisation is None and given.get("country"):
        registration.organisation = own_organisation_named(
            owner, given.get("name", ""), given["country"]
        )


def _lock_what_others_could_add_to(registration: Registration, actor: User) -> None:
    """The person, so that two of their registrations do not make the same organisation twice, and
    the organisation, so that two members do not register it alongside."""
    registration.owner = User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    _take_known_organisation(registration)
    if registration.organisation_id:
        organisations = Organisation.objects.select_for_update(of=("self",), no_key=True)
        registration.organisation = organisations.get(pk=registration.organisation_id)


def _require_submittable(registration: Registration, actor: User) -> Answers:
    if not has_verified_email(actor):
        raise DomainError("email_unverified", _("Confirm your e-mail address first."))
    if registration.organisation and not registration.organisation.has_member(actor):
        raise NotAllowed(_("Only members of an organisation can register it."))
    answers = read_answers(registration)
    if missing := missing_answers(registration, answers):
        raise IncompleteRegistration(missing)
    for obstacle in obstacles(registration, answers):
        raise ObstacleMet(obstacle)
    return answers


def _new_organisation(answers: Answers, actor: User) -> Organisation:
    organisation = Organisation(**answers.organisation_facts())
    try:
        organisation.full_clean()
    except ValidationError as refused:
        raise DomainError("invalid", " ".join(refused.messages)) from refused
    organisation.save(force_insert=True)
    organisation.clusters.set([answers.cluster] if answers.cluster else [])
    Membership.objects.create(user=actor, organisation=organisation)
    audit.record("organisation.registered", subject=organisation, actor=actor)
    return organisation


def _new_profile(
    registration: Registration, answers: Answers, organisation: Organisation, actor: User
) -> Profile:
    suggestion = partnership_of(registration, answers)
    partnership = suggestion.partnership if suggestion else None
    is_in_partnership = answers.cluster and answers.cluster.partnership == partnership
    earlier = Profile.objects.filter(organisation=organisation, contact=actor).first()
    known = {name: getattr(earlier, name) for name in CONTACT_FIELDS} if earlier else {}
    return Profile.objects.create(
        organisation=organisation,
        partnership=partnership,
        responsible_cluster=answers.cluster if partnership and is_in_partnership else None,
        contact=actor,
        contact_email=actor.email,
        consent_at=datetime.fromisoformat(registration.answers["consent_at"]),
        source=registration.source,
        **{"contact_name": actor.get_full_name()} | known,
        **answers.profile_facts(),
    )

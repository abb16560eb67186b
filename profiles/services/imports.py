"""Writing one imported row: an organisation and its profile, new or brought up to date."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import DomainError
from profiles.enums import ProfileState
from profiles.models import AvailabilityWindow, Organisation, Partnership, Profile, User
from profiles.models.profile import new_ref
from profiles.services.decisions import decide_profile
from profiles.services.submission import revalidate_profile, submit_profile
from profiles.signals import listing_changed

CONSENT_VERSION = "import"
_TAKEN = _("This reference is taken. Leave it empty to be given another one.")


class RowRefused(DomainError):
    """A row cannot be taken; `field` is the column to put right."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__("row_refused", message)
        self.column = column


@dataclass(frozen=True)
class ProfileRow:
    """One checked row: codes exist, texts fit, dates are dates."""

    ref: str
    partnership: Partnership
    organisation: dict[str, Any]
    profile: dict[str, Any]
    cluster_ids: tuple[int, ...] = ()
    window: tuple[date, date] | None = None
    contact_email: str = field(default="")


@dataclass(frozen=True)
class Imported:
    """What became of a row: `outcome` is "created" or "updated"."""

    ref: str
    outcome: str
    state: str


def import_profile(*, row: ProfileRow, actor: User | None, publish: bool) -> Imported:
    """Write one row, whole or not at all.

    A known reference is updated if it belongs to the row's partnership, else `RowRefused`. With
    `publish` the profile is published whatever it waited for; without it a new profile waits at
    the desk, and a published one whose key facts changed waits there again.
    """
    try:
        with transaction.atomic():
            return _import(row, actor=actor, publish=publish)
    except IntegrityError as taken:
        raise RowRefused("ref", str(_TAKEN)) from taken


def _import(row: ProfileRow, *, actor: User | None, publish: bool) -> Imported:
    known = (
        Profile.objects.select_for_update(of=("self",)).filter(ref=row.ref).first()
        if row.ref
        else None
    )
    if known is None:
        profile, outcome = _create(row), "created"
    else:
        _require_same_partnership(known, row)
        profile, outcome = known, "updated"
        _update(profile, row, actor=actor, publish=publish)
    state = _advance(profile, actor=actor, publish=publish)
    return Imported(ref=profile.ref, outcome=outcome, state=state)


def preview_profile(*, row: ProfileRow, publish: bool) -> Imported:
    """What `import_profile` would do with the row, without writing anything."""
    known = Profile.objects.filter(ref=row.ref).first() if row.ref else None
    if known is None:
        state = ProfileState.PUBLISHED if publish else ProfileState.SUBMITTED
        return Imported(ref=row.ref, outcome="created", state=state)
    _require_same_partnership(known, row)
    return Imported(ref=known.ref, outcome="updated", state=known.state)


def _require_same_partnership(profile: Profile, row: ProfileRow) -> None:
    if profile.partnership_id != row.partnership.pk:
        raise RowRefused("ref", str(_TAKEN))


def _organisation_for(row: ProfileRow) -> Organisation:
    """The organisation of that name and country in the row's partnership, brought up to date."""
    of_others = Profile.objects.filter(organisation=OuterRef("pk")).exclude(
        partnership=row.partnership
    )
    organisation = (
        Organisation.objects.alias(name_key=Lower("name"))
        .filter(
            ~Exists(of_others),
            name_key=Lower(Value(row.organisation["name"])),
            country=row.organisation["country_id"],
        )
        .order_by("pk")
        .first()
    )
    if organisation is None:
        organisation = Organisation(created_at=clock.now())
    _write_organisation(organisation, row)
    return organisation


def _write_organisation(organisation: Organisation, row: ProfileRow) -> None:
    is_new = organisation.pk is None
    for name, value in row.organisation.items():
        if is_new or value != "":
            setattr(organisation, name, value)
    organisation.save()
    if is_new:
        member = Organisation.clusters.through
        member.objects.bulk_create(
            member(organisation_id=organisation.pk, cluster_id=pk) for pk in row.cluster_ids
        )
    else:
        organisation.clusters.set(row.cluster_ids)


def _create(row: ProfileRow) -> Profile:
    moment = clock.now()
    profile = Profile(
        ref=row.ref or new_ref(),
        organisation=_organisation_for(row),
        partnership=row.partnership,
        consent_at=moment,
        consent_version=CONSENT_VERSION,
        created_at=moment,
        confirmed_at=moment,
        source=CONSENT_VERSION,
        **row.profile,
    )
    profile.save(force_insert=True)
    if row.window:
        AvailabilityWindow.objects.create(
            profile=profile, starts_on=row.window[0], ends_on=row.window[1]
        )
    return profile


def _update(profile: Profile, row: ProfileRow, *, actor: User | None, publish: bool) -> None:
    before = _key_facts(profile)
    _write_organisation(profile.organisation, row)
    for name, value in row.profile.items():
        setattr(profile, name, value)
    profile.version += 1
    profile.save(update_fields=[*row.profile, "version"])
    profile.windows.all().delete()
    if row.window:
        profile.windows.create(starts_on=row.window[0], ends_on=row.window[1])
    audit.record("profile.imported", subject=profile, actor=actor, data={"outcome": "updated"})
    if profile.state != ProfileState.PUBLISHED:
        return
    if not publish and before != _key_facts(profile):
        revalidate_profile(profile=profile, actor=None, notify=False)
    else:
        listing_changed.send(sender=Profile, profile_ids=[profile.pk])


def _key_facts(profile: Profile) -> tuple[Any, ...]:
    organisation = profile.organisation
    clusters = tuple(organisation.clusters.order_by("pk").values_list("pk", flat=True))
    return (profile.role, organisation.organisation_type_id, organisation.country_id, clusters)


def _advance(profile: Profile, *, actor: User | None, publish: bool) -> str:
    """Submit a draft and publish what waits, as far as asked; says the state reached."""
    state = profile.state
    if state == ProfileState.DRAFT:
        state = submit_profile(profile_id=profile.pk, actor=actor, notify=False).state
    if publish and state == ProfileState.SUBMITTED:
        state = decide_profile(profile_id=profile.pk, decision="publish", actor=actor).state
    return state

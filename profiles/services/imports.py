"""Writing one imported row: an organisation and its profile, new or brought up to date."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import DatabaseError, IntegrityError
from django.db.models import F, Max, Min, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import DomainError
from profiles.enums import ProfileState
from profiles.models import AvailabilityWindow, Organisation, Partnership, Profile, User
from profiles.models.profile import new_ref
from profiles.services.decisions import publish_checked_profiles
from profiles.services.submission import revalidate_profile, submit_new_profiles
from profiles.signals import listing_changed

logger = logging.getLogger(__name__)

SOURCE = "import"
_TAKEN = _("This reference is taken. Leave it empty to be given another one.")
_UNWRITABLE = _("The row could not be written. Check its characters and import it again.")


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


def import_profiles(
    *, rows: Sequence[ProfileRow], actor: User | None, publish: bool
) -> list[Imported | RowRefused]:
    """Write rows, each whole or not at all; says for each what became of it, in their order.

    A known reference is updated if it belongs to the row's partnership, else refused. With
    `publish` the profile is published whatever it waited for; without it a new profile waits at
    the desk, and a published one whose key facts changed waits there again. Rows are written
    together where all is well and one by one where the database refuses one of them.
    """
    try:
        with audit.transaction():
            return _import(rows, actor=actor, publish=publish)
    except (DomainError, DatabaseError) as problem:
        if len(rows) == 1:
            return [_refusal(problem)]
    return [
        outcome
        for row in rows
        for outcome in import_profiles(rows=[row], actor=actor, publish=publish)
    ]


def _refusal(problem: DomainError | DatabaseError) -> RowRefused:
    if isinstance(problem, RowRefused):
        return problem
    if isinstance(problem, IntegrityError):
        return RowRefused("ref", str(_TAKEN))
    if isinstance(problem, DomainError):
        return RowRefused("ref", str(problem))
    logger.error("a row could not be written", exc_info=problem)
    return RowRefused("organisation", str(_UNWRITABLE))


def _import(
    rows: Sequence[ProfileRow], *, actor: User | None, publish: bool
) -> list[Imported | RowRefused]:
    refs = [row.ref for row in rows if row.ref]
    locked = Profile.objects.select_for_update(of=("self",)).filter(ref__in=refs).order_by("pk")
    known = {profile.ref: profile for profile in locked}
    new = [row for row in rows if row.ref not in known]
    new_profiles = _create(new, actor=actor, publish=publish)
    created = iter(new_profiles)
    outcomes: list[Imported | RowRefused] = [
        _update(known[row.ref], row, actor=actor, publish=publish)
        if row.ref in known
        else Imported(ref=(profile := next(created)).ref, outcome="created", state=profile.state)
        for row in rows
    ]
    _tell_catalogue([*known.values(), *new_profiles], apart_from=new_profiles)
    return outcomes


def _tell_catalogue(profiles: Sequence[Profile], apart_from: Sequence[Profile]) -> None:
    """All published profiles of the organisations that were written are read anew, not only those
    of the rows; the catalogue knows of the new ones already."""
    listed = Profile.objects.published().filter(
        organisation__in={profile.organisation_id for profile in profiles}
    )
    known = listed.exclude(pk__in=[profile.pk for profile in apart_from])
    if ids := list(known.order_by("pk").values_list("pk", flat=True)):
        listing_changed.send(sender=Profile, profile_ids=ids)


def preview_profile(*, row: ProfileRow, publish: bool) -> Imported | RowRefused:
    """What `import_profiles` would do with the row, without writing anything."""
    known = Profile.objects.filter(ref=row.ref).first() if row.ref else None
    if known is None:
        state = ProfileState.PUBLISHED if publish else ProfileState.SUBMITTED
        return Imported(ref=row.ref, outcome="created", state=state)
    if known.partnership_id != row.partnership.pk:
        return RowRefused("ref", str(_TAKEN))
    return Imported(ref=known.ref, outcome="updated", state=known.state)


def _organisations_for(rows: Sequence[ProfileRow]) -> list[Organisation]:
    """For each row the organisation of that name and country in its partnership, up to date."""
    found = _known_organisations(rows)
    organisations, new = [], {}
    for row in rows:
        key = _key(row.organisation["name"], row.organisation["country_id"], row.partnership.pk)
        organisation = found.setdefault(key, Organisation(created_at=clock.now()))
        _set_facts(organisation, row)
        if organisation.pk:
            _save_facts(organisation, row)
        else:
            new[key] = (organisation, row.cluster_ids)
        organisations.append(organisation)
    Organisation.objects.bulk_create(organisation for organisation, _clusters in new.values())
    member = Organisation.clusters.through
    member.objects.bulk_create(
        member(organisation_id=organisation.pk, cluster_id=pk)
        for organisation, clusters in new.values()
        for pk in clusters
    )
    return organisations


def _known_organisations(
    rows: Sequence[ProfileRow],
) -> dict[tuple[str, str, int], Organisation]:
    """Those that belong to one partnership alone, by name, country and that partnership."""
    names = [Lower(Value(row.organisation["name"])) for row in rows]
    candidates = (
        Organisation.objects.alias(name_key=Lower("name"))
        .filter(name_key__in=names)
        .annotate(
            first_partnership=Min("profiles__partnership"),
            last_partnership=Max("profiles__partnership"),
        )
        .filter(first_partnership=F("last_partnership"))
        .order_by("-pk")
    )
    return {_key(o.name, o.country_id, o.first_partnership): o for o in candidates}


def _key(name: str, country: str, partnership_id: int) -> tuple[str, str, int]:
    return name.casefold(), country, partnership_id


def _set_facts(organisation: Organisation, row: ProfileRow) -> None:
    """Take over what the row says; an empty cell leaves what was known."""
    for name, value in row.organisation.items():
        if value != "":
            setattr(organisation, name, value)


def _save_facts(organisation: Organisation, row: ProfileRow) -> None:
    organisation.save(update_fields=list(row.organisation))
    organisation.clusters.set(row.cluster_ids)


def _create(rows: Sequence[ProfileRow], *, actor: User | None, publish: bool) -> list[Profile]:
    moment = clock.now()
    profiles = [
        Profile(
            ref=row.ref or new_ref(),
            organisation=organisation,
            partnership=row.partnership,
            consent_at=moment,
            consent_version=SOURCE,
            source=SOURCE,
            created_at=moment,
            confirmed_at=moment,
            **row.profile,
        )
        for row, organisation in zip(rows, _organisations_for(rows), strict=True)
    ]
    Profile.objects.bulk_create(profiles)
    AvailabilityWindow.objects.bulk_create(
        AvailabilityWindow(profile=profile, starts_on=row.window[0], ends_on=row.window[1])
        for profile, row in zip(profiles, rows, strict=True)
        if row.window
    )
    submit_new_profiles(profiles=profiles, actor=actor)
    if publish:
        publish_checked_profiles(profiles=profiles, actor=actor)
    return profiles


def _update(profile: Profile, row: ProfileRow, *, actor: User | None, publish: bool) -> Imported:
    if profile.partnership_id != row.partnership.pk:
        raise RowRefused("ref", str(_TAKEN))
    before = _key_facts(profile)
    _set_facts(profile.organisation, row)
    _save_facts(profile.organisation, row)
    for name, value in row.profile.items():
        setattr(profile, name, value)
    profile.version += 1
    profile.save(update_fields=[*row.profile, "version"])
    profile.windows.all().delete()
    if row.window:
        profile.windows.create(starts_on=row.window[0], ends_on=row.window[1])
    audit.record("profile.imported", subject=profile, actor=actor)
    if profile.state == ProfileState.PUBLISHED:
        if before != _key_facts(profile) and not publish:
            revalidate_profile(profile=profile, actor=None, notify=False)
    elif publish and profile.state == ProfileState.SUBMITTED:
        publish_checked_profiles(profiles=[profile], actor=actor)
    return Imported(ref=profile.ref, outcome="updated", state=profile.state)


def _key_facts(profile: Profile) -> tuple[Any, ...]:
    organisation = profile.organisation
    clusters = tuple(organisation.clusters.order_by("pk").values_list("pk", flat=True))
    return (profile.role, organisation.organisation_type_id, organisation.country_id, clusters)

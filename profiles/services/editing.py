"""Changing what a profile or an organisation says about itself.

A form shows some fields as they were at that moment and carries their `fingerprint`. When the row
says something else by the time the form comes back, the change is refused with `StaleVersion`, so
that nobody overwrites what a colleague has just written without having seen it.
"""

import copy
import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from profiles.enums import ProfileState, Role
from profiles.errors import RevalidationNeeded
from profiles.models import AvailabilityWindow, Organisation, Profile, User
from profiles.obstacles import obstacles
from profiles.permissions import can_edit_organisation, can_edit_profile
from profiles.queries import standing_profile
from profiles.services.submission import keep_submission, revalidate_profile
from profiles.signals import listing_changed

Changes = Mapping[str, Any]

WINDOWS = "windows"
CLUSTERS = "clusters"
VALIDATED_OF_ORGANISATION = frozenset({"organisation_type", "country", CLUSTERS, "other_cluster"})
VALIDATED_OF_PROFILE = frozenset({"role"})
OVER = (ProfileState.WITHDRAWN, ProfileState.REJECTED)


def fingerprint(subject: Profile | Organisation, fields: Collection[str]) -> str:
    """A short mark of what these fields say now."""
    values = {name: _value(subject, name) for name in sorted(fields)}
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def edit_profile(
    *, profile_id: int, changes: Changes, seen: str, actor: User, is_confirmed: bool = False
) -> Profile:
    """The profile says this from now on; partners and the desk see it at once.

    `changes` has new values by field; `windows` is a list of (first day, last day). `seen` is the
    fingerprint of these fields as the person saw them. Another role sends a published profile back
    to the desk, which `RevalidationNeeded` asks about first. Saying the same again changes nothing.
    """
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        if not can_edit_profile(actor, profile):
            raise NotAllowed(_("You may not change this profile."))
        changed = _changed(profile, changes)
        if not changed:
            return profile
        _require_unchanged(profile, changes, seen)
        if "role" in changed:
            _require_free_role(profile, changes["role"])
        crucial = changed & VALIDATED_OF_PROFILE
        _require_confirmation([profile], crucial, is_confirmed)
        _write(profile, changes, changed)
        _after_edit(profile, changed, crucial, actor)
    return profile


def edit_organisation(
    *, organisation_id: int, changes: Changes, seen: str, actor: User, is_confirmed: bool = False
) -> Organisation:
    """The organisation's facts are these from now on, in all its profiles.

    Works like `edit_profile`; `clusters` is a collection of clusters. Another type, country or
    cluster sends published profiles back to the desk.
    """
    with audit.transaction():
        organisation = Organisation.objects.select_for_update(of=("self",), no_key=True).get(
            pk=organisation_id
        )
        if not can_edit_organisation(actor, organisation):
            raise NotAllowed(_("You may not change this organisation."))
        changed = _changed(organisation, changes)
        if not changed:
            return organisation
        _require_unchanged(organisation, changes, seen)
        profiles = _living_profiles(organisation)
        crucial = changed & VALIDATED_OF_ORGANISATION
        _require_confirmation(profiles, crucial, is_confirmed)
        _write(organisation, changes, changed)
        audit.record(
            "organisation.edited",
            subject=organisation,
            actor=actor,
            data={"fields": sorted(changed)},
        )
        for profile in profiles:
            profile.organisation = organisation
            _drop_own_country(profile)
            _after_edit(profile, changed, crucial, actor)
    return organisation


def touch_profile(profile: Profile, fields: Collection[str], actor: User) -> None:
    """Note an edit: a new version, a sign of interest, an entry. The caller holds the lock."""
    profile.version += 1
    profile.confirmed_at = clock.now()
    profile.save(update_fields=["version", "confirmed_at"])
    audit.record(
        "profile.edited",
        subject=profile,
        actor=actor,
        data={"fields": sorted(fields), "version": profile.version},
    )


def _living_profiles(organisation: Organisation) -> list[Profile]:
    profiles = organisation.profiles.exclude(state__in=OVER)
    return list(profiles.select_for_update(of=("self",)).order_by("pk"))


def _after_edit(
    profile: Profile, changed: Collection[str], crucial: Collection[str], actor: User
) -> None:
    """Whoever must know of an edit, knows: the desk of validated facts, the catalogue of all."""
    touch_profile(profile, changed, actor)
    if profile.state == ProfileState.PUBLISHED and crucial:
        revalidate_profile(profile=profile, actor=actor)
    elif profile.state == ProfileState.PUBLISHED:
        listing_changed.send(sender=Profile, profile_ids=[profile.pk], fields=changed)
    elif profile.state == ProfileState.SUBMITTED and crucial:
        keep_submission(profile, by=actor)


def _require_confirmation(
    profiles: list[Profile], crucial: Collection[str], is_confirmed: bool
) -> None:
    refs = [profile.ref for profile in profiles if profile.state == ProfileState.PUBLISHED]
    if crucial and refs and not is_confirmed:
        raise RevalidationNeeded(
            ngettext(
                "Your partnership has validated this. If you change it, your profile leaves the "
                "catalogue until the partnership has looked at it again.",
                "Your partnership has validated this. If you change it, your %(number)s profiles "
                "leave the catalogue until the partnership has looked at them again.",
                len(refs),
            )
            % {"number": len(refs)},
            refs,
        )


def _require_unchanged(subject: Profile | Organisation, changes: Changes, seen: str) -> None:
    if fingerprint(subject, changes.keys()) != seen:
        raise StaleVersion(
            _(
                "Somebody else has changed this since you opened the page. Nothing you typed is "
                "lost: compare both below, and save what is right."
            )
        )


def _require_free_role(profile: Profile, role: str) -> None:
    """One profile a role for each organisation, and none changes sides in the middle of a match."""
    if reasons := obstacles(profile):
        raise TransitionRefused("in_use", reasons[0])
    if standing_profile(profile.organisation, Role(role)):
        raise TransitionRefused(
            "role_taken",
            _("Your organisation already has a profile in this role. Use that one."),
        )


def _drop_own_country(profile: Profile) -> None:
    """Nobody looks for partners at home."""
    home = profile.organisation.country_id
    if home in profile.wanted_countries:
        profile.wanted_countries = [code for code in profile.wanted_countries if code != home]
        profile.save(update_fields=["wanted_countries"])


def _changed(subject: Profile | Organisation, changes: Changes) -> set[str]:
    """Which of the fields would say something new."""
    proposal = copy.copy(subject)
    for name, value in changes.items():
        if name not in (WINDOWS, CLUSTERS):
            setattr(proposal, name, value)
    return {
        name
        for name, value in changes.items()
        if _value(subject, name) != _proposed_value(proposal, name, value)
    }


def _proposed_value(proposal: Profile | Organisation, name: str, value: Any) -> Any:
    if name == WINDOWS:
        return [[day.isoformat() for day in window] for window in sorted(value)]
    if name == CLUSTERS:
        return sorted(cluster.pk for cluster in value)
    return _value(proposal, name)


def _value(subject: Profile | Organisation, name: str) -> Any:
    """What a field says, in a form that can be compared and written down."""
    if name == WINDOWS and isinstance(subject, Profile):
        return [[w.starts_on.isoformat(), w.ends_on.isoformat()] for w in subject.windows.all()]
    if name == CLUSTERS and isinstance(subject, Organisation):
        return sorted(subject.clusters.values_list("pk", flat=True))
    field = subject._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{name} is not a field that can be edited")
    return field.get_prep_value(field.value_from_object(subject))


def _write(subject: Profile | Organisation, changes: Changes, changed: set[str]) -> None:
    if WINDOWS in changed and isinstance(subject, Profile):
        subject.windows.all().delete()
        AvailabilityWindow.objects.bulk_create(
            AvailabilityWindow(profile=subject, starts_on=first, ends_on=last)
            for first, last in sorted(changes[WINDOWS])
        )
    if CLUSTERS in changed and isinstance(subject, Organisation):
        subject.clusters.set(changes[CLUSTERS])
    plain = changed - {WINDOWS, CLUSTERS}
    for name in plain:
        setattr(subject, name, changes[name])
    subject.save(update_fields=sorted(plain))

"""A profile as a page shows it: codes become words, and each viewer gets what is theirs to see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton
from profiles.enums import Activity, Mode, Objective, ProfileState
from profiles.languages import language_name
from profiles.models import (
    Country,
    OrganisationType,
    Profile,
    ProfileTransition,
    Sector,
    User,
)
from profiles.permissions import (
    can_edit_profile,
    can_see_contact,
    can_see_matches,
    can_take_step,
    can_validate_profile,
)
from profiles.queries import history_for_owner, reason_for_state
from profiles.strength import Strength, strength
from profiles.workflows import profile_workflow

LISTED = (ProfileState.PUBLISHED, ProfileState.PAUSED, ProfileState.SUSPENDED, ProfileState.DORMANT)
TONES = {
    ProfileState.PUBLISHED: "success",
    ProfileState.SUBMITTED: "info",
    ProfileState.RETURNED: "warning",
    ProfileState.SUSPENDED: "danger",
    ProfileState.REJECTED: "danger",
}
DAY = "j F Y"
Pair = tuple[str, str]


@dataclass(frozen=True)
class Sought:
    """Whom a profile looks for, in words; an empty list means any."""

    types: list[str]
    countries: list[Country]
    sectors: list[str]

    @property
    def is_open_to_all(self) -> bool:
        return not (self.types or self.countries or self.sectors)


@dataclass(frozen=True)
class Step:
    """One line of a profile's history."""

    label: Text
    outcome: Text
    by: Text
    transition: ProfileTransition


@dataclass(frozen=True)
class ProfilePage:
    """All that the page of a profile says to one viewer."""

    profile: Profile
    is_owner: bool
    is_desk: bool
    is_preview: bool
    may_see_contact: bool
    may_edit: bool
    steps: list[str]
    baton: Baton | None
    phase: int
    state_tone: str
    reason: ProfileTransition | None
    history: list[Step]
    strength: Strength | None
    sectors: list[str]
    languages: list[str]
    purposes: list[Text]
    sought: Sought
    periods: list[str]
    length: str
    mode: Text
    journeys: list[Pair]
    matches_url: str


def profile_page(profile: Profile, viewer: User, *, as_partner: bool = False) -> ProfilePage:
    """The page for this viewer; with `as_partner` what any published partner would see."""
    is_owner = profile.organisation.has_member(viewer) and not as_partner
    is_desk = can_validate_profile(viewer, profile) and not as_partner
    is_inside = is_owner or is_desk
    may_edit = is_owner and can_edit_profile(viewer, profile)
    taken = ("pause", "reopen", "withdraw") if is_owner else ()
    sought = _sought(profile)
    return ProfilePage(
        profile=profile,
        is_owner=is_owner,
        is_desk=is_desk,
        is_preview=as_partner,
        may_see_contact=not as_partner and can_see_contact(viewer, profile),
        may_edit=may_edit,
        steps=[name for name in taken if can_take_step(viewer, profile, name)],
        baton=profile_workflow.baton(profile, viewer) if is_inside else None,
        phase=2 if profile.state in LISTED else 1,
        state_tone=TONES.get(ProfileState(profile.state), ""),
        reason=reason_for_state(profile) if is_inside else None,
        history=_history(profile, is_desk=is_desk) if is_inside else [],
        strength=strength(profile) if may_edit else None,
        sectors=_titles(Sector, profile.organisation.all_sectors),
        languages=sorted(language_name(code) for code in profile.languages),
        purposes=_purposes(profile),
        sought=sought,
        periods=_periods(profile),
        length=_length(profile),
        mode=Mode(profile.mode).label,
        journeys=_journeys(profile, sought.countries),
        matches_url="" if is_owner or as_partner else _matches_url(profile, viewer),
    )


def _titles(model: Any, codes: Iterable[str]) -> list[str]:
    """The names of the codes, in the order of the codes."""
    found = model.objects.in_bulk(codes)
    return [str(found[code]) for code in codes if code in found]


def _sought(profile: Profile) -> Sought:
    countries = Country.objects.filter(pk__in=profile.wanted_countries)
    return Sought(
        types=[str(one) for one in OrganisationType.objects.filter(pk__in=profile.wanted_types)],
        countries=list(countries),
        sectors=_titles(Sector, profile.wanted_sectors),
    )


def _purposes(profile: Profile) -> list[Text]:
    """Objectives, then activities, each in the order of its vocabulary."""
    return [
        *(one.label for one in Objective if one.value in profile.objectives),
        *(one.label for one in Activity if one.value in profile.activities),
    ]


def _periods(profile: Profile) -> list[str]:
    """Those that are not over, as "3 May – 12 June 2027"."""
    today = clock.today()
    return [
        f"{date_format(window.starts_on, DAY)} – {date_format(window.ends_on, DAY)}"
        for window in profile.windows.all()
        if window.ends_on >= today
    ]


def _length(profile: Profile) -> str:
    least, most = profile.min_days, profile.max_days
    if least is None or most is None:
        return _("Any length")
    if least == most:
        return ngettext("%(days)s working day", "%(days)s working days", most) % {"days": most}
    return _("%(least)s to %(most)s working days") % {"least": least, "most": most}


def _journeys(profile: Profile, countries: list[Country]) -> list[Pair]:
    """The journeys that a profile wishes for, as (visitor's country, host's country)."""
    home = profile.organisation.country_id
    if profile.is_host:
        return [(one.pk, home) for one in countries]
    return [(home, one.pk) for one in countries]


def _matches_url(profile: Profile, viewer: User) -> str:
    """Where the desk sees what the organisation sees. A partner has a panel of its own."""
    if not can_see_matches(viewer, profile):
        return ""
    return reverse("matching:matches", args=[profile.ref])


def _history(profile: Profile, *, is_desk: bool) -> list[Step]:
    if is_desk:
        related = ("actor", "partnership", "organisation")
        taken = list(profile.transitions.select_related(*related).order_by("at", "pk"))
    else:
        taken = history_for_owner(profile)
    return [
        Step(
            label=profile_workflow.transitions[one.transition].label,
            outcome=profile_workflow.states[one.target].label,
            by=_by(one, is_desk=is_desk),
            transition=one,
        )
        for one in taken
    ]


def _by(step: ProfileTransition, *, is_desk: bool) -> Text:
    """The desk reads people's names; the owner reads for whom the desk acted."""
    on_behalf = step.partnership or step.organisation
    if step.actor is None:
        return str(on_behalf) if on_behalf else _("the portal")
    if is_desk or step.partnership is None:
        return f"{step.actor} ({on_behalf})" if on_behalf else str(step.actor)
    return str(step.partnership)

"""Two or three profiles side by side."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cxc_portal.core import access
from cxc_portal.core.types import Text
from matching.queries.catalogue_list import listed_among, own_published
from matching.queries.conversations import reply_bands
from matching.views.catalogue_rows import score_of
from profiles.models import Profile
from profiles.views.presentation import ProfilePage, profile_page

MOST_COMPARED = 3
FEWEST_COMPARED = 2
RELATED = ("organisation__country", "organisation__organisation_type", "partnership")
SAME = {"text": _lazy("The same"), "icon": "check", "tone": "success"}
PARTLY = {"text": _lazy("Partly the same"), "icon": "dash-circle", "tone": "warning"}
DIFFERENT = {"text": _lazy("Different"), "icon": "x", "tone": ""}
ANY = _lazy("Any")
NOT_KNOWN = _lazy("Not enough contacts yet")


@dataclass(frozen=True)
class Line:
    """One field: what each profile says, and how much of it is the same, as a badge."""

    label: Text
    cells: list[list[str]]
    mark: dict[str, Text]


@access.members
def compare(request: HttpRequest) -> HttpResponse:
    """The profiles that `p` names, field by field."""
    refs = list(dict.fromkeys(request.GET.getlist("p")))
    visible = Profile.objects.visible_to(request.user).published().select_related(*RELATED)
    found = {profile.ref: profile for profile in visible.filter(ref__in=refs[:MOST_COMPARED])}
    profiles = [found[ref] for ref in refs if ref in found]
    own = own_published(request.user)
    listed, _words = listed_among([profile.ref for profile in profiles], own)
    mine = {one.profile.ref for one in own}
    context = {
        "profiles": profiles,
        "is_enough": len(profiles) >= FEWEST_COMPARED,
        "is_too_many": len(refs) > MOST_COMPARED,
        "lines": _lines(profiles, request) if len(profiles) >= FEWEST_COMPARED else [],
        "scores": [
            score_of(one, found[one.ref].organisation.name, is_mine=one.ref in mine)
            for one in listed
        ],
        "has_scores": any(one.own_ref for one in listed),
    }
    return render(request, "matching/compare.html", context)


def _lines(profiles: Sequence[Profile], request: HttpRequest) -> list[Line]:
    pages = [profile_page(profile, request.user, as_partner=True) for profile in profiles]
    lines = [_line(label, [_said(tell(page)) for page in pages]) for label, tell in FIELDS]
    return [line for line in lines if any(cell != [str(NOT_KNOWN)] for cell in line.cells)]


def _line(label: Text, cells: list[list[str]]) -> Line:
    sets = [set(cell) for cell in cells]
    if all(one == sets[0] for one in sets):
        return Line(label, cells, SAME)
    return Line(label, cells, PARTLY if set.intersection(*sets) else DIFFERENT)


def _said(values: Iterable[object]) -> list[str]:
    return [str(value) for value in values if value] or [str(ANY)]


def _place(page: ProfilePage) -> list[str]:
    organisation = page.profile.organisation
    place = f"{organisation.city}, {organisation.country}" if organisation.city else ""
    return [place or str(organisation.country)]


def _answers(page: ProfilePage) -> list[object]:
    bands = reply_bands(page.profile)
    return [bands.rate, bands.time] if bands else [NOT_KNOWN]


Tell = Callable[[ProfilePage], Iterable[object]]
FIELDS: list[tuple[Text, Tell]] = [
    (_lazy("Role"), lambda page: [page.profile.get_role_display()]),
    (_lazy("Type of organisation"), lambda page: [page.profile.organisation.organisation_type]),
    (_lazy("Place"), _place),
    (_lazy("Partnership"), lambda page: [page.profile.partnership]),
    (_lazy("Sectors"), lambda page: page.sectors),
    (_lazy("Languages"), lambda page: page.languages),
    (_lazy("Purpose"), lambda page: page.purposes),
    (_lazy("Length of stay"), lambda page: [page.length]),
    (_lazy("When"), lambda page: page.periods or [_("At any time")]),
    (_lazy("In person or online"), lambda page: [page.mode]),
    (_lazy("Types sought"), lambda page: page.sought.types),
    (_lazy("Countries sought"), lambda page: page.sought.countries),
    (_lazy("Sectors sought"), lambda page: page.sought.sectors),
    (_lazy("Answers to first contacts"), _answers),
]

"""An organisation: its facts, its profiles and its people."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from profiles.enums import ProfileState, Role
from profiles.forms.invitation import InvitationForm
from profiles.forms.organisation import ORGANISATION_SECTIONS
from profiles.forms.section import Section
from profiles.models import Organisation, Profile, Sector
from profiles.permissions import can_edit_organisation, can_invite_colleague
from profiles.services.editing import edit_organisation
from profiles.services.files import store_logo
from profiles.views.sections import (
    Outcome,
    page_context,
    posted,
    save_section,
    say_saved,
    section_named,
)

SHOWN = ("country", "organisation_type")


def visible_organisation(request: HttpRequest, pk: int) -> Organisation:
    """The organisation if the viewer may know of it; 404 otherwise."""
    visible = Organisation.objects.visible_to(request.user).select_related(*SHOWN)
    return access.get_visible(visible, pk=pk)


def own_organisation(request: HttpRequest, pk: int) -> Organisation:
    """The organisation for its members; 403 for staff, who may only look."""
    organisation = visible_organisation(request, pk)
    access.require(can_edit_organisation(request.user, organisation))
    return organisation


def organisation_page(
    request: HttpRequest, organisation: Organisation, form: InvitationForm
) -> HttpResponse:
    """The page, with the form for an invitation as it is."""
    colleagues = organisation.memberships.select_related("user").order_by("joined_at", "pk")
    clusters = [*map(str, organisation.clusters.all()), organisation.other_cluster]
    sectors = Sector.objects.in_bulk(organisation.all_sectors)
    profiles = list(organisation.profiles.select_related("partnership").order_by("created_at"))
    is_member = can_edit_organisation(request.user, organisation)
    context = {
        "organisation": organisation,
        "sectors": [sectors[code] for code in organisation.all_sectors if code in sectors],
        "clusters": [one for one in clusters if one],
        "profiles": profiles,
        "colleagues": colleagues,
        "has_free_role": is_member and len(_standing_roles(profiles)) < len(Role),
        "is_member": is_member,
        "may_invite": can_invite_colleague(request.user, organisation),
        "invitations": organisation.invitations.filter(accepted_at=None).order_by("created_at"),
        "form": form,
        "sections": [
            (section, reverse("profiles:edit_organisation", args=[organisation.pk, section.slug]))
            for section in ORGANISATION_SECTIONS
        ],
    }
    return render(request, "profiles/organisation.html", context)


def _standing_roles(profiles: list[Profile]) -> set[str]:
    over = (ProfileState.WITHDRAWN, ProfileState.REJECTED)
    return {profile.role for profile in profiles if profile.state not in over}


@access.members
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts, profiles, colleagues and open invitations."""
    return organisation_page(request, visible_organisation(request, pk), InvitationForm())


def _back_url(request: HttpRequest, organisation: Organisation) -> str:
    """The list of pages that one came from, else the organisation's page."""
    ref = request.GET.get("profile", "")
    if ref and Profile.objects.filter(organisation=organisation, ref=ref).exists():
        return reverse("profiles:edit", args=[ref])
    return reverse("profiles:organisation", args=[organisation.pk])


@access.members
def edit_section(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One page of the organisation's facts."""
    organisation = own_organisation(request, pk)
    section = section_named(ORGANISATION_SECTIONS, slug)
    back_url = _back_url(request, organisation)
    if section.is_file:
        return _logo(request, organisation, section, back_url)
    form = section.form(posted(request), instance=organisation)
    outcome = save_section(
        request,
        form,
        partial(edit_organisation, organisation_id=pk, actor=request.user),
        partial(visible_organisation, request, pk),
    )
    if outcome.is_saved:
        say_saved(request, section)
        return redirect(back_url)
    context = page_context(section, form, outcome, back_url)
    return render(request, "profiles/section.html", {"organisation": organisation, **context})


def _logo(
    request: HttpRequest, organisation: Organisation, section: Section, back_url: str
) -> HttpResponse:
    form = section.form(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        store_logo(
            organisation_id=organisation.pk, file=form.cleaned_data["file"], actor=request.user
        )
        say_saved(request, section)
        return redirect(back_url)
    context = {
        **page_context(section, form, Outcome(), back_url),
        "organisation": organisation,
        "file_url": reverse("profiles:logo", args=[organisation.pk]) if organisation.logo else "",
        "remove_url": reverse("profiles:remove_logo", args=[organisation.pk]),
    }
    return render(request, "profiles/file_section.html", context)


@require_POST
@access.members
def remove_logo(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = own_organisation(request, pk)
    store_logo(organisation_id=organisation.pk, file=None, actor=request.user)
    messages.success(request, _("The logo is deleted."))
    return redirect("profiles:organisation", pk)

"""A profile's own page, and the pages on which its owner completes it."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from profiles.enums import ProfileState
from profiles.forms.organisation import ORGANISATION_SECTIONS
from profiles.forms.profile import PROFILE_SECTIONS
from profiles.forms.section import Section
from profiles.models import Profile
from profiles.panels import panels_of
from profiles.permissions import can_edit_profile
from profiles.queries import reason_for_state
from profiles.services.editing import edit_profile
from profiles.services.files import store_cv
from profiles.strength import fields_of, strength
from profiles.views.presentation import profile_page
from profiles.views.sections import (
    Line,
    Outcome,
    page_context,
    posted,
    save_section,
    say_saved,
    section_named,
)
from profiles.workflows import profile_workflow

SHOWN = ("organisation__country", "organisation__organisation_type", "partnership", "contact")


def visible_profile(request: HttpRequest, ref: str) -> Profile:
    """The profile if the viewer may know of it; 404 otherwise."""
    visible = Profile.objects.visible_to(request.user).select_related(*SHOWN)
    return access.get_visible(visible, ref=ref)


def editable_profile(request: HttpRequest, ref: str) -> Profile:
    """The profile if the viewer may change it; 403 for whoever may only look."""
    profile = visible_profile(request, ref)
    access.require(can_edit_profile(request.user, profile))
    return profile


@access.members
def profile(request: HttpRequest, ref: str) -> HttpResponse:
    """The profile as its viewer may see it."""
    shown = visible_profile(request, ref)
    page = profile_page(shown, request.user, as_partner="preview" in request.GET)
    panels = [] if page.is_preview else panels_of(request, shown)
    context = {"profile": shown, "page": page, "panels": panels}
    return render(request, "profiles/profile.html", context)


@access.members
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """The list of all pages of the profile and of its organisation, and what is missing on each."""
    profile = editable_profile(request, ref)
    shown = strength(profile)
    counted = {field.section for field in fields_of(profile)}
    own = [section for section in PROFILE_SECTIONS if section.role in (None, profile.role)]
    organisation_url = partial(_organisation_url, profile)

    def lines(sections: list[Section], url: partial[str]) -> list[Line]:
        return [
            Line(
                s, url(s.slug), [f for f in shown.missing if f.section == s.slug], s.slug in counted
            )
            for s in sections
        ]

    return render(
        request,
        "profiles/edit.html",
        {
            "profile": profile,
            "strength": shown,
            "reason": reason_for_state(profile),
            "is_returned": profile.state == ProfileState.RETURNED,
            "may_submit": profile_workflow.is_open("submit", profile, request.user),
            "groups": [
                (_("Your exchange"), lines(own, partial(_section_url, profile))),
                (_("Your organisation"), lines(list(ORGANISATION_SECTIONS), organisation_url)),
            ],
        },
    )


def _section_url(profile: Profile, slug: str) -> str:
    return reverse("profiles:edit_section", args=[profile.ref, slug])


def _organisation_url(profile: Profile, slug: str) -> str:
    url = reverse("profiles:edit_organisation", args=[profile.organisation_id, slug])
    return f"{url}?profile={profile.ref}"


@access.members
def edit_section(request: HttpRequest, ref: str, slug: str) -> HttpResponse:
    """One page of the profile. What was typed stays, whatever happens."""
    profile = editable_profile(request, ref)
    section = section_named(PROFILE_SECTIONS, slug, profile.role)
    if section.is_file:
        return _cv(request, profile, section)
    form = section.form(posted(request), instance=profile)
    outcome = save_section(
        request,
        form,
        partial(edit_profile, profile_id=profile.pk, actor=request.user),
        partial(visible_profile, request, ref),
    )
    if outcome.is_saved:
        say_saved(request, section)
        return redirect("profiles:edit", ref)
    back_url = reverse("profiles:edit", args=[ref])
    context = page_context(section, form, outcome, back_url)
    return render(request, "profiles/section.html", {"profile": profile, **context})


def _cv(request: HttpRequest, profile: Profile, section: Section) -> HttpResponse:
    form = section.form(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        store_cv(profile_id=profile.pk, file=form.cleaned_data["file"], actor=request.user)
        say_saved(request, section)
        return redirect("profiles:edit", profile.ref)
    context = {
        **page_context(section, form, Outcome(), reverse("profiles:edit", args=[profile.ref])),
        "profile": profile,
        "file_url": reverse("profiles:cv", args=[profile.ref]) if profile.cv else "",
        "remove_url": reverse("profiles:remove_cv", args=[profile.ref]),
    }
    return render(request, "profiles/file_section.html", context)


@require_POST
@access.members
def remove_cv(request: HttpRequest, ref: str) -> HttpResponse:
    profile = editable_profile(request, ref)
    store_cv(profile_id=profile.pk, file=None, actor=request.user)
    messages.success(request, _("The CV is deleted."))
    return redirect("profiles:edit", ref)


@access.staff
def decide(request: HttpRequest, ref: str) -> HttpResponse:
    """The short address of a profile at the validation desk, for links in mails."""
    return redirect("admin:profiles_profile_change", ref)

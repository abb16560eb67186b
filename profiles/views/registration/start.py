"""The way into the short path: from the beginning, with another role, or where one left off."""

from typing import Any
from uuid import UUID

from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from profiles.answers import pages_of, read_answers
from profiles.enums import Role
from profiles.models import Organisation, Registration
from profiles.queries import open_registrations_of, standing_profile
from profiles.services.registration import discard_registration, start_second_profile
from profiles.views.registration.current import (
    actor_of,
    current_registration,
    link_followed,
    lost,
    new_registration,
    next_page,
    page_url,
    remember,
)

PRESETS = ("role", "partnership", "source")


@access.public
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """What to go on with; whoever has nothing yet is on the first page at once."""
    actor = actor_of(request)
    chosen = request.GET.get("organisation")
    if chosen and actor is None:
        return redirect_to_login(request.get_full_path())
    own = [_own_organisation(request, chosen)] if chosen else _organisations(request)
    begun = [] if chosen else _begun(request)
    query = request.GET.urlencode()
    if not own and not begun:
        return redirect(page_url("role") + (f"?{query}" if query else ""))
    context = {
        "begun": [_described(registration) for registration in begun],
        "offers": [_offer(organisation) for organisation in own],
        "is_about_one": bool(chosen),
        "query": query,
    }
    return render(request, "profiles/register/start.html", context)


@access.public
@require_POST
@rate_limit(action="registration")
def begin(request: HttpRequest) -> HttpResponse:
    """From the beginning, or with an organisation that is known already in another role."""
    actor = actor_of(request)
    if "organisation" not in request.POST:
        new_registration(request)
        return redirect(f"{page_url('role')}?{request.GET.urlencode()}")
    if actor is None:
        return redirect_to_login(reverse("profiles:register"))
    registration = start_second_profile(
        organisation=_own_organisation(request, request.POST["organisation"]),
        role=Role.HOST if request.POST.get("role") == Role.HOST else Role.VISITING,
        actor=actor,
        link=link_followed(request).code,
    )
    remember(request, registration)
    return redirect(page_url(next_page(registration)))


@access.public
def resume(request: HttpRequest, key: UUID) -> HttpResponse:
    """Go on with something begun earlier, also on another device."""
    registration = next((one for one in _begun(request) if one.key == key), None)
    if registration is None:
        return lost(request)
    remember(request, registration)
    return redirect(page_url(next_page(registration)))


@access.public
@require_POST
def discard(request: HttpRequest, key: UUID) -> HttpResponse:
    """Delete the answers of something that was begun."""
    if key not in {one.key for one in _begun(request)}:
        return lost(request)
    discard_registration(key=key, actor=actor_of(request))
    messages.success(request, _("Your answers are deleted."))
    return redirect("profiles:register")


def _organisations(request: HttpRequest) -> list[Organisation]:
    actor = actor_of(request)
    if actor is None:
        return []
    own = Organisation.objects.of_member(actor)
    return list(own.select_related("country", "organisation_type", "main_sector"))


def _own_organisation(request: HttpRequest, key: str) -> Organisation:
    """404 for strangers, 403 for staff who see it but do not belong to it."""
    organisation = access.get_visible(Organisation.objects.visible_to(request.user), pk=key)
    access.require(organisation.has_member(request.user))
    return organisation


def _begun(request: HttpRequest) -> list[Registration]:
    """Everything open that this person may go on with: their own, or this browser's."""
    actor, current = actor_of(request), current_registration(request)
    begun = list(open_registrations_of(actor)) if actor else []
    return begun if current is None or current in begun else [current, *begun]


def _described(registration: Registration) -> dict[str, Any]:
    pages = pages_of(registration)
    answers = read_answers(registration)
    return {
        "registration": registration,
        "name": answers.name,
        "role": answers.role,
        "step": pages.index(next_page(registration, answers=answers)) + 1,
        "steps": len(pages),
    }


def _offer(organisation: Organisation) -> dict[str, Any]:
    """An organisation with the profiles it has and the roles that it could take as well."""
    standing = {role: standing_profile(organisation, role) for role in Role}
    return {
        "organisation": organisation,
        "profiles": [profile for profile in standing.values() if profile],
        "roles": [role for role, profile in standing.items() if profile is None],
    }

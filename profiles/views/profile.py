"""A profile's own page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cxc_portal.core import access
from profiles.models import Profile


@access.members
def profile(request: HttpRequest, ref: str) -> HttpResponse:
    """The profile as its viewer may see it."""
    shown = access.get_visible(Profile.objects.visible_to(request.user), ref=ref)
    return render(request, "profiles/profile.html", {"profile": shown})


@access.members
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    return redirect("profiles:profile", ref)


@access.members
def reopen(request: HttpRequest, ref: str) -> HttpResponse:
    return redirect("profiles:profile", ref)


@access.staff
def decide(request: HttpRequest, ref: str) -> HttpResponse:
    """The short address of a profile at the validation desk, for links in mails."""
    return redirect("profiles:profile", ref)

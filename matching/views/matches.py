"""The partners that fit a profile."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cxc_portal.core import access
from profiles.models import Profile


@access.members
def matches(request: HttpRequest, ref: str) -> HttpResponse:
    profile = access.get_visible(Profile.objects.visible_to(request.user), ref=ref)
    return render(request, "matching/matches.html", {"profile": profile})

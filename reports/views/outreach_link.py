"""The link that is handed out. It counts people, and keeps nothing of who they are."""

from http import HTTPStatus

from allauth.decorators import rate_limit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cxc_portal.core import access
from profiles.views.registration.current import link_followed, remember_link
from reports.models import OutreachAction
from reports.services.outreach import count_visit

ROBOTS = ("bot", "crawl", "spider", "scan", "preview", "monitor", "curl", "python")
"""Words in the names of programs that open links by themselves."""


@access.public
@never_cache
@require_safe
def outreach_link(request: HttpRequest, code: str) -> HttpResponse:
    """To the front door. A registration that this browser begins counts for the action, with its
    partnership suggested. An unknown link leads to the front door as well."""
    action = OutreachAction.objects.select_related("partnership").filter(code=code).first()
    if action and not request.user.is_authenticated and _is_person(request):
        is_new = link_followed(request).code != action.code
        remember_link(request, code=action.code, partnership=action.partnership.acronym)
        if is_new:
            _count(request, action.code)
    return redirect("profiles:landing")


@rate_limit(action="outreach_visit", limit_get=True)
def _count(request: HttpRequest, code: str) -> HttpResponse:
    """Nobody raises the number without end: past the limit a visit is welcome and not counted."""
    count_visit(code=code)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _is_person(request: HttpRequest) -> bool:
    """Whether somebody opened the link in a browser, as far as the request tells.

    Programs that check the links of mails ask for the head alone or leave out what every browser
    says over a secure connection: that it opens a page, and not ahead of time.
    """
    if request.method != "GET":
        return False
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    agent = request.headers.get("User-Agent", "").lower()
    if "prefetch" in ahead or not agent or any(word in agent for word in ROBOTS):
        return False
    unsaid = "" if request.is_secure() else "document"
    return request.headers.get("Sec-Fetch-Dest", unsaid) == "document"

"""What every request goes through, whatever its view."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.defaults import permission_denied
from django_htmx.http import HttpResponseClientRedirect

from cxc_portal.core.errors import DomainError, NotAllowed

GetResponse = Callable[[HttpRequest], HttpResponse]


class DomainErrorMiddleware:
    """A refusal that a view does not handle becomes 403, or a message on the page before."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if isinstance(problem, NotAllowed):
            return permission_denied(request, problem)
        if not isinstance(problem, DomainError):
            return None
        messages.error(request, str(problem))
        target = _page_before(request)
        if request.headers.get("HX-Request") == "true":
            return HttpResponseClientRedirect(target)
        return HttpResponseRedirect(target)


def _page_before(request: HttpRequest) -> str:
    """Where the request came from, if that is here; a refused page never leads to itself."""
    origin = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(origin, {request.get_host()}):
        return "/"
    parts = urlsplit(origin)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    is_loop = request.method in ("GET", "HEAD") and path == request.get_full_path()
    return "/" if is_loop else path

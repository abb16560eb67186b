"""What people see when something does not work."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open for too long or in another session: say so, keep the page's address."""
    return render(request, "403_csrf.html", {"retry_url": request.path}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """The portal's own page; one line of text when not even that can be made."""
    try:
        return render(request, "500.html", status=500)
    except Exception:
        logger.exception("the error page itself could not be made")
        sorry = _("Something went wrong on our side. Try again in a minute.")
        return HttpResponseServerError(f"{sorry}\n", content_type="text/plain; charset=utf-8")

"""Pages of text that say how the portal treats its readers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cxc_portal.core import access


@access.public
def privacy(request: HttpRequest) -> HttpResponse:
    """What is known of a person, who sees it, and how it is forgotten."""
    return render(request, "pages/privacy.html")


@access.public
def accessibility(request: HttpRequest) -> HttpResponse:
    """What everybody can rely on, and whom to tell when something stands in the way."""
    return render(request, "pages/accessibility.html")

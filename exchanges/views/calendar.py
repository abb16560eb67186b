"""The dates of exchanges for calendars: a file for one, and a private feed for all of a person."""

from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import override

from cxc_portal.core import access
from exchanges.exports import calendar_of
from exchanges.models import CalendarFeed, Exchange
from exchanges.queries.calendar import Entry, entries_for, entries_of, with_signed_versions
from exchanges.services.calendar import drop_feed, renew_feed

CONTENT_TYPE = "text/calendar; charset=utf-8"
KEPT_FOR = 900
"""For how many seconds a program need not ask again."""


@access.members
def calendar(request: HttpRequest, ref: str) -> HttpResponse:
    """The dates of one exchange as a file; none before all four have signed."""
    visible = Exchange.objects.visible_to(request.user).filter(ref=ref)
    found = list(with_signed_versions(visible))
    if not found:
        raise Http404
    body = calendar_of(entries_of(found[0]), name=ref)
    response = HttpResponse(body, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{ref}.ics"'
    return response


@access.public
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """All dates of the person whose private address this is; whoever asks again and again is told
    in a few bytes that nothing changed."""
    known = CalendarFeed.objects.select_related("user").filter(token=token, user__is_active=True)
    owner = known.first()
    if owner is None:
        raise Http404
    with override(owner.user.language or settings.LANGUAGE_CODE):
        entries = entries_for(owner.user)
        body = calendar_of(entries, name=_("ClusterXchange"))
    etag = quote_etag(sha256(body).hexdigest()[:32])
    changed_at = _changed_at(entries, owner.created_at)
    response = HttpResponse(body, content_type=CONTENT_TYPE)
    response["ETag"] = etag
    response["Last-Modified"] = http_date(changed_at.timestamp())
    response["Cache-Control"] = f"private, max-age={KEPT_FOR}"
    response["X-Robots-Tag"] = "noindex"
    since = int(changed_at.timestamp())
    unchanged = get_conditional_response(request, etag, since, response)
    return unchanged or response


@access.members
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """The private address: shown, made, renewed and taken away."""
    if request.method == "POST":
        if "drop" in request.POST:
            drop_feed(actor=request.user)
            messages.success(request, _("The address does not work any more."))
        else:
            renew_feed(actor=request.user)
            messages.success(request, _("Your private address is ready."))
        return redirect("exchanges:calendar_feed")
    kept = CalendarFeed.objects.visible_to(request.user).first()
    path = reverse("exchanges:feed", args=[kept.token]) if kept else ""
    url = settings.SITE_URL + path if kept else ""
    return render(request, "exchanges/calendar_feed.html", {"feed": kept, "url": url})


def _changed_at(entries: list[Entry], since: datetime) -> datetime:
    return max([since, *(entry.changed_at for entry in entries)])

"""Where the links of mails land. Opening them changes nothing: mail scanners open them all."""

from typing import Any
from uuid import UUID

from allauth.account.signals import user_logged_in
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import auth
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxc_portal.core import access
from cxc_portal.core.mail import links, send_new_link, unsubscribe
from cxc_portal.core.mail.preferences import reduce_mails
from cxc_portal.core.models import OutgoingMail


@access.public
@never_cache
@require_safe
def go(request: HttpRequest, key: UUID) -> HttpResponse:
    """The link as it stands in a stored text: it leads on, but logs nobody in.

    Somebody unknown gets the same page for every key.
    """
    if not request.user.is_authenticated:
        return render(request, "core/go_log_in.html", {"next_url": request.path})
    mail = links.leading_on(key)
    if mail is None:
        raise Http404
    return redirect(mail.link_path)


@access.public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, key: UUID, token: str) -> HttpResponse:
    """The link as it was mailed: one button logs its reader in and opens the page."""
    if not ratelimit.consume(request, action="mail_link"):
        return _too_often(request)
    mail = links.opened_with(key, token)
    if mail is None:
        return render(
            request, "core/go_expired.html", {"key": key, "days": settings.MAIL_LINK_DAYS}
        )
    if request.method == "POST":
        links.mark_opened(mail)
        return _led_on(request, mail)
    if request.user == mail.recipient:
        return redirect(mail.link_path)
    return render(request, "core/go.html", {"reader": mail.recipient})


def _led_on(request: HttpRequest, mail: OutgoingMail) -> HttpResponse:
    """To the page: logged in as the reader, or by way of the log-in page where a link is not
    enough."""
    reader: Any = mail.recipient
    if request.user == reader:
        return redirect(mail.link_path)
    auth.logout(request)
    if not links.may_log_in(reader):
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': mail.link_path})}")
    auth.login(request, reader, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[links.CAME_BY_LINK] = True
    user_logged_in.send(sender=type(reader), request=request, user=reader)
    return redirect(mail.link_path)


def _too_often(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse = ratelimit.respond_429(request)
    return answer


@access.public
@require_POST
def renew(request: HttpRequest, key: UUID) -> HttpResponse:
    """Mails a new link, and answers the same whether there was an old one or not."""
    if not ratelimit.consume(request, action="new_mail_link", key=str(key)):
        return _too_often(request)
    send_new_link(key=key)
    return render(request, "core/go_renewed.html")


@access.public
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fewer_mails(request: HttpRequest, key: UUID, token: str) -> HttpResponse:
    """Fewer mails like this one: a mail program posts here by itself (RFC 8058), a person presses
    the button. The signature in the address stands in for log-in and form token."""
    mail = unsubscribe.mail_at(key, token)
    if mail is None or mail.recipient_id is None:
        raise Http404
    topics = unsubscribe.topics_of(mail)
    if request.method == "POST":
        reduce_mails(user_id=mail.recipient_id, names={topic.name for topic in topics})
    context = {"topics": topics, "is_done": request.method == "POST"}
    return render(request, "core/fewer_mails.html", context)

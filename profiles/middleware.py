"""What is decided about a request from the person who makes it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from cxc_portal.core.mail.links import CAME_BY_LINK
from profiles.rules import one_set_of_rules
from profiles.second_factor import has_second_factor, is_required_of

GetResponse = Callable[[HttpRequest], HttpResponse]


class RulesMiddleware:
    """A page goes by one set of rules from its beginning to its end."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with one_set_of_rules():
            return self.get_response(request)


class UserLanguageMiddleware:
    """The language that a person chose goes before what the browser asks for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")
        if language and language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class SecondFactorMiddleware:
    """Sends staff without a second factor to set one up, where the settings require it.

    Until then they reach what is open to everybody and the pages of the account, nothing else.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not is_required_of(request.user) or _is_open(view) or has_second_factor(request.user):
            return None
        messages.warning(
            request, _("Your role requires a second factor. Set one up to go on to your work.")
        )
        return redirect("mfa_index")


class MailLinkMiddleware:
    """Keeps whoever came by the link of a mail from what proves who one is.

    Such a link may be forwarded, so it opens the work but not the ways to log in, the own data and
    the end of the account. Those ask for a log-in first.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.session.get(CAME_BY_LINK) or not _proves_identity(request, view):
            return None
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('profiles:account_prove')}?{query}")


GUARDED = {"profiles:account_data", "profiles:close_account"}


def _proves_identity(request: HttpRequest, view: Callable[..., Any]) -> bool:
    name = request.resolver_match.view_name if request.resolver_match else ""
    if name == "account_logout":
        return False
    return name in GUARDED or view.__module__.startswith("allauth.")


def _is_open(view: Callable[..., Any]) -> bool:
    return not getattr(view, "login_required", True) or view.__module__.startswith("allauth.")

"""Your account: details, language, sessions, the own data, the way out."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cxc_portal.core import access, clock
from cxc_portal.core.errors import TransitionRefused
from profiles import second_factor
from profiles.forms.account import CloseAccountForm, DetailsForm, language_name
from profiles.models import User
from profiles.personal_data import blockers
from profiles.services.accounts import change_details, choose_language
from profiles.services.accounts import end_session as end_one_session
from profiles.services.erasure import erase_account
from profiles.services.personal_data import export_personal_data

LANGUAGE_LIFETIME = 365 * 24 * 3600

Fact = tuple[str, str, str]
"""Term, value, where it is changed."""


@access.members
def overview(request: HttpRequest) -> HttpResponse:
    """What the account holds and where each part is changed."""
    user = _owner(request)
    return render(
        request,
        "profiles/account/overview.html",
        {
            "you": _about(user),
            "logging_in": _ways_in(user),
            "is_factor_missing": second_factor.is_required_of(user)
            and not second_factor.has_second_factor(user),
        },
    )


def _owner(request: HttpRequest) -> User:
    """Whoever is logged in: `access.members` lets nobody else come here."""
    return cast(User, request.user)


def _about(user: User) -> list[Fact]:
    details_url = reverse("profiles:account_details")
    addresses = EmailAddress.objects.filter(user=user).order_by("-primary", "email")
    facts = [
        (_("Name"), user.get_full_name(), details_url),
        (_("E-mail"), ", ".join(a.email for a in addresses), reverse("account_email")),
    ]
    if len(settings.LANGUAGES) > 1:
        language = language_name(translation.get_language() or settings.LANGUAGE_CODE)
        facts.append((_("Language"), language, details_url))
    newsletter = _("yes") if user.wants_newsletter else _("no")
    mails = _("at most one a day, codes aside")
    return [
        *facts,
        (_("Mails"), mails, reverse("profiles:account_mails")),
        (_("Newsletter"), newsletter, details_url),
    ]


def _ways_in(user: User) -> list[Fact]:
    password = (
        (_("set"), reverse("account_change_password"))
        if user.has_usable_password()
        else (_("none: you log in with a code by e-mail"), reverse("account_set_password"))
    )
    sessions = len(UserSession.objects.purge_and_list(user))
    browsers = ngettext("%(count)d browser", "%(count)d browsers", sessions)
    facts = [
        (_("Password"), *password),
        (_("Second factor"), _factors(user), reverse("mfa_index")),
        (_("Logged in on"), browsers % {"count": sessions}, reverse("usersessions_list")),
    ]
    if settings.OIDC_ENABLED:
        is_linked = SocialAccount.objects.filter(user=user).exists()
        linked = _("linked") if is_linked else _("not linked")
        facts.append((settings.OIDC_NAME, linked, reverse("socialaccount_connections")))
    return facts


def _factors(user: User) -> str:
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    names = {Authenticator.Type.TOTP: _("app"), Authenticator.Type.WEBAUTHN: _("passkey")}
    return ", ".join(name for kind, name in names.items() if kind in types) or _("none")


@access.members
def details(request: HttpRequest) -> HttpResponse:
    form = DetailsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        change_details(user_id=_owner(request).pk, **form.cleaned_data)
        messages.success(request, _("Your details are saved."))
        return redirect("profiles:account")
    return render(request, "profiles/account/details.html", {"form": form})


@access.members
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    end_one_session(user_id=_owner(request).pk, session_id=pk)
    messages.success(request, _("That browser is logged out."))
    return redirect("usersessions_list")


@access.members
@reauthentication_required
def data(request: HttpRequest) -> HttpResponse:
    """All that the portal holds about the person, to take along."""
    if request.method != "POST":
        return render(request, "profiles/account/data.html")
    return HttpResponse(
        export_personal_data(user_id=_owner(request).pk),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="my-data-{clock.today()}.zip"',
            "Cache-Control": "no-store",
        },
    )


@access.members
@reauthentication_required
def close(request: HttpRequest) -> HttpResponse:
    """The way out, or what has to be settled before."""
    user = _owner(request)
    open_matters = blockers(user)
    form = CloseAccountForm(request.POST or None, user=user)
    if request.method == "POST" and not open_matters and form.is_valid():
        try:
            erase_account(user_id=user.pk, actor=user)
        except TransitionRefused:
            return redirect("profiles:close_account")
        logout(request)
        messages.success(request, _("Your account is closed. Thank you for having been with us."))
        return redirect("/")
    context = {"form": form, "blockers": open_matters}
    return render(request, "profiles/account/close.html", context)


@access.public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keeps the language: with the account of whoever is logged in, and in this browser."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = HttpResponseRedirect(target)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            choose_language(user_id=request.user.pk, language=language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=LANGUAGE_LIFETIME,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response

"""Which mails a person gets, and what the link of a mail is not enough for."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.mail.preferences import choose_mails, chosen_by
from profiles.forms.mail import MailsForm


@access.members
def mails(request: HttpRequest) -> HttpResponse:
    """One choice for each topic."""
    given = request.POST if request.method == "POST" else None
    form = MailsForm(given, chosen=chosen_by(request.user))
    if form.is_valid():
        choose_mails(user_id=request.user.pk, choices=form.cleaned_data)
        messages.success(request, _("Your choice is saved."))
        return redirect("profiles:account")
    return render(request, "profiles/account/mails.html", {"form": form})


@access.members
def prove(request: HttpRequest) -> HttpResponse:
    """Whoever came by the link of a mail logs in before changing how one logs in."""
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = reverse("profiles:account")
    if request.method != "POST":
        return render(request, "profiles/account/prove.html")
    logout(request)
    return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': target})}")

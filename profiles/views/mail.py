"""Which mails a person gets, and how soon."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.mail.preferences import choose_mails, chosen_by
from profiles.forms.mail import MailsForm


@access.members
def mails(request: HttpRequest) -> HttpResponse:
    """One choice for each topic."""
    form = MailsForm(request.POST or None, chosen=chosen_by(request.user))
    if request.method == "POST" and form.is_valid():
        choose_mails(user_id=request.user.pk, choices=form.cleaned_data)
        messages.success(request, _("Your choice is saved."))
        return redirect("profiles:account")
    return render(request, "profiles/account/mails.html", {"form": form})

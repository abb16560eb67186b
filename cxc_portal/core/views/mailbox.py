"""The demo's mailbox: every mail of the portal, readable by everybody who tries it out."""

from csp.decorators import csp, csp_update
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from cxc_portal.core import access, mail
from cxc_portal.core.mail import links
from cxc_portal.core.models import OutgoingMail

PAGE_SIZE = 25
# What a mail program shows of a mail: its own styles, pictures, links. No script, no form.
MAIL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups", "allow-top-navigation-by-user-activation"],
}


class MailboxFilter(forms.Form):
    to = forms.CharField(
        label=gettext_lazy("Mails to"),
        help_text=gettext_lazy("A part of the address is enough."),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


@access.demo_only
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """All mails, newest first."""
    form = MailboxFilter(request.GET)
    mails = OutgoingMail.objects.defer("text", "html")
    if form.is_valid():
        mails = mails.filter(to__icontains=form.cleaned_data["to"].strip())
    page = Paginator(mails, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "core/mailbox.html", {"form": form, "page": page})


@access.demo_only
@require_safe
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail, as text and as a mail program shows it, with links as if it were sent now."""
    shown = get_object_or_404(OutgoingMail.objects.select_related("recipient", "bundle"), pk=pk)
    text, _html = links.signed(shown)
    return render(request, "core/mail.html", {"mail": shown, "text": text})


@access.demo_only
@require_safe
@xframe_options_sameorigin
@csp(MAIL_POLICY)  # type: ignore[arg-type]
def read_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of one mail, alone. Its links lead out of the frame."""
    shown = get_object_or_404(OutgoingMail.objects.select_related("recipient"), pk=pk)
    _text, html = links.signed(shown)
    return HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))


@access.demo_only
@require_POST
def send_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not wait until a delayed mail goes out by itself."""
    shown = get_object_or_404(OutgoingMail, pk=pk)
    mail.send_now(mail_id=shown.pk)
    messages.success(request, _("The mail goes out now."))
    return redirect("core:mail", pk)

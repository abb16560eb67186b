"""Inviting colleagues, accepting, leaving. Opening a link changes nothing."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from profiles.forms.invitation import InvitationForm
from profiles.models import Invitation, Membership
from profiles.services.invitations import (
    accept_invitation,
    has_expired,
    invitation_by_key,
    invite_colleague,
    is_addressee,
    remove_colleague,
    resend_invitation,
    revoke_invitation,
)
from profiles.views.organisation import organisation_page, own_organisation


@require_POST
@access.members
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a colleague by mail."""
    organisation = own_organisation(request, pk)
    form = InvitationForm(request.POST)
    if form.is_valid():
        email = form.cleaned_data["email"]
        try:
            invite_colleague(organisation_id=pk, email=email, actor=request.user)
        except DomainError as refused:
            form.add_error("email", str(refused.message))
        else:
            messages.success(request, _("We have written to %(email)s.") % {"email": email})
            return redirect("profiles:organisation", pk)
    return organisation_page(request, organisation, form)


@access.public
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """What the link in the mail leads to. Says the same whether the address has an account."""
    found = _invitation(key)
    is_for_viewer = request.user.is_authenticated and is_addressee(request.user, found)
    context = {
        "invitation": found,
        "key": key,
        "has_expired": has_expired(found) and found.accepted_at is None,
        "is_used": found.accepted_at is not None,
        "is_for_viewer": is_for_viewer,
    }
    return render(request, "profiles/invitation.html", context)


@require_POST
@access.members
def accept(request: HttpRequest, key: str) -> HttpResponse:
    """Join."""
    found = _invitation(key)
    try:
        membership = accept_invitation(invitation_id=found.pk, actor=request.user)
    except DomainError as refused:
        messages.error(request, str(refused.message))
        return redirect("profiles:invitation", key)
    name = membership.organisation.name
    messages.success(request, _("Welcome: you act for %(name)s now.") % {"name": name})
    return redirect("profiles:organisation", membership.organisation_id)


@require_POST
@access.public
def renew(request: HttpRequest, key: str) -> HttpResponse:
    """A new link for an expired one, to the same address."""
    found = _invitation(key)
    access.require(has_expired(found))
    _act(
        request,
        resend_invitation,
        _("A new link is on its way to the address that was invited."),
        invitation_id=found.pk,
        actor=None,
    )
    return redirect("profiles:invitation", key)


@require_POST
@access.members
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to the colleague again."""
    found = access.get_visible(Invitation.objects.visible_to(request.user), pk=pk)
    text = _("We have written to %(email)s again.") % {"email": found.email}
    _act(request, resend_invitation, text, invitation_id=pk, actor=request.user)
    return redirect("profiles:organisation", found.organisation_id)


@require_POST
@access.members
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    found = access.get_visible(Invitation.objects.visible_to(request.user), pk=pk)
    text = _("The invitation of %(email)s is taken back.") % {"email": found.email}
    _act(request, revoke_invitation, text, invitation_id=pk, actor=request.user)
    return redirect("profiles:organisation", found.organisation_id)


@access.members
def remove(request: HttpRequest, pk: int, membership_pk: int) -> HttpResponse:
    """A colleague leaves, or oneself; asked on a page of its own."""
    organisation = own_organisation(request, pk)
    members = Membership.objects.filter(organisation=organisation).select_related("user")
    membership = access.get_visible(members, pk=membership_pk)
    is_self = membership.user_id == request.user.pk
    if request.method != "POST":
        context = {"organisation": organisation, "membership": membership, "is_self": is_self}
        return render(request, "profiles/remove_colleague.html", context)
    text = _("%(name)s no longer acts for %(organisation)s.") % {
        "name": membership.user,
        "organisation": organisation,
    }
    has_left = _act(
        request, remove_colleague, text, membership_id=membership_pk, actor=request.user
    )
    if is_self and has_left:
        return redirect("profiles:dashboard")
    return redirect("profiles:organisation", pk)


def _invitation(key: str) -> Invitation:
    found = invitation_by_key(key)
    if found is None:
        raise Http404
    return found


def _act(request: HttpRequest, service: Callable[..., Any], success: str, **values: Any) -> bool:
    """Call the service and say what came of it."""
    try:
        service(**values)
    except DomainError as refused:
        messages.error(request, str(refused.message))
        return False
    messages.success(request, success)
    return True

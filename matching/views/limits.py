"""How many contacts an organisation takes, and from whom none."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from matching.forms.conversation import LimitsForm
from matching.models import ContactBlock, ContactLimits
from matching.permissions import can_set_limits
from matching.queries.conversations import reply_bands, unreachable_reason
from matching.services.conversation_ends import unblock_organisation
from matching.services.limits import set_contact_limits
from profiles.models import Profile
from profiles.views.sections import posted


@access.members
def limits(request: HttpRequest, ref: str) -> HttpResponse:
    """What a profile takes on, and which organisations it does not want to hear from."""
    profile = _own_profile(request, ref)
    kept = ContactLimits.objects.filter(profile=profile).first() or ContactLimits(profile=profile)
    form = LimitsForm(posted(request), instance=kept)
    if request.method == "POST" and form.is_valid():
        set_contact_limits(profile_id=profile.pk, actor=request.user, **form.cleaned_data)
        messages.success(request, _("Your limits are saved."))
        return redirect(profile)
    blocks = ContactBlock.objects.visible_to(request.user).filter(
        organisation=profile.organisation_id
    )
    context = {
        "profile": profile,
        "form": form,
        "reason": unreachable_reason(profile) if profile.is_published else "",
        "blocks": blocks.select_related("blocked__country"),
    }
    return render(request, "matching/limits.html", context)


@access.members
@require_POST
def unblock(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Both organisations can write to each other again."""
    profile = _own_profile(request, ref)
    blocks = ContactBlock.objects.visible_to(request.user)
    block = access.get_visible(blocks.filter(organisation=profile.organisation_id), pk=pk)
    unblock_organisation(block_id=block.pk, actor=request.user)
    messages.success(request, _("The block is taken back."))
    return redirect("matching:limits", ref)


def limits_panel(request: HttpRequest, profile: Profile) -> SafeString:
    """On the page of one's own profile: whether one can be contacted, and where to change it."""
    if not (profile.is_published and profile.organisation.has_member(request.user)):
        return SafeString("")
    context = {
        "profile": profile,
        "reason": unreachable_reason(profile),
        "bands": reply_bands(profile),
    }
    return render_to_string("matching/_limits_panel.html", context, request)


def _own_profile(request: HttpRequest, ref: str) -> Profile:
    """The profile for a member of its organisation; 403 for whoever may only look."""
    visible = Profile.objects.visible_to(request.user).select_related("organisation")
    profile = access.get_visible(visible, ref=ref)
    access.require(can_set_limits(request.user, profile))
    return profile

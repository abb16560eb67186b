"""The first message to a partner."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from matching.forms.conversation import FirstContactForm
from matching.queries.conversations import (
    Refusal,
    contact_refusal,
    contacts_usually_needed,
    reply_bands,
)
from matching.queries.matches import pair_of
from matching.scoring.explain import Part
from matching.services.conversations import ContactRefused, start_conversation
from matching.views.presentation import pair_in_words
from matching.wording.criteria import Line
from profiles.models import Profile, Sector
from profiles.views.sections import posted
from profiles.workflows import profile_workflow

SHOWN = ("organisation__country", "organisation__organisation_type", "partnership")
MOST_REASONS = 3


@access.members
def contact(request: HttpRequest, ref: str, other_ref: str) -> HttpResponse:
    """Who the other is, why the two fit, and the first two sentences."""
    visible = Profile.objects.visible_to(request.user).select_related(*SHOWN)
    profile = access.get_visible(visible, ref=ref)
    access.require(profile.organisation.has_member(request.user))
    if not profile.is_published:
        context = {"profile": profile, "baton": profile_workflow.baton(profile, request.user)}
        return render(request, "matching/not_published.html", context)
    other = access.get_visible(visible.exclude(pk=profile.pk), ref=other_ref)
    form = FirstContactForm(posted(request), request.FILES or None)
    refusal = contact_refusal(profile, other)
    if request.method == "POST" and form.is_valid():
        try:
            conversation = start_conversation(
                profile_id=profile.pk, other_id=other.pk, actor=request.user, **form.details()
            )
        except ContactRefused as refused:
            refusal = refused.refusal
        except DomainError as refused:
            form.add_error(None, str(refused.message))
        else:
            text = _("Sent. %(name)s hears of it now and has the next word.")
            messages.success(request, text % {"name": other.organisation.name})
            return redirect(conversation)
    if refusal and refusal.conversation:
        messages.info(request, str(refusal.message))
        return redirect(refusal.conversation)
    return _page(request, profile, other, form, refusal)


def _page(
    request: HttpRequest,
    profile: Profile,
    other: Profile,
    form: FirstContactForm,
    refusal: Refusal | None,
) -> HttpResponse:
    facts = pair_of(profile, other)
    pair = pair_in_words(facts)
    context = {
        "profile": profile,
        "other": other,
        "pair": pair,
        "reasons": strongest(facts.explanation.parts, pair.lines),
        "sectors": _sectors(other),
        "bands": reply_bands(other),
        "needed": contacts_usually_needed(),
        "refusal": refusal,
        "form": form,
    }
    return render(request, "matching/contact.html", context)


def strongest(parts: Sequence[Part], lines: Sequence[Line]) -> list[Line]:
    """What speaks most for the two: first where they really meet, then where anything will do."""
    told = [(part, line) for part, line in zip(parts, lines, strict=True) if part.points]
    told.sort(key=lambda one: (not _is_meeting(one[0]), -one[0].points / one[0].maximum))
    return [line for _part, line in told[:MOST_REASONS]]


def _is_meeting(part: Part) -> bool:
    """Whether a wish was met or dates are shared, rather than nothing asked for."""
    shared = part.overlap is not None and part.overlap.days > 0
    return shared or any(wish.met for wish in part.wishes)


def _sectors(profile: Profile) -> list[str]:
    codes = profile.organisation.all_sectors
    titles = dict(Sector.objects.filter(code__in=codes).values_list("code", "title"))
    return [titles[code] for code in codes if code in titles]

"""Comments beside the sections of a draft."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from cxc_portal.core.access import get_visible, members, require
from exchanges.enums import Section
from exchanges.forms.comments import CommentForm
from exchanges.models import Exchange, SectionComment
from exchanges.permissions import can_comment_commitment
from exchanges.services.comments import comment_section, settle_comment
from exchanges.views.commitment import commitment_response
from exchanges.views.commitment_page import for_commitment


@members
@require_POST
def comment(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a comment; one that is refused stands in its field again."""
    visible = for_commitment(Exchange.objects.visible_to(request.user))
    exchange = get_visible(visible, ref=ref)
    require(can_comment_commitment(request.user, exchange))
    section = request.POST.get("section", "")
    if section not in Section.values:
        raise Http404
    form = CommentForm(request.POST, auto_id=f"id_{section}_%s")
    if form.is_valid():
        text = form.cleaned_data["text"]
        comment_section(exchange_id=exchange.pk, section=section, text=text, actor=request.user)
        return _back(exchange, section)
    return commitment_response(request, exchange, posted=form)


@members
@require_POST
def settle(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """This comment is done with."""
    visible = Exchange.objects.visible_to(request.user).with_parties()
    exchange = get_visible(visible, ref=ref)
    require(can_comment_commitment(request.user, exchange))
    found = get_visible(SectionComment.objects.filter(exchange=exchange), pk=pk)
    settle_comment(comment_id=found.pk, actor=request.user)
    return _back(exchange, found.section)


def _back(exchange: Exchange, section: str) -> HttpResponse:
    return redirect(reverse("exchanges:commitment", args=[exchange.ref]) + f"#{section}")

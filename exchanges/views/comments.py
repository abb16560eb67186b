"""Comments beside the sections of a draft."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from cxc_portal.core.access import get_visible, members, require
from cxc_portal.core.errors import DomainError
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
    name = request.POST.get("section", "")
    section = name if name in Section.values else Section.WHEN
    form = CommentForm(request.POST, auto_id=f"id_{section}_%s")
    if form.is_valid():
        try:
            comment_section(
                exchange_id=exchange.pk,
                section=form.cleaned_data["section"],
                text=form.cleaned_data["text"],
                actor=request.user,
            )
        except DomainError as refused:
            form.add_error(None, str(refused.message))
        else:
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

"""Reading and writing: the inbox, a conversation, its files and its end."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access, files
from cxc_portal.core.errors import DomainError
from matching.forms.conversation import ReasonForm
from matching.models import Conversation, MessageAttachment
from matching.permissions import (
    can_end_conversation,
    can_report_conversation,
    is_side_of,
)
from matching.queries.inbox import CLOSED, WAITING, YOURS, inbox_of, messages_of, proposals_of
from matching.services.conversation_ends import block_organisation, end_conversation
from matching.services.conversations import mark_read, post_message, side_of
from matching.services.reports import report_conversation
from matching.views.thread import conversation_page, forms_for, posted_form
from profiles.views.sections import posted

RANKS = {"yours": YOURS, "waiting": WAITING, "closed": CLOSED}
SIDES = ("host", "visitor")
NEEDED = [
    f"{side}__{name}"
    for side in SIDES
    for name in ("organisation__country", "organisation__organisation_type", "partnership")
]


@access.members
def conversations(request: HttpRequest) -> HttpResponse:
    """All conversations of one's organisations."""
    show = request.GET.get("show", "")
    inbox = inbox_of(request.user, rank=RANKS.get(show), page=request.GET.get("page"))
    tabs = [
        {
            "label": label,
            "url": f"?show={name}" if name else request.path,
            "is_current": name == (show if show in RANKS else ""),
            "count": inbox.counts[RANKS[name]] if name else inbox.total,
        }
        for name, label in (
            ("", _("All")),
            ("yours", _("Your turn")),
            ("waiting", _("Waiting")),
            ("closed", _("Over")),
        )
    ]
    context = {"inbox": inbox, "tabs": tabs, "proposals": proposals_of(request.user)}
    return render(request, "matching/conversations.html", context)


@access.members
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """What was written, whose turn it is, and where to write.

    Opening it as a member is reading it: the mark is set here, because whoever is logged in and
    sees the page has its messages before them. It changes nothing for anybody else.
    """
    found, form = _visible(request, pk), None
    if request.method == "POST":
        access.require(is_side_of(request.user, found))
        form = posted_form(request.POST, request.FILES)
        if form.is_valid() and _is_posted(request, found, form):
            return redirect(found)
    forms = forms_for(found, request.user, posted=form)
    thread = messages_of(found)
    page = conversation_page(found, request.user, thread, forms, posted=form)
    if thread and page.own and request.method == "GET":
        mark_read(conversation=found, message=thread[-1], reader=request.user)
    return render(request, "matching/conversation.html", {"page": page, "conversation": found})


def _is_posted(request: HttpRequest, found: Conversation, form: Any) -> bool:
    """Whether it was sent; if not, the page says why."""
    try:
        message = post_message(conversation_id=found.pk, actor=request.user, **form.details())
    except DomainError as refused:
        messages.error(request, str(refused.message))
        found.refresh_from_db()
        return False
    name = found.other(message.side).organisation.name
    messages.success(request, _("Sent to %(name)s.") % {"name": name})
    return True


@access.members
def attachment(request: HttpRequest, pk: int, attachment_pk: int) -> FileResponse:
    """A file of a message, for everybody who may read it."""
    _visible(request, pk)
    found = MessageAttachment.objects.visible_to(request.user).filter(message__conversation=pk)
    kept = access.get_visible(found, pk=attachment_pk)
    return files.stream(kept.file, name=kept.stem)


@access.members
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ending a conversation, with a reason that the other side reads."""
    found = _own(request, pk)
    if not can_end_conversation(request.user, found):
        return redirect(found)

    def act(reason: str) -> None:
        end_conversation(conversation_id=pk, actor=request.user, reason=reason)

    return _ask(request, found, "end", act, _("The conversation is over."))


@access.members
def block(request: HttpRequest, pk: int) -> HttpResponse:
    """Hearing nothing more from the other organisation."""
    found = _own(request, pk)
    context = {"conversation": found, "other": _other(request, found)}
    if request.method != "POST":
        return render(request, "matching/conversation_block.html", context)
    block_organisation(conversation_id=pk, actor=request.user)
    messages.success(request, _("Blocked. Neither of you can write to the other any more."))
    return redirect("matching:limits", side_of(found, request.user).ref)


@access.members
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Telling one's partnership that something is wrong."""
    found = _own(request, pk)
    access.require(can_report_conversation(request.user, found))

    def act(reason: str) -> None:
        report_conversation(conversation_id=pk, actor=request.user, reason=reason)

    return _ask(request, found, "report", act, _("Reported. Somebody looks at it."))


def _ask(
    request: HttpRequest, found: Conversation, step: str, act: Any, success: str
) -> HttpResponse:
    """Ask for the reason on a page of its own; then act and go back to the conversation."""
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except DomainError as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(request, success)
            return redirect(found)
    context = {
        "conversation": found,
        "other": _other(request, found),
        "own": side_of(found, request.user),
        "form": form,
    }
    return render(request, f"matching/conversation_{step}.html", context)


def _visible(request: HttpRequest, pk: int) -> Conversation:
    visible = Conversation.objects.visible_to(request.user).select_related(*NEEDED)
    prefetched = (f"{side}__organisation__memberships" for side in SIDES)
    return access.get_visible(visible.prefetch_related(*prefetched), pk=pk)


def _own(request: HttpRequest, pk: int) -> Conversation:
    """The conversation for members of its sides; 403 for staff that reads along."""
    found = _visible(request, pk)
    access.require(is_side_of(request.user, found))
    return found


def _other(request: HttpRequest, found: Conversation) -> Any:
    return found.other(side_of(found, request.user))

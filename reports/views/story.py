"""The success stories of one exchange: told by its sides, decided by their partnerships."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from exchanges.forms.follow_up import WordsForm
from exchanges.models import Exchange
from exchanges.permissions import sides_of
from exchanges.views.steps import seen_exchange, take
from reports.enums import StoryState
from reports.forms.afterwards import StoryForm
from reports.models import StoryStep, SuccessStory
from reports.permissions import can_decide_story, can_offer_story, can_withdraw_story
from reports.queries.stories import has_reported, stories_of
from reports.services import stories as services
from reports.workflows import story_workflow

TONES = {
    StoryState.OFFERED: "info",
    StoryState.RETURNED: "warning",
    StoryState.PUBLISHED: "success",
    StoryState.WITHDRAWN: "",
}
WHY = gettext_lazy("What should be changed?")
WRITABLE = (StoryState.RETURNED, StoryState.WITHDRAWN)
"""In these states the form stands open by itself; in others one asks for it."""


@access.members
def story(request: HttpRequest, ref: str) -> HttpResponse:
    """One's own story to tell, or those that the two sides told."""
    exchange = seen_exchange(request, ref)
    form = _form(request, exchange) if can_offer_story(request.user, exchange) else None
    if request.method == "POST":
        access.require(form is not None)
        if form and form.is_valid():
            return _offer(request, exchange, form)
    return _page(request, exchange, form)


def _offer(request: HttpRequest, exchange: Exchange, form: StoryForm) -> HttpResponse:
    text = _("Thank you. Your partnership reads your story before it is published.")
    return take(
        request,
        services.offer_story,
        back=_back(exchange),
        success=text,
        exchange_id=exchange.pk,
        telling=form.telling,
    )


def _form(request: HttpRequest, exchange: Exchange) -> StoryForm:
    own = sides_of(request.user, exchange)
    found = SuccessStory.objects.filter(exchange=exchange, capacity__in=own[:1]).first()
    is_sent = request.method == "POST"
    data, sent = (request.POST, request.FILES) if is_sent else (None, None)
    return StoryForm(data, sent, story=found, name=request.user.get_full_name())


def _page(request: HttpRequest, exchange: Exchange, form: StoryForm | None) -> HttpResponse:
    lines = [_line(one, request.user) for one in stories_of(exchange, request.user)]
    own = sides_of(request.user, exchange)
    context = {
        "exchange": exchange,
        "lines": lines,
        "form": form if form and _is_open(request, form) else None,
        "may_write": form is not None,
        "may_tell": bool(own) and has_reported(exchange, own[0]),
        "is_new": form is not None and form.story is None,
    }
    return render(request, "reports/story.html", context)


def _is_open(request: HttpRequest, form: StoryForm) -> bool:
    if form.is_bound or form.story is None:
        return True
    return form.story.state in WRITABLE or "change" in request.GET


def _line(one: SuccessStory, user: Any) -> dict[str, Any]:
    can_decide = can_decide_story(user, one)
    return {
        "story": one,
        "by": one.exchange.party_name(one.capacity),
        "tone": TONES[StoryState(one.state)],
        "baton": story_workflow.baton(one, user),
        "comment": _last_comment(one),
        "can_decide": can_decide,
        "can_withdraw": can_withdraw_story(user, one),
        "is_own": one.capacity in sides_of(user, one.exchange),
        "return_form": WordsForm(label=WHY, prefix=f"s{one.pk}") if can_decide else None,
    }


def _last_comment(one: SuccessStory) -> str:
    """Why it was returned or taken down, as long as it is."""
    if one.state not in WRITABLE:
        return ""
    step = StoryStep.objects.filter(subject=one).order_by("-at", "-pk").first()
    return step.comment if step else ""


@require_POST
@access.members
def publish_story(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody can read it from now on."""
    found = _visible(request, pk)
    return take(
        request,
        services.publish_story,
        back=_back(found.exchange),
        success=_("Published. The side hears of it."),
        story_id=pk,
    )


@require_POST
@access.members
def return_story(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it back with a comment."""
    found = _visible(request, pk)
    access.require(can_decide_story(request.user, found))
    form = WordsForm(request.POST, label=WHY, prefix=f"s{pk}")
    if not form.is_valid():
        messages.error(request, _("Say in a few words what should be changed."))
        return redirect(_back(found.exchange))
    return take(
        request,
        services.return_story,
        back=_back(found.exchange),
        success=_("Returned. The side reads your comment."),
        story_id=pk,
        comment=form.cleaned_data["comment"],
    )


@require_POST
@access.members
def withdraw_story(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody reads it any more."""
    found = _visible(request, pk)
    return take(
        request,
        services.withdraw_story,
        back=_back(found.exchange),
        success=_("Taken back. The photo is deleted."),
        story_id=pk,
    )


def _visible(request: HttpRequest, pk: int) -> SuccessStory:
    return access.get_visible(
        SuccessStory.objects.visible_to(request.user).select_related("exchange"), pk=pk
    )


def _back(exchange: Exchange) -> str:
    return reverse("reports:story", args=[exchange.ref])

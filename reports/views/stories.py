"""Success stories for everybody, their photos, and the list of those who look after them."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from cxc_portal.core import access, desks, files
from exchanges.enums import Capacity
from reports.enums import StoryState
from reports.models import SuccessStory
from reports.permissions import can_work_at_desk_of_reports
from reports.queries.stories import latest_story, published_stories, stories_at_desk

PER_PAGE = 12
AT_DESK = 25


@access.public
def stories(request: HttpRequest) -> HttpResponse:
    """What others tell of their exchanges."""
    page = Paginator(published_stories(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "cards": [story_card(one) for one in page]}
    return render(request, "reports/stories.html", context)


@access.public
def story_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One published story, ready to be passed on."""
    found = access.get_visible(published_stories(), pk=pk)
    others = [one for one in published_stories()[:4] if one.pk != found.pk][:3]
    context = {
        "story": found,
        "journey": story_card(found),
        "page_url": settings.SITE_URL + reverse("reports:story_page", args=[pk]),
        "photo_url": _photo_url(found),
        "others": [story_card(one) for one in others],
    }
    return render(request, "reports/story_page.html", context)


@access.public
def story_photo(request: HttpRequest, pk: int) -> FileResponse:
    """The photo of a published story for everybody, of any other for those who may read it."""
    seen = SuccessStory.objects.published() | SuccessStory.objects.visible_to(request.user)
    return files.stream(access.get_visible(seen.distinct(), pk=pk).photo)


@access.staff
def stories_desk(request: HttpRequest) -> HttpResponse:
    """The stories that the partnerships of this member of staff look after."""
    access.require(can_work_at_desk_of_reports(request.user))
    asked = request.GET.get("state", "")
    state = asked if asked in StoryState.values else StoryState.OFFERED.value
    found = stories_at_desk(request.user, state)
    page = Paginator(found, AT_DESK).get_page(request.GET.get("page"))
    context = {"page": page, "state": state, "tabs": _tabs(request, state)}
    return render(request, "reports/stories_desk.html", context)


def _tabs(request: HttpRequest, state: str) -> list[dict[str, object]]:
    everything = stories_at_desk(request.user)
    counts = dict.fromkeys(StoryState.values, 0)
    for value in everything.values_list("state", flat=True):
        counts[value] += 1
    return desks.tabs(request, StoryState, state, counts, parameter="state")


def story_card(story: SuccessStory) -> dict[str, Any]:
    """A story with what may be told of the journey: the own organisation by name, the other side by
    its country and kind."""
    exchange = story.exchange
    is_visitor = story.capacity == Capacity.VO
    return {
        "story": story,
        "own": exchange.profile_of(story.capacity).organisation,
        "other": (exchange.host if is_visitor else exchange.visitor).organisation,
        "exchange": exchange,
        "is_visitor": is_visitor,
        "when": exchange.ends_on,
    }


def front_story(request: HttpRequest) -> SafeString:
    """One story on the front page, as soon as there is one."""
    story = latest_story()
    if story is None:
        return SafeString()
    return render_to_string("reports/_front_story.html", {"card": story_card(story)})


def _photo_url(story: SuccessStory) -> str:
    if not story.photo:
        return ""
    return settings.SITE_URL + reverse("reports:story_photo", args=[story.pk])

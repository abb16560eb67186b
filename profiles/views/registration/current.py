"""Which registration a request is about, and where it goes on."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from profiles.answers import CHECK, ROLE, SESSION_KEY, Answers, missing_answers, pages_of
from profiles.models import Profile, Registration, User
from profiles.queries import open_registrations_of
from profiles.services.registration import start_registration

LINK_FOLLOWED = "link_followed"


@dataclass(frozen=True)
class LinkFollowed:
    """A link that brought somebody here, with the acronym of the partnership that gave it out."""

    code: str = ""
    partnership: str = ""


def actor_of(request: HttpRequest) -> User | None:
    """Who is logged in, if anybody."""
    return request.user if isinstance(request.user, User) else None


def current_registration(request: HttpRequest) -> Registration | None:
    """The open one that this browser works on, else the latest of whoever is logged in."""
    found = _of_session(request)
    if found is not None and found.profile is None:
        return found
    actor = actor_of(request)
    return open_registrations_of(actor).first() if actor else None


def submitted_profile(request: HttpRequest) -> Profile | None:
    """The profile that became of what this browser worked on last."""
    found = _of_session(request)
    return found.profile if found else None


def _of_session(request: HttpRequest) -> Registration | None:
    """Nothing when it belongs to somebody else than whoever is logged in."""
    key, actor = request.session.get(SESSION_KEY), actor_of(request)
    if key is None:
        return None
    known = Registration.objects.select_related("organisation", "profile").filter(key=key).first()
    is_theirs = known is not None and known.owner_id in (None, actor.pk if actor else None)
    return known if is_theirs else None


def remember(request: HttpRequest, registration: Registration) -> None:
    """This browser works on that registration from now on."""
    request.session[SESSION_KEY] = str(registration.key)


def new_registration(request: HttpRequest) -> Registration:
    """A registration for this browser, with what the link that was followed says."""
    followed = link_followed(request)
    registration = start_registration(
        actor=actor_of(request),
        partnership=request.GET.get("partnership") or followed.partnership,
        source=request.GET.get("source", ""),
        link=followed.code,
    )
    remember(request, registration)
    return registration


def link_followed(request: HttpRequest) -> LinkFollowed:
    """By which link this browser came to the portal; an empty one for all others."""
    return LinkFollowed(**request.session.get(LINK_FOLLOWED, {}))


def remember_link(request: HttpRequest, *, code: str, partnership: str) -> None:
    """This browser came by that link, of a partnership that it names. Kept through log-in."""
    request.session[LINK_FOLLOWED] = {"code": code, "partnership": partnership}


def page_url(name: str) -> str:
    return reverse(f"profiles:register_{name}")


def next_page(registration: Registration, after: str = ROLE, answers: Answers | None = None) -> str:
    """The name of the first page after this one where something is missing; else of an earlier one;
    the last page when nothing is."""
    pages = pages_of(registration)
    open_pages = {question.page for question in missing_answers(registration, answers)}
    here = pages.index(after) if after in pages else 0
    ahead = [*pages[here + 1 :], *pages[: here + 1]]
    return next((name for name in ahead if name in open_pages and name != CHECK), CHECK)


def lost(request: HttpRequest) -> HttpResponse:
    """Back to the start, with an explanation: there is no such registration for this person."""
    messages.warning(
        request,
        _(
            "We could not find your answers: they were submitted, deleted or given on another "
            "device. Log in to continue with answers that you saved, or start here."
        ),
    )
    return redirect("profiles:register")

"""What somebody finds who only looks around: partners without names, and what can be done next."""

from typing import Any
from uuid import UUID

from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cxc_portal.core import access
from matching.forms.trying import AlertForm, TryForm, pairs
from matching.models import PartnerAlert
from matching.queries.trying import Sketch, current_words, found_for
from matching.scoring.ruleset import GREEN, ORANGE
from matching.services.alerts import ask_for_alert, confirm_alert, delete_alert
from matching.wording.cards import card_in_words
from matching.wording.names import listed, purpose_name
from profiles.enums import Role
from profiles.services.registration import begin_with_answers
from profiles.views.registration.current import (
    actor_of,
    current_registration,
    link_followed,
    next_page,
    page_url,
    remember,
)

SOURCE = "try"
FEW = 3
"""With fewer partners than this an alert is offered beside them."""


@access.public
@require_safe
@rate_limit(action="try", limit_get=True)
def try_partners(request: HttpRequest) -> HttpResponse:
    """Four questions, and what they find: all of it in the address."""
    form = TryForm(request.GET)
    return _show(request, form, AlertForm())


@access.public
@require_POST
@rate_limit(action="registration")
def keep(request: HttpRequest) -> HttpResponse:
    """The answers go on into the registration, which asks for the rest."""
    form = TryForm(request.POST)
    sketch = form.sketch()
    if sketch is None:
        return _show(request, form, AlertForm())
    begun, followed = current_registration(request), link_followed(request)
    registration = begin_with_answers(
        answers={
            "role": sketch.role,
            "country": sketch.country,
            "main_sector": sketch.sector,
            "purpose": sorted(sketch.purposes),
        },
        actor=actor_of(request),
        source=SOURCE,
        begun=begun.key if begun else None,
        partnership=followed.partnership,
        link=followed.code,
    )
    remember(request, registration)
    messages.success(request, _("Your four answers are kept. Only the rest is asked."))
    return redirect(page_url(next_page(registration)))


@access.public
@require_POST
@rate_limit(action="alert")
def ask_alert(request: HttpRequest) -> HttpResponse:
    """The address is asked by mail whether an alert is wanted. The answer is the same for all."""
    form, alert_form = TryForm(request.POST), AlertForm(request.POST)
    sketch = form.sketch()
    if sketch is None or not alert_form.is_valid():
        return _show(request, form, alert_form)
    ask_for_alert(
        email=alert_form.cleaned_data["email"], language=get_language() or "", sketch=sketch
    )
    return redirect(reverse("matching:alert_asked", query=sketch.query))


@access.public
@require_safe
def alert_asked(request: HttpRequest) -> HttpResponse:
    """What comes next: a mail with a link."""
    back = reverse("matching:try") + (f"?{query}" if (query := request.GET.urlencode()) else "")
    return render(request, "matching/try_asked.html", {"back_url": back})


@access.public
@never_cache
@rate_limit(action="alert")
def alert(request: HttpRequest, key: UUID) -> HttpResponse:
    """The page behind the link of a mail. Opening it changes nothing."""
    if request.method == "POST" and "delete" in request.POST:
        delete_alert(key=key)
        messages.success(request, _("The alert and your address are deleted."))
        return redirect("matching:try")
    if request.method == "POST":
        confirm_alert(key=key)
        return redirect("matching:alert", key)
    known = PartnerAlert.objects.select_related("country", "sector").filter(key=key).first()
    status = 200 if known else 404
    return render(request, "matching/try_alert.html", {"alert": known}, status=status)


def _show(request: HttpRequest, form: TryForm, alert_form: AlertForm) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "alert_form": alert_form, "sketch": None}
    sketch = form.sketch()
    if sketch is not None:
        context |= _answer(sketch)
    return render(request, "matching/try.html", context)


def _answer(sketch: Sketch) -> dict[str, Any]:
    found, words = found_for(sketch), current_words()
    return {
        "sketch": sketch,
        "pairs": list(pairs(sketch)),
        "seeks_hosts": sketch.counterpart == Role.HOST,
        "green": found.counts[GREEN],
        "orange": found.counts[ORANGE],
        "fitting": found.fitting,
        "is_few": found.fitting < FEW,
        "cards": [card_in_words(card, words) for card in found.cards],
        "facts": _facts(sketch),
    }


def _facts(sketch: Sketch) -> list[tuple[Any, Any]]:
    """The answers in words."""
    words = current_words()
    return [
        (_("Role"), _("Visit a partner") if sketch.role == Role.VISITING else _("Host a partner")),
        (_("Country"), words.country(sketch.country)),
        (_("Sector"), words.sectors.get(sketch.sector, "")),
        (_("What you want"), listed(sketch.purposes, purpose_name, most=len(sketch.purposes))),
    ]

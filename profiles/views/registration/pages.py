"""The pages of questions. What is typed is kept at each step."""

from typing import Any

from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from profiles.answers import (
    EXCHANGE,
    ORGANISATION,
    PAGES,
    ROLE,
    SECTOR,
    active_partnership,
    obstacles,
    pages_of,
    read_answers,
)
from profiles.forms.registration import (
    ExchangeForm,
    OrganisationForm,
    PageForm,
    RoleForm,
    SectorForm,
)
from profiles.models import Registration
from profiles.services.registration import save_answers
from profiles.views.registration.current import (
    actor_of,
    current_registration,
    link_followed,
    lost,
    new_registration,
    next_page,
    page_url,
)

FORMS: dict[str, type[PageForm]] = {
    ROLE: RoleForm,
    ORGANISATION: OrganisationForm,
    SECTOR: SectorForm,
    EXCHANGE: ExchangeForm,
}


@access.public
@never_cache
@rate_limit(action="registration")
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One page of questions; once it is answered the next open one follows."""
    registration = current_registration(request)
    if registration is None and name != ROLE and request.method != "POST":
        return lost(request)
    if registration and name not in pages_of(registration):
        return redirect(page_url(next_page(registration)))
    answers = read_answers(registration or Registration())
    if request.method == "POST":
        form = FORMS[name](request.POST, answers=answers)
        return _take(request, name, form, registration)
    preset = {"role": request.GET.get("role")} if name == ROLE and not answers.role else {}
    form = FORMS[name](answers=answers, preset=preset)
    for obstacle in obstacles(registration, answers) if registration else []:
        form.tell(obstacle)
    return _show(request, name, form, registration)


@access.public
@require_safe
def sectors(request: HttpRequest) -> HttpResponse:
    """The sectors that fit what is being typed, for the page to show while one types."""
    answers = read_answers(current_registration(request) or Registration())
    form = SectorForm(answers=answers, preset=request.GET.dict())
    return render(request, "profiles/register/_sectors.html", {"form": form})


def _take(
    request: HttpRequest, name: str, form: PageForm, registration: Registration | None
) -> HttpResponse:
    is_valid = form.is_valid()
    key = (registration or new_registration(request)).key
    try:
        registration = save_answers(
            key=key, page=name, answers=form.to_keep(), actor=actor_of(request)
        )
    except DomainError as refused:
        messages.error(request, str(refused.message))
        return redirect("profiles:register")
    if "later" in request.POST:
        return _leave(request)
    if isinstance(form, SectorForm) and form.wants_search:
        return _show(request, name, form.as_typed(), registration)
    answers = read_answers(registration)
    for obstacle in obstacles(registration, answers):
        form.tell(obstacle)
    if is_valid and not form.errors:
        return redirect(page_url(next_page(registration, after=name, answers=answers)))
    return _show(request, name, form, registration)


def _leave(request: HttpRequest) -> HttpResponse:
    """The answers are kept; whoever has no account gets one, to find them again anywhere."""
    if actor_of(request):
        messages.success(request, _("Your answers are saved. Continue whenever you like."))
        return redirect("profiles:dashboard")
    messages.success(
        request,
        _("Your answers are saved. Give your e-mail address to continue later, on any device."),
    )
    return redirect(reverse("account_signup", query={"next": reverse("profiles:register")}))


def _show(
    request: HttpRequest, name: str, form: PageForm, registration: Registration | None
) -> HttpResponse:
    pages = pages_of(registration)
    number = pages.index(name) + 1
    linked = registration.answers if registration else {}
    given = request.GET.get("partnership") or link_followed(request).partnership
    acronym = linked.get("linked_partnership") or given
    context: dict[str, Any] = {
        "form": form,
        "registration": registration,
        "number": number,
        "total": len(pages),
        "labels": [PAGES[one] for one in pages],
        "back_url": page_url(pages[number - 2]) if number > 1 else "",
        "invited_by": active_partnership(acronym) if name == ROLE else None,
    }
    return render(request, f"profiles/register/{name}.html", context)

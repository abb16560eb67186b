"""Frozen periods: freezing one, and reading what it says for ever."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from profiles.models import Partnership, User
from reports.forms.periods import FreezeForm
from reports.models import ReportingPeriod
from reports.permissions import can_freeze_period, can_see_indicators
from reports.queries.handed_in import of_period
from reports.queries.periods import AlteredPeriod
from reports.queries.scopes import partnerships_for
from reports.services.periods import freeze_period
from reports.views.exports import export_links, query_of_period
from reports.views.figures import tables_shown


@access.staff
def periods(request: HttpRequest) -> HttpResponse:
    """The periods that were frozen; coordinators freeze another."""
    access.require(can_see_indicators(request.user))
    form = _form(request)
    if request.method == "POST":
        access.require(form is not None)
        if form.is_valid() and (period := _frozen(request, form)):
            messages.success(request, _("Frozen. These figures stay as they are."))
            return redirect(period)
    context = {
        "form": form,
        "periods": _seen(request.user),
        "shows_people": not request.user.is_observer,
    }
    return render(request, "reports/periods.html", context)


@access.staff
def period(request: HttpRequest, pk: int) -> HttpResponse:
    """What was frozen, as long as it is what was frozen."""
    access.require(can_see_indicators(request.user))
    found = access.get_visible(_seen(request.user), pk=pk)
    query = query_of_period(found)
    context: dict[str, Any] = {
        "period": found,
        "shows_people": not request.user.is_observer,
        "query": query,
        "exports": export_links(query),
    }
    try:
        figures = of_period(found)
    except AlteredPeriod as altered:
        context |= {"problem": altered.message, "tables": []}
    else:
        context |= {"problem": "", "tables": tables_shown(figures)}
    return render(request, "reports/period.html", context)


def _seen(user: User) -> QuerySet[ReportingPeriod]:
    seen = ReportingPeriod.objects.visible_to(user)
    return seen.select_related("partnership", "frozen_by")


def _form(request: HttpRequest) -> FreezeForm | None:
    """None for whoever freezes nothing."""
    user = request.user
    own = [one for one in partnerships_for(user) if can_freeze_period(user, one)]
    if not own:
        return None
    return FreezeForm(
        request.POST if request.method == "POST" else None,
        partnerships=own,
        may_freeze_all=can_freeze_period(user, None),
    )


def _frozen(request: HttpRequest, form: FreezeForm) -> ReportingPeriod | None:
    """None when it was refused; the form says why."""
    values = dict(form.cleaned_data)
    chosen: Partnership | None = values.pop("partnership", None)
    if "partnership" not in form.fields:
        chosen = next(
            one for one in partnerships_for(request.user) if can_freeze_period(request.user, one)
        )
    try:
        return freeze_period(
            partnership_id=chosen.pk if chosen else None, actor=request.user, **values
        )
    except DomainError as refused:
        form.add_error(None, str(refused))
        return None

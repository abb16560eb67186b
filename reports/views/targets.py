"""What partnerships promised to reach, kept by their coordinators."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from profiles.models import Indicator, IndicatorTarget, Partnership
from reports.forms.targets import TargetForm
from reports.permissions import can_keep_targets, can_see_indicators
from reports.queries.scopes import partnerships_for
from reports.queries.targets import target_lines, target_of
from reports.services.targets import save_target
from reports.views.partnerships import chosen_among


@access.staff
def targets(request: HttpRequest) -> HttpResponse:
    """All indicators with the targets of a partnership; the chosen one for who sees several."""
    access.require(can_see_indicators(request.user))
    partnerships = partnerships_for(request.user)
    partnership = chosen_among(partnerships, request.GET.get("partnership", ""))
    lines = target_lines(partnership)
    promised = [line for line in lines if line.target]
    context = {
        "partnership": partnership,
        "partnerships": partnerships,
        "lines": promised,
        "others": [line for line in lines if not line.target],
        "has_none": not promised,
        "can_edit": can_keep_targets(request.user, partnership),
    }
    return render(request, "reports/targets.html", context)


@access.staff
def target(request: HttpRequest, acronym: str, code: str) -> HttpResponse:
    """One target."""
    access.require(can_see_indicators(request.user))
    seen = Partnership.objects.filter(pk__in=[one.pk for one in partnerships_for(request.user)])
    partnership = access.get_visible(seen, acronym=acronym)
    access.require(can_keep_targets(request.user, partnership))
    indicator = access.get_visible(Indicator.objects.all(), pk=code)
    standing = target_of(partnership, indicator) or IndicatorTarget()
    form = TargetForm(request.POST or None, instance=standing)
    if request.method == "POST" and form.is_valid():
        try:
            save_target(
                partnership_id=partnership.pk, code=code, actor=request.user, **form.cleaned_data
            )
        except DomainError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your target is saved."))
            return redirect(reverse("reports:targets", query={"partnership": acronym}))
    context = {"form": form, "partnership": partnership, "indicator": indicator}
    return render(request, "reports/target.html", context)

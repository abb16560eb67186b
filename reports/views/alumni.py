"""The alumni directory, and one's own entry."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from reports.forms.afterwards import AlumniEntryForm, AlumniFiltersForm
from reports.permissions import can_join_alumni, can_see_alumni
from reports.queries.alumni import alumnus, directory, entry_of
from reports.services.alumni import leave_alumni, save_alumni_entry

PER_PAGE = 24


@access.members
def alumni(request: HttpRequest) -> HttpResponse:
    """Those who took part, for one another and for staff; others are told how to get in."""
    if not can_see_alumni(request.user):
        return redirect("reports:alumni_entry")
    form = AlumniFiltersForm(request.GET)
    found = directory(request.user, form.filters)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "people": [alumnus(one) for one in page],
        "can_join": can_join_alumni(request.user),
        "is_in": entry_of(request.user) is not None,
    }
    return render(request, "reports/alumni.html", context)


@access.members
def alumni_entry(request: HttpRequest) -> HttpResponse:
    """Join, change one's entry, or leave."""
    can_join = can_join_alumni(request.user)
    entry = entry_of(request.user)
    if request.method == "POST":
        access.require(can_join or entry is not None)
        if "leave" in request.POST:
            leave_alumni(actor=request.user)
            messages.success(request, _("You have left the directory. Your entry is deleted."))
            return redirect("reports:alumni_entry")
    data = request.POST if request.method == "POST" else None
    form = AlumniEntryForm(data, entry=entry) if can_join else None
    if form and form.is_valid():
        save_alumni_entry(entry=form.entry, actor=request.user)
        messages.success(request, _("Saved. This is how others find you."))
        return redirect("reports:alumni")
    return render(request, "reports/alumni_entry.html", {"form": form, "entry": entry})

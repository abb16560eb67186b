"""The implementation report: the partnership's own texts, kept while one types, and the file."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from profiles.models import Partnership
from reports.enums import ReportSection
from reports.forms.report_texts import ReportTextForm
from reports.queries.report_texts import rows_of
from reports.services.report_texts import save_text
from reports.views.partnerships import chosen_among, staffed_partnerships


@access.staff
def report_texts(request: HttpRequest) -> HttpResponse:
    """All sections on one page, each saved by itself."""
    partnerships = staffed_partnerships(request.user)
    access.require(bool(partnerships))
    partnership = chosen_among(partnerships, request.GET.get("partnership", ""))
    if request.method == "POST":
        return _take(request, partnership)
    return _page(request, partnership)


def _take(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    sent = request.POST.get("section", "")
    if sent not in ReportSection.values:
        return HttpResponse(status=400)
    form = ReportTextForm(request.POST, section=ReportSection(sent))
    is_autosave = "X-Autosave" in request.headers
    if not form.is_valid():
        return HttpResponse(status=422) if is_autosave else _page(request, partnership, form)
    try:
        kept = save_text(
            partnership_id=partnership.pk,
            section=ReportSection(sent),
            text=form.cleaned_data["text"],
            revision=form.cleaned_data["revision"],
            actor=request.user,
        )
    except DomainError as refused:
        if is_autosave:
            return HttpResponse(status=409)
        form.add_error("text", str(refused))
        return _page(request, partnership, form)
    if is_autosave:
        return HttpResponse(status=204, headers={"X-Revision": str(kept.revision)})
    messages.success(request, _("Saved."))
    return redirect(_url(partnership))


def _page(
    request: HttpRequest, partnership: Partnership, refused: ReportTextForm | None = None
) -> HttpResponse:
    kept = rows_of(partnership)
    forms = [
        refused
        if refused and refused.data["section"] == section
        else ReportTextForm(section=section, kept=kept.get(section))
        for section in ReportSection
    ]
    partnerships = staffed_partnerships(request.user)
    context = {
        "partnership": partnership,
        "forms": forms,
        "refused": refused,
        "tabs": [
            {"label": one.acronym, "url": _url(one), "is_current": one == partnership}
            for one in partnerships
        ],
    }
    return render(request, "reports/report_texts.html", context)


def _url(partnership: Partnership) -> str:
    return reverse("reports:report_texts", query={"partnership": partnership.acronym})

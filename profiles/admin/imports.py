"""Importing profiles at the desk: choose a file, try it, look at the rows, import it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cxc_portal.core import access, jobs
from cxc_portal.core.forms import HintedRadioSelect
from cxc_portal.core.models import Job, JobStatus
from cxc_portal.core.virus import ScannerUnavailable, found_in
from profiles.admin.base import DeskAdmin, page
from profiles.admin.site import desk
from profiles.csv_records import FileRefused, read_header, read_lines
from profiles.imports import COLUMNS, KIND

TRY, WAIT, PUBLISH = "try", "wait", "publish"


class ImportForm(forms.Form):
    """The file, and what is to happen with its rows."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("Encoded as UTF-8, with commas between the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("What is to happen?"),
        initial=TRY,
        choices=[
            (TRY, gettext_lazy("Try it first")),
            (WAIT, gettext_lazy("Import; the profiles wait in the queue")),
            (PUBLISH, gettext_lazy("Import and publish")),
        ],
        widget=HintedRadioSelect(
            hints={
                TRY: gettext_lazy("Nothing is written. You see what would become of each row."),
                WAIT: gettext_lazy("You check each profile as if it had been submitted."),
                PUBLISH: gettext_lazy("For profiles that you have checked elsewhere."),
            }
        ),
    )

    def clean_file(self) -> "UploadedFile[Any]":
        """A file that can be read; problems of single rows are the job's matter."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            if found_in(file):
                raise ValidationError(_("The virus scanner found something in this file."))
            file.seek(0)
            read_header(read_lines(file))
        except ScannerUnavailable as silent:
            raise ValidationError(
                _("We cannot check files for viruses at the moment. Try again later.")
            ) from silent
        except FileRefused as refused:
            raise ValidationError(str(refused)) from refused
        finally:
            file.seek(0)
        return file


@admin.register(Job, site=desk)
class ImportAdmin(DeskAdmin):
    """One's own imports, and the start of a new one."""

    family = "imports"
    name = gettext_lazy("Imports")
    lead = gettext_lazy("Profiles from a CSV file: tried first, then imported row by row.")
    empty_title = gettext_lazy("You have imported nothing yet")
    add_label = gettext_lazy("Import profiles")
    list_display = ("file", "mode", "status", "outcome", "created_at")
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return Job.objects.visible_to(request.user).filter(kind=KIND)

    def link_of(self, request: HttpRequest, obj: Any) -> str:
        return str(obj.get_absolute_url())

    def page_urls(self) -> list[URLPattern]:
        return [
            self.named("add/", self.start_view, "add"),
            self.named("<int:pk>/import/", require_POST(self.repeat_view), "import"),
        ]

    @admin.display(description=gettext_lazy("File"))
    def file(self, job: Job) -> str:
        return str(job.parameters.get("name") or job)

    @admin.display(description=gettext_lazy("What"))
    def mode(self, job: Job) -> str:
        if job.parameters.get("dry_run"):
            return _("Trial")
        return _("Import and publish") if job.parameters.get("publish") else _("Import")

    @admin.display(description=gettext_lazy("Rows"))
    def outcome(self, job: Job) -> str:
        if job.status != JobStatus.DONE:
            return ""
        return _("%(created)s new, %(updated)s updated, %(failed)s refused") % {
            name: job.result.get(name, 0) for name in ("created", "updated", "failed")
        }

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """Choose a file; the work is done by a job, whose page shows how far it is."""
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            outcome, file = form.cleaned_data["outcome"], form.cleaned_data["file"]
            job = _start(
                request.user,
                file,
                dry_run=outcome == TRY,
                publish=outcome == PUBLISH,
                name=file.name,
            )
            return redirect(job)
        context = self.context(
            request,
            form=form,
            title=_("Import profiles"),
            submit_label=_("Start"),
            columns=COLUMNS,
        )
        return page(request, "profiles/desk/import.html", context)

    def repeat_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """After a trial: the same file once more, in earnest."""
        trial = access.get_visible(self.get_queryset(request), pk=pk)
        with trial.input_file.open("rb") as file:
            content = ContentFile(file.read(), name="import.csv")
        job = _start(
            request.user,
            content,
            dry_run=False,
            publish=request.POST.get("outcome") == PUBLISH,
            name=str(trial.parameters.get("name", "")),
        )
        messages.info(request, _("The import has begun."))
        return redirect(job)


def _start(user: Any, file: Any, *, dry_run: bool, publish: bool, name: str) -> Job:
    """Write the job and hand it to the workers. It may touch the user's own partnerships only."""
    own = None if user.is_support else sorted(user.staffed_partnership_ids)
    with transaction.atomic():
        job = jobs.create(
            KIND,
            owner=user,
            parameters={
                "dry_run": dry_run,
                "publish": publish,
                "partnership_ids": own,
                "name": name[:100],
            },
            input_file=file,
        )
        jobs.start(job)
    return job

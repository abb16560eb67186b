"""Long work, as the one who started it sees it."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cxc_portal.core import access, files, jobs
from cxc_portal.core.models import Job, JobStatus


@access.members
@never_cache
@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, and then what came of it; htmx asks for the part that changes."""
    shown = access.get_visible(Job.objects.visible_to(request.user), pk=pk)
    context = {
        "job": shown,
        "title": jobs.title_of(shown),
        "result_template": jobs.result_template_of(shown),
        "is_done": shown.status == JobStatus.DONE,
        "has_failed": shown.status == JobStatus.FAILED,
    }
    template = "core/_job.html" if _is_update(request) else "core/job.html"
    return render(request, template, context)


def _is_update(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == "job"


@access.members
@require_safe
def job_file(request: HttpRequest, pk: int) -> FileResponse:
    """What came of it, as a file to keep."""
    shown = access.get_visible(Job.objects.visible_to(request.user), pk=pk)
    return files.stream(shown.output_file, name=jobs.title_of(shown))


@access.members
@require_POST
def job_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin anew what failed."""
    shown = access.get_visible(Job.objects.visible_to(request.user), pk=pk)
    jobs.rerun(job_id=shown.pk, actor=request.user)
    messages.success(request, _("The job has been started again."))
    return redirect("core:job", pk)

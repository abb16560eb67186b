"""Files that go with a commitment: adding, reading, removing."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import files
from cxc_portal.core.access import get_visible, members, require
from cxc_portal.core.errors import DomainError
from exchanges.forms.comments import AttachmentForm
from exchanges.models import CommitmentFile, Exchange
from exchanges.permissions import can_edit_commitment
from exchanges.services.files import add_file, remove_file


@members
def attach(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a file to the commitment."""
    exchange = _editable(request, ref)
    is_post = request.method == "POST"
    form = AttachmentForm(request.POST, request.FILES) if is_post else AttachmentForm()
    if is_post and form.is_valid():
        try:
            add_file(
                exchange_id=exchange.pk,
                title=form.cleaned_data["title"],
                file=form.cleaned_data["file"],
                actor=request.user,
            )
        except DomainError as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(request, _("The file was added."))
            return redirect("exchanges:commitment", ref)
    context = {"exchange": exchange, "form": form}
    return render(request, "exchanges/commitment_attach.html", context)


@members
def attachment(request: HttpRequest, ref: str, pk: int) -> FileResponse:
    """The file, for all four parties."""
    visible = CommitmentFile.objects.visible_to(request.user)
    found = get_visible(visible, exchange__ref=ref, pk=pk)
    return files.stream(found.file, name=found.title)


@members
@require_POST
def remove_attachment(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Take a file away again."""
    exchange = _editable(request, ref)
    found = get_visible(CommitmentFile.objects.filter(exchange=exchange), pk=pk)
    remove_file(file_id=found.pk, actor=request.user)
    messages.success(request, _("The file was removed."))
    return redirect("exchanges:commitment", ref)


def _editable(request: HttpRequest, ref: str) -> Exchange:
    visible = Exchange.objects.visible_to(request.user).with_parties()
    exchange = get_visible(visible, ref=ref)
    require(can_edit_commitment(request.user, exchange))
    return exchange

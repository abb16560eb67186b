"""The documents that the portal has made, and those that it could not make."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cxc_portal.core import access, documents
from cxc_portal.core.errors import DomainError
from cxc_portal.core.models import Document, DocumentStatus
from cxc_portal.core.types import Text
from profiles.admin.base import DeskAdmin, ListFilter, page, shown
from profiles.admin.site import desk
from profiles.permissions import can_keep_reference_data

TONES = {
    DocumentStatus.WAITING: ("info", "hourglass"),
    DocumentStatus.MAKING: ("info", "hourglass"),
    DocumentStatus.MADE: ("success", "check"),
    DocumentStatus.FAILED: ("danger", "warning"),
}


class StatusFilter(ListFilter):
    title = gettext_lazy("Status")
    parameter_name = "is"
    any_label = gettext_lazy("Any status")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Text]]:
        return list(DocumentStatus.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(Document, site=desk)
class DocumentAdmin(DeskAdmin):
    """The list of documents and the page of each, without what they print."""

    family = "documents"
    name = gettext_lazy("Documents")
    lead = gettext_lazy(
        "A document is made by itself soon after it was ordered. One that failed several times "
        "waits here until somebody lets it be made again."
    )
    empty_title = gettext_lazy("No document here")
    list_display = ("name", "title", "state", "created_at", "made_at")
    list_filter = (StatusFilter,)
    search_fields = ("name", "code")
    search_help_text = gettext_lazy("Name or code")
    ordering = ("-created_at", "-pk")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can_keep_reference_data(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return Document.objects.defer("snapshot")

    def page_urls(self) -> list[URLPattern]:
        return [
            self.named("<int:pk>/change/", self.document_view, "change"),
            self.named("<int:pk>/again/", require_POST(self.again_view), "again"),
        ]

    @admin.display(description=gettext_lazy("kind"))
    def title(self, row: Document) -> Text:
        return documents.title_of(row)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, row: Document) -> Any:
        return badge(row)

    def document_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What became of one document; why it failed, and the button that helps."""
        row = access.get_visible(self.get_queryset(request), pk=pk)
        context = self.context(
            request,
            document=row,
            badge=badge(row),
            facts=_facts(row),
            can_run_again=row.status == DocumentStatus.FAILED,
            again_url=self.url_of(request, row.pk, "again"),
        )
        return page(request, "profiles/desk/document.html", context)

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = access.get_visible(self.get_queryset(request), pk=pk)
        try:
            documents.run_again(document_id=row.pk, actor=request.user)
        except DomainError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The document will be made in a moment."))
        return redirect(self.url_of(request, pk))


def badge(row: Document) -> dict[str, Any]:
    """The status as the component `badge` shows it."""
    tone, icon = TONES[DocumentStatus(row.status)]
    return {"text": row.get_status_display(), "tone": tone, "icon": icon}


def _facts(row: Document) -> list[tuple[Text, Text]]:
    return [
        (_("Kind"), documents.title_of(row)),
        (_("Code"), row.code),
        (_("Ordered"), shown(row.created_at)),
        (_("Made"), shown(row.made_at)),
        (_("Superseded"), shown(row.superseded_at)),
        (_("Sealed by"), shown(row.sealed_by)),
        (_("Attempts"), str(row.attempts)),
        (_("Last error"), shown(row.error)),
    ]

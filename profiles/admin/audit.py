"""The audit trail, to read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.models import AuditEntry
from profiles.admin.base import DeskAdmin
from profiles.admin.site import desk
from profiles.permissions import can_keep_reference_data


@admin.register(AuditEntry, site=desk)
class AuditAdmin(DeskAdmin):
    """What happened, in order. Nobody changes it: the database refuses."""

    family = "audit"
    name = gettext_lazy("Audit trail")
    lead = gettext_lazy(
        "Each entry carries the hash of the one before it; “manage.py verify_audit” finds any "
        "change. Entries name people by number, so that somebody's data can be erased."
    )
    list_display = ("sequence", "at", "event", "subject", "actor_number", "details")
    search_fields = ("event", "=subject_id", "=actor_id", "subject_type")
    search_help_text = gettext_lazy("Event, subject or number")
    ordering = ("-sequence",)
    list_per_page = 50

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can_keep_reference_data(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.all()

    def link_of(self, request: HttpRequest, obj: Any) -> str:
        return ""

    @admin.display(description=gettext_lazy("about"))
    def subject(self, entry: AuditEntry) -> str:
        return f"{entry.subject_type} {entry.subject_id}".strip()

    @admin.display(description=gettext_lazy("by"))
    def actor_number(self, entry: AuditEntry) -> str:
        return _("person %s") % entry.actor_id if entry.actor_id else _("the portal")

    @admin.display(description=gettext_lazy("details"))
    def details(self, entry: AuditEntry) -> str:
        return ", ".join(f"{key}: {value}" for key, value in entry.data.items())

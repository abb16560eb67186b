"""Reports of conversations that staff looks into."""

from typing import Any

from django.db.models import F, QuerySet

from matching.models import ConversationReport


def reports_for(user: Any) -> QuerySet[ConversationReport]:
    """Those that the user may settle, unsettled ones first and the oldest of these on top."""
    reports = ConversationReport.objects.visible_to(user)
    if not user.is_support:
        reports = reports.filter(partnership__in=user.staffed_partnership_ids)
    return reports.select_related(
        "side__organisation",
        "conversation__host__organisation",
        "conversation__visitor__organisation",
        "partnership",
        "settled_by",
    ).order_by(F("settled_at").desc(nulls_first=True), "at", "pk")

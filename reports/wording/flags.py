"""What has to be known of a report at first sight, wherever it is shown."""

from django.utils.translation import gettext as _

from cxc_portal.core.types import Text
from reports.enums import ReportOutcome
from reports.models import Report


def flags_of(report: Report) -> list[Text]:
    """That it did not go as planned, and that somebody else completed it."""
    found: list[Text] = []
    if not report.is_handed_in:
        return found
    if report.outcome != ReportOutcome.TOOK_PLACE:
        found.append(report.get_outcome_display())
    if report.on_behalf_of:
        text = _("Completed on behalf by %(name)s")
        found.append(text % {"name": report.on_behalf_of.acronym})
    return found

"""A partnership's own texts for the implementation report."""

from profiles.models import Partnership
from reports.models import ReportText


def texts_of(partnership: Partnership | None) -> dict[str, str]:
    """By section, those that say something; none for all partnerships together."""
    if partnership is None:
        return {}
    rows = ReportText.objects.filter(partnership=partnership).exclude(text="")
    return dict(rows.values_list("section", "text"))


def rows_of(partnership: Partnership) -> dict[str, ReportText]:
    """By section, those that were ever written."""
    return {row.section: row for row in ReportText.objects.filter(partnership=partnership)}

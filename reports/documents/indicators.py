"""The figures of a partnership as a sealed document: tables, and the charts of the page."""

from datetime import datetime, time
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cxc_portal.core import clock, documents
from cxc_portal.core.documents import DocumentKind
from cxc_portal.core.models import Document
from profiles.models import User
from reports.charts.rendering import CHARTS, render, render_map
from reports.models import ReportingPeriod
from reports.queries.handed_in import HandedIn
from reports.wording.figures import in_words
from reports.wording.tables import Printed, printed

COUNTRIES = "countries"
"""The table whose journeys are drawn on the map as well."""
INDICATORS = documents.register(
    DocumentKind(
        "reports/indicators",
        gettext_lazy("Indicators"),
        template_version=2,
        has_disclaimer=True,
    )
)


def order_indicators(
    figures: HandedIn, *, period: ReportingPeriod | None = None, actor: User | None = None
) -> Document:
    """The document is being made. The same figures on the same day are one document: about the
    frozen period, the partnership, or whoever asked for those of all."""
    about = period or figures.partnership or actor
    if about is None:
        raise ValueError("Figures of all partnerships are a document of whoever asks for them.")
    name = " ".join(part for part in (figures.whose, figures.name) if part)
    return documents.order(
        INDICATORS,
        about=about,
        snapshot=_snapshot(figures),
        language=get_language() or "en",
        name=name,
    )


def _snapshot(figures: HandedIn) -> dict[str, Any]:
    day = clock.day_of(figures.as_of)
    facts = [*figures.facts(), (_("As of"), day)]
    return {
        "dated": datetime.combine(day, time(12), tzinfo=figures.as_of.tzinfo).isoformat(),
        "partnership": figures.whose,
        "acronym": figures.reporter.acronym,
        "facts": [[str(label), in_words(value)] for label, value in facts],
        "tables": [
            _printed(figures, name, found)
            for name, table in figures.tables.items()
            if (found := printed(name, table)).rows
        ],
    }


def _printed(figures: HandedIn, name: str, found: Printed) -> dict[str, Any]:
    table = figures.tables[name]
    return {
        "name": name,
        "title": str(table.title),
        "note": figures.notes[name],
        "chart": str(render(name, table)) if name in CHARTS else "",
        "map": str(render_map(table)) if name == COUNTRIES else "",
        "head": list(found.head),
        "rows": [list(row) for row in found.rows],
        "numeric": sorted(found.numeric),
    }

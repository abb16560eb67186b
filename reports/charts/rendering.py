"""Charts as SVG, the same for pages and for documents."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from cxc_portal.core import maps
from cxc_portal.core.exports import Table
from reports.charts import from_tables
from reports.charts.shapes import Drawing
from reports.charts.svg import svg

CHARTS: Mapping[str, Callable[[Table], Drawing]] = {
    "indicators": from_tables.draw_targets,
    "pace": from_tables.draw_pace,
    "funnel": from_tables.draw_funnel,
    "bands": from_tables.draw_bands,
    "satisfaction": from_tables.draw_satisfaction,
    "countries": from_tables.draw_countries,
}
"""By the name of the table of figures that each is drawn from."""


def render(name: str, data: Table) -> SafeString:
    """The chart of this name, drawn from its table, as SVG. Colours stand as attributes in it, so
    that it needs no style sheet; classes (`chart-…`) let a page put its own in their place.

    Empty where there is nothing to draw. Raises `KeyError` for a table that has no chart.
    """
    drawing = CHARTS[name](data)
    if not drawing.shapes:
        return SafeString()
    return svg(drawing)


def render_map(data: Table) -> SafeString:
    """The journeys of the table of countries on the map of Europe, for paper: with its own outlines
    and colours, where the page takes both from its own files. Empty without a journey."""
    keys = [column.key for column in data.columns]
    visitor, host = keys.index("visitor_country"), keys.index("host_country")
    found = (maps.arc(row[visitor], row[host]) for row in data.rows)
    curves = [curve for curve in found if curve]
    if not curves:
        return SafeString()
    label = _("Journeys of closed exchanges on the map of Europe. The numbers stand in the table.")
    context = {"curves": curves, "outlines": _outlines(), "label": label}
    return render_to_string("charts/map.html", context | {"view_box": maps.view_box([])})


@cache
def _outlines() -> SafeString:
    """The countries of the portal's own map, as paths."""
    drawing = Path(settings.BASE_DIR, "static", "img", "europe.svg").read_text(encoding="utf-8")
    paths = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]
    return mark_safe(paths)  # noqa: S308 - a file of our own

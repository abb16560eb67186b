"""Charts as SVG, the same for pages and for documents."""

from collections.abc import Callable, Mapping

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from cxc_portal.core.exports import Table
from reports.charts import from_tables
from reports.charts.shapes import Drawing, number

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
    size = {"width": number(drawing.width), "height": number(drawing.height)}
    return render_to_string("charts/chart.html", {"drawing": drawing, **size})

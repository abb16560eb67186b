"""Charts of the figures: `render(name, table)` gives SVG. Their geometry is plain Python."""

from reports.charts.rendering import CHARTS, render

__all__ = ["CHARTS", "render"]

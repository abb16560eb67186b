"""A drawing written as SVG. A page has a thousand shapes, so that each is put together by itself,
of escaped parts: a template takes five times as long."""

from collections.abc import Iterable
from html import escape

from django.utils.html import format_html
from django.utils.safestring import SafeString

from reports.charts.shapes import Drawing, Shape, number

_FONTS = "'Open Sans', 'Segoe UI', Roboto, 'Liberation Sans', sans-serif"


def svg(drawing: Drawing) -> SafeString:
    """The whole drawing, named by its label for those who do not see it."""
    width, height = number(drawing.width), number(drawing.height)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {} {}" width="{}" '
        'height="{}" font-family="{}" role="img" aria-label="{}">{}</svg>',
        *(width, height, width, height),
        _FONTS,
        drawing.label,
        SafeString("".join(map(_element, drawing.shapes))),
    )


def _element(shape: Shape) -> str:
    beginning = f'<{shape.tag} class="chart-{shape.style}"{_written(shape.attributes)}'
    return f"{beginning}>{escape(shape.text)}</{shape.tag}>" if shape.text else f"{beginning} />"


def _written(attributes: Iterable[tuple[str, str]]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes)

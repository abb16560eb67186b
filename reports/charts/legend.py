"""What the colours of a chart stand for, above it. No Django in here."""

from collections.abc import Sequence

from reports.charts.fitting import width_of
from reports.charts.shapes import SMALL, WIDTH, Shape, circle, rect, words

A_LINE, MARK, GAP, BELOW = 20.0, 11.0, 18.0, 5.0
ROUND = ("dot", "ring")


def legend(entries: Sequence[tuple[str, str]]) -> tuple[list[Shape], float]:
    """Marks with their words, style and text each, and where the drawing goes on below."""
    shapes: list[Shape] = []
    x, y = 0.0, A_LINE
    for style, text in entries:
        width = MARK + 6 + width_of(text, SMALL)
        if x and x + width > WIDTH:
            x, y = 0.0, y + A_LINE
        shapes += [_mark(style, x, y), words("soft", x + MARK + 6, y - 5, text)]
        x += width + GAP
    return shapes, y + BELOW


def _mark(style: str, x: float, y: float) -> Shape:
    if style in ROUND:
        return circle(style, x + MARK / 2, y - 9, MARK / 2)
    return rect(style, x, y - 15, MARK, MARK, radius=2)

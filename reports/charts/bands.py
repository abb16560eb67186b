"""Shares of a whole as one bar: such as the score bands of matches."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.fitting import lines_of, share
from reports.charts.legend import legend
from reports.charts.shapes import SMALL, WIDTH, Drawing, rect, words

A_LINE, BAR, GAP, SLIT = 18.0, 14.0, 12.0, 1.5
THINNEST = 0.5
"""Of a part that is there at all."""


@dataclass(frozen=True)
class Part:
    """`style` is one of `shapes.STYLES`."""

    number: int
    style: str


@dataclass(frozen=True)
class BandRow:
    """One bar; `note` says in words what its colours say."""

    label: str
    total: str
    parts: tuple[Part, ...]
    note: str


def bands(rows: Sequence[BandRow], kinds: Sequence[tuple[str, str]], label: str) -> Drawing:
    """Each bar as wide as the drawing, its parts by their share; `kinds` are the styles of the
    parts and what they stand for."""
    shapes, y = legend(kinds)
    for row in rows:
        y += A_LINE
        shapes.append(words("text", 0, y - 6, row.label))
        shapes.append(words("strong", WIDTH, y - 6, row.total, "end"))
        shapes.append(rect("track", 0, y, WIDTH, BAR))
        whole, x = sum(part.number for part in row.parts), 0.0
        for part in row.parts:
            width = WIDTH * share(part.number, whole)
            if width:
                shown = max(width - SLIT, THINNEST)
                shapes.append(rect(part.style, min(x, WIDTH - shown), y, shown, BAR))
            x += width
        y += BAR
        for text in lines_of(row.note, WIDTH, SMALL):
            y += A_LINE
            shapes.append(words("soft", 0, y - 3, text))
        y += GAP
    return Drawing(max(y - GAP, 1.0), shapes, label)

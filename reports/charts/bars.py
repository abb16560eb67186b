"""Targets as bars: each as long as its target, filled as far as it is reached."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.fitting import lines_of, share
from reports.charts.shapes import TEXT, WIDTH, Drawing, Shape, rect, words

A_LINE, BAR, GAP = 18.0, 12.0, 15.0
NUMBERS = 84.0
"""Room for the numbers on the right."""


@dataclass(frozen=True)
class TargetBar:
    """`note` is what stands on the right, such as "12 of 50"."""

    label: str
    note: str
    actual: float
    target: float
    is_part: bool = False


def target_bars(bars: Sequence[TargetBar], label: str) -> Drawing:
    shapes: list[Shape] = []
    y = 0.0
    for bar in bars:
        left = 16.0 if bar.is_part else 0.0
        style = "text" if bar.is_part else "strong"
        for place, text in enumerate(lines_of(bar.label, WIDTH - left - NUMBERS, TEXT)):
            y += A_LINE
            shapes.append(words(style, left, y - 6, text))
            if not place:
                shapes.append(words(style, WIDTH, y - 6, bar.note, "end"))
        full = WIDTH - left
        shapes.append(rect("track", left, y, full, BAR, radius=3))
        shapes.append(rect("value", left, y, full * share(bar.actual, bar.target), BAR, radius=3))
        y += BAR + GAP
    return Drawing(max(y - GAP, 1.0), shapes, label)

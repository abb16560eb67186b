"""The way from registration to payment: how many of either side came how far."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.fitting import share
from reports.charts.legend import legend
from reports.charts.shapes import WIDTH, Drawing, Shape, rect, words

A_LINE, BAR, SLIT, GAP = 19.0, 13.0, 3.0, 11.0
NUMBERS, SHORTEST = 52.0, 2.0
STYLES = ("value", "follows")


@dataclass(frozen=True)
class FunnelStep:
    """`numbers` are those of each side, None where the step is not theirs; `note` is what is known
    of the way there: how many of the step before, in how many days."""

    label: str
    numbers: tuple[int | None, ...]
    note: str = ""


def funnel(steps: Sequence[FunnelStep], sides: Sequence[str], label: str) -> Drawing:
    """Bars from the left, the longest as wide as the drawing."""
    known = [number for step in steps for number in step.numbers if number is not None]
    most = max(known, default=0)
    shapes, y = legend(list(zip(STYLES, sides, strict=True)))
    for step in steps:
        y += A_LINE
        shapes.append(words("text", 0, y - 6, step.label))
        if step.note:
            shapes.append(words("soft", WIDTH, y - 6, step.note, "end"))
        for style, number in zip(STYLES, step.numbers, strict=True):
            if number is not None:
                shapes += _bar(style, y, number, most)
                y += BAR + SLIT
        y += GAP
    return Drawing(max(y - GAP, 1.0), shapes, label)


def _bar(style: str, y: float, number: int, most: int) -> list[Shape]:
    width = max((WIDTH - NUMBERS) * share(number, most), SHORTEST)
    return [
        rect(style, 0, y, width, BAR, radius=2),
        words("strong", width + 8, y + BAR - 2, str(number)),
    ]

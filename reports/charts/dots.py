"""Means on a scale, such as answers from 1 to 5: a dot for each side on a line each."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts.fitting import lines_of, share
from reports.charts.legend import legend
from reports.charts.shapes import TEXT, WIDTH, Drawing, Shape, circle, line, words

A_LINE, GAP, EDGE, LEFT = 17.0, 11.0, 8.0, 190.0
SMALL, LARGE = 4.0, 6.5
STYLES = ("dot", "ring")


@dataclass(frozen=True)
class DotRow:
    """`values` are the means of each side, None where nobody of it answered."""

    label: str
    values: tuple[float | None, ...]


def dots(
    rows: Sequence[DotRow], sides: Sequence[str], lowest: int, highest: int, label: str
) -> Drawing:
    """The label on the left, a line with a tick for each whole number on the right."""
    shapes, y = legend(list(zip(STYLES, sides, strict=True)))
    ticks = [(tick, _place(tick, lowest, highest)) for tick in range(lowest, highest + 1)]
    y += A_LINE
    shapes += [words("soft", x, y - 3, str(tick), "middle") for tick, x in ticks]
    for row in rows:
        texts = lines_of(row.label, LEFT - 2 * EDGE, TEXT)
        middle = y + GAP / 2 + A_LINE * len(texts) / 2
        for number, text in enumerate(texts, start=1):
            shapes.append(words("text", 0, y + GAP / 2 + A_LINE * number - 4.5, text))
        shapes.append(line("axis", LEFT, middle, WIDTH - EDGE, middle))
        shapes += [line("axis", x, middle - 3, x, middle + 3) for _tick, x in ticks]
        shapes += _dots(row, lowest, highest, middle)
        y += A_LINE * len(texts) + GAP
    return Drawing(y + EDGE, shapes, label)


def _dots(row: DotRow, lowest: int, highest: int, y: float) -> list[Shape]:
    """The ring is wider than the dot, so that where both stand at one place both are seen."""
    marks = zip(STYLES, (SMALL, LARGE), row.values, strict=True)
    return [
        circle(style, _place(value, lowest, highest), y, radius)
        for style, radius, value in marks
        if value is not None
    ]


def _place(value: float, lowest: int, highest: int) -> float:
    return LEFT + (WIDTH - EDGE - LEFT) * share(value - lowest, highest - lowest)

"""Who visits whom: countries of visitors down, countries of hosts across, a number in each cell."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reports.charts.fitting import share
from reports.charts.shapes import WIDTH, Drawing, Shape, rect, words

HEAD, LEFT = 20.0, 40.0
SMALLEST, LARGEST = 24.0, 36.0
FAINTEST, STRONGEST = 0.12, 0.5
"""The strongest tint still leaves the number on it readable."""


@dataclass(frozen=True)
class Lines:
    """Which rows and columns are shown, the fullest first; `rest` names what the others become."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]


def matrix(cells: Mapping[tuple[str, str], int], rest: str, label: str) -> Drawing:
    """`cells` by country of the visitor and of the host. Where there are more countries than fit,
    the emptiest are put together under `rest`."""
    most = int((WIDTH - LEFT) / SMALLEST)
    lines, counted = _gathered(cells, most, rest)
    size = min((WIDTH - LEFT) / max(len(lines.columns), 1), LARGEST)
    highest = max(counted.values(), default=0)
    shapes: list[Shape] = []
    for column, name in enumerate(lines.columns):
        x = LEFT + size * (column + 0.5)
        shapes.append(words("soft", x, HEAD - 7, name, "middle"))
    for place, row in enumerate(lines.rows):
        y = HEAD + size * place
        shapes.append(words("soft", LEFT - 8, y + size / 2 + 4, row, "end"))
        for column, name in enumerate(lines.columns):
            x = LEFT + size * column
            shapes += _cell(x, y, size, counted[row, name], highest)
    return Drawing(HEAD + size * len(lines.rows) + 2, shapes, label)


def _cell(x: float, y: float, size: float, count: int, highest: int) -> list[Shape]:
    drawn = [rect("cell", x + 1, y + 1, size - 2, size - 2, radius=3)]
    if count:
        tint = FAINTEST + (STRONGEST - FAINTEST) * share(count, highest)
        drawn.append(
            rect("heat", x + 1, y + 1, size - 2, size - 2, radius=3, fill_opacity=f"{tint:.2f}")
        )
        drawn.append(words("text", x + size / 2, y + size / 2 + 4.5, str(count), "middle"))
    return drawn


def _gathered(
    cells: Mapping[tuple[str, str], int], most: int, rest: str
) -> tuple[Lines, Counter[tuple[str, str]]]:
    rows, columns = Counter[str](), Counter[str]()
    for (row, column), count in cells.items():
        rows[row] += count
        columns[column] += count
    lines = Lines(_fullest(rows, most, rest), _fullest(columns, most, rest))
    counted = Counter[tuple[str, str]]()
    for (row, column), count in cells.items():
        shown_row = row if row in lines.rows else rest
        counted[shown_row, column if column in lines.columns else rest] += count
    return lines, counted


def _fullest(counts: Counter[str], most: int, rest: str) -> tuple[str, ...]:
    """The fullest first, those with equal numbers by name; what does not fit is `rest`."""
    names = sorted(counts, key=lambda name: (-counts[name], name))
    if len(names) <= most:
        return tuple(names)
    return (*names[: most - 1], rest)

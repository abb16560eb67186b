"""How many exchanges were closed month by month, and where it leads: line, range and target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.charts.fitting import round_steps, share, width_of
from reports.charts.shapes import SMALL, WIDTH, Drawing, Shape, circle, line, path, words

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 230.0, 34.0, 14.0, 22.0, 26.0


@dataclass(frozen=True)
class Foreseen:
    """On a day to come: the numbers that are reached in nine of ten cases, as likely as not, and in
    one case of ten."""

    day: date
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class PaceLine:
    """`closed` are the numbers reached so far, in order of their days, the last one today's;
    `ticks` are the days that are named below."""

    closed: Sequence[tuple[date, int]]
    foreseen: Sequence[Foreseen]
    ticks: Sequence[tuple[date, str]]
    target: int
    target_label: str
    due_on: date | None = None
    due_label: str = ""


def pace(data: PaceLine, label: str) -> Drawing:
    days = [day for day, _number in data.closed] + [one.day for one in data.foreseen]
    if data.due_on:
        days.append(data.due_on)
    first, last = min(days), max(days)
    reached = max(number for _day, number in data.closed)
    steps = round_steps(max(reached, data.target))
    frame = _Frame(first, last, steps[-1])
    shapes = [
        *_grid(frame, steps, data.ticks),
        *_foreseen(frame, data),
        path("line", _stairs(frame, data.closed)),
        circle("dot", *frame.place(*data.closed[-1]), 4.5),
        *_goal(frame, data),
    ]
    return Drawing(HEIGHT, shapes, label)


@dataclass(frozen=True)
class _Frame:
    first: date
    last: date
    most: int

    def x(self, day: date) -> float:
        whole = (self.last - self.first).days
        return LEFT + (WIDTH - LEFT - RIGHT) * share((day - self.first).days, whole)

    def y(self, number: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share(number, self.most)

    def place(self, day: date, number: float) -> tuple[float, float]:
        return self.x(day), self.y(number)


def _grid(frame: _Frame, steps: Sequence[int], ticks: Sequence[tuple[date, str]]) -> list[Shape]:
    shapes = []
    for step in steps:
        y = frame.y(step)
        shapes.append(line("grid" if step else "axis", LEFT, y, WIDTH - RIGHT, y))
        shapes.append(words("soft", LEFT - 6, y + 4, str(step), "end"))
    for day, name in ticks:
        x = frame.x(day)
        shapes.append(line("axis", x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 4))
        shapes.append(_tick_name(x, name))
    return shapes


def _tick_name(x: float, name: str) -> Shape:
    """Below its tick; at either edge as far inside as it needs to be read."""
    room = width_of(name, SMALL) / 2
    return words("soft", min(max(x, room), WIDTH - room), HEIGHT - 8, name, "middle")


def _foreseen(frame: _Frame, data: PaceLine) -> list[Shape]:
    if not data.foreseen:
        return []
    today, number = data.closed[-1]
    start = frame.place(today, number)
    upper = [start, *(frame.place(one.day, one.high) for one in data.foreseen)]
    lower = [frame.place(one.day, one.low) for one in reversed(data.foreseen)]
    middle = [start, *(frame.place(one.day, one.middle) for one in data.foreseen)]
    return [path("range", [*upper, *lower], closed=True), path("foreseen", middle)]


def _stairs(frame: _Frame, closed: Sequence[tuple[date, int]]) -> list[tuple[float, float]]:
    """Each number holds until the next one is reached."""
    points = [frame.place(*closed[0])]
    for day, number in closed[1:]:
        x, y = frame.place(day, number)
        points += [(x, points[-1][1]), (x, y)]
    return points


def _goal(frame: _Frame, data: PaceLine) -> list[Shape]:
    shapes = []
    if data.due_on:
        x = frame.x(data.due_on)
        anchor = "end" if x > WIDTH / 2 else "start"
        shapes.append(line("due", x, TOP - 6, x, HEIGHT - BOTTOM))
        aside = -5 if anchor == "end" else 5
        shapes.append(words("soft", x + aside, HEIGHT - BOTTOM - 6, data.due_label, anchor))
    if data.target:
        y = frame.y(data.target)
        shapes.append(line("target", LEFT, y, WIDTH - RIGHT, y))
        shapes.append(words("strong", LEFT + 4, y - 6, data.target_label))
    return shapes

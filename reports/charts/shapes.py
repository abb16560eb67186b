"""What charts are drawn from: a few shapes, each with a style that has a name. No Django in here.

A chart is 360 units wide, so that its text can be read on a phone and in a column of a PDF alike.
Every shape carries its colours as SVG attributes: that is how it looks on paper. On the page the
class of its style takes over, in light and dark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH = 360.0
TEXT, SMALL = 13.0, 12.0
"""Sizes of letters, in units of the drawing."""

INK, SOFT, LINE, PAPER = "#14264d", "#4b5a7a", "#dddacf", "#ffffff"
STYLES: Mapping[str, Mapping[str, str]] = {
    "text": {"fill": INK, "font-size": f"{TEXT:g}"},
    "strong": {"fill": INK, "font-size": f"{TEXT:g}", "font-weight": "600"},
    "soft": {"fill": SOFT, "font-size": f"{SMALL:g}"},
    "track": {"fill": "#dfe3ec"},
    "value": {"fill": "#1b4f9c"},
    "follows": {"fill": "#a9bfe6"},
    "grid": {"stroke": LINE, "stroke-width": "1"},
    "axis": {"stroke": "#76839f", "stroke-width": "1"},
    "target": {"stroke": INK, "stroke-width": "1.5"},
    "due": {"stroke": "#76839f", "stroke-width": "1.5", "stroke-dasharray": "2 3"},
    "range": {"fill": "#c9d8f0"},
    "line": {"fill": "none", "stroke": "#1b4f9c", "stroke-width": "2.5"},
    "foreseen": {
        "fill": "none",
        "stroke": "#1b4f9c",
        "stroke-width": "2",
        "stroke-dasharray": "5 4",
    },
    "dot": {"fill": "#1b4f9c", "stroke": PAPER, "stroke-width": "1.5"},
    "ring": {"fill": "none", "stroke": "#b9441a", "stroke-width": "2.5"},
    "green": {"fill": "#17603b"},
    "orange": {"fill": "#c98a1b"},
    "red": {"fill": "#a01d33"},
    "heat": {"fill": "#1b4f9c"},
    "cell": {"fill": "#f3f1ea"},
}


@dataclass(frozen=True)
class Shape:
    """One element of a drawing: `attributes` in the order in which they are written."""

    tag: str
    style: str
    attributes: tuple[tuple[str, str], ...]
    text: str = ""


@dataclass(frozen=True)
class Drawing:
    """A chart that is laid out; `label` says in words what it shows."""

    height: float
    shapes: Sequence[Shape]
    label: str
    width: float = WIDTH


def rect(
    style: str, x: float, y: float, width: float, height: float, *, radius: float = 0, **more: str
) -> Shape:
    """A rectangle; one of no width is drawn as well, so that nothing shifts."""
    numbers = {"x": x, "y": y, "width": max(width, 0.0), "height": height, "rx": radius}
    return _shape("rect", style, numbers, **more)


def line(style: str, x1: float, y1: float, x2: float, y2: float) -> Shape:
    return _shape("line", style, {"x1": x1, "y1": y1, "x2": x2, "y2": y2})


def circle(style: str, x: float, y: float, radius: float) -> Shape:
    return _shape("circle", style, {"cx": x, "cy": y, "r": radius})


def path(style: str, points: Sequence[tuple[float, float]], *, closed: bool = False) -> Shape:
    """A line through the points; `closed` makes an area of it."""
    steps = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return Shape("path", style, (("d", f"M{steps}{'Z' if closed else ''}"), *_looks(style)))


def words(style: str, x: float, y: float, text: str, anchor: str = "start") -> Shape:
    """Text whose base line is at `y`; `anchor` is start, middle or end."""
    places = (("x", number(x)), ("y", number(y)), ("text-anchor", anchor))
    return Shape("text", style, (*places, *_looks(style)), text)


def number(value: float) -> str:
    """With at most one decimal, the same in every language."""
    return f"{round(value, 1):g}"


def _shape(tag: str, style: str, numbers: Mapping[str, float], **more: str) -> Shape:
    places = ((name, number(value)) for name, value in numbers.items())
    others = ((name.replace("_", "-"), value) for name, value in more.items())
    return Shape(tag, style, (*places, *_looks(style), *others))


def _looks(style: str) -> tuple[tuple[str, str], ...]:
    return tuple(STYLES[style].items())

"""Europe as a drawing: where the countries lie on `static/img/europe.svg`, and arcs between them.

The outlines are simplified from Natural Earth (public domain), projection ETRS89-LAEA. Units are
those of the drawing's view box, 1000 wide and 840 high. Switzerland, which takes no part, is drawn
faintly as `context`, lest it look like a lake.
"""

from dataclasses import dataclass
from math import hypot

Point = tuple[float, float]

WIDTH, HEIGHT = 1000.0, 840.0
MARGIN = 110.0
SMALLEST_VIEW = 420.0
BEND = 0.28

PLACES: dict[str, Point] = {
    "AL": (553, 688),
    "AM": (953, 581),
    "AT": (455, 551),
    "BA": (512, 632),
    "BE": (312, 490),
    "BG": (633, 640),
    "CY": (809, 765),
    "CZ": (465, 505),
    "DE": (386, 479),
    "DK": (378, 362),
    "EE": (562, 286),
    "ES": (163, 694),
    "FI": (553, 155),
    "FR": (270, 570),
    "GB": (225, 386),
    "GR": (585, 720),
    "HR": (468, 612),
    "HU": (522, 554),
    "IE": (150, 394),
    "IS": (125, 108),
    "IT": (427, 666),
    "LI": (377, 566),
    "LT": (557, 367),
    "LU": (328, 504),
    "LV": (578, 331),
    "MD": (671, 537),
    "ME": (536, 654),
    "MK": (580, 674),
    "MT": (465, 812),
    "NL": (323, 453),
    "NO": (410, 171),
    "PL": (510, 452),
    "PT": (70, 697),
    "RO": (612, 569),
    "RS": (558, 617),
    "SE": (435, 232),
    "SI": (455, 585),
    "SK": (514, 524),
    "TR": (821, 668),
    "UA": (688, 480),
    "XK": (562, 655),
}


@dataclass(frozen=True)
class Arc:
    """One journey on the map: a curve from the visitor's country up and over to the host's."""

    start: Point
    end: Point
    bend: Point

    @property
    def path(self) -> str:
        """The curve as SVG path data."""
        (ax, ay), (bx, by), (cx, cy) = self.start, self.end, self.bend
        return f"M{ax:g} {ay:g}Q{cx:g} {cy:g} {bx:g} {by:g}"


def arc(visitor: str, host: str) -> Arc | None:
    """The curve between two countries, or nothing when one of them is not on the map."""
    start, end = PLACES.get(visitor.upper()), PLACES.get(host.upper())
    if start is None or end is None or start == end:
        return None
    (ax, ay), (bx, by) = start, end
    sideways = 1 if bx >= ax else -1
    bend = (
        round((ax + bx) / 2 + (by - ay) * BEND * sideways, 1),
        round((ay + by) / 2 - abs(bx - ax) * BEND - hypot(bx - ax, by - ay) * 0.12, 1),
    )
    return Arc(start=start, end=end, bend=bend)


def view_box(points: list[Point]) -> str:
    """The part of the map that holds the points with air around them, in its own proportions.

    Never smaller than `SMALLEST_VIEW`, never outside the drawing; without points the whole map.
    """
    if not points:
        return f"0 0 {WIDTH:g} {HEIGHT:g}"
    left, right = min(x for x, _ in points) - MARGIN, max(x for x, _ in points) + MARGIN
    top, bottom = min(y for _, y in points) - MARGIN, max(y for _, y in points) + MARGIN
    width = min(WIDTH, max(right - left, (bottom - top) * WIDTH / HEIGHT, SMALLEST_VIEW))
    height = width * HEIGHT / WIDTH
    x = min(max((left + right - width) / 2, 0), WIDTH - width)
    y = min(max((top + bottom - height) / 2, 0), HEIGHT - height)
    return f"{x:.0f} {y:.0f} {width:.0f} {height:.0f}"

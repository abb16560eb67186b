"""The style sheets keep what they promise: contrast, size, and no drawing without a definition."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.STATICFILES_DIRS[0])
TEMPLATES = Path(settings.TEMPLATES[0]["DIRS"][0])
CSS = (STATIC / "css/portal.css").read_text()

TEXT, GRAPHIC = 4.5, 3.0
GROUNDS = ("paper", "surface", "sunken")
ON_TINTS = [(tone, f"{tone}-tint", TEXT) for tone in ("green", "orange", "red")]
PAIRS = [
    *[(text, ground, TEXT) for text in ("ink", "soft", "link", "red") for ground in GROUNDS],
    *[(mark, ground, GRAPHIC) for mark in ("frame", "accent", "focus") for ground in GROUNDS],
    *ON_TINTS,
    *[(text, "blue-tint", TEXT) for text in ("ink", "link")],
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
]


def _tokens(position: int) -> dict[str, str]:
    pairs = re.findall(r"--([a-z-]+): light-dark\((#\w+), (#\w+)\)", CSS)
    return {name: colours[position] for name, *colours in pairs}


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast(theme, front, back, least):
    tokens = _tokens(theme)
    assert _contrast(tokens[front], tokens[back]) >= least


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("css/portal.css", 14_000),
        ("css/desk.css", 4_000),
        ("css/agenda.css", 3_000),
        ("css/report.css", 2_000),
        ("js/agenda.js", 3_000),
        ("js/portal.js", 3_000),
        ("js/picker.js", 4_000),
        ("img/icons.svg", 3_000),
        ("img/flags.svg", 4_000),
        ("img/europe.svg", 6_000),
    ],
)
def test_files_stay_small_on_the_wire(name, most):
    assert len(gzip.compress((STATIC / name).read_bytes())) <= most


def _icons_in_templates() -> set[str]:
    source = "\n".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    return set(re.findall(r"""(?:\{% icon|icon=|icon_after=) ?["']([\w-]+)["']""", source))


def test_every_icon_in_use_is_drawn():
    drawn = set(re.findall(r'id="([\w-]+)"', (STATIC / "img/icons.svg").read_text()))
    assert _icons_in_templates() - drawn == set()

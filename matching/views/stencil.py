"""Drawing one template many times on a page.

A list of partners repeats the same markup 25 times with a dozen values each, and looking each of
them up takes the template engine longer than the search takes among a hundred thousand profiles. So
the markup is drawn once for each language, with places for the values, and then filled in.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

OPEN, CLOSE = "\ue000", "\ue001"
PLACE = re.compile(f"{OPEN}(.+?){CLOSE}")


def draw_all(template: str, rows: Iterable[Mapping[str, object]]) -> SafeString:
    """The template once for each row, `{{ row.<name> }}` being the row's values, escaped.

    The template may hold no condition on a value; all rows have the same names.
    """
    drawn: list[str] = []
    parts: list[str] = []
    names: tuple[str, ...] = ()
    for row in rows:
        if not parts:
            texts, names = _stencil(template, tuple(row), get_language())
            parts = [part for text in texts for part in (text, "")]
        parts[1:-1:2] = [conditional_escape(row[name]) for name in names]
        drawn.append("".join(parts))
    return mark_safe("".join(drawn))  # noqa: S308 - the texts are a template's, values are escaped


@lru_cache(maxsize=64)
def _stencil(
    template: str, names: tuple[str, ...], language: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts between the places, and the names of the places."""
    places = {name: f"{OPEN}{name}{CLOSE}" for name in names}
    parts = PLACE.split(render_to_string(template, {"row": places}))
    return tuple(parts[::2]), tuple(parts[1::2])

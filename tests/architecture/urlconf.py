"""Every address of the portal and the view behind it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

EXAMPLES = {"int": "1", "uuid": "11111111-1111-4111-8111-111111111111", "slug": "x", "str": "x"}
ARGUMENT = re.compile(r"<(?:(\w+):)?\w+>")


@dataclass(frozen=True)
class Address:
    route: str
    view: Any

    @property
    def module(self) -> str:
        return str(getattr(self.view, "view_class", self.view).__module__)

    @property
    def mark(self) -> str | None:
        return getattr(self.view, "access_mark", None)

    @property
    def needs_login(self) -> bool:
        return bool(getattr(self.view, "login_required", True))

    @property
    def example(self) -> str:
        """An address of this kind, leading to nothing in particular."""
        return "/" + ARGUMENT.sub(lambda match: EXAMPLES[match[1] or "str"], self.route)


def walk(patterns: Any, prefix: str = "") -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield Address(route, pattern.callback)


def addresses() -> list[Address]:
    return list(walk(get_resolver().url_patterns))


def ours() -> list[Address]:
    """The addresses whose views carry a mark of this portal."""
    return [address for address in addresses() if address.mark]

"""Templates of the portal must not use a variable that nobody gave them.

Django renders an unknown variable as nothing, which hides misspelt names. In the tests it is an
error, in the portal's own templates, unless the template itself says what to show instead
(`|default:`) or only asks whether it is there (`{% if %}`).
"""

import sys
from types import FrameType

from django.conf import settings
from django.template import engines
from django.template.base import FilterExpression, Node

SUBSTITUTES = {"default", "default_if_none"}
RESOLVE = FilterExpression.resolve.__code__


class UndefinedVariable(AssertionError):
    """A template used a variable that is not in its context."""


class Nothing(str):
    """Stands for what is unknown. Django asks for its truth right before it would be used."""

    __slots__ = ()

    def __bool__(self) -> bool:
        frame = sys._getframe(1)
        if frame.f_code is RESOLVE:
            expression = frame.f_locals["self"]
            template = _template_around(frame)
            if _is_ours(template) and not _has_substitute(expression):
                raise UndefinedVariable(f"{template}: nobody gave {expression.var}")
        return False


def _has_substitute(expression: FilterExpression) -> bool:
    return any(function.__name__ in SUBSTITUTES for function, _arguments in expression.filters)


def _template_around(frame: FrameType | None) -> str:
    while frame:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and hasattr(node, "origin"):
            return str(node.origin.name)
        frame = frame.f_back
    return ""


def _is_ours(template: str) -> bool:
    return any(template.startswith(str(folder)) for folder in settings.TEMPLATES[0]["DIRS"])


def refuse_undefined_variables() -> None:
    """From now on, in this process, also when a test changes where templates are looked for."""
    nothing = Nothing()
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = nothing
    engines["django"].engine.string_if_invalid = nothing

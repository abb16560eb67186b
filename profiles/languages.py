"""The languages that people can work in: ISO 639-1, named in the reader's language."""

from functools import lru_cache

from babel import Locale
from django.utils import translation

FIRST = (
    "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv "
    "hy is mk sq sr bs tr uk"
).split()
"""Official languages of the Union and of the other participating countries."""


@lru_cache
def language_codes() -> frozenset[str]:
    """All two-letter codes."""
    return frozenset(code for code in map(str, Locale("en").languages) if len(code) == 2)


@lru_cache
def _names(language: str) -> dict[str, str]:
    locale = Locale.parse(language, sep="-")
    return {code: locale.languages.get(code, code) for code in language_codes()}


def language_name(code: str) -> str:
    """The name of a language in the active language; the code itself when there is none."""
    name = _names(translation.get_language() or "en").get(code, code)
    return name[:1].upper() + name[1:]


def language_choices() -> list[tuple[str, str]]:
    """Codes and names, by name."""
    choices = [(code, language_name(code)) for code in language_codes()]
    return sorted(choices, key=lambda choice: choice[1])

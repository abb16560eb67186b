"""Changing the questions of a draft, as plain values."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from reports.questionnaire.questions import Option

LONGEST_KEY = 40
BAR = "|"


def key_for(label: str, taken: Iterable[str]) -> str:
    """A name for programs that nothing else has, made of the first words of a label."""
    taken = set(taken)
    base = slug(label) or "question"
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base[: LONGEST_KEY - len(str(number)) - 1]}_{number}"
    return key


def slug(text: str) -> str:
    """Small letters, digits and low lines, at most forty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    found = ""
    for word in words:
        longer = f"{found}_{word}" if found else word[:LONGEST_KEY]
        if len(longer) > LONGEST_KEY:
            break
        found = longer
    return found


def options_to_text(options: Iterable[Option]) -> str:
    """One a line: what is kept with the answers, a bar, and what people read."""
    return "\n".join(f"{one.code} {BAR} {one.label}" for one in options)


def options_from_text(text: str) -> list[Option]:
    """The lines read back. A line without a bar is new and gets a code of its own."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    kept = [slug(line.partition(BAR)[0]) for line in lines if BAR in line]
    found: list[Option] = []
    for line in lines:
        before, bar, after = line.partition(BAR)
        label = after.strip() if bar else line
        code = slug(before) if bar else ""
        if not code or any(one.code == code for one in found):
            code = key_for(label, [*kept, *(one.code for one in found)])
        found.append(Option(code, label))
    return found


def moved(keys: Sequence[str], key: str, step: int) -> list[str]:
    """The keys with this one so many places further down (or up, below zero)."""
    order = list(keys)
    place = order.index(key)
    order.insert(max(0, min(len(order) - 1, place + step)), order.pop(place))
    return order
